package exams

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"bainian/app/questions"
)

// seedOf is a seed of its own for each number.
func seedOf(n int) [32]byte { return sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n))) }

// asKnown is what is known of the items of wide(…): every third nothing, the others from hard to easy in no order.
func asKnown(bank *questions.Bank) Known {
	known := Known{bank.ID: {}}
	for n, i := range bank.Items {
		if n%3 != 0 {
			known[bank.ID][i.ID] = 250 + n*37%11*70
		}
	}
	return known
}

// Forms that were dealt by rules 3, by what was known of the items and what the person had seen, are dealt the same for ever.
func TestDealGolden3(t *testing.T) {
	b, banks := dealable(t)
	k, err := newDeck(b, banks, dealing3, asKnown(banks["x"]))
	if err != nil {
		t.Fatal(err)
	}
	var forms []Form
	for n, want := range []string{
		"a22c0390e779a3c50c8f88bd2d2b9c5ce280ef8fa8923d2c0a6a76635a6036c0",
		"70849ea763850cb5e41c5780d094bc5b1c2429eb5349a6b4d66310aab4718ea3",
		"116efff33cc8834356e825b957ef7fb58fa71ed3717e0f69b57ad94c5c00d907",
	} {
		form, err := k.deal(seedOf(n), forms)
		if err != nil {
			t.Fatal(err)
		}
		doc, _ := json.Marshal(form)
		sum := sha256.Sum256(doc)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("form %d: %s\n%s", n+1, got, doc)
		}
		forms = append(forms, form)
	}
}

// realistic is a bank as companies have them: 180 items in six categories, most of them easy; an exam that draws 40 of
// them; and how hard each item is.
func realistic() (*Blueprint, map[string]*questions.Bank, Known) {
	d, bank, known := newDice([32]byte{9}), &questions.Bank{ID: "x"}, Known{"x": {}}
	for n := range 180 {
		i := questions.Item{ID: fmt.Sprintf("q%d", n), Kind: questions.Numeric, Points: 1000, Category: fmt.Sprint(n % 6)}
		bank.Items = append(bank.Items, i)
		// The square root of an even share: a quarter below one half, and one half above 0.7.
		known["x"][i.ID] = int(1000 * math.Sqrt(float64(d.below(1000))/1000))
	}
	b := &Blueprint{Sections: []Section{{Draws: []Draw{{Bank: "x", Category: "0", Count: 10}}}, {}}}
	for c := range 5 {
		b.Sections[1].Draws = append(b.Sections[1].Draws, Draw{Bank: "x", Category: fmt.Sprint(c + 1), Count: 6})
	}
	return b, map[string]*questions.Bank{"x": bank}, known
}

// Forms are of like difficulty: what a form can be expected to earn varies much less than when items are drawn blindly,
// also while a quarter of the items is new; and every item is still drawn as often as every other of its pool.
func TestFormsAreOfLikeDifficulty(t *testing.T) {
	b, banks, truth := realistic()
	partly := Known{"x": {}}
	for n, i := range banks["x"].Items {
		if n%4 != 0 {
			partly["x"][i.ID] = truth["x"][i.ID]
		}
	}
	const forms = 2000
	measure := func(rules Dealing, known Known) float64 {
		k, err := newDeck(b, banks, rules, known)
		if err != nil {
			t.Fatal(err)
		}
		drawn := map[string]int{}
		var expected []float64
		for n := range forms {
			form, err := k.deal(seedOf(n), nil)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0
			for _, q := range form.Questions {
				drawn[q.Item]++
				sum += truth["x"][q.Item]
			}
			expected = append(expected, float64(sum)/float64(1000*len(form.Questions)))
		}
		for _, i := range banks["x"].Items {
			share := 6.0 / 30
			if i.Category == "0" {
				share = 10.0 / 30
			}
			// Five standard errors of a count over independent forms; the seeds are fixed.
			if off := math.Abs(float64(drawn[i.ID])-forms*share) / math.Sqrt(forms*share*(1-share)); off > 5 {
				t.Errorf("rules %d: %s was drawn %d times of %.0f expected", rules, i.ID, drawn[i.ID], forms*share)
			}
		}
		return *deviation(expected)
	}
	blind, part, full := measure(dealing2, truth), measure(dealing3, partly), measure(dealing3, truth)
	t.Logf("standard deviation of a form's expected share: %.4f blind, %.4f with a quarter unknown, %.4f with all known", blind, part, full)
	if full > blind/3 || part > blind*0.7 {
		t.Error("forms differ too much")
	}
}

