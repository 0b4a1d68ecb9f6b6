package leads

import (
	"cmp"
	"container/heap"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
)

// Beat is where a person sells: only leads of these territories and industries are allocated to them, and before those
// who sell anywhere. What is empty is anything.
type Beat struct{ Territories, Industries []string }

// covers reports whether a lead is of the beat.
func (b Beat) covers(territory, industry string) bool {
	fits := func(all []string, one string) bool { return len(all) == 0 || slices.Contains(all, one) }
	return fits(b.Territories, territory) && fits(b.Industries, industry)
}

// named reports whether the beat asks for anything at all.
func (b Beat) named() bool { return len(b.Territories)+len(b.Industries) > 0 }

// Seat is a person to whom a plan may give leads of one business day.
type Seat struct {
	PersonID string
	Room     int            // leads that all limits together leave for the day
	Rooms    map[string]int // pools that are open to the person, with the room that the limit of each leaves them
	Newcomer bool
	Beat     Beat
	Cooling  marks  // leads that they held too recently
	Turn     uint64 // who comes first of those who are equally full
}

// Offered is a lead of a pool that a plan may give, as far as it decides who may have it.
type Offered struct {
	ID, Pool            string
	Access              Access
	Territory, Industry string
}

// allocatable is how leads are gone through: first what newcomers alone can have, so that they fill up with it; then
// what can only be allocated; then what anybody could draw.
var allocatable = []Access{AccessNewcomers, AccessEmbargo, AccessOpen}

// Apportion is who gets which lead: the leads of every seat in the order in which they were given to it. Each lead goes to
// the emptiest seat that may have it, those first whose beat asks for it. How empty a seat is, is its share of its own
// room (by Sainte-Laguë, which favours neither large nor small): the same for all who are alike but for one lead. No
// lead is left over that somebody with room could have; the same arguments give the same plan.
func Apportion(seats []Seat, leads []Offered) [][]string {
	p := newPlan(seats)
	leads = slices.Clone(leads)
	slices.SortStableFunc(leads, func(a, b Offered) int {
		return cmp.Compare(slices.Index(allocatable, a.Access), slices.Index(allocatable, b.Access))
	})
	for _, l := range leads {
		p.offer(l)
	}
	return p.given
}

// plan is a plan in the making: it is offered one lead after the other.
type plan struct {
	seats   []Seat
	given   [][]string
	taken   []map[string]int // of the rooms that pools leave
	circles map[string]*circle
	may     map[kind][2][]*circle // who may have leads of a kind: first those whose beat asks for it
	room    int                   // of all seats
}

// kind are the leads for which the same people come into question.
type kind struct {
	pool                string
	access              Access
	territory, industry string
}

// circle are the people who come into question for the same leads, the emptiest first: a heap.
type circle struct {
	plan     *plan
	pools    []string // that are open to them and leave them room
	newcomer bool
	beat     Beat
	seats    []int32
}

func newPlan(seats []Seat) *plan {
	p := &plan{seats: seats, given: make([][]string, len(seats)), taken: make([]map[string]int, len(seats)), circles: map[string]*circle{}}
	for i, s := range seats {
		p.room += max(s.Room, 0)
		p.taken[i] = map[string]int{}
		if s.Room > 0 {
			p.sit(int32(i))
		}
	}
	return p
}

// sit puts a seat with room into its circle.
func (p *plan) sit(i int32) {
	s := &p.seats[i]
	var pools []string
	for pool, room := range s.Rooms {
		if p.taken[i][pool] < room {
			pools = append(pools, pool)
		}
	}
	slices.Sort(pools)
	key := strings.Join(slices.Concat(pools, []string{"", strconv.FormatBool(s.Newcomer)}, s.Beat.Territories, []string{""}, s.Beat.Industries), "\x00")
	c := p.circles[key]
	if c == nil {
		c = &circle{plan: p, pools: pools, newcomer: s.Newcomer, beat: s.Beat}
		p.circles[key], p.may = c, nil
	}
	heap.Push(c, i)
}

