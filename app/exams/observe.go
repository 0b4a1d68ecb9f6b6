package exams

import (
	"context"
	"encoding/json"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// Observe is Report for a page that does not number its reports.
func (r *Room) Observe(ctx context.Context, actor people.Person, attemptID, device string, events []Event) error {
	return r.Report(ctx, actor, attemptID, Report{Device: device, Events: events})
}

// Report keeps what the browser of the leasing device saw, as far as the exam's policy asks for it. Every call is a
// contact, one with events that are refused too; heartbeats alone leave no entry in the journal unless they end a
// silence. A report that came before changes nothing. A flood is counted: of one attempt at most callsAMinute calls are
// written and keptAMinute events kept, and the journal says how many more there were, so that nobody's answers wait for
// somebody's events. Faults: exams.device, exams.report_page, exams.events (nothing is kept), exams.event_unknown, which
// names a kind that there is not (the others are kept), and those of a device without the lease.
func (r *Room) Report(ctx context.Context, actor people.Person, attemptID string, report Report) error {
	if err := namesDevice(report.Device); err != nil {
		return err
	}
	refusal, some := report.wrong()
	s, err := r.seat(ctx, attemptID)
	if err != nil {
		return err
	}
	if s.personID != actor.ID {
		return errMissing()
	}
	var now time.Time
	if err := r.db.ReadOne(ctx, func(rx *store.Rx) error { now = rx.Now; return nil }); err != nil {
		return err
	}
	if !r.flood.admits(attemptID, report, now) {
		return refusal
	}
	excess := r.flood.take(attemptID)
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		a, ok, err := AttemptIn(tx.Rx, attemptID)
		if err != nil || !ok {
			return orMissing(err)
		}
		if err := a.holds(report.Device); err != nil {
			return err
		}
		if refusal != nil && !some {
			return heardIn(tx, &a)
		}
		return reportIn(tx, &a, s.blueprint.Integrity, report, excess)
	})
	if err != nil {
		r.flood.giveBack(attemptID, excess)
		return err
	}
	return refusal
}

// reportIn puts a report on record, with what could not be kept of those before it.
func reportIn(tx *store.Tx, a *Attempt, policy Integrity, report Report, excess map[string]int) error {
	o, err := observationIn(tx.Rx, a.ID)
	if err != nil {
		return err
	}
	p, again := o.state.take(report, policy, a.StartedAt, tx.Now)
	if !again {
		o.state.exceeded(excess, policy)
		p.QuietMs = o.quiet(*a, policy)
		o.last, o.rtt = tx.Now, min(max(report.RttMs, 0), time.Minute.Milliseconds())
	}
	if err := originIn(tx, a, policy, report.From); err != nil {
		return err
	}
	if err := heardIn(tx, a); err != nil {
		return err
	}
	if p.says() {
		if err := claimedIn(tx, a.ID, p.claimed()); err != nil {
			return err
		}
		if err := appendIn(tx, a, entryObserve, p); err != nil {
			return err
		}
	}
	return o.keepIn(tx, a.ID)
}

// sealIn puts on record, before an attempt ends, what its reports leave to be said: how much was counted and not kept,
// and that they stopped, or never came, while the page was heard otherwise.
func sealIn(tx *store.Tx, a *Attempt, policy Integrity, excess map[string]int) error {
	o, err := observationIn(tx.Rx, a.ID)
	if err != nil {
		return err
	}
	var p observePayload
	o.state.exceeded(excess, policy)
	o.state.flush(&p)
	if p.QuietMs = o.quiet(*a, policy); !p.says() {
		return nil
	}
	return appendIn(tx, a, entryObserve, p)
}

// observation is how an attempt's reports stand.
type observation struct {
	last  time.Time // the latest report; zero before the first
	rtt   int64     // ms
	state reception
}

func observationIn(rx *store.Rx, attemptID string) (observation, error) {
	o, _, err := store.First(rx, func(row store.Row) (o observation, err error) {
		var last int64
		var doc string
		if err = row.Scan(&last, &o.rtt, &doc); err != nil {
			return o, err
		}
		o.last = moment(last)
		return o, json.Unmarshal([]byte(doc), &o.state)
	}, `SELECT last_ms, rtt_ms, state FROM observation WHERE attempt_id = ?`, attemptID)
	return o, err
}

func (o observation) keepIn(tx *store.Tx, attemptID string) error {
	doc, err := json.Marshal(o.state)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO observation (attempt_id, last_ms, rtt_ms, state) VALUES (?, ?, ?, ?)
		ON CONFLICT (attempt_id) DO UPDATE SET last_ms = excluded.last_ms, rtt_ms = excluded.rtt_ms, state = excluded.state`,
		attemptID, instant(o.last), o.rtt, string(doc))
	return err
}

// quiet is since when no report has come of a page that the server has been hearing for a while, by its saves, or 0. A
// page that is off-line is not heard and not quiet: that is a silence, which the journal has.
func (o observation) quiet(a Attempt, policy Integrity) int64 {
	if !policy.Watches(WatchGaps) {
		return 0
	}
	since := a.StartedAt
	if o.last.After(since) {
		since = o.last
	}
	heardFrom := since
	if a.contact.gapTo.After(heardFrom) {
		heardFrom = a.contact.gapTo
	}
	if a.contact.last.Sub(heardFrom) < quietFor {
		return 0
	}
	return store.Ms(since)
}
