package leads

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/store"
)

func TestWarningsComeOnceAtTheirHours(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var said []string
		w.OnWarning(func(_ *store.Tx, n Warning) error {
			who := map[string]string{w.amy.ID: "amy", w.bob.ID: "bob", w.manager.ID: "manager"}[n.PersonID]
			said = append(said, fmt.Sprintf("%s %d %v", who, n.Leads, n.Escalated))
			return nil
		})
		at := func(day, hour, minute int, want ...string) {
			t.Helper()
			said = nil
			w.at(day, hour, minute)
			for range 2 {
				w.must(w.Warn(ctx))
			}
			slices.Sort(said)
			if strings.Join(said, ", ") != strings.Join(want, ", ") {
				t.Errorf("on %d at %02d:%02d: %v, want %v", day, hour, minute, said, want)
			}
		}
		w.stock(6)
		w.draw(w.amy)
		worked := w.draw(w.amy)
		w.draw(w.bob)
		trusted := w.hire(w.manager.ID)
		w.draw(trusted)
		at(23, 9, 30)
		at(23, 18, 0)
		_, err := w.FollowUp(ctx, w.amy, worked.Lead.ID, Contact{Kind: Call, Outcome: "接通"})
		w.must(err)
		w.redLine(trusted) // whose clocks stand still
		at(24, 8, 59)
		at(24, 9, 0, "amy 1 false", "bob 1 false")
		at(24, 12, 0)
		at(24, 18, 1, "amy 1 false", "bob 1 false", "manager 2 true")
		at(24, 21, 0)
		at(25, 9, 0)
	})
}

func TestAWarningThatCannotBeToldIsNotWrittenDown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.stock(1)
		w.draw(w.amy)
		broken := true
		told := 0
		w.OnWarning(func(*store.Tx, Warning) error {
			if broken {
				return fmt.Errorf("no")
			}
			told++
			return nil
		})
		w.at(24, 9, 0)
		if err := w.Warn(ctx); err == nil {
			t.Error("nobody heard of it")
		}
		broken = false
		w.must(w.Warn(ctx))
		if told != 1 || w.count(`SELECT count(*) FROM lead_warning`) != 1 {
			t.Errorf("told %d times", told)
		}
	})
}

func TestHours(t *testing.T) {
	rules := Standard()
	now := time.Date(2026, 11, 24, 18, 30, 0, 0, taipei)
	if all := rules.hours(now); len(all) != 2 || all[0].clock != 18*60 || all[0].escalates || !all[1].escalates || !all[0].ends.Equal(time.Date(2026, 11, 25, 0, 0, 0, 0, taipei)) {
		t.Errorf("%+v", all)
	}
	if all := rules.hours(now.Add(3 * time.Hour)); len(all) != 0 { // slept through
		t.Errorf("%+v", all)
	}
}
