package exams

import (
	"math"
	"slices"
)

// ExamStats is how an exam did over many papers. Shares are of the points, from 0 to 1; a number is nil where the
// data cannot give it. Papers that wait for a person's mark are not in it.
type ExamStats struct {
	N, Passed int
	Waiting   int     // papers that were left out for that
	Items     float64 // scored questions a paper, on average
	Points    float64 // thousandths of a point that a paper can earn, on average

	Mean, Median *float64
	Deviation    *float64 // standard deviation, over n−1
	Skewness     *float64 // below 0: most did well, and a few badly
	Tenths       [10]int  // papers by their share, full marks in the last
	Reliability
	Sections []SectionStats // in the order of the blueprint
}

// SectionStats is one section's part.
type SectionStats struct {
	Title string
	N     int
	Items float64
	Mean  *float64
	Reliability
}

// Reliability is how far the shares of the points can be trusted to be the persons' own.
//
// Alpha is Cronbach's, in his form of mean covariances (L. J. Cronbach, Coefficient alpha and the internal structure
// of tests, Psychometrika 16, 1951): with k questions a paper, v the mean variance of a question's points and c
// the mean covariance of two, the error of a total is E = k(v−c), and alpha = 1 − E/T with T the variance of the
// totals. Of one form that everybody has this is alpha to the last digit, and KR-20 where questions are right or
// wrong.
//
// Forms that are drawn differ from person to person, so v and c are pooled over the papers that share a question,
// each around that question's own mean (G. F. Kuder and M. W. Richardson knew one form only; for items sampled anew
// for each person see F. M. Lord and M. R. Novick, Statistical Theories of Mental Test Scores, 1968, chapter 11).
// That alone would speak of scores made equal for the difficulty of their forms, which ours are not: a person can draw
// the harder form. What forms differ by is therefore an error too, as in generalizability theory for questions nested in
// persons (R. L. Brennan, Generalizability Theory, 2001): E = k(v−c) + F, where F is the variance between papers of
// what their questions earn on average, less the part of it that comes from knowing those averages from few
// papers only. Of one form F is 0.
//
// All three are nil below two papers or two questions a paper, where all totals are alike, and where questions are
// shared so seldom that their own means take up more than half of what there is to compare.
type Reliability struct {
	Alpha *float64 // at most 1; below 0 says as little as 0
	Error *float64 // standard error of measurement, √E, as a share of the points
	Forms *float64 // √F: what forms differ by in difficulty, as a share of the points; 0 of one form
}

// apart is how many standard errors two people must differ by to be told apart in nineteen of twenty cases: the
// difference of two scores has √2 times the error of one.
const apart = 1.96 * math.Sqrt2

// Apart is the least difference of two shares that says something about the two people; nil without an error.
func (r Reliability) Apart() *float64 {
	if r.Error == nil {
		return nil
	}
	d := apart * *r.Error
	return &d
}

// Exam is how all papers did.
func (t *Tally) Exam() ExamStats {
	var s ExamStats
	var shares []float64
	var whole [][]loading
	parts := make([][][]loading, len(t.titles))
	for _, p := range t.papers {
		if p.waiting {
			s.Waiting++
		}
		if p.waiting || p.max == 0 {
			continue
		}
		s.N++
		if p.passed {
			s.Passed++
		}
		shares = append(shares, p.share())
		s.Tenths[min(9, p.score*10/p.max)]++
		s.Points += float64(p.max)
		whole = append(whole, p.loadings(-1))
		for n := range parts {
			if l := p.loadings(n); len(l) > 0 {
				parts[n] = append(parts[n], l)
			}
		}
	}
	slices.Sort(shares)
	s.Mean, s.Deviation, s.Skewness = average(shares), deviation(shares), skewness(shares)
	if len(shares) > 0 {
		m := quantile(shares, .5)
		s.Median, s.Points = &m, s.Points/float64(s.N)
	}
	s.Items, s.Reliability = perPaper(whole), reliabilityOf(whole)
	for n, title := range t.titles {
		part := SectionStats{Title: title, N: len(parts[n]), Items: perPaper(parts[n]), Reliability: reliabilityOf(parts[n])}
		if part.N == 0 {
			continue // nothing in it is scored
		}
		var totals []float64
		for _, l := range parts[n] {
			totals = append(totals, total(l))
		}
		part.Mean = average(totals)
		s.Sections = append(s.Sections, part)
	}
	return s
}

