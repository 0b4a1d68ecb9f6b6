package server_test

import (
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/store"
)

// redLine has two reviewers uphold a red line about an attempt of the person, with a document on file.
func redLine(t *testing.T, w *apptest.World, attemptID string) (number int) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	number, err := w.Desk.Report(w.Ctx, w.Watch, attemptID, "收到一封附照片的檢舉信")
	must(err)
	must(w.Desk.Open(w.Ctx, w.Reviewer[0], number))
	must(w.Desk.AddFact(w.Ctx, w.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "通訊軟體的截圖，時間在考試當中", Origin: "手機由本人交出，當場簽收"}))
	w.Heard(number)
	for _, reviewer := range w.Reviewer[:2] {
		_, err := w.Desk.Vote(w.Ctx, reviewer, number, integrity.Ballot{Outcome: integrity.RedLine, Reason: "截圖與作答時間一致"})
		must(err)
	}
	return number
}

// seller is somebody with an open gate who holds two leads, and an attempt of theirs.
func seller(t *testing.T, w *apptest.World) (p people.Person, attemptID string) {
	t.Helper()
	p = w.Ready("Amy")
	w.Leads(5)
	for range 2 {
		if _, err := w.Pool.Draw(w.Ctx, p, "", ""); err != nil {
			t.Fatal(err)
		}
	}
	views, err := w.Room.Sittings(w.Ctx, p)
	if err != nil {
		t.Fatal(err)
	}
	return p, views[0].Mine[0].ID
}

func funnel(t *testing.T, w *apptest.World) (pool, held, trust int) {
	t.Helper()
	f, err := w.Pool.Stats(w.Ctx, w.Manager)
	if err != nil {
		t.Fatal(err)
	}
	return f.States[leads.InPool], f.States[leads.Held], f.States[leads.InTrust]
}

func want(t *testing.T, w *apptest.World, when string, pool, held, trust int) {
	t.Helper()
	if p, h, x := funnel(t, w); p != pool || h != held || x != trust {
		t.Errorf("%s: pool %d, held %d, trust %d; want %d, %d, %d", when, p, h, x, pool, held, trust)
	}
}

func TestG4_RedLineTakesLeadsIntoTrustAndAnUpheldAppealRestores(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, attempt := seller(t, w)
		want(t, w, "before", 3, 2, 0)
		number := redLine(t, w, attempt)
		want(t, w, "after the verdict", 3, 0, 2)
		if d, err := w.Keeper.Decide(w.Ctx, amy.ID); err != nil || d.Level != gate.None || d.Allows(gate.Hold) {
			t.Errorf("the gate after the verdict: %+v %v", d.Level, err)
		}
		if _, err := w.Pool.Draw(w.Ctx, amy, "", ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a draw after the verdict: %v", err)
		}
		w.Clock.Add(10 * 24 * time.Hour)
		if err := w.Overturn(w.Reviewer[2], number, "截圖的時間是前一天"); err != nil {
			t.Fatal(err)
		}
		want(t, w, "after the appeal", 3, 2, 0)
		if d, err := w.Keeper.Decide(w.Ctx, amy.ID); err != nil || !d.Allows(gate.Draw) {
			t.Errorf("the gate after the appeal: %+v %v", d.Level, err)
		}
		w.Clock.Add(30 * 24 * time.Hour)
		if err := w.Queue.Drain(w.Ctx); err != nil {
			t.Fatal(err)
		}
		// Reclaimed for want of a follow-up by now, as anybody's; never as a final verdict's.
		for _, e := range history(t, w, number) {
			if e == "final" {
				t.Error("an overturned verdict became final")
			}
		}
	})
}

func TestG4_TrustEndsInThePoolWhenTheVerdictIsFinal(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, attempt := seller(t, w)
		number := redLine(t, w, attempt)
		w.Clock.Add(14 * 24 * time.Hour) // ten business days end with this one
		if err := w.Queue.Drain(w.Ctx); err != nil {
			t.Fatal(err)
		}
		want(t, w, "while it can be appealed", 3, 0, 2)
		w.Clock.Add(24 * time.Hour)
		for range 2 { // once, however often the job runs
			if err := w.Queue.Drain(w.Ctx); err != nil {
				t.Fatal(err)
			}
		}
		want(t, w, "when it is final", 5, 0, 0)
		if h := history(t, w, number); h[len(h)-1] != "final" {
			t.Errorf("the record: %v", h)
		}
	})
}

func TestG4_AnAppealKeepsTheTrustUntilItIsDecided(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, attempt := seller(t, w)
		number := redLine(t, w, attempt)
		if err := w.Desk.Appeal(w.Ctx, amy, number, "截圖不是我的手機，時間也不對。"); err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(60 * 24 * time.Hour) // nobody has decided: that is not the person's fault
		if err := w.Queue.Drain(w.Ctx); err != nil {
			t.Fatal(err)
		}
		want(t, w, "while nobody has decided", 3, 0, 2)
		if err := w.Desk.DecideAppeal(w.Ctx, w.Reviewer[2], number, false, "手機的序號相符，時間也相符"); err != nil {
			t.Fatal(err)
		}
		want(t, w, "when it was rejected", 5, 0, 0)
		if h := history(t, w, number); h[len(h)-1] != "final" && h[len(h)-2] != "final" {
			t.Errorf("the record: %v", h)
		}
	})
}

func TestG4_LeavingReturnsLeadsAndEndsSessionsAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, _ := seller(t, w)
		session, err := w.Directory.SignInAs(w.Ctx, amy.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Directory.Deactivate(w.Ctx, w.HR, amy.ID, "離職"); err != nil {
			t.Fatal(err)
		}
		want(t, w, "after leaving", 5, 0, 0)
		if _, err := w.Directory.Session(w.Ctx, session); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the session of who left: %v", err)
		}
	})
}

// history is what kinds of event a case has seen.
func history(t *testing.T, w *apptest.World, number int) (kinds []string) {
	t.Helper()
	if err := w.DB.Read(w.Ctx, func(rx *store.Rx) (err error) {
		kinds, err = store.All(rx, func(r store.Row) (kind string, err error) {
			err = r.Scan(&kind)
			return kind, err
		}, `SELECT kind FROM case_event WHERE number = ? ORDER BY at_ms, id`, number)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return kinds
}
