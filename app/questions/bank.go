package questions

import (
	"slices"

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
	var problems fault.Problems
	bank := &Bank{Title: map[locale.Lang]string{}}
	s, ok := readSource(base, &problems)
	if !ok {
		return nil, problems
	}
	front := s.frontMatter()
	if bank.ID = front["bank"]; bank.ID != "" && !idForm.MatchString(bank.ID) {
		s.add(1, "", "id_malformed", "id", bank.ID)
	}
	bank.Lang, bank.Title[s.lang] = s.lang, front["title"]
	s.dropComments()
	raws := s.cutItems()
	s.checkIDs(raws, bank.ID)
	for _, raw := range raws {
		bank.Items = append(bank.Items, reader{source: &s}.item(raw))
		if raw.category != "" && !slices.Contains(bank.Categories, raw.category) {
			bank.Categories = append(bank.Categories, raw.category)
		}
	}
	if len(raws) == 0 {
		s.add(0, "", "bank_empty")
		return nil, problems // a translation has nothing to be compared with
	}
	for _, t := range translations {
		bank.translate(t, &problems)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return bank, nil
}

func (b *Bank) translate(f File, problems *fault.Problems) {
	s, ok := readSource(f, problems)
	if !ok {
		return
	}
	front := s.frontMatter()
	if b.ID != "" && front["bank"] != "" && front["bank"] != b.ID {
		s.add(1, "", "bank_differs", "bank", front["bank"], "base", b.ID)
	}
	if _, twice := b.Title[s.lang]; twice {
		s.add(1, "", "lang_twice", "lang", string(s.lang))
		return
	}
	b.Title[s.lang] = front["title"]
	s.dropComments()
	raws := s.cutItems()
	s.checkIDs(raws, b.ID)
	reader{&s, byID(b.Items)}.translate(b.Items, raws)
}

func byID(items []Item) map[string]Item {
	m := map[string]Item{}
	for _, i := range items {
		m[i.ID] = i
	}
	return m
}
