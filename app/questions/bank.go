package questions

import (
	"bainian/app/fault"
	"bainian/app/locale"
)

// MaxBytes is the largest file that is read: 1 MB.
const MaxBytes = 1 << 20

// File is one source file, or the part of one that starts at Line.
type File struct {
	Name   string      // for messages: "values.bank.md"
	Lang   locale.Lang // empty: what the front matter says
	Source []byte
	Line   int // 1-based line at which Source starts in the file; 0 is 1
}

// Bank is a base file with its translations.
type Bank struct {
	ID         string
	Title      map[locale.Lang]string
	Lang       locale.Lang // of the base file
	Categories []string    // in the order of the base file
	Items      []Item
}

// Item finds an item by its id.
func (b *Bank) Item(id string) (Item, bool) {
	for _, i := range b.Items {
		if i.ID == id {
			return i, true
		}
	}
	return Item{}, false
}

// ParseBank reads a base file and its translations as one bank. It reports every problem of every file at
// once; the bank is nil exactly when there is one.
func ParseBank(base File, translations ...File) (*Bank, fault.Problems) {
	return nil, nil
}

// ParseCheck reads the one item of a lesson's check fence: base and translations are the insides of the
// fences, with the Line and the Lang of the lesson files.
func ParseCheck(base File, translations ...File) (Item, fault.Problems) {
	return Item{}, nil
}

// Check is one check fence of a lesson.
type Check struct {
	File      // the inside of the fence
	ID string // of its item, empty when it has none
}

// FindChecks finds the check fences of a lesson, and reports those that are never closed.
func FindChecks(lesson File) ([]Check, fault.Problems) {
	return nil, nil
}
