package review

import (
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/web/page"
)

type invitationView struct {
	page.Base
	Of    people.Person
	Token string
	Err   error
}

// invitation is where a link from HR leads: somebody new chooses their first password.
func (w *Wing) invitation(c *page.Ctx) error { return w.showInvitation(c, nil) }

func (w *Wing) showInvitation(c *page.Ctx, refused error) error {
	p, err := w.directory.Invited(c.Context(), c.Params("token"))
	if err != nil {
		return invitationOver(err)
	}
	return c.Page(w.pages, "invitation", &invitationView{Base: page.Base{Title: c.T("review.invitation", "name", p.Name), Bare: true},
		Of: p, Token: c.Params("token"), Err: refused})
}

// accept sets the password and asks for it at once: whoever can sign in once will know how tomorrow.
func (w *Wing) accept(c *page.Ctx) error {
	session, _, err := w.directory.Accept(c.Context(), c.Params("token"), c.FormText("password"))
	switch {
	case err == nil:
		if err := w.directory.SignOut(c.Context(), session); err != nil {
			return err
		}
		return c.Back("/sign-in", "review.invitation.accepted")
	case c.Refused(err):
		return w.showInvitation(c, err)
	}
	return invitationOver(err)
}

// invitationOver makes a link that works no more a page that says so: to be sent to sign in would help nobody
// who has no password.
func invitationOver(err error) error {
	if fault.HasKey(err, "people.invitation_over") {
		return fault.New(fault.NotFound, "people.invitation_over")
	}
	return err
}
