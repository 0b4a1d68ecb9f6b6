package leads

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/calendar"
)

func calendarDays(from time.Time, days int) time.Time { return from.AddDate(0, 0, days) }

// The golden vector of a protection period: ten days, each activity extends to three days from then if that
// is later, gone after twenty.
func TestDueKeepsTheGoldenVector(t *testing.T) {
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 10, 0, 0, 0, taipei) }
	due, hard := calendarDays(day(3, 25), 10), calendarDays(day(3, 25), 20)
	for _, c := range []struct{ at, due time.Time }{
		{day(3, 25), day(4, 4)},
		{day(3, 28), day(4, 4)},
		{day(4, 2), day(4, 5)},
		{day(4, 5), day(4, 8)},
		{day(4, 8), day(4, 11)},
		{day(4, 11), day(4, 14)},
		{day(4, 13), day(4, 14)},
		{day(4, 14), day(4, 14)},
	} {
		if due = Due(due, hard, c.at, 3, calendarDays); !due.Equal(c.due) {
			t.Errorf("after %s: due %s, want %s", c.at.Format(time.DateOnly), due, c.due)
		}
	}
}

func TestDueNeverGoesBackNorBeyondTheMaximum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days, terms := workdays{calendar.Calendar{Zone: taipei}}, standardTerms("default", nil)
		began := time.Date(2026, 1, 1, 0, 0, 0, 0, taipei).Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "minutes")) * time.Minute)
		due, hard, at := days.firstDue(began, terms.FirstDue), days.add(began, terms.HardDays), began
		if !due.After(began) || due.After(hard) {
			t.Fatalf("began %s, due %s, gone %s", began, due, hard)
		}
		for n := range rapid.IntRange(0, 30).Draw(t, "follow-ups") {
			at = at.Add(time.Duration(rapid.IntRange(0, 4*24*60).Draw(t, "later")) * time.Minute)
			next := Due(due, hard, at, terms.extension(n, "lead", false), days.add)
			if next.Before(due) || next.After(hard) {
				t.Fatalf("after %s: from %s to %s, gone %s", at, due, next, hard)
			}
			due = next
		}
	})
}

func TestCalendar(t *testing.T) {
	days := workdays{calendar.Calendar{Zone: taipei, Holidays: map[string]bool{"2026-12-25": true}}}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 12, day, hour, minute, 0, 0, taipei) }
	for _, c := range []struct {
		name      string
		got, want time.Time
	}{
		{"the next day", days.firstDue(at(22, 0, 1), 22*60+30), at(23, 22, 30)},
		{"drawn late at night", days.firstDue(at(22, 23, 59), 22*60+30), at(23, 22, 30)},
		{"over a holiday and a weekend", days.firstDue(at(24, 9, 0), 22*60+30), at(28, 22, 30)},
		{"drawn on a Saturday", days.firstDue(at(26, 9, 0), 22*60+30), at(28, 22, 30)},
		{"from another zone", days.firstDue(at(22, 7, 0).UTC(), 22*60+30), at(23, 22, 30)},
		{"three business days", days.add(at(23, 9, 15), 3), at(29, 9, 15)},
		{"midnight of a Monday", days.midnight(at(23, 9, 15), 2), at(21, 0, 0)},
	} {
		if !c.got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
	for at, want := range map[time.Time]string{at(24, 23, 59): "2026-12-24", at(25, 0, 0): "2026-12-28", at(27, 12, 0): "2026-12-28", at(23, 15, 0).UTC(): "2026-12-23"} {
		if got := days.day(at); got != want {
			t.Errorf("%s is of %s, want %s", at, got, want)
		}
	}
}

func TestMasked(t *testing.T) {
	l := Lead{Company: "甲公司", Contact: "陳大文", Phone: "02-2345-6789 #12", Note: "老闆是同學"}.masked(standardTerms("default", nil))
	if l != (Lead{Company: "甲公司", Contact: "陳••", Phone: "••-••••-•••• #12", Masked: true}) {
		t.Errorf("%+v", l)
	}
	if l := (Lead{Phone: "0912345678"}).masked(standardTerms("default", nil)); l.Phone != "••••••••78" || l.Contact != "" {
		t.Errorf("%+v", l)
	}
}
