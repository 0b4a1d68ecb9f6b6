package exams

import (
	"slices"

	"bainian/app/fault"
	"bainian/app/questions"
)

// Form is what one person was dealt.
type Form struct {
	Questions []FormQuestion `json:"questions"`
}

// FormQuestion is one place on a form.
type FormQuestion struct {
	N       int              `json:"n"` // 1-based
	Section int              `json:"section"`
	Bank    string           `json:"bank"`
	Item    string           `json:"item"`
	Points  int              `json:"points"` // thousandths; 0 is a canary or a survey, which is not scored
	Layout  questions.Layout `json:"layout"`
	Variant string           `json:"variant,omitempty"`
}

// Dealing is a version of the rules by which forms are dealt. A sitting pins the one it was opened with, so that
// its forms can be dealt again for ever.
type Dealing int

const (
	dealing1 Dealing    = iota // kinds that are marked at once, without cloze
	dealing2                   // every kind
	dealing3                   // of like difficulty (strata.go), not what was seen before (seen.go), nothing to mark by surprise (pool)
	dealing  = dealing3        // of sittings that are opened now
)

// deals reports whether forms could hold the kind by then.
func (v Dealing) deals(k questions.Kind) bool { return v >= dealing2 || k.InPlace() }

// deck is what forms are dealt from: all that follows from a blueprint and its banks alone. It never changes: the
// same blueprint, banks, rules, facilities, seed and earlier forms give the same form for ever. Making it and dealing
// from it fail only for a bank that is not there (fault.Conflict exams.deal_bank) and for a blueprint that Lint refuses
// (exams.deal_impossible).
type deck struct {
	blueprint *Blueprint
	banks     map[string]*questions.Bank
	rules     Dealing
	draws     []Draw
	sections  []int       // of each draw
	pools     [][]itemRef // what each draw can take
	strata    *strata     // since dealing3

	reach map[[2]string]bool // by bank and item, what a form may hold
}

func newDeck(b *Blueprint, banks map[string]*questions.Bank, rules Dealing, known Known) (*deck, error) {
	k := &deck{blueprint: b, banks: banks, rules: rules, reach: map[[2]string]bool{}}
	k.draws, k.sections = b.draws()
	k.pools = make([][]itemRef, len(k.draws))
	for n, draw := range k.draws {
		bank := banks[draw.Bank]
		if bank == nil {
			return nil, fault.New(fault.Conflict, "exams.deal_bank", "bank", draw.Bank)
		}
		k.pools[n] = pool(draw, bank, rules)
		for _, s := range k.pools[n] {
			k.reach[[2]string{bank.ID, s.item().ID}] = true
		}
	}
	for _, s := range k.planted() {
		k.reach[[2]string{s.bank.ID, s.item().ID}] = true
	}
	if rules >= dealing3 {
		k.strata = strataOf(k.draws, k.pools, known)
	}
	return k, nil
}

// reaches reports whether a form holds an item that those of the deck may hold too.
func (k *deck) reaches(f Form) bool {
	return slices.ContainsFunc(f.Questions, func(q FormQuestion) bool { return k.reach[[2]string{q.Bank, q.Item}] })
}

// deal draws the form of a seed for a person who was dealt those forms before, the oldest first.
func (k *deck) deal(seed [32]byte, before []Form) (Form, error) {
	d := newDice(seed)
	var seen sightings
	var taken [][]itemRef
	var ok bool
	if k.rules >= dealing3 {
		seen = sightingsOf(before)
		taken, ok = k.strata.allot(d, seen)
	} else {
		pools := make([][]itemRef, len(k.pools))
		for n := range k.pools {
			pools[n] = slices.Clone(k.pools[n])
			shuffle(d, pools[n])
		}
		taken, ok = allot(k.draws, pools)
	}
	if !ok {
		return Form{}, fault.New(fault.Conflict, "exams.deal_impossible", "exam", k.blueprint.Slug)
	}
	parts := make([][]FormQuestion, len(k.blueprint.Sections))
	for n, items := range taken {
		for _, s := range items {
			points := s.item().Points
			if !s.item().Kind.Scored() {
				points = 0
			}
			parts[k.sections[n]] = append(parts[k.sections[n]], lay(d, s, k.sections[n], points, seen))
		}
	}
	for _, s := range k.canaries(d, seen) {
		n := d.below(len(parts))
		parts[n] = append(parts[n], lay(d, s, n, 0, seen))
	}
	var f Form
	for _, part := range parts {
		shuffle(d, part)
		f.Questions = append(f.Questions, part...)
	}
	for n := range f.Questions {
		f.Questions[n].N = n + 1
	}
	return f, nil
}

