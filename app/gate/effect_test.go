package gate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// written is a policy as somebody has written it and not published.
func written(w *apptest.World, text string) documents.Doc {
	return documents.Doc{Head: documents.Head{Path: gate.PolicyPath, Kind: documents.Policy, Lang: locale.Hant}, Sources: map[locale.Lang]string{locale.Hant: text}}
}

// everybody is the standing of all who work here, by id.
func everybody(t *testing.T, w *apptest.World) map[string]gate.Standing {
	t.Helper()
	all, _, err := w.Directory.People(w.Ctx, w.HR, people.Filter{}, "")
	must(t, err)
	standings := map[string]gate.Standing{}
	for _, p := range all {
		standings[p.ID] = decide(t, w, p).Standing()
	}
	return standings
}

// What the preview says of everybody is what happens to everybody once the policy is published.
func TestAPreviewIsWhatHappens(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ready, half, gone := w.Ready("Amy"), w.NewHire("Ben"), w.Ready("Cem")
		w.Ready("Dai")
		w.Sign(half)
		w.Read(half, "values")
		w.Sit(half, w.Sitting("values"), apptest.Knows)
		must(t, w.Directory.Deactivate(w.Ctx, w.HR, gone.ID, "離職"))
		openCase(t, w, ready, "values")
		plain := source(t, w, gate.PolicyPath)
		for name, text := range map[string]string{
			"less is asked": strings.NewReplacer("        - {exam: product, within: 365d, grace: 14d}\n", "", "        - {exam: sales, within: 365d, grace: 14d}\n", "",
				"        - course: sales/craft\n", "", "        - course: product/membership\n", "", "        - no_open_case\n", "").Replace(plain),
			"no newcomers": strings.Replace(plain, "newcomer_days: 10", "newcomer_days: 0", 1),
			"no shadows":   plain[:strings.Index(plain, "  - level: shadow")] + plain[strings.Index(plain, "limits:"):],
		} {
			before := everybody(t, w)
			e, err := w.Keeper.Preview(w.Ctx, w.HR, written(w, text))
			must(t, err)
			must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, text))
			after := everybody(t, w)
			changed := map[string]gate.Affected{}
			for _, a := range e.Changes {
				changed[a.ID] = a
				if len(a.Why) == 0 && name != "no newcomers" && name != "no shadows" {
					t.Errorf("%s: %s goes from %s to %s for no reason", name, a.Name, a.Before, a.After)
				}
			}
			gain, lose := 0, 0
			for id, was := range before {
				is := after[id]
				if a, listed := changed[id]; listed != (was != is) || listed && (a.Before != was || a.After != is) {
					t.Errorf("%s: %s → %s, the preview says %+v", name, was, is, a)
				}
				if changed[id].Gains() {
					gain++
				}
				if changed[id].Loses() {
					lose++
				}
				e.Before[was]--
				e.After[is]--
			}
			if e.People != len(before) || e.Gain() != gain || e.Lose() != lose || len(changed) == 0 {
				t.Errorf("%s: %+v of %d people", name, e, len(before))
			}
			for _, left := range []map[gate.Standing]int{e.Before, e.After} {
				for s, n := range left {
					if n != 0 {
						t.Errorf("%s: %d too many are %s", name, n, s)
					}
				}
			}
			must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, plain))
		}
		_, err := w.Keeper.Preview(w.Ctx, w.Trainer, written(w, plain))
		refused(t, err, "documents.not_yours")
		problems := fault.Problems(nil)
		if _, err = w.Keeper.Preview(w.Ctx, w.HR, written(w, "levels: 3\n")); !errors.As(err, &problems) {
			t.Errorf("got %v", err)
		}
	})
}

func TestThePagesOfAPreviewAreOfOneCount(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := written(w, source(t, w, gate.PolicyPath)+"# 改\n")
		first, err := w.Keeper.Preview(w.Ctx, w.HR, d)
		must(t, err)
		w.NewHire("Amy")
		if again, err := w.Keeper.Previewed(w.Ctx, w.HR, d); err != nil || again != first {
			t.Errorf("%v, %v", again, err)
		}
		other, err := w.Keeper.Previewed(w.Ctx, w.HR, written(w, source(t, w, gate.PolicyPath)+"# 再改\n"))
		must(t, err)
		if other.People != first.People+1 {
			t.Errorf("%d people, then %d", first.People, other.People)
		}
		w.Clock.Add(time.Hour)
		if again, err := w.Keeper.Previewed(w.Ctx, w.HR, d); err != nil || again.People != other.People {
			t.Errorf("%v, %v", again, err)
		}
	})
}

