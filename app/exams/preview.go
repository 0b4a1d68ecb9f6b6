package exams

import (
	"context"
	"crypto/sha256"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// FormPreview is a form that somebody could be dealt, as it would look and with what is right.
type FormPreview struct {
	Title     string
	Minutes   int
	Sections  []PaperSection
	Questions []PreviewQuestion
}

// PreviewQuestion is a question of a preview, with where it comes from.
type PreviewQuestion struct {
	AnswerView
	Bank, Item, Variant string
	Canary              bool
}

// previewSeed is the seed that a word stands for in a preview. No candidate's is among them: those are made from the
// secret of a sitting (seed), and nobody finds a word whose digest is one.
func previewSeed(word string) [32]byte { return sha256.Sum256([]byte("bainian preview " + word)) }

// PreviewForm is the form of a word by a blueprint, which need not be published, and the banks of now. Whoever may
// write exams may see it.
func (r *Room) PreviewForm(ctx context.Context, actor people.Person, b *Blueprint, word string, lang locale.Lang) (FormPreview, error) {
	if !documents.MayEdit(actor, documents.Exam) {
		return FormPreview{}, errForbidden()
	}
	p, err := r.paperNow(ctx, b)
	if err != nil {
		return FormPreview{}, err
	}
	return r.preview(ctx, p, b.TitleIn(lang), word, lang)
}

// PreviewOfSitting is the form of a word by what a sitting has pinned: what any of its candidates could be dealt, and
// before it is settled nothing tells what one of them was. Trainers and HR may see it.
func (r *Room) PreviewOfSitting(ctx context.Context, actor people.Person, sittingID, word string, lang locale.Lang) (FormPreview, error) {
	if !actor.Has(people.Trainer, people.HR) {
		return FormPreview{}, errForbidden()
	}
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return FormPreview{}, err
	}
	p, err := r.paperOf(ctx, s.Pins)
	if err != nil {
		return FormPreview{}, err
	}
	return r.preview(ctx, p, s.TitleIn(lang), word, lang)
}

func (r *Room) preview(ctx context.Context, p *paper, title, word string, lang locale.Lang) (FormPreview, error) {
	d := &dealt{seat: &seat{paper: p}}
	var err error
	if d.form, err = p.deal(previewSeed(word), nil); err != nil {
		return FormPreview{}, err
	}
	if d.items, err = p.itemsOf(d.form); err != nil {
		return FormPreview{}, err
	}
	says, err := r.voices(ctx)
	if err != nil {
		return FormPreview{}, err
	}
	v := FormPreview{Title: title, Minutes: p.blueprint.Minutes}
	marks := Grade(d.form, d.items, make([]questions.Response, len(d.items)), nil, p.blueprint)
	for n, q := range r.explained(d, nil, marks, lang, says) {
		f := d.form.Questions[n]
		v.Questions = append(v.Questions, PreviewQuestion{q, f.Bank, f.Item, f.Variant, d.items[n].Canary > 0})
		v.Sections = sectioned(v.Sections, q.Question)
	}
	return v, nil
}

// sectioned adds a question to the sections that the questions before it make up.
func sectioned(sections []PaperSection, q Question) []PaperSection {
	if n := len(sections); n == 0 || sections[n-1].Title != q.Section {
		sections = append(sections, PaperSection{Title: q.Section, First: q.N})
	}
	sections[len(sections)-1].Last = q.N
	return sections
}

// paperNow is what a sitting of the blueprint would pin if it were opened now.
func (r *Room) paperNow(ctx context.Context, b *Blueprint) (*paper, error) {
	var heads []documents.Head
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		heads, err = r.shelf.HeadsIn(rx, documents.Bank)
		return err
	}); err != nil {
		return nil, err
	}
	banks := map[string]*bank{}
	for _, h := range heads {
		for _, id := range b.Banks() {
			if h.Path != bankPath(id) {
				continue
			}
			var err error
			if banks[id], err = r.bankOf(ctx, Pin{Path: h.Path, Version: h.Version}); err != nil {
				return nil, err
			}
		}
	}
	for _, id := range b.Banks() {
		if banks[id] == nil {
			return nil, fault.New(fault.Conflict, "exams.deal_bank", "bank", id)
		}
	}
	known, err := r.knownNow(ctx, banks)
	return newPaper(Pins{Deal: dealing}, b, banks, known), err
}
