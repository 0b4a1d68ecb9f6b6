package exams

import (
	"context"
	"testing"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/people"
)

func TestRetakes(t *testing.T) {
	inOneWorld(t,
		part{name: "NobodyIsLeftWithoutAWay", run: nobodyIsLeftWithoutAWay, rules: rules{attempts: 2, cooldown: "0h"}},
		part{name: "AreExplained", run: retakesAreExplained, rules: rules{attempts: 2, cooldown: "24h", reread: "values/line"}})
}

func nobodyIsLeftWithoutAWay(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	refused := func(key string) {
		t.Helper()
		_, err := w.room.Start(ctx, amy, w.sitting.ID, w.terms(w.sitting.ID))
		w.refused(err, fault.Conflict, key)
	}
	grant := func(by people.Person, reason string) error {
		return w.room.GrantAttempt(ctx, by, amy.ID, "red", reason)
	}
	w.refused(grant(w.hr, "病假"), fault.Conflict, "exams.grant_unneeded")
	w.sat(amy, 0)
	w.refused(grant(w.hr, "病假"), fault.Conflict, "exams.grant_unneeded")
	w.sat(amy, 1)
	refused("exams.retry_used")

	// HR grants one more, with a reason, to others.
	w.refused(grant(w.trainer, "病假"), fault.Forbidden, "exams.forbidden")
	w.refused(grant(w.hr, " "), fault.Invalid, "exams.text_missing")
	w.refused(w.room.GrantAttempt(ctx, w.hr, w.hr.ID, "red", "病假"), fault.Forbidden, "exams.forbidden")
	w.refused(w.room.GrantAttempt(ctx, w.hr, amy.ID, "gone", "病假"), fault.NotFound, "exams.exam_unknown")
	w.ok(grant(w.hr, "考試當天急診"))
	w.refused(grant(w.hr, "再一次"), fault.Conflict, "exams.grant_unneeded")
	w.sat(amy, 1)
	refused("exams.retry_used")

	// The next cohort begins anew, once.
	for n := range 2 {
		c, err := w.roster.Create(ctx, w.hr, cohorts.Cohort{Number: 900 + n, Name: "下一期", StartsOn: "2026-12-01", EndsOn: "2027-12-31"})
		w.ok(err)
		w.ok(w.roster.Enrol(ctx, w.hr, c.ID, amy.ID))
		w.cohort = c.ID
		w.sitting = w.open()
		if n == 0 {
			w.sat(amy, 1)
			w.sat(amy, 2)
		}
		refused("exams.retry_used_twice")
	}
	w.ok(grant(w.hr, "主管與人資面談後同意"))
	id := w.sat(amy, 10)
	if !w.attempt(id).Passed {
		t.Error("the sixth did not pass")
	}
	refused("exams.retry_passed")

	chances, err := w.room.Chances(ctx, w.hr, amy.ID)
	w.ok(err)
	if len(chances) != 1 || chances[0].Used != 6 || chances[0].Next.Left != 0 || len(chances[0].Grants) != 2 || chances[0].Grants[0].Reason != "考試當天急診" || chances[0].Grants[0].By != w.hr.ID {
		t.Errorf("%+v", chances)
	}
	_, err = w.room.Chances(ctx, w.trainer, amy.ID)
	w.refused(err, fault.Forbidden, "exams.forbidden")
}

func retakesAreExplained(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	b, err := w.room.Briefing(ctx, amy, w.sitting.ID, "zh-Hant")
	w.ok(err)
	if b.Retake != nil {
		t.Errorf("before the first: %+v", b.Retake)
	}
	id := w.sat(amy, 0)
	ended := w.attempt(id).EndedAt
	b, err = w.room.Briefing(ctx, amy, w.sitting.ID, "zh-Hant")
	w.ok(err)
	v, err := w.room.Result(ctx, amy, id, "zh-Hant")
	w.ok(err)
	for _, r := range []*Retake{b.Retake, v.Retake} {
		if r == nil || r.Left != 1 || !r.At.Equal(ended.Add(24*60*60*1e9)) || len(r.Reread) != 1 || r.Reread[0] != "values/line" {
			t.Errorf("before the second: %+v", r)
		}
	}
}
