package exams

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/questions"
	"bainian/app/store"
)

// paper is a blueprint with the banks it draws from, all of pinned versions, and what was known of their items.
type paper struct {
	pins      Pins
	blueprint *Blueprint
	banks     map[string]*bank // by id
	known     Known
	deck      func() (*deck, error) // made once
}

// deal is the form of a seed for a person who was dealt those before, the oldest first.
func (p *paper) deal(seed [32]byte, before []Form) (Form, error) {
	k, err := p.deck()
	if err != nil {
		return Form{}, err
	}
	return k.deal(seed, before)
}

func newPaper(pins Pins, b *Blueprint, banks map[string]*bank, known Known) *paper {
	p := &paper{pins: pins, blueprint: b, banks: banks, known: known}
	p.deck = sync.OnceValues(func() (*deck, error) {
		parsed := make(map[string]*questions.Bank, len(banks))
		for id, b := range banks {
			parsed[id] = b.Bank
		}
		return newDeck(b, parsed, pins.Deal, known)
	})
	return p
}

// paperOf is the paper of a sitting's pins.
func (r *Room) paperOf(ctx context.Context, pins Pins) (*paper, error) {
	return r.papers.get(fmt.Sprint(pins), func() (*paper, error) {
		b, err := r.blueprintOf(ctx, pins.Exam)
		if err != nil {
			return nil, err
		}
		banks := map[string]*bank{}
		for id, pin := range pins.Banks {
			if banks[id], err = r.bankOf(ctx, pin); err != nil {
				return nil, err
			}
		}
		known, err := r.knownBy(ctx, pins.Facility)
		return newPaper(pins, b, banks, known), err
	})
}

// current is the paper of an exam as it is published now, proved to be dealable.
func (r *Room) current(ctx context.Context, slug string) (*paper, error) {
	var heads []documents.Head
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		heads, err = r.shelf.HeadsIn(rx, documents.Exam, documents.Bank)
		return err
	})
	if err != nil {
		return nil, err
	}
	pins, hashes := map[string]Pin{}, map[string]string{}
	for _, h := range heads {
		pins[h.Path], hashes[h.Path] = Pin{Path: h.Path, Version: h.Version}, h.Hash
	}
	exam, ok := pins[examPath(slug)]
	if !ok {
		return nil, fault.New(fault.NotFound, "exams.exam_unknown", "exam", slug).In("exam")
	}
	b, err := r.blueprintOf(ctx, exam)
	if err != nil {
		return nil, err
	}
	want := Pins{Exam: exam, Banks: map[string]Pin{}, Deal: dealing}
	for _, id := range b.Banks() {
		if pin, ok := pins[bankPath(id)]; ok {
			want.Banks[id] = pin
		}
	}
	want.Texts = want.textsOf(hashes)
	p, err := r.paperOf(ctx, want)
	if err != nil {
		return nil, err
	}
	// The lint of the blueprint looked at the banks of its time; they may have changed since.
	_, err = p.deal([32]byte{}, nil)
	return p, err
}

// seat is a form with the paper it was drawn from. None of it ever changes, so the room keeps it; that of everybody
// on a large exam day, so it holds no copy of what the banks hold.
type seat struct {
	attemptID, personID, sittingID string
	*paper
	form Form
	key  []byte // the person's, under which payloads are hashed: it is erased once the attempt is over, and then nothing is saved
}

// dealt is a seat with the items of its form.
type dealt struct {
	*seat
	items []questions.Item // one per question
}

// dealt is what an attempt was dealt; NotFound when there is no such attempt.
func (r *Room) dealt(ctx context.Context, attemptID string) (*dealt, error) {
	s, err := r.seat(ctx, attemptID)
	if err != nil {
		return nil, err
	}
	d := &dealt{seat: s, items: make([]questions.Item, len(s.form.Questions))}
	for n := range d.items {
		d.items[n] = s.item(n + 1)
	}
	return d, nil
}

// item is the one at place n, counted from 1.
func (s *seat) item(n int) questions.Item {
	q := s.form.Questions[n-1]
	return s.banks[q.Bank].items[q.Item]
}

// seat is what the hot path asks of an attempt; NotFound when there is no such attempt.
func (r *Room) seat(ctx context.Context, attemptID string) (*seat, error) {
	return r.seats.get(attemptID, func() (*seat, error) {
		d := &seat{attemptID: attemptID}
		var doc string
		var s Sitting
		err := r.db.Read(ctx, func(rx *store.Rx) error {
			err := rx.Row(`SELECT a.person_id, a.sitting_id, f.form FROM attempt a JOIN attempt_form f ON f.attempt_id = a.id WHERE a.id = ?`, attemptID).
				Scan(&d.personID, &d.sittingID, &doc)
			if err == store.ErrNoRow {
				return errMissing()
			} else if err != nil {
				return err
			}
			if d.key, _, err = ledger.KeyOfIn(rx, d.personID); err != nil {
				return err
			}
			s, _, err = SittingIn(rx, d.sittingID)
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(doc), &d.form); err != nil {
			return nil, err
		}
		if d.paper, err = r.paperOf(ctx, s.Pins); err != nil {
			return nil, err
		}
		items, err := d.paper.itemsOf(d.form)
		for n := range items { // the bank's words instead of those of the document
			q := &d.form.Questions[n]
			q.Bank, q.Item = d.banks[q.Bank].ID, items[n].ID
		}
		return d, err
	})
}

// itemsOf are the items of a form, as its banks have them.
func (p *paper) itemsOf(f Form) ([]questions.Item, error) {
	items := make([]questions.Item, len(f.Questions))
	for n, q := range f.Questions {
		var held bool
		if b := p.banks[q.Bank]; b != nil {
			items[n], held = b.items[q.Item]
		}
		if !held {
			return nil, broken(fmt.Errorf("bank %s does not hold item %s", q.Bank, q.Item), n+1)
		}
	}
	return items, nil
}

// broken is a defect of a form. The item is named for the log alone: its id may tell what is right (E3).
func broken(cause error, n int) error {
	return fault.Wrap(cause, fault.Internal, "exams.form_broken", "number", n)
}

// grade marks the form with these answers.
func (d *dealt) grade(answers []Answered) Marks {
	return d.gradeBy(responses(len(d.items), answers), nil, nil)
}

// responses are the answers by their places on a form of that size.
func responses(total int, answers []Answered) []questions.Response {
	all := make([]questions.Response, total)
	for _, x := range answers {
		all[x.N-1] = x.Response
	}
	return all
}

func (d *dealt) sectionTitle(n int, lang locale.Lang) string {
	return d.blueprint.Sections[n].TitleIn(lang, d.blueprint.Lang)
}

// holds reports whether the form has that item of that bank.
func (d *dealt) holds(bank, item string) bool {
	return slices.ContainsFunc(d.form.Questions, func(q FormQuestion) bool { return q.Bank == bank && q.Item == item })
}
