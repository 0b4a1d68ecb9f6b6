package studio_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
)

const measuredBank = `---
bank: measured
title: 量過的題庫
---

# 全部

## 誰說了算？ {#odd}

- [x] 公司
- [ ] =客戶()
- [ ] 同事
- [ ] 路人

## 收到紅包怎麼辦？ {#good time=30s}

- [ ] 收下
- [x] 婉拒
- [ ] 轉交

### {variant=b}

有人遞來紅包，你怎麼做？

## 一加一？ {#sum}

= 2

## 二加二？ {#more}

= 4

## 你喜歡這門課嗎？ {#mood type=scale}

- [ ] 喜歡
- [ ] 普通
`

const measuredExam = `---
exam: measured
title: 量過的考試
track: values
minutes: 40
pass: 60%
attempts: 2
cooldown: 1h
sections:
  - title: 選擇
    draw: [{bank: measured, count: 5}]
integrity: {extra_tabs: on, seb: optional}
feedback: {score: at-once, lessons: at-once, answers: never}
---

注意。
`

const hostile = `=HYPERLINK("http://evil.example","王")`

// measured opens a sitting of an exam of five items that twelve people sit: the better they are at the rest, the
// surer they miss the item "odd". The last two leave an item blank.
func (s *site) measured() exams.Sitting {
	s.Helper()
	ctx := context.Background()
	s.changeFiles(map[string]string{"quizzes/measured.bank.md": measuredBank, "quizzes/measured.exam.md": measuredExam})
	sitting, err := s.room.OpenSitting(ctx, s.people["trainer"], exams.NewSitting{Exam: "measured", OpensAt: s.clock.Now(), ClosesAt: s.clock.Now().Add(time.Hour)})
	must(s.T, err)
	for n := range 12 {
		number := fmt.Sprintf("m%02d", n)
		s.hire(number, people.NewHire)
		if n == 0 {
			p := s.people[number]
			p.Name = hostile
			_, err := s.directory.Update(ctx, people.System(), p)
			must(s.T, err)
		}
		id := s.start(sitting, number)
		paper, err := s.room.Paper(ctx, s.people[number], id, locale.Hant)
		must(s.T, err)
		for i, q := range paper.Questions {
			var r questions.Response
			choose := func(text string) {
				at := slices.IndexFunc(q.Choices, func(html markdown.HTML) bool { return strings.Contains(string(html), text) })
				if at < 0 {
					s.Fatalf("question %d has no choice %q: %v", q.N, text, q.Choices)
				}
				r.Choices = []int{at}
			}
			switch words := fmt.Sprint(q.Stem, q.Choices); {
			case strings.Contains(words, "路人"):
				choose(map[bool]string{true: "客戶", false: "公司"}[n < 6])
			case strings.Contains(words, "婉拒"):
				choose(map[bool]string{true: "婉拒", false: "收下"}[n < 8])
			case strings.Contains(words, "喜歡"):
				choose("普通")
			case n >= 10:
				continue
			case n < 6:
				r.Text = "2"
				if strings.Contains(words, "二") {
					r.Text = "4"
				}
			default:
				r.Text = "7"
			}
			s.clock.Add(20 * time.Second)
			_, err := s.room.Answer(ctx, s.people[number], id, q.N, exams.Save{Device: "d", Seq: int64(i + 1), Response: r})
			must(s.T, err)
		}
		_, err = s.room.Submit(ctx, s.people[number], id)
		must(s.T, err)
	}
	return sitting
}

var rowLink = regexp.MustCompile(`<th scope="row"><span><a href="[^"]*/measured/([a-z]+)"`)

func TestItemAnalysis(t *testing.T) {
	s := open(t)
	sitting := s.measured()
	must(t, s.room.CloseSitting(context.Background(), s.people["trainer"], sitting.ID))
	at := "/studio/items/measured"
	here := "/studio/sittings/" + sitting.ID

	a := s.want(s.get("trainer", at), 200, "值得再看的題", "分不出誰高誰低", "測量標準誤", "高分群裡 6 人選了 B", `id="overview"`, "items.xlsx")
	if strings.Index(a.text, `/measured/odd"`) > strings.Index(a.text, `/measured/sum"`) {
		t.Error("the most urgent item does not come first")
	}
	var facilities []string
	for _, m := range rowLink.FindAllStringSubmatch(s.want(s.get("hr", at+"?sort=facility"), 200, `aria-current="true">最難的`).text, -1) {
		facilities = append(facilities, m[1])
	}
	if len(facilities) != 5 || facilities[3] != "good" || facilities[4] != "mood" {
		t.Errorf("by facility: %v", facilities)
	}
	for _, sort := range []string{"item", "discrimination", "efficiency", "time", "blank", "papers", "nonsense"} {
		s.want(s.get("trainer", at+"?sort="+sort), 200)
	}
	for _, lang := range locale.Langs() {
		for _, p := range []string{at, at + "/measured/odd", at + "/measured/good", at + "/measured/sum", at + "/measured/mood", here, here + "/items", here + "/items/measured/odd"} {
			if a := s.want(s.get("trainer", p, "Cookie", "lang="+string(lang)), 200, `<html lang="`+string(lang)+`"`); strings.Contains(a.text, "ZgotmplZ") {
				t.Errorf("%s in %s", p, lang)
			}
		}
	}
	s.want(s.get("trainer", at+"/measured/odd"), 200, "A ✓", `class="curve-2"`, "低分群", "高分群裡 6 人選了 B", "中位數 20 秒")
	s.want(s.get("trainer", at+"/measured/good"), 200, "不同問法", "問法 b")
	s.want(s.get("trainer", at+"/measured/mood"), 200, "不計分", "普通", "100%")
	s.want(s.get("trainer", here), 200, here+"/items", here+"/results.xlsx")
	s.want(s.get("trainer", here+"/items"), 200, "這一場的試題", at)

	for _, p := range []string{at + "/measured/nothing", at + "/nowhere/odd", "/studio/items/nothing", "/studio/items/nothing/items.csv", "/studio/sittings/nothing/items", "/studio/sittings/nothing/results.csv"} {
		s.want(s.get("trainer", p), 404)
	}
	for _, p := range []string{at, at + "/measured/odd", at + "/items.csv", at + "/items.xlsx", at + "/choices.csv", here + "/items", here + "/results.csv", here + "/results.xlsx"} {
		s.want(s.get("m00", p), 403)
		s.want(s.get("watcher", p), 403)
	}
	t.Run("Export", func(t *testing.T) { s.T = t; exports(s, at, here) })
}

