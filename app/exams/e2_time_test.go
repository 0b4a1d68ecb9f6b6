package exams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// drawTiming is any timing without an accommodation.
func drawTiming(rt *rapid.T) Timing {
	start := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	at := func(name string) time.Time {
		return start.Add(time.Duration(rapid.IntRange(0, 300*60).Draw(rt, name)) * time.Second)
	}
	t := Timing{Start: start, Minutes: rapid.IntRange(1, 240).Draw(rt, "minutes")}
	if rapid.Bool().Draw(rt, "window") {
		t.WindowEnd = start.Add(time.Duration(rapid.IntRange(-10*60, 300*60).Draw(rt, "window end")) * time.Second)
	}
	t.Extensions = rapid.SliceOfN(rapid.IntRange(1, 60), 0, 3).Draw(rt, "extensions")
	for n := range rapid.IntRange(0, 3).Draw(rt, "pauses") {
		from := at(fmt.Sprintf("pause %d", n))
		t.Pauses = append(t.Pauses, Pause{from, from.Add(time.Duration(rapid.IntRange(0, 90*60).Draw(rt, "pause")) * time.Second)})
	}
	return t
}

// TestE2_AnAccommodationIsNeverCutUnlessTheSittingSaysSo: whatever else happens to an attempt, somebody with an
// accommodation has all of what it adds to the limit that everybody has, and a hard end alone takes it away: never
// more than the window's end asks for, and nothing that was granted while the exam was sat.
func TestE2_AnAccommodationIsNeverCutUnlessTheSittingSaysSo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		plain := drawTiming(rt)
		more := plain
		more.Multiplier, more.ExtraMinutes = rapid.IntRange(1000, maxMultiplier).Draw(rt, "multiplier"), rapid.IntRange(0, maxMinutes).Draw(rt, "extra")
		ordinary := time.Duration(plain.Minutes) * time.Minute
		if !plain.WindowEnd.IsZero() {
			ordinary = max(0, min(ordinary, plain.WindowEnd.Sub(plain.Start)))
		}
		granted := ordinary*time.Duration(more.Multiplier-1000)/1000 + time.Duration(more.ExtraMinutes)*time.Minute
		gained := more.Deadline().Sub(plain.Deadline())
		if gained < granted || len(plain.Pauses) == 0 && gained != granted {
			rt.Fatalf("granted %v, gained %v", granted, gained) // a pause in the time that was added adds to it
		}

		hard := more
		hard.HardEnd = true
		if hard.Deadline().After(more.Deadline()) || hard.Deadline().Before(plain.Deadline()) {
			rt.Fatalf("a hard end gives %v, without one %v, without the accommodation %v", hard.Deadline(), more.Deadline(), plain.Deadline())
		}
		if plain.WindowEnd.IsZero() || !more.Start.Add(ordinary+granted).After(plain.WindowEnd) {
			if !hard.Deadline().Equal(more.Deadline()) {
				rt.Fatalf("a hard end cut %v off a limit that ends before it", more.Deadline().Sub(hard.Deadline()))
			}
			return
		}
		bare := hard
		bare.Extensions, bare.Pauses = nil, nil
		if end := bare.Deadline(); end.After(plain.WindowEnd) && end.After(plain.Start) {
			rt.Fatalf("a hard end at %v lets the limit run to %v", plain.WindowEnd, end)
		}
		extensions := time.Duration(0)
		for _, minutes := range hard.Extensions {
			extensions += time.Duration(minutes) * time.Minute
		}
		if hard.Deadline().Sub(bare.Deadline()) < extensions {
			rt.Fatal("a hard end cut an extension")
		}
	})
}

