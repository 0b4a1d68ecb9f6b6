package exams

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bainian/app/locale"
	"bainian/app/questions"
)

func testBankOf(t testing.TB, id, body string) *questions.Bank {
	t.Helper()
	b, problems := questions.ParseBank(questions.File{Name: id + ".bank.md", Source: []byte("---\nbank: " + id + "\ntitle: 題庫\nlang: zh-Hant\n---\n" + body)})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return b
}

func testItems(t testing.TB, body string) []questions.Item { return testBankOf(t, "x", body).Items }

const choices = "- [x] 甲\n- [ ] 乙\n- [ ] 丙\n- [ ] 丁\n"

// wide is a bank of n items: categories 甲 and 乙 in turns, every third at level apply, every fourth tagged
// history, and two canaries.
func wide(t testing.TB, n int) *questions.Bank {
	var b strings.Builder
	for i := range n {
		attributes := ""
		if i%3 == 0 {
			attributes += " level=apply"
		}
		if i%4 == 0 {
			attributes += " tags=history"
		}
		fmt.Fprintf(&b, "# %s\n## 題 %d {#q%d%s}\n%s", []string{"甲", "乙"}[i%2], i, i, attributes, choices)
		if i == 0 {
			b.WriteString("### {variant=b}\n換句話說\n")
		}
	}
	b.WriteString("# 丙 / 子\n## 誘餌 {#c1 canary=2}\n" + choices + "## 誘餌 {#c2 canary=3}\n" + choices)
	b.WriteString("## 排序 {#order type=order}\n1. 一\n2. 二\n3. 三\n4. 四\n## 配對 {#match type=match}\n\n| 左 | 右 |\n|---|---|\n| 一 | 甲 |\n| 二 | 乙 |\n|  | 丙 |\n")
	b.WriteString("# 問卷\n## 感想 {#s type=scale}\n- [ ] 好\n- [ ] 壞\n")
	b.WriteString("# 丙 / 填空\n## 填空 {#gaps}\n先[[(拜訪)|簽約|開票]]，再[[回款]]。\n")
	return testBankOf(t, "x", b.String())
}

// The generator is part of the record: a form that was dealt once must be dealt the same for ever.
func TestDiceGoldenVectors(t *testing.T) {
	d := newDice([32]byte{})
	var words []string
	for range 5 {
		words = append(words, fmt.Sprintf("%016x", d.word()))
	}
	// The first four are what (printf 'bainian deal 1'; head -c 40 /dev/zero) | sha256sum says.
	if want := []string{"f581a2544e58c4d4", "1a9bcf88dc67468f", "c90f2a5ce2549724", "3e6cd1df534b688d", "41c8a3639b0a5eca"}; !slices.Equal(words, want) {
		t.Errorf("words %q, want %q", words, want)
	}
	d = newDice(sha256.Sum256([]byte("百年")))
	rows := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	shuffle(d, rows)
	if want := []int{9, 3, 2, 5, 7, 0, 1, 8, 6, 4}; !slices.Equal(rows, want) {
		t.Errorf("shuffled %v, want %v", rows, want)
	}
}

// Forms that were dealt by earlier rules are dealt the same for ever.
func TestDealGolden(t *testing.T) {
	b, banks := dealable(t)
	for rules, want := range map[Dealing]string{
		dealing1: "aa6d925e08bc788580c318ccac17783d7c91d3704aac7b47096a02484cc30159",
		dealing2: "78da2231bf5eb5215f88c5a7c6c5021d17d3da1c1c32ccaf304d78f8475687a1",
	} {
		form, err := deal(b, banks, rules, sha256.Sum256([]byte("百年")))
		if err != nil {
			t.Fatal(err)
		}
		doc, _ := json.Marshal(form)
		sum := sha256.Sum256(doc)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("rules %d: form %s\n%s", rules, got, doc)
		}
	}
}

