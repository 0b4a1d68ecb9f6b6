package exams

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// Save is one answer on its way in.
type Save struct {
	Device   string
	Seq      int64 // the candidate's own count of saves, growing by at least one
	Response questions.Response
	// ElapsedMs is what the device's monotonic clock says has passed from the last contact that the server
	// acknowledged to the moment the answer was given. It matters only for an answer given off-line.
	ElapsedMs int64
	From      Origin
}

// Saved says that an answer is durable.
type Saved struct {
	Seq             int64
	Hash            string    // of its journal entry, in hex
	At              time.Time // when it was given
	Answered, Total int
	Late            bool      // given off-line, accepted within the grace after the deadline
	Deadline        time.Time // as it is now: extensions and pauses move it
	Paused          bool      // only of a save that is repeated: others are refused
	News            int       // as Clock has it
}

// Answer saves one answer: once it returns, the answer is durable. The same save again gets the same
// receipt. Faults: NotFound for another person's attempt; Invalid for a question that is not on the form or a
// response of the wrong shape, and exams.file_unknown for a file that was not handed in for it (upload.go, which says when
// one may come late); Conflict exams.over, exams.paused, exams.other_device, or exams.stale with the
// last sequence number. A save that is refused is a contact like any other (contact.go).
func (r *Room) Answer(ctx context.Context, actor people.Person, attemptID string, n int, s Save) (Saved, error) {
	d, err := r.seat(ctx, attemptID)
	if err != nil {
		return Saved{}, err
	}
	if d.personID != actor.ID {
		return Saved{}, errMissing()
	}
	response, malformed := d.check(n, s)
	var saved Saved
	var refusal error // what is committed beside it is that the candidate was heard
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		saved, refusal = Saved{}, malformed
		a, ok, err := AttemptIn(tx.Rx, attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		var g given
		repeated := refusal == nil && s.Seq <= a.LastSeq
		switch {
		case repeated:
			saved, refusal, err = repeatedIn(tx.Rx, a, n, s.Seq, response)
		case refusal == nil:
			g, refusal = a.takes(tx.Now, s)
			if len(s.Response.Files) > 0 {
				g, refusal, err = attachedIn(tx.Rx, a, n, s, g, refusal)
			}
		}
		switch {
		case err != nil:
			return err
		case repeated || refusal != nil:
			return listenIn(tx, &a, s.Device)
		}
		if err := originByIn(tx, &a, d.key, d.blueprint.Integrity, s.From); err != nil {
			return err
		}
		saved, err = saveIn(tx, a, d.key, n, s, g, response, !d.item(n).Blank(s.Response))
		return err
	})
	if err != nil {
		return Saved{}, err
	}
	return saved, refusal
}

// check is what can be said of a save without the attempt's row; it returns the response as it is stored.
func (d *seat) check(n int, s Save) (string, error) {
	switch {
	case n < 1 || n > len(d.form.Questions):
		return "", fault.New(fault.Invalid, "exams.not_on_form", "number", n, "total", len(d.form.Questions))
	case s.Seq < 1:
		return "", fault.New(fault.Invalid, "exams.sequence").In("seq")
	}
	if err := namesDevice(s.Device); err != nil {
		return "", err
	}
	if err := d.item(n).Check(d.form.Questions[n-1].Layout, s.Response); err != nil {
		return "", byNumber(err, n)
	}
	doc, err := json.Marshal(s.Response)
	return string(doc), err
}

// byNumber is what an item says of a response, about the question instead: an item's id may tell what is right
// (E3).
func byNumber(err error, n int) error {
	switch fault.KindOf(err) {
	case fault.Invalid:
		return fault.New(fault.Invalid, "exams.response_shape", "number", n)
	case fault.TooLarge:
		return fault.New(fault.TooLarge, "exams.response_long", "number", n, "max", questions.MaxAnswer)
	}
	return broken(err, n)
}

