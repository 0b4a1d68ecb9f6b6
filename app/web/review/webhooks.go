package review

import (
	"slices"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/post"
	"bainian/app/web/page"
)

type webhooksView struct {
	page.Base
	Tabs  page.Tabs
	All   []post.Webhook
	Form  webhookForm
	Empty page.Empty
	CRM   string // that is kept in line with the gate; "" without one
	Alarm bool   // somebody should look there
}

// webhookForm is what an admin enters of a webhook.
type webhookForm struct {
	URL, Description string
	Groups           []page.Option // kinds of events that are chosen together
	Schemes          []page.Option
	Err              error
}

// groupOf names the kinds that are chosen together.
func groupOf(k post.Kind) string {
	if k.With != "" {
		return k.With
	}
	return k.Name
}

// webhookFormOf is the form of terms; for a new webhook everything is chosen.
func (w *Wing) webhookFormOf(c *page.Ctx, t post.Terms, isNew bool, refused error) webhookForm {
	f := webhookForm{URL: t.URL, Description: t.Description, Schemes: schemes(c), Err: refused}
	for _, k := range w.office.Kinds() {
		group := groupOf(k)
		if slices.ContainsFunc(f.Groups, func(o page.Option) bool { return o.Value == group }) {
			continue
		}
		f.Groups = append(f.Groups, page.Option{Value: group, Label: c.T("push.group_" + strings.ReplaceAll(group, ".", "_")),
			Chosen: isNew && refused == nil || slices.Contains(t.Kinds, k.Name)})
	}
	return f
}

func schemes(c *page.Ctx) (options []page.Option) {
	for _, s := range post.Schemes() {
		options = append(options, page.Option{Value: string(s), Label: c.T("push.scheme_" + string(s)), Chosen: c.Form("scheme") == string(s)})
	}
	return options
}

// webhookTerms are what the form says.
func (w *Wing) webhookTerms(c *page.Ctx) post.Terms {
	t, groups := post.Terms{URL: c.Form("url"), Description: c.Form("description")}, c.FormAll("kinds")
	for _, k := range w.office.Kinds() {
		if slices.Contains(groups, groupOf(k)) {
			t.Kinds = append(t.Kinds, k.Name)
		}
	}
	return t
}

func (w *Wing) webhooks(c *page.Ctx) error { return w.showWebhooks(c, post.Terms{}, nil) }

func (w *Wing) showWebhooks(c *page.Ctx, t post.Terms, refused error) error {
	all, err := w.office.Webhooks(c.Context(), c.Person)
	if err != nil {
		return err
	}
	v := &webhooksView{Base: page.Base{Title: c.T("push.webhooks"), Here: "/people"}, Tabs: tabsOf(c, "/webhooks"), All: all,
		Form: w.webhookFormOf(c, t, true, refused), Empty: page.Empty{Title: c.T("push.none"), Text: c.T("push.none_text")}}
	if w.crm != nil {
		health, err := w.crm.Health(c.Context())
		if err != nil {
			return err
		}
		v.CRM, v.Alarm = w.crm.Name(), health.Alarm()
	}
	return c.Page(w.pages, "webhooks", v)
}

func (w *Wing) createWebhook(c *page.Ctx) error {
	t := w.webhookTerms(c)
	id, key, err := w.office.Subscribe(c.Context(), c.Person, t, post.Scheme(c.Form("scheme")))
	if err == nil {
		return w.showWebhook(c, id, webhookAsk{Shown: key.Shown()})
	}
	if !c.Refused(err) {
		return err
	}
	return w.showWebhooks(c, t, err)
}

type webhookView struct {
	page.Base
	post.File
	Form  webhookForm
	Names map[string]string
	Shown string // the key just made, shown once
	Err   error  // of anything but the terms
	Hours string // of overlap, in the form
	Since string // in the form
	Pager page.Pager
}

// webhookAsk is what a page of a webhook shows beside the webhook.
type webhookAsk struct {
	Shown string
	Terms *post.Terms // that were refused
	Wrong error       // why they were
	Err   error       // of anything else
}

