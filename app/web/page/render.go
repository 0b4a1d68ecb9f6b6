package page

import (
	"fmt"
	"html/template"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/locale"
	"bainian/app/people"
)

// Base is what every page has; a page's view embeds it and sets the first group, Page fills the second.
type Base struct {
	Title  string // of the page, without the product's name
	Here   string // a path of the menu to mark; empty: by the request's path
	Bare   bool   // no rail: the exam room, sign-in
	Script string // the page's ES module, such as "js/exam.js"

	Lang   locale.Lang
	Person people.Person
	Rail   template.HTML
	Flash  string
	Theme  string // "light", "dark" or "" for the device's
	Now    time.Time
	Path   string // with its query, to come back to after a change of language or theme
	Langs  []locale.Lang
}

func (b *Base) base() *Base { return b }

// View is a pointer to a page's typed struct, which embeds Base.
type View interface{ base() *Base }

// Page renders a whole page: the layout around the page's template.
func (c *Ctx) Page(t *Templates, name string, v View) error {
	page := t.sets[c.Lang].pages[name]
	if page == nil {
		return fmt.Errorf("page: there is no page %q", name)
	}
	b := v.base()
	b.Lang, b.Person, b.Theme, b.Now, b.Path, b.Langs = c.Lang, c.Person, c.kit.themeOf(c.Ctx), c.Now(), c.OriginalURL(), locale.Langs()
	b.Flash = c.takeFlash()
	if c.Method() != fiber.MethodGet {
		b.Path = "/" // a post's address is not one to come back to
	}
	if !b.Bare && b.Person.ID != "" {
		place := b.Here
		if place == "" {
			place = c.Path()
		}
		rail, err := c.kit.rail(c.Lang, c.Person, place)
		if err != nil {
			return err
		}
		b.Rail = rail
	}
	return c.execute(page, v)
}

// Fragment renders one part for htmx: a file _name.html of the wing, or a part of the kit.
func (c *Ctx) Fragment(t *Templates, name string, data any) error {
	part := t.sets[c.Lang].shared.Lookup(name)
	if part == nil {
		return fmt.Errorf("page: there is no part %q", name)
	}
	return c.execute(part, data)
}

// execute writes straight into the answer's pooled buffer, and leaves nothing there when it fails.
func (c *Ctx) execute(t *template.Template, data any) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, string(c.Lang))
	if err := t.Execute(c.Response().BodyWriter(), data); err != nil {
		c.Response().ResetBody()
		return err
	}
	return nil
}
