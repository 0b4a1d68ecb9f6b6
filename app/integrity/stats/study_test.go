package stats_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"bainian/app/integrity/stats"
)

// method is one way to find pairs.
type method int

const (
	likeness method = iota // LLRmax against its empirical null: the test that raises findings
	omega                  // ω, by the theory
	gbt                    // GBT, by the theory
	letters                // the letter-shuffle test on the same papers, with options shuffled for each person
	methods
)

func (m method) String() string { return [...]string{"LLRmax+null", "ω", "GBT", "letters"}[m] }

// rate is how often something happened.
type rate struct{ of, n int }

// wilson is the 95 % confidence interval of a rate (Wilson 1927).
func (r rate) wilson() (low, high float64) {
	if r.n == 0 {
		return 0, 1
	}
	const z = 1.959964
	n, p := float64(r.n), float64(r.of)/float64(r.n)
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-half)/(1+z*z/n)), min(1, (middle+half)/(1+z*z/n))
}

func (r rate) String() string {
	if r.n == 0 {
		return "–"
	}
	low, high := r.wilson()
	return fmt.Sprintf("%.3f (%.3f–%.3f)", float64(r.of)/float64(r.n), low, high)
}

// setting is one row of the study: cohorts of so many people and items, and how much of a paper is copied.
type setting struct {
	people, items int
	share         float64 // 0: nobody copies
}

// outcome counts, by method, cohorts (or planted pairs) in which something was found.
type outcome struct {
	clean [methods]rate // cohorts with any pair found that was not planted
	found [methods]rate // planted pairs found
}

// source deals the honest papers of a cohort.
type source func(rng *rand.Rand, people, items int) *papers

// bySimulation deals papers that follow the nominal response model exactly, from items made anew for each cohort.
func bySimulation(rng *rand.Rand, people, items int) *papers {
	return newExam(rng, madeUp{}, items).sat(rng, people)
}

// fromPool deals people and items at random from one lifelike exam of many people, as a company's sittings deal from
// its bank and its new hires.
func fromPool() source {
	rng := rand.New(rand.NewPCG(20261128, 5))
	pool := newExam(rng, lifelike, 200).sat(rng, 2000)
	return func(rng *rand.Rand, people, items int) *papers { return cohort(rng, pool, people, items) }
}

// plantedPairs of every cohort copy, as many as leave the rest of it large.
func plantedPairs(people int) int { return max(1, min(3, people/20)) }

// study runs so many cohorts of a setting.
func study(deal source, s setting, cohorts int, seed uint64) (sum outcome) {
	var lock sync.Mutex
	var wg sync.WaitGroup
	work := make(chan int)
	for range min(runtime.GOMAXPROCS(0), cohorts) {
		wg.Go(func() {
			for c := range work {
				one := tryCohort(deal, s, rand.New(rand.NewPCG(seed, uint64(c))))
				lock.Lock()
				for m := range methods {
					sum.clean[m].of, sum.clean[m].n = sum.clean[m].of+one.clean[m].of, sum.clean[m].n+one.clean[m].n
					sum.found[m].of, sum.found[m].n = sum.found[m].of+one.found[m].of, sum.found[m].n+one.found[m].n
				}
				lock.Unlock()
			}
		})
	}
	for c := range cohorts {
		work <- c
	}
	close(work)
	wg.Wait()
	return sum
}

func tryCohort(deal source, s setting, rng *rand.Rand) (o outcome) {
	a := deal(rng, s.people, s.items)
	shown := a.letters(rng)
	planted := map[[2]int]bool{}
	if s.share > 0 {
		for k := range plantedPairs(s.people) {
			planted[[2]int{2 * k, 2*k + 1}] = true
			copied(rng, &a.Answers, 2*k, 2*k+1, s.share)
			copiedLetters(rng, shown, 2*k, 2*k+1, s.share)
		}
	}
	pairs := s.people * (s.people - 1) / 2
	bound := stats.FamilyThreshold(.01, pairs)
	var hits [methods]map[[2]int]bool
	for m := range hits {
		hits[m] = map[[2]int]bool{}
	}
	kept, _ := stats.WithoutStretches(&a.Answers) // as everywhere before papers are compared
	result, err := stats.Similar(kept, stats.SimilarityOptions{Seed: 1, Keep: pairs, Workers: 1})
	if err != nil {
		panic(err)
	}
	for _, p := range result.Pairs {
		hits[likeness][[2]int{p.A, p.B}] = p.Flagged
		hits[omega][[2]int{p.A, p.B}] = p.OmegaP <= bound
		hits[gbt][[2]int{p.A, p.B}] = p.GBTP <= bound
	}
	for p := range shown {
		shown[p], _ = stats.WithoutLetterStretches(shown[p])
	}
	for _, p := range stats.LetterPairs(shown, bound) {
		hits[letters][[2]int{p.A, p.B}] = true
	}
	for m := range hits {
		o.clean[m].n = 1
		for pair, hit := range hits[m] {
			if hit && !planted[pair] {
				o.clean[m].of = 1
			}
		}
		for pair := range planted {
			o.found[m].n++
			if hits[m][pair] {
				o.found[m].of++
			}
		}
	}
	return o
}

