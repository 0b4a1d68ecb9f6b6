package answersheet

import (
	"slices"
	"strconv"
	"strings"
)

// readAnswers reads people and what they chose in the columns that have a key.
func (x *exam) readAnswers(f File, key *keys) {
	t, ok := open(f, x.wrong)
	if !ok {
		return
	}
	cells, line, ok := t.next()
	if !ok {
		if len(x.wrong.Problems) == 0 {
			x.wrong.add(f.Name, 0, "", "answersheet.empty")
		}
		return
	}
	header := slices.Clone(trimmed(cells))
	cells, at, ok := t.next()
	if !ok {
		x.wrong.add(f.Name, line, "", "answersheet.nobody")
		return
	}
	if _, item := key.codes[fold(header[0])]; item && len(trimmed(cells)) == len(header)+1 {
		header = append([]string{""}, header...) // the column of ids was left without a title, as R does
	}
	codes, ok := x.readHeader(f.Name, header, line, key)
	if !ok {
		return
	}
	x.row = map[string]int{}
	for ; ok; cells, at, ok = t.next() {
		if len(x.IDs) >= MaxPeople || len(x.IDs)*len(x.Items) >= MaxCells {
			x.wrong.add(f.Name, at, "", "answersheet.too_many", "people", MaxPeople, "cells", MaxCells)
			return
		}
		x.readPerson(f.Name, cells, at, header)
	}
	if len(x.IDs) == 0 {
		if len(x.wrong.Problems) == 0 {
			x.wrong.add(f.Name, line, "", "answersheet.nobody")
		}
		return
	}
	x.settle(f.Name, codes, key)
}

// readHeader learns the columns and which of them are items with a key; codes are the key's, of each item.
func (x *exam) readHeader(file string, header []string, line int, key *keys) (codes []code, ok bool) {
	columns := header[1:]
	switch {
	case len(columns) == 0:
		x.wrong.add(file, line, "", "answersheet.no_items")
		return nil, false
	case len(columns) > MaxItems:
		x.wrong.add(file, line, "", "answersheet.too_wide", "max", MaxItems)
		return nil, false
	}
	all, has, byPlace := key.match(columns)
	if looksLikeAnswers(header, x.blank) && !slices.Contains(has, true) || byPlace && looksLikeAnswers(header, x.blank) {
		x.wrong.add(file, line, "", "answersheet.no_header")
		return nil, false
	}
	x.columns, x.place = map[string]int{}, make([]int, len(columns))
	for i, name := range columns {
		switch at, twice := x.columns[fold(name)]; {
		case name == "":
			x.wrong.add(file, line, "", "answersheet.untitled", "column", i+2)
		case twice:
			x.wrong.add(file, line, name, "answersheet.item_twice", "item", name, "first", at+2, "second", i+2)
		default:
			x.columns[fold(name)] = i
		}
	}
	if _, item := key.codes[fold(header[0])]; item && !byPlace && header[0] != "" && slices.Contains(has, true) && !idTitle(header[0]) {
		x.wrong.add(file, line, header[0], "answersheet.no_id", "item", header[0])
	}
	var without []string
	for i, name := range columns {
		x.place[i] = -1
		switch {
		case !has[i]:
			without = append(without, name)
		case all[i] == Missing:
			x.note(key.file, key.lines[fold(name)], name, "answersheet.key_empty", "item", name)
		default:
			x.place[i] = len(x.Items)
			x.Items = append(x.Items, name)
			codes = append(codes, all[i])
		}
	}
	switch extra := key.unmatched(x.columns); {
	case len(key.names)+len(key.ordered) == 0: // what is wrong with the key was said
		return nil, false
	case len(x.Items) == 0:
		x.wrong.add(file, line, "", "answersheet.no_match", "columns", some(columns), "names", some(key.names), "n", len(columns), "keys", len(key.names)+len(key.ordered))
		return nil, false
	case byPlace:
		x.note(key.file, 0, "", "answersheet.by_place", "n", len(columns))
	default:
		if len(without) > 0 {
			x.note(file, line, "", "answersheet.without_key", "n", len(without), "columns", some(without))
		}
		if len(extra) > 0 {
			x.note(key.file, 0, "", "answersheet.without_column", "n", len(extra), "names", some(extra))
		}
	}
	return codes, true
}

