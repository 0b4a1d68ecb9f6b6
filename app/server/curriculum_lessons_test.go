package server

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
)

var (
	checkFences = regexp.MustCompile("(?ms)^```check$.*?^```$")
	figureLine  = regexp.MustCompile(`(?m)^!\[([^\]]*)\]\(([^) ]+)( "[^"]*")?\)$`)
	headingLine = regexp.MustCompile(`(?m)^(#+) (.*)$`)
	variables   = regexp.MustCompile(`\{\{[^}]*\}\}`)
	latinWord   = regexp.MustCompile(`[A-Za-z][A-Za-z'’-]*|[0-9][0-9.,%]*`)
)

// prose is what a reader reads of a lesson beside its checks.
func (l shippedLesson) prose(lang locale.Lang) string {
	return checkFences.ReplaceAllString(l.body[lang], "")
}

func letters(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.IsSpace(r) {
			n++
		}
	}
	return n
}

// A lesson opens with a situation, states what can be done after it, teaches within a quarter of an hour, asks, shows,
// sends its reader off the screen, and sums up.
func TestCurriculumLessons(t *testing.T) {
	c := shipped(t)
	closing := map[locale.Lang][2]string{
		locale.Hant: {"離開螢幕", "摘要"}, locale.Hans: {"离开屏幕", "摘要"}, locale.En: {"Away from the screen", "Summary"},
	}
	kinds := map[questions.Kind]int{}
	for _, l := range c.lessons {
		for _, lang := range locale.Langs() {
			at := fmt.Sprintf("%s in %s", l.path, lang)
			prose := l.prose(lang)
			if n := letters(prose); lang == locale.Hant && (n < 1200 || n > 2500) {
				t.Errorf("%s: %d characters", at, n)
			}
			opening, _, _ := strings.Cut(strings.TrimSpace(prose), "\n## ")
			if paragraphs := strings.Split(strings.TrimSpace(opening), "\n\n"); len(paragraphs) < 2 || strings.HasPrefix(opening, "#") {
				t.Errorf("%s: it opens with %d paragraphs, want a situation and what the reader will be able to do", at, len(paragraphs))
			}
			front := l.front[lang]
			if n := len(front.Objectives); n < 3 || n > 4 {
				t.Errorf("%s: %d objectives", at, n)
			}
			var headings []string
			for _, m := range headingLine.FindAllStringSubmatch(prose, -1) {
				headings = append(headings, m[2])
			}
			if n := len(headings); n < 6 || !strings.HasPrefix(headings[n-2], closing[lang][0]) || headings[n-1] != closing[lang][1] {
				t.Errorf("%s: headings %q", at, headings)
			}
			if bullets := strings.Count(prose[strings.LastIndex(prose, "\n## "):], "\n- "); bullets < 4 || bullets > 6 {
				t.Errorf("%s: the summary has %d points", at, bullets)
			}
			if figures := figureLine.FindAllStringSubmatch(prose, -1); len(figures) < 2 {
				t.Errorf("%s: %d figures", at, len(figures))
			} else {
				for _, f := range figures {
					if letters(f[1]) < 12 || f[3] == "" {
						t.Errorf("%s: %s needs a text that tells what it shows, and a caption", at, f[2])
					}
				}
			}
			if read := l.minutes(lang); math.Abs(float64(front.Minutes)-read) > 0.34*read {
				t.Errorf("%s: it says %d minutes, reading takes about %.0f", at, front.Minutes, read)
			}
			if front.Minutes != l.front[locale.Hant].Minutes || front.Order != l.front[locale.Hant].Order {
				t.Errorf("%s: front matter differs from the base", at)
			}
		}
		if l.track == "product" && !strings.Contains(l.body[locale.Hant], "中國供應商") {
			t.Errorf("%s: 中國供應商 is the worked case of every product lesson", l.path)
		}
		if n := len(l.checks); n < 3 || n > 5 {
			t.Errorf("%s: %d checks", l.path, n)
		}
		mine := map[questions.Kind]bool{}
		for _, check := range l.checks {
			kinds[check.Kind]++
			mine[check.Kind] = true
			for _, lang := range locale.Langs() {
				if check.Text[lang].Explanation == "" {
					t.Errorf("%s: %s explains nothing in %s", l.path, check.ID, lang)
				}
			}
		}
		if len(mine) < 2 {
			t.Errorf("%s: all checks are of one kind", l.path)
		}
	}
	t.Logf("%d lessons; checks by kind %v", len(c.lessons), kinds)
}

