package courses

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/store"
)

// Found is a lesson in which the words of a search were found.
type Found struct {
	LessonLink
	Course  string // its title
	Excerpt string // around the first word in the text; empty when only the title has it, or the lesson is closed
}

// maxFound is how many lessons a search returns.
const maxFound = 30

// checkFence keeps the answers of the checks out of the search.
var checkFence = regexp.MustCompile("(?ms)^```check.*?^```")

// searchIndex knows, per language, in which lessons every pair of neighbouring characters comes: words are
// not separated in Chinese, and a pair is the shortest that means something.
type searchIndex struct {
	mu    sync.Mutex
	langs map[locale.Lang]*langIndex
}

type langIndex struct {
	texts []searchText
	pairs map[[2]rune][]int // ascending positions in texts
}

type searchText struct {
	lesson      *lesson
	title, body string // folded
	shown       []rune // the body as it is read, rune by rune beside the folded one
}

// Search finds the lessons that have every word of q in their title or text, those with it in the title
// first.
func (l *Library) Search(ctx context.Context, p people.Person, q string, lang locale.Lang) (found []Found, err error) {
	var o *outline
	links := map[string]LessonLink{}
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		if o, err = l.outlineIn(rx); err != nil {
			return err
		}
		courses, err := l.coursesIn(rx, o, p, lang)
		for _, c := range courses {
			for _, link := range c.Lessons {
				links[link.Ref] = link
			}
		}
		return err
	})
	words := strings.Fields(foldText(q))
	if err != nil || len(words) == 0 {
		return nil, err
	}
	index := o.searchable(lang)
	for _, inTitle := range []bool{true, false} {
		for _, i := range index.candidates(words) {
			t := index.texts[i]
			if !t.has(words) || t.titled(words) != inTitle || len(found) == maxFound {
				continue
			}
			f := Found{LessonLink: links[t.lesson.ref], Course: t.lesson.course.title(lang)}
			if f.Locked == nil {
				f.Excerpt = t.excerpt(words[0])
			}
			found = append(found, f)
		}
	}
	return found, nil
}

func (o *outline) searchable(lang locale.Lang) *langIndex {
	o.index.mu.Lock()
	defer o.index.mu.Unlock()
	if made := o.index.langs[lang]; made != nil {
		return made
	}
	made := &langIndex{pairs: map[[2]rune][]int{}}
	for _, c := range o.courses {
		for _, le := range c.lessons {
			s, _ := open[lessonMatter](le.doc, lang)
			filled, _ := markdown.Fill(string(s.body), o.vars[s.lang])
			shown := []rune(markdown.Plain(checkFence.ReplaceAllString(filled, "")))
			made.add(searchText{lesson: le, title: foldText(le.title(lang)), body: foldText(string(shown)), shown: shown})
		}
	}
	if o.index.langs == nil {
		o.index.langs = map[locale.Lang]*langIndex{}
	}
	o.index.langs[lang] = made
	return made
}

func (x *langIndex) add(t searchText) {
	at := len(x.texts)
	x.texts = append(x.texts, t)
	for pair := range pairsOf(t.title + " " + t.body) {
		x.pairs[pair] = append(x.pairs[pair], at)
	}
}

func pairsOf(s string) map[[2]rune]bool {
	pairs := map[[2]rune]bool{}
	last := ' '
	for _, r := range s {
		if r != ' ' && last != ' ' {
			pairs[[2]rune{last, r}] = true
		}
		last = r
	}
	return pairs
}

// candidates are the texts that have every pair of every word; a single character has none and rules out
// nothing.
func (x *langIndex) candidates(words []string) []int {
	var left []int
	for i := range x.texts {
		left = append(left, i)
	}
	for pair := range pairsOf(strings.Join(words, " ")) {
		with := x.pairs[pair]
		left = slices.DeleteFunc(left, func(i int) bool { _, ok := slices.BinarySearch(with, i); return !ok })
	}
	return left
}

func (t searchText) has(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(t.title, w) && !strings.Contains(t.body, w) })
}

func (t searchText) titled(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(t.title, w) })
}

// excerpt is the text around the first place of a word.
func (t searchText) excerpt(word string) string {
	at := strings.Index(t.body, word)
	if at < 0 {
		return ""
	}
	const before, after = 20, 60
	n := len([]rune(t.body[:at]))
	from, to := max(n-before, 0), min(n+after, len(t.shown))
	return strings.TrimSpace(string(t.shown[from:to]))
}

// foldText makes texts alike that differ in case, width or white space, rune by rune, so that positions stay.
func foldText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if k := []rune(norm.NFKC.String(string(r))); len(k) == 1 {
			r = k[0]
		}
		if unicode.IsSpace(r) {
			r = ' '
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
