package integrity

import (
	"math"
	"slices"

	"bainian/app/exams"
	"bainian/app/integrity/stats"
)

// Corroboration is what the tests that raise nothing say of a sitting. They are computed once, when it has closed, and
// shown beside what raised a case: eight tests at .01 each would not be a test at .01.
type Corroboration struct {
	Detector string      `json:"detector"`
	Papers   int         `json:"papers"`
	Items    int         `json:"items"` // with one right choice: the others are not told by these tests
	Map      Map         `json:"map"`
	Pairs    []PairSays  `json:"pairs"`  // the most alike by their answers, and those that were found
	People   []PaperSays `json:"people"` // a row per paper
	Essays   []EssaySays `json:"essays"` // pairs of essays that share passages
	Why      string      `json:"why"`    // the word for what keeps the pairs' part empty, "" for nothing
}

// PaperSays are the statistics of one paper. A value that is absent is nil.
type PaperSays struct {
	Attempt  string
	LzStar   *float64  // how its right and wrong answers fit its ability
	TimesP   *float64  // how its times fit its speed
	Effort   *float64  // share of answers given in the time that reading takes
	Picked   int       // canaries answered as planted
	Seen     int       // canaries answered
	Residual []float32 // by question from 1: how much longer than expected, in standard deviations; NaN is left out as 99
}

// noTime stands for a residual that is absent: JSON knows no NaN.
const noTime = 99

// Of is the row of an attempt, and of a pair the statistics whichever of them comes first.
func (c Corroboration) Of(attempt string) (PaperSays, bool) {
	i := slices.IndexFunc(c.People, func(p PaperSays) bool { return p.Attempt == attempt })
	if i < 0 {
		return PaperSays{}, false
	}
	return c.People[i], true
}

// Pair is what is known of two attempts.
func (c Corroboration) Pair(a, b string) (PairSays, bool) {
	i := slices.IndexFunc(c.Pairs, func(p PairSays) bool { return p.A == a && p.B == b || p.A == b && p.B == a })
	if i < 0 {
		return PairSays{}, false
	}
	return c.Pairs[i], true
}

// corroborate runs every test on the papers of a closed sitting; elsewhere are papers of other sittings of its exam, seats
// the places of people, and taught what the courses of its essays say, by lesson. found are the pairs of the declared test.
func corroborate(papers, elsewhere []exams.SatPaper, taught map[string][]string, seats map[string]string, found []match, seed uint64) (out Corroboration, err error) {
	m := numbersOf(papers)
	out = Corroboration{Detector: detector, Papers: len(papers), Items: m.answers.Items(), Map: mapOf(papers, seats), Essays: sharedEssays(papers, elsewhere, taught)}
	out.People = peopleSay(papers, m)
	out.Pairs, out.Why, err = pairsSay(papers, m, found, seed)
	return out, err
}

func peopleSay(papers []exams.SatPaper, m numbers) []PaperSays {
	fit, err := stats.PersonFit(m.scores, m.seconds)
	out := make([]PaperSays, len(papers))
	for i, p := range papers {
		out[i].Attempt = p.ID
		out[i].Picked, out[i].Seen = planted(p)
		if err != nil {
			continue
		}
		out[i].LzStar, out[i].TimesP, out[i].Effort = fit.Persons[i].LzStar, fit.Persons[i].Misfit, fit.Persons[i].Effort
		if fit.Times.Alpha != nil {
			out[i].Residual = residuals(fit.Times, m, i, len(p.Items))
		}
	}
	return out
}

// residuals are a paper's, by question.
func residuals(model stats.Lognormal, m numbers, paper, questions int) []float32 {
	out := slices.Repeat([]float32{noTime}, questions)
	for i, r := range model.Residuals(m.seconds[paper]) {
		if n := m.places[paper][i]; n > 0 && r.OK {
			out[n-1] = float32(math.Max(-9, math.Min(9, r.LeftOut)))
		}
	}
	return out
}
