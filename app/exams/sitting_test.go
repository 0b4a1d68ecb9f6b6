package exams

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

func TestSittingIsOpened(t *testing.T) {
	inOneWorld(t,
		part{name: "ForNamedPeople", run: forNamedPeople},
		part{name: "BehindAPasscode", run: behindAPasscode},
		part{name: "ManyGuessAtOnce", run: manyGuessAtOnce},
		part{name: "LateEntry", run: lateEntry},
		part{name: "DecideWhatIsShown", run: decideWhatIsShown},
		part{name: "OpeningRefusesAllAtOnce", run: openingRefusesAllAtOnce},
		part{name: "OldOnesAreAsTheyWere", run: oldSittingsAreAsTheyWere})
}

// opened is a sitting for the cohort from now on for two hours, with what else is decided.
func (w *world) opened(change func(*NewSitting)) Sitting {
	w.Helper()
	n := NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(2 * time.Hour)}
	change(&n)
	s, err := w.room.OpenSitting(context.Background(), w.trainer, n)
	w.ok(err)
	return s
}

func forNamedPeople(t *testing.T, w *world) {
	ctx := context.Background()
	amy, ben, outside := w.candidate("A001"), w.candidate("B001"), w.person("X001", people.Manager)
	s := w.opened(func(n *NewSitting) { n.CohortID, n.People = "", []string{amy.ID, outside.ID, amy.ID} })
	sees := func(p people.Person) bool {
		t.Helper()
		views, err := w.room.Sittings(ctx, p)
		w.ok(err)
		return slices.ContainsFunc(views, func(v SittingView) bool { return v.ID == s.ID })
	}
	if !s.Named || !sees(amy) || !sees(outside) || sees(ben) {
		t.Errorf("amy sees it: %v, somebody without a cohort: %v, who is not named: %v", sees(amy), sees(outside), sees(ben))
	}
	_, err := w.room.Start(ctx, ben, s.ID, w.terms(s.ID))
	w.refused(err, fault.Forbidden, "exams.not_invited")
	_, err = w.room.Start(ctx, outside, s.ID, w.terms(s.ID))
	w.ok(err)
	d, err := w.room.Sitting(ctx, w.trainer, s.ID)
	w.ok(err)
	if d.Expected != 2 || !slices.Equal(d.Absent, []string{amy.ID}) {
		t.Errorf("expected %d, absent %v", d.Expected, d.Absent)
	}
	// More than one transaction's worth.
	many := []string{}
	for n := range 160 {
		many = append(many, w.person(fmt.Sprintf("M%03d", n)).ID)
	}
	s = w.opened(func(n *NewSitting) { n.CohortID, n.People = "", many })
	if d, err = w.room.Sitting(ctx, w.trainer, s.ID); err != nil || d.Expected != 160 {
		t.Errorf("expected %d of 160: %v", d.Expected, err)
	}
}

