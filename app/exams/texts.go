package exams

import (
	"embed"
	"fmt"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
)

//go:embed texts
var texts embed.FS

// Texts that are longer than a message, each in every language: what exams do with personal data (in two parts, the
// presets between them), the form of a consent, and the template of an impact assessment.
const (
	TextPrivacy     = "privacy"
	TextPrivacyMore = "privacy_more"
	TextConsent     = "consent"
	TextAssessment  = "assessment"
)

// Texts are the names of all of them.
func Texts() []string { return []string{TextPrivacy, TextPrivacyMore, TextConsent, TextAssessment} }

// Text is one of Texts in that language.
func (r *Room) Text(name string, lang locale.Lang) (markdown.HTML, error) {
	file := fmt.Sprintf("texts/%s.%s.md", name, lang)
	src, err := texts.ReadFile(file)
	if err != nil {
		return "", fault.Wrap(err, fault.NotFound, "page.not_found")
	}
	doc, problems := r.md.Render(src, markdown.Options{Lang: lang, File: file})
	return doc.HTML(), problems.Err()
}