// deal draws a form for somebody who has seen nothing yet, of items that nobody has answered.
func deal(b *Blueprint, banks map[string]*questions.Bank, rules Dealing, seed [32]byte) (Form, error) {
	k, err := newDeck(b, banks, rules, nil)
	if err != nil {
		return Form{}, err
	}
	return k.deal(seed, nil)
}

func dealable(t testing.TB) (*Blueprint, map[string]*questions.Bank) {
	b, problems := ParseBlueprint(examFile())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	b.Sections[1].Draws = append(b.Sections[1].Draws, Draw{Bank: "x", Category: "丙", Count: 2})
	banks := map[string]*questions.Bank{"x": wide(t, 12)}
	if err := b.Lint(banks).Err(); err != nil {
		t.Fatal(err)
	}
	return b, banks
}

func TestBelowIsUniform(t *testing.T) {
	d := newDice([32]byte{7})
	const n, rolls = 7, 70_000
	var counts [n]int
	for range rolls {
		counts[d.below(n)]++
	}
	chi := 0.0
	for _, c := range counts {
		chi += float64((c-rolls/n)*(c-rolls/n)) / (rolls / n)
	}
	if chi > 22.5 { // p = 0.001 with 6 degrees of freedom; the seed is fixed
		t.Errorf("χ² = %.1f of %v", chi, counts)
	}
}

func TestDeal(t *testing.T) {
	b, banks := dealable(t)
	orders, first, canaries, variants := map[string]bool{}, map[string]int{}, 0, 0
	for n := range 300 {
		form, err := deal(b, banks, dealing, sha256.Sum256([]byte{byte(n), byte(n >> 8)}))
		if err != nil {
			t.Fatal(err)
		}
		again, _ := deal(b, banks, dealing, sha256.Sum256([]byte{byte(n), byte(n >> 8)}))
		if a, b := fmt.Sprint(form), fmt.Sprint(again); a != b {
			t.Fatalf("the same seed dealt %s and %s", a, b)
		}
		seen, section := map[string]bool{}, 0
		for place, q := range form.Questions {
			item, ok := banks["x"].Item(q.Item)
			if !ok || seen[q.Item] || q.N != place+1 || q.Section < section || item.Check(q.Layout, questions.Response{}) != nil {
				t.Fatalf("question %+v", q)
			}
			if (item.Canary > 0) != (q.Points == 0) || item.Canary == 0 && q.Points != item.Points {
				t.Fatalf("points of %+v", q)
			}
			if q.Points == 0 {
				canaries++
			}
			if q.Variant != "" {
				variants++
			}
			seen[q.Item], section = true, q.Section
			orders[fmt.Sprint(q.Layout)] = true
		}
		if len(form.Questions) != b.Total() {
			t.Fatalf("%d questions", len(form.Questions))
		}
		first[form.Questions[0].Item]++
	}
	if canaries != 300 || len(first) < 6 || len(orders) < 24 || variants == 0 {
		t.Errorf("%d canaries, %d first items, %d orders, %d variants", canaries, len(first), len(orders), variants)
	}
}

func TestDealRefusesWhatCannotBe(t *testing.T) {
	b, banks := dealable(t)
	if _, err := deal(b, map[string]*questions.Bank{}, dealing, [32]byte{}); err == nil {
		t.Error("dealt without a bank")
	}
	b.Sections[0].Draws[0].Count = 7
	if _, err := deal(b, banks, dealing, [32]byte{}); err == nil {
		t.Error("dealt 7 of 6")
	}
}

func TestKeepsWhatMustNotBeShuffled(t *testing.T) {
	bank := testBankOf(t, "x", "## 一 {#a shuffle=false}\n"+choices+"## 二 {#b type=truefalse}\n- [x] 對\n- [ ] 錯\n")
	b := &Blueprint{Sections: []Section{{Draws: []Draw{{Bank: "x", Count: 2}}}}}
	for n := range 30 {
		form, err := deal(b, map[string]*questions.Bank{"x": bank}, dealing, [32]byte{byte(n)})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range form.Questions {
			if !slices.IsSorted(q.Layout.Order) {
				t.Fatalf("%+v", q)
			}
		}
	}
}

