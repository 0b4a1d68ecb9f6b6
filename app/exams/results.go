package exams

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// ResultSheet is what everybody earned at a sitting, to be taken along.
type ResultSheet struct {
	Sitting  Sitting
	Sections []string    // titles
	Rows     []ResultRow // by employee number
}

// ResultRow is one attempt at it.
type ResultRow struct {
	Attempt
	Number, Name string         // of the person
	Minutes      float64        // from the start to the end; 0 while it is live
	Sections     []SectionMarks // nil before grading
}

// Results are the attempts at a sitting with what each section earned, by the revision that counts: the live ones, and
// those that were set aside, too, which say so. For trainers and HR.
func (r *Room) Results(ctx context.Context, actor people.Person, sittingID string, lang locale.Lang) (sheet ResultSheet, err error) {
	if !actor.Has(people.Trainer, people.HR) {
		return sheet, errForbidden()
	}
	if sheet.Sitting, err = r.sitting(ctx, sittingID); err != nil {
		return sheet, err
	}
	blueprint, err := r.blueprintOf(ctx, sheet.Sitting.Pins.Exam)
	if err != nil {
		return sheet, err
	}
	for _, s := range blueprint.Sections {
		sheet.Sections = append(sheet.Sections, s.TitleIn(lang, blueprint.Lang))
	}
	var attempts []Attempt
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		attempts, err = attemptsAtIn(rx, sittingID)
		return err
	}); err != nil {
		return sheet, err
	}
	for some := range slices.Chunk(attempts, resultsAtOnce) {
		rows, err := r.rows(ctx, some)
		if err != nil {
			return sheet, err
		}
		sheet.Rows = append(sheet.Rows, rows...)
	}
	slices.SortFunc(sheet.Rows, func(a, b ResultRow) int {
		return cmp.Or(strings.Compare(a.Number, b.Number), a.StartedAt.Compare(b.StartedAt), strings.Compare(a.ID, b.ID))
	})
	return sheet, nil
}

// resultsAtOnce is how many results one transaction reads.
const resultsAtOnce = 100

func (r *Room) rows(ctx context.Context, attempts []Attempt) ([]ResultRow, error) {
	persons, ids := make([]string, len(attempts)), make([]any, len(attempts))
	for n, a := range attempts {
		persons[n], ids[n] = a.PersonID, a.ID
	}
	var names, numbers map[string]string
	type revision struct {
		attempt string
		n       int
	}
	docs := map[revision]string{} // an attempt is read before its result: of one regraded in between both count as they were
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		if names, err = people.NamesIn(rx, persons); err != nil {
			return err
		}
		if numbers, err = people.NumbersIn(rx, persons); err != nil {
			return err
		}
		return rx.Each(`SELECT attempt_id, revision, marks FROM result WHERE attempt_id IN (?`+strings.Repeat(", ?", len(ids)-1)+`)`, ids, func(row store.Row) error {
			var of revision
			var doc string
			err := row.Scan(&of.attempt, &of.n, &doc)
			docs[of] = doc
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	rows := make([]ResultRow, len(attempts))
	for n, a := range attempts {
		row := ResultRow{Attempt: a, Number: numbers[a.PersonID], Name: names[a.PersonID]}
		if a.Over() {
			row.Minutes = a.EndedAt.Sub(a.StartedAt).Minutes()
		}
		if a.Revision > 0 {
			doc, ok := docs[revision{a.ID, a.Revision}]
			if !ok {
				return nil, fault.New(fault.NotFound, "exams.missing")
			}
			var m Marks
			if err := json.Unmarshal([]byte(doc), &m); err != nil {
				return nil, err
			}
			row.Sections = m.Sections
		}
		rows[n] = row
	}
	return rows, nil
}
