package gate_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
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

// The policies between which the random history goes.
var strict = strings.NewReplacer("        - course: product/membership\n", "        - {course: product/membership, version: current, grace: 2d}\n",
	"        - {exam: sales, within: 365d, grace: 14d}\n", "        - {exam: sales, within: 30d, grace: 3d}\n        - {exam: values, mark: 60}\n        - in_order: [values, product, sales]\n        - {any: [{cohort: graduated}, {sign_off: manager}]}\n")

// life is a random life of one person at the company, in which everything happens that a gate looks at.
type life struct {
	*testing.T
	w        *apptest.World
	r        *rand.Rand
	p        people.Person
	read     map[string]bool
	attempts []string // passed, of which no case was made yet
	open     []int    // cases
	decided  []int    // verdicts that can be appealed
	plain    string   // the policy of the beginning
	n        int
}

// soft passes over what was refused for a good reason; a broken machine is none.
func (l *life) soft(err error) bool {
	l.Helper()
	if err != nil && fault.KindOf(err) == fault.Internal {
		l.Fatal(err)
	}
	return err == nil
}

func (l *life) step() string {
	w, p := l.w, l.p
	l.n++
	hr, trainer, manager := w.HR, w.Trainer, w.Manager
	switch op := l.r.IntN(19); op {
	case 0:
		if pledge, err := w.Library.Pledge(w.Ctx, locale.Hant); l.soft(err) {
			l.soft(w.Library.SignPledge(w.Ctx, p, pledge.Version, locale.Hant))
		}
		return "sign"
	case 1, 2, 3:
		for _, track := range []string{"values", "product", "sales"} {
			if now, err := w.Directory.Person(w.Ctx, p.ID); l.soft(err) && !now.Active {
				break
			}
			if !l.read[track] {
				if _, err := w.Library.Lesson(w.Ctx, p, track+"/first", locale.Hant); !l.soft(err) {
					break
				}
				l.read[track] = l.soft(w.Library.Complete(w.Ctx, p, track+"/first"))
				if signed := decide(l.T, w, p).Steps; slices.ContainsFunc(signed, func(s gate.Step) bool { return s.Requirement.Kind == gate.Pledge && s.At.IsZero() }) {
					w.Sign(p)
				}
				l.attempts = append(l.attempts, w.Sit(p, w.Sitting(track), func(n, right int) int {
					if n%5 == 0 && l.n%2 == 0 {
						return (right + 1) % 4
					}
					return right
				}))
				return "pass " + track
			}
			if op == 1 && l.soft(w.Library.Complete(w.Ctx, p, track+"/first")) {
				return "read " + track + " again"
			}
		}
	case 4:
		if len(l.attempts) > 0 {
			number, err := w.Desk.Report(w.Ctx, w.Watch, l.attempts[0], because)
			if l.soft(err) {
				l.attempts = l.attempts[1:]
				if l.soft(w.Desk.Open(w.Ctx, w.Reviewer[0], number)) {
					l.open = append(l.open, number)
				}
			}
		}
		return "case"
	case 5:
		if len(l.open) > 0 {
			number := l.open[0]
			l.open = l.open[1:]
			outcome := []integrity.Outcome{integrity.NotUpheld, integrity.Resit, integrity.RedLine}[l.r.IntN(3)]
			if outcome == integrity.RedLine {
				l.soft(w.Desk.AddFact(w.Ctx, w.Reviewer[0], number, integrity.Fact{Kind: integrity.Document, Text: "寫著答案的一張紙條", Origin: "監考當場收走"}))
			}
			w.Decide(number, outcome)
			if outcome != integrity.NotUpheld {
				l.decided = append(l.decided, number)
			}
			return "verdict " + string(outcome)
		}
	case 6:
		if len(l.decided) > 0 {
			l.soft(w.Overturn(w.Reviewer[2], l.decided[0], because))
			l.decided = l.decided[1:]
			return "appeal"
		}
	case 7:
		if len(l.open) > 0 {
			l.soft(w.Desk.Renew(w.Ctx, w.Reviewer[1], l.open[0], because))
			return "renew"
		}
	case 8:
		key := []string{"exam:sales", "exam:product", "cohort", "course:product/membership"}[l.r.IntN(4)]
		l.soft(w.Keeper.Waive(w.Ctx, hr, p.ID, key, w.Clock.Now().Add(time.Duration(1+l.r.IntN(20))*24*time.Hour), "考場停電，補考排在下週"))
		return "waive " + key
	case 9:
		if waivers, err := w.Keeper.Waivers(w.Ctx, hr, p.ID); l.soft(err) && len(waivers) > 0 {
			l.soft(w.Keeper.Withdraw(w.Ctx, hr, waivers[0].ID))
		}
		return "withdraw"
	case 10:
		if l.soft(w.Directory.Deactivate(w.Ctx, hr, p.ID, "離職")) {
			return "leave"
		}
		l.soft(w.Directory.Reactivate(w.Ctx, hr, p.ID, "回任"))
		return "come back"
	case 11:
		text := l.plain
		if l.r.IntN(3) > 0 {
			text = strict.Replace(text)
		}
		l.publish(hr, gate.PolicyPath, text+fmt.Sprintf("# %d\n", l.n))
		return "policy"
	case 12:
		l.publish(hr, "content/pledge.md", fmt.Sprintf("---\ntitle: 誠信承諾\n---\n\n第 %d 版。\n", l.n))
		return "pledge"
	case 13:
		l.publish(trainer, "content/product/membership/course.md", fmt.Sprintf("---\ntitle: product\ntrack: product\norder: 1\n---\n\n第 %d 版。\n", l.n))
		return "course"
	case 14:
		_, err := w.Roster.Graduate(w.Ctx, trainer, w.Cohort.ID, p.ID)
		l.soft(err)
		return "graduate"
	case 15:
		if all, err := w.Roster.Graduations(w.Ctx, trainer, w.Cohort.ID); l.soft(err) && len(all) > 0 {
			l.soft(w.Roster.UndoGraduation(w.Ctx, trainer, all[len(all)-1].ID, "弄錯人了"))
		}
		return "undo"
	case 16:
		l.soft(w.Keeper.SignOff(w.Ctx, manager, p.ID, "陪訪三次，開場與收尾都穩"))
		return "sign off"
	case 17:
		if all, err := w.Keeper.SignOffs(w.Ctx, hr, p.ID); l.soft(err) && len(all) > 0 {
			l.soft(w.Keeper.WithdrawSignOff(w.Ctx, manager, all[len(all)-1].ID, "客戶抱怨，要再陪一次"))
		}
		return "withdraw sign-off"
	case 18:
		_, err := w.Pool.Draw(w.Ctx, p, "", "")
		l.soft(err)
		return "draw"
	}
	return "nothing"
}

