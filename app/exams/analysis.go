package exams

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

// Analysis is how an exam and its items did, over all its sittings or in one.
type Analysis struct {
	Exam     string  // slug
	Sitting  Sitting // zero for all of them
	PassMark int     // thousandths of all points, of the latest paper
	Stats    ExamStats
	Items    []ItemRow // by bank and item
	Capped   bool      // there are more papers than PapersAtMost: these are the latest
}

// ItemRow is an item of an exam with how it did.
type ItemRow struct {
	ItemStats
	Now      questions.Item // as it is published, or as it was dealt last when it is published no longer
	Gone     bool           // its bank has it no longer
	Concerns []Concern      // reasons to look at it, the most urgent first
}

// PapersAtMost bounds an analysis: the latest papers count. A correlation of so many is known to a hundredth, and what
// was sat before them was another curriculum.
const PapersAtMost = 5000

// papersAtOnce is how many papers one transaction reads.
const papersAtOnce = 25

// Analysis is that of an exam over all its sittings: of the papers that have ended and were not set aside, by the
// results that count now. It is made anew each time, from documents that are read some at a time; nothing about
// people is kept. For trainers and HR.
func (r *Room) Analysis(ctx context.Context, actor people.Person, exam string) (Analysis, error) {
	if !actor.Has(people.Trainer, people.HR) {
		return Analysis{}, errForbidden()
	}
	return r.analysis(ctx, exam, Sitting{})
}

// SittingAnalysis is Analysis of one sitting alone.
func (r *Room) SittingAnalysis(ctx context.Context, actor people.Person, sittingID string) (Analysis, error) {
	if !actor.Has(people.Trainer, people.HR) {
		return Analysis{}, errForbidden()
	}
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return Analysis{}, err
	}
	return r.analysis(ctx, s.Exam, s)
}

func (r *Room) analysis(ctx context.Context, exam string, only Sitting) (Analysis, error) {
	a := Analysis{Exam: exam, Sitting: only}
	sittings := map[string]Sitting{}
	var ids []string
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		which, args := `s.exam = ?`, []any{exam}
		if only.ID != "" {
			which, args = which+` AND s.id = ?`, append(args, only.ID)
		}
		all, err := store.All(rx, scanSitting, `SELECT `+sittingColumns+` FROM sitting s WHERE `+which, args...)
		if err != nil {
			return err
		}
		for _, s := range all {
			sittings[s.ID] = s
		}
		ids, err = store.All(rx, scanText, `SELECT a.id FROM sitting s JOIN attempt a ON a.sitting_id = s.id WHERE `+which+`
			AND a.state <> 'live' AND a.revision > 0 AND NOT a.aside ORDER BY a.id DESC LIMIT ?`, append(args, PapersAtMost+1)...)
		return err
	})
	if err != nil {
		return a, err
	}
	if a.Capped = len(ids) > PapersAtMost; a.Capped {
		ids = ids[:PapersAtMost]
	}
	reader, err := r.readerOf(ctx, sittings)
	if err != nil {
		return a, err
	}
	var tally Tally
	for some := range slices.Chunk(ids, papersAtOnce) {
		papers, err := r.sheets(ctx, some)
		if err != nil {
			return a, err
		}
		for _, p := range papers {
			observed, err := reader.observe(p)
			if err != nil {
				return a, err
			}
			tally.Add(observed)
		}
	}
	if len(ids) > 0 {
		a.PassMark = reader.pass
	}
	a.Stats = tally.Exam()
	stats := tally.Items()
	usual := usualSeconds(stats)
	for _, s := range stats {
		row := ItemRow{ItemStats: s}
		row.Now, row.Gone = reader.shown(ItemKey{s.Bank, s.Item})
		row.Concerns = Concerns(row.Now, s, usual)
		a.Items = append(a.Items, row)
	}
	return a, nil
}

// paperSheet is what is read of one paper.
type paperSheet struct {
	sittingID        string
	started          time.Time
	form             Form
	marks            Marks
	first            Marks // of the first grading, by the keys it was dealt with: whose places its ticks are
	answers          []Answered
	formDoc, current string
	original         *string
}

