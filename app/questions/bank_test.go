package questions

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func read(t testing.TB, name string) File {
	t.Helper()
	src, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return File{Name: name, Source: src}
}

func TestGoldenBank(t *testing.T) {
	for _, name := range []string{"values", "kinds"} {
		bank, problems := ParseBank(read(t, name+".bank.md"), read(t, name+".bank.en.md"))
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		got, err := json.MarshalIndent(bank, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden := "testdata/" + name + ".golden.json"
		if *update {
			if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(append(got, '\n'), want) {
			t.Errorf("%s differs from %s; look at the difference, then run with -update", name, golden)
		}
	}
}

// bank is a bank of these items with its front matter in lines 1 to 5; the items start in line 6.
func bank(body string) File {
	return File{Name: "x.bank.md", Source: []byte("---\nbank: x\ntitle: 題庫\nlang: zh-Hant\n---\n" + body)}
}

func english(body string) File {
	return File{Name: "x.bank.en.md", Source: []byte("---\nbank: x\ntitle: Bank\nlang: en\n---\n" + body)}
}

// places writes problems as "line key".
func places(problems fault.Problems) []string {
	out := []string{}
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%d %s", p.Line, strings.TrimPrefix(p.Key, "questions.")))
	}
	return out
}

const twoChoices = "- [x] 對\n- [ ] 錯\n"

func TestLint(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
	}{
		{"sound", "# 甲\n## 題 {#a}\n" + twoChoices, nil},
		{"empty", "", []string{"0 bank_empty"}},
		{"text outside", "前言\n再一行\n## 題 {#a}\n" + twoChoices, []string{"6 outside"}},
		{"text under a category", "# 甲\n說明\n## 題 {#a}\n" + twoChoices, []string{"7 outside"}},
		{"no id", "## 甲 {#rl-09}\n" + twoChoices + "## 乙\n" + twoChoices, []string{"9 id_missing"}},
		{"id twice", "## 甲 {#a}\n" + twoChoices + "## 乙 {#a}\n" + twoChoices, []string{"9 id_twice"}},
		{"bad id", "## 甲 {#回扣}\n" + twoChoices, []string{"6 id_malformed"}},
		{"no title", "## {#a}\n" + twoChoices, []string{"6 title_missing"}},
		{"broken attributes", "## 甲 {#a tags=\"x}\n" + twoChoices, []string{"6 attributes_malformed", "6 id_missing"}},
		{"unknown attribute", "## 甲 {#a colour=red}\n" + twoChoices, []string{"6 attribute_unknown"}},
		{"attribute twice", "## 甲 {#a points=1 points=2}\n" + twoChoices, []string{"6 attribute_twice"}},
		{"unknown level", "## 甲 {#a level=hard}\n" + twoChoices, []string{"6 attribute_value"}},
		{"unknown type", "## 甲 {#a type=quiz}\n" + twoChoices, []string{"6 attribute_value"}},
		{"bad points", "## 甲 {#a points=0}\n" + twoChoices, []string{"6 attribute_value"}},
		{"attribute of another kind", "## 甲 {#a unit=kg}\n" + twoChoices, []string{"6 attribute_kind"}},
		{"no right choice", "## 甲 {#a}\n\n- [ ] 一\n- [ ] 二\n", []string{"6 no_right"}},
		{"only one choice", "## 甲 {#a}\n- [x] 一\n", []string{"6 one_choice"}},
		{"single with two right", "## 甲 {#a type=single}\n- [x] 一\n- [x] 二\n- [ ] 三\n", []string{"6 one_right"}},
		{"true/false with three", "## 甲 {#a type=truefalse}\n- [x] 一\n- [ ] 二\n- [ ] 三\n", []string{"6 two_choices"}},
		{"choice without box", "## 甲 {#a}\n- [x] 一\n- 二\n", []string{"8 choice_box"}},
		{"empty choice", "## 甲 {#a}\n- [x] 一\n- [ ]\n", []string{"8 choice_empty"}},
		{"same choice twice", "## 甲 {#a}\n- [x] Ａ一\n- [ ] a一\n", []string{"8 choice_twice"}},
		{"credit above 100", "## 甲 {#a}\n- [x] 一\n- [ ] 二 {credit=120}\n", []string{"8 credit_range"}},
		{"credit of a right choice", "## 甲 {#a}\n- [x] 一 {credit=50}\n- [ ] 二\n", []string{"7 credit_right"}},
		{"credit in multiple", "## 甲 {#a}\n- [x] 一\n- [x] 二\n- [ ] 三 {credit=10}\n", []string{"6 credit_kind"}},
		{"unknown attribute of a choice", "## 甲 {#a}\n- [x] 一\n- [ ] 二 {points=1}\n", []string{"8 attribute_unknown"}},
		{"marked scale", "## 甲 {#a type=scale}\n- [x] 一\n- [ ] 二\n", []string{"6 scale_marked"}},
		{"text after the answers", "## 甲 {#a}\n" + twoChoices + "\n還有一段\n", []string{"10 after_answers"}},
		{"no answers", "## 甲 {#a}\n只有題幹\n", []string{"6 answers_missing"}},
		{"numbered list without type", "## 甲 {#a}\n1. 一\n2. 二\n", []string{"6 answers_missing"}},
		{"order of one", "## 甲 {#a type=order}\n1. 一\n", []string{"6 rows_few"}},
		{"match of one pair", "## 甲 {#a type=match}\n\n| 左 | 右 |\n|---|---|\n| 一 | 二 |\n|  | 三 |\n", []string{"8 pairs_few"}},
		{"match with an empty right", "## 甲 {#a type=match}\n\n| 左 | 右 |\n|---|---|\n| 一 | 二 |\n| 三 |  |\n", []string{"11 right_empty"}},
		{"match of three columns", "## 甲 {#a type=match}\n\n| 左 | 右 |\n|---|---|\n| 一 | 二 |\n| 三 | 四 | 五 |\n| 六 | 七 |\n", []string{"11 columns"}},
		{"numeric that is none", "## 甲 {#a type=numeric}\n= 很多\n", []string{"7 key_number"}},
		{"no full credit", "## 甲 {#a}\n\n= 回款 {credit=50}\n", []string{"8 key_full"}},
		{"malformed gap", "## 甲 {#a type=cloze}\n先[[簽約|]]再付款\n", []string{"7 gap_malformed", "6 answers_missing"}},
		{"essay without rubric", "## 甲 {#a type=essay}\n寫一段\n", []string{"6 answers_missing"}},
		{"rubric that does not add up", "## 甲 {#a type=essay points=5}\n\n| 項目 | 分 | 滿分的樣子 |\n|---|---|---|\n| 一 | 2 | 好 |\n", []string{"6 rubric_sum"}},
		{"canary on the right choice", "## 甲 {#a canary=1}\n" + twoChoices, []string{"6 canary"}},
		{"setext heading", "## 甲 {#a}\n題幹\n---\n" + twoChoices, []string{"8 setext"}},
		{"setext with equals signs", "標題\n===\n## 甲 {#a}\n" + twoChoices, []string{"6 outside", "7 setext"}},
		{"open comment", "## 甲 {#a}\n" + twoChoices + "<!-- 忘了關\n## 乙\n", []string{"9 comment_open"}},
		{"open code", "## 甲 {#a}\n```\n" + twoChoices, []string{"7 fence_open", "6 answers_missing"}},
		{"variant of another shape", "## 甲 {#a}\n" + twoChoices + "### {variant=b}\n- [x] 一\n- [ ] 二\n- [ ] 三\n", []string{"9 drift_rows"}},
		{"variant twice", "## 甲 {#a}\n" + twoChoices + "### {variant=b}\n一\n### {variant=b}\n二\n", []string{"11 variant_twice"}},
		{"several at once", "## 甲 {#a level=x}\n- [ ] 一\n- [ ] 二\n## 乙\n- [x] 一\n", []string{"9 id_missing", "6 no_right", "6 attribute_value", "9 one_choice"}},
		{"choices that stand further in", "## 甲 {#a}\n  - [x] 一\n- [ ] 二\n", nil},
		{"rows that stand further in", "## 甲 {#a type=order}\n   1. 一\n   2. 二\n      還是二\n", nil},
		{"rules between items", "## 甲 {#a}\n" + twoChoices + "\n---\n\n## 乙 {#b}\n" + twoChoices, nil},
	}
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, problems := ParseBank(bank(test.body))
			if want := append([]string{}, test.want...); !slices.Equal(places(problems), want) {
				t.Errorf("problems %q, want %q", places(problems), want)
			}
			if (got == nil) != (len(problems) > 0) {
				t.Errorf("bank %v with problems %v", got, problems)
			}
			inWords(t, catalog, problems)
		})
	}
}

