package server

import (
	"bainian/app/integrity"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/post"
	"bainian/app/store"
)

// remindIn writes to whom the desk waits for. A mail says that something waits, until when, and where to sign in; what
// it is about stands behind the sign-in alone. Who has no address, or has left, has the task on their home page.
func (h *House) remindIn(tx *store.Tx, r integrity.Reminder, c Config, words *locale.Catalog) error {
	key := "server.reminder"
	if r.Passed {
		key = "server.reminder_passed"
	}
	for _, id := range r.To {
		p, ok, err := people.PersonIn(tx.Rx, id)
		if err != nil {
			return err
		}
		if !ok || !p.Active || p.Email == "" {
			continue
		}
		lang := p.Lang
		if lang == "" {
			lang = locale.Hant
		}
		at := r.Due.In(c.location()).Format("2006-01-02")
		if err := h.Office.MailIn(tx, post.Mail{Kind: "integrity.reminder", To: p.Email, Subject: words.T(lang, "server.reminder_subject"),
			Text: words.T(lang, key, "name", p.Name, "date", at, "url", c.URL) + "\n"}); err != nil {
			return err
		}
	}
	return nil
}
