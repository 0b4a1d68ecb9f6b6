// Package pagetest looks at rendered pages the way a browser's parser would, for the tests of all wings.
package pagetest

import (
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// void elements have no end tag; the drawing elements of SVG close themselves.
var void = map[string]bool{"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true, "link": true, "meta": true, "source": true, "track": true, "wbr": true}

// missing is how the catalogs show a key that they do not have.
var missing = regexp.MustCompile(`\[(page|people|cohorts|documents|courses|questions|exams|integrity|gate|leads|day|moves|learn|studio|review|manage|api|server|markdown|store|blobs|jobs|ledger|locale|case)\.[a-z0-9_.]+\]`)

// Check fails the test when a page's tags are not balanced, an id is given twice, a label or description points
// at nothing, a message is missing, or the markup holds what the page's policy forbids: inline style, script or handler.
func Check(t testing.TB, page string) {
	t.Helper()
	if problems := Problems(page); len(problems) > 0 {
		t.Errorf("page is not well made:\n%s\n\n%s", strings.Join(problems, "\n"), page)
	}
}

// Problems are what Check finds, each in one line.
func Problems(page string) []string {
	c := &checker{ids: map[string]bool{}}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		c.token(kind, z.Token())
	}
	for _, name := range c.open {
		c.add("<" + name + "> is never closed")
	}
	for _, id := range c.wanted {
		if !c.ids[id] {
			c.add("nothing has the id " + id + " that is pointed at")
		}
	}
	return c.problems
}

type checker struct {
	open     []string
	ids      map[string]bool
	wanted   []string
	inScript bool
	problems []string
}

func (c *checker) add(problem string) { c.problems = append(c.problems, problem) }

func (c *checker) token(kind html.TokenType, t html.Token) {
	switch kind {
	case html.StartTagToken:
		c.attributes(t)
		c.inScript = t.Data == "script"
		if !void[t.Data] {
			c.open = append(c.open, t.Data)
		}
		if t.Data == "style" {
			c.add("<style> is forbidden by the policy")
		}
	case html.SelfClosingTagToken:
		c.attributes(t)
	case html.EndTagToken:
		c.inScript = false
		if n := len(c.open); n == 0 || c.open[n-1] != t.Data {
			c.add("</" + t.Data + "> closes " + strings.Join(c.open, " "))
			return
		}
		c.open = c.open[:len(c.open)-1]
	case html.TextToken:
		if c.inScript && strings.TrimSpace(t.Data) != "" {
			c.add("an inline script is forbidden by the policy")
		}
		c.text(t.Data)
	}
}

func (c *checker) attributes(t html.Token) {
	for _, a := range t.Attr {
		c.text(a.Val)
		switch {
		case a.Key == "id" && c.ids[a.Val]:
			c.add("the id " + a.Val + " is given twice")
		case a.Key == "id":
			c.ids[a.Val] = true
		case a.Key == "for" || a.Key == "aria-labelledby" || a.Key == "aria-describedby" || a.Key == "aria-controls":
			c.wanted = append(c.wanted, strings.Fields(a.Val)...)
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			c.add("<" + t.Data + " " + a.Key + "> is forbidden by the policy")
		}
	}
}

// text looks for what a template leaves when a message or a value is missing.
func (c *checker) text(s string) {
	for _, trace := range []string{"ZgotmplZ", "<no value>", "%!"} {
		if strings.Contains(s, trace) {
			c.add("there is " + trace + " in: " + s)
		}
	}
	if key := missing.FindString(s); key != "" {
		c.add("a message is missing: " + key)
	}
}
