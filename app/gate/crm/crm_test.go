package crm_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/apptest"
	"bainian/app/fault"
	"bainian/app/gate/crm"
	"bainian/app/people"
	"bainian/app/store"
)

// floor is a company with two people whose gate is open and one whose is not, all of them users of the CRM.
type floor struct {
	*apptest.World
	org            *org
	r              *crm.Reconciler
	amy, bea, cara people.Person
}

func open(t *testing.T, w *apptest.World, wrap func(crm.CRM) crm.CRM) *floor {
	f := &floor{World: w, org: openOrg(t, w.Clock.Now), amy: w.Ready("Amy"), bea: w.Ready("Bea"), cara: w.NewHire("Cara")}
	for _, p := range []people.Person{f.amy, f.bea, f.cara} {
		f.org.hire(p.Number)
	}
	var c crm.CRM = f.org.adapter(t, nil)
	if wrap != nil {
		c = wrap(c)
	}
	f.r = crm.New(w.DB, w.Keeper, w.Queue, c)
	return f
}

func (f *floor) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// stands checks who may take leads in the CRM.
func (f *floor) stands(when string, who ...people.Person) {
	f.Helper()
	var want []string
	for _, p := range who {
		want = append(want, p.Number)
	}
	slices.Sort(want)
	if got := f.org.entitled(); !slices.Equal(got, want) {
		f.Errorf("%s: %v may take leads in the CRM, want %v", when, got, want)
	}
}

func (f *floor) health() crm.Health {
	f.Helper()
	h, err := f.r.Health(f.Ctx)
	f.ok(err)
	return h
}

// found are the repairs on record, the oldest first, and those of the gate's own word left out.
func (f *floor) found() (all []string) {
	f.Helper()
	_, repairs, _, err := f.r.Repairs(f.Ctx, people.System(), "")
	f.ok(err)
	for _, p := range slices.Backward(repairs) {
		if p.Found != crm.Told {
			all = append(all, fmt.Sprint(p.Found, " ", p.Number))
		}
	}
	return all
}

func TestDriftIsRepairedAndWithoutItNothingIsTouched(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := open(t, w, nil)
		for i := range 4 { // users of the CRM who are nothing to the gate; more than a page
			f.org.hire(fmt.Sprint("X", i))
		}
		f.ok(f.Queue.Drain(f.Ctx))
		f.stands("after the first look", f.amy, f.bea)
		f.org.wrote()

		f.org.grant(f.cara.Number, time.Time{}) // by hand, for ever
		f.org.grant("X1", time.Time{})          // to nobody's employee
		f.org.revoke(f.amy.Number)
		f.org.revoke(f.bea.Number)
		f.org.grant(f.bea.Number, time.Time{})
		f.ok(f.Queue.Drain(f.Ctx))
		f.stands("after the drift", f.amy, f.bea)
		wrote := f.org.wrote()
		if len(wrote) != 4 || !strings.HasPrefix(wrote[0], "DELETE") || !strings.HasPrefix(wrote[1], "DELETE") {
			t.Errorf("%v: what may not be goes first", wrote)
		}
		found := f.found()
		slices.Sort(found)
		found = found[:3]
		if !slices.Equal(found, []string{"extra " + f.cara.Number, "extra X1", "longer " + f.bea.Number}) {
			t.Errorf("%v", f.found())
		}
		before := len(f.found())
		for range 3 {
			f.ok(f.Queue.Drain(f.Ctx))
		}
		if w := f.org.wrote(); len(w) != 0 {
			t.Errorf("without drift it wrote %v", w)
		}
		w.Clock.Add(40 * time.Hour) // leases are to be renewed, which is no drift
		f.ok(f.Queue.Drain(f.Ctx))
		if w := f.org.wrote(); len(w) != 2 || !strings.HasPrefix(w[0], "PATCH") || len(f.found()) != before {
			t.Errorf("%v %v", w, f.found())
		}
		w.Clock.Add(71 * time.Hour) // nobody reaches the CRM any more
		f.stands("while its leases last", f.amy, f.bea)
		w.Clock.Add(2 * time.Hour)
		f.stands("when they have ended")
	})
}

func TestWhoseGateChangesIsToldToTheCRMAtOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := open(t, w, nil)
		f.ok(f.Queue.Drain(f.Ctx))
		ctx, cancel := context.WithCancel(f.Ctx)
		ended := make(chan error)
		go func() { ended <- f.Queue.Run(ctx) }()
		f.ok(w.Directory.Deactivate(f.Ctx, w.HR, f.amy.ID, "離職"))
		began := time.Now()
		for slices.Contains(f.org.entitled(), f.amy.Number) {
			if time.Since(began) > 5*time.Second {
				t.Fatal("it is not revoked in five seconds")
			}
			time.Sleep(time.Millisecond)
		}
		t.Logf("revoked in the CRM %v after the deactivation", time.Since(began))
		cancel()
		f.ok(<-ended)
		f.ok(w.Directory.Reactivate(f.Ctx, w.HR, f.amy.ID, "回任"))
		f.ok(f.Queue.Drain(f.Ctx))
		f.stands("after coming back", f.amy, f.bea)
	})
}

