package review

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/gate"
	"bainian/app/locale"
	"bainian/app/web/page"
)

// draftView is the policy as its author is changing it: as a form, or as the text itself.
type draftView struct {
	page.Base
	Text     string // as it stands; what the form was made from
	Version  int    // that it was begun on
	Draft    bool
	SavedAt  time.Time
	Live     documents.Head
	By       string // who published that
	Stale    []documents.DiffLine
	Problems fault.Problems
	Broken   bool // it cannot be shown as a form
	Levels   []draftLevel
	More     []gate.Level // levels that it does not have
	Limits   []page.Field
	Holidays string
	Mine     string // what was typed here, when another window saved something else meanwhile
	Moved    []documents.DiffLine
	Err      error
}

type draftLevel struct {
	At    string
	Level gate.Level
	Tree  draftNode
	Ends  bool // it can be taken out
}

// draftNode is a group or a condition of the form.
type draftNode struct {
	gate.SheetNode
	Children []draftNode
	Label    string
	Refs     [][]page.Option // a select per course or exam that it names
	Problems fault.Problems  // of its line
	New      []page.Option   // what can be added to it, or beside it
	Top      bool
}

func (w *Wing) policyDraft(c *page.Ctx) error     { return w.showDraft(c, "policy_draft", nil) }
func (w *Wing) policyDraftText(c *page.Ctx) error { return w.showDraft(c, "policy_text", nil) }

// draftOf is the policy as the person would publish it.
func (w *Wing) draftOf(c *page.Ctx) (documents.Doc, error) {
	return w.shelf.Draft(c.Context(), c.Person, gate.PolicyPath)
}

func (w *Wing) showDraft(c *page.Ctx, name string, refused error) error {
	d, err := w.draftOf(c)
	if err != nil {
		return err
	}
	v := &draftView{Base: page.Base{Title: c.T("policy.edit"), Here: "/policy"}, Text: d.Sources[d.Lang], Version: d.Version, Draft: d.Draft, Err: refused}
	if d.Draft {
		v.SavedAt = d.PublishedAt
	}
	live, err := w.shelf.Doc(c.Context(), gate.PolicyPath)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	v.Live = live.Head
	names, err := w.names(c, v.Live.PublishedBy)
	if err != nil {
		return err
	}
	v.By = names[v.Live.PublishedBy]
	if v.Version != v.Live.Version {
		v.Stale = changed(live.Sources[live.Lang], v.Text)
	}
	if v.Problems, err = w.shelf.Lint(c.Context(), d); err != nil {
		return err
	}
	if name == "policy_draft" {
		if err := w.fillForm(c, v); err != nil {
			return err
		}
	}
	return c.Page(w.pages, name, v)
}

// changed are the lines in which two texts differ.
func changed(before, after string) []documents.DiffLine {
	return slices.DeleteFunc(documents.Compare(before, after), func(l documents.DiffLine) bool { return l.Op == documents.Same })
}

// fillForm lays the text out; where that cannot be done the page says so.
func (w *Wing) fillForm(c *page.Ctx, v *draftView) error {
	sheet, err := gate.OpenSheet(v.Text)
	if err != nil {
		v.Broken = true
		return nil
	}
	o, err := w.choices(c)
	if err != nil {
		return err
	}
	levels := sheet.Levels()
	for i, l := range levels {
		v.Levels = append(v.Levels, draftLevel{At: l.Tree.At, Level: l.Level, Tree: o.node(c, l.Tree, v.Problems, true), Ends: i > 0})
	}
	for _, level := range []gate.Level{gate.Limited, gate.Shadow} {
		if !slices.ContainsFunc(levels, func(l gate.SheetLevel) bool { return l.Level == level }) {
			v.More = append(v.More, level)
		}
	}
	for _, name := range gate.LimitNames() {
		f := page.Field{Type: "number", Name: "limit." + name, Label: c.T("policy.limit_" + name), Value: sheet.Limit(name), Required: true}
		for _, p := range v.Problems {
			if p.Item == name {
				f.Error = c.T(p.Key, p.Args...)
			}
		}
		v.Limits = append(v.Limits, f)
	}
	v.Holidays = strings.Join(sheet.Holidays(), "\n")
	return nil
}

// choices are the courses and exams that a policy can ask for, by title.
type choices struct{ courses, exams []page.Option }

