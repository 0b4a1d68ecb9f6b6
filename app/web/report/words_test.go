package report

import (
	"testing"

	"bainian/app/integrity/analysis"
)

func TestChance(t *testing.T) {
	for p, want := range map[float64]string{
		.5: "0.50", .0999: "0.10", .05: "1 in 20", .001: "1 in 1,000", .00042: "1 in 2.4 thousand", 5.65e-6: "1 in 180 thousand", 2e-7: "1 in 5 million", 1e-10: "1 in 10 billion",
		3e-14: "1 in 33 trillion", 1e-16: "less than 1 in a thousand trillion", 5e-324: "less than 1 in a thousand trillion",
	} {
		if got := chance(analysis.Number(p)); got != want {
			t.Errorf("%v is %q, want %q", p, got, want)
		}
	}
	if got := chance(analysis.None()); got != "–" {
		t.Error(got)
	}
	if got := count(1234567); got != "1,234,567" {
		t.Error(got)
	}
}
