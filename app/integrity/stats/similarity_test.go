package stats

import "testing"

// The pairs planted in the golden answers share 40, 60 and 80 % of their answers, the last almost only right ones: the
// second is found among the cohort's own 60 papers, the third comes next, and nobody else is flagged.
func TestSimilarFindsThePlantedPairs(t *testing.T) {
	a, _ := golden(t)
	s, err := Similar(a, SimilarityOptions{Seed: 1, Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Pairs[0]; p.A != 16 || p.B != 39 || !p.Flagged || p.LLRP > 1e-6 {
		t.Errorf("the most alike pair is %+v", p)
	}
	if p := s.Pairs[1]; p.A != 32 || p.B != 50 {
		t.Errorf("the next pair is %+v", p)
	}
	for _, p := range s.Pairs[1:] {
		if p.Flagged {
			t.Errorf("flagged %+v", p)
		}
	}
	if len(s.Pairs) != 200 || s.Compared != 1770 {
		t.Errorf("%d pairs of %d", len(s.Pairs), s.Compared)
	}
}
