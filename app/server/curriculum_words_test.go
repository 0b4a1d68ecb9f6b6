package server

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"bainian/app/documents"
	"bainian/app/locale"
)

// texts are all files of content/ and quizzes/ that a reader may meet, by path, with their language; drawings too.
func (c *curriculum) texts(t *testing.T) map[string]locale.Lang {
	t.Helper()
	all := map[string]locale.Lang{}
	for _, top := range []string{"content", "quizzes"} {
		must(t, fs.WalkDir(c.files, top, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(p, "README.md") || strings.HasSuffix(p, ".yaml") {
				return err
			}
			_, lang := documents.Split(p)
			if lang == "" {
				lang = locale.Hant
			}
			all[p] = lang
			return nil
		}))
	}
	return all
}

// glossary is testdata/glossary.yaml.
type glossary struct {
	Terms []map[locale.Lang][]string `yaml:"terms"`
	Names []string                   `yaml:"names"`
	Avoid map[locale.Lang][]string   `yaml:"avoid"`
}

func readGlossary(t *testing.T) (g glossary) {
	t.Helper()
	text, err := os.ReadFile("testdata/glossary.yaml")
	must(t, err)
	must(t, yaml.Unmarshal(text, &g))
	if len(g.Terms) < 15 || len(g.Avoid) != 3 {
		t.Fatalf("the glossary holds %d terms", len(g.Terms))
	}
	return g
}

// Each language says things in its own words, and one thing in one word: what a base text names, its translation names
// by the glossary's term.
func TestCurriculumKeepsToItsGlossary(t *testing.T) {
	c, g := shipped(t), readGlossary(t)
	found := func(text string, words []string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(w)) })
	}
	for p, lang := range c.texts(t) {
		text := c.read(t, p)
		for _, name := range g.Names {
			text = strings.ReplaceAll(text, name, "")
		}
		for _, word := range g.Avoid[lang] {
			if at := strings.Index(strings.ToLower(text), word); at >= 0 {
				t.Errorf("%s:%d: %s", p, 1+strings.Count(text[:at], "\n"), word)
			}
		}
		if strings.HasSuffix(p, ".svg") || lang == locale.Hant {
			continue
		}
		base, _ := documents.Split(p)
		source := c.read(t, base)
		if kind, _ := documents.KindOf(base); kind == documents.Exam { // its draws name categories of the base
			source, text = afterFront(source), afterFront(text)
		}
		for _, term := range g.Terms {
			if found(source, term[locale.Hant]) && !found(text, term[lang]) {
				t.Errorf("%s: %s is nowhere called %q", p, term[locale.Hant][0], term[lang])
			}
		}
	}
}

// afterFront is a file without its front matter.
func afterFront(text string) string { return text[strings.LastIndex(text, "\n---\n"):] }

// unproven are facts that no source carries, or on which sources differ: they stand nowhere, not even to be denied.
var unproven = map[string]*regexp.Regexp{
	"the share of sales of two dismissed":    regexp.MustCompile(`(業績|业绩|sales).{0,8}(50|60) ?(%|％|percent)|(50|60) ?(%|％).{0,8}(業績|业绩)的?(頂尖|顶尖)`),
	"prices that were never found":           regexp.MustCompile(`19[,，]?800|2[,，]?300 ?元|2[,，]?800 ?元|出口通|(上限|封頂).{0,6}6 ?萬`),
	"misprints of the fraud case":            regexp.MustCompile(`2[,，]?236\b|近 ?3[,，]?000 ?家`),
	"the first and second cohort by name":    regexp.MustCompile(`一百大|二百大`),
	"other programmes by name":               regexp.MustCompile(`俠客行|侠客行|百年誠信|百年诚信|湖畔`),
	"a quota of visits":                      regexp.MustCompile(`(每天|每日|一天) ?(8|八) ?(訪|访|家拜訪)|8 visits a day|eight visits a day`),
	"medals and commissions":                 regexp.MustCompile(`(金牌|銀牌|银牌|銅牌|铜牌)(銷售|销售|業務)|前中後|前中后|定崗定責|定岗定责`),
	"the last value is not appraised":        regexp.MustCompile(`(末條|末条|最後一條|最后一条).{0,6}(不考核|不考評)`),
	"eighteen people and five billion":       regexp.MustCompile(`18 ?人.{0,4}50 ?億|50 ?億.{0,6}18 ?人`),
	"how many were dismissed over mooncakes": regexp.MustCompile(`(四|五|4|5) ?(名|位|人).{0,10}(月餅|月饼)|(four|five) (employees|people|engineers).{0,30}mooncake`),
	"the year appraisal of values began":     regexp.MustCompile(`(2001|2003) ?年(起|開始|开始).{0,8}(考核價值觀|考核价值观|價值觀考核|价值观考核)`),
	"a bell curve of 271":                    regexp.MustCompile(`\b271\b`),
	"one dollar of profit by currency":       regexp.MustCompile(`(人民幣|人民币|美元|RMB|US\$) ?(1|一) ?元?.{0,8}(獲利|盈利|profit)`),
}

