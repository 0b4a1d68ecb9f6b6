package gate_test

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian"
	"bainian/app/apptest"
	"bainian/app/calendar"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

const because = "紙條與答案逐題一致"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if !fault.HasKey(err, key) {
		t.Errorf("got %v, want %s", err, key)
	}
}

func decide(t *testing.T, w *apptest.World, p people.Person) gate.Decision {
	t.Helper()
	d, err := w.Keeper.Decide(w.Ctx, p.ID)
	must(t, err)
	return d
}

// stands checks a decision: its level, and exactly these requirements unmet, in the policy's order.
func stands(t *testing.T, w *apptest.World, p people.Person, level gate.Level, unmet ...string) gate.Decision {
	t.Helper()
	d := decide(t, w, p)
	var keys []string
	for _, s := range d.Unmet() {
		keys = append(keys, s.Requirement.Key())
	}
	if d.Level != level || !slices.Equal(keys, unmet) {
		t.Errorf("%s without %q, want %s without %q", d.Level, keys, level, unmet)
	}
	if open := level == gate.Full || level == gate.Limited; d.Allows(gate.Draw) != open || d.Allows(gate.Assign) != open {
		t.Errorf("draw and assign are %v and %v at level %s", d.Allows(gate.Draw), d.Allows(gate.Assign), level)
	}
	if level == gate.None && len(d.Reasons(gate.ThePerson)) == 0 {
		t.Error("a denial without a reason")
	}
	return d
}

// attempt is the person's passed attempt at an exam.
func attempt(t *testing.T, w *apptest.World, p people.Person, exam string) string {
	t.Helper()
	id := ""
	must(t, w.DB.Read(w.Ctx, func(rx *store.Rx) error {
		passes, err := exams.PassesIn(rx, p.ID)
		for _, pass := range passes {
			if pass.Exam == exam {
				id = pass.AttemptID
			}
		}
		return err
	}))
	if id == "" {
		t.Fatalf("%s has not passed %s", p.Name, exam)
	}
	return id
}

// openCase reports an attempt and has the first reviewer take the case up.
func openCase(t *testing.T, w *apptest.World, p people.Person, exam string) int {
	t.Helper()
	number, err := w.Desk.Report(w.Ctx, w.Watch, attempt(t, w, p, exam), because)
	must(t, err)
	must(t, w.Desk.Open(w.Ctx, w.Reviewer[0], number))
	return number
}

func vote(w *apptest.World, reviewer people.Person, number int, outcome integrity.Outcome) error {
	_, err := w.Desk.Vote(w.Ctx, reviewer, number, integrity.Ballot{Outcome: outcome, Reason: because})
	return err
}

// redLine opens a case and has two reviewers confirm it; the second vote's error is the caller's.
func redLine(t *testing.T, w *apptest.World, p people.Person, exam string) (number int, err error) {
	t.Helper()
	number = openCase(t, w, p, exam)
	must(t, w.Desk.AddFact(w.Ctx, w.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "寫著答案的一張紙條", Origin: "監考當場收走"}))
	w.Heard(number)
	must(t, vote(w, w.Reviewer[0], number, integrity.RedLine))
	return number, vote(w, w.Reviewer[1], number, integrity.RedLine)
}

func publish(w *apptest.World, actor people.Person, path string, lang locale.Lang, text string) error {
	head, err := w.Shelf.Doc(w.Ctx, path)
	if err == nil {
		err = w.Shelf.SaveDraft(w.Ctx, actor, path, lang, text, head.Version)
	}
	if err == nil {
		_, err = w.Shelf.Publish(w.Ctx, actor, path, "改版", head.Version)
	}
	return err
}

func source(t *testing.T, w *apptest.World, path string) string {
	t.Helper()
	doc, err := w.Shelf.Doc(w.Ctx, path)
	must(t, err)
	return doc.Sources[doc.Lang]
}

