package studio

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"bainian/app/exams"
	"bainian/app/store"
	"bainian/app/web/page"
)

// boardPage is a sitting while it is sat: who needs somebody first, everybody below, and one candidate beside them.
// The page is whole as it is; its script then asks for boardState every second or two and puts that in its place.
type boardPage struct {
	page.Base
	exams.Board
	Name, At string // At is the address of the sitting
	Zone     string
	Phase    string
	Live     bool // it goes on, so that asking again makes sense
	Rows     []boardRow
	Urgent   []boardRow // those who wait for an answer
	Tabs     []boardTab
	Pulses   []exams.Pulse
	Find     string
	Said     []saidToAll
	Panel    *boardPanel
	All      page.Field
	Err      error
}

// boardTab is a choice of whom the board lists.
type boardTab struct {
	Show string // "", "urgent" or a pulse
	N    int
	Here bool
}

// boardRow is one person on the board, in the page and in JSON; times are unix ms, 0 for none.
type boardRow struct {
	ID       string        `json:"id"` // the attempt, or the person before the start
	Started  bool          `json:"started"`
	Name     string        `json:"name"`
	Number   string        `json:"number"`
	Place    string        `json:"place,omitempty"` // where they sit
	Pulse    exams.Pulse   `json:"pulse"`
	Since    int64         `json:"since,omitempty"`
	Answered int           `json:"answered"`
	Total    int           `json:"total"`
	Deadline int64         `json:"deadline,omitempty"`
	Signals  []boardSignal `json:"signals,omitempty"`
	Call     *boardCall    `json:"call,omitempty"`
	TakeOver *boardRequest `json:"takeover,omitempty"`
	Unseen   int           `json:"unseen,omitempty"`
	Notes    int           `json:"notes,omitempty"`
}

type boardSignal struct {
	Kind string `json:"kind"`
	N    int    `json:"n"`
}

// boardCall is a call that is open, or was answered last.
type boardCall struct {
	ID       string `json:"id"`
	Text     string `json:"text,omitempty"`
	At       int64  `json:"at"`
	By       string `json:"by,omitempty"` // a name
	Answered int64  `json:"answered,omitempty"`
}

type boardRequest struct {
	ID      string `json:"id"`
	Browser string `json:"browser"`
	At      int64  `json:"at"`
}

// saidToAll is one of the latest messages.
type saidToAll struct {
	exams.Message
	To, By string // names; To is "" for everybody
}

func (w *Wing) board(c *page.Ctx) error {
	if c.HTMX() {
		v, err := w.panelOf(c, c.Query("of"))
		if err != nil {
			return err
		}
		return c.Fragment(w.pages, "board_panel", v)
	}
	return w.showBoard(c, c.Query("of"), nil)
}

// showBoard shows the board with one candidate beside it, again with what was refused.
func (w *Wing) showBoard(c *page.Ctx, of string, refusal error) error {
	b, err := w.room.Board(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	v := &boardPage{Board: b, Name: b.TitleIn(c.Lang), At: "/studio/sittings/" + b.ID, Zone: c.Zone().String(), Find: c.Query("find"), Pulses: exams.Pulses(), Err: refusal}
	v.Title, v.Script = c.T("live.board_of", "sitting", v.Name), "js/board.js"
	v.Phase = phaseOf(b.Sitting, c.Now())
	v.Live = v.Phase != "over"
	if v.Rows, err = w.boardRows(c, b); err != nil {
		return err
	}
	for _, r := range v.Rows {
		if r.Calling() || r.TakeOver != nil {
			v.Urgent = append(v.Urgent, r)
		}
	}
	v.Tabs = tabsOf(v.Rows, c.Query("show"))
	v.Rows = slices.DeleteFunc(v.Rows, func(r boardRow) bool { return !r.shown(c.Query("show"), v.Find) })
	if v.Said, err = w.said(c, b); err != nil {
		return err
	}
	v.All = page.Field{Label: c.T("live.message_all"), Name: "all", Type: "textarea", Rows: 2, Required: true, Value: c.FormText("all")}
	if of != "" {
		if v.Panel, err = w.panelOf(c, of); err != nil {
			return err
		}
	}
	return c.Page(w.pages, "board", v)
}

// phaseOf is where a sitting stands: coming, running, closing or over.
func phaseOf(s exams.Sitting, now time.Time) string {
	switch {
	case !s.SettledAt.IsZero():
		return "over"
	case !s.ClosedAt.IsZero():
		return "closing"
	case now.Before(s.OpensAt):
		return "coming"
	}
	return "running"
}

// boardRows are the people of a board, those who need somebody first.
func (w *Wing) boardRows(c *page.Ctx, b exams.Board) ([]boardRow, error) {
	who := w.names(c)
	rows := make([]boardRow, 0, len(b.Rows))
	for _, r := range b.Rows {
		row := boardRow{ID: cmp.Or(r.AttemptID, r.PersonID), Started: r.AttemptID != "", Name: r.Name, Number: r.Number, Place: r.Place, Pulse: r.Pulse, Since: msOf(r.Since),
			Answered: r.Answered, Total: r.Total, Deadline: msOf(r.Deadline), Unseen: r.Unseen, Notes: r.Notes}
		for _, s := range r.Signals {
			row.Signals = append(row.Signals, boardSignal(s))
		}
		if r.Call != nil {
			by, err := who.of(r.Call.AnsweredBy)
			if err != nil {
				return nil, err
			}
			row.Call = &boardCall{ID: r.Call.ID, Text: r.Call.Text, At: msOf(r.Call.At), By: by, Answered: msOf(r.Call.AnsweredAt)}
		}
		if t := r.TakeOver; t != nil {
			row.TakeOver = &boardRequest{ID: t.ID, Browser: browserIn(t.Browser), At: msOf(t.At)}
		}
		rows = append(rows, row)
	}
	order := exams.Pulses()
	slices.SortStableFunc(rows, func(a, b boardRow) int {
		return cmp.Or(cmp.Compare(slices.Index(order, a.Pulse), slices.Index(order, b.Pulse)), exams.CompareSeats(a.Place, b.Place), strings.Compare(a.Number, b.Number))
	})
	return rows, nil
}

// msOf is a time as the page's script counts, 0 for none.
func msOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Ms(t)
}