// TestE2_WhatTheBriefingTellsHolds: at any sitting, for anybody and at any moment, the deadline that was told before
// the start is the attempt's.
func TestE2_WhatTheBriefingTellsHolds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, clock := storetest.SQLite(t, schemas()...)
	w := newWorld(t, db, clock, usual())
	number := 0
	rapid.Check(t, func(rt *rapid.T) {
		number++
		amy := w.candidate(fmt.Sprintf("H%05d", number))
		if rapid.Bool().Draw(rt, "accommodated") {
			w.ok(w.room.Accommodate(ctx, w.hr, amy.ID, Accommodation{Label: "視力", Multiplier: rapid.IntRange(1001, maxMultiplier).Draw(rt, "multiplier"),
				ExtraMinutes: rapid.IntRange(0, maxMinutes).Draw(rt, "extra"), Reason: "醫師證明"}))
		}
		window := rapid.IntRange(10, 120).Draw(rt, "window")
		s, err := w.room.OpenSitting(ctx, w.trainer, NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: clock.Now(), ClosesAt: clock.Now().Add(time.Duration(window) * time.Minute),
			HardEnd: rapid.Bool().Draw(rt, "hard end")})
		w.ok(err)
		clock.Add(time.Duration(rapid.IntRange(0, window*60-1).Draw(rt, "seconds")) * time.Second)
		b, err := w.room.Briefing(ctx, amy, s.ID, locale.Hant)
		w.ok(err)
		id, err := w.room.Start(ctx, amy, s.ID, w.terms(s.ID))
		w.ok(err)
		if got := w.attempt(id).Deadline; !got.Equal(b.Deadline) || b.Cut != got.Before(b.Uncut) || s.HardEnd && got.After(s.ClosesAt) {
			rt.Fatalf("told %v (uncut %v, cut %v), got %v; the window ends %v, hard %v", b.Deadline, b.Uncut, b.Cut, got, s.ClosesAt, s.HardEnd)
		}
	})
}

func aHardEndCutsAccommodations(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	w.ok(w.room.Accommodate(ctx, w.hr, amy.ID, Accommodation{Label: "閱讀障礙", Multiplier: 1500, Reason: "醫師證明"}))
	now := w.clock.Now()
	hard, err := w.room.OpenSitting(ctx, w.trainer, NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: now, ClosesAt: now.Add(50 * time.Minute), HardEnd: true})
	w.ok(err)
	b, err := w.room.Briefing(ctx, amy, hard.ID, locale.Hant)
	w.ok(err)
	if !b.Sitting.HardEnd || !b.Cut || b.Minutes != 50 || !b.Deadline.Equal(hard.ClosesAt) || !b.Uncut.Equal(now.Add(time.Hour)) || len(b.Held) != 1 || b.Held[0].Label != "閱讀障礙" {
		t.Errorf("told %+v", b)
	}
	d, err := w.room.Sitting(ctx, w.trainer, hard.ID)
	w.ok(err)
	if len(d.Adjusted) != 1 || d.Adjusted[0].PersonID != amy.ID || d.Adjusted[0].Limit != 50*time.Minute || d.Adjusted[0].Whole != time.Hour {
		t.Errorf("its trainer is told %+v", d.Adjusted)
	}
	id, err := w.room.Start(ctx, amy, hard.ID, w.terms(hard.ID))
	w.ok(err)
	if got := w.attempt(id).Deadline; !got.Equal(hard.ClosesAt) {
		t.Errorf("deadline %v, the window ends %v", got, hard.ClosesAt)
	}
	w.ok(w.room.Extend(ctx, w.trainer, id, 10, "火警演習"))
	if got := w.attempt(id).Deadline; !got.Equal(hard.ClosesAt.Add(10 * time.Minute)) {
		t.Errorf("after an extension %v", got)
	}
}

// A pause that begins in the window and ends after it gives back every minute of it, and nothing expires meanwhile.
func aPauseAcrossTheEndOfTheWindow(t *testing.T, w *world) {
	ctx := context.Background()
	amy, now := w.candidate("A001"), w.clock.Now()
	s, err := w.room.OpenSitting(ctx, w.trainer, NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: now, ClosesAt: now.Add(30 * time.Minute), HardEnd: true})
	w.ok(err)
	id, err := w.room.Start(ctx, amy, s.ID, w.terms(s.ID))
	w.ok(err)
	w.clock.Add(25 * time.Minute)
	w.save(amy, id, 1, 1, w.right(id, 1))
	w.ok(w.room.Pause(ctx, w.trainer, id, "停電"))
	w.clock.Add(2 * time.Hour)
	w.ok(w.queue.Drain(ctx))
	d, err := w.room.Sitting(ctx, w.trainer, s.ID)
	w.ok(err)
	if w.attempt(id).State != Live || !d.ClosedAt.IsZero() {
		t.Fatalf("the window ended in a pause: %s, closed %v", w.attempt(id).State, d.ClosedAt)
	}
	w.ok(w.room.Resume(ctx, w.trainer, id))
	if left := w.attempt(id).Deadline.Sub(w.clock.Now()); left != 5*time.Minute {
		t.Errorf("%v left after the pause, five minutes before it", left)
	}
	w.save(amy, id, 2, 2, w.right(id, 2))
	w.clock.Set(w.attempt(id).DueAt.Add(time.Millisecond))
	w.ok(w.queue.Drain(ctx))
	if a := w.attempt(id); a.State != Expired || a.Answered != 2 {
		t.Errorf("%+v", a)
	}
	w.verified(id)
}

