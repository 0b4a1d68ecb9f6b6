package people_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

const password = "correct horse 龍"

var ctx = context.Background()

// world is a directory with an admin, somebody in HR, a manager and two people below them.
type world struct {
	*people.Directory
	t                            *testing.T
	db                           *store.DB
	clock                        *storetest.Clock
	admin, hr, manager, amy, bob people.Person
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) { f(t, furnish(t, db, clock)) }, people.Schema())
}

func furnish(t *testing.T, db *store.DB, clock *storetest.Clock) *world {
	w := &world{Directory: people.New(db), t: t, db: db, clock: clock}
	w.admin = w.create("A001", "", people.Admin)
	w.hr = w.create("H001", "", people.HR)
	w.manager = w.create("M001", "", people.Manager)
	w.amy = w.create("N001", w.manager.ID)
	w.bob = w.create("N002", w.amy.ID)
	return w
}

func (w *world) create(number, managerID string, roles ...people.Role) people.Person {
	w.t.Helper()
	p, err := w.Create(ctx, people.System(), people.NewPerson{Number: number, Name: "姓名 " + number,
		Email: number + "@example.com", Roles: roles, ManagerID: managerID})
	check(w.t, err)
	return p
}

func (w *world) setPassword(p people.Person) {
	w.t.Helper()
	check(w.t, w.SetPassword(ctx, people.System(), p.ID, password))
}

func (w *world) signedIn(token string) bool {
	w.t.Helper()
	_, err := w.Session(ctx, token)
	if err != nil && !fault.HasKey(err, "people.session_over") {
		w.t.Fatal(err)
	}
	return err == nil
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, kind) || !fault.HasKey(err, key) {
		t.Fatalf("got %v, want %v %s", err, kind, key)
	}
}

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.setPassword(w.amy)
		for _, login := range []string{"N001", "n001", " N001@Example.com ", "Ｎ００１"} {
			token, p, err := w.SignIn(ctx, login, password)
			check(t, err)
			if p.ID != w.amy.ID || !w.signedIn(token) {
				t.Fatalf("%q signs in %v", login, p)
			}
		}
		_, _, wrong := w.SignIn(ctx, "N001", password+"x")
		want(t, wrong, fault.Unauthenticated, "people.sign_in_failed")
		_, _, unknown := w.SignIn(ctx, "N999", password)
		_, _, without := w.SignIn(ctx, "N002", password)
		if unknown.Error() != wrong.Error() || without.Error() != wrong.Error() {
			t.Fatalf("the fault tells who exists: %v, %v, %v", wrong, unknown, without)
		}
	})
}

func TestSignInIsThrottledPerLogin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.setPassword(w.amy)
		w.setPassword(w.hr)
		var group sync.WaitGroup
		outcomes := make([]error, 14)
		for i := range outcomes {
			group.Go(func() { _, _, outcomes[i] = w.SignIn(ctx, "n001", "guess number one") })
		}
		group.Wait()
		refused := 0
		for _, err := range outcomes {
			if fault.Is(err, fault.TooMany) {
				refused++
			} else if !fault.Is(err, fault.Unauthenticated) {
				t.Fatal(err)
			}
		}
		if refused != 4 {
			t.Fatalf("%d of 14 tries at once were refused, want 4", refused)
		}
		_, _, err := w.SignIn(ctx, "N001", password)
		want(t, err, fault.TooMany, "people.sign_in_too_many")
		_, _, err = w.SignIn(ctx, "H001", password)
		check(t, err)
		w.clock.Add(15 * time.Minute)
		_, _, err = w.SignIn(ctx, "N001", password)
		check(t, err)
	})
}

func TestSessionEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		open := func() string {
			token, err := w.SignInAs(ctx, w.amy.ID)
			check(t, err)
			return token
		}
		first, second := open(), open()
		check(t, w.SignOut(ctx, first))
		if w.signedIn(first) || !w.signedIn(second) {
			t.Fatal("signing out ends its own session alone")
		}
		want(t, w.EndSessions(ctx, w.bob, w.amy.ID), fault.Forbidden, "people.hr_only")
		check(t, w.EndSessions(ctx, w.hr, w.amy.ID))
		if w.signedIn(second) {
			t.Fatal("HR ended the sessions")
		}
		third := open()
		w.clock.Add(12*time.Hour - time.Millisecond)
		if !w.signedIn(third) {
			t.Fatal("a session lasts twelve hours")
		}
		w.clock.Add(time.Millisecond)
		if w.signedIn(third) || w.signedIn("") || w.signedIn("unknown") {
			t.Fatal("a session ends after twelve hours")
		}
	})
}