// inWords checks that every problem has a message in every language and fills its places.
func inWords(t *testing.T, catalog *locale.Catalog, problems fault.Problems) {
	place := regexp.MustCompile(`\{[a-z]+\}`)
	for _, p := range problems {
		for _, lang := range locale.Langs() {
			if words := catalog.T(lang, p.Key, p.Args...); !catalog.Has(lang, p.Key) || place.MatchString(words) {
				t.Errorf("%s: %s says %q", lang, p.Key, words)
			}
		}
	}
}

func TestLintFrontMatter(t *testing.T) {
	const item = "## 題 {#a}\n" + twoChoices
	tests := []struct {
		name, source string
		want         []string
	}{
		{"none", item, []string{"1 front_missing"}},
		{"open", "---\nbank: x\n", []string{"1 front_open", "0 bank_empty"}},
		{"malformed", "---\nbank: x\ntitle: [\n---\n" + item, []string{"3 front_malformed"}},
		{"malformed further on", "---\nbank: x\ntitle: y\nlang: [en\n---\n" + item, []string{"4 front_malformed"}},
		{"unknown field", "---\nbank: x\ntitle: y\nlang: en\ncolour: red\n---\n" + item, []string{"5 front_unknown"}},
		{"no title", "---\nbank: x\nlang: en\n---\n" + item, []string{"1 front_required"}},
		{"unknown language", "---\nbank: x\ntitle: y\nlang: fr\n---\n" + item, []string{"1 lang_unknown"}},
	}
	for _, test := range tests {
		_, problems := ParseBank(File{Name: "x", Source: []byte(test.source)})
		if !slices.Equal(places(problems), test.want) {
			t.Errorf("%s: problems %q, want %q", test.name, places(problems), test.want)
		}
	}
}