// drawnFrom is a small bank with overlapping draws, what is known of it, and forms that somebody has seen.
func drawnFrom(rt *rapid.T) (*Blueprint, *questions.Bank, Known) {
	tags := []string{"a", "b", "c"}
	bank, known := &questions.Bank{ID: "x"}, Known{"x": {}}
	kinds := []questions.Kind{questions.Numeric, questions.Short, questions.Essay}
	for n := range rapid.IntRange(3, 20).Draw(rt, "items") {
		i := questions.Item{ID: fmt.Sprint(n), Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"), Points: 1000,
			Tags: rapid.SliceOfDistinct(rapid.SampledFrom(tags), rapid.ID).Draw(rt, "tags")}
		for range rapid.IntRange(0, 2).Draw(rt, "variants") {
			i.Variants = append(i.Variants, questions.Variant{Name: string(rune('b' + len(i.Variants)))})
		}
		bank.Items = append(bank.Items, i)
		if rapid.Bool().Draw(rt, "known") {
			known["x"][i.ID] = rapid.IntRange(0, 1000).Draw(rt, "facility")
		}
	}
	b := &Blueprint{Sections: []Section{{}}}
	for range rapid.IntRange(1, 4).Draw(rt, "draws") {
		b.Sections[0].Draws = append(b.Sections[0].Draws, Draw{Bank: "x", Count: rapid.IntRange(1, 4).Draw(rt, "count"),
			Tags:  rapid.SliceOfNDistinct(rapid.SampledFrom(tags), 0, 1, rapid.ID).Draw(rt, "wanted"),
			Kinds: rapid.SliceOfNDistinct(rapid.SampledFrom(kinds), 0, 2, rapid.ID).Draw(rt, "wanted kinds")})
	}
	return b, bank, known
}

// Whatever is known of the items and was seen of them: what can be dealt is dealt, with no item twice, every draw given
// exactly what it asks for, no more seen again than must be, and in a fresh wording where there is one.
func TestDealsFreshFormsWheneverPossible(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b, bank, known := drawnFrom(rt)
		banks := map[string]*questions.Bank{"x": bank}
		proved := len(b.Lint(banks)) == 0
		k, err := newDeck(b, banks, dealing3, known)
		if err != nil {
			rt.Fatal(err)
		}
		var before []Form
		for n := range rapid.IntRange(1, 4).Draw(rt, "attempts") {
			seed := seedOf(rapid.IntRange(0, 1000).Draw(rt, "seed"))
			form, err := k.deal(seed, before)
			if (err == nil) != proved {
				rt.Fatalf("form %d: %v, proved %v", n+1, err, proved)
			}
			if err != nil {
				return
			}
			if again, _ := k.deal(seed, before); fmt.Sprint(again) != fmt.Sprint(form) {
				rt.Fatal("the same seed dealt two forms")
			}
			ids, fresh, seen := map[string]bool{}, 0, sightingsOf(before)
			for _, q := range form.Questions {
				ids[q.Item] = true
				item, _ := bank.Item(q.Item)
				x, again := seen[[2]string{"x", q.Item}]
				if !again {
					fresh++
				}
				for _, v := range append(item.Variants, questions.Variant{}) {
					if x.in(v.Name) < x.in(q.Variant) {
						rt.Fatalf("item %s comes again in wording %q of form %d; %q was on form %d", q.Item, q.Variant, x.in(q.Variant), v.Name, x.in(v.Name))
					}
				}
			}
			if len(ids) != b.Total() || !assignable(k, ids) {
				rt.Fatalf("dealt %v for %+v", ids, b.Sections[0].Draws)
			}
			if most := freshest(k, seen); fresh != most {
				rt.Fatalf("form %d has %d fresh items, it could have %d", n+1, fresh, most)
			}
			before = append(before, form)
		}
	})
}

// assignable reports whether exactly these items fill the draws.
func assignable(k *deck, ids map[string]bool) bool {
	pools := make([][]itemRef, len(k.pools))
	for n, pool := range k.pools {
		pools[n] = slices.DeleteFunc(slices.Clone(pool), func(s itemRef) bool { return !ids[s.item().ID] })
	}
	_, ok := allot(k.draws, pools)
	return ok
}

// freshest is the most items of a form that can be unseen, by trying all sets of draws: by Hall's theorem that is the
// smallest, over them, of what the others ask for and what these can reach.
func freshest(k *deck, seen sightings) int {
	most := math.MaxInt
	for set := range 1 << len(k.draws) {
		asked, reached := 0, map[itemRef]bool{}
		for n, d := range k.draws {
			if set>>n&1 == 0 {
				asked += d.Count
				continue
			}
			for _, s := range k.pools[n] {
				if seen.of(s).last == 0 {
					reached[s] = true
				}
			}
		}
		most = min(most, asked+len(reached))
	}
	return most
}