// An outage changes nothing, is on record and alarms; what closed meanwhile is closed as soon as it is over.
func TestAnOutageAlarmsAndIsMadeUpFor(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := open(t, w, nil)
		f.ok(f.Queue.Drain(f.Ctx))
		for status, code := range map[int]string{503: "SERVER_UNAVAILABLE", 403: "REQUEST_LIMIT_EXCEEDED", 302: ""} {
			f.org.failing(func(*http.Request) (int, string) { return status, code })
			active, err := w.Directory.Person(f.Ctx, f.amy.ID)
			f.ok(err)
			if active.Active {
				f.ok(w.Directory.Deactivate(f.Ctx, w.HR, f.amy.ID, "離職"))
			}
			_ = f.Queue.Drain(f.Ctx)
			w.Clock.Add(time.Minute)
			_ = f.Queue.Drain(f.Ctx)
			f.stands("while it cannot be reached", f.amy, f.bea)
			if h := f.health(); !h.Alarm() || !strings.Contains(h.Error, fmt.Sprint(status)) || strings.Contains(h.Error, "s3cret") || !h.Reached.Before(h.Looked) {
				t.Errorf("%d: %+v", status, h)
			}
		}
		f.org.failing(func(*http.Request) (int, string) { return 0, "" })
		w.Clock.Add(time.Minute)
		f.ok(f.Queue.Drain(f.Ctx))
		f.stands("when it is over", f.bea)
		if h := f.health(); h.Alarm() {
			t.Errorf("%+v", h)
		}
	})
}

// A call that fails in the middle leaves half of the repairs undone; the next look finds and does them.
func TestHalfAFailureIsFinishedByTheNextLook(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	f := open(t, w, nil)
	f.ok(f.Queue.Drain(f.Ctx))
	for i := range 4 {
		f.org.hire(fmt.Sprint("X", i))
		f.org.grant(fmt.Sprint("X", i), time.Time{})
	}
	left := 2
	f.org.failing(func(r *http.Request) (int, string) {
		if r.Method == "DELETE" {
			if left--; left < 0 {
				return 500, "UNKNOWN_EXCEPTION"
			}
		}
		return 0, ""
	})
	if err := f.r.Reconcile(f.Ctx); !errors.Is(err, crm.ErrUnreachable) {
		t.Error(err)
	}
	if got := f.org.entitled(); len(got) != 4 {
		t.Errorf("half-way: %v", got)
	}
	f.org.failing(func(*http.Request) (int, string) { return 0, "" })
	f.ok(f.r.Reconcile(f.Ctx))
	f.stands("in the end", f.amy, f.bea)
}

// wrapped lets a test act between the steps of the reconciler.
type wrapped struct {
	crm.CRM
	afterActual, inGrant func()
}

func (c *wrapped) Actual(ctx context.Context, page string) ([]crm.Entitlement, string, error) {
	some, next, err := c.CRM.Actual(ctx, page)
	if next == "" && c.afterActual != nil {
		c.afterActual()
	}
	return some, next, err
}

func (c *wrapped) Grant(ctx context.Context, number string, until time.Time) error {
	if f := c.inGrant; f != nil {
		c.inGrant = nil
		f()
	}
	return c.CRM.Grant(ctx, number, until)
}

