package api

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// house collects the gauges. What costs a look at the database is looked up every 15 seconds at most, whoever scrapes
// how often; what could not be looked up is left out, and counted.
type house struct {
	Gauges
	clock func() time.Time

	mu       sync.Mutex
	kept     []prometheus.Metric
	lookedUp time.Time
	failures float64
}

// The figures that are looked up.
type figure struct {
	*prometheus.Desc
	kind prometheus.ValueType
}

func newFigure(kind prometheus.ValueType, name, help string, labels ...string) figure {
	return figure{prometheus.NewDesc(name, help, labels, nil), kind}
}

func (f figure) of(value float64, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(f.Desc, f.kind, value, labels...)
}

// figures are all figures by name.
func figures() map[string]figure {
	gauge, counter := prometheus.GaugeValue, prometheus.CounterValue
	return map[string]figure{
		"waiting":   newFigure(gauge, "bainian_gate_log_waiting", "Decisions that are not in the database yet."),
		"written":   newFigure(counter, "bainian_gate_log_written_total", "Rows of decisions that were written."),
		"coalesced": newFigure(counter, "bainian_gate_log_coalesced_total", "Decisions that are counted in another's row, since many alike came at once."),
		"dropped":   newFigure(counter, "bainian_gate_log_dropped_total", "Decisions that are not on record, since too many waited."),
		"failed":    newFigure(counter, "bainian_gate_log_failures_total", "Tries at writing decisions that failed."),
		"jobs":      newFigure(gauge, "bainian_jobs", "Jobs that wait for their turn or their next try, and that were given up.", "state"),
		"late":      newFigure(gauge, "bainian_jobs_late_seconds", "For how long the job that is due longest has been due."),
		"leads":     newFigure(gauge, "bainian_leads", "Leads in the pool, with somebody, and in trust.", "state"),
		"unsent":    newFigure(gauge, "bainian_push_revocations_unsent", "Revocations that were not delivered yet."),
		"oldest":    newFigure(gauge, "bainian_push_oldest_unsent_revocation_seconds", "Age of the oldest revocation that was not delivered yet; 0 when there is none."),
		"drift":     newFigure(gauge, "bainian_crm_drift", "People whom a CRM lets do what the gate does not, or the other way round, at the last look."),
		"snapshot":  newFigure(gauge, "bainian_glass_snapshot_age_seconds", "Age of the last snapshot for an outage that this process wrote."),
		"unread":    newFigure(counter, "bainian_metrics_failures_total", "Figures that could not be looked up."),
	}
}

func newHouse(g Gauges, clock func() time.Time) *house { return &house{Gauges: g, clock: clock} }

func (h *house) Describe(to chan<- *prometheus.Desc) {
	for _, f := range figures() {
		to <- f.Desc
	}
}

func (h *house) Collect(to chan<- prometheus.Metric) {
	f, s := figures(), h.Logbook.Strain()
	for name, n := range map[string]int{"waiting": s.Waiting, "written": s.Written, "coalesced": s.Coalesced, "dropped": s.Dropped, "failed": s.Failed} {
		to <- f[name].of(float64(n))
	}
	if h.Snapshot != nil {
		if at := h.Snapshot(); !at.IsZero() {
			to <- f["snapshot"].of(h.clock().Sub(at).Seconds())
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if now := h.clock(); h.lookedUp.IsZero() || now.Sub(h.lookedUp) >= lookedUpEvery || now.Before(h.lookedUp) {
		h.kept, h.lookedUp = h.lookUp(f), now
	}
	for _, m := range h.kept {
		to <- m
	}
	to <- f["unread"].of(h.failures)
}

// lookUp asks everybody who is there to ask.
func (h *house) lookUp(f map[string]figure) (found []prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), lookUpLimit)
	defer cancel()
	keep := func(err error, metrics ...prometheus.Metric) {
		if err != nil {
			h.failures++
			return
		}
		found = append(found, metrics...)
	}
	if h.Backlog != nil {
		b, err := h.Backlog(ctx)
		keep(err, f["jobs"].of(float64(b.Waiting), "waiting"), f["jobs"].of(float64(b.Failed), "failed"), f["late"].of(b.Late.Seconds()))
	}
	if h.Leads != nil {
		counts, err := h.Leads(ctx)
		var all []prometheus.Metric
		for state, n := range counts {
			all = append(all, f["leads"].of(float64(n), string(state)))
		}
		keep(err, all...)
	}
	if h.Unsent != nil {
		n, oldest, err := h.Unsent(ctx)
		age := 0.0
		if !oldest.IsZero() {
			age = h.clock().Sub(oldest).Seconds()
		}
		keep(err, f["unsent"].of(float64(n)), f["oldest"].of(age))
	}
	if h.Drift != nil {
		n, err := h.Drift(ctx)
		keep(err, f["drift"].of(float64(n)))
	}
	return found
}
