package ledger

import "slices"

// Finding names a record that does not hold.
type Finding struct {
	Kind   string `json:"kind"`   // of record: journal, leaf, checkpoint, and what domains add
	Record string `json:"record"` // which: its id, and the place in it
	Why    string `json:"why"`
}

func (f Finding) Error() string { return f.Kind + ": " + f.Record + ": " + f.Why }

// Findings are what does not hold, by kind in the order in which the kinds turned up: the first record of each, and
// how many there are. What is broken may be everything, so no more is kept.
type Findings []Found

// Found is the first finding of a kind, of so many.
type Found struct {
	Finding
	Count int `json:"count"`
}

// Add counts a finding.
func (f *Findings) Add(x Finding) {
	n := slices.IndexFunc(*f, func(known Found) bool { return known.Kind == x.Kind })
	if n < 0 {
		*f = append(*f, Found{x, 1})
		return
	}
	(*f)[n].Count++
}

// AddAll counts what was found elsewhere.
func (f *Findings) AddAll(others Findings) {
	for _, x := range others {
		f.Add(x.Finding)
		n := slices.IndexFunc(*f, func(known Found) bool { return known.Kind == x.Kind })
		(*f)[n].Count += x.Count - 1
	}
}
