package stats

import "math"

// Lognormal is the model of response times of van der Linden (2006): ln T ~ N(Beta−τ, Alpha^{−2}), T in seconds, τ
// the person's speed (0 for the median person), Beta the item's time intensity in log seconds, Alpha how sharply the item's
// times follow it; 0 when nothing is known of the item, whose times then do not count.
type Lognormal struct {
	Alpha, Beta []float64
}

// logTime is ln of a time in seconds; false for a time that is absent: zero, negative, or not a number.
func logTime(seconds float64) (float64, bool) {
	if !(seconds > 0) || math.IsInf(seconds, 1) {
		return 0, false
	}
	return math.Log(seconds), true
}

// Speed is the maximum-likelihood speed τ̂ = Σα²(β−ln t)/Σα² over one person's times in seconds (zero is absent),
// and weight its precision Σα²; a weight of 0 says that there was no time.
func (m Lognormal) Speed(seconds []float64) (tau, weight float64) { return m.speed(seconds, nil) }

// speed is Speed over the items that in admits (all if nil).
func (m Lognormal) speed(seconds []float64, in func(item int) bool) (tau, weight float64) {
	for i, t := range seconds {
		if y, ok := logTime(t); ok && m.Alpha[i] > 0 && (in == nil || in(i)) {
			a2 := m.Alpha[i] * m.Alpha[i]
			tau += a2 * (m.Beta[i] - y)
			weight += a2
		}
	}
	if weight > 0 {
		tau /= weight
	}
	return tau, weight
}

// Residual is how a time departs from what item and person let expect: Z = α(ln t − β + τ̂) by the person's speed
// over all items, LeftOut the same by the speed over the other items, with the variance of that prediction,
// 1/α² + 1/Σ_{others}α² (0 when there are no others). Negative is quicker than expected. OK is false for a
// time that is absent.
type Residual struct {
	Z, LeftOut float64
	OK         bool
}

// Residuals gives one residual per item for a person's times in seconds.
func (m Lognormal) Residuals(seconds []float64) []Residual {
	tau, weight := m.Speed(seconds)
	out := make([]Residual, len(seconds))
	for i, t := range seconds {
		y, ok := logTime(t)
		if !ok || m.Alpha[i] <= 0 {
			continue
		}
		a2 := m.Alpha[i] * m.Alpha[i]
		out[i] = Residual{Z: m.Alpha[i] * (y - m.Beta[i] + tau), OK: true}
		if others := weight - a2; others > flat*weight {
			speed := (tau*weight - a2*(m.Beta[i]-y)) / others
			out[i].LeftOut = (y - m.Beta[i] + speed) / math.Sqrt(1/a2+1/others)
		}
	}
	return out
}

// Misfit is Σz² over a person's times and its p-value under χ² with one degree of freedom less than there are
// times (Sinharay 2018); false with fewer than two.
func Misfit(residuals []Residual) (chi, p float64, ok bool) {
	n := 0
	for _, r := range residuals {
		if r.OK {
			chi += r.Z * r.Z
			n++
		}
	}
	if n < 2 {
		return 0, 1, false
	}
	return chi, chiSquareAbove(chi, n-1), true
}