// An extension and the expiry at the same moment: whichever is first wins whole, and the other is refused or does
// nothing.
func anExtensionRacesTheExpiry(t *testing.T, w *world) {
	ctx := context.Background()
	won := map[bool]int{}
	for n := range 6 {
		amy := w.candidate(fmt.Sprintf("A%03d", n))
		w.sitting = w.open()
		id := w.start(amy)
		w.save(amy, id, 1, 1, w.right(id, 1))
		before := w.attempt(id)
		w.clock.Set(before.DueAt.Add(time.Millisecond))
		var all sync.WaitGroup
		var extension, expiry error
		extend := func() { extension = w.room.Extend(ctx, w.trainer, id, 15, "火警演習") }
		expire := func() { expiry = w.room.ExpireDue(ctx) }
		both := []func(){extend, expire}
		if n%2 == 1 {
			slices.Reverse(both)
		}
		for _, f := range both {
			all.Go(f)
		}
		all.Wait()
		w.ok(expiry)
		a := w.attempt(id)
		won[extension == nil]++
		switch {
		case extension == nil && (a.State != Live || !a.Deadline.Equal(before.Deadline.Add(15*time.Minute)) || a.Revision != 0):
			t.Errorf("the extension was taken, and the attempt is %+v", a)
		case extension != nil && (!fault.HasKey(extension, "exams.over") || a.State != Expired || !a.Deadline.Equal(before.Deadline) || a.Revision != 1):
			t.Errorf("the extension was refused (%v), and the attempt is %+v", extension, a)
		}
		if extension == nil { // and the moved deadline expires in its turn
			w.clock.Set(a.DueAt.Add(time.Millisecond))
			w.ok(w.queue.Drain(ctx))
			if got := w.attempt(id); got.State != Expired || got.Answered != 1 || got.Revision != 1 {
				t.Errorf("after the extension: %+v", got)
			}
		}
		w.verified(id)
	}
	t.Logf("the extension won %d times of 6", won[true])
}

// adjustments are what the journal of an attempt says was done to its time.
func (w *world) adjustments(id string) (all []adjustPayload) {
	w.Helper()
	for _, e := range w.verified(id) {
		if e.Type == entryAdjust {
			var p adjustPayload
			w.ok(json.Unmarshal(e.Payload, &p))
			all = append(all, p)
		}
	}
	return all
}

