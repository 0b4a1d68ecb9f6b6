package exams

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	mostSeats = 5000
	mostPlace = 40 // characters of a seat's name
)

// seatLine is one line of a seating plan.
type seatLine struct {
	line          int // from 1
	number, place string
}

// parseSeats reads a plan: a line per person, the employee number and then the place, parted by a comma, a tab or a
// space. Empty lines are none.
func parseSeats(text string) (lines []seatLine, wrong []*fault.Error) {
	refuse := func(line int, key string, args ...any) {
		wrong = append(wrong, fault.New(fault.Invalid, key, append([]any{"line", line}, args...)...).In("seats"))
	}
	people, places := map[string]int{}, map[string]int{}
	for n, raw := range strings.Split(text, "\n") {
		raw = strings.TrimSpace(raw)
		if raw == "" {
			continue
		}
		cut := strings.IndexFunc(raw, func(r rune) bool { return r == ',' || r == '，' || unicode.IsSpace(r) })
		if cut < 0 {
			refuse(n+1, "exams.seat_missing", "number", raw)
			continue
		}
		s := seatLine{n + 1, raw[:cut], strings.TrimSpace(strings.TrimLeft(raw[cut:], ",，\t "))}
		switch length := utf8.RuneCountInString(s.place); {
		case length == 0:
			refuse(s.line, "exams.seat_missing", "number", s.number)
		case length > mostPlace:
			refuse(s.line, "exams.seat_long", "max", mostPlace)
		case people[strings.ToLower(s.number)] > 0:
			refuse(s.line, "exams.seat_person_twice", "number", s.number, "first", people[strings.ToLower(s.number)])
		case places[s.place] > 0:
			refuse(s.line, "exams.seat_taken", "place", s.place, "first", places[s.place])
		default:
			people[strings.ToLower(s.number)], places[s.place] = s.line, s.line
			lines = append(lines, s)
		}
	}
	if len(lines) > mostSeats {
		wrong = append(wrong, fault.New(fault.TooLarge, "exams.seats_many", "max", mostSeats).In("seats"))
	}
	return lines, wrong
}

// Seat keeps where people sit, as those who watch the sitting write it down: a line per person, the employee number and
// the place. The whole plan is replaced; an empty one says that nothing is known. It returns how many seats there are,
// or everything that is wrong with the plan, and then nothing is changed. The plan orders the board and the map of
// likenesses, and means nothing else.
func (r *Room) Seat(ctx context.Context, actor people.Person, sittingID, plan string) (int, error) {
	lines, wrong := parseSeats(plan)
	seats := map[string]string{}
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		if err := sittingWatchedIn(rx, actor, sittingID); err != nil {
			return err
		}
		for _, l := range lines {
			p, found, err := people.ByNumberIn(rx, l.number)
			if err != nil {
				return err
			}
			if !found {
				wrong = append(wrong, fault.New(fault.Invalid, "exams.seat_unknown", "line", l.line, "number", l.number).In("seats"))
			}
			seats[p.ID] = l.place
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if len(wrong) > 0 {
		return 0, allWrong(wrong)
	}
	doc, err := json.Marshal(seats)
	if err != nil {
		return 0, err
	}
	return len(seats), r.db.Write(ctx, func(tx *store.Tx) error {
		if err := sittingWatchedIn(tx.Rx, actor, sittingID); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO seating (id, sitting_id, seats, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), sittingID, string(doc), actor.ID, store.Ms(tx.Now))
		return err
	})
}

// sittingWatchedIn refuses whoever does not watch the sitting.
func sittingWatchedIn(rx *store.Rx, actor people.Person, sittingID string) error {
	s, ok, err := SittingIn(rx, sittingID)
	if err != nil || !ok {
		return orMissing(err)
	}
	if !s.watchedBy(actor) {
		return errForbidden()
	}
	return nil
}

// SeatsIn is the place of each person at a sitting, by the latest plan; nil without one.
func SeatsIn(rx *store.Rx, sittingID string) (map[string]string, error) {
	doc, ok, err := store.First(rx, scanText, `SELECT seats FROM seating WHERE sitting_id = ? ORDER BY id DESC LIMIT 1`, sittingID)
	if err != nil || !ok {
		return nil, err
	}
	var seats map[string]string
	if err := json.Unmarshal([]byte(doc), &seats); err != nil {
		return nil, fmt.Errorf("exams: seating of %s: %w", sittingID, err)
	}
	return seats, nil
}

// SeatingPlan is the latest plan as Seat reads it, by place; "" without one.
func (r *Room) SeatingPlan(ctx context.Context, actor people.Person, sittingID string) (plan string, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		plan = ""
		if err := sittingWatchedIn(rx, actor, sittingID); err != nil {
			return err
		}
		seats, err := SeatsIn(rx, sittingID)
		if err != nil {
			return err
		}
		ids := slices.SortedFunc(maps.Keys(seats), func(a, b string) int { return CompareSeats(seats[a], seats[b]) })
		for _, id := range ids {
			p, _, err := people.PersonIn(rx, id)
			if err != nil {
				return err
			}
			plan += p.Number + " " + seats[id] + "\n"
		}
		return nil
	})
	return plan, err
}

// CompareSeats orders places as people count them: A2 before A10, one room after another. Who has no place comes last.
func CompareSeats(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(b, a)
	}
	for a != "" && b != "" {
		x, y := leading(a), leading(b)
		m, errX := strconv.Atoi(x)
		n, errY := strconv.Atoi(y)
		order := strings.Compare(x, y)
		if errX == nil && errY == nil {
			order = cmp.Compare(m, n)
		}
		if order != 0 {
			return order
		}
		a, b = a[len(x):], b[len(y):]
	}
	return cmp.Compare(len(a), len(b))
}

// leading is the run of digits, or of what is none, that a place begins with.
func leading(s string) string {
	digit := s[0] >= '0' && s[0] <= '9'
	if i := strings.IndexFunc(s, func(r rune) bool { return (r >= '0' && r <= '9') != digit }); i > 0 {
		return s[:i]
	}
	return s
}
