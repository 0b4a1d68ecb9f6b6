package learn

import (
	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/web/page"
)

type roomView struct {
	page.Base
	Paper     exams.Paper
	Questions []questionView
	Zone      string // of the times that the page shows
	Spoken    spoken
	media
	Fullscreen bool // whether leaving the full screen is watched, so that a button offers it
}

// paper is the exam room. A paper that is over leads to its result.
func (w *Wing) paper(c *page.Ctx) error {
	paper, err := w.room.Paper(c.Context(), c.Person, c.Params("id"), c.Lang)
	if err != nil {
		return err
	}
	if paper.State != exams.Live {
		return c.Redirect(resultPath(paper.AttemptID), fiber.StatusSeeOther)
	}
	v := &roomView{media: media{paper.Camera, paper.Screen}, Base: page.Base{Title: paper.Title, Bare: true, Script: "js/room.js"}, Paper: paper, Zone: c.Zone().String(),
		Spoken: spokenIn(int(paper.Deadline.Sub(paper.StartedAt).Minutes()))}
	records := false
	for _, q := range paper.Questions {
		view := viewOf(q)
		v.Questions = append(v.Questions, view)
		if f := view.FileControl(); f != nil && (f.Sound || f.Film) {
			records = true
		}
	}
	c.Allow(records || v.Camera != exams.CameraOff, records, v.Screen == exams.ScreenShare)
	for _, watched := range paper.Watch {
		v.Fullscreen = v.Fullscreen || watched == exams.WatchFullscreen
	}
	return c.Page(w.pages, "room", v)
}

// state is what the room asks every few seconds: the server's clock and the deadline, which may have moved.
func (w *Wing) state(c *page.Ctx) error {
	clock, err := w.room.Clock(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(struct {
		Now      int64       `json:"now"` // unix ms, as all times here
		Deadline int64       `json:"deadline"`
		State    exams.State `json:"state"`
		Paused   bool        `json:"paused"`
		LastSeq  int64       `json:"last_seq"`
		Answered int         `json:"answered"`
		Total    int         `json:"total"`
		News     int         `json:"news"` // who knows of fewer asks for them
	}{store.Ms(clock.Now), store.Ms(clock.Deadline), clock.State, clock.Paused, clock.LastSeq, clock.Answered, clock.Total, clock.News})
}

// lease makes this device the one that may save; taking over from another one is explicit.
func (w *Wing) lease(c *page.Ctx) error {
	var in struct {
		Device string `json:"device"`
		Take   bool   `json:"take"`
	}
	if err := c.Decode(&in); err != nil {
		return err
	}
	if err := w.room.Lease(c.Context(), c.Person, c.Params("id"), in.Device, in.Take); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// answer is the hot path: it replies once the answer is durable.
func (w *Wing) answer(c *page.Ctx) error {
	n, err := c.ParamInt("n")
	if err != nil {
		return err
	}
	var in struct {
		Device    string             `json:"device"`
		Seq       int64              `json:"seq"`
		Response  questions.Response `json:"response"`
		ElapsedMs int64              `json:"elapsed_ms"`
	}
	if err := c.Decode(&in); err != nil {
		return err
	}
	saved, err := w.room.Answer(c.Context(), c.Person, c.Params("id"), n,
		exams.Save{Device: in.Device, Seq: in.Seq, Response: in.Response, ElapsedMs: in.ElapsedMs, From: originOf(c)})
	if err != nil {
		return err
	}
	return c.JSON(struct {
		Seq        int64  `json:"seq"`
		Hash       string `json:"hash"`
		SavedAt    int64  `json:"saved_at"`
		SavedClock string `json:"saved_clock"`
		Answered   int    `json:"answered"`
		Total      int    `json:"total"`
		Late       bool   `json:"late"`
		Now        int64  `json:"now"` // how time stands, as state tells it: who saves need not ask
		Deadline   int64  `json:"deadline"`
		Paused     bool   `json:"paused"`
		News       int    `json:"news"`
	}{saved.Seq, saved.Hash, store.Ms(saved.At), locale.Clock(saved.At.In(c.Zone())), saved.Answered, saved.Total, saved.Late,
		store.Ms(c.Now()), store.Ms(saved.Deadline), saved.Paused, saved.News})
}

// answers are what the server has, so that whoever was told that an answer is kept can see that it is.
func (w *Wing) answers(c *page.Ctx) error {
	answers, err := w.room.Answers(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	type kept struct {
		N        int                `json:"n"`
		Seq      int64              `json:"seq"`
		Hash     string             `json:"hash"`
		SavedAt  int64              `json:"saved_at"`
		Late     bool               `json:"late"`
		Response questions.Response `json:"response"`
	}
	all := make([]kept, len(answers))
	for i, a := range answers {
		all[i] = kept{a.N, a.Seq, a.Hash, store.Ms(a.At), a.Late, a.Response}
	}
	return c.JSON(struct {
		Answers []kept `json:"answers"`
	}{all})
}

// report is what the room sends of what the browser saw. Pages from before reports had numbers send device and events
// alone.
type report struct {
	Device     string        `json:"device"`
	Page       string        `json:"page"`
	Seq        int64         `json:"seq"`
	SentMs     int64         `json:"sent_ms"`
	SentMonoMs int64         `json:"sent_mono_ms"`
	RttMs      int64         `json:"rtt_ms"`
	Lost       int           `json:"lost"`
	Events     []exams.Event `json:"events"`
}

// signals keeps what the browser says it saw.
func (w *Wing) signals(c *page.Ctx) error {
	var in report
	if err := c.Decode(&in); err != nil {
		return err
	}
	if err := w.room.Report(c.Context(), c.Person, c.Params("id"), exams.Report{Device: in.Device, Page: in.Page, Seq: in.Seq,
		SentMs: in.SentMs, SentMonoMs: in.SentMonoMs, RttMs: in.RttMs, Lost: in.Lost, Events: in.Events, From: originOf(c)}); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// originOf is where a call comes from, for the room to tell whether it changed.
func originOf(c *page.Ctx) exams.Origin {
	return exams.Origin{Address: c.Address(), Browser: c.Browser()}
}

// submit hands the paper in; handing it in again leads to the same result.
func (w *Wing) submit(c *page.Ctx) error {
	if _, err := w.room.Submit(c.Context(), c.Person, c.Params("id")); err != nil {
		return err
	}
	return c.Redirect(resultPath(c.Params("id")), fiber.StatusSeeOther)
}

func resultPath(attempt string) string { return attemptPath(attempt) + "/result" }
