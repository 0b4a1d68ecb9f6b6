package learn

import (
	"fmt"
	"strings"

	"bainian/app/leads"
	"bainian/app/web/page"
)

// lessonText is where a trainer begins who draws a lesson from a story: its scene, the question that it asks, what was done,
// and whom it is owed to.
func lessonText(c *page.Ctx, s leads.Story) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s\nminutes: 10\nobjectives:\n  - %s\n---\n\n", quoted(s.Title), c.T("day.lesson.objective"))
	for _, part := range []struct{ head, text string }{{"day.lesson.met", s.Met}, {"day.lesson.said", s.Said}} {
		fmt.Fprintf(&b, "## %s\n\n%s\n\n", c.T(part.head), literal(part.text))
	}
	fmt.Fprintf(&b, "```check\n## %s {#c1}\n\n- [ ] %s\n  > %s\n- [x] %s\n\n> %s\n```\n\n", c.T("day.lesson.ask"), c.T("day.lesson.wrong"), c.T("day.lesson.why"), c.T("day.lesson.right"), c.T("day.lesson.why"))
	fmt.Fprintf(&b, "## %s\n\n%s\n\n%s\n", c.T("day.lesson.worked"), literal(s.Worked), c.T("day.lesson.credit", "author", literal(s.Author.Name)))
	return b.String()
}

// quoted is a text as a value in front matter.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", " ").Replace(text) + `"`
}

// literal is a text that says in markdown what it says without it.
func literal(text string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", `\<`, "[", `\[`, "{", `\{`, "#", `\#`, "\r\n", "\n").Replace(text)
}