// full reports that nobody can take any more.
func (p *plan) full() bool { return p.room == 0 }

// offer gives a lead to somebody and reports whether there was anybody.
func (p *plan) offer(l Offered) bool {
	for _, circles := range p.circlesFor(kind{l.Pool, l.Access, l.Territory, l.Industry}) {
		c, i := p.next(circles, l)
		if c == nil {
			continue
		}
		p.given[i] = append(p.given[i], l.ID)
		p.taken[i][l.Pool]++
		p.room--
		switch {
		case len(p.given[i]) == p.seats[i].Room:
		case p.taken[i][l.Pool] == p.seats[i].Rooms[l.Pool]:
			p.sit(i)
		default:
			heap.Push(c, i)
		}
		return true
	}
	return false
}

// next takes the emptiest of all seats that does not cool down from the lead out of its circle.
func (p *plan) next(circles []*circle, l Offered) (from *circle, seat int32) {
	type place struct {
		circle *circle
		seat   int32
	}
	var aside []place
	for {
		from = nil
		for _, c := range circles {
			if len(c.seats) > 0 && (from == nil || p.emptier(c.seats[0], from.seats[0])) {
				from = c
			}
		}
		if from == nil {
			break
		}
		if seat = heap.Pop(from).(int32); !p.seats[seat].Cooling.has(l.ID) {
			break
		}
		aside = append(aside, place{from, seat})
	}
	for _, a := range aside {
		heap.Push(a.circle, a.seat)
	}
	return from, seat
}

func (p *plan) circlesFor(k kind) [2][]*circle {
	may, known := p.may[k]
	if known {
		return may
	}
	for _, c := range p.circles {
		if !slices.Contains(c.pools, k.pool) || k.access == AccessNewcomers && !c.newcomer || !c.beat.covers(k.territory, k.industry) {
			continue
		}
		tier := 1
		if c.beat.named() {
			tier = 0
		}
		may[tier] = append(may[tier], c)
	}
	if p.may == nil {
		p.may = map[kind][2][]*circle{}
	}
	p.may[k] = may
	return may
}

func (c *circle) Len() int           { return len(c.seats) }
func (c *circle) Less(i, j int) bool { return c.plan.emptier(c.seats[i], c.seats[j]) }
func (c *circle) Swap(i, j int)      { c.seats[i], c.seats[j] = c.seats[j], c.seats[i] }
func (c *circle) Push(x any)         { c.seats = append(c.seats, x.(int32)) }

func (c *circle) Pop() any {
	last := len(c.seats) - 1
	i := c.seats[last]
	c.seats = c.seats[:last]
	return i
}

// emptier reports whether seat i comes before seat j, by what each has been given.
func (p *plan) emptier(i, j int32) bool {
	return emptier(&p.seats[i], len(p.given[i]), &p.seats[j], len(p.given[j]))
}

func emptier(a *Seat, givenA int, b *Seat, givenB int) bool {
	return cmp.Or(cmp.Compare((2*givenA+1)*b.Room, (2*givenB+1)*a.Room), cmp.Compare(a.Turn, b.Turn), cmp.Compare(a.PersonID, b.PersonID)) < 0
}

// marks are a set of ids by a hash of each, sorted: eight bytes where there may be millions. Two ids with one hash would
// leave out a lead that could have been given, and nothing worse.
type marks []uint64

func markOf(id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	return h.Sum64()
}

func marksOf(ids ...string) marks {
	m := make(marks, len(ids))
	for i, id := range ids {
		m[i] = markOf(id)
	}
	slices.Sort(m)
	return m
}

func (m marks) has(id string) bool {
	if len(m) == 0 {
		return false
	}
	_, found := slices.BinarySearch(m, markOf(id))
	return found
}