// exports reads every file back as a spreadsheet would.
func exports(s *site, at, here string) {
	file := func(target, name, kind string) []byte {
		s.Helper()
		a := s.get("hr", target)
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != kind || a.Header.Get("Content-Disposition") != `attachment; filename="`+name+`"` {
			s.Fatalf("%s: %d %v", target, a.StatusCode, a.Header)
		}
		return []byte(a.text)
	}
	day := s.clock.Now().In(time.FixedZone("", 8*3600)).Format(time.DateOnly)
	table := func(target, what string) [][]string {
		s.Helper()
		text, marked := strings.CutPrefix(string(file(target, what+"-measured-"+day+".csv", "text/csv; charset=utf-8")), "\uFEFF")
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || !marked {
			s.Fatal(target, err, marked)
		}
		return rows
	}
	book := func(target, what string) *excelize.File {
		s.Helper()
		f, err := excelize.OpenReader(bytes.NewReader(file(target, what+"-measured-"+day+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))
		must(s.T, err)
		return f
	}

	results := table(here+"/results.csv", "results")
	if len(results) != 13 || results[0][0] != "工號" || results[0][7] != "選擇：得分" {
		s.Fatalf("%q", results)
	}
	if first := results[1]; first[0] != "m00" || first[1] != "'"+hostile || first[3] != "3" || first[4] != "4" || first[5] != "75" || first[6] != "是" || first[7] != "3" || first[13] != "1.7" {
		s.Errorf("%q", first)
	}
	f := book(here+"/results.xlsx", "results")
	rows, err := f.GetRows("成績")
	must(s.T, err)
	if len(rows) != 13 || rows[1][1] != hostile || rows[1][3] != "3" || !strings.HasPrefix(rows[1][11], day) {
		s.Errorf("%q", rows[:2])
	}
	if formula, err := f.GetCellFormula("成績", "B2"); err != nil || formula != "" {
		s.Errorf("a name is the formula %q, %v", formula, err)
	}
	if kind, err := f.GetCellType("成績", "D2"); err != nil || kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
		s.Errorf("a score is of type %d, %v", kind, err)
	}

	items := table(at+"/items.csv", "items")
	byID := map[string][]string{}
	for _, row := range items[1:] {
		byID[row[1]] = row
	}
	if len(items) != 6 || byID["good"][4] != "12" || byID["good"][6] != "0.6667" || byID["mood"][6] != "" || byID["sum"][5] != "2" || byID["odd"][14] != "20" {
		s.Errorf("%q", items)
	}
	if d := byID["odd"][8]; !strings.HasPrefix(d, "-0.") {
		s.Errorf("a negative number is written %q", d)
	}
	choices := table(at+"/choices.csv", "choices")
	if i := slices.IndexFunc(choices, func(r []string) bool { return r[1] == "odd" && r[2] == "B" }); i < 0 || choices[i][3] != "'=客戶()" || choices[i][4] != "否" || choices[i][5] != "6" {
		s.Errorf("%q", choices)
	}
	f = book(here+"/items/items.xlsx", "items")
	if leaves := f.GetSheetList(); !slices.Equal(leaves, []string{"試題", "選項"}) {
		s.Errorf("leaves %q", leaves)
	}
	rows, err = f.GetRows("選項")
	must(s.T, err)
	if i := slices.IndexFunc(rows, func(r []string) bool { return r[1] == "odd" && r[2] == "B" }); i < 0 || rows[i][3] != "=客戶()" {
		s.Errorf("%q", rows)
	}
	english := s.get("hr", here+"/results.csv", "Cookie", "lang=en")
	if !strings.Contains(english.text, "Employee number,Name,State") {
		s.Errorf("%s", english.text)
	}
}