// loading is what a question adds to its paper's share of the points.
type loading struct {
	item  int32
	share float64
}

// loadings are those of a section's scored questions, of all sections below 0.
func (p tallied) loadings(section int) []loading {
	most := 0
	var of []loading
	for _, m := range p.questions {
		if m.max > 0 && !m.waiting && (section < 0 || int(m.section) == section) {
			most += int(m.max)
			of = append(of, loading{m.item, float64(m.score)})
		}
	}
	for n := range of {
		of[n].share /= float64(most)
	}
	return of
}

func total(of []loading) (sum float64) {
	for _, l := range of {
		sum += l.share
	}
	return sum
}

func perPaper(papers [][]loading) float64 {
	if len(papers) == 0 {
		return 0
	}
	count := 0
	for _, p := range papers {
		count += len(p)
	}
	return float64(count) / float64(len(papers))
}

// reliabilityOf is the reliability of the papers' totals. Covariances are summed by papers and not by pairs of items: the
// squared sum of a paper's deviations, less the sum of their squares, is the sum over its pairs. The degrees of
// freedom of a pair in nᵢⱼ of n papers are those of nᵢⱼ(1 − 1/nᵢ − 1/nⱼ + nᵢⱼ/nᵢnⱼ), where the last term is 1/n for
// one form and for independent draws alike.
func reliabilityOf(papers [][]loading) (r Reliability) {
	n := float64(len(papers))
	k := perPaper(papers)
	if n < 2 || k < 2 {
		return r
	}
	totals := make([]float64, len(papers))
	sums, counts := map[int32]float64{}, map[int32]float64{}
	for i, p := range papers {
		totals[i] = total(p)
		for _, l := range p {
			sums[l.item] += l.share
			counts[l.item]++
		}
	}
	if alike(totals) {
		return r
	}
	expected := make([]float64, len(papers)) // what the paper's questions earn on average
	var squares, squareFree, pairs, pairFree, allPairs float64
	for i, p := range papers {
		var sum, own, seldom float64
		for _, l := range p {
			count := counts[l.item]
			m := sums[l.item] / count
			d := l.share - m
			expected[i] += m
			sum, own, seldom = sum+d, own+d*d, seldom+1/count
			squareFree += 1 - 1/count
		}
		size := float64(len(p))
		squares += own
		pairs += sum*sum - own
		allPairs += size * (size - 1)
		pairFree += size*(size-1)*(1+1/n) - 2*(size-1)*seldom
	}
	if pairFree <= allPairs/2-1e-9 || squareFree <= 0 {
		return r
	}
	v, c := squares/squareFree, pairs/pairFree
	noise := 0.0
	for _, count := range sortedCounts(counts) {
		noise += (v/count - c/n) * (count / n) * (1 - count/n) * n / (n - 1)
	}
	forms := max(0, covariance(expected, expected)-noise)
	if alike(expected) {
		forms = 0
	}
	err := max(0, k*(v-c)) + forms
	alpha, sem, between := 1-err/covariance(totals, totals), math.Sqrt(err), math.Sqrt(forms)
	return Reliability{Alpha: &alpha, Error: &sem, Forms: &between}
}

// sortedCounts are the counts in one order whatever the map's, so that the same papers give the same sum.
func sortedCounts(counts map[int32]float64) []float64 {
	all := make([]float64, 0, len(counts))
	for _, c := range counts {
		all = append(all, c)
	}
	slices.Sort(all)
	return all
}

// alike reports whether sums are equal but for rounding.
func alike(xs []float64) bool {
	return slices.Max(xs)-slices.Min(xs) < 1e-9
}