// repeatedIn is the receipt of a save that was acknowledged before, or the reason why this one is stale.
func repeatedIn(rx *store.Rx, a Attempt, n int, seq int64, response string) (saved Saved, stale, err error) {
	old, ok, err := store.First(rx, scanAnswer, `SELECT `+answerColumns+` FROM answer WHERE attempt_id = ? AND n = ?`, a.ID, n)
	if err == nil && (!ok || old.Seq != seq || old.doc != response) {
		return Saved{}, fault.New(fault.Conflict, "exams.stale", "last", a.LastSeq), nil
	}
	return Saved{Seq: seq, Hash: old.Hash, At: old.At, Answered: a.Answered, Total: a.Total, Late: old.Late,
		Deadline: a.Deadline, Paused: !a.PausedAt.IsZero(), News: a.News}, nil, err
}

// given is when a save was made.
type given struct {
	at   time.Time
	late bool
}

// takes is when a save that arrives now was made, or the reason why it does not count.
func (a Attempt) takes(now time.Time, s Save) (given, error) {
	if err := a.holds(s.Device); err != nil {
		return given{}, err
	}
	if !a.PausedAt.IsZero() {
		return given{}, fault.New(fault.Conflict, "exams.paused")
	}
	at, late, ok := a.contact.given(now, a.Deadline, time.Duration(s.ElapsedMs)*time.Millisecond)
	if !ok {
		return given{}, fault.New(fault.Conflict, "exams.over")
	}
	return given{at, late}, nil
}

// saveIn is the hot path: with the attempt's row, which the caller has read, four statements more.
func saveIn(tx *store.Tx, a Attempt, key []byte, n int, s Save, g given, response string, answers bool) (Saved, error) {
	met, gap := a.contact.heard(tx.Now, a.Deadline)
	entry := answerEntry(n, s, response, g)
	if gap {
		entry = withGap(entry, a.contact.last)
	}
	head, err := ledger.AppendIn(tx, a.ID, a.head, key, entryAnswer, entry)
	if err != nil {
		return Saved{}, err
	}
	if _, err := tx.Exec(`INSERT INTO answer (attempt_id, n, response, seq, first_ms, at_ms, late, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (attempt_id, n) DO UPDATE SET response = excluded.response, seq = excluded.seq, at_ms = excluded.at_ms, late = excluded.late, hash = excluded.hash`,
		a.ID, n, response, s.Seq, store.Ms(g.at), store.Ms(g.at), g.late, head.Hex()); err != nil {
		return Saved{}, err
	}
	card := tick(a.card, n, answers)
	_, err = tx.Exec(`UPDATE attempt SET card = ?, device = ?, last_seq = ?, head_seq = ?, head_hash = ?, contact_ms = ?, gap_from_ms = ?, gap_to_ms = ? WHERE id = ?`,
		card, s.Device, s.Seq, head.Seq, head.Hex(), instant(met.last), instant(met.gapFrom), instant(met.gapTo), a.ID)
	return Saved{Seq: s.Seq, Hash: head.Hex(), At: g.at, Answered: answered(card), Total: a.Total, Late: g.late, Deadline: a.Deadline, News: a.News}, err
}

// answerEntry is the journal's payload for a save, JSON by hand because every save pays for it: place on the
// form, the candidate's sequence number, the response, and of an answer given off-line when it was given.
func answerEntry(n int, s Save, response string, g given) []byte {
	b := make([]byte, 0, 96+len(response))
	b = append(b, `{"n":`...)
	b = strconv.AppendInt(b, int64(n), 10)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, s.Seq, 10)
	b = append(b, `,"response":`...)
	b = append(b, response...)
	if s.ElapsedMs != 0 {
		b = append(b, `,"elapsed_ms":`...)
		b = strconv.AppendInt(b, s.ElapsedMs, 10)
	}
	if g.late {
		b = append(b, `,"late":true,"given_ms":`...)
		b = strconv.AppendInt(b, store.Ms(g.at), 10)
	}
	return append(b, '}')
}

// withGap adds to a payload that nothing had been heard of the candidate since then.
func withGap(entry []byte, since time.Time) []byte {
	entry = append(entry[:len(entry)-1], `,"silent_since_ms":`...)
	entry = strconv.AppendInt(entry, store.Ms(since), 10)
	return append(entry, '}')
}
