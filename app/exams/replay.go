package exams

import (
	"context"
	"encoding/json"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/questions"
	"bainian/app/store"
)

// Replayed is an attempt made again from its journal and its sitting's secret.
type Replayed struct {
	Form      Form
	Responses []questions.Response // by place on the form
	Marks     Marks                // by the pinned keys: the result's first revision
}

// Replay makes an attempt again from its journal alone (E4): the form from the secret, the answers from the
// entries, the marks from both. Conflict exams.replay_differs names the first thing that is not what is on
// record: "journal", "secret", "form", "answers" or "result".
func (r *Room) Replay(ctx context.Context, attemptID string) (Replayed, error) {
	var again Replayed
	d, err := r.dealt(ctx, attemptID)
	if err != nil {
		return again, err
	}
	var a Attempt
	var s Sitting
	var secret, key []byte
	var form, pins string
	var entries []ledger.Entry
	var answers []Answered
	var marks Marks
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		if a, _, err = AttemptIn(rx, attemptID); err != nil {
			return err
		}
		if s, _, err = SittingIn(rx, a.SittingID); err != nil {
			return err
		}
		if secret, err = secretIn(rx, a.SittingID); err != nil {
			return err
		}
		if err = rx.Row(`SELECT f.form, s.pins FROM attempt_form f, sitting s WHERE f.attempt_id = ? AND s.id = ?`, attemptID, a.SittingID).Scan(&form, &pins); err != nil {
			return err
		}
		if entries, err = ledger.EntriesIn(rx, attemptID); err != nil {
			return err
		}
		if key, _, err = ledger.KeyOfIn(rx, a.PersonID); err != nil {
			return err
		}
		if answers, err = answersIn(rx, attemptID); err != nil || !a.Over() {
			return err
		}
		marks, err = marksIn(rx, attemptID, 1)
		return err
	})
	if err != nil {
		return again, err
	}
	if bad := ledger.VerifyChain(attemptID, entries, a.head, key); bad != nil {
		return again, fault.Wrap(bad, fault.Conflict, "exams.replay_differs", "what", "journal")
	}
	if commitment(secret, []byte(pins)) != s.Commitment {
		return again, differs("secret")
	}
	if again.Form, err = d.deal(seed(secret, attemptID)); err != nil {
		return again, err
	}
	doc, err := json.Marshal(again.Form)
	if err != nil {
		return again, err
	}
	if string(doc) != form {
		return again, differs("form")
	}
	if again.Responses, err = said(entries, len(d.items)); err != nil {
		return again, err
	}
	if !sameJSON(again.Responses, responses(len(d.items), answers)) {
		return again, differs("answers")
	}
	again.Marks = Grade(again.Form, d.items, again.Responses, d.blueprint)
	if a.Over() && !sameJSON(again.Marks, marks) {
		return again, differs("result")
	}
	return again, nil
}

func differs(what string) error {
	return fault.New(fault.Conflict, "exams.replay_differs", "what", what)
}

// said are the last responses in a journal, by place on a form of that size.
func said(entries []ledger.Entry, total int) ([]questions.Response, error) {
	all := make([]questions.Response, total)
	for _, e := range entries {
		if e.Type != entryAnswer {
			continue
		}
		var p answerPayload
		if err := json.Unmarshal(e.Payload, &p); err != nil {
			return nil, err
		}
		if p.N < 1 || p.N > total {
			return nil, differs("answers")
		}
		all[p.N-1] = p.Response
	}
	return all, nil
}

func sameJSON(a, b any) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && string(x) == string(y)
}

// SatPaper is one attempt of a sitting in full, for the comparison of papers.
type SatPaper struct {
	Attempt
	Form      Form
	Items     []questions.Item     // one per question, as pinned
	Responses []questions.Response // one per question, in displayed positions
	Seconds   []float64            // per question, from the save before its first save; 0 for what was never answered
}

// Papers are all papers of a sitting that have ended and were not set aside, by start.
func (r *Room) Papers(ctx context.Context, sittingID string) ([]SatPaper, error) {
	var attempts []Attempt
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		attempts, err = attemptsAtIn(rx, sittingID)
		return err
	}); err != nil {
		return nil, err
	}
	var papers []SatPaper
	for _, a := range attempts {
		if !a.Over() || a.SetAside {
			continue
		}
		d, err := r.dealt(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		var answers []Answered
		if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
			answers, err = answersIn(rx, a.ID)
			return err
		}); err != nil {
			return nil, err
		}
		papers = append(papers, SatPaper{Attempt: a, Form: d.form, Items: d.items,
			Responses: responses(len(d.items), answers), Seconds: seconds(a.StartedAt, len(d.items), answers)})
	}
	return papers, nil
}
