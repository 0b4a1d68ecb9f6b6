package integrity

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/questions"
)

// drawnPapers are n papers of so many single choices of four, each with an order of its own; say gives the choice of a
// person for an item in the item's own order, below 0 for none.
func drawnPapers(n, items int, rng *rand.Rand, say func(person, item int) int) []exams.SatPaper {
	papers := make([]exams.SatPaper, n)
	for i := range papers {
		p := &papers[i]
		p.ID, p.PersonID = fmt.Sprintf("attempt %d", i), fmt.Sprintf("person %d", i)
		for q := range items {
			item := questions.Item{ID: fmt.Sprint(q), Kind: questions.Single, Shuffle: true, Right: []bool{true, false, false, false}}
			order := rng.Perm(4)
			var r questions.Response
			if c := say(i, q); c >= 0 {
				r.Choices = []int{slices.Index(order, c)}
			}
			p.Form.Questions = append(p.Form.Questions, exams.FormQuestion{N: q + 1, Bank: "b", Item: item.ID, Layout: questions.Layout{Order: order}})
			p.Items, p.Responses, p.Seconds = append(p.Items, item), append(p.Responses, r), append(p.Seconds, 10+20*rng.Float64())
		}
	}
	return papers
}

func TestNumbersUndoTheShuffle(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	papers := drawnPapers(30, 6, rng, func(person, item int) int { return (person+item)%5 - 1 })
	canary := &papers[3].Items[2]
	canary.Canary, canary.Right = 3, nil // the planted choice is the third
	papers[3].Items[4].Right = []bool{true, true, false, false}
	m := numbersOf(papers)
	if m.answers.Items() != 6 || m.answers.Validate() != nil {
		t.Fatalf("%d items: %v", m.answers.Items(), m.answers.Validate())
	}
	for i := range papers {
		for q := range 6 {
			want := int8((i+q)%5 - 1)
			if i == 3 && (q == 2 || q == 4) { // neither right nor wrong by one choice
				want = -1
			}
			score := int8(0)
			if want < 0 {
				score = -1
			} else if want == 0 {
				score = 1
			}
			if m.answers.Chosen[i][q] != want || m.scores[i][q] != score {
				t.Fatalf("paper %d, item %d: %d and %d, want %d and %d", i, q, m.answers.Chosen[i][q], m.scores[i][q], want, score)
			}
		}
	}
	if m.places[3][2] != 0 || m.places[4][2] != 3 {
		t.Errorf("the places are %v and %v", m.places[3], m.places[4])
	}
	canary.Right = make([]bool, 4)
	for choice, want := range map[int][2]int{2: {1, 1}, 1: {0, 1}} {
		papers[3].Responses[2].Choices = []int{slices.Index(papers[3].Form.Questions[2].Layout.Order, choice)}
		if picked, seen := planted(papers[3]); picked != want[0] || seen != want[1] {
			t.Errorf("choice %d: %d of %d canaries", choice, picked, seen)
		}
	}
}

// Whatever a sitting looks like, what the tests say of it can be kept and has a word for what they cannot say.
func TestCorroborationOfOddSittings(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	able := func(int, int) int { // three of four right
		return max(0, rng.IntN(12)-8)
	}
	for name, c := range map[string]struct {
		people, items int
		say           func(person, item int) int
		why           string
	}{
		"nobody":             {0, 0, nil, tooFewPapers},
		"one":                {1, 20, able, tooFewPapers},
		"two":                {2, 20, able, tooFewPapers},
		"few items":          {20, 3, able, tooFewItems},
		"all alike":          {20, 20, func(int, int) int { return 0 }, ""},
		"all wrong alike":    {20, 20, func(int, int) int { return 1 }, ""},
		"nobody says a word": {20, 20, func(int, int) int { return -1 }, ""},
		"half say nothing":   {20, 20, func(person, item int) int { return able(person, item)*(person%2) - (1 - person%2) }, ""},
		"an odd item":        {20, 20, func(person, item int) int { return min(item, 1) * able(person, item) }, ""},
		"usual":              {20, 20, able, ""},
	} {
		papers := drawnPapers(c.people, c.items, rng, c.say)
		if name == "all alike" {
			for i := range papers {
				clear(papers[i].Seconds)
			}
		}
		var found []match
		if c.people > 1 {
			found = []match{{a: 0, b: 1}}
		}
		said, err := corroborate(papers, nil, nil, nil, found, 1)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := json.Marshal(said)
		if err != nil {
			t.Errorf("%s cannot be kept: %v", name, err)
			continue
		}
		var back Corroboration
		if err := json.Unmarshal(doc, &back); err != nil || len(back.People) != c.people || len(back.Map.Attempts) != c.people {
			t.Errorf("%s: %d people, %d on the map, %v", name, len(back.People), len(back.Map.Attempts), err)
		}
		if _, ok := back.Pair("attempt 1", "attempt 0"); said.Why != c.why || ok != (c.why == "") {
			t.Errorf("%s: the pair that was found is told: %t, %q", name, ok, said.Why)
		}
		for _, p := range said.Pairs {
			for _, v := range []float64{p.OmegaP, p.GBTP, p.M4P} {
				if !(v >= 0 && v <= 1) {
					t.Fatalf("%s: %+v", name, p)
				}
			}
		}
	}
}

func TestCorroborationTellsACopiedPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	var copied [40]int
	papers := drawnPapers(30, 40, rng, func(person, item int) int {
		c := max(0, rng.IntN(10)-6)
		if person == 4 {
			copied[item] = c
		} else if person == 20 {
			return copied[item]
		}
		return c
	})
	said, err := corroborate(papers, nil, nil, map[string]string{"person 4": "A2", "person 20": "A10"}, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if p := said.Pairs[0]; p.A != "attempt 4" || p.B != "attempt 20" || p.N != 40 || p.Matches != 40 || p.Wrong == 0 || *p.LLRP > 1e-6 {
		t.Errorf("the most alike are %+v", p)
	}
	if seats := said.Map.Seats; seats[0] != "A2" || seats[1] != "A10" || seats[2] != "" || said.Map.Attempts[0] != "attempt 4" {
		t.Errorf("they sit at %v", seats)
	}
	if one, ok := said.Of("attempt 20"); !ok || len(one.Residual) != 40 || one.LzStar == nil || math.IsNaN(*one.LzStar) {
		t.Errorf("of one of them: %+v", one)
	}
}

func TestAMapKeepsTheMostAlikeOfALargeSitting(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	papers := drawnPapers(mostMapped+60, 30, rng, func(int, int) int { return rng.IntN(4) })
	last := len(papers) - 1
	papers[last].Form, papers[last].Responses = papers[2].Form, papers[2].Responses // letter for letter
	m := mapOf(papers, nil)
	a, b := slices.Index(m.Attempts, papers[2].ID), slices.Index(m.Attempts, papers[last].ID)
	if len(m.Attempts) != mostMapped || a < 0 || b < 0 || m.P(a, b) > 1e-10 || !slices.IsSortedFunc(m.Attempts, func(x, y string) int { return at(papers, x) - at(papers, y) }) {
		t.Errorf("%d are shown, the pair at %d and %d", len(m.Attempts), a, b)
	}
}

func at(papers []exams.SatPaper, id string) int {
	return slices.IndexFunc(papers, func(p exams.SatPaper) bool { return p.ID == id })
}

func TestSharedEssaysLeaveOutTheQuestionAndTheCourse(t *testing.T) {
	const stem = "請說明收到廠商禮物時應該怎麼處理，並且舉出公司規定中的三個步驟與理由。"
	own := "首先婉拒並且當場說明公司的規定，接著在當天把經過寫成紀錄交給主管，最後由主管決定退回的方式。" +
		"如果對方已經把東西寄到公司，就請總務拆封登記，附上照片，再用公司的名義寄回去，運費由公司負擔，並且通知採購留意這家廠商。"
	write := func(id, text string) exams.SatPaper {
		item := questions.Item{ID: "gift", Kind: questions.Essay, Lesson: "values/gifts", Text: map[locale.Lang]questions.Text{locale.Hant: {Stem: stem}}}
		return exams.SatPaper{Attempt: exams.Attempt{ID: id}, Items: []questions.Item{item}, Responses: []questions.Response{{Text: text}},
			Form: exams.Form{Questions: []exams.FormQuestion{{N: 1, Bank: "b", Item: "gift"}}}, Seconds: []float64{60}}
	}
	papers := []exams.SatPaper{write("a", stem+own), write("b", "我認為："+own), write("c", stem+"我會收下，因為拒絕別人的好意很不禮貌，而且沒有人看見；等到年底再捐給慈善團體，並且在部門會議上告訴大家，讓這件事變成一個好的故事，也讓廠商知道我們的心意。"), write("d", "")}
	got := sharedEssays(papers, nil, nil)
	if len(got) != 1 || got[0].A != "a" || got[0].B != "b" || got[0].Shared < .8 || got[0].P != 1 {
		t.Fatalf("%+v", got)
	}
	if got := sharedEssays(papers, nil, map[string][]string{"values/gifts": {"# 禮物\n\n" + own}}); len(got) != 0 {
		t.Errorf("what the course says is held against two people: %+v", got)
	}
	for _, p := range got[0].Passages {
		a, b := string([]rune(stem + own)[p.AFrom:p.ATo]), string([]rune("我認為：" + own)[p.BFrom:p.BTo])
		if a != b || !strings.Contains(own, a) {
			t.Errorf("a passage is %q and %q", a, b)
		}
	}
}
