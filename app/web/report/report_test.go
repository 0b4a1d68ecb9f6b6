package report_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"bainian/app/integrity/analysis"
	"bainian/app/integrity/answersheet"
	"bainian/app/web/page/pagetest"
	"bainian/app/web/report"
)

// exam is a small one in which the second and the fifth person share a paper.
func exam(people int) *answersheet.Exam {
	rng := rand.New(rand.NewPCG(1, 2))
	x := &answersheet.Exam{}
	for i := range 30 {
		x.Items, x.Key, x.Options = append(x.Items, fmt.Sprint("Q", i+1)), append(x.Key, 0), append(x.Options, 4)
	}
	for p := range people {
		x.IDs = append(x.IDs, fmt.Sprintf("<b>%d", p))
		row, seconds := make([]int8, 30), make([]float64, 30)
		for i := range row {
			if row[i], seconds[i] = int8(max(0, rng.IntN(7)-3)), 10+60*rng.Float64(); people > 1000 {
				row[i] = int8(rng.IntN(4)) // as letters of shuffled options are
			}
		}
		x.Chosen, x.Seconds = append(x.Chosen, row), append(x.Seconds, seconds)
	}
	if people > 4 {
		copy(x.Chosen[4], x.Chosen[1])
	}
	return x
}

func page(t *testing.T, x *answersheet.Exam, o analysis.Options) string {
	t.Helper()
	var b strings.Builder
	if err := report.Write(&b, "Final <exam>", x, analysis.Run(x, o, []string{"a <note>"})); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var style = regexp.MustCompile(`(?s)<style>.*</style>`) // a page of its own has its style in itself

func TestPageShowsWhatAFindingRestsOn(t *testing.T) {
	got := page(t, exam(30), analysis.Options{Sittings: 68, Workers: 1})
	pagetest.Check(t, style.ReplaceAllString(got, ""))
	for _, want := range []string{
		"One pair of 30 people answered more alike", "Similarity finding 1: &lt;b&gt;1 and &lt;b&gt;4", "the same wrong one", "Threshold, fixed beforehand", "What innocent causes look like",
		"at 68 sittings a year, up to 0.7 innocent pairs flagged", "no verdict", `class="same-wrong"`, `class="ring"`, "Final &lt;exam&gt;", "a &lt;note&gt;", "seconds</th>", "in a finding", "not findings",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, no := range []string{"<b>", "NaN", "<script", "http:", "https:", "probability of cheating", "%!", "ZgotmplZ", "[object"} {
		if strings.Contains(got, no) {
			t.Errorf("the page holds %q", no)
		}
	}
}

func TestPageOfOddExams(t *testing.T) {
	known := exam(60)
	known.Known = []int{0, 1, 2, 3}
	for name, c := range map[string]struct {
		x       *answersheet.Exam
		letters bool
		want    string
	}{
		"one person":  {exam(1), false, "No pairs were compared"},
		"two people":  {exam(2), false, "too few to learn"},
		"known items": {known, false, "on the leaked items, z of"},
		"letters":     {exam(3), true, "so many equal letters"},
		"many":        {exam(2100), true, "100 more people are in the JSON output"},
	} {
		got := page(t, c.x, analysis.Options{Sittings: 68, Workers: 1, Letters: c.letters})
		pagetest.Check(t, style.ReplaceAllString(got, ""))
		if !strings.Contains(got, c.want) || strings.Contains(got, "NaN") || strings.Contains(got, "%!") {
			t.Errorf("%s: no %q, or a number that is none", name, c.want)
		}
	}
}