func TestEveryRequirementOpensAndClosesTheGate(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.NewHire("Amy")
		left := []string{"pledge", "course:values/culture", "exam:values", "course:product/membership", "exam:product", "course:sales/craft", "exam:sales"}
		done := func(level gate.Level) { t.Helper(); left = left[1:]; stands(t, w, p, level, left...) }
		stands(t, w, p, gate.None, left...)
		w.Sign(p)
		done(gate.None)
		for _, track := range []string{"values", "product", "sales"} {
			level := gate.Shadow // from the values exam on
			if w.Read(p, track); track == "values" {
				level = gate.None
			}
			done(level)
			if w.Sit(p, w.Sitting(track), apptest.Knows); track == "sales" {
				done(gate.Limited)
			} else {
				done(gate.Shadow)
			}
		}

		// Ten business days after the first lead the newcomer's limits end.
		w.Leads(3)
		_, err := w.Pool.Draw(w.Ctx, p, "", "")
		must(t, err)
		w.Clock.Add(13 * 24 * time.Hour) // Monday to Sunday
		if d := stands(t, w, p, gate.Limited); d.PerDay() != 15 || d.Cap() != 60 {
			t.Errorf("a newcomer takes %d a day and holds %d", d.PerDay(), d.Cap())
		}
		w.Clock.Add(24 * time.Hour)
		if d := stands(t, w, p, gate.Full); d.PerDay() != 50 || d.Cap() != 200 {
			t.Errorf("after that %d a day, %d held", d.PerDay(), d.Cap())
		}

		number := openCase(t, w, p, "values")
		if d := stands(t, w, p, gate.Shadow, "no_open_case"); !d.Suspended || !d.Allows(gate.Hold) {
			t.Errorf("under review: %+v", d)
		}
		w.Decide(number, integrity.NotUpheld)
		stands(t, w, p, gate.Full)

		number = openCase(t, w, p, "product")
		w.Decide(number, integrity.Resit)
		stands(t, w, p, gate.Shadow, "exam:product")
		must(t, w.Overturn(w.Reviewer[2], number, because))
		stands(t, w, p, gate.Full)

		number, err = redLine(t, w, p, "sales")
		must(t, err)
		if d := stands(t, w, p, gate.None, "no_red_line"); d.Allows(gate.Hold) {
			t.Error("a red line lets go on holding")
		}
		must(t, w.Overturn(w.Reviewer[2], number, because))
		stands(t, w, p, gate.Full)

		must(t, w.Directory.Deactivate(w.Ctx, w.HR, p.ID, "離職"))
		if d := stands(t, w, p, gate.None, "employed"); d.Allows(gate.Hold) {
			t.Error("who has left goes on holding")
		}
		must(t, w.Directory.Reactivate(w.Ctx, w.HR, p.ID, "回任"))
		stands(t, w, p, gate.Full)
	})
}

func TestANewPledgeIsDueAtOnceAndClosesAfterItsGrace(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Ready("Amy")
		policy := strings.Replace(source(t, w, gate.PolicyPath), "- pledge: signed\n", "- {pledge: signed, grace: 14d}\n", 1)
		must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, policy))
		before := stands(t, w, p, gate.Limited)
		must(t, publish(w, w.HR, "content/pledge.md", locale.Hant, "---\ntitle: 誠信承諾\n---\n\n我誠實應考，也誠實待客。\n"))
		published := w.Clock.Now()

		d := stands(t, w, p, gate.Limited)
		step := d.Steps[slices.IndexFunc(d.Steps, func(s gate.Step) bool { return s.Requirement.Kind == gate.Pledge })]
		if !step.Renew || !step.Until.Equal(published.Add(14*24*time.Hour)) || !d.Until.Equal(step.Until) || before.Until.Equal(d.Until) {
			t.Errorf("within the grace: %+v until %v", step, d.Until)
		}
		w.Clock.Set(d.Until.Add(-time.Millisecond))
		stands(t, w, p, gate.Limited)
		w.Clock.Set(d.Until)
		if d := stands(t, w, p, gate.None, "pledge"); d.Reasons(gate.ThePerson)[0].Key != "gate.reason_pledge_lapsed" {
			t.Errorf("reasons %+v", d.Reasons(gate.ThePerson))
		}
		w.Sign(p)
		stands(t, w, p, gate.Limited)
	})
}

