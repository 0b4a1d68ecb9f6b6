package leads

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// drafts is a draft by somebody, with its shares by person.
func (w *world) drafts(by people.Person) (id string, shares map[string]Share) {
	w.t.Helper()
	id, err := w.Draft(ctx, by)
	w.must(err)
	return id, w.shares(by, id)
}

func (w *world) shares(by people.Person, id string) map[string]Share {
	w.t.Helper()
	shares := map[string]Share{}
	for from, more := 0, true; more; more = from > 0 {
		_, page, next, err := w.Allocation(ctx, by, id, from)
		w.must(err)
		for _, s := range page {
			shares[s.Person.ID] = s
		}
		from = next
	}
	return shares
}

// publishes publishes and runs the job.
func (w *world) publishes(by people.Person, id string) {
	w.t.Helper()
	w.must(w.Publish(ctx, by, id))
	w.must(w.Give(ctx, id))
}

// held are the open tenures of a person.
func (w *world) held(p people.Person) []Holding {
	w.t.Helper()
	desk, err := w.Mine(ctx, p)
	w.must(err)
	return desk.Holdings
}

// evenings are rules by which a draft gives so many to each.
func evenings(perDay int, publish bool) string {
	return fmt.Sprintf("evening: {at: \"23:00\", per_day: %d, publish: %v}\n", perDay, publish) + onePool
}

func TestADraftTakesNothingAndPublishingItTwiceGivesItOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(4, false)
		w.open()
		w.stock(20)
		w.at(23, 20, 0) // Monday evening
		id, shares := w.drafts(w.manager)
		if len(shares) != 2 || shares[w.amy.ID].Planned != 4 || shares[w.bob.ID].Planned != 4 || !slices.Equal(shares[w.amy.ID].Spread, []TerritoryCount{{"北區", 4}}) {
			t.Fatalf("%+v", shares)
		}
		if n := w.count(`SELECT count(*) FROM lead WHERE state = 'pool'`); n != 20 {
			t.Fatalf("a draft has taken %d leads", 20-n)
		}
		w.publishes(w.manager, id)
		for range 2 {
			a, _, _, err := w.Allocation(ctx, w.manager, id, 0)
			if w.must(err); a.State() != Published || a.Given != 8 || a.Day != "2026-11-24" || w.count(`SELECT count(*) FROM tenure`) != 8 {
				t.Fatalf("%+v, %d tenures", a, w.count(`SELECT count(*) FROM tenure`))
			}
			w.want(w.Publish(ctx, w.manager, id), fault.Conflict, "allocation.published_before")
			w.must(w.Give(ctx, id))
		}
		for _, h := range w.held(w.amy) {
			if !slices.Contains(shares[w.amy.ID].LeadIDs, h.Lead.ID) || !h.Tenure.Due.Equal(time.Date(2026, 11, 24, 22, 30, 0, 0, taipei)) {
				t.Errorf("%+v: not hers, or not due on the evening of the day that it is for", h)
			}
		}
		if n := w.count(`SELECT allocated FROM lead_day WHERE day = '2026-11-24' AND person_id = ?`, w.amy.ID); n != 4 || w.count(`SELECT count(*) FROM lead_day`) != 2 {
			t.Errorf("%d count to the day that they are for", n)
		}
		_, shares = w.drafts(w.manager)
		if s := shares[w.amy.ID]; s.Barred != BarredFull || s.Planned != 0 {
			t.Errorf("after a full day she gets %+v", s)
		}
		past, _, err := w.Allocations(ctx, w.manager, "")
		if w.must(err); len(past) != 1 || past[0].ID != id {
			t.Errorf("%+v", past)
		}
	})
}

