package stats

import (
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// table reads a golden file without its header: the first column as text, the others as numbers.
func table(t testing.TB, name string) (names []string, rows [][]float64) {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		row := make([]float64, len(r)-1)
		for i, v := range r[1:] {
			if row[i], err = strconv.ParseFloat(strings.TrimSpace(v), 64); err != nil {
				t.Fatal(err)
			}
		}
		names, rows = append(names, r[0]), append(rows, row)
	}
	return names, rows
}

// golden are the simulated answers of testdata and the parameters they were simulated with.
func golden(t testing.TB) (*Answers, *NRM) {
	_, psi := table(t, "nrm_psi.csv")
	_, chosen := table(t, "nrm_responses.csv")
	a, m := &Answers{}, &NRM{}
	for _, row := range psi {
		m.Slope, m.Intercept = append(m.Slope, row[:4]), append(m.Intercept, row[4:])
		a.Key, a.Options = append(a.Key, 3), append(a.Options, 4)
	}
	for _, row := range chosen {
		r := make([]int8, len(row))
		for i, c := range row {
			r[i] = int8(c) - 1
		}
		a.Chosen = append(a.Chosen, r)
	}
	if err := a.Validate(); err != nil {
		t.Fatal(err)
	}
	return a, m
}

// pairOf reads "3-17" as people 2 and 16.
func pairOf(t testing.TB, name string) (int, int) {
	one, other, _ := strings.Cut(name, "-")
	a, err1 := strconv.Atoi(one)
	b, err2 := strconv.Atoi(other)
	if err1 != nil || err2 != nil {
		t.Fatalf("pair %q", name)
	}
	return a - 1, b - 1
}

func near(got, want, relative float64) bool { return math.Abs(got-want) <= relative*math.Abs(want) }

// B2: ω within 1e-3 and GBT within 1 % of aberrance 0.3.0, source to copier, all 3,540 directions.
func TestB2_DirectionalOmegaAndGBT(t *testing.T) {
	a, m := golden(t)
	names, rows := table(t, "ac_stat.csv")
	for r, name := range names {
		s, c := pairOf(t, name)
		x := m.Directional(a.Chosen[s], a.Chosen[c], a.Key, m.Ability(a.Chosen[c]))
		if got := x.Omega(); math.Abs(got-rows[r][0]) > 1e-3 {
			t.Errorf("%s: ω %v, want %v", name, got, rows[r][0])
		}
		if got := x.GBT(); !near(got, rows[r][1], .01) {
			t.Errorf("%s: GBT %v, want %v", name, got, rows[r][1])
		}
	}
}

// B2: unconditional ω and weighted ω within 1e-3, GBT and M4 within 1 %, all 1,770 pairs.
func TestB2_UnconditionalOmegaGBTAndM4(t *testing.T) {
	a, m := golden(t)
	names, rows := table(t, "as_stat.csv")
	for r, name := range names {
		s, c := pairOf(t, name)
		x := m.Unconditional(a.Chosen[s], a.Chosen[c], a.Key, m.Ability(a.Chosen[s]), m.Ability(a.Chosen[c]))
		if got := x.Omega(); math.Abs(got-rows[r][0]) > 1e-3 {
			t.Errorf("%s: ω %v, want %v", name, got, rows[r][0])
		}
		if got := x.WeightedOmega(); math.Abs(got-rows[r][1]) > 1e-3 {
			t.Errorf("%s: weighted ω %v, want %v", name, got, rows[r][1])
		}
		if got := x.GBT(); !near(got, rows[r][2], .01) {
			t.Errorf("%s: GBT %v, want %v", name, got, rows[r][2])
		}
		if got := x.M4(); !near(got, rows[r][3], .01) {
			t.Errorf("%s: M4 %v, want %v", name, got, rows[r][3])
		}
	}
}
