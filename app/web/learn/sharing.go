package learn

import (
	"slices"

	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/web/page"
)

type sharingsView struct {
	page.Base
	Tabs    []tab
	Page    []sharingCard
	Leads   []page.Option // what it can be about
	Said    leads.Three   // in the form
	Open    bool          // the form
	Request string        // names the sharing, so that a second press is the same one
	Sells   bool          // the person has something to share
	Keeps   bool          // the person may keep one for the library
	Pager   page.Pager
	Err     error
}

// sharingCard is a sharing with its stage in words.
type sharingCard struct {
	leads.Sharing
	InStage string
	Mine    bool
	Keeps   bool
}

// mayKeepStories reports whether the person may put what is shared into the library.
func mayKeepStories(p people.Person) bool {
	return p.Has(people.Manager, people.Mentor, people.Trainer)
}

// sharings are what the team and the cohort tell each other in the evening.
func (w *Wing) sharings(c *page.Ctx) error {
	v, err := w.readSharings(c, c.Query("lead"))
	if err != nil {
		return err
	}
	return c.Page(w.pages, "sharings", v)
}

func (w *Wing) readSharings(c *page.Ctx, leadID string) (*sharingsView, error) {
	all, next, err := w.diary.Sharings(c.Context(), c.Person, c.Query("after"))
	if err != nil {
		return nil, err
	}
	rules, err := w.rules(c)
	if err != nil {
		return nil, err
	}
	v := &sharingsView{Base: page.Base{Title: c.T("day.sharings"), Here: w.homeOf(c, "/sharings"), Script: "js/day.js"}, Tabs: tabs(c, "/sharings"),
		Sells: c.Person.Has(people.NewHire, people.Manager, people.Mentor), Keeps: mayKeepStories(c.Person), Open: leadID != "", Request: "first"}
	v.Pager = pager(c, "/sharings", next)
	for _, s := range all {
		mine := s.Author.ID == c.Person.ID
		v.Page = append(v.Page, sharingCard{s, stageWords(c, rules, s.Stage), mine, v.Keeps})
		if mine && v.Request == "first" {
			v.Request = s.ID
		}
	}
	a, err := w.diary.Agenda(c.Context(), c.Person)
	if err != nil {
		return nil, err
	}
	v.Leads = []page.Option{{Label: c.T("day.sharing.no_lead")}}
	seen := map[string]bool{}
	for _, stops := range [][]leads.Stop{a.Done, a.Route, a.Private, a.Later} {
		for _, s := range stops {
			if !seen[s.Lead.ID] {
				seen[s.Lead.ID] = true
				v.Leads = append(v.Leads, page.Option{Value: s.Lead.ID, Label: s.Lead.Company, Chosen: s.Lead.ID == leadID})
			}
		}
	}
	return v, nil
}

// homeOf is the place in the menu for a page that those who sell reach from their leads, and trainers from the studio.
func (*Wing) homeOf(c *page.Ctx, path string) string {
	switch {
	case c.Person.Has(people.NewHire):
		return "/leads"
	case c.Person.Has(people.Trainer):
		return "/studio"
	}
	return path
}

// share tells the others.
func (w *Wing) share(c *page.Ctx) error {
	said := leads.Three{Met: c.FormText("met"), Said: c.FormText("said"), Worked: c.FormText("worked")}
	id, err := w.diary.Share(c.Context(), c.Person, c.Form("lead"), said, c.Form("request"))
	if err == nil {
		return c.Back("/sharings#sharing-"+id, "day.shared")
	}
	if !c.Refused(err) {
		return err
	}
	v, broken := w.readSharings(c, c.Form("lead"))
	if broken != nil {
		return broken
	}
	v.Said, v.Err, v.Open = said, err, true
	return c.Page(w.pages, "sharings", v)
}

type keepView struct {
	page.Base
	Draft  leads.Draft
	Stages []page.Option
	Err    error
}

// keepForm shows what a sharing would be in the library.
func (w *Wing) keepForm(c *page.Ctx) error {
	v, err := w.readKeep(c)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "keep", v)
}

func (w *Wing) readKeep(c *page.Ctx) (*keepView, error) {
	draft, err := w.diary.PreviewStory(c.Context(), c.Person, c.Params("id"))
	if err != nil {
		return nil, err
	}
	v := &keepView{Base: page.Base{Title: c.T("day.keep"), Here: w.homeOf(c, "/sharings"), Script: "js/day.js"}, Draft: draft}
	v.Stages, err = w.stageOptions(c, draft.Stage)
	return v, err
}

// stageOptions are the stages to choose from, none first.
func (w *Wing) stageOptions(c *page.Ctx, chosen string) ([]page.Option, error) {
	rules, err := w.rules(c)
	if err != nil {
		return nil, err
	}
	options := []page.Option{{Label: c.T("day.all")}}
	for _, s := range rules.Stages {
		options = append(options, page.Option{Value: s.Slug, Label: titled(c, s.Title, s.Slug), Chosen: s.Slug == chosen})
	}
	return options, nil
}

