package exams

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"bainian/app/store"
)

// enoughAnswers is from how many answers on the facility of an item is taken for known: of 20 its standard error is at
// most 0.11, enough to tell the hard third of a bank from the easy one, and no more is asked of it.
const enoughAnswers = 20

// Known is what is known of items: the mean share of its points that each earned, in thousandths, by bank and item.
// Items that too few people have answered are not there.
type Known map[string]map[string]int

// of is the facility of an item; false while nobody knows.
func (k Known) of(s itemRef) (int, bool) {
	share, ok := k[s.bank.ID][s.item().ID]
	return share, ok
}

// knownOf is what these marks tell.
func knownOf(all []Marks) Known {
	known := Known{}
	for key, share := range Facilities(Statistics(all), enoughAnswers) {
		if known[key.Bank] == nil {
			known[key.Bank] = map[string]int{}
		}
		known[key.Bank][key.Item] = int(1000*share + 0.5)
	}
	return known
}

// latestOf is how many of the latest papers of an exam its items' facilities are taken from. They put the standard error
// of an item that one in five was dealt at 0.04, and a bank whose items were rewritten forgets its old ones.
const latestOf = 1000

// knownNow is what is known of the items of a paper's banks, from all exams that draw from them; nil when that is nothing.
func (r *Room) knownNow(ctx context.Context, banks map[string]*bank) (Known, error) {
	published, err := r.Exams(ctx)
	if err != nil {
		return nil, err
	}
	var docs []string
	if err := r.db.Read(ctx, func(rx *store.Rx) error {
		for _, b := range published {
			if !slices.ContainsFunc(b.Banks(), func(id string) bool { return banks[id] != nil }) {
				continue
			}
			some, err := store.All(rx, scanText, `SELECT r.marks FROM attempt a JOIN result r ON r.attempt_id = a.id AND r.revision = a.revision
				WHERE a.exam = ? AND a.ended_ms IS NOT NULL AND NOT a.aside ORDER BY a.ended_ms DESC LIMIT ?`, b.Slug, latestOf)
			if err != nil {
				return err
			}
			docs = append(docs, some...)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	all := make([]Marks, len(docs))
	for n, doc := range docs {
		if err := json.Unmarshal([]byte(doc), &all[n]); err != nil {
			return nil, err
		}
	}
	var known Known
	for id, items := range knownOf(all) {
		if banks[id] == nil {
			continue
		}
		if known == nil {
			known = Known{}
		}
		known[id] = items
	}
	return known, nil
}

// keepKnown keeps what is known of the items for a sitting that is about to be opened, and returns the digest that
// its pins name it by; "" when that is nothing. The digest is of all of it, so that the commitment of the sitting is, too.
func (r *Room) keepKnown(ctx context.Context, p *paper) (string, error) {
	known, err := r.knownNow(ctx, p.banks)
	if err != nil || len(known) == 0 {
		return "", err
	}
	doc, err := json.Marshal(known)
	if err != nil {
		return "", err
	}
	sum := digest(string(doc))
	return sum, r.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO facility (digest, doc) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING`, sum, string(doc))
		return err
	})
}

// knownBy is what a sitting's pins name.
func (r *Room) knownBy(ctx context.Context, sum string) (known Known, err error) {
	if sum == "" {
		return nil, nil
	}
	var doc string
	if err := r.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Row(`SELECT doc FROM facility WHERE digest = ?`, sum).Scan(&doc)
	}); err != nil {
		return nil, err
	}
	if digest(doc) != sum {
		return nil, fmt.Errorf("facilities %s are not what was pinned", sum)
	}
	return known, json.Unmarshal([]byte(doc), &known)
}
