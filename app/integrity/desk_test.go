package integrity_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
)

// copiedSitting is a closed sitting of eight: Amy and Ben hand in the same letters, the others answer alone.
// It returns Amy and Ben.
func copiedSitting(t *testing.T, w *apptest.World, note string) (amy, ben people.Person) {
	t.Helper()
	s := w.Sitting("values")
	strangers := apptest.NewStrangers()
	sit := func(name string, say func(n, right int) int) people.Person {
		p := w.NewHire(name)
		w.Sign(p)
		w.Read(p, "values")
		w.Sit(p, s, say)
		return p
	}
	say, letters := strangers.Next()
	amy = sit("Amy", say)
	ben = sit("Ben", func(n, _ int) int { return letters[n] })
	for range 6 {
		say, _ := strangers.Next()
		sit("Cleo", say)
	}
	if note != "" {
		if err := w.Room.Note(w.Ctx, w.Watch, s.ID, ben.ID, note); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Room.CloseSitting(w.Ctx, w.Trainer, s.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Queue.Drain(w.Ctx); err != nil {
		t.Fatal(err)
	}
	return amy, ben
}

func caseOf(t *testing.T, w *apptest.World, p people.Person) int {
	t.Helper()
	heads, err := w.Desk.Cases(w.Ctx, w.Reviewer[0], integrity.Waiting, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range heads {
		if h.PersonID == p.ID {
			return h.Number
		}
	}
	t.Fatalf("no case about %s in %+v", p.Name, heads)
	return 0
}

const because = "兩份試卷與紙條一致"

func TestN1_ACopiedPairIsFlaggedOncePerPersonAndTouchesNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, ben := copiedSitting(t, w, "")
		heads, err := w.Desk.Cases(w.Ctx, w.Reviewer[0], integrity.Waiting, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(heads) != 2 || heads[0].PersonID == heads[1].PersonID {
			t.Fatalf("want one case each for Amy and Ben, got %+v", heads)
		}
		for _, p := range []people.Person{amy, ben} {
			if d := decide(t, w, p); d.Suspended {
				t.Error("a flag alone suspends")
			}
			if cases, err := w.Desk.Mine(w.Ctx, p); err != nil || len(cases) != 0 {
				t.Errorf("a flag alone is shown to the person: %v %v", cases, err)
			}
		}
		number := caseOf(t, w, ben)
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
			t.Fatal(err)
		}
		if d := decide(t, w, ben); !d.Suspended || d.Allows(gate.Draw) {
			t.Error("an open case does not suspend")
		}
		file, err := w.Desk.Case(w.Ctx, w.Reviewer[0], number, locale.Hant)
		if err != nil {
			t.Fatal(err)
		}
		if len(file.Findings) != 1 || file.Findings[0].OtherID != amy.ID || len(file.Findings[0].Rows) != 20 || file.Findings[0].Matches < file.Findings[0].Needed {
			t.Errorf("findings %+v", file.Findings)
		}
		if len(file.Timeline) < 22 {
			t.Errorf("timeline has %d moments", len(file.Timeline))
		}
		// A suspension that nobody renews ends, though the case stays.
		w.Clock.Add(22 * 24 * time.Hour)
		if d := decide(t, w, ben); d.Suspended {
			t.Error("a suspension is indefinite")
		}
		refused(t, w.Desk.Renew(w.Ctx, w.Reviewer[0], number, because), "integrity.renew_second")
		if err := w.Desk.Renew(w.Ctx, w.Reviewer[1], number, because); err != nil {
			t.Fatal(err)
		}
		if d := decide(t, w, ben); !d.Suspended {
			t.Error("a renewed suspension does not hold")
		}
	})
}

