package learn

import (
	"github.com/gofiber/fiber/v2"

	"bainian/app/locale"
	"bainian/app/store"
	"bainian/app/web/page"
)

// news are the messages of those who watch, and how the candidate's call stands.
func (w *Wing) news(c *page.Ctx) error {
	news, err := w.room.News(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return err
	}
	type message struct {
		ID    string `json:"id"`
		Text  string `json:"text"`
		By    string `json:"by"`
		All   bool   `json:"all"`
		Clock string `json:"clock"`
		Seen  bool   `json:"seen"`
	}
	type call struct {
		Open  bool   `json:"open"`
		By    string `json:"by"` // a name, "" unless it was answered
		Clock string `json:"clock"`
	}
	messages := make([]message, len(news.Messages))
	for n, m := range news.Messages {
		messages[n] = message{m.ID, m.Text, m.By, m.All, locale.Clock(m.At.In(c.Zone())), !m.SeenAt.IsZero()}
	}
	var latest *call
	if news.Call != nil {
		latest = &call{Open: news.Call.Open(), By: news.Call.Name, Clock: locale.Clock(news.Call.AnsweredAt.In(c.Zone()))}
	}
	return c.JSON(struct {
		News     int       `json:"news"`
		Now      int64     `json:"now"`
		Messages []message `json:"messages"`
		Call     *call     `json:"call"`
	}{news.N, store.Ms(c.Now()), messages, latest})
}

// fromDevice is what the room sends with a message read, a call and a request.
type fromDevice struct {
	Device string `json:"device"`
	Text   string `json:"text"`
}

// fromRoom decodes it, has it done, and answers with nothing.
func fromRoom(c *page.Ctx, do func(in fromDevice) error) error {
	var in fromDevice
	if err := c.Decode(&in); err != nil {
		return err
	}
	if err := do(in); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (w *Wing) seeMessage(c *page.Ctx) error {
	return fromRoom(c, func(in fromDevice) error {
		return w.room.See(c.Context(), c.Person, c.Params("id"), c.Params("message"), in.Device)
	})
}

func (w *Wing) callInvigilator(c *page.Ctx) error {
	return fromRoom(c, func(in fromDevice) error {
		return w.room.Call(c.Context(), c.Person, c.Params("id"), in.Device, in.Text)
	})
}

func (w *Wing) withdrawCall(c *page.Ctx) error {
	return fromRoom(c, func(fromDevice) error { return w.room.Withdraw(c.Context(), c.Person, c.Params("id")) })
}

func (w *Wing) askTakeOver(c *page.Ctx) error {
	return fromRoom(c, func(in fromDevice) error {
		return w.room.AskTakeOver(c.Context(), c.Person, c.Params("id"), in.Device, c.Get(fiber.HeaderUserAgent))
	})
}
