package studio

import (
	"fmt"
	"strings"
	"time"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// checkPage is what can be said of an exam before anybody sits it.
type checkPage struct {
	page.Base
	exams.Check
	At, Name   string
	Draft      bool           // it is the author's own text
	Others     fault.Problems // of its translations
	Minutes    int
	Draws      []checkedDraw
	Sections   []checkedSection
	Mean, Most time.Duration // that a form takes
	Tight      bool          // one form in two takes longer than there is
	Expected   *expected
	Groups     []madeUp
	Exposed    []exposed
	Never      []neverDrawn
}

type checkedDraw struct {
	exams.CheckedDraw
	Title string // of its section
	What  string // what it names, in words
}

type checkedSection struct {
	Title       string
	Pass, Guess int // thousandths; a Pass of 0 is no bar of its own
}

// expected is what the tested questions of a form can be expected to earn, in thousandths.
type expected struct{ Mean, Spread, Least, Most int }

// madeUp is how many questions of a form have something in common.
type madeUp struct {
	Label string
	Rows  []madeRow
}

type madeRow struct {
	Name string
	Mean string // to one place
	Tens int    // tenths of a question, for the bar
	Of   int
}

type exposed struct {
	exams.Exposure
	Name, At string
	Share    int // thousandths of the forms
}

// neverDrawn are the items of a bank that no form can hold.
type neverDrawn struct {
	Bank, At string
	Items    []exposed
}

func (w *Wing) check(c *page.Ctx) error {
	d, b, problems, err := w.examOf(c)
	if err != nil {
		return err
	}
	v := &checkPage{At: address(d.Path), Name: titleOf(d.Doc, c.Lang), Draft: d.Draft}
	v.Title, v.Here = c.T("studio.check_of", "title", v.Name), "/studio/banks"
	if b == nil {
		v.Problems = problems
		return c.Page(w.pages, "check", v)
	}
	if v.Check, err = w.room.CheckBlueprint(c.Context(), c.Person, b); err != nil {
		return err
	}
	if len(v.Problems) > 0 {
		return c.Page(w.pages, "check", v)
	}
	v.Minutes, v.Others = b.Minutes, problems
	for _, draw := range v.Check.Draws {
		v.Draws = append(v.Draws, checkedDraw{draw, b.Sections[draw.Section].TitleIn(c.Lang, b.Lang), whatOf(c, draw.Draw)})
	}
	for n, s := range b.Sections {
		v.Sections = append(v.Sections, checkedSection{s.TitleIn(c.Lang, b.Lang), s.Pass, v.GuessSections[n]})
	}
	v.Mean, v.Most = minutesOf(v.Seconds.Mean), minutesOf(v.Seconds.Most)
	v.Tight = v.Mean > time.Duration(b.Minutes)*time.Minute
	if e := v.Check.Expected; e != nil {
		v.Expected = &expected{thousandths(e.Mean / 1000), thousandths(e.Spread / 1000), thousandths(e.Least / 1000), thousandths(e.Most / 1000)}
	}
	titles, err := w.lessonTitles(c)
	if err != nil {
		return err
	}
	v.Groups = []madeUp{
		madeUpOf(c, "studio.by_kind", v.Kinds, v.Total, func(name string) string { return c.T("studio.kind_" + name) }),
		madeUpOf(c, "studio.by_level", v.Levels, v.Total, func(name string) string { return c.T("studio.level_" + name) }),
		madeUpOf(c, "studio.by_lesson", v.Lessons, v.Total, func(ref string) string {
			if title := titles[ref]; title != "" {
				return title
			}
			return ref
		}),
	}
	for _, x := range v.Dealt {
		v.Exposed = append(v.Exposed, exposedOf(x, c.Lang, v.Forms))
	}
	for _, x := range v.Check.Never {
		if n := len(v.Never); n == 0 || v.Never[n-1].Bank != x.Bank {
			v.Never = append(v.Never, neverDrawn{Bank: x.Bank, At: address(bankPath(x.Bank))})
		}
		last := &v.Never[len(v.Never)-1]
		last.Items = append(last.Items, exposedOf(x, c.Lang, v.Forms))
	}
	return c.Page(w.pages, "check", v)
}

// minutesOf is a time to the minute, begun ones counted whole.
func minutesOf(seconds float64) time.Duration {
	return (time.Duration(seconds)*time.Second + time.Minute - 1).Truncate(time.Minute)
}

// whatOf is what a draw names, in words.
func whatOf(c *page.Ctx, d exams.Draw) string {
	parts := []string{d.Bank}
	if d.Category != "" {
		parts = append(parts, d.Category)
	}
	for _, tag := range d.Tags {
		parts = append(parts, "#"+tag)
	}
	if d.Level != "" {
		parts = append(parts, c.T("studio.level_"+d.Level))
	}
	for _, k := range d.Kinds {
		parts = append(parts, c.T("studio.kind_"+string(k)))
	}
	return strings.Join(parts, " · ")
}

func madeUpOf(c *page.Ctx, label string, all []exams.PerForm, total int, words func(name string) string) madeUp {
	g := madeUp{Label: c.T(label)}
	for _, one := range all {
		name := c.T("studio.check_unsaid")
		if one.Name != "" {
			name = words(one.Name)
		}
		g.Rows = append(g.Rows, madeRow{name, fmt.Sprintf("%.1f", one.Mean), int(10*one.Mean + 0.5), 10 * total})
	}
	return g
}

func exposedOf(x exams.Exposure, lang locale.Lang, forms int) exposed {
	return exposed{x, x.Title(lang), address(bankPath(x.Bank)), x.N * 1000 / forms}
}

// lessonTitles are the titles of all lessons by their refs.
func (w *Wing) lessonTitles(c *page.Ctx) (map[string]string, error) {
	tracks, err := w.library.Tracks(c.Context(), c.Person, c.Lang)
	titles := map[string]string{}
	for _, t := range tracks {
		for _, course := range t.Courses {
			for _, l := range course.Lessons {
				titles[l.Ref] = l.Title
			}
		}
	}
	return titles, err
}