func TestN1_RedLineNeedsTwoReviewersAndASecondChannel(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, ben := copiedSitting(t, w, "")
		number := caseOf(t, w, ben)
		red := integrity.Ballot{Outcome: integrity.RedLine, Reason: because}
		vote := func(p people.Person, b integrity.Ballot) error {
			_, err := w.Desk.Vote(w.Ctx, p, number, b)
			return err
		}
		refused(t, vote(w.Reviewer[0], red), "integrity.not_open")
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
			t.Fatal(err)
		}
		refused(t, vote(w.Reviewer[0], red), "integrity.needs_channel")
		refused(t, vote(w.Reviewer[0], integrity.Ballot{Outcome: integrity.Resit, Reason: because}), "integrity.not_heard")
		refused(t, vote(w.HR, red), "integrity.reviewers_only")
		add := func(kind integrity.FactKind) error {
			return w.Desk.AddFact(w.Ctx, w.Reviewer[0], number, integrity.Fact{Kind: kind, Text: "當事人承認抄了鄰座的答案", Origin: "十一月二十四日面談"})
		}
		for _, kind := range []integrity.FactKind{integrity.Statistical, integrity.Telemetry, integrity.InvigilatorNote, "hearsay"} {
			refused(t, add(kind), "integrity.unknown_fact")
		}
		if err := add(integrity.Other); err != nil {
			t.Fatal(err)
		}
		refused(t, vote(w.Reviewer[0], red), "integrity.needs_channel")
		if err := add(integrity.Admission); err != nil {
			t.Fatal(err)
		}
		refused(t, vote(w.Reviewer[0], red), "integrity.needs_channel") // it can still be retracted
		w.Clock.Add(25 * time.Hour)
		refused(t, vote(w.Reviewer[0], red), "integrity.not_heard")
		w.Heard(number)
		if err := vote(w.Reviewer[0], red); err != nil {
			t.Fatal(err)
		}
		refused(t, vote(w.Reviewer[0], red), "integrity.voted")
		if d := decide(t, w, ben); d.RedLine {
			t.Fatal("one reviewer made a red line")
		}
		file, err := w.Desk.Case(w.Ctx, w.Reviewer[1], number, locale.Hant)
		if err != nil {
			t.Fatal(err)
		}
		if file.State != integrity.Second || len(file.Votes) != 0 {
			t.Fatalf("the second reviewer sees the first vote: %+v", file.Votes)
		}
		for _, e := range file.Events {
			if e.Kind == "voted" {
				t.Fatalf("the record tells who has voted: %+v", e)
			}
		}
		if err := vote(w.Reviewer[1], red); err != nil {
			t.Fatal(err)
		}
		if d := decide(t, w, ben); !d.RedLine || d.Level != gate.None {
			t.Errorf("after two votes the gate is %s", d.Level)
		}
		refused(t, w.Desk.DecideAppeal(w.Ctx, w.Reviewer[2], number, true, because), "integrity.no_appeal")
		refused(t, w.Overturn(w.Reviewer[0], number, because), "integrity.third_person")
		refused(t, w.Overturn(w.Reviewer[1], number, because), "integrity.third_person")
		if err := w.Overturn(w.Reviewer[2], number, "申訴成立：紙條筆跡不符"); err != nil {
			t.Fatal(err)
		}
		if d := decide(t, w, ben); d.RedLine {
			t.Error("an upheld appeal leaves the red line")
		}
	})
}