// looksLikeAnswers reports a line that titles no columns: everything behind its first cell could be an answer and
// something stands there twice.
func looksLikeAnswers(header []string, blank map[string]bool) bool {
	seen, twice := map[code]bool{}, false
	for _, name := range header[1:] {
		c, ok := codeOf(name, blank)
		if !ok {
			return false
		}
		twice = twice || seen[c]
		seen[c] = true
	}
	return twice
}

func (x *exam) readPerson(file string, cells []string, line int, header []string) {
	if n := len(trimmed(cells)); n > len(header) || len(cells) < len(header) {
		x.wrong.add(file, line, "", "sheet.fields", "want", len(header), "got", len(cells))
		return
	}
	id := cells[0]
	switch first, twice := x.row[id]; {
	case id == "":
		x.wrong.add(file, line, "", "answersheet.id_empty")
		return
	case len(id) > maxID:
		x.wrong.add(file, line, "", "answersheet.id_long", "max", maxID)
		return
	case twice:
		x.wrong.add(file, line, "", "answersheet.id_twice", "id", short(id), "line", x.lines[first])
		return
	}
	chosen := make([]int8, len(x.Items))
	for i, item := range x.place {
		if item < 0 {
			continue
		}
		c, ok := codeOf(cells[i+1], x.blank)
		if !ok {
			x.wrong.add(file, line, header[i+1], "answersheet.unreadable_cell", "id", short(id), "item", header[i+1], "cell", short(cells[i+1]))
			c = Missing
		}
		chosen[item] = c
	}
	id = strings.Clone(id) // of its own: a record's cells share their memory
	x.row[id] = len(x.IDs)
	x.IDs, x.Chosen, x.lines = append(x.IDs, id), append(x.Chosen, chosen), append(x.lines, line)
}

// settle turns codes into options from 0: all answers are letters or all are numbers, the smallest number of the
// whole exam, 0 or 1, being the first option.
func (x *exam) settle(file string, codes []code, key *keys) {
	letters, digits, least := 0, 0, 1
	count := func(c code) {
		switch {
		case c >= numbers:
			digits++
			least = min(least, int(c-numbers))
		case c >= 0:
			letters++
		}
	}
	for _, chosen := range x.Chosen {
		for _, c := range chosen {
			count(c)
		}
	}
	answered := letters + digits
	x.numbers = digits > letters
	for _, c := range codes {
		count(c)
	}
	if answered == 0 {
		x.wrong.add(file, 0, "", "answersheet.no_answers")
		return
	}
	x.first = least
	x.Key, x.Options = make([]int8, len(x.Items)), make([]int, len(x.Items))
	for item, c := range codes {
		if c >= numbers != x.numbers {
			name := x.Items[item]
			x.wrong.add(key.file, key.lines[fold(name)], name, "answersheet.key_mixed", "item", name, "cell", x.raw(c))
		}
		x.Key[item] = x.option(c)
		x.Options[item] = int(x.Key[item]) + 1
	}
	for p, chosen := range x.Chosen {
		for item, c := range chosen {
			if c == Missing {
				continue
			}
			if c >= numbers != x.numbers {
				x.wrong.add(file, x.lines[p], x.Items[item], "answersheet.mixed", "id", short(x.IDs[p]), "item", x.Items[item], "cell", x.raw(c))
			}
			chosen[item] = x.option(c)
			x.Options[item] = max(x.Options[item], int(chosen[item])+1)
		}
	}
	x.sayZero(file)
}

// fewestForZero are items enough for it to be odd that none of them has the key 0.
const fewestForZero = 8

// sayZero says that 0 may mean "no answer": it was chosen, more than two numbers were, and no key is 0.
func (x *exam) sayZero(file string) {
	if !x.numbers || x.first != 0 || len(x.Items) < fewestForZero || slices.Contains(x.Key, 0) || slices.Max(x.Options) < 3 {
		return
	}
	x.note(file, 0, "", "answersheet.zero")
}

func (x *exam) option(c code) int8 {
	if c >= numbers {
		return c - numbers - int8(x.first)
	}
	return c
}

func (x *exam) raw(c code) string {
	if c >= numbers {
		return strconv.Itoa(int(c - numbers))
	}
	return string(rune('A' + c))
}