func TestG1_NothingIsGivenToAGateThatClosedAfterTheDraft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(3, false)
		w.open()
		w.stock(30)
		gone, moved := w.hire(w.manager.ID), w.hire(w.manager.ID)
		id, shares := w.drafts(w.manager)
		if len(shares) != 4 {
			t.Fatal(len(shares))
		}
		w.redLine(w.amy)
		w.must(w.dir.Deactivate(ctx, w.hr, gone.ID, "left the company"))
		moved.ManagerID = w.other.ID
		_, err := w.dir.Update(ctx, w.hr, moved)
		w.must(err)
		w.publishes(w.manager, id)
		shares = w.shares(w.manager, id)
		for name, c := range map[string]struct {
			id, key string
			given   int
		}{"red line": {w.amy.ID, "leads.closed_to", 0}, "left": {gone.ID, "leads.closed_to", 0}, "another team": {moved.ID, "leads.not_your_report", 0}, "open": {w.bob.ID, "", 3}} {
			s := shares[c.id]
			if s.Given != c.given || len(s.Missed) != 3-c.given || c.key != "" && s.Missed[0].Key != c.key {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if n := w.count(`SELECT count(*) FROM tenure`); n != 3 {
			t.Errorf("%d tenures", n)
		}

		// Whoever is under a red line shares nothing out, not even what was published a moment before.
		id, _ = w.drafts(w.boss)
		w.must(w.Publish(ctx, w.boss, id))
		w.redLine(w.boss)
		w.must(w.Give(ctx, id))
		for _, s := range w.shares(w.boss, id) {
			if s.Given != 0 || s.Planned > 0 && s.Missed[0].Key != "leads.manager_red_line" {
				t.Errorf("%+v", s)
			}
		}
		_, err = w.Draft(ctx, w.boss)
		w.want(err, fault.Forbidden, "leads.manager_red_line")
	})
}

func TestL2_WhatWasDrawnSinceTheDraftCountsAgainstIt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay, w.capacity, w.rules = 3, 5, 6, evenings(5, false)
		w.open()
		w.stock(40)
		w.at(24, 7, 0) // before the route is printed the day is today
		id, shares := w.drafts(w.manager)
		taken := shares[w.bob.ID].LeadIDs[0]
		for range 3 {
			w.draw(w.amy)
		}
		_, err := w.Claim(ctx, w.amy, taken, "")
		w.want(err, fault.Conflict, "leads.draw_limit")
		w.publishes(w.manager, id)
		if s := w.shares(w.manager, id)[w.amy.ID]; s.Given != 2 || len(s.Missed) != 3 {
			t.Errorf("three were drawn and the day has five: %+v", s)
		}
		w.at(24, 20, 0)
		_, shares = w.drafts(w.manager)
		if s := shares[w.amy.ID]; s.Planned != 1 { // holds five of six
			t.Errorf("%+v", s)
		}
	})
}

func TestADraftHoldsItsLeadsBackFromOthersAndGivesThemFreeAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(4, false)
		w.open()
		carl := w.hire(w.other.ID)
		w.stock(10)
		first, mine := w.drafts(w.manager)
		other, theirs := w.drafts(w.other)
		planned := slices.Concat(mine[w.amy.ID].LeadIDs, mine[w.bob.ID].LeadIDs)
		if len(theirs[carl.ID].LeadIDs) != 2 || slices.ContainsFunc(theirs[carl.ID].LeadIDs, func(id string) bool { return slices.Contains(planned, id) }) {
			t.Fatalf("planned %v and then %v", planned, theirs)
		}
		if _, above := w.drafts(w.boss); above[w.amy.ID].Barred != BarredElsewhere || above[w.manager.ID].Barred != BarredFull && above[w.manager.ID].Planned != 0 {
			t.Errorf("%+v", above)
		}
		w.must(w.Discard(ctx, w.manager, first))
		w.want(w.Publish(ctx, w.manager, first), fault.Conflict, "allocation.was_discarded")
		other, theirs = w.drafts(w.other)
		if len(theirs[carl.ID].LeadIDs) != 4 {
			t.Errorf("%+v", theirs)
		}
		// A draft does not keep anybody from drawing; what was drawn drops out with its reason.
		h, err := w.Claim(ctx, w.amy, theirs[carl.ID].LeadIDs[1], "")
		w.must(err)
		w.publishes(w.other, other)
		if s := w.shares(w.other, other)[carl.ID]; s.Given != 3 || !reflect.DeepEqual(s.Missed, []Miss{{LeadID: h.Lead.ID, Key: "leads.taken"}}) {
			t.Errorf("%+v", s)
		}
	})
}

