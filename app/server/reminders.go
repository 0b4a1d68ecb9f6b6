package server

import (
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/leads"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/post"
	"bainian/app/store"
)

// secretary writes the house's mails to people, in their languages: that something waits, until when, and where to sign
// in. What it is about stands behind the sign-in alone. Who has no address, or has left, sees it on their pages.
type secretary struct {
	office *post.Office
	config Config
	words  *locale.Catalog
}

// remindIn writes to whom the desk waits for.
func (s secretary) remindIn(tx *store.Tx, r integrity.Reminder) error {
	key := "server.reminder"
	if r.Passed {
		key = "server.reminder_passed"
	}
	date := r.Due.In(s.config.location()).Format("2006-01-02")
	for _, id := range r.To {
		if err := s.writeIn(tx, id, "integrity.reminder", "server.reminder_subject", key, "date", date); err != nil {
			return err
		}
	}
	return nil
}

// warnIn writes to whoever holds leads that will be reclaimed today, or stands above them.
func (s secretary) warnIn(tx *store.Tx, w leads.Warning) error {
	key := "server.warning"
	if w.Escalated {
		key = "server.warning_team"
	}
	return s.writeIn(tx, w.PersonID, "leads.warning", "server.warning_subject", key, "n", w.Leads, "at", w.Due.In(s.config.location()).Format("15:04"))
}

// glassIn writes to HR and admins that the glass was broken, once what was decided from the snapshot is brought home.
func (s secretary) glassIn(tx *store.Tx, e gate.Episode) error {
	ids, err := people.HoldersIn(tx.Rx, people.HR, people.Admin)
	if err != nil {
		return err
	}
	at := e.At.In(s.config.location()).Format("2006-01-02 15:04")
	for _, id := range ids {
		if err := s.writeIn(tx, id, "gate.glass", "glass.mail_subject", "glass.mail_text", "at", at, "n", e.Allowed+e.Denied, "wrong", e.Wrong); err != nil {
			return err
		}
	}
	return nil
}

func (s secretary) writeIn(tx *store.Tx, personID, kind, subject, key string, args ...any) error {
	p, ok, err := people.PersonIn(tx.Rx, personID)
	if err != nil || !ok || !p.Active || p.Email == "" {
		return err
	}
	lang := p.Lang
	if lang == "" {
		lang = locale.Hant
	}
	args = append(args, "name", p.Name, "url", s.config.URL)
	return s.office.MailIn(tx, post.Mail{Kind: kind, To: p.Email, Subject: s.words.T(lang, subject), Text: s.words.T(lang, key, args...) + "\n"})
}
