package store

import "testing"

func TestRebind(t *testing.T) {
	for query, want := range map[string]string{
		"a = ? AND b = ?":            "a = $1 AND b = $2",
		"'?' || ? || 'it''s ?' || ?": "'?' || $1 || 'it''s ?' || $2",
		`"?" = ?`:                    `"?" = $1`,
		"? -- why?\n, ?":             "$1 -- why?\n, $2",
		"? /* why? */ , ?":           "$1 /* why? */ , $2",
		"? -- why?":                  "$1 -- why?",
		"'never closed ?":            "'never closed ?",
		"百年 = ?":                     "百年 = $1",
		"":                           "",
	} {
		if got := rebind(query); got != want {
			t.Errorf("%q became %q, want %q", query, got, want)
		}
	}
}