// The patterns themselves are held to find what they are for: one that has gone wrong would let everything pass.
func TestUnprovenFactsAreFound(t *testing.T) {
	said := map[string][]string{
		"the share of sales of two dismissed":    {"兩人的業績占全部的 60%", "they made sales of 50 percent", "60%的业绩顶尖者"},
		"prices that were never found":           {"年費 19,800 元", "出口通", "上限是 6 萬"},
		"misprints of the fraud case":            {"2,236 家", "近 3,000 家"},
		"the first and second cohort by name":    {"一百大", "二百大"},
		"other programmes by name":               {"俠客行", "百年诚信"},
		"a quota of visits":                      {"每天 8 訪", "一天八家拜訪", "eight visits a day"},
		"medals and commissions":                 {"金牌銷售", "铜牌销售", "定崗定責"},
		"the last value is not appraised":        {"末條不考核", "最后一条不考核"},
		"eighteen people and five billion":       {"18 人做到 50 億", "50億靠18人"},
		"how many were dismissed over mooncakes": {"四名工程師搶月餅", "four employees grabbed mooncakes"},
		"the year appraisal of values began":     {"2003 年起考核價值觀", "2001年开始价值观考核"},
		"a bell curve of 271":                    {"按 271 排名"},
		"one dollar of profit by currency":       {"人民幣一元的獲利", "US$ 1 profit"},
	}
	for fact, pattern := range unproven {
		if len(said[fact]) == 0 {
			t.Errorf("%s: no example", fact)
		}
		for _, text := range said[fact] {
			if !pattern.MatchString(text) {
				t.Errorf("%s: %q is not found", fact, text)
			}
		}
	}
}

var tags = regexp.MustCompile(`<[^>]*>`)

func TestCurriculumTellsNoUnprovenFact(t *testing.T) {
	c := shipped(t)
	for p := range c.texts(t) {
		text := c.read(t, p)
		if strings.HasSuffix(p, ".svg") { // a number of a drawing's geometry says nothing
			text = tags.ReplaceAllString(text, "")
		}
		for fact, pattern := range unproven {
			if at := pattern.FindStringIndex(text); at != nil {
				t.Errorf("%s:%d: %s: %s", p, 1+strings.Count(text[:at[0]], "\n"), fact, text[at[0]:at[1]])
			}
		}
	}
}

// A case of wrongdoing names roles, not living people: whoever resigned in 2011 stands in no text at all, or is met
// as a teacher of the early days alone.
func TestCurriculumNamesRolesInCases(t *testing.T) {
	c := shipped(t)
	nowhere := regexp.MustCompile(`衛哲|卫哲|David Wei|陸兆禧|陆兆禧|蔣芳|蒋芳`)
	teacher := regexp.MustCompile(`李旭暉|李旭晖|Elvis Lee|Li Xuhui`)
	for p := range c.texts(t) {
		text := c.read(t, p)
		if name := nowhere.FindString(text); name != "" {
			t.Errorf("%s names %s", p, name)
		}
		if name := teacher.FindString(text); name != "" && !strings.Contains(p, "/01-origin") && !strings.Contains(p, "/origin-") && !strings.HasPrefix(p, "quizzes/values.bank") {
			t.Errorf("%s names %s", p, name)
		}
	}
	for _, i := range c.banks["values"].Items {
		for lang, text := range i.Text {
			if i.Lesson != "values/origin" && teacher.MatchString(words(text)) {
				t.Errorf("%s in %s names who resigned", i.ID, lang)
			}
		}
	}
}

// The company's names, prices and addresses stand in company.yaml alone, so that replacing them there replaces them
// everywhere; and nothing claims to belong to another company.
func TestCurriculumQuotesTheCompanyByVariables(t *testing.T) {
	c := shipped(t)
	literal := regexp.MustCompile(`遠帆|远帆|Farsail|48,000|98,000|0800-|farsail\.example`)
	used := map[string]bool{}
	for p := range c.texts(t) {
		text := c.read(t, p)
		if at := literal.FindStringIndex(text); at != nil {
			t.Errorf("%s:%d: %s", p, 1+strings.Count(text[:at[0]], "\n"), text[at[0]:at[1]])
		}
		for _, v := range variables.FindAllString(text, -1) {
			used[strings.Trim(v, "{} ")] = true
		}
	}
	for name := range c.company(t, locale.En) {
		if !used[name] && name != "company.mission" {
			t.Errorf("company.yaml: nothing quotes {{%s}}", name)
		}
	}
}
