package learn_test

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/questions"
)

// TestResultBeforeAndAfterMarking: while an answer waits to be marked the paper is neither passed nor failed, on no page;
// then its candidate sees what it was given and why, and can appeal, once.
func TestResultBeforeAndAfterMarking(t *testing.T) {
	ctx := context.Background()
	w := openExam(t, closedBook, examBase)
	s, err := w.room.OpenSitting(ctx, w.trainer, exams.NewSitting{Exam: "kinds-1", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(time.Hour)})
	w.ok(err)
	for lang, says := range map[locale.Lang]struct{ waits, list, auto, remark, open string }{
		locale.Hant: {"1 題等著由人評分", "等待評分", "這不是最後成績", "評分人寫給你的話", "處理中"},
		locale.Hans: {"1 题等着由人评分", "等待评分", "这不是最后成绩", "评卷人写给你的话", "处理中"},
		locale.En:   {"1 answer waits to be marked", "Waiting to be marked", "not the final score", "What the markers say to you", "open"},
	} {
		amy := w.candidate("M-" + string(lang))
		amy.lang = string(lang)
		id, err := w.room.Start(ctx, amy.person, s.ID, agreed(w, w.room, s.ID))
		w.ok(err)
		n := amy.numberOf(id, questions.Essay)
		amy.want(amy.save(id, n, save{Device: "tab", Seq: 1, Response: questions.Response{Text: "先停下來，再通報。"}}), 200)
		amy.want(amy.post("/attempts/"+id+"/submission", nil), 303)
		at := "/attempts/" + id + "/result"
		waiting := amy.get(at)
		amy.want(waiting, 200, says.waits, says.auto)
		if strings.Contains(waiting.text, `class="score"`) || strings.Contains(waiting.text, "/appeals") {
			t.Errorf("in %s a score is shown, or can be appealed on, while an answer waits", lang)
		}
		amy.want(amy.get("/exams"), 200, says.list)
		amy.want(amy.post("/attempts/"+id+"/appeals", url.Values{"n": {strconv.Itoa(n)}, "text": {"等不及"}}), 409)

		script, err := w.room.NextToMark(ctx, w.trainer, exams.Pile{Exam: "kinds-1", Bank: "kinds", Item: "k9"}, "")
		w.ok(err)
		v, err := w.room.Script(ctx, w.trainer, script, locale.Hant)
		w.ok(err)
		_, err = w.room.MarkAnswer(ctx, w.trainer, script, exams.MarkSheet{Points: make([]int, len(v.Question.Rubric)), Comment: "**日期**呢？<img src=x onerror=y>"})
		w.ok(err)
		marked := amy.get(at)
		amy.want(marked, 200, says.remark, "<strong>日期</strong>呢？", `class="score"`, `action="/attempts/`+id+`/appeals"`)
		if strings.Contains(marked.text, "onerror") {
			t.Error("a comment brings its own script")
		}
		appeal := url.Values{"n": {strconv.Itoa(n)}, "text": {""}}
		amy.want(amy.post("/attempts/"+id+"/appeals", appeal), 422)
		appeal.Set("text", "寫了<昨天>")
		amy.want(amy.post("/attempts/"+id+"/appeals", appeal), 303)
		amy.want(amy.get(at), 200, says.open, "寫了&lt;昨天&gt;")
		amy.want(amy.post("/attempts/"+id+"/appeals", appeal), 409)
		bob := w.candidate("N-" + string(lang))
		bob.want(bob.post("/attempts/"+id+"/appeals", appeal), 404)
	}
}
