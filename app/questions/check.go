package questions

import (
	"strings"

	"bainian/app/fault"
)

// Check is one check fence of a lesson.
type Check struct {
	File        // the inside of the fence
	ID   string // of its item, empty when it has none
}

// FindChecks finds the check fences of a lesson, and reports those that are never closed and ids that come
// twice.
func FindChecks(lesson File) ([]Check, fault.Problems) {
	var problems fault.Problems
	s, ok := readSource(lesson, &problems)
	if !ok {
		return nil, problems
	}
	var checks []Check
	var f fence
	opened := -1 // index of the line that opened the check we are in
	first := map[string]int{}
	for n, l := range s.body {
		inside := f.open()
		held := f.holds(l.text)
		switch {
		case held && !inside && f.open() && isCheck(l.text):
			opened = n
		case held && inside && !f.open() && opened >= 0:
			c := Check{File: File{Name: lesson.Name, Lang: lesson.Lang, Line: s.body[opened].n + 1}}
			c.Source = []byte(joinLines(s.body[opened+1 : n]))
			if c.ID = idIn(s.body[opened+1 : n]); c.ID != "" && first[c.ID] > 0 {
				s.add(s.body[opened].n, c.ID, "id_twice", "id", c.ID, "first", first[c.ID])
			} else {
				first[c.ID] = s.body[opened].n
			}
			checks, opened = append(checks, c), -1
		}
	}
	if opened >= 0 {
		s.add(s.body[opened].n, "", "check_open")
	}
	return checks, problems
}

func isCheck(text string) bool {
	info := strings.Fields(strings.TrimLeft(text, " `~"))
	return len(info) > 0 && info[0] == "check" && indent(text) < 4
}

func idIn(lines []line) string {
	for _, l := range lines {
		if m := headingLine.FindStringSubmatch(l.text); m != nil && len(m[1]) == 2 {
			_, list, _ := splitAttributes(m[2])
			for _, a := range list {
				if a.name == "#" {
					return a.value
				}
			}
		}
	}
	return ""
}

// ParseCheck reads the one item of a lesson's check fence: base and translations are the insides of the
// fences, with the Lang and the Line that FindChecks gave them.
func ParseCheck(base File, translations ...File) (Item, fault.Problems) {
	var problems fault.Problems
	raws, s := checkItems(base, &problems)
	if len(raws) == 0 {
		return Item{}, problems
	}
	i := reader{source: &s}.item(raws[0])
	if i.Kind != "" && !i.Kind.InPlace() {
		s.add(raws[0].n, i.ID, "check_kind", "kind", string(i.Kind))
	}
	for _, t := range translations {
		if raws, s := checkItems(t, &problems); len(raws) > 0 {
			items := []Item{i}
			reader{&s, byID(items)}.translate(items, raws)
			i = items[0]
		}
	}
	if len(problems) > 0 {
		return Item{}, problems
	}
	return i, nil
}

func checkItems(f File, problems *fault.Problems) ([]rawItem, source) {
	s, ok := readSource(f, problems)
	if !ok {
		return nil, s
	}
	s.dropComments()
	raws := s.cutItems()
	s.checkIDs(raws, "c")
	if len(raws) != 1 {
		s.add(max(f.Line, 1), "", "check_one", "n", len(raws))
		return nil, s
	}
	return raws, s
}
