package api

import (
	"context"
	"fmt"
	"strings"

	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/web/page"
)

// way is how a machine asks.
type way string

const byEvaluation way = "evaluation" // the AuthZEN Authorization API, one question or an item of a batch

// asked is one question: who may do what with which pool, in the words of the machine.
type asked struct {
	way                          way
	subjectType, subject         string // subject is an employee number
	action, resourceType, poolID string // poolID is "" where the way names none
}

// ruling is how it is answered. Without a decision of the gate it is a denial for want of one, and key says why.
type ruling struct {
	allowed  bool
	decision *gate.Decision // nil when the gate came to none
	reasons  []gate.Reason  // for a denial by the gate: what is unmet, with titles, as machines may know it
	key      string         // for a denial without a decision: a message key with its arguments
	args     []any
	err      error // what went wrong with us; the denial is then one that may be asked again
}

// decider is a way of the keeper's to decide about the holder of an employee number.
type decider func(ctx context.Context, number string) (gate.Decision, error)

// decide answers a machine: every question that one asks, by whichever way, comes through here and leaves with its
// ruling, so that whoever counts or writes down decisions does it in this one place.
func (w *Wing) decide(c *page.Ctx, q asked, by decider) ruling {
	began := c.Now()
	r := w.rule(c, q, by)
	if w.meters != nil {
		w.meters.took.WithLabelValues(string(q.way)).Observe(c.Now().Sub(began).Seconds())
	}
	if err := w.note(entryOf(c, q, r)); err != nil { // what cannot be written down is not allowed
		r = w.broken(err)
	}
	last := lastAsked{way: q.way, allowed: r.allowed, at: c.Now()}
	if !r.allowed {
		last.said = r.keys()
	}
	w.latest.note(c.Machine, last)
	return r
}

// entryOf is a ruling as the logbook keeps it. Why a case or a red line stands in the way is not told to machines, and
// so not kept either.
func entryOf(c *page.Ctx, q asked, r ruling) gate.Entry {
	if r.decision == nil {
		return gate.Refusal(c.Now(), gate.Way(q.way), q.subject, gate.Action(q.action), c.Machine, r.key)
	}
	e := gate.EntryOf(*r.decision, gate.Way(q.way), gate.Action(q.action), c.Machine)
	e.Number = q.subject
	return e
}

// rule decides. What the gate does not know is denied, not an error: it is a well-formed question. An error is a
// denial too; only holding may be allowed beside one, while there are no rules to acquire anything by.
func (w *Wing) rule(c *page.Ctx, q asked, by decider) ruling {
	action := gate.Action(q.action)
	switch {
	case q.subjectType != subjectType:
		return ruling{key: "gate.unknown_subject", args: []any{"type", q.subjectType}}
	case q.resourceType != resourceType:
		return ruling{key: "gate.unknown_resource", args: []any{"type", q.resourceType}}
	case !action.Known():
		return ruling{key: "gate.unknown_action", args: []any{"action", q.action}}
	}
	if q.poolID != "" {
		known, err := w.pools(c.Context(), q.poolID)
		switch {
		case err != nil && action != gate.Hold:
			return w.broken(err)
		case err == nil && !known:
			return ruling{key: "gate.unknown_pool", args: []any{"id", q.poolID}}
		}
	}
	d, err := by(c.Context(), q.subject)
	switch {
	case d.Allows(action):
		return ruling{allowed: true, decision: &d}
	case fault.Is(err, fault.NotFound):
		return ruling{key: "gate.no_person"}
	case err != nil:
		return w.broken(err)
	}
	reasons, err := w.titled(c.Context(), d.Reasons(gate.Others), c.Lang)
	if err != nil {
		return w.broken(err)
	}
	return ruling{decision: &d, reasons: reasons}
}

// broken is the denial that an error is: whoever guards a pool by our word must not have to guess.
func (w *Wing) broken(err error) ruling {
	w.kit.Log.Error("decision failed", "error", err)
	key := "gate.unavailable"
	if fault.HasKey(err, "gate.no_policy") {
		key = "gate.no_policy"
	}
	return ruling{key: key, err: err}
}

// maxReasons is how long keys may get, in bytes: proxies have 4 KB for all headers.
const maxReasons = 1000

// keys are what a ruling says to machines: the requirements that are unmet, or the one word for why there is no decision.
func (r ruling) keys() string {
	if r.decision == nil {
		return strings.TrimPrefix(r.key, "gate.")
	}
	var keys []string
	size := 0
	for _, reason := range r.reasons {
		key := ascii(reason.Requirement)
		if size += len(key) + len(", "); size > maxReasons {
			keys = append(keys, "more")
			break
		}
		keys = append(keys, key)
	}
	return strings.Join(keys, ", ")
}

// ascii writes what a header cannot hold, and the percent sign, as %XX.
func ascii(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c <= ' ' || c >= 0x7f || c == '%' || c == ',' {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
