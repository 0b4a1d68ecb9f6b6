package page

import (
	"html/template"
	"slices"
	"strings"

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
		{"/studio/marking", "page.nav.marking", "check", trainer}, // HR comes from the sittings
		{"/studio/items", "page.nav.items", "chart", examiner},
		{"/board", "page.nav.board", "board", manager},
		{"/people", "page.nav.people", "people", []people.Role{people.HR, people.Admin}},
		{"/people/import", "page.nav.import", "import", admin},
		{"/allocation", "allocation.nav", "cards", []people.Role{people.Manager, people.Admin}},
		{"/reports", "day.nav.reports", "check", manager},
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

// rail is the menu for a set of roles with the place marked that the page belongs to.
func (k *Kit) rail(key frameKey) (template.HTML, error) {
	view := railView{Bar: menuOf(key.roles), Here: key.here}
	if len(view.Bar) > onBar {
		view.Bar, view.More = view.Bar[:onBar-1], view.Bar[onBar-1:]
	}
	return k.part(key.lang, "rail", view)
}

type switchesKey struct {
	lang  locale.Lang
	theme string
}

type switchesView struct {
	Lang  locale.Lang
	Langs []locale.Lang
	Theme string
}

// switches are the buttons for language and theme.
func (k *Kit) switches(lang locale.Lang, theme string) (template.HTML, error) {
	return k.drawn.Get(switchesKey{lang, theme}, func() (template.HTML, error) {
		return k.part(lang, "switches", switchesView{Lang: lang, Langs: locale.Langs(), Theme: theme})
	})
}

// part renders one of the kit's own parts.
func (k *Kit) part(lang locale.Lang, name string, view any) (template.HTML, error) {
	var b strings.Builder
	err := k.own.sets[lang].shared.ExecuteTemplate(&b, name, view)
	return template.HTML(b.String()), err
}
