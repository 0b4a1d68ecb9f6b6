package stats

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// goldenColumns reads a table of testdata whose first column is a name: the columns by their heads, rows in order.
func goldenColumns(t testing.TB, name string) map[string][]float64 {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for _, row := range rows[1:] {
		for i, cell := range row {
			if i == 0 && rows[0][0] == "" {
				continue
			}
			v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			out[rows[0][i]] = append(out[rows[0][i]], v)
		}
	}
	return out
}

// timed is the golden exam with times: 200 people, 40 items, of which persons 0–19 knew items 0–19.
type timed struct {
	scores  [][]int8
	seconds [][]float64
	known   []bool
	model   TwoPL
	times   Lognormal
}

func goldenTimed(t testing.TB) timed {
	t.Helper()
	psi, scores, logs := goldenColumns(t, "rt_psi.csv"), goldenColumns(t, "rt_scores.csv"), goldenColumns(t, "rt_logtimes.csv")
	e := timed{model: TwoPL{A: psi["a"], B: psi["b"], C: psi["c"]}, times: Lognormal{Alpha: psi["alpha"], Beta: psi["beta"]}}
	n := len(psi["a"])
	e.known = make([]bool, n)
	for i := range 20 {
		e.known[i] = true
	}
	for p := range scores["V1"] {
		x, y := make([]int8, n), make([]float64, n)
		for i := range n {
			x[i] = int8(scores["V"+strconv.Itoa(i+1)][p])
			y[i] = math.Exp(logs["V"+strconv.Itoa(i+1)][p])
		}
		e.scores, e.seconds = append(e.scores, x), append(e.seconds, y)
	}
	if len(e.scores) != 200 || n != 40 {
		t.Fatalf("%d people and %d items", len(e.scores), n)
	}
	return e
}

// agreement collects the worst departure from the golden values of each statistic.
type agreement map[string]float64

func (a agreement) absolute(name string, got, want float64) {
	a[name] = math.Max(a[name], math.Abs(got-want))
}

func (a agreement) relative(name string, got, want float64) {
	a[name] = math.Max(a[name], math.Abs(got/want-1))
}

func (a agreement) within(t *testing.T, bound float64) {
	t.Helper()
	for name, worst := range a {
		if !(worst <= bound) {
			t.Errorf("%s is off by up to %.3g, want %.3g", name, worst, bound)
		}
	}
	t.Log(a)
}

func TestGoldenPersonFit(t *testing.T) {
	e := goldenTimed(t)
	stat, pval := goldenColumns(t, "pm_stat.csv"), goldenColumns(t, "pm_pval.csv")
	stats, ps := agreement{}, agreement{}
	for p := range e.scores {
		theta, _ := e.model.Ability(e.scores[p])
		residuals := e.times.Residuals(e.seconds[p])
		lz, ok1 := e.model.Lz(e.scores[p], theta)
		star, ok2 := e.model.LzStar(e.scores[p], theta, 0)
		chi, misfit, ok3 := Misfit(residuals)
		both, ok4 := e.model.LzTimes(e.scores[p], theta, residuals)
		if !ok1 || !ok2 || !ok3 || !ok4 {
			t.Fatalf("person %d has no fit: %v %v %v %v", p, ok1, ok2, ok3, ok4)
		}
		stats.absolute("L_S_NO", lz, stat["L_S_NO"][p])
		stats.absolute("L_S_TS", star, stat["L_S_TS"][p])
		stats.absolute("L_T", chi, stat["L_T"][p])
		stats.absolute("L_ST_NO", both, stat["L_ST_NO"][p])
		ps.relative("L_S_NO", UpperP(-lz), pval["L_S_NO"][p])
		ps.relative("L_S_TS", UpperP(-star), pval["L_S_TS"][p])
		ps.relative("L_T", misfit, pval["L_T"][p])
		ps.relative("L_ST_NO", UpperP(-both), pval["L_ST_NO"][p])
	}
	stats.within(t, 1e-3)
	ps.within(t, .01)
}

func TestGoldenKnownSet(t *testing.T) {
	e := goldenTimed(t)
	stat, pval := goldenColumns(t, "pk_stat.csv"), goldenColumns(t, "pk_pval.csv")
	stats, ps := agreement{}, agreement{}
	for p := range e.scores {
		var k KnownSet
		if !k.ByScores(e.model, e.scores[p], e.known) || !k.ByTimes(e.times, e.seconds[p], e.known) {
			t.Fatalf("person %d has no test", p)
		}
		for name, v := range map[string]float64{"L_S": k.LR, "S_S": k.Score, "W_S": k.Wald, "L_T": k.Times, "W_T": k.Times} {
			stats.absolute(name, v, stat[name][p])
			ps.relative(name, UpperP(v), pval[name][p])
		}
		stats.absolute("L_ST", k.Joint, stat["L_ST"][p])
		ps.relative("L_ST", k.JointP(), pval["L_ST"][p])
	}
	stats.within(t, 1e-3)
	ps.within(t, .01)
}

func TestGoldenRapidThreshold(t *testing.T) {
	e := goldenTimed(t)
	want := goldenColumns(t, "nt10_thr.csv")["thr"]
	worst := agreement{}
	for i := range want {
		column := make([]float64, len(e.seconds))
		for p := range e.seconds {
			column[p] = e.seconds[p][i]
		}
		worst.absolute("NT10", RapidThreshold(column), want[i])
	}
	worst.within(t, 1e-9)
}
