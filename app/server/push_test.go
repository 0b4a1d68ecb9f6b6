package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/post"
	"bainian/app/store"
)

// told is what a CRM knows of one person, by the rule that the README gives: the highest sequence counts.
type told struct {
	Standing, Level string
	Sequence        int64
	Until           time.Time
}

// crm is a receiver on a real port that keeps what it is told. fail decides about each call: whether it is taken in, and
// with what it is answered.
type crm struct {
	*httptest.Server
	mu     sync.Mutex
	people map[string]told
	bodies []string
	at     time.Time // when something came last
	fail   func() (takes bool, answer int)
}

func openCRM(t testing.TB) *crm {
	c := &crm{people: map[string]told{}, fail: func() (bool, int) { return true, 204 }}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := time.Now()
		body, _ := io.ReadAll(r.Body)
		c.mu.Lock()
		defer c.mu.Unlock()
		takes, answer := c.fail()
		if takes {
			c.take(string(body))
			c.bodies, c.at = append(c.bodies, string(body)), at
		}
		w.WriteHeader(answer)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *crm) take(body string) {
	var e struct {
		Subject string
		Data    told
	}
	if json.Unmarshal([]byte(body), &e) == nil && e.Data.Sequence > c.people[e.Subject].Sequence {
		c.people[e.Subject] = e.Data
	}
}

func (c *crm) knows(number string) told {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.people[number]
}

func gateKinds() (kinds []string) {
	for _, s := range gate.Standings() {
		kinds = append(kinds, strings.Replace("gate."+string(s), "gate.open", "gate.opened", 1))
	}
	return kinds
}

func subscribe(t testing.TB, w *apptest.World, url string) (admin people.Person, id string) {
	t.Helper()
	admin = w.Hire("管理員", people.Admin)
	id, _, err := w.Office.Subscribe(w.Ctx, admin, post.Terms{URL: url, Description: "CRM", Kinds: gateKinds()}, post.V1)
	if err != nil {
		t.Fatal(err)
	}
	return admin, id
}

// Whatever opens or closes a gate is on its way when the deed is done: the change is a row of the same transaction.
func TestG4_WhatChangesAGateIsToldInTheTransactionOfItsCause(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		var changes []gate.Change
		w.Keeper.OnChanged(func(_ *store.Tx, c gate.Change) error { changes = append(changes, c); return nil })
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		stands := func(deed string, want ...gate.Standing) {
			t.Helper()
			var got []gate.Standing
			for _, c := range changes {
				got = append(got, c.Standing)
			}
			if changes = nil; !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", deed, got, want)
			}
		}
		amy := w.NewHire("Amy")
		w.Sign(amy)
		w.Read(amy, "values")
		stands("the pledge")
		w.Sit(amy, w.Sitting("values"), apptest.Knows)
		stands("the values exam", gate.StandingShadow)
		w.Read(amy, "product")
		w.Sit(amy, w.Sitting("product"), apptest.Knows)
		w.Read(amy, "sales")
		stands("two courses")
		w.Sit(amy, w.Sitting("sales"), apptest.Knows)
		stands("the last exam", gate.StandingLimited)
		must(w.Directory.Deactivate(w.Ctx, w.HR, amy.ID, "離職"))
		stands("leaving", gate.StandingClosed)
		must(w.Directory.Reactivate(w.Ctx, w.HR, amy.ID, "回任"))
		stands("coming back", gate.StandingLimited)

		views, err := w.Room.Sittings(w.Ctx, amy)
		must(err)
		attempt := views[0].Mine[0].ID
		number, err := w.Desk.Report(w.Ctx, w.Watch, attempt, "收到一封附照片的檢舉信")
		must(err)
		stands("a flag")
		must(w.Desk.Open(w.Ctx, w.Reviewer[0], number))
		d, err := w.Keeper.Decide(w.Ctx, amy.ID)
		must(err)
		if len(changes) != 1 || !changes[0].Until.Equal(d.ReviewBy) || d.ReviewBy.IsZero() {
			t.Errorf("%+v, to be decided by %v", changes, d.ReviewBy)
		}
		stands("a case", gate.StandingSuspended)
		must(w.Desk.AddFact(w.Ctx, w.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "通訊軟體的截圖，時間在考試當中", Origin: "手機由本人交出，當場簽收"}))
		w.Heard(number)
		for _, reviewer := range w.Reviewer[:2] {
			stands("half a verdict")
			_, err := w.Desk.Vote(w.Ctx, reviewer, number, integrity.Ballot{Outcome: integrity.RedLine, Reason: "截圖與作答時間一致"})
			must(err)
		}
		stands("a red line", gate.StandingRevoked)
		must(w.Overturn(w.Reviewer[2], number, "截圖的時間是前一天"))
		stands("an upheld appeal", gate.StandingLimited)

		bea := w.NewHire("Bea")
		w.Sign(bea)
		for _, track := range []string{"values", "product", "sales"} {
			w.Read(bea, track)
			if track != "sales" {
				w.Sit(bea, w.Sitting(track), apptest.Knows)
			}
		}
		stands("all but one exam", gate.StandingShadow)
		must(w.Keeper.Waive(w.Ctx, w.HR, bea.ID, "exam:sales", w.Clock.Now().Add(240*time.Hour), "上週才從同業過來"))
		stands("a waiver", gate.StandingLimited)
		waivers, err := w.Keeper.Waivers(w.Ctx, w.HR, bea.ID)
		must(err)
		must(w.Keeper.Withdraw(w.Ctx, w.HR, waivers[0].ID))
		stands("its withdrawal", gate.StandingShadow)
		must(w.Keeper.Sweep(w.Ctx))
		stands("looking at everybody")
	})
}

