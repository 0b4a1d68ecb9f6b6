package exams

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

func TestSeatsAreCountedAsPeopleCount(t *testing.T) {
	places := []string{"", "B1", "A10", "A2", "台北 2-1", "台北 1-12", "台北 1-3", "A2b"}
	slices.SortStableFunc(places, CompareSeats)
	if want := []string{"A2", "A2b", "A10", "B1", "台北 1-3", "台北 1-12", "台北 2-1", ""}; !slices.Equal(places, want) {
		t.Errorf("the order is %q, want %q", places, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		seat := rapid.StringMatching(`[ab]?[0-9]{0,3}[ab]?`)
		a, b, c := seat.Draw(t, "a"), seat.Draw(t, "b"), seat.Draw(t, "c")
		if CompareSeats(a, b) != -CompareSeats(b, a) {
			t.Fatal("it depends on which comes first")
		}
		if CompareSeats(a, b) <= 0 && CompareSeats(b, c) <= 0 && CompareSeats(a, c) > 0 {
			t.Fatal("it goes in circles")
		}
	})
}

func TestASeatingPlanIsTakenWholeOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db, clock, usual())
		ctx := context.Background()
		amy, ben := w.candidate("Amy"), w.candidate("Ben")
		kept := func() (seats map[string]string) {
			if err := w.db.Read(ctx, func(rx *store.Rx) (err error) {
				seats, err = SeatsIn(rx, w.sitting.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return seats
		}
		if kept() != nil {
			t.Error("there are seats before anybody named them")
		}
		if n, err := w.room.Seat(ctx, w.trainer, w.sitting.ID, amy.Number+", 台北 A3\r\n\n"+strings.ToLower(ben.Number)+"\tA10\n"); err != nil || n != 2 {
			t.Fatal(n, err)
		}
		if seats := kept(); seats[amy.ID] != "台北 A3" || seats[ben.ID] != "A10" {
			t.Errorf("the seats are %v", seats)
		}
		if plan, err := w.room.SeatingPlan(ctx, w.trainer, w.sitting.ID); err != nil || plan != ben.Number+" A10\n"+amy.Number+" 台北 A3\n" {
			t.Errorf("the plan reads %q, %v", plan, err)
		}
		_, err := w.room.Seat(ctx, w.trainer, w.sitting.ID, amy.Number+"\n"+amy.Number+",A1\n"+ben.Number+",A1\nNOBODY,B2\n"+amy.Number+",B3\nZ,"+strings.Repeat("x", 41))
		var problems fault.Problems
		if !errors.As(err, &problems) {
			t.Fatal(err)
		}
		var keys []string
		for _, p := range problems {
			keys = append(keys, p.Key)
		}
		if want := []string{"exams.seat_missing", "exams.seat_taken", "exams.seat_person_twice", "exams.seat_long", "exams.seat_unknown"}; !slices.Equal(keys, want) {
			t.Errorf("the problems are %v, want %v (%v)", keys, want, err)
		}
		if len(kept()) != 2 {
			t.Error("a plan with problems was kept in part")
		}
		if _, err := w.room.Seat(ctx, people.Person{ID: amy.ID, Roles: amy.Roles}, w.sitting.ID, ""); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a candidate may seat people: %v", err)
		}
		if _, err := w.room.Seat(ctx, w.trainer, "nowhere", ""); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a sitting that is not there: %v", err)
		}
	}, schemas()...)
}
