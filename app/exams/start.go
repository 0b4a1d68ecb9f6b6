package exams

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/store"
)

// startPayload is the first entry of a journal: what the form was dealt from, and that the pledge was confirmed.
type startPayload struct {
	Sitting    string `json:"sitting"`
	Commitment string `json:"commitment"` // of the sitting
	Form       string `json:"form"`       // SHA-256 of the stored form, in hex
	Pledge     bool   `json:"pledge"`
	DeadlineMs int64  `json:"deadline_ms"`
	Admission  string `json:"admission,omitempty"` // the record of who let the person in after the late entry

	// Before are the attempts whose forms this one avoids, the oldest first.
	Before []string `json:"before,omitempty"`

	Agreed *agreedPayload `json:"agreed,omitempty"` // nil in journals from before there were notices
}

// Start deals the actor a form and starts the clock. Starting again while the attempt is live gives the same
// attempt, so that a double click or a lost reply costs nothing. Faults: exams.pledge_needed unless the pledge is
// confirmed, exams.notice_needed unless the notice of what is recorded is agreed to and exams.notice_changed unless it is
// the present one, exams.ask_unanswered without an answer to what needs a consent of its own, whatever Briefing gives as
// WhyNot, and exams.passcode_needed until Unlock took the sitting's passcode.
func (r *Room) Start(ctx context.Context, actor people.Person, sittingID string, t Terms) (string, error) {
	if err := t.missing(); err != nil {
		return "", err
	}
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return "", err
	}
	paper, err := r.paperOf(ctx, s.Pins)
	if err != nil {
		return "", err
	}
	var id string
	var secret []byte
	var earlier []string
	// A look beforehand: whoever may not start costs no dealing, and no turn of the writer. The transaction that writes
	// asks everything again.
	var live bool
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		adm, err := r.mayStartIn(rx, actor, s.ID, paper.blueprint)
		if id, live = adm.live, adm.live != ""; err != nil || live {
			return err
		}
		if secret, err = secretIn(rx, s.ID); err != nil {
			return err
		}
		earlier, err = earlierIn(rx, actor.ID, s)
		return err
	})
	if err != nil || live {
		return id, err
	}
	notice, err := r.readNotice(ctx, paper.blueprint.Integrity, t)
	if err != nil {
		return "", err
	}
	agreed, err := t.to(notice, s, paper.blueprint.Integrity)
	if err != nil {
		return "", err
	}
	if err := r.keepNotice(ctx, notice); err != nil {
		return "", err
	}
	before, forms, err := r.met(ctx, paper, earlier)
	if err != nil {
		return "", err
	}
	id = r.db.NewID() // it seeds the form
	form, err := paper.deal(seed(secret, id), forms)
	if err != nil {
		return "", err
	}
	doc, err := json.Marshal(form)
	if err != nil {
		return "", err
	}
	dealt := id
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		adm, err := r.mayStartIn(tx.Rx, actor, s.ID, paper.blueprint)
		if err != nil {
			return err
		}
		if id = dealt; adm.live != "" {
			id = adm.live
			return nil
		}
		a := Attempt{ID: id, SittingID: s.ID, Exam: s.Exam, PersonID: actor.ID, State: Live, StartedAt: tx.Now,
			card: strings.Repeat("0", len(form.Questions)), contact: contact{last: tx.Now}, before: before}
		a.Deadline = adm.timing.Deadline()
		a.DueAt = a.Deadline.Add(offlineGrace)
		return startIn(tx, a, s, startPayload{Admission: adm.letIn, Agreed: &agreed}, string(doc))
	})
	return id, err
}

// mayStartIn is the admission of someone who may start or go on, and else the reason as the error.
func (r *Room) mayStartIn(rx *store.Rx, actor people.Person, sittingID string, b *Blueprint) (admission, error) {
	s, ok, err := SittingIn(rx, sittingID)
	if err != nil || !ok {
		return admission{}, orMissing(err)
	}
	adm, err := r.admitIn(rx, actor, s, b)
	if err == nil {
		err = adm.whyNot
	}
	if err == nil && adm.locked {
		err = fault.New(fault.Invalid, "exams.passcode_needed").In("passcode")
	}
	return adm, err
}

// startIn writes down the start of an attempt on that form; p says who let the person in and what they agreed to.
func startIn(tx *store.Tx, a Attempt, s Sitting, p startPayload, form string) error {
	key, err := ledger.SubjectKeyIn(tx, a.PersonID)
	if err != nil {
		return err
	}
	p.Sitting, p.Commitment, p.Form, p.Pledge, p.DeadlineMs, p.Before = s.ID, s.Commitment, digest(form), true, store.Ms(a.Deadline), a.before
	entry, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if a.head, err = ledger.AppendIn(tx, a.ID, ledger.Head{}, key, entryStart, entry); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO attempt (id, sitting_id, exam, person_id, state, started_ms, deadline_ms, due_ms, card, head_seq, head_hash, contact_ms)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.SittingID, a.Exam, a.PersonID, string(a.State), store.Ms(a.StartedAt), store.Ms(a.Deadline), store.Ms(a.DueAt), a.card,
		a.head.Seq, a.head.Hex(), instant(a.contact.last)); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO attempt_form (attempt_id, form) VALUES (?, ?)`, a.ID, form); err != nil {
		return err
	}
	if err := agreeIn(tx, a, *p.Agreed); err != nil {
		return err
	}
	return dueIn(tx, a)
}

// dueIn has the attempt graded the moment it is due; the sweep of ExpireDue would find it a second later.
func dueIn(tx *store.Tx, a Attempt) error {
	return jobs.Add(tx, jobExpire, a.ID, a.DueAt.Add(time.Millisecond))
}
