package learn

import (
	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/web/page"
)

type briefingView struct {
	page.Base
	Briefing exams.Briefing
	Grace    int // minutes after the deadline in which answers given off-line still come in
	Spoken   spoken
	Why      *reason
	Refusal  error // of a start that was tried
}

// briefing is what a candidate reads before the start.
func (w *Wing) briefing(c *page.Ctx) error { return w.showBriefing(c, nil) }

// start deals the paper and goes to the room; what forbids it is said on the briefing.
func (w *Wing) start(c *page.Ctx) error {
	attempt, err := w.room.Start(c.Context(), c.Person, c.Params("id"), c.Form("pledge") == "yes")
	switch {
	case err == nil:
		return c.Redirect(attemptPath(attempt), fiber.StatusSeeOther)
	case c.Refused(err):
		return w.showBriefing(c, err)
	}
	return err
}

func (w *Wing) showBriefing(c *page.Ctx, refusal error) error {
	b, err := w.room.Briefing(c.Context(), c.Person, c.Params("id"), c.Lang)
	if err != nil {
		return err
	}
	v := &briefingView{Base: page.Base{Title: b.Title, Here: "/exams"}, Briefing: b, Grace: int(b.OfflineGrace.Minutes()), Spoken: spokenIn(b.Minutes)}
	if b.WhyNot != nil {
		// Whatever was refused follows from this reason, which is said once.
		if v.Why, err = w.reason(c, b.WhyNot); err != nil {
			return err
		}
	} else {
		v.Refusal = refusal
	}
	return c.Page(w.pages, "briefing", v)
}

func attemptPath(id string) string { return "/attempts/" + id }