// minutes is how long reading takes: 320 Han characters or 220 words a minute, and one minute for each check and figure.
func (l shippedLesson) minutes(lang locale.Lang) float64 {
	prose := l.prose(lang)
	han := 0
	for _, r := range prose {
		if unicode.Is(unicode.Han, r) {
			han++
		}
	}
	words := len(latinWord.FindAllString(variables.ReplaceAllString(prose, "word"), -1))
	return float64(han)/320 + float64(words)/220 + float64(len(l.checks)+len(figureLine.FindAllString(prose, -1)))
}

// hearsay are the words by which a text says that somebody else says so. What a person may read off a fact at hand
// (證據, 數據, 根據點) is none.
var hearsay = map[locale.Lang]*regexp.Regexp{
	locale.Hant: regexp.MustCompile(`(?:^|[^證數根依憑票收論單占])據(?:[^實此點說為以理守]|說，)`),
	locale.Hans: regexp.MustCompile(`(?:^|[^证数根依凭票收论单占])据(?:[^实此点说为以理守]|说，)`),
	locale.En:   regexp.MustCompile(`\b[Aa]ccording to\b`),
}

// Every fact that a lesson takes from outside stands in a paragraph with a note, every note is a source that /sources
// shows, and every source is cited.
func TestCurriculumCitesItsSources(t *testing.T) {
	c := shipped(t)
	cited := map[string]bool{}
	for _, l := range c.lessons {
		for _, lang := range locale.Langs() {
			at := fmt.Sprintf("%s in %s", l.path, lang)
			names := markdown.UndefinedNotes([]byte(l.body[lang]))
			if strings.Contains(l.body[lang], "\n[^") {
				t.Errorf("%s defines notes of its own", at)
			}
			for _, name := range names {
				if cited[name] = true; !c.sources[name] {
					t.Errorf("%s cites %s, which is no source", at, name)
				}
			}
			slices.Sort(names)
			base := markdown.UndefinedNotes([]byte(l.body[locale.Hant]))
			slices.Sort(base)
			if !slices.Equal(names, base) {
				t.Errorf("%s cites %v, the base %v", at, names, base)
			}
			for _, block := range strings.Split(l.prose(lang), "\n\n") {
				if said := hearsay[lang].FindString(block); said != "" && !strings.Contains(block, "[^") && !figureLine.MatchString(block) {
					t.Errorf("%s says %q without a note: %.60s", at, said, block)
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.sources)) {
		if !cited[name] {
			t.Errorf("no lesson cites %s", name)
		}
	}
}

// A translation has the shape of its base: the same headings, paragraphs, points, rows, figures, notes, variables and
// figures of speech in digits.
func TestCurriculumTranslationsDoNotDrift(t *testing.T) {
	c := shipped(t)
	for _, l := range c.lessons {
		base := shapeOf(l.body[locale.Hant])
		for _, lang := range []locale.Lang{locale.Hans, locale.En} {
			got := shapeOf(l.body[lang])
			for _, what := range slices.Sorted(maps.Keys(base)) {
				if got[what] != base[what] {
					t.Errorf("%s in %s: %s %s, in the base %s", l.path, lang, what, got[what], base[what])
				}
			}
			if missing := missingNumbers(l.body[locale.Hant], l.body[lang]); len(missing) > 0 {
				t.Errorf("%s in %s lacks the numbers %v", l.path, lang, missing)
			}
		}
	}
	for _, bank := range c.banks {
		for _, i := range bank.Items {
			for _, lang := range []locale.Lang{locale.Hans, locale.En} {
				texts := [][2]questions.Text{{i.Text[locale.Hant], i.Text[lang]}}
				for _, v := range i.Variants {
					texts = append(texts, [2]questions.Text{v.Text[locale.Hant], v.Text[lang]})
				}
				for _, pair := range texts {
					a, b := words(pair[0]), words(pair[1])
					if missing := missingNumbers(a, b); len(missing) > 0 {
						t.Errorf("%s in %s lacks the numbers %v", i.ID, lang, missing)
					}
					if x, y := variablesOf(a), variablesOf(b); x != y {
						t.Errorf("%s in %s has the variables %s, the base %s", i.ID, lang, y, x)
					}
					for n, f := range pair[0].Feedback {
						if (f == "") != (pair[1].Feedback[n] == "") {
							t.Errorf("%s in %s: choice %d has feedback in one language alone", i.ID, lang, n+1)
						}
					}
				}
			}
		}
	}
}

// words are all words of an item, one part to a line.
func words(x questions.Text) string {
	return strings.Join(slices.Concat([]string{x.Title, x.Stem}, x.Choices, x.Rights, x.Feedback, []string{x.Explanation}), "\n")
}

// shapeOf counts what a translation keeps of a text.
func shapeOf(body string) map[string]string {
	prose := checkFences.ReplaceAllString(body, "")
	blocks, points, rows := 0, 0, 0
	for _, block := range strings.Split(prose, "\n\n") {
		if strings.TrimSpace(block) != "" {
			blocks++
		}
	}
	for line := range strings.Lines(prose) {
		if strings.HasPrefix(strings.TrimSpace(line), "- ") || regexp.MustCompile(`^\s*[0-9]+\. `).MatchString(line) {
			points++
		}
		if strings.HasPrefix(line, "|") {
			rows++
		}
	}
	var headings, figures []string
	for _, m := range headingLine.FindAllStringSubmatch(prose, -1) {
		headings = append(headings, m[1])
	}
	for _, m := range figureLine.FindAllStringSubmatch(prose, -1) {
		figures = append(figures, strings.SplitN(m[2], ".", 2)[0])
	}
	return map[string]string{"blocks": fmt.Sprint(blocks), "points": fmt.Sprint(points), "table rows": fmt.Sprint(rows), "headings": strings.Join(headings, " "),
		"figures": strings.Join(figures, " "), "variables": variablesOf(body), "checks": fmt.Sprint(len(checkFences.FindAllString(body, -1)))}
}

func variablesOf(text string) string {
	found := variables.FindAllString(text, -1)
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

var digits = regexp.MustCompile(`[0-9][0-9,]*(?:\.[0-9]+)?`)

// missingNumbers are the numbers of two digits and more that a translation lacks. Hundreds of millions and tens of
// thousands are counted otherwise in English, so a number before 萬 or 億 is left to the eye.
func missingNumbers(base, translation string) (missing []string) {
	norm := func(s string) string { return strings.ReplaceAll(strings.TrimRight(s, ","), ",", "") }
	there := map[string]bool{}
	for _, n := range digits.FindAllString(translation, -1) {
		there[norm(n)] = true
	}
	for _, at := range digits.FindAllStringIndex(base, -1) {
		n, after := norm(base[at[0]:at[1]]), strings.TrimSpace(base[at[1]:])
		if len(n) < 2 || n[0] == '0' || strings.HasPrefix(after, "萬") || strings.HasPrefix(after, "億") || strings.HasPrefix(after, "月") || there[n] || slices.Contains(missing, n) {
			continue
		}
		missing = append(missing, n)
	}
	return missing
}
