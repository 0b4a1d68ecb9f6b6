package leads

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var (
	somePools       = []string{"default", "east"}
	someTerritories = []string{"台北", "台中", "高雄"}
	someIndustries  = []string{"五金", "紡織"}
)

// anySeats are seats among which there are some that are alike but for who they are.
func anySeats(t *rapid.T) (seats []Seat) {
	some := func(of []string, label string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(of), 0, len(of), rapid.ID).Draw(t, label)
	}
	for range rapid.IntRange(0, 4).Draw(t, "sorts of people") {
		s := Seat{Room: rapid.IntRange(0, 6).Draw(t, "room"), Newcomer: rapid.Bool().Draw(t, "newcomer"), Rooms: map[string]int{},
			Beat: Beat{some(someTerritories, "territories"), some(someIndustries, "industries")}}
		for _, pool := range some(somePools, "pools") {
			s.Rooms[pool] = rapid.IntRange(0, 6).Draw(t, "room in it")
		}
		for range rapid.IntRange(1, 3).Draw(t, "people") {
			one := s
			one.PersonID, one.Turn = fmt.Sprint("p", len(seats)), uint64(rapid.IntRange(0, 2).Draw(t, "turn"))
			for _, n := range rapid.SliceOfN(rapid.IntRange(0, 29), 0, 3).Draw(t, "cools down from") {
				one.Cooling = append(one.Cooling, markOf(fmt.Sprint("l", n)))
			}
			slices.Sort(one.Cooling)
			seats = append(seats, one)
		}
	}
	return seats
}

func anyWaiting(t *rapid.T) (leads []Offered) {
	for i := range rapid.IntRange(0, 30).Draw(t, "leads") {
		leads = append(leads, Offered{ID: fmt.Sprint("l", i), Pool: rapid.SampledFrom(somePools).Draw(t, "pool"),
			Access:    rapid.SampledFrom(allocatable).Draw(t, "access"),
			Territory: rapid.SampledFrom(someTerritories).Draw(t, "territory"), Industry: rapid.SampledFrom(someIndustries).Draw(t, "industry")})
	}
	return leads
}

// checker says by the words of the rules alone whether a seat could still have a lead.
type checker struct {
	given map[string]int // by person
	from  map[string]int // by person and pool
}

func (c checker) couldHave(s Seat, l Offered) bool {
	room, open := s.Rooms[l.Pool]
	return open && c.given[s.PersonID] < s.Room && c.from[s.PersonID+l.Pool] < room &&
		(l.Access != AccessNewcomers || s.Newcomer) &&
		(len(s.Beat.Territories) == 0 || slices.Contains(s.Beat.Territories, l.Territory)) &&
		(len(s.Beat.Industries) == 0 || slices.Contains(s.Beat.Industries, l.Industry)) &&
		!slices.Contains(s.Cooling, markOf(l.ID))
}

func TestAPlanKeepsEveryLimitAndLeavesNothingThatSomebodyCouldHave(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seats, leads := anySeats(t), anyWaiting(t)
		byID, left := map[string]Offered{}, map[string]bool{}
		for _, l := range leads {
			byID[l.ID], left[l.ID] = l, true
		}
		c := checker{map[string]int{}, map[string]int{}}
		given := Apportion(seats, leads)
		for i, ids := range given {
			for _, id := range ids {
				switch {
				case !left[id]:
					t.Fatalf("%s is given twice", id)
				case !c.couldHave(seats[i], byID[id]):
					t.Fatalf("%+v is given to %+v, who may not have it", byID[id], seats[i])
				}
				delete(left, id)
				c.given[seats[i].PersonID]++
				c.from[seats[i].PersonID+byID[id].Pool]++
			}
		}
		for id := range left {
			for _, s := range seats {
				if c.couldHave(s, byID[id]) {
					t.Fatalf("%+v is left over, and %+v could have it", byID[id], s)
				}
			}
		}
		for i, a := range seats {
			for j, b := range seats {
				alike := a.Room == b.Room && a.Newcomer == b.Newcomer && reflect.DeepEqual(a.Rooms, b.Rooms) && reflect.DeepEqual(a.Beat, b.Beat)
				if alike && len(a.Cooling)+len(b.Cooling) == 0 && len(given[i]) > len(given[j])+1 {
					t.Fatalf("%s and %s are alike, and get %d and %d", a.PersonID, b.PersonID, len(given[i]), len(given[j]))
				}
			}
		}
	})
}

