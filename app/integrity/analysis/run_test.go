package analysis

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/integrity/answersheet"
	"bainian/app/integrity/stats"
)

// made is an exam of four options with the key A: people of unlike ability, wrong answers uneven.
func made(people, items int) *answersheet.Exam {
	rng := rand.New(rand.NewPCG(11, uint64(people)))
	x := &answersheet.Exam{}
	for i := range items {
		x.Items, x.Key, x.Options = append(x.Items, fmt.Sprint("Q", i+1)), append(x.Key, 0), append(x.Options, 4)
	}
	for p := range people {
		x.IDs = append(x.IDs, fmt.Sprint("p", p))
		able, row := rng.NormFloat64(), make([]int8, items)
		for i := range row {
			if rng.Float64() > 1/(1+math.Exp(float64(i%7)/2-1.8-able)) {
				row[i] = []int8{1, 1, 2, 2, 3}[rng.IntN(5)]
			}
		}
		x.Chosen = append(x.Chosen, row)
	}
	return x
}

// lettered is an exam of letters that say nothing but where an option stood.
func lettered(people, items int) *answersheet.Exam {
	x, rng := made(people, items), rand.New(rand.NewPCG(12, uint64(people)))
	for _, row := range x.Chosen {
		for i := range row {
			row[i] = int8(rng.IntN(4))
		}
	}
	return x
}

func flagged(r Report) (pairs, persons []string) {
	for _, p := range r.Pairs {
		if p.Flagged {
			pairs = append(pairs, p.A+"-"+p.B)
		}
	}
	for _, p := range r.Persons {
		if p.Flagged {
			persons = append(persons, p.ID)
		}
	}
	return pairs, persons
}

// sound fails unless a report is whole: everybody in order, pairs most alike first, numbers that JSON can hold, p-values
// above 0, a person flagged exactly where a declared test flagged them.
func sound(t *testing.T, x *answersheet.Exam, r Report) {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "NaN") || strings.Contains(string(text), "Inf") {
		t.Error("a number that is none")
	}
	if len(r.Persons) != len(x.IDs) {
		t.Fatalf("%d persons of %d", len(r.Persons), len(x.IDs))
	}
	inPair := map[int]bool{}
	for n, p := range r.Pairs {
		for _, v := range []Number{p.OmegaP, p.GBTP, p.M4P, p.LLRP, p.KP, p.K1P, p.K2P, p.S1P, p.S2P, p.LettersP} {
			if !v.IsNone() && (v <= 0 || v > 1) {
				t.Errorf("%s–%s has a p-value of %v", p.A, p.B, v)
			}
		}
		if p.A != x.IDs[p.First] || p.B != x.IDs[p.Second] || p.First >= p.Second || p.Matches > p.N || p.WrongMatches != nil && *p.WrongMatches > p.Matches {
			t.Errorf("pair %+v", p)
		}
		if n > 0 && (float64(p.LLR) > float64(r.Pairs[n-1].LLR) || float64(p.LettersP) < float64(r.Pairs[n-1].LettersP)) {
			t.Errorf("pair %d is more alike than the one before", n)
		}
		if p.Flagged {
			inPair[p.First], inPair[p.Second] = true, true
		}
	}
	for p, person := range r.Persons {
		byKnown := !r.Method.Thresholds.PreknowledgeZ.IsNone() && !person.PreknowledgeZ.IsNone() && person.PreknowledgeZ >= r.Method.Thresholds.PreknowledgeZ
		if person.ID != x.IDs[p] || person.InFlaggedPair != inPair[p] || person.Flagged != (inPair[p] || byKnown) {
			t.Errorf("person %+v", person)
		}
	}
	if total := r.Method.Tests[0].FamilyWise; len(r.Method.Tests) == 1 && total != Family || len(r.Method.Tests) == 2 && total+r.Method.Tests[1].FamilyWise != Family {
		t.Errorf("the declared tests are %+v", r.Method.Tests)
	}
}

func options() Options { return Options{Sittings: 68, Workers: 2} }

func TestRunFlagsThePairThatCopied(t *testing.T) {
	x := made(60, 60)
	copy(x.Chosen[7][10:], x.Chosen[31][10:])
	r := Run(x, options(), []string{"a note"})
	sound(t, x, r)
	if pairs, persons := flagged(r); !slices.Equal(pairs, []string{"p7-p31"}) || !slices.Equal(persons, []string{"p7", "p31"}) {
		t.Errorf("flagged %v and %v", pairs, persons)
	}
	m := r.Method
	if len(r.Pairs) != 200 || m.Compared != 1770 || !slices.Equal(m.Notes, []string{"a note"}) || m.Thresholds.LLRP.IsNone() || !m.Thresholds.LettersP.IsNone() || !strings.Contains(m.Rate, "at 68 sittings a year, up to 0.7 innocent pairs flagged") {
		t.Errorf("%d pairs, method %+v", len(r.Pairs), m)
	}
	if r.Persons[0].LZStar.IsNone() || !r.Persons[0].RTMisfitP.IsNone() || !r.Persons[0].PreknowledgeZ.IsNone() {
		t.Errorf("person %+v", r.Persons[0])
	}
	if again := Run(x, Options{Sittings: 68, Workers: 1}, []string{"a note"}); fmt.Sprint(again.Method) != fmt.Sprint(m) || len(again.Pairs) != len(r.Pairs) || again.Pairs[0].LLR != r.Pairs[0].LLR {
		t.Error("it depends on the number of workers")
	}
}

