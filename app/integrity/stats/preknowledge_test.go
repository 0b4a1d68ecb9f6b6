package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// exam is scores and times of people of whom some knew the leaked items.
type exam struct {
	scores  [][]int8
	seconds [][]float64
	known   []bool
	knew    []bool
}

// publishedExam is the simulation of dghirt_long.csv: 200 people, 30 items, 15 leaked, 40 people who knew them.
func publishedExam(t testing.TB) exam {
	t.Helper()
	g := goldenColumns(t, "dghirt_long.csv")
	e := exam{known: make([]bool, 30), knew: make([]bool, 200)}
	for range e.knew {
		e.scores, e.seconds = append(e.scores, make([]int8, 30)), append(e.seconds, make([]float64, 30))
	}
	for r := range g["id"] {
		p, i := int(g["id"][r])-1, int(g["item"][r])-1
		e.scores[p][i], e.seconds[p][i] = int8(g["R"][r]), g["RT"][r]
		e.known[i], e.knew[p] = g["compromised"][r] == 1, g["group"][r] == 1
	}
	return e
}

// unevenExam is an exam as messy as real ones: items that can be guessed and measure a second ability as well, times
// that are skewed and drift, some answers missing. A share of the people knew about seven in ten of the leaked items.
func unevenExam(seed uint64, people, items, leaked, knew int) exam {
	r := rand.New(rand.NewPCG(seed, 1))
	e := exam{known: make([]bool, items), knew: make([]bool, people)}
	for _, i := range r.Perm(items)[:leaked] {
		e.known[i] = true
	}
	type item struct{ a, b, c, second, alpha, beta float64 }
	all := make([]item, items)
	for i := range all {
		b := -1 + 1.2*r.NormFloat64()
		all[i] = item{math.Exp(-.5 + .3*r.NormFloat64()), b, .2 * r.Float64(), .3 * r.NormFloat64(), 1.5 + .8*r.Float64(), 4 + .4*r.NormFloat64() + .1*b}
	}
	for p := range people {
		e.knew[p] = p < knew
		theta, second, drift := r.NormFloat64(), r.NormFloat64(), .3*r.NormFloat64()
		tau := .1*theta + .25*r.NormFloat64()
		x, y := make([]int8, items), make([]float64, items)
		for i, it := range all {
			right := it.c + (1-it.c)*logistic(it.a*(theta-it.b)+it.second*second)
			noise := r.NormFloat64()
			log := it.beta - tau + (noise+.15*(noise*noise-1))/it.alpha - drift*(float64(i)/float64(items)-.5)
			if e.knew[p] && e.known[i] && r.Float64() < .7 {
				right, log = .97, log-.5
			}
			if r.Float64() < right {
				x[i] = 1
			}
			if y[i] = math.Exp(log); r.Float64() < .02 {
				x[i], y[i] = Missing, 0
			}
		}
		e.scores, e.seconds = append(e.scores, x), append(e.seconds, y)
	}
	return e
}

// split are the z of those who knew and of those who did not.
func (e exam) split(t testing.TB, test PreknowledgeTest) (knew, not []float64) {
	t.Helper()
	for p, row := range test.Persons {
		if row.Z == nil {
			t.Fatalf("person %d has no value", p)
		}
		if e.knew[p] {
			knew = append(knew, *row.Z)
		} else {
			not = append(not, *row.Z)
		}
	}
	return knew, not
}

// area is the chance that one who knew has the larger z of the two (AUC).
func area(knew, not []float64) float64 {
	sum := 0.0
	for _, a := range knew {
		for _, b := range not {
			if a > b {
				sum++
			} else if a == b {
				sum += .5
			}
		}
	}
	return sum / float64(len(knew)*len(not))
}

// share is how many of v are above x.
func share(v []float64, x float64) float64 {
	n := 0.0
	for _, a := range v {
		if a > x {
			n++
		}
	}
	return n / float64(len(v))
}

// Bar B6: with the leaked items known, AUC ≥ .95; ≥ .93 by scores alone.
func TestB6_Preknowledge(t *testing.T) {
	e := publishedExam(t)
	for _, c := range []struct {
		name    string
		seconds [][]float64
		want    float64
	}{{"scores and times", e.seconds, .95}, {"scores", nil, .93}} {
		test, err := Preknowledge(e.scores, c.seconds, e.known)
		if err != nil {
			t.Fatal(err)
		}
		if got := area(e.split(t, test)); got < c.want {
			t.Errorf("%s: AUC %.3f, want %.2f", c.name, got, c.want)
		} else {
			t.Logf("%s: AUC %.3f, nulls %v %v %v", c.name, got, test.Scores, test.Times, test.Both)
		}
	}
}