func TestRefusesWhatIsTooLargeOrNoText(t *testing.T) {
	_, problems := ParseBank(bank(strings.Repeat("## 甲 {#a}\n", 10<<20/12)))
	if got := places(problems); !slices.Equal(got, []string{"0 file_large"}) {
		t.Errorf("a file of 10 MB: %q", got)
	}
	for _, body := range []string{"## 甲 {#a}\n- [x] \xff\n", "## 甲 {#a}\n- [x] \x00\n"} {
		if _, problems := ParseBank(bank(body)); !slices.Equal(places(problems), []string{"7 file_encoding"}) {
			t.Errorf("%q: %q", body, places(problems))
		}
	}
}

// What a megabyte can be made of must not keep the machine busy: not for thirty times as long as an honest file
// of that size, read right beside it.
func TestReadsHostileFilesQuickly(t *testing.T) {
	honest := func() time.Duration {
		var b strings.Builder
		for n := 0; b.Len() < 1<<18; n++ {
			fmt.Fprintf(&b, "## 甲 {#a%d}\n%s\n> 解析\n\n", n, twoChoices)
		}
		start := time.Now()
		if _, problems := ParseBank(bank(b.String())); len(problems) > 0 {
			t.Fatal(problems[0])
		}
		return time.Since(start)
	}
	for name, body := range map[string]string{
		"choices":      "## 甲 {#a}\n" + many("- [ ] %d\n"),
		"keys":         "## 甲 {#a}\n" + many("= %d\n"),
		"pairs":        "## 甲 {#a type=match}\n| a | b |\n|---|---|\n" + many("| %d | b |\n"),
		"variants":     "## 甲 {#a}\n" + twoChoices + many("### {variant=v%d}\n"),
		"items":        many("# c%d\n## 甲\n"),
		"braces":       "## " + strings.Repeat("{a=“", 1<<17),
		"list in list": "## 甲 {#a}\n" + strings.Repeat("- ", 1<<18) + "x",
		"backticks":    "## 甲 {#a}\n" + backticks(800),
		"gaps":         "## 甲 {#a}\n" + strings.Repeat("[[a]]", 1<<17),
		"quotes":       "## 甲 {#a}\n" + twoChoices + "\n" + strings.Repeat("> a\n\n", 1<<17),
		"tables":       "## 甲 {#a}\n" + strings.Repeat("|a|b|\n|-|-|\n", 1<<16),
	} {
		start := time.Now()
		if _, problems := ParseBank(bank(body)); len(problems) == 0 && name != "gaps" && name != "quotes" {
			t.Errorf("%s: nothing wrong", name)
		}
		took, usual := time.Since(start), honest()
		if ratio := float64(took) / float64(usual); ratio > 30 {
			t.Errorf("%s: %s, an honest file %s", name, took, usual)
		} else if testing.Verbose() {
			t.Logf("%s: %.1f times an honest file", name, ratio)
		}
	}
}

