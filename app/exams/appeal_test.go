package exams

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

func TestMarkAppeals(t *testing.T) {
	inOneWorld(t,
		part{name: "OnWhatAPersonMarked", run: appealOnHandMark},
		part{name: "OnWhatTheProgramMarked", run: appealOnKey},
		part{name: "NoOtherDecider", run: appealWithoutOthers})
}

// open are the open appeals of this world's exam as that person sees them.
func (h *hands) open(as people.Person) []MarkAppeal {
	h.Helper()
	open, _, err := h.room.MarkAppeals(context.Background(), as)
	h.ok(err)
	return slices.DeleteFunc(open, func(p MarkAppeal) bool { return p.Exam != h.name })
}

func appealOnHandMark(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("feedback: {score: at-once, lessons: at-once, answers: never, comments: at-once}")
	amy, bob := h.candidate("A001"), h.candidate("B001")
	id := h.hand(amy, "信", "報")
	letter, report := h.itemAt(id, "letter"), h.itemAt(id, "report")
	h.refused(h.room.AppealMark(ctx, amy, id, letter, "還沒評就不服"), fault.Conflict, "exams.appeal_closed")
	h.mark(h.ann, id, "letter", 1000, 1000)
	h.mark(h.ann, id, "report", 1000)
	if a := h.attempt(id); a.Passed {
		t.Fatalf("%+v", a)
	}

	h.refused(h.room.AppealMark(ctx, bob, id, letter, "別人的"), fault.NotFound, "exams.missing")
	h.refused(h.room.AppealMark(ctx, amy, id, letter, "  "), fault.Invalid, "exams.text_missing")
	h.refused(h.room.AppealMark(ctx, amy, id, 9, "沒有這題"), fault.Invalid, "exams.appeal_question")
	h.ok(h.room.AppealMark(ctx, amy, id, letter, "三件事都寫了"))
	h.refused(h.room.AppealMark(ctx, amy, id, letter, "再一次"), fault.Conflict, "exams.appeal_twice")
	h.ok(h.room.AppealMark(ctx, amy, id, report, "有寫地點"))
	if v := h.result(amy, id); len(v.Appeals) != 2 || v.Appeals[0].State != AppealOpen || v.AppealUntil.IsZero() {
		t.Errorf("%+v", v.Appeals)
	}

	_, _, err := h.room.MarkAppeals(ctx, amy)
	h.refused(err, fault.Forbidden, "exams.forbidden")
	all := h.open(h.hr)
	doc, err := json.Marshal(all)
	h.ok(err)
	if len(all) != 2 || slices.ContainsFunc([]string{amy.ID, id, amy.Name}, func(tells string) bool { return strings.Contains(string(doc), tells) }) {
		t.Fatalf("%s", doc)
	}
	byItem := map[string]MarkAppeal{}
	for _, p := range all {
		byItem[p.Item] = p
	}
	// Not by the one who gave the mark, since others could; not without words; not with points that do not exist.
	up := Decision{Uphold: true, Answer: "第二段確實寫了", Sheet: MarkSheet{Points: []int{3000, 1000}}}
	h.refused(h.room.DecideAppeal(ctx, h.ann, byItem["letter"].ID, up), fault.Forbidden, "exams.appeal_own_mark")
	h.refused(h.room.DecideAppeal(ctx, amy, byItem["letter"].ID, up), fault.Forbidden, "exams.forbidden")
	h.refused(h.room.DecideAppeal(ctx, h.hr, byItem["letter"].ID, Decision{Uphold: true, Sheet: up.Sheet}), fault.Invalid, "exams.text_missing")
	if err := h.room.DecideAppeal(ctx, h.hr, byItem["letter"].ID, Decision{Uphold: true, Answer: "好", Sheet: MarkSheet{Points: []int{9000, 0}}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
	if h.attempt(id).Revision != 2 {
		t.Error("a refused decision left a revision")
	}
	knows := h.person("knows", people.HR) // whose it is, and so neither upholds nor declines
	h.ok(h.room.Unblind(ctx, knows, h.script(id, "letter"), "好奇"))
	h.refused(h.room.DecideAppeal(ctx, knows, byItem["letter"].ID, up), fault.Forbidden, "exams.mark_unblinded")
	h.refused(h.room.DecideAppeal(ctx, knows, byItem["letter"].ID, Decision{Answer: "不准"}), fault.Forbidden, "exams.mark_unblinded")
	h.ok(h.room.DecideAppeal(ctx, h.hr, byItem["letter"].ID, up))
	h.refused(h.room.DecideAppeal(ctx, h.hr, byItem["letter"].ID, up), fault.Conflict, "exams.appeal_decided")
	h.ok(h.room.DecideAppeal(ctx, h.ben, byItem["report"].ID, Decision{Answer: "沒有地點"}))

	v := h.result(amy, id)
	if !v.Passed || v.Score != 7000 || len(v.Revisions) != 3 || v.Revisions[2].Reason != "第二段確實寫了" || h.passes(amy) != 1 || h.replayed(id) != 3 {
		t.Errorf("%+v", v)
	}
	for _, p := range v.Appeals {
		want := AppealDeclined
		if p.N == letter {
			want = AppealUpheld
		}
		if p.State != want || p.Answer == "" || p.DecidedAt.IsZero() {
			t.Errorf("the candidate reads %+v", p)
		}
	}
	if len(h.open(h.hr)) != 0 {
		t.Error("decided appeals are still open")
	}
	h.whole(ofAppeal, `UPDATE mark_appeal SET answer = answer || '?' WHERE state <> 'open'`, `UPDATE mark_appeal SET answer = substr(answer, 1, length(answer) - 1) WHERE state <> 'open'`)

	// The time to appeal ends.
	late := h.hand(bob, "信", "")
	h.mark(h.ann, late, "letter", 0, 0)
	h.clock.Add(markAppealFor - time.Second)
	if h.result(bob, late).AppealUntil.IsZero() {
		t.Error("the time to appeal ended early")
	}
	h.clock.Add(time.Second)
	if !h.result(bob, late).AppealUntil.IsZero() {
		t.Error("the time to appeal goes on")
	}
	h.refused(h.room.AppealMark(ctx, bob, late, h.itemAt(late, "letter"), "太晚"), fault.Conflict, "exams.appeal_closed")
}

// appealOnKey: what the program marked is upheld by words alone no more than a mark is; the key is corrected first.
func appealOnKey(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	amy := h.candidate("A001")
	id := h.hand(amy, "信", "")
	h.mark(h.ann, id, "letter", 3000, 2000)
	h.ok(h.room.AppealMark(ctx, amy, id, h.itemAt(id, "pick"), "另一個才對"))
	p := h.open(h.ann)[0]
	if p.ScriptID != "" || p.Item != "pick" {
		t.Errorf("%+v", p)
	}
	up := Decision{Uphold: true, Answer: "正解標錯了"}
	h.refused(h.room.DecideAppeal(ctx, h.ann, p.ID, up), fault.Conflict, "exams.appeal_regrade_first")
	h.regrade("- [x] 對\n- [ ] 錯", "- [ ] 對\n- [x] 錯")
	h.ok(h.room.DecideAppeal(ctx, h.ann, p.ID, up))
	if v := h.result(amy, id); v.Appeals[0].State != AppealUpheld || v.Score != 5000 || h.replayed(id) != 3 {
		t.Errorf("%+v", v)
	}
}

// appealWithoutOthers: where nobody else could decide, whoever gave the mark does.
func appealWithoutOthers(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	amy := h.candidate("A001")
	id := h.hand(amy, "信", "")
	h.mark(h.ann, id, "letter", 0, 0)
	h.ok(h.room.AppealMark(ctx, amy, id, h.itemAt(id, "letter"), "請再看一次"))
	p := h.open(h.ann)[0]
	h.refused(h.room.DecideAppeal(ctx, h.ann, p.ID, Decision{Answer: "看過了"}), fault.Forbidden, "exams.appeal_own_mark")
	h.ok(h.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE employee SET active = FALSE WHERE id <> ? AND (roles LIKE '%trainer%' OR roles LIKE '%hr%')`, h.ann.ID)
		return err
	}))
	h.ok(h.room.DecideAppeal(ctx, h.ann, p.ID, Decision{Answer: "看過了"}))
}

// regrade publishes the bank with one text replaced and applies its keys; it returns the diff.
func (h *hands) regrade(old, new string) Diff {
	h.Helper()
	ctx := context.Background()
	c := Correction{Exam: h.name, Bank: h.name, Version: h.publish("quizzes/"+h.name+".bank.md", old, new), Reason: "更正"}
	diff, err := h.room.Regrade(ctx, h.trainer, c, "")
	h.ok(err)
	confirm, err := diff.Digest()
	h.ok(err)
	_, err = h.room.Regrade(ctx, h.trainer, c, confirm)
	h.ok(err)
	return diff
}

func TestE6_RegradeKeepsHandMarks(t *testing.T) {
	inOneWorld(t,
		part{name: "BothWays", run: regradeKeepsHandMarks},
		part{name: "WhileSomebodyMarks", run: regradeWhileSomebodyMarks},
		part{name: "ARubricIsNoKey", run: rubricIsNoKey})
}

// regradeKeepsHandMarks: a corrected key flips one pass up and one down, and what people gave stays.
func regradeKeepsHandMarks(t *testing.T, w *world) {
	h := w.byHand("")
	amy, bob := h.candidate("A001"), h.candidate("B001")
	up, down, waits := h.start(amy), h.hand(bob, "信", "報"), h.hand(h.candidate("C001"), "信", "報")
	n := h.itemAt(up, "pick")
	h.save(amy, up, n, 1, h.wrong(up, n))
	h.save(amy, up, h.itemAt(up, "letter"), 2, questions.Response{Text: "信"})
	h.save(amy, up, h.itemAt(up, "report"), 3, questions.Response{Text: "報"})
	_, err := h.room.Submit(context.Background(), amy, up)
	h.ok(err)
	for _, id := range []string{up, down} {
		h.mark(h.ann, id, "letter", 3000, 1000)
		h.mark(h.ann, id, "report", 1000)
	}
	if h.attempt(up).Passed || !h.attempt(down).Passed { // 5 and 7 of 10, and 6 is the bar
		t.Fatal("not the marks that the test wants")
	}
	diff := h.regrade("- [x] 對\n- [ ] 錯", "- [ ] 對\n- [x] 錯")
	if len(diff.Changes) != 3 {
		t.Fatalf("%+v", diff)
	}
	for _, c := range diff.Changes {
		if c.Attempt == up && (c.PassedBefore || !c.PassedAfter || c.After != 7000) || c.Attempt == down && (!c.PassedBefore || c.PassedAfter || c.After != 5000) || c.Attempt == waits && (c.PassedBefore || c.PassedAfter) {
			t.Errorf("%+v", c)
		}
	}
	if a := h.attempt(waits); a.Pending != 2 || a.Revision != 2 || a.Score != 0 {
		t.Errorf("a paper that waits: %+v", a)
	}
	// The last mark keeps the corrected key, and a correction after it too.
	h.mark(h.ben, waits, "letter", 3000, 2000)
	h.mark(h.ben, waits, "report", 3000)
	h.ok(h.room.Correct(context.Background(), h.ann, h.script(down, "report"), MarkSheet{Points: []int{2000}, Reason: "看漏了"}))
	if a, b := h.attempt(waits), h.attempt(down); a.Score != 8000 || a.Revision != 3 || b.Score != 6000 || !b.Passed || b.Revision != 4 {
		t.Errorf("%+v\n%+v", a, b)
	}
	if h.replayed(up) != 3 || h.replayed(down) != 4 || h.replayed(waits) != 3 {
		t.Error("not all revisions were made again")
	}
	h.build(h.key) // and by a program that has nothing at hand
	h.replayed(down)
}

// regradeWhileSomebodyMarks: a mark given between the dry run and its application is not lost.
func regradeWhileSomebodyMarks(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	id := h.hand(h.candidate("A001"), "信", "")
	c := Correction{Exam: h.name, Bank: h.name, Version: h.publish("quizzes/"+h.name+".bank.md", "- [x] 對\n- [ ] 錯", "- [ ] 對\n- [x] 錯"), Reason: "更正"}
	again, err := h.room.regraded(ctx, c)
	h.ok(err)
	h.mark(h.ann, id, "letter", 3000, 2000)
	h.ok(h.room.apply(ctx, h.trainer, c, again))
	if a := h.attempt(id); a.Score != 5000 || a.Pending != 0 || a.Revision != 3 || h.replayed(id) != 3 {
		t.Errorf("%+v", a)
	}
}

func rubricIsNoKey(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	id := h.hand(h.candidate("A001"), "信", "報")
	h.mark(h.ann, id, "letter", 3000, 2000)
	h.mark(h.ann, id, "report", 3000)
	version := h.publish("quizzes/"+h.name+".bank.md", "| 內容 | 3 | 秘語：三件事都說到 |\n| 語氣 | 2 |", "| 內容 | 2 | 秘語：三件事都說到 |\n| 語氣 | 3 |")
	c := Correction{Exam: h.name, Bank: h.name, Version: version, Reason: "換評分表"}
	diff, err := h.room.Regrade(ctx, h.trainer, c, "")
	h.ok(err)
	if len(diff.Changes) != 0 || !slices.Equal(diff.Rubrics, []string{"letter"}) {
		t.Errorf("%+v", diff)
	}
	confirm, err := diff.Digest()
	h.ok(err)
	_, err = h.room.Regrade(ctx, h.trainer, c, confirm)
	h.refused(err, fault.Conflict, "exams.regrade_nothing")
}

// TestE4_ReplayOfMarks: what was given by hand is in the ledger, so that a later hand in the tables is found and named.
func TestE4_ReplayOfMarks(t *testing.T) {
	inOneWorld(t, part{name: "NamesWhatWasChanged", run: replayNamesChangedMarks})
}

func replayNamesChangedMarks(t *testing.T, w *world) {
	ctx := context.Background()
	h := w.byHand("")
	for what, statement := range map[string]string{
		"a mark's points":        `UPDATE hand_mark SET points = '[3000,2000]', score = 5000 WHERE script_id IN (SELECT id FROM script WHERE attempt_id = ? AND item = 'letter')`,
		"a mark's score":         `UPDATE hand_mark SET score = score + 1 WHERE script_id IN (SELECT id FROM script WHERE attempt_id = ? AND item = 'letter')`,
		"a mark's giver":         `UPDATE hand_mark SET by_id = 'somebody' WHERE script_id IN (SELECT id FROM script WHERE attempt_id = ?)`,
		"a later revision":       `UPDATE result SET marks = replace(marks, '"score":', '"score":1') WHERE revision = 2 AND attempt_id = ?`,
		"the row of the attempt": `UPDATE attempt SET passed = NOT passed WHERE id = ?`,
		"what still waits":       `UPDATE attempt SET pending = 1 WHERE id = ?`,
		"what it was made from":  `UPDATE result SET basis = '{}' WHERE revision = 2 AND attempt_id = ?`,
	} {
		id := h.hand(h.candidate(strings.ReplaceAll(strings.ReplaceAll(what, "'", ""), " ", "-")), "信", "報")
		h.mark(h.ann, id, "letter", 1000, 1000)
		h.mark(h.ann, id, "report", 1000)
		h.replayed(id)
		h.ok(h.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(statement, id)
			return err
		}))
		_, err := h.room.Replay(ctx, id)
		h.refused(err, fault.Conflict, "exams.replay_differs")
		named := err.(*fault.Error).Args[1]
		if want := map[string]string{"a mark's points": "marks", "a mark's score": "marks", "a mark's giver": "marks", "what still waits": "marks", "the row of the attempt": "attempt"}[what]; want != "" && named != want || want == "" && named != "result" {
			t.Errorf("%s changed: named %v", what, named)
		}
	}
}