func TestWaivers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.NewHire("Amy")
		w.Sign(p)
		for _, track := range []string{"values", "product", "sales"} {
			w.Read(p, track)
			if track != "sales" {
				w.Sit(p, w.Sitting(track), apptest.Knows)
			}
		}
		stands(t, w, p, gate.Shadow, "exam:sales")
		day := 24 * time.Hour
		waive := func(actor people.Person, who people.Person, requirement string, length time.Duration, reason string) error {
			return w.Keeper.Waive(w.Ctx, actor, who.ID, requirement, w.Clock.Now().Add(length), reason)
		}
		const reason = "考場停電，補考排在下週"
		for _, c := range []struct {
			actor, who          people.Person
			requirement, reason string
			length              time.Duration
			key                 string
		}{
			{w.Manager, p, "exam:sales", reason, day, "gate.may_not_waive"},
			{w.HR, w.HR, "exam:sales", reason, day, "gate.may_not_waive"},
			{w.HR, p, "exam:sales", "　沒空　", day, "gate.waiver_reason"},
			{w.HR, p, "exam:sales", reason, 30*day + time.Millisecond, "gate.waiver_length"},
			{w.HR, p, "exam:sales", reason, 0, "gate.waiver_length"},
			{w.HR, people.Person{ID: "nobody"}, "exam:sales", reason, day, "gate.no_person"},
			{w.HR, p, "exam:values", reason, day, "gate.not_waivable"},
			{w.HR, p, "course:values/culture", reason, day, "gate.not_waivable"},
			{w.HR, p, "pledge", reason, day, "gate.not_waivable"},
			{w.HR, p, "no_open_case", reason, day, "gate.not_waivable"},
			{w.HR, p, "no_red_line", reason, day, "gate.not_waivable"},
			{w.HR, p, "employed", reason, day, "gate.not_waivable"},
			{w.HR, p, "exam:elsewhere", reason, day, "gate.not_waivable"},
		} {
			refused(t, waive(c.actor, c.who, c.requirement, c.length, c.reason), c.key)
		}
		stands(t, w, p, gate.Shadow, "exam:sales")

		must(t, waive(w.HR, p, "exam:sales", 30*day, reason))
		d := stands(t, w, p, gate.Limited)
		if end := w.Clock.Now().Add(30 * day); !d.Until.Equal(end) {
			t.Errorf("open until %v, want %v", d.Until, end)
		}
		for _, sees := range []people.Person{p, w.HR, w.Manager} {
			waivers, err := w.Keeper.Waivers(w.Ctx, sees, p.ID)
			must(t, err)
			if len(waivers) != 1 || waivers[0].By != w.HR.ID || waivers[0].Reason != reason {
				t.Errorf("%s sees %+v", sees.Name, waivers)
			}
		}
		for _, stranger := range []people.Person{w.Trainer, w.Hire("別組主管", people.Manager)} {
			_, err := w.Keeper.Waivers(w.Ctx, stranger, p.ID)
			refused(t, err, "gate.may_not_see")
		}
		waivers, err := w.Keeper.Waivers(w.Ctx, p, p.ID)
		must(t, err)
		refused(t, w.Keeper.Withdraw(w.Ctx, w.Manager, waivers[0].ID), "gate.may_not_waive")
		refused(t, w.Keeper.Withdraw(w.Ctx, w.HR, "none"), "gate.no_waiver")
		must(t, w.Keeper.Withdraw(w.Ctx, w.HR, waivers[0].ID))
		must(t, w.Keeper.Withdraw(w.Ctx, w.HR, waivers[0].ID))
		stands(t, w, p, gate.Shadow, "exam:sales")

		must(t, waive(w.HR, p, "exam:sales", day, reason))
		w.Clock.Add(day - time.Millisecond)
		stands(t, w, p, gate.Limited)
		w.Clock.Add(time.Millisecond)
		stands(t, w, p, gate.Shadow, "exam:sales")
	})
}

func TestARedLineTakesTheRightToWaive(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.NewHire("Amy")
		w.Sign(p)
		w.Read(p, "values")
		w.Sit(p, w.Sitting("values"), apptest.Knows)
		p.Roles = append(p.Roles, people.HR)
		p, err := w.Directory.Update(w.Ctx, people.System(), p)
		must(t, err)
		waive := func() error {
			return w.Keeper.Waive(w.Ctx, p, w.Manager.ID, "exam:sales", w.Clock.Now().Add(time.Hour), "主管年度考試延後一週")
		}
		must(t, waive())
		_, err = redLine(t, w, p, "values")
		must(t, err)
		refused(t, waive(), "gate.may_not_waive")
	})
}

