package gate

import (
	"context"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/store"
)

type titleKey struct {
	path string
	lang locale.Lang
}

// Titled gives the courses and exams that reasons name their titles in a language.
func (k *Keeper) Titled(ctx context.Context, reasons []Reason, lang locale.Lang) ([]Reason, error) {
	out := make([]Reason, len(reasons))
	err := k.db.Read(ctx, func(rx *store.Rx) error {
		t, err := k.termsIn(rx)
		if err != nil {
			return err
		}
		for i, r := range reasons {
			args := append([]any(nil), r.Args...)
			for j := 0; j+1 < len(args); j += 2 {
				if args[j+1], err = k.titledIn(rx, t, args[j], args[j+1], lang); err != nil {
					return err
				}
			}
			r.Args = args
			out[i] = r
		}
		return nil
	})
	return out, err
}

// titledIn is the title of what an argument of that name refers to: a course, an exam, or exams in their order. Any other
// argument stays as it is.
func (k *Keeper) titledIn(rx *store.Rx, t *terms, name, value any, lang locale.Lang) (any, error) {
	switch name {
	case "course":
		return k.titleIn(rx, t, coursePath(value.(string)), lang)
	case "exam":
		return k.titleIn(rx, t, examPath(value.(string)), lang)
	case "in_order":
		exams := strings.Split(value.(string), orderSign)
		for i, exam := range exams {
			title, err := k.titleIn(rx, t, examPath(exam), lang)
			if err != nil {
				return nil, err
			}
			exams[i] = title
		}
		return strings.Join(exams, " → "), nil
	}
	return value, nil
}

func coursePath(ref string) string { return "content/" + ref + "/course.md" }

func examPath(ref string) string { return "quizzes/" + ref + ".exam.md" }

// titleIn is a document's title, or its path when it is gone.
func (k *Keeper) titleIn(rx *store.Rx, t *terms, path string, lang locale.Lang) (string, error) {
	key := titleKey{path, lang}
	if title, ok := t.titles.Load(key); ok {
		return title.(string), nil
	}
	doc, err := k.shelf.DocIn(rx, path)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return "", err
	}
	title := path
	if err == nil {
		title = titleOf(doc, lang)
	}
	t.titles.Store(key, title)
	return title, nil
}

func titleOf(doc documents.Doc, lang locale.Lang) string {
	text, shown := doc.Text(lang)
	matter := map[string]any{}
	markdown.FrontMatter([]byte(text), &matter, doc.File(shown))
	if title, ok := matter["title"].(string); ok {
		return title
	}
	return doc.Path
}