// sheets are some papers, in the order of their ids.
func (r *Room) sheets(ctx context.Context, ids []string) ([]*paperSheet, error) {
	in, args := ` IN (?`+strings.Repeat(", ?", len(ids)-1)+`)`, make([]any, len(ids))
	for n, id := range ids {
		args[n] = id
	}
	papers := map[string]*paperSheet{}
	err := r.db.Read(ctx, func(rx *store.Rx) error {
		if err := rx.Each(`SELECT a.id, a.sitting_id, a.started_ms, f.form, r.marks, o.marks FROM attempt a
			JOIN attempt_form f ON f.attempt_id = a.id JOIN result r ON r.attempt_id = a.id AND r.revision = a.revision
			LEFT JOIN result o ON o.attempt_id = a.id AND o.revision = 1 AND a.revision > 1 WHERE a.id`+in, args, func(row store.Row) error {
			var id string
			var started int64
			p := &paperSheet{}
			err := row.Scan(&id, &p.sittingID, &started, &p.formDoc, &p.current, &p.original)
			p.started, papers[id] = store.Time(started), p
			return err
		}); err != nil {
			return err
		}
		return rx.Each(`SELECT attempt_id, n, first_ms FROM answer WHERE attempt_id`+in, args, func(row store.Row) error {
			var id string
			var x Answered
			var first int64
			err := row.Scan(&id, &x.N, &first)
			x.FirstAt = store.Time(first)
			if p := papers[id]; p != nil {
				p.answers = append(p.answers, x)
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	var all []*paperSheet
	for _, id := range ids {
		p := papers[id]
		if p == nil {
			continue // erased meanwhile
		}
		if err := p.parse(); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func (p *paperSheet) parse() error {
	if err := json.Unmarshal([]byte(p.formDoc), &p.form); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(p.current), &p.marks); err != nil {
		return err
	}
	p.first = p.marks
	if p.original == nil {
		return nil
	}
	p.first = Marks{}
	return json.Unmarshal([]byte(*p.original), &p.first)
}

// sheetReader turns papers into what the statistics take: it knows how each item reads now and since when.
type sheetReader struct {
	papers map[string]*paper // by sitting
	now    map[string]*questions.Bank
	pins   map[string][]pinned // of each bank, the latest version first
	items  map[pinnedItem]*reading
	pass   int // of the latest paper that was observed
}

type pinned struct {
	version int
	*bank
}

type pinnedItem struct {
	bank, item string
	version    int
}

// reading is an item of a pinned version as the statistics read it.
type reading struct {
	since  int   // the first pinned version in which it reads so
	places []int // of its choices in the item as it is shown now; −1 for one that is gone
}

func (r *Room) readerOf(ctx context.Context, sittings map[string]Sitting) (*sheetReader, error) {
	v := &sheetReader{papers: map[string]*paper{}, pins: map[string][]pinned{}, items: map[pinnedItem]*reading{}}
	var err error
	if v.now, err = r.publishedBanks(ctx); err != nil {
		return nil, err
	}
	for id, s := range sittings {
		p, err := r.paperOf(ctx, s.Pins)
		if err != nil {
			return nil, err
		}
		v.papers[id] = p
		for name, b := range p.banks {
			version := s.Pins.Banks[name].Version
			if !slices.ContainsFunc(v.pins[name], func(p pinned) bool { return p.version == version }) {
				v.pins[name] = append(v.pins[name], pinned{version, b})
			}
		}
	}
	for _, all := range v.pins {
		slices.SortFunc(all, func(a, b pinned) int { return b.version - a.version })
	}
	return v, nil
}

// shown is an item as it is published now, or as it was dealt last when it no longer is.
func (v *sheetReader) shown(k ItemKey) (item questions.Item, gone bool) {
	if b := v.now[k.Bank]; b != nil {
		if item, ok := b.Item(k.Item); ok {
			return item, false
		}
	}
	for _, p := range v.pins[k.Bank] {
		if item, ok := p.items[k.Item]; ok {
			return item, true
		}
	}
	return questions.Item{ID: k.Item}, true
}

func (v *sheetReader) readingOf(bank, id string, version int) *reading {
	key := pinnedItem{bank, id, version}
	if v.items[key] != nil {
		return v.items[key]
	}
	read := &reading{since: version}
	v.items[key] = read
	all := v.pins[bank]
	at := slices.IndexFunc(all, func(p pinned) bool { return p.version == version })
	if at < 0 {
		return read
	}
	item := all[at].items[id]
	for _, earlier := range all[at+1:] {
		if old, ok := earlier.items[id]; !ok || !sameItem(old, item) {
			break
		}
		read.since = earlier.version
	}
	now, _ := v.shown(ItemKey{bank, id})
	was, is := item.Text[item.Lang].Choices, now.Text[item.Lang].Choices
	for _, choice := range was {
		place := -1
		if family(item.Kind) == family(now.Kind) {
			place = slices.Index(is, choice)
		}
		read.places = append(read.places, place)
	}
	return read
}

// sameItem reports whether two versions of an item are the same question, wherever they stand in the file.
func sameItem(a, b questions.Item) bool {
	unplaced := func(i questions.Item) questions.Item {
		i.Line, i.Variants = 0, slices.Clone(i.Variants)
		for n := range i.Variants {
			i.Variants[n].Line = 0
		}
		return i
	}
	return reflect.DeepEqual(unplaced(a), unplaced(b))
}

func (v *sheetReader) observe(p *paperSheet) (Observed, error) {
	paper := v.papers[p.sittingID]
	if len(p.marks.Questions) != len(p.form.Questions) || len(p.first.Questions) != len(p.form.Questions) {
		return Observed{}, fmt.Errorf("exams: the marks of a paper of sitting %s are not those of its form", p.sittingID)
	}
	if v.pass == 0 {
		v.pass = paper.blueprint.Pass
	}
	o := Observed{Marks: p.marks, Details: make([]ObservedItem, len(p.form.Questions))}
	for _, s := range paper.blueprint.Sections {
		o.Sections = append(o.Sections, s.TitleIn(paper.blueprint.Lang, paper.blueprint.Lang))
	}
	took := seconds(p.started, len(p.form.Questions), p.answers)
	for n, q := range p.form.Questions {
		read := v.readingOf(q.Bank, q.Item, paper.pins.Banks[q.Bank].Version)
		d := ObservedItem{Section: q.Section, Variant: q.Variant, Version: read.since, Seconds: took[n]}
		for _, c := range p.first.Questions[n].Chosen {
			place := -1
			if c < len(read.places) {
				place = read.places[c]
			}
			d.Chosen = append(d.Chosen, place)
		}
		o.Details[n] = d
	}
	return o, nil
}
