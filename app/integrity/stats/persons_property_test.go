package stats

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// oddTable draws scores and times of 1 to 40 people and 1 to 12 items as odd as a file can hold: constant items and
// people, nothing but missing answers, times that are zero, negative, tiny, huge, or no number.
func oddTable(t *rapid.T) (scores [][]int8, seconds [][]float64) {
	people, items := rapid.IntRange(1, 40).Draw(t, "people"), rapid.IntRange(1, 12).Draw(t, "items")
	choices := [][]int8{{0, 1}, {1}, {0}, {Missing}, {0, 1, Missing}, {1, 1, 1, 1, 0}}
	times := [][]float64{{1, 20, 60}, {0}, {30}, {math.NaN(), math.Inf(1), -1, 5}, {1e-300, 1e300}, {5, 5, 5, 0, 8}}
	column := make([]int, items)
	for i := range column {
		column[i] = rapid.IntRange(0, len(choices)-1).Draw(t, "kind of item")
	}
	for range people {
		x, y := make([]int8, items), make([]float64, items)
		kind := rapid.IntRange(0, 2*len(choices)).Draw(t, "kind of person")
		for i := range x {
			k := column[i]
			if kind < len(choices) {
				k = kind
			}
			x[i], y[i] = rapid.SampledFrom(choices[k]).Draw(t, "score"), rapid.SampledFrom(times[k]).Draw(t, "seconds")
		}
		scores, seconds = append(scores, x), append(seconds, y)
	}
	return scores, seconds
}

// absentOrFinite fails when a value that is there is no number.
func absentOrFinite(t *rapid.T, name string, values ...*float64) {
	for _, v := range values {
		if v != nil && (math.IsNaN(*v) || math.IsInf(*v, 0)) {
			t.Fatalf("%s is %v", name, *v)
		}
	}
}

func allFinite(t *rapid.T, name string, lists ...[]float64) {
	for _, l := range lists {
		for i := range l {
			absentOrFinite(t, name, &l[i])
		}
	}
}

// Whatever the file, every value is a number or absent, and errors are of few people only.
func TestPersonsNeverNaN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scores, seconds := oddTable(t)
		fit, err := PersonFit(scores, seconds)
		if err != nil && !(errors.Is(err, ErrTooFew) && len(scores) < fewestPeople) {
			t.Fatal(err)
		}
		if len(fit.Persons) != len(scores) {
			t.Fatalf("%d rows of %d people", len(fit.Persons), len(scores))
		}
		allFinite(t, "model", fit.Items.A, fit.Items.B, fit.Times.Alpha, fit.Times.Beta)
		known := make([]bool, len(scores[0]))
		for i := range known {
			known[i] = rapid.Bool().Draw(t, "leaked")
		}
		for p, f := range fit.Persons {
			absentOrFinite(t, "fit", f.Ability, f.LzStar, f.Speed, f.Misfit, f.Effort)
			if err != nil {
				continue
			}
			var k KnownSet
			k.ByScores(fit.Items, scores[p], known)
			if fit.Times.Alpha != nil {
				k.ByTimes(fit.Times, seconds[p], known)
			}
			joint := k.JointP()
			absentOrFinite(t, "known set", &k.LR, &k.Score, &k.Wald, &k.Times, &k.Joint, &joint)
			if edi, ok := ChangeIndex(fit.Items, scores[p], known); ok {
				absentOrFinite(t, "change index", &edi)
			}
		}
		test, err := Preknowledge(scores, seconds, known)
		if err != nil && !errors.Is(err, ErrKnownSet) && !(errors.Is(err, ErrTooFew) && len(scores) < fewestPeople) {
			t.Fatal(err)
		}
		for _, f := range test.Persons {
			absentOrFinite(t, "preknowledge", f.Scores, f.Times, f.Z)
		}
	})
}
