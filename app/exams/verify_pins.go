package exams

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/store"
)

// ofPinned is the kind of record of a document that a sitting pins.
const ofPinned = "pinned document"

// all are the pinned versions, by path.
func (p Pins) all() []Pin {
	pins := append(slices.Collect(maps.Values(p.Banks)), p.Exam)
	slices.SortFunc(pins, func(a, b Pin) int { return strings.Compare(a.Path, b.Path) })
	return pins
}

// textsOf is the digest of what is pinned, by the hashes of the documents' texts by path.
func (p Pins) textsOf(hashes map[string]string) string {
	var fields []string
	for _, pin := range p.all() {
		fields = append(fields, pin.Path, fmt.Sprint(pin.Version), hashes[pin.Path])
	}
	return digestOf(fields...)
}

// verifyPinned looks at what the sittings pin: the blueprint and the banks have the texts whose hash was committed to,
// and what was known of the items is what its digest names.
func (r *Room) verifyPinned(ctx context.Context, v *Verified) error {
	type pinned struct {
		id string
		Pins
	}
	var sittings []pinned
	if err := r.db.Read(ctx, func(rx *store.Rx) error {
		return rx.Each(`SELECT id, pins FROM sitting WHERE `+withoutRehearsals("")+` ORDER BY id`, nil, func(row store.Row) error {
			var s pinned
			var doc string
			if err := row.Scan(&s.id, &doc); err != nil {
				return err
			}
			if json.Unmarshal([]byte(doc), &s.Pins) == nil { // else its own commitment tells
				sittings = append(sittings, s)
			}
			return nil
		})
	}); err != nil {
		return err
	}
	find := func(record, why string) {
		v.Findings.Add(ledger.Finding{Kind: ofPinned, Record: record, Why: why})
	}
	hashes := map[Pin]string{} // of the texts as they are
	facilities := map[string]bool{}
	for _, s := range sittings {
		mine := map[string]string{}
		for _, pin := range s.all() {
			if _, read := hashes[pin]; !read {
				doc, err := r.version(ctx, pin)
				if unanswered(ctx, err) {
					return err
				}
				hashes[pin] = doc.Digest()
				if place := fmt.Sprintf("%s version %d", pin.Path, pin.Version); err != nil {
					find(place, "it cannot be read: "+err.Error())
				} else if doc.Hash != hashes[pin] {
					find(place, "its texts are not those that were published")
				}
			}
			mine[pin.Path] = hashes[pin]
		}
		if s.Texts != "" && s.Texts != s.textsOf(mine) {
			find("sitting "+s.id, "what it pins is not what was committed to before it opened")
		}
		if s.Facility != "" && !facilities[s.Facility] {
			facilities[s.Facility] = true
			if _, err := r.knownBy(ctx, s.Facility); fault.Is(err, fault.Busy) || ctx.Err() != nil {
				return err
			} else if err != nil {
				find("facilities "+s.Facility, "they are not what was committed to: "+err.Error())
			}
		}
	}
	return nil
}
