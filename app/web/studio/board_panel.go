package studio

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/web/page"
)

// boardPanel is one candidate beside the board: how they stand, what was said and done, and what may be done.
type boardPanel struct {
	exams.Watching
	At         string // of the sitting
	Row        boardRow
	Claims     []boardSignal
	Happenings []happening
	Open       bool // notes may still be written down
	Live       bool
	Presets    []string

	Message, Note, Minutes, Extension, Pause page.Field
}

type happening struct {
	exams.Happening
	By string // a name
}

// claims are the kinds of claim that the board counts in words, in that order.
func claims() []string {
	return []string{exams.Absences, "second_tab", exams.WatchBrowser, exams.WatchAddress, "screen_added", "device_change", "fullscreen_off", "print", "offline", "paste", "copy", "cut", "resize"}
}

func (w *Wing) panelOf(c *page.Ctx, attempt string) (*boardPanel, error) {
	one, err := w.room.Watching(c.Context(), c.Person, c.Params("id"), attempt)
	if err != nil {
		return nil, err
	}
	rows, err := w.boardRows(c, exams.Board{Rows: []exams.Watched{one.Watched}})
	if err != nil {
		return nil, err
	}
	v := &boardPanel{Watching: one, At: "/studio/sittings/" + one.Sitting.ID, Row: rows[0], Open: one.Sitting.SettledAt.IsZero(), Live: one.Pulse != exams.Finished,
		Presets: []string{c.T("live.preset_left"), c.T("live.preset_phone"), c.T("live.preset_talked"), c.T("live.preset_material")}}
	for _, kind := range claims() {
		if n := one.Claims[kind]; n > 0 {
			v.Claims = append(v.Claims, boardSignal{kind, n})
		}
	}
	who := w.names(c)
	for _, h := range one.Happenings {
		row := happening{Happening: h}
		if row.By, err = who.of(h.By); err != nil {
			return nil, err
		}
		if h.Kind == "asked" {
			row.Text = browserIn(h.Text)
		}
		v.Happenings = append(v.Happenings, row)
	}
	v.Message = page.Field{Label: c.T("live.message"), Name: "text", Type: "textarea", Rows: 3, Required: true}
	v.Note = page.Field{Label: c.T("live.note"), Name: "note", Type: "textarea", Rows: 2, Required: true}
	v.Minutes = page.Field{Label: c.T("studio.minutes"), Name: "minutes", Type: "number", Value: "5", Required: true}
	v.Extension = page.Field{Label: c.T("studio.reason"), Name: "extension", Required: true}
	v.Pause = page.Field{Label: c.T("studio.reason"), Name: "pause", Required: true}
	for _, f := range []*page.Field{&v.Message, &v.Note, &v.Minutes, &v.Extension, &v.Pause} {
		if value := c.Form(f.Name); value != "" {
			f.Value = value
		}
	}
	return v, nil
}

// acted ends what was done on the board: for its script with the words of what happened, else on the board again.
func (w *Wing) acted(c *page.Ctx, err error, key string, args ...any) error {
	of := c.Form("of")
	scripted := strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON)
	switch {
	case err == nil && scripted:
		return c.JSON(struct {
			Said string `json:"said"`
		}{c.T(key, args...)})
	case err == nil:
		to := "/studio/sittings/" + c.Params("id") + "/board"
		if of != "" {
			to += "?of=" + of
		}
		return c.Back(to, key, args...)
	case !scripted && c.Refused(err):
		return w.showBoard(c, of, err)
	}
	return err
}

func (w *Wing) tell(c *page.Ctx) error {
	text := c.FormText("text")
	if c.Form("of") == "" {
		text = c.FormText("all")
	}
	n, err := w.room.Tell(c.Context(), c.Person, c.Params("id"), c.Form("of"), text)
	return w.acted(c, err, "live.told", "n", n)
}

func (w *Wing) answerCall(c *page.Ctx) error {
	return w.acted(c, w.room.AnswerCall(c.Context(), c.Person, c.Form("call"), c.Form("reply")), "live.answered")
}

func (w *Wing) decideTakeOver(c *page.Ctx) error {
	approve := c.Form("decision") == "approve"
	key := "live.refused"
	if approve {
		key = "live.approved"
	}
	return w.acted(c, w.room.DecideTakeOver(c.Context(), c.Person, c.Form("takeover"), approve), key)
}

func (w *Wing) look(c *page.Ctx) error {
	return w.acted(c, w.room.Look(c.Context(), c.Person, c.Form("of")), "live.looked")
}

// noteHere writes a note down, in words of one's own or by a button.
func (w *Wing) noteHere(c *page.Ctx) error {
	one, err := w.room.Watching(c.Context(), c.Person, c.Params("id"), c.Form("of"))
	if err != nil {
		return err
	}
	text := c.Form("preset")
	if text == "" {
		text = c.Form("note")
	}
	return w.acted(c, w.room.Note(c.Context(), c.Person, one.Sitting.ID, one.PersonID, text), "studio.noted")
}

func (w *Wing) extendHere(c *page.Ctx) error {
	minutes, err := c.FormInt("minutes")
	if err == nil {
		err = w.room.Extend(c.Context(), c.Person, c.Form("of"), minutes, c.Form("extension"))
	}
	return w.acted(c, err, "studio.extended", "minutes", minutes)
}

func (w *Wing) pauseHere(c *page.Ctx) error {
	return w.acted(c, w.room.Pause(c.Context(), c.Person, c.Form("of"), c.Form("pause")), "studio.paused")
}

func (w *Wing) resumeHere(c *page.Ctx) error {
	return w.acted(c, w.room.Resume(c.Context(), c.Person, c.Form("of")), "studio.resumed")
}
