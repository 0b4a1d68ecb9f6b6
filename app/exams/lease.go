package exams

import (
	"context"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// devicePayload says which device may save from now on, and from which it took over on what ground.
type devicePayload struct {
	Device   string `json:"device"`
	From     string `json:"from,omitempty"`
	Ground   string `json:"ground,omitempty"`   // "approved" or "silent", where somebody has to agree (takeover.go)
	TakeOver string `json:"takeover,omitempty"` // the request that was approved
}

// Lease makes device the one that may save in the attempt. A device that has the lease keeps it (a reload);
// another gets Conflict exams.other_device until it says take, which is logged; where somebody has to agree first,
// it gets a Conflict that says how that stands (takeOverIn). Each call is a contact.
func (r *Room) Lease(ctx context.Context, actor people.Person, attemptID, device string, take bool) error {
	if err := namesDevice(device); err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		a, err := ownIn(tx.Rx, actor, attemptID)
		if err != nil {
			return err
		}
		var ground TakeOver
		if err := a.holds(device); err != nil {
			if !take || a.Over() {
				return err
			}
			if ground, err = r.takeOverIn(tx, &a, device); err != nil {
				return err
			}
		}
		if a.device != device {
			if err := appendIn(tx, &a, entryDevice, devicePayload{device, a.device, ground.Decision, ground.ID}); err != nil {
				return err
			}
			a.device = device
		}
		if err := enteredIn(tx, a.ID); err != nil {
			return err
		}
		return heardIn(tx, &a)
	})
}

// maxDevice is the longest name of a device, in bytes.
const maxDevice = 64

// namesDevice is the fault of a device without a name or with an overlong one, which the journal would keep.
func namesDevice(device string) error {
	if device == "" || len(device) > maxDevice {
		return fault.New(fault.Invalid, "exams.device").In("device")
	}
	return nil
}

// ownIn is the actor's own attempt; anybody else's is not there for them.
func ownIn(rx *store.Rx, actor people.Person, attemptID string) (Attempt, error) {
	a, ok, err := AttemptIn(rx, attemptID)
	if err != nil {
		return a, err
	}
	if !ok || a.PersonID != actor.ID {
		return Attempt{}, errMissing()
	}
	return a, nil
}

// listenIn notes a contact, if it is of the device that has the paper.
func listenIn(tx *store.Tx, a *Attempt, device string) error {
	if a.holds(device) != nil {
		return nil
	}
	return heardIn(tx, a)
}

// heardIn notes a contact, and journals the silence that it ended.
func heardIn(tx *store.Tx, a *Attempt) error {
	met, gap := a.contact.heard(tx.Now, a.Deadline)
	if gap {
		if err := appendIn(tx, a, entrySilence, silencePayload{SinceMs: store.Ms(a.contact.last)}); err != nil {
			return err
		}
	}
	a.contact = met
	_, err := tx.Exec(`UPDATE attempt SET device = ?, contact_ms = ?, gap_from_ms = ?, gap_to_ms = ? WHERE id = ?`,
		a.device, instant(met.last), instant(met.gapFrom), instant(met.gapTo), a.ID)
	return err
}

// silencePayload says that nothing had been heard of the candidate since then.
type silencePayload struct {
	SinceMs int64 `json:"since_ms"`
}
