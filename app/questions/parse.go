package questions

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"bainian/app/locale"
)

// rawItem is an item cut out of its file: its heading and its lines.
type rawItem struct {
	n          int // line of the heading
	id         string
	title      string
	category   string
	attributes []attribute
	body       []line
	variants   []rawVariant
}

type rawVariant struct {
	n     int
	name  string
	title string
	body  []line
}

// cutItems cuts a file at its headings and reports what stands outside of items.
func (s *source) cutItems() []rawItem {
	var items []rawItem
	var f fence
	var category string
	opened, outside := 0, false
	for i, l := range s.body {
		inside := f.open()
		if f.holds(l.text) && f.open() && !inside {
			opened = l.n
		}
		m := headingLine.FindStringSubmatch(l.text)
		level := 0
		if m != nil && !inside && !f.open() {
			level = len(m[1])
		}
		if !inside && setextLine.MatchString(l.text) && i > 0 && s.underlines(i) {
			s.add(l.n, "", "setext")
		}
		switch {
		case level == 1:
			category, outside = CategoryName(m[2]), false
			items = append(items, rawItem{}) // text that follows belongs to no item
		case level == 2:
			items = append(items, s.heading(m[2], l.n, category))
		case level == 3 && strings.Contains(m[2], "{variant") && variantOf(m[2]) == "":
			s.add(l.n, "", "attributes_malformed", "text", m[2])
		case level == 3 && len(items) > 0 && items[len(items)-1].n > 0 && variantOf(m[2]) != "":
			title, _, _ := splitAttributes(m[2])
			last := &items[len(items)-1]
			last.variants = append(last.variants, rawVariant{n: l.n, name: variantOf(m[2]), title: title})
		case len(items) == 0 || items[len(items)-1].n == 0:
			if !l.blank() && !outside {
				s.add(l.n, "", "outside")
				outside = true
			}
		default:
			last := &items[len(items)-1]
			if n := len(last.variants); n > 0 {
				last.variants[n-1].body = append(last.variants[n-1].body, l)
			} else {
				last.body = append(last.body, l)
			}
		}
	}
	if f.open() {
		s.add(opened, "", "fence_open")
	}
	return slices.DeleteFunc(items, func(r rawItem) bool { return r.n == 0 })
}

// underlines reports whether the dashes or equals signs at line i make the text above a heading.
func (s *source) underlines(i int) bool {
	above := s.body[i-1].text
	return !s.body[i-1].blank() && !isQuote(above) && !isRule(above) && !keyLine.MatchString(above) &&
		!headingLine.MatchString(above) && markerLine.FindStringSubmatch(above) == nil && indent(above) < 2
}

// CategoryName is a category as banks keep it, however its levels were spaced: "高壓線 / 回扣".
func CategoryName(s string) string {
	var levels []string
	for _, level := range strings.Split(strings.ReplaceAll(s, "／", "/"), "/") {
		if level = strings.TrimSpace(level); level != "" {
			levels = append(levels, level)
		}
	}
	return strings.Join(levels, " / ")
}

func variantOf(heading string) string {
	_, list, _ := splitAttributes(heading)
	if len(list) == 1 && list[0].name == "variant" {
		return list[0].value
	}
	return ""
}

func (s *source) heading(text string, n int, category string) rawItem {
	title, list, found := splitAttributes(text)
	r := rawItem{n: n, title: title, category: category, attributes: list}
	for _, a := range list {
		if a.name == "#" && r.id == "" {
			r.id = a.value
		}
	}
	if !found && (strings.Contains(title, "{#") || strings.Contains(title, " {") && strings.HasSuffix(title, "}")) {
		s.add(n, r.id, "attributes_malformed", "text", title)
	}
	if title == "" {
		s.add(n, r.id, "title_missing")
	}
	return r
}

// checkIDs reports ids that are missing, malformed or taken.
func (s *source) checkIDs(items []rawItem, prefix string) {
	first, proposals := map[string]int{}, proposeIDs(items, prefix)
	for _, r := range items {
		switch {
		case r.id == "":
			s.add(r.n, "", "id_missing", "proposal", proposals[r.n])
		case !idForm.MatchString(r.id):
			s.add(r.n, r.id, "id_malformed", "id", r.id)
		case first[r.id] > 0:
			s.add(r.n, r.id, "id_twice", "id", r.id, "first", first[r.id])
		default:
			first[r.id] = r.n
		}
	}
}

// proposeIDs are ids for the items that have none, by the line of their heading.
func proposeIDs(items []rawItem, prefix string) map[int]string {
	taken, proposals, previous := map[string]bool{}, map[int]string{}, ""
	for _, r := range items {
		taken[r.id] = true
	}
	for _, r := range items {
		if r.id == "" {
			r.id = proposeID(previous, prefix, taken)
			taken[r.id], proposals[r.n] = true, r.id
		}
		previous = r.id
	}
	return proposals
}

