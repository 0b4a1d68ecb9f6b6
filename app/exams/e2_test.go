package exams

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
)

func TestE2_TheDeadline(t *testing.T) {
	inOneWorld(t,
		part{name: "OfflineGrace", run: offlineGraceHolds},
		part{name: "RefusedSavesAreHeard", run: refusedSavesAreHeard},
		part{name: "ExpiryWithoutABrowser", run: expiryWithoutABrowser},
		part{name: "BriefingTellsTheDeadlineThatHolds", run: briefingTellsTheDeadlineThatHolds},
		part{name: "TheWindowCutsTheOrdinaryLimitAlone", run: theWindowCutsTheOrdinaryLimitAlone},
		part{name: "PausesAndExtensionsMoveTheDeadline", run: pausesAndExtensionsMoveTheDeadline},
		part{name: "AHardEndCutsAccommodationsAndTheBriefingSaysSo", run: aHardEndCutsAccommodations},
		part{name: "APauseAcrossTheEndOfTheWindow", run: aPauseAcrossTheEndOfTheWindow},
		part{name: "AnExtensionRacesTheExpiry", run: anExtensionRacesTheExpiry},
		part{name: "AllAtOnce", run: allAtOnce},
		part{name: "AllAtOnceSurvivesACrash", run: allAtOnceSurvivesACrash},
		part{name: "AccommodationsByLabel", run: accommodationsByLabel},
		part{name: "SavesCarryTheDeadline", run: savesCarryTheDeadline})
}

func offlineGraceHolds(t *testing.T, w *world) {
	type save struct {
		at      time.Duration // of the arrival, after the deadline
		elapsed time.Duration // by the candidate's clock
		late    bool
		refused bool
	}
	cases := map[string]struct {
		contact time.Duration // of the last one, before the deadline
		saves   []save
	}{
		"in time":                         {10 * time.Second, []save{{at: -time.Second}}},
		"on the deadline":                 {10 * time.Second, []save{{at: 0}}},
		"connected and too late":          {10 * time.Second, []save{{at: time.Second, refused: true}}},
		"silent for less than 30 s":       {20 * time.Second, []save{{at: 9 * time.Second, elapsed: 5 * time.Second, refused: true}}},
		"silent for 30 s":                 {20 * time.Second, []save{{at: 10 * time.Second, elapsed: 5 * time.Second, late: true}}},
		"off-line across the deadline":    {2 * time.Minute, []save{{at: time.Minute, elapsed: time.Minute, late: true}}},
		"given after the deadline":        {2 * time.Minute, []save{{at: time.Minute, elapsed: 2*time.Minute + time.Millisecond, refused: true}}},
		"given on the deadline":           {2 * time.Minute, []save{{at: time.Minute, elapsed: 2 * time.Minute, late: true}}},
		"negative clock":                  {2 * time.Minute, []save{{at: time.Minute, elapsed: -time.Second, refused: true}}},
		"at the end of the grace":         {2 * time.Minute, []save{{at: 10 * time.Minute, elapsed: time.Minute, late: true}}},
		"after the grace":                 {2 * time.Minute, []save{{at: 10*time.Minute + time.Millisecond, elapsed: time.Minute, refused: true}}},
		"a queue of three":                {2 * time.Minute, []save{{at: time.Minute, elapsed: 10 * time.Second, late: true}, {at: time.Minute + time.Second, elapsed: 20 * time.Second, late: true}, {at: time.Minute + 2*time.Second, elapsed: 30 * time.Second, late: true}}},
		"a queue that breaks off and on":  {2 * time.Minute, []save{{at: time.Minute, elapsed: 10 * time.Second, late: true}, {at: 3 * time.Minute, elapsed: 20 * time.Second, late: true}}},
		"back before the deadline, so no": {time.Minute, []save{{at: -time.Second}, {at: 2 * time.Second, elapsed: time.Second, refused: true}}},
	}
	ctx := context.Background()
	number := 0
	for name, c := range cases {
		number++
		amy := w.candidate(fmt.Sprintf("A%03d", number))
		w.sitting = w.open()
		id := w.start(amy)
		deadline := w.attempt(id).Deadline
		w.clock.Set(deadline.Add(-c.contact))
		w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
		for n, s := range c.saves {
			w.clock.Set(deadline.Add(s.at))
			saved, err := w.room.Answer(ctx, amy, id, n+1, Save{Device: "laptop", Seq: int64(n + 1), Response: w.right(id, n+1), ElapsedMs: s.elapsed.Milliseconds()})
			given := w.clock.Now()
			if s.late {
				given = deadline.Add(s.elapsed - c.contact)
			}
			switch {
			case s.refused && !fault.HasKey(err, "exams.over"):
				t.Errorf("%s: save %d: got %v, want exams.over", name, n+1, err)
			case !s.refused && err != nil:
				t.Errorf("%s: save %d: %v", name, n+1, err)
			case !s.refused && (saved.Late != s.late || !saved.At.Equal(given)):
				t.Errorf("%s: save %d: late %v at %v, want %v at %v", name, n+1, saved.Late, saved.At, s.late, given)
			}
		}
		w.verified(id)
	}
}

