package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// report is what a run says in the end.
type report struct {
	Candidates   int                 `json:"candidates"`
	Workers      int                 `json:"workers"`
	Minutes      float64             `json:"minutes"`
	EveryS       float64             `json:"every_s"`
	Filled       int                 `json:"seeded_attempts"`
	Saves        int64               `json:"saves"`        // sent, repeated ones too
	Acknowledged int64               `json:"acknowledged"` // by the server, a repeated one once
	Lost         int                 `json:"lost"`         // acknowledged and not found again
	Unchecked    int                 `json:"unchecked"`    // candidates whose answers could not be read back
	SavesPerS    float64             `json:"saves_per_s"`
	P99SaveMs    float64             `json:"p99_save_ms"`
	StartsPerS   float64             `json:"starts_per_s"`
	SubmitsPerS  float64             `json:"submissions_per_s"`
	Steps        map[string]stepTold `json:"steps"`
	Errors       map[string]int      `json:"errors"`
	Losses       []loss              `json:"losses"`
	Server       *usage              `json:"server,omitempty"` // a server of one's own
	Beside       *beside             `json:"beside,omitempty"` // with -compare
}

// stepTold is one step; its rate is that of the phase in which all took it.
type stepTold struct {
	Count int64   `json:"count"`
	PerS  float64 `json:"per_s"`
	P50Ms float64 `json:"p50_ms"`
	P95Ms float64 `json:"p95_ms"`
	P99Ms float64 `json:"p99_ms"`
	MaxMs float64 `json:"max_ms"`
	CPUUs float64 `json:"server_cpu_us,omitempty"` // of the server's processor time for each, looks at the clock counted in
}

func (s *simulation) report() *report {
	all := s.merged()
	r := &report{Candidates: s.plan.candidates, Workers: s.plan.workers, Minutes: s.minutes, EveryS: s.every.Seconds(), Filled: s.fill, Saves: all.saves, Acknowledged: s.acked,
		Lost: len(s.lost), Unchecked: s.unchecked, Steps: map[string]stepTold{}, Errors: all.errors, Losses: s.lost}
	if r.Errors == nil {
		r.Errors = map[string]int{}
	}
	if r.Losses == nil {
		r.Losses = []loss{}
	}
	s.took[lease] = s.took[openPaper]
	for of := range steps {
		t := &all.times[of]
		if t.n == 0 {
			continue
		}
		told := stepTold{Count: t.n, P50Ms: ms(t.within(500)), P95Ms: ms(t.within(950)), P99Ms: ms(t.within(990)), MaxMs: ms(t.longest)}
		if took := s.took[of].Seconds(); took > 0 {
			told.PerS = float64(t.n) / took
			told.CPUUs = float64(s.worked[of].Microseconds()) / float64(t.n)
		}
		r.Steps[of.String()] = told
	}
	r.SavesPerS, r.P99SaveMs = r.Steps[save.String()].PerS, r.Steps[save.String()].P99Ms
	r.StartsPerS, r.SubmitsPerS = r.Steps[start.String()].PerS, r.Steps[submit.String()].PerS
	return r
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func (r *report) print(out io.Writer, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	fmt.Fprintf(out, "\n%-10s %9s %10s %9s %9s %9s %9s %9s\n", "step", "count", "per s", "p50 ms", "p95 ms", "p99 ms", "max ms", "cpu µs")
	for of := range steps {
		if t, ok := r.Steps[of.String()]; ok {
			fmt.Fprintf(out, "%-10s %9d %10.0f %9.2f %9.2f %9.2f %9.2f %9.0f\n", of, t.Count, t.PerS, t.P50Ms, t.P95Ms, t.P99Ms, t.MaxMs, t.CPUUs)
		}
	}
	if r.Server != nil {
		fmt.Fprintf(out, "\nserver: %.0f MB at most, %.1f s of processor time\n", r.Server.PeakMB, r.Server.CPU)
	}
	if b := r.Beside; b != nil {
		fmt.Fprintf(out, "the store alone: %.0f saves, %.0f starts, %.0f submissions/s; a bare handler: %.0f requests/s\n", b.StoreSaves, b.StoreStarts, b.StoreSubmits, b.Bare)
		fmt.Fprintf(out, "a save over the network is %.0f %% of the store alone and %.0f %% of the bare handler\n", 100*b.OfStore, 100*b.OfBare)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.Errors)) {
		fmt.Fprintf(out, "trouble: %d × %s\n", r.Errors[kind], kind)
	}
	for _, l := range r.Losses[:min(len(r.Losses), 20)] {
		fmt.Fprintf(out, "LOST: %s, question %d, save %d: %s\n", l.Candidate, l.Question, l.Seq, l.Why)
	}
	_, err := fmt.Fprintf(out, "\n%d answers acknowledged of %d sent; %d lost, %d candidates unchecked\n", r.Acknowledged, r.Saves, r.Lost, r.Unchecked)
	return err
}
