package gate_test

import (
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/questions"
	"bainian/app/store"
)

// TestG4_TheLastMarkOpensTheGate: an exam that waits for a marker opens nothing, and the mark that completes it opens
// the gate in its own transaction.
func TestG4_TheLastMarkOpensTheGate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		bank, exam := "quizzes/sales.bank.md", "quizzes/sales.exam.md"
		essay := "\n# 書寫\n\n## 寫一封信 {#letter type=essay points=10}\n\n| 項目 | 分 | 滿分的樣子 |\n|---|---|---|\n| 內容 | 10 | 三件事都說到 |\n"
		must(t, publish(w, w.Trainer, bank, locale.Hant, source(t, w, bank)+essay))
		must(t, publish(w, w.Trainer, exam, locale.Hant, strings.Replace(source(t, w, exam), "    draw: [{bank: sales, count: 20}]",
			"    draw: [{bank: sales, category: 題目, count: 20}]\n  - title: 書寫\n    draw: [{bank: sales, category: 書寫, count: 1}]", 1)))
		p := w.NewHire("林等待")
		w.Sign(p)
		for _, track := range []string{"values", "product"} {
			w.Read(p, track)
			w.Sit(p, w.Sitting(track), apptest.Knows)
		}
		w.Read(p, "sales")
		attempt := w.Start(p, w.Sitting("sales"))
		again, err := w.Room.Replay(w.Ctx, attempt)
		must(t, err)
		for i, q := range again.Form.Questions {
			if q.Item != "letter" {
				for displayed, canonical := range q.Layout.Order {
					if canonical == 0 {
						w.Answer(p, attempt, i+1, displayed)
					}
				}
				continue
			}
			w.Clock.Add(time.Minute)
			_, err := w.Room.Answer(w.Ctx, p, attempt, i+1, exams.Save{Device: apptest.Device, Seq: int64(i + 1), Response: questions.Response{Text: "三件事。"}})
			must(t, err)
		}
		_, err = w.Room.Submit(w.Ctx, p, attempt)
		must(t, err)
		draws := func() bool {
			t.Helper()
			d, err := w.Keeper.Decide(w.Ctx, p.ID)
			must(t, err)
			return d.Allows(gate.Draw)
		}
		if draws() {
			t.Fatal("twenty right answers open the gate while the letter waits")
		}
		script, err := w.Room.NextToMark(w.Ctx, w.Trainer, exams.Pile{Exam: "sales", Bank: "sales", Item: "letter"}, "")
		must(t, err)
		if draws() {
			t.Fatal("a claim opens the gate")
		}
		graded := 0
		w.Room.OnGraded(func(tx *store.Tx, g exams.Graded) error {
			graded++
			d, err := w.Keeper.DecideIn(tx.Rx, p.ID)
			if err == nil && (!g.Attempt.Passed || g.Attempt.Pending != 0 || !d.Allows(gate.Draw)) {
				t.Errorf("in the transaction of the last mark: %+v, %+v", g.Attempt, d)
			}
			return err
		})
		_, err = w.Room.MarkAnswer(w.Ctx, w.Trainer, script, exams.MarkSheet{Points: []int{5000}})
		must(t, err)
		if graded == 0 || !draws() {
			t.Error("the last mark does not open the gate")
		}
	})
}
