package exams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
)

func TestE3_NothingTellsAKeyBeforeItsTime(t *testing.T) {
	inOneWorld(t,
		part{name: "PaperHoldsNoKeys", run: paperHoldsNoKeys},
		part{name: "NothingOnTheWayDoes", run: nothingOnTheWayDoes},
		part{name: "ResultFollowsThePolicy", run: resultFollowsThePolicy},
		part{name: "NoRetryTellsAPass", run: noRetryTellsAPass, rules: rules{attempts: 3, cooldown: "0h"}},
		part{name: "NobodyElsesPaper", run: nobodyElsesPaper},
		part{name: "NoKeysForAnInvigilator", run: noKeysForAnInvigilator})
}

// secrets are what no page may hold before the policy releases it; the ids of items among them, of which
// "order" is a kind as well.
var secrets = []string{"秘語", "秘鑰", "回饋", "credit", "Credit", "{#", "canary", "Canary", "Right\"", "Explanation", "order\":[0,1,2]",
	"single-", "\"many\"", "\"pairs\"", "\"calls\"", "\"word\"", "#many", "#pairs", "#calls", "#word"}

func paperHoldsNoKeys(t *testing.T, w *world) {
	ctx := context.Background()
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

func resultFollowsThePolicy(t *testing.T, w *world) {
	type shown struct{ score, answers bool }
	ctx := context.Background()
	now := "score: at-once, lessons: at-once, answers: never"
	for n, c := range []struct {
		policy          string
		atOnce, settled shown
	}{
		{now, shown{true, false}, shown{true, false}},
		{"score: never, lessons: never, answers: never", shown{}, shown{}},
		{"score: at-once, lessons: at-once, answers: at-once", shown{true, true}, shown{true, true}},
		{"score: when-sitting-closes, lessons: never, answers: when-sitting-closes", shown{}, shown{true, true}},
	} {
		if c.policy != now {
			w.publish("quizzes/red.exam.md", now, c.policy)
			now = c.policy
		}
		w.sitting = w.open()
		amy := w.candidate(fmt.Sprintf("A%03d", n))
		id := w.start(amy)
		w.save(amy, id, 1, 1, w.right(id, 1))
		_, err := w.room.Submit(ctx, amy, id)
		w.ok(err)
		check := func(want shown) {
			t.Helper()
			v, err := w.room.Result(ctx, amy, id, locale.Hant)
			w.ok(err)
			if v.Scored != want.score || (v.Max > 0) != want.score || (len(v.Sections) > 0) != want.score || (len(v.Answers) > 0) != want.answers {
				t.Errorf("%s: scored %v of %d, %d answers explained, want %+v", c.policy, v.Scored, v.Max, len(v.Answers), want)
			}
			if !want.answers {
				w.silent(v)
			}
			views, err := w.room.Sittings(ctx, amy)
			w.ok(err)
			for _, view := range views {
				if view.ID == w.sitting.ID && (view.Mine[0].MaxScore > 0) != want.score {
					t.Errorf("%s: the list shows %d points", c.policy, view.Mine[0].MaxScore)
				}
			}
		}
		check(c.atOnce)
		w.ok(w.room.CloseSitting(ctx, w.trainer, w.sitting.ID))
		check(c.settled)
		if v, err := w.room.Result(ctx, w.trainer, id, locale.Hant); err != nil || !v.Scored || !strings.Contains(fmt.Sprint(v.Answers), "解析秘語") {
			t.Errorf("the trainer sees scored %v, %d answers, %v", v.Scored, len(v.Answers), err)
		}
	}
}

func nobodyElsesPaper(t *testing.T, w *world) {
	ctx := context.Background()
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
}

// Whoever watches a sitting does not thereby read its bank, least of all while others still sit.
func noKeysForAnInvigilator(t *testing.T, w *world) {
	ctx := context.Background()
	ian := w.person("I001", people.Invigilator)
	var err error
	w.sitting, err = w.room.OpenSitting(ctx, w.trainer, NewSitting{Exam: "red", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(time.Hour), Invigilators: []string{ian.ID}})
	w.ok(err)
	amy := w.candidate("A001")
	id := w.start(amy)
	_, err = w.room.Submit(ctx, amy, id)
	w.ok(err)
	v, err := w.room.Result(ctx, ian, id, locale.Hant)
	w.ok(err)
	if !v.Scored || v.Answers != nil {
		t.Errorf("the invigilator sees scored %v and %d answers explained", v.Scored, len(v.Answers))
	}
	w.silent(v)
}

// Nothing that the server answers on the way, nor the journal, names an item or what is right.
func nothingOnTheWayDoes(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	briefing, err := w.room.Briefing(ctx, amy, w.sitting.ID, locale.Hant)
	w.ok(err)
	w.silent(briefing)
	id := w.start(amy)
	for n := 1; n <= 10; n++ {
		_, err := w.room.Answer(ctx, amy, id, n, Save{Device: "laptop", Seq: int64(n), Response: questions.Response{Choices: []int{99}, Pairs: []int{99}}})
		f := (*fault.Error)(nil)
		if !errors.As(err, &f) {
			t.Fatalf("a response of no item's shape gives %v", err)
		}
		w.silent(f)
		saved := w.save(amy, id, n, int64(n), w.wrong(id, n))
		w.silent(saved)
	}
	again, err := w.room.Answer(ctx, amy, id, 10, Save{Device: "laptop", Seq: 10, Response: w.wrong(id, 10)})
	w.ok(err)
	w.silent(again)
	views, err := w.room.Sittings(ctx, amy)
	w.ok(err)
	w.silent(views)
	receipt, err := w.room.Submit(ctx, amy, id)
	w.ok(err)
	if len(receipt.Answers) != 10 || receipt.Signed == "" {
		t.Errorf("receipt %+v", receipt)
	}
	w.silent(receipt)
	w.silent(receipt.text())
	for _, e := range w.verified(id) {
		w.silent(string(e.Payload)) // an item is named nowhere: the form alone holds it
	}
	result, err := w.room.Result(ctx, amy, id, locale.Hant)
	w.ok(err)
	if result.Score == result.Max {
		t.Error("wrong answers earn everything")
	}
	w.silent(result)
}

// Until the score of a paper may be seen, whoever passed is told the same about another go as whoever failed;
// and what was promised at the start of a sitting holds when the exam's policy changes later.
func noRetryTellsAPass(t *testing.T, w *world) {
	ctx := context.Background()
	now := "score: at-once, lessons: at-once, answers: never"
	said := func(p people.Person) string {
		t.Helper()
		b, err := w.room.Briefing(ctx, p, w.sitting.ID, locale.Hant)
		w.ok(err)
		views, err := w.room.Sittings(ctx, p)
		w.ok(err)
		left := 0
		for _, v := range views {
			if v.ID == w.sitting.ID {
				left = v.Left
			}
		}
		return fmt.Sprint(b.WhyNot, b.Left, left)
	}
	for n, policy := range []string{"score: never, lessons: never, answers: never", "score: when-sitting-closes, lessons: never, answers: never"} {
		w.publish("quizzes/red.exam.md", now, policy)
		now = policy
		w.sitting = w.open()
		amy, bob := w.candidate(fmt.Sprintf("P%d", n)), w.candidate(fmt.Sprintf("F%d", n))
		passing, failing := w.start(amy), w.start(bob)
		for q := 1; q <= 10; q++ {
			w.save(amy, passing, q, int64(q), w.right(passing, q))
		}
		for id, p := range map[string]people.Person{passing: amy, failing: bob} {
			_, err := w.room.Submit(ctx, p, id)
			w.ok(err)
		}
		if passed, failed := said(amy), said(bob); passed != failed {
			t.Errorf("%s: told %s after a pass, %s after a fail", policy, passed, failed)
		}
		if n == 0 {
			continue
		}
		first := w.sitting
		w.publish("quizzes/red.exam.md", now, "score: at-once, lessons: at-once, answers: never")
		w.sitting = w.open()
		if passed, failed := said(amy), said(bob); passed != failed || !strings.Contains(passed, "retry_awaited") {
			t.Errorf("at the next sitting: told %s after a pass, %s after a fail", passed, failed)
		}
		w.ok(w.room.CloseSitting(ctx, w.trainer, first.ID))
		b, err := w.room.Briefing(ctx, amy, w.sitting.ID, locale.Hant)
		w.ok(err)
		w.refused(b.WhyNot, fault.Conflict, "exams.retry_passed")
		if b, err := w.room.Briefing(ctx, bob, w.sitting.ID, locale.Hant); err != nil || b.WhyNot != nil {
			t.Errorf("whoever failed cannot go on: %v %v", b.WhyNot, err)
		}
	}
}
