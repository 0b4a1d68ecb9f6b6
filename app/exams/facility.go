package exams

// enoughAnswers is from how many answers on the facility of an item is taken for known: of 20 its standard error is at
// most 0.11, enough to tell the hard third of a bank from the easy one, and no more is asked of it.
const enoughAnswers = 20

// Facilities are the mean shares of their points that items earned, in thousandths, by bank and item. Items that too
// few people have answered are not there.
type Facilities map[string]map[string]int

// of is the facility of an item; false while nobody knows.
func (f Facilities) of(s itemRef) (int, bool) {
	share, ok := f[s.bank.ID][s.item().ID]
	return share, ok
}

// facilitiesOf are those of the items in these marks. What is not scored, or waits for a person to mark it, tells nothing.
func facilitiesOf(all []Marks) Facilities {
	type tally struct{ n, score, most int }
	tallies := map[[2]string]*tally{}
	for _, m := range all {
		for _, q := range m.Questions {
			if q.Max <= 0 || q.Pending {
				continue
			}
			key := [2]string{q.Bank, q.Item}
			if tallies[key] == nil {
				tallies[key] = &tally{}
			}
			t := tallies[key]
			t.n, t.score, t.most = t.n+1, t.score+q.Score, t.most+q.Max
		}
	}
	known := Facilities{}
	for key, t := range tallies {
		if t.n < enoughAnswers {
			continue
		}
		if known[key[0]] == nil {
			known[key[0]] = map[string]int{}
		}
		known[key[0]][key[1]] = t.score * 1000 / t.most
	}
	return known
}
