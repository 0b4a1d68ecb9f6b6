// Package answersheet reads the plain files of an exam that was held anywhere: the answers, the key, the times and the
// items that are known to have leaked. It is liberal in form (comma, semicolon or tab, letters or numbers, columns and
// rows in any order) and exact in substance: whatever it cannot take, it names by file, line and column, all at once;
// whatever it leaves out, it says.
package answersheet

import (
	"fmt"
	"io"
	"strconv"

	"bainian/app/fault"
)

// The most that is read. A line that goes on for longer is a quote that was never closed.
const (
	MaxPeople  = 200_000
	MaxItems   = 5_000
	MaxCells   = 20_000_000 // people × items
	MaxOptions = 26         // answers are A–Z or 0–25
	maxLine    = 1 << 20    // bytes
	maxID      = 200        // bytes
)

// Missing is what Chosen holds where a person gave no answer.
const Missing = -1

// maxProblems is how many problems are told one by one.
const maxProblems = 50

// File is something to read and what to call it.
type File struct {
	Name string
	io.Reader
}

// Files are what an exam is read from. Times without a Reader is an exam without times.
type Files struct {
	Answers, Key, Times File
	Milliseconds        bool     // the times are in milliseconds instead of seconds
	Blank               []string // further cells that mean "no answer"
	Known               []string // names of items, or numbers of item columns from 1
}

// Exam is what was read: people in the order of the answers, and those of its columns that have a key, in their
// order.
type Exam struct {
	IDs     []string
	Items   []string
	Chosen  [][]int8    // person × item, the option from 0, Missing where there is no answer
	Key     []int8      // of each item, an option
	Options []int       // of each item: one more than the highest option that anybody chose or the key names
	Seconds [][]float64 // person × item, 0 where there is no time; nil when no times were given
	Known   []int       // items, ascending; nil when none was named
	Notes   fault.Problems

	numbers bool // answers are numbers
	first   int  // the number of option 0
}

// Label is an option of any item as the file writes it.
func (e *Exam) Label(option int8) string {
	switch {
	case option < 0:
		return ""
	case e.numbers:
		return strconv.Itoa(int(option) + e.first)
	}
	return string(rune('A' + option))
}

// Refusal is everything that is wrong with the files: the first of it one by one, and how much more there is.
type Refusal struct {
	Problems fault.Problems
	More     int
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("%s\nand %d more", r.Problems.Error(), r.More)
}

func (r *Refusal) add(file string, line int, column, key string, args ...any) {
	if len(r.Problems) >= maxProblems {
		r.More++
		return
	}
	r.Problems.Add(file, line, column, key, args...)
}

func (r *Refusal) err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	return r
}

// Read reads an exam, or returns a *Refusal with all that is wrong.
func Read(f Files) (*Exam, error) {
	wrong := &Refusal{}
	x := &exam{Exam: &Exam{}, wrong: wrong, blank: blanks(f.Blank)}
	key := readKey(f.Key, x.blank, wrong)
	x.readAnswers(f.Answers, key)
	if len(x.IDs) > 0 && len(x.Items) > 0 {
		if f.Times.Reader != nil {
			x.readTimes(f.Times, f.Milliseconds)
		}
		x.findKnown(f.Known)
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return x.Exam, nil
}

// exam is an Exam while it is being read.
type exam struct {
	*Exam
	wrong   *Refusal
	blank   map[string]bool
	columns map[string]int // folded name of every column of the answers → its place, 0 for the first item
	place   []int          // of each column: the item, or -1 without a key
	lines   []int          // of each person
	row     map[string]int // id → person
}

func (x *exam) note(file string, line int, column, key string, args ...any) {
	x.Notes.Add(file, line, column, key, args...)
}
