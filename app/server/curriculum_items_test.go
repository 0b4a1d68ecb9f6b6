package server

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"bainian/app/courses"
	"bainian/app/locale"
	"bainian/app/questions"
)

// Every item belongs to a lesson and one of its objectives, is explained by it in every language, and every objective
// is examined at least twice.
func TestCurriculumItemsBelongToLessons(t *testing.T) {
	c := shipped(t)
	lessons := map[string]shippedLesson{}
	for _, l := range c.lessons {
		lessons[l.ref()] = l
	}
	examined := map[string]map[int]int{}
	for _, bank := range c.banks {
		for _, i := range bank.Items {
			l, ok := lessons[i.Lesson]
			if !ok || l.track != bank.ID || i.Objective < 1 || i.Objective > len(l.front[locale.Hant].Objectives) {
				t.Errorf("%s: lesson %q, objective %d", i.ID, i.Lesson, i.Objective)
				continue
			}
			if i.Canary == 0 && !i.Kind.ByHand() {
				if examined[i.Lesson] == nil {
					examined[i.Lesson] = map[int]int{}
				}
				examined[i.Lesson][i.Objective]++
			}
			texts := []map[locale.Lang]questions.Text{i.Text}
			for _, v := range i.Variants {
				texts = append(texts, v.Text)
			}
			for _, text := range texts {
				for _, lang := range locale.Langs() {
					if why := text[lang].Explanation; !i.Kind.ByHand() && !strings.Contains(why, l.front[lang].Title) {
						t.Errorf("%s in %s does not cite %q: %s", i.ID, lang, l.front[lang].Title, why)
					}
				}
			}
		}
	}
	for ref, l := range lessons {
		for n := range l.front[locale.Hant].Objectives {
			if examined[ref][n+1] < 2 {
				t.Errorf("%s: objective %d is examined by %d items", ref, n+1, examined[ref][n+1])
			}
		}
	}
}

// Nobody can guess the key from how an item looks: the right choice is the longest in fewer than 35 of 100 items, its
// places are even, all choices are alike in length, and none speaks of all the others.
func TestCurriculumItemsGiveNoCues(t *testing.T) {
	c := shipped(t)
	all := regexp.MustCompile(`以上皆|以上都|以上均|皆是|都不是|all of the above|none of the above`)
	for _, track := range courses.Tracks() {
		for _, lang := range locale.Langs() {
			n, longest, places := 0, 0, [4]int{}
			for _, i := range c.banks[track].Items {
				text := i.Text[lang]
				for _, choice := range text.Choices {
					if all.MatchString(strings.ToLower(choice)) {
						t.Errorf("%s in %s: %s", i.ID, lang, choice)
					}
				}
				if i.Kind != questions.Single || i.Canary > 0 {
					continue
				}
				if len(text.Choices) != 4 {
					t.Errorf("%s has %d choices", i.ID, len(text.Choices))
					continue
				}
				key := slices.Index(i.Right, true)
				var length [4]int
				for k, choice := range text.Choices {
					length[k] = letters(choice)
				}
				n++
				places[key]++
				if length[key] == slices.Max(length[:]) && most(length[:]) == 1 {
					longest++
				}
				if slices.Max(length[:]) > 2*slices.Min(length[:])+6 {
					t.Errorf("%s in %s: choices of %v characters", i.ID, lang, length)
				}
			}
			t.Logf("%s in %s: of %d single choices the right one is the longest in %d; it stands %v times in each place", track, lang, n, longest, places)
			if 100*longest >= 35*n {
				t.Errorf("%s in %s: the right choice is the longest in %d of %d items", track, lang, longest, n)
			}
			for place, count := range places {
				if 100*count < 15*n || 100*count > 35*n {
					t.Errorf("%s: the right choice stands %d times of %d in place %d", track, count, n, place+1)
				}
			}
		}
	}
}

// most is how many of the numbers are the greatest.
func most(all []int) (n int) {
	for _, v := range all {
		if v == slices.Max(all) {
			n++
		}
	}
	return n
}

// A situation pays each choice by what it does: the code's own in full, some of the others in part, and the worst a
// quarter at most.
func TestCurriculumSituationsPayInPart(t *testing.T) {
	c := shipped(t)
	for _, bank := range c.banks {
		for _, i := range bank.Items {
			if !slices.Contains(i.Tags, "sjt") {
				continue
			}
			part := 0
			for _, credit := range i.Credit {
				if credit > 0 && credit < 1000 {
					part++
				}
			}
			if i.Kind != questions.Single || part == 0 || slices.Min(i.Credit) > 250 {
				t.Errorf("%s (%s): credits %v", i.ID, i.Kind, i.Credit)
			}
		}
	}
}

// tells are words of reporting. Where the right choice alone has one, nobody need know the code to find it.
var tells = regexp.MustCompile(`報|告訴主管|告訴人資|寫信到|通知主管|知會|監考員|交給主管|轉給`)

// "Choose whoever reports" is no way to pass: in most situations another choice reports as well, and still goes along,
// comes too late or leaves something out.
func TestCurriculumSituationsAskMoreThanToReport(t *testing.T) {
	c := shipped(t)
	for _, track := range courses.Tracks() {
		n, told := 0, 0
		for _, i := range c.banks[track].Items {
			if !slices.Contains(i.Tags, "sjt") {
				continue
			}
			texts := []questions.Text{i.Text[locale.Hant]}
			for _, v := range i.Variants {
				texts = append(texts, v.Text[locale.Hant])
			}
			for _, text := range texts {
				reporting, right := 0, false
				for k, choice := range text.Choices {
					if tells.MatchString(choice) {
						reporting++
						right = right || i.Right[k]
					}
				}
				if n++; right && reporting == 1 {
					told++
				}
			}
		}
		t.Logf("%s: in %d of %d situations the right choice is the only one that reports", track, told, n)
		if 100*told > 35*n {
			t.Errorf("%s: in %d of %d situations the right choice is the only one that reports", track, told, n)
		}
	}
}

