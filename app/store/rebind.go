package store

import (
	"strconv"
	"strings"
	"sync"
)

// rebinder turns "?" into "$1", "$2", … and remembers the queries, which are few and long-lived.
type rebinder struct {
	mu   sync.RWMutex
	seen map[string]string
}

// rebindLimit is far above the number of queries in the program; lists of varying length could pass it.
const rebindLimit = 4096

func (r *rebinder) rebind(query string) string {
	r.mu.RLock()
	text, ok := r.seen[query]
	r.mu.RUnlock()
	if ok {
		return text
	}
	text = rebind(query)
	r.mu.Lock()
	if r.seen == nil || len(r.seen) >= rebindLimit {
		r.seen = map[string]string{}
	}
	r.seen[query] = text
	r.mu.Unlock()
	return text
}

// rebind numbers the placeholders; a question mark in a string, a quoted name or a comment stays.
func rebind(query string) string {
	var b strings.Builder
	n := 0
	for i := 0; i < len(query); i++ {
		end := i
		switch c := query[i]; {
		case c == '?':
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
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
	return b.String()
}

// closing is the index of the last byte of the next mark at or after from, or of the query.
func closing(query string, from int, mark string) int {
	if i := strings.Index(query[from:], mark); i >= 0 {
		return from + i + len(mark) - 1
	}
	return len(query) - 1
}
