package exams

import (
	"context"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/store"
)

// Terms are what somebody confirms who starts.
type Terms struct {
	Pledge bool
	Notice string // the Digest of the notice that they read, in whichever language
	Camera Choice
	Screen Choice
}

// Agreement is what a candidate was told and agreed to before the start, on record. An attempt from before there were
// notices has none.
type Agreement struct {
	AttemptID, PersonID string
	Digest              string
	Version             int
	Lang                locale.Lang
	Text                string // as it was shown
	Camera, Screen      Choice
	At                  time.Time
}

// agreedPayload is an agreement in the journal, in the entry of the start.
type agreedPayload struct {
	Notice  string      `json:"notice"` // its digest
	Version int         `json:"version"`
	Lang    locale.Lang `json:"lang"`
	Camera  Choice      `json:"camera,omitempty"`
	Screen  Choice      `json:"screen,omitempty"`
}

// Notice is what candidates of a sitting are told in that language.
func (r *Room) Notice(ctx context.Context, sittingID string, lang locale.Lang) (Notice, error) {
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return Notice{}, err
	}
	paper, err := r.paperOf(ctx, s.Pins)
	if err != nil {
		return Notice{}, err
	}
	return r.NoticeOf(ctx, paper.blueprint.Integrity, lang)
}

// NoticeOf is what candidates would be told of a policy.
func (r *Room) NoticeOf(ctx context.Context, i Integrity, lang locale.Lang) (Notice, error) {
	vars, err := r.library.Vars(ctx, lang)
	if err != nil {
		return Notice{}, err
	}
	return noticeOf(r.md.Words(), lang, i, vars["contact.privacy"]), nil
}

// readNotice finds the notice that the terms name, in whichever language they were read.
func (r *Room) readNotice(ctx context.Context, i Integrity, t Terms) (Notice, error) {
	for _, lang := range locale.Langs() {
		n, err := r.NoticeOf(ctx, i, lang)
		if err != nil || n.Digest() == t.Notice {
			return n, err
		}
	}
	return Notice{}, fault.New(fault.Conflict, "exams.notice_changed").In("notice")
}

// missing is what nobody starts without, whatever the exam.
func (t Terms) missing() error {
	var wrong []*fault.Error
	if !t.Pledge {
		wrong = append(wrong, fault.New(fault.Invalid, "exams.pledge_needed").In("pledge"))
	}
	if t.Notice == "" {
		wrong = append(wrong, fault.New(fault.Invalid, "exams.notice_needed").In("notice"))
	}
	return allWrong(wrong)
}

// to is the agreement of these terms to that notice, or everything that is missing: a consent that was not answered is
// a refusal to start, never taken as given, and one that was not asked for is none.
func (t Terms) to(n Notice, s Sitting, i Integrity) (agreedPayload, error) {
	p := agreedPayload{Notice: n.Digest(), Version: n.Version, Lang: n.Lang}
	var wrong []*fault.Error
	refuse := func(field, key string, args ...any) {
		wrong = append(wrong, fault.New(fault.Invalid, key, args...).In(field))
	}
	for _, ask := range n.Asks {
		given, kept := t.Camera, &p.Camera
		if ask.About == AskScreen {
			given, kept = t.Screen, &p.Screen
		}
		switch *kept = given; {
		case !ask.takes(given):
			refuse(ask.About, "exams.ask_unanswered", "what", ask.Title)
		case given == InPerson && !i.Invigilated && len(s.Invigilators) == 0:
			refuse(ask.About, "exams.nobody_invigilates")
		}
	}
	return p, allWrong(wrong)
}

// keepNotice keeps a notice's text, once, before anybody's start refers to it.
func (r *Room) keepNotice(ctx context.Context, n Notice) error {
	kept := false
	if err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		_, kept, err = store.First(rx, scanText, `SELECT digest FROM notice WHERE digest = ?`, n.Digest())
		return err
	}); err != nil || kept {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`INSERT INTO notice (digest, version, lang, text, at_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING`,
			n.Digest(), n.Version, string(n.Lang), n.Text(), store.Ms(tx.Now))
		return err
	})
}

// agreeIn puts an agreement on record, with the attempt that it is for.
func agreeIn(tx *store.Tx, a Attempt, p agreedPayload) error {
	_, err := tx.Exec(`INSERT INTO agreement (attempt_id, person_id, notice, camera, screen, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		a.ID, a.PersonID, p.Notice, string(p.Camera), string(p.Screen), store.Ms(a.StartedAt))
	return err
}

// AgreementIn is what was agreed to before an attempt; false when nothing was asked then.
func AgreementIn(rx *store.Rx, attemptID string) (Agreement, bool, error) {
	return store.First(rx, func(row store.Row) (g Agreement, err error) {
		var at int64
		err = row.Scan(&g.AttemptID, &g.PersonID, &g.Digest, &g.Camera, &g.Screen, &at, &g.Version, &g.Lang, &g.Text)
		g.At = store.Time(at)
		return g, err
	}, `SELECT a.attempt_id, a.person_id, a.notice, a.camera, a.screen, a.at_ms, n.version, n.lang, n.text
		FROM agreement a JOIN notice n ON n.digest = a.notice WHERE a.attempt_id = ?`, attemptID)
}

// misagreed is why an agreement on record is not the one that the start of the journal holds, or "".
func misagreed(p *agreedPayload, g *Agreement, personID string, startedMs int64) string {
	switch {
	case p == nil && g == nil:
		return ""
	case p == nil:
		return "there is an agreement that its start does not know"
	case g == nil:
		return "the agreement that its start names is gone"
	case g.PersonID != personID || store.Ms(g.At) != startedMs:
		return "the agreement is somebody else's, or of another time"
	case p.Notice != g.Digest || p.Version != g.Version || p.Lang != g.Lang || p.Camera != g.Camera || p.Screen != g.Screen:
		return "the agreement is not the one that its start names"
	case noticeDigest(g.Version, g.Lang, g.Text) != g.Digest:
		return "the notice that was agreed to is not the one that was shown"
	}
	return ""
}