// said is one wording of an item or a check, in one language.
type said struct {
	id, stem string
	rows     []string
	key      string // the right choice of a single, or what is typed
	grams    map[string]bool
}

func (c *curriculum) said(lang locale.Lang) []said {
	var all []said
	add := func(i questions.Item, name string, text questions.Text) {
		s := said{id: i.ID, stem: text.Stem, rows: slices.Concat(text.Choices, text.Rights)}
		if name != "" {
			s.id += "/" + name
		}
		if s.stem == "" {
			s.stem = text.Title
		}
		if i.Kind == questions.Single {
			s.key = text.Choices[slices.Index(i.Right, true)]
		}
		s.grams = grams(s.stem + " " + strings.Join(s.rows, " "))
		all = append(all, s)
	}
	for _, track := range courses.Tracks() {
		for _, i := range c.banks[track].Items {
			if i.Kind.ByHand() {
				continue
			}
			add(i, "", i.Text[lang])
			for _, v := range i.Variants {
				add(i, v.Name, v.Text[lang])
			}
		}
	}
	for _, l := range c.lessons {
		for _, check := range l.checks {
			add(check, "", check.Text[lang])
		}
	}
	return all
}

// item is the id of the item that it is a wording of.
func (s said) item() string { return strings.Split(s.id, "/")[0] }

// grams are the triples of neighbouring letters of a text.
func grams(text string) map[string]bool {
	var runes []rune
	for _, r := range strings.ToLower(text) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			runes = append(runes, r)
		}
	}
	set := map[string]bool{}
	for n := 3; n <= len(runes); n++ {
		set[string(runes[n-3:n])] = true
	}
	return set
}

// alike is the share of triples that two texts have in common (Jaccard).
func alike(a, b map[string]bool) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	both := 0
	for g := range a {
		if b[g] {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// nearDuplicate is the likeness above which two items are taken for one; it leaves room for situations that share a
// frame ("你怎麼做？") and lists that share their names.
const nearDuplicate = 0.4

// No question comes twice, neither word for word nor nearly so, in the banks, their second wordings and the lessons'
// checks.
func TestCurriculumHasNoDuplicates(t *testing.T) {
	c := shipped(t)
	all := c.said(locale.Hant)
	closest, pair := 0.0, ""
	for n, a := range all {
		for _, b := range all[n+1:] {
			if a.item() == b.item() { // its second wording has a test of its own
				continue
			}
			likeness := alike(a.grams, b.grams)
			if likeness > closest {
				closest, pair = likeness, a.id+" and "+b.id
			}
			if likeness > nearDuplicate {
				t.Errorf("%s and %s are %.0f%% alike", a.id, b.id, 100*likeness)
			}
		}
	}
	t.Logf("%d wordings; the closest pair, %s, is %.0f%% alike", len(all), pair, 100*closest)
}

// No question tells another's answer: the words of a right choice stand in no other question's stem, of whatever pool.
func TestCurriculumItemsDoNotAnswerEachOther(t *testing.T) {
	c := shipped(t)
	for _, lang := range locale.Langs() {
		all := c.said(lang)
		for _, a := range all {
			key := strings.Trim(strings.TrimSpace(a.key), "「」“”‘’。.")
			if letters(key) < 6 || lang == locale.En && letters(key) < 16 {
				continue
			}
			for _, b := range all {
				if a.item() != b.item() && strings.Contains(b.stem, key) {
					t.Errorf("the question of %s in %s holds the answer of %s: %s", b.id, lang, a.id, key)
				}
			}
		}
	}
}

// A second wording is one: it asks in other words, or offers other choices.
func TestCurriculumSecondWordingsDiffer(t *testing.T) {
	c := shipped(t)
	for _, track := range courses.Tracks() {
		for _, i := range c.banks[track].Items {
			for _, v := range i.Variants {
				for _, lang := range locale.Langs() {
					asked := alike(grams(i.Text[lang].Stem), grams(v.Text[lang].Stem))
					offered := alike(grams(strings.Join(i.Text[lang].Choices, "\n")), grams(strings.Join(v.Text[lang].Choices, "\n")))
					if likeness := min(asked, offered); likeness > 0.5 {
						t.Errorf("%s and its wording %s in %s are %.0f%% alike", i.ID, v.Name, lang, 100*likeness)
					}
				}
			}
		}
	}
}

// A canary looks like any other item; what gives it away is known to the program alone.
func TestCurriculumCanaries(t *testing.T) {
	c := shipped(t)
	for _, track := range courses.Tracks() {
		lessons := map[string]int{}
		for _, i := range c.banks[track].Items {
			if i.Canary == 0 {
				continue
			}
			lessons[i.Lesson]++
			if i.Kind != questions.Single || len(i.Right) != 4 || i.Right[i.Canary-1] || i.Credit[i.Canary-1] > 0 || strings.Contains(strings.Join(i.Tags, " "), "canary") {
				t.Errorf("%s is no canary: planted %d, key %v, credits %v", i.ID, i.Canary, i.Right, i.Credit)
			}
		}
		for _, l := range c.lessons {
			if l.track == track && lessons[l.ref()] != 1 {
				t.Errorf("%s has %d canaries", l.ref(), lessons[l.ref()])
			}
		}
	}
}
