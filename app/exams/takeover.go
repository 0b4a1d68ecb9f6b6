package exams

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	// crashed is how long the device that has the paper must have been silent before another takes over unasked: a
	// crash must not cost the exam, and a device that crashed says nothing.
	crashed = time.Minute
	// maxTakeOvers is how often an approval may be asked for in one attempt.
	maxTakeOvers = 20
	// maxBrowser is how much of a browser's name is kept, in bytes.
	maxBrowser = 300
)

// The decisions on a take-over.
const (
	approved = "approved"
	refused  = "refused"
	silent   = "silent"  // nobody had decided when the device that had the paper had been silent for long enough
	dropped  = "dropped" // another device asked after it
)

// TakeOver is a second device's request for the paper.
type TakeOver struct {
	ID, SittingID, AttemptID string
	Device, Holder           string // that asks, and that had the paper then
	Browser                  string // as it names itself
	At                       time.Time
	Decision                 string // "" while it waits
	DecidedBy                string
	DecidedAt, UsedAt        time.Time // zero until then
}

// takeOverPayload is what happened to a request.
type takeOverPayload struct {
	ID      string `json:"id"`
	What    string `json:"what"` // "asked" or a decision
	Device  string `json:"device,omitempty"`
	Browser string `json:"browser,omitempty"`
	By      string `json:"by,omitempty"`
}

// approvesIn reports whether somebody must agree before a second device takes over: where the exam is invigilated
// and the sitting has somebody to ask.
func (r *Room) approvesIn(rx *store.Rx, a Attempt) (bool, error) {
	s, ok, err := SittingIn(rx, a.SittingID)
	if err != nil || !ok || len(s.Invigilators) == 0 {
		return false, err
	}
	b, err := r.blueprintIn(rx, s.Pins.Exam)
	return err == nil && b.Integrity.Invigilated, err
}

// takeOverIn is the ground on which a device takes over, "" where nobody need agree, or why it may not:
// Conflict exams.takeover_needed, exams.takeover_waiting or exams.takeover_refused.
func (r *Room) takeOverIn(tx *store.Tx, a *Attempt, device string) (ground TakeOver, err error) {
	if asks, err := r.approvesIn(tx.Rx, *a); err != nil || !asks {
		return TakeOver{}, err
	}
	all, err := takeOversIn(tx.Rx, "attempt_id", a.ID)
	if err != nil {
		return TakeOver{}, err
	}
	var last TakeOver
	for _, t := range all {
		if t.Device == device && t.Holder == a.device && t.UsedAt.IsZero() {
			last = t
		}
	}
	switch {
	case last.Decision == approved:
	case tx.Now.Sub(a.contact.last) >= crashed:
		if last.ID == "" {
			return TakeOver{Decision: silent}, nil
		}
		if last.Decision == "" {
			if err := decideIn(tx, a, &last, silent, people.SystemID); err != nil {
				return TakeOver{}, err
			}
		}
		last.Decision = silent
	case last.ID == "" || last.Decision == dropped:
		return TakeOver{}, fault.New(fault.Conflict, "exams.takeover_needed")
	case last.Decision == refused:
		return TakeOver{}, fault.New(fault.Conflict, "exams.takeover_refused")
	default:
		return TakeOver{}, fault.New(fault.Conflict, "exams.takeover_waiting")
	}
	_, err = tx.Exec(`UPDATE takeover SET used_ms = ? WHERE id = ?`, store.Ms(tx.Now), last.ID)
	return last, err
}

