package review

import (
	"bainian/app/people"
	"bainian/app/web/page"
)

type tokensView struct {
	page.Base
	Tabs   tabs
	Tokens []token
	Plain  string // of the one just made, shown once
	Name   string
	Empty  page.Empty
	Err    error
}

type token struct {
	people.Token
	By, RevokedBy string
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
	for _, t := range all {
		names, err := w.names(c, t.ByID, t.RevokedBy)
		if err != nil {
			return err
		}
		v.Tokens = append(v.Tokens, token{t, names[t.ByID], names[t.RevokedBy]})
	}
	return c.Page(w.pages, "tokens", v)
}

// createToken shows the plain token in the answer itself, the only time it is seen.
func (w *Wing) createToken(c *page.Ctx) error {
	plain, err := w.directory.NewToken(c.Context(), c.Person, c.Form("name"))
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
