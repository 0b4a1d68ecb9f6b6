package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
)

// TestJourney walks the whole path in a real browser, from the first lesson to the first lead, to a red line and to the
// appeal that undoes it, as everyone whom it concerns: two reviewers in two sessions, neither of whom sees the other's
// opinion, the person, and a third.
func TestJourney(t *testing.T) {
	t.Parallel()
	chromium := browser(t)
	s := start(t, "-demo", "-json", "-data", t.TempDir())
	var a announcement
	if err := json.Unmarshal([]byte(s.find(t, s.out, `(?m)^(\{.*\})$`)), &a); err != nil {
		t.Fatal(err)
	}
	j := &journey{T: t, keys: shippedKeys(t), a: a}
	as := func(link string) *visitor { return visit(t, chromium, a.URL, link) }

	j.trainerPublishes(as(a.SignIn["trainer"]))
	amy := as(a.SignIn["new_hire"])
	j.signs(amy)
	amy.open("/lessons/values/origin")
	amy.reads(sentence)
	j.readsTrack(amy, "values")
	values, letters := j.sits(amy, "values", nil)
	j.sits(as(a.Personas["ready_for_exam"]), "values", letters)
	j.readsTrack(amy, "product")
	j.sits(amy, "product", nil)
	j.readsTrack(amy, "sales")
	j.sits(amy, "sales", nil)
	if j.decision("B4201") {
		amy.Error("the gate is open before the final")
	}
	j.sits(amy, "final", nil)
	j.drawsALead(amy)
	j.failsAndIsTold(as(a.Personas["mid_course"]))
	j.invigilatorNotes(as(a.Personas["invigilator"]), values)
	j.trainerCloses(as(a.SignIn["trainer"]), values)
	first := as(a.SignIn["reviewer"])
	file := j.twoReviewersUphold(first, as(a.Personas["reviewer_2"]), amy)
	j.gateIsClosedAtOnce(amy)
	manager := as(a.SignIn["manager"])
	j.managerSeesNoCase(manager)
	j.thirdUpholdsTheAppeal(amy, as(a.Personas["reviewer_3"]), file)
	j.everythingIsRestored(amy, first, manager, file)
}

type journey struct {
	*testing.T
	keys map[string]wording // by the plain text of their stem or title, in zh-Hant
	a    announcement
}

const (
	lessonPath = "/studio/documents/content/values/culture/01-origin.md"
	sentence   = "這一句是講師剛剛補上的。"
)

// trainerPublishes adds a sentence to the lesson, sees it in the preview, and publishes it with a line for the changelog.
func (j *journey) trainerPublishes(v *visitor) {
	v.Helper()
	v.open(lessonPath)
	var source string
	v.eval(&source, "document.querySelector('textarea[name=text]').value")
	changed := strings.Replace(source, "\n## ", "\n"+sentence+"\n\n## ", 1)
	v.eval(new(any), "(() => { const t = document.querySelector('textarea[name=text]'); t.value = %q; t.dispatchEvent(new Event('input', {bubbles: true})) })()", changed)
	v.until("document.querySelector('#preview').innerText.includes(%q)", sentence)
	v.send(lessonPath+"/publication", map[string]string{"note": "補一句提醒"})
	v.open(lessonPath + "/history")
	v.reads("補一句提醒")
}

// signs reads the pledge and signs it.
func (j *journey) signs(v *visitor) {
	v.Helper()
	v.open("/pledge")
	v.send("/pledge/signatures", map[string]string{"agree": "yes"})
}

// readsTrack reads every lesson of a track in its order: the first one page by page, and the others by what their pages
// send, since they go the same way.
func (j *journey) readsTrack(v *visitor, track string) {
	v.Helper()
	first := true
	for _, l := range shipped(j.T).lessons {
		switch {
		case l.track != track:
		case first:
			j.readsLesson(v, l.ref())
			first = false
		default:
			j.sendsLesson(v, l.ref())
		}
	}
}

