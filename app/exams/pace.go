package exams

import (
	"slices"
	"time"
)

// seconds is how long each question of a form took until it was first answered: from the first save of the
// question answered before it, or from the start. Questions that were never answered took 0.
func seconds(start time.Time, total int, answers []Answered) []float64 {
	took := make([]float64, total)
	before := start
	for _, x := range slices.SortedFunc(slices.Values(answers), func(a, b Answered) int { return a.FirstAt.Compare(b.FirstAt) }) {
		took[x.N-1] = x.FirstAt.Sub(before).Seconds()
		before = x.FirstAt
	}
	return took
}
