package stats

import "math"

// moments are the mean and the second and third central moment of a sum of independent parts.
type moments struct{ mean, variance, third float64 }

// add adds a part that, with chance p, has the raw moments given (mean, mean square, mean cube), and is otherwise other.
func (m *moments) add(p float64, raw [3]float64, other float64) {
	q := 1 - p
	first := p*raw[0] + q*other
	second := p*raw[1] + q*other*other
	third := p*raw[2] + q*other*other*other
	m.mean += first
	m.variance += second - first*first
	m.third += third - 3*first*second + 2*first*first*first
}

// mixed are the moments of a sum whose moments at each node are sum, over a person's shares of the nodes.
func mixed(shares *[nodes]float64, sum *[nodes]moments) (out moments) {
	for q, share := range shares {
		out.mean += share * sum[q].mean
	}
	for q, share := range shares {
		d := sum[q].mean - out.mean
		out.variance += share * (sum[q].variance + d*d)
		out.third += share * (sum[q].third + 3*d*sum[q].variance + d*d*d)
	}
	return out
}

// normal is the standard normal value as far out as x is in a distribution of these moments, taken for a shifted gamma
// distribution by the cube root of Wilson & Hilferty (1931): without it, the longer tail of a skewed statistic would be
// taken for something.
func (m moments) normal(x float64) float64 {
	z := (x - m.mean) / math.Sqrt(m.variance)
	skew := m.third / math.Pow(m.variance, 1.5)
	if math.Abs(skew) < 1e-6 {
		return z
	}
	if skew < 0 {
		return -wilsonHilferty(-z, -skew)
	}
	return wilsonHilferty(z, skew)
}

func wilsonHilferty(z, skew float64) float64 {
	return 6 / skew * (math.Cbrt(max(1+skew*z/2, 0)) - 1 + skew*skew/36)
}