// sendsLesson sends what the page of a lesson sends of somebody who tries its checks and finishes it.
func (j *journey) sendsLesson(v *visitor, lesson string) {
	v.Helper()
	v.eval(new(any), `(() => {
		window.sent = null
		const post = (form) => fetch(form.getAttribute("action"), {method: "POST", body: new URLSearchParams(new FormData(form))})
		const read = async () => new DOMParser().parseFromString(await (await fetch("/lessons/%[1]s")).text(), "text/html")
		;(async () => {
			for (const form of (await read()).querySelectorAll("section.check form")) {
				form.querySelector("input[name=choice]")?.setAttribute("checked", "")
				for (const [n, s] of [...form.querySelectorAll("select")].entries()) s.selectedIndex = n + 1
				form.querySelector("input[name=text]")?.setAttribute("value", "1")
				await post(form)
			}
			const answer = await post((await read()).querySelector('form[action="/lessons/%[1]s/completion"]'))
			window.sent = answer.ok
		})().catch((e) => { window.sent = String(e) })
	})()`, lesson)
	v.until("window.sent !== null")
	if !v.is("window.sent === true") {
		var why any
		v.eval(&why, "window.sent")
		v.Fatalf("%s: %v", lesson, why)
	}
}

// readsLesson reads a lesson, tries its checks and finishes it.
func (j *journey) readsLesson(v *visitor, lesson string) {
	v.Helper()
	v.open("/lessons/" + lesson)
	var checks int
	v.eval(&checks, "document.querySelectorAll('section.check').length")
	if checks == 0 {
		v.Fatalf("no checks in %s", lesson)
	}
	for i := range checks {
		v.eval(new(any), `(() => {
			const check = document.querySelectorAll('section.check')[%d]
			check.querySelector('input[name=choice]')?.click()
			for (const [n, s] of [...check.querySelectorAll('select')].entries()) s.selectedIndex = n + 1
			const text = check.querySelector('input[name=text]'); if (text) text.value = "1"
			check.querySelector('button').click()
		})()`, i)
		v.until("document.querySelectorAll('section.check')[%d].querySelector('.verdict')", i)
	}
	v.open("/lessons/" + lesson)
	v.send("/lessons/"+lesson+"/completion", nil)
}

// sits an exam of the new cohort. Without letters every answer is right; with letters the same letter is given at
// each number as there. It returns the sitting's path and the letters given by number.
func (j *journey) sits(v *visitor, exam string, copied map[int]int) (sitting string, given map[int]int) {
	v.Helper()
	sitting = j.enters(v, exam)
	given = map[int]int{}
	var total int
	v.eval(&total, "document.querySelectorAll('section.q').length")
	for n := 1; n <= total; n++ {
		choice := j.answersRight(v, n)
		if letter, ok := copied[n]; ok && choice >= 0 {
			v.click(fmt.Sprintf(`#q%d input[value="%d"]`, n, letter))
			choice = letter
		}
		if choice >= 0 {
			given[n] = choice
		}
	}
	v.until("document.querySelectorAll('#card a.on').length === %d && document.querySelector('#saved').textContent.includes('%d/%d')", total, total, total)
	v.send(strings.Replace(v.at(), "/attempts/", "/attempts/", 1)+"/submission", nil)
	if copied == nil {
		v.reads("通過")
	}
	return sitting, given
}

// enters reads the briefing, confirms the pledge and starts.
func (j *journey) enters(v *visitor, exam string) (sitting string) {
	v.Helper()
	title := map[string]string{"values": "價值觀結業考", "product": "產品知識結業考", "sales": "銷售技能結業考", "final": "總結業考"}[exam]
	v.open("/exams")
	v.eval(&sitting, "[...document.querySelectorAll('a[href^=\"/sittings/\"]')].find((a) => a.closest('section, li, article').innerText.includes(%q))?.getAttribute('href') ?? ''", title)
	if sitting == "" {
		v.Fatalf("no sitting of %s:\n%s", title, v.text())
	}
	v.open(sitting)
	var notice string
	v.eval(&notice, "document.querySelector('[name=notice]').value")
	v.send(sitting+"/attempts", map[string]string{"pledge": "yes", "notice": notice})
	v.until("document.querySelector('#room[data-ready]')")
	return sitting
}