func TestLintBlueprint(t *testing.T) {
	banks := map[string]*questions.Bank{"x": wide(t, 12)}
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		replace []string
		want    []string
	}{
		{"sound", nil, nil},
		{"unknown bank", []string{"{bank: x, level", "{bank: y, level"}, []string{"16 bank"}},
		{"unknown category", []string{"category: 甲", "category: 丁"}, []string{"13 category"}},
		{"too few", []string{"category: 甲, count: 2", "category: 甲, count: 7"}, []string{"13 few"}},
		{"too few with every tag", []string{"tags: [history], count: 1", "tags: [history, law], count: 1"}, []string{"17 few"}},
		{"overlap", []string{"category: 甲, count: 2", "category: 甲, count: 6", "tags: [history], count: 1", "tags: [history], count: 3"}, []string{"17 overlap"}},
		{"a survey", []string{"category: 甲, count: 2", "category: 問卷, count: 1", "    pass: 90%\n", ""}, nil},
		{"a survey with a bar", []string{"category: 甲, count: 2", "category: 問卷, count: 1"}, []string{"12 pass_nothing"}},
		{"a bar that a form may have nothing for", []string{"{bank: x, category: 甲, count: 2}", "{bank: x, kind: [scale, numeric], count: 1}"}, []string{"12 pass_nothing"}},
		{"kinds", []string{"category: 甲, count: 2", "kind: [order, match], count: 2"}, nil},
		{"one kind", []string{"category: 甲, count: 2", "kind: cloze, count: 1"}, nil},
		{"a kind that is not there", []string{"category: 甲, count: 2", "kind: by-hand, count: 2"}, []string{"13 few"}},
		{"too few canaries", []string{"canaries: 1", "canaries: 3"}, []string{"0 canaries"}},
		{"a category with what is below it", []string{"category: 甲, count: 2", "category: 丙, count: 2"}, nil},
		{"several at once", []string{"category: 甲", "category: 丁", "{bank: x, level", "{bank: y, level"}, []string{"13 category", "16 bank"}},
	} {
		b, problems := ParseBlueprint(examFile(test.replace...))
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		problems = b.Lint(banks)
		if got := where(problems); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		for _, p := range problems {
			if words := catalog.T(locale.En, p.Key, p.Args...); strings.Contains(words, "{") || strings.HasPrefix(words, "[") {
				t.Errorf("%s", words)
			}
			if p.Key == "exams.blueprint_overlap" && fmt.Sprint(p.Args) != "[lines 13, 17 want 9 have 6]" {
				t.Errorf("the overlap is %v", p.Args)
			}
		}
	}
}

// possible tries every way to give the draws their items: the proof by flow is held against it.
func possible(draws []Draw, bank *questions.Bank, taken map[int]bool) bool {
	for n, d := range draws {
		if d.Count == 0 {
			continue
		}
		rest := slices.Clone(draws)
		rest[n].Count--
		for i, item := range bank.Items {
			if taken[i] || !d.takes(item) {
				continue
			}
			taken[i] = true
			ok := possible(rest, bank, taken)
			delete(taken, i)
			if ok {
				return true
			}
		}
		return false
	}
	return true
}

