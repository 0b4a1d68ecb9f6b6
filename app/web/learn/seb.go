package learn

import (
	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/exams/seb"
	"bainian/app/fault"
	"bainian/app/web/page"
)

// What our own pages send of the keys that a client tells their JavaScript: the hashes for the page's URL, as headers of
// a call and as fields of a form.
const (
	sebConfigHeader, sebConfigField = "X-Bainian-Seb-Config", "seb_config"
	sebExamHeader, sebExamField     = "X-Bainian-Seb-Exam", "seb_exam"
)

// visit is what a request shows of Safe Exam Browser. from is the path of the page that it comes from.
func visit(c *page.Ctx, from string) exams.SebVisit {
	v := exams.SebVisit{Session: c.Token,
		Request: seb.Claim{URL: c.PublicURL(), Config: c.Get(seb.ConfigHeader), Exam: c.Get(seb.ExamHeader)},
		Page:    seb.Claim{URL: c.Site() + from, Config: c.Get(sebConfigHeader), Exam: c.Get(sebExamHeader)}}
	if c.Method() == fiber.MethodPost && v.Page.Config == "" && v.Page.Exam == "" {
		v.Page.Config, v.Page.Exam = c.Form(sebConfigField), c.Form(sebExamField)
	}
	// A browser says of what it opens by itself, and not for a script, what it is for; older ones say nothing.
	v.Opens = (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) && c.Get("Sec-Fetch-Dest") != "empty"
	return v
}

// inSEB is a handler of an attempt that asks first whether the exam is to be sat in Safe Exam Browser, and is.
func (w *Wing) inSEB(do func(*page.Ctx) error) func(*page.Ctx) error {
	return func(c *page.Ctx) error {
		id := c.Params("id")
		err := w.room.SebAdmits(c.Context(), c.Person, id, visit(c, attemptPath(id)))
		switch {
		case err == nil:
			return do(c)
		case barred(err) && c.Method() == fiber.MethodGet && c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON) == fiber.MIMETextHTML:
			return w.showBarred(c, "", id, err)
		}
		return err
	}
}

// barred reports that a request came from outside Safe Exam Browser, or with another configuration.
func barred(err error) bool {
	return fault.HasKey(err, "exams.seb_missing") || fault.HasKey(err, "exams.seb_wrong")
}

// barredView is why a page is closed outside Safe Exam Browser, and what to do.
type barredView struct {
	page.Base
	Wrong   bool // it is Safe Exam Browser, with another configuration
	Sitting string
	Attempt string // that the page was for, "" before the start
	Offer   exams.SebOffer
}

func (w *Wing) showBarred(c *page.Ctx, sitting, attempt string, why error) error {
	v := &barredView{Base: page.Base{Here: "/exams", Script: "js/seb_barred.js"}, Sitting: sitting, Attempt: attempt, Wrong: fault.HasKey(why, "exams.seb_wrong")}
	v.Title = c.T("seb.barred")
	if v.Wrong {
		v.Title = c.T("seb.wrong")
	}
	var err error
	if v.Sitting == "" {
		if v.Sitting, err = w.room.SittingOf(c.Context(), c.Person, attempt); err != nil {
			return err
		}
	}
	if v.Offer, err = w.room.SebOffer(c.Context(), c.Person, v.Sitting); err != nil {
		return err
	}
	c.Status(fiber.StatusForbidden)
	return c.Page(w.pages, "seb_barred", v)
}

// startInSEB is start, where the exam asks for it in Safe Exam Browser.
func (w *Wing) startInSEB(c *page.Ctx) error {
	id := c.Params("id")
	if err := w.room.SebAdmitsStart(c.Context(), c.Person, id, visit(c, "/sittings/"+id)); barred(err) {
		return w.showBarred(c, id, "", err)
	} else if err != nil {
		return err
	}
	if err := w.start(c); err != nil || !c.Confined || c.Response().StatusCode() != fiber.StatusSeeOther {
		return err
	}
	return w.onwards(c, string(c.Response().Header.Peek(fiber.HeaderLocation)))
}