// tamper changes the shelf behind its back, as a broken restore would.
func tamper(t *testing.T, w *apptest.World, statements ...string) {
	t.Helper()
	must(t, w.DB.Write(w.Ctx, func(tx *store.Tx) error {
		for _, s := range append(statements, `UPDATE document_edition SET number = number + 1`) {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestG2_FailsClosed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Ready("Amy")
		w.Leads(3)
		held, err := w.Pool.Draw(w.Ctx, p, "", "")
		must(t, err)
		closed := func(key string) {
			t.Helper()
			for _, ask := range []func() (gate.Decision, error){
				func() (gate.Decision, error) { return w.Keeper.Decide(w.Ctx, p.ID) },
				func() (gate.Decision, error) { return w.Keeper.DecideNumber(w.Ctx, p.Number) },
			} {
				d, err := ask()
				refused(t, err, key)
				if d.Allows(gate.Draw) || d.Allows(gate.Assign) {
					t.Errorf("the gate is open: %+v", d)
				}
				if !d.Allows(gate.Hold) {
					t.Error("what is held cannot be worked")
				}
			}
			if _, err := w.Pool.Draw(w.Ctx, p, "", ""); err == nil {
				t.Error("a lead was drawn")
			}
			if _, err := w.Pool.Assign(w.Ctx, w.Manager, held.Lead.ID, p.ID); err == nil {
				t.Error("a lead was assigned")
			}
			refused(t, w.Keeper.Waive(w.Ctx, w.HR, p.ID, "exam:sales", w.Clock.Now().Add(time.Hour), "考場停電，補考排在下週"), key)
		}
		tamper(t, w, `UPDATE document SET retired = TRUE WHERE path = 'content/policy.yaml'`)
		closed("gate.no_policy")
		tamper(t, w, `UPDATE document SET retired = FALSE WHERE path = 'content/policy.yaml'`)
		stands(t, w, p, gate.Limited)
		tamper(t, w, `UPDATE document_version SET sources = '{"zh-Hant":"levels: ["}' WHERE path = 'content/policy.yaml'`)
		closed("gate.no_policy")
		tamper(t, w, `UPDATE document SET retired = TRUE WHERE path = 'content/pledge.md'`,
			`UPDATE document_version SET sources = '{"zh-Hant":"levels: [{level: full, require: {all: [employed, pledge]}}]\nlimits: {draws_per_day: 1, per_day: 1, cap: 1, newcomer_days: 1, newcomer_per_day: 1, newcomer_cap: 1}"}' WHERE path = 'content/policy.yaml'`)
		stands(t, w, p, gate.None, "pledge") // nobody has signed a text that does not exist

		_, err = w.Keeper.Decide(w.Ctx, "nobody")
		refused(t, err, "gate.no_person")
		must(t, w.DB.Close())
		d, err := w.Keeper.Decide(w.Ctx, p.ID)
		if err == nil || d.Allows(gate.Draw) || d.Allows(gate.Assign) {
			t.Errorf("without a database: %+v, %v", d, err)
		}
	})
}

// Managers and machines never learn that there is a case or a red line: only "suspended", and until when.
func TestG3_OthersLearnOnlyThatSomebodyIsSuspended(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Ready("Amy")
		number := openCase(t, w, p, "values")
		d := stands(t, w, p, gate.Shadow, "no_open_case")
		others := d.Reasons(gate.Others)
		review := calendar.Calendar{Zone: w.Keeper.Zone()}.Due(w.Clock.Now(), 15)
		if len(others) != 1 || others[0].Requirement != "suspended" || others[0].Key != "gate.reason_suspended" || !others[0].Until.Equal(review) ||
			others[0].Remedy != "" || len(others[0].Args) != 0 {
			t.Errorf("others are told %+v", others)
		}
		own := d.Reasons(gate.ThePerson)
		if len(own) != 1 || own[0].Key != "gate.reason_open_case" || !own[0].Until.Equal(review) {
			t.Errorf("the person is told %+v", own)
		}
		w.Decide(number, integrity.NotUpheld)
		_, err := redLine(t, w, p, "product")
		must(t, err)
		d = stands(t, w, p, gate.None, "no_red_line")
		if others = d.Reasons(gate.Others); len(others) != 1 || others[0].Key != "gate.reason_suspended" || others[0].Requirement != "suspended" {
			t.Errorf("others are told %+v", others)
		}
		if own = d.Reasons(gate.ThePerson); len(own) != 1 || own[0].Key != "gate.reason_red_line" {
			t.Errorf("the person is told %+v", own)
		}
		// What is not about a case, they see by name.
		q := w.NewHire("Ben")
		if a, b := decide(t, w, q).Reasons(gate.Others), decide(t, w, q).Reasons(gate.ThePerson); len(a) != 7 || len(b) != 7 {
			t.Errorf("requirements: %d for others, %d for the person", len(a), len(b))
		}
	})
}

