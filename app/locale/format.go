package locale

import (
	"fmt"
	"strconv"
	"time"
)

// Date is a calendar day, "11月20日" or "20 Nov", with the year when it is not the year of now.
func Date(lang Lang, t, now time.Time) string {
	if t.Year() != now.Year() {
		if lang == En {
			return t.Format("2 Jan 2006")
		}
		return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
	}
	if lang == En {
		return t.Format("2 Jan")
	}
	return fmt.Sprintf("%d月%d日", t.Month(), t.Day())
}

// DateTime is a day and a time of day to the minute.
func DateTime(lang Lang, t, now time.Time) string {
	return Date(lang, t, now) + " " + t.Format("15:04")
}

// Clock is a time of day to the second.
func Clock(t time.Time) string { return t.Format("15:04:05") }

// Percent writes a share given in thousandths, "92%" or "92.5%".
func Percent(thousandths int) string {
	if thousandths%10 == 0 {
		return strconv.Itoa(thousandths/10) + "%"
	}
	return fmt.Sprintf("%d.%d%%", thousandths/10, thousandths%10)
}

// Number writes an integer with thousands separators.
func Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Points writes marks kept in thousandths of a point: "1", "0.25".
func Points(thousandths int) string {
	return strconv.FormatFloat(float64(thousandths)/1000, 'f', -1, 64)
}

// Duration writes a length of time in the two largest units that matter to a person.
func (c *Catalog) Duration(lang Lang, d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return c.T(lang, "locale.days", "n", int(d.Hours()/24))
	case d >= time.Hour && d%time.Hour < time.Minute:
		return c.T(lang, "locale.hours", "n", int(d.Hours()))
	case d >= time.Hour:
		return c.T(lang, "locale.hours", "n", int(d.Hours())) + c.T(lang, "locale.space") + c.T(lang, "locale.minutes", "n", int(d.Minutes())%60)
	case d >= time.Minute:
		return c.T(lang, "locale.minutes", "n", int(d.Minutes()))
	}
	return c.T(lang, "locale.seconds", "n", int(d.Seconds()))
}
