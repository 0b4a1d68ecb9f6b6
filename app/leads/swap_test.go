package leads

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
)

// hand draws so many leads for amy and is their ids.
func (w *world) hand(n int) (ids []string) {
	w.t.Helper()
	for range n {
		ids = append(ids, w.draw(w.amy).Lead.ID)
	}
	return ids
}

// problems are the keys of what stands against something, by list and place.
func (w *world) problems(err error) (found []string) {
	w.t.Helper()
	problems, ok := err.(fault.Problems)
	if !ok {
		w.t.Fatalf("got %v, want problems", err)
	}
	for _, p := range problems {
		found = append(found, strings.TrimSpace(p.File+" "+p.Key))
	}
	return found
}

func (w *world) few(private int) {
	w.rules = onePool[:len(onePool)-2] + ", private_cap: " + string(rune('0'+private)) + "}\n"
	w.open()
}

func TestL3_ASwapMovesAsManyBothWays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(10)
		ids := w.hand(4)
		w.clock.Add(time.Hour)
		s, err := w.Swap(ctx, w.amy, ids[:2], ids[2:], "k")
		w.must(err)
		if !slices.Equal(s.In, ids[:2]) || !slices.Equal(s.Out, ids[2:]) || s.By != w.amy.ID || !s.At.Equal(w.clock.Now()) {
			t.Errorf("%+v", s)
		}
		for i, want := range []State{Private, Private, InPool, InPool} {
			if got := w.state(ids[i]); got != want {
				t.Errorf("lead %d is %s", i, got)
			}
		}
		desk, err := w.Mine(ctx, w.amy)
		w.must(err)
		hard := time.Date(2027, 2, 16, 9, 0, 0, 0, taipei) // sixty business days from the beginning, New Year's Day left out
		if tn := desk.Holdings[0].Tenure; len(desk.Holdings) != 2 || !tn.Hard.Equal(hard) || !tn.Due.Equal(time.Date(2026, 12, 2, 10, 0, 0, 0, taipei)) {
			t.Errorf("%+v", desk.Holdings)
		}
		_, err = w.Claim(ctx, w.amy, ids[2], "")
		w.want(err, fault.Conflict, "leads.cooling")
		w.draw(w.bob)

		board, err := w.Board(ctx, w.manager)
		if w.must(err); board[0].Held != 2 || board[0].Private != 2 {
			t.Errorf("%+v", board[0])
		}
		again, err := w.Swap(ctx, w.amy, ids[:1], ids[1:2], "k") // L7, whatever else is asked
		if w.must(err); again.ID != s.ID || !slices.Equal(again.In, s.In) || !slices.Equal(again.Out, s.Out) {
			t.Errorf("%+v, then %+v", s, again)
		}
		if w.count(`SELECT count(*) FROM lead_event WHERE kind = 'kept'`) != 2 || w.count(`SELECT count(*) FROM lead_event WHERE kind = 'swapped'`) != 2 {
			t.Error("a swap without its events")
		}
	})
}

func TestL3_WhatStandsAgainstASwapIsNamedAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(12)
		ids := w.hand(5)
		theirs := w.draw(w.bob).Lead.ID
		_, err := w.Swap(ctx, w.amy, nil, nil, "")
		if got := w.problems(err); !slices.Equal(got, []string{"moves.swap_nothing"}) {
			t.Error(got)
		}
		_, err = w.Swap(ctx, w.amy, []string{ids[0], theirs, ids[1]}, []string{ids[1], "nothing"}, "")
		if got := w.problems(err); !slices.Equal(got, []string{"moves.swap_uneven", "in leads.not_held", "out moves.swap_twice", "out leads.not_held"}) {
			t.Error(got)
		}
		_, err = w.Swap(ctx, w.amy, ids[:1], ids[:1], "")
		if got := w.problems(err); !slices.Equal(got, []string{"out moves.swap_twice"}) {
			t.Error(got)
		}
		_, err = w.Swap(ctx, w.amy, make([]string, 51), make([]string, 51), "")
		w.want(err, fault.Invalid, "moves.swap_many")
		_, err = w.Swap(ctx, w.amy, ids[:1], ids[1:2], strings.Repeat("k", 101))
		w.want(err, fault.Malformed, "leads.request_long")

		w.clock.Set(time.Date(2026, 11, 24, 22, 30, 0, 0, taipei)) // due, and not reclaimed yet
		_, err = w.Swap(ctx, w.amy, ids[:1], ids[1:2], "")
		if got := w.problems(err); !slices.Equal(got, []string{"in moves.overdue", "out moves.overdue"}) {
			t.Error(got)
		}
		w.redLine(w.amy)
		_, err = w.Swap(ctx, w.amy, ids[:1], ids[1:2], "")
		w.closed(err)
		if n := w.count(`SELECT count(*) FROM swap`); n != 0 {
			t.Errorf("%d swaps", n)
		}
	})
}

