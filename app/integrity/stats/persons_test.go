package stats

import (
	"errors"
	"math"
	"strings"
	"testing"
)

// The published examples of canaries: at q = .1, five of six are 5.5e-5 and six of six 1e-6.
func TestCanaryP(t *testing.T) {
	for _, c := range []struct {
		picked, seen int
		want         float64
	}{{5, 6, 5.5e-5}, {6, 6, 1e-6}, {0, 6, 1}, {0, 0, 1}, {1, 1, .1}} {
		if got := CanaryP(c.picked, c.seen); math.Abs(got/c.want-1) > 1e-6 {
			t.Errorf("%d of %d: %g, want %g", c.picked, c.seen, got, c.want)
		}
	}
	if got := CanaryP(7, 6); got != 0 {
		t.Errorf("more picked than seen: %g", got)
	}
}

// A hand-worked case: θ of one right, one wrong of two alike items is 0; two changed items of b = 0, both right, give
// (1 − ½)/√½.
func TestChangeIndex(t *testing.T) {
	m := TwoPL{A: []float64{1, 1, 1, 1}, B: []float64{0, 0, 0, 0}}
	changed := []bool{false, false, true, true}
	got, ok := ChangeIndex(m, []int8{1, 0, 1, 1}, changed)
	if !ok || math.Abs(got-.5/math.Sqrt(.5)) > 1e-6 {
		t.Errorf("%g %v, want .7071", got, ok)
	}
	if _, ok := ChangeIndex(m, []int8{1, 0, Missing, Missing}, changed); ok {
		t.Error("nothing changed, but there is an index")
	}
	if _, ok := ChangeIndex(m, []int8{Missing, Missing, 1, 1}, changed); ok {
		t.Error("nothing unchanged, but there is an index")
	}
}

// rms is the root mean square difference of two lists after each is moved to mean 0: where a scale begins depends on
// who was calibrated.
func rms(got, want []float64) float64 {
	shift, sum := 0.0, 0.0
	for i := range got {
		shift += (got[i] - want[i]) / float64(len(got))
	}
	for i := range got {
		sum += (got[i] - want[i] - shift) * (got[i] - want[i] - shift)
	}
	return math.Sqrt(sum / float64(len(got)))
}

// The calibrations find, on 180 honest people, the parameters that the golden exam was made with.
func TestCalibrationRecovers(t *testing.T) {
	e := goldenTimed(t)
	m, err := Calibrate2PL(e.scores[20:])
	if err != nil {
		t.Fatal(err)
	}
	times, err := CalibrateTimes(e.seconds[20:])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name      string
		got, want []float64
		bound     float64
	}{{"a", m.A, e.model.A, .3}, {"b", m.B, e.model.B, .35}, {"alpha", times.Alpha, e.times.Alpha, .15}, {"beta", times.Beta, e.times.Beta, .05}} {
		if got := rms(c.got, c.want); got > c.bound {
			t.Errorf("%s is off by %.3f, want at most %.3f", c.name, got, c.bound)
		} else {
			t.Logf("%s is off by %.3f", c.name, got)
		}
	}
}

// One time in ten turned into an hour away hardly moves the items against each other, or their spread.
func TestCalibrateTimesResistsOutliers(t *testing.T) {
	e := goldenTimed(t)
	clean, err := CalibrateTimes(e.seconds)
	if err != nil {
		t.Fatal(err)
	}
	for p, row := range e.seconds {
		for i := range row {
			if (7*p+3*i)%10 == 0 {
				row[i] = 3600
			}
		}
	}
	dirty, err := CalibrateTimes(e.seconds)
	if err != nil {
		t.Fatal(err)
	}
	if got := rms(dirty.Beta, clean.Beta); got > .05 {
		t.Errorf("the items' times moved by %.3f log seconds against each other", got)
	}
	for i := range clean.Alpha {
		if r := dirty.Alpha[i] / clean.Alpha[i]; r < .6 || r > 1.5 {
			t.Errorf("item %d: alpha %.2f became %.2f", i+1, clean.Alpha[i], dirty.Alpha[i])
		}
	}
}

