package api

import (
	"context"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/common/expfmt"

	"bainian/app/gate"
	"bainian/app/jobs"
	"bainian/app/leads"
	"bainian/app/web/page"
)

// Gauges are where the figures come from that are looked up when they are asked for. What is nil is left out.
type Gauges struct {
	Logbook  *gate.Logbook
	Backlog  func(ctx context.Context) (jobs.Backlog, error)
	Leads    func(ctx context.Context) (map[leads.State]int, error)
	Unsent   func(ctx context.Context) (n int, oldest time.Time, err error) // pushes of a revocation that nobody has acknowledged
	Drift    func(ctx context.Context) (n int, err error)                   // people whom a CRM holds for other than the gate does
	Snapshot func() time.Time                                               // when the last snapshot for an outage was written
}

const (
	lookedUpEvery = 15 * time.Second
	lookUpLimit   = 5 * time.Second
	mostReasons   = 64 // different ones that have a label of their own
	otherLabel    = "other"
)

// Meters count what the gate decides, and say how the program does, in Prometheus's words. No label holds anything of a
// person, nor what a caller said.
type Meters struct {
	registry  *prometheus.Registry
	decisions *prometheus.CounterVec
	denials   *prometheus.CounterVec
	took      *prometheus.HistogramVec

	mu      sync.Mutex
	reasons map[string]bool
}

// NewMeters makes the meters; the logbook tells them every decision from here on.
func NewMeters(g Gauges, clock func() time.Time) *Meters {
	m := &Meters{
		registry: prometheus.NewRegistry(),
		reasons:  map[string]bool{},
		decisions: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bainian_gate_decisions_total",
			Help: "Decisions by the way they were asked for, the action and the outcome (allowed, denied)."}, []string{"way", "action", "outcome"}),
		denials: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bainian_gate_denials_total",
			Help: "What stood against denied decisions; one that has several reasons counts for each."}, []string{"action", "reason"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "bainian_gate_decision_seconds",
			Help:    "How long a machine's question took to decide, without the reading of its request.",
			Buckets: []float64{.00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}}, []string{"way"}),
	}
	m.registry.MustRegister(m.decisions, m.denials, m.took, newHouse(g, clock), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	g.Logbook.OnNoted(m.count)
	return m
}

// count is one entry of the logbook.
func (m *Meters) count(e gate.Entry) {
	action, outcome := otherLabel, "denied"
	if e.Action.Known() {
		action = string(e.Action)
	}
	if e.Allowed {
		outcome = "allowed"
	}
	n := float64(e.Count)
	m.decisions.WithLabelValues(string(e.Way), action, outcome).Add(n)
	for _, reason := range e.Reasons {
		m.denials.WithLabelValues(action, m.reason(reason)).Add(n)
	}
}

// reason is a label for a reason; policies come and go, so only so many have their own.
func (m *Meters) reason(key string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.reasons[key] {
		if len(m.reasons) >= mostReasons {
			return otherLabel
		}
		m.reasons[key] = true
	}
	return key
}

// metrics answers GET /metrics in Prometheus's text format.
func (w *Wing) metrics(c *page.Ctx) error {
	families, err := w.meters.registry.Gather()
	if err != nil {
		return err
	}
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	c.Set(fiber.HeaderContentType, string(format))
	encoder := expfmt.NewEncoder(c.Response().BodyWriter(), format)
	for _, family := range families {
		if err := encoder.Encode(family); err != nil {
			return err
		}
	}
	return nil
}
