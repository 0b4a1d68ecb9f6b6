package integrity_test

import (
	"testing"

	"bainian/app/apptest"
	"bainian/app/locale"
)

// What somebody reported is evidence like any other: reviewers read it with the finding, and the person reads the same
// words once they have been told, without whose they are.
func TestThePersonReadsWhatWasReported(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		dora := w.NewHire("Dora")
		w.Sign(dora)
		w.Read(dora, "values")
		attempt := w.Sit(dora, w.Sitting("values"), apptest.Knows)
		const words = "收卷後還在寫，制止兩次"
		number, err := w.Desk.Report(w.Ctx, w.Watch, attempt, words)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
			t.Fatal(err)
		}
		if f, err := w.Desk.MyCase(w.Ctx, dora, number, locale.Hant); err != nil || len(f.Reports) != 0 {
			t.Errorf("before they are told they read %+v %v", f.Reports, err)
		}
		if err := w.Desk.Notify(w.Ctx, w.Reviewer[0], number, "收卷時的情形想請你說明，這不是指控。"); err != nil {
			t.Fatal(err)
		}
		f, err := w.Desk.MyCase(w.Ctx, dora, number, locale.Hant)
		if err != nil || len(f.Reports) != 1 || f.Reports[0].Text != words || f.Reports[0].By != "" {
			t.Errorf("the person reads %+v %v", f.Reports, err)
		}
	})
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, _ := copiedSitting(t, w, "")
		number := caseOf(t, w, amy)
		if f, err := w.Desk.Case(w.Ctx, w.Reviewer[0], number, locale.Hant); err != nil || len(f.Reports()) != 0 {
			t.Errorf("what the declared test flags reads as a report: %+v %v", f.Reports(), err)
		}
	})
}