// answersRight answers question n by its key and returns the letter of a single choice, -1 of anything else.
func (j *journey) answersRight(v *visitor, n int) int {
	v.Helper()
	var q struct {
		Kind, Stem string
		Rows       []string
		Rights     []string
	}
	v.eval(&q, `(() => { const q = document.querySelector('#q%d'); return {
		Kind: q.dataset.kind, Stem: q.querySelector('.question').textContent,
		Rows: [...q.querySelectorAll('.choice span, .order-list .what, .match-list .what')].map((e) => (e.querySelector('.letter')?.remove(), e.textContent)),
		Rights: [...(q.querySelector('.match-list select')?.options ?? [])].slice(1).map((o) => o.textContent.replace(/^[A-Z] /, ''))} })()`, n)
	item, ok := j.keys[plain(q.Stem)]
	if !ok {
		v.Fatalf("question %d is in no bank: %q", n, q.Stem)
	}
	text := item.text
	place := func(rows []string, want string) int {
		for i, r := range rows {
			if plain(r) == plain(want) {
				return i
			}
		}
		v.Fatalf("question %d: %q is not among %q", n, want, rows)
		return -1
	}
	switch item.Kind {
	case questions.Single, questions.TrueFalse, questions.Multiple:
		letter := -1
		for i, right := range item.Right {
			if right {
				letter = place(q.Rows, text.Choices[i])
				v.click(fmt.Sprintf(`#q%d input[value="%d"]`, n, letter))
			}
		}
		if item.Kind == questions.Single {
			return letter
		}
	case questions.Order:
		for at, row := range text.Choices {
			for from := place(q.Rows, row); from > at; from-- {
				v.eval(new(any), "document.querySelectorAll('#q%d .order-list li')[%d].querySelector('[data-move=up]').click()", n, from)
				q.Rows[from], q.Rows[from-1] = q.Rows[from-1], q.Rows[from]
			}
		}
		v.click(fmt.Sprintf("#q%d [data-keep]", n))
	case questions.Match:
		for i, left := range text.Choices {
			if left != "" {
				v.eval(new(any), "(() => { const s = document.querySelectorAll('#q%d .match-list select')[%d]; s.selectedIndex = %d; s.dispatchEvent(new Event('change', {bubbles: true})) })()",
					n, place(q.Rows, left), place(q.Rights, text.Rights[i])+1)
			}
		}
	default:
		answer := item.Keys[0].Text
		if item.Kind == questions.Numeric {
			answer = item.Keys[0].Low
		}
		v.eval(new(any), "(() => { const i = document.querySelector('#q%d input'); i.value = %q; i.dispatchEvent(new Event('input', {bubbles: true})); i.dispatchEvent(new Event('change', {bubbles: true})) })()", n, answer)
	}
	return -1
}

// drawsALead finds the gate open and takes the first lead.
func (j *journey) drawsALead(v *visitor) {
	v.Helper()
	if !j.decision("B4201") {
		v.Fatal("the gate is closed to who has done everything")
	}
	v.open("/gate")
	v.reads("門開了")
	v.open("/leads")
	v.send("/leads/draws", nil)
	v.until("document.querySelector('a[href^=\"tel:\"]')")
}

// failsAndIsTold sits the product exam, answers nothing right, and is told at the pool what is missing.
func (j *journey) failsAndIsTold(v *visitor) {
	v.Helper()
	j.readsLesson(v, "product/customers")
	j.enters(v, "product")
	v.send(v.at()+"/submission", nil)
	v.reads("沒有通過")
	v.open("/leads")
	v.reads("還沒通過考試〈產品知識結業考〉", "還沒通過考試〈銷售技能結業考〉")
	if v.is("document.querySelector('form[action=\"/leads/draws\"]')") {
		v.Error("a draw is offered at a closed gate")
	}
	if j.decision("B4202") {
		v.Error("the machines are told that the gate is open")
	}
}