func (w *Wing) choices(c *page.Ctx) (o choices, err error) {
	for _, kind := range []gate.RequirementKind{gate.Course, gate.Exam} {
		heads, err := w.shelf.Heads(c.Context(), documents.Kind(kind))
		if err != nil {
			return o, err
		}
		reasons := make([]gate.Reason, len(heads))
		for i, h := range heads {
			reasons[i].Args = []any{string(kind), refOf(h.Path)}
		}
		titled, err := w.keeper.Titled(c.Context(), reasons, c.Lang)
		if err != nil {
			return o, err
		}
		options := make([]page.Option, len(heads))
		for i, r := range titled {
			options[i] = page.Option{Value: refOf(heads[i].Path), Label: r.Args[1].(string)}
		}
		slices.SortStableFunc(options, func(a, b page.Option) int { return cmp.Compare(a.Label, b.Label) })
		if kind == gate.Course {
			o.courses = options
		} else {
			o.exams = options
		}
	}
	return o, nil
}

// refOf is the name by which a policy asks for a course or an exam.
func refOf(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "content/"), "quizzes/")
	return strings.TrimSuffix(strings.TrimSuffix(path, "/course.md"), ".exam.md")
}

// chosen are options with one chosen; a ref that is none of them stands among them as it is written.
func chosen(options []page.Option, ref string) []page.Option {
	options = slices.Clone(options)
	found := false
	for i := range options {
		options[i].Chosen = options[i].Value == ref
		found = found || options[i].Chosen
	}
	if !found {
		options = append([]page.Option{{Value: ref, Label: ref, Chosen: true}}, options...)
	}
	return options
}

func (o choices) node(c *page.Ctx, n gate.SheetNode, problems fault.Problems, top bool) draftNode {
	out := draftNode{SheetNode: n, Top: top, New: o.offers(c)}
	for _, child := range n.Children {
		out.Children = append(out.Children, o.node(c, child, problems, false))
	}
	if n.Group != "" {
		return out
	}
	switch kind := n.Condition.Kind; kind {
	case gate.Course:
		out.Refs = [][]page.Option{chosen(o.courses, n.Condition.Ref)}
	case gate.Exam:
		out.Refs = [][]page.Option{chosen(o.exams, n.Condition.Ref)}
	case gate.InOrder:
		for _, ref := range (gate.Requirement{Ref: n.Condition.Ref}).Order() {
			out.Refs = append(out.Refs, chosen(o.exams, ref))
		}
	}
	if key := "policy.kind_" + string(n.Condition.Kind); slices.Contains(kinds(), n.Condition.Kind) {
		out.Label = c.T(key)
	} else {
		out.Label = string(n.Condition.Kind)
	}
	for _, p := range problems {
		if p.Line == n.Line {
			out.Problems = append(out.Problems, p)
		}
	}
	return out
}

// kinds are those of conditions, in the order in which they are offered.
func kinds() []gate.RequirementKind {
	return []gate.RequirementKind{gate.Course, gate.Exam, gate.InOrder, gate.Pledge, gate.Graduated, gate.SignedOff, gate.NoOpenCase, gate.NoRedLine, gate.Employed}
}

// offers are the conditions that can be added, each in words.
func (o choices) offers(c *page.Ctx) (options []page.Option) {
	options = append(options, page.Option{Label: c.T("policy.choose")})
	for _, kind := range kinds() {
		label := c.T("policy.kind_" + string(kind))
		switch kind {
		case gate.Course:
			for _, x := range o.courses {
				options = append(options, page.Option{Value: "course:" + x.Value, Label: c.T("policy.offer", "kind", label, "title", x.Label)})
			}
		case gate.Exam:
			for _, x := range o.exams {
				options = append(options, page.Option{Value: "exam:" + x.Value, Label: c.T("policy.offer", "kind", label, "title", x.Label)})
			}
		case gate.InOrder:
			if len(o.exams) > 1 {
				options = append(options, page.Option{Value: "in_order:" + inOrder(o.exams), Label: label})
			}
		default:
			options = append(options, page.Option{Value: string(kind), Label: label})
		}
	}
	return options
}

// inOrder is the order of the tracks, as far as they have exams, or else of the first two.
func inOrder(exams []page.Option) string {
	var refs []string
	for _, track := range []string{"values", "product", "sales"} {
		if slices.ContainsFunc(exams, func(o page.Option) bool { return o.Value == track }) {
			refs = append(refs, track)
		}
	}
	if len(refs) < 2 {
		refs = []string{exams[0].Value, exams[1].Value}
	}
	return strings.Join(refs, ">")
}