func TestN1_WhoStandsTooNearStepsAside(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		amy, ben := copiedSitting(t, w, "袖口掉出寫滿字母的紙條")
		number, other := caseOf(t, w, ben), caseOf(t, w, amy)
		boss := w.Hire("主管兼審查", people.Reviewer, people.Manager)
		ben.ManagerID = boss.ID
		if _, err := w.Directory.Update(w.Ctx, people.System(), ben); err != nil {
			t.Fatal(err)
		}
		refused(t, w.Desk.Open(w.Ctx, boss, number), "integrity.same_line")
		witness := w.Watch
		witness.Roles = []people.Role{people.Invigilator, people.Reviewer}
		refused(t, w.Desk.Open(w.Ctx, witness, number), "integrity.witness")
		self := ben
		self.Roles = []people.Role{people.Reviewer}
		if heads, err := w.Desk.Cases(w.Ctx, self, integrity.Waiting, 0); err != nil || len(heads) != 0 {
			t.Errorf("a reviewer reads of a flag on themselves, or of the pair: %+v %v", heads, err)
		}
		refused(t, w.Desk.Open(w.Ctx, self, other), "integrity.no_case")
		_, err := w.Desk.Case(w.Ctx, self, number, locale.Hant)
		refused(t, err, "integrity.no_case")
		refused(t, w.Desk.Open(w.Ctx, self, number), "integrity.no_case")
		if err := w.Desk.DeclareTie(w.Ctx, w.Reviewer[2], number, "當事人是我的表弟，必須迴避"); err != nil {
			t.Fatal(err)
		}
		refused(t, w.Desk.Open(w.Ctx, w.Reviewer[2], number), "integrity.tied")
		file, err := w.Desk.Case(w.Ctx, w.Reviewer[2], number, locale.Hant)
		if err != nil || file.MayWork == nil || file.Facts != nil || file.Findings != nil {
			t.Errorf("a tied reviewer reads the file: %+v %v", file, err)
		}
		if file, err = w.Desk.Case(w.Ctx, w.Reviewer[0], number, locale.Hant); err != nil || len(file.Facts) != 1 || !file.Carried {
			t.Errorf("the invigilator's note is not on file by itself: %+v %v", file.Facts, err)
		}
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
			t.Fatal(err)
		}
		_, err = w.Desk.Vote(w.Ctx, self, number, integrity.Ballot{Outcome: integrity.NotUpheld, Reason: because})
		refused(t, err, "integrity.own_case")
		refused(t, w.Desk.Open(w.Ctx, self, other), "integrity.own_pair")
		heads, err := w.Desk.Cases(w.Ctx, self, integrity.Waiting, 0)
		if err != nil || len(heads) != 2 || heads[0].MayWork || heads[1].MayWork {
			t.Fatalf("once they know of their own case: %+v %v", heads, err)
		}
		_, err = w.Desk.SittingMap(w.Ctx, self, heads[0].SittingID)
		refused(t, err, "integrity.own_sitting")
		if m, err := w.Desk.SittingMap(w.Ctx, w.Reviewer[0], heads[0].SittingID); err != nil || len(m.Map.Attempts) != 8 || len(m.Pairings) != 1 {
			t.Errorf("the map of the sitting: %+v %v", m, err)
		}
	})
}

func TestN1_AVoteDoesNotOutliveATie(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, ben := copiedSitting(t, w, "袖口掉出寫滿字母的紙條")
		number := caseOf(t, w, ben)
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
			t.Fatal(err)
		}
		red := func(p people.Person) integrity.Case {
			t.Helper()
			c, err := w.Desk.Vote(w.Ctx, p, number, integrity.Ballot{Outcome: integrity.RedLine, Reason: because})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		w.Heard(number)
		red(w.Reviewer[0])
		if err := w.Desk.DeclareTie(w.Ctx, w.Reviewer[0], number, "剛知道當事人是我的表弟"); err != nil {
			t.Fatal(err)
		}
		if c := red(w.Reviewer[1]); c.State != integrity.Second || decide(t, w, ben).RedLine {
			t.Fatalf("a tied reviewer's vote made a red line: %+v", c)
		}
		if c := red(w.Reviewer[2]); c.Outcome != integrity.RedLine || !decide(t, w, ben).RedLine {
			t.Errorf("two reviewers without a tie: %+v", c)
		}
		third := w.Hire("第三位審查人", people.Reviewer)
		if err := w.Overturn(third, number, "申訴成立：紙條筆跡不符"); err != nil {
			t.Fatal(err)
		}
		refused(t, w.Overturn(third, number, because), "integrity.no_appeal")
	})
}

func TestAReportAboutACaseThatExistsIsKept(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, ben := copiedSitting(t, w, "")
		number := caseOf(t, w, ben)
		file, err := w.Desk.Case(w.Ctx, w.Reviewer[0], number, locale.Hant)
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(time.Minute)
		if again, err := w.Desk.Report(w.Ctx, w.Watch, file.AttemptID, "收卷時見到袖口有紙條"); err != nil || again != number {
			t.Fatal(again, err)
		}
		if file, err = w.Desk.Case(w.Ctx, w.Reviewer[0], number, locale.Hant); err != nil || file.Events[len(file.Events)-1].Text != "收卷時見到袖口有紙條" {
			t.Errorf("a report about a case that exists is lost: %+v %v", file.Events, err)
		}
	})
}