func behindAPasscode(t *testing.T, w *world) {
	ctx := context.Background()
	amy, ben, stranger := w.candidate("A001"), w.candidate("B001"), w.person("X001")
	s := w.opened(func(n *NewSitting) { n.Passcode = " Rain-47 " })
	locked := func(p people.Person) bool {
		t.Helper()
		b, err := w.room.Briefing(ctx, p, s.ID, locale.Hant)
		w.ok(err)
		if strings.Contains(strings.ToLower(fmt.Sprintf("%+v", b)), "rain") {
			t.Fatal("the briefing knows the passcode")
		}
		return b.Locked
	}
	if !locked(amy) {
		t.Error("the briefing asks for no passcode")
	}
	_, err := w.room.Start(ctx, amy, s.ID, w.terms(s.ID))
	w.refused(err, fault.Invalid, "exams.passcode_needed")
	w.refused(w.room.Unlock(ctx, stranger, s.ID, "rain-47"), fault.Forbidden, "exams.not_invited")
	w.refused(w.room.Unlock(ctx, amy, "0190", "rain-47"), fault.NotFound, "exams.missing")
	w.refused(w.room.Unlock(ctx, amy, s.ID, "rain-4"), fault.Invalid, "exams.passcode_wrong")
	w.refused(w.room.Unlock(ctx, amy, s.ID, ""), fault.Invalid, "exams.passcode_wrong")
	w.ok(w.room.Unlock(ctx, amy, s.ID, "ＲＡＩＮ-４７"))  // as an input method types it
	w.ok(w.room.Unlock(ctx, amy, s.ID, "whatever")) // she is in, and nothing more is tried
	if locked(amy) || !locked(ben) {
		t.Error("one's passcode opened it to all, or to nobody")
	}
	id, err := w.room.Start(ctx, amy, s.ID, w.terms(s.ID))
	w.ok(err)
	again, err := w.room.Start(ctx, amy, s.ID, w.terms(s.ID))
	if w.ok(err); again != id {
		t.Error("going on takes another attempt")
	}
	w.clock.Add(time.Second)
	for range maxGuesses {
		w.refused(w.room.Unlock(ctx, ben, s.ID, "guess"), fault.Invalid, "exams.passcode_wrong")
	}
	w.refused(w.room.Unlock(ctx, ben, s.ID, "rain-47"), fault.TooMany, "exams.passcode_throttled")
	w.clock.Add(guessesWithin)
	w.ok(w.room.Unlock(ctx, ben, s.ID, "rain-47"))
	d, err := w.room.Sitting(ctx, w.trainer, s.ID)
	w.ok(err)
	if d.Passcode != "Rain-47" || len(d.Guesses) != 2 || d.Guesses[0].PersonID != ben.ID || d.Guesses[0].N != maxGuesses || d.Guesses[1].N != 2 {
		t.Errorf("passcode %q, guesses %+v", d.Passcode, d.Guesses)
	}
	w.clock.Set(s.ClosesAt)
	w.refused(w.room.Unlock(ctx, w.candidate("C001"), s.ID, "rain-47"), fault.Conflict, "exams.window_over")
}

// Nobody slips past the throttle by guessing many times at once.
func manyGuessAtOnce(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	s := w.opened(func(n *NewSitting) { n.Passcode = "4711" })
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() { _ = w.room.Unlock(ctx, amy, s.ID, fmt.Sprint(1000+n)) })
	}
	all.Wait()
	var tried int
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT count(*) FROM passcode_try WHERE sitting_id = ?`, s.ID).Scan(&tried)
	}))
	if tried != maxGuesses {
		t.Errorf("%d of 20 guesses were compared", tried)
	}
}

func lateEntry(t *testing.T, w *world) {
	ctx := context.Background()
	watcher, amy, ben, stranger := w.person("W001", people.Invigilator), w.candidate("A001"), w.candidate("B001"), w.person("X001")
	s := w.opened(func(n *NewSitting) { n.LateMinutes, n.Invigilators = 15, []string{watcher.ID} })
	if !s.LastStart().Equal(s.OpensAt.Add(15 * time.Minute)) {
		t.Errorf("last start %v", s.LastStart())
	}
	w.clock.Set(s.LastStart().Add(-time.Millisecond))
	_, err := w.room.Start(ctx, amy, s.ID, w.terms(s.ID))
	w.ok(err)
	w.clock.Set(s.LastStart())
	_, err = w.room.Start(ctx, ben, s.ID, w.terms(s.ID))
	w.refused(err, fault.Conflict, "exams.late")
	b, err := w.room.Briefing(ctx, ben, s.ID, locale.Hant)
	w.ok(err)
	w.refused(b.WhyNot, fault.Conflict, "exams.late")    // told beforehand
	_, err = w.room.Start(ctx, amy, s.ID, w.terms(s.ID)) // going on is no start
	w.ok(err)

	w.refused(w.room.Admit(ctx, amy, s.ID, ben.ID, "我朋友"), fault.Forbidden, "exams.forbidden")
	w.refused(w.room.Admit(ctx, watcher, s.ID, ben.ID, " "), fault.Invalid, "exams.text_missing")
	w.refused(w.room.Admit(ctx, watcher, s.ID, "0190", "電車誤點"), fault.NotFound, "exams.missing")
	w.refused(w.room.Admit(ctx, watcher, "0190", ben.ID, "電車誤點"), fault.NotFound, "exams.missing")
	w.refused(w.room.Admit(ctx, watcher, s.ID, stranger.ID, "電車誤點"), fault.Invalid, "exams.not_expected")
	free := w.opened(func(*NewSitting) {})
	w.refused(w.room.Admit(ctx, w.trainer, free.ID, ben.ID, "電車誤點"), fault.Conflict, "exams.no_late_entry")
	w.ok(w.room.Admit(ctx, watcher, s.ID, ben.ID, "電車誤點"))
	w.ok(w.room.Admit(ctx, w.trainer, s.ID, ben.ID, "再按一次")) // twice is once

	if b, err = w.room.Briefing(ctx, ben, s.ID, locale.Hant); err != nil || b.WhyNot != nil || !b.LetIn {
		t.Errorf("let in: %+v %v", b.WhyNot, err)
	}
	id, err := w.room.Start(ctx, ben, s.ID, w.terms(s.ID))
	w.ok(err)
	var admission string
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT id FROM admission WHERE sitting_id = ? AND person_id = ?`, s.ID, ben.ID).Scan(&admission)
	}))
	if first := w.verified(id)[0]; !strings.Contains(string(first.Payload), `"admission":"`+admission+`"`) {
		t.Errorf("the journal does not say who was let in: %s", first.Payload)
	}
	d, err := w.room.Sitting(ctx, watcher, s.ID)
	w.ok(err)
	if len(d.Admitted) != 1 || d.Admitted[0].PersonID != ben.ID || d.Admitted[0].By != watcher.ID || d.Admitted[0].Reason != "電車誤點" {
		t.Errorf("on record: %+v", d.Admitted)
	}
	w.clock.Set(s.ClosesAt)
	carl := w.candidate("C001")
	w.refused(w.room.Admit(ctx, watcher, s.ID, carl.ID, "睡過頭"), fault.Conflict, "exams.window_over")

	// As is usual: a quarter of an hour where somebody watches, else none of it.
	if s := w.opened(func(n *NewSitting) { n.LateMinutes = UsualLate }); s.Late != 0 {
		t.Errorf("nobody watches: %v", s.Late)
	}
	if s := w.opened(func(n *NewSitting) { n.LateMinutes, n.Invigilators = UsualLate, []string{watcher.ID} }); s.Late != 15*time.Minute {
		t.Errorf("somebody watches: %v", s.Late)
	}
	// A late entry longer than the window ends with it.
	if s := w.opened(func(n *NewSitting) { n.LateMinutes = 600 }); !s.LastStart().Equal(s.ClosesAt) {
		t.Errorf("last start %v", s.LastStart())
	}
}

