package studio_test

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bainian/app/exams"
	"bainian/app/locale"
)

const lessonAt = "/studio/documents/content/values/culture/01-red-line.md"

func form(text, version string, more ...string) url.Values {
	f := url.Values{"text": {text}, "version": {version}, "lang": {"zh-Hant"}}
	for i := 0; i+1 < len(more); i += 2 {
		f.Set(more[i], more[i+1])
	}
	return f
}

func TestPublish(t *testing.T) {
	s := open(t)
	text, _ := s.source("quizzes/values.bank.md", locale.Hant)
	text = strings.Replace(text, "title: 價值觀題庫", "title: 價值觀大題庫", 1)

	s.want(s.post("trainer", bankAt+"/draft", form(text, "1")), 303)
	s.want(s.get("trainer", bankAt), 200, "你的草稿", "價值觀大題庫")
	s.want(s.get("trainer", "/studio"), 200, "你的草稿", `id="drafts"`)
	if strings.Contains(s.get("other", "/studio").text, `id="drafts"`) {
		t.Error("somebody else's draft is listed")
	}
	if strings.Contains(s.get("other", bankAt).text, "價值觀大題庫") {
		t.Error("a draft is shown to somebody else")
	}

	s.want(s.post("trainer", bankAt+"/publication", form(text, "1", "note", " ")), 422, "請用一行說明", "價值觀大題庫")
	s.want(s.post("trainer", bankAt+"/publication", form(text, "1", "note", "題名寫清楚")), 303)
	if now, version := s.source("quizzes/values.bank.md", locale.Hant); version != 2 || now != text {
		t.Errorf("version %d", version)
	}
	s.want(s.get("other", bankAt), 200, "價值觀大題庫", "題名寫清楚")
	s.want(s.get("other", bankAt+"/history"), 200, "第 2 版", "題名寫清楚", "員工trainer")
	s.want(s.get("other", bankAt+"/comparison?a=1&b=2"), 200, `class="add"`, `class="del"`, "價值觀大題庫")
	s.want(s.get("other", bankAt+"/comparison?a=1&b=9"), 404)

	s.want(s.post("other", bankAt+"/rollback", url.Values{"version": {"1"}}), 422, "請用一行說明")
	s.want(s.post("other", bankAt+"/rollback", url.Values{"version": {"1"}, "note": {"還是原來的好"}}), 303)
	if now, version := s.source("quizzes/values.bank.md", locale.Hant); version != 3 || strings.Contains(now, "價值觀大題庫") {
		t.Errorf("version %d after going back", version)
	}
}

// TestExamPreviewSaysWhatGuessingEarns: of the paper and of each section.
func TestExamPreviewSaysWhatGuessingEarns(t *testing.T) {
	s := open(t)
	page := s.want(s.get("trainer", "/studio/documents/quizzes/final.exam.md"), 200, "全憑亂猜，平均得 2").text
	if n := len(regexp.MustCompile(`>亂猜 [1-9][0-9.]*%<`).FindAllString(page, -1)); n != 4 {
		t.Errorf("%d sections say so, want 4", n)
	}
}

// TestUnknownLanguage: a text in a language that is none here goes nowhere, least of all over the default language's.
func TestUnknownLanguage(t *testing.T) {
	s := open(t)
	text, _ := s.source("quizzes/values.bank.md", locale.Hant)
	text = strings.Replace(text, "title: 價值觀題庫", "title: 價值觀新題庫", 1)
	for _, verb := range []string{"/draft", "/publication", "/preview", "/rebase"} {
		s.want(s.post("trainer", bankAt+verb, form(text, "1", "note", "換語言", "onto", "1", "lang", "xx")), 422)
	}
	if _, version := s.source("quizzes/values.bank.md", locale.Hant); version != 1 {
		t.Errorf("version %d", version)
	}
	if strings.Contains(s.get("trainer", bankAt).text, "價值觀新題庫") {
		t.Error("a draft was kept")
	}
}