// What no deed causes is noticed by the sweep: a suspension that runs out, a newcomer's days, a pass that lapses, and a
// policy that is published.
func TestG4_TimeAndPolicyAreNoticedWithinAMinute(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		amy := w.Ready("Amy")
		site := openCRM(t)
		admin, id := subscribe(t, w, site.URL)
		must(w.Office.Replay(w.Ctx, admin, id, time.Time{}))
		minute := func() {
			t.Helper()
			w.Clock.Add(time.Minute)
			must(w.Queue.Drain(w.Ctx))
			d, err := w.Keeper.Decide(w.Ctx, amy.ID)
			must(err)
			if got := site.knows(amy.Number); got.Standing != string(d.Standing()) || got.Level != string(d.Level) {
				t.Fatalf("the CRM believes %+v, the gate says %s %s", got, d.Standing(), d.Level)
			}
		}
		for range 3 {
			minute()
		}
		if got := site.knows(amy.Number); got.Standing != "limited" || got.Sequence != 2 || got.Until.IsZero() {
			t.Errorf("%+v", got)
		}
		views, err := w.Room.Sittings(w.Ctx, amy)
		must(err)
		number, err := w.Desk.Report(w.Ctx, w.Watch, views[0].Mine[0].ID, "收到一封附照片的檢舉信")
		must(err)
		must(w.Desk.Open(w.Ctx, w.Reviewer[0], number))
		for minute(); site.knows(amy.Number).Standing == "suspended"; minute() {
			w.Clock.Add(47 * time.Hour) // until nobody has renewed it
		}
		must(w.Keeper.Sweep(w.Ctx))
		publish := func(from, to string) {
			t.Helper()
			doc, err := w.Shelf.Doc(w.Ctx, gate.PolicyPath)
			must(err)
			text := strings.Replace(doc.Sources[doc.Lang], from, to, 1)
			must(w.Shelf.SaveDraft(w.Ctx, w.HR, gate.PolicyPath, locale.Hant, text, doc.Version))
			_, err = w.Shelf.Publish(w.Ctx, w.HR, gate.PolicyPath, "改版", doc.Version)
			must(err)
		}
		publish("newcomer_days: 10", "newcomer_days: 0")
		minute()
		if got := site.knows(amy.Number); got.Standing != "open" {
			t.Errorf("%+v", got)
		}
		w.Clock.Add(380 * 24 * time.Hour)
		minute()
		if got := site.knows(amy.Number); got.Standing == "open" {
			t.Errorf("%+v", got)
		}
		for _, body := range site.bodies {
			for _, word := range []string{"case", "red_line", "verdict", views[0].Mine[0].ID, amy.Name, amy.ID} {
				if strings.Contains(body, word) {
					t.Errorf("G3: %s tells %q", body, word)
				}
			}
		}
	})
}

