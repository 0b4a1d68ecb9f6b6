package questions

import (
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"bainian/app/fault"
)

// Layout is how one item was laid out for one person. Order[displayed] is the canonical index of a choice,
// of a row to order, or of a left row of a match; Rights[displayed] is that of a right option, and
// Gaps[gap][displayed] that of an option of a drop-down, empty for a gap to type in. Kinds without rows or
// drop-downs have none of them.
type Layout struct {
	Order  []int   `json:"order,omitempty"`
	Rights []int   `json:"rights,omitempty"`
	Gaps   [][]int `json:"gaps,omitempty"`
}

// Response is what a person said, in displayed positions. The zero value is no answer.
type Response struct {
	Choices []int        `json:"choices,omitempty"` // ticked choices, in any order
	Order   []int        `json:"order,omitempty"`   // every displayed row once, in the order chosen
	Pairs   []int        `json:"pairs,omitempty"`   // per displayed left row the displayed right option, -1 for none
	Text    string       `json:"text,omitempty"`
	Gaps    []string     `json:"gaps,omitempty"`  // per gap what was typed, of a drop-down the displayed option in decimal; "" for nothing
	Files   []Attachment `json:"files,omitempty"` // uploaded or recorded, in the order given
}

// Attachment is a file that answers an item. Its content is kept under its SHA-256, so that the answer says what it
// was without holding it.
type Attachment struct {
	SHA256  string `json:"sha256"` // in hex
	Name    string `json:"name"`   // as its owner calls it, to be shown only
	Type    string `json:"type"`   // media type, by its content: "video/webm"
	Size    int64  `json:"size"`   // bytes
	Seconds int    `json:"seconds,omitempty"`
}

// The most that an answer may hold.
const (
	MaxAnswer = 500    // runes of a number, of a few words or in a gap
	MaxEssay  = 20_000 // runes of an essay, whatever its words may be: too many are told, never cut off
	MaxFiles  = 5      // files of an upload; a recording is one
	MaxName   = 255    // bytes of a file's name
)

// Written is the layout in the order of the source file.
func (i Item) Written() Layout {
	l := Layout{Order: i.Rows()}
	if i.Kind == Match {
		l.Rights = make([]int, len(i.Right))
		for n := range l.Rights {
			l.Rights[n] = n
		}
	}
	if i.Kind == Cloze {
		l.Gaps = make([][]int, len(i.Gaps))
		for n, g := range i.Gaps {
			for option := range g.Options {
				l.Gaps[n] = append(l.Gaps[n], option)
			}
		}
	}
	return l
}

// Blank reports whether the response says nothing.
func (i Item) Blank(r Response) bool {
	paired := slices.ContainsFunc(r.Pairs, func(p int) bool { return p >= 0 })
	filled := slices.ContainsFunc(r.Gaps, func(s string) bool { return fold(s, true) != "" })
	return len(r.Choices) == 0 && len(r.Order) == 0 && !paired && !filled && len(r.Files) == 0 && fold(r.Text, true) == ""
}

// Check reports whether the response has the shape that the item asks for, as laid out: positions in range,
// none twice, nothing of another kind of item. An option of a match may be paired twice, for a person who
// changes pairs one by one passes through that. The error is fault.Invalid, or fault.TooLarge for a text.
func (i Item) Check(l Layout, r Response) error {
	if !i.fits(l) {
		return fault.New(fault.Internal, "questions.layout_broken", "item", i.ID)
	}
	bad := fault.New(fault.Invalid, "questions.response_shape", "item", i.ID)
	rows := len(l.Order)
	var choices, order, pairs, gaps bool // what may say something
	longest, files := 0, 0
	switch i.Kind {
	case Single, TrueFalse, Scale:
		choices = len(r.Choices) <= 1
	case Multiple:
		choices = true
	case Order:
		order = len(r.Order) == 0 || len(r.Order) == rows
	case Match:
		pairs = len(r.Pairs) == 0 || len(r.Pairs) == rows
	case Numeric, Short:
		longest = MaxAnswer
	case Cloze:
		gaps = len(r.Gaps) == 0 || len(r.Gaps) == len(i.Gaps)
	case Essay:
		longest = MaxEssay
	case Upload:
		files = MaxFiles
	case Recording:
		files = 1
	}
	switch {
	case len(r.Choices) > 0 && !(choices && distinct(r.Choices, rows)),
		len(r.Order) > 0 && !(order && distinct(r.Order, rows)),
		len(r.Pairs) > 0 && !pairs,
		len(r.Gaps) > 0 && !gaps,
		len(r.Files) > files,
		r.Text != "" && !(longest > 0 && utf8.ValidString(r.Text)),
		!whole(r.Files):
		return bad
	}
	for _, p := range r.Pairs {
		if p < -1 || p >= len(l.Rights) {
			return bad
		}
	}
	long := func(s string, most int) error {
		if utf8.RuneCountInString(s) > most {
			return fault.New(fault.TooLarge, "questions.response_long", "item", i.ID, "max", most)
		}
		return nil
	}
	for n, said := range r.Gaps {
		if i.Gaps[n].Options > 0 && said != "" {
			if _, ok := option(said, i.Gaps[n]); !ok {
				return bad
			}
		}
		if !utf8.ValidString(said) {
			return bad
		}
		if err := long(said, MaxAnswer); err != nil {
			return err
		}
	}
	return long(r.Text, longest)
}

// option is the displayed option that a drop-down was set to.
func option(said string, g Gap) (int, bool) {
	n, err := strconv.Atoi(said)
	return n, err == nil && n >= 0 && n < g.Options && said == strconv.Itoa(n)
}

var sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)

// whole reports whether the attachments name their contents, none twice.
func whole(files []Attachment) bool {
	seen := map[string]bool{}
	for _, f := range files {
		if !sha256Form.MatchString(f.SHA256) || seen[f.SHA256] || f.Size <= 0 || f.Seconds < 0 || f.Type == "" ||
			f.Name == "" || len(f.Name) > MaxName || !utf8.ValidString(f.Name+f.Type) {
			return false
		}
		seen[f.SHA256] = true
	}
	return true
}

// fits reports whether the layout arranges exactly the item's rows.
func (i Item) fits(l Layout) bool {
	if !slices.Equal(slices.Sorted(slices.Values(l.Order)), i.Rows()) {
		return false
	}
	rights := 0
	if i.Kind == Match {
		rights = len(i.Right)
	}
	if len(l.Rights) != rights || !distinct(l.Rights, rights) || len(l.Gaps) != len(i.Gaps) {
		return false
	}
	for n, g := range i.Gaps {
		if len(l.Gaps[n]) != g.Options || !distinct(l.Gaps[n], g.Options) {
			return false
		}
	}
	return true
}

// distinct reports whether all positions are in [0, n) and none comes twice.
func distinct(positions []int, n int) bool {
	seen := make([]bool, n)
	for _, p := range positions {
		if p < 0 || p >= n || seen[p] {
			return false
		}
		seen[p] = true
	}
	return true
}