// TestStaleBaseLosesNothing: whoever publishes second is told so, keeps every word, and can go on.
func TestStaleBaseLosesNothing(t *testing.T) {
	s := open(t)
	text, _ := s.source("quizzes/values.bank.md", locale.Hant)
	first := strings.Replace(text, "title: 價值觀題庫", "title: 價值觀新題庫", 1)
	second := strings.Replace(text, "考前傳來的照片", "考前收到的照片", 1)
	s.want(s.post("other", bankAt+"/publication", form(first, "1", "note", "第一個改")), 303)

	refused := s.want(s.post("trainer", bankAt+"/publication", form(second, "1", "note", "第二個改")), 409,
		"你是從第 1 版開始改的", "考前收到的照片", "第一個改", `value="第二個改"`, `name="onto" value="2"`, `name="version" value="1"`)
	if !strings.Contains(refused.text, "價值觀新題庫") {
		t.Error("the difference to the newer version is not shown")
	}
	if now, version := s.source("quizzes/values.bank.md", locale.Hant); version != 2 || now != first {
		t.Fatalf("version %d", version)
	}
	s.want(s.get("trainer", bankAt), 200, "考前收到的照片", "你寫的時候")

	merged := strings.Replace(second, "title: 價值觀題庫", "title: 價值觀新題庫", 1)
	s.want(s.post("trainer", bankAt+"/rebase", form(merged, "1", "onto", "2")), 303)
	s.want(s.post("trainer", bankAt+"/publication", form(merged, "2", "note", "兩個都要")), 303)
	if now, version := s.source("quizzes/values.bank.md", locale.Hant); version != 3 || now != merged {
		t.Errorf("version %d", version)
	}
}

// TestLint: problems come with their lines, in the page and in the part that the editor asks for.
func TestLint(t *testing.T) {
	s := open(t)
	broken := "---\nbank: values\ntitle: 題庫\n---\n\n# 甲\n\n## 好題 {#good}\n\n- [x] 對\n- [ ] 錯\n\n## 壞題 {#bad}\n\n- [ ] 錯一\n- [ ] 錯二\n"
	part := s.want(s.post("trainer", bankAt+"/preview", form(broken, "1"), "HX-Request", "true"), 200, `data-line="13"`, "沒有正確的選項", "好題")
	if strings.Contains(part.text, "<!doctype") || strings.Contains(part.text, "錯一") {
		t.Error("the part holds the page, or an item that cannot be read", part.text)
	}
	whole := s.want(s.post("trainer", bankAt+"/preview", form(broken, "1", "note", "還沒好")), 200, `data-line="13"`, `value="還沒好"`, "壞題")
	if !strings.Contains(whole.text, "<!doctype") {
		t.Error("without a script the preview is not a page")
	}
	s.want(s.post("trainer", bankAt+"/publication", form(broken, "1", "note", "壞的")), 422, "沒有正確的選項", "錯一")
	if _, version := s.source("quizzes/values.bank.md", locale.Hant); version != 1 {
		t.Error("a broken bank was published")
	}
	s.want(s.post("trainer", lessonAt+"/preview", form("---\ntitle: 高壓線\nminutes: 5\nobjectives: [一]\n---\n\n{{no.such}}\n", "1"), "HX-Request", "true"), 200, `data-line="7"`, "no.such")
	s.want(s.post("trainer", bankAt+"/preview", form("沒有檔頭", "1"), "HX-Request", "true"), 200, "少了檔頭", "預覽就會出現")
	s.want(s.post("trainer", "/studio/documents/quizzes/values.exam.md/preview", form("---\nexam: values\ntitle: 考\ntrack: values\nminutes: 5\npass: 80%\nsections:\n  - title: 甲\n    draw: [{bank: values, count: many}]\n---\n", "1"), "HX-Request", "true"), 200, "count", `data-line="9"`)
}

// TestPreviewIsSafe: what an author writes never becomes markup that acts.
func TestPreviewIsSafe(t *testing.T) {
	s := open(t)
	evil := `<script>alert(1)</script> <img src=x onerror=alert(2)> [按我](javascript:alert(3)) <svg onload=alert(4)>`
	front := "---\nbank: values\ntitle: " + `"<script>alert(0)</script>"` + "\n---\n\n"
	texts := map[string]string{
		bankAt:   front + "# <script>alert(5)</script>\n\n## 題 " + evil + " {#x}\n\n" + evil + "\n\n- [x] 對 " + evil + "\n  > " + evil + "\n- [ ] 錯\n\n> " + evil + "\n",
		lessonAt: "---\ntitle: \"" + `<script>alert(0)</script>` + "\"\nminutes: 5\nobjectives: [\"<script>alert(6)</script>\"]\n---\n\n" + evil + "\n\n```check\n## " + evil + " {#c}\n- [x] " + evil + "\n- [ ] b\n```\n",
		"/studio/documents/quizzes/values.exam.md": "---\nexam: values\ntitle: \"<script>alert(7)</script>\"\n---\n" + evil,
	}
	for at, text := range texts {
		for _, header := range []string{"true", ""} {
			a := s.want(s.post("trainer", at+"/preview", form(text, "1"), "HX-Request", header), 200)
			lower := strings.ToLower(a.text)
			_, preview, found := strings.Cut(lower, `class="lint"`)
			if !found {
				t.Fatal(a.text)
			}
			for _, bad := range []string{"<script>alert", "<img src=x", "onerror=alert(2)>", `href="javascript:`, "<svg onload"} {
				if strings.Contains(preview, bad) {
					t.Errorf("%s: the preview holds %s\n%s", at, bad, preview)
				}
			}
			if strings.Contains(lower, "</textarea><script>") {
				t.Errorf("%s: the text leaves its field", at)
			}
		}
	}
}

