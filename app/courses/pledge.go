package courses

import (
	"context"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/store"
)

// PledgePath is the document that everyone signs before anything else.
const PledgePath = "content/pledge.md"

// PledgeText is the current pledge in the best language there is.
type PledgeText struct {
	Version     int
	Title       string
	HTML        markdown.HTML
	Lang        locale.Lang // that it is shown in
	VersionNote string      // what this version changed
}

// Pledge is the current pledge; fault.NotFound when there is none.
func (l *Library) Pledge(ctx context.Context, lang locale.Lang) (PledgeText, error) {
	var o *outline
	var d documents.Doc
	err := l.db.Read(ctx, func(rx *store.Rx) (err error) {
		if o, err = l.outlineIn(rx); err != nil {
			return err
		}
		d, err = l.shelf.DocIn(rx, PledgePath)
		return err
	})
	if err != nil {
		return PledgeText{}, err
	}
	return l.pledge(o.vars, d, lang), nil
}

func (l *Library) pledge(vars Variables, d documents.Doc, lang locale.Lang) PledgeText {
	s, _ := open[pledgeMatter](d, lang)
	doc, _ := l.markdown.Render(s.body, markdown.Options{Vars: vars[s.lang], Lang: s.lang})
	return PledgeText{Version: d.Version, Title: s.matter.Title, HTML: doc.HTML(), Lang: s.lang, VersionNote: s.matter.VersionNote}
}

// SignPledge notes that the person has signed that version, read in that language. Any but the current one is
// fault.Conflict "courses.pledge_stale"; signing twice changes nothing.
func (l *Library) SignPledge(ctx context.Context, p people.Person, version int, lang locale.Lang) error {
	return l.db.Write(ctx, func(tx *store.Tx) error {
		current, err := l.CurrentPledgeIn(tx.Rx)
		if err != nil {
			return err
		}
		if version != current || current == 0 {
			return fault.New(fault.Conflict, "courses.pledge_stale", "version", version, "current", current)
		}
		_, err = tx.Exec(`INSERT INTO pledge_signature (person_id, version, lang, at_ms) VALUES (?, ?, ?, ?)
			ON CONFLICT (person_id, version) DO NOTHING`, p.ID, version, string(lang), store.Ms(tx.Now))
		if err != nil {
			return err
		}
		for _, f := range l.onSigned {
			if err := f(tx, p.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// PledgeSignedIn is the newest version that the person has signed, and when.
func (l *Library) PledgeSignedIn(rx *store.Rx, personID string) (version int, at time.Time, ok bool, err error) {
	var ms int64
	err = rx.Row(`SELECT version, at_ms FROM pledge_signature WHERE person_id = ? ORDER BY version DESC LIMIT 1`, personID).Scan(&version, &ms)
	if err == store.ErrNoRow {
		return 0, time.Time{}, false, nil
	}
	return version, store.Time(ms), err == nil, err
}

// Signature is that a person signed a version of the pledge.
type Signature struct {
	Person  string
	Version int
	At      time.Time
}

// SignaturesIn is every signature of those people, oldest first.
func SignaturesIn(rx *store.Rx, personIDs ...string) ([]Signature, error) {
	who, args := store.List(personIDs)
	return store.All(rx, func(row store.Row) (s Signature, err error) {
		var ms int64
		err = row.Scan(&s.Person, &s.Version, &ms)
		s.At = store.Time(ms)
		return s, err
	}, `SELECT person_id, version, at_ms FROM pledge_signature WHERE person_id IN `+who+` ORDER BY at_ms, version`, args...)
}

// CurrentPledgeIn is the version to sign, 0 when there is no pledge.
func (l *Library) CurrentPledgeIn(rx *store.Rx) (int, error) {
	return l.shelf.VersionOfIn(rx, PledgePath)
}