func TestSessionKnowsTheRolesOfNow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.SignInAs(ctx, w.amy.ID)
		check(t, err)
		w.amy.Roles = []people.Role{people.Mentor, people.Trainer, people.Mentor}
		_, err = w.Update(ctx, w.hr, w.amy)
		check(t, err)
		p, err := w.Session(ctx, token)
		check(t, err)
		if fmt.Sprint(p.Roles) != "[trainer mentor]" {
			t.Fatalf("roles %v", p.Roles)
		}
	})
}

func TestDeactivationEndsSessionsInItsTransaction(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.setPassword(w.amy)
		token, _, err := w.SignIn(ctx, "N001", password)
		check(t, err)
		told := 0
		w.OnDeactivated(func(tx *store.Tx, p people.Person) error {
			open := 0
			check(t, tx.Row(`SELECT count(*) FROM session WHERE ended_ms IS NULL AND employee_id = ?`, p.ID).Scan(&open))
			if stored, _, err := people.PersonIn(tx.Rx, p.ID); err != nil || stored.Active || p.Active || open > 0 {
				t.Errorf("the hook sees %v with %d sessions, %v", stored, open, err)
			}
			told++
			return nil
		})
		want(t, w.Deactivate(ctx, w.manager, w.amy.ID, "gone"), fault.Forbidden, "people.hr_only")
		want(t, w.Deactivate(ctx, w.hr, w.amy.ID, " "), fault.Invalid, "people.reason_missing")
		want(t, w.Deactivate(ctx, w.hr, w.hr.ID, "gone"), fault.Conflict, "people.not_yourself")
		check(t, w.Deactivate(ctx, w.hr, w.amy.ID, "離職"))
		if told == 0 || w.signedIn(token) {
			t.Fatal("the session outlived its person")
		}
		want(t, w.Deactivate(ctx, w.hr, w.amy.ID, "again"), fault.Conflict, "people.already_deactivated")
		_, _, err = w.SignIn(ctx, "N001", password)
		want(t, err, fault.Forbidden, "people.deactivated")
		_, err = w.SignInAs(ctx, w.amy.ID)
		want(t, err, fault.Forbidden, "people.deactivated")

		check(t, w.Reactivate(ctx, w.hr, w.amy.ID, "back"))
		if w.signedIn(token) {
			t.Fatal("a reactivation brought back an ended session")
		}
		_, _, err = w.SignIn(ctx, "N001", password)
		check(t, err)
		changes, err := w.Changes(ctx, w.hr, w.amy.ID)
		check(t, err)
		kinds := map[people.ChangeKind]people.Change{}
		for _, c := range changes {
			kinds[c.Kind] = c
		}
		if c := kinds[people.Deactivated]; c.ByID != w.hr.ID || c.Reason != "離職" || !c.At.Equal(w.clock.Now()) || len(changes) != 4 {
			t.Fatalf("changes %+v", changes)
		}
	})
}

func TestFailedHookUndoesTheDeactivation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		token, err := w.SignInAs(ctx, w.amy.ID)
		check(t, err)
		broken := errors.New("the leads cannot return")
		w.OnDeactivated(func(*store.Tx, people.Person) error { return broken })
		if err := w.Deactivate(ctx, w.hr, w.amy.ID, "gone"); !errors.Is(err, broken) {
			t.Fatal(err)
		}
		changes, err := w.Changes(ctx, w.hr, w.amy.ID)
		check(t, err)
		if p, err := w.Person(ctx, w.amy.ID); err != nil || !p.Active || !w.signedIn(token) || len(changes) != 1 {
			t.Fatalf("something of it stayed: %v, %v, %v", p, changes, err)
		}
	})
}

func TestSetUpHappensOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *storetest.Clock) {
		d := people.New(db)
		if has, err := d.HasAdmin(ctx); has || err != nil {
			t.Fatal(has, err)
		}
		_, err := d.SetUp(ctx, people.NewPerson{Number: "A0", Name: "Ada", Email: "a0@example.com"}, "password123")
		want(t, err, fault.Invalid, "people.password_common")
		_, err = d.SetUp(ctx, people.NewPerson{Number: "A0", Name: "\u3164", Email: "a0@example.com"}, password)
		if err == nil || !strings.Contains(err.Error(), "people.name_shape") {
			t.Fatal(err)
		}
		outcomes := make([]error, 6)
		var group sync.WaitGroup
		for i := range outcomes {
			group.Go(func() {
				n := people.NewPerson{Number: fmt.Sprint("A", i), Name: "Ada", Email: fmt.Sprint("a", i, "@example.com"), Roles: []people.Role{people.HR}}
				_, outcomes[i] = d.SetUp(ctx, n, password)
			})
		}
		group.Wait()
		first := ""
		for i, err := range outcomes {
			if err != nil {
				want(t, err, fault.Conflict, "people.set_up_done")
				continue
			}
			if first != "" {
				t.Fatal("two first admins")
			}
			first = fmt.Sprint("A", i)
		}
		if _, p, err := d.SignIn(ctx, first, password); err != nil || !p.Has(people.Admin) || p.Has(people.HR) {
			t.Fatal(p, err)
		}
	}, people.Schema())
}

func TestAdminsAreOutOfReachOfHR(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		want(t, w.SetPassword(ctx, w.hr, w.admin.ID, password), fault.Forbidden, "people.admin_only")
		want(t, w.Deactivate(ctx, w.hr, w.admin.ID, "coup"), fault.Forbidden, "people.admin_only")
		promoted := w.hr
		promoted.Roles = []people.Role{people.HR, people.Reviewer}
		_, err := w.Update(ctx, w.hr, promoted)
		want(t, err, fault.Forbidden, "people.role_guarded")
		_, err = w.Update(ctx, w.admin, promoted)
		check(t, err)

		renamed := w.admin
		renamed.Number, renamed.Email = "A999", "mine@example.com"
		_, err = w.Update(ctx, w.hr, renamed)
		want(t, err, fault.Forbidden, "people.details_guarded")
		reviewer := w.create("R001", "", people.Reviewer)
		renamed = reviewer
		renamed.Name = "別人"
		_, err = w.Update(ctx, w.hr, renamed)
		want(t, err, fault.Forbidden, "people.details_guarded")
		_, err = w.Update(ctx, w.admin, renamed)
		check(t, err)
		want(t, w.SetPassword(ctx, w.hr, reviewer.ID, password), fault.Forbidden, "people.admin_only")
		check(t, w.Deactivate(ctx, w.hr, reviewer.ID, "gone"))

		demoted := w.admin
		demoted.Roles = nil
		_, err = w.Update(ctx, w.admin, demoted)
		want(t, err, fault.Conflict, "people.last_admin")
		want(t, w.Deactivate(ctx, people.System(), w.admin.ID, "gone"), fault.Conflict, "people.last_admin")
		w.create("A002", "", people.Admin)
		_, err = w.Update(ctx, w.admin, demoted)
		check(t, err)
	})
}

func TestPasswords(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		want(t, w.SetPassword(ctx, w.amy, w.bob.ID, password), fault.Forbidden, "people.hr_only")
		want(t, w.SetPassword(ctx, w.hr, w.hr.ID, password), fault.Forbidden, "people.own_password")
		check(t, w.SetPassword(ctx, w.hr, w.amy.ID, password))
		old, _, err := w.SignIn(ctx, "N001", password)
		check(t, err)
		_, err = w.ChangePassword(ctx, w.amy, "not the current", "another horse 馬")
		want(t, err, fault.Unauthenticated, "people.sign_in_failed")
		token, err := w.ChangePassword(ctx, w.amy, password, "another horse 馬")
		check(t, err)
		if w.signedIn(old) || !w.signedIn(token) {
			t.Fatal("a new password ends the old sessions and opens one")
		}
		_, _, err = w.SignIn(ctx, "N001", password)
		want(t, err, fault.Unauthenticated, "people.sign_in_failed")
	})
}

