package cohorts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/locale"
)

const programme = `title: {zh-Hant: 兩天, zh-Hans: 两天, en: Two days}
days:
  - sessions:
      - {at: "09:00", kind: lecture, title: {zh-Hant: 開場, zh-Hans: 开场, en: Opening}, lecturer: {zh-Hant: 總經理, zh-Hans: 总经理, en: Director}}
      - {at: "18:30", kind: sharing, title: 分享}
  - sessions:
      - {at: "10:00", kind: exam, title: 結業考}
`

func taipei(t *testing.T) *time.Location {
	zone, err := time.LoadLocation("Asia/Taipei")
	check(t, err)
	return zone
}

func (w *world) shelve(text string) {
	w.t.Helper()
	_, problems, err := w.shelf.Load(ctx, fstest.MapFS{cohorts.ProgrammePath: {Data: []byte(text)}})
	check(w.t, err)
	check(w.t, problems.Err())
}

// A cohort gets the whole programme on its own business days, once.
func TestSchedule(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		zone := taipei(t)
		holiday := map[string]bool{"2026-11-09": true, "2026-11-11": true}
		calendar := cohorts.Calendar{Zone: zone, Off: func(day time.Time) bool { return holiday[day.Format(time.DateOnly)] }}
		_, err := w.Schedule(ctx, hr, w.new.ID, calendar, locale.En)
		want(t, err, fault.NotFound, "cohorts.programme_none")
		w.shelve(programme)
		_, err = w.Schedule(ctx, w.person["N1"], w.new.ID, calendar, locale.En)
		want(t, err, fault.Forbidden, "cohorts.trainer_only")
		_, err = w.Schedule(ctx, hr, "unknown", calendar, locale.En)
		want(t, err, fault.NotFound, "cohorts.not_found")
		_, err = w.Schedule(ctx, hr, w.new.ID, calendar, locale.En)
		check(t, err)
		sessions, err := w.Timetable(ctx, w.new.ID)
		check(t, err)
		var got []string
		for _, s := range sessions {
			got = append(got, fmt.Sprint(s.At.In(zone).Format("01-02 15:04 "), s.Kind, " ", s.Title, " ", s.Lecturer))
		}
		if want := []string{"11-10 09:00 lecture Opening Director", "11-10 18:30 sharing 分享 ", "11-12 10:00 exam 結業考 "}; !slices.Equal(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		_, err = w.Schedule(ctx, hr, w.new.ID, calendar, locale.En)
		want(t, err, fault.Conflict, "cohorts.timetable_begun")
		for _, s := range sessions {
			check(t, w.CancelSession(ctx, hr, s.ID))
		}
		_, err = w.Schedule(ctx, hr, w.new.ID, calendar, locale.Hant)
		check(t, err)
	})
}

// A cohort that is too short for the programme gets none of it.
func TestScheduleNeedsTheDays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.shelve(programme)
		short, err := w.Create(ctx, hr, cohorts.Cohort{Number: 90, Name: "第 90 期", StartsOn: "2026-11-13", EndsOn: "2026-11-15"})
		check(t, err)
		weekend := cohorts.Calendar{Zone: taipei(t), Off: func(day time.Time) bool { return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday }}
		_, err = w.Schedule(ctx, hr, short.ID, weekend, locale.Hant)
		want(t, err, fault.Conflict, "cohorts.programme_long")
		never := cohorts.Calendar{Zone: taipei(t), Off: func(time.Time) bool { return true }}
		_, err = w.Schedule(ctx, hr, w.new.ID, never, locale.Hant)
		want(t, err, fault.Conflict, "cohorts.programme_long")
		for _, c := range []cohorts.Cohort{short, w.new} {
			if sessions, err := w.Timetable(ctx, c.ID); err != nil || len(sessions) > 0 {
				t.Errorf("%v %v", sessions, err)
			}
		}
	})
}

// Every problem of a programme comes at once, each with its line.
func TestLintOfProgramme(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"empty":      {"title: x\n", []string{"1 cohorts.programme_empty"}},
		"empty days": {"title: x\ndays: [{sessions: []}, {sessions: []}]\n", []string{"1 cohorts.programme_empty"}},
		"no title": {"title: ' '\ndays:\n  - sessions:\n      - {at: \"09:00\", kind: exam}\n",
			[]string{"1 cohorts.programme_text", "1 cohorts.programme_text", "1 cohorts.programme_text", "4 cohorts.programme_text", "4 cohorts.programme_text", "4 cohorts.programme_text"}},
		"fields": {"title: x\ndays:\n  - session: []\n", []string{"3 markdown.yaml_unknown"}},
		"sessions": {"title: x\ndays:\n  - sessions:\n      - {at: 9am, kind: party, title: {zh-Hant: 甲, en: a}}\n      - {at: \"10:00\", kind: exam, title: 乙}\n      - {at: \"09:00\", kind: exam, title: 丙}\n",
			[]string{"4 cohorts.programme_text", "4 cohorts.programme_time", "4 cohorts.session_kind", "6 cohorts.programme_order"}},
	} {
		_, problems := cohorts.ParseProgramme("p", []byte(c.text))
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprint(p.Line, " ", p.Key))
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	if _, problems := cohorts.ParseProgramme("p", []byte(programme)); len(problems) > 0 {
		t.Error(problems)
	}
}

// Every day of a programme has a date of its own, also where a clock that changes at midnight leaves a date without one.
func TestLayWhereMidnightIsMissing(t *testing.T) {
	santiago, err := time.LoadLocation("America/Santiago")
	check(t, err)
	p, problems := cohorts.ParseProgramme("p", []byte(strings.Replace(programme, "days:\n", "days:\n  - sessions: [{at: \"08:00\", kind: exam, title: x}]\n  - sessions: [{at: \"08:00\", kind: exam, title: y}]\n", 1)))
	check(t, problems.Err())
	sessions, err := p.Lay(cohorts.Cohort{StartsOn: "2026-09-04", EndsOn: "2026-09-07"}, cohorts.Calendar{Zone: santiago, Off: func(time.Time) bool { return false }}, locale.Hant)
	check(t, err)
	var days []string
	for _, s := range sessions {
		days = append(days, s.At.Format("01-02 15:04"))
	}
	if want := []string{"09-04 08:00", "09-05 08:00", "09-06 09:00", "09-06 18:30", "09-07 10:00"}; !slices.Equal(days, want) {
		t.Errorf("%q, want %q", days, want)
	}
}
