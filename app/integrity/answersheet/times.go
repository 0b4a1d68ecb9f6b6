package answersheet

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// maxSeconds is the longest time for one item, ten days: what is above it is in another unit.
const maxSeconds = 864_000

// readTimes reads the seconds that the people of the answers took, in columns of the same names.
func (x *exam) readTimes(f File, milliseconds bool) {
	t, ok := open(f, x.wrong)
	if !ok {
		return
	}
	cells, line, ok := t.next()
	if !ok {
		return
	}
	header := slices.Clone(trimmed(cells))
	cells, at, ok := t.next()
	if !ok {
		x.wrong.add(f.Name, line, "", "answersheet.nobody")
		return
	}
	if _, item := x.columns[fold(header[0])]; item && len(trimmed(cells)) == len(header)+1 {
		header = append([]string{""}, header...)
	}
	place, ok := x.timeColumns(f.Name, header, line)
	if !ok {
		return
	}
	unit := 1.0
	if milliseconds {
		unit = 1000
	}
	x.Seconds = make([][]float64, len(x.IDs))
	lines, strangers := map[int]int{}, []string(nil)
	for ; ok; cells, at, ok = t.next() {
		if n := len(trimmed(cells)); n > len(header) || len(cells) < len(header) {
			x.wrong.add(f.Name, at, "", "sheet.fields", "want", len(header), "got", len(cells))
			continue
		}
		p, known := x.row[cells[0]]
		switch first, twice := lines[p]; {
		case !known:
			strangers = append(strangers, short(cells[0]))
		case twice:
			x.wrong.add(f.Name, at, "", "answersheet.id_twice", "id", short(cells[0]), "line", first)
		default:
			lines[p] = at
			x.Seconds[p] = x.timesOf(t, cells, at, header, place, unit)
		}
	}
	for p := range x.Seconds {
		if x.Seconds[p] == nil {
			x.Seconds[p] = make([]float64, len(x.Items))
		}
	}
	if len(lines) == 0 && len(x.wrong.Problems) == 0 {
		x.wrong.add(f.Name, line, "", "answersheet.times_of_nobody", "ids", some(x.IDs), "others", some(strangers))
	}
	if len(strangers) > 0 {
		x.note(f.Name, 0, "", "answersheet.times_of_others", "n", len(strangers), "ids", some(strangers))
	}
	if n := len(x.IDs) - len(lines); n > 0 && len(lines) > 0 {
		x.note(f.Name, 0, "", "answersheet.no_times", "n", n)
	}
}

// timeColumns finds the item of each column of the times.
func (x *exam) timeColumns(file string, header []string, line int) (place []int, ok bool) {
	place = make([]int, len(header))
	seen, extra := map[int]bool{}, []string(nil)
	for i, name := range header {
		place[i] = -1
		if i == 0 {
			continue
		}
		column, found := x.columns[fold(name)]
		switch {
		case !found:
			extra = append(extra, name)
		case x.place[column] < 0: // without a key
		case seen[column]:
			x.wrong.add(file, line, name, "sheet.column_twice", "column", name)
		default:
			seen[column] = true
			place[i] = x.place[column]
		}
	}
	if len(seen) == 0 {
		x.wrong.add(file, line, "", "answersheet.no_times_match", "columns", some(header[min(1, len(header)):]), "names", some(x.Items))
		return nil, false
	}
	if len(extra) > 0 {
		x.note(file, line, "", "answersheet.times_without_item", "n", len(extra), "columns", some(extra))
	}
	if n := len(x.Items) - len(seen); n > 0 {
		x.note(file, line, "", "answersheet.item_without_times", "n", n)
	}
	return place, true
}

func (x *exam) timesOf(t *table, cells []string, line int, header []string, place []int, unit float64) []float64 {
	seconds := make([]float64, len(x.Items))
	for i, item := range place {
		if item < 0 {
			continue
		}
		s, ok := secondsOf(cells[i], t.comma, x.blank)
		switch s /= unit; {
		case !ok:
			x.wrong.add(t.name, line, header[i], "answersheet.time_unreadable", "id", short(cells[0]), "item", header[i], "cell", short(cells[i]))
		case s < 0:
			x.wrong.add(t.name, line, header[i], "answersheet.time_negative", "id", short(cells[0]), "item", header[i], "cell", short(cells[i]))
		case s > maxSeconds:
			x.wrong.add(t.name, line, header[i], "answersheet.time_long", "id", short(cells[0]), "item", header[i], "cell", short(cells[i]), "days", maxSeconds/86_400)
		default:
			seconds[item] = s
		}
	}
	return seconds
}

// secondsOf reads a time; 0 and blanks are none. A decimal comma is one where commas do not separate.
func secondsOf(cell string, comma rune, blank map[string]bool) (s float64, ok bool) {
	if blank[cell] || blank[fold(cell)] {
		return 0, true
	}
	if comma != ',' {
		cell = strings.Replace(cell, ",", ".", 1)
	}
	s, err := strconv.ParseFloat(cell, 64)
	return s, err == nil && !math.IsNaN(s) && !math.IsInf(s, 0)
}