func expiryWithoutABrowser(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	for n := 1; n <= 10; n++ {
		w.save(amy, id, n, int64(n), w.right(id, n))
	}
	due := w.attempt(id).Deadline.Add(10 * time.Minute)
	w.clock.Set(due)
	w.ok(w.queue.Drain(ctx))
	if a := w.attempt(id); a.State != Live {
		t.Fatalf("graded as %s while answers may still come in", a.State)
	}
	w.clock.Add(time.Millisecond)
	w.ok(w.queue.Drain(ctx))
	a := w.attempt(id)
	if a.State != Expired || !a.Passed || a.Score != a.MaxScore || a.Revision != 1 {
		t.Fatalf("after the grace: %+v", a)
	}
	// The candidate comes back and submits: the same end, the same receipt.
	receipt, err := w.room.Submit(ctx, amy, id)
	w.ok(err)
	if receipt.Cause != causeExpired || w.attempt(id).Revision != 1 {
		t.Errorf("submitting after the expiry made %q and revision %d", receipt.Cause, w.attempt(id).Revision)
	}
}

func briefingTellsTheDeadlineThatHolds(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	w.ok(w.room.Accommodate(ctx, w.trainer, amy.ID, Accommodation{Label: "視力", Multiplier: 1250, ExtraMinutes: 5, Reason: "視力"}))
	b, err := w.room.Briefing(ctx, amy, w.sitting.ID, locale.Hant)
	w.ok(err)
	if b.Minutes != 55 || b.WhyNot != nil || b.OfflineGrace != 10*time.Minute || b.Total != 10 {
		t.Errorf("briefing: %+v", b)
	}
	id := w.start(amy)
	if got := w.attempt(id).Deadline; !got.Equal(b.Deadline) {
		t.Errorf("deadline %v, announced %v", got, b.Deadline)
	}
}

func pausesAndExtensionsMoveTheDeadline(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	before := w.attempt(id).Deadline
	w.refused(w.room.Extend(ctx, amy, id, 5, "求你"), fault.Forbidden, "exams.forbidden")
	w.ok(w.room.Extend(ctx, w.trainer, id, 5, "火警演習"))
	w.clock.Add(time.Minute)
	w.ok(w.room.Pause(ctx, w.trainer, id, "停電"))
	_, err := w.room.Answer(ctx, amy, id, 1, Save{Device: "laptop", Seq: 1, Response: w.right(id, 1)})
	w.refused(err, fault.Conflict, "exams.paused")
	w.clock.Add(3 * time.Hour)
	w.ok(w.queue.Drain(ctx))
	if w.attempt(id).State != Live {
		t.Fatal("a paused attempt expired")
	}
	w.ok(w.room.Resume(ctx, w.trainer, id))
	if got, want := w.attempt(id).Deadline, before.Add(3*time.Hour+5*time.Minute); !got.Equal(want) {
		t.Errorf("deadline %v, want %v", got, want)
	}
	w.save(amy, id, 1, 1, w.right(id, 1))
	w.verified(id)
}

