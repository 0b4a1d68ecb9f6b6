package exams

import (
	"context"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

func TestSittings(t *testing.T) {
	inOneWorld(t,
		part{name: "OpeningPinsAndCommits", run: openingPinsAndCommits},
		part{name: "Closing", run: closing},
		part{name: "NotesAndTheInvigilatorsPage", run: notesAndTheInvigilatorsPage},
		part{name: "UnlimitedAttempts", run: unlimitedAttempts, rules: rules{attempts: 0, cooldown: "0h"}},
		part{name: "AfterOthers", run: afterOthers},
		part{name: "PledgeFirst", run: pledgeFirst}) // last: from then on everybody signs
}

// An exam that comes after another opens to whoever passed that, and closes again with a pass that is set aside.
func afterOthers(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A031")
	doc, err := w.shelf.Doc(ctx, "quizzes/red.exam.md")
	w.ok(err)
	text := strings.NewReplacer("exam: red", "exam: late", "reread: []", "reread: []\nafter: [red]").Replace(doc.Sources[doc.Lang])
	w.ok(w.shelf.SaveDraft(ctx, w.trainer, "quizzes/late.exam.md", doc.Lang, text, 0))
	_, err = w.shelf.Publish(ctx, w.trainer, "quizzes/late.exam.md", "後面的考試", 0)
	w.ok(err)
	circle := strings.Replace(doc.Sources[doc.Lang], "reread: []", "reread: []\nafter: [late, late]", 1)
	doc.Sources[doc.Lang] = circle
	problems, err := w.shelf.Lint(ctx, doc)
	w.ok(err)
	var keys []string
	for _, p := range problems {
		keys = append(keys, p.Key)
	}
	if strings.Join(keys, " ") != "exams.after_circle exams.blueprint_twice" {
		t.Errorf("a circle has the problems %v", problems)
	}
	late, err := w.room.OpenSitting(ctx, w.trainer, NewSitting{Exam: "late", CohortID: w.cohort, OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(time.Hour)})
	w.ok(err)
	_, err = w.room.Start(ctx, amy, late.ID, w.terms(late.ID))
	w.refused(err, fault.Conflict, "exams.after_others")
	first := w.start(amy)
	for n := 1; n <= 10; n++ {
		w.save(amy, first, n, int64(n), w.right(first, n))
	}
	_, err = w.room.Submit(ctx, amy, first)
	w.ok(err)
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return SetAsideIn(tx, first, "hr", "重考") }))
	_, err = w.room.Start(ctx, amy, late.ID, w.terms(late.ID))
	w.refused(err, fault.Conflict, "exams.after_others")
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return ReinstateIn(tx, first, "hr", "申訴成立") }))
	_, err = w.room.Start(ctx, amy, late.ID, w.terms(late.ID))
	w.ok(err)
}

// Nobody starts who has never signed the pledge; a signature of an earlier version will do, and going on needs none.
func pledgeFirst(t *testing.T, w *world) {
	ctx := context.Background()
	amy, ben := w.candidate("A021"), w.candidate("A022")
	under, err := w.room.Start(ctx, ben, w.sitting.ID, w.terms(w.sitting.ID))
	w.ok(err)
	const path = "content/pledge.md"
	version := 0
	for _, text := range []string{"---\ntitle: 承諾\n---\n\n我不作弊。\n", "---\ntitle: 承諾\n---\n\n我不作弊，也不洩題。\n"} {
		w.ok(w.shelf.SaveDraft(ctx, w.trainer, path, locale.Hant, text, version))
		head, err := w.shelf.Publish(ctx, w.trainer, path, "新版", version)
		w.ok(err)
		if version = head.Version; version == 2 {
			break
		}
		_, err = w.room.Start(ctx, amy, w.sitting.ID, w.terms(w.sitting.ID))
		w.refused(err, fault.Conflict, "exams.pledge_first")
		b, err := w.room.Briefing(ctx, amy, w.sitting.ID, locale.Hant)
		w.ok(err)
		w.refused(b.WhyNot, fault.Conflict, "exams.pledge_first")
		w.ok(w.library.SignPledge(ctx, amy, version, locale.Hant))
	}
	_, err = w.room.Start(ctx, amy, w.sitting.ID, w.terms(w.sitting.ID))
	w.ok(err)
	again, err := w.room.Start(ctx, ben, w.sitting.ID, w.terms(w.sitting.ID))
	w.ok(err)
	if again != under {
		t.Errorf("the attempt under way is %s, got %s", under, again)
	}
}

