package gate_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/people"
	"bainian/app/store"
)

func flushed(w *apptest.World) {
	w.Helper()
	if err := w.Keeper.Logbook().Flush(w.Ctx); err != nil {
		w.Fatal(err)
	}
}

func decisions(w *apptest.World, p people.Person, a gate.Asking) []gate.Entry {
	w.Helper()
	flushed(w)
	entries, _, err := w.Keeper.Decisions(w.Ctx, w.HR, p.ID, a, "")
	if err != nil {
		w.Fatal(err)
	}
	return entries
}

// What a draw and an assignment came to is on record, refusals as well, though their own transactions undo themselves.
func TestG2_RefusalsAreOnRecord(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, ben := w.Ready("Amy"), w.NewHire("Ben")
		w.Leads(2)
		if _, err := w.Pool.Draw(w.Ctx, amy, "", "once"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Pool.Draw(w.Ctx, amy, "", "once"); err != nil { // the same request decides nothing anew
			t.Fatal(err)
		}
		if _, err := w.Pool.Draw(w.Ctx, ben, "", ""); !fault.Is(err, fault.Forbidden) {
			t.Fatal(err)
		}
		lead := ""
		if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error { return rx.Row(`SELECT id FROM lead WHERE state = 'pool'`).Scan(&lead) }); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Pool.Assign(w.Ctx, w.Manager, lead, ben.ID); !fault.Is(err, fault.Forbidden) {
			t.Fatal(err)
		}
		if _, err := w.Pool.Assign(w.Ctx, w.HR, lead, ben.ID); !fault.Is(err, fault.Forbidden) { // asks no gate
			t.Fatal(err)
		}
		if got := decisions(w, amy, gate.Asking{}); len(got) != 1 || !got[0].Allowed || got[0].Way != gate.ByDraw || got[0].Level != gate.Limited || got[0].PolicyVersion != 1 || !got[0].At.Equal(w.Clock.Now()) {
			t.Errorf("%+v", got)
		}
		got := decisions(w, ben, gate.Asking{Denied: true})
		if len(got) != 2 || got[0].Way != gate.ByAssign || got[0].Actor != w.Manager.ID || got[1].Way != gate.ByDraw || got[1].Reasons[0] != "pledge" || len(got[1].Reasons) != 7 {
			t.Errorf("%+v", got)
		}
		if got := decisions(w, ben, gate.Asking{Action: gate.Draw}); len(got) != 1 {
			t.Errorf("draws alone: %+v", got)
		}
		for _, p := range []people.Person{w.Manager, ben, w.Reviewer[0], w.Hire("管理", people.Admin)} {
			if _, _, err := w.Keeper.Decisions(w.Ctx, p, ben.ID, gate.Asking{}, ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s reads it: %v", p.Name, err)
			}
		}
	})
}

// A limit is a denial with its own reason, and an error is one too, though nothing could be read.
func TestG2_LimitsAndErrorsAreDenialsOnRecord(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy := w.Ready("Amy")
		w.Leads(12)
		for range 11 {
			_, _ = w.Pool.Draw(w.Ctx, amy, "", "")
		}
		if got := decisions(w, amy, gate.Asking{Denied: true}); len(got) != 1 || !slices.Equal(got[0].Reasons, []string{"leads.draw_limit"}) {
			t.Errorf("%+v", got)
		}
		broken := func(statement string) {
			t.Helper()
			if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
				if _, err := tx.Exec(statement); err != nil {
					return err
				}
				_, err := tx.Exec(`UPDATE document_edition SET number = number + 1`)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		w.Clock.Add(24 * time.Hour)
		broken(`UPDATE document SET retired = TRUE WHERE path = 'content/policy.yaml'`)
		if _, err := w.Pool.Draw(w.Ctx, amy, "", ""); !fault.HasKey(err, "gate.no_policy") {
			t.Fatal(err)
		}
		broken(`UPDATE document SET retired = FALSE WHERE path = 'content/policy.yaml'`)
		broken(`ALTER TABLE gate_opening RENAME TO gate_opened`)
		if _, err := w.Pool.Draw(w.Ctx, amy, "", ""); err == nil {
			t.Fatal("drawn without facts")
		}
		got := decisions(w, amy, gate.Asking{Denied: true})
		if len(got) != 3 || got[0].Reasons[0] != "gate.unavailable" || got[1].Reasons[0] != "gate.no_policy" {
			t.Errorf("%+v", got)
		}
	})
}

