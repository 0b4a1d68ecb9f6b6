package exams

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/cohorts"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// The bounds of a window; a year typed wrong would keep a sitting open, or waiting, for ever.
const (
	maxWindow = 400 // days
	openAhead = 2   // years from now to the opening
)

// maxNamed is how many people a sitting may name; more are a cohort.
const maxNamed = 2000

// OpenSitting offers an exam to people: it pins the present versions of blueprint and banks and what is known of
// their items, and commits to all of it and to the secret that every form will be dealt from, before anyone can
// start. Trainers and HR may. What is wrong with the decisions is said all at once.
func (r *Room) OpenSitting(ctx context.Context, actor people.Person, n NewSitting) (Sitting, error) {
	if !actor.Has(people.Trainer, people.HR) {
		return Sitting{}, errForbidden()
	}
	n.Passcode = strings.TrimSpace(n.Passcode)
	n.People = slices.Compact(slices.Sorted(slices.Values(n.People)))
	var wrong []*fault.Error
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		wrong = n.wrong(rx.Now)
		if len(n.People) > 0 && len(n.People) <= maxNamed {
			var names map[string]string
			if names, err = people.NamesIn(rx, n.People); len(names) < len(n.People) {
				wrong = append(wrong, fault.New(fault.Invalid, "exams.named_unknown", "n", len(n.People)-len(names)).In("people"))
			}
		}
		return err
	}); err != nil {
		return Sitting{}, err
	}
	paper, err := r.current(ctx, n.Exam)
	if fault.HasKey(err, "exams.exam_unknown") {
		wrong = append(wrong, err.(*fault.Error))
	} else if err != nil {
		return Sitting{}, err
	}
	if err := allWrong(wrong); err != nil {
		return Sitting{}, err
	}
	s := Sitting{Exam: n.Exam, ExamVersion: paper.pins.Exam.Version, Pins: paper.pins, Title: paper.blueprint.Title, Minutes: paper.blueprint.Minutes,
		CohortID: n.CohortID, Named: len(n.People) > 0, OpensAt: n.OpensAt.UTC(), ClosesAt: n.ClosesAt.UTC(), HardEnd: n.HardEnd,
		Late: time.Duration(n.LateMinutes) * time.Minute, Passcoded: n.Passcode != "", Feedback: n.Feedback, OpenedBy: actor.ID,
		Invigilators: slices.Compact(slices.Sorted(slices.Values(n.Invigilators)))}
	if n.LateMinutes == UsualLate {
		s.Late = 0
		if paper.blueprint.Integrity.Invigilated || len(s.Invigilators) > 0 {
			s.Late = usualLate * time.Minute
		}
	}
	s.ID = r.db.NewID()
	if err := r.stageNamed(ctx, s.ID, n.People); err != nil {
		return Sitting{}, err
	}
	if s.Pins.Facility, err = r.keepKnown(ctx, paper); err != nil {
		return Sitting{}, err
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error { return r.openIn(tx, &s, n.Passcode) })
	return s, err
}

// wrong is everything that can be said against the decisions at that time without the exam.
func (n NewSitting) wrong(now time.Time) (wrong []*fault.Error) {
	refuse := func(field, key string, args ...any) {
		wrong = append(wrong, fault.New(fault.Invalid, key, args...).In(field))
	}
	switch {
	case !n.OpensAt.Before(n.ClosesAt), !now.Before(n.ClosesAt):
		refuse("closes_at", "exams.window")
	case n.ClosesAt.After(n.OpensAt.AddDate(0, 0, maxWindow)):
		refuse("closes_at", "exams.window_long", "days", maxWindow)
	}
	if n.OpensAt.After(now.AddDate(openAhead, 0, 0)) {
		refuse("opens_at", "exams.window_far", "years", openAhead)
	}
	switch {
	case n.CohortID != "" && len(n.People) > 0:
		refuse("people", "exams.for_whom")
	case len(n.People) > maxNamed:
		refuse("people", "exams.named_many", "max", maxNamed)
	}
	if n.LateMinutes != UsualLate && (n.LateMinutes < 0 || n.LateMinutes > maxWindow*24*60) {
		refuse("late", "exams.late_range", "max", maxWindow*24*60)
	}
	if size := utf8.RuneCountInString(n.Passcode); n.Passcode != "" && (size < minPasscode || size > maxPasscode) {
		refuse("passcode", "exams.passcode_size", "min", minPasscode, "max", maxPasscode)
	}
	for field, phase := range map[string]Phase{"score": n.Feedback.Score, "lessons": n.Feedback.Lessons, "answers": n.Feedback.Answers, "comments": n.Feedback.Comments} {
		if phase != "" && !slices.Contains(Phases(), phase) {
			refuse(field, "exams.phase_unknown", "phase", string(phase))
		}
	}
	return wrong
}

