package exams

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// Happening is something that was done or said about one candidate of a sitting while it went on, newest first on
// the board. Who and when stand beside each; nothing of it is ever changed.
type Happening struct {
	Kind string    // message, seen, call, answered, withdrawn, asked, approved, refused, silent, dropped, taken, look or note
	Text string    // of a message, a call or a note; the browser of a request
	By   string    // a person's id, "" where it was the candidate
	All  bool      // of a message to everybody
	At   time.Time // by the server's clock
}

// Watching is everything that the board knows of one candidate.
type Watching struct {
	Watched
	Sitting    Sitting
	Now        time.Time
	ContactAt  time.Time
	Claims     map[string]int // by kind, Absences among them
	Happenings []Happening    // newest first
}

// Watching is one candidate of a sitting for those who watch it.
func (r *Room) Watching(ctx context.Context, actor people.Person, sittingID, attemptID string) (w Watching, err error) {
	b, err := r.Board(ctx, actor, sittingID)
	if err != nil {
		return w, err
	}
	w = Watching{Sitting: b.Sitting, Now: b.Now}
	for _, row := range b.Rows {
		if row.AttemptID == attemptID && attemptID != "" {
			w.Watched = row
		}
	}
	if w.AttemptID == "" {
		return w, errMissing()
	}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		a, ok, err := AttemptIn(rx, attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		w.ContactAt = a.ContactAt
		p, err := presenceIn(rx, attemptID)
		if err != nil {
			return err
		}
		w.Claims = p.claims
		w.Happenings, err = happeningsIn(rx, a)
		return err
	})
	return w, err
}

// happeningsIn are what was said and done about one candidate while the sitting went on, newest first.
func happeningsIn(rx *store.Rx, a Attempt) (all []Happening, err error) {
	messages, err := store.All(rx, func(row store.Row) (h Happening, err error) {
		var at int64
		var seen *int64
		h.Kind = "message"
		if err = row.Scan(&h.Text, &h.By, &h.All, &at, &seen); err != nil {
			return h, err
		}
		h.At = store.Time(at)
		if seen != nil {
			all = append(all, Happening{Kind: "seen", Text: h.Text, At: store.Time(*seen)})
		}
		return h, nil
	}, `SELECT m.text, m.by_id, m.to_id = '', c.at_ms, c.seen_ms FROM message_copy c JOIN sitting_message m ON m.id = c.message_id WHERE c.attempt_id = ?`, a.ID)
	if err != nil {
		return nil, err
	}
	all = append(all, messages...)
	calls, err := callsIn(rx, "attempt_id", a.ID)
	if err != nil {
		return nil, err
	}
	for _, c := range calls {
		all = append(all, Happening{Kind: "call", Text: c.Text, At: c.At})
		if !c.AnsweredAt.IsZero() {
			all = append(all, Happening{Kind: "answered", By: c.AnsweredBy, At: c.AnsweredAt})
		}
		if !c.WithdrawnAt.IsZero() {
			all = append(all, Happening{Kind: "withdrawn", At: c.WithdrawnAt})
		}
	}
	requests, err := takeOversIn(rx, "attempt_id", a.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range requests {
		all = append(all, Happening{Kind: "asked", Text: t.Browser, At: t.At})
		if t.Decision != "" {
			all = append(all, Happening{Kind: t.Decision, By: t.DecidedBy, At: t.DecidedAt})
		}
		if !t.UsedAt.IsZero() {
			all = append(all, Happening{Kind: "taken", At: t.UsedAt})
		}
	}
	looks, err := store.All(rx, func(row store.Row) (Happening, error) {
		var at int64
		h := Happening{Kind: "look"}
		err := row.Scan(&h.By, &at)
		h.At = store.Time(at)
		return h, err
	}, `SELECT by_id, at_ms FROM look WHERE attempt_id = ?`, a.ID)
	if err != nil {
		return nil, err
	}
	all = append(all, looks...)
	notes, err := NotesIn(rx, a.SittingID, a.PersonID)
	for _, n := range notes {
		all = append(all, Happening{Kind: "note", Text: n.Text, By: n.By, At: n.At})
	}
	slices.SortStableFunc(all, func(x, y Happening) int { return cmp.Or(y.At.Compare(x.At), cmp.Compare(x.Kind, y.Kind)) })
	return all, err
}
