package stats

import (
	"errors"
	"fmt"
)

// fewestAnswers are needed to say of a person that their answers, or times, do not fit.
const fewestAnswers = 5

// Fit is how well one person's paper fits what the items let expect of anybody. A value is nil when it is absent:
// too few answers or times, or nobody to calibrate on. Misfit is not cheating: illness, carelessness, a language and
// an unusual schooling look alike.
type Fit struct {
	Ability *float64 // mode of θ under N(0,1)
	LzStar  *float64 // l_z* of right and wrong: N(0,1), low is misfit
	Speed   *float64 // τ, log seconds quicker than the median person
	Misfit  *float64 // p-value of Σz² of the times
	Effort  *float64 // share of times not too quick to have read the item (RTE)
}

// FitReport is the outcome of PersonFit: one row per person, in their order, and the models fitted.
type FitReport struct {
	Persons []Fit
	Items   TwoPL
	Times   Lognormal
}

// PersonFit says of everybody how their scores (1 right, 0 wrong, Missing) and, where seconds is not nil, their times
// (person × item, 0 absent) fit models calibrated on these people. Fewer than ten people are ErrTooFew, and all values
// absent; too few with times only leave out what is said of times.
func PersonFit(scores [][]int8, seconds [][]float64) (FitReport, error) {
	out := FitReport{Persons: make([]Fit, len(scores))}
	var err error
	if out.Items, err = Calibrate2PL(scores); err != nil {
		return out, err
	}
	parallel(crew, len(scores), func(p int) {
		rs := out.Items.replies(scores[p], nil)
		if len(rs) == 0 {
			return
		}
		theta := likeliest(rs, 1)
		out.Persons[p].Ability = &theta
		if lz, ok := lzStar(rs, theta, 1); ok && len(rs) >= fewestAnswers {
			out.Persons[p].LzStar = number(lz)
		}
	})
	if seconds == nil {
		return out, nil
	}
	if len(seconds) != len(scores) {
		return out, fmt.Errorf("%d people have times, %d scores", len(seconds), len(scores))
	}
	for p, effort := range Effort(seconds) {
		out.Persons[p].Effort = effort
	}
	if out.Times, err = CalibrateTimes(seconds); errors.Is(err, ErrTooFew) {
		return out, nil
	} else if err != nil {
		return out, err
	}
	for p, row := range seconds {
		if tau, weight := out.Times.Speed(row); weight > 0 {
			out.Persons[p].Speed = number(tau)
		}
		residuals := out.Times.Residuals(row)
		if _, misfit, ok := Misfit(residuals); ok && timesOf(residuals) >= fewestAnswers {
			out.Persons[p].Misfit = number(misfit)
		}
	}
	return out, nil
}

// timesOf is how many of the residuals there are.
func timesOf(residuals []Residual) (n int) {
	for _, r := range residuals {
		if r.OK {
			n++
		}
	}
	return n
}