func (l *life) publish(actor people.Person, path, text string) {
	l.Helper()
	l.soft(publish(l.w, actor, path, locale.Hant, text)) // a policy that locks everybody out is refused
}

// apart is where two decisions differ.
func apart(made, derived gate.Decision) string {
	var b strings.Builder
	for i, s := range made.Steps {
		if i < len(derived.Steps) && !reflect.DeepEqual(s, derived.Steps[i]) {
			fmt.Fprintf(&b, "\n\tmade    %+v\n\tderived %+v", s, derived.Steps[i])
		}
	}
	made.Steps, derived.Steps = nil, nil
	if !reflect.DeepEqual(made, derived) {
		fmt.Fprintf(&b, "\n\tmade    %+v\n\tderived %+v", made, derived)
	}
	return b.String()
}

// What the gate said at any moment of a random life can be derived again from the records, to the last condition; and the
// history shows each change of the standing, and no other.
func TestADecisionOfThePastIsTheOneThatWasMade(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				l := &life{T: t, w: w, r: rand.New(rand.NewPCG(seed, 7)), p: w.NewHire("Amy"), read: map[string]bool{}, plain: source(t, w, gate.PolicyPath)}
				w.Leads(20)
				type made struct {
					gate.Decision
					what string
				}
				var live []made
				see := func(what string) {
					w.Clock.Add(time.Duration(1+l.r.IntN(1000)) * time.Millisecond)
					d := decide(t, w, l.p)
					live = append(live, made{d, what})
					if now, err := w.Keeper.DecideAt(w.Ctx, l.p.ID, w.Clock.Now()); err != nil || !reflect.DeepEqual(now, d) {
						t.Fatalf("after %s, %v: %s", what, err, apart(d, now))
					}
					w.Clock.Add(time.Millisecond) // what comes next comes later
				}
				see("begin")
				standings := map[gate.Standing]bool{}
				for range 60 {
					see(l.step())
					if l.r.IntN(3) == 0 {
						w.Clock.Add(time.Duration(l.r.IntN(9*24)) * time.Hour)
						see("wait")
					}
					standings[live[len(live)-1].Standing()] = true
				}
				for i, was := range live {
					d, err := w.Keeper.DecideAt(w.Ctx, l.p.ID, was.At)
					must(t, err)
					if !reflect.DeepEqual(d, was.Decision) {
						t.Errorf("moment %d, after %s: %s", i, was.what, apart(was.Decision, d))
					}
				}
				history, err := w.Keeper.History(w.Ctx, w.HR, l.p.ID)
				must(t, err)
				for _, was := range live {
					i := slices.IndexFunc(history, func(m gate.Moment) bool { return m.At.After(was.At) })
					if i < 0 {
						i = len(history)
					}
					if i == 0 || history[i-1].Standing() != was.Standing() {
						t.Errorf("at %v after %s the standing was %s; the history says otherwise", was.At, was.what, was.Standing())
					}
				}
				for i, m := range history[1:] {
					if m.Before != history[i].Standing() || m.Before == m.Standing() {
						t.Errorf("%s follows %s", m.Standing(), history[i].Standing())
					}
				}
				if len(standings) < 3 {
					t.Errorf("the life knew only %v", standings)
				}
				_, err = w.Keeper.DecideAt(w.Ctx, l.p.ID, live[0].At.AddDate(0, 0, -1))
				refused(t, err, "gate.not_here_yet")
				_, err = w.Keeper.History(w.Ctx, w.Manager, l.p.ID)
				refused(t, err, "gate.may_not_look_back")
			})
		})
	}
}