func TestNewDocumentAndTranslation(t *testing.T) {
	s := open(t)
	a := s.want(s.post("trainer", "/studio/documents", url.Values{"path": {"quizzes/service.bank.md"}}), 303)
	at := a.Header.Get("Location")
	s.want(s.get("trainer", at), 200, "還沒發布", "bank: service", `name="version" value="0"`)
	text := "---\nbank: service\ntitle: 服務題庫\n---\n\n# 一\n\n## 題 {#one}\n\n- [x] 對\n- [ ] 錯\n"
	s.want(s.post("trainer", at+"/publication", form(text, "0", "note", "新題庫")), 303)
	s.want(s.get("trainer", "/studio/banks"), 200, "服務題庫")

	s.want(s.get("trainer", at+"?lang=en"), 200, "還沒有譯文", "## 題 {#one}")
	english := "---\nbank: service\ntitle: Service\nlang: en\n---\n\n# One\n\n## Item {#one}\n\n- [x] right\n- [ ] wrong\n"
	s.want(s.post("trainer", at+"/publication", form(english, "1", "lang", "en", "note", "英文")), 303)
	if got, version := s.source("quizzes/service.bank.md", locale.En); got != english || version != 2 {
		t.Error(version, got)
	}
	s.want(s.post("trainer", at+"/draft", form(text+"\n", "2")), 303)
	s.want(s.post("trainer", at+"/discard", url.Values{}), 303)
	if d, err := s.shelf.Draft(context.Background(), s.people["trainer"], "quizzes/service.bank.md"); err != nil || d.Draft {
		t.Error("the draft lives on", err)
	}
}

func TestConflict(t *testing.T) {
	s := open(t)
	text, _ := s.source("content/pledge.md", locale.Hant)
	at := "/studio/documents/content/pledge.md"
	s.want(s.get("trainer", at+"/conflict"), 404)
	s.want(s.post("trainer", at+"/publication", form(text+"\n網頁加的一句。\n", "1", "note", "加一句")), 303)
	s.changeFile("content/pledge.md", text+"\n檔案加的一句。\n")
	s.want(s.get("trainer", "/studio"), 200, "衝突")
	s.want(s.get("trainer", at), 200, "還沒決定用哪一份")
	s.want(s.get("trainer", at+"/conflict"), 200, "網頁加的一句", "檔案加的一句")
	s.want(s.post("trainer", at+"/resolution", url.Values{"keep": {"file"}}), 422, "請用一行說明")
	s.want(s.post("trainer", at+"/resolution", url.Values{"keep": {"file"}, "note": {"以檔案為準"}}), 303)
	if now, version := s.source("content/pledge.md", locale.Hant); version != 3 || !strings.Contains(now, "檔案加的一句") {
		t.Error(version, now)
	}
}

