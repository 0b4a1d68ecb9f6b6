package markdown

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"bainian/app/locale"
)

// Texts reads a leaf of a document whose languages stand in one file: one string for all of them, or one for each.
// without are the languages that it has no text in; a node of any other shape has none in any.
func Texts(n *yaml.Node) (texts map[locale.Lang]string, without []locale.Lang) {
	texts = map[locale.Lang]string{}
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!str":
		for _, lang := range locale.Langs() {
			texts[lang] = n.Value
		}
	case ByLanguage(n):
		for i := 0; i < len(n.Content); i += 2 {
			texts[locale.Lang(n.Content[i].Value)] = n.Content[i+1].Value
		}
	}
	without = slices.DeleteFunc(locale.Langs(), func(lang locale.Lang) bool { return strings.TrimSpace(texts[lang]) != "" })
	return texts, without
}

// ByLanguage reports whether a node is a mapping of languages to texts, and of nothing else.
func ByLanguage(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return false
	}
	seen := map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		lang := n.Content[i].Value
		if !locale.Lang(lang).Valid() || n.Content[i+1].Kind != yaml.ScalarNode || seen[lang] {
			return false
		}
		seen[lang] = true
	}
	return true
}
