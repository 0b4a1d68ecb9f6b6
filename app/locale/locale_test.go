package locale

import (
	"errors"
	"testing"
	"time"

	"bainian/app/fault"
)

func TestMatch(t *testing.T) {
	for accept, want := range map[string]Lang{
		"": Hant, "zh-TW,zh;q=0.9": Hant, "zh-HK": Hant, "zh-CN,zh;q=0.9": Hans, "zh": Hans, "en-GB,en;q=0.8": En, "fr": Hant, ";;;": Hant, "de;q=0.9, en;q=0.5": En,
	} {
		if got := Match(accept); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

func TestMessages(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if got := c.T(En, "locale.days", "n", 1) + ", " + c.T(En, "locale.days", "n", 2); got != "1 day, 2 days" {
		t.Errorf("plural: %s", got)
	}
	if got := c.T(Hant, "locale.nothing"); got != "[locale.nothing]" {
		t.Errorf("an unknown key: %s", got)
	}
	if got := c.Message(En, errors.New("secret inside")); got != c.T(En, "locale.internal") {
		t.Errorf("an inner error is told: %s", got)
	}
	if got := c.Message(En, fault.New(fault.Invalid, "locale.hours", "n", 3)); got != "3 hours" {
		t.Errorf("a fault: %s", got)
	}
}

func TestTimesInMessagesAreInTheZone(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 23, 30, 0, 0, time.UTC)
	taipei := c.In(time.FixedZone("", 8*3600))
	if got := taipei.written(Hant, at) + " | " + taipei.written(En, at); got != "11月24日 07:30 | 24 Nov 07:30" {
		t.Error(got)
	}
}

func TestFormats(t *testing.T) {
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 9, 5, 7, 0, time.UTC)
	for _, x := range []struct{ got, want string }{
		{Date(Hant, now.AddDate(-1, 0, 0), now), "2025年11月23日"}, {Date(En, now, now), "23 Nov"}, {Clock(now), "09:05:07"},
		{Percent(925), "92.5%"}, {Percent(1000), "100%"}, {Number(-1234567), "-1,234,567"}, {Number(999), "999"}, {Points(250), "0.25"},
		{c.Duration(En, 90*time.Minute), "1 hour 30 minutes"}, {c.Duration(Hant, 3*time.Hour), "3 小時"}, {c.Duration(En, 49*time.Hour), "2 days"}, {c.Duration(En, time.Second), "1 second"},
	} {
		if x.got != x.want {
			t.Errorf("%q, want %q", x.got, x.want)
		}
	}
}