// The program ends between reading and repairing, the world goes on, and the next program repairs by what is true then.
func TestARestartBetweenReadAndRepairRepairsByWhatIsTrueThen(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	c := &wrapped{}
	f := open(t, w, func(inner crm.CRM) crm.CRM { c.CRM = inner; return c })
	ctx, cancel := context.WithCancel(f.Ctx)
	c.afterActual = cancel
	if err := f.r.Reconcile(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	f.stands("after the end of the program")
	c.afterActual = nil
	f.ok(w.Directory.Deactivate(f.Ctx, w.HR, f.amy.ID, "離職"))
	f.ok(f.r.Reconcile(f.Ctx))
	f.stands("after the restart", f.bea)
}

// A revocation that comes while a grant is on its way is not overtaken by it.
func TestAGrantDoesNotOvertakeARevocation(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	c := &wrapped{}
	f := open(t, w, func(inner crm.CRM) crm.CRM { c.CRM = inner; return c })
	f.ok(f.Queue.Drain(f.Ctx))
	f.org.revoke(f.amy.Number)
	c.inGrant = func() { f.ok(w.Directory.Deactivate(f.Ctx, w.HR, f.amy.ID, "離職")) }
	f.ok(f.r.Reconcile(f.Ctx))
	f.stands("after both", f.bea)
}

func TestATokenThatEndsIsRenewed(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	f := open(t, w, nil)
	calls := 0
	f.org.failing(func(r *http.Request) (int, string) {
		if calls++; calls%5 == 0 && r.URL.Path != "/services/oauth2/token" {
			clear(f.org.tokens)
		}
		return 0, ""
	})
	f.ok(f.Queue.Drain(f.Ctx))
	f.stands("in spite of it", f.amy, f.bea)
	if f.org.logins < 2 {
		t.Errorf("%d sign-ins", f.org.logins)
	}
}

func TestSomebodyElseWasQuicker(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	f := open(t, w, nil)
	f.org.failing(func(r *http.Request) (int, string) {
		if r.Method == "POST" && r.URL.Path != "/services/oauth2/token" && len(f.org.held) == 0 {
			f.org.grantLocked(f.amy.Number, w.Clock.Now().Add(time.Hour))
			f.org.grantLocked(f.bea.Number, w.Clock.Now().Add(time.Hour))
		}
		return 0, ""
	})
	f.ok(f.r.Reconcile(f.Ctx))
	f.stands("by somebody else", f.amy, f.bea)
}

// It fails closed: without a policy nothing is granted, what stands is left alone, and who has left loses it none the less.
func TestNothingIsGrantedAboutWhomNothingCanBeDecided(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	f := open(t, w, nil)
	f.ok(f.r.Reconcile(f.Ctx))
	f.org.revoke(f.amy.Number)
	dora := w.Ready("Dora")
	f.org.hire(dora.Number)
	f.ok(f.r.Reconcile(f.Ctx))
	f.org.revoke(f.amy.Number)
	f.ok(w.DB.Write(f.Ctx, func(tx *store.Tx) error {
		if _, err := tx.Exec(`UPDATE document_edition SET number = number + 1`); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE document SET retired = TRUE WHERE path = 'content/policy.yaml'`)
		return err
	}))
	if _, err := w.Keeper.Decide(f.Ctx, f.bea.ID); !fault.HasKey(err, "gate.no_policy") {
		t.Fatal(err)
	}
	f.ok(w.Directory.Deactivate(f.Ctx, w.HR, dora.ID, "離職"))
	if err := f.r.Reconcile(f.Ctx); err == nil {
		t.Error("what could not be decided is no error")
	}
	f.stands("without a policy", f.bea)
	if h := f.health(); !h.Alarm() || h.Undone == 0 {
		t.Errorf("%+v", h)
	}
}

func TestAWrongConfigurationTakesNothingAway(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	f := open(t, w, nil)
	f.ok(f.r.Reconcile(f.Ctx))
	other := crm.New(w.DB, w.Keeper, w.Queue, f.org.adapter(t, func(c *crm.SalesforceConfig) { c.Match = "Nummer__c" }))
	if err := other.Reconcile(f.Ctx); err == nil || !strings.Contains(err.Error(), "INVALID_FIELD") || !strings.Contains(err.Error(), "Nummer__c") {
		t.Error(err)
	}
	other = crm.New(w.DB, w.Keeper, w.Queue, f.org.adapter(t, func(c *crm.SalesforceConfig) { c.ClientSecret = "wr0ng" }))
	if err := other.Reconcile(f.Ctx); err == nil || !strings.Contains(err.Error(), "invalid_client") || strings.Contains(err.Error(), "wr0ng") {
		t.Error(err)
	}
	for i := range 12 { // as when the field holds something else than employee numbers
		f.org.hire(fmt.Sprint("someone", i))
		f.org.grant(fmt.Sprint("someone", i), time.Time{})
	}
	f.org.wrote()
	if err := f.r.Reconcile(f.Ctx); err == nil || len(f.org.wrote()) != 0 || len(f.org.entitled()) != 14 {
		t.Error(err, f.org.entitled())
	}
	for _, wrong := range []crm.SalesforceConfig{{}, {URL: "ftp://x", ClientID: "a", ClientSecret: "b", PermissionSet: "x y", Match: "a'b", Version: "62"}} {
		if _, err := crm.NewSalesforce(wrong); err == nil || strings.Count(err.Error(), "\n") < 2 {
			t.Errorf("%v", err)
		}
	}
}

// A hand that grants again and again what is taken away is somebody to talk to; so is a user without a number.
func TestDriftThatRepeatsAlarms(t *testing.T) {
	w := apptest.New(t, store.SQLite)
	f := open(t, w, nil)
	for range 3 {
		if f.health().Alarm() {
			t.Error("too early")
		}
		f.org.grant(f.cara.Number, time.Time{})
		f.ok(f.r.Reconcile(f.Ctx))
		w.Clock.Add(15 * time.Minute)
	}
	if h := f.health(); !h.Alarm() || !slices.Equal(h.Repeated, []string{f.cara.Number}) || h.Drift != 3 {
		t.Errorf("%+v", h)
	}
	w.Clock.Add(25 * time.Hour)
	if h := f.health(); h.Alarm() {
		t.Errorf("%+v", h)
	}
	f.org.hire("")
	f.org.grant("", time.Time{})
	if err := f.r.Reconcile(f.Ctx); err == nil || f.health().Undone != 1 {
		t.Error(err, f.health())
	}
}
