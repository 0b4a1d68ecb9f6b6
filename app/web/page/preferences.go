package page

import (
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/locale"
)

const (
	langCookie  = "lang"
	themeCookie = "theme"
	aYear       = 365 * 24 * time.Hour
)

// langOf is the language of a request before its person is known: the cookie, else what the browser asks for.
func (k *Kit) langOf(f *fiber.Ctx) locale.Lang {
	if l := locale.Lang(f.Cookies(k.cookieName(langCookie))); l.Valid() {
		return l
	}
	return k.langs.match(f.Get(fiber.HeaderAcceptLanguage))
}

// themeOf is "light", "dark" or "" for what the device prefers.
func (k *Kit) themeOf(f *fiber.Ctx) string {
	switch t := f.Cookies(k.cookieName(themeCookie)); t {
	case "light", "dark":
		return t
	}
	return ""
}

// savePreferences keeps a language or a theme and returns to the page it was chosen on.
func (k *Kit) savePreferences(c *Ctx) error {
	if l := locale.Lang(c.Form("lang")); l.Valid() {
		k.remember(c.Ctx, langCookie, string(l), aYear)
		if c.Person.ID != "" {
			if err := k.Directory.SetLang(c.ctx, c.Person, l); err != nil {
				return err
			}
		}
	}
	switch t := c.Form("theme"); t {
	case "light", "dark":
		k.remember(c.Ctx, themeCookie, t, aYear)
	case "auto":
		k.forget(c.Ctx, themeCookie)
	}
	if c.wantsJSON() {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Redirect(localPath(c.Form("to")), fiber.StatusSeeOther)
}

// localPath is the path if it stays on this site, else the front page.
func localPath(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	return to
}

// cookieName has the prefix that ties a cookie to this host alone where https allows it.
func (k *Kit) cookieName(name string) string {
	if k.secure {
		return "__Host-" + name
	}
	return name
}

func (k *Kit) remember(f *fiber.Ctx, name, value string, keep time.Duration) {
	f.Cookie(&fiber.Cookie{
		Name: k.cookieName(name), Value: value, Path: "/", MaxAge: int(keep.Seconds()),
		HTTPOnly: true, Secure: k.secure, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

func (k *Kit) forget(f *fiber.Ctx, name string) {
	f.Cookie(&fiber.Cookie{
		Name: k.cookieName(name), Path: "/", Expires: time.Unix(1, 0),
		HTTPOnly: true, Secure: k.secure, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

// negotiated remembers the outcome for each Accept-Language header, since matching one costs more than a page.
type negotiated struct {
	mu    sync.RWMutex
	langs map[string]locale.Lang
}

// negotiatedLimit bounds what strangers can make us remember; browsers send a few dozen different headers.
const negotiatedLimit = 1000

func (n *negotiated) match(header string) locale.Lang {
	n.mu.RLock()
	l, ok := n.langs[header]
	n.mu.RUnlock()
	if ok {
		return l
	}
	l = locale.Match(header)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.langs == nil {
		n.langs = map[string]locale.Lang{}
	}
	if len(n.langs) < negotiatedLimit && len(header) < 256 {
		n.langs[strings.Clone(header)] = l
	}
	return l
}
