package gate

import (
	"context"
	"sync"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/store"
)

// titles keeps the titles of courses and exams as of one edition of the shelf.
type titles struct {
	mu      sync.Mutex
	edition int64
	byPath  map[titleKey]string
}

type titleKey struct {
	path string
	lang locale.Lang
}

// Titled gives the courses and exams that reasons name their titles in a language.
func (k *Keeper) Titled(ctx context.Context, reasons []Reason, lang locale.Lang) ([]Reason, error) {
	out := make([]Reason, len(reasons))
	err := k.db.Read(ctx, func(rx *store.Rx) error {
		for i, r := range reasons {
			args := append([]any(nil), r.Args...)
			for j := 0; j+1 < len(args); j += 2 {
				path := documentOf(args[j], args[j+1])
				if path == "" {
					continue
				}
				title, err := k.titleIn(rx, path, lang)
				if err != nil {
					return err
				}
				args[j+1] = title
			}
			r.Args = args
			out[i] = r
		}
		return nil
	})
	return out, err
}

func documentOf(name, ref any) string {
	switch name {
	case "course":
		return "content/" + ref.(string) + "/course.md"
	case "exam":
		return "quizzes/" + ref.(string) + ".exam.md"
	}
	return ""
}

// titleIn is a document's title, or its path when it is gone.
func (k *Keeper) titleIn(rx *store.Rx, path string, lang locale.Lang) (string, error) {
	edition, err := k.shelf.EditionIn(rx)
	if err != nil {
		return "", err
	}
	key := titleKey{path, lang}
	k.titles.mu.Lock()
	if k.titles.edition != edition || k.titles.byPath == nil {
		k.titles.edition, k.titles.byPath = edition, map[titleKey]string{}
	}
	title, ok := k.titles.byPath[key]
	k.titles.mu.Unlock()
	if ok {
		return title, nil
	}
	doc, err := k.shelf.DocIn(rx, path)
	if fault.Is(err, fault.NotFound) {
		return path, nil
	}
	if err != nil {
		return "", err
	}
	title = titleOf(doc, lang)
	k.titles.mu.Lock()
	k.titles.byPath[key] = title
	k.titles.mu.Unlock()
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
