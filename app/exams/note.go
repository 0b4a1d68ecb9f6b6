package exams

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Note is what an invigilator wrote down about a candidate while the sitting went on.
type Note struct {
	ID, SittingID, PersonID string // PersonID is whom it is about
	Text                    string
	By                      string
	At                      time.Time
}

// maxText is the longest note or reason, in runes.
const maxText = 2000

// Note writes down what was seen, at the time: only while the sitting is open, only about someone who sat
// it, and only by its invigilators, a trainer or HR.
func (r *Room) Note(ctx context.Context, actor people.Person, sittingID, personID, text string) error {
	text, err := reasonable(text, "text")
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		s, ok, err := SittingIn(tx.Rx, sittingID)
		if err != nil || !ok {
			return orMissing(err)
		}
		if !s.watchedBy(actor) {
			return errForbidden()
		}
		if tx.Now.Before(s.OpensAt) || !s.SettledAt.IsZero() {
			return fault.New(fault.Conflict, "exams.note_closed")
		}
		if _, sat, err := store.First(tx.Rx, scanText, `SELECT id FROM attempt WHERE sitting_id = ? AND person_id = ?`, sittingID, personID); err != nil || !sat {
			return orMissing(err)
		}
		_, err = tx.Exec(`INSERT INTO sitting_note (id, sitting_id, person_id, text, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), sittingID, personID, text, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// NotesIn are the notes about a person at a sitting, oldest first.
func NotesIn(rx *store.Rx, sittingID, personID string) ([]Note, error) {
	return store.All(rx, scanNote, `SELECT `+noteColumns+` FROM sitting_note WHERE sitting_id = ? AND person_id = ? ORDER BY at_ms, id`, sittingID, personID)
}

// notesAtIn are all notes of a sitting, by whom they are about.
func notesAtIn(rx *store.Rx, sittingID string) (map[string][]Note, error) {
	all, err := store.All(rx, scanNote, `SELECT `+noteColumns+` FROM sitting_note WHERE sitting_id = ? ORDER BY at_ms, id`, sittingID)
	notes := map[string][]Note{}
	for _, n := range all {
		notes[n.PersonID] = append(notes[n.PersonID], n)
	}
	return notes, err
}

const noteColumns = `id, sitting_id, person_id, text, by_id, at_ms`

func scanNote(row store.Row) (n Note, err error) {
	var at int64
	err = row.Scan(&n.ID, &n.SittingID, &n.PersonID, &n.Text, &n.By, &at)
	n.At = store.Time(at)
	return n, err
}

// watchedBy reports whether the person may watch the sitting: its invigilators, trainers and HR. Nobody watches a
// rehearsal: what people wrote down there would outlive it, or stand in the way of its erasure.
func (s Sitting) watchedBy(p people.Person) bool {
	return !s.Rehearses() && (p.Has(people.Trainer, people.HR) || p.Has(people.Invigilator) && slices.Contains(s.Invigilators, p.ID))
}

// reasonable is a note or a reason without the space around it; empty and overlong ones are refused.
func reasonable(text, field string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", fault.New(fault.Invalid, "exams.text_missing").In(field)
	case utf8.RuneCountInString(text) > maxText:
		return "", fault.New(fault.TooLarge, "exams.text_long", "max", maxText).In(field)
	}
	return text, nil
}

// errMissing is the answer for what is not there, or not for this person.
func errMissing() error { return fault.New(fault.NotFound, "exams.missing") }

// orMissing is the error, or errMissing when there is none.
func orMissing(err error) error {
	if err != nil {
		return err
	}
	return errMissing()
}

func errForbidden() error { return fault.New(fault.Forbidden, "exams.forbidden") }
