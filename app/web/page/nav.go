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
func menu() []navItem {
	newHire, trainer, manager := []people.Role{people.NewHire}, []people.Role{people.Trainer}, []people.Role{people.Manager}
	review := []people.Role{people.HR, people.Reviewer}
	return []navItem{
		{"/", "page.nav.progress", "path", newHire},
		{"/courses", "page.nav.courses", "book", newHire},
		{"/exams", "page.nav.exams", "pencil", newHire},
		{"/leads", "page.nav.leads", "leads", newHire},
		{"/studio", "page.nav.studio", "quill", trainer},
		{"/studio/banks", "page.nav.banks", "cards", trainer},
		{"/studio/sittings", "page.nav.sittings", "calendar", trainer},
		{"/studio/items", "page.nav.items", "chart", trainer},
		{"/cases", "page.nav.cases", "scales", review},
		{"/board", "page.nav.board", "board", manager},
		{"/people", "page.nav.people", "people", []people.Role{people.HR, people.Reviewer, people.Admin}},
		{"/people/import", "page.nav.import", "import", []people.Role{people.Admin}},
		{"/policy", "page.nav.policy", "rules", review},
	}
}

func menuOf(roles uint32) []navItem {
	return slices.DeleteFunc(menu(), func(i navItem) bool { return bitsOf(i.roles)&roles == 0 })
}

// Home is where a person starts: the first place in their menu.
func Home(p people.Person) string {
	if items := menuOf(bitsOf(p.Roles)); len(items) > 0 {
		return items[0].Path
	}
	return "/"
}

// here is the menu's place that a page belongs to: the longest that the page's path lies under, or "".
func here(items []navItem, path string) string {
	best := ""
	for _, i := range items {
		under := path == i.Path || i.Path != "/" && strings.HasPrefix(path, i.Path+"/")
		if under && len(i.Path) > len(best) {
			best = i.Path
		}
	}
	return best
}

// onBar is how many places a phone shows in its bar before "more".
const onBar = 4

type railView struct {
	Bar, More []navItem // More is what a phone folds away
	Here      string
}

// rails are the rendered menus for each language, set of roles and place: the same few for everybody.
type rails struct {
	mu   sync.RWMutex
	html map[railKey]template.HTML
}

type railKey struct {
	lang  locale.Lang
	roles uint32
	here  string
}

// rail is the menu for a person's roles with the current place marked.
func (k *Kit) rail(lang locale.Lang, p people.Person, path string) (template.HTML, error) {
	key := railKey{lang: lang, roles: bitsOf(p.Roles)}
	items := menuOf(key.roles)
	key.here = here(items, path)
	k.rails.mu.RLock()
	html, ok := k.rails.html[key]
	k.rails.mu.RUnlock()
	if ok {
		return html, nil
	}
	view := railView{Bar: items, Here: key.here}
	if len(items) > onBar {
		view.Bar, view.More = items[:onBar], items[onBar:]
	}
	var b strings.Builder
	if err := k.own.sets[lang].shared.ExecuteTemplate(&b, "rail", view); err != nil {
		return "", err
	}
	html = template.HTML(b.String())
	k.rails.mu.Lock()
	defer k.rails.mu.Unlock()
	if k.rails.html == nil {
		k.rails.html = map[railKey]template.HTML{}
	}
	k.rails.html[key] = html
	return html, nil
}
