package analysis

import (
	"fmt"
	"math"
	"slices"

	"bainian/app/integrity/answersheet"
	"bainian/app/integrity/stats"
)

// scoresOf are right (1), wrong (0) and Missing.
func scoresOf(x *answersheet.Exam) [][]int8 {
	scores := make([][]int8, len(x.IDs))
	for p, chosen := range x.Chosen {
		scores[p] = make([]int8, len(chosen))
		for i, c := range chosen {
			switch c {
			case answersheet.Missing:
				scores[p][i] = stats.Missing
			case x.Key[i]:
				scores[p][i] = 1
			}
		}
	}
	return scores
}

// describePersons fills everybody's own statistics. By letters nothing is scored: the key is of the options, and the
// letters do not say which option stood there.
func (r *run) describePersons(letters bool) {
	x := r.exam
	for p, id := range x.IDs {
		person := Person{ID: id, LZStar: None(), RTMisfitP: None(), PreknowledgeZ: None(), KnownScoresZ: None(), KnownTimesZ: None(), RapidShare: None()}
		right := 0
		for i, c := range x.Chosen[p] {
			if c != answersheet.Missing {
				person.Answered++
			}
			if c == x.Key[i] {
				right++
			}
		}
		if !letters {
			person.Right = &right
		}
		r.out.Persons = append(r.out.Persons, person)
	}
	if letters {
		r.timesAlone()
		return
	}
	scores := scoresOf(x)
	fits, err := stats.PersonFit(scores, x.Seconds)
	if err != nil {
		r.note("%s: nothing is said of how well each paper fits (%s).", people(len(x.IDs)), err)
		return
	}
	r.out.Method.Calibration.Scores = fmt.Sprintf("Two-parameter logistic model fitted to the right and wrong answers of these %s (marginal maximum likelihood with a ridge).", people(len(x.IDs)))
	timed := false
	for p, fit := range fits.Persons {
		person := &r.out.Persons[p]
		person.LZStar, person.RTMisfitP = of(fit.LzStar), of(fit.Misfit)
		if fit.Misfit != nil {
			person.RTMisfitP, timed = chanceOf(*fit.Misfit), true
		}
		if fit.Effort != nil {
			person.RapidShare = Number(1 - *fit.Effort)
		}
	}
	r.sayTimes(timed)
	if len(x.Known) > 0 {
		r.testKnown(scores)
	}
}

// timesAlone is what times say where answers cannot be scored.
func (r *run) timesAlone() {
	if len(r.exam.Known) > 0 {
		r.note("Letters of shuffled options cannot be scored, so nothing is said of the known items.")
	}
	if r.exam.Seconds == nil {
		return
	}
	for p, effort := range stats.Effort(r.exam.Seconds) {
		if effort != nil {
			r.out.Persons[p].RapidShare = Number(1 - *effort)
		}
	}
	model, err := stats.CalibrateTimes(r.exam.Seconds)
	if err == nil {
		for p, row := range r.exam.Seconds {
			if _, misfit, ok := stats.Misfit(model.Residuals(row)); ok {
				r.out.Persons[p].RTMisfitP = chanceOf(misfit)
			}
		}
	}
	r.sayTimes(err == nil)
}

func (r *run) sayTimes(fitted bool) {
	switch {
	case fitted:
		r.out.Method.Calibration.Times = "Lognormal model of response times, fitted robustly to these people."
	case r.exam.Seconds != nil:
		r.note("There are too few people with times to say how usual a time is.")
	}
}

// of is a value that may be absent.
func of(v *float64) Number {
	if v == nil {
		return None()
	}
	return Number(*v)
}

// tail are the shares of honest people at which the lower tail of the preknowledge statistic is looked at.
var tail = []float64{.1, .05, .02, .01, .005, .002, .001}

// fewestInTail people must lie beyond a point for it to be looked at.
const fewestInTail = 3

// testKnown runs the declared test on the items known to have leaked. Each z is standardised by honest people's
// middle and spread, but the models do not promise the shape of the tail, so that the threshold also rests on the
// lower tail, where nobody is for having known the items: it is the normal one for the share of the family-wise error,
// widened by as much as the lower tail is wider than a normal one.
func (r *run) testKnown(scores [][]int8) {
	test := &r.out.Method.Tests[1]
	known := make([]bool, len(r.exam.Items))
	for _, i := range r.exam.Known {
		known[i] = true
		r.out.Method.Known = append(r.out.Method.Known, r.exam.Items[i])
	}
	result, err := stats.Preknowledge(scores, r.exam.Seconds, known)
	if err != nil {
		r.note("The test on the known items could not be run (%s).", err)
		return
	}
	var z []float64
	for p, person := range result.Persons {
		r.out.Persons[p].KnownScoresZ, r.out.Persons[p].KnownTimesZ = of(person.Scores), of(person.Times)
		if r.out.Persons[p].PreknowledgeZ = of(person.Z); person.Z != nil {
			z = append(z, *person.Z)
		}
	}
	if test.Comparisons = len(z); len(z) == 0 {
		r.note("Nobody answered both known and other items.")
		return
	}
	wider := widening(z)
	threshold := above(test.FamilyWise/float64(len(z))) * wider
	test.Ran = true
	r.out.Method.Thresholds.PreknowledgeZ = Number(threshold)
	r.out.Method.Null.Preknowledge = fmt.Sprintf("On the known items: standard normal among these people's middle and lower half, where nobody is for having known the items; the threshold is the normal one, %.2f, times %.2f, by which the lower tail is wider than a normal one.", threshold/wider, wider)
	for p := range r.out.Persons {
		person := &r.out.Persons[p]
		if !person.PreknowledgeZ.IsNone() && float64(person.PreknowledgeZ) >= threshold {
			person.Flagged = true
			test.Flagged++
		}
	}
}

// widening is how many times wider than standard normal the lower tail of z is, at least 1.
func widening(z []float64) float64 {
	slices.Sort(z)
	middle := z[len(z)/2]
	wider := 1.0
	for _, share := range tail {
		if k := int(share * float64(len(z))); k >= fewestInTail {
			wider = math.Max(wider, (middle-z[k-1])/above(share))
		}
	}
	return wider
}

// above is the standard normal value that a share of people exceeds.
func above(share float64) float64 { return math.Sqrt2 * math.Erfcinv(2*share) }