func allAtOnce(t *testing.T, w *world) {
	ctx := context.Background()
	var ids []string
	for n := range stride + 5 { // more than one step
		ids = append(ids, w.start(w.candidate(fmt.Sprintf("A%03d", n))))
	}
	alone, handedIn := ids[0], ids[1]
	amy := w.personOf(handedIn)
	_, err := w.room.Submit(ctx, amy, handedIn)
	w.ok(err)
	w.ok(w.room.Pause(ctx, w.trainer, alone, "身體不適"))
	seen := func() string {
		d, err := w.room.Sitting(ctx, w.trainer, w.sitting.ID)
		w.ok(err)
		return d.LastAdjustment()
	}
	told := func(n int, err error, want int) {
		t.Helper()
		if w.ok(err); n != want {
			t.Errorf("%d attempts, want %d", n, want)
		}
	}
	before := w.attempt(ids[2]).Deadline

	_, err = w.room.ExtendAll(ctx, amy, w.sitting.ID, 10, "求你", "")
	w.refused(err, fault.Forbidden, "exams.forbidden")
	_, err = w.room.ExtendAll(ctx, w.trainer, "0190", 10, "停電", "")
	w.refused(err, fault.NotFound, "exams.missing")
	for _, minutes := range []int{0, -5, maxMinutes + 1} {
		_, err = w.room.ExtendAll(ctx, w.trainer, w.sitting.ID, minutes, "停電", "")
		w.refused(err, fault.Invalid, "exams.minutes_range")
	}
	_, err = w.room.ExtendAll(ctx, w.trainer, w.sitting.ID, 10, " ", "")
	w.refused(err, fault.Invalid, "exams.text_missing")
	_, err = w.room.PauseAll(ctx, w.trainer, w.sitting.ID, "", "")
	w.refused(err, fault.Invalid, "exams.text_missing")

	n, err := w.room.ExtendAll(ctx, w.trainer, w.sitting.ID, 10, "停電", seen())
	told(n, err, stride+4) // the one that is paused as well
	_, err = w.room.ExtendAll(ctx, w.trainer, w.sitting.ID, 10, "停電", "")
	w.refused(err, fault.Conflict, "exams.adjusted_meanwhile") // the form that was sent twice
	late := w.start(w.candidate("B001"))
	n, err = w.room.PauseAll(ctx, w.trainer, w.sitting.ID, "停電", seen())
	told(n, err, stride+4) // the late one too, and not who was paused already
	w.clock.Add(20 * time.Minute)
	n, err = w.room.ResumeAll(ctx, w.trainer, w.sitting.ID, seen())
	told(n, err, stride+5)
	n, err = w.room.ResumeAll(ctx, w.trainer, w.sitting.ID, seen())
	told(n, err, 0)

	for _, id := range ids[2:] {
		if a := w.attempt(id); !a.PausedAt.IsZero() || !a.Deadline.Equal(before.Add(30*time.Minute)) {
			t.Fatalf("%+v", a)
		}
	}
	if a := w.attempt(late); !a.Deadline.Equal(a.StartedAt.Add(60 * time.Minute)) {
		t.Errorf("who started after the extension has %v", a.Deadline.Sub(a.StartedAt))
	}
	kinds := []string{}
	for _, p := range w.adjustments(ids[5]) {
		if p.All == "" || p.By != w.trainer.ID {
			t.Errorf("the journal says %+v", p)
		}
		kinds = append(kinds, p.What)
	}
	if !slices.Equal(kinds, []string{extended, paused, resumed}) {
		t.Errorf("the journal has %v", kinds)
	}
	if p := w.adjustments(alone); p[0].All != "" || p[1].All == "" || len(p) != 3 {
		t.Errorf("of the one paused by itself: %+v", p)
	}
	if len(w.adjustments(handedIn)) != 0 {
		t.Error("a paper that was handed in was changed")
	}
	d, err := w.room.Sitting(ctx, w.trainer, w.sitting.ID)
	w.ok(err)
	if len(d.Adjustments) != 4 || d.Adjustments[0].Reached != stride+4 || d.Adjustments[0].Reason != "停電" || d.Adjustments[0].Minutes != 10 || d.Adjustments[0].DoneAt.IsZero() {
		t.Errorf("on record: %+v", d.Adjustments)
	}
	w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
	_, err = w.room.PauseAll(ctx, w.trainer, w.sitting.ID, "停電", seen())
	w.refused(err, fault.Conflict, "exams.nobody_live")
}