// Calling reports whether a call waits for its answer.
func (r boardRow) Calling() bool { return r.Call != nil && r.Call.Answered == 0 }

// The times of a row as the templates write them.
func (r boardRow) Until() time.Time     { return store.Time(r.Deadline) }
func (c boardCall) Called() time.Time   { return store.Time(c.At) }
func (c boardCall) Replied() time.Time  { return store.Time(c.Answered) }
func (r boardRequest) Asked() time.Time { return store.Time(r.At) }

// shown reports whether a choice and a search leave the row on the board.
func (r boardRow) shown(show, find string) bool {
	if find != "" && !strings.Contains(strings.ToLower(r.Name+" "+r.Number+" "+r.Place), strings.ToLower(find)) {
		return false
	}
	return show == "" || string(r.Pulse) == show || show == "urgent" && r.Pulse.Urgent()
}

func tabsOf(rows []boardRow, show string) []boardTab {
	tabs := []boardTab{{Show: ""}, {Show: "urgent"}}
	for _, p := range exams.Pulses() {
		tabs = append(tabs, boardTab{Show: string(p)})
	}
	for n := range tabs {
		tabs[n].Here = tabs[n].Show == show
		for _, r := range rows {
			if r.shown(tabs[n].Show, "") {
				tabs[n].N++
			}
		}
	}
	return tabs
}

// said are the latest messages with the names of whom they are from and for.
func (w *Wing) said(c *page.Ctx, b exams.Board) (all []saidToAll, err error) {
	who := w.names(c)
	for _, m := range b.Messages {
		row := saidToAll{Message: m}
		for _, r := range b.Rows {
			if m.To != "" && r.AttemptID == m.To {
				row.To = r.Name
			}
		}
		if row.By, err = who.of(m.By); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}

// boardState is what the board's script asks for: everybody, and how many have seen the latest messages. Nothing of it
// is kept on the server; who has it already is told so by its digest and gets no more.
func (w *Wing) boardState(c *page.Ctx) error {
	b, err := w.room.Board(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	rows, err := w.boardRows(c, b)
	if err != nil {
		return err
	}
	type seen struct {
		ID     string `json:"id"`
		Seen   int    `json:"seen"`
		Copies int    `json:"copies"`
	}
	said := make([]seen, len(b.Messages))
	for n, m := range b.Messages {
		said[n] = seen{m.ID, m.Seen, m.Copies}
	}
	doc, err := json.Marshal(struct {
		Live bool       `json:"live"`
		Said []seen     `json:"said"`
		Rows []boardRow `json:"rows"`
	}{b.SettledAt.IsZero(), said, rows})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(doc)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	c.Set(fiber.HeaderETag, tag)
	if c.Get(fiber.HeaderIfNoneMatch) == tag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	body := append([]byte(`{"now":`), strconv.FormatInt(store.Ms(b.Now), 10)...)
	body = append(append(body, ','), doc[1:]...)
	if strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") { // five hundred rows are much alike
		c.Set(fiber.HeaderContentEncoding, "gzip")
		body = fasthttp.AppendGzipBytesLevel(nil, body, fasthttp.CompressBestSpeed)
	}
	return c.Send(body)
}

// browserIn is a browser's name for itself in two words, such as "Firefox, Windows"; "" for one that gives none.
func browserIn(agent string) string {
	pick := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	browser := pick("SEB/", "Safe Exam Browser", "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "CriOS/", "Chrome", "Safari/", "Safari")
	system := pick("Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS X", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}
