package exams

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	minPasscode, maxPasscode = 4, 32 // runes
	maxGuesses               = 5     // wrong passcodes of a person at a sitting within guessesWithin
	guessesWithin            = 10 * time.Minute
)

// folded is a passcode as it is compared: how wide or high its letters were typed does not matter, as an input
// method for Chinese may have them either way.
func folded(typed string) string {
	return strings.ToLower(norm.NFKC.String(strings.TrimSpace(typed)))
}

// Unlock takes the passcode of a sitting from somebody who may sit it; from then on they may start. Every try is on
// record. Faults: whatever keeps the sitting closed to them, Invalid exams.passcode_wrong, and after five wrong ones
// in ten minutes TooMany exams.passcode_throttled, whatever is typed.
func (r *Room) Unlock(ctx context.Context, actor people.Person, sittingID, typed string) error {
	var refusal error // the try is committed beside it
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		refusal = nil
		s, ok, err := SittingIn(tx.Rx, sittingID)
		if err != nil || !ok {
			return orMissing(err)
		}
		if whyNot, err := closedIn(tx.Rx, actor, s); err != nil || whyNot != nil {
			return cmp.Or(err, whyNot)
		}
		if locked, err := lockedIn(tx.Rx, actor.ID, s); err != nil || !locked {
			return err
		}
		var wrong int
		if err := tx.Row(`SELECT count(*) FROM passcode_try WHERE sitting_id = ? AND person_id = ? AND at_ms > ? AND NOT passed`,
			sittingID, actor.ID, store.Ms(tx.Now.Add(-guessesWithin))).Scan(&wrong); err != nil {
			return err
		}
		if wrong >= maxGuesses {
			return fault.New(fault.TooMany, "exams.passcode_throttled", "minutes", int(guessesWithin.Minutes())).In("passcode")
		}
		right, err := passcodeIn(tx.Rx, sittingID)
		if err != nil {
			return err
		}
		passed := same(folded(right), folded(typed))
		if !passed {
			refusal = fault.New(fault.Invalid, "exams.passcode_wrong").In("passcode")
		}
		_, err = tx.Exec(`INSERT INTO passcode_try (id, sitting_id, person_id, passed, at_ms) VALUES (?, ?, ?, ?, ?)`,
			tx.NewID(), sittingID, actor.ID, passed, store.Ms(tx.Now))
		return err
	})
	return cmp.Or(err, refusal)
}

// same compares in a time that tells neither the length nor how much of it was right.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// lockedIn reports whether the sitting has a passcode that the person has not given yet.
func lockedIn(rx *store.Rx, personID string, s Sitting) (bool, error) {
	if !s.Passcoded {
		return false, nil
	}
	_, given, err := store.First(rx, scanText, `SELECT id FROM passcode_try WHERE sitting_id = ? AND person_id = ? AND passed LIMIT 1`, s.ID, personID)
	return !given, err
}

func passcodeIn(rx *store.Rx, sittingID string) (code string, err error) {
	err = rx.Row(`SELECT passcode FROM sitting WHERE id = ?`, sittingID).Scan(&code)
	return code, err
}

// Guesses are the wrong passcodes that a person typed at a sitting.
type Guesses struct {
	PersonID string
	N        int
	LastAt   time.Time
}

// guessesAtIn are those of everybody, the latest first.
func guessesAtIn(rx *store.Rx, sittingID string) ([]Guesses, error) {
	return store.All(rx, func(row store.Row) (g Guesses, err error) {
		var last int64
		err = row.Scan(&g.PersonID, &g.N, &last)
		g.LastAt = store.Time(last)
		return g, err
	}, `SELECT person_id, count(*), max(at_ms) FROM passcode_try WHERE sitting_id = ? AND NOT passed GROUP BY person_id ORDER BY max(at_ms) DESC, person_id`, sittingID)
}
