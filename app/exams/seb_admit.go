package exams

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"bainian/app/exams/seb"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// SebVisit is what a request shows of Safe Exam Browser.
type SebVisit struct {
	Request seb.Claim // in its headers, for its own URL
	Page    seb.Claim // by the client's JavaScript, for the URL of the page that made the request
	Session string    // the token of its session
	Opens   bool      // it opens a page or a file, for which an engine without headers can show nothing
}

// judge is what a visit is worth. What one way shows is enough: after a redirect some clients hash the URL that they came
// from.
func (v SebVisit) judge(keys seb.Keys) (seb.Verdict, seb.Claim) {
	best, claim := keys.Judge(v.Request), v.Request
	if page := keys.Judge(v.Page); page == seb.Matched || best == seb.Missing && page == seb.Wrong {
		return page, v.Page
	}
	return best, claim
}

// sebPlace is where a visit goes: an attempt, or before the start a person's place at a sitting.
type sebPlace struct {
	sittingID, personID, attemptID string
	rules                          SebRules
}

// SebAdmits is why the actor's attempt is closed to this request, or nil: exams.seb_missing and exams.seb_wrong, both
// Forbidden, where the exam is to be sat in Safe Exam Browser, the attempt is live and nobody exempted the candidate. What
// was saved before stays; the refusal is on record. Of other exams and of other people's attempts it asks nothing, and
// reads nothing beyond what a save reads anyhow.
func (r *Room) SebAdmits(ctx context.Context, actor people.Person, attemptID string, v SebVisit) error {
	d, err := r.seat(ctx, attemptID)
	if err != nil || d.blueprint.Integrity.Seb != NeedRequired || d.personID != actor.ID {
		return err
	}
	at := sebPlace{d.sittingID, d.personID, attemptID, d.blueprint.Integrity.SebRules}
	return r.sebAdmits(ctx, at, v)
}

// SebAdmitsStart is the same of a start at a sitting.
func (r *Room) SebAdmitsStart(ctx context.Context, actor people.Person, sittingID string, v SebVisit) error {
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return err
	}
	paper, err := r.paperOf(ctx, s.Pins)
	if err != nil || paper.blueprint.Integrity.Seb != NeedRequired {
		return err
	}
	return r.sebAdmits(ctx, sebPlace{sittingID: s.ID, personID: actor.ID, rules: paper.blueprint.Integrity.SebRules}, v)
}

func (r *Room) sebAdmits(ctx context.Context, at sebPlace, v SebVisit) error {
	var refused seb.Verdict
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		refused, _, err = at.refusalIn(rx, v)
		return err
	})
	if err != nil || refused == "" {
		return err
	}
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		verdict, shown, err := at.refusalIn(tx.Rx, v)
		if err != nil || verdict == "" {
			return err
		}
		return at.recordIn(tx, verdict, shown)
	})
	return cmp.Or(err, refusal(refused))
}

func refusal(v seb.Verdict) error {
	if v == seb.Missing {
		return fault.New(fault.Forbidden, "exams.seb_missing")
	}
	return fault.New(fault.Forbidden, "exams.seb_wrong")
}

// sebShown is a claim beside what would have been right.
type sebShown struct {
	claim    seb.Claim
	expected []string // hashes for the claim's URL
}

// refusalIn is the verdict that closes the place to a visit, "" when it is open.
func (at sebPlace) refusalIn(rx *store.Rx, v SebVisit) (seb.Verdict, sebShown, error) {
	if at.attemptID != "" {
		if a, ok, err := AttemptIn(rx, at.attemptID); err != nil || !ok || a.Over() {
			return "", sebShown{}, err
		}
	}
	keys, err := at.keysIn(rx)
	if err != nil {
		return "", sebShown{}, err
	}
	verdict, claim := v.judge(keys)
	shown := at.shown(keys, claim)
	if verdict == seb.Matched {
		return "", shown, nil
	}
	if verdict == seb.Missing && v.Opens {
		if _, proved, err := store.First(rx, scanText, `SELECT hash FROM seb_session WHERE sitting_id = ? AND person_id = ? AND hash = ?`,
			at.sittingID, at.personID, digest(v.Session)); err != nil || proved {
			return "", shown, err
		}
	}
	if _, exempt, err := store.First(rx, scanText, `SELECT id FROM seb_exemption WHERE sitting_id = ? AND person_id = ?`, at.sittingID, at.personID); err != nil || exempt {
		return "", shown, err
	}
	return verdict, shown, nil
}

// keysIn are the keys that may be used: of the configurations written for this person, and of those by hand.
func (at sebPlace) keysIn(rx *store.Rx) (seb.Keys, error) {
	if at.rules.ByHand {
		return seb.Keys{Config: at.rules.Config, Exam: at.rules.Exam}, nil
	}
	own, err := store.All(rx, scanText, `SELECT config_key FROM seb_config WHERE sitting_id = ? AND person_id = ? ORDER BY id`, at.sittingID, at.personID)
	if all := slices.Concat(at.rules.Config, own); len(all) > 0 {
		return seb.Keys{Config: all, Exam: at.rules.Exam}, err
	}
	return seb.Keys{}, err // a Browser Exam Key alone does not do before there is a configuration
}

