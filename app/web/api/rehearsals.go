package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/store"
	"bainian/app/web/page"
)

// rehearsal is one as JSON; what its candidates need is told once, when it begins.
type rehearsal struct {
	ID         string      `json:"id"`
	Sitting    string      `json:"sitting"`
	Count      int         `json:"count"` // of candidates
	By         string      `json:"by"`
	Began      int64       `json:"began"` // unix ms, as all times here
	Ends       int64       `json:"ends"`
	Ended      int64       `json:"ended,omitempty"`
	Attempts   int         `json:"attempts_erased,omitempty"`
	Erased     int64       `json:"erased,omitempty"`
	Password   string      `json:"password,omitempty"`
	Candidates []candidate `json:"candidates,omitempty"`
}

type candidate struct {
	Number  string `json:"number"`
	Session string `json:"session"` // the value of the session's cookie
}

func rehearsalOf(r exams.Rehearsal) rehearsal {
	at := func(t time.Time) int64 {
		if t.IsZero() {
			return 0
		}
		return store.Ms(t)
	}
	return rehearsal{ID: r.ID, Sitting: r.SittingID, Count: r.Candidates, By: r.By, Began: at(r.At), Ends: at(r.EndsAt), Ended: at(r.EndedAt),
		Attempts: r.Attempts, Erased: at(r.ErasedAt)}
}

// beginRehearsal makes made-up candidates, a session for each, and a sitting for them.
func (w *Wing) beginRehearsal(c *page.Ctx) error {
	var in struct {
		Candidates int `json:"candidates"`
		Minutes    int `json:"minutes"`
		Passwords  int `json:"passwords"`
	}
	if err := c.Decode(&in); err != nil {
		return err
	}
	begun, err := w.rehearsals.Begin(c.Context(), c.Machine, exams.NewRehearsal(in))
	if err != nil {
		return err
	}
	out := rehearsalOf(begun.Rehearsal)
	if in.Passwords > 0 {
		out.Password = begun.Password
	}
	for _, p := range begun.Candidates {
		out.Candidates = append(out.Candidates, candidate{p.Number, p.Token})
	}
	return c.Status(fiber.StatusCreated).JSON(out)
}

// rehearsal is how far one has come, its erasure above all.
func (w *Wing) rehearsal(c *page.Ctx) error {
	r, err := w.rehearsals.Rehearsal(c.Context(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(rehearsalOf(r))
}

// endRehearsal ends one at once; it is erased soon after, which the reply does not wait for.
func (w *Wing) endRehearsal(c *page.Ctx) error {
	if err := w.rehearsals.End(c.Context(), c.Machine, c.Params("id")); err != nil {
		return err
	}
	r, err := w.rehearsals.Rehearsal(c.Context(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusAccepted).JSON(rehearsalOf(r))
}
