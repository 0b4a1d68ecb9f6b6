package questions

import (
	"slices"

	"bainian/app/locale"
)

// Kind is how an item is answered.
type Kind string

const (
	Single    Kind = "single"    // one choice of several, possibly with part credit for others
	Multiple  Kind = "multiple"  // every right choice
	TrueFalse Kind = "truefalse" // two choices, never shuffled
	Order     Kind = "order"     // rows to put in order
	Match     Kind = "match"     // left rows to pair with right options
	Numeric   Kind = "numeric"   // a number, with tolerance
	Short     Kind = "short"     // a few words
	Cloze     Kind = "cloze"     // gaps in a text
	Essay     Kind = "essay"     // free text, marked by a person against a rubric
	Upload    Kind = "upload"    // a file, marked by a person
	Recording Kind = "recording" // speech or video recorded in place, marked by a person
	Scale     Kind = "scale"     // a survey item, never graded
)

// Kinds are all kinds, in the order in which they are offered.
func Kinds() []Kind {
	return []Kind{Single, Multiple, TrueFalse, Order, Match, Numeric, Short, Cloze, Essay, Upload, Recording, Scale}
}

// Scoring is how a multiple-choice item turns ticks into marks.
type Scoring string

const (
	All             Scoring = "all"               // everything right or nothing
	PerOption       Scoring = "per-option"        // the share of choices judged rightly
	RightMinusWrong Scoring = "right-minus-wrong" // max(0, right ticked/right − wrong ticked/wrong)
)

// Levels are the levels of thinking that an item can ask for, lowest first.
func Levels() []string {
	return []string{"remember", "understand", "apply", "analyse", "evaluate", "create"}
}

// Item is one question: its key and rules once, its words in each language.
type Item struct {
	ID        string
	Kind      Kind
	Category  string // of the base file, levels joined by " / ": "高壓線 / 回扣"; empty when there is none
	Points    int    // thousandths of a point: points=1 is 1000
	Level     string // one of Levels, or empty
	Tags      []string
	Lesson    string // to read again, "values/red-line", or empty
	Objective int    // number of the course's objective, 0 for none
	Shuffle   bool   // whether the choices may be shuffled for each person
	Score     Scoring
	Canary    int // 1-based number of the planted choice; 0 when the item is no canary
	Seconds   int // expected seconds to answer, 0 when not said
	Line      int // 1-based line of the item's heading in the base file

	Right    []bool   // per choice or row, whether it belongs to the key; of a match row, false is a distractor; nil without rows
	Credit   []int    // single and true/false: thousandths of the points per choice; nil for other kinds
	Keys     []Key    // numeric and short: what is accepted, of every language
	Unit     string   // numeric: the unit, which an answer may repeat
	Exact    bool     // short: 繁 and 簡 are not taken for the same
	Gaps     []Gap    // cloze: one per gap, in order
	Rubric   []int    // essay, upload and recording: thousandths of a point per criterion
	MinWords int      // essay: fewest words, 0 for no limit
	MaxWords int      // essay: most words, 0 for no limit
	Accept   []string // upload and recording: kinds of file, of "audio", "video", "image", "pdf", "text"
	Longest  int      // upload and recording: seconds at most, 0 for no limit

	Text     map[locale.Lang]Text
	Variants []Variant   // other wordings, by name; the key and the rules are the item's
	Lang     locale.Lang // of the base file
}

// Text is an item's words in one language, as markdown source.
type Text struct {
	Title       string
	Stem        string      // without the answer block; gaps of a cloze stand as [[1]], [[2]], …
	Choices     []string    // choices, rows in the right order, or left cells ("" is a distractor)
	Rights      []string    // match: the right cell of each row
	Heads       []string    // match: the titles of the two columns
	Feedback    []string    // per choice, "" for none
	Explanation string      // shown with the right answer
	Gaps        [][]string  // cloze: the options of each gap that is a drop-down, nil for the others
	Rubric      []Criterion // essay, upload and recording
}

// Criterion is one row of a rubric; its points stand in Item.Rubric.
type Criterion struct{ Name, Full string }

// Key is one accepted answer. A number has Low and High (equal when it is exact); words have Text alone.
type Key struct {
	Text      string // as written
	Low, High string // decimals, both inclusive; empty for words
	Credit    int    // thousandths of the points
}

// Gap is one gap of a cloze: a drop-down with the right option's index, or keys to compare with.
type Gap struct {
	Keys    []Key
	Right   int // index of the right option in Text.Gaps, -1 when it is not a drop-down
	Options int // how many options a drop-down has, in every language; 0 when it is none
}

// Variant is another wording of an item, named by a letter or a word: "b".
type Variant struct {
	Name string
	Line int
	Text map[locale.Lang]Text
}

// ByHand reports whether a person marks the kind, against its rubric.
func (k Kind) ByHand() bool {
	switch k {
	case Essay, Upload, Recording:
		return true
	}
	return false
}

// InPlace reports whether a lesson can put the kind as a check: answered in place and marked at once.
func (k Kind) InPlace() bool {
	switch k {
	case Single, Multiple, TrueFalse, Order, Match, Numeric, Short:
		return true
	}
	return false
}

// Scored reports whether the kind can earn points; a survey never does, whatever its points say.
func (k Kind) Scored() bool { return k != Scale }

// Localized is the item's words in that language; false when it had to fall back to the base language.
func (i Item) Localized(lang locale.Lang) (Text, bool) {
	return localized(i.Text, lang, i.Lang)
}

// Wording is like Localized for the named variant; an empty or unknown name is the item itself.
func (i Item) Wording(variant string, lang locale.Lang) (Text, bool) {
	for _, v := range i.Variants {
		if v.Name == variant {
			return localized(v.Text, lang, i.Lang)
		}
	}
	return i.Localized(lang)
}

func localized(texts map[locale.Lang]Text, lang, base locale.Lang) (Text, bool) {
	if t, ok := texts[lang]; ok {
		return t, true
	}
	return texts[base], false
}

// Rows are the canonical indices of what a person arranges or picks from: choices, rows to order, or the
// left rows of a match without its distractors.
func (i Item) Rows() []int {
	rows := make([]int, 0, len(i.Right))
	for n, right := range i.Right {
		if right || i.Kind != Match {
			rows = append(rows, n)
		}
	}
	return rows
}

// Shuffled reports whether a layout of the item may differ from one person to the next. The rows of an
// ordering and the right column of a match are always shuffled: as written they are the key.
func (i Item) Shuffled() bool {
	switch i.Kind {
	case Order, Match:
		return true
	case Single, Multiple:
		return i.Shuffle
	case Cloze:
		return i.Shuffle && slices.ContainsFunc(i.Gaps, func(g Gap) bool { return g.Options > 0 })
	}
	return false
}
