package exams

import (
	"context"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// News is what those who watch had for a candidate, and how the call stands.
type News struct {
	N        int // as Clock has it
	Watched  bool
	Messages []Heard // oldest first
	Call     *Said   // the latest call, nil before the first
}

// Heard is a message as the candidate has it.
type Heard struct {
	ID, Text, By string // By is a name
	All          bool   // it went to everybody
	At           time.Time
	SeenAt       time.Time // zero until the candidate said that they read it
}

// Said is a call with the name of who answered it.
type Said struct {
	Call
	Name string
}

// News is what is new in the actor's own attempt, with all that was before.
func (r *Room) News(ctx context.Context, actor people.Person, attemptID string) (n News, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		a, err := ownIn(rx, actor, attemptID)
		if err != nil {
			return err
		}
		n = News{N: a.News}
		if n.Watched, err = attendedIn(rx, a.SittingID); err != nil {
			return err
		}
		if n.Messages, err = heardBeforeIn(rx, a.ID); err != nil {
			return err
		}
		calls, err := callsIn(rx, "attempt_id", a.ID)
		if err != nil || len(calls) == 0 {
			return err
		}
		n.Call = &Said{Call: calls[len(calls)-1]}
		n.Call.Name, err = nameIn(rx, n.Call.AnsweredBy)
		return err
	})
	return n, err
}

// nameIn is the name of a person, "" for nobody.
func nameIn(rx *store.Rx, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	p, _, err := people.PersonIn(rx, id)
	return p.Name, err
}

// heardBeforeIn are the messages that came to an attempt, oldest first.
func heardBeforeIn(rx *store.Rx, attemptID string) ([]Heard, error) {
	return store.All(rx, func(row store.Row) (h Heard, err error) {
		var at int64
		var seen *int64
		err = row.Scan(&h.ID, &h.Text, &h.By, &h.All, &at, &seen)
		h.At, h.SeenAt = store.Time(at), store.NullTime(seen)
		return h, err
	}, `SELECT m.id, m.text, COALESCE(e.name, ''), m.to_id = '', c.at_ms, c.seen_ms FROM message_copy c
		JOIN sitting_message m ON m.id = c.message_id LEFT JOIN employee e ON e.id = m.by_id WHERE c.attempt_id = ? ORDER BY m.id`, attemptID)
}
