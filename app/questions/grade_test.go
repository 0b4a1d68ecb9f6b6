package questions

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bainian/app/fault"
)

// item parses the one item of a body that starts with its heading.
func item(t testing.TB, body string) Item {
	t.Helper()
	parsed, problems := ParseBank(bank(body))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return parsed.Items[0]
}

const (
	sjt      = "## 題 {#a points=2}\n- [ ] 一\n- [x] 二\n- [ ] 三 {credit=25}\n"
	multiple = "- [x] 一\n- [x] 二\n- [ ] 三\n- [ ] 四\n- [ ] 五\n"
	ordering = "## 題 {#a type=order}\n1. 一\n2. 二\n3. 三\n4. 四\n"
	cloze    = "## 題 {#a points=3}\n簽約之後要盯[[回款|收款]]，先[[(拜訪)|簽約|開票]]，一天聯絡[[=47±1]]家。\n"
	essay    = "## 題 {#a type=essay words=10-300 points=5}\n\n| 項目 | 分數 | 滿分的樣子 |\n|---|---|---|\n| 停 | 2 | 當場停手 |\n| 報 | 3 | 當天通報 |\n"
	matching = "## 題 {#a type=match}\n\n| 左 | 右 |\n|---|---|\n| | 丁 |\n| 一 | 甲 |\n| 二 | 乙 |\n| 三 | 丙 |\n"
)

