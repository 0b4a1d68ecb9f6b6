package exams

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/questions"
)

// ParseBlueprint reads an exam file and its translations. It reports every problem of every file at once; the
// blueprint is nil exactly when there is one. That it can be dealt is for Lint to prove.
func ParseBlueprint(base questions.File, translations ...questions.File) (*Blueprint, fault.Problems) {
	fields, notice, problems := questions.FrontMatter(base)
	if fields == nil {
		return nil, problems
	}
	b := &Blueprint{File: base.Name, Lang: base.Lang, Title: map[locale.Lang]string{}, Notice: map[locale.Lang]string{},
		Integrity: unwatched(), Feedback: Feedback{Score: AtOnce, Lessons: AtOnce, Answers: Never}}
	p := examReader{file: base.Name, problems: &problems}
	if stated, _ := member(fields, "lang"); stated != nil {
		b.Lang = locale.Lang(p.oneOf(stated, "lang", langNames()...))
	} else if b.Lang == "" {
		b.Lang = locale.Hant
	}
	b.Notice[b.Lang] = notice
	p.exam(b, fields)
	for _, t := range translations {
		p.translation(b, fields, t)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return b, nil
}

// examReader reads the values of one file's front matter and reports what is wrong with them.
type examReader struct {
	file     string
	problems *fault.Problems
}

func (p examReader) add(n *yaml.Node, key string, args ...any) {
	p.problems.Add(p.file, n.Line, "", "exams.blueprint_"+key, args...)
}

func (p examReader) exam(b *Blueprint, fields *yaml.Node) {
	p.each(fields, "exam", func(name string, v *yaml.Node) bool {
		switch name {
		case "exam":
			if b.Slug = p.text(v, name); b.Slug != "" && !slugForm.MatchString(b.Slug) {
				p.add(v, "value", "name", name, "want", "values-final")
			}
		case "title":
			b.Title[b.Lang] = p.text(v, name)
		case "lang":
		case "track":
			b.Track = p.text(v, name)
		case "minutes":
			b.Minutes = p.number(v, name, 1, 600)
		case "pass":
			b.Pass, b.PassLine = p.percent(v, name), v.Line
		case "attempts":
			b.Attempts = p.number(v, name, 0, 100)
		case "cooldown":
			b.Cooldown = p.span(v, name)
		case "reread":
			b.Reread = p.texts(v, name)
		case "after":
			b.After = p.texts(v, name)
		case "sections":
			b.Sections = p.sections(v, b.Lang)
		case "integrity":
			p.policy(&b.Integrity, v)
		case "feedback":
			p.feedback(&b.Feedback, v)
		case "marking":
			p.marking(&b.Marking, v)
		default:
			return false
		}
		return true
	})
	for _, name := range []string{"exam", "title", "minutes", "pass", "sections"} {
		if v, _ := member(fields, name); v == nil {
			p.add(fields, "required", "name", name)
		}
	}
}

func (p examReader) sections(list *yaml.Node, lang locale.Lang) (sections []Section) {
	for _, n := range p.list(list, "sections") {
		s := Section{Title: map[locale.Lang]string{}, Line: n.Line}
		p.each(n, "sections", func(name string, v *yaml.Node) bool {
			switch name {
			case "title":
				s.Title[lang] = p.text(v, name)
			case "pass":
				s.Pass, s.PassLine = p.percent(v, name), v.Line
			case "draw":
				for _, d := range p.list(v, name) {
					s.Draws = append(s.Draws, p.draw(d))
				}
			default:
				return false
			}
			return true
		})
		if s.Title[lang] == "" {
			p.add(n, "required", "name", "title")
		}
		if len(s.Draws) == 0 {
			p.add(n, "required", "name", "draw")
		}
		sections = append(sections, s)
	}
	return sections
}

func (p examReader) draw(n *yaml.Node) Draw {
	d := Draw{Line: n.Line}
	p.each(n, "draw", func(name string, v *yaml.Node) bool {
		switch name {
		case "bank":
			d.Bank = p.text(v, name)
		case "category":
			d.Category = questions.CategoryName(p.text(v, name))
		case "tags":
			d.Tags = p.texts(v, name)
		case "level":
			d.Level = p.oneOf(v, name, questions.Levels()...)
		case "kind":
			d.Kinds = p.kinds(v, name)
		case "count":
			d.Count = p.number(v, name, 1, 500)
		default:
			return false
		}
		return true
	})
	if d.Bank == "" {
		p.add(n, "required", "name", "bank")
	}
	if v, _ := member(n, "count"); v == nil {
		p.add(n, "required", "name", "count")
	}
	return d
}

// kinds reads one kind or a list of them; "by-hand" is all that a person marks.
func (p examReader) kinds(n *yaml.Node, name string) (kinds []questions.Kind) {
	const byHand = "by-hand"
	known := []string{byHand}
	for _, k := range questions.Kinds() {
		known = append(known, string(k))
	}
	names := []*yaml.Node{n}
	if n.Kind != yaml.ScalarNode {
		names = p.list(n, name)
	}
	for _, item := range names {
		switch stated := p.oneOf(item, name, known...); stated {
		case byHand:
			kinds = append(kinds, slices.DeleteFunc(questions.Kinds(), func(k questions.Kind) bool { return !k.ByHand() })...)
		default:
			kinds = append(kinds, questions.Kind(stated))
		}
	}
	return kinds
}

func (p examReader) feedback(f *Feedback, n *yaml.Node) {
	p.each(n, "feedback", func(name string, v *yaml.Node) bool {
		phase := Phase(p.oneOf(v, name, string(Never), string(WhenClosed), string(AtOnce)))
		switch name {
		case "score":
			f.Score = phase
		case "lessons":
			f.Lessons = phase
		case "answers":
			f.Answers = phase
		case "comments":
			f.Comments = phase
		default:
			return false
		}
		return true
	})
	if f.Comments.before(f.Score) {
		p.add(n, "comments", "comments", string(f.Comments), "score", string(f.Score))
	}
}

func (p examReader) marking(m *Marking, n *yaml.Node) {
	apart := n
	p.each(n, "marking", func(name string, v *yaml.Node) bool {
		switch name {
		case "second":
			m.Second = p.oneOf(v, name, "true", "false") == "true"
		case "tolerance":
			m.Tolerance, apart = p.points(v, name), v
		default:
			return false
		}
		return true
	})
	if m.Tolerance > 0 && !m.Second {
		p.add(apart, "tolerance")
	}
}

// each walks a mapping; read says whether it knows the name.
func (p examReader) each(n *yaml.Node, where string, read func(name string, v *yaml.Node) bool) {
	if n.Kind != yaml.MappingNode {
		p.add(n, "value", "name", where, "want", "{name: value}")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		switch {
		case seen[name.Value]:
			p.add(name, "twice", "name", name.Value)
		case !read(name.Value, n.Content[i+1]):
			p.add(name, "unknown", "name", name.Value, "where", where)
		}
		seen[name.Value] = true
	}
}

func (p examReader) list(n *yaml.Node, name string) []*yaml.Node {
	if n.Kind != yaml.SequenceNode {
		p.add(n, "value", "name", name, "want", "[…]")
		return nil
	}
	return n.Content
}

func (p examReader) text(n *yaml.Node, name string) string {
	s := strings.TrimSpace(n.Value)
	if n.Kind != yaml.ScalarNode || s == "" {
		p.add(n, "value", "name", name, "want", "abc")
		return ""
	}
	return s
}

func (p examReader) texts(n *yaml.Node, name string) (all []string) {
	for _, c := range p.list(n, name) {
		all = append(all, p.text(c, name))
	}
	return all
}

func (p examReader) oneOf(n *yaml.Node, name string, known ...string) string {
	if s := strings.TrimSpace(n.Value); n.Kind == yaml.ScalarNode && slices.Contains(known, s) {
		return s
	}
	p.add(n, "value", "name", name, "want", strings.Join(known, ", "))
	return known[0]
}

func (p examReader) number(n *yaml.Node, name string, least, most int) int {
	if i, err := strconv.Atoi(n.Value); n.Kind == yaml.ScalarNode && err == nil && i >= least && i <= most {
		return i
	}
	p.add(n, "value", "name", name, "want", strconv.Itoa(least)+"–"+strconv.Itoa(most))
	return 0
}

var (
	slugForm    = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,63}$`)
	percentForm = regexp.MustCompile(`^([0-9]{1,4})(?:\.([0-9]))? ?%$`)
	pointsForm  = regexp.MustCompile(`^([0-9]{1,3})(?:\.([0-9]{1,3}))?$`)
	hoursForm   = regexp.MustCompile(`^([0-9]{1,4}) ?(m|h|d)$`)
)

// percent reads "80%" or "66.6%" as thousandths; nobody can earn more than there is.
func (p examReader) percent(n *yaml.Node, name string) int {
	m := percentForm.FindStringSubmatch(n.Value)
	if n.Kind != yaml.ScalarNode || m == nil {
		p.add(n, "value", "name", name, "want", "80%")
		return 0
	}
	whole, _ := strconv.Atoi(m[1])
	part, _ := strconv.Atoi("0" + m[2])
	share := whole*10 + part
	if share > 1000 {
		p.add(n, "pass_high", "pass", n.Value)
	}
	return share
}

// points reads "1" or "0.5" as thousandths of a point.
func (p examReader) points(n *yaml.Node, name string) int {
	m := pointsForm.FindStringSubmatch(n.Value)
	if n.Kind != yaml.ScalarNode || m == nil {
		p.add(n, "value", "name", name, "want", "0, 0.5, 1")
		return 0
	}
	whole, _ := strconv.Atoi(m[1])
	part, _ := strconv.Atoi((m[2] + "000")[:3])
	return whole*1000 + part
}

// span reads "30m", "24h" or "2d".
func (p examReader) span(n *yaml.Node, name string) time.Duration {
	m := hoursForm.FindStringSubmatch(n.Value)
	if n.Kind != yaml.ScalarNode || m == nil {
		p.add(n, "value", "name", name, "want", "30m, 24h, 2d")
		return 0
	}
	count, _ := strconv.Atoi(m[1])
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[2]]
	return time.Duration(count) * unit
}

// member is a value of a mapping and its name.
func member(fields *yaml.Node, name string) (value, key *yaml.Node) {
	for i := 0; fields.Kind == yaml.MappingNode && i+1 < len(fields.Content); i += 2 {
		if fields.Content[i].Value == name {
			return fields.Content[i+1], fields.Content[i]
		}
	}
	return nil, nil
}

func langNames() []string {
	var names []string
	for _, l := range locale.Langs() {
		names = append(names, string(l))
	}
	return names
}
