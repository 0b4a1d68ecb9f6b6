package server

// The curriculum that ships is held to what a good course must be: these tests read content/ and quizzes/ as they
// stand in the repository. curriculum_lessons_test.go, curriculum_items_test.go, curriculum_words_test.go and
// curriculum_figures_test.go hold its parts.

import (
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/questions"
)

// curriculum is everything that ships, taken apart.
type curriculum struct {
	files   fs.FS
	lessons []shippedLesson // by path
	banks   map[string]*questions.Bank
	exams   map[string]*exams.Blueprint
	sources map[string]bool // names that lessons may cite
}

// shippedLesson is one lesson in all its languages.
type shippedLesson struct {
	path, track, slug string
	front             map[locale.Lang]lessonFront
	body              map[locale.Lang]string // without front matter
	checks            []questions.Item
}

type lessonFront struct {
	Title      string   `yaml:"title"`
	Lang       string   `yaml:"lang"`
	Track      string   `yaml:"track"`
	Order      int      `yaml:"order"`
	Minutes    int      `yaml:"minutes"`
	Objectives []string `yaml:"objectives"`
}

func (l shippedLesson) ref() string { return l.track + "/" + l.slug }

var lessonName = regexp.MustCompile(`^content/([a-z]+)/[a-z]+/[0-9]+-([a-z0-9-]+)\.md$`)

// shipped reads the curriculum, once for all tests: it takes a third of a second.
func shipped(t *testing.T) *curriculum {
	t.Helper()
	shippedOnce.Do(func() { shippedCurriculum = readCurriculum(t) })
	if shippedCurriculum == nil {
		t.Fatal("the curriculum could not be read; the first test that tried says why")
	}
	return shippedCurriculum
}

var (
	shippedOnce       sync.Once
	shippedCurriculum *curriculum // never changed once it is read
)

func readCurriculum(t *testing.T) *curriculum {
	t.Helper()
	c := &curriculum{files: os.DirFS("../.."), banks: map[string]*questions.Bank{}, exams: map[string]*exams.Blueprint{}, sources: map[string]bool{}}
	for _, top := range []string{"content", "quizzes"} {
		must(t, fs.WalkDir(c.files, top, func(p string, d fs.DirEntry, err error) error {
			base, lang := documents.Split(p)
			if err != nil || d.IsDir() || lang != "" {
				return err
			}
			switch kind, _ := documents.KindOf(base); kind {
			case documents.Lesson:
				c.lessons = append(c.lessons, c.lesson(t, p))
			case documents.Bank:
				base, translations := c.quiz(t, p)
				bank, problems := questions.ParseBank(base, translations...)
				must(t, problems.Err())
				c.banks[bank.ID] = bank
			case documents.Exam:
				base, translations := c.quiz(t, p)
				b, problems := exams.ParseBlueprint(base, translations...)
				must(t, problems.Err())
				c.exams[b.Slug] = b
			}
			return nil
		}))
	}
	var sources struct {
		Sources map[string]any `yaml:"sources"`
	}
	must(t, yaml.Unmarshal([]byte(c.read(t, courses.SourcesPath)), &sources))
	for name := range sources.Sources {
		c.sources[name] = true
	}
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *curriculum) read(t *testing.T, p string) string {
	t.Helper()
	text, err := fs.ReadFile(c.files, p)
	must(t, err)
	return string(text)
}

