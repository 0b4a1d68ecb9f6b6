package exams

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bainian/app/questions"
)

func near(got *float64, want, within float64) bool {
	return got != nil && math.Abs(*got-want) <= within
}

// scored are marks of the items that scores has, "a" to …, out of most.
func scored(scores, most []int) (m Marks) {
	for n, s := range scores {
		m.Questions = append(m.Questions, Mark{Bank: "x", Item: string(rune('a' + n)), Score: s, Max: most[n]})
		m.Score, m.Max = m.Score+s, m.Max+most[n]
	}
	return m
}

// The golden numbers were worked out by another program, straight from the formulas of the textbooks.
func TestStatisticsByTheTextbook(t *testing.T) {
	var golden struct {
		Points []int
		Papers [][]int
		Items  []struct {
			Item                                         string
			Facility, Spread, Discrimination, Efficiency float64
		}
		Exam struct{ Mean, Median, Deviation, Skewness, Alpha, Error float64 }
		KR20 float64 `json:"kr20_without_d"`
	}
	text, err := os.ReadFile("testdata/statistics.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &golden); err != nil {
		t.Fatal(err)
	}
	var all, dichotomous Tally
	for _, p := range golden.Papers {
		all.Add(Observed{Marks: scored(p, golden.Points)})
		dichotomous.Add(Observed{Marks: scored([]int{p[0], p[1], p[2], p[4]}, []int{1000, 1000, 1000, 1000})})
	}
	for n, s := range all.Items() {
		w := golden.Items[n]
		if s.Item != w.Item || s.N != 12 || !near(s.Facility, w.Facility, 1e-12) || !near(s.Spread, w.Spread, 1e-12) ||
			!near(s.Discrimination, w.Discrimination, 1e-12) || !near(s.Efficiency, w.Efficiency, 1e-12) {
			t.Errorf("%s is %v %v %v %v, want %+v", s.Item, *s.Facility, *s.Spread, *s.Discrimination, *s.Efficiency, w)
		}
	}
	e, w := all.Exam(), golden.Exam
	if e.N != 12 || e.Items != 5 || !near(e.Mean, w.Mean, 1e-12) || !near(e.Median, w.Median, 1e-12) || !near(e.Deviation, w.Deviation, 1e-12) ||
		!near(e.Skewness, w.Skewness, 1e-12) || !near(e.Alpha, w.Alpha, 1e-12) || !near(e.Error, w.Error, 1e-12) || *e.Forms != 0 {
		t.Errorf("the exam is %v %v %v %v, alpha %v, error %v; want %+v", *e.Mean, *e.Median, *e.Deviation, *e.Skewness, *e.Alpha, *e.Error, w)
	}
	if d := dichotomous.Exam(); !near(d.Alpha, golden.KR20, 1e-12) {
		t.Errorf("of right and wrong alone alpha is %v, KR-20 %v", *d.Alpha, golden.KR20)
	}
	if d := e.Apart(); !near(d, 1.96*math.Sqrt(2)*w.Error, 1e-12) {
		t.Errorf("apart from %v on", *d)
	}
}

