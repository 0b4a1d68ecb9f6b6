package store

import (
	"errors"
	"strconv"
	"strings"
	"sync"
)

// numbered is PostgreSQL's placeholder.
func numbered(n int) string { return "$" + strconv.Itoa(n) }

// unpeeked is a placeholder whose value SQLite's planner does not look at. It would otherwise prepare many a join,
// and whatever has a LIMIT, again for every execution, since the driver clears the bindings in between: that took
// longer than the query itself.
func unpeeked(int) string { return "+?" }

// rebinder remembers the queries in the words of PostgreSQL; they are few and long-lived.
type rebinder struct {
	mu   sync.RWMutex
	seen map[string]string
}

// rebindLimit is far above the number of queries in the program; lists of varying length could pass it.
const rebindLimit = 4096

func (r *rebinder) rebind(query string) (string, error) {
	r.mu.RLock()
	text, ok := r.seen[query]
	r.mu.RUnlock()
	if ok {
		return text, nil
	}
	text, err := rebind(query, numbered)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.seen == nil || len(r.seen) >= rebindLimit {
		r.seen = map[string]string{}
	}
	r.seen[query] = text
	return text, nil
}

var errSeveral = errors.New("several statements in one text; run them one by one")

// rebind replaces the placeholders; a question mark in a string, a quoted name or a comment stays. It refuses a
// text of several statements: a prepared one is the first of them, and the rest would be lost.
func rebind(query string, placeholder func(n int) string) (string, error) {
	var b strings.Builder
	n := 0
	for i := 0; i < len(query); i++ {
		end := i
		switch c := query[i]; {
		case c == '?':
			n++
			b.WriteString(placeholder(n))
			continue
		case c == ';' && strings.TrimSpace(query[i+1:]) != "":
			return "", errSeveral
		case c == '\'' || c == '"': // a doubled quote reads as two strings side by side, which is as good
			end = closing(query, i+1, string(c))
		case strings.HasPrefix(query[i:], "--"):
			end = closing(query, i+2, "\n")
		case strings.HasPrefix(query[i:], "/*"):
			end = closing(query, i+2, "*/")
		}
		b.WriteString(query[i : end+1])
		i = end
	}
	return b.String(), nil
}

// closing is the index of the last byte of the next mark at or after from, or of the query.
func closing(query string, from int, mark string) int {
	if i := strings.Index(query[from:], mark); i >= 0 {
		return from + i + len(mark) - 1
	}
	return len(query) - 1
}
