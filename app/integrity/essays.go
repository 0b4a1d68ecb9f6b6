package integrity

import (
	"cmp"
	"maps"
	"slices"

	"bainian/app/exams"
	"bainian/app/integrity/stats"
	"bainian/app/questions"
)

// EssaySays is one question that two people answered in part in the same words.
type EssaySays struct {
	A, B     string  // attempts
	Item     string  // bank and item
	NA, NB   int     // question numbers, from 1
	Shared   float64 // share of the shorter text's passages that are in the longer
	P        float64 // share of pairs that cannot have known of each other and are as alike, 1 when there are none to ask
	Passages []Passage
}

// Passage is a stretch of words in both essays, as rune offsets into each.
type Passage struct{ AFrom, ATo, BFrom, BTo int }

const (
	// worthShowing is the share from which on two essays are shown beside each other.
	worthShowing = .2
	// mostEssays is how many pairs are kept.
	mostEssays = 100
)

// essay is one answer in somebody's own words.
type essay struct {
	attempt string
	n       int
	text    *stats.Essay
}

// sharedEssays are the pairs of essays that share passages, the most alike first. What the question and its course (by
// lesson, as taught has it) say is nobody's
// own, and so it does not count. Papers of other sittings of the exam are what the likeness of strangers is known from.
func sharedEssays(papers, elsewhere []exams.SatPaper, taught map[string][]string) []EssaySays {
	here, there := essaysOf(papers, taught), essaysOf(elsewhere, taught)
	var out []EssaySays
	for _, item := range slices.Sorted(maps.Keys(here)) {
		own := here[item]
		for _, pair := range stats.EssayPairs(texts(own), texts(there[item])) {
			if pair.Measure() < worthShowing {
				break // they come by likeness
			}
			a, b := own[pair.A], own[pair.B]
			says := EssaySays{A: a.attempt, B: b.attempt, Item: item, NA: a.n, NB: b.n, Shared: pair.Measure(), P: 1}
			if pair.P != nil {
				says.P = *pair.P
			}
			for _, s := range a.text.Spans(b.text) {
				says.Passages = append(says.Passages, Passage{s.AStart, s.AEnd, s.BStart, s.BEnd})
			}
			out = append(out, says)
		}
	}
	slices.SortStableFunc(out, func(a, b EssaySays) int { return cmp.Compare(b.Shared, a.Shared) })
	return out[:min(len(out), mostEssays)]
}

func texts(all []essay) []*stats.Essay {
	out := make([]*stats.Essay, len(all))
	for i, e := range all {
		out[i] = e.text
	}
	return out
}

// essayItems are the items that some papers answer with essays.
func essayItems(papers []exams.SatPaper) (items []questions.Item) {
	for _, p := range papers {
		for n, item := range p.Items {
			if item.Kind == questions.Essay && p.Responses[n].Text != "" {
				items = append(items, item)
			}
		}
	}
	return items
}

// essaysOf are the essays of some papers by item.
func essaysOf(papers []exams.SatPaper, taught map[string][]string) map[string][]essay {
	out := map[string][]essay{}
	given := map[string]stats.Given{}
	for _, p := range papers {
		for n, item := range p.Items {
			if item.Kind != questions.Essay || p.Responses[n].Text == "" {
				continue
			}
			key := itemKey(p, n)
			if given[key] == nil {
				given[key] = stats.NewGiven(append(wordsOf(item), taught[item.Lesson]...)...)
			}
			out[key] = append(out[key], essay{p.ID, n + 1, stats.NewEssay(p.Responses[n].Text, given[key])})
		}
	}
	return out
}

// wordsOf is everything that a question says in any language and wording.
func wordsOf(item questions.Item) (words []string) {
	add := func(t questions.Text) {
		words = append(words, t.Title, t.Stem)
		for _, c := range t.Rubric {
			words = append(words, c.Name)
		}
	}
	for _, t := range item.Text {
		add(t)
	}
	for _, v := range item.Variants {
		for _, t := range v.Text {
			add(t)
		}
	}
	return words
}