// Of forms that are drawn, alpha is what the true scores' variance is of that of the scores, and the error how far
// scores are from the true ones: what each person would earn on the whole bank.
func TestReliabilityOfDrawnForms(t *testing.T) {
	const bank, size, persons = 60, 20, 4000
	for _, c := range []struct {
		name    string
		strata  int // the bank falls into so many parts of equal size, and each paper draws as many from each
		unequal float64
	}{
		{"of like difficulty", 1, 0},
		{"of unlike difficulty", 1, 3},
		{"stratified by difficulty", 20, 3},
	} {
		dice := rand.New(rand.NewPCG(7, uint64(c.strata)))
		hard := make([]float64, bank)
		for n := range hard {
			hard[n] = c.unequal * (float64(n)/(bank-1) - .5)
		}
		var tally Tally
		var truth, got, off []float64
		for range persons {
			able, expected := dice.NormFloat64()*.8, 0.0
			p := func(item int) float64 { return 1 / (1 + math.Exp(hard[item]-able)) }
			for n := range bank {
				expected += p(n) / bank
			}
			m := Marks{}
			for s := range c.strata {
				for _, n := range dice.Perm(bank / c.strata)[:size/c.strata] {
					item, score := s*bank/c.strata+n, 0
					if dice.Float64() < p(item) {
						score = 1000
					}
					m.Questions = append(m.Questions, Mark{Bank: "x", Item: string(rune('0' + item)), Score: score, Max: 1000})
					m.Score, m.Max = m.Score+score, m.Max+1000
				}
			}
			tally.Add(Observed{Marks: m})
			share := float64(m.Score) / float64(m.Max)
			truth, got, off = append(truth, expected), append(got, share), append(off, (share-expected)*(share-expected))
		}
		e := tally.Exam()
		alpha, sem := covariance(truth, truth)/covariance(got, got), math.Sqrt(mean(off))
		// The error of an alpha of 4000 persons is about a hundredth.
		if !near(e.Alpha, alpha, .03) || !near(e.Error, sem, .004) {
			t.Errorf("%s: alpha %.3f, error %.4f; the truth is %.3f, %.4f (forms %.4f)", c.name, *e.Alpha, *e.Error, alpha, sem, *e.Forms)
		}
		if drawn := c.unequal > 0 && c.strata == 1; (*e.Forms > .02) != drawn {
			t.Errorf("%s: forms differ by %.4f", c.name, *e.Forms)
		}
	}
}

// papersOf draws papers over a small bank: some share their forms, some are blank, some have what is not scored.
func papersOf(t *rapid.T) []Observed {
	one := rapid.Custom(func(t *rapid.T) Observed {
		o := Observed{Sections: []string{"one", "two"}}
		for _, item := range rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 0, 6, rapid.ID).Draw(t, "items") {
			q := Mark{Bank: "x", Item: string(rune('a' + item)), Max: []int{0, 1000, 1000, 2000}[item%4]}
			if q.Max > 0 {
				q.Score = rapid.SampledFrom([]int{0, q.Max / 2, q.Max}).Draw(t, "score")
			}
			q.Blank = q.Score == 0 && rapid.Bool().Draw(t, "blank")
			d := ObservedItem{Section: item % 2, Variant: rapid.SampledFrom([]string{"", "b"}).Draw(t, "variant"), Seconds: float64(rapid.IntRange(0, 900).Draw(t, "seconds"))}
			if !q.Blank {
				d.Chosen = []int{rapid.IntRange(-1, 3).Draw(t, "choice")}
			}
			o.Marks.Questions, o.Details = append(o.Marks.Questions, q), append(o.Details, d)
			o.Marks.Score, o.Marks.Max = o.Marks.Score+q.Score, o.Marks.Max+q.Max
		}
		return o
	})
	return rapid.SliceOfN(one, 0, 30).Draw(t, "papers")
}

func tallyOf(papers []Observed) *Tally {
	t := &Tally{}
	for _, p := range papers {
		t.Add(p)
	}
	return t
}

