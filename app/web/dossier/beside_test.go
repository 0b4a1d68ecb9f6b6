package dossier

import "testing"

func TestChancesReadAsTheyAre(t *testing.T) {
	for p, want := range map[float64]string{
		1: "1.00", .03: "0.03", .00042: "0.0004", .0001: "0.0001",
		.00009: "9 × 10⁻⁵", 1e-6: "10⁻⁶", 9.6e-6: "10⁻⁵", 2.4e-12: "2 × 10⁻¹²", 1e-300: "10⁻³⁰⁰", 0: "< 10⁻³⁰⁰",
	} {
		if got := OneIn(p); got != want {
			t.Errorf("%g reads %q, want %q", p, got, want)
		}
	}
}
