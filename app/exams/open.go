package exams

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"slices"

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

// OpenSitting offers an exam to people: it pins the present versions of blueprint and banks, and commits to
// the secret that every form will be dealt from, before anyone can start. Trainers and HR may.
func (r *Room) OpenSitting(ctx context.Context, actor people.Person, n NewSitting) (Sitting, error) {
	if !actor.Has(people.Trainer, people.HR) {
		return Sitting{}, errForbidden()
	}
	if !n.OpensAt.Before(n.ClosesAt) {
		return Sitting{}, fault.New(fault.Invalid, "exams.window").In("closes_at")
	}
	if n.ClosesAt.After(n.OpensAt.AddDate(0, 0, maxWindow)) {
		return Sitting{}, fault.New(fault.Invalid, "exams.window_long", "days", maxWindow).In("closes_at")
	}
	paper, err := r.current(ctx, n.Exam)
	if err != nil {
		return Sitting{}, err
	}
	s := Sitting{Exam: n.Exam, ExamVersion: paper.pins.Exam.Version, Pins: paper.pins, Title: paper.blueprint.Title, Minutes: paper.blueprint.Minutes,
		CohortID: n.CohortID, OpensAt: n.OpensAt.UTC(), ClosesAt: n.ClosesAt.UTC(), OpenedBy: actor.ID,
		Invigilators: slices.Compact(slices.Sorted(slices.Values(n.Invigilators)))}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		if !tx.Now.Before(n.ClosesAt) {
			return fault.New(fault.Invalid, "exams.window").In("closes_at")
		}
		if n.OpensAt.After(tx.Now.AddDate(openAhead, 0, 0)) {
			return fault.New(fault.Invalid, "exams.window_far", "years", openAhead).In("opens_at")
		}
		return r.openIn(tx, &s)
	})
	return s, err
}

func (r *Room) openIn(tx *store.Tx, s *Sitting) error {
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
	secret := tx.Secret(32)
	s.ID, s.OpenedAt, s.Commitment = tx.NewID(), tx.Now, commitment(secret, pins)
	var cohort *string
	if s.CohortID != "" {
		cohort = &s.CohortID
	}
	if _, err := tx.Exec(`INSERT INTO sitting (id, exam, exam_version, pins, title, minutes, cohort_id, opens_ms, closes_ms, secret, commitment, by_id, at_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.Exam, s.ExamVersion, string(pins), string(title), s.Minutes, cohort, store.Ms(s.OpensAt), store.Ms(s.ClosesAt),
		hex.EncodeToString(secret), s.Commitment, s.OpenedBy, store.Ms(tx.Now)); err != nil {
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
