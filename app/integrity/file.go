package integrity

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// A reason has at least so many characters, for a word is none, and at most so many.
const (
	minReason = 8
	maxReason = 4000
)

func checkReason(reason string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(reason)); {
	case n > maxReason:
		return fault.New(fault.TooLarge, "integrity.text_long", "n", maxReason).In("reason")
	case n < minReason:
		return fault.New(fault.Invalid, "integrity.reason_needed", "n", minReason).In("reason")
	}
	return nil
}

// checkText is the fault of what others are to read and cannot follow or finish, by the field that it was written in.
func checkText(field, text string) *fault.Error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(text)); {
	case n > maxReason:
		return fault.New(fault.TooLarge, "integrity.text_long", "n", maxReason).In(field)
	case n < minReason:
		return fault.New(fault.Invalid, "integrity.text_needed", "n", minReason).In(field)
	}
	return nil
}

// AddFact puts a piece of evidence on file. Its origin says where it comes from and when it was made.
func (d *Desk) AddFact(ctx context.Context, actor people.Person, number int, f Fact) error {
	if err := f.wrong(); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if c.State == Closed {
			return fault.New(fault.Conflict, "integrity.closed", "number", number)
		}
		_, err := tx.Exec(`INSERT INTO case_fact (id, number, kind, text, origin, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), number, f.Kind, strings.TrimSpace(f.Text), strings.TrimSpace(f.Origin), actor.ID, store.Ms(tx.Now))
		return err
	})
}

// wrong is everything that keeps a fact off the file.
func (f Fact) wrong() error {
	var wrong []*fault.Error
	if !slices.Contains(FactKinds(), f.Kind) {
		wrong = append(wrong, fault.New(fault.Invalid, "integrity.unknown_fact").In("kind"))
	}
	if text := checkText("text", f.Text); text != nil {
		wrong = append(wrong, text)
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(f.Origin)); n < 4 || n > maxReason {
		wrong = append(wrong, fault.New(fault.Invalid, "integrity.origin_needed").In("origin"))
	}
	if len(wrong) == 1 {
		return wrong[0]
	}
	var all fault.Problems
	for _, w := range wrong {
		all.Add("", 0, w.Field, w.Key, w.Args...)
	}
	return all.Err()
}

// RetractFact takes a fact back; it stays on file as retracted. An admission can be taken back for 24 hours,
// by telling any reviewer.
func (d *Desk) RetractFact(ctx context.Context, actor people.Person, number int, factID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if c.State == Closed {
			return fault.New(fault.Conflict, "integrity.closed", "number", number)
		}
		var found bool
		if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM case_fact WHERE id = ? AND number = ?)`, factID, number).Scan(&found); err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "integrity.no_fact")
		}
		_, err := tx.Exec(`INSERT INTO case_retraction (fact_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?)`, factID, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// TakeBack is the person's own word on an admission that stands on file as theirs: for 24 hours they take it back without
// asking anybody. It stays on file as taken back, and carries nothing.
func (d *Desk) TakeBack(ctx context.Context, actor people.Person, number int, factID, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.onMine(ctx, actor, number, func(tx *store.Tx, c Case) error {
		if err := c.undecided(); err != nil {
			return err
		}
		facts, err := factsIn(tx.Rx, c)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(facts, func(f Fact) bool { return f.ID == factID && f.Kind == Admission })
		switch {
		case i < 0:
			return fault.New(fault.NotFound, "integrity.no_fact")
		case !facts[i].Rests(tx.Now):
			return fault.New(fault.Conflict, "integrity.admission_stands")
		}
		_, err = tx.Exec(`INSERT INTO case_retraction (fact_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?)`, factID, reason, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// factsIn are the facts on a case's file: those that reviewers added, and the invigilators' notes about the
// person, which come from the sitting by themselves.
func factsIn(rx *store.Rx, c Case) ([]Fact, error) {
	facts, err := store.All(rx, func(r store.Row) (f Fact, err error) {
		var at, retracted int64
		err = r.Scan(&f.ID, &f.Kind, &f.Text, &f.Origin, &f.By, &at, &retracted)
		f.At = store.Time(at)
		if retracted > 0 {
			f.Retracted = store.Time(retracted)
		}
		return f, err
	}, `SELECT f.id, f.kind, f.text, f.origin, f.by_id, f.at_ms, coalesce(r.at_ms, 0)
		FROM case_fact f LEFT JOIN case_retraction r ON r.fact_id = f.id WHERE f.number = ? ORDER BY f.at_ms, f.id`, c.Number)
	if err != nil {
		return nil, err
	}
	notes, err := exams.NotesIn(rx, c.SittingID, c.PersonID)
	for _, n := range notes {
		facts = append(facts, Fact{ID: n.ID, Kind: InvigilatorNote, Text: n.Text, By: n.By, At: n.At})
	}
	return facts, err
}

// DeclareTie takes a reviewer off a case for good.
func (d *Desk) DeclareTie(ctx context.Context, actor people.Person, number int, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	return d.onCase(ctx, actor, number, func(tx *store.Tx, c Case) error {
		_, err := tx.Exec(`INSERT INTO case_tie (number, reviewer_id, reason, at_ms) VALUES (?, ?, ?, ?)`, number, actor.ID, reason, store.Ms(tx.Now))
		return err
	})
}

// Report asks for a case about an attempt: an invigilator, trainer, HR or reviewer saw something. It is flagged
// like any other and touches nothing until a reviewer opens it; where there is a case already, its file keeps
// the report.
func (d *Desk) Report(ctx context.Context, actor people.Person, attemptID, reason string) (number int, err error) {
	if !actor.Has(people.Invigilator, people.Trainer, people.HR, people.Reviewer) {
		return 0, forbidden("integrity.may_not_report")
	}
	if err := checkReason(reason); err != nil {
		return 0, err
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		a, ok, err := exams.AttemptIn(tx.Rx, attemptID)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotFound, "integrity.no_attempt")
		}
		if number, err = d.flagIn(tx, a.ID, a.PersonID, a.SittingID, actor.ID, reason); err != nil {
			return err
		}
		return chainIn(tx, number)
	})
	return number, err
}

// Event is something that happened to a case.
type Event struct {
	Kind, Text, By string
	At             time.Time
}

func eventsIn(rx *store.Rx, number int) ([]Event, error) {
	return store.All(rx, func(r store.Row) (e Event, err error) {
		var at int64
		err = r.Scan(&e.Kind, &e.Text, &e.By, &at)
		e.At = store.Time(at)
		return e, err
	}, `SELECT kind, text, by_id, at_ms FROM case_event WHERE number = ? ORDER BY at_ms, id`, number)
}
