package exams

import (
	"slices"
	"strings"
	"time"

	"bainian/app/locale"
	"bainian/app/questions"
)

// Phase is when candidates get to see something of their result.
type Phase string

const (
	Never      Phase = "never"
	WhenClosed Phase = "when-sitting-closes"
	AtOnce     Phase = "at-once"
)

// Phases are all of them, the latest first.
func Phases() []Phase { return []Phase{Never, WhenClosed, AtOnce} }

// Shown reports whether that is to be seen of an attempt that is over, given whether its sitting is settled.
func (p Phase) Shown(settled bool) bool { return p == AtOnce || p == WhenClosed && settled }

// told reports whether candidates may see that of an attempt's score by now. A score that comes when the sitting
// closes comes for all at once, when everything that was handed in there is marked too; pending is how many of its
// attempts wait for that. Answers do not wait for markers.
func (p Phase) told(a Attempt, s Sitting, pending int) bool {
	return a.Pending == 0 && p.Shown(!s.SettledAt.IsZero() && pending == 0)
}

// before reports whether something of this phase is seen earlier than something of the other. An exam that says
// nothing of it follows its other phases.
func (p Phase) before(other Phase) bool {
	late := []Phase{AtOnce, WhenClosed, Never}
	return p != "" && slices.Index(late, p) < slices.Index(late, other)
}

// Blueprint is how a paper is drawn, and the policy of the exam.
type Blueprint struct {
	File      string // of the base language, for messages
	Slug      string
	Title     map[locale.Lang]string
	Lang      locale.Lang // of the base file
	Track     string      // "" for an exam that belongs to none
	Minutes   int
	Pass      int // thousandths of all points
	PassLine  int
	Attempts  int // 0 is no limit
	Cooldown  time.Duration
	Reread    []string // lessons to read again before another go
	After     []string // exams to be passed before this one
	Sections  []Section
	Integrity Integrity
	Feedback  Feedback
	Marking   Marking
	Notice    map[locale.Lang]string // markdown, shown before the start
}

// Section is a part of the paper.
type Section struct {
	Title map[locale.Lang]string
	Pass  int // thousandths of the section's points; 0 is no bar of its own
	Draws []Draw

	Line, PassLine int
}

// Draw takes Count items of a bank, of those that fit everything it names. One that names no kind takes nothing that a
// person has to mark, unless nothing else fits (pool).
type Draw struct {
	Bank     string
	Category string           // of the base file, with what is below it; empty is all
	Tags     []string         // the item has every one
	Level    string           // empty is all
	Kinds    []questions.Kind // empty is all that is marked at once, or else all
	Count    int
	Line     int
}

// Feedback is when candidates see their score, the lessons to read again, the answers, and what people who marked
// their papers gave per criterion and said. The last is "" where it follows the answers, and never comes
// before the score, which it would tell.
type Feedback struct{ Score, Lessons, Answers, Comments Phase }

// Marking is how a person marks what the program cannot.
type Marking struct {
	Second    bool // each answer is marked by two people, who do not see each other's marks
	Tolerance int  // thousandths of a point that their scores of one answer may lie apart; beyond it a third settles it
}

// TitleIn is the section's title in that language, or in the base language.
func (s Section) TitleIn(lang, base locale.Lang) string {
	if t := s.Title[lang]; t != "" {
		return t
	}
	return s.Title[base]
}

// takes reports whether the item is one of those that the draw names, dealable or not. Canaries are none's.
func (d Draw) takes(i questions.Item) bool {
	return i.Canary == 0 &&
		(d.Category == "" || i.Category == d.Category || strings.HasPrefix(i.Category, d.Category+" / ")) &&
		(d.Level == "" || i.Level == d.Level) &&
		(len(d.Kinds) == 0 || slices.Contains(d.Kinds, i.Kind)) &&
		!slices.ContainsFunc(d.Tags, func(tag string) bool { return !slices.Contains(i.Tags, tag) })
}

// draws are all draws, in order, each with the number of its section.
func (b *Blueprint) draws() (draws []Draw, sections []int) {
	for n, s := range b.Sections {
		for _, d := range s.Draws {
			draws, sections = append(draws, d), append(sections, n)
		}
	}
	return draws, sections
}

// Banks are the ids of the banks that the draws name, each once, in order.
func (b *Blueprint) Banks() []string {
	var ids []string
	for _, s := range b.Sections {
		for _, d := range s.Draws {
			if !slices.Contains(ids, d.Bank) {
				ids = append(ids, d.Bank)
			}
		}
	}
	return ids
}

// TitleIn is the exam's title in that language, or in its own.
func (b *Blueprint) TitleIn(lang locale.Lang) string {
	if t := b.Title[lang]; t != "" {
		return t
	}
	return b.Title[b.Lang]
}

// NoticeIn is what stands before the start, in that language or in the base language.
func (b *Blueprint) NoticeIn(lang locale.Lang) string { return b.Notice[b.noticeLang(lang)] }

func (b *Blueprint) noticeLang(lang locale.Lang) locale.Lang {
	if b.Notice[lang] == "" {
		return b.Lang
	}
	return lang
}

// Total is how many questions a form has, canaries included.
func (b *Blueprint) Total() int {
	n := b.Integrity.Canaries
	for _, s := range b.Sections {
		for _, d := range s.Draws {
			n += d.Count
		}
	}
	return n
}