// The gate closes inside the transaction of its cause, and opens again when that transaction fails.
func TestG4_AVerdictOrDeactivationClosesInTheSameTransaction(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Ready("Amy")
		broken := errors.New("a consequence failed")
		var outcome error
		inside := func(tx *store.Tx, personID string) error {
			d, err := w.Keeper.DecideIn(tx.Rx, personID)
			if err == nil && (d.Level != gate.None || d.Allows(gate.Draw) || d.Allows(gate.Hold)) {
				t.Errorf("open inside the transaction: %+v", d)
			}
			return errors.Join(err, outcome)
		}
		w.Desk.OnVerdict(func(tx *store.Tx, v integrity.Verdict) error {
			if v.Overturned {
				return nil
			}
			return inside(tx, v.PersonID)
		})
		w.Directory.OnDeactivated(func(tx *store.Tx, p people.Person) error { return inside(tx, p.ID) })

		outcome = broken
		if err := w.Directory.Deactivate(w.Ctx, w.HR, p.ID, "離職"); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		stands(t, w, p, gate.Limited)
		number, err := redLine(t, w, p, "values")
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		if d := decide(t, w, p); d.RedLine || !d.Suspended {
			t.Errorf("a verdict that failed counts: %+v", d)
		}
		outcome = nil
		must(t, vote(w, w.Reviewer[1], number, integrity.RedLine))
		stands(t, w, p, gate.None, "no_red_line")
		must(t, w.Directory.Deactivate(w.Ctx, w.HR, p.ID, "離職"))
		stands(t, w, p, gate.None, "employed", "no_red_line")
	})
}

func TestG4_AnExpiredPassIsDeniedAtEvaluation(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.Ready("Amy")
		d := stands(t, w, p, gate.Limited)
		sat := d.Steps[slices.IndexFunc(d.Steps, func(s gate.Step) bool { return s.Requirement.Key() == "exam:values" })].At
		if end := sat.Add((365 + 14) * 24 * time.Hour); !d.Until.Equal(end) {
			t.Errorf("open until %v, want %v", d.Until, end)
		}
		w.Clock.Set(d.Until.Add(-time.Millisecond))
		stands(t, w, p, gate.Limited)
		w.Clock.Set(d.Until)
		d = stands(t, w, p, gate.None, "exam:values") // the shadow's own year is over as well
		if r := d.Reasons(gate.Others)[0]; r.Key != "gate.reason_exam_lapsed" || !r.Since.Equal(sat) || !d.Allows(gate.Hold) {
			t.Errorf("reason %+v", r)
		}
		w.Clock.Add(time.Hour) // and so, one after the other, the other two
		w.Sit(p, w.Sitting("values"), apptest.Knows)
		stands(t, w, p, gate.Shadow, "exam:product", "exam:sales")
	})
}