func TestN2_ResitSetsTheAttemptAsideAndTheMilderVoteHolds(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		_, ben := copiedSitting(t, w, "袖口掉出寫滿字母的紙條")
		number := caseOf(t, w, ben)
		if err := w.Desk.Open(w.Ctx, w.Reviewer[0], number); err != nil {
			t.Fatal(err)
		}
		w.Heard(number)
		c, err := w.Desk.Vote(w.Ctx, w.Reviewer[0], number, integrity.Ballot{Outcome: integrity.RedLine, Reason: because})
		if err != nil || c.State != integrity.Second {
			t.Fatalf("%+v %v", c, err)
		}
		c, err = w.Desk.Vote(w.Ctx, w.Reviewer[1], number, integrity.Ballot{Outcome: integrity.Resit, Reason: "筆跡無法確認，換卷重考"})
		if err != nil || c.State != integrity.Closed || c.Outcome != integrity.Resit {
			t.Fatalf("%+v %v", c, err)
		}
		result, err := w.Room.Result(w.Ctx, ben, c.AttemptID, locale.Hant)
		if err != nil || len(result.Revisions) != 1 || !result.SetAside {
			t.Errorf("the result itself changed: %+v %v", result, err)
		}
		if d := decide(t, w, ben); d.RedLine || d.Suspended || exam(d, "values") == gate.Met {
			t.Errorf("a set-aside pass still counts: %+v", d.Steps)
		}
		// One more attempt on a fresh form, without waiting out the cool-down of a failure.
		s := w.Sitting("values")
		w.Sit(ben, s, apptest.Knows)
		if d := decide(t, w, ben); exam(d, "values") != gate.Met {
			t.Error("the re-sit does not count")
		}
	})
}

func TestHonestSittingRaisesNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.Sitting("values")
		for range 8 {
			p := w.NewHire("誠實")
			w.Sign(p)
			w.Read(p, "values")
			w.Sit(p, s, apptest.Knows) // identical knowledge is no finding: the letters differ
		}
		for range 2 {
			p := w.NewHire("都選甲")
			w.Sign(p)
			w.Read(p, "values")
			w.Sit(p, s, func(_, _ int) int { return 0 }) // habit is no finding either
		}
		if err := w.Room.CloseSitting(w.Ctx, w.Trainer, s.ID); err != nil {
			t.Fatal(err)
		}
		if err := w.Queue.Drain(w.Ctx); err != nil {
			t.Fatal(err)
		}
		heads, err := w.Desk.Cases(w.Ctx, w.Reviewer[0], integrity.Waiting, 0)
		if err != nil || len(heads) != 0 {
			t.Errorf("honest people were flagged: %+v %v", heads, err)
		}
	})
}

func decide(t *testing.T, w *apptest.World, p people.Person) gate.Decision {
	t.Helper()
	d, err := w.Keeper.Decide(w.Ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func exam(d gate.Decision, slug string) gate.State {
	for _, s := range d.Steps {
		if s.Requirement.Kind == gate.Exam && s.Requirement.Ref == slug {
			return s.State
		}
	}
	return ""
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if !fault.HasKey(err, key) {
		t.Errorf("got %v, want %s", err, key)
	}
}

func TestReasonsAreNeitherAWordNorABook(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		refused(t, w.Desk.Open(w.Ctx, w.Reviewer[0], 99), "integrity.no_case")
		refused(t, w.Desk.DeclareTie(w.Ctx, w.Reviewer[0], 99, "認識"), "integrity.reason_needed")
		refused(t, w.Desk.DeclareTie(w.Ctx, w.Reviewer[0], 99, strings.Repeat("長", 4001)), "integrity.text_long")
		err := w.Desk.AddFact(w.Ctx, w.Reviewer[0], 99, integrity.Fact{Kind: "hearsay", Text: "紙條"})
		if all := (fault.Problems)(nil); !errors.As(err, &all) || len(all) != 3 || all[0].Item != "kind" || all[1].Item != "text" || all[2].Item != "origin" {
			t.Errorf("a fact without anything is refused for %v, want its kind, text and origin at once", err)
		}
	})
}
