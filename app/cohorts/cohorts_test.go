package cohorts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"bainian/app/cohorts"
	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

var (
	ctx = context.Background()
	hr  = people.Person{ID: "hr", Roles: []people.Role{people.HR}}
)

// world is a roster with two cohorts and a directory with people of these numbers, by number.
type world struct {
	*cohorts.Roster
	t         *testing.T
	db        *store.DB
	shelf     *documents.Shelf
	clock     *storetest.Clock
	directory *people.Directory
	old, new  cohorts.Cohort
	person    map[string]people.Person
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		shelf := documents.New(db)
		w := &world{Roster: cohorts.New(db, shelf), shelf: shelf, t: t, db: db, clock: clock, directory: people.New(db), person: map[string]people.Person{}}
		w.directory.EnrolIn(w.Roster)
		for _, number := range []string{"N2", "N1", "N3"} {
			p, err := w.directory.Create(ctx, hr, people.NewPerson{Number: number, Name: number, Email: number + "@example.com"})
			check(t, err)
			w.person[number] = p
		}
		var err error
		w.old, err = w.Create(ctx, hr, cohorts.Cohort{Number: 86, Name: "第 86 期", StartsOn: "2026-10-05", EndsOn: "2026-10-30"})
		check(t, err)
		w.new, err = w.Create(ctx, hr, cohorts.Cohort{Number: 87, Name: "第 87 期", StartsOn: "2026-11-09", EndsOn: "2026-12-04"})
		check(t, err)
		f(t, w)
	}, people.Schema(), documents.Schema(), cohorts.Schema())
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

// numbers are the numbers of a cohort's members.
func (w *world) numbers(c cohorts.Cohort) string {
	w.t.Helper()
	ids, err := w.Members(ctx, c.ID)
	check(w.t, err)
	var all []string
	for _, id := range ids {
		p, err := w.directory.Person(ctx, id)
		check(w.t, err)
		all = append(all, p.Number)
	}
	return strings.Join(all, " ")
}

func TestCreate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.Create(ctx, hr, cohorts.Cohort{Number: 87, Name: "again", StartsOn: "2026-11-09", EndsOn: "2026-11-09"})
		want(t, err, fault.Conflict, "cohorts.number_taken")
		_, err = w.Create(ctx, w.person["N1"], cohorts.Cohort{})
		want(t, err, fault.Forbidden, "cohorts.hr_only")
		_, err = w.Create(ctx, hr, cohorts.Cohort{StartsOn: "2026-12-01", EndsOn: "2026-11-31"})
		if p := (fault.Problems)(nil); !errors.As(err, &p) || len(p) != 3 {
			t.Fatalf("want three problems at once, got %v", err)
		}
		for _, name := range []string{"\u200b", "…", "第 88\u202e 期"} {
			_, err = w.Create(ctx, hr, cohorts.Cohort{Number: 88, Name: name, StartsOn: "2026-11-09", EndsOn: "2026-11-09"})
			if p := (fault.Problems)(nil); !errors.As(err, &p) || p[0].Key != "cohorts.name_shape" {
				t.Errorf("%q: %v", name, err)
			}
		}
		_, err = w.Create(ctx, hr, cohorts.Cohort{Number: 1, Name: "x", StartsOn: "2026-12-01", EndsOn: "2026-11-30"})
		if p := (fault.Problems)(nil); !errors.As(err, &p) || p[0].Key != "cohorts.ends_before_start" {
			t.Fatal(err)
		}
		_, err = w.Cohort(ctx, "unknown")
		want(t, err, fault.NotFound, "cohorts.not_found")
	})
}

func TestEnrolmentIsARecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two := w.person["N1"].ID, w.person["N2"].ID
		want(t, w.Enrol(ctx, w.person["N1"], w.old.ID, one), fault.Forbidden, "cohorts.hr_only")
		want(t, w.Enrol(ctx, hr, "unknown", one), fault.NotFound, "cohorts.not_found")
		want(t, w.Enrol(ctx, hr, w.old.ID, one, "unknown"), fault.NotFound, "cohorts.person_unknown")
		if w.numbers(w.old) != "" {
			t.Fatal("half of an enrolment happened")
		}
		check(t, w.Enrol(ctx, hr, w.old.ID, two, one))
		w.clock.Add(time.Hour)
		check(t, w.Enrol(ctx, hr, w.new.ID, one))
		check(t, w.Enrol(ctx, hr, w.new.ID, one))
		if w.numbers(w.old) != "N2" || w.numbers(w.new) != "N1" {
			t.Fatalf("old %q, new %q", w.numbers(w.old), w.numbers(w.new))
		}
		if c, found, err := w.Of(ctx, one); err != nil || !found || c != w.new {
			t.Fatal(c, found, err)
		}
		w.clock.Add(time.Hour)
		want(t, w.Leave(ctx, hr, one, ""), fault.Invalid, "cohorts.reason_missing")
		check(t, w.Leave(ctx, hr, one, "轉調"))
		want(t, w.Leave(ctx, hr, one, "轉調"), fault.NotFound, "cohorts.in_none")
		if _, found, err := w.Of(ctx, one); err != nil || found {
			t.Fatal(found, err)
		}
		history, err := w.History(ctx, w.person["N1"], one)
		check(t, err)
		now := w.clock.Now()
		if len(history) != 2 || history[0].Cohort != w.new || history[0].Reason != "轉調" || history[0].LeftBy != "hr" || !history[0].LeftAt.Equal(now) ||
			history[1].Cohort != w.old || !history[1].JoinedAt.Equal(now.Add(-2*time.Hour)) || !history[1].LeftAt.Equal(now.Add(-time.Hour)) {
			t.Fatalf("history %+v", history)
		}
		_, err = w.History(ctx, w.person["N2"], one)
		want(t, err, fault.Forbidden, "cohorts.hr_only")
	})
}

