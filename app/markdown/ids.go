package markdown

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// ids names headings after their own words, Chinese included, so that an anchor changes only when its
// heading does. The prefix keeps a heading called "main" from taking the name of a landmark of the page.
type ids struct {
	used map[string]bool
	last map[string]int // the highest number that a name has been given, so that a thousand alike stay cheap
}

const idPrefix = "h-"

// Generate is part of goldmark's parser.IDs.
func (s *ids) Generate(value []byte, _ ast.NodeKind) []byte {
	base := idPrefix + slug(string(value))
	id := base
	if s.last == nil {
		s.last = map[string]int{}
	}
	for n := max(s.last[base]+1, 2); s.used[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
		s.last[base] = n
	}
	s.Put([]byte(id))
	return []byte(id)
}

// Put is part of goldmark's parser.IDs.
func (s *ids) Put(value []byte) {
	if s.used == nil {
		s.used = map[string]bool{}
	}
	s.used[string(value)] = true
}

func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(s)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if out := strings.TrimSuffix(b.String(), "-"); out != "" {
		return out
	}
	return "section"
}