// backticks are runs of every length once, so that none closes another.
func backticks(n int) string {
	var b strings.Builder
	for k := 1; k <= n; k++ {
		b.WriteString(strings.Repeat("`", k) + " ")
	}
	return b.String()
}

func many(format string) string {
	var b strings.Builder
	for n := 0; b.Len() < 1<<18; n++ {
		fmt.Fprintf(&b, format, n)
	}
	return b.String()
}

func TestProposesFreeIDs(t *testing.T) {
	_, problems := ParseBank(bank("## 甲 {#rl-01}\n" + twoChoices + "## 乙\n" + twoChoices + "## 丙 {#rl-02}\n" + twoChoices + "## 丁\n" + twoChoices))
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprint(p.Args[1]))
	}
	if want := []string{"rl-03", "rl-04"}; !slices.Equal(got, want) {
		t.Errorf("proposed %q, want %q", got, want)
	}
	if _, problems = ParseBank(bank("## 甲\n" + twoChoices)); problems[0].Args[1] != "x-01" {
		t.Errorf("the first proposal is %v", problems[0].Args)
	}
}

func TestTranslationDrift(t *testing.T) {
	base := bank("## 甲 {#a level=apply}\n" + twoChoices + "### {variant=b}\n另一種問法\n" +
		"## 乙 {#b type=match}\n\n| 左 | 右 |\n|---|---|\n| 一 | 二 |\n| 三 | 四 |\n| | 五 |\n" +
		"## 丙 {#c}\n\n= 40..50\n")
	const a, b, c = "## A {#a}\n- [x] yes\n- [ ] no\n### {variant=b}\nother\n", "## B {#b}\n\n| L | R |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n| | 5 |\n", "## C {#c}\n\n= 40..50\n"
	tests := []struct {
		name, body string
		want       []string
	}{
		{"sound", a + b + c, nil},
		{"missing item", a + c, []string{"0 translation_missing"}},
		{"extra item", a + b + c + "## D {#d}\n- [x] yes\n- [ ] no\n", []string{"21 translation_extra"}},
		{"other mark", strings.ReplaceAll(strings.ReplaceAll(a, "[x] yes", "[ ] yes"), "[ ] no", "[x] no") + b + c, []string{"6 drift_marks"}},
		{"one choice more", strings.Replace(a, "- [ ] no\n", "- [ ] no\n- [ ] maybe\n", 1) + b + c, []string{"6 drift_rows"}},
		{"other level", strings.Replace(a, "{#a}", "{#a level=create}", 1) + b + c, []string{"6 drift_attribute"}},
		{"same level", strings.Replace(a, "{#a}", "{#a level=apply}", 1) + b + c, nil},
		{"other distractor", a + strings.Replace(strings.Replace(b, "| 3 |", "|  |", 1), "| | 5", "| 6 | 5", 1) + c, []string{"11 drift_distractors"}},
		{"other number", a + b + strings.Replace(c, "50", "60", 1), []string{"18 drift_numbers"}},
		{"no variant", strings.Replace(a, "### {variant=b}\nother\n", "", 1) + b + c, []string{"6 variant_missing"}},
		{"extra variant", strings.Replace(a, "variant=b}\nother\n", "variant=b}\nother\n### {variant=c}\nmore\n", 1) + b + c, []string{"11 variant_extra"}},
	}
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		_, problems := ParseBank(base, english(test.body))
		if want := append([]string{}, test.want...); !slices.Equal(places(problems), want) {
			t.Errorf("%s: problems %q, want %q", test.name, places(problems), want)
		}
		inWords(t, catalog, problems)
	}
	if _, problems := ParseBank(base, english(a+b+c), english(a+b+c)); !slices.Equal(places(problems), []string{"1 lang_twice"}) {
		t.Errorf("two English files: %q", places(problems))
	}
}

