package courses

import (
	"context"

	"go.yaml.in/yaml/v3"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/store"
)

// CompanyPath is the document of the facts that texts quote as variables.
const CompanyPath = "content/company.yaml"

// Variables are what {{company.name}} stands for in each language.
type Variables map[locale.Lang]map[string]string

// Vars are the variables in that language, for domains that render texts of their own. The map is shared: it
// is only read.
func (l *Library) Vars(ctx context.Context, lang locale.Lang) (vars map[string]string, err error) {
	err = l.db.Read(ctx, func(rx *store.Rx) error {
		o, err := l.outlineIn(rx)
		if err == nil {
			vars = o.vars[lang]
		}
		return err
	})
	return vars, err
}

func (l *Library) lintCompany(_ context.Context, d documents.Doc) (fault.Problems, error) {
	_, problems := parseCompany(d)
	return problems, nil
}

// parseCompany reads names and values: a leaf is one text for all languages, or one for each.
func parseCompany(d documents.Doc) (Variables, fault.Problems) {
	c := company{file: d.Path, vars: Variables{}}
	for _, lang := range locale.Langs() {
		c.vars[lang] = map[string]string{}
	}
	text, _ := d.Text(d.Lang)
	var root yaml.Node
	c.problems = markdown.YAML([]byte(text), &root, d.Path, 1)
	if len(c.problems) == 0 && len(root.Content) == 1 {
		c.read("", root.Content[0])
	}
	return c.vars, c.problems
}

type company struct {
	file     string
	vars     Variables
	problems fault.Problems
}

func (c *company) read(name string, n *yaml.Node) {
	if n.Kind == yaml.MappingNode && !markdown.ByLanguage(n) {
		for i := 0; i < len(n.Content); i += 2 {
			inner := n.Content[i].Value
			if name != "" {
				inner = name + "." + inner
			}
			c.read(inner, n.Content[i+1])
		}
		return
	}
	texts, without := markdown.Texts(n)
	if len(texts) == 0 || name == "" {
		c.problems.Add(c.file, n.Line, name, "courses.company_leaf", "name", name)
		return
	}
	for lang, text := range texts {
		c.vars[lang][name] = text
	}
	for _, lang := range without {
		if _, empty := texts[lang]; !empty { // an empty text is a text
			c.problems.Add(c.file, n.Line, name, "courses.company_language", "name", name, "lang", string(lang))
		}
	}
}
