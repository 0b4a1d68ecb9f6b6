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

	Lang     locale.Lang
	Person   people.Person
	Rail     template.HTML
	Switches template.HTML // of language and theme
	Flash    string
	Theme    string // "light", "dark" or "" for the device's
	Now      time.Time
	Path     string // with its query, to come back to after a change of language or theme
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
	if err := c.fill(v.base()); err != nil {
		return err
	}
	return c.execute(page, v)
}

// fill sets what every page has from the request.
func (c *Ctx) fill(b *Base) (err error) {
	b.Lang, b.Person, b.Theme, b.Now = c.Lang, c.Person, c.kit.themeOf(c.Ctx), c.Now()
	b.Flash = c.takeFlash()
	b.Path = "/"
	if c.Method() == fiber.MethodGet { // a post's address is not one to come back to
		b.Path = c.OriginalURL()
	}
	if b.Switches, err = c.kit.switches(c.Lang, b.Theme); err != nil || b.Bare || b.Person.ID == "" {
		return err
	}
	place := b.Here
	if place == "" {
		place = c.Path()
	}
	b.Rail, err = c.kit.rail(c.Lang, c.Person, place)
	return err
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