// The statistics keep their bounds, count everything once, say nothing where there is nothing to say, and do not
// depend on the order in which papers come.
func TestStatisticsHoldForAnyPapers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		papers := papersOf(t)
		items, exam := tallyOf(papers).Items(), tallyOf(papers).Exam()
		within := func(what string, x *float64, low, high float64) {
			if x != nil && !(*x >= low-1e-9 && *x <= high+1e-9) {
				t.Fatalf("%s is %v", what, *x)
			}
		}
		for _, s := range items {
			within("a facility", s.Facility, 0, 1)
			within("a spread", s.Spread, 0, 1)
			within("a discrimination", s.Discrimination, -1, 1)
			within("an efficiency", s.Efficiency, math.Inf(-1), 1)
			if s.Thirds[0]+s.Thirds[1]+s.Thirds[2] != s.N || s.Blank > s.N || s.Scored > s.N || (s.Facility == nil) != (s.Scored == 0) || (s.Spread == nil) != (s.Scored < 2) {
				t.Fatalf("%+v", s)
			}
			if (s.Discrimination == nil) != (s.Efficiency == nil) || s.Discrimination != nil && (s.Scored < 2 || *s.Spread == 0) {
				t.Fatalf("a discrimination out of nothing: %+v", s)
			}
			ticks := s.Lost + s.Blank
			for _, c := range s.Choices {
				ticks += c.N
				within("a rest", c.Rest, 0, 1)
				if c.Thirds[0]+c.Thirds[1]+c.Thirds[2] != c.N {
					t.Fatalf("a choice of no third: %+v", c)
				}
			}
			if ticks != s.N {
				t.Fatalf("%d ticks and blanks of %d papers", ticks, s.N)
			}
			for _, groups := range [][]GroupStats{s.Variants, s.Versions} {
				n := 0
				for _, g := range groups {
					n += g.N
				}
				if n != s.N {
					t.Fatalf("groups of %d for %d papers", n, s.N)
				}
			}
			if x := s.Times; x != nil {
				n := 0
				for _, b := range x.Bins {
					n += b
				}
				if n != x.N || !(x.Lower <= x.Median && x.Median <= x.Upper) || x.Width < 1 {
					t.Fatalf("times %+v", x)
				}
			}
			if s.N < Enough && Concerns(questions.Item{Kind: questions.Single, Right: []bool{true, false, false, false}}, s, 60) != nil {
				t.Fatalf("something is said of %d papers", s.N)
			}
		}
		n := 0
		for _, count := range exam.Tenths {
			n += count
		}
		if n != exam.N || (exam.Mean == nil) != (exam.N == 0) || (exam.Deviation == nil) != (exam.N < 2) {
			t.Fatalf("%+v", exam)
		}
		for _, r := range append([]SectionStats{{Reliability: exam.Reliability}}, exam.Sections...) {
			if within("an alpha", r.Alpha, math.Inf(-1), 1); r.Alpha != nil && (exam.N < 2 || *r.Error < 0 || *r.Forms < 0 || math.IsNaN(*r.Alpha)) {
				t.Fatalf("a reliability out of nothing: %+v", r)
			}
		}

		shuffled := slices.Clone(papers)
		order := rapid.Permutation(seq(len(papers))).Draw(t, "order")
		for n, from := range order {
			shuffled[n] = papers[from]
		}
		again, examAgain := tallyOf(shuffled).Items(), tallyOf(shuffled).Exam()
		slices.SortFunc(exam.Sections, func(a, b SectionStats) int { return strings.Compare(a.Title, b.Title) })
		slices.SortFunc(examAgain.Sections, func(a, b SectionStats) int { return strings.Compare(a.Title, b.Title) })
		if was, is := rounded(t, items, exam), rounded(t, again, examAgain); was != is {
			t.Fatalf("the order matters:\n%s\n%s", was, is)
		}
	})
}