// A residual left out of its own prediction is Z divided by √(1−h), h the item's share of the precision.
func TestResiduals(t *testing.T) {
	m := Lognormal{Alpha: []float64{2, 1, 1}, Beta: []float64{3, 4, 3.5}}
	rs := m.Residuals([]float64{10, 0, 60})
	if rs[1].OK || !rs[0].OK || !rs[2].OK {
		t.Fatalf("%+v", rs)
	}
	share := 4.0 / 5
	if want := rs[0].Z / math.Sqrt(1-share); math.Abs(rs[0].LeftOut-want) > 1e-9 {
		t.Errorf("left out %g, want %g", rs[0].LeftOut, want)
	}
	chi, p, ok := Misfit(rs)
	if !ok || math.Abs(p-chiSquareAbove(chi, 1)) > 1e-12 {
		t.Errorf("misfit %g p %g %v", chi, p, ok)
	}
}

// On the golden exam nearly all of the twenty who knew half the items misfit by their times and some by their scores; the
// honest keep to the nominal rates, though the models were calibrated on everybody.
func TestPersonFit(t *testing.T) {
	e := goldenTimed(t)
	fit, err := PersonFit(e.scores, e.seconds)
	if err != nil {
		t.Fatal(err)
	}
	var lz, misfit [2]float64 // share beyond the 1 % point: honest, knew
	for p, f := range fit.Persons {
		group, of := 0, 180.0
		if p < 20 {
			group, of = 1, 20
		}
		if f.LzStar == nil || f.Misfit == nil || f.Speed == nil || f.Ability == nil || f.Effort == nil {
			t.Fatalf("person %d: %+v", p, f)
		}
		if *f.LzStar < -2.326 {
			lz[group] += 1 / of
		}
		if *f.Misfit < .01 {
			misfit[group] += 1 / of
		}
	}
	t.Logf("beyond 1 %%: l_z* %.3f of the honest, %.2f of those who knew; times %.3f and %.2f", lz[0], lz[1], misfit[0], misfit[1])
	if lz[0] > .02 || misfit[0] > .03 {
		t.Errorf("%.3f of the honest misfit by scores, %.3f by times", lz[0], misfit[0])
	}
	if lz[1] < .1 || misfit[1] < .9 {
		t.Errorf("only %.2f of those who knew misfit by scores, %.2f by times", lz[1], misfit[1])
	}
}

// Papers that say little have no value: nobody, one person, a blank paper, one answer.
func TestPersonFitAbsent(t *testing.T) {
	e := goldenTimed(t)
	for _, n := range []int{0, 1, 2} {
		fit, err := PersonFit(e.scores[:n], e.seconds[:n])
		if !errors.Is(err, ErrTooFew) || len(fit.Persons) != n {
			t.Errorf("%d people: %v with %d rows", n, err, len(fit.Persons))
		}
		for _, f := range fit.Persons {
			if f != (Fit{}) {
				t.Errorf("%d people: %+v", n, f)
			}
		}
	}
	for i := range e.scores[0] {
		e.scores[0][i], e.seconds[0][i] = Missing, 0
		if i > 0 {
			e.scores[1][i], e.seconds[1][i] = Missing, 0
		}
		e.scores[2][i] = 1
	}
	fit, err := PersonFit(e.scores, e.seconds)
	if err != nil {
		t.Fatal(err)
	}
	if fit.Persons[0] != (Fit{}) {
		t.Errorf("blank paper: %+v", fit.Persons[0])
	}
	if one := fit.Persons[1]; one.Ability == nil || one.LzStar != nil || one.Misfit != nil || one.Speed == nil {
		t.Errorf("one answer: %+v", one)
	}
	if perfect := fit.Persons[2]; perfect.LzStar == nil || *perfect.LzStar < -2 {
		t.Errorf("everything right: %+v", perfect)
	}
	if fit, err = PersonFit(e.scores, nil); err != nil || fit.Persons[5].LzStar == nil || fit.Persons[5].Misfit != nil {
		t.Errorf("without times: %+v %v", fit.Persons[5], err)
	}
	e.scores[7] = e.scores[7][:3]
	if _, err := PersonFit(e.scores, nil); err == nil || !strings.Contains(err.Error(), "person 8") {
		t.Errorf("a short row: %v", err)
	}
}

// Two items of mean 50 s and 20 s have thresholds of 5 s and 2 s; a time that is absent counts nowhere.
func TestEffort(t *testing.T) {
	got := Effort([][]float64{{4, 30}, {96, 1}, {50, 29}, {0, 0}, {0, 20}})
	for p, want := range []float64{.5, .5, 1, -1, 1} {
		if (got[p] == nil) != (want < 0) || got[p] != nil && *got[p] != want {
			t.Errorf("person %d: %v, want %v", p, got[p], want)
		}
	}
}
