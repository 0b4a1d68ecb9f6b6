package api

import (
	"bytes"
	"cmp"
	"embed"
	"net/url"
	"slices"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/web/page"
)

//go:embed templates/*.html
var files embed.FS

//go:embed snippets
var snippets embed.FS

// connectView is the page by which an administrator connects a CRM.
type connectView struct {
	page.Base
	CRM      string // its address, as given
	Err      error
	Snippets map[string]string // file → what to copy
	Keys     string            // address of the public keys
	Latest   []latestView
	Empty    page.Empty
}

// latestView is the last question that a token asked since the program started.
type latestView struct {
	Token, Way, Said string
	Allowed          bool
	At               time.Time
}

// exampleCRM stands in the snippets until the administrator says where theirs is.
const exampleCRM = "http://127.0.0.1:9000"

// connect shows how a CRM is connected, ready to copy, with our own address in it; ?crm= puts in theirs.
func (w *Wing) connect(c *page.Ctx) error {
	v := &connectView{Base: page.Base{Title: c.T("ways.connect"), Here: "/tokens"}, CRM: cmp.Or(strings.TrimSpace(c.Query("crm")), exampleCRM),
		Snippets: map[string]string{}, Keys: w.kit.BaseURL + keysPath, Empty: page.Empty{Title: c.T("ways.nothing_yet"), Text: c.T("ways.nothing_yet_text")}}
	crm, err := originOf(v.CRM)
	if err != nil {
		if !c.Refused(err) {
			return err
		}
		v.Err, crm = err, exampleCRM
	}
	fill := map[string]any{"Base": w.kit.BaseURL, "TLS": strings.HasPrefix(w.kit.BaseURL, "https:"), "CRM": crm,
		"Number": c.Person.Number, "Token": "TOKEN", "Secret": "SECRET"}
	for _, t := range w.snippets.Templates() {
		var text bytes.Buffer
		if err := t.Execute(&text, fill); err != nil {
			return err
		}
		v.Snippets[t.Name()] = text.String()
	}
	for token, q := range w.latest.all() {
		v.Latest = append(v.Latest, latestView{Token: token, Way: c.T("ways.by_" + string(q.way)), Said: q.said, Allowed: q.allowed, At: q.at})
	}
	slices.SortFunc(v.Latest, func(a, b latestView) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Token, b.Token)) })
	return c.Page(w.pages, "connect", v)
}

// originOf is scheme://host[:port] of an address, and nothing that would end a line of a configuration.
func originOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil ||
		strings.ContainsAny(u.Host, "\"'`{};$ \\") {
		return "", fault.New(fault.Invalid, "ways.bad_address").In("crm")
	}
	return u.Scheme + "://" + u.Host, nil
}
