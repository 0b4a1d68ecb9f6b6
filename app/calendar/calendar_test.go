package calendar

import (
	"testing"
	"time"
)

func taipei(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Taipei")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestDueCountsBusinessDaysFromTheDayAfter(t *testing.T) {
	zone := taipei(t)
	c := Calendar{Zone: zone, Holidays: map[string]bool{"2026-12-25": true}}
	for _, x := range []struct {
		from string
		days int
		due  string
	}{
		{"2026-11-23 00:00", 1, "2026-11-24"}, // Monday
		{"2026-11-23 23:59", 1, "2026-11-24"},
		{"2026-11-26 10:00", 2, "2026-11-30"}, // Thursday: Friday and Monday
		{"2026-11-28 10:00", 1, "2026-11-30"}, // Saturday
		{"2026-11-23 10:00", 5, "2026-11-30"},
		{"2026-11-23 10:00", 15, "2026-12-14"},
		{"2026-12-24 10:00", 1, "2026-12-28"}, // a holiday and a weekend between
		{"2026-11-23 10:00", 0, "2026-11-23"},
	} {
		from, err := time.ParseInLocation("2006-01-02 15:04", x.from, zone)
		if err != nil {
			t.Fatal(err)
		}
		due := c.Due(from.UTC(), x.days)
		if got := due.Format("2006-01-02 15:04:05.000"); got != x.due+" 23:59:59.999" {
			t.Errorf("%d days from %s end at %s, want the end of %s", x.days, x.from, got, x.due)
		}
		if n := c.Between(from, due); n != x.days {
			t.Errorf("%d business days between %s and its end, want %d", n, x.from, x.days)
		}
	}
}

func TestZoneDecidesTheDay(t *testing.T) {
	c := Calendar{Zone: taipei(t)}
	evening := time.Date(2026, 11, 27, 17, 0, 0, 0, time.UTC) // Saturday 01:00 in Taipei
	if c.Business(evening) {
		t.Error("Saturday in the company's zone is a business day")
	}
	if next := c.Next(evening); next.Format(time.DateTime) != "2026-11-30 01:00:00" {
		t.Errorf("the next business day is %s", next)
	}
	if before := c.Before(evening); before.Format(time.DateOnly) != "2026-11-27" {
		t.Errorf("the business day before is %s", before)
	}
}

func TestACalendarOfHolidaysEnds(t *testing.T) {
	c := Calendar{Zone: time.UTC, Holidays: map[string]bool{}}
	now := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for day := now; day.Before(now.AddDate(5, 0, 0)); day = day.AddDate(0, 0, 1) {
		c.Holidays[day.Format(time.DateOnly)] = true
	}
	if next := c.Next(now); !next.After(now) {
		t.Error(next)
	}
}
