package exams

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// secrets are what no page may hold before the policy releases it.
var secrets = []string{"秘語", "秘鑰", "回饋", "credit", "Credit", "single-", "{#", "canary", "Canary", "Right\"", "Explanation", "order\":[0,1,2]"}

func TestE3_PaperHoldsNoKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w, ctx := newWorld(t, db, clock, usual()), context.Background()
		amy := w.candidate("A001")
		id := w.start(amy)
		for _, lang := range locale.Langs() {
			paper, err := w.room.Paper(ctx, amy, id, lang)
			w.ok(err)
			w.silent(paper)
			for _, q := range paper.Questions {
				if q.Stem == "" || q.Points == 0 {
					t.Errorf("question %d has no words or no points: %+v", q.N, q)
				}
			}
		}
	}, schemas()...)
}

// silent fails when a page about a live or unreleased paper tells a key.
func (w *world) silent(page any) {
	w.Helper()
	doc, err := json.Marshal(page)
	w.ok(err)
	for _, secret := range secrets {
		if strings.Contains(string(doc), secret) {
			w.Errorf("the page holds %q:\n%s", secret, doc)
		}
	}
}

func TestE3_ResultFollowsThePolicy(t *testing.T) {
	for name, c := range map[string]struct {
		score, answers               string
		scored, explained            bool // at once
		scoredClosed, explainedClose bool // once the sitting is settled
	}{
		"never":   {"never", "never", false, false, false, false},
		"at once": {"at-once", "at-once", true, true, true, true},
		"closed":  {"when-sitting-closes", "when-sitting-closes", false, false, true, true},
		"usual":   {"at-once", "never", true, false, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
				k := usual()
				k.score, k.answers = c.score, c.answers
				w, ctx := newWorld(t, db, clock, k), context.Background()
				amy := w.candidate("A001")
				id := w.start(amy)
				w.save(amy, id, 1, 1, w.right(id, 1))
				_, err := w.room.Submit(ctx, amy, id)
				w.ok(err)
				check := func(scored, explained bool) {
					t.Helper()
					v, err := w.room.Result(ctx, amy, id, locale.Hant)
					w.ok(err)
					if v.Scored != scored || (v.Max > 0) != scored || (len(v.Sections) > 0) != scored || (len(v.Answers) > 0) != explained {
						t.Errorf("scored %v (%d), explained %v, want %v and %v", v.Scored, v.Max, len(v.Answers), scored, explained)
					}
					if !explained {
						v.Feedback = Feedback{}
						v.Answers = nil
						w.silent(v)
					}
					views, err := w.room.Sittings(ctx, amy)
					w.ok(err)
					if got := views[0].Mine[0].MaxScore > 0; got != scored {
						t.Errorf("the list shows the score: %v, want %v", got, scored)
					}
				}
				check(c.scored, c.explained)
				w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
				check(c.scoredClosed, c.explainedClose)
				if v, err := w.room.Result(ctx, w.trainer, id, locale.Hant); err != nil || !v.Scored || len(v.Answers) == 0 {
					t.Errorf("the trainer sees scored %v, %d answers, %v", v.Scored, len(v.Answers), err)
				}
			}, schemas()...)
		})
	}
}

func TestE3_NobodyElsesPaper(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w, ctx := newWorld(t, db, clock, usual()), context.Background()
		amy, bob := w.candidate("A001"), w.candidate("B001")
		id := w.start(amy)
		for who, p := range map[string]people.Person{"another": bob, "trainer": w.trainer, "system": people.System()} {
			if _, err := w.room.Paper(ctx, p, id, locale.Hant); err == nil {
				t.Errorf("%s sees the paper", who)
			}
		}
		_, err := w.room.Submit(ctx, amy, id)
		w.ok(err)
		if _, err := w.room.Result(ctx, bob, id, locale.Hant); err == nil {
			t.Error("another candidate sees the result")
		}
		if _, err := w.room.Receipt(ctx, bob, id); err == nil {
			t.Error("another candidate sees the receipt")
		}
		if _, err := w.room.Sitting(ctx, bob, w.sitting.ID); err == nil {
			t.Error("a candidate sees the invigilator's page")
		}
	}, schemas()...)
}
