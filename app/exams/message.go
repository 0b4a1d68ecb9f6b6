package exams

import (
	"context"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	// maxMessage is the longest message to candidates, and the longest words of a call, in runes.
	maxMessage = 500
	// jobMessage brings a message to those whom a crash left out; its payload is the sitting's id.
	jobMessage = "exams.message"
	// sameMessage is how long the same words again are the same message: a form that was sent twice.
	sameMessage = 10 * time.Second
)

// Message is what somebody who watches said to one candidate, or to all who were at work.
type Message struct {
	ID, SittingID string
	To            string // the attempt, "" for all
	Text          string
	By            string
	At            time.Time
	Copies, Seen  int // whom it came to, and how many of them have said that they read it

	upto string // the last attempt that one to all came to
}

// messagePayload is in the journal of whoever was told something, and once they said that they read it, without words.
type messagePayload struct {
	ID   string `json:"id"`
	What string `json:"what"` // "sent" or "seen"
	Text string `json:"text,omitempty"`
	By   string `json:"by,omitempty"`
	All  bool   `json:"all,omitempty"`
}

// Tell sends a message to one live attempt, or with "" to all of the sitting, and returns to how many. Faults:
// Invalid exams.text_missing, TooLarge exams.text_long, Conflict exams.over.
func (r *Room) Tell(ctx context.Context, actor people.Person, sittingID, attemptID, text string) (int, error) {
	text, err := message(text)
	if err != nil {
		return 0, err
	}
	if text == "" {
		return 0, fault.New(fault.Invalid, "exams.text_missing").In("text")
	}
	var id string
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		s, ok, err := SittingIn(tx.Rx, sittingID)
		switch {
		case err != nil || !ok:
			return orMissing(err)
		case !s.watchedBy(actor):
			return errForbidden()
		}
		if attemptID != "" {
			a, ok, err := AttemptIn(tx.Rx, attemptID)
			if err != nil || !ok || a.SittingID != s.ID {
				return orMissing(err)
			}
			if a.Over() {
				return fault.New(fault.Conflict, "exams.over")
			}
			id, err = tellIn(tx, a, text, actor.ID)
			return err
		}
		again, ok, err := repeatIn(tx.Rx, Message{SittingID: s.ID, Text: text, By: actor.ID})
		if err != nil || ok {
			id = again
			return err
		}
		id = tx.NewID()
		if err := messageIn(tx, Message{ID: id, SittingID: s.ID, Text: text, By: actor.ID}); err != nil {
			return err
		}
		return jobs.Add(tx, jobMessage, s.ID, tx.Now.Add(5*time.Second))
	})
	if err != nil {
		return 0, err
	}
	if attemptID == "" {
		if err := r.passOn(ctx, sittingID); err != nil {
			return 0, err
		}
	}
	var copies int
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT copies FROM sitting_message WHERE id = ?`, id).Scan(&copies)
	})
	return copies, err
}

// message is what was written without the space around it, or why it is too long.
func message(text string) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > maxMessage {
		return "", fault.New(fault.TooLarge, "exams.text_long", "max", maxMessage).In("text")
	}
	return text, nil
}

// repeatIn is the message that this one says again.
func repeatIn(rx *store.Rx, m Message) (id string, ok bool, err error) {
	return store.First(rx, scanText, `SELECT id FROM sitting_message WHERE sitting_id = ? AND to_id = ? AND text = ? AND by_id = ? AND at_ms > ? ORDER BY id DESC LIMIT 1`,
		m.SittingID, m.To, m.Text, m.By, store.Ms(rx.Now.Add(-sameMessage)))
}

func messageIn(tx *store.Tx, m Message) error {
	_, err := tx.Exec(`INSERT INTO sitting_message (id, sitting_id, to_id, text, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		m.ID, m.SittingID, m.To, m.Text, m.By, store.Ms(tx.Now))
	return err
}

// tellIn tells one candidate something and returns the message's id.
func tellIn(tx *store.Tx, a Attempt, text, by string) (string, error) {
	m := Message{SittingID: a.SittingID, To: a.ID, Text: text, By: by}
	again, ok, err := repeatIn(tx.Rx, m)
	if err != nil || ok {
		return again, err
	}
	m.ID = tx.NewID()
	if err := messageIn(tx, m); err != nil {
		return "", err
	}
	if err := copyIn(tx, a, m); err != nil {
		return "", err
	}
	_, err = tx.Exec(`UPDATE sitting_message SET copies = 1, done_ms = ? WHERE id = ?`, store.Ms(tx.Now), m.ID)
	return m.ID, err
}

