package apptest

import (
	"fmt"
	"strings"
	"testing/fstest"
)

// tracks are the three exams and courses of the small company.
var tracks = []struct{ name, course string }{{"values", "culture"}, {"product", "membership"}, {"sales", "craft"}}

// content is a company small enough to be loaded in each test: a pledge, a policy, and per track one lesson, one
// bank of thirty single choices whose first choice is right, and one exam of twenty of them.
func content() fstest.MapFS {
	files := fstest.MapFS{
		"content/company.yaml": text("company:\n  name: 測試公司\n"),
		"content/pledge.md":    text("---\ntitle: 誠信承諾\n---\n\n我誠實應考。\n"),
		"content/policy.yaml": text(`title: 規則
levels:
  - level: full
    require:
      all:
        - employed
        - no_red_line
        - no_open_case
        - pledge: signed
        - course: values/culture
        - {exam: values, within: 365d, grace: 14d}
        - course: product/membership
        - {exam: product, within: 365d, grace: 14d}
        - course: sales/craft
        - {exam: sales, within: 365d, grace: 14d}
  - level: shadow
    require: {all: [employed, no_red_line, {pledge: signed}, {exam: values, within: 365d}]}
limits: {draws_per_day: 10, per_day: 50, cap: 200, newcomer_days: 10, newcomer_per_day: 15, newcomer_cap: 60}
`),
		"content/programme.yaml": text(`title: 兩天課表
days:
  - sessions: [{at: "09:00", kind: lecture, title: {zh-Hant: 開場, zh-Hans: 开场, en: Opening}, lecturer: 總經理}]
  - sessions: [{at: "10:00", kind: exam, title: {zh-Hant: 結業考, zh-Hans: 结业考, en: Final}}]
`),
		"static/css/none.css": text("/* none */\n"),
	}
	for _, t := range tracks {
		files["content/"+t.name+"/"+t.course+"/course.md"] = text("---\ntitle: " + t.name + "\ntrack: " + t.name + "\norder: 1\n---\n\n介紹。\n")
		files["content/"+t.name+"/"+t.course+"/01-first.md"] = text("---\ntitle: 第一課\ntrack: " + t.name + "\norder: 1\nminutes: 5\nobjectives: [讀完一課]\n---\n\n課文。\n")
		files["quizzes/"+t.name+".bank.md"] = text(bank(t.name))
		files["quizzes/"+t.name+".exam.md"] = text(fmt.Sprintf(`---
exam: %s
title: %s 考試
track: %s
minutes: 40
pass: 60%%
attempts: 3
cooldown: 24h
sections:
  - title: 全部
    draw: [{bank: %s, count: 20}]
integrity: {watch: [focus, paste], camera: off, seb: optional, invigilated: true, canaries: 0}
feedback: {score: at-once, lessons: at-once, answers: never}
---

須知。
`, t.name, t.name, t.name, t.name))
	}
	return files
}

func bank(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\nbank: %s\ntitle: %s\n---\n\n# 題目\n\n", name, name)
	for i := range 30 {
		fmt.Fprintf(&b, "## 題目 %d {#%s-%d lesson=%s/first}\n\n第 %d 題問什麼？\n\n- [x] 對的 %d\n- [ ] 錯的甲 %d\n- [ ] 錯的乙 %d\n- [ ] 錯的丙 %d\n\n> 解析 %d\n\n", i, name, i, name, i, i, i, i, i, i)
	}
	return b.String()
}

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
