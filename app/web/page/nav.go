package page

import (
	"html/template"
	"slices"
	"strings"
	"sync"

	"bainian/app/locale"
	"bainian/app/people"
)

// navItem is a place in the main menu.
type navItem struct {
	Path, Key, Icon string
	roles           []people.Role
}

// menu is the main menu in its order; a person sees the union of what their roles see.
var menu = func() []navItem {
	newHire, trainer, manager := []people.Role{people.NewHire}, []people.Role{people.Trainer}, []people.Role{people.Manager}
	review := []people.Role{people.HR, people.Reviewer}
	examiner, admin := []people.Role{people.Trainer, people.HR}, []people.Role{people.Admin}
	return []navItem{
		{"/", "page.nav.progress", "path", newHire},
		{"/courses", "page.nav.courses", "book", newHire},
		{"/exams", "page.nav.exams", "pencil", newHire},
		{"/leads", "page.nav.leads", "leads", newHire},
		{"/studio", "page.nav.studio", "quill", trainer},
		{"/studio/banks", "page.nav.banks", "cards", trainer},
		{"/cases", "page.nav.cases", "scales", review},
		{"/studio/sittings", "page.nav.sittings", "calendar", []people.Role{people.Trainer, people.HR, people.Invigilator}},
		{"/studio/items", "page.nav.items", "chart", examiner},
		{"/board", "page.nav.board", "board", manager},
		{"/people", "page.nav.people", "people", []people.Role{people.HR, people.Admin}},
		{"/people/import", "page.nav.import", "import", admin},
		{"/tokens", "page.nav.tokens", "key", admin},
		{"/policy", "page.nav.policy", "rules", review},
	}
}()

func menuOf(roles uint32) []navItem {
	return slices.DeleteFunc(slices.Clone(menu), func(i navItem) bool { return bitsOf(i.roles)&roles == 0 })
}

// Home is where a person starts: the first place in their menu.
func Home(p people.Person) string {
	if items := menuOf(bitsOf(p.Roles)); len(items) > 0 {
		return items[0].Path
	}
	return "/"
}

// here is the menu's place that a page belongs to: the longest that the page's path lies under, or "".
func here(path string) string {
	best := ""
	for _, i := range menu {
		under := path == i.Path || i.Path != "/" && strings.HasPrefix(path, i.Path+"/")
		if under && len(i.Path) > len(best) {
			best = i.Path
		}
	}
	return best
}

// onBar is how many places a phone shows in its bar; where there are more of them, "more" is the last.
const onBar = 5

type railView struct {
	Bar, More []navItem // More is what a phone folds away
	Here      string
}

// drawn are rendered parts of the layout that are the same few for everybody: the menu for each language, set of
// roles and place, and the switches for each language and theme.
type drawn struct {
	mu   sync.RWMutex
	html map[drawnKey]template.HTML
}

type drawnKey struct {
	part        string
	lang        locale.Lang
	roles       uint32
	here, theme string
}

// draw gives a part as it was rendered the first time; view makes its data then.
func (k *Kit) draw(key drawnKey, view func() any) (template.HTML, error) {
	k.drawn.mu.RLock()
	html, ok := k.drawn.html[key]
	k.drawn.mu.RUnlock()
	if ok {
		return html, nil
	}
	var b strings.Builder
	if err := k.own.sets[key.lang].shared.ExecuteTemplate(&b, key.part, view()); err != nil {
		return "", err
	}
	html = template.HTML(b.String())
	k.drawn.mu.Lock()
	defer k.drawn.mu.Unlock()
	if k.drawn.html == nil {
		k.drawn.html = map[drawnKey]template.HTML{}
	}
	k.drawn.html[key] = html
	return html, nil
}

// rail is the menu for a person's roles with the place marked that the path lies under.
func (k *Kit) rail(lang locale.Lang, p people.Person, path string) (template.HTML, error) {
	roles := bitsOf(p.Roles)
	place := here(path)
	return k.draw(drawnKey{part: "rail", lang: lang, roles: roles, here: place}, func() any {
		view := railView{Bar: menuOf(roles), Here: place}
		if len(view.Bar) > onBar {
			view.Bar, view.More = view.Bar[:onBar-1], view.Bar[onBar-1:]
		}
		return view
	})
}

type switchesView struct {
	Lang  locale.Lang
	Langs []locale.Lang
	Theme string
}

// switches are the buttons for language and theme.
func (k *Kit) switches(lang locale.Lang, theme string) (template.HTML, error) {
	return k.draw(drawnKey{part: "switches", lang: lang, theme: theme}, func() any {
		return switchesView{Lang: lang, Langs: locale.Langs(), Theme: theme}
	})
}
