package exams

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

func TestE4_PapersReplay(t *testing.T) {
	again := rules{attempts: 3, cooldown: "0h"}
	inOneWorld(t,
		part{name: "WithWhatWasKnown", run: replaysWithWhatWasKnown, rules: rules{attempts: 9, cooldown: "0h"}}, // of all attempts so far
		part{name: "BySittingsOfEarlierRules", run: replaysByEarlierRules, rules: again},
		part{name: "WithWhatWasSeen", run: replaysWithWhatWasSeen, rules: again})
}

// repin makes a sitting one that was opened by those rules.
func (w *world) repin(s Sitting, rules Dealing) {
	w.Helper()
	s.Pins.Deal, s.Pins.Facility = rules, ""
	pins, err := json.Marshal(s.Pins)
	w.ok(err)
	w.ok(w.db.Write(context.Background(), func(tx *store.Tx) error {
		secret, err := secretIn(tx.Rx, s.ID)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE sitting SET pins = ?, commitment = ? WHERE id = ?`, string(pins), commitment(secret, pins), s.ID)
		return err
	}))
}

// sat has a person sit the open sitting with every answer right up to that number, and hand in.
func (w *world) sat(p people.Person, right int) string {
	w.Helper()
	id := w.start(p)
	for n := 1; n <= 10; n++ {
		w.save(p, id, n, int64(n), w.response(id, n, n <= right))
	}
	_, err := w.room.Submit(context.Background(), p, id)
	w.ok(err)
	w.clock.Add(time.Minute)
	return id
}

// items are those of an attempt's form, sorted.
func (w *world) items(attempt string) (ids []string) {
	w.Helper()
	d, err := w.room.dealt(context.Background(), attempt)
	w.ok(err)
	for _, q := range d.form.Questions {
		ids = append(ids, q.Item)
	}
	slices.Sort(ids)
	return ids
}

// before are the attempts that one avoids, by its journal.
func (w *world) before(attempt string) []string {
	w.Helper()
	var start startPayload
	w.ok(json.Unmarshal(w.verified(attempt)[0].Payload, &start))
	return start.Before
}

func replaysByEarlierRules(t *testing.T, w *world) {
	for _, rules := range []Dealing{dealing1, dealing2} {
		w.sitting = w.open()
		w.repin(w.sitting, rules)
		amy := w.candidate(fmt.Sprint("early", rules))
		ids := []string{w.sat(amy, 2), w.sat(amy, 3)}
		w.build(t.TempDir() + "/other.key")
		for _, id := range ids {
			if _, err := w.room.Replay(context.Background(), id); err != nil {
				t.Errorf("rules %d: %v", rules, err)
			}
			if len(w.before(id)) > 0 {
				t.Errorf("rules %d avoid %v", rules, w.before(id))
			}
		}
	}
}

func replaysWithWhatWasSeen(t *testing.T, w *world) {
	ctx := context.Background()
	amy := w.candidate("A001")
	first := w.sat(amy, 2)
	w.clock.Add(remembered - 2*time.Hour)
	w.sitting = w.open()
	second := w.sat(amy, 2)
	if b := w.before(second); !slices.Equal(b, []string{first}) {
		t.Fatalf("the second avoids %v, want %s", b, first)
	}
	// Eight single choices in fives: the second form has the three that are left, and two again.
	fresh := 0
	for _, id := range w.items(second) {
		if strings.HasPrefix(id, "single-") && !slices.Contains(w.items(first), id) {
			fresh++
		}
	}
	if fresh != 3 {
		t.Errorf("%d of 3 unseen: %v after %v", fresh, w.items(second), w.items(first))
	}
	w.clock.Add(3 * time.Hour) // now the first is a year ago
	third := w.start(amy)
	if b := w.before(third); !slices.Equal(b, []string{second}) {
		t.Errorf("the third avoids %v, want %s", b, second)
	}
	bob := w.candidate("A002")
	if b := w.before(w.start(bob)); len(b) > 0 {
		t.Errorf("somebody else's first avoids %v", b)
	}
	// Old answers are kept as they are, and all of it is dealt again by another process.
	w.build(t.TempDir() + "/other.key")
	for _, id := range []string{first, second, third} {
		if _, err := w.room.Replay(ctx, id); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE attempt_form SET form = (SELECT form FROM attempt_form WHERE attempt_id = ?) WHERE attempt_id = ?`, second, first)
		return err
	}))
	w.build(t.TempDir() + "/third.key")
	if _, err := w.room.Replay(ctx, second); err == nil {
		t.Error("with another first form the second is still dealt the same")
	}
}

func replaysWithWhatWasKnown(t *testing.T, w *world) {
	ctx := context.Background()
	var last people.Person
	for n := range enoughAnswers {
		last = w.candidate(fmt.Sprintf("K%03d", n))
		id := w.start(last)
		for place := 1; place <= 10; place++ {
			if at := w.itemAt(id, "calls"); place == at {
				w.save(last, id, place, int64(place), w.response(id, place, n%4 > 0))
			}
		}
		_, err := w.room.Submit(ctx, last, id)
		w.ok(err)
		w.clock.Add(time.Second)
	}
	w.sitting = w.open()
	if w.sitting.Pins.Facility == "" {
		t.Fatal("nothing is pinned")
	}
	known, err := w.room.knownBy(ctx, w.sitting.Pins.Facility)
	w.ok(err)
	if share, ok := known["red"]["calls"]; !ok || share != 750 {
		t.Errorf("calls is known as %d of %v", share, known)
	}
	id := w.sat(w.candidate("late"), 3)
	// What comes to be known later changes nothing.
	w.sat(last, 9)
	w.build(t.TempDir() + "/other.key")
	_, err = w.room.Replay(ctx, id)
	w.ok(err)
	var pins string
	w.ok(w.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT pins FROM sitting WHERE id = ?`, w.sitting.ID).Scan(&pins)
	}))
	if !strings.Contains(pins, w.sitting.Pins.Facility) || len(pins) > 300 {
		t.Errorf("pins %s", pins)
	}
	w.ok(w.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`UPDATE facility SET doc = '{"red":{"calls":1}}' WHERE digest = ?`, w.sitting.Pins.Facility)
		return err
	}))
	w.build(t.TempDir() + "/third.key")
	if _, err := w.room.Replay(ctx, id); err == nil {
		t.Error("with other facilities it is still dealt the same")
	}
}

// What is known needs enough answers, and leaves out what was set aside, is not scored or waits for a person.
func TestKnown(t *testing.T) {
	var all []Marks
	for n := range enoughAnswers {
		m := Marks{Questions: []Mark{{Bank: "x", Item: "half", Score: n % 2 * 1000, Max: 1000}, {Bank: "x", Item: "survey"}, {Bank: "y", Item: "essay", Max: 3000, Pending: n > 0}}}
		if n > 0 {
			m.Questions = append(m.Questions, Mark{Bank: "x", Item: "few", Score: 1000, Max: 1000})
		}
		all = append(all, m)
	}
	if got := fmt.Sprint(knownOf(all)); got != "map[x:map[half:500]]" {
		t.Error(got)
	}
}