func (c *curriculum) lesson(t *testing.T, p string) shippedLesson {
	t.Helper()
	m := lessonName.FindStringSubmatch(p)
	l := shippedLesson{path: p, track: m[1], slug: m[2], front: map[locale.Lang]lessonFront{}, body: map[locale.Lang]string{}}
	var fences [][]questions.File
	for _, lang := range locale.Langs() {
		file := documents.FileOf(p, lang, locale.Hant)
		var front lessonFront
		body, line, problems := markdown.FrontMatter([]byte(c.read(t, file)), &front, file)
		must(t, problems.Err())
		l.front[lang], l.body[lang] = front, string(body)
		found, problems := questions.FindChecks(questions.File{Name: file, Lang: lang, Source: body, Line: line})
		must(t, problems.Err())
		for i, f := range found {
			if i == len(fences) {
				fences = append(fences, nil)
			}
			fences[i] = append(fences[i], f.File)
		}
	}
	for _, f := range fences {
		item, problems := questions.ParseCheck(f[0], f[1:]...)
		must(t, problems.Err())
		l.checks = append(l.checks, item)
	}
	return l
}

func (c *curriculum) quiz(t *testing.T, p string) (base questions.File, translations []questions.File) {
	t.Helper()
	for _, lang := range locale.Langs() {
		f := questions.File{Name: documents.FileOf(p, lang, locale.Hant), Lang: lang}
		f.Source = []byte(c.read(t, f.Name))
		if lang == locale.Hant {
			base = f
		} else {
			translations = append(translations, f)
		}
	}
	return base, translations
}

// company are the variables that texts quote, in one language.
func (c *curriculum) company(t *testing.T, lang locale.Lang) map[string]string {
	t.Helper()
	var root yaml.Node
	must(t, yaml.Unmarshal([]byte(c.read(t, courses.CompanyPath)), &root))
	vars := map[string]string{}
	var walk func(name string, n *yaml.Node)
	walk = func(name string, n *yaml.Node) {
		if texts, without := markdown.Texts(n); len(without) == 0 {
			vars[name] = texts[lang]
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			walk(strings.TrimPrefix(name+"."+n.Content[i].Value, "."), n.Content[i+1])
		}
	}
	walk("", root.Content[0])
	return vars
}

// scored are all items of a bank that count in an exam or a drill: no canaries, nothing that a person marks.
func scored(bank *questions.Bank) (items []questions.Item) {
	for _, i := range bank.Items {
		if i.Canary == 0 && !i.Kind.ByHand() {
			items = append(items, i)
		}
	}
	return items
}

// Three tracks of six, five and seven lessons, three banks of 120 items and more, and seven exams; the table is in the
// test's log.
func TestCurriculumIsWhole(t *testing.T) {
	c := shipped(t)
	count := map[string]int{}
	for _, l := range c.lessons {
		count[l.track]++
	}
	if want := map[string]int{"values": 6, "product": 5, "sales": 7}; !maps.Equal(count, want) {
		t.Errorf("lessons %v, want %v", count, want)
	}
	if got := slices.Sorted(maps.Keys(c.exams)); !slices.Equal(got, []string{"drill", "final", "pitch", "practice", "product", "sales", "values"}) {
		t.Errorf("exams %v", got)
	}
	rubrics := map[questions.Kind]int{}
	for _, track := range courses.Tracks() {
		bank := c.banks[track]
		kinds, levels, tags, canaries, variants := map[questions.Kind]int{}, map[string]int{}, map[string]int{}, 0, 0
		for _, i := range bank.Items {
			if i.Canary > 0 {
				canaries++
				continue
			}
			kinds[i.Kind]++
			if i.Kind.ByHand() {
				rubrics[i.Kind]++
				continue
			}
			levels[i.Level]++
			variants += min(1, len(i.Variants))
			for _, tag := range i.Tags {
				tags[tag]++
			}
		}
		n := len(scored(bank))
		t.Logf("%s: %d scored items; kinds %v; levels %v; tags %v; %d canaries; %d with a second wording", track, n, kinds, levels, tags, canaries, variants)
		if n < 120 {
			t.Errorf("%s has %d scored items, want 120", track, n)
		}
		if 4*tags["sjt"] < n {
			t.Errorf("%s: %d of %d items are situational judgement, want a quarter", track, tags["sjt"], n)
		}
		for _, level := range []string{"remember", "understand", "apply", "analyse", "evaluate"} {
			if 20*levels[level] < n || 2*levels[level] > n {
				t.Errorf("%s: %d of %d items are on the level %s", track, levels[level], n, level)
			}
		}
		for _, kind := range []questions.Kind{questions.Single, questions.Multiple, questions.TrueFalse, questions.Order, questions.Match, questions.Numeric, questions.Short} {
			if kinds[kind] < 2 {
				t.Errorf("%s: %d items of kind %s", track, kinds[kind], kind)
			}
		}
	}
	if rubrics[questions.Essay]+rubrics[questions.Recording] < 6 || rubrics[questions.Essay] < 2 || rubrics[questions.Recording] < 2 {
		t.Errorf("items with a rubric: %v", rubrics)
	}
}