// saveDraft takes the form as it was typed, does the one thing whose button was pressed, and keeps the result. The form
// carries the text that it was made from, so that it means the same whatever happened meanwhile.
func (w *Wing) saveDraft(c *page.Ctx) error {
	saw := c.FormText("saw")
	sheet, err := gate.OpenSheet(saw)
	if err == nil {
		err = fill(c, sheet)
	}
	act, at, _ := strings.Cut(c.Form("do"), ":")
	if err == nil {
		err = do(c, sheet, act, at)
	}
	if c.Refused(err) {
		return w.showDraft(c, "policy_draft", err)
	}
	if err != nil {
		return err
	}
	to := "/policy/draft"
	switch act {
	case "preview":
		to = "/policy/preview"
	case "add", "either", "remove":
		to += "#level-" + strings.SplitN(at, ".", 2)[0]
	}
	return w.keep(c, saw, sheet.Text(), to)
}

// fill writes the values of the form into the sheet.
func fill(c *page.Ctx, sheet *gate.Sheet) error {
	var walk func(n gate.SheetNode) error
	walk = func(n gate.SheetNode) error {
		for _, child := range n.Children {
			if err := walk(child); err != nil {
				return err
			}
		}
		if n.Group != "" || c.Form(n.At+".kind") == "" {
			return nil
		}
		x := n.Condition
		x.Mark, x.Within, x.Grace, x.Current = c.Form(n.At+".mark"), c.Form(n.At+".within"), c.Form(n.At+".grace"), c.Form(n.At+".current") != ""
		if refs := slices.DeleteFunc(c.FormAll(n.At+".ref"), func(ref string) bool { return ref == "" }); len(refs) > 0 {
			x.Ref = strings.Join(refs, ">")
		}
		return sheet.Set(n.At, x)
	}
	for _, l := range sheet.Levels() {
		if err := walk(l.Tree); err != nil {
			return err
		}
	}
	for _, name := range gate.LimitNames() {
		sheet.SetLimit(name, c.Form("limit."+name))
	}
	sheet.SetHolidays(strings.FieldsFunc(c.Form("holidays"), func(r rune) bool { return strings.ContainsRune(" \t\r\n,;、，；", r) }))
	return nil
}

// do is what a button of the form does to the sheet.
func do(c *page.Ctx, sheet *gate.Sheet, act, at string) error {
	switch act {
	case "remove":
		return sheet.Remove(at)
	case "add", "either":
		kind, ref, _ := strings.Cut(c.Form(at+".new"), ":")
		if kind == "" {
			return fault.New(fault.Invalid, "policy.choose_first").In(at + ".new")
		}
		condition := gate.Condition{Kind: gate.RequirementKind(kind), Ref: ref}
		if act == "add" {
			return sheet.Add(at, condition)
		}
		return sheet.Either(at, condition)
	case "open":
		return sheet.AddLevel(gate.Level(at))
	case "close":
		return sheet.RemoveLevel(at)
	}
	return nil
}

func (w *Wing) saveDraftText(c *page.Ctx) error {
	to := "/policy/draft/text"
	if c.Form("do") == "preview" {
		to = "/policy/preview"
	}
	return w.keep(c, c.FormText("saw"), c.FormText("text"), to)
}

// keep keeps a text as the person's draft. Where another of their windows saved something else meanwhile, both stand side
// by side on a page, and nothing is lost.
func (w *Wing) keep(c *page.Ctx, saw, text, to string) error {
	version, err := c.FormInt("version")
	if err != nil {
		return err
	}
	err = w.shelf.ReplaceDraft(c.Context(), c.Person, gate.PolicyPath, locale.Hant, saw, text, version)
	if fault.HasKey(err, "documents.draft_moved") {
		c.Refused(err)
		d, read := w.draftOf(c)
		if read != nil {
			return read
		}
		theirs := d.Sources[d.Lang]
		return c.Page(w.pages, "policy_moved", &draftView{Base: page.Base{Title: c.T("policy.moved"), Here: "/policy"},
			Text: theirs, Version: version, Mine: text, Moved: changed(theirs, text), Err: err})
	}
	if c.Refused(err) {
		return w.showDraft(c, "policy_text", err)
	}
	if err != nil {
		return err
	}
	return c.Back(to, "policy.saved")
}

func (w *Wing) discardDraft(c *page.Ctx) error {
	if err := w.shelf.DiscardDraft(c.Context(), c.Person, gate.PolicyPath); err != nil {
		return err
	}
	return c.Back("/policy", "policy.discarded")
}

// rebaseDraft puts the person's text on top of the version that came out meanwhile.
func (w *Wing) rebaseDraft(c *page.Ctx) error {
	version, err := c.FormInt("onto")
	if err != nil {
		return err
	}
	d, err := w.draftOf(c)
	if err == nil {
		err = w.shelf.SaveDraft(c.Context(), c.Person, gate.PolicyPath, d.Lang, d.Sources[d.Lang], version)
	}
	if err != nil {
		return err
	}
	return c.Back("/policy/draft", "policy.rebased", "version", version)
}
