package gate

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

// SignOff is a manager's word that somebody below them is ready. It stays on record when it is withdrawn.
type SignOff struct {
	ID, PersonID string
	Note         string
	By           string
	At           time.Time
	WithdrawnAt  time.Time // zero while it stands
	WithdrawnBy  string
	Reason       string // of the withdrawal
}

// Stands reports whether it has not been withdrawn.
func (s SignOff) Stands() bool { return s.WithdrawnAt.IsZero() }

// shortestNote is how many characters a note, or the reason of a withdrawal, has at least; longestNote at most.
const (
	shortestNote = 8
	longestNote  = 1000
)

func noted(text, field string) (string, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < shortestNote || n > longestNote {
		return "", fault.New(fault.Invalid, "gate.note_length", "min", shortestNote, "max", longestNote).In(field)
	}
	return text, nil
}

// SignOff records a manager's word about somebody below them, direct or not, with a note on what it rests on. A manager
// with a red line may not.
func (k *Keeper) SignOff(ctx context.Context, actor people.Person, personID, note string) error {
	note, err := noted(note, "note")
	if err != nil {
		return err
	}
	return k.db.Write(ctx, func(tx *store.Tx) error {
		if err := k.maySignOffIn(tx.Rx, actor, personID); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO sign_off (id, person_id, note, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`,
			tx.NewID(), personID, note, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		return k.NoticeIn(tx, personID)
	})
}

// WithdrawSignOff takes a sign-off back, for a reason: a manager above the person, or HR. Twice is once.
func (k *Keeper) WithdrawSignOff(ctx context.Context, actor people.Person, id, reason string) error {
	reason, err := noted(reason, "reason")
	if err != nil {
		return err
	}
	return k.db.Write(ctx, func(tx *store.Tx) error {
		s, ok, err := store.First(tx.Rx, scanSignOff, signOffQuery+` WHERE s.id = ?`, id)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotFound, "gate.no_sign_off")
		}
		if !actor.Has(people.HR) {
			if err := k.maySignOffIn(tx.Rx, actor, s.PersonID); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(`INSERT INTO sign_off_withdrawal (sign_off_id, reason, by_id, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (sign_off_id) DO NOTHING`,
			id, reason, actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		return k.NoticeIn(tx, s.PersonID)
	})
}

// maySignOffIn refuses whoever does not stand above the person as a manager, or has a red line.
func (k *Keeper) maySignOffIn(rx *store.Rx, actor people.Person, personID string) error {
	line, err := people.LineIn(rx, personID)
	if err != nil {
		return err
	}
	if !actor.Has(people.Manager) || !slices.Contains(line, actor.ID) {
		return fault.New(fault.Forbidden, "gate.may_not_sign_off")
	}
	own, err := k.DecideIn(rx, actor.ID)
	if err == nil && own.RedLine {
		err = fault.New(fault.Forbidden, "gate.may_not_sign_off")
	}
	return err
}

// SignOffs are all about a person, oldest first, withdrawn ones too, for HR, whoever stands above them and themselves.
func (k *Keeper) SignOffs(ctx context.Context, actor people.Person, personID string) (all []SignOff, err error) {
	err = k.db.Read(ctx, func(rx *store.Rx) error {
		if err := maySeeIn(rx, actor, personID); err != nil {
			return err
		}
		all, err = signOffsIn(rx, personID)
		return err
	})
	return all, err
}

const signOffQuery = `SELECT s.id, s.person_id, s.note, s.by_id, s.at_ms, w.at_ms, coalesce(w.by_id, ''), coalesce(w.reason, '')
	FROM sign_off s LEFT JOIN sign_off_withdrawal w ON w.sign_off_id = s.id`

func signOffsIn(rx *store.Rx, personID string) ([]SignOff, error) {
	return store.All(rx, scanSignOff, signOffQuery+` WHERE s.person_id = ? ORDER BY s.at_ms, s.id`, personID)
}

func scanSignOff(r store.Row) (s SignOff, err error) {
	var at int64
	var withdrawn *int64
	err = r.Scan(&s.ID, &s.PersonID, &s.Note, &s.By, &at, &withdrawn, &s.WithdrawnBy, &s.Reason)
	s.At, s.WithdrawnAt = store.Time(at), store.NullTime(withdrawn)
	return s, err
}
