package server

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bainian/app/integrity/analysis"
)

var updateAnalysis = flag.Bool("update-analysis", false, "rewrite the golden analysis")

const analyseData = "testdata/analyse/"

// The whole output of a small exam, its numbers to one in a thousand.
func TestAnalyseGolden(t *testing.T) {
	status, out, errOut := runIn(t, "analyse", "-out", "json", analyseData+"answers.csv", "-key", analyseData+"key.csv", "-times", analyseData+"times.csv", "-known", analyseData+"known.txt")
	if status != exitOK || strings.Count(out, "\n") != 1 {
		t.Fatalf("status %d: %d lines, %s", status, strings.Count(out, "\n"), errOut)
	}
	for _, note := range []string{"answers.csv:1: Columns without a key are left out (1): site.", "times.csv: People without a line of times (1)"} {
		if !strings.Contains(errOut, "note: "+note) {
			t.Errorf("no note %q in\n%s", note, errOut)
		}
	}
	if *updateAnalysis {
		var b strings.Builder
		for _, part := range strings.SplitAfter(out, "},{") {
			b.WriteString(part + "\n")
		}
		if err := os.WriteFile(analyseData+"golden.json", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(analyseData + "golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var a, b any
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(want, &b); err != nil {
		t.Fatal(err)
	}
	if at := unlike(a, b, ""); at != "" {
		t.Errorf("not as in golden.json: %s", at)
	}
	var r analysis.Report
	_ = json.Unmarshal([]byte(out), &r) // numbers of null stay 0, which nothing below reads
	if p := r.Pairs[0]; p.A != "E105" || p.B != "E120" || !p.Flagged || len(r.Persons) != 30 || !r.Persons[4].Flagged || r.Persons[0].ID != "E101" {
		t.Errorf("the first pair is %+v", p)
	}
}

// unlike is where two JSON values differ, by more than a thousandth where they are numbers.
func unlike(a, b any, at string) string {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return at
		}
		for k := range a {
			if d := unlike(a[k], b[k], at+"."+k); d != "" {
				return d
			}
		}
		return ""
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return at
		}
		for i := range a {
			if d := unlike(a[i], b[i], fmt.Sprintf("%s[%d]", at, i)); d != "" {
				return d
			}
		}
		return ""
	case float64:
		if b, ok := b.(float64); ok && math.Abs(a-b) <= 1e-3*max(math.Abs(a), math.Abs(b)) {
			return ""
		}
	default:
		if a == b {
			return ""
		}
	}
	return fmt.Sprintf("%s is %v, was %v", at, a, b)
}

func TestAnalyseWritesAPage(t *testing.T) {
	status, out, errOut := runIn(t, "analyse", analyseData+"answers.csv", "-key", analyseData+"key.csv", "-out", "html", "-sittings", "100")
	if status != exitOK || !strings.HasPrefix(out, "<!doctype html>") || !strings.Contains(out, "Similarity report: answers") || !strings.Contains(out, "at 100 sittings a year, up to 1.0 innocent pairs flagged") {
		t.Errorf("status %d: %.300s%s", status, out, errOut)
	}
	status, out, _ = runIn(t, "analyse", analyseData+"answers.csv", "-key", analyseData+"key.csv", "-known", "Q3,Q6, 9")
	if status != exitOK || !strings.Contains(out, "similarity finding: E105 and E120 agree on") || !strings.Contains(out, "no verdict") {
		t.Errorf("status %d: %s", status, out)
	}
}

// What cannot be read is refused with every line and column; what cannot be run says so.
func TestAnalyseRefuses(t *testing.T) {
	dir := t.TempDir()
	bad := write(t, filepath.Join(dir, "bad.csv"), "id,Q1,Q2\na,A,AB\na,B,C\nb,A\nc,A,B\n")
	key := write(t, filepath.Join(dir, "key.csv"), "item,key\nQ1,A\nQ2,B\n")
	none := write(t, filepath.Join(dir, "none.txt"), "\n")
	many := write(t, filepath.Join(dir, "many.csv"), "id,Q1,Q2\n"+strings.Repeat("a,A,AB\n", 100))
	for name, c := range map[string]struct {
		args   []string
		status int
		words  []string
	}{
		"cells":        {[]string{bad, "-key", key}, exitFailed, []string{"bad.csv:2: Q2: a answered “Q2” with “AB”", "bad.csv:3: The id “a” was already on line 2", "bad.csv:4: This line should have 3 fields but has 2"}},
		"bounded":      {[]string{many, "-key", key}, exitFailed, []string{"and 50 more"}},
		"known":        {[]string{bad, "-key", key, "-known", "Q7"}, exitFailed, []string{"-known: Q7: “Q7” is neither"}},
		"known empty":  {[]string{bad, "-key", key, "-known", none}, exitUsage, []string{"names no item"}},
		"no file":      {[]string{filepath.Join(dir, "nowhere.csv"), "-key", key}, exitUsage, []string{"nowhere.csv"}},
		"a folder":     {[]string{dir, "-key", key}, exitUsage, []string{"is a folder"}},
		"no key":       {[]string{bad}, exitUsage, []string{"usage"}},
		"two files":    {[]string{bad, bad, "-key", key}, exitUsage, []string{"usage"}},
		"out":          {[]string{bad, "-key", key, "-out", "pdf"}, exitUsage, []string{"json or html"}},
		"sittings":     {[]string{bad, "-key", key, "-sittings", "0"}, exitUsage, []string{"-sittings"}},
		"unknown flag": {[]string{bad, "-key", key, "-keys", "x"}, exitUsage, []string{"-keys"}},
	} {
		status, out, errOut := runIn(t, append([]string{"analyse"}, c.args...)...)
		if status != c.status || out != "" {
			t.Errorf("%s: status %d, out %q", name, status, out)
		}
		for _, word := range c.words {
			if !strings.Contains(errOut, word) {
				t.Errorf("%s: no %q in\n%s", name, word, errOut)
			}
		}
	}
	if status, _, help := runIn(t, "analyse", "-h"); status != exitOK || !strings.Contains(help, "ANSWERS  The first line names the columns") || !strings.Contains(help, "Exit status:") || strings.Contains(help, "%!") {
		t.Errorf("status %d: %s", status, help)
	}
}
