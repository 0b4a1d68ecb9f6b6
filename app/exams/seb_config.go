package exams

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"bainian/app/exams/seb"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
)

const (
	maxSebConfigs = 20          // configurations of a person at a sitting
	sebGrace      = time.Minute // after the first use of a start URL, for a client that opens it twice

	// SebStart is where the start URL of a configuration leads, followed by its token, and SebQuit the page that quits.
	SebStart = "/seb/"
	SebQuit  = "/seb/quit"
)

// SebOffer is what a sitting asks of a candidate about Safe Exam Browser.
type SebOffer struct {
	Need     string // NeedOff, NeedOptional, NeedRequired
	Written  bool   // a configuration is written here, for each candidate their own
	Password string // that opens it, "" where it is not encrypted
	Exempt   bool   // somebody let this candidate sit outside it
}

// SebOffer is that of a sitting for the actor.
func (r *Room) SebOffer(ctx context.Context, actor people.Person, sittingID string) (o SebOffer, err error) {
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return o, err
	}
	paper, err := r.paperOf(ctx, s.Pins)
	if err != nil {
		return o, err
	}
	policy := paper.blueprint.Integrity
	o = SebOffer{Need: policy.Seb, Written: policy.Seb != NeedOff && !policy.SebRules.ByHand}
	if o.Need == NeedOff {
		return o, nil
	}
	err = r.db.Read(ctx, func(rx *store.Rx) error {
		_, o.Exempt, err = store.First(rx, scanText, `SELECT id FROM seb_exemption WHERE sitting_id = ? AND person_id = ?`, sittingID, actor.ID)
		if err != nil || !o.Written || policy.SebRules.Plain {
			return err
		}
		o.Password, err = sebPasswordIn(rx, s.ID, actor.ID)
		return err
	})
	return o, err
}

// sebPasswordIn is the password of a person's configurations at a sitting: eight letters and digits that nobody else has,
// from the sitting's secret.
func sebPasswordIn(rx *store.Rx, sittingID, personID string) (string, error) {
	secret, err := secretIn(rx, sittingID)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("seb password\x00" + personID))
	word := strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:5]))
	return word[:4] + "-" + word[4:], nil
}