// Were the same leads offered first each evening, what comes back would be given again before others are given at all.
func TestDraftsBeginAnywhereInThePool(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(3, false)
		w.open()
		const leads, drafts = 40, 20
		for range leads {
			w.stock(1) // several of one import would stand in a row
		}
		planned := map[string]bool{}
		for range drafts {
			id, shares := w.drafts(w.manager)
			for _, s := range shares {
				for _, lead := range s.LeadIDs {
					planned[lead] = true
				}
			}
			w.must(w.Discard(ctx, w.manager, id))
		}
		if len(planned) < leads/2 { // from one beginning it would be six
			t.Errorf("%d drafts of 6 leads planned only %d of %d", drafts, len(planned), leads)
		}
	})
}

func TestWhoseDraftItIs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(2, false)
		w.open()
		w.stock(9)
		id, _ := w.drafts(w.manager)
		for name, actor := range map[string]people.Person{"amy": w.amy, "another manager": w.other, "HR": w.hr} {
			w.want(w.Publish(ctx, actor, id), fault.NotFound, "allocation.not_found")
			w.want(w.Discard(ctx, actor, id), fault.NotFound, "allocation.not_found")
			w.want(w.Adjust(ctx, actor, id, Change{}), fault.NotFound, "allocation.not_found")
			if _, _, _, err := w.Allocation(ctx, actor, id, 0); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s sees it: %v", name, err)
			}
		}
		_, err := w.Draft(ctx, w.amy)
		w.want(err, fault.Forbidden, "leads.managers_only")
		d, err := w.Drafts(ctx, w.boss)
		if w.must(err); d.Own != nil || len(d.Rest) != 1 || d.Rest[0].Manager.ID != w.manager.ID {
			t.Errorf("%+v", d)
		}
		if d, err = w.Drafts(ctx, w.manager); err != nil || d.Own == nil || d.Own.ID != id || len(d.Rest) != 0 {
			t.Errorf("%+v %v", d, err)
		}
		w.publishes(w.boss, id)
		if n := len(w.held(w.amy)); n != 2 {
			t.Error(n)
		}
		// People without a manager are an administrator's.
		id, shares := w.drafts(w.admin)
		if s, ok := shares[w.hire("").ID]; ok {
			t.Errorf("somebody who came later: %+v", s)
		}
		w.publishes(w.admin, id)
	})
}

func TestAnAllocationComesInPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(1, false)
		w.open()
		w.stock(60)
		for range sharePage {
			w.hire(w.manager.ID)
		}
		id, shares := w.drafts(w.manager)
		_, first, next, err := w.Allocation(ctx, w.manager, id, 0)
		if w.must(err); len(first) != sharePage || next != sharePage || len(shares) != sharePage+2 || first[0].Person.ID != w.amy.ID {
			t.Errorf("%d of %d, then from %d", len(first), len(shares), next)
		}
		for _, s := range shares {
			if s.Planned != 1 {
				t.Errorf("%s gets %d", s.Person.Number, s.Planned)
			}
		}
		if _, page, _, err := w.Allocation(ctx, w.manager, id, 1_000_000); err != nil || len(page) != 0 {
			t.Error(page, err)
		}
	})
}

func TestAdjust(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.perDay, w.rules = 3, evenings(2, false)
		w.open()
		w.stock(8)
		closed := w.hire(w.manager.ID)
		w.redLine(closed)
		id, shares := w.drafts(w.manager)
		lead := shares[w.amy.ID].LeadIDs[0]
		w.must(w.Adjust(ctx, w.manager, id, Change{lead, w.amy.ID, w.bob.ID}))
		w.want(w.Adjust(ctx, w.manager, id, Change{lead, w.amy.ID, w.bob.ID}), fault.Conflict, "allocation.not_in_share")
		v, err := w.Share(ctx, w.manager, id, w.amy.ID, true)
		w.must(err)
		if len(v.Leads) != 1 || !v.Leads[0].Masked || len(v.More) != 4 || len(v.Others) != 0 {
			t.Errorf("%+v", v)
		}
		w.want(w.Adjust(ctx, w.manager, id, Change{v.More[0].ID, "", w.bob.ID}), fault.Conflict, "allocation.no_room")
		w.want(w.Adjust(ctx, w.manager, id, Change{v.More[0].ID, "", closed.ID}), fault.Conflict, "allocation.barred_closed")
		w.want(w.Adjust(ctx, w.manager, id, Change{lead, "", w.amy.ID}), fault.Conflict, "allocation.planned_already")
		w.want(w.Adjust(ctx, w.manager, id, Change{"nothing", "", w.amy.ID}), fault.NotFound, "leads.not_found")
		w.want(w.Adjust(ctx, w.manager, id, Change{lead, w.bob.ID, "nobody"}), fault.NotFound, "allocation.no_share")
		w.must(w.Adjust(ctx, w.manager, id, Change{v.More[0].ID, "", w.amy.ID}))
		w.must(w.Adjust(ctx, w.manager, id, Change{lead, w.bob.ID, ""}))
		w.publishes(w.manager, id)
		w.want(w.Adjust(ctx, w.manager, id, Change{lead, "", w.amy.ID}), fault.Conflict, "allocation.was_published")
		if a, b := w.held(w.amy), w.held(w.bob); len(a) != 2 || len(b) != 2 || !slices.ContainsFunc(a, func(h Holding) bool { return h.Lead.ID == v.More[0].ID }) || w.state(lead) != InPool {
			t.Errorf("%+v and %+v", a, b)
		}
	})
}

