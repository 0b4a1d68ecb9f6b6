package page

import (
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/people"
)

// sessionKept is how long the browser keeps the cookie; the server ends the session by its own clock.
const sessionKept = 12 * time.Hour

func (k *Kit) routes() []Route {
	return []Route{
		{"GET", "/sign-in", Anyone, k.signInPage},
		{"POST", "/sessions", Anyone, k.signIn},
		{"POST", "/sessions/end", Anyone, k.signOut},
		{"GET", "/demo/:token", Anyone, k.demoSignIn},
		{"GET", "/setup", Always, k.setUpPage},
		{"POST", "/setup", Always, k.setUp},
		{"GET", "/account", SignedIn, k.accountPage},
		{"POST", "/account/password", SignedIn, k.changePassword},
		{"POST", "/preferences", Anyone, k.savePreferences},
	}
}

type signInView struct {
	Base
	Login, Next string
	Err         error
}

func (k *Kit) signInPage(c *Ctx) error {
	if c.Person.ID != "" {
		return c.Redirect(Home(c.Person), fiber.StatusSeeOther)
	}
	return c.Page(k.own, "sign_in", &signInView{Base: Base{Title: c.T("page.sign_in"), Bare: true}, Next: c.Query("next")})
}

func (k *Kit) signIn(c *Ctx) error {
	login, next := c.Form("login"), c.Form("next")
	token, p, err := k.Directory.SignIn(c.ctx, login, c.FormText("password"))
	if err != nil {
		if !c.Refused(err) && !fault.Is(err, fault.Unauthenticated) {
			return err
		}
		c.Status(statusOf(fault.KindOf(err)))
		return c.Page(k.own, "sign_in", &signInView{Base: Base{Title: c.T("page.sign_in"), Bare: true}, Login: login, Next: next, Err: err})
	}
	k.openSession(c, token)
	if next == "" {
		next = Home(p)
	}
	return c.Redirect(localPath(next), fiber.StatusSeeOther)
}

func (k *Kit) openSession(c *Ctx, token string) {
	k.remember(c.Ctx, sessionCookie, token, sessionKept)
}

// SignIn has the browser keep a session that was opened in another way than here.
func (c *Ctx) SignIn(token string) { c.kit.openSession(c, token) }

func (k *Kit) signOut(c *Ctx) error {
	if c.Token != "" {
		if err := k.Directory.SignOut(c.ctx, c.Token); err != nil {
			return err
		}
	}
	k.forget(c.Ctx, sessionCookie)
	return c.Back("/sign-in", "page.signed_out")
}

// demoSignIn is the one GET that signs in; it exists while a demo runs.
func (k *Kit) demoSignIn(c *Ctx) error {
	if k.DemoSignIn == nil {
		return fault.New(fault.NotFound, "page.not_found")
	}
	token, err := k.DemoSignIn(c.ctx, c.Params("token"))
	if err != nil {
		return err
	}
	p, err := k.Directory.Session(c.ctx, token)
	if err != nil {
		return err
	}
	k.openSession(c, token)
	return c.Redirect(Home(p), fiber.StatusSeeOther)
}

type setUpView struct {
	Base
	Form SetUp // without its password
	Err  error
}

func (k *Kit) setUpPage(c *Ctx) error {
	if err := k.setUpFirst(c); err != errSetUp {
		if err != nil {
			return err
		}
		return c.Redirect("/", fiber.StatusSeeOther)
	}
	return c.Page(k.own, "set_up", &setUpView{Base: Base{Title: c.T("page.set_up"), Bare: true}})
}

func (k *Kit) setUp(c *Ctx) error {
	if err := k.setUpFirst(c); err != errSetUp {
		if err != nil {
			return err
		}
		return fault.New(fault.Conflict, "page.already_set_up")
	}
	form := SetUp{Code: c.Form("code"), Number: c.Form("number"), Name: c.Form("name"), Email: c.Form("email"), Password: c.FormText("password")}
	token, err := k.DoSetUp(c.ctx, form)
	if err != nil {
		if !c.Refused(err) {
			return err
		}
		form.Password = ""
		return c.Page(k.own, "set_up", &setUpView{Base: Base{Title: c.T("page.set_up"), Bare: true}, Form: form, Err: err})
	}
	k.openSession(c, token)
	return c.Back(Home(people.Person{Roles: []people.Role{people.Admin}}), "page.set_up_done")
}

// signInPath is the sign-in page that comes back to where the person wanted to go.
func signInPath(wanted string) string {
	if wanted == "/" {
		return "/sign-in"
	}
	return "/sign-in?next=" + url.QueryEscape(wanted)
}
