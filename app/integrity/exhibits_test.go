package integrity_test

import (
	"testing"

	"bainian/app/apptest"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/store"
)

// TestNobodyLooksAtWhatAnAccommodationExplains: neither the timeline nor the list of signals has it, for the reviewer as
// for the person; what it does not explain is there.
func TestNobodyLooksAtWhatAnAccommodationExplains(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	ben := w.NewHire("Ben")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(w.Room.Accommodate(w.Ctx, w.HR, ben.ID, exams.Accommodation{Label: "螢幕閱讀器", Multiplier: 1000, Explains: []string{exams.WatchFocus}, Reason: "視障"}))
	w.Sign(ben)
	w.Read(ben, "values")
	attempt := w.Start(ben, w.Sitting("values"))
	at := w.Clock.Now().UnixMilli()
	must(w.Room.Observe(w.Ctx, ben, attempt, apptest.Device, []exams.Event{{Kind: "focus_lost", AtMs: at}, {Kind: "focus_back", AtMs: at}, {Kind: "paste", AtMs: at, N: 12}}))
	w.Answer(ben, attempt, 1, 0)
	_, err := w.Room.Submit(w.Ctx, ben, attempt)
	must(err)
	number, err := w.Desk.Report(w.Ctx, w.Watch, attempt, because)
	must(err)
	must(w.Desk.Open(w.Ctx, w.Reviewer[0], number))
	w.Heard(number)
	f, err := w.Desk.Case(w.Ctx, w.Reviewer[0], number, locale.Hant)
	must(err)
	mine, err := w.Desk.MyCase(w.Ctx, ben, number, locale.Hant)
	must(err)
	for who, x := range map[string]integrity.Exhibits{"the reviewer": f.Exhibits, "the person": mine.Exhibits} {
		pasted := false
		for _, s := range x.Traces.Signals {
			if s.Kind == "focus_lost" {
				t.Errorf("%s finds it among the signals", who)
			}
			pasted = pasted || s.Kind == "paste"
		}
		for _, m := range x.Timeline {
			if m.Kind == "focus_lost" {
				t.Errorf("%s finds it on the timeline", who)
			}
		}
		if !pasted || x.Explained != 1 {
			t.Errorf("%s: a paste is there: %t; %d explained, want 1", who, pasted, x.Explained)
		}
	}
}