// shown is a claim with the hashes that would have matched it, of the latest few keys.
func (at sebPlace) shown(keys seb.Keys, claim seb.Claim) sebShown {
	s := sebShown{claim: claim}
	for _, all := range [][]string{keys.Config, keys.Exam} {
		for _, key := range all[max(0, len(all)-3):] {
			s.expected = append(s.expected, seb.Hash(claim.URL, key))
		}
	}
	return s
}

// sebPayload is what the journal says of a visit whose verdict changed, or of one that was refused.
type sebPayload struct {
	Event    string   `json:"event"` // access_prevented, or seen
	Verdict  string   `json:"verdict"`
	URL      string   `json:"url"`
	Expected []string `json:"expected,omitempty"`
	Received []string `json:"received,omitempty"`
}

const (
	// sebAgain is how soon the same refusal is written down again.
	sebAgain = time.Minute
	// maxSebText keeps what a client sends from filling the journal, in bytes.
	maxSebText = 512
)

// recordIn writes down a refusal, in the journal too once there is an attempt: a client that goes on asking leaves one
// record a minute of each sort, also one that shows now these keys and now none.
func (at sebPlace) recordIn(tx *store.Tx, verdict seb.Verdict, shown sebShown) error {
	_, again, err := store.First(tx.Rx, scanText, `SELECT id FROM seb_visit WHERE sitting_id = ? AND person_id = ? AND attempt_id = ? AND verdict = ? AND at_ms > ? LIMIT 1`,
		at.sittingID, at.personID, at.attemptID, string(verdict), store.Ms(tx.Now.Add(-sebAgain)))
	if err != nil || again {
		return err
	}
	return at.writeIn(tx, "access_prevented", verdict, shown)
}

func (at sebPlace) writeIn(tx *store.Tx, event string, verdict seb.Verdict, shown sebShown) error {
	p := sebPayload{Event: event, Verdict: string(verdict), URL: shortened(shown.claim.URL, maxSebText), Expected: shown.expected}
	for _, hash := range []string{shown.claim.Config, shown.claim.Exam} {
		if hash != "" {
			p.Received = append(p.Received, shortened(hash, maxSebText))
		}
	}
	if _, err := tx.Exec(`INSERT INTO seb_visit (id, sitting_id, person_id, attempt_id, verdict, url, expected, received, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), at.sittingID, at.personID, at.attemptID, p.Verdict, p.URL, strings.Join(p.Expected, " "), strings.Join(p.Received, " "), store.Ms(tx.Now)); err != nil || at.attemptID == "" {
		return err
	}
	a, ok, err := AttemptIn(tx.Rx, at.attemptID)
	if err != nil || !ok || a.Over() {
		return err
	}
	return appendIn(tx, &a, entrySeb, p)
}

// SebSeen writes down whether the actor's attempt is in Safe Exam Browser, where the exam asks or offers it, when that is
// not what the last record says. It refuses nothing.
func (r *Room) SebSeen(ctx context.Context, actor people.Person, attemptID string, v SebVisit) error {
	d, err := r.seat(ctx, attemptID)
	if err != nil || d.blueprint.Integrity.Seb == NeedOff || d.personID != actor.ID {
		return err
	}
	at := sebPlace{d.sittingID, d.personID, attemptID, d.blueprint.Integrity.SebRules}
	return r.db.Write(ctx, func(tx *store.Tx) error {
		keys, err := at.keysIn(tx.Rx)
		if err != nil {
			return err
		}
		verdict, claim := v.judge(keys)
		last, _, err := store.First(tx.Rx, scanText, `SELECT verdict FROM seb_visit WHERE sitting_id = ? AND person_id = ? AND attempt_id = ? ORDER BY id DESC LIMIT 1`,
			at.sittingID, at.personID, at.attemptID)
		if err != nil || last == string(verdict) {
			return err
		}
		return at.writeIn(tx, "seen", verdict, at.shown(keys, claim))
	})
}

// SebProve has a session prove by the client's JavaScript that it is in Safe Exam Browser, so that the pages of the
// attempt open to it. Faults as of SebAdmits.
func (r *Room) SebProve(ctx context.Context, actor people.Person, attemptID string, v SebVisit) error {
	d, err := r.seat(ctx, attemptID)
	if err != nil {
		return err
	}
	if d.personID != actor.ID {
		return errMissing()
	}
	if err := r.SebAdmits(ctx, actor, attemptID, v); err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *store.Tx) error { return proveIn(tx, d.sittingID, d.personID, v.Session) })
}

// SittingOf is the sitting of the actor's own attempt.
func (r *Room) SittingOf(ctx context.Context, actor people.Person, attemptID string) (string, error) {
	d, err := r.seat(ctx, attemptID)
	if err == nil && d.personID != actor.ID {
		err = errMissing()
	}
	if err != nil {
		return "", err
	}
	return d.sittingID, nil
}

func proveIn(tx *store.Tx, sittingID, personID, session string) error {
	_, err := tx.Exec(`INSERT INTO seb_session (sitting_id, person_id, hash, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (sitting_id, person_id, hash) DO NOTHING`,
		sittingID, personID, digest(session), store.Ms(tx.Now))
	return err
}