func TestL3_ThePrivatePoolHasACap(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.few(2)
		w.stock(12)
		ids := w.hand(7)
		_, err := w.Swap(ctx, w.amy, ids[:3], ids[3:6], "")
		if got := w.problems(err); !slices.Equal(got, []string{"private moves.swap_full"}) {
			t.Error(got)
		}
		_, err = w.Swap(ctx, w.amy, ids[:1], ids[3:4], "")
		w.must(err)
		_, err = w.Swap(ctx, w.amy, ids[1:2], ids[:1], "") // there is room: it is paid for from what is held
		if got := w.problems(err); !slices.Equal(got, []string{"private moves.swap_not_full"}) {
			t.Error(got)
		}
		_, err = w.Swap(ctx, w.amy, []string{ids[1], ids[2]}, []string{ids[0], ids[4]}, "") // one has room, one has not
		w.must(err)
		_, err = w.Swap(ctx, w.amy, ids[5:6], ids[6:7], "")
		if got := w.problems(err); !slices.Equal(got, []string{"private moves.swap_full"}) {
			t.Error(got)
		}
		_, err = w.Swap(ctx, w.amy, ids[1:2], ids[6:7], "")
		if got := w.problems(err); !slices.Equal(got, []string{"in moves.swap_private"}) {
			t.Error(got)
		}
		_, err = w.Swap(ctx, w.amy, ids[5:6], ids[1:2], "")
		w.must(err)
		if w.count(`SELECT count(*) FROM lead WHERE state = 'private'`) != 2 || w.state(ids[1]) != InPool {
			t.Error("the private pool has not two leads")
		}
	})
}

func TestL3_ThePrivateClockRunsSlowerAndFromTheBeginning(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(4)
		ids := w.hand(2)
		_, err := w.Swap(ctx, w.amy, ids[:1], ids[1:], "")
		w.must(err)
		hard := time.Date(2027, 2, 16, 9, 0, 0, 0, taipei)
		for w.clock.Now().Before(hard) {
			w.must(w.ReclaimDue(ctx))
			tn, err := w.FollowUp(ctx, w.amy, ids[0], Contact{Kind: Call, Outcome: "x"})
			if w.must(err); tn.Due.After(hard) || !tn.Hard.Equal(hard) {
				t.Fatalf("%+v", tn)
			}
			w.clock.Add(6 * 24 * time.Hour)
		}
		w.must(w.ReclaimDue(ctx))
		if s := w.state(ids[0]); s != InPool {
			t.Errorf("after the hard maximum it is %s", s)
		}
		_, err = w.Claim(ctx, w.amy, ids[0], "")
		w.want(err, fault.Conflict, "leads.cooling")
	})
}

func TestG4_ARedLineTakesThePrivatePoolTooAndAnAppealGivesItBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(6)
		ids := w.hand(3)
		_, err := w.Swap(ctx, w.amy, ids[:1], ids[1:2], "")
		w.must(err)
		number := w.redLine(w.amy)
		if w.state(ids[0]) != InTrust || w.state(ids[2]) != InTrust {
			t.Fatal("not in trust")
		}
		w.clock.Add(100 * 24 * time.Hour)
		w.overturn(w.amy, number)
		if w.state(ids[0]) != Private || w.state(ids[2]) != Held {
			t.Fatalf("restored as %s and %s", w.state(ids[0]), w.state(ids[2]))
		}
		_, err = w.Swap(ctx, w.amy, ids[2:], ids[:1], "")
		if got := w.problems(err); !slices.Equal(got, []string{"private moves.swap_not_full"}) {
			t.Error(got)
		}
		w.must(w.Return(ctx, w.amy, ids[0], Returning{Reason: "給別人做"}))
		w.draw(w.amy)
		desk, err := w.Mine(ctx, w.amy)
		w.must(err)
		_, err = w.Swap(ctx, w.amy, ids[2:], []string{desk.Holdings[1].Lead.ID}, "")
		w.must(err)
		v, err := w.Lead(ctx, w.admin, ids[2])
		w.must(err)
		if until := later(w.clock.Now().In(taipei), 60); v.Tenure.Hard.After(until) || v.Tenure.Hard.Before(until.Add(-24*time.Hour)) {
			t.Errorf("sixty days are left of sixty: gone %s, not %s", v.Tenure.Hard, until)
		}
	})
}

func TestReturnIntoAnotherPoolAndMove(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rules = onePool + "  - {pool: east, title: {zh-Hant: 東, zh-Hans: 东, en: East}, newcomer_share: 0}\n"
		w.open()
		w.stock(3)
		ids := w.hand(2)
		w.want(w.Return(ctx, w.amy, ids[0], Returning{Reason: "x", Pool: "west"}), fault.NotFound, "leads.no_pool")
		if s := w.state(ids[0]); s != Held {
			t.Fatal(s)
		}
		w.must(w.Return(ctx, w.amy, ids[0], Returning{Reason: "東區的客戶", Pool: "east"}))
		h, err := w.Draw(ctx, w.bob, "east", "")
		if w.must(err); h.Lead.ID != ids[0] || h.Tenure.Pool != "east" {
			t.Errorf("%+v", h)
		}
		w.want(w.Move(ctx, w.manager, ids[1], "east", "x"), fault.Conflict, "moves.not_in_pool")
		w.must(w.Return(ctx, w.amy, ids[1], Returning{Reason: "x"}))
		w.want(w.Move(ctx, w.amy, ids[1], "east", "x"), fault.Forbidden, "leads.managers_only")
		w.want(w.Move(ctx, w.manager, ids[1], "east", " "), fault.Invalid, "moves.reason_missing")
		w.want(w.Move(ctx, w.manager, ids[1], "west", "x"), fault.NotFound, "leads.no_pool")
		w.want(w.Move(ctx, w.manager, "nothing", "east", "x"), fault.NotFound, "leads.not_found")
		w.must(w.Move(ctx, w.manager, ids[1], "east", "東區的客戶"))
		if h, err = w.Draw(ctx, w.bob, "east", ""); err != nil || h.Lead.ID != ids[1] {
			t.Errorf("%+v %v", h, err)
		}
		v, err := w.Lead(ctx, w.admin, ids[1])
		if w.must(err); v.Events[1].Kind != "moved" || v.Events[1].By != w.manager.ID || v.Events[1].Note != "東區的客戶" {
			t.Errorf("%+v", v.Events)
		}
	})
}
