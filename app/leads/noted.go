package leads

import (
	"errors"
	"slices"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/store"
)

// noteTaken takes down, once a transaction is done for good, that the gate allowed what it did.
func (p *Pool) noteTaken(tx *store.Tx, d gate.Decision, way gate.Way, by string) {
	action := gate.Draw
	if way == gate.ByAssign {
		action = gate.Assign
	}
	tx.After(func() { p.keeper.Logbook().Note(gate.EntryOf(d, way, action, by)) })
}

// noteRefused takes down why a person could not acquire a lead: what the gate had against it, the limit that was met, or
// that nothing could be decided. It comes after the transaction, for a refusal undoes what its own wrote. Where the gate
// was not asked (the actor may give none), or was open and there was no lead to be had, there is nothing to take down.
func (p *Pool) noteRefused(way gate.Way, a gate.Action, personID, actor string, err error) {
	why, closed := (*fault.Error)(nil), (*ClosedError)(nil)
	known := errors.As(err, &why)
	e := gate.Entry{Way: way, PersonID: personID, Action: a, Level: gate.None, Actor: actor}
	switch {
	case err == nil:
		return
	case errors.As(err, &closed):
		e = gate.EntryOf(closed.Decision, way, a, actor)
	case known && slices.Contains(limits(), why.Key), known && why.Kind == fault.Busy:
		e.Reasons = []string{why.Key}
	case fault.Is(err, fault.Internal):
		e.Reasons = []string{"gate.unavailable"}
	default:
		return
	}
	p.keeper.Logbook().Note(e)
}

// limits are the faults of a person who may take leads, and has taken enough.
func limits() []string {
	return []string{"leads.draw_limit", "leads.day_limit", "leads.cap", "leads.cooling", "leads.not_your_pool", "leads.pool_draws", "leads.pool_cap"}
}