func (j *journey) invigilatorNotes(v *visitor, sitting string) {
	v.Helper()
	v.open("/studio" + sitting)
	var attempt string
	v.eval(&attempt, "[...document.querySelectorAll('#candidates th a')].find((a) => a.textContent.includes('林予安')).getAttribute('href')")
	v.open(attempt)
	v.send(attempt+"/notes", map[string]string{"note": "十點十二分看到兩人用手勢比字母，已當場制止並記錄。"})
	v.reads("用手勢比字母")
}

func (j *journey) trainerCloses(v *visitor, sitting string) {
	v.Helper()
	v.open("/studio" + sitting)
	v.send("/studio"+sitting+"/closing", nil)
}

// twoReviewersUphold opens Amy's case, hears her, gives two votes in two browsers, and looks for a trace of the first vote
// on the second's pages. It returns the file's path.
func (j *journey) twoReviewersUphold(first, second, amy *visitor) (file string) {
	first.Helper()
	first.open("/cases")
	for range 100 { // the comparison is a job
		if first.is("document.body.innerText.includes('林予安')") {
			break
		}
		first.open("/cases")
	}
	first.reads("林予安", "楊博鈞")
	first.eval(&file, "[...document.querySelectorAll('tbody a[href^=\"/cases/\"]')].find((a) => a.closest('tr').innerText.includes('林予安')).getAttribute('href')")
	mine := strings.Replace(file, "/cases/", "/cases/mine/", 1)
	first.open(file)
	first.send(file+"/opening", nil)
	if j.decision("B4201") {
		first.Error("an open case leaves the gate open")
	}
	amy.open("/gate")
	amy.reads("這不是指控", "暫定")
	first.send(file+"/notice", nil)
	amy.open("/")
	amy.reads("審查人在等你的說明")
	amy.open(mine)
	amy.reads("兩份試卷並排", "另一份試卷", "作答時間線", "無辜的可能", "用手勢比字母")
	if strings.Contains(amy.text(), "楊博鈞") {
		amy.Error("the person reads whose the other paper is")
	}
	const side = "那個手勢是在趕蚊子，我沒有看任何人的答案。"
	amy.send(mine+"/statement", map[string]string{"text": side})
	const words = "手勢與答案卡一致，且有監考員當場紀錄"
	first.open(file)
	first.reads("用手勢比字母", side)
	second.open(file)
	before := second.text()
	first.send(file+"/verdict", map[string]string{"outcome": "red_line", "reason": words})
	second.open(file)
	if after := second.text(); strings.ReplaceAll(after, "待第二位審查人", "審查中") != before {
		second.Errorf("the first opinion leaves a trace on the second's page:\n%s", after)
	}
	second.reads("待第二位審查人")
	for _, page := range []string{"/", "/cases"} {
		second.open(page)
		if strings.Contains(second.text(), words) {
			second.Error("the second reviewer reads the first's reason at " + page)
		}
	}
	second.open(file)
	second.send(file+"/verdict", map[string]string{"outcome": "red_line", "reason": "兩項證據互相獨立，同意認定"})
	second.open(file)
	second.reads(words)
	return file
}

// gateIsClosedAtOnce looks as Amy, and as a machine.
func (j *journey) gateIsClosedAtOnce(v *visitor) {
	v.Helper()
	if j.decision("B4201") {
		v.Error("the gate is open after a red line")
	}
	v.open("/gate")
	v.reads("高壓線")
	v.open("/leads")
	if v.is("document.querySelector('a[href^=\"tel:\"]') || document.querySelector('form[action=\"/leads/draws\"]')") {
		v.Errorf("leads can still be worked:\n%s", v.text())
	}
	v.reads("暫管")
}