// However deliveries are lost, doubled and reordered, a receiver that keeps the highest sequence ends where the gate is.
func TestG4_AReceiverEndsInTheGatesStateUnderAnyLossDoublingAndOrder(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	staff := make([]people.Person, 4)
	for i := range staff {
		staff[i] = w.Ready(fmt.Sprint("Amy ", i))
	}
	site := openCRM(t)
	admin, id := subscribe(t, w, site.URL)
	if err := w.Office.Replay(w.Ctx, admin, id, time.Time{}); err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(12) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		chance := rand.New(rand.NewPCG(seed, 1))
		site.mu.Lock()
		site.bodies = nil
		site.fail = func() (bool, int) {
			return chance.IntN(3) > 0, []int{204, 204, 500, 302, 404}[chance.IntN(5)] // what is taken may be answered with a failure and comes again
		}
		site.mu.Unlock()
		deeds := rand.New(rand.NewPCG(seed, 2))
		for range 1 + deeds.IntN(12) {
			p := staff[deeds.IntN(len(staff))]
			now, err := w.Directory.Person(w.Ctx, p.ID)
			must(err)
			if now.Active {
				must(w.Directory.Deactivate(w.Ctx, w.HR, p.ID, "離職了"))
			} else {
				must(w.Directory.Reactivate(w.Ctx, w.HR, p.ID, "又回任"))
			}
			if deeds.IntN(2) == 0 {
				_ = w.Queue.Drain(w.Ctx)
			}
			w.Clock.Add(time.Duration(deeds.IntN(600)) * time.Second)
		}
		site.mu.Lock()
		site.fail = func() (bool, int) { return true, 200 }
		site.mu.Unlock()
		must(w.Office.Replay(w.Ctx, admin, id, time.Time{})) // as an admin does who knows of the losses
		_ = w.Queue.Drain(w.Ctx)
		site.mu.Lock()
		stray := slices.Clone(site.bodies)
		chance.Shuffle(len(stray), func(i, j int) { stray[i], stray[j] = stray[j], stray[i] })
		for _, body := range stray { // what lay about in the network all the while
			site.take(body)
		}
		site.mu.Unlock()
		for _, p := range staff {
			d, err := w.Keeper.Decide(w.Ctx, p.ID)
			must(err)
			if got := site.knows(p.Number); got.Standing != string(d.Standing()) {
				t.Fatalf("seed %d, %s: the receiver believes %+v, the gate says %s", seed, p.Number, got, d.Standing())
			}
		}
	}
}

// From the commit of a red line to its arrival at the receiver, with the queue running as it does in the program.
func TestARedLineArrivesAtTheReceiverAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, attempt := seller(t, w)
		site := openCRM(t)
		subscribe(t, w, site.URL)
		ctx, cancel := context.WithCancel(w.Ctx)
		var running sync.WaitGroup
		running.Go(func() { _ = w.Queue.Run(ctx) })
		defer running.Wait()
		defer cancel()
		redLine(t, w, attempt)
		committed := time.Now()
		for site.knows(amy.Number).Standing != string(gate.StandingRevoked) {
			if time.Since(committed) > 5*time.Second {
				t.Fatalf("nothing came in five seconds: %+v", site.knows(amy.Number))
			}
			time.Sleep(200 * time.Microsecond)
		}
		t.Logf("%v after the verdict had returned", site.at.Sub(committed))
	})
}