func openingPinsAndCommits(t *testing.T, w *world) {
	ctx := context.Background()
	amy, now := w.candidate("A001"), w.clock.Now()
	open := func(actor people.Person, change func(*NewSitting)) (Sitting, error) {
		n := NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: now, ClosesAt: now.Add(time.Hour)}
		change(&n)
		return w.room.OpenSitting(ctx, actor, n)
	}
	_, err := open(amy, func(*NewSitting) {})
	w.refused(err, fault.Forbidden, "exams.forbidden")
	_, err = open(w.trainer, func(n *NewSitting) { n.Exam = "none" })
	w.refused(err, fault.NotFound, "exams.exam_unknown")
	_, err = open(w.trainer, func(n *NewSitting) { n.ClosesAt = n.OpensAt })
	w.refused(err, fault.Invalid, "exams.window")
	_, err = open(w.trainer, func(n *NewSitting) { n.OpensAt, n.ClosesAt = now.Add(-2*time.Hour), now.Add(-time.Hour) })
	w.refused(err, fault.Invalid, "exams.window")
	_, err = open(w.trainer, func(n *NewSitting) { n.ClosesAt = now.AddDate(0, 0, 400).Add(time.Minute) })
	w.refused(err, fault.Invalid, "exams.window_long")
	_, err = open(w.trainer, func(n *NewSitting) {
		n.OpensAt = now.AddDate(2, 0, 0).Add(time.Minute)
		n.ClosesAt = n.OpensAt.Add(time.Hour)
	})
	w.refused(err, fault.Invalid, "exams.window_far")
	_, err = open(w.trainer, func(n *NewSitting) { n.OpensAt, n.ClosesAt = now.AddDate(2, 0, 0), now.AddDate(2, 0, 400) })
	w.ok(err)
	_, err = open(w.trainer, func(n *NewSitting) { n.Invigilators = []string{amy.ID} })
	w.refused(err, fault.Invalid, "exams.invigilator")

	version := w.publish("quizzes/red.bank.md", "= 47 ± 1", "= 48 ± 1")
	s, err := open(w.trainer, func(*NewSitting) {})
	w.ok(err)
	if s.Pins.Banks["red"].Version != version || w.sitting.Pins.Banks["red"].Version != version-1 {
		t.Errorf("pins %+v, the earlier sitting's %+v", s.Pins, w.sitting.Pins)
	}
	var committed int
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT count(*) FROM leaf WHERE kind = 'sitting' AND data = ?`, s.ID+" "+s.Commitment).Scan(&committed)
	}))
	if committed != 1 {
		t.Error("the commitment is not in the ledger")
	}
	w.room.OnOpened(func(*store.Tx, Sitting) error { return fault.New(fault.Conflict, "exams.forbidden") })
	if _, err := open(w.trainer, func(*NewSitting) {}); err == nil {
		t.Error("a hook's error did not undo the opening")
	}
}

func closing(t *testing.T, w *world) {
	ctx := context.Background()
	closed := map[string]int{}
	w.room.OnClosed(func(tx *store.Tx, s Sitting) error {
		var live int
		if err := tx.Row(`SELECT count(*) FROM attempt WHERE sitting_id = ? AND state = 'live'`, s.ID).Scan(&live); err != nil {
			return err
		}
		if live > 0 {
			t.Errorf("%d attempts are live when the sitting is said to be closed", live)
		}
		tx.After(func() { closed[s.ID]++ })
		return nil
	})
	people, ids := w.candidates(3, true)
	w.save(people[0], ids[0], 1, 1, w.right(ids[0], 1))
	w.refused(w.room.CloseSitting(ctx, people[0], w.sitting.ID), fault.Forbidden, "exams.forbidden")
	w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
	w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
	receipt, err := w.room.Receipt(ctx, people[0], ids[0])
	w.ok(err)
	if receipt.Cause != causeClosed || receipt.Answered != 1 || len(receipt.Answers) != 1 {
		t.Errorf("receipt %+v", receipt)
	}

	// A sitting that nobody closes closes after its window, once the last one is graded.
	second := w.open()
	dora := w.candidate("D001")
	w.clock.Set(second.ClosesAt.Add(-time.Minute))
	id, err := w.room.Start(ctx, dora, second.ID, w.terms(second.ID))
	w.ok(err)
	if got := w.attempt(id).Deadline; !got.Equal(second.ClosesAt) {
		t.Errorf("the window does not end the time: %v", got)
	}
	w.clock.Set(second.ClosesAt.Add(time.Second))
	w.ok(w.room.ExpireDue(ctx))
	if closed[second.ID] != 0 {
		t.Error("closed while an attempt is live")
	}
	w.clock.Add(10 * time.Minute)
	w.ok(w.room.ExpireDue(ctx))
	w.ok(w.room.ExpireDue(ctx))
	if closed[w.sitting.ID] != 1 || closed[second.ID] != 1 {
		t.Errorf("closed %v, want each once", closed)
	}
	papers, err := w.room.Papers(ctx, w.sitting.ID)
	w.ok(err)
	if len(papers) != 3 || len(papers[0].Items) != 10 || len(papers[0].Responses) != 10 {
		t.Errorf("%d papers", len(papers))
	}
}

func notesAndTheInvigilatorsPage(t *testing.T, w *world) {
	ctx := context.Background()
	ian, joe := w.person("I001", people.Invigilator), w.person("J001", people.Invigilator)
	var err error
	w.sitting, err = w.room.OpenSitting(ctx, w.trainer, NewSitting{Exam: "red", CohortID: w.cohort, OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(time.Hour), Invigilators: []string{ian.ID, ian.ID}})
	w.ok(err)
	amy, bob := w.candidate("A001"), w.candidate("B001")
	w.start(amy)
	w.refused(w.room.Note(ctx, joe, w.sitting.ID, amy.ID, "看手機"), fault.Forbidden, "exams.forbidden")
	w.refused(w.room.Note(ctx, ian, w.sitting.ID, amy.ID, "  "), fault.Invalid, "exams.text_missing")
	w.refused(w.room.Note(ctx, ian, w.sitting.ID, bob.ID, "沒來"), fault.NotFound, "exams.missing")
	w.ok(w.room.Note(ctx, ian, w.sitting.ID, amy.ID, "九點十分看手機"))
	w.clock.Add(40 * time.Second)
	detail, err := w.room.Sitting(ctx, ian, w.sitting.ID)
	w.ok(err)
	if c := detail.Candidates; len(c) != 1 || c[0].Silent != 40*time.Second || len(c[0].Notes) != 1 || c[0].Notes[0].By != ian.ID {
		t.Errorf("candidates %+v", c)
	}
	if detail.Expected != 2 || detail.Counts != (Counts{Live: 1}) || len(detail.Absent) != 1 || detail.Absent[0] != bob.ID {
		t.Errorf("counts %+v, absent %v", detail.Counts, detail.Absent)
	}
	if views, err := w.room.Sittings(ctx, joe); err != nil || len(views) != 0 {
		t.Errorf("another invigilator sees %d sittings, %v", len(views), err)
	}
	if views, err := w.room.Sittings(ctx, ian); err != nil || len(views) != 1 || views[0].Counts.Live != 1 {
		t.Errorf("the invigilator sees %+v, %v", views, err)
	}
	if views, err := w.room.Sittings(ctx, bob); err != nil || len(views) != 2 || views[0].WhyNot != nil || views[0].Left != 2 {
		t.Errorf("the candidate sees %+v, %v", views, err)
	}
	w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
	w.refused(w.room.Note(ctx, ian, w.sitting.ID, amy.ID, "補記"), fault.Conflict, "exams.note_closed")
}

func unlimitedAttempts(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	for range 4 {
		_, err := w.room.Submit(ctx, amy, w.start(amy))
		w.ok(err)
	}
	if b, err := w.room.Briefing(ctx, amy, w.sitting.ID, locale.Hant); err != nil || b.Left != -1 {
		t.Errorf("left %d, %v", b.Left, err)
	}
}