// managerSeesNoCase: managers learn that somebody is suspended, never why.
func (j *journey) managerSeesNoCase(v *visitor) {
	v.Helper()
	v.open("/board")
	v.reads("林予安")
	for _, word := range []string{"高壓線", "個案"} {
		if strings.Contains(v.text(), word) {
			v.Errorf("the manager's board tells of %s", word)
		}
	}
}

// thirdUpholdsTheAppeal: Amy appeals, and a reviewer who took no part decides.
func (j *journey) thirdUpholdsTheAppeal(amy, third *visitor, file string) {
	third.Helper()
	mine := strings.Replace(file, "/cases/", "/cases/mine/", 1)
	amy.open(mine)
	amy.reads("手勢與答案卡一致", "可以申訴")
	amy.send(mine+"/appeal", map[string]string{"text": "監視器拍得到蚊子，請調閱當天的影像再決定。"})
	third.open("/cases?state=appeals")
	third.reads("林予安", "輪到你")
	third.open(file)
	third.reads("監視器拍得到蚊子")
	third.send(file+"/appeal/decision", map[string]string{"decision": "upheld", "reason": "影像顯示手勢與題目無關，申訴成立。"})
	third.reads("卷宗已封存")
}

// everythingIsRestored looks as Amy, as a machine, as the reviewers and as her manager.
func (j *journey) everythingIsRestored(amy, first, manager *visitor, file string) {
	amy.Helper()
	if !j.decision("B4201") {
		amy.Error("an upheld appeal leaves the gate closed")
	}
	amy.open("/leads")
	amy.until("document.querySelector('a[href^=\"tel:\"]')")
	amy.open(strings.Replace(file, "/cases/", "/cases/mine/", 1))
	amy.reads("已還清白", "影像顯示手勢與題目無關")
	first.open(file)
	if strings.Contains(first.text(), "林予安") {
		first.Error("a cleared file is not sealed")
	}
	manager.open("/")
	manager.reads("暫停已解除", "林予安")
}

// decision asks the machines' door whether somebody may draw.
func (j *journey) decision(number string) bool {
	j.Helper()
	body := fmt.Sprintf(`{"subject":{"type":"user","id":%q},"action":{"name":"draw"},"resource":{"type":"lead_pool","id":"default"}}`, number)
	req, err := http.NewRequest("POST", j.a.URL+"/access/v1/evaluation", strings.NewReader(body))
	if err != nil {
		j.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+j.a.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		j.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Decision bool }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		j.Fatal(err)
	}
	return answer.Decision
}

var marks = regexp.MustCompile("[\\s*`_|:\\\\-]+")

// plain is a text without markup and space, to compare source with page.
func plain(s string) string { return marks.ReplaceAllString(s, "") }

// wording is an item as one of its wordings puts it, with variables filled in.
type wording struct {
	questions.Item
	text questions.Text
}

// shippedKeys are all wordings of the items that can be dealt, by the plain text of their stem or title, in zh-Hant.
func shippedKeys(t *testing.T) map[string]wording {
	t.Helper()
	c := shipped(t)
	vars := c.company(t, locale.Hant)
	fill := func(texts ...*string) {
		for _, text := range texts {
			*text, _ = markdown.Fill(*text, vars)
		}
	}
	keys := map[string]wording{}
	for _, bank := range c.banks {
		for _, item := range bank.Items {
			texts := []questions.Text{item.Text[locale.Hant]}
			for _, v := range item.Variants {
				texts = append(texts, v.Text[locale.Hant])
			}
			for _, text := range texts {
				text.Choices, text.Rights = slices.Clone(text.Choices), slices.Clone(text.Rights) // others read them too
				fill(&text.Title, &text.Stem)
				for i := range text.Choices {
					fill(&text.Choices[i])
				}
				for i := range text.Rights {
					fill(&text.Rights[i])
				}
				if text.Stem == "" {
					text.Stem = text.Title
				}
				if other, twice := keys[plain(text.Stem)]; twice {
					t.Fatalf("%s and %s ask alike: %s", item.ID, other.ID, text.Stem)
				}
				keys[plain(text.Stem)] = wording{item, text}
			}
		}
	}
	return keys
}