// A save that is refused is a word from the candidate all the same: it ends a silence, and it makes none.
func refusedSavesAreHeard(t *testing.T, w *world) {
	ctx := context.Background()
	number := 0
	begin := func() (people.Person, string, time.Time) {
		number++
		amy := w.candidate(fmt.Sprintf("R%03d", number))
		w.sitting = w.open()
		id := w.start(amy)
		w.ok(w.room.Lease(ctx, amy, id, "laptop", false))
		w.save(amy, id, 1, 5, w.right(id, 1))
		return amy, id, w.attempt(id).Deadline
	}
	offline := func(p people.Person, id string) error {
		_, err := w.room.Answer(ctx, p, id, 2, Save{Device: "laptop", Seq: 9, Response: w.right(id, 2), ElapsedMs: 5000})
		return err
	}
	bad := map[string]func(p people.Person, id string) error{
		"too late": offline,
		"of the wrong shape": func(p people.Person, id string) error {
			_, err := w.room.Answer(ctx, p, id, 2, Save{Device: "laptop", Seq: 9, Response: questions.Response{Choices: []int{99}}})
			return err
		},
		"not on the form": func(p people.Person, id string) error {
			_, err := w.room.Answer(ctx, p, id, 99, Save{Device: "laptop", Seq: 9})
			return err
		},
		"stale": func(p people.Person, id string) error {
			_, err := w.room.Answer(ctx, p, id, 2, Save{Device: "laptop", Seq: 4, Response: w.right(id, 2)})
			return err
		},
		"an event nobody knows": func(p people.Person, id string) error {
			return w.room.Observe(ctx, p, id, "laptop", []Event{{Kind: "nonsense"}})
		},
	}
	for name, send := range bad {
		amy, id, deadline := begin()
		w.clock.Set(deadline.Add(-10 * time.Second))
		w.ok(w.room.Observe(ctx, amy, id, "laptop", []Event{{Kind: Heartbeat}}))
		w.clock.Set(deadline.Add(5 * time.Second))
		if send(amy, id) == nil {
			t.Errorf("%s: taken", name)
		}
		w.clock.Set(deadline.Add(40 * time.Second))
		if err := offline(amy, id); !fault.HasKey(err, "exams.over") {
			t.Errorf("%s: keeping still after a refusal counts as off-line: %v", name, err)
		}

		amy, id, deadline = begin() // who comes back from a true disconnection with a bad save keeps the grace
		w.clock.Set(deadline.Add(time.Minute))
		if name != "too late" && send(amy, id) == nil {
			t.Errorf("%s: taken", name)
		}
		w.clock.Add(time.Second)
		if err := offline(amy, id); err != nil {
			t.Errorf("%s: the grace of a true disconnection is lost: %v", name, err)
		}
		w.verified(id)

		if name == "too late" {
			continue // nothing is, before the deadline
		}
		amy, id, _ = begin()
		for range 9 {
			w.clock.Add(20 * time.Second)
			if send(amy, id) == nil {
				t.Errorf("%s: taken", name)
			}
		}
		detail, err := w.room.Sitting(ctx, w.trainer, w.sitting.ID)
		w.ok(err)
		if silent := detail.Candidates[0].Silent; silent != 0 || slices.Contains(typesOf(w.verified(id)), entrySilence) {
			t.Errorf("%s: a connected candidate looks off-line for %v, journal %v", name, silent, typesOf(w.verified(id)))
		}
	}

	// The same save again is a word too; what another device sends, and what comes after the end, is none.
	amy, id, deadline := begin()
	w.clock.Add(25 * time.Second)
	w.save(amy, id, 1, 5, w.right(id, 1))
	if at := w.attempt(id).ContactAt; !at.Equal(w.clock.Now()) {
		t.Errorf("a repeated save was not heard: %v", at)
	}
	w.clock.Set(deadline.Add(5 * time.Second))
	_, err := w.room.Answer(ctx, amy, id, 2, Save{Device: "old tab", Seq: 9, Response: w.right(id, 2)})
	w.refused(err, fault.Conflict, "exams.other_device")
	w.clock.Set(deadline.Add(time.Minute))
	w.ok(offline(amy, id))
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	before := w.attempt(id).ContactAt
	w.clock.Add(time.Minute)
	_, err = w.room.Answer(ctx, amy, id, 2, Save{Device: "laptop", Seq: 10, Response: w.right(id, 2)})
	w.refused(err, fault.Conflict, "exams.over")
	if got := w.attempt(id).ContactAt; !got.Equal(before) {
		t.Error("something was heard after the end")
	}
	w.verified(id)
}

// The end of the window ends the starts and cuts the ordinary limit; what a person is granted runs past it.
// The briefing says so beforehand, with both times.
func theWindowCutsTheOrdinaryLimitAlone(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob := w.candidate("A001"), w.candidate("B001")
	w.ok(w.room.Accommodate(ctx, w.trainer, bob.ID, Accommodation{Label: "視力", Multiplier: 1500, ExtraMinutes: 10, Reason: "視力"}))
	told := func(p people.Person, deadline, uncut time.Time) {
		t.Helper()
		b, err := w.room.Briefing(ctx, p, w.sitting.ID, locale.Hant)
		w.ok(err)
		if !b.Deadline.Equal(deadline) || !b.Uncut.Equal(uncut) || b.Cut != deadline.Before(uncut) {
			t.Errorf("told deadline %v, uncut %v, cut %v; want %v and %v", b.Deadline, b.Uncut, b.Cut, deadline, uncut)
		}
	}
	opens, closes := w.sitting.OpensAt, w.sitting.ClosesAt
	w.clock.Set(opens.Add(-24 * time.Hour)) // before it opens: as of a start at the opening
	told(amy, opens.Add(40*time.Minute), opens.Add(40*time.Minute))
	now := closes.Add(-20 * time.Minute)
	w.clock.Set(now)
	told(amy, closes, now.Add(40*time.Minute))
	told(bob, now.Add(40*time.Minute), now.Add(70*time.Minute)) // half of the 20 left more, and ten
	first, second := w.start(amy), w.start(bob)
	if a, b := w.attempt(first).Deadline, w.attempt(second).Deadline; !a.Equal(closes) || !b.Equal(now.Add(40*time.Minute)) {
		t.Errorf("deadlines %v and %v", a, b)
	}
	w.ok(w.room.Extend(ctx, w.trainer, first, 5, "火警演習"))
	w.ok(w.room.Pause(ctx, w.trainer, first, "停電"))
	w.clock.Add(3 * time.Minute)
	w.ok(w.room.Resume(ctx, w.trainer, first))
	if got := w.attempt(first).Deadline; !got.Equal(closes.Add(8 * time.Minute)) {
		t.Errorf("deadline %v, want eight minutes past the window", got)
	}
	w.clock.Set(closes.Add(time.Minute))
	w.save(amy, first, 1, 1, w.right(first, 1))
	_, err := w.room.Start(ctx, w.candidate("C001"), w.sitting.ID, w.terms(w.sitting.ID))
	w.refused(err, fault.Conflict, "exams.window_over")
}
