package page

import "bainian/app/fault"

type accountView struct {
	Base
	Err error
}

func (k *Kit) accountPage(c *Ctx) error {
	return c.Page(k.own, "account", &accountView{Base: Base{Title: c.T("page.account")}})
}

// changePassword ends every session of the person and opens a new one here.
func (k *Kit) changePassword(c *Ctx) error {
	token, err := k.Directory.ChangePassword(c.ctx, c.Person, c.FormText("current"), c.FormText("password"))
	if err != nil {
		if !c.Refused(err) && !fault.Is(err, fault.Unauthenticated) {
			return err
		}
		c.Status(statusOf(fault.KindOf(err)))
		return c.Page(k.own, "account", &accountView{Base: Base{Title: c.T("page.account")}, Err: err})
	}
	k.openSession(c, token)
	return c.Back("/account", "page.password_changed")
}
