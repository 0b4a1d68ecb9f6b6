package studio_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"bainian/app/locale"
)

const finalAt = "/studio/documents/quizzes/final.exam.md"

// TestFormsBeforeAnybodySitsThem: one exam is looked at, and another one checked.
func TestFormsBeforeAnybodySitsThem(t *testing.T) {
	s := open(t)
	anyFormCanBeSeen(t, s)
	examsAreChecked(t, s)
}

// anyFormCanBeSeen: by number or word, with the forms beside it, in every language, with keys only on demand.
func anyFormCanBeSeen(t *testing.T, s *site) {
	t.Helper()
	at := finalAt + "/form"
	one := s.want(s.get("trainer", at+"?seed=7"), 200, "試卷「7」：43 題，60 分鐘", "seed=6", "seed=8").text
	if strings.Contains(one, "正解</span>") || strings.Contains(one, `class="explain"`) {
		t.Error("keys are shown unasked")
	}
	if again := s.get("trainer", at+"?seed=7").text; again != one {
		t.Error("the same number shows two forms")
	}
	s.want(s.get("trainer", at+"?seed=7&keys=yes"), 200, "正解</span>", `class="explain"`, "keys=yes&amp;lang=zh-Hant&amp;seed=8")
	if first := s.want(s.get("trainer", at+"?seed=1"), 200).text; strings.Contains(first, `rel="prev"`) {
		t.Error("there is one before the first")
	}
	s.want(s.get("trainer", at+"?seed="+url.QueryEscape("高壓線 &<b>")+"&lang=en"), 200, "試卷「高壓線 &amp;&lt;b&gt;」", "seed=1")
	s.want(s.get("trainer", at+"?seed="+strings.Repeat("x", 61)), 200, "最多 60 個字")
	s.want(s.get("trainer", "/studio/documents/quizzes/values.bank.md/form"), 404)
	s.want(s.get("trainer", "/studio/documents/quizzes/fresh.exam.md/form"), 404)

	sitting := s.sit()
	s.want(s.get("hr", "/studio/sittings/"+sitting.ID+"/form"), 200, "固定下來")
	for _, p := range []string{at, finalAt + "/check", "/studio/sittings/" + sitting.ID + "/form"} {
		s.want(s.get("amy", p), 403)
		s.want(s.get("watcher", p), 403)
	}
}

// examsAreChecked: what an exam comes to is told of the author's own text, before it is published.
func examsAreChecked(t *testing.T, s *site) {
	t.Helper()
	at := "/studio/documents/quizzes/values.exam.md"
	s.want(s.get("trainer", at), 200, at+"/check", at+"/form")
	s.want(s.get("trainer", at+"/check"), 200, "可以出卷，每份 32 題", "都還沒有足夠的人作答", "題不會出現")
	text, version := s.source("quizzes/values.exam.md", locale.Hant)
	draft := func(old, new string) {
		t.Helper()
		changed := strings.Replace(text, old, new, 1)
		if changed == text {
			t.Fatalf("the exam does not hold %s", old)
		}
		must(t, s.shelf.SaveDraft(context.Background(), s.people["trainer"], "quizzes/values.exam.md", locale.Hant, changed, version))
	}
	old := `{bank: values, category: "高壓線", tags: [exam], count: 10}`
	draft(old, `{bank: values, kind: by-hand, count: 2}`)
	s.want(s.get("trainer", at+"/check"), 200, "你的草稿", "每份 24 題", "<strong>2.0</strong>", "由人評分", "譯檔有 2 處", "values.exam.en.md")
	draft(old, `{bank: values, kind: by-hand, count: 3}`)
	s.want(s.get("trainer", at+"/check"), 200, "有 1 處要改", "第 12 行", "只有 2 題符合")
	s.want(s.get("trainer", at+"/form"), 409, "題目不夠", "<h1>看一份試卷</h1>")
	draft(old, `{bank: values, kind: riddle, count: 3}`)
	s.want(s.get("trainer", at+"/check"), 200, "還不能出卷", "第 12 行")
	s.want(s.get("trainer", at+"/form"), 422, "第 12 行")
	s.want(s.get("other", at+"/check"), 200, "每份 32 題")
}
