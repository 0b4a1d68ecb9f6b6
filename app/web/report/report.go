// Package report writes an analysis as one self-contained page: no script, nothing fetched, to be read off-line, mailed
// or printed by somebody who is no statistician. Evidence is shown evenly: both papers beside each other, what innocent
// causes would look like in the same size as the finding.
package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"bainian/app/integrity/analysis"
	"bainian/app/integrity/answersheet"
)

//go:embed page.html
var source string

// The most that one page shows; the JSON holds everything.
const (
	mostPairs   = 50    // flagged, side by side
	mostAlike   = 20    // not flagged
	mostPersons = 2_000 // in the table
	blockItems  = 20    // of two papers side by side before the next block, so that paper holds them, too
)

// view is what the page is made from.
type view struct {
	analysis.Report
	Title   string
	Letters bool // the pairs were compared by displayed letters
	Flagged []finding
	More    int // flagged pairs that are not shown
	Alike   []analysis.Pair
	Map     likenessMap
	Shown   []analysis.Person
	Hidden  int // persons that are not shown
	Known   []analysis.Person
}

// finding is a flagged pair with both papers.
type finding struct {
	analysis.Pair
	Number int
	Blocks [][]row
}

// row is one item of two papers.
type row struct {
	Item, Key, A, B    string
	Same, SameWrong    bool
	SecondsA, SecondsB string
}

// Write writes the page of a report about an exam; title is what the exam is called.
func Write(w io.Writer, title string, x *answersheet.Exam, r analysis.Report) error {
	page, err := template.New("page").Funcs(template.FuncMap{"p": chance, "num": number, "percent": percent, "count": count, "add": func(a, b int) int { return a + b }}).Parse(source)
	if err != nil {
		return err
	}
	v := view{Report: r, Title: title, Map: newMap(r), Letters: slices.ContainsFunc(r.Method.Tests, func(t analysis.Test) bool { return t.Name == analysis.LetterTest })}
	for _, pair := range r.Pairs {
		switch {
		case !pair.Flagged && len(v.Alike) < mostAlike:
			v.Alike = append(v.Alike, pair)
		case pair.Flagged && len(v.Flagged) < mostPairs:
			v.Flagged = append(v.Flagged, finding{pair, len(v.Flagged) + 1, slices.Collect(slices.Chunk(rows(x, pair, v.Letters), blockItems))})
		case pair.Flagged:
			v.More++
		}
	}
	for _, person := range r.Persons {
		switch {
		case len(v.Shown) < mostPersons || person.Flagged:
			v.Shown = append(v.Shown, person)
		default:
			v.Hidden++
		}
		if person.Flagged && !person.InFlaggedPair {
			v.Known = append(v.Known, person)
		}
	}
	return page.Execute(w, v)
}

func rows(x *answersheet.Exam, pair analysis.Pair, letters bool) []row {
	out := make([]row, len(x.Items))
	for i, item := range x.Items {
		a, b := x.Chosen[pair.First][i], x.Chosen[pair.Second][i]
		out[i] = row{Item: item, A: x.Label(a), B: x.Label(b), Same: a == b && a != answersheet.Missing}
		if !letters {
			out[i].Key = x.Label(x.Key[i])
			out[i].SameWrong = out[i].Same && a != x.Key[i]
		}
		if x.Seconds != nil {
			out[i].SecondsA, out[i].SecondsB = seconds(x.Seconds[pair.First][i]), seconds(x.Seconds[pair.Second][i])
		}
	}
	return out
}

func seconds(s float64) string {
	if s <= 0 {
		return ""
	}
	return strconv.FormatFloat(s, 'f', 0, 64)
}

// chance is a probability in words that need no exponent: "1 in 3 million".
func chance(n analysis.Number) string {
	p := float64(n)
	switch {
	case n.IsNone():
		return "–"
	case p >= .0995:
		return strconv.FormatFloat(p, 'f', 2, 64)
	case p >= 1e-3:
		return "1 in " + count(int(math.Round(1/p)))
	}
	names := []struct {
		size float64
		name string
	}{{1e3, " thousand"}, {1e6, " million"}, {1e9, " billion"}, {1e12, " trillion"}}
	for i := len(names) - 1; i >= 0; i-- {
		if 1/p >= names[i].size {
			if times := 1 / p / names[i].size; times < 1000 {
				return "1 in " + strconv.FormatFloat(twoDigits(times), 'f', -1, 64) + names[i].name
			}
			break
		}
	}
	return "less than 1 in a thousand trillion"
}

func twoDigits(x float64) float64 {
	short, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 2, 64), 64) // what was formatted parses
	return short
}

func number(n analysis.Number) string {
	if n.IsNone() {
		return "–"
	}
	return strconv.FormatFloat(float64(n), 'f', 2, 64)
}

func percent(n analysis.Number) string {
	if n.IsNone() {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", float64(n)*100)
}

// count writes thousands apart.
func count(n int) string {
	text := strconv.Itoa(n)
	var parts []string
	for len(text) > 3 {
		parts = append([]string{text[len(text)-3:]}, parts...)
		text = text[:len(text)-3]
	}
	return strings.Join(append([]string{text}, parts...), ",")
}
