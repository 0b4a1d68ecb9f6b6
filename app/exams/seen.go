package exams

// sighting is how a person met an item before, by numbers of the forms that they were dealt, the first being 1.
type sighting struct {
	last   int  // the latest form it was on
	before *met // the wordings, the latest first
}

// met is one wording on one form.
type met struct {
	wording string
	form    int
	before  *met
}

// in is the latest form that the item was on in that wording, 0 for none.
func (x sighting) in(wording string) int {
	for m := x.before; m != nil; m = m.before {
		if m.wording == wording {
			return m.form
		}
	}
	return 0
}

// sightings are what a person was dealt before, by bank and item.
type sightings map[[2]string]sighting

// sightingsOf looks through the forms that a person was dealt, the oldest first.
func sightingsOf(forms []Form) sightings {
	total := 0
	for _, f := range forms {
		total += len(f.Questions)
	}
	if total == 0 {
		return nil
	}
	seen, all := make(sightings, total), make([]met, 0, total)
	for n, f := range forms {
		for _, q := range f.Questions {
			key := [2]string{q.Bank, q.Item}
			all = append(all, met{q.Variant, n + 1, seen[key].before})
			seen[key] = sighting{last: n + 1, before: &all[len(all)-1]}
		}
	}
	return seen
}

func (seen sightings) of(s itemRef) sighting {
	if len(seen) == 0 {
		return sighting{}
	}
	return seen[[2]string{s.bank.ID, s.bank.Items[s.n].ID}]
}

// wording is one of an item's wordings at random: of those that the person never saw, or else did not see the longest.
func (seen sightings) wording(d *dice, s itemRef) string {
	item := &s.bank.Items[s.n]
	x := seen.of(s)
	oldest := x.in("")
	for _, v := range item.Variants {
		oldest = min(oldest, x.in(v.Name))
	}
	names := make([]string, 0, 1+len(item.Variants))
	if x.in("") == oldest {
		names = append(names, "")
	}
	for _, v := range item.Variants {
		if x.in(v.Name) == oldest {
			names = append(names, v.Name)
		}
	}
	return names[d.below(len(names))]
}
