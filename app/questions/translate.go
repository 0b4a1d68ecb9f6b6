package questions

import (
	"maps"
	"reflect"
	"slices"
)

// sameAttributes reports attributes that a translation gives another value than the base file: it
// translates words only.
func (r reader) sameAttributes(raw rawItem, base Item) {
	for _, a := range raw.attributes {
		other := base
		if _, known := attributeKinds[a.name]; !known {
			r.add(raw.n, raw.id, "attribute_unknown", "name", a.name, "known", attributeNames)
			continue
		}
		if want := other.set(a); want != "" || a.name == "type" && Kind(a.value) != base.Kind || !reflect.DeepEqual(other, base) {
			r.add(raw.n, raw.id, "drift_attribute", "name", a.name)
		}
	}
}

// sameShape reports where a translation or a variant answers otherwise than the item it goes with.
func (r reader) sameShape(n int, id string, i Item, a answers) {
	switch {
	case len(a.right) != len(i.Right), len(a.rubric) != len(i.Rubric):
		r.add(n, id, "drift_rows", "n", len(a.right)+len(a.rubric), "base", len(i.Right)+len(i.Rubric))
	case !slices.Equal(a.right, i.Right) && i.Kind == Match:
		r.add(n, id, "drift_distractors")
	case !slices.Equal(a.right, i.Right):
		r.add(n, id, "drift_marks")
	case !slices.Equal(a.credit, i.Credit), !slices.Equal(a.rubric, i.Rubric):
		r.add(n, id, "drift_credit")
	case i.Kind == Numeric && !slices.EqualFunc(a.keys, i.Keys, sameRange):
		r.add(n, id, "drift_numbers")
	case !slices.EqualFunc(a.gaps, i.Gaps, sameGap):
		r.add(n, id, "drift_gaps", "n", len(a.gaps), "base", len(i.Gaps))
	}
}

func sameRange(a, b Key) bool { return a.Low == b.Low && a.High == b.High && a.Credit == b.Credit }

func sameGap(a, b Gap) bool { return a.Right == b.Right && a.Options == b.Options }

// translate adds a translation's words to the bank's items.
func (r reader) translate(items []Item, raws []rawItem) {
	at := map[string]int{}
	for n, i := range items {
		if _, twice := at[i.ID]; !twice {
			at[i.ID] = n
		}
	}
	there := map[string]bool{}
	for _, raw := range raws {
		if raw.id == "" {
			continue // reported with the ids
		}
		n, known := at[raw.id]
		if !known {
			r.add(raw.n, raw.id, "translation_extra", "id", raw.id)
			continue
		}
		if there[raw.id] = true; items[n].Kind == "" {
			continue // the base file's item has problems of its own
		}
		if got := r.item(raw); got.Kind != "" {
			r.merge(&items[n], got)
		}
	}
	for _, i := range items {
		if i.ID != "" && !there[i.ID] {
			r.add(0, i.ID, "translation_missing", "id", i.ID, "line", i.Line, "lang", string(r.lang))
		}
	}
}

func (r reader) merge(i *Item, got Item) {
	maps.Copy(i.Text, got.Text)
	if i.Kind == Short {
		i.Keys = mergeKeys(i.Keys, got.Keys)
	}
	for n := range i.Gaps {
		i.Gaps[n].Keys = mergeKeys(i.Gaps[n].Keys, got.Gaps[n].Keys)
	}
	for _, v := range got.Variants {
		n := slices.IndexFunc(i.Variants, func(o Variant) bool { return o.Name == v.Name })
		if n < 0 {
			r.add(v.Line, i.ID, "variant_extra", "name", v.Name)
			continue
		}
		maps.Copy(i.Variants[n].Text, v.Text)
	}
	for _, v := range i.Variants {
		if _, ok := v.Text[r.lang]; !ok {
			r.add(got.Line, i.ID, "variant_missing", "name", v.Name)
		}
	}
}