func TestFallsBackToTheBaseLanguage(t *testing.T) {
	parsed, problems := ParseBank(bank("## 甲 {#a}\n" + twoChoices + "### 換句話 {variant=b}\n另一種問法\n"))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	item, _ := parsed.Item("a")
	if text, own := item.Localized(locale.En); own || text.Title != "甲" {
		t.Errorf("%+v, %v", text, own)
	}
	text, own := item.Wording("b", locale.Hant)
	if !own || text.Title != "換句話" || text.Stem != "另一種問法" || !slices.Equal(text.Choices, []string{"對", "錯"}) {
		t.Errorf("variant is %+v", text)
	}
}

func TestCheck(t *testing.T) {
	lesson := File{Name: "01.md", Lang: locale.Hant, Source: []byte("文\n\n```check\n## 哪一項？ {#c1}\n\n- [x] 甲\n- [ ] 乙\n```\n\n````md\n```check\n```\n````\n\n```check\n## 漏 {#c2}\n")}
	checks, problems := FindChecks(lesson)
	if len(checks) != 1 || checks[0].ID != "c1" || !slices.Equal(places(problems), []string{"15 check_open"}) {
		t.Fatalf("%+v, %q", checks, places(problems))
	}
	item, problems := ParseCheck(checks[0].File, File{Lang: locale.En, Source: []byte("## Which? {#c1}\n- [x] a\n- [ ] b")})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if text, own := item.Localized(locale.En); !own || text.Title != "Which?" || item.Line != 4 {
		t.Errorf("%+v", item)
	}
	for source, want := range map[string]string{
		"":                            "10 check_one",
		"## a {#a}\n## b {#b}\n":      "10 check_one",
		"\n## a {#a}\n- [ ] 甲\n":      "11 no_right",
		"## a {#a}\n[[甲]]\n":          "10 check_kind",
		"## a\n- [x] 甲\n- [ ] 乙\n":    "10 id_missing",
		"話\n## a {#a}\n" + twoChoices: "10 outside",
	} {
		if _, problems := ParseCheck(File{Line: 10, Lang: locale.Hant, Source: []byte(source)}); !slices.Contains(places(problems), want) {
			t.Errorf("%q: %q, want %q", source, places(problems), want)
		}
	}
}

func TestFixIDs(t *testing.T) {
	f := bank("# 甲\r\n## 一 {#rl-01}\r\n" + twoChoices + "## 二 {level=apply}\r\n" + twoChoices + "## 三\n" + twoChoices + "<!--\n## 註解裡的\n-->\n")
	fixed, n := FixIDs(f)
	want := strings.NewReplacer("{level", "{#rl-02 level", "## 三\n", "## 三 {#rl-03}\n").Replace(string(f.Source))
	if string(fixed) != want || n != 2 {
		t.Errorf("%d fixed: %s", n, fixed)
	}
	if _, problems := ParseBank(File{Source: fixed}); len(problems) > 0 {
		t.Errorf("after fixing: %q", places(problems))
	}
	if again, n := FixIDs(File{Source: fixed}); n != 0 || !bytes.Equal(again, fixed) {
		t.Error("fixed what was sound")
	}
}