// copyIn brings a message to one attempt, on record.
func copyIn(tx *store.Tx, a Attempt, m Message) error {
	if _, err := tx.Exec(`INSERT INTO message_copy (attempt_id, message_id, sitting_id, at_ms) VALUES (?, ?, ?, ?)`, a.ID, m.ID, a.SittingID, store.Ms(tx.Now)); err != nil {
		return err
	}
	if err := appendIn(tx, &a, entryMessage, messagePayload{ID: m.ID, What: "sent", Text: m.Text, By: m.By, All: m.To == ""}); err != nil {
		return err
	}
	return newsIn(tx, a.ID)
}

// newsIn has the candidate's room ask for what is new.
func newsIn(tx *store.Tx, attemptID string) error {
	_, err := tx.Exec(`UPDATE attempt SET news = news + 1 WHERE id = ?`, attemptID)
	return err
}

// passOn brings the messages of a sitting to all whom they are for. Two that pass on at the same time share the work,
// as carryOut does.
func (r *Room) passOn(ctx context.Context, sittingID string) error {
	for left := true; left; {
		if err := r.db.Write(ctx, func(tx *store.Tx) (err error) {
			left, err = passOnIn(tx, sittingID)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// finishMessages is passOn as a job.
func (r *Room) finishMessages(ctx context.Context, payload []byte) error {
	var sitting string
	if err := json.Unmarshal(payload, &sitting); err != nil {
		return err
	}
	return r.passOn(ctx, sitting)
}

// passOnIn carries the first unfinished message to all of a sitting on by a stride; false when none is left.
func passOnIn(tx *store.Tx, sittingID string) (left bool, err error) {
	m, ok, err := store.First(tx.Rx, scanMessage, `SELECT `+messageColumns+` FROM sitting_message m
		WHERE m.sitting_id = ? AND m.done_ms IS NULL ORDER BY m.id LIMIT 1`+tx.ForUpdate(), sittingID)
	if err != nil || !ok {
		return false, err
	}
	some, err := store.All(tx.Rx, scanAttempt, `SELECT `+attemptColumns+` FROM attempt a
		WHERE a.sitting_id = ? AND a.state = 'live' AND a.id > ? AND a.started_ms <= ? ORDER BY a.id LIMIT ?`, sittingID, m.upto, store.Ms(m.At), stride)
	if err != nil {
		return false, err
	}
	for _, a := range some {
		m.upto = a.ID
		if err := copyIn(tx, a, m); err != nil {
			return false, err
		}
	}
	var done time.Time
	if len(some) < stride {
		done = tx.Now
	}
	_, err = tx.Exec(`UPDATE sitting_message SET upto = ?, copies = copies + ?, done_ms = ? WHERE id = ?`, m.upto, len(some), store.NullMs(done), m.ID)
	return true, err
}

const messageColumns = `m.id, m.sitting_id, m.to_id, m.text, m.by_id, m.at_ms, m.upto, m.copies,
	m.copies - (SELECT count(*) FROM message_copy c WHERE c.message_id = m.id AND c.seen_ms IS NULL)`

func scanMessage(row store.Row) (m Message, err error) {
	var at int64
	err = row.Scan(&m.ID, &m.SittingID, &m.To, &m.Text, &m.By, &at, &m.upto, &m.Copies, &m.Seen)
	m.At = store.Time(at)
	return m, err
}

// See says that the candidate has read a message, on record; saying it again changes nothing. It is a contact.
func (r *Room) See(ctx context.Context, actor people.Person, attemptID, messageID, device string) error {
	if err := namesDevice(device); err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, err := ownIn(tx.Rx, actor, attemptID)
		if err != nil {
			return err
		}
		if a.Over() {
			return fault.New(fault.Conflict, "exams.over")
		}
		if err := listenIn(tx, &a, device); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE message_copy SET seen_ms = ? WHERE attempt_id = ? AND message_id = ? AND seen_ms IS NULL`, store.Ms(tx.Now), a.ID, messageID)
		if err != nil {
			return err
		}
		if n == 0 {
			if _, known, err := store.First(tx.Rx, scanText, `SELECT message_id FROM message_copy WHERE attempt_id = ? AND message_id = ?`, a.ID, messageID); err != nil || known {
				return err
			}
			return errMissing()
		}
		return appendIn(tx, &a, entryMessage, messagePayload{ID: messageID, What: "seen"})
	})
}