func TestDealsExactlyWhatIsPossible(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		bank := &questions.Bank{ID: "x"}
		for n := range rapid.IntRange(1, 6).Draw(rt, "items") {
			tags := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID).Draw(rt, "tags")
			bank.Items = append(bank.Items, questions.Item{ID: fmt.Sprint(n), Kind: questions.Numeric, Tags: tags, Points: 1000})
		}
		b := &Blueprint{Sections: []Section{{}}}
		for range rapid.IntRange(1, 4).Draw(rt, "draws") {
			b.Sections[0].Draws = append(b.Sections[0].Draws, Draw{Bank: "x", Count: rapid.IntRange(1, 3).Draw(rt, "count"),
				Tags: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 1, rapid.ID).Draw(rt, "wanted")})
		}
		banks := map[string]*questions.Bank{"x": bank}
		can := possible(b.Sections[0].Draws, bank, map[int]bool{})
		if proved := len(b.Lint(banks)) == 0; proved != can {
			rt.Fatalf("proved %v, possible %v", proved, can)
		}
		form, err := deal(b, banks, dealing, [32]byte{byte(rapid.IntRange(0, 255).Draw(rt, "seed"))})
		if (err == nil) != can {
			rt.Fatalf("dealt: %v, possible %v", err, can)
		}
		ids := map[string]bool{}
		for _, q := range form.Questions {
			ids[q.Item] = true
		}
		if can && len(ids) != b.Total() {
			rt.Fatalf("%d items of %d", len(ids), b.Total())
		}
	})
}

func sixty(b *testing.B) (*Blueprint, map[string]*questions.Bank) {
	return &Blueprint{Pass: 800, Sections: []Section{
		{Pass: 900, Draws: []Draw{{Bank: "x", Category: "甲", Count: 20}}},
		{Draws: []Draw{{Bank: "x", Level: "apply", Count: 20}, {Bank: "x", Tags: []string{"history"}, Count: 20}}},
	}}, map[string]*questions.Bank{"x": wide(b, 300)}
}

func BenchmarkDeal60(b *testing.B) {
	blueprint, banks := sixty(b)
	for b.Loop() {
		if _, err := deal(blueprint, banks, dealing, [32]byte{1}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGrade60(b *testing.B) {
	blueprint, banks := sixty(b)
	form, err := deal(blueprint, banks, dealing, [32]byte{1})
	if err != nil {
		b.Fatal(err)
	}
	var items []questions.Item
	var said []questions.Response
	for _, q := range form.Questions {
		item, _ := banks["x"].Item(q.Item)
		items, said = append(items, item), append(said, questions.Response{Choices: []int{1}})
	}
	for b.Loop() {
		Grade(form, items, said, nil, blueprint)
	}
}

// What random answers earn is what many random papers earn.
func TestGuessSharesAreThoseOfRandomPapers(t *testing.T) {
	bank := testBankOf(t, "x", `# 甲
## 單選 {#a points=2}
- [x] 一
- [ ] 二
- [ ] 三 {credit=25}
- [ ] 四
## 複選 {#b score=per-option}
- [x] 一
- [x] 二
- [ ] 三
## 是非 {#c type=truefalse}
- [x] 對
- [ ] 錯
# 乙
## 排序 {#d type=order}
1. 一
2. 二
3. 三
## 配對 {#e type=match}

| 左 | 右 |
|---|---|
| 一 | 甲 |
| 二 | 乙 |
| | 丙 |

## 數 {#f}

= 7
`)
	b := &Blueprint{Sections: []Section{{Draws: []Draw{{Bank: "x", Category: "甲", Count: 2}}}, {Draws: []Draw{{Bank: "x", Category: "乙", Count: 3}, {Bank: "gone", Count: 1}}}}}
	all, sections := b.GuessShares(map[string]*questions.Bank{"x": bank})
	// 甲: (2×(1+¼)/4 + ½ + ½) of 4 points; 乙: (⅓ + ⅓ + 0) of 3 points; the paper: two thirds of 甲 and all of 乙.
	if len(sections) != 2 || sections[0] != 406 || sections[1] != 222 || all != 309 {
		t.Errorf("%d %v", all, sections)
	}
	if all, sections := (&Blueprint{}).GuessShares(nil); all != 0 || sections != nil {
		t.Errorf("%d %v", all, sections)
	}
}