func (w *Wing) webhook(c *page.Ctx) error { return w.showWebhook(c, c.Params("id"), webhookAsk{}) }

func (w *Wing) showWebhook(c *page.Ctx, id string, ask webhookAsk) error {
	f, err := w.office.File(c.Context(), c.Person, id, c.Query("after"))
	if err != nil {
		return err
	}
	terms := f.Terms
	if ask.Terms != nil {
		terms = *ask.Terms
	}
	v := &webhookView{Base: page.Base{Title: f.Description, Here: "/people"}, File: f, Form: w.webhookFormOf(c, terms, false, ask.Wrong), Shown: ask.Shown, Err: ask.Err,
		Hours: "24", Since: c.Form("since")}
	if ask.Err != nil && c.Form("hours") != "" {
		v.Hours = c.Form("hours")
	}
	ids := []string{f.By}
	for _, k := range f.Keys {
		ids = append(ids, k.By)
	}
	for _, change := range f.Changes {
		ids = append(ids, change.By)
	}
	if v.Names, err = w.names(c, ids...); err != nil {
		return err
	}
	at := "/webhooks/" + id
	if c.Query("after") != "" {
		v.Pager.First = at
	}
	if f.More != "" {
		v.Pager.Next = at + "?after=" + f.More
	}
	return c.Page(w.pages, "webhook", v)
}

func (w *Wing) reviseWebhook(c *page.Ctx) error {
	id, t := c.Params("id"), w.webhookTerms(c)
	err := w.office.Revise(c.Context(), c.Person, id, t)
	if err == nil {
		return c.Back("/webhooks/"+id, "push.revised")
	}
	if !c.Refused(err) {
		return err
	}
	return w.showWebhook(c, id, webhookAsk{Terms: &t, Wrong: err})
}

// rotateKey shows the new key in the answer itself, the only time a secret is seen.
func (w *Wing) rotateKey(c *page.Ctx) error {
	hours, err := c.FormInt("hours")
	var key post.Key
	if err == nil {
		key, err = w.office.Rotate(c.Context(), c.Person, c.Params("id"), post.Scheme(c.Form("scheme")), time.Duration(hours)*time.Hour)
	}
	if err != nil && !c.Refused(err) {
		return err
	}
	if err != nil {
		return w.showWebhook(c, c.Params("id"), webhookAsk{Err: err})
	}
	return w.showWebhook(c, c.Params("id"), webhookAsk{Shown: key.Shown()})
}

func (w *Wing) enableWebhook(c *page.Ctx) error {
	return w.webhookDone(c, w.office.Enable(c.Context(), c.Person, c.Params("id")), "push.enabled_now")
}

func (w *Wing) disableWebhook(c *page.Ctx) error {
	return w.webhookDone(c, w.office.Disable(c.Context(), c.Person, c.Params("id")), "push.disabled_now")
}

func (w *Wing) testWebhook(c *page.Ctx) error {
	return w.webhookDone(c, w.office.Test(c.Context(), c.Person, c.Params("id")), "push.tested")
}

func (w *Wing) resendDelivery(c *page.Ctx) error {
	return w.webhookDone(c, w.office.Resend(c.Context(), c.Person, c.Params("id"), c.Params("delivery")), "push.resent")
}

// replayWebhook sends again what happened since a time; without one, how everybody's gate stands now.
func (w *Wing) replayWebhook(c *page.Ctx) error {
	var since time.Time
	if text := c.Form("since"); text != "" {
		t, err := time.ParseInLocation("2006-01-02T15:04", text, c.Zone())
		if err != nil {
			return w.webhookDone(c, fault.New(fault.Invalid, "push.since_shape", "text", text).In("since"), "")
		}
		since = t
	}
	return w.webhookDone(c, w.office.Replay(c.Context(), c.Person, c.Params("id"), since), "push.replayed")
}

func (w *Wing) webhookDone(c *page.Ctx, err error, done string) error {
	if err == nil {
		return c.Back("/webhooks/"+c.Params("id"), done)
	}
	if !c.Refused(err) {
		return err
	}
	return w.showWebhook(c, c.Params("id"), webhookAsk{Err: err})
}