// What a sitting decides of score, lessons and answers goes before the exam's own, and what it leaves open does not.
func decideWhatIsShown(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	s := w.opened(func(n *NewSitting) { n.Feedback = Feedback{Score: WhenClosed, Answers: WhenClosed} })
	id, err := w.room.Start(ctx, amy, s.ID, w.terms(s.ID))
	w.ok(err)
	w.save(amy, id, 1, 1, w.wrong(id, 1))
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	look := func() ResultView {
		t.Helper()
		v, err := w.room.Result(ctx, amy, id, locale.Hant)
		w.ok(err)
		return v
	}
	mine := func() Attempt {
		t.Helper()
		views, err := w.room.Sittings(ctx, amy)
		w.ok(err)
		i := slices.IndexFunc(views, func(v SittingView) bool { return v.ID == s.ID })
		return views[i].Mine[0]
	}
	if v := look(); v.Scored || v.Answers != nil || v.Feedback != (Feedback{WhenClosed, AtOnce, WhenClosed, WhenClosed}) {
		t.Errorf("before it closes: scored %v, %d answers, %+v", v.Scored, len(v.Answers), v.Feedback)
	}
	if a := mine(); a.Revision != 0 || a.MaxScore != 0 {
		t.Errorf("the list tells the score: %+v", a)
	}
	other := w.open()
	_, err = w.room.Start(ctx, amy, other.ID, w.terms(other.ID))
	w.refused(err, fault.Conflict, "exams.retry_awaited") // another go would tell the score
	w.ok(w.room.CloseSitting(ctx, w.trainer, s.ID))
	if v := look(); !v.Scored || len(v.Answers) != 10 {
		t.Errorf("after it closed: scored %v, %d answers", v.Scored, len(v.Answers))
	}
	if a := mine(); a.Revision != 1 {
		t.Errorf("the list hides the score: %+v", a)
	}
	never := w.opened(func(n *NewSitting) { n.Feedback = Feedback{Score: Never, Lessons: Never} })
	ben := w.candidate("B001")
	id, err = w.room.Start(ctx, ben, never.ID, w.terms(never.ID))
	w.ok(err)
	_, err = w.room.Submit(ctx, ben, id)
	w.ok(err)
	if v, err := w.room.Result(ctx, ben, id, locale.Hant); err != nil || v.Scored || v.Lessons != nil {
		t.Errorf("never: %+v %v", v, err)
	}
	d, err := w.room.Sitting(ctx, w.trainer, never.ID)
	w.ok(err)
	if d.Shown != (Feedback{Never, Never, Never, Never}) {
		t.Errorf("its trainer is told %+v", d.Shown)
	}
}

