package integrity

import (
	"slices"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

func forbidden(key string, args ...any) error { return fault.New(fault.Forbidden, key, args...) }

// mayReview refuses whoever may not work on this case: who is not a reviewer, the person, whose paper was found beside
// theirs, anyone in their reporting line, whoever declared a tie, and whoever is a witness in it.
func mayReview(rx *store.Rx, actor people.Person, c Case) error {
	if !actor.Has(people.Reviewer) {
		return forbidden("integrity.reviewers_only")
	}
	if actor.ID == c.PersonID {
		if c.State == Flagged { // nobody learns of a mere flag
			return noCase(c.Number)
		}
		return forbidden("integrity.own_case")
	}
	own, paired, err := store.First(rx, scanCase, `SELECT `+caseColumns+` FROM integrity_case WHERE person_id = ? AND EXISTS (SELECT 1
		FROM case_finding l JOIN case_finding m ON m.finding_id = l.finding_id WHERE l.number = ? AND m.number = integrity_case.number) ORDER BY number LIMIT 1`, actor.ID, c.Number)
	switch {
	case err != nil:
		return err
	case paired && (own.State == Flagged || own.Dismissed): // its file would tell them of the flag on themselves
		return noCase(c.Number)
	case paired:
		return forbidden("integrity.own_pair")
	}
	for _, line := range []struct{ of, holds string }{{c.PersonID, actor.ID}, {actor.ID, c.PersonID}} {
		above, err := people.LineIn(rx, line.of)
		if err != nil {
			return err
		}
		if slices.Contains(above, line.holds) {
			return forbidden("integrity.same_line")
		}
	}
	var tied bool
	if err := rx.Row(`SELECT EXISTS (SELECT 1 FROM case_tie WHERE number = ? AND reviewer_id = ?)`, c.Number, actor.ID).Scan(&tied); err != nil {
		return err
	}
	if tied {
		return forbidden("integrity.tied")
	}
	notes, err := exams.NotesIn(rx, c.SittingID, c.PersonID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(notes, func(n exams.Note) bool { return n.By == actor.ID }) {
		return forbidden("integrity.witness")
	}
	return nil
}