// TestSittingFromOpenToClosed: opened by a form in the company's zone, watched, noted, extended, reported, closed.
func TestSittingFromOpenToClosed(t *testing.T) {
	s := open(t)
	window := url.Values{"exam": {"practice"}, "cohort": {s.cohort}, "opens_at": {"2026-11-23T09:00"}, "closes_at": {"2026-11-23T10:00"}, "invigilators": {s.people["watcher"].ID}}
	late := url.Values{"exam": {"practice"}, "opens_at": {"2026-11-23T09:00"}, "closes_at": {"2026-11-23T08:00"}}
	s.want(s.post("trainer", "/studio/sittings", late), 422, "結束時間必須晚於", `value="2026-11-23T08:00"`)
	s.want(s.post("trainer", "/studio/sittings", url.Values{"exam": {"practice"}, "opens_at": {"soon"}}), 422, "請填日期與時間")
	s.want(s.post("amy", "/studio/sittings", window), 403)
	at := s.want(s.post("trainer", "/studio/sittings", window), 303).Header.Get("Location")
	id := strings.TrimPrefix(at, "/studio/sittings/")
	s.want(s.get("watcher", at), 200, "還沒有人開始作答", "員工amy", "09:00")
	sitting := s.sittingOf(id)
	if !sitting.OpensAt.Equal(s.clock.Now()) {
		t.Errorf("opens at %v, the clock says %v", sitting.OpensAt, s.clock.Now())
	}

	attempt := at + "/attempts/" + s.start(sitting, "amy")
	part := s.want(s.get("watcher", at, "HX-Request", "true"), 200, "員工amy", "作答中")
	if strings.Contains(part.text, "<!doctype") {
		t.Error("the list's part is a page")
	}
	s.want(s.post("watcher", attempt+"/notes", url.Values{"note": {""}}), 422, "請寫幾句話")
	s.want(s.post("watcher", attempt+"/notes", url.Values{"note": {"離座 <b>兩次</b>"}}), 303)
	s.want(s.get("trainer", attempt), 200, "離座 &lt;b&gt;兩次", "員工watcher")
	s.want(s.post("watcher", attempt+"/extension", url.Values{"minutes": {"0"}, "extension": {"斷電"}}), 422, `value="斷電"`)
	s.want(s.post("watcher", attempt+"/extension", url.Values{"minutes": {"10"}, "extension": {"教室斷電"}}), 303)
	s.want(s.post("watcher", attempt+"/pause", url.Values{"pause": {"火警演習"}}), 303)
	s.want(s.get("watcher", attempt), 200, "暫停中", "恢復計時")
	s.want(s.post("watcher", attempt+"/resumption", url.Values{}), 303)
	s.want(s.post("watcher", attempt+"/report", url.Values{"report": {"短"}}), 422, "請寫下理由")
	s.want(s.post("watcher", attempt+"/report", url.Values{"report": {"兩次離座都帶著手機出去"}}), 303)
	s.want(s.post("trainer", at+"/closing", url.Values{}), 303)
	s.want(s.get("trainer", at), 200, "<svg class=\"plot", "合格線", "已結束")
	s.want(s.get("watcher", attempt), 200, "當場寫的才算")
	s.want(s.post("watcher", attempt+"/notes", url.Values{"note": {"事後補的紀錄"}}), 409)
}

// TestReportStaysWithinTheSitting: nobody reports an attempt through a sitting that it is not of.
func TestReportStaysWithinTheSitting(t *testing.T) {
	s := open(t)
	watched := s.sit()
	foreign, err := s.room.OpenSitting(context.Background(), s.people["trainer"], exams.NewSitting{Exam: "practice", CohortID: s.cohort, OpensAt: s.clock.Now(), ClosesAt: watched.ClosesAt})
	must(t, err)
	attempt := s.start(foreign, "amy")
	s.want(s.post("watcher", "/studio/sittings/"+watched.ID+"/attempts/"+attempt+"/report", url.Values{"report": {"這不是我監考的場次"}}), 404)
	s.want(s.post("watcher", "/studio/sittings/"+foreign.ID+"/attempts/"+attempt+"/report", url.Values{"report": {"這不是我監考的場次"}}), 404)
}

// TestStudioListsOnesDrafts: also of a document that does not exist yet, and of one that has a newer version.
func TestStudioListsOnesDrafts(t *testing.T) {
	s := open(t)
	const fresh = "/studio/documents/content/values/culture/77-fresh.md"
	s.want(s.post("trainer", fresh+"/draft", form("---\ntitle: 新的一課\n---\n\n還沒寫完。\n", "0")), 303)
	s.want(s.get("trainer", "/studio"), 200, `<a class="title" href="`+fresh+`">新的一課</a>`, "從沒發布過", "1 份有你還沒發布的草稿")
	text, _ := s.source("quizzes/values.bank.md", locale.Hant)
	s.want(s.post("trainer", bankAt+"/draft", form(text+"\n", "1")), 303)
	s.want(s.post("other", bankAt+"/publication", form(strings.Replace(text, "title: 價值觀題庫", "title: 價值觀新題庫", 1), "1", "note", "先改")), 303)
	s.want(s.get("trainer", "/studio"), 200, "已經有人發布了第 2 版", "2 份有你還沒發布的草稿")
}
