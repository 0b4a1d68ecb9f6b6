package page

import (
	"html/template"
	"io"
	"strings"

	"bainian/app/locale"
	"bainian/app/people"
)

// slot is a place in the layout for something that two requests of the same frame differ in. While the frame is
// drawn it is a rune for private use, which no escaping touches and no text of ours has.
type slot rune

const (
	noSlot    slot = 0
	titleSlot slot = '\uE000' + iota
	headSlot
	sideSlot
	flashSlot
	mainSlot
	nameSlot
	numberSlot
	pathSlot
	lastSlot = pathSlot
)

// frame is the layout as everybody with the same key sees it, cut at its slots.
type frame []stretch

// stretch is text and the slot behind it.
type stretch struct {
	text string
	slot slot
}

// frameKey is what the layout's text depends on; what only fills a slot counts as being there or not.
type frameKey struct {
	lang                locale.Lang
	theme, script, here string
	roles               uint32
	bare, known         bool // known: somebody is signed in
	hasTitle, hasFlash  bool
}

// layoutView is what the layout is executed with.
type layoutView struct {
	Base
	Rail             template.HTML
	Head, Side, Main template.HTML
}

func (b *Base) frameKey() frameKey {
	key := frameKey{lang: b.Lang, theme: b.Theme, script: b.Script, bare: b.Bare, known: b.Person.ID != "", hasTitle: b.Title != "", hasFlash: b.Flash != ""}
	if key.known && !key.bare {
		key.roles, key.here = bitsOf(b.Person.Roles), here(b.Here)
	}
	return key
}

// frame is the layout for a page.
func (k *Kit) frame(b *Base) (frame, error) {
	key := b.frameKey()
	return k.frames.Get(key, func() (frame, error) {
		v := layoutView{Base: *b, Head: template.HTML(headSlot), Side: template.HTML(sideSlot), Main: template.HTML(mainSlot)}
		v.Path = string(pathSlot)
		if key.hasTitle {
			v.Title = string(titleSlot)
		}
		if key.hasFlash {
			v.Flash = string(flashSlot)
		}
		if key.known {
			v.Person = people.Person{ID: b.Person.ID, Name: string(nameSlot), Number: string(numberSlot)}
		}
		text, err := k.layout(key, v)
		return cut(text), err
	})
}

// layout executes the layout's template.
func (k *Kit) layout(key frameKey, v layoutView) (string, error) {
	if key.known && !key.bare {
		rail, err := k.rail(key)
		if err != nil {
			return "", err
		}
		v.Rail = rail
	}
	var text strings.Builder
	err := k.layouts[key.lang].Execute(&text, v)
	return text.String(), err
}

// cut parts a drawn layout at its slots.
func cut(text string) frame {
	var f frame
	for {
		at := strings.IndexFunc(text, func(r rune) bool { return slot(r) >= titleSlot && slot(r) <= lastSlot })
		if at < 0 {
			return append(f, stretch{text, noSlot})
		}
		for _, r := range text[at:] {
			f = append(f, stretch{text[:at], slot(r)})
			text = text[at+len(string(r)):]
			break
		}
	}
}

// write fills the frame's slots; content fills those that are the page's and not the layout's.
func (f frame) write(w io.Writer, b *Base, content func(io.Writer, slot) error) error {
	for _, s := range f {
		_, err := io.WriteString(w, s.text)
		if err != nil {
			return err
		}
		switch s.slot {
		case titleSlot:
			_, err = escaped.WriteString(w, b.Title)
		case flashSlot:
			_, err = escaped.WriteString(w, b.Flash)
		case nameSlot:
			_, err = escaped.WriteString(w, b.Person.Name)
		case numberSlot:
			_, err = escaped.WriteString(w, b.Person.Number)
		case pathSlot:
			_, err = escaped.WriteString(w, b.Path)
		case headSlot, sideSlot, mainSlot:
			err = content(w, s.slot)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// escaped writes text as html/template does between tags and quotes.
var escaped = strings.NewReplacer("\x00", "\uFFFD", `"`, "&#34;", "&", "&amp;", "'", "&#39;", "+", "&#43;", "<", "&lt;", ">", "&gt;")