func seq(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// rounded writes statistics with numbers to nine digits, in which sums of another order are the same.
func rounded(t *rapid.T, items []ItemStats, exam ExamStats) string {
	doc, err := json.Marshal([]any{items, exam})
	if err != nil {
		t.Fatal(err)
	}
	var any any
	if err := json.Unmarshal(doc, &any); err != nil {
		t.Fatal(err)
	}
	doc, err = json.Marshal(roundedIn(any))
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

func roundedIn(x any) any {
	switch x := x.(type) {
	case float64:
		return math.Round(x*1e7) / 1e7
	case []any:
		for n := range x {
			x[n] = roundedIn(x[n])
		}
	case map[string]any:
		for k := range x {
			x[k] = roundedIn(x[k])
		}
	}
	return x
}

func TestThirds(t *testing.T) {
	paper := func(score int) Observed { return Observed{Marks: scored([]int{score}, []int{1000})} }
	for _, c := range []struct {
		scores []int
		want   []Third
	}{
		{[]int{0, 500, 1000}, []Third{Lower, Middle, Upper}},
		{[]int{700}, []Third{Middle}},
		{[]int{5, 5, 5, 5}, []Third{Middle, Middle, Middle, Middle}},
		{[]int{0, 0, 0, 900, 900, 1000}, []Third{Lower, Lower, Lower, Middle, Middle, Upper}},
		{[]int{1000, 0, 1000, 0}, []Third{Upper, Lower, Upper, Lower}},
	} {
		var all []Observed
		for _, s := range c.scores {
			all = append(all, paper(s))
		}
		if got := tallyOf(all).thirds(); !slices.Equal(got, c.want) {
			t.Errorf("%v lie in %v, want %v", c.scores, got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	x := timesOf([]float64{40, 10, 20, 30, 500})
	if x.N != 5 || x.Lower != 20 || x.Median != 30 || x.Upper != 40 || x.Width != 60 || x.Bins != [timeBins]int{4, 0, 0, 0, 0, 0, 0, 0, 1, 0} {
		t.Errorf("%+v", x)
	}
	if timesOf(nil) != nil {
		t.Error("times of nothing")
	}
	if w := roundUp(4000); w != 4200 {
		t.Errorf("a width of %d", w)
	}
}

// What waits for a person's mark says nothing yet: not of its item, nor of the exam.
func TestStatisticsWaitForMarks(t *testing.T) {
	waits := Marks{Score: 1000, Max: 3000, Pending: 1, Questions: []Mark{{Bank: "x", Item: "a", Score: 1000, Max: 1000}, {Bank: "x", Item: "essay", Max: 2000, Pending: true}}}
	marked := Marks{Score: 2500, Max: 3000, Questions: []Mark{{Bank: "x", Item: "a", Score: 1000, Max: 1000}, {Bank: "x", Item: "essay", Score: 1500, Max: 2000}}}
	var tally Tally
	for _, m := range []Marks{waits, marked, waits} {
		tally.Add(Observed{Marks: m})
	}
	items, exam := tally.Items(), tally.Exam()
	if len(items) != 2 || items[0].N != 3 || items[1].N != 1 || *items[1].Facility != .75 {
		t.Errorf("%+v", items)
	}
	if exam.N != 1 || exam.Waiting != 2 || *exam.Mean != 2500./3000 || exam.Points != 3000 {
		t.Errorf("%+v", exam)
	}
	tally = Tally{}
	tally.Add(Observed{Marks: waits})
	if items := tally.Items(); len(items) != 1 {
		t.Errorf("an item that nobody has marked has statistics: %+v", items)
	}
}

func TestFacilities(t *testing.T) {
	all := Statistics([]Marks{marked(1000, 0), marked(1000, 0), marked(0)})
	got := Facilities(all, 3)
	if len(got) != 1 || math.Abs(got[ItemKey{"x", "a"}]-2./3) > 1e-12 {
		t.Errorf("%v", got)
	}
}

func TestConcerns(t *testing.T) {
	share := func(f float64) *float64 { return &f }
	single := questions.Item{ID: "a", Kind: questions.Single, Right: []bool{false, true, false}}
	stats := func(n, blank int, facility, discrimination *float64, chosen ...int) ItemStats {
		s := ItemStats{N: n, Scored: n, Blank: blank, Facility: facility, Discrimination: discrimination}
		for _, c := range chosen {
			s.Choices = append(s.Choices, ChoiceStats{N: c})
		}
		return s
	}
	upper := func(s ItemStats, of int, ticked ...int) ItemStats {
		s.Thirds[Upper] = of
		for n, c := range ticked {
			s.Choices[n].Thirds[Upper] = c
		}
		return s
	}
	timed := func(n int, median float64) ItemStats {
		s := stats(40, 0, share(.7), share(.4))
		s.Times = &Times{N: n, Median: median}
		return s
	}
	for _, c := range []struct {
		name  string
		stats ItemStats
		want  string
	}{
		{"too few to say", stats(9, 9, share(0), share(-1)), ""},
		{"a good item", stats(20, 0, share(.7), share(.4), 3, 14, 3), ""},
		{"reversed", stats(100, 0, share(.7), share(-.11)), "reversed"},
		{"reversed, perhaps by chance", stats(25, 0, share(.7), share(-.11)), "weak"},
		{"weak", stats(100, 0, share(.7), share(.04)), "weak"},
		{"just enough", stats(100, 0, share(.7), share(.06)), ""},
		{"all right", stats(20, 0, share(1), nil), "easy"},
		{"all wrong", stats(20, 0, share(0), nil), "hard"},
		{"a rival", stats(20, 0, share(.4), share(.4), 11, 8, 1), "rival"},
		{"as many as the key", stats(20, 0, share(.4), share(.4), 8, 8, 4), ""},
		{"a rival among the strong", upper(stats(40, 0, share(.5), share(.4), 14, 20, 6), 12, 7, 5, 0), "strong"},
		{"too few strong", upper(stats(40, 0, share(.5), share(.4), 14, 20, 6), 4, 3, 1, 0), ""},
		{"left blank", stats(20, 4, share(.5), share(.4)), "blank"},
		{"an idle choice", stats(59, 0, share(.5), share(.4), 29, 30), "idle"},
		{"idle among too few", stats(58, 0, share(.5), share(.4), 28, 30), ""},
		{"idle because all know it", stats(99, 0, share(.96), share(.4), 3, 96), "easy"},
		{"slow", timed(20, 181), "slow"},
		{"quick", timed(20, 14), "quick"},
		{"as expected", timed(20, 180), ""},
		{"slow for a few", timed(9, 999), ""},
		{"three reasons, the most urgent first", stats(20, 0, share(.2), share(-.3), 12, 4, 4), "reversed rival hard"},
		{"not scored", stats(20, 0, nil, nil), ""},
	} {
		var got []string
		for _, one := range Concerns(single, c.stats, 60) {
			got = append(got, string(one.Reason))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
	guessing := questions.Item{Kind: questions.TrueFalse, Points: 1000, Right: []bool{true, false}, Credit: []int{1000, 0}}
	if got := Concerns(guessing, stats(20, 0, share(.45), share(.4), 11, 9), 0); len(got) != 1 || got[0].Reason != Hard || got[0].Percent != 45 {
		t.Errorf("no better than a coin: %+v", got)
	}
	own := single
	own.Seconds = 10
	if got := Concerns(own, timed(20, 60), 60); len(got) != 1 || got[0].Reason != Slow || got[0].Usual != 10 {
		t.Errorf("the item's own time does not count: %+v", got)
	}
}

func TestMoreUrgent(t *testing.T) {
	row := func(id string, d float64, reasons ...Reason) ItemRow {
		r := ItemRow{ItemStats: ItemStats{Item: id, Discrimination: &d}}
		for _, reason := range reasons {
			r.Concerns = append(r.Concerns, Concern{Reason: reason})
		}
		return r
	}
	rows := []ItemRow{row("fine", .5), row("easy", .1, Easy), row("worse", -.5, Reversed), row("bad", -.2, Reversed), row("worst", -.1, Reversed, Hard), row("rival", .2, Rival)}
	slices.SortFunc(rows, MoreUrgent)
	var got []string
	for _, r := range rows {
		got = append(got, r.Item)
	}
	if want := "worst worse bad rival easy fine"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
}