func TestThePlanKnowsLeaveBeatsAndNewcomers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(2, false)
		w.open()
		south := w.one("南區")
		w.stock(9) // all of them 北區
		away := w.hire(w.manager.ID)
		w.must(w.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO absence (id, person_id, from_day, to_day, reason, by_id, at_ms) VALUES ('a', ?, '2026-11-24', '2026-11-24', 'x', 'x', 0)`, away.ID)
			return err
		}))
		w.want(w.SetBeat(ctx, w.other, w.amy.ID, Beat{}), fault.Forbidden, "leads.not_your_report")
		if err := w.SetBeat(ctx, w.manager, w.amy.ID, Beat{Territories: []string{string(make([]rune, 101))}}); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
		w.must(w.SetBeat(ctx, w.manager, w.amy.ID, Beat{Industries: []string{"漁業"}}))
		w.must(w.SetBeat(ctx, w.manager, w.amy.ID, Beat{Territories: []string{" 南區", "南區", ""}}))
		beats, err := w.Beats(ctx, w.manager)
		if w.must(err); len(beats) != 3 || !reflect.DeepEqual(beats[0].Beat, Beat{[]string{"南區"}, []string{}}) {
			t.Errorf("%+v", beats)
		}
		id, shares := w.drafts(w.manager)
		if !slices.Equal(shares[w.amy.ID].LeadIDs, []string{south}) || shares[w.bob.ID].Planned != 2 || shares[away.ID].Barred != BarredLeave {
			t.Errorf("%+v", shares)
		}
		if v, err := w.Share(ctx, w.manager, id, w.bob.ID, false); err != nil || slices.ContainsFunc(v.Others, func(s Share) bool { return s.Person.ID == away.ID }) {
			t.Errorf("%v; who is away is offered a lead: %+v", err, v.Others)
		}
		w.must(w.Discard(ctx, w.manager, id))
		territories, industries, err := w.Places(ctx)
		if w.must(err); !slices.Equal(territories, []string{"北區", "南區"}) || !slices.Equal(industries, []string{"製造"}) {
			t.Error(territories, industries)
		}
	})
}

func TestTheEveningDraftsTheNextBusinessDayOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(2, false)
		w.open()
		w.stock(40)
		carl := w.hire(w.other.ID)
		days := func() (n int) { return w.count(`SELECT count(*) FROM allocation`) }
		w.at(27, 22, 59) // Friday
		w.must(w.Evening(ctx))
		if days() != 0 {
			t.Fatal("before its hour")
		}
		w.at(27, 23, 0)
		own, _ := w.drafts(w.other) // a manager was faster, and it stays theirs
		w.must(w.Evening(ctx))
		w.must(w.Evening(ctx))
		w.at(28, 23, 30) // Saturday
		w.must(w.Evening(ctx))
		d, err := w.Drafts(ctx, w.manager)
		w.must(err)
		if n := days(); n != 2 || d.Own == nil || d.Own.Day != "2026-11-30" || d.Own.By != people.SystemID || d.Own.Planned != 4 {
			t.Fatalf("%d allocations, %+v", n, d.Own)
		}
		if n := len(w.shares(w.other, own)[carl.ID].LeadIDs); n != 2 {
			t.Error(n)
		}
		w.at(30, 7, 59) // Monday, before the route is printed
		w.publishes(w.manager, d.Own.ID)
		w.at(31, 0, 1) // the day of the other draft is over
		w.want(w.Publish(ctx, w.other, own), fault.Conflict, "allocation.day_over")

		// Published by the job, over New Year's Day and a weekend.
		w.rules = evenings(2, true)
		w.open()
		w.clock.Set(time.Date(2026, 12, 31, 23, 1, 0, 0, taipei))
		w.must(w.Evening(ctx))
		var ids []string
		w.must(w.db.Read(ctx, func(rx *store.Rx) (err error) {
			ids, err = store.All(rx, func(r store.Row) (id string, err error) { return id, r.Scan(&id) }, `SELECT id FROM allocation WHERE day = '2027-01-04'`)
			return err
		}))
		if len(ids) != 2 || w.count(`SELECT count(*) FROM job WHERE kind = ?`, GiveJob) != 3 {
			t.Fatal(ids)
		}
		for _, id := range ids {
			w.must(w.GiveJob(ctx, []byte(`"`+id+`"`)))
		}
		for _, h := range w.held(carl) {
			if !h.Tenure.Due.Equal(time.Date(2027, 1, 4, 22, 30, 0, 0, taipei)) {
				t.Errorf("due %s", h.Tenure.Due)
			}
		}
		if n := len(w.held(carl)); n != 2 {
			t.Error(n)
		}
	})
}

// What was given before a crash is given, the rest after it, and nothing twice.
func TestGivingGoesOnAfterACrash(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(2, false)
		w.open()
		w.stock(20)
		w.hire(w.manager.ID)
		id, _ := w.drafts(w.manager)
		w.must(w.Publish(ctx, w.manager, id))
		w.must(w.db.Write(ctx, func(tx *store.Tx) error { return w.giveShareIn(tx, id, 1) }))
		crash := errors.New("crash")
		err := w.db.Write(ctx, func(tx *store.Tx) error {
			if err := w.giveShareIn(tx, id, 2); err != nil {
				return err
			}
			return crash
		})
		if !errors.Is(err, crash) {
			t.Fatal(err)
		}
		a, _, _, err := w.Allocation(ctx, w.manager, id, 0)
		if w.must(err); a.State() != Publishing || a.Settled != 1 || a.Given != 2 {
			t.Fatalf("%+v", a)
		}
		if err := errors.Join(together(3, func(int) error { return w.Give(ctx, id) })...); err != nil {
			t.Fatal(err)
		}
		if a, _, _, err = w.Allocation(ctx, w.manager, id, 0); err != nil || a.State() != Published || a.Given != 6 || w.count(`SELECT count(*) FROM tenure`) != 6 {
			t.Errorf("%+v %v", a, err)
		}
	})
}

// Giving many leads at once gives the very leads that assigning one after the other would, with the same clocks, and
// says the same of the others.
func TestAHandGivesWhatAssigningOneByOneWould(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = "pools:\n  - {pool: east, title: East, territories: [東區], cap: 3, newcomer_share: 30}\n" +
			"  - {pool: team, title: Team, territories: [南區], teams: [" + w.other.Number + "], newcomer_share: 0}\n" +
			"  - {pool: default, title: Pool, embargo_days: 1, hard_days: 9}\n"
		w.perDay, w.capacity = 6, 7
		w.open()
		for range 6 {
			for _, territory := range []string{"東區", "南區", "北區"} {
				w.one(territory)
			}
		}
		ids, rolledBack, runs := append(w.all(), "nothing"), errors.New("rolled back"), 0
		rapid.Check(t, func(rt *rapid.T) {
			if runs++; runs > 20 && w.db.Engine() == store.Postgres {
				return // slower, and the same
			}
			w.t = stepper{t, rt}
			if rapid.IntRange(0, 2).Draw(rt, "history") == 0 {
				if h, err := w.Assign(ctx, w.manager, rapid.SampledFrom(ids).Draw(rt, "lead"), w.amy.ID); err == nil && rapid.Bool().Draw(rt, "return") {
					w.must(w.Return(ctx, w.amy, h.Lead.ID, Returning{"not mine", ""}))
				}
				w.clock.Add(time.Duration(rapid.IntRange(0, 30).Draw(rt, "hours")) * time.Hour)
			}
			hold := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, len(ids), rapid.ID).Draw(rt, "leads")
			type outcome struct {
				Missed []Miss
				Took   []string
			}
			try := func(f func(tx *store.Tx, day string) ([]Miss, error)) (o outcome) {
				err := w.db.Write(ctx, func(tx *store.Tx) error {
					days, err := w.workdaysIn(tx.Rx)
					if err != nil {
						return err
					}
					if o.Missed, err = f(tx, days.day(tx.Now)); err != nil {
						return err
					}
					if o.Took, err = store.All(tx.Rx, func(r store.Row) (s string, err error) { return s, r.Scan(&s) },
						`SELECT t.lead_id || ' ' || t.pool || ' ' || t.due_ms || ' ' || t.hard_ms || ' ' || t.by_id || ' ' || l.state || l.access || ' ' || d.drawn || '+' || d.allocated
						FROM tenure t JOIN lead l ON l.id = t.lead_id JOIN lead_day d ON d.person_id = t.holder_id WHERE t.ended_ms IS NULL ORDER BY t.lead_id, d.day`); err != nil {
						return err
					}
					return rolledBack
				})
				if !errors.Is(err, rolledBack) {
					rt.Fatal(err)
				}
				return o
			}
			atOnce := try(func(tx *store.Tx, day string) ([]Miss, error) {
				return w.handIn(tx, hand{w.amy.ID, day, w.manager.ID, w.manager.ID}, hold)
			})
			oneByOne := try(func(tx *store.Tx, day string) (missed []Miss, err error) {
				missed = []Miss{}
				for _, id := range hold {
					lead, err := leadIn(tx.Rx, id)
					if err == nil {
						_, err = w.assignIn(tx, lead, w.amy.ID, w.manager.ID)
					}
					if m := missOf(id, err); err != nil {
						if m.Key == "leads.not_found" { // a hand that is full says so first
							if r, err := w.receiverOnIn(tx.Rx, w.amy.ID, "assign", 1, day, day); err == nil && r.full() != nil {
								m = missOf(id, r.full())
							}
						}
						missed = append(missed, m)
					}
				}
				return missed, nil
			})
			if !reflect.DeepEqual(atOnce, oneByOne) {
				rt.Fatalf("at once %+v\none by one %+v", atOnce, oneByOne)
			}
		})
	})
}

// An administrator who was hired to sell, too, shares out to themselves among others: that is an allocation, not a draw.
func TestWhatOnesOwnAllocationGivesOneIsAllocated(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = strings.Replace(evenings(3, false), "newcomer_share: 0", "newcomer_share: 0, embargo_days: 5", 1)
		w.open()
		w.stock(5)
		sells := w.hire("", people.Admin, people.NewHire)
		id, shares := w.drafts(sells)
		if len(shares[sells.ID].LeadIDs) == 0 {
			t.Fatalf("%+v", shares)
		}
		w.publishes(sells, id)
		desk, err := w.Mine(ctx, sells)
		if w.must(err); len(desk.Holdings) != 3 {
			t.Errorf("%+v", desk)
		}
		if allocated, drawn := w.count(`SELECT coalesce(sum(allocated), 0) FROM lead_day`), w.count(`SELECT coalesce(sum(drawn), 0) FROM lead_day`); allocated != 3 || drawn != 0 {
			t.Errorf("%d allocated, %d drawn", allocated, drawn)
		}
	})
}

// Nobody publishes a draft whose day is over: what it planned can be planned by hand again.
func TestADraftWhoseDayIsOverHoldsNothingBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = evenings(1, false)
		w.open()
		w.stock(2)
		w.at(23, 20, 0)
		w.drafts(w.manager) // one lead for each of two people
		carl := w.hire(w.other.ID)
		w.at(25, 20, 0)
		id, shares := w.drafts(w.other)
		if len(shares[carl.ID].LeadIDs) != 1 {
			t.Fatalf("%+v", shares)
		}
		for _, lead := range w.all() {
			if lead != shares[carl.ID].LeadIDs[0] {
				w.must(w.Adjust(ctx, w.other, id, Change{lead, "", carl.ID}))
			}
		}
	})
}