// keep puts a sharing into the library.
func (w *Wing) keep(c *page.Ctx) error {
	story := leads.Story{SharingID: c.Params("id"), Title: c.Form("title"), Industry: c.Form("industry"), Stage: c.Form("stage"), Objection: c.Form("objection"),
		Three: leads.Three{Met: c.FormText("met"), Said: c.FormText("said"), Worked: c.FormText("worked")}}
	id, err := w.diary.KeepStory(c.Context(), c.Person, story)
	if err == nil {
		return c.Back("/stories/"+id, "day.kept")
	}
	if !c.Refused(err) {
		return err
	}
	v, broken := w.readKeep(c)
	if broken != nil {
		return broken
	}
	story.Author = v.Draft.Author
	v.Draft.Story, v.Err = story, err
	for i, o := range v.Stages {
		v.Stages[i].Chosen = o.Value == story.Stage
	}
	return c.Page(w.pages, "keep", v)
}

type storiesView struct {
	page.Base
	Tabs                           []tab
	Page                           []storyCard
	Seek                           leads.Seek
	Industries, Objections, Stages []page.Option
	Filtered                       bool
	Pager                          page.Pager
}

// storyCard is a story with its stage in words.
type storyCard struct {
	leads.Story
	InStage string
}

// stories is the library.
func (w *Wing) stories(c *page.Ctx) error {
	seek := leads.Seek{Text: c.Query("q"), Industry: c.Query("industry"), Stage: c.Query("stage"), Objection: c.Query("objection"), After: c.Query("after")}
	all, next, err := w.diary.Stories(c.Context(), seek)
	if err != nil {
		return err
	}
	industries, objections, err := w.diary.Filed(c.Context())
	if err != nil {
		return err
	}
	rules, err := w.rules(c)
	if err != nil {
		return err
	}
	v := &storiesView{Base: page.Base{Title: c.T("day.stories"), Here: w.homeOf(c, "/stories")}, Tabs: tabs(c, "/stories"), Seek: seek,
		Industries: values(c, industries, seek.Industry), Objections: values(c, objections, seek.Objection)}
	if v.Stages, err = w.stageOptions(c, seek.Stage); err != nil {
		return err
	}
	for _, s := range all {
		v.Page = append(v.Page, storyCard{s, stageWords(c, rules, s.Stage)})
	}
	v.Pager = pager(c, "/stories", next, "q", "industry", "stage", "objection")
	v.Filtered = seek != leads.Seek{After: seek.After}
	return c.Page(w.pages, "stories", v)
}

type storyView struct {
	page.Base
	Story   storyCard
	Keeps   bool
	Teaches bool
	Courses []page.Option // to draw a lesson for
	Err     error
}

func (w *Wing) story(c *page.Ctx) error {
	v, err := w.readStory(c)
	if err != nil {
		return err
	}
	return c.Page(w.pages, "story", v)
}

func (w *Wing) readStory(c *page.Ctx) (*storyView, error) {
	s, err := w.diary.Story(c.Context(), c.Params("id"))
	if err != nil {
		return nil, err
	}
	rules, err := w.rules(c)
	if err != nil {
		return nil, err
	}
	v := &storyView{Base: page.Base{Title: s.Title, Here: w.homeOf(c, "/stories"), Script: "js/day.js"}, Story: storyCard{s, stageWords(c, rules, s.Stage)},
		Keeps: mayKeepStories(c.Person), Teaches: c.Person.Has(people.Trainer)}
	if v.Teaches {
		v.Courses, err = w.courseOptions(c)
	}
	return v, err
}

// courseOptions are the courses that a lesson can be drawn for, those of the last track, which is selling, first.
func (w *Wing) courseOptions(c *page.Ctx) (options []page.Option, err error) {
	tracks, err := w.library.Tracks(c.Context(), c.Person, c.Lang)
	for _, t := range slices.Backward(tracks) {
		for _, course := range t.Courses {
			options = append(options, page.Option{Value: course.Ref, Label: course.Title})
		}
	}
	return options, err
}

// drawLesson begins a lesson from a story, and leads to it in the studio.
func (w *Wing) drawLesson(c *page.Ctx) error {
	v, err := w.readStory(c)
	if err != nil {
		return err
	}
	lesson, err := w.diary.DrawLesson(c.Context(), c.Person, v.Story.ID, c.Form("course"), lessonText(c, v.Story.Story))
	if err == nil {
		return c.Back("/studio/documents/"+lesson, "day.lesson.drawn")
	}
	if !c.Refused(err) {
		return err
	}
	v.Err = err
	return c.Page(w.pages, "story", v)
}

func (w *Wing) withdrawStory(c *page.Ctx) error {
	if err := w.diary.WithdrawStory(c.Context(), c.Person, c.Params("id")); err != nil {
		return err
	}
	return c.Back("/stories", "day.story.withdrawn")
}
