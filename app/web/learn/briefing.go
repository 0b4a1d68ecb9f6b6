package learn

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/web/page"
)

type briefingView struct {
	page.Base
	Briefing exams.Briefing
	Grace    int    // minutes after the deadline in which answers given off-line still come in
	Labels   string // what the person's time is adjusted for, "" when it is not
	Late     bool   // starting ends before the window does
	Spoken   spoken
	Why      *reason
	Retake   *retakeView
	Refusal  error       // of a start that was tried
	Seb      *barredView // what to know of Safe Exam Browser, nil inside it and where it is not asked for
}

// briefing is what a candidate reads before the start.
func (w *Wing) briefing(c *page.Ctx) error { return w.showBriefing(c, nil) }

// start deals the paper and goes to the room; what forbids it is said on the briefing.
func (w *Wing) start(c *page.Ctx) error {
	attempt, err := "", error(nil)
	if passcode := c.Form("passcode"); passcode != "" {
		err = w.room.Unlock(c.Context(), c.Person, c.Params("id"), passcode)
	}
	if err == nil {
		attempt, err = w.room.Start(c.Context(), c.Person, c.Params("id"), exams.Terms{Pledge: c.Form("pledge") == "yes", Notice: c.Form("notice"),
			Camera: exams.Choice(c.Form(exams.AskCamera)), Screen: exams.Choice(c.Form(exams.AskScreen))})
	}
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
	v := &briefingView{Base: page.Base{Title: b.Title, Here: "/exams"}, Briefing: b, Grace: int(b.OfflineGrace.Minutes()),
		Labels: labelsOf(b.Held, c.T("exam.briefing.unnamed"), c.T("exam.between")), Late: b.Sitting.LastStart().Before(b.Sitting.ClosesAt), Spoken: spokenIn(b.Minutes)}
	if b.WhyNot != nil {
		// Whatever was refused follows from this reason, which is said once.
		if v.Why, err = w.reason(c, b.WhyNot); err != nil {
			return err
		}
	} else {
		v.Refusal = refusal
	}
	if v.Retake, err = w.retake(c, b.Retake); err != nil {
		return err
	}
	if err := w.addSEB(c, v); err != nil {
		return err
	}
	return c.Page(w.pages, "briefing", v)
}

func attemptPath(id string) string { return "/attempts/" + id }

// labelsOf are what accommodations are for, those without a label by the word for them.
func labelsOf(held []exams.Granted, unnamed, between string) string {
	var labels []string
	for _, g := range held {
		if g.Label == "" {
			g.Label = unnamed
		}
		if !slices.Contains(labels, g.Label) {
			labels = append(labels, g.Label)
		}
	}
	return strings.Join(labels, between)
}
