package exams

import (
	"context"
	"slices"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Event is what a browser says it saw: a claim, kept beside the server's time of receipt.
type Event struct {
	Kind string `json:"kind"`        // one of Events
	AtMs int64  `json:"at_ms"`       // by the client's clock
	N    int    `json:"n,omitempty"` // size of a paste in characters, or the question's number
}

// Heartbeat is the event that says no more than that the page is there.
const Heartbeat = "heartbeat"

// Events are the kinds of event that are kept.
func Events() []string {
	return []string{Heartbeat, "focus_lost", "focus_back", "hidden", "visible", "fullscreen_on", "fullscreen_off",
		"paste", "copy", "cut", "print", "offline", "online", "question", "second_tab", "resize"}
}

// maxEvents is how many events one call may bring.
const maxEvents = 50

// observePayload is one batch of claims.
type observePayload struct {
	Device string  `json:"device"`
	Events []Event `json:"events"`
}

// Observe keeps what the browser of the leasing device saw. Every call is a contact, one with
// events that are refused too; heartbeats alone leave no entry in the journal unless they end a silence.
func (r *Room) Observe(ctx context.Context, actor people.Person, attemptID, device string, events []Event) error {
	if err := namesDevice(device); err != nil {
		return err
	}
	claims, refusal := claimsOf(events)
	err := r.db.Write(ctx, func(tx *store.Tx) error {
		a, err := ownIn(tx.Rx, actor, attemptID)
		if err != nil {
			return err
		}
		if err := a.holds(device); err != nil {
			return err
		}
		if err := heardIn(tx, &a); err != nil || len(claims) == 0 {
			return err
		}
		if err := claimedIn(tx, a.ID, claims); err != nil {
			return err
		}
		return appendIn(tx, &a, entryObserve, observePayload{Device: device, Events: claims})
	})
	if err != nil {
		return err
	}
	return refusal
}

// claimsOf are the events that are kept, or the reason why none of them is.
func claimsOf(events []Event) (claims []Event, refusal error) {
	if len(events) == 0 || len(events) > maxEvents {
		return nil, fault.New(fault.TooLarge, "exams.events", "max", maxEvents)
	}
	for _, e := range events {
		if !slices.Contains(Events(), e.Kind) {
			return nil, fault.New(fault.Invalid, "exams.event_unknown", "kind", e.Kind).In("kind")
		}
		if e.Kind != Heartbeat {
			claims = append(claims, e)
		}
	}
	return claims, nil
}
