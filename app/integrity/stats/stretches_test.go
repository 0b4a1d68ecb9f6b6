package stats

import (
	"slices"
	"testing"
)

// lettersAs are letters A–D on items of four options; a dot is no answer.
func lettersAs(letters string) (row []int8) {
	for _, l := range letters {
		if l == '.' {
			row = append(row, Missing)
		} else {
			row = append(row, int8(l-'A'))
		}
	}
	return row
}

func TestWithoutLetterStretches(t *testing.T) {
	for letters, want := range map[string]string{
		"": "", "A": "A", "BADBCCCCCC": "BADB......", "BADBCCCCA": "BADBCCCCA", "CC.CCC.CCADBDA": ".........ADBDA", "BADDABCDABCDAB": "BAD...........",
		"BADCDBCA": "BADCDBCA", "DADBCC..CCC": "DADB.......", "CCCCCCCDDDDDDD": "..............", "ABBBBB": "A.....",
	} {
		var p Paper
		for _, l := range lettersAs(letters) {
			p = append(p, Slot{l, 4})
		}
		kept, aside := WithoutLetterStretches(p)
		var got []int8
		changed := 0
		for i, s := range kept {
			if got = append(got, s.Letter); s.Letter != p[i].Letter {
				changed++
			}
		}
		if !slices.Equal(got, lettersAs(want)) || aside != changed {
			t.Errorf("%s: kept %v, %d set aside", letters, got, aside)
		}
	}
}

// Among people who choose all options about equally, and the key A in half of the answers, only what content hardly
// explains is set aside.
func TestWithoutStretches(t *testing.T) {
	for name, c := range map[string]struct {
		row  string
		want int
	}{
		"the end filled in":         {"ABAADACABAACADAAAADABBBBBBBB", 8},
		"the end in steps":          {"ABAADACABAACADAAAADABCDABCDA", 10},
		"the middle filled in":      {"ABAADACDDDDDDDDDDDDABAACABAA", 12},
		"right answers":             {"ABAADACABAACADAAAAAAAAAAAAAA", 0},
		"a short end":               {"ABAADACABAACADAAAADABACABBBB", 0},
		"nothing known":             {"BCDBCCBDBCDDBCBDCBDCBDBBBBBC", 0},
		"gaps do not end a stretch": {"ABAADACABAACADAAAADAB.BB.BBB", 6},
	} {
		a := &Answers{Chosen: [][]int8{lettersAs(c.row)}}
		chance := chanceOf(4)
		for i := range c.row {
			a.Key, a.Options = append(a.Key, 0), append(a.Options, 4)
			for p := range 40 {
				if i == 0 {
					a.Chosen = append(a.Chosen, nil)
				}
				a.Chosen[p+1] = append(a.Chosen[p+1], int8(chance.pick([]float64{.55, .15, .15, .15})))
			}
		}
		before := slices.Clone(a.Chosen[0])
		kept, _ := WithoutStretches(a)
		aside := 0
		for i, k := range kept.Chosen[0] {
			if k != a.Chosen[0][i] {
				aside++
			}
		}
		if aside != c.want || !slices.Equal(before, a.Chosen[0]) {
			t.Errorf("%s: %d set aside, want %d (%v)", name, aside, c.want, kept.Chosen[0])
		}
	}
	for _, a := range []*Answers{{}, {Chosen: [][]int8{{}, {}}}, {Chosen: [][]int8{{Missing}}, Key: []int8{0}, Options: []int{1}}, {Chosen: [][]int8{{0, 0, 0, 0, 0, 0, 0, 0}}, Key: make([]int8, 8), Options: []int{1, 1, 1, 1, 1, 1, 1, 1}}} {
		if _, aside := WithoutStretches(a); aside > 0 {
			t.Errorf("%d set aside of %+v", aside, a)
		}
	}
}

// The last choice is one place also where items have not all as many choices.
func TestWithoutStretchesOfTheLastChoice(t *testing.T) {
	a := &Answers{Chosen: make([][]int8, 41)}
	chance := chanceOf(4)
	for i := range 28 {
		options := 3 + i%2
		a.Key, a.Options = append(a.Key, 0), append(a.Options, options)
		filled := int8(options - 1)
		if i < 18 {
			filled = 0
		}
		a.Chosen[0] = append(a.Chosen[0], filled)
		for p := range 40 {
			c := chance.pick([]float64{.55, .15, .15, .15})
			a.Chosen[p+1] = append(a.Chosen[p+1], int8(min(c, options-1)))
		}
	}
	kept, _ := WithoutStretches(a)
	for i, k := range kept.Chosen[0] {
		if (k == Missing) != (i >= 18) {
			t.Fatalf("kept %v", kept.Chosen[0])
		}
	}
}