// Of what must be seen again, that comes which was seen longest ago.
func TestWhatMustBeSeenAgainWasSeenLongestAgo(t *testing.T) {
	bank := &questions.Bank{ID: "x"}
	for n := range 10 {
		bank.Items = append(bank.Items, questions.Item{ID: fmt.Sprint(n), Kind: questions.Numeric, Points: 1000})
	}
	b := &Blueprint{Sections: []Section{{Draws: []Draw{{Bank: "x", Count: 4}}}}}
	k, err := newDeck(b, map[string]*questions.Bank{"x": bank}, dealing3, nil)
	if err != nil {
		t.Fatal(err)
	}
	var before []Form
	for n := range 7 {
		form, err := k.deal(seedOf(n), before)
		if err != nil {
			t.Fatal(err)
		}
		seen, count := sightingsOf(before), map[int]int{}
		for _, q := range form.Questions {
			count[seen.of(itemRef{bank, slices.IndexFunc(bank.Items, func(i questions.Item) bool { return i.ID == q.Item })}).last]++
		}
		// Ten items in fours: two forms are fresh, the third takes the two that are left and two of the first form.
		want := map[int]map[int]int{0: {0: 4}, 1: {0: 4}, 2: {0: 2, 1: 2}, 3: {1: 2, 2: 2}}[n]
		if want == nil {
			want = map[int]int{n - 2: 2, n - 1: 2}
			if n == 4 {
				want = map[int]int{2: 2, 3: 2}
			}
		}
		if fmt.Sprint(count) != fmt.Sprint(want) {
			t.Errorf("form %d takes of earlier ones %v, want %v", n+1, count, want)
		}
		before = append(before, form)
	}
}

// What a person marks comes only when its kind is asked for, or when nothing else fits.
func TestNoMarkingBySurprise(t *testing.T) {
	bank := testBankOf(t, "x", "# 甲\n## 一 {#a tags=\"easy\"}\n"+choices+"## 二 {#b}\n"+choices+
		"## 三 {#c type=essay tags=\"easy rubric\"}\n\n| 向度 | 分數 | 滿分表現 |\n|---|---|---|\n| 內容 | 1 | 好 |\n")
	for _, test := range []struct {
		draw Draw
		want string
	}{
		{Draw{}, "[a b]"},
		{Draw{Category: "甲"}, "[a b]"},
		{Draw{Tags: []string{"easy"}}, "[a]"},
		{Draw{Tags: []string{"rubric"}}, "[c]"},
		{Draw{Kinds: []questions.Kind{questions.Essay}}, "[c]"},
		{Draw{Kinds: []questions.Kind{questions.Single, questions.Essay}}, "[a b c]"},
		{Draw{Kinds: []questions.Kind{questions.Multiple}}, "[]"},
	} {
		ids := []string{}
		for _, s := range pool(test.draw, bank, dealing) {
			ids = append(ids, s.item().ID)
		}
		if fmt.Sprint(ids) != test.want {
			t.Errorf("%+v takes %v, want %s", test.draw, ids, test.want)
		}
	}
	if n := len(pool(Draw{}, bank, dealing2)); n != 3 {
		t.Errorf("rules 2 take %d", n)
	}
}

// BenchmarkDeal40 deals papers of 40 items of a bank of 180, by the rules before and since strata, and to somebody who
// sat three times before.
func BenchmarkDeal40(b *testing.B) {
	blueprint, banks, known := realistic()
	for _, way := range []struct {
		name  string
		rules Dealing
		again bool
	}{{"blind", dealing2, false}, {"stratified", dealing3, false}, {"retake", dealing3, true}} {
		b.Run(way.name, func(b *testing.B) {
			k, err := newDeck(blueprint, banks, way.rules, known)
			if err != nil {
				b.Fatal(err)
			}
			var before []Form
			for n := 0; way.again && n < 3; n++ {
				form, err := k.deal(seedOf(n), before)
				if err != nil {
					b.Fatal(err)
				}
				before = append(before, form)
			}
			n := 0
			for b.Loop() {
				n++
				if _, err := k.deal(seedOf(n), before); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// What the shipped banks have for people to mark can be drawn, by its kind and by its tag.
func TestShippedRubricItemsCanBeDrawn(t *testing.T) {
	for _, id := range []string{"values", "product", "sales"} {
		source, err := os.ReadFile("../../quizzes/" + id + ".bank.md")
		if err != nil {
			t.Fatal(err)
		}
		bank, problems := questions.ParseBank(questions.File{Name: id + ".bank.md", Source: source})
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		for _, draw := range []string{"kind: by-hand", "tags: [rubric]", `category: "書寫與錄音"`} {
			b, problems := ParseBlueprint(examFile("{bank: x, category: 甲, count: 2}", "{bank: "+id+", "+draw+", count: 2}", "bank: x", "bank: "+id,
				"tags: [history]", "level: remember", "canaries: 1", "canaries: 0"))
			if err := problems.Err(); err != nil {
				t.Fatal(err)
			}
			form, err := deal(b, map[string]*questions.Bank{id: bank}, dealing, [32]byte{})
			if err != nil {
				t.Fatalf("%s, %s: %v", id, draw, err)
			}
			byHand := 0
			for _, q := range form.Questions {
				if item, _ := bank.Item(q.Item); item.Kind.ByHand() {
					byHand++
				}
			}
			if byHand != 2 {
				t.Errorf("%s, %s: %d of 2 to be marked by a person", id, draw, byHand)
			}
		}
	}
}