// A policy that leaves nobody who may take leads is refused on every path from the web, until HR says that it is meant
// and why; from a file it comes in, for then nobody is there to ask.
func TestAPolicyThatLocksEverybodyOutIsRefusedUnlessItIsMeant(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		plain := source(t, w, gate.PolicyPath)
		shut := strings.Replace(plain, "        - employed\n", "        - employed\n        - sign_off: manager\n", 1)
		must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, shut)) // nobody may take leads yet: it locks nobody out
		must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, plain))
		p := w.Ready("Amy")

		refused(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, shut), "gate.policy_locks_out")
		_, err := w.Shelf.RollBack(w.Ctx, w.HR, gate.PolicyPath, 2, "恢復舊版")
		refused(t, err, "gate.policy_locks_out")
		_, err = w.Shelf.Adopt(w.Ctx, w.HR, written(w, shut), "匯入")
		refused(t, err, "gate.policy_locks_out")
		must(t, w.DB.Write(w.Ctx, func(tx *store.Tx) error { // as a file that changed beside the web leaves it
			_, err := tx.Exec(`INSERT INTO document_conflict (id, path, version, lang, hash, sources, at_ms) SELECT ?, path, 3, lang, hash, sources, ? FROM document_version WHERE path = ? AND version = 2`,
				tx.NewID(), store.Ms(tx.Now), gate.PolicyPath)
			return err
		}))
		refused(t, w.Shelf.Resolve(w.Ctx, w.HR, gate.PolicyPath, documents.KeepFile, "用檔案"), "gate.policy_locks_out")
		must(t, w.Shelf.Resolve(w.Ctx, w.HR, gate.PolicyPath, documents.KeepWeb, "用網頁"))
		stands(t, w, p, gate.Limited)

		refused(t, w.Keeper.Override(w.Ctx, w.Trainer, written(w, shut), "全公司停業盤點，暫停領取"), "documents.not_yours")
		refused(t, w.Keeper.Override(w.Ctx, w.HR, written(w, shut), "停"), "gate.note_length")
		must(t, w.Keeper.Override(w.Ctx, w.HR, written(w, plain+"# 無害\n"), "全公司停業盤點，暫停領取"))
		if all, err := w.Keeper.Overrides(w.Ctx); err != nil || len(all) != 0 {
			t.Errorf("what locks nobody out is recorded: %v, %v", all, err)
		}
		must(t, w.Keeper.Override(w.Ctx, w.HR, written(w, shut), "全公司停業盤點，暫停領取"))
		w.Clock.Add(10 * time.Minute)
		refused(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, shut), "gate.policy_locks_out")
		must(t, w.Keeper.Override(w.Ctx, w.HR, written(w, shut), "全公司停業盤點，暫停領取"))
		refused(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, shut+"# 另一份\n"), "gate.policy_locks_out")
		other := w.Hire("另一位人資", people.HR)
		refused(t, publish(w, other, gate.PolicyPath, locale.Hant, shut), "gate.policy_locks_out")
		must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, shut))
		stands(t, w, p, gate.Shadow, "sign_off")
		all, err := w.Keeper.Overrides(w.Ctx)
		if err != nil || len(all) != 2 || all[0].Open != 1 || all[0].Still != 0 || all[0].By != w.HR.ID || all[0].Reason != "全公司停業盤點，暫停領取" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestAManagerSignsOffAndWithdraws(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, strings.Replace(source(t, w, gate.PolicyPath), "        - employed\n", "        - employed\n        - sign_off: manager\n        - cohort: graduated\n", 1)))
		p := w.Ready("Amy")
		stands(t, w, p, gate.Shadow, "sign_off", "cohort")
		const note = "陪訪三次，開場與收尾都穩"
		stranger := w.Hire("別組主管", people.Manager)
		for _, actor := range []people.Person{stranger, w.HR, w.Trainer, p} {
			refused(t, w.Keeper.SignOff(w.Ctx, actor, p.ID, note), "gate.may_not_sign_off")
		}
		refused(t, w.Keeper.SignOff(w.Ctx, w.Manager, p.ID, "好"), "gate.note_length")
		refused(t, w.Keeper.SignOff(w.Ctx, w.Manager, w.Manager.ID, note), "gate.may_not_sign_off")
		must(t, w.Keeper.SignOff(w.Ctx, w.Manager, p.ID, note))
		d := stands(t, w, p, gate.Shadow, "cohort")
		if s := d.Steps[1]; s.Found.By != w.Manager.ID {
			t.Errorf("%+v", s)
		}

		n, err := w.Roster.Graduate(w.Ctx, w.Trainer, w.Cohort.ID, p.ID)
		if must(t, err); n != 1 {
			t.Errorf("%d graduated", n)
		}
		stands(t, w, p, gate.Limited)
		if n, err = w.Roster.Graduate(w.Ctx, w.HR, w.Cohort.ID, p.ID); err != nil || n != 0 {
			t.Errorf("twice: %d, %v", n, err)
		}
		for _, actor := range []people.Person{w.Manager, p, w.Reviewer[0]} {
			_, err = w.Roster.Graduate(w.Ctx, actor, w.Cohort.ID, p.ID)
			refused(t, err, "cohorts.trainer_or_hr")
		}
		_, err = w.Roster.Graduate(w.Ctx, w.Trainer, w.Cohort.ID, w.Manager.ID)
		refused(t, err, "cohorts.person_unknown")
		_, err = w.Roster.Graduate(w.Ctx, w.HR, w.Cohort.ID, w.HR.ID)
		refused(t, err, "cohorts.not_yourself")
		graduations, err := w.Roster.Graduations(w.Ctx, w.Trainer, w.Cohort.ID)
		must(t, err)
		refused(t, w.Roster.UndoGraduation(w.Ctx, w.Trainer, graduations[0].ID, " "), "cohorts.reason_missing")
		must(t, w.Roster.UndoGraduation(w.Ctx, w.Trainer, graduations[0].ID, "弄錯人了"))
		stands(t, w, p, gate.Shadow, "cohort")
		_, err = w.Roster.Graduate(w.Ctx, w.Trainer, w.Cohort.ID, p.ID)
		must(t, err)
		stands(t, w, p, gate.Limited)

		offs, err := w.Keeper.SignOffs(w.Ctx, p, p.ID)
		if must(t, err); len(offs) != 1 || offs[0].Note != note || !offs[0].Stands() {
			t.Errorf("%+v", offs)
		}
		_, err = w.Keeper.SignOffs(w.Ctx, stranger, p.ID)
		refused(t, err, "gate.may_not_see")
		refused(t, w.Keeper.WithdrawSignOff(w.Ctx, stranger, offs[0].ID, "他不是我這一組的人"), "gate.may_not_sign_off")
		must(t, w.Keeper.WithdrawSignOff(w.Ctx, w.HR, offs[0].ID, "客戶抱怨，要再陪一次"))
		stands(t, w, p, gate.Shadow, "sign_off")

		// A red line takes the right: the manager sat the same exams.
		boss := w.NewHire("Boss")
		w.Sign(boss)
		w.Read(boss, "values")
		w.Sit(boss, w.Sitting("values"), apptest.Knows)
		boss.Roles = append(boss.Roles, people.Manager)
		boss, err = w.Directory.Update(w.Ctx, people.System(), boss)
		must(t, err)
		p.ManagerID = boss.ID
		_, err = w.Directory.Update(w.Ctx, people.System(), p)
		must(t, err)
		must(t, w.Keeper.SignOff(w.Ctx, boss, p.ID, note))
		_, err = redLine(t, w, boss, "values")
		must(t, err)
		refused(t, w.Keeper.SignOff(w.Ctx, boss, p.ID, note), "gate.may_not_sign_off")
	})
}

