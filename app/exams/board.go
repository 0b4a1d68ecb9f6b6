package exams

import (
	"context"
	"strings"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// Board is a sitting at this moment, for those who watch it. None of it is kept between two looks: what it costs is a
// few statements, each over the rows of the sitting alone.
type Board struct {
	Sitting
	Now      time.Time
	Rows     []Watched // by start, those who have not started last
	Messages []Message // latest first, no more than boardMessages
}

// Watched is one person on the board; of several attempts of theirs at the sitting, the latest.
type Watched struct {
	PersonID, Name, Number string
	Place                  string // where they sit, "" where nobody said
	AttemptID              string // "" before the start
	Pulse                  Pulse
	Since                  time.Time // of the pulse, zero where that says nothing
	Signals                []Claimed // that a look is asked for; counts of claims, and never a score
	Answered, Total        int
	Deadline               time.Time // zero before the start
	PausedAt               time.Time // zero unless it is paused
	Call                   *Call     // that is open, or was answered last
	TakeOver               *TakeOver // that waits
	Unseen                 int       // messages that the candidate has not said to have read
	Notes                  int
}

// boardMessages is how many of the latest messages a board shows.
const boardMessages = 5

// Counts are how many people of a board stand where.
func (b Board) Counts() map[Pulse]int {
	counts := map[Pulse]int{}
	for _, w := range b.Rows {
		counts[w.Pulse]++
	}
	return counts
}

// Board is one sitting as it stands now.
func (r *Room) Board(ctx context.Context, actor people.Person, sittingID string) (b Board, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		s, ok, err := SittingIn(rx, sittingID)
		if err != nil || !ok || !s.watchedBy(actor) {
			return orMissing(err)
		}
		b = Board{Sitting: s, Now: rx.Now}
		if b.Rows, err = r.watchedRowsIn(rx, s); err != nil {
			return err
		}
		seats, err := SeatsIn(rx, s.ID)
		if err != nil {
			return err
		}
		for n := range b.Rows {
			b.Rows[n].Place = seats[b.Rows[n].PersonID]
		}
		b.Messages, err = store.All(rx, scanMessage, `SELECT `+messageColumns+` FROM sitting_message m WHERE m.sitting_id = ? ORDER BY m.id DESC LIMIT ?`, s.ID, boardMessages)
		return err
	})
	return b, err
}

// watchedRowsIn are the people of a sitting, each with what the board says of them.
func (r *Room) watchedRowsIn(rx *store.Rx, s Sitting) (rows []Watched, err error) {
	calls, waiting, err := callingIn(rx, s.ID)
	if err != nil {
		return nil, err
	}
	unseen, err := tallyIn(rx, `SELECT attempt_id, count(*) FROM message_copy WHERE sitting_id = ? AND seen_ms IS NULL GROUP BY attempt_id`, s.ID)
	if err != nil {
		return nil, err
	}
	notes, err := tallyIn(rx, `SELECT person_id, count(*) FROM sitting_note WHERE sitting_id = ? GROUP BY person_id`, s.ID)
	if err != nil {
		return nil, err
	}
	at := map[string]int{} // the person's place in rows
	err = rx.Each(`SELECT a.id, a.person_id, e.name, e.number, a.state, a.card, a.deadline_ms, a.paused_ms, a.ended_ms, a.contact_ms, `+presenceColumns+`
		FROM attempt a JOIN employee e ON e.id = a.person_id LEFT JOIN pulse p ON p.attempt_id = a.id WHERE a.sitting_id = ? ORDER BY a.started_ms, a.id`, []any{s.ID},
		func(row store.Row) (err error) {
			var w Watched
			var f facts
			var seen presenceScan
			var card string
			var deadline, contact int64
			var paused, ended *int64
			if err := row.Scan(append([]any{&w.AttemptID, &w.PersonID, &w.Name, &w.Number, &f.state, &card, &deadline, &paused, &ended, &contact}, seen.into()...)...); err != nil {
				return err
			}
			if f.presence, err = seen.presence(); err != nil {
				return err
			}
			f.paused, f.ended, f.contact = store.NullTime(paused), store.NullTime(ended), store.Time(contact)
			if call, ok := calls[w.AttemptID]; ok {
				if w.Call = &call; call.Open() {
					f.calling = call.At
				}
			}
			if t, ok := waiting[w.AttemptID]; ok {
				w.TakeOver, f.asking = &t, t.At
			}
			w.Pulse, w.Since = f.pulse(rx.Now)
			if f.state == Live {
				w.Signals, w.PausedAt, w.Unseen = f.signals(), f.paused, unseen[w.AttemptID]
			} else {
				w.Call, w.TakeOver = nil, nil
			}
			w.Answered, w.Total, w.Deadline, w.Notes = answered(card), len(card), store.Time(deadline), notes[w.PersonID]
			if n, again := at[w.PersonID]; again {
				rows[n] = w
				return nil
			}
			at[w.PersonID], rows = len(rows), append(rows, w)
			return nil
		})
	if err != nil || !s.ClosedAt.IsZero() {
		return rows, err
	}
	expected, err := expectedIn(rx, s)
	if err != nil {
		return nil, err
	}
	absent, err := absentIn(rx, expected, at)
	return append(rows, absent...), err
}

// absentIn are those of the expected people who are not on the board yet.
func absentIn(rx *store.Rx, expected []string, started map[string]int) (rows []Watched, err error) {
	var ids []any
	for _, id := range expected {
		if _, ok := started[id]; !ok {
			ids = append(ids, id)
		}
	}
	for len(ids) > 0 {
		some := ids[:min(len(ids), 200)]
		ids = ids[len(some):]
		found, err := store.All(rx, func(row store.Row) (Watched, error) {
			w := Watched{Pulse: NotStarted}
			return w, row.Scan(&w.PersonID, &w.Name, &w.Number)
		}, `SELECT id, name, number FROM employee WHERE id IN (?`+strings.Repeat(", ?", len(some)-1)+`) ORDER BY number_key`, some...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, found...)
	}
	return rows, nil
}

// callingIn are, by attempt, the latest call that is open or answered, and the request of a second device that waits.
func callingIn(rx *store.Rx, sittingID string) (calls map[string]Call, waiting map[string]TakeOver, err error) {
	all, err := callsIn(rx, "sitting_id", sittingID)
	if err != nil {
		return nil, nil, err
	}
	calls, waiting = map[string]Call{}, map[string]TakeOver{}
	for _, c := range all {
		if c.WithdrawnAt.IsZero() {
			calls[c.AttemptID] = c
		}
	}
	open, err := takeOversIn(rx, "sitting_id", sittingID)
	for _, t := range open {
		waiting[t.AttemptID] = t
	}
	return calls, waiting, err
}

// tallyIn counts by a text.
func tallyIn(rx *store.Rx, query string, args ...any) (map[string]int, error) {
	tally := map[string]int{}
	return tally, rx.Each(query, args, func(row store.Row) error {
		var of string
		var n int
		err := row.Scan(&of, &n)
		tally[of] = n
		return err
	})
}
