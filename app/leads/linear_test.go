package leads

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// A few people and leads: swaps couple leads and people, so their histories are checked whole, and must be small.
const linearPeople, linearLeads = 3, 4

// order is what somebody asks for: to claim a lead, to return it, or to swap it for another.
type order struct{ what, person, lead, other int }

const (
	claimIt = iota
	returnIt
	swapIt
)

// board is the pool as its promises have it: who holds each lead, privately or not, and who waits for a cool-down.
type board struct {
	holder  [linearLeads]int // 0 for nobody, else the person's number and one
	private [linearLeads]bool
	waits   [linearLeads][linearPeople]bool
}

// after is the board after an order, and whether it was one that is carried out. One lead at most is private.
func (b board) after(o order) (board, bool) {
	own := o.person + 1
	end := func(lead int) {
		b.holder[lead], b.private[lead], b.waits[lead][o.person] = 0, false, true
	}
	switch o.what {
	case claimIt:
		if b.holder[o.lead] != 0 || b.waits[o.lead][o.person] {
			return b, false
		}
		b.holder[o.lead] = own
	case returnIt:
		if b.holder[o.lead] != own {
			return b, false
		}
		end(o.lead)
	default:
		full := false
		for i, holder := range b.holder {
			full = full || holder == own && b.private[i]
		}
		if o.lead == o.other || b.holder[o.lead] != own || b.holder[o.other] != own || b.private[o.lead] || b.private[o.other] != full {
			return b, false
		}
		b.private[o.lead] = true
		end(o.other)
	}
	return b, true
}

func boardModel() porcupine.Model {
	return porcupine.Model{
		Init: func() any { return board{} },
		Step: func(state, input, output any) (bool, any) {
			next, done := state.(board).after(input.(order))
			return done == output.(bool), next
		},
		DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v: %v", input, output) },
	}
}

func TestL3_HistoriesOfSwapsAreLinearizable(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.drawsPerDay, w.perDay = 90, 90
		w.few(1)
		histories, seed := 15, uint64(time.Now().UnixNano())
		if w.db.Engine() == store.Postgres {
			histories = 5
		}
		random := rand.New(rand.NewPCG(seed, 0))
		for range histories {
			w.stock(linearLeads)
			leads := w.free()
			crowd := make([]people.Person, linearPeople)
			orders := make([][]order, linearPeople)
			for i := range crowd {
				crowd[i] = w.hire(w.manager.ID)
				for n := range 8 {
					o := order{[]int{claimIt, swapIt, claimIt, swapIt, returnIt}[random.IntN(5)], i, random.IntN(linearLeads), random.IntN(linearLeads)}
					if n < 2 { // the first two are likely to have two leads each
						o.what, o.lead = claimIt, (2*i+n)%linearLeads
					} else if n == 2 {
						o.what, o.lead, o.other = swapIt, 2*i%linearLeads, (2*i+1)%linearLeads
					}
					orders[i] = append(orders[i], o)
				}
			}
			var clock atomic.Int64
			var mu sync.Mutex
			var history []porcupine.Operation
			for _, err := range together(linearPeople, func(i int) error {
				for _, o := range orders[i] {
					called := clock.Add(1)
					done, err := w.carryOut(crowd[i], leads, o)
					if err != nil {
						return err
					}
					mu.Lock()
					history = append(history, porcupine.Operation{ClientId: i, Input: o, Call: called, Output: done, Return: clock.Add(1)})
					mu.Unlock()
				}
				return nil
			}) {
				w.must(err)
			}
			if !porcupine.CheckOperations(boardModel(), history) {
				t.Fatalf("seed %d: no order of these explains what each was told: %+v", seed, history)
			}
			for _, p := range crowd { // nobody is left with what the next ones count on
				w.must(w.dir.Deactivate(ctx, w.hr, p.ID, "left the company"))
			}
			for _, id := range leads {
				w.must(w.Close(ctx, w.manager, id, Closing{OutcomeInvalid, "試驗"}))
			}
		}
		if n := w.count(`SELECT count(*) FROM swap`); n < histories {
			t.Errorf("only %d swaps in %d histories (seed %d)", n, histories, seed)
		}
	})
}

// carryOut asks for an order and is whether it was carried out; err is anything but a refusal.
func (w *world) carryOut(p people.Person, leads []string, o order) (done bool, err error) {
	switch o.what {
	case claimIt:
		_, err = w.Claim(ctx, p, leads[o.lead], "")
	case returnIt:
		err = w.Return(ctx, p, leads[o.lead], Returning{Reason: "x"})
	default:
		_, err = w.Swap(ctx, p, []string{leads[o.lead]}, []string{leads[o.other]}, "")
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) {
		return false, nil
	}
	return err == nil, err
}

// A checker that accepts everything checks nothing.
func TestTheBoardRefusesWhatCannotBe(t *testing.T) {
	told := func(orders ...porcupine.Operation) bool { return porcupine.CheckOperations(boardModel(), orders) }
	op := func(call, back int64, o order, done bool) porcupine.Operation {
		return porcupine.Operation{Input: o, Call: call, Return: back, Output: done}
	}
	mine, theirs := order{claimIt, 0, 0, 0}, order{claimIt, 1, 0, 0}
	switch {
	case told(op(1, 4, mine, true), op(2, 3, theirs, true)):
		t.Error("a lead was claimed by two")
	case !told(op(1, 4, mine, false), op(2, 3, theirs, true)):
		t.Error("a refusal is explained by what came first")
	case told(op(1, 2, mine, true), op(3, 4, order{claimIt, 0, 1, 0}, true), op(5, 6, order{swapIt, 0, 0, 1}, true), op(7, 8, order{returnIt, 0, 1, 0}, true)):
		t.Error("what was swapped back was still held")
	}
}