var numbered = regexp.MustCompile(`^(.*?)([0-9]+)$`)

// proposeID counts on from the item before, "rl-02" after "rl-01", to the first id that is free.
func proposeID(previous, prefix string, taken map[string]bool) string {
	stem, n, width := prefix+"-", 0, 2
	if m := numbered.FindStringSubmatch(previous); m != nil && len(m[2]) < 9 {
		stem, width = m[1], len(m[2])
		n, _ = strconv.Atoi(m[2])
	}
	for {
		n++
		if id := fmt.Sprintf("%s%0*d", stem, width, n); !taken[id] {
			return id
		}
	}
}

// reader reads the items of one file; base has the items of the base file when it is a translation.
type reader struct {
	*source
	base map[string]Item
}

// item reads one item; of one with problems only the id is left. A translation's item takes its kind and
// its rules from the base file's.
func (r reader) item(raw rawItem) Item {
	before := len(*r.problems)
	i := Item{Points: 1000, Shuffle: true}
	base, translated := r.base[raw.id]
	if translated {
		i = base
	}
	i.ID, i.Category, i.Line = raw.id, raw.category, raw.n
	if !translated {
		// The answer block is found by the kind and its numbers are read without the unit.
		i.Lang, i.Kind, i.Unit = r.lang, Kind(valueOf(raw, "type")), valueOf(raw, "unit")
		if i.Kind != "" && !slices.Contains(Kinds(), i.Kind) {
			r.add(raw.n, raw.id, "attribute_value", "name", "type", "value", string(i.Kind), "want", joined(Kinds()))
			return Item{ID: raw.id}
		}
	}
	a := r.answers(raw.id, raw.n, raw.body, i.Kind, i.Unit)
	if !a.found {
		r.add(raw.n, raw.id, "answers_missing", "want", blockOf(i.Kind))
		return Item{ID: raw.id}
	}
	a.text.Title = raw.title
	i.Text = map[locale.Lang]Text{r.lang: a.text}
	if translated {
		r.sameAttributes(raw, base)
		r.sameShape(raw.n, raw.id, base, a)
		i.Keys, i.Gaps = a.keys, a.gaps
	} else {
		i.Kind, i.Right, i.Credit, i.Keys, i.Gaps, i.Rubric = a.kind, a.right, a.credit, a.keys, a.gaps, a.rubric
		r.attributes(&i, raw)
	}
	r.variants(&i, raw, a.text)
	if len(*r.problems) > before {
		return Item{ID: raw.id}
	}
	return i
}

// valueOf is the value of an item's attribute, or empty.
func valueOf(raw rawItem, name string) string {
	for _, a := range raw.attributes {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// blockOf shows what the answer block of a kind looks like, for the message that there is none.
func blockOf(kind Kind) string {
	switch kind {
	case Order:
		return "1. …  2. …"
	case Match:
		return "| … | … |"
	case Numeric, Short:
		return "= …"
	case Cloze:
		return "[[…]]"
	case Essay, Upload, Recording:
		return "| … | 1 | … |"
	case Scale:
		return "- [ ] …"
	}
	return "- [x] …"
}

// variants reads the other wordings; what one leaves out is the item's, and further words that it accepts
// are accepted of everyone.
func (r reader) variants(i *Item, raw rawItem, text Text) {
	i.Variants = nil
	if len(raw.variants) > maxRows {
		r.add(raw.n, raw.id, "too_many", "n", len(raw.variants), "max", maxRows)
		return
	}
	for _, v := range raw.variants {
		if slices.ContainsFunc(i.Variants, func(o Variant) bool { return o.Name == v.name }) {
			r.add(v.n, raw.id, "variant_twice", "name", v.name)
			continue
		}
		a := r.answers(raw.id, v.n, v.body, i.Kind, i.Unit)
		own := a.text
		if a.found || i.Kind == Cloze {
			r.sameShape(v.n, raw.id, *i, a)
			i.Keys = mergeKeys(i.Keys, a.keys)
		} else {
			stem, explanation := own.Stem, own.Explanation
			own = text
			own.Stem, own.Explanation = stem, explanation
		}
		if own.Title = v.title; own.Title == "" {
			own.Title = text.Title
		}
		if own.Explanation == "" {
			own.Explanation = text.Explanation
		}
		i.Variants = append(i.Variants, Variant{Name: v.name, Line: v.n, Text: map[locale.Lang]Text{r.lang: own}})
	}
}

// mergeKeys adds the keys that say something new.
func mergeKeys(have, more []Key) []Key {
	for _, k := range more {
		if !slices.Contains(have, k) {
			have = append(slices.Clip(have), k)
		}
	}
	return have
}