func TestGrade(t *testing.T) {
	picked := func(n ...int) Response { return Response{Choices: n} }
	typed := func(s string) Response { return Response{Text: s} }
	tests := []struct {
		name, body string
		response   Response
		want       int
	}{
		{"single right", sjt, picked(1), 2000},
		{"single part credit", sjt, picked(2), 500},
		{"single wrong", sjt, picked(0), 0},
		{"single blank", sjt, Response{}, 0},
		{"single with two ticks is refused", sjt, picked(0, 1), 0},
		{"all: every right one", "## 題 {#a}\n" + multiple, picked(1, 0), 1000},
		{"all: one missing", "## 題 {#a}\n" + multiple, picked(0), 0},
		{"all: one too many", "## 題 {#a}\n" + multiple, picked(0, 1, 2), 0},
		{"per option: one missing, one wrong", "## 題 {#a score=per-option}\n" + multiple, picked(0, 2), 600},
		{"per option: nothing ticked earns nothing", "## 題 {#a score=per-option}\n" + multiple, picked(), 0},
		{"right minus wrong: 1/2 − 1/3", "## 題 {#a score=right-minus-wrong}\n" + multiple, picked(0, 2), 167},
		{"right minus wrong: 1/2", "## 題 {#a score=right-minus-wrong}\n" + multiple, picked(0), 500},
		{"right minus wrong: not below zero", "## 題 {#a score=right-minus-wrong}\n" + multiple, picked(2, 3), 0},
		{"order kept", ordering, Response{Order: []int{0, 1, 2, 3}}, 1000},
		{"order: two of three pairs", ordering, Response{Order: []int{1, 2, 3, 0}}, 667},
		{"order: one of three pairs", ordering, Response{Order: []int{2, 3, 1, 0}}, 333},
		{"order backwards", ordering, Response{Order: []int{3, 2, 1, 0}}, 0},
		{"match all", matching, Response{Pairs: []int{1, 2, 3}}, 1000},
		{"match two", matching, Response{Pairs: []int{1, 2, 0}}, 667},
		{"match one, one open, one taken twice", matching, Response{Pairs: []int{1, -1, 1}}, 333},
		{"cloze full", cloze, Response{Gaps: []string{"收款", "0", "46"}}, 3000},
		{"cloze: 簡 for 繁, one wrong, one open", cloze, Response{Gaps: []string{"回款", "2", ""}}, 1000},
		{"cloze: words where a number is asked", cloze, Response{Gaps: []string{"", "", "四十七"}}, 0},
		{"cloze with an option that is not there", cloze, Response{Gaps: []string{"回款", "3", "47"}}, 0},
		{"cloze with a gap too few", cloze, Response{Gaps: []string{"回款", "0"}}, 0},
		{"a survey earns nothing", "## 題 {#a type=scale}\n- [ ] 好\n- [ ] 壞\n", picked(0), 0},
		{"an essay waits for a person", essay, typed("我會當場婉拒"), 0},
		{"number", "## 題 {#a}\n= 47 ± 1\n", typed("48"), 1000},
		{"number just outside", "## 題 {#a}\n= 47 ± 1\n", typed("48.001"), 0},
		{"number with ASCII tolerance", "## 題 {#a}\n= 47 +- 1\n", typed("46"), 1000},
		{"number in full width", "## 題 {#a}\n= 47\n", typed("４７．０"), 1000},
		{"number with its unit", "## 題 {#a unit=\"%\"}\n= 30..50\n", typed("40 ％"), 1000},
		{"number with thousands", "## 題 {#a}\n= 12000\n", typed("12,000"), 1000},
		{"number with a real minus", "## 題 {#a}\n= -3\n", typed("−3"), 1000},
		{"number with part credit", "## 題 {#a}\n= 47\n= 40..50 {credit=40}\n", typed("41"), 400},
		{"no number", "## 題 {#a}\n= 47\n", typed("四十七"), 0},
		{"exact decimals", "## 題 {#a}\n= 0.3 ± 0.1\n", typed("0.2"), 1000},
		{"short", "## 題 {#a}\n= 回款\n= 收款 {credit=50}\n", typed("回款"), 1000},
		{"short, part credit", "## 題 {#a}\n= 回款\n= 收款 {credit=50}\n", typed("收款"), 500},
		{"short, 簡 for 繁", "## 題 {#a}\n= 價值觀\n", typed("价值观"), 1000},
		{"short, exact", "## 題 {#a exact}\n= 價值觀\n", typed("价值观"), 0},
		{"short, width, case and space", "## 題 {#a}\n= Red Line\n", typed("  ｒｅｄ　 line"), 1000},
		{"short, words stay apart", "## 題 {#a}\n= Red Line\n", typed("redline"), 0},
		{"short, space beside Han", "## 題 {#a}\n= 拜訪 CEO 三次\n", typed("拜訪CEO三次"), 1000},
	}
	for _, test := range tests {
		i := item(t, test.body)
		if got := i.Grade(i.Written(), test.response); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestGradeRoundsHalfUp(t *testing.T) {
	for _, test := range [][4]int{{1000, 1, 2, 500}, {1, 1, 2, 1}, {1000, 2, 3, 667}, {1000, 1, 3, 333}, {5, 1, 10, 1}, {4, 1, 10, 0}, {7, 0, 3, 0}, {7, 1, 0, 0}} {
		if got := share(test[0], test[1], test[2]); got != test[3] {
			t.Errorf("share%v = %d", test, got)
		}
	}
}

func TestCheckShape(t *testing.T) {
	tests := []struct {
		name, body string
		response   Response
		ok         bool
	}{
		{"choice", sjt, Response{Choices: []int{2}}, true},
		{"nothing", sjt, Response{}, true},
		{"two ticks in single", sjt, Response{Choices: []int{0, 1}}, false},
		{"out of range", sjt, Response{Choices: []int{3}}, false},
		{"negative", sjt, Response{Choices: []int{-1}}, false},
		{"ticked twice", "## 題 {#a}\n" + multiple, Response{Choices: []int{1, 1}}, false},
		{"text for a choice", sjt, Response{Text: "二"}, false},
		{"order", ordering, Response{Order: []int{3, 1, 0, 2}}, true},
		{"order short", ordering, Response{Order: []int{3, 1, 0}}, false},
		{"order doubled", ordering, Response{Order: []int{3, 1, 0, 0}}, false},
		{"pairs", matching, Response{Pairs: []int{-1, 3, 3}}, true},
		{"pairs out of range", matching, Response{Pairs: []int{-1, 4, 3}}, false},
		{"pairs below", matching, Response{Pairs: []int{-2, 0, 3}}, false},
		{"pairs of another length", matching, Response{Pairs: []int{0}}, false},
		{"invalid text", "## 題 {#a}\n= 回款\n", Response{Text: "\xff"}, false},
	}
	for _, test := range tests {
		i := item(t, test.body)
		err := i.Check(i.Written(), test.response)
		if (err == nil) != test.ok || err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	short := item(t, "## 題 {#a}\n= 回款\n")
	if err := short.Check(short.Written(), Response{Text: strings.Repeat("回", MaxAnswer+1)}); !fault.Is(err, fault.TooLarge) {
		t.Errorf("a long text: %v", err)
	}
	choice := item(t, sjt)
	if err := choice.Check(Layout{Order: []int{0, 0, 1}}, Response{}); !fault.Is(err, fault.Internal) {
		t.Errorf("a broken layout: %v", err)
	}
}

func TestGuessScore(t *testing.T) {
	for body, want := range map[string]int{
		sjt:                      833, // (0 + 1 + ¼) of 2 points over 3 choices
		"## 題 {#a}\n" + multiple: 31,  // one of 2⁵ subsets
		ordering:                 250,
		matching:                 250, // four options for each left row
		"## 題 {#a}\n= 回款\n":      0,
		"## 題 {#a type=scale}\n- [ ] 一\n- [ ] 二\n":                       0,
		"## 題 {#a score=right-minus-wrong}\n- [x] 一\n- [x] 二\n- [ ] 三\n": 250, // (½+½+1)/8 of the subsets without the wrong one
		"## 題 {#a score=per-option}\n- [x] 一\n- [x] 二\n- [ ] 三\n":        500,
	} {
		if got := item(t, body).GuessScore(); got != want {
			t.Errorf("%s: %d, want %d", body, got, want)
		}
	}
}

// kindsOfItems are one item of every kind that can be dealt, with its full answer as written.
func kindsOfItems(t testing.TB) (items []Item, full []Response) {
	for _, c := range []struct {
		body string
		full Response
	}{
		{sjt, Response{Choices: []int{1}}},
		{"## 題 {#a points=0.333}\n" + multiple, Response{Choices: []int{0, 1}}},
		{"## 題 {#a points=1.001 score=per-option}\n" + multiple, Response{Choices: []int{0, 1}}},
		{"## 題 {#a score=right-minus-wrong}\n" + multiple, Response{Choices: []int{0, 1}}},
		{"## 題 {#a score=right-minus-wrong}\n- [x] 一\n- [x] 二\n", Response{Choices: []int{0, 1}}},
		{"## 題 {#a type=truefalse}\n" + twoChoices, Response{Choices: []int{0}}},
		{ordering, Response{Order: []int{0, 1, 2, 3}}},
		{matching, Response{Pairs: []int{1, 2, 3}}},
		{"## 題 {#a}\n= 47 ± 1\n", Response{Text: "47"}},
		{"## 題 {#a}\n= 回款\n", Response{Text: "回款"}},
		{cloze, Response{Gaps: []string{"回款", "0", "47"}}},
	} {
		items, full = append(items, item(t, c.body)), append(full, c.full)
	}
	return items, full
}

// laid shuffles a layout, and says the same response in its displayed positions.
func laid(rt *rapid.T, i Item, r Response) (Layout, Response) {
	l := i.Written()
	rows := rapid.Permutation(seq(len(l.Order))).Draw(rt, "rows")
	options := rapid.Permutation(seq(len(l.Rights))).Draw(rt, "options")
	shown := Layout{Order: take(l.Order, rows), Rights: take(l.Rights, options)}
	moved := Response{Text: r.Text, Gaps: slices.Clone(r.Gaps)}
	for n, order := range l.Gaps {
		options := rapid.Permutation(seq(len(order))).Draw(rt, "gap")
		if shown.Gaps = append(shown.Gaps, take(order, options)); len(order) > 0 && r.Gaps[n] != "" {
			written, _ := strconv.Atoi(r.Gaps[n])
			moved.Gaps[n] = strconv.Itoa(slices.Index(options, written))
		}
	}
	for _, c := range r.Choices {
		moved.Choices = append(moved.Choices, slices.Index(rows, c))
	}
	for _, c := range r.Order {
		moved.Order = append(moved.Order, slices.Index(rows, c))
	}
	if len(r.Pairs) > 0 {
		moved.Pairs = make([]int, len(rows))
		for n, row := range rows {
			if moved.Pairs[n] = r.Pairs[row]; moved.Pairs[n] >= 0 {
				moved.Pairs[n] = slices.Index(options, r.Pairs[row])
			}
		}
	}
	return shown, moved
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func take(values, order []int) []int {
	out := make([]int, len(order))
	for n, o := range order {
		out[n] = values[o]
	}
	return out
}

// response is some response of the item's shape, as written.
func response(rt *rapid.T, i Item) Response {
	rows := len(i.Rows())
	switch i.Kind {
	case Single, TrueFalse:
		return Response{}.with(rapid.IntRange(0, rows-1).Draw(rt, "choice"))
	case Multiple:
		r := Response{}
		for n := range rows {
			if rapid.Bool().Draw(rt, "ticked") {
				r = r.with(n)
			}
		}
		return r
	case Order:
		return Response{Order: rapid.Permutation(seq(rows)).Draw(rt, "order")}
	case Match:
		return Response{Pairs: rapid.SliceOfN(rapid.IntRange(-1, len(i.Right)-1), rows, rows).Draw(rt, "pairs")}
	case Cloze:
		return Response{Gaps: []string{rapid.StringN(0, 20, -1).Draw(rt, "words"), rapid.SampledFrom([]string{"", "0", "1", "2"}).Draw(rt, "option"), rapid.StringN(0, 6, -1).Draw(rt, "number")}}
	}
	return Response{Text: rapid.StringN(0, 20, -1).Draw(rt, "text")}
}

func (r Response) with(choice int) Response {
	r.Choices = append(r.Choices, choice)
	return r
}

func TestGradeProperties(t *testing.T) {
	items, full := kindsOfItems(t)
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, len(items)-1).Draw(rt, "item")
		i, r := items[n], full[n]
		l, moved := laid(rt, i, r)
		if got := i.Grade(l, moved); got != i.Points {
			rt.Errorf("the key earns %d of %d in layout %v", got, i.Points, l)
		}
		r = response(rt, i)
		l, moved = laid(rt, i, r)
		if err := i.Check(l, moved); err != nil {
			rt.Errorf("%v is refused: %v", moved, err)
		}
		got := i.Grade(l, moved)
		if got < 0 || got > i.Points {
			rt.Errorf("%d of %d", got, i.Points)
		}
		if plain := i.Grade(i.Written(), r); got != plain {
			rt.Errorf("laid out %d, as written %d", got, plain)
		}
		slices.Reverse(moved.Choices)
		if again := i.Grade(l, moved); again != got {
			rt.Errorf("in another order of ticks %d, not %d", again, got)
		}
	})
}

func FuzzGrade(f *testing.F) {
	items, _ := kindsOfItems(f)
	f.Add(uint8(0), []byte{1}, []byte{0, 1, 2}, "47")
	f.Add(uint8(6), []byte{3, 2, 1, 0}, []byte{3, 1, 0, 2}, "")
	f.Add(uint8(7), []byte{255, 1, 2}, []byte{1, 2, 3}, "４７％")
	f.Add(uint8(9), []byte{}, []byte{}, "回款\x00")
	f.Add(uint8(8), []byte{}, []byte{}, "1e999999999")
	f.Fuzz(func(t *testing.T, which uint8, said, laid []byte, text string) {
		i := items[int(which)%len(items)]
		positions := func(raw []byte) []int {
			var out []int
			for _, b := range raw {
				out = append(out, int(int8(b)))
			}
			return out
		}
		for _, l := range []Layout{i.Written(), {Order: positions(laid)}, {Order: positions(laid), Rights: positions(said)}} {
			for _, r := range []Response{{Choices: positions(said)}, {Order: positions(said)}, {Pairs: positions(said)}, {Text: text}, {Choices: positions(said), Text: text}} {
				got := i.Grade(l, r)
				if got < 0 || got > i.Points || got > 0 && i.Check(l, r) != nil {
					t.Errorf("%s: %v laid out as %v earns %d of %d", i.Kind, r, l, got, i.Points)
				}
			}
		}
	})
}

func FuzzParseBank(f *testing.F) {
	for _, name := range []string{"values.bank.md", "values.bank.en.md", "kinds.bank.md", "kinds.bank.en.md"} {
		f.Add(read(f, name).Source)
	}
	f.Add(bank(sjt + "### {variant=b}\n" + ordering + matching).Source)
	f.Add([]byte("---\n---\n## a {#a}\n- [x]\n  >\n\t> b\n$$\n```"))
	f.Add(bank("## a {#a type=order}\n  1. b\n1. c\n## d {#d}\n  - [ ] e\n- [x] f\n").Source)
	f.Add([]byte("---\nbank: &a [*a]\n---\n[[(a)|b]] {#\n=\n= \n|\n|-"))
	f.Fuzz(func(t *testing.T, source []byte) {
		bank, problems := ParseBank(File{Name: "f", Source: source}, File{Name: "t", Source: source})
		if bank != nil {
			t.Errorf("two files of one language are a bank")
		}
		bank, problems = ParseBank(File{Name: "f", Source: source})
		if (bank == nil) != (len(problems) > 0) {
			t.Fatalf("bank %v, problems %v", bank, problems)
		}
		lines := strings.Count(string(source), "\n") + 1
		for _, p := range problems {
			if p.Line < 0 || p.Line > lines {
				t.Errorf("%s at line %d of %d", p.Key, p.Line, lines)
			}
		}
		if bank == nil {
			return
		}
		for _, i := range bank.Items {
			if text, ok := i.Localized(bank.Lang); !ok || i.ID == "" || i.Kind == "" || (i.Right != nil && len(text.Choices) != len(i.Right)) {
				t.Errorf("item %+v", i)
			}
			if guess := i.GuessScore(); guess < 0 || guess > i.Points {
				t.Errorf("guessing %s earns %d of %d", i.ID, guess, i.Points)
			}
			i.Grade(i.Written(), Response{Choices: []int{0}, Text: "1"})
		}
		checks, _ := FindChecks(File{Name: "f", Source: source})
		for _, c := range checks {
			ParseCheck(c.File)
		}
	})
}

func TestCheckOfGapsAndAttachments(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	video := Attachment{SHA256: hash, Name: "推介.webm", Type: "video/webm", Size: 70_000, Seconds: 90}
	recording := "## 題 {#a type=recording accept=\"audio video\" max=3m points=5}\n\n| 項目 | 分數 | 滿分的樣子 |\n|---|---|---|\n| 開場 | 5 | 說出客戶的處境 |\n"
	long := strings.Repeat("字", MaxAnswer+1)
	for _, c := range []struct {
		name, body string
		response   Response
		fits       bool
		kind       fault.Kind
	}{
		{"nothing", cloze, Response{}, true, 0},
		{"an option with a plus", cloze, Response{Gaps: []string{"", "+1", ""}}, false, fault.Invalid},
		{"a gap too long", cloze, Response{Gaps: []string{long, "", ""}}, false, fault.TooLarge},
		{"gaps of another kind", sjt, Response{Gaps: []string{"回款"}}, false, fault.Invalid},
		{"an essay longer than a short answer", essay, Response{Text: long}, true, 0},
		{"an essay too long", essay, Response{Text: strings.Repeat("字", MaxEssay+1)}, false, fault.TooLarge},
		{"a recording", recording, Response{Files: []Attachment{video}}, true, 0},
		{"two recordings", recording, Response{Files: []Attachment{video, {SHA256: strings.Repeat("0b", 32), Name: "b", Type: "audio/ogg", Size: 1}}}, false, fault.Invalid},
		{"a recording with words", recording, Response{Text: "看我"}, false, fault.Invalid},
		{"a hash in capitals", recording, Response{Files: []Attachment{{SHA256: strings.ToUpper(hash), Name: "a", Type: "audio/ogg", Size: 1}}}, false, fault.Invalid},
		{"nothing in the file", recording, Response{Files: []Attachment{{SHA256: hash, Name: "a", Type: "audio/ogg"}}}, false, fault.Invalid},
		{"a file where none is asked", essay, Response{Files: []Attachment{video}}, false, fault.Invalid},
	} {
		i := item(t, c.body)
		err := i.Check(i.Written(), c.response)
		if c.fits && err != nil || !c.fits && !fault.Is(err, c.kind) {
			t.Errorf("%s: %v, want %v", c.name, err, c.kind)
		}
		if blank := len(c.response.Text)+len(c.response.Gaps)+len(c.response.Files) == 0; i.Blank(c.response) != blank && c.fits {
			t.Errorf("%s: blank %v", c.name, !blank)
		}
	}
}
