package exams

import (
	"context"
	"slices"
	"testing"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/store"
)

func TestE6_PastResults(t *testing.T) {
	inOneWorld(t,
		part{name: "RegradeIsPreviewedConfirmedAndOnRecord", run: regradeIsPreviewedConfirmedAndOnRecord}, // of every attempt so far
		part{name: "EditingAnItemChangesNone", run: editingAnItemChangesNoPastResult})
}

// itemAt is the place of an item on an attempt's form, 0 when it was not dealt.
func (w *world) itemAt(attempt, item string) int {
	w.Helper()
	d, err := w.room.dealt(context.Background(), attempt)
	w.ok(err)
	return 1 + slices.IndexFunc(d.form.Questions, func(q FormQuestion) bool { return q.Item == item })
}

func editingAnItemChangesNoPastResult(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob := w.candidate("A001"), w.candidate("B001")
	done, live := w.start(amy), w.start(bob)
	for n := 1; n <= 10; n++ {
		w.save(amy, done, n, int64(n), w.right(done, n))
	}
	_, err := w.room.Submit(ctx, amy, done)
	w.ok(err)
	before, err := w.room.Result(ctx, amy, done, locale.Hant)
	w.ok(err)
	seen, err := w.room.Paper(ctx, bob, live, locale.Hant)
	w.ok(err)

	w.publish("quizzes/red.bank.md", "= 47 ± 1", "= 99 ± 1")
	w.build(t.TempDir() + "/other.key") // nothing cached
	after, err := w.room.Result(ctx, amy, done, locale.Hant)
	w.ok(err)
	if !sameJSON(before, after) {
		t.Errorf("the result changed:\n%+v\n%+v", before, after)
	}
	again, err := w.room.Paper(ctx, bob, live, locale.Hant)
	w.ok(err)
	if !sameJSON(seen, again) {
		t.Error("a live paper changed")
	}
	for n := 1; n <= 10; n++ {
		w.save(bob, live, n, int64(n), w.right(live, n)) // right by the pinned key
	}
	_, err = w.room.Submit(ctx, bob, live)
	w.ok(err)
	if a := w.attempt(live); a.Score != a.MaxScore {
		t.Errorf("graded by another key than the pinned one: %d of %d", a.Score, a.MaxScore)
	}
}

func regradeIsPreviewedConfirmedAndOnRecord(t *testing.T, w *world) {
	ctx := context.Background()
	amy, bob := w.candidate("A001"), w.candidate("B001")
	right, wrong := w.start(amy), w.start(bob)
	// Everything in the second section right, the number 47 or 99, and nothing else: 5 of 11 points.
	for _, id := range []string{right, wrong} {
		p := amy
		if id == wrong {
			p = bob
		}
		for n := 1; n <= 10; n++ {
			ok := n != w.itemAt(id, "calls") || id == right
			w.save(p, id, n, int64(n), w.response(id, n, ok))
		}
		_, err := w.room.Submit(ctx, p, id)
		w.ok(err)
	}
	// The new version has the corrected number, and the choices of one item in another order.
	w.publish("quizzes/red.bank.md", "= 47 ± 1", "= 99 ± 1")
	version := w.publish("quizzes/red.bank.md", "- [x] 紅包正解甲\n- [x] 回扣正解乙\n- [ ] 茶水誤項丙\n", "- [ ] 茶水誤項丙\n- [x] 回扣正解乙\n- [x] 紅包正解甲\n")
	c := Correction{Exam: "red", Bank: "red", Version: version, Reason: "正解是 99"}

	_, err := w.room.Regrade(ctx, amy, c, "")
	w.refused(err, fault.Forbidden, "exams.forbidden")
	diff, err := w.room.Regrade(ctx, w.trainer, c, "")
	w.ok(err)
	if diff.Attempts != 2 || len(diff.Changes) != 2 {
		t.Fatalf("diff %+v", diff)
	}
	for _, change := range diff.Changes {
		want := 1000
		if change.Attempt == right {
			want = -1000
		}
		if change.After-change.Before != want {
			t.Errorf("attempt %s changes by %d, want %d", change.Attempt, change.After-change.Before, want)
		}
	}
	if w.attempt(right).Revision != 1 {
		t.Fatal("a dry run changed a result")
	}
	_, err = w.room.Regrade(ctx, w.trainer, c, "stale")
	w.refused(err, fault.Conflict, "exams.regrade_changed")
	digest, err := diff.Digest()
	w.ok(err)
	var graded []Graded
	w.room.OnGraded(func(_ *store.Tx, g Graded) error { graded = append(graded, g); return nil })
	twin, err := w.room.regraded(ctx, c) // of a second click, or of somebody who corrects another bank
	w.ok(err)
	_, err = w.room.Regrade(ctx, w.trainer, c, digest)
	w.ok(err)
	w.refused(w.room.apply(ctx, w.trainer, c, twin), fault.Conflict, "exams.regrade_changed")
	if len(graded) < 2 {
		t.Errorf("%d hooks ran, want one per attempt", len(graded))
	}
	v, err := w.room.Result(ctx, bob, wrong, locale.Hant)
	w.ok(err)
	if v.Score != v.Max || len(v.Revisions) != 2 || v.Revisions[0].Score != v.Max-1000 || v.Revisions[1].Reason != c.Reason || v.Revisions[1].By != w.trainer.ID {
		t.Errorf("after the regrade: %d of %d, %+v", v.Score, v.Max, v.Revisions)
	}
	if _, err := w.room.Replay(ctx, wrong); err != nil {
		t.Errorf("the first revision no longer replays: %v", err)
	}
	again, err := w.room.Regrade(ctx, w.trainer, c, "")
	w.ok(err)
	if len(again.Changes) != 0 {
		t.Errorf("a second regrade changes %+v", again.Changes)
	}
}
