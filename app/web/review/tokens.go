package review

import (
	"cmp"

	"bainian/app/people"
	"bainian/app/web/page"
)

type tokensView struct {
	page.Base
	Tabs   page.Tabs
	Tokens []token
	Plain  string // of the one just made, shown once
	Name   string
	Scopes []page.Option
	Empty  page.Empty
	Err    error
}

type token struct {
	people.Token
	By, RevokedBy string
	For           string // in words
}

func (w *Wing) tokens(c *page.Ctx) error { return w.showTokens(c, "", nil) }

func (w *Wing) showTokens(c *page.Ctx, plain string, refused error) error {
	all, err := w.directory.Tokens(c.Context(), c.Person)
	if err != nil {
		return err
	}
	v := &tokensView{Base: page.Base{Title: c.T("review.tokens"), Here: "/people"}, Tabs: tabsOf(c, "/tokens"), Plain: plain, Err: refused,
		Empty: page.Empty{Title: c.T("review.tokens.none"), Text: c.T("review.tokens.none_text")}}
	if refused != nil {
		v.Name = c.Form("name")
	}
	for _, s := range people.Scopes() {
		v.Scopes = append(v.Scopes, page.Option{Value: string(s), Label: c.T("review.tokens.scope_" + string(s)), Chosen: string(s) == c.Form("scope")})
	}
	for _, t := range all {
		names, err := w.names(c, t.ByID, t.RevokedBy)
		if err != nil {
			return err
		}
		v.Tokens = append(v.Tokens, token{t, names[t.ByID], names[t.RevokedBy], c.T("review.tokens.scope_" + string(t.Scope))})
	}
	return c.Page(w.pages, "tokens", v)
}

// createToken shows the plain token in the answer itself, the only time it is seen.
func (w *Wing) createToken(c *page.Ctx) error {
	plain, err := w.directory.NewTokenFor(c.Context(), c.Person, c.Form("name"), people.Scope(cmp.Or(c.Form("scope"), string(people.Decisions))))
	if err != nil && !c.Refused(err) {
		return err
	}
	return w.showTokens(c, plain, err)
}

func (w *Wing) revokeToken(c *page.Ctx) error {
	if err := w.directory.RevokeToken(c.Context(), c.Person, c.Params("id")); err != nil {
		return err
	}
	return c.Back("/tokens", "review.tokens.revoked")
}
