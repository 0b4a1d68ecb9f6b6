package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// normalAbove is P(Z ≥ z) of the standard normal, exact far into the tail (z = 30 gives 5e-198, not 0).
func normalAbove(z float64) float64 { return .5 * math.Erfc(z/math.Sqrt2) }

// chiSquareAbove is P(X ≥ x) of χ² with df degrees of freedom; with none, X is 0.
func chiSquareAbove(x float64, df int) float64 {
	switch {
	case x <= 0:
		return 1
	case df <= 0:
		return 0
	case df == 1:
		return math.Erfc(math.Sqrt(x / 2))
	case df == 2:
		return math.Exp(-x / 2)
	}
	return mathext.GammaIncRegComp(float64(df)/2, x/2)
}

// number is a pointer to v, or nil – an absent value – when v is not a finite number.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