// AskTakeOver asks those who watch to let this device have the paper; Lease with take then says what became of it.
// It does nothing where nobody need agree, or while the same device waits for the one that has the paper; a device that
// asks later takes the place of one that waits.
func (r *Room) AskTakeOver(ctx context.Context, actor people.Person, attemptID, device, browser string) error {
	if err := namesDevice(device); err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, err := ownIn(tx.Rx, actor, attemptID)
		switch {
		case err != nil:
			return err
		case a.Over():
			return fault.New(fault.Conflict, "exams.over")
		case a.holds(device) == nil:
			return nil
		}
		if asks, err := r.approvesIn(tx.Rx, a); err != nil || !asks {
			return err
		}
		all, err := takeOversIn(tx.Rx, "attempt_id", a.ID)
		if err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].Decision == "" {
			if all[n-1].Device == device && all[n-1].Holder == a.device {
				return nil
			}
			if err := decideIn(tx, &a, &all[n-1], dropped, people.SystemID); err != nil {
				return err
			}
		}
		if len(all) >= maxTakeOvers {
			return fault.New(fault.TooMany, "exams.takeovers", "max", maxTakeOvers)
		}
		id, browser := tx.NewID(), shortened(browser, maxBrowser)
		if _, err := tx.Exec(`INSERT INTO takeover (id, sitting_id, attempt_id, device, holder, browser, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			id, a.SittingID, a.ID, device, a.device, browser, store.Ms(tx.Now)); err != nil {
			return err
		}
		return appendIn(tx, &a, entryTakeOver, takeOverPayload{ID: id, What: "asked", Device: device, Browser: browser})
	})
}

// shortened is the beginning of what a client says of itself, whole characters of it, in at most so many bytes. A header
// can hold what no text does, and one engine would refuse to keep.
func shortened(text string, most int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\x00", "")
	for end, r := range text {
		if end+utf8.RuneLen(r) > most {
			return text[:end]
		}
	}
	return text
}

// DecideTakeOver lets the second device have the paper, or not. Until then, and when it is refused, the first one
// keeps it. Conflict exams.takeover_decided when it was decided already.
func (r *Room) DecideTakeOver(ctx context.Context, actor people.Person, id string, approve bool) error {
	return r.db.Write(ctx, func(tx *store.Tx) error {
		t, ok, err := store.First(tx.Rx, scanTakeOver, `SELECT `+takeOverColumns+` FROM takeover WHERE id = ?`, id)
		if err != nil || !ok {
			return orMissing(err)
		}
		a, _, err := watchedIn(tx.Rx, actor, t.AttemptID)
		switch {
		case err != nil:
			return err
		case a.Over():
			return fault.New(fault.Conflict, "exams.over")
		case t.Decision != "":
			return fault.New(fault.Conflict, "exams.takeover_decided")
		}
		decision := refused
		if approve {
			decision = approved
		}
		return decideIn(tx, &a, &t, decision, actor.ID)
	})
}

// decideIn decides on a request, on record.
func decideIn(tx *store.Tx, a *Attempt, t *TakeOver, decision, by string) error {
	if _, err := tx.Exec(`UPDATE takeover SET decision = ?, decided_by = ?, decided_ms = ? WHERE id = ?`, decision, by, store.Ms(tx.Now), t.ID); err != nil {
		return err
	}
	t.Decision, t.DecidedBy, t.DecidedAt = decision, by, tx.Now
	return appendIn(tx, a, entryTakeOver, takeOverPayload{ID: t.ID, What: decision, By: by})
}

const takeOverColumns = `id, sitting_id, attempt_id, device, holder, browser, at_ms, COALESCE(decision, ''), COALESCE(decided_by, ''), decided_ms, used_ms`

func scanTakeOver(row store.Row) (t TakeOver, err error) {
	var at int64
	var decided, used *int64
	err = row.Scan(&t.ID, &t.SittingID, &t.AttemptID, &t.Device, &t.Holder, &t.Browser, &at, &t.Decision, &t.DecidedBy, &decided, &used)
	t.At, t.DecidedAt, t.UsedAt = store.Time(at), store.NullTime(decided), store.NullTime(used)
	return t, err
}

// takeOversIn are the requests of an attempt, or those of a sitting that wait, as the condition's column says, oldest
// first.
func takeOversIn(rx *store.Rx, column, id string) ([]TakeOver, error) {
	condition := column + ` = ?`
	if column == "sitting_id" {
		condition += ` AND decided_ms IS NULL`
	}
	return store.All(rx, scanTakeOver, `SELECT `+takeOverColumns+` FROM takeover WHERE `+condition+` ORDER BY id`, id)
}