// allWrong is one fault as itself and several as problems, each by its field.
func allWrong(faults []*fault.Error) error {
	if len(faults) == 1 {
		return faults[0]
	}
	var problems fault.Problems
	for _, f := range faults {
		problems.Add("", 0, f.Field, f.Key, f.Args...)
	}
	return problems.Err()
}

// stageNamed writes down in steps whom a sitting will be for: it counts from the moment that the sitting itself is
// written.
func (r *Room) stageNamed(ctx context.Context, id string, named []string) error {
	for some := range slices.Chunk(named, 150) {
		if err := r.db.Write(ctx, func(tx *store.Tx) error {
			args := make([]any, 0, 2*len(some))
			for _, person := range some {
				args = append(args, id, person)
			}
			_, err := tx.Exec(`INSERT INTO sitting_person (sitting_id, person_id) VALUES (?, ?)`+strings.Repeat(`, (?, ?)`, len(some)-1), args...)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) openIn(tx *store.Tx, s *Sitting, passcode string) error {
	if s.CohortID != "" {
		if _, err := cohorts.CohortIn(tx.Rx, s.CohortID); err != nil {
			return err
		}
	}
	pins, err := json.Marshal(s.Pins)
	if err != nil {
		return err
	}
	title, err := json.Marshal(s.Title)
	if err != nil {
		return err
	}
	feedback := ""
	if s.Feedback != (Feedback{}) {
		doc, err := json.Marshal(s.Feedback)
		if err != nil {
			return err
		}
		feedback = string(doc)
	}
	secret := tx.Secret(32)
	s.OpenedAt, s.Commitment = tx.Now, commitment(secret, pins)
	var cohort *string
	if s.CohortID != "" {
		cohort = &s.CohortID
	}
	if _, err := tx.Exec(`INSERT INTO sitting (id, exam, exam_version, pins, title, minutes, cohort_id, opens_ms, closes_ms, secret, commitment, by_id, at_ms,
			named, passcode, late_minutes, hard_end, feedback)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.Exam, s.ExamVersion, string(pins), string(title), s.Minutes, cohort, store.Ms(s.OpensAt), store.Ms(s.ClosesAt),
		hex.EncodeToString(secret), s.Commitment, s.OpenedBy, store.Ms(tx.Now),
		s.Named, passcode, int64(s.Late/time.Minute), s.HardEnd, feedback); err != nil {
		return err
	}
	for _, id := range s.Invigilators {
		if p, ok, err := people.PersonIn(tx.Rx, id); err != nil {
			return err
		} else if !ok || !p.Has(people.Invigilator, people.Trainer, people.HR) {
			return fault.New(fault.Invalid, "exams.invigilator").In("invigilators")
		}
		if _, err := tx.Exec(`INSERT INTO sitting_invigilator (sitting_id, person_id) VALUES (?, ?)`, s.ID, id); err != nil {
			return err
		}
	}
	if _, err := ledger.CommitIn(tx, "sitting", s.ID+" "+s.Commitment); err != nil {
		return err
	}
	if s.Rehearses() {
		return nil
	}
	for _, hook := range r.onOpened {
		if err := hook(tx, *s); err != nil {
			return err
		}
	}
	return nil
}

// Exams are the published blueprints that a sitting can be opened for, by slug.
func (r *Room) Exams(ctx context.Context) ([]*Blueprint, error) {
	heads, err := r.shelf.Heads(ctx, documents.Exam)
	if err != nil {
		return nil, err
	}
	exams := make([]*Blueprint, len(heads))
	for n, h := range heads {
		if exams[n], err = r.blueprintOf(ctx, Pin{Path: h.Path, Version: h.Version}); err != nil {
			return nil, err
		}
	}
	return exams, nil
}