// itemRef is an item in its bank.
type itemRef struct {
	bank *questions.Bank
	n    int
}

func (s itemRef) item() questions.Item { return s.bank.Items[s.n] }

// pool is what a draw can take of its bank. Since dealing3 a draw that names no kind mixes nothing in that a person
// has to mark: such items come by a draw that names their kind, or by one that nothing else fits. So a colleague's new
// essay in a category never becomes a load of marking that nobody asked for.
func pool(d Draw, bank *questions.Bank, rules Dealing) []itemRef {
	var all, atOnce []itemRef
	for n, i := range bank.Items {
		if !rules.deals(i.Kind) || !d.takes(i) {
			continue
		}
		all = append(all, itemRef{bank, n})
		if !i.Kind.ByHand() {
			atOnce = append(atOnce, itemRef{bank, n})
		}
	}
	if rules >= dealing3 && len(d.Kinds) == 0 && len(atOnce) > 0 {
		return atOnce
	}
	return all
}

// planted are the canaries of the blueprint's banks, when it asks for some.
func (k *deck) planted() (all []itemRef) {
	if k.blueprint.Integrity.Canaries == 0 {
		return nil
	}
	for _, id := range k.blueprint.Banks() {
		for n, i := range k.banks[id].Items {
			if i.Canary > 0 {
				all = append(all, itemRef{k.banks[id], n})
			}
		}
	}
	return all
}

// canaries are as many as the blueprint asks for, of all that its banks have, those first that the person has not
// seen, or longest not.
func (k *deck) canaries(d *dice, seen sightings) []itemRef {
	all := k.planted()
	shuffle(d, all)
	slices.SortStableFunc(all, func(a, b itemRef) int { return seen.of(a).last - seen.of(b).last })
	return all[:min(len(all), k.blueprint.Integrity.Canaries)]
}

// lay puts an item on the form: one of its wordings, and its rows in an order of its own.
func lay(d *dice, s itemRef, section, points int, seen sightings) FormQuestion {
	item := s.item()
	q := FormQuestion{Section: section, Bank: s.bank.ID, Item: item.ID, Points: points, Layout: item.Written()}
	q.Variant = seen.wording(d, s)
	if item.Shuffled() {
		shuffle(d, q.Layout.Order)
		shuffle(d, q.Layout.Rights)
		for _, options := range q.Layout.Gaps {
			shuffle(d, options)
		}
	}
	return q
}

// allot gives every draw its count of items, none to two draws, or reports that it cannot be done.
func allot(draws []Draw, pools [][]itemRef) (taken [][]itemRef, ok bool) {
	a, short := fill(draws, pools)
	if short >= 0 {
		return nil, false
	}
	taken = make([][]itemRef, len(draws))
	for n := range draws {
		for _, s := range pools[n] {
			if h, held := a.holder[s]; held && h == n {
				taken[n] = append(taken[n], s)
			}
		}
	}
	return taken, true
}

// fill takes items in the order of the pools while they are free. Short is the first draw that cannot be
// given enough, whatever is chosen, or -1: it is a maximum flow by augmenting paths, so that what can be
// dealt is dealt.
func fill(draws []Draw, pools [][]itemRef) (a *allotment, short int) {
	a = &allotment{pools: pools, holder: map[itemRef]int{}}
	for n, d := range draws {
		for range d.Count {
			if !a.augment(n, map[itemRef]bool{}) {
				return a, n
			}
		}
	}
	return a, -1
}

type allotment struct {
	pools  [][]itemRef
	holder map[itemRef]int // item → the draw that has it
}

// augment gives draw n one more item: a free one, or one whose draw finds another instead.
func (a *allotment) augment(n int, tried map[itemRef]bool) bool {
	for _, s := range a.pools[n] {
		if _, held := a.holder[s]; !held {
			a.holder[s] = n
			return true
		}
	}
	for _, s := range a.pools[n] {
		holder := a.holder[s]
		if holder == n || tried[s] {
			continue
		}
		tried[s] = true
		if a.augment(holder, tried) {
			a.holder[s] = n
			return true
		}
	}
	return false
}

// rivals are the draws that compete for what draw n would need, n among them: they reach only the items
// they hold, so together they ask for more than there is.
func (a *allotment) rivals(n int) []int {
	group := []int{n}
	for at := 0; at < len(group); at++ {
		for _, s := range a.pools[group[at]] {
			if holder, held := a.holder[s]; held && !slices.Contains(group, holder) {
				group = append(group, holder)
			}
		}
	}
	slices.Sort(group)
	return group
}