func TestTheShippedPolicyReadsAndAsksForWhatIsShipped(t *testing.T) {
	text, err := fs.ReadFile(bainian.Files, gate.PolicyPath)
	must(t, err)
	policy, problems := gate.ParsePolicy(gate.PolicyPath, text)
	must(t, problems.Err())
	courseRefs, examRefs := policy.Refs()
	for _, ref := range courseRefs {
		if _, err := fs.Stat(bainian.Files, "content/"+ref+"/course.md"); err != nil {
			t.Error(err)
		}
	}
	for _, ref := range examRefs {
		if _, err := fs.Stat(bainian.Files, "quizzes/"+ref+".exam.md"); err != nil {
			t.Error(err)
		}
	}
	if len(courseRefs) == 0 || len(examRefs) == 0 || len(policy.Levels) != 2 {
		t.Errorf("it asks for courses %v and exams %v in %d levels", courseRefs, examRefs, len(policy.Levels))
	}
}

func TestAPublishedPolicyTakesEffectAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p := w.NewHire("Amy")
		d := stands(t, w, p, gate.None, "pledge", "course:values/culture", "exam:values", "course:product/membership", "exam:product", "course:sales/craft", "exam:sales")
		const limits = "limits: {draws_per_day: 1, per_day: 2, cap: 3, newcomer_days: 0, newcomer_per_day: 1, newcomer_cap: 1}\n"
		text := "title: 規則\nlevels:\n  - level: full\n    require: {all: [employed, no_red_line, no_open_case, {any: [{exam: values}, {course: values/culture}]}]}\n" + limits
		must(t, publish(w, w.HR, gate.PolicyPath, locale.Hant, text))
		now := stands(t, w, p, gate.None, "exam:values", "course:values/culture")
		if reasons := now.Reasons(gate.Others); now.PolicyVersion != d.PolicyVersion+1 || now.Limits.Cap != 3 || len(reasons) != 2 || reasons[0].AnyOf == 0 || reasons[0].AnyOf != reasons[1].AnyOf {
			t.Errorf("%+v with reasons %+v", now, reasons)
		}
		w.Sign(p)
		w.Read(p, "values")
		stands(t, w, p, gate.Full)

		refused(t, publish(w, w.Trainer, gate.PolicyPath, locale.Hant, text+"\n"), "documents.not_yours")
		err := publish(w, w.HR, gate.PolicyPath, locale.Hant, "levels:\n  - level: full\n    require: {all: [employed, {exam: values, within: soon}]}\n  - level: half\n    require: employed\n"+limits)
		problems := fault.Problems(nil)
		if !errors.As(err, &problems) {
			t.Fatalf("got %v", err)
		}
		want := map[int]string{3: "gate.policy_bad_days", 4: "gate.policy_unknown_level"}
		for _, problem := range problems {
			if want[problem.Line] == problem.Key && problem.File == gate.PolicyPath {
				delete(want, problem.Line)
			}
		}
		if len(want) > 0 {
			t.Errorf("%v are missing in %+v", want, problems)
		}
		err = publish(w, w.HR, gate.PolicyPath, locale.Hant, strings.NewReplacer("exam: values", "exam: nowhere", "values/culture", "values/nothing").Replace(text))
		if !errors.As(err, &problems) || len(problems) != 2 || problems[0].Key != "gate.policy_no_course" || problems[1].Key != "gate.policy_no_exam" {
			t.Errorf("got %v", err)
		}
		if d := stands(t, w, p, gate.Full); d.PolicyVersion != now.PolicyVersion {
			t.Errorf("version %d is in force", d.PolicyVersion)
		}
	})
}

func TestTitlesFollowTheLanguage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const course = "content/values/culture/course.md"
		reasons := decide(t, w, w.NewHire("Amy")).Reasons(gate.ThePerson)
		title := func(lang locale.Lang) string {
			t.Helper()
			titled, err := w.Keeper.Titled(w.Ctx, reasons, lang)
			must(t, err)
			if reasons[1].Args[1] != "values/culture" {
				t.Fatalf("the reasons themselves were changed: %+v", reasons[1])
			}
			return titled[1].Args[1].(string)
		}
		if got := title(locale.En); got != "values" {
			t.Errorf("without a translation: %q", got)
		}
		must(t, publish(w, w.Trainer, course, locale.En, "---\ntitle: What we stand for\ntrack: values\norder: 1\n---\n\nIntroduction.\n"))
		if hant, en := title(locale.Hant), title(locale.En); hant != "values" || en != "What we stand for" {
			t.Errorf("%q and %q", hant, en)
		}
	})
}
