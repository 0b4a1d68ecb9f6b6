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
		"a = 'x;y' AND b = ? ;\n":    "a = 'x;y' AND b = $1 ;\n",
		"":                           "",
	} {
		if got, err := rebind(query, numbered); got != want || err != nil {
			t.Errorf("%q became %q, want %q; %v", query, got, want, err)
		}
	}
	if got, err := rebind("a=? LIMIT ?", unpeeked); got != "a=+? LIMIT +?" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := rebind("DELETE FROM a; DELETE FROM b", numbered); err != errSeveral {
		t.Error(err)
	}
}