func openingRefusesAllAtOnce(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	now := w.clock.Now()
	for name, c := range map[string]struct {
		change func(*NewSitting)
		key    string
	}{
		"a cohort and people":          {func(n *NewSitting) { n.People = []string{amy.ID} }, "exams.for_whom"},
		"a stranger":                   {func(n *NewSitting) { n.CohortID, n.People = "", []string{amy.ID, "0190"} }, "exams.named_unknown"},
		"too many":                     {func(n *NewSitting) { n.CohortID, n.People = "", numbered(maxNamed+1) }, "exams.named_many"},
		"a short passcode":             {func(n *NewSitting) { n.Passcode = "abc" }, "exams.passcode_size"},
		"a long passcode":              {func(n *NewSitting) { n.Passcode = strings.Repeat("x", 33) }, "exams.passcode_size"},
		"late by less than 0":          {func(n *NewSitting) { n.LateMinutes = -2 }, "exams.late_range"},
		"late by years":                {func(n *NewSitting) { n.LateMinutes = 400*24*60 + 1 }, "exams.late_range"},
		"an unknown phase":             {func(n *NewSitting) { n.Feedback.Lessons = "soon" }, "exams.phase_unknown"},
		"an unknown phase of comments": {func(n *NewSitting) { n.Feedback.Comments = "soon" }, "exams.phase_unknown"},
	} {
		n := NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: now, ClosesAt: now.Add(time.Hour)}
		c.change(&n)
		_, err := w.room.OpenSitting(ctx, w.trainer, n)
		if !fault.Is(err, fault.Invalid) || !fault.HasKey(err, c.key) {
			t.Errorf("%s: got %v, want %s", name, err, c.key)
		}
	}
	_, err := w.room.OpenSitting(ctx, w.trainer, NewSitting{Exam: "none", OpensAt: now, ClosesAt: now, Passcode: "abc", LateMinutes: -7})
	problems := (fault.Problems)(nil)
	if !errors.As(err, &problems) {
		t.Fatal(err)
	}
	var about []string
	for _, p := range problems {
		about = append(about, p.Item)
	}
	if slices.Sort(about); !slices.Equal(about, []string{"closes_at", "exam", "late", "passcode"}) {
		t.Errorf("all that is wrong: %v", about)
	}
}

func numbered(n int) (ids []string) {
	for i := range n {
		ids = append(ids, fmt.Sprint(i))
	}
	return ids
}

// A sitting and an accommodation as they were kept before there was more to decide mean what they meant.
func oldSittingsAreAsTheyWere(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
		for n, multiplier := range []int{1500, 1250} {
			if _, err := tx.Exec(`INSERT INTO accommodation (id, person_id, multiplier, extra_minutes, reason, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
				tx.NewID(), amy.ID, multiplier, 5*n, "視力", w.hr.ID, store.Ms(tx.Now)+int64(n)); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO sitting (id, exam, exam_version, pins, title, minutes, cohort_id, opens_ms, closes_ms, secret, commitment, by_id, at_ms)
			SELECT 'old' || id, exam, exam_version, pins, title, minutes, cohort_id, opens_ms, closes_ms, secret, commitment, by_id, at_ms FROM sitting WHERE id = ?`, w.sitting.ID)
		return err
	}))
	id, err := w.room.Start(ctx, amy, "old"+w.sitting.ID, w.terms("old"+w.sitting.ID))
	w.ok(err)
	if a := w.attempt(id); a.Deadline.Sub(a.StartedAt) != 55*time.Minute {
		t.Errorf("the latest accommodation of those without a label gives %v", a.Deadline.Sub(a.StartedAt))
	}
	w.save(amy, id, 1, 1, w.right(id, 1))
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	_, err = w.room.Replay(ctx, id)
	w.ok(err)
	if v, err := w.room.Result(ctx, amy, id, locale.Hant); err != nil || v.Feedback != (Feedback{AtOnce, AtOnce, Never, Never}) {
		t.Errorf("shown %+v, %v", v.Feedback, err)
	}
}