func copiedLetters(rng *rand.Rand, papers []stats.Paper, source, copier int, share float64) {
	n := len(papers[source])
	for _, i := range rng.Perm(n)[:int(math.Round(share*float64(n)))] {
		papers[copier][i].Letter = papers[source][i].Letter
	}
}

// TestStudy measures how often honest cohorts show any finding and how often planted copying is found. The short form
// always runs and holds a few figures to their bars. The long one, with BAINIAN_TEST_STUDY set to how many cohorts a
// cell has, prints the table that study.md keeps:
//
//	BAINIAN_TEST_STUDY=400 go test ./app/integrity/stats -run 'Study$' -v -timeout 2h
func TestStudy(t *testing.T) {
	if cohorts := 0; os.Getenv("BAINIAN_TEST_STUDY") != "" {
		if _, err := fmt.Sscan(os.Getenv("BAINIAN_TEST_STUDY"), &cohorts); err != nil || cohorts < 1 {
			t.Fatalf("BAINIAN_TEST_STUDY is a number of cohorts, not %q", os.Getenv("BAINIAN_TEST_STUDY"))
		}
		longStudy(t, cohorts)
		return
	}
	deal := fromPool()
	clean := study(deal, setting{60, 40, 0}, 4, 1)
	most := study(deal, setting{60, 60, .8}, 3, 2)
	for m := range methods {
		t.Logf("%-11v clean cohorts with a pair found %v; pairs of 80 %% copied found %v", m, clean.clean[m], most.found[m])
	}
	// Beyond these, a rate of .01 and the powers of the long study are as good as excluded.
	for _, m := range []method{likeness, letters} {
		if clean.clean[m].of > 1 || most.clean[m].of > 1 || most.found[m].of < 7 {
			t.Errorf("%v: a pair in %d of 4 clean cohorts, an innocent one in %d of 3 with copying, found %d of 9 planted", m, clean.clean[m].of, most.clean[m].of, most.found[m].of)
		}
	}
}

// sizes of the long study, by people and items; the first of each source matters most.
var sizes = [][2]int{{60, 60}, {60, 40}, {200, 60}, {20, 60}, {60, 80}}

func longStudy(t *testing.T, cohorts int) {
	shares := []float64{.3, .4, .5, .6, .8, 1}
	head := "| papers | people | items | clean cohorts | test | of them with a finding |"
	for _, share := range shares {
		head += fmt.Sprintf(" %.0f %% copied |", share*100)
	}
	t.Logf("\n%s\n|---|---|---|---|---|---|%s", head, strings.Repeat("---|", len(shares)))
	for n, s := range []struct {
		name string
		deal source
	}{{"pooled", fromPool()}, {"simulated", bySimulation}} {
		for _, size := range sizes {
			clean := study(s.deal, setting{size[0], size[1], 0}, cohorts, uint64(100+n))
			var powers []outcome
			for k, share := range shares {
				powers = append(powers, study(s.deal, setting{size[0], size[1], share}, (cohorts/2+plantedPairs(size[0])-1)/plantedPairs(size[0]), uint64(1000+10*n+k)))
			}
			var rows strings.Builder
			for m := range methods {
				fmt.Fprintf(&rows, "\n| %s | %d | %d | %d | %v | %v |", s.name, size[0], size[1], cohorts, m, clean.clean[m])
				for _, p := range powers {
					fmt.Fprintf(&rows, " %v |", p.found[m])
				}
			}
			t.Log(rows.String())
		}
	}
}

// The interval of a rate holds the values of the textbooks.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		rate
		low, high float64
	}{{rate{0, 100}, 0, .0370}, {rate{10, 100}, .0552, .1744}, {rate{100, 100}, .9630, 1}} {
		if low, high := c.wilson(); math.Abs(low-c.low) > 5e-4 || math.Abs(high-c.high) > 5e-4 {
			t.Errorf("%+v: %.4f–%.4f", c.rate, low, high)
		}
	}
}
