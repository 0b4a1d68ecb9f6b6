package learn

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"bainian/app/cohorts"
	"bainian/app/exams"
)

func TestGivenName(t *testing.T) {
	for name, want := range map[string]string{"林予安": "予安", "林安": "林安", "歐陽予安": "予安", "Amy Lin": "Amy", "Amy": "Amy", "林 Amy": "林", "": ""} {
		if got := givenName(name); got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}

func TestDayOf(t *testing.T) {
	cohort := cohorts.Cohort{StartsOn: "2026-11-15", EndsOn: "2026-12-05"}
	zone := time.FixedZone("", 8*3600)
	for day, want := range map[string]int{"2026-11-14": 0, "2026-11-15": 1, "2026-11-23": 9, "2026-12-05": 21, "2026-12-06": 0} {
		now, err := time.ParseInLocation(time.DateOnly, day, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, of := dayOf(cohort, now.Add(23*time.Hour)); got != want || of != 21 {
			t.Errorf("%s is day %d of %d, want %d of 21", day, got, of, want)
		}
	}
}

func TestMark(t *testing.T) {
	for _, c := range []struct {
		text  string
		words []string
		want  []piece
	}{
		{"因為信任", []string{"信任"}, []piece{{"因為", false}, {"信任", true}}},
		{"Trust and trust", []string{"TRUST"}, []piece{{"Trust", true}, {" and ", false}, {"trust", true}}},
		{"高壓線上", []string{"高壓", "高壓線"}, []piece{{"高壓線", true}, {"上", false}}},
		{"什麼都沒有", []string{"線"}, []piece{{"什麼都沒有", false}}},
		{"", []string{"線"}, nil},
	} {
		if got := mark(c.text, c.words); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v", c.text, got)
		}
	}
}

func TestResponse(t *testing.T) {
	r, err := answer{Places: []string{"3", "1", "2"}}.response("rows")
	if err != nil || !slices.Equal(r.Order, []int{1, 2, 0}) {
		t.Error(r, err)
	}
	r, err = answer{Pairs: []string{"1", ""}}.response("pairs")
	if err != nil || !slices.Equal(r.Pairs, []int{1, -1}) {
		t.Error(r, err)
	}
	if r, err = (answer{Places: []string{"", ""}}).response("rows"); err != nil || r.Order != nil {
		t.Error(r, err)
	}
	for _, places := range [][]string{{"1", "1"}, {"1", ""}, {"0", "1"}, {"3", "1"}, {"x", "1"}} {
		if _, err := (answer{Places: places}).response("rows"); err == nil {
			t.Errorf("%v is an order", places)
		}
	}
}

// The list of exams follows the path, practice before the exam that it is for; a paper under way comes before it, and
// after it what is for none and what is done with.
func TestPlaceOfASitting(t *testing.T) {
	card := func(name, track string, practice bool, stand stand) sittingCard {
		return sittingCard{SittingView: exams.SittingView{Track: track, Practice: practice}, Name: name, Stand: stand}
	}
	cards := []sittingCard{
		card("done", "cooking", false, done), card("drill", "", true, ready), card("other", "", false, ready), card("sales", "sales", false, ready), card("values", "values", false, waiting),
		card("product", "product", false, ready), card("practice", "values", true, ready), card("live", "sales", false, goingOn),
	}
	for _, c := range []struct {
		over map[string]bool
		want []string
	}{
		{nil, []string{"live", "practice", "values", "product", "sales", "other", "drill", "done"}},
		{map[string]bool{"values": true}, []string{"live", "values", "product", "sales", "other", "practice", "drill", "done"}},
	} {
		slices.SortStableFunc(cards, func(a, b sittingCard) int { return cmp.Compare(a.place(c.over), b.place(c.over)) })
		var got []string
		for _, card := range cards {
			got = append(got, card.Name)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v, want %v", got, c.want)
		}
	}
}

func TestSpoken(t *testing.T) {
	for minutes, want := range map[int]string{90: "45 10 5 1", 40: "20 10 5 1", 21: "10 5 1", 10: "5 1", 1: ""} {
		if got := spokenIn(minutes).String(); got != want {
			t.Errorf("a paper of %d minutes speaks at %q, want %q", minutes, got, want)
		}
	}
}
