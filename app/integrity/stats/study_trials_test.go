package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"testing"

	"bainian/app/integrity/analysis"
	"bainian/app/integrity/answersheet"
	"bainian/app/integrity/stats"
)

// TestStudyTrials runs the whole analysis, as the command does, on lifelike exams of the kinds that it will be given, with
// what real ones have, and prints what it flags. It takes minutes:
//
//	BAINIAN_TEST_STUDY=1 go test ./app/integrity/stats -run StudyTrials -v -timeout 1h
func TestStudyTrials(t *testing.T) {
	if os.Getenv("BAINIAN_TEST_STUDY") == "" {
		t.Skip("the trials take minutes: set BAINIAN_TEST_STUDY")
	}
	t.Run("one pair among 500", func(t *testing.T) { onePair(t, 500, 60) })
	t.Run("leaked items among 1636", func(t *testing.T) { leakedItems(t, 1636, 170) })
}

func asExam(a *stats.Answers, known []int) *answersheet.Exam {
	x := &answersheet.Exam{Chosen: a.Chosen, Key: a.Key, Options: a.Options, Known: known}
	for p := range a.Chosen {
		x.IDs = append(x.IDs, fmt.Sprint("p", p))
	}
	for i := range a.Key {
		x.Items = append(x.Items, fmt.Sprint("i", i))
	}
	return x
}

func analysed(a *stats.Answers, known []int) analysis.Report {
	return analysis.Run(asExam(a, known), analysis.Options{Sittings: 68, Workers: runtime.GOMAXPROCS(0)}, nil)
}

// onePair is a large exam with one pair that took four answers in five over, and cohorts of 60 drawn around it.
func onePair(t *testing.T, people, items int) {
	for trial := range 4 {
		rng := rand.New(rand.NewPCG(77, uint64(trial)))
		a := &newExam(rng, lifelike, items).sat(rng, people).Answers
		copied(rng, a, 0, 1, .8)
		r := analysed(a, nil)
		others := 0
		for _, p := range r.Pairs {
			if p.Flagged && p.Second != 1 {
				others++
			}
		}
		found, extra := 0, 0
		const cohorts = 25
		for range cohorts {
			who := append([]int{0, 1}, sampled(rng, people, 58)...)
			c := &stats.Answers{Key: a.Key, Options: a.Options}
			for _, p := range who {
				c.Chosen = append(c.Chosen, a.Chosen[p])
			}
			for _, p := range analysed(c, nil).Pairs {
				switch {
				case p.Flagged && p.First == 0 && p.Second == 1:
					found++
				case p.Flagged:
					extra++
				}
			}
		}
		t.Logf("trial %d: first %s–%s p %.2g flagged %v, %d others flagged; in %d cohorts of 60 found %d, %d other pairs", trial, r.Pairs[0].A, r.Pairs[0].B, float64(r.Pairs[0].LLRP), r.Pairs[0].Flagged, others, cohorts, found, extra)
	}
}

// sampled are n of the people from 2 on.
func sampled(rng *rand.Rand, people, n int) []int {
	out := rng.Perm(people - 2)[:n]
	for i := range out {
		out[i] += 2
	}
	return out
}

// leakedItems is a large exam of which a part leaked: groups of people had lists of it, with some wrong answers, and
// remembered some of them.
func leakedItems(t *testing.T, people, items int) {
	for trial, recall := range []float64{.5, .7, .9} {
		rng := rand.New(rand.NewPCG(78, uint64(trial)))
		a := &newExam(rng, lifelike, items).sat(rng, people).Answers
		known := rng.Perm(items)[:60]
		slices.Sort(known)
		cheats := 0
		for range 8 { // groups of 5 to 7
			list := map[int]int8{}
			for _, i := range known {
				if rng.Float64() < .8 {
					if list[i] = a.Key[i]; rng.Float64() < .1 {
						list[i] = int8(rng.IntN(a.Options[i]))
					}
				}
			}
			for range 5 + rng.IntN(3) {
				for _, i := range known { // in an order that is the same each time
					if c, listed := list[i]; listed && rng.Float64() < recall {
						a.Chosen[cheats][i] = c
					}
				}
				cheats++
			}
		}
		for _, with := range [][]int{nil, known} {
			r := analysed(a, with)
			trueFlags, falseFlags, falsePairs := 0, 0, 0
			for p, person := range r.Persons {
				switch {
				case person.Flagged && p < cheats:
					trueFlags++
				case person.Flagged:
					falseFlags++
				}
			}
			for _, p := range r.Pairs {
				if p.Flagged && p.Second >= cheats {
					falsePairs++
				}
			}
			t.Logf("recall %.0f %%, known %v: %d cheats, flagged %d of them and %d others (%d pairs with others); thresholds %+v; TPR at FPR 1 %%: %.2f; spread %v",
				recall*100, with != nil, cheats, trueFlags, falseFlags, falsePairs, r.Method.Thresholds, tprAt(r.Persons, cheats), r.Method.Null.Spread)
		}
	}
}

// tprAt is the share of the first people whose preknowledge z is above that of all but one in a hundred of the others.
func tprAt(persons []analysis.Person, cheats int) float64 {
	var honest []float64
	for _, p := range persons[cheats:] {
		if !p.PreknowledgeZ.IsNone() {
			honest = append(honest, float64(p.PreknowledgeZ))
		}
	}
	if len(honest) == 0 {
		return math.NaN()
	}
	slices.Sort(honest)
	bound, above := honest[len(honest)*99/100], 0
	for _, p := range persons[:cheats] {
		if float64(p.PreknowledgeZ) > bound {
			above++
		}
	}
	return float64(above) / float64(cheats)
}
