package exams

import (
	"context"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

func TestRefusals(t *testing.T) {
	again := usual()
	again.reread = "values/line"
	inOneWorld(t,
		part{name: "Answer", run: answerRefuses},
		part{name: "Start", run: startRefuses, rules: again})
}

func answerRefuses(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob := w.candidate("A001"), w.candidate("B001")
	id := w.start(amy)
	single := w.itemAt(id, w.firstSingle(id))
	first := w.save(amy, id, single, 5, w.right(id, single))
	good := func() Save { return Save{Device: "laptop", Seq: 6, Response: w.right(id, single)} }
	for name, c := range map[string]struct {
		actor   people.Person
		attempt string
		n       int
		change  func(*Save)
		kind    fault.Kind
		key     string
	}{
		"another's attempt":        {bob, id, single, nil, fault.NotFound, "exams.missing"},
		"the trainer's hand":       {w.trainer, id, single, nil, fault.NotFound, "exams.missing"},
		"no such attempt":          {amy, "0190", single, nil, fault.NotFound, "exams.missing"},
		"question 0":               {amy, id, 0, nil, fault.Invalid, "exams.not_on_form"},
		"question 11":              {amy, id, 11, nil, fault.Invalid, "exams.not_on_form"},
		"an old sequence":          {amy, id, single, func(s *Save) { s.Seq = 4 }, fault.Conflict, "exams.stale"},
		"the last, another answer": {amy, id, single, func(s *Save) { s.Seq, s.Response = 5, w.wrong(id, single) }, fault.Conflict, "exams.stale"},
		"no sequence":              {amy, id, single, func(s *Save) { s.Seq = 0 }, fault.Invalid, "exams.sequence"},
		"no device":                {amy, id, single, func(s *Save) { s.Device = "" }, fault.Invalid, "exams.device"},
		"a long device":            {amy, id, single, func(s *Save) { s.Device = strings.Repeat("x", 65) }, fault.Invalid, "exams.device"},
		"two choices of one":       {amy, id, single, func(s *Save) { s.Response.Choices = []int{0, 1} }, fault.Invalid, "exams.response_shape"},
		"a choice that is not":     {amy, id, single, func(s *Save) { s.Response.Choices = []int{9} }, fault.Invalid, "exams.response_shape"},
		"text for a choice":        {amy, id, single, func(s *Save) { s.Response = questions.Response{Text: "x"} }, fault.Invalid, "exams.response_shape"},
		"a book for a word":        {amy, id, w.itemAt(id, "word"), func(s *Save) { s.Response = questions.Response{Text: strings.Repeat("款", 501)} }, fault.TooLarge, "exams.response_long"},
	} {
		s := good()
		if c.change != nil {
			c.change(&s)
		}
		_, err := w.room.Answer(ctx, c.actor, c.attempt, c.n, s)
		if !fault.Is(err, c.kind) || !fault.HasKey(err, c.key) {
			t.Errorf("%s: got %v, want %s %s", name, err, c.kind, c.key)
		}
	}
	again := w.save(amy, id, single, 5, w.right(id, single))
	if again != first {
		t.Errorf("the same save twice: %+v, first %+v", again, first)
	}
	if a := w.attempt(id); a.LastSeq != 5 || a.head.Seq != 2 {
		t.Errorf("refusals left traces: seq %d, journal %d", a.LastSeq, a.head.Seq)
	}

	w.clock.Set(w.attempt(id).Deadline)
	w.ok(w.room.Observe(ctx, amy, id, "laptop", []Event{{Kind: Heartbeat}}))
	w.clock.Add(time.Millisecond)
	_, err := w.room.Answer(ctx, amy, id, single, Save{Device: "laptop", Seq: 6, Response: w.wrong(id, single)})
	w.refused(err, fault.Conflict, "exams.over")
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	_, err = w.room.Answer(ctx, amy, id, single, Save{Device: "laptop", Seq: 6, Response: w.wrong(id, single)})
	w.refused(err, fault.Conflict, "exams.over")
	if again := w.save(amy, id, single, 5, w.right(id, single)); again != first {
		t.Error("a save whose receipt was lost gets none after the end")
	}
	w.refused(w.room.Lease(ctx, amy, id, "phone", true), fault.Conflict, "exams.over")
	w.refused(w.room.Observe(ctx, amy, id, "laptop", []Event{{Kind: "paste"}}), fault.Conflict, "exams.over")
}

func (w *world) firstSingle(attempt string) string {
	w.Helper()
	d, err := w.room.dealt(context.Background(), attempt)
	w.ok(err)
	for _, item := range d.items {
		if item.Kind == questions.Single {
			return item.ID
		}
	}
	w.Fatal("no single item on the form")
	return ""
}

func startRefuses(t *testing.T, w *world) {
	ctx := context.Background()
	amy, stranger := w.candidate("A001"), w.person("S001")
	start := func(p people.Person, kind fault.Kind, key string) {
		t.Helper()
		_, err := w.room.Start(ctx, p, w.sitting.ID, w.terms(w.sitting.ID))
		w.refused(err, kind, key)
		b, err := w.room.Briefing(ctx, p, w.sitting.ID, locale.Hant)
		w.ok(err)
		w.refused(b.WhyNot, kind, key) // told beforehand
	}
	_, err := w.room.Start(ctx, amy, w.sitting.ID, Terms{Notice: w.terms(w.sitting.ID).Notice})
	w.refused(err, fault.Invalid, "exams.pledge_needed")
	_, err = w.room.Start(ctx, amy, "0190", w.terms("0190"))
	w.refused(err, fault.NotFound, "exams.missing")
	start(stranger, fault.Forbidden, "exams.not_invited")

	now := w.clock.Now()
	w.clock.Set(now.Add(-time.Millisecond))
	start(amy, fault.Conflict, "exams.not_open")
	w.clock.Set(w.sitting.ClosesAt)
	start(amy, fault.Conflict, "exams.window_over")
	w.clock.Set(now)

	id := w.start(amy)
	if again := w.start(amy); again != id {
		t.Errorf("starting twice: %s and %s", id, again)
	}
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	start(amy, fault.Conflict, "exams.retry_reread")
	w.read(amy, "values/line")
	start(amy, fault.Conflict, "exams.retry_cooldown")
	w.clock.Add(24*time.Hour - time.Minute) // the sitting is over; open another
	w.sitting = w.open()
	start(amy, fault.Conflict, "exams.retry_cooldown")
	w.clock.Add(time.Minute)
	second := w.start(amy)
	_, err = w.room.Submit(ctx, amy, second)
	w.ok(err)
	start(amy, fault.Conflict, "exams.retry_used")

	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return SetAsideIn(tx, second, people.SystemID, "重考") }))
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return SetAsideIn(tx, second, people.SystemID, "重考") }))
	third := w.start(amy) // one more, and the cooldown counts from the attempt before
	for n := 1; n <= 10; n++ {
		w.save(amy, third, n, int64(n), w.right(third, n))
	}
	_, err = w.room.Submit(ctx, amy, third)
	w.ok(err)
	start(amy, fault.Conflict, "exams.retry_passed")

	var passes []Pass
	look := func() {
		t.Helper()
		w.ok(w.db.Read(ctx, func(rx *store.Rx) (err error) {
			passes, err = PassesIn(rx, amy.ID)
			return err
		}))
	}
	if look(); len(passes) != 1 || passes[0].AttemptID != third || passes[0].SetAside || passes[0].Score != passes[0].Max {
		t.Errorf("passes %+v", passes)
	}
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return SetAsideIn(tx, third, people.SystemID, "重考") }))
	if look(); len(passes) != 1 || !passes[0].SetAside {
		t.Errorf("passes after the setting aside %+v", passes)
	}
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return ReinstateIn(tx, third, people.SystemID, "申訴成立") }))
	if look(); passes[0].SetAside {
		t.Error("the pass is still set aside")
	}

	w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
	bob := w.candidate("B001")
	start(bob, fault.Conflict, "exams.sitting_closed")
	w.ok(w.dir.Deactivate(ctx, people.System(), bob.ID, "離職"))
	start(bob, fault.Forbidden, "exams.person_inactive")
}

// read reads a lesson, a second from now.
func (w *world) read(p people.Person, lesson string) {
	w.Helper()
	w.clock.Add(time.Second)
	_, err := w.library.Lesson(context.Background(), p, lesson, locale.Hant)
	w.ok(err)
	w.ok(w.library.Complete(context.Background(), p, lesson))
}
