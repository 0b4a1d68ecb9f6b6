package stats

import (
	"fmt"
	"math"
	"slices"
)

// NRM is Bock's (1972) nominal response model: somebody of ability θ chooses option k of item i with probability
// P_ik(θ) = exp(a_ik·θ + c_ik) / Σ_l exp(a_il·θ + c_il). Slope (a) and Intercept (c) are item × option.
type NRM struct{ Slope, Intercept [][]float64 }

// The ridge that holds a calibration on few people: slopes are drawn towards .6 for the key and −.2 for the others
// with variance 1/8, intercepts towards 0 with variance 2. Thousands of people outweigh it.
const (
	keySlope, otherSlope = .6, -.2
	slopeRidge           = 8.0
	interceptRidge       = .5
)

// CalibrateNRM fits the nominal response model to the answers by marginal maximum likelihood (EM; Bock & Aitkin
// 1981) with the group's ability standard normal. An item that nobody answered keeps the ridge's curves.
func CalibrateNRM(a *Answers) (NRM, error) {
	if err := a.Validate(); err != nil {
		return NRM{}, err
	}
	m := priorNRM(a)
	m.fit(a, 200, 1e-4, 1)
	return m, nil
}

// fits says whether the model is one of these answers' items.
func (m *NRM) fits(a *Answers) error {
	if len(m.Slope) != a.Items() || len(m.Intercept) != a.Items() {
		return fmt.Errorf("the calibration has %d items, the answers %d", len(m.Slope), a.Items())
	}
	for i, k := range a.Options {
		if len(m.Slope[i]) != k || len(m.Intercept[i]) != k {
			return fmt.Errorf("the calibration of item %d has %d options, the item %d", i+1, len(m.Slope[i]), k)
		}
	}
	return nil
}

// priorNRM is what is believed of the items before anybody answers.
func priorNRM(a *Answers) NRM {
	m := NRM{make([][]float64, a.Items()), make([][]float64, a.Items())}
	for i, k := range a.Options {
		m.Slope[i], m.Intercept[i] = make([]float64, k), make([]float64, k)
		for o := range k {
			m.Slope[i][o] = slopeMean(o, a.Key[i])
		}
	}
	return m
}

func slopeMean(option int, key int8) float64 {
	if option == int(key) {
		return keySlope
	}
	return otherSlope
}

// fit runs EM from the present parameters until none moves more than tolerance, rounds times at most.
func (m *NRM) fit(a *Answers, rounds int, tolerance float64, workers int) {
	for range rounds {
		_, r := m.curves().expect(a.Chosen, a.Options, workers)
		moved := make([]float64, a.Items())
		parallel(workers, a.Items(), func(i int) { moved[i] = m.maximise(i, a.Key[i], r[i], 1) })
		worst := 0.0
		for _, d := range moved {
			worst = math.Max(worst, d)
		}
		if worst < tolerance {
			return
		}
	}
}

func (m *NRM) clone() NRM {
	var out NRM
	for i := range m.Slope {
		out.Slope = append(out.Slope, slices.Clone(m.Slope[i]))
		out.Intercept = append(out.Intercept, slices.Clone(m.Intercept[i]))
	}
	return out
}

// probabilities writes P_ik(θ) of every option into p.
func (m *NRM) probabilities(item int, theta float64, p []float64) {
	a, c := m.Slope[item], m.Intercept[item]
	top := math.Inf(-1)
	for k := range a {
		p[k] = a[k]*theta + c[k]
		top = math.Max(top, p[k])
	}
	sum := 0.0
	for k := range a {
		p[k] = math.Exp(p[k] - top)
		sum += p[k]
	}
	for k := range a {
		p[k] /= sum
	}
}

// curves are the model's log-probabilities at the nodes.
func (m *NRM) curves() curves {
	out := make(curves, len(m.Slope))
	for i := range out {
		out[i] = m.curve(i)
	}
	return out
}

func (m *NRM) curve(item int) [][nodes]float64 {
	out := make([][nodes]float64, len(m.Slope[item]))
	p := make([]float64, len(out))
	for q := range nodes {
		m.probabilities(item, ability(q), p)
		for k := range p {
			out[k][q] = math.Log(p[k])
		}
	}
	return out
}

