package page

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/gofiber/fiber/v2"
)

const flashCookie = "flash"

// flash is a message that survives one redirect, as it travels in its cookie.
type flash struct {
	Key  string `json:"k"`
	Args []any  `json:"a,omitempty"`
}

// Back ends a form's post: it goes to a page of this site with a message of what happened ("" for none). For
// htmx it makes the browser load that page whole.
func (c *Ctx) Back(to, key string, args ...any) error {
	if key != "" {
		text, err := json.Marshal(flash{key, args})
		if err != nil {
			return err
		}
		c.kit.remember(c.Ctx, flashCookie, base64.RawURLEncoding.EncodeToString(text), time.Minute)
	}
	if c.HTMX() {
		c.Set("HX-Redirect", to)
		return c.SendStatus(fiber.StatusOK)
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// takeFlash is the words of a waiting message, which is thereby taken; "" when there is none.
func (c *Ctx) takeFlash() string {
	cookie := c.Cookies(c.kit.cookieName(flashCookie))
	if cookie == "" {
		return ""
	}
	c.kit.forget(c.Ctx, flashCookie)
	text, err := base64.RawURLEncoding.DecodeString(cookie)
	if err != nil {
		return ""
	}
	var note flash
	if json.Unmarshal(text, &note) != nil || !c.kit.Catalog.Has(c.Lang, note.Key) {
		return ""
	}
	return c.T(note.Key, note.Args...)
}