func TestInvitation(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		over := func(token string) {
			t.Helper()
			_, err := w.Invited(ctx, token)
			want(t, err, fault.Unauthenticated, "people.invitation_over")
			_, _, err = w.Accept(ctx, token, password)
			want(t, err, fault.Unauthenticated, "people.invitation_over")
		}
		_, err := w.Invite(ctx, w.manager, w.amy.ID)
		want(t, err, fault.Forbidden, "people.hr_only")
		_, err = w.Invite(ctx, w.hr, w.admin.ID)
		want(t, err, fault.Forbidden, "people.admin_only")
		_, err = w.Invite(ctx, w.hr, w.hr.ID)
		want(t, err, fault.Forbidden, "people.own_password")
		first, err := w.Invite(ctx, w.hr, w.amy.ID)
		check(t, err)
		second, err := w.Invite(ctx, w.hr, w.amy.ID)
		check(t, err)
		over(first)
		_, _, err = w.Accept(ctx, second, "short")
		want(t, err, fault.Invalid, "people.password_short")
		session, p, err := w.Accept(ctx, second, password)
		check(t, err)
		if p.ID != w.amy.ID || !w.signedIn(session) {
			t.Fatalf("%v is not signed in", p)
		}
		over(second)
		_, _, err = w.SignIn(ctx, "N001", password)
		check(t, err)

		late, err := w.Invite(ctx, w.hr, w.amy.ID)
		check(t, err)
		w.clock.Add(7 * 24 * time.Hour)
		over(late)
		gone, err := w.Invite(ctx, w.hr, w.amy.ID)
		check(t, err)
		check(t, w.Deactivate(ctx, w.hr, w.amy.ID, "gone"))
		check(t, w.Reactivate(ctx, w.hr, w.amy.ID, "back"))
		over(gone)
	})
}

func TestNumbersAndEmailsAreUnique(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.Create(ctx, w.hr, people.NewPerson{Number: "n001", Name: "Amy", Email: "new@example.com"})
		want(t, err, fault.Conflict, "people.number_taken")
		_, err = w.Create(ctx, w.hr, people.NewPerson{Number: "N003", Name: "Amy", Email: "n001@EXAMPLE.com"})
		want(t, err, fault.Conflict, "people.email_taken")
		_, err = w.Create(ctx, w.amy, people.NewPerson{Number: "N003", Name: "Amy", Email: "new@example.com"})
		want(t, err, fault.Forbidden, "people.hr_only")
		_, err = w.Create(ctx, w.hr, people.NewPerson{Number: "N 3", Name: "\n", Email: "x", Lang: "fr", HiredOn: "23/11"})
		if p := (fault.Problems)(nil); !errors.As(err, &p) || len(p) != 5 {
			t.Fatalf("want five problems at once, got %v", err)
		}
		_, err = w.Create(ctx, w.hr, people.NewPerson{HiredOn: "0001-01-01"})
		for _, key := range []string{"people.number_missing", "people.name_missing", "people.email_missing", "people.hired_on_range"} {
			if err == nil || !strings.Contains(err.Error(), key) {
				t.Errorf("%s is not said: %v", key, err)
			}
		}
		amy := w.amy
		amy.Name = "Amy\u202e"
		_, err = w.Update(ctx, w.hr, amy)
		if err == nil || !strings.Contains(err.Error(), "people.name_shape") {
			t.Fatal(err)
		}
	})
}

func TestLine(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		check(t, w.db.Read(ctx, func(rx *store.Rx) error {
			line, err := people.LineIn(rx, w.bob.ID)
			if fmt.Sprint(line) != fmt.Sprint([]string{w.amy.ID, w.manager.ID}) {
				t.Errorf("line %v", line)
			}
			return err
		}))
		check(t, w.db.Read(ctx, func(rx *store.Rx) error {
			below, err := people.ReportsIn(rx, w.manager.ID)
			if len(below) != 2 || below[0].ID != w.amy.ID || below[1].ID != w.bob.ID {
				t.Errorf("reports %v", below)
			}
			return err
		}))
		w.manager.ManagerID = w.bob.ID
		_, err := w.Update(ctx, w.hr, w.manager)
		want(t, err, fault.Conflict, "people.manager_cycle")
		w.amy.ManagerID = w.amy.ID
		_, err = w.Update(ctx, w.hr, w.amy)
		want(t, err, fault.Conflict, "people.manager_cycle")
	})
}

