package exams

import (
	"context"
	"fmt"
	"testing"

	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

func TestSpreadOf(t *testing.T) {
	if s := spreadOf([]int{0, 500, 500, 1000}, 500); s != nil {
		t.Errorf("four papers tell of people: %+v", s)
	}
	s := spreadOf([]int{1000, 500, 0, 500, 99, 990}, 500)
	if s == nil || *s != (Spread{Tenths: [10]int{2, 0, 0, 0, 0, 2, 0, 0, 0, 2}, Below: 2, Same: 1, Above: 2}) {
		t.Errorf("%+v", s)
	}
}

// The distribution of a sitting's scores comes with five papers, and only with one's own score.
func TestSpreadFollowsThePolicy(t *testing.T) {
	now := "score: at-once, lessons: at-once, answers: never"
	inOneWorld(t,
		part{name: "AtOnce", run: func(t *testing.T, w *world) { spreadAppears(t, w, true) }},
		part{name: "WhenClosed", run: func(t *testing.T, w *world) {
			w.publish("quizzes/red.exam.md", now, "score: when-sitting-closes, lessons: never, answers: never")
			w.sitting = w.open()
			spreadAppears(t, w, false)
		}})
}

func spreadAppears(t *testing.T, w *world, atOnce bool) {
	ctx := context.Background()
	spread := func(p people.Person, id string) *Spread {
		t.Helper()
		v, err := w.room.Result(ctx, p, id, locale.Hant)
		w.ok(err)
		return v.Spread
	}
	var sat []people.Person
	var papers []string
	for n := range 5 {
		p := w.candidate(fmt.Sprintf("A%03d", n))
		id := w.start(p)
		if sat, papers = append(sat, p), append(papers, id); n > 0 {
			w.save(p, id, 1, 1, w.right(id, 1))
		}
		if n == 4 && spread(w.trainer, papers[0]) != nil {
			t.Error("four papers that are over and a live one make no distribution")
		}
		_, err := w.room.Submit(ctx, p, id)
		w.ok(err)
	}
	if got := spread(sat[0], papers[0]); (got != nil) != atOnce {
		t.Errorf("shown at once: %+v", got)
	}
	if got := spread(w.trainer, papers[0]); got == nil || got.Above != 4 || got.Below+got.Same != 0 || got.Tenths[0] == 0 {
		t.Errorf("the trainer sees %+v", got)
	}
	w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
	if got := spread(sat[1], papers[1]); got == nil || got.Above != 0 || got.Below != 1 || got.Same != 3 {
		t.Errorf("once the sitting is over: %+v", got)
	}
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error { return SetAsideIn(tx, papers[0], people.SystemID, "重考") }))
	if got := spread(sat[1], papers[1]); got != nil {
		t.Errorf("a paper that was set aside still counts: %+v", got)
	}
}
