package page

import (
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/locale"
	"bainian/app/people"
)

// Base is what every page has; a page's view embeds it and sets the first group, Page fills the second.
type Base struct {
	Title    string // of the page, without the product's name
	Here     string // a path of the menu to mark; empty: by the request's path
	Bare     bool   // no rail: the exam room, sign-in
	Script   string // the page's ES module, such as "js/exam.js"
	Confined bool   // the session was opened for an exam alone, and the page is bare

	Lang     locale.Lang
	Person   people.Person
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
	return c.compose(v.base(), func(w io.Writer, s slot) error {
		if t := page.in(s); t != nil {
			return t.Execute(w, v)
		}
		return nil
	})
}

// Pieces is a page that is put together from parts, most of them kept: Fragment's parts as Piece gives them.
type Pieces struct {
	Side template.HTML
	Main []template.HTML
}

// Assemble renders a whole page: the layout around ready pieces. Its head is the one that the wing's pages share.
func (c *Ctx) Assemble(t *Templates, b Base, p Pieces) error {
	head, err := t.part(c.Lang, "head")
	if err != nil {
		return err
	}
	return c.compose(&b, func(w io.Writer, s slot) (err error) {
		switch s {
		case headSlot:
			err = head.Execute(w, nil)
		case sideSlot:
			_, err = io.WriteString(w, string(p.Side))
		case mainSlot:
			for _, piece := range p.Main {
				_, err = io.WriteString(w, string(piece))
			}
		}
		return err // of the answer's buffer, which takes everything
	})
}

// Piece renders one part, as Fragment does, to be kept or put into a page.
func (c *Ctx) Piece(t *Templates, name string, data any) (template.HTML, error) {
	part, err := t.part(c.Lang, name)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = part.Execute(&b, data)
	return template.HTML(b.String()), err
}

// fill sets what every page has from the request.
func (c *Ctx) fill(b *Base) (err error) {
	b.Lang, b.Person, b.Theme, b.Now = c.Lang, c.Person, c.kit.themeOf(c.Ctx), c.Now()
	b.Flash = c.takeFlash()
	b.Confined, b.Bare = c.Confined, b.Bare || c.Confined
	b.Path = "/"
	if c.Method() == fiber.MethodGet { // a post's address is not one to come back to
		b.Path = c.OriginalURL()
	}
	if b.Here == "" {
		b.Here = c.Path()
	}
	b.Switches, err = c.kit.switches(c.Lang, b.Theme)
	return err
}

// Fragment renders one part for htmx: a file _name.html of the wing, or a part of the kit.
func (c *Ctx) Fragment(t *Templates, name string, data any) error {
	part, err := t.part(c.Lang, name)
	if err != nil {
		return err
	}
	return c.write(func(w io.Writer) error { return part.Execute(w, data) })
}

func (t *Templates) part(lang locale.Lang, name string) (*template.Template, error) {
	part := t.sets[lang].shared.Lookup(name)
	if part == nil {
		return nil, fmt.Errorf("page: there is no part %q", name)
	}
	return part, nil
}

// compose writes the page's frame with its slots filled; content fills those that are not the layout's own.
func (c *Ctx) compose(b *Base, content func(io.Writer, slot) error) error {
	if err := c.fill(b); err != nil {
		return err
	}
	f, err := c.kit.frame(b)
	if err != nil {
		return err
	}
	return c.write(func(w io.Writer) error { return f.write(w, b, content) })
}

// write has HTML written straight into the answer's pooled buffer, and leaves nothing there when that fails.
func (c *Ctx) write(render func(io.Writer) error) error {
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, string(c.Lang))
	if err := render(c.Response().BodyWriter()); err != nil {
		c.Response().ResetBody()
		return err
	}
	return nil
}