// What a crash leaves half done is finished by the queue, each attempt once; and an adjustment that comes in between
// waits for the one before.
func allAtOnceSurvivesACrash(t *testing.T, w *world) {
	ctx := context.Background()
	var ids []string
	for n := range stride + 3 {
		ids = append(ids, w.start(w.candidate(fmt.Sprintf("A%03d", n))))
	}
	before := w.attempt(ids[0]).Deadline
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO adjustment (id, sitting_id, what, minutes, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tx.NewID(), w.sitting.ID, extended, 10, "停電", w.trainer.ID, store.Ms(tx.Now))
		return err
	}))
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { // the first step, and then the power is cut
		_, err := stepIn(tx, w.sitting.ID)
		return err
	}))
	moved := func() (n int) {
		for _, id := range ids {
			if !w.attempt(id).Deadline.Equal(before) {
				n++
			}
		}
		return n
	}
	if moved() != stride {
		t.Fatalf("%d moved by one step", moved())
	}
	payload, err := json.Marshal(w.sitting.ID)
	w.ok(err)
	w.ok(w.room.finishAdjustments(ctx, payload))
	w.ok(w.room.finishAdjustments(ctx, payload)) // and once more finds nothing
	for _, id := range ids {
		if got := w.attempt(id).Deadline.Sub(before); got != 10*time.Minute {
			t.Errorf("moved by %v", got)
		}
		if p := w.adjustments(id); len(p) != 1 {
			t.Errorf("the journal has %+v", p)
		}
	}
	// A recorded adjustment has its job, so that a crash right after it changes nothing.
	d, err := w.room.Sitting(ctx, w.trainer, w.sitting.ID)
	w.ok(err)
	_, err = w.room.PauseAll(ctx, w.trainer, w.sitting.ID, "停電", d.LastAdjustment())
	w.ok(err)
	var waiting int
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT count(*) FROM job WHERE kind = ?`, jobAdjust).Scan(&waiting)
	}))
	if waiting == 0 {
		t.Error("no job would finish it")
	}
	w.clock.Add(6 * time.Second)
	w.ok(w.queue.Drain(ctx))
	if a := w.attempt(ids[0]); a.PausedAt.IsZero() || len(w.adjustments(ids[0])) != 2 {
		t.Errorf("after the job: %+v", a)
	}
}

func (w *world) personOf(attempt string) people.Person {
	w.Helper()
	p, err := w.dir.Person(context.Background(), w.attempt(attempt).PersonID)
	w.ok(err)
	return p
}

func accommodationsByLabel(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob := w.candidate("A001"), w.candidate("B001")
	good := Accommodation{Label: "閱讀障礙", Multiplier: 1250, Reason: "醫師證明"}
	for name, c := range map[string]struct {
		actor  people.Person
		whom   []string
		change func(*Accommodation)
		kind   fault.Kind
		key    string
	}{
		"an outsider":      {amy, nil, nil, fault.Forbidden, "exams.forbidden"},
		"nobody":           {w.hr, []string{}, nil, fault.Invalid, "exams.accommodate_whom"},
		"a stranger":       {w.hr, []string{amy.ID, "0190"}, nil, fault.NotFound, "exams.missing"},
		"no label":         {w.hr, nil, func(a *Accommodation) { a.Label = " " }, fault.Invalid, "exams.label_missing"},
		"a long label":     {w.hr, nil, func(a *Accommodation) { a.Label = string(slices.Repeat([]rune("長"), 41)) }, fault.Invalid, "exams.label_long"},
		"no reason":        {w.hr, nil, func(a *Accommodation) { a.Reason = "" }, fault.Invalid, "exams.text_missing"},
		"nothing":          {w.hr, nil, func(a *Accommodation) { a.Multiplier = 1000 }, fault.Invalid, "exams.accommodation_nothing"},
		"less":             {w.hr, nil, func(a *Accommodation) { a.Multiplier = 900 }, fault.Invalid, "exams.accommodation_range"},
		"too much":         {w.hr, nil, func(a *Accommodation) { a.ExtraMinutes = 241 }, fault.Invalid, "exams.accommodation_range"},
		"a day that is by": {w.hr, nil, func(a *Accommodation) { a.Until = w.clock.Now() }, fault.Invalid, "exams.accommodation_past"},
	} {
		a, whom := good, c.whom
		if c.change != nil {
			c.change(&a)
		}
		if whom == nil {
			whom = []string{amy.ID}
		}
		_, err := w.room.AccommodateAll(ctx, c.actor, whom, a)
		if !fault.Is(err, c.kind) || !fault.HasKey(err, c.key) {
			t.Errorf("%s: got %v, want %s %s", name, err, c.kind, c.key)
		}
	}
	_, err := w.room.AccommodateAll(ctx, w.hr, []string{amy.ID}, Accommodation{})
	if problems := (fault.Problems)(nil); !errors.As(err, &problems) || len(problems) != 3 {
		t.Errorf("not all that is wrong at once: %v", err)
	}

	limit := func(p people.Person) time.Duration {
		t.Helper()
		b, err := w.room.Briefing(ctx, p, w.sitting.ID, locale.Hant)
		w.ok(err)
		return b.Deadline.Sub(w.clock.Now())
	}
	n, err := w.room.AccommodateAll(ctx, w.trainer, []string{amy.ID, bob.ID, amy.ID}, good)
	if w.ok(err); n != 2 || limit(amy) != 50*time.Minute || limit(bob) != 50*time.Minute {
		t.Errorf("%d people, %v and %v", n, limit(amy), limit(bob))
	}
	// Another label is another ground: of each part the largest counts, and the parts of two are not added.
	w.ok(w.room.Accommodate(ctx, w.hr, amy.ID, Accommodation{Label: "手傷", Multiplier: 1100, ExtraMinutes: 15, Reason: "石膏", Until: w.clock.Now().Add(48 * time.Hour)}))
	if limit(amy) != 65*time.Minute {
		t.Errorf("two labels: %v", limit(amy))
	}
	// Of one label the latest counts.
	w.ok(w.room.Accommodate(ctx, w.hr, bob.ID, Accommodation{Label: " 閱讀障礙 ", Multiplier: 1500, Reason: "新的證明"}))
	if limit(bob) != 60*time.Minute {
		t.Errorf("replaced: %v", limit(bob))
	}
	first, second := w.start(amy), w.start(bob)
	if w.attempt(first).Deadline.Sub(w.clock.Now()) != 65*time.Minute || w.attempt(second).Deadline.Sub(w.clock.Now()) != 60*time.Minute {
		t.Error("the attempts have other deadlines than were told")
	}
	// Granted while it is sat, it counts at once; ended while it is sat, it takes nothing away.
	w.clock.Add(time.Minute)
	w.ok(w.room.Accommodate(ctx, w.hr, bob.ID, Accommodation{Label: "氣喘", Multiplier: 1000, ExtraMinutes: 5, Reason: "吸入劑"}))
	if got := w.attempt(second); got.Deadline.Sub(got.StartedAt) != 65*time.Minute {
		t.Errorf("granted while sitting: %v", got.Deadline.Sub(got.StartedAt))
	}
	of := func(p people.Person) PersonAccommodations {
		t.Helper()
		found, err := w.room.AccommodationsOf(ctx, w.hr, p.ID)
		w.ok(err)
		return found
	}
	for _, g := range of(bob).Held {
		w.ok(w.room.EndAccommodation(ctx, w.trainer, g.ID, "不再需要"))
		w.refused(w.room.EndAccommodation(ctx, w.trainer, g.ID, "再一次"), fault.Conflict, "exams.accommodation_over")
	}
	w.ok(w.room.Extend(ctx, w.trainer, second, 5, "火警演習"))
	if got := w.attempt(second); got.Deadline.Sub(got.StartedAt) != 70*time.Minute {
		t.Errorf("after the end of what it started with: %v", got.Deadline.Sub(got.StartedAt))
	}
	if p := of(bob); len(p.Held) != 0 || len(p.Past) != 3 || p.Past[0].EndedAt.IsZero() == false || p.Past[1].EndReason != "不再需要" || p.Past[1].EndedBy != w.trainer.ID {
		t.Errorf("history: %+v", p)
	}
	w.refused(w.room.EndAccommodation(ctx, amy, of(amy).Held[0].ID, "我不要"), fault.Forbidden, "exams.forbidden")
	w.refused(w.room.EndAccommodation(ctx, w.hr, "0190", "沒有"), fault.NotFound, "exams.missing")
	w.refused(w.room.EndAccommodation(ctx, w.hr, of(amy).Held[0].ID, " "), fault.Invalid, "exams.text_missing")
	// The last day passes: what starts afterwards does without, and what is under way keeps it.
	w.clock.Add(30 * time.Minute)
	if _, err := w.room.Submit(ctx, bob, second); err != nil {
		t.Fatal(err)
	}
	w.clock.Add(48 * time.Hour)
	w.sitting = w.open()
	if limit(amy) != 40*time.Minute && limit(amy) != 50*time.Minute {
		t.Errorf("after the last day: %v", limit(amy))
	}
	if p := of(amy); len(p.Held) != 1 || p.Held[0].Label != "閱讀障礙" || len(p.Past) != 1 {
		t.Errorf("after the last day: %+v", p)
	}
	all, err := w.room.Accommodations(ctx, w.trainer)
	w.ok(err)
	if i := slices.IndexFunc(all, func(p PersonAccommodations) bool { return p.PersonID == bob.ID }); i < 0 || len(all[i].Past) != 3 {
		t.Errorf("the list: %+v", all)
	}
	_, err = w.room.Accommodations(ctx, amy)
	w.refused(err, fault.Forbidden, "exams.forbidden")
	_, err = w.room.AccommodationsOf(ctx, amy, bob.ID)
	w.refused(err, fault.Forbidden, "exams.forbidden")
	if own, err := w.room.AccommodationsOf(ctx, amy, amy.ID); err != nil || len(own.Held) != 1 {
		t.Errorf("one's own: %+v %v", own, err)
	}
	w.verified(first)
	w.verified(second)
}

func savesCarryTheDeadline(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	id := w.start(amy)
	if saved := w.save(amy, id, 1, 1, w.right(id, 1)); !saved.Deadline.Equal(w.attempt(id).Deadline) {
		t.Errorf("a save says %v", saved.Deadline)
	}
	w.ok(w.room.Extend(ctx, w.trainer, id, 7, "火警演習"))
	if saved := w.save(amy, id, 1, 1, w.right(id, 1)); !saved.Deadline.Equal(w.attempt(id).Deadline) {
		t.Errorf("a repeated save says %v", saved.Deadline)
	}
	if saved := w.save(amy, id, 2, 2, w.right(id, 2)); !saved.Deadline.Equal(w.attempt(id).Deadline) {
		t.Errorf("the next save says %v", saved.Deadline)
	}
}
