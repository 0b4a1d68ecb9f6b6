package learn

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/page"
)

type homeView struct {
	page.Base
	Cohort     *cohorts.Cohort
	Day, Days  int // of the cohort, calendar days from 1
	Way        []page.Stop
	Sessions   []session // of today
	Coming     *session  // the next one, when there is none today
	Decision   gate.Decision
	Closed     []gateReason // what is left at the gate
	Takes      bool
	Due        []leadCard // due today, when the gate is open
	Held, Left int        // leads in hand, and still to draw today
	Tasks      []task     // of the person's other roles
	Own        []task     // cases about the person that wait for their word
}

// session is an entry of the timetable with its time as the page writes it.
type session struct {
	cohorts.Session
	Time string
}

// shortList is how many due leads the home shows.
const shortList = 5

// home is where a person starts: the path of a new hire, or the first things to do of everybody else.
func (w *Wing) home(c *page.Ctx) error {
	tasks, err := w.tasks(c)
	if err != nil {
		return err
	}
	own, waits, err := w.ownCasesTask(c)
	if err != nil {
		return err
	}
	if !c.Person.Has(people.NewHire) {
		if waits {
			tasks = append([]task{own}, tasks...)
		}
		return w.staffHome(c, tasks)
	}
	v := &homeView{Tasks: tasks}
	if waits {
		v.Own = []task{own}
	}
	var unreadable error
	if v.Decision, unreadable = w.keeper.Decide(c.Context(), c.Person.ID); unreadable != nil && !fault.HasKey(unreadable, "gate.no_policy") {
		return unreadable
	}
	way := way{c: c, decision: v.Decision}
	if way.labels, err = w.stepLabels(c, v.Decision); err != nil {
		return err
	}
	if way.tracks, err = w.library.Tracks(c.Context(), c.Person, c.Lang); err != nil {
		return err
	}
	if way.sittings, err = w.room.Sittings(c.Context(), c.Person); err != nil {
		return err
	}
	var todo next
	v.Way, todo = way.stops()
	v.Takes = v.Decision.Level.Takes()
	switch {
	case unreadable != nil:
		v.Closed = []gateReason{{Text: c.Words(unreadable)}}
	case v.Takes:
		todo.Sentence, err = w.dueToday(c, v)
	default:
		v.Closed, err = w.reasons(c, v.Decision.Reasons(gate.ThePerson))
	}
	if err != nil {
		return err
	}
	v.Title = c.T("learn.home.title", "greeting", greeting(c), "sentence", todo.Sentence)
	if err := w.today(c, v); err != nil {
		return err
	}
	return c.Page(w.pages, "home", v)
}

// dueToday fills in the leads of whoever may take them, and says in a sentence where they stand.
func (w *Wing) dueToday(c *page.Ctx, v *homeView) (sentence string, err error) {
	mine, err := w.readLeads(c)
	if err != nil {
		return "", err
	}
	v.Due, v.Held, v.Left = mine.Route.Stops, mine.Held, mine.Left
	n := len(v.Due)
	v.Due = v.Due[:min(n, shortList)]
	switch {
	case n > 0:
		return c.T("learn.home.due", "n", n), nil
	case v.Held == 0:
		return c.T("learn.home.first"), nil
	}
	return c.T("learn.home.clear"), nil
}

// today fills in the cohort's day and its sessions.
func (w *Wing) today(c *page.Ctx, v *homeView) error {
	cohort, in, err := w.roster.Of(c.Context(), c.Person.ID)
	if err != nil || !in {
		return err
	}
	v.Cohort = &cohort
	v.Day, v.Days = dayOf(cohort, c.Now())
	today, err := w.roster.Today(c.Context(), cohort.ID, c.Now())
	for _, s := range today {
		v.Sessions = append(v.Sessions, session{s, s.At.In(c.Zone()).Format("15:04")})
	}
	if err != nil || len(today) > 0 {
		return err
	}
	all, err := w.roster.Timetable(c.Context(), cohort.ID)
	if i := slices.IndexFunc(all, func(s cohorts.Session) bool { return s.At.After(c.Now()) }); i >= 0 {
		v.Coming = &session{all[i], locale.DateTime(c.Lang, all[i].At.In(c.Zone()), c.Now())}
	}
	return err
}

// dayOf is which calendar day of the cohort it is, 0 before the first and after the last, and how many it has.
func dayOf(cohort cohorts.Cohort, now time.Time) (day, days int) {
	starts, err := time.ParseInLocation(time.DateOnly, cohort.StartsOn, time.UTC)
	ends, bad := time.ParseInLocation(time.DateOnly, cohort.EndsOn, time.UTC)
	if err != nil || bad != nil {
		return 0, 0
	}
	y, m, d := now.Date()
	day = int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(starts).Hours()/24) + 1
	days = int(ends.Sub(starts).Hours()/24) + 1
	if day < 1 || day > days {
		day = 0
	}
	return day, days
}

// greeting addresses the person by the hour of the company's day.
func greeting(c *page.Ctx) string {
	key := "learn.greeting.evening"
	switch h := c.Now().Hour(); {
	case h >= 4 && h < 12:
		key = "learn.greeting.morning"
	case h >= 12 && h < 18:
		key = "learn.greeting.afternoon"
	}
	return c.T(key, "name", givenName(c.Person.Name))
}

// givenName is what colleagues call somebody: of three or four Han characters the last two, of other names the
// first word.
func givenName(name string) string {
	runes := []rune(name)
	if han := !slices.ContainsFunc(runes, func(r rune) bool { return !unicode.Is(unicode.Han, r) }); han {
		if len(runes) == 3 || len(runes) == 4 {
			return string(runes[len(runes)-2:])
		}
		return name
	}
	first, _, _ := strings.Cut(name, " ")
	return first
}