// A course whose version changes is due again, and completing every lesson since renews it.
func TestACourseIsCompletedAgainWhenItsVersionChanges(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, strings.Replace(source(t, w, gate.PolicyPath), "- course: product/membership\n", "- {course: product/membership, version: current, grace: 10d}\n", 1)))
		p := w.Ready("Amy")
		stands(t, w, p, gate.Limited)
		w.Leads(2)
		_, err := w.Pool.Draw(w.Ctx, p, "", "")
		must(t, err)
		w.Clock.Add(time.Hour)
		must(t, publish(w, w.Trainer, "content/product/membership/course.md", locale.Hant, "---\ntitle: product\ntrack: product\norder: 1\n---\n\n新版。\n"))
		since := w.Clock.Now()
		d := stands(t, w, p, gate.Limited)
		if s := d.Steps[6]; !s.Renew || !s.Until.Equal(since.AddDate(0, 0, 10)) || s.Found.Version != 1 || s.Found.Current != 2 {
			t.Errorf("%+v", s)
		}
		w.Clock.Set(since.AddDate(0, 0, 10))
		if d = stands(t, w, p, gate.Shadow, "course:product/membership"); d.Standing() != gate.StandingLapsed || !d.Allows(gate.Hold) {
			t.Errorf("%s", d.Standing())
		}
		if r := d.Reasons(gate.Others)[0]; r.Key != "gate.reason_course_lapsed" || r.Remedy != "/courses/product/membership" || r.Found != "gate.found_version" {
			t.Errorf("%+v", r)
		}
		w.Read(p, "product")
		if d = stands(t, w, p, gate.Limited); d.Steps[6].Found.Version != 2 || !d.Steps[6].At.Equal(w.Clock.Now()) {
			t.Errorf("%+v", d.Steps[6])
		}
	})
}