func TestRunOnLetters(t *testing.T) {
	x := lettered(60, 60)
	copy(x.Chosen[8][:40], x.Chosen[2][:40])
	for i := range x.Chosen[40] {
		x.Chosen[40][i], x.Chosen[41][i] = 2, 2 // by habit
	}
	o := options()
	o.Letters = true
	r := Run(x, o, nil)
	sound(t, x, r)
	if pairs, persons := flagged(r); !slices.Equal(pairs, []string{"p2-p8"}) || !slices.Equal(persons, []string{"p2", "p8"}) {
		t.Errorf("flagged %v and %v", pairs, persons)
	}
	if p := r.Pairs[0]; !p.LLR.IsNone() || p.LettersP.IsNone() || p.WrongMatches != nil || r.Persons[0].Right != nil || !r.Persons[0].LZStar.IsNone() || len(r.Pairs) < 200 {
		t.Errorf("%d pairs, the first %+v, person %+v", len(r.Pairs), p, r.Persons[0])
	}
	if m := r.Method; m.Tests[0].Name != LetterTest || m.Tests[0].Comparisons != 58*57/2 || len(m.Notes) != 2 {
		t.Errorf("method %+v", m)
	}
}

// Two people who fill in the end alike share a habit, and no letters.
func TestRunOnLettersFilledInAtTheEnd(t *testing.T) {
	for name, fill := range map[string]func(i int) int8{"C C C": func(int) int8 { return 2 }, "A B C D": func(i int) int8 { return int8(i % 4) }} {
		x := lettered(60, 60)
		for _, p := range []int{3, 9, 20} {
			for i := 38; i < 60; i++ {
				x.Chosen[p][i] = fill(i)
			}
		}
		o := options()
		o.Letters = true
		if pairs, _ := flagged(Run(x, o, nil)); len(pairs) > 0 {
			t.Errorf("%s: flagged %v", name, pairs)
		}
	}
}

// Answers that were never shuffled are not compared as letters: everybody would be found.
func TestRunSeesThatLettersWereNotShuffled(t *testing.T) {
	o := options()
	o.Letters = true
	r := Run(made(40, 30), o, nil)
	if pairs, _ := flagged(r); len(pairs) > 0 || r.Method.Tests[0].Name != LikenessTest || len(r.Method.Notes) == 0 || !strings.Contains(r.Method.Notes[0], "not letters") {
		t.Errorf("flagged %v, method %+v", pairs, r.Method)
	}
	if is, _, _ := shuffled(lettered(40, 30)); !is {
		t.Error("shuffled letters are taken for unshuffled ones")
	}
}

func TestRunOnKnownItems(t *testing.T) {
	x := made(120, 42)
	for i := range 14 {
		x.Known = append(x.Known, i*3)
	}
	rng := rand.New(rand.NewPCG(13, 1))
	weak := 0
	for p := range x.Chosen { // of the weakest ten, each knew all
		if right := strings.Count(fmt.Sprint(x.Chosen[p]), "0"); right < 25 && weak < 10 {
			weak++
			for _, i := range x.Known {
				x.Chosen[p][i] = 0
			}
		}
	}
	x.Seconds = make([][]float64, 120)
	for p := range x.Seconds {
		pace := math.Exp(.3 * rng.NormFloat64())
		for range x.Items {
			x.Seconds[p] = append(x.Seconds[p], 40*pace*math.Exp(.5*rng.NormFloat64()))
		}
	}
	r := Run(x, options(), nil)
	sound(t, x, r)
	m := r.Method
	if len(m.Tests) != 2 || !m.Tests[1].Ran || m.Tests[1].Comparisons != 120 || m.Thresholds.PreknowledgeZ < 3.5 || len(m.Known) != 14 || !strings.Contains(m.Rate, "pair or person") {
		t.Errorf("method %+v", m)
	}
	for _, p := range r.Persons {
		if p.PreknowledgeZ.IsNone() || p.RTMisfitP.IsNone() || p.RapidShare.IsNone() {
			t.Fatalf("person %+v", p)
		}
	}
	if r := Run(made(12, 10), options(), nil); len(r.Method.Tests) != 1 || !r.Persons[0].PreknowledgeZ.IsNone() {
		t.Error("without known items there is no second test")
	}
}

