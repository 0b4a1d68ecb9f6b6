package studio_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestRegrade: a corrected key is tried, its diff is read, and only that diff is applied.
func TestRegrade(t *testing.T) {
	s := open(t)
	ctx := context.Background()
	sitting := s.sit("p01", "p02", "p03", "p04", "p05", "p06", "p07", "p08", "p09", "p10")
	s.want(s.get("trainer", "/studio/items/practice"), 200, "資料還少", "鑑別度") // whether there is a plot hangs on what was dealt

	s.want(s.get("trainer", "/studio/items/practice/regrade"), 200, `value="values/1"`)
	s.want(s.get("trainer", "/studio/items/practice/regrade?keys=values/1"), 200, "都不會變")
	s.want(s.get("trainer", "/studio/items/practice/regrade?keys=values/9"), 404)
	s.want(s.get("trainer", "/studio/items/practice/regrade?keys=nonsense"), 404)
	s.want(s.post("trainer", "/studio/items/practice/regrade", url.Values{"keys": {"values/1"}, "reason": {"沒有試算過"}}), 409)

	s.publishOtherKeys()
	trial := s.want(s.get("trainer", "/studio/items/practice/regrade?keys=values/2"), 200, "會變", "員工p")
	confirm := regexp.MustCompile(`name="confirm" value="([0-9a-f]+)"`).FindStringSubmatch(trial.text)
	if confirm == nil {
		t.Fatal(trial.text)
	}
	at := "/studio/items/practice/regrade"
	s.want(s.post("trainer", at, url.Values{"keys": {"values/2"}, "confirm": {confirm[1]}}), 422, "會變")
	s.want(s.post("trainer", at, url.Values{"keys": {"values/2"}, "confirm": {strings.Repeat("0", 64)}, "reason": {"答案標錯了"}}), 409, "重新預覽")
	s.want(s.post("hr", at, url.Values{"keys": {"values/2"}, "confirm": {confirm[1]}, "reason": {"答案標錯了"}}, "Origin", "https://evil.example"), 403)
	s.want(s.post("hr", at, url.Values{"keys": {"values/2"}, "confirm": {confirm[1]}, "reason": {"答案標錯了"}}), 303)
	s.want(s.get("trainer", at+"?keys=values/2"), 200, "都不會變")
	d, err := s.room.Sitting(ctx, s.people["trainer"], sitting.ID)
	must(t, err)
	revised := 0
	for _, a := range d.Candidates {
		revised += a.Revision - 1
	}
	if revised == 0 {
		t.Error("no attempt was regraded")
	}
}

var tasks = regexp.MustCompile(`(?m)^- \[([ x])\] `)

// publishOtherKeys publishes the values bank with the key of every item that has one right choice moved to the
// choice before or after it, in all languages alike.
func (s *site) publishOtherKeys() {
	s.Helper()
	ctx := context.Background()
	d, err := s.shelf.Doc(ctx, "quizzes/values.bank.md")
	must(s.T, err)
	for lang, text := range d.Sources {
		items := strings.Split(text, "\n## ")
		for i, item := range items {
			if !strings.Contains(item, " canary=") { // its planted choice may not become the right one
				items[i] = otherKey(item)
			}
		}
		must(s.T, s.shelf.SaveDraft(ctx, s.people["trainer"], d.Path, lang, strings.Join(items, "\n## "), d.Version))
	}
	_, err = s.shelf.Publish(ctx, s.people["trainer"], d.Path, "更正答案", d.Version)
	must(s.T, err)
}

func otherKey(item string) string {
	lines, right, rows := strings.Split(item, "\n"), []int{}, []int{}
	for n, line := range lines {
		if !tasks.MatchString(line) {
			continue
		}
		rows = append(rows, n)
		if strings.HasPrefix(line, "- [x]") {
			right = append(right, n)
		}
	}
	if len(right) != 1 || strings.Contains(item, "credit=") {
		return item
	}
	other := rows[0]
	if other == right[0] {
		other = rows[1]
	}
	lines[right[0]] = strings.Replace(lines[right[0]], "[x]", "[ ]", 1)
	lines[other] = strings.Replace(lines[other], "[ ]", "[x]", 1)
	return strings.Join(lines, "\n")
}
