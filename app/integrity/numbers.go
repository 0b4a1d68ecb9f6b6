package integrity

import (
	"slices"

	"bainian/app/exams"
	"bainian/app/integrity/stats"
	"bainian/app/questions"
)

// numbers are the papers of a sitting as the statistics want them: a row per paper, a column per item that can be told
// right or wrong by one choice, in the order in which they turned up. An item that was not dealt to somebody is missing in their row.
type numbers struct {
	answers stats.Answers
	scores  [][]int8    // 1 right, 0 wrong, stats.Missing
	seconds [][]float64 // to answer, 0 where that is not known
	places  [][]int     // question number of the item on the paper, from 1; 0 where it was not dealt
}

func numbersOf(papers []exams.SatPaper) numbers {
	var m numbers
	column := map[string]int{}
	for _, p := range papers {
		for n, item := range p.Items {
			key := itemKey(p, n)
			if _, ok := column[key]; ok || !oneChoice(item) {
				continue
			}
			column[key] = len(column)
			m.answers.Key = append(m.answers.Key, int8(slices.Index(item.Right, true)))
			m.answers.Options = append(m.answers.Options, len(item.Right))
		}
	}
	for _, p := range papers {
		chosen, scores := missing(len(column)), missing(len(column))
		seconds, places := make([]float64, len(column)), make([]int, len(column))
		for n, item := range p.Items {
			i, ok := column[itemKey(p, n)]
			if !ok || !oneChoice(item) {
				continue
			}
			places[i], seconds[i] = n+1, p.Seconds[n]
			if c, ok := chosenOf(p, n); ok {
				chosen[i], scores[i] = int8(c), 0
				if item.Right[c] {
					scores[i] = 1
				}
			}
		}
		m.answers.Chosen = append(m.answers.Chosen, chosen)
		m.scores, m.seconds, m.places = append(m.scores, scores), append(m.seconds, seconds), append(m.places, places)
	}
	return m
}

func missing(n int) []int8 { return slices.Repeat([]int8{stats.Missing}, n) }

// oneChoice reports whether one choice of the item is right and the others are wrong. A canary is neither.
func oneChoice(i questions.Item) bool {
	if i.Canary > 0 || i.Kind != questions.Single && i.Kind != questions.TrueFalse {
		return false
	}
	right := 0
	for _, r := range i.Right {
		if r {
			right++
		}
	}
	return right == 1
}

// chosenOf is the one choice of question n (from 0) in the item's own order; false for none.
func chosenOf(p exams.SatPaper, n int) (int, bool) {
	ticked, order := p.Responses[n].Choices, p.Form.Questions[n].Layout.Order
	if len(ticked) != 1 || ticked[0] < 0 || ticked[0] >= len(p.Items[n].Right) {
		return 0, false
	}
	if ticked[0] < len(order) {
		return order[ticked[0]], true
	}
	return ticked[0], true
}

// planted counts the canaries of a paper that were answered, and those of them answered as the planted key says.
func planted(p exams.SatPaper) (picked, seen int) {
	for n, item := range p.Items {
		if item.Canary == 0 {
			continue
		}
		if c, ok := chosenOf(p, n); ok {
			seen++
			if c == item.Canary-1 {
				picked++
			}
		}
	}
	return picked, seen
}