func TestDeactivatedPeopleAreNoMembers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		check(t, w.Enrol(ctx, hr, w.new.ID, w.person["N1"].ID, w.person["N2"].ID))
		check(t, w.directory.Deactivate(ctx, hr, w.person["N1"].ID, "left"))
		if got := w.numbers(w.new); got != "N2" {
			t.Fatalf("members %q", got)
		}
		list, err := w.List(ctx)
		check(t, err)
		if len(list) != 2 || list[0].Number != 87 || list[0].Size != 1 || list[1].Size != 0 {
			t.Fatalf("list %+v", list)
		}
		want(t, w.Enrol(ctx, hr, w.old.ID, w.person["N1"].ID), fault.NotFound, "cohorts.person_unknown")
	})
}

func TestImportEnrols(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		check(t, w.Enrol(ctx, hr, w.old.ID, w.person["N1"].ID))
		file := "number,name,email,roles,manager,hired_on,cohort\nN1,N1,N1@example.com,,,,87\nN2,N2,N2@example.com,,,,\nN9,Nina,n9@example.com,,,,87\n"
		report, err := w.directory.Import(ctx, hr, strings.NewReader(file), true)
		check(t, err)
		if got := fmt.Sprint(report.New, report.Changed, report.Same, report.Applied); got != "1 1 1 true" || w.numbers(w.new) != "N1 N9" || w.numbers(w.old) != "" {
			t.Fatalf("%s, %q, %q", got, w.numbers(w.new), w.numbers(w.old))
		}
		report, err = w.directory.Import(ctx, hr, strings.NewReader(strings.ReplaceAll(file, ",87", ",99")), true)
		check(t, err)
		if len(report.Problems) != 2 || report.Problems[0].Key != "people.cohort_unknown" || report.Applied {
			t.Fatalf("%+v", report)
		}
	})
}

func TestTimetable(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		trainer := people.Person{ID: "trainer", Roles: []people.Role{people.Trainer}}
		day := time.Date(2026, 11, 23, 0, 0, 0, 0, w.clock.Now().Location())
		add := func(at time.Time, title string) cohorts.Session {
			s, err := w.AddSession(ctx, trainer, cohorts.Session{CohortID: w.new.ID, At: at, Kind: cohorts.Sharing, Title: title, Lecturer: "林總", Place: "大會議室"})
			check(t, err)
			return s
		}
		add(day.Add(24*time.Hour), "tomorrow")
		add(day.Add(14*time.Hour), "afternoon")
		add(day, "midnight")
		off := add(day.Add(9*time.Hour), "called off")
		add(day.Add(-time.Millisecond), "yesterday")
		check(t, w.CancelSession(ctx, trainer, off.ID))
		want(t, w.CancelSession(ctx, trainer, off.ID), fault.NotFound, "cohorts.session_not_found")
		titles := func(sessions []cohorts.Session, err error) string {
			check(t, err)
			var all []string
			for _, s := range sessions {
				all = append(all, s.Title)
			}
			return strings.Join(all, ", ")
		}
		if got := titles(w.Today(ctx, w.new.ID, day.Add(10*time.Hour))); got != "midnight, afternoon" {
			t.Errorf("today %q", got)
		}
		if got := titles(w.Timetable(ctx, w.new.ID)); got != "yesterday, midnight, afternoon, tomorrow" {
			t.Errorf("timetable %q", got)
		}
		_, err := w.AddSession(ctx, w.person["N1"], cohorts.Session{})
		want(t, err, fault.Forbidden, "cohorts.trainer_only")
		_, err = w.AddSession(ctx, trainer, cohorts.Session{CohortID: w.new.ID, Kind: "party", Lecturer: "a\nb", Place: "a\nb"})
		if p := (fault.Problems)(nil); !errors.As(err, &p) || len(p) != 5 {
			t.Fatalf("want five problems at once, got %v", err)
		}
	})
}
