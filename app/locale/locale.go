// Package locale holds every word that a person sees, in three languages, and how dates, times and numbers
// are written in each. A message is a key such as "people.sign_in_failed"; its file is
// <lang>/<package>.json, and its value is either a text with {name} places or, where English needs it, an
// object {"one": …, "other": …} chosen by the argument n.
package locale

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"bainian/app/fault"
)

// Lang is one of the three languages of the interface, as a BCP 47 tag.
type Lang string

const (
	Hant Lang = "zh-Hant" // the default
	Hans Lang = "zh-Hans"
	En   Lang = "en"
)

// Langs are the languages in the order in which they are offered; the first is the default.
func Langs() []Lang { return []Lang{Hant, Hans, En} }

// Valid reports whether it is one of the three.
func (l Lang) Valid() bool { return slices.Contains(Langs(), l) }

// Match is the best language for an Accept-Language header, the default when none fits.
func Match(accept string) Lang {
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil || len(tags) == 0 {
		return Hant
	}
	supported := []language.Tag{language.TraditionalChinese, language.SimplifiedChinese, language.English}
	_, i, confidence := language.NewMatcher(supported).Match(tags...)
	if confidence == language.No {
		return Hant
	}
	return Langs()[i]
}

//go:embed zh-Hant zh-Hans en
var files embed.FS

type message struct{ one, other string }

// Catalog is the loaded messages of all languages; it never changes after Load.
type Catalog struct {
	messages map[Lang]map[string]message
	zone     *time.Location
}

// In is the catalog with times that stand in messages written in a zone.
func (c *Catalog) In(zone *time.Location) *Catalog { return &Catalog{c.messages, zone} }

// Load is the embedded catalogs, which are read once; an error names the file and the key.
func Load() (*Catalog, error) { return load() }

var load = sync.OnceValues(func() (*Catalog, error) {
	c := &Catalog{messages: map[Lang]map[string]message{}, zone: time.UTC}
	for _, lang := range Langs() {
		c.messages[lang] = map[string]message{}
		names, err := fs.Glob(files, string(lang)+"/*.json")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if err := c.read(lang, name); err != nil {
				return nil, fmt.Errorf("locale: %s: %w", name, err)
			}
		}
	}
	return c, nil
})

func (c *Catalog) read(lang Lang, name string) error {
	src, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	raw := map[string]json.RawMessage{}
	if err := json.Unmarshal(src, &raw); err != nil {
		return err
	}
	prefix := strings.TrimSuffix(path.Base(name), ".json") + "."
	for key, value := range raw {
		if !strings.HasPrefix(key, prefix) {
			return fmt.Errorf("key %q does not start with %q", key, prefix)
		}
		var text string
		if json.Unmarshal(value, &text) == nil {
			c.messages[lang][key] = message{text, text}
			continue
		}
		var plural struct{ One, Other string }
		if err := json.Unmarshal(value, &plural); err != nil || plural.One == "" || plural.Other == "" {
			return fmt.Errorf("key %q is neither a text nor {one, other}", key)
		}
		c.messages[lang][key] = message{plural.One, plural.Other}
	}
	return nil
}

// Has reports whether the key exists in that language.
func (c *Catalog) Has(lang Lang, key string) bool {
	_, ok := c.messages[lang][key]
	return ok
}

// Keys are all keys of a language, sorted.
func (c *Catalog) Keys(lang Lang) []string {
	keys := make([]string, 0, len(c.messages[lang]))
	for k := range c.messages[lang] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Raw is a message's text before its places are filled (its "other" form), for tests and tools.
func (c *Catalog) Raw(lang Lang, key string) string { return c.messages[lang][key].other }

// T is the message in that language with its {name} places filled from name/value pairs. An unknown key
// comes back in brackets, so that it is seen and found.
func (c *Catalog) T(lang Lang, key string, args ...any) string {
	m, ok := c.messages[lang][key]
	if !ok {
		return "[" + key + "]"
	}
	text := m.other
	if len(args) == 0 {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		name, value := fmt.Sprint(args[i]), c.written(lang, args[i+1])
		if name == "n" && value == "1" {
			text = m.one
		}
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// written is an argument as it stands in a message.
func (c *Catalog) written(lang Lang, arg any) string {
	if t, ok := arg.(time.Time); ok {
		t = t.In(c.zone)
		return DateTime(lang, t, t)
	}
	return fmt.Sprint(arg)
}

// Message is the words for an error: of a fault its message, of problems the first and how many more, of
// anything else a general apology that tells nothing of the inside.
func (c *Catalog) Message(lang Lang, err error) string {
	if e := (*fault.Error)(nil); errors.As(err, &e) {
		return c.T(lang, e.Key, e.Args...)
	}
	if p := (fault.Problems)(nil); errors.As(err, &p) && len(p) > 0 {
		return c.T(lang, p[0].Key, p[0].Args...)
	}
	return c.T(lang, "locale.internal")
}