// A cycle cannot be entered, but if the data ever had one, nothing may hang.
func TestLineEndsInACycle(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		check(t, w.db.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE employee SET manager_id = ? WHERE id = ?`, w.bob.ID, w.manager.ID)
			return err
		}))
		check(t, w.db.Read(ctx, func(rx *store.Rx) error {
			line, err := people.LineIn(rx, w.bob.ID)
			if len(line) != 3 {
				t.Errorf("line %v", line)
			}
			return err
		}))
		check(t, w.db.Read(ctx, func(rx *store.Rx) error {
			below, err := people.ReportsIn(rx, w.manager.ID)
			if len(below) != 3 {
				t.Errorf("reports %v", below)
			}
			return err
		}))
	})
}

func TestPeopleByWhoMaySee(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		numbers := func(actor people.Person, f people.Filter) string {
			found, next, err := w.People(ctx, actor, f, "")
			check(t, err)
			if next != "" {
				t.Fatalf("a next page after %q", next)
			}
			var all []string
			for _, p := range found {
				all = append(all, p.Number)
			}
			return strings.Join(all, " ")
		}
		check(t, w.Deactivate(ctx, w.hr, w.bob.ID, "gone"))
		for _, c := range []struct {
			actor  people.Person
			filter people.Filter
			want   string
		}{
			{w.hr, people.Filter{}, "A001 H001 M001 N001"},
			{w.hr, people.Filter{Inactive: true}, "N002"},
			{w.hr, people.Filter{Role: people.HR}, "H001"},
			{w.admin, people.Filter{Text: "EXAMPLE.com"}, "A001 H001 M001 N001"},
			{w.admin, people.Filter{Text: "姓名 n0"}, "N001"},
			{w.admin, people.Filter{Text: "%"}, ""},
			{w.manager, people.Filter{}, "N001"},
			{w.manager, people.Filter{Inactive: true}, "N002"},
		} {
			if got := numbers(c.actor, c.filter); got != c.want {
				t.Errorf("%s sees of %+v %q, want %q", c.actor.Number, c.filter, got, c.want)
			}
		}
		_, _, err := w.People(ctx, w.amy, people.Filter{}, "")
		want(t, err, fault.Forbidden, "people.hr_only")
	})
}

func TestPeopleInPages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 60 {
			w.create(fmt.Sprintf("P%03d", i), "")
		}
		seen, pages := map[string]bool{}, 0
		for after := ""; pages == 0 || after != ""; pages++ {
			found, next, err := w.People(ctx, w.hr, people.Filter{}, after)
			check(t, err)
			for _, p := range found {
				seen[p.Number] = true
			}
			after = next
		}
		if len(seen) != 65 || pages != 2 {
			t.Fatalf("%d people on %d pages", len(seen), pages)
		}
	})
}

func TestLang(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		check(t, w.SetLang(ctx, w.amy, locale.En))
		want(t, w.SetLang(ctx, w.amy, "fr"), fault.Invalid, "people.lang_unknown")
		if p, err := w.ByNumber(ctx, "n001"); err != nil || p.Lang != locale.En {
			t.Fatal(p, err)
		}
		_, err := w.ByNumber(ctx, "N999")
		want(t, err, fault.NotFound, "people.not_found")
	})
}

func TestToken(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.NewToken(ctx, w.hr, "crm")
		want(t, err, fault.Forbidden, "people.admin_only")
		plain, err := w.NewToken(ctx, w.admin, " crm ")
		check(t, err)
		if name, err := w.TokenName(ctx, plain, people.Decisions); err != nil || name != "crm" || !strings.HasPrefix(plain, "bn_") {
			t.Fatal(name, err)
		}
		_, err = w.TokenName(ctx, "bn_unknown", people.Decisions)
		want(t, err, fault.Unauthenticated, "people.token_unknown")
		tokens, err := w.Tokens(ctx, w.admin)
		check(t, err)
		check(t, w.RevokeToken(ctx, w.admin, tokens[0].ID))
		_, err = w.TokenName(ctx, plain, people.Decisions)
		want(t, err, fault.Unauthenticated, "people.token_unknown")
		want(t, w.RevokeToken(ctx, w.admin, tokens[0].ID), fault.NotFound, "people.token_not_found")
	})
}

// BenchmarkSession is what every request pays to know its person. "empty" is a snapshot without a statement, the
// part of it that is not the session's.
func BenchmarkSession(b *testing.B) {
	db, _ := storetest.Unwatched(b, store.SQLite, people.Schema())
	d := people.New(db)
	p, err := d.Create(ctx, people.System(), people.NewPerson{Number: "N001", Name: "Amy", Email: "amy@example.com"})
	if err != nil {
		b.Fatal(err)
	}
	token, err := d.SignInAs(ctx, p.ID)
	if err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func(context.Context) error{
		"known": func(ctx context.Context) error { _, err := d.Session(ctx, token); return err },
		"empty": func(ctx context.Context) error { return db.Read(ctx, func(*store.Rx) error { return nil }) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			ctx, cancel := context.WithTimeout(ctx, time.Minute) // as a request has
			defer cancel()
			for b.Loop() {
				if err := read(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