// addSEB adds to a briefing what its exam asks of Safe Exam Browser.
func (w *Wing) addSEB(c *page.Ctx, v *briefingView) error {
	offer, err := w.room.SebOffer(c.Context(), c.Person, v.Briefing.Sitting.ID)
	if err != nil || offer.Need == exams.NeedOff {
		return err
	}
	for _, over := range []string{"exams.retry_passed", "exams.retry_used", "exams.retry_used_twice", "exams.window_over", "exams.sitting_closed", "exams.late"} {
		if v.Briefing.Live == "" && fault.HasKey(v.Briefing.WhyNot, over) {
			return nil // nothing to open it for
		}
	}
	v.Script = "js/seb_briefing.js"
	if c.Confined || c.Get(seb.ConfigHeader) != "" {
		return nil
	}
	v.Seb = &barredView{Sitting: v.Briefing.Sitting.ID, Offer: offer}
	if offer.Need == exams.NeedRequired && offer.Written && !offer.Exempt && v.Why == nil {
		v.Why = &reason{Words: c.T("seb.start_inside")} // instead of a button that would be refused
	}
	return nil
}

// leaseInSEB is lease, which is when it is written down whether a device is in Safe Exam Browser.
func (w *Wing) leaseInSEB(c *page.Ctx) error {
	if err := w.lease(c); err != nil {
		return err
	}
	id := c.Params("id")
	return w.room.SebSeen(c.Context(), c.Person, id, visit(c, attemptPath(id)))
}

// onwards goes on by a page of ours. After a redirect some clients show a hash of the URL that they came from.
func (w *Wing) onwards(c *page.Ctx, to string) error {
	c.Response().Header.Del(fiber.HeaderLocation)
	c.Status(fiber.StatusOK)
	return c.Page(w.pages, "seb_onwards", &onwardsView{page.Base{Title: c.T("seb.onwards"), Bare: true, Script: "js/seb_onwards.js"}, to})
}

type onwardsView struct {
	page.Base
	To string
}

// sebConfig writes a configuration for the person, and gives it to them.
func (w *Wing) sebConfig(c *page.Ctx) error {
	id := c.Params("id")
	file, err := w.room.SebConfig(c.Context(), c.Person, id, c.Site())
	if c.Refused(err) {
		return w.showBriefing(c, err)
	} else if err != nil {
		return err
	}
	c.Attachment("exam.seb")
	c.Set(fiber.HeaderContentType, "application/seb")
	return c.Send(file)
}

// sebView is a page of the way through Safe Exam Browser.
type sebView struct {
	page.Base
	Token string
	Err   error
}

// sebStart is the page that a configuration begins with. Looking at it changes nothing, so that a client may do so as
// often as it likes; its form signs in.
func (w *Wing) sebStart(c *page.Ctx) error {
	return c.Page(w.pages, "seb_start", &sebView{Base: page.Base{Title: c.T("seb.start"), Bare: true, Script: "js/seb_start.js"}, Token: c.Params("token")})
}

// sebEnter signs in for one exam whoever the configuration was written for.
func (w *Wing) sebEnter(c *page.Ctx) error {
	token := c.Params("token")
	entry, err := w.room.SebEnter(c.Context(), token, visit(c, exams.SebStart+token))
	if c.Refused(err) {
		return c.Page(w.pages, "seb_start", &sebView{Base: page.Base{Title: c.T("seb.start_refused"), Bare: true}, Err: err})
	} else if err != nil {
		return err
	}
	c.SignIn(entry.Session)
	if entry.Live != "" {
		return w.onwards(c, attemptPath(entry.Live))
	}
	return w.onwards(c, "/sittings/"+entry.SittingID)
}

// sebProve opens the pages of an attempt to an engine that can show its keys to a script alone.
func (w *Wing) sebProve(c *page.Ctx) error {
	id := c.Params("id")
	if err := w.room.SebProve(c.Context(), c.Person, id, visit(c, attemptPath(id))); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// sebQuit is the page on which Safe Exam Browser offers to quit.
func (w *Wing) sebQuit(c *page.Ctx) error {
	return c.Page(w.pages, "seb_quit", &sebView{Base: page.Base{Title: c.T("seb.quit"), Bare: true}})
}