// Every exam can be dealt, draws nothing whose answers are shown elsewhere, has canaries to spare and second wordings,
// and cannot be passed by guessing. The one that people mark draws rubrics alone, from which nothing is guessed and no
// canary could hide, and tells its candidates how it was marked.
func TestCurriculumExams(t *testing.T) {
	c := shipped(t)
	const byHand = "pitch"
	practice := map[string]bool{"practice": true, "drill": true}
	for _, slug := range slices.Sorted(maps.Keys(c.exams)) {
		b := c.exams[slug]
		must(t, b.Lint(c.banks).Err())
		all, sections := b.GuessShares(c.banks)
		t.Logf("%s: %d questions, %d of them unscored, %d minutes, pass %d‰; answering at random earns %d‰, by section %v", slug, b.Total(), b.Integrity.Canaries, b.Minutes, b.Pass, all, sections)
		if !practice[slug] && (all > 300 || b.Pass < 800) {
			t.Errorf("%s: guessing earns %d‰, the pass mark is %d‰", slug, all, b.Pass)
		}
		pool := "exam"
		switch {
		case practice[slug]:
			pool = "practice"
		case slug == byHand:
			pool = "rubric"
			kinds := map[questions.Kind]bool{}
			for _, s := range b.Sections {
				for _, d := range s.Draws {
					for _, i := range c.banks[d.Bank].Items {
						kinds[i.Kind] = kinds[i.Kind] || i.Category == d.Category && slices.Contains(i.Tags, pool)
					}
				}
			}
			if all != 0 || !kinds[questions.Essay] || !kinds[questions.Recording] || b.Integrity.Canaries != 0 || b.Feedback.Comments != exams.AtOnce || !b.Marking.Second || b.Marking.Tolerance == 0 {
				t.Errorf("%s earns %d‰ by guessing, asks for %v and is marked by %+v", slug, all, kinds, b.Marking)
			}
		}
		canaries, reworded := 0, 0
		for _, id := range b.Banks() {
			for _, i := range c.banks[id].Items {
				if i.Canary > 0 {
					canaries++
				} else if slices.Contains(i.Tags, "exam") && len(i.Variants) > 0 {
					reworded++
				}
			}
		}
		if pool == "exam" && (b.Integrity.Canaries < 1 || canaries < 2*b.Integrity.Canaries || reworded < 10) {
			t.Errorf("%s asks for %d canaries of %d; %d items have a second wording", slug, b.Integrity.Canaries, canaries, reworded)
		}
		for _, s := range b.Sections {
			for _, d := range s.Draws {
				if !slices.Equal(d.Tags, []string{pool}) {
					t.Errorf("%s draws %v from %s %s, want the tag %s alone", slug, d.Tags, d.Bank, d.Category, pool)
				}
			}
		}
		if answers := b.Feedback.Answers; (answers == exams.Never) == practice[slug] {
			t.Errorf("%s shows its answers %s", slug, answers)
		}
	}
	red := c.exams["final"].Sections[0]
	if red.Pass != 900 || len(red.Draws) != 1 || red.Draws[0].Category != "高壓線" {
		t.Errorf("the final's first section is %+v", red)
	}
	for _, bank := range c.banks {
		for _, i := range bank.Items {
			pools := 0
			for _, tag := range []string{"exam", "practice", "rubric"} {
				if slices.Contains(i.Tags, tag) {
					pools++
				}
			}
			if i.Canary > 0 && pools != 0 || i.Canary == 0 && pools != 1 || slices.Contains(i.Tags, "rubric") != i.Kind.ByHand() {
				t.Errorf("%s: tags %v", i.ID, i.Tags)
			}
		}
	}
}