// naive looks at everybody for every lead.
func naive(seats []Seat, leads []Offered) [][]string {
	given := make([][]string, len(seats))
	c := checker{map[string]int{}, map[string]int{}}
	for _, access := range []Access{AccessNewcomers, AccessEmbargo, AccessOpen} {
		for _, l := range leads {
			if l.Access != access {
				continue
			}
			best := -1
			for i, s := range seats {
				if !c.couldHave(s, l) {
					continue
				}
				named := len(s.Beat.Territories)+len(s.Beat.Industries) > 0
				if best < 0 || named && !seats[best].Beat.named() ||
					named == seats[best].Beat.named() && emptier(&s, c.given[s.PersonID], &seats[best], c.given[seats[best].PersonID]) {
					best = i
				}
			}
			if best >= 0 {
				given[best] = append(given[best], l.ID)
				c.given[seats[best].PersonID]++
				c.from[seats[best].PersonID+l.Pool]++
			}
		}
	}
	return given
}

func TestAPlanIsWhatLookingAtEverybodyForEveryLeadGives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seats, leads := anySeats(t), anyWaiting(t)
		got, want := Apportion(seats, leads), naive(seats, leads)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		turned := slices.Clone(seats)
		slices.Reverse(turned)
		again := Apportion(turned, leads)
		slices.Reverse(again)
		if !reflect.DeepEqual(again, got) {
			t.Fatalf("the order of the people matters: %v, then %v", got, again)
		}
	})
}

func TestAPlanByExample(t *testing.T) {
	seat := func(id string, room int) Seat {
		return Seat{PersonID: id, Room: room, Rooms: map[string]int{"default": room}}
	}
	lead := func(id, territory string, a Access) Offered {
		return Offered{ID: id, Pool: "default", Access: a, Territory: territory}
	}
	leads := func(n int) (all []Offered) {
		for i := range n {
			all = append(all, lead(fmt.Sprint("l", i), "台北", AccessOpen))
		}
		return all
	}
	counts := func(given [][]string) (n []int) {
		for _, ids := range given {
			n = append(n, len(ids))
		}
		return n
	}
	north, novice := seat("a", 2), seat("b", 2)
	north.Beat.Territories, novice.Newcomer = []string{"台北"}, true
	for name, c := range map[string]struct {
		got, want any
	}{
		"by free capacity":              {counts(Apportion([]Seat{seat("a", 40), seat("b", 20)}, leads(30))), []int{20, 10}},
		"no more than there is room":    {counts(Apportion([]Seat{seat("a", 3), seat("b", 0)}, leads(30))), []int{3, 0}},
		"whose beat it is comes first":  {Apportion([]Seat{seat("a0", 2), north}, leads(3)), [][]string{{"l2"}, {"l0", "l1"}}},
		"nothing beyond one's beat":     {Apportion([]Seat{north}, []Offered{lead("x", "高雄", AccessOpen), lead("y", "台北", AccessOpen)}), [][]string{{"y"}}},
		"newcomers fill up with theirs": {Apportion([]Seat{seat("a", 2), novice}, []Offered{lead("x", "", AccessOpen), lead("y", "", AccessOpen), lead("n", "", AccessNewcomers), lead("m", "", AccessNewcomers)}), [][]string{{"x", "y"}, {"n", "m"}}},
		"an embargo is allocated":       {Apportion([]Seat{seat("a", 2)}, []Offered{lead("x", "", AccessEmbargo)}), [][]string{{"x"}}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}