// Whatever the exam, the report is whole and nobody is flagged who merely is odd.
func TestRunOnOddExams(t *testing.T) {
	fill := func(x *answersheet.Exam, c int8) *answersheet.Exam {
		for _, row := range x.Chosen {
			for i := range row {
				row[i] = c
			}
		}
		return x
	}
	with := func(x *answersheet.Exam, change func(*answersheet.Exam)) *answersheet.Exam { change(x); return x }
	scored := with(made(60, 40), func(x *answersheet.Exam) {
		for i := range x.Key {
			x.Key[i], x.Options[i] = 1, 2
			for _, row := range x.Chosen {
				row[i] = 1 - min(row[i], 1)
			}
		}
	})
	for name, x := range map[string]*answersheet.Exam{
		"one person": made(1, 20), "two people": made(2, 20), "two of one mind": fill(made(2, 20), 1), "nine people": made(9, 20), "ten people": made(10, 20), "one item": made(30, 1),
		"all right": fill(made(30, 20), 0), "all wrong alike": fill(made(30, 20), 2), "scored": scored,
		"silent people": with(made(30, 20), func(x *answersheet.Exam) {
			for p := range 12 {
				for i := range x.Items {
					x.Chosen[p][i] = answersheet.Missing
				}
			}
		}),
		"all silent but one": with(fill(made(30, 20), answersheet.Missing), func(x *answersheet.Exam) { x.Chosen[3][0] = 1 }),
		"many gaps": with(made(40, 60), func(x *answersheet.Exam) {
			for p := range x.Chosen {
				for i := range x.Items {
					if (p+i)%3 > 0 {
						x.Chosen[p][i] = answersheet.Missing
					}
				}
			}
		}),
		"no times after all": with(made(30, 20), func(x *answersheet.Exam) {
			x.Seconds, x.Known = make([][]float64, 30), []int{1, 2}
			for p := range x.Seconds {
				x.Seconds[p] = make([]float64, 20)
			}
		}),
	} {
		for _, letters := range []bool{false, true} {
			if letters && len(x.IDs) > 30 {
				continue // not letters, so that it would be the same again
			}
			o := options()
			o.Letters = letters
			r := Run(x, o, nil)
			sound(t, x, r)
			if pairs, persons := flagged(r); len(pairs)+len(persons) > 0 {
				t.Errorf("%s, letters %v: flagged %v and %v", name, letters, pairs, persons)
			}
			if !r.Method.Tests[0].Ran && len(r.Method.Notes) == 0 {
				t.Errorf("%s, letters %v: nothing was compared, and nobody says why", name, letters)
			}
		}
	}
}

// Beyond what all pairs of a large exam cost, single people are still described.
func TestRunRefusesTooManyPairs(t *testing.T) {
	x := made(10, 2)
	for p := range 60_000 {
		x.IDs, x.Chosen = append(x.IDs, fmt.Sprint("more", p)), append(x.Chosen, slices.Clone(x.Chosen[p%10]))
	}
	byLetters := options()
	byLetters.Letters = true
	for _, o := range []Options{options(), byLetters} {
		r := Run(x, o, nil)
		if len(r.Pairs) != 0 || r.Method.Compared != 0 || r.Method.Tests[0].Ran || len(r.Method.Notes) != 1 || len(r.Persons) != len(x.IDs) {
			t.Errorf("letters %v: %d pairs, method %+v", o.Letters, len(r.Pairs), r.Method)
		}
		for i, row := range x.Chosen { // as letters, of two items, are
			row[0], row[1] = int8(i%4), int8(i/4%4)
		}
	}
}

func TestNumber(t *testing.T) {
	text, err := json.Marshal([]Number{None(), Number(math.Inf(1)), 0.123456789, chanceOf(0), chanceOf(2), -1e-300})
	if err != nil || string(text) != "[null,null,0.123457,5e-324,1,-1e-300]" {
		t.Errorf("%s %v", text, err)
	}
}

// A wide lower tail raises the threshold on known items, a normal one hardly.
func TestWidening(t *testing.T) {
	rng := rand.New(rand.NewPCG(14, 1))
	var normal, wide []float64
	for range 4000 {
		z := rng.NormFloat64()
		normal = append(normal, z)
		if z < -1 {
			z *= 1.5
		}
		wide = append(wide, z)
	}
	if a, b := widening(normal), widening(wide); a > 1.2 || b < 1.45 {
		t.Errorf("normal %.2f, wide %.2f", a, b)
	}
	if w := widening([]float64{-9, 0, 9}); w != 1 {
		t.Errorf("of three people: %v", w)
	}
}

// The core of the command on 1,000 people and 60 items, and what it costs beside comparing the pairs alone: what is said
// of single people must stay small change.
func BenchmarkRun1000x60(b *testing.B) {
	x := made(1000, 60)
	answers := &stats.Answers{Chosen: x.Chosen, Key: x.Key, Options: x.Options}
	var alone, whole time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := stats.Similar(answers, stats.SimilarityOptions{Seed: seed, Workers: 2}); err != nil {
			b.Fatal(err)
		}
		between := time.Now()
		Run(x, options(), nil)
		alone, whole = alone+between.Sub(start), whole+time.Since(between)
	}
	b.ReportMetric(whole.Seconds()/float64(b.N), "s/whole")
	b.ReportMetric(whole.Seconds()/alone.Seconds(), "whole/pairs")
}