// Nothing is lost unseen: what comes too fast is counted together, and every entry is in some row or counted as dropped.
func TestLogbookKeepsCountOfWhatComesTooFast(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	book, seen := w.Keeper.Logbook(), 0
	var mu sync.Mutex
	book.OnNoted(func(e gate.Entry) { mu.Lock(); seen += e.Count; mu.Unlock() })
	const callers, each = 8, 4000
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for n := range each {
				book.Note(gate.Refusal(w.Clock.Now(), gate.ByEvaluation, fmt.Sprintf("nobody %d", (c*each+n)%300), gate.Draw, "CRM", "gate.no_person"))
			}
		})
	}
	all.Wait()
	select {
	case <-book.Full():
	default:
		t.Error("nobody is told that it is full")
	}
	before := book.Strain()
	flushed(w)
	after, entries, rows := book.Strain(), 0, 0
	if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT count(*), sum(entries) FROM gate_decision`).Scan(&rows, &entries)
	}); err != nil {
		t.Fatal(err)
	}
	if seen != callers*each || entries != seen || rows > 300+200 || after.Written != rows || after.Waiting != 0 || after.Dropped != 0 || before.Waiting != rows || after.Coalesced != seen-rows {
		t.Errorf("seen %d, kept %d in %d rows; before %+v, after %+v", seen, entries, rows, before, after)
	}

	for n := range 25_000 { // all different: more than there is room for
		book.Note(gate.Refusal(w.Clock.Now(), gate.ByEvaluation, fmt.Sprint("other ", n), gate.Draw, strings.Repeat("長", 500), "gate.no_person"))
	}
	if s := book.Strain(); s.Waiting != 20_000 || s.Dropped != 5_000 {
		t.Errorf("%+v", s)
	}
	flushed(w)
	if s := book.Strain(); s.Waiting != 0 || s.Written != rows+20_000 {
		t.Errorf("%+v", s)
	}
}

// An outage keeps what waits, in its order, and what comes meanwhile behind it.
func TestLogbookOutlivesAnOutage(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	amy, book := w.NewHire("Amy"), w.Keeper.Logbook()
	note := func(reason string) {
		book.Note(gate.Refusal(w.Clock.Now(), gate.ByForward, amy.Number, gate.Draw, "proxy", reason))
	}
	rename := func(from, to string) {
		t.Helper()
		if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error { _, err := tx.Exec(`ALTER TABLE ` + from + ` RENAME TO ` + to); return err }); err != nil {
			t.Fatal(err)
		}
	}
	note("gate.first")
	rename("gate_decision", "gone")
	if err := book.Flush(w.Ctx); err == nil {
		t.Fatal("written without a table")
	}
	note("gate.second")
	if s := book.Strain(); s.Waiting != 2 || s.Failed != 1 {
		t.Errorf("%+v", s)
	}
	rename("gone", "gate_decision")
	got := decisions(w, amy, gate.Asking{})
	if len(got) != 2 || got[1].Reasons[0] != "gate.first" || got[0].Reasons[0] != "gate.second" || got[0].Number != "" {
		t.Errorf("%+v", got)
	}
}

func TestDecisionsByPagesAndTheirEnd(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, ben, book := w.NewHire("Amy"), w.NewHire("Ben"), w.Keeper.Logbook()
		for n := range 120 {
			e := gate.Refusal(w.Clock.Now(), gate.ByEvaluation, "", gate.Draw, "CRM", fmt.Sprint("r", n))
			e.PersonID = amy.ID
			book.Note(e)
			if n%3 == 0 { // some have the same time
				w.Clock.Add(time.Millisecond)
			}
		}
		e := gate.Refusal(w.Clock.Now(), gate.ByEvaluation, "", gate.Draw, "CRM", "r")
		e.PersonID = ben.ID
		book.Note(e)
		book.Note(gate.Refusal(w.Clock.Now(), gate.ByEvaluation, "nobody", gate.Draw, "CRM", "gate.no_person"))
		flushed(w)
		seen, after := 0, ""
		for pages := 0; ; pages++ {
			entries, next, err := w.Keeper.Decisions(w.Ctx, w.HR, amy.ID, gate.Asking{}, after)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if want := fmt.Sprint("r", 119-seen); e.Reasons[0] != want {
					t.Fatalf("entry %d is %s, want %s", seen, e.Reasons[0], want)
				}
				seen++
			}
			if after = next; after == "" {
				break
			}
		}
		if seen != 120 {
			t.Errorf("%d entries on all pages", seen)
		}
		if _, _, err := w.Keeper.Decisions(w.Ctx, w.HR, amy.ID, gate.Asking{}, "x.y"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a mark that is none: %v", err)
		}

		w.Clock.Add(91 * 24 * time.Hour)
		e.At = w.Clock.Now()
		book.Note(e)
		flushed(w)
		if err := w.Keeper.SweepDecisions(w.Ctx); err != nil {
			t.Fatal(err)
		}
		kept := map[string]int{}
		if err := w.DB.Read(w.Ctx, func(rx *store.Rx) error {
			return rx.Each(`SELECT person_id, count(*) FROM gate_decision GROUP BY person_id`, nil, func(r store.Row) error {
				var id string
				var n int
				err := r.Scan(&id, &n)
				kept[id] = n
				return err
			})
		}); err != nil {
			t.Fatal(err)
		}
		if len(kept) != 2 || kept[amy.ID] != 1 || kept[ben.ID] != 1 {
			t.Errorf("kept %v: want the latest of Amy, and of Ben what is young", kept)
		}
	})
}
