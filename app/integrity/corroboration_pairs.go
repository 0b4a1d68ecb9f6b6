package integrity

import (
	"math"
	"slices"

	"bainian/app/exams"
	"bainian/app/integrity/stats"
)

// PairSays are the answers of two papers by item, whatever the letters. The p-values say how likely two people of their
// ability are to be so alike if they answered alone; the least of them is no finding.
type PairSays struct {
	A, B              string // attempts
	N, Matches, Wrong int    // items both answered, answered alike, and alike and wrong
	OmegaP, GBTP, M4P float64
	LLR, LLRP         *float64 // nil where it was not computed for this pair
}

const (
	// mostCompared is how many papers are compared by their answers, each with each: of more, only the pairs that the
	// declared test found are.
	mostCompared = 2000
	// keptPairs is how many of the most alike are kept.
	keptPairs = 200
)

// Why the pairs of a sitting say nothing by their answers.
const (
	tooFewPapers = "few_papers"
	tooFewItems  = "few_items"
)

// pairsSay are the most alike pairs by their answers, and those that the declared test found, or why there are none.
func pairsSay(papers []exams.SatPaper, m numbers, found []match, seed uint64) (out []PairSays, why string, err error) {
	switch {
	case len(papers) < fewestPapers:
		return nil, tooFewPapers, nil
	case m.answers.Items() < fewestItems:
		return nil, tooFewItems, nil
	}
	var model stats.NRM
	var abilities []float64
	if len(papers) <= mostCompared {
		s, err := stats.Similar(&m.answers, stats.SimilarityOptions{Family: family, Seed: seed, Keep: keptPairs, Workers: 1})
		if err != nil {
			return nil, "", err
		}
		model, abilities = s.Model, s.Abilities
		for _, p := range s.Pairs {
			llr, llrP := p.LLR, p.LLRP
			out = append(out, PairSays{A: papers[p.A].ID, B: papers[p.B].ID, N: p.N, Matches: p.Matches, Wrong: p.WrongMatches,
				OmegaP: p.OmegaP, GBTP: p.GBTP, M4P: p.M4P, LLR: &llr, LLRP: &llrP})
		}
	} else {
		if model, err = stats.CalibrateNRM(&m.answers); err != nil {
			return nil, "", err
		}
		abilities = make([]float64, len(papers))
		for _, f := range found {
			abilities[f.a], abilities[f.b] = model.Ability(m.answers.Chosen[f.a]), model.Ability(m.answers.Chosen[f.b])
		}
	}
	for _, f := range found {
		a, b := papers[f.a].ID, papers[f.b].ID
		if !slices.ContainsFunc(out, func(p PairSays) bool { return p.A == a && p.B == b || p.A == b && p.B == a }) {
			out = append(out, pairSays(model, m, f.a, f.b, a, b, abilities))
		}
	}
	return out, "", nil
}

// Of fewer papers or items nothing can be calibrated that would tell a match from an easy item.
const (
	fewestPapers = 10
	fewestItems  = 8
)

// pairSays is one pair by the model of all.
func pairSays(model stats.NRM, m numbers, i, j int, a, b string, abilities []float64) PairSays {
	one, other := m.answers.Chosen[i], m.answers.Chosen[j]
	both := model.Unconditional(one, other, m.answers.Key, abilities[i], abilities[j])
	there, back := model.Directional(one, other, m.answers.Key, abilities[j]), model.Directional(other, one, m.answers.Key, abilities[i])
	omega := math.Min(1, 2*stats.UpperNormal(math.Max(there.Omega(), back.Omega())))
	return PairSays{A: a, B: b, N: both.N, Matches: both.Count, Wrong: both.Wrong, OmegaP: omega, GBTP: both.GBT(), M4P: both.M4()}
}