// The policy that ships has the values that the pledge and the lessons tell, and asks for every exam of the path.
func TestCurriculumPolicy(t *testing.T) {
	c := shipped(t)
	policy, problems := gate.ParsePolicy(gate.PolicyPath, []byte(c.read(t, gate.PolicyPath)))
	must(t, problems.Err())
	if want := (gate.Limits{DrawsPerDay: 10, PerDay: 50, Cap: 200, NewcomerDays: 10, NewcomerPerDay: 15, NewcomerCap: 60}); policy.Limits != want {
		t.Errorf("limits %+v, want %+v", policy.Limits, want)
	}
	var path []string
	for _, n := range policy.Levels[0].Require.All {
		r := n.Requirement
		path = append(path, r.Key())
		if r.Kind == gate.Exam && (r.Within.Hours() != 365*24 || r.Grace.Hours() != 14*24) {
			t.Errorf("%s counts for %v and %v", r.Key(), r.Within, r.Grace)
		}
	}
	if got, want := strings.Join(path, " "), "employed no_red_line no_open_case pledge course:values/culture exam:values course:product/membership exam:product course:sales/craft exam:sales exam:final"; got != want {
		t.Errorf("the gate asks for %s", got)
	}
	for _, r := range policy.Waivables() {
		if strings.Contains(r, "values") || r == "pledge" {
			t.Errorf("%s may be waived", r)
		}
	}
	for _, lang := range locale.Langs() {
		pledge := c.read(t, documents.FileOf(courses.PledgePath, lang, locale.Hant))
		if n := strings.Count(pledge, "\n8. "); n != 1 || !strings.Contains(pledge, "{{contact.ethics}}") || !strings.Contains(pledge, "{{contact.privacy}}") {
			t.Errorf("the pledge in %s lacks a rule or a contact", lang)
		}
	}
}

// The programme is three weeks: a lecture each morning or an exam, sharing each evening, every exam of the path, and
// a graduation at the end.
func TestCurriculumProgramme(t *testing.T) {
	c := shipped(t)
	p, problems := cohorts.ParseProgramme(cohorts.ProgrammePath, []byte(c.read(t, cohorts.ProgrammePath)))
	must(t, problems.Err())
	if p.Days != 15 {
		t.Errorf("%d days, want 15", p.Days)
	}
	byDay := map[int]map[cohorts.Kind]int{}
	for _, e := range p.Events {
		if byDay[e.Day] == nil {
			byDay[e.Day] = map[cohorts.Kind]int{}
		}
		byDay[e.Day][e.Kind]++
		for _, lang := range locale.Langs() {
			if e.Title[lang] == "" || e.Lecturer[lang] == "" {
				t.Errorf("day %d at %v lacks words in %s", e.Day, e.At, lang)
			}
		}
	}
	total := 0
	for day := 1; day <= p.Days; day++ {
		if byDay[day][cohorts.Lecture] == 0 || byDay[day][cohorts.Sharing] == 0 {
			t.Errorf("day %d has %v", day, byDay[day])
		}
		total += byDay[day][cohorts.Exam]
	}
	if total != 5 { // practice, three tracks, final
		t.Errorf("%d exams, want 5", total)
	}
	if last := p.Events[len(p.Events)-1]; last.Day != 15 || !strings.Contains(last.Title[locale.Hant], "畢業") {
		t.Errorf("the last event is %+v", last)
	}
}
