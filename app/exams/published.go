package exams

import (
	"context"
	"path"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/questions"
	"bainian/app/store"
)

// bank is a parsed version of a bank, with what was rendered of it.
type bank struct {
	*questions.Bank
	items    map[string]questions.Item
	rendered cache[wording, rendered]
}

// bankOf is the parsed bank of a pin.
func (r *Room) bankOf(ctx context.Context, pin Pin) (*bank, error) {
	return r.bank(pin, func() (documents.Doc, error) { return r.version(ctx, pin) })
}

// bankIn is bankOf within a transaction, for a bank that was looked at before.
func (r *Room) bankIn(rx *store.Rx, pin Pin) (*bank, error) {
	return r.bank(pin, func() (documents.Doc, error) { return r.shelf.VersionIn(rx, pin.Path, pin.Version) })
}

func (r *Room) bank(pin Pin, version func() (documents.Doc, error)) (*bank, error) {
	return r.banks.get(pin, func() (*bank, error) {
		doc, err := version()
		if err != nil {
			return nil, err
		}
		parsed, problems := parseBank(doc)
		if err := problems.Err(); err != nil {
			return nil, err
		}
		b := &bank{Bank: parsed, items: map[string]questions.Item{}, rendered: cache[wording, rendered]{size: 4096}}
		for _, item := range parsed.Items {
			b.items[item.ID] = item
		}
		return b, nil
	})
}

// blueprintOf is the parsed blueprint of a pin.
func (r *Room) blueprintOf(ctx context.Context, pin Pin) (*Blueprint, error) {
	return r.blueprint(pin, func() (documents.Doc, error) { return r.version(ctx, pin) })
}

// blueprintIn is blueprintOf within a transaction; one that was not looked at yet is parsed there, which takes
// less than the reading of it.
func (r *Room) blueprintIn(rx *store.Rx, pin Pin) (*Blueprint, error) {
	return r.blueprint(pin, func() (documents.Doc, error) { return r.versionIn(rx, pin) })
}

func (r *Room) blueprint(pin Pin, version func() (documents.Doc, error)) (*Blueprint, error) {
	return r.blueprints.get(pin, func() (*Blueprint, error) {
		doc, err := version()
		if err != nil {
			return nil, err
		}
		b, problems := parseExam(doc)
		return b, problems.Err()
	})
}

func (r *Room) version(ctx context.Context, pin Pin) (doc documents.Doc, err error) {
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		doc, err = r.versionIn(rx, pin)
		return err
	})
	return doc, err
}

func (r *Room) versionIn(rx *store.Rx, pin Pin) (documents.Doc, error) {
	if doc, own, err := rehearsalDoc(pin); own {
		return doc, err
	}
	return r.shelf.VersionIn(rx, pin.Path, pin.Version)
}

// parseBank reads a bank, whose id must be its file's name: a blueprint finds it by that.
func parseBank(doc documents.Doc) (*questions.Bank, fault.Problems) {
	base, translations := files(doc)
	b, problems := questions.ParseBank(base, translations...)
	if len(problems) == 0 && b.ID != idOf(doc.Path) {
		problems.Add(base.Name, 2, b.ID, "exams.id_differs", "file", path.Base(doc.Path), "id", b.ID)
	}
	return b, problems
}

// parseExam reads a blueprint, whose slug must be its file's name.
func parseExam(doc documents.Doc) (*Blueprint, fault.Problems) {
	base, translations := files(doc)
	b, problems := ParseBlueprint(base, translations...)
	if len(problems) == 0 && b.Slug != idOf(doc.Path) {
		problems.Add(base.Name, 2, b.Slug, "exams.id_differs", "file", path.Base(doc.Path), "id", b.Slug)
	}
	return b, problems
}

func examPath(slug string) string { return quizzes + "/" + slug + ".exam.md" }
func bankPath(id string) string   { return quizzes + "/" + id + ".bank.md" }

// idOf is the inverse of both.
func idOf(p string) string {
	id, _, _ := strings.Cut(path.Base(p), ".")
	return id
}

// files are a document's texts as questions reads them, the base file first.
func files(doc documents.Doc) (base questions.File, translations []questions.File) {
	for i, lang := range doc.Langs() {
		f := questions.File{Name: doc.File(lang), Lang: lang, Source: []byte(doc.Sources[lang])}
		if i == 0 {
			base = f
		} else {
			translations = append(translations, f)
		}
	}
	return base, translations
}
