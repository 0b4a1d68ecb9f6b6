package studio

import (
	"cmp"
	"slices"

	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/questions"
	"bainian/app/web/page"
)

// banksPage is what there is to ask, and what is asked.
type banksPage struct {
	page.Base
	Banks []bankRow
	Exams []examRow
}

type bankRow struct {
	documents.Head
	Title, At                 string
	Items                     int
	Categories, Levels, Kinds []count
	Problems                  fault.Problems
}

type examRow struct {
	documents.Head
	Title, At string
	Blueprint *exams.Blueprint
	Problems  fault.Problems
}

// count is how many items share a name; Key, when there is one, is the name's message.
type count struct {
	Name, Key string
	N         int
}

func (w *Wing) banks(c *page.Ctx) error {
	v := &banksPage{Base: page.Base{Title: c.T("studio.banks")}}
	heads, err := w.shelf.Heads(c.Context(), documents.Bank, documents.Exam)
	if err != nil {
		return err
	}
	blueprints, err := w.room.Exams(c.Context())
	if err != nil {
		return err
	}
	for _, h := range heads {
		d, err := w.shelf.Doc(c.Context(), h.Path)
		if err != nil {
			return err
		}
		problems, err := w.shelf.Lint(c.Context(), d)
		if err != nil {
			return err
		}
		if h.Kind == documents.Exam {
			row := examRow{Head: h, Title: titleOf(d, c.Lang), At: address(h.Path), Problems: problems}
			if i := slices.IndexFunc(blueprints, func(b *exams.Blueprint) bool { return b.File == h.Path }); i >= 0 {
				row.Blueprint = blueprints[i]
			}
			v.Exams = append(v.Exams, row)
			continue
		}
		row := bankRow{Head: h, Title: titleOf(d, c.Lang), At: address(h.Path), Problems: problems}
		if bank, _ := questions.ParseBank(fileOf(d, d.Lang)); bank != nil {
			row.count(bank)
		}
		v.Banks = append(v.Banks, row)
	}
	return c.Page(w.pages, "banks", v)
}

// count counts the items by what a blueprint can draw them by, in the order of the source.
func (r *bankRow) count(b *questions.Bank) {
	r.Items = len(b.Items)
	for _, i := range b.Items {
		tally(&r.Categories, cmp.Or(i.Category, "—"), "")
		if i.Level != "" {
			tally(&r.Levels, i.Level, "studio.level_"+i.Level)
		}
		tally(&r.Kinds, string(i.Kind), "studio.kind_"+string(i.Kind))
	}
	slices.SortFunc(r.Levels, func(a, b count) int {
		return cmp.Compare(slices.Index(questions.Levels(), a.Name), slices.Index(questions.Levels(), b.Name))
	})
}

func tally(counts *[]count, name, key string) {
	i := slices.IndexFunc(*counts, func(c count) bool { return c.Name == name })
	if i < 0 {
		i = len(*counts)
		*counts = append(*counts, count{Name: name, Key: key})
	}
	(*counts)[i].N++
}