// SebConfig writes a configuration of Safe Exam Browser for the actor at a sitting that they may start or go on with, and
// returns its .seb file. site is the public address. Its start URL signs the actor in once, for that sitting alone.
// Faults: whatever Briefing gives as WhyNot, Conflict exams.seb_not_written where none is written here, and TooMany
// exams.seb_many after twenty.
func (r *Room) SebConfig(ctx context.Context, actor people.Person, sittingID, site string) ([]byte, error) {
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return nil, err
	}
	paper, err := r.paperOf(ctx, s.Pins)
	if err != nil {
		return nil, err
	}
	policy := paper.blueprint.Integrity
	if policy.Seb == NeedOff || policy.SebRules.ByHand {
		return nil, fault.New(fault.Conflict, "exams.seb_not_written")
	}
	var config seb.Dict
	var password string
	var random [seb.SealRandom]byte
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		adm, err := r.admitIn(tx.Rx, actor, s, paper.blueprint)
		if err = cmp.Or(err, adm.whyNot); err != nil {
			return err
		}
		var written int
		if err := tx.Row(`SELECT count(*) FROM seb_config WHERE sitting_id = ? AND person_id = ?`, s.ID, actor.ID).Scan(&written); err != nil {
			return err
		}
		if written >= maxSebConfigs {
			return fault.New(fault.TooMany, "exams.seb_many", "max", maxSebConfigs)
		}
		if password, err = sebPasswordIn(tx.Rx, s.ID, actor.ID); err != nil {
			return err
		}
		token := base64.RawURLEncoding.EncodeToString(tx.Secret(32))
		copy(random[:], tx.Secret(len(random)))
		config = paper.sebExam(site, s.ID, token, tx.Secret(32)).Config()
		_, err = tx.Exec(`INSERT INTO seb_config (id, sitting_id, person_id, config_key, token_hash, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), s.ID, actor.ID, seb.ConfigKey(config), digest(token), store.Ms(tx.Now))
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case policy.SebRules.Plain:
		return seb.Plain(config), nil
	}
	return seb.Sealed(config, password, random), nil
}

// sebExam is what the configuration of one person depends on.
func (p *paper) sebExam(site, sittingID, token string, salt []byte) seb.Exam {
	e := seb.Exam{Site: site, Start: SebStart + token, Quit: SebQuit, Salt: salt,
		Paths: []string{SebStart, "/sittings/" + sittingID, "/attempts/", "/pledge", "/privacy", "/preferences"},
		Film:  p.blueprint.Integrity.Camera != CameraOff}
	draws, _ := p.blueprint.draws()
	for _, d := range draws {
		for _, i := range p.banks[d.Bank].Items {
			if !d.takes(i) || i.Kind != questions.Upload && i.Kind != questions.Recording {
				continue
			}
			kinds := FileKinds(i.Kind, i.Accept)
			e.Uploads = e.Uploads || i.Kind == questions.Upload
			e.Film = e.Film || slices.Contains(kinds, "video")
			e.Sound = e.Sound || slices.Contains(kinds, "audio") || slices.Contains(kinds, "video")
		}
	}
	return e
}

// SebEntry is somebody whom the start URL of their configuration signed in.
type SebEntry struct {
	SittingID string
	Live      string // the attempt to go on with, if there is one
	Session   string // the token of the session
}

// SebEnter signs in the person whose configuration has that token in its start URL, once: v must show that very
// configuration. Faults: NotFound exams.seb_link_unknown, Conflict exams.seb_link_used after a minute, the two of
// SebAdmits, and Conflict exams.sitting_closed.
func (r *Room) SebEnter(ctx context.Context, token string, v SebVisit) (SebEntry, error) {
	var sittingID string
	err := r.db.Read(ctx, func(rx *store.Rx) (err error) {
		var known bool
		if sittingID, known, err = store.First(rx, scanText, `SELECT sitting_id FROM seb_config WHERE token_hash = ?`, digest(token)); err == nil && !known {
			err = fault.New(fault.NotFound, "exams.seb_link_unknown")
		}
		return err
	})
	if err != nil {
		return SebEntry{}, err
	}
	s, err := r.sitting(ctx, sittingID)
	if err != nil {
		return SebEntry{}, err
	}
	paper, err := r.paperOf(ctx, s.Pins)
	if err != nil {
		return SebEntry{}, err
	}
	var entry SebEntry
	var refused error // committed beside it is that somebody came without the keys
	err = r.db.Write(ctx, func(tx *store.Tx) error {
		entry, refused = SebEntry{SittingID: s.ID}, nil
		c, _, err := store.First(tx.Rx, scanSebConfig, `SELECT id, person_id, config_key, used_ms FROM seb_config WHERE token_hash = ?`+tx.ForUpdate(), digest(token))
		if err != nil {
			return err
		}
		at := sebPlace{sittingID: s.ID, personID: c.person, rules: paper.blueprint.Integrity.SebRules}
		keys := seb.Keys{Config: []string{c.key}, Exam: at.rules.Exam}
		if verdict, claim := v.judge(keys); verdict != seb.Matched {
			refused = refusal(verdict)
			return at.recordIn(tx, verdict, at.shown(keys, claim))
		}
		if !c.used.IsZero() && tx.Now.Sub(c.used) > sebGrace {
			return fault.New(fault.Conflict, "exams.seb_link_used")
		}
		live, _, err := store.First(tx.Rx, scanText, `SELECT id FROM attempt WHERE sitting_id = ? AND person_id = ? AND state = 'live'`, s.ID, c.person)
		if err != nil {
			return err
		}
		if closed, _, err := SittingIn(tx.Rx, s.ID); err != nil {
			return err
		} else if live == "" && (!closed.ClosedAt.IsZero() || !tx.Now.Before(closed.ClosesAt)) {
			return fault.New(fault.Conflict, "exams.sitting_closed")
		}
		if c.used.IsZero() {
			if _, err := tx.Exec(`UPDATE seb_config SET used_ms = ? WHERE id = ?`, store.Ms(tx.Now), c.id); err != nil {
				return err
			}
		}
		entry.Live = live
		if entry.Session, err = people.OpenExamSessionIn(tx, c.person); err != nil {
			return err
		}
		return proveIn(tx, s.ID, c.person, entry.Session)
	})
	return entry, cmp.Or(err, refused)
}

type sebConfig struct {
	id, person, key string
	used            time.Time
}

func scanSebConfig(row store.Row) (c sebConfig, err error) {
	var used *int64
	err = row.Scan(&c.id, &c.person, &c.key, &used)
	c.used = store.NullTime(used)
	return c, err
}