// Only a case that a person opened touches the gate: a report and a flag touch nothing, now and looking back.
func TestAFlagTouchesNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Ready("Amy")
		number, err := w.Desk.Report(w.Ctx, w.Watch, attempt(t, w, p, "values"), because)
		must(t, err)
		w.Clock.Add(time.Minute)
		flagged := w.Clock.Now()
		stands(t, w, p, gate.Limited)
		w.Clock.Add(time.Minute)
		must(t, w.Desk.Open(w.Ctx, w.Reviewer[0], number))
		stands(t, w, p, gate.Shadow, "no_open_case")
		w.Clock.Add(time.Minute)
		suspended := w.Clock.Now()
		w.Clock.Add(time.Minute)
		w.Decide(number, "not_upheld")
		w.Clock.Add(time.Minute)
		for at, want := range map[time.Time]gate.Standing{flagged: gate.StandingLimited, suspended: gate.StandingSuspended, w.Clock.Now(): gate.StandingLimited} {
			d, err := w.Keeper.DecideAt(w.Ctx, p.ID, at)
			if err != nil || d.Standing() != want {
				t.Errorf("at %v %s, %v; want %s", at, d.Standing(), err, want)
			}
		}
		// The case has been cleared: who looks back is told that there was a suspension, and no more.
		m, err := w.Keeper.LookBack(w.Ctx, w.HR, p.ID, suspended)
		if err != nil || !m.Sealed || m.Reasons(m.For(gate.ThePerson))[0].Key != "gate.reason_suspended" {
			t.Errorf("%+v, %v", m, err)
		}
		other, err := w.Desk.Report(w.Ctx, w.Watch, attempt(t, w, p, "sales"), because)
		must(t, err)
		must(t, w.Desk.Dismiss(w.Ctx, w.Reviewer[0], other, because))
		stands(t, w, p, gate.Limited)
	})
}

func TestWhatIfKeepsNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.NewHire("Amy")
		all := []string{"pledge", "course:values/culture", "exam:values", "course:product/membership", "exam:product", "course:sales/craft", "exam:sales"}
		ask := func(s gate.Supposition) gate.Decision {
			t.Helper()
			d, err := w.Keeper.WhatIf(w.Ctx, w.HR, p.ID, s)
			must(t, err)
			return d
		}
		if d := ask(gate.Supposition{Met: all}); d.Level != gate.Limited {
			t.Errorf("%+v", d)
		}
		if d := ask(gate.Supposition{Met: all, At: w.Clock.Now().AddDate(0, 0, 400)}); d.Level != gate.None {
			t.Errorf("after a year the passes have run out: %s", d.Level)
		}
		if d := ask(gate.Supposition{Met: all, Unmet: []string{"no_open_case"}}); d.Standing() != gate.StandingSuspended {
			t.Errorf("%s", d.Standing())
		}
		if d := ask(gate.Supposition{Unmet: []string{"employed"}}); d.Standing() != gate.StandingClosed {
			t.Errorf("%s", d.Standing())
		}
		stands(t, w, p, gate.None, all...)
		_, err := w.Keeper.WhatIf(w.Ctx, w.Manager, p.ID, gate.Supposition{})
		refused(t, err, "gate.may_not_look_back")
		_, err = w.Keeper.WhatIf(w.Ctx, w.HR, p.ID, gate.Supposition{At: w.Clock.Now().Add(-time.Hour)})
		refused(t, err, "gate.suppose_past")
	})
}

// BenchmarkPreview is what publishing a policy would do to a company of 5,000.
func BenchmarkPreview(b *testing.B) {
	w := apptest.New(b, store.SQLite)
	if err := w.DB.Write(w.Ctx, func(tx *store.Tx) error {
		for i := range 5000 {
			n := fmt.Sprintf("x%05d", i)
			if _, err := tx.Exec(`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, 'new_hire', 1)`, n, n, n, n, n, n, n); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	doc, err := w.Shelf.Doc(w.Ctx, gate.PolicyPath)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := w.Keeper.Preview(w.Ctx, w.HR, doc); err != nil {
			b.Fatal(err)
		}
	}
}