// maximise is the M-step for one item: Newton steps on the penalised multinomial likelihood of the expected counts,
// halved while they would lower it. It returns how far the farthest parameter moved.
func (m *NRM) maximise(item int, key int8, r [][nodes]float64, steps int) float64 {
	k := len(r)
	a, c := m.Slope[item], m.Intercept[item]
	var total [nodes]float64
	for o := range r {
		for q := range total {
			total[q] += r[o][q]
		}
	}
	p := make([]float64, k)
	height := func() float64 {
		h := 0.0
		for q := range nodes {
			m.probabilities(item, ability(q), p)
			for o := range p {
				h += r[o][q] * math.Log(p[o])
			}
		}
		for o := range a {
			h -= slopeRidge/2*square(a[o]-slopeMean(o, key)) + interceptRidge/2*square(c[o])
		}
		return h
	}
	hess, step := make([]float64, 4*k*k), make([]float64, 2*k)
	farthest, now := 0.0, height()
	for range steps {
		clear(hess)
		for o := range a {
			step[o] = -slopeRidge * (a[o] - slopeMean(o, key))
			step[k+o] = -interceptRidge * c[o]
			hess[o*2*k+o] = slopeRidge
			hess[(k+o)*2*k+k+o] = interceptRidge
		}
		for q := range nodes {
			t, n := ability(q), total[q]
			m.probabilities(item, t, p)
			for o := range p {
				d := r[o][q] - n*p[o]
				step[o] += t * d
				step[k+o] += d
				for l := range p {
					v := -n * p[o] * p[l]
					if o == l {
						v += n * p[o]
					}
					hess[o*2*k+l] += t * t * v
					hess[(k+o)*2*k+l] += t * v
					hess[o*2*k+k+l] += t * v
					hess[(k+o)*2*k+k+l] += v
				}
			}
		}
		if !solve(hess, step, 2*k) {
			return farthest
		}
		moved := 0.0
		for half := 1.0; ; half /= 2 {
			for o := range a {
				a[o] += half * step[o]
				c[o] += half * step[k+o]
			}
			if next := height(); next >= now-1e-9 || half < 1e-3 {
				now = next
				for _, d := range step {
					moved = math.Max(moved, math.Abs(half*d))
				}
				break
			}
			for o := range a {
				a[o] -= half * step[o]
				c[o] -= half * step[k+o]
			}
		}
		farthest = math.Max(farthest, moved)
		if moved < 1e-6 {
			break
		}
	}
	return farthest
}

// Ability is the maximum-likelihood ability in [−4, 4] of somebody who gave these answers. The likelihood of a
// nominal response model is concave in ability, so its slope has one root; without any answer ability is 0.
func (m *NRM) Ability(row []int8) float64 {
	return m.ability(row, make([]float64, maxChoices))
}

func (m *NRM) ability(row []int8, p []float64) float64 {
	// slope is the derivative of the log-likelihood and how fast it falls.
	slope := func(theta float64) (g, h float64) {
		for i, k := range row {
			if k < 0 {
				continue
			}
			a := m.Slope[i]
			m.probabilities(i, theta, p)
			mean, second := 0.0, 0.0
			for o := range a {
				mean += p[o] * a[o]
				second += p[o] * a[o] * a[o]
			}
			g += a[k] - mean
			h += second - mean*mean
		}
		return g, h
	}
	lo, hi, theta := -maxAbility, maxAbility, 0.0
	for range 60 {
		g, h := slope(theta)
		if g > 0 {
			lo = theta
		} else if g < 0 {
			hi = theta
		} else {
			return theta
		}
		next := theta
		if h > 1e-12 {
			next = theta + g/h
		} else {
			next = (lo + hi) / 2
		}
		if next >= hi && hi < maxAbility || next <= lo && lo > -maxAbility {
			next = (lo + hi) / 2
		}
		next = math.Min(maxAbility, math.Max(-maxAbility, next))
		if math.Abs(next-theta) < 1e-9 {
			return next
		}
		theta = next
	}
	return theta
}

func square(x float64) float64 { return x * x }