// On an uneven exam the honest keep to N(0,1) – at most 2 % above its 1 % point – and of those who knew most of the
// leaked items most stand out; fewer by scores alone, which is why times count.
func TestPreknowledgeOnUnevenExam(t *testing.T) {
	e := unevenExam(3, 600, 80, 30, 20)
	both, err := Preknowledge(e.scores, e.seconds, e.known)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := Preknowledge(e.scores, nil, e.known)
	if err != nil {
		t.Fatal(err)
	}
	knew, not := e.split(t, both)
	knewAlone, notAlone := e.split(t, alone)
	t.Logf("above 2.326: %.3f honest, %.3f knew; by scores alone %.3f and %.3f", share(not, 2.326), share(knew, 2.326), share(notAlone, 2.326), share(knewAlone, 2.326))
	if f := max(share(not, 2.326), share(notAlone, 2.326)); f > .02 {
		t.Errorf("%.3f of the honest are above the 1 %% point", f)
	}
	if share(knew, 2.326) < .6 || share(knewAlone, 2.326) < .25 {
		t.Errorf("only %.2f (by scores alone %.2f) of those who knew stand out", share(knew, 2.326), share(knewAlone, 2.326))
	}
}

// With nobody who knew anything, nobody stands out beyond chance, though a third of the items are said to have leaked.
func TestPreknowledgeOfNobody(t *testing.T) {
	e := unevenExam(4, 400, 60, 20, 0)
	test, err := Preknowledge(e.scores, e.seconds, e.known)
	if err != nil {
		t.Fatal(err)
	}
	_, not := e.split(t, test)
	slices.Sort(not)
	if f := share(not, 2.326); f > .025 {
		t.Errorf("%.3f of 400 honest people are above the 1 %% point", f)
	}
	if top := not[len(not)-1]; UpperP(top)*float64(len(not)) < .001 {
		t.Errorf("the highest of 400 honest people is %.1f", top)
	}
}

// What is absent stays absent, and each case of it is told apart.
func TestPreknowledgeAbsent(t *testing.T) {
	e := unevenExam(5, 60, 30, 10, 0)
	for i := range e.known {
		if e.known[i] {
			e.scores[0][i] = Missing
		} else {
			e.scores[1][i] = Missing
		}
		e.seconds[2][i] = 0
		e.scores[3][i], e.seconds[3][i] = Missing, 0
	}
	test, err := Preknowledge(e.scores, e.seconds, e.known)
	if err != nil {
		t.Fatal(err)
	}
	for p, want := range []Foreknown{{}, {}, {Scores: new(float64), Z: new(float64)}, {}, {new(float64), new(float64), new(float64)}} {
		got := test.Persons[p]
		if (got.Scores == nil) != (want.Scores == nil) || (got.Times == nil) != (want.Times == nil) || (got.Z == nil) != (want.Z == nil) {
			t.Errorf("person %d: %+v, want the same absent as in %+v", p, got, want)
		}
	}
	for _, c := range []struct {
		name  string
		n     int
		known []bool
		want  error
	}{{"nobody", 0, e.known, ErrTooFew}, {"one person", 1, e.known, ErrTooFew}, {"two people", 2, e.known, ErrTooFew},
		{"none leaked", 60, make([]bool, 30), ErrKnownSet}, {"all leaked", 60, slices.Repeat([]bool{true}, 30), ErrKnownSet}} {
		test, err := Preknowledge(e.scores[:c.n], e.seconds[:c.n], c.known)
		if !errors.Is(err, c.want) || len(test.Persons) != c.n {
			t.Errorf("%s: %v with %d rows, want %v", c.name, err, len(test.Persons), c.want)
		}
	}
	if _, err := Preknowledge(e.scores, e.seconds[:5], e.known); err == nil {
		t.Error("five people with times of sixty: no error")
	}
	if _, err := Preknowledge(e.scores, e.seconds, e.known[:4]); err == nil {
		t.Error("four items of thirty: no error")
	}
}

func BenchmarkPreknowledge(b *testing.B) {
	e := unevenExam(6, 1600, 170, 64, 46)
	for b.Loop() {
		if _, err := Preknowledge(e.scores, e.seconds, e.known); err != nil {
			b.Fatal(err)
		}
	}
}
