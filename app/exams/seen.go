package exams

import (
	"context"
	"encoding/json"
	"time"

	"bainian/app/ledger"
	"bainian/app/store"
)

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

// remembered is how long an item counts as seen: as long as a pass counts. Whoever comes back a year later to renew it
// remembers hardly any item, and gets the whole bank back.
const remembered = 365 * 24 * time.Hour

// mostEarlier is how many earlier attempts are looked at for what was seen, those of the exam itself first: more than
// anybody has of an exam that counts. A practice without a limit may be sat every day.
const mostEarlier = 24

// earlierIn are the attempts of a person whose items a form of that sitting avoids, also at other exams, which may draw
// from the same banks; the oldest first. Rules before dealing3 avoid nothing.
func earlierIn(rx *store.Rx, personID string, s Sitting) ([]string, error) {
	if s.Pins.Deal < dealing3 {
		return nil, nil
	}
	return store.All(rx, scanText, `SELECT id FROM (SELECT id, started_ms FROM attempt WHERE person_id = ? AND started_ms > ?
		ORDER BY CASE WHEN exam = ? THEN 0 ELSE 1 END, started_ms DESC, id DESC LIMIT ?) AS earlier ORDER BY started_ms, id`,
		personID, store.Ms(rx.Now.Add(-remembered)), s.Exam, mostEarlier)
}

// met are those of the attempts on whose forms stood what the paper may hold, with these forms.
func (r *Room) met(ctx context.Context, p *paper, attempts []string) (before []string, forms []Form, err error) {
	if len(attempts) == 0 {
		return nil, nil, nil
	}
	k, err := p.deck()
	if err != nil {
		return nil, nil, err
	}
	for _, id := range attempts {
		d, err := r.dealt(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		if k.reaches(d.form) {
			before, forms = append(before, id), append(forms, d.form)
		}
	}
	return before, forms, nil
}

// avoidedIn are the forms that the one of a journal avoids, the oldest first: its first entry names them, and forms
// never change. What cannot be read is left out, so that the form made again is another one, which is the finding.
func avoidedIn(rx *store.Rx, journal []ledger.Entry) (forms []Form, err error) {
	var start startPayload
	if len(journal) == 0 || json.Unmarshal(journal[0].Payload, &start) != nil {
		return nil, nil
	}
	for _, id := range start.Before {
		doc, ok, err := store.First(rx, scanText, `SELECT form FROM attempt_form WHERE attempt_id = ?`, id)
		if err != nil {
			return nil, err
		}
		var f Form
		if ok && json.Unmarshal([]byte(doc), &f) == nil {
			forms = append(forms, f)
		}
	}
	return forms, nil
}
