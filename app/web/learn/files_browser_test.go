package learn_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"bainian/app/locale"
	"bainian/app/questions"
	"bainian/app/web/page/pagetest"
)

// TestFilesInBrowser records and uploads in a real browser with a camera and a microphone that are made up.
func TestFilesInBrowser(t *testing.T) {
	t.Parallel()
	browser := pagetest.Browser(t, chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true))
	for name, sit := range map[string]func(*tab){
		"RecordedPlayedAndHandedIn":         recorded,
		"E1_RecordingSurvivesAReload":       recordingSurvives,
		"E1_UploadCutInTheMiddleAndResumed": uploadResumes,
		"E1_OfflineFileWaits":               fileWaits,
		"E2_RecordingAtTheEnd":              recordingAtTheEnd,
		"RefusedInWords":                    filesRefusedInWords,
		"Accessible":                        filesAccessible,
	} {
		t.Run(name, func(t *testing.T) {
			x := serveExams(t, browser)
			x.TB.Cleanup(func() {
				x.js(`(document.querySelectorAll("video").forEach((v) => v.srcObject?.getTracks().forEach((t) => t.stop())), true)`)
			})
			x.start(x.sit("pitch"))
			x.open()
			sit(x)
		})
	}
}

// question shows the question of that kind and gives its number; an upload is the one that takes any file.
func (x *tab) shown(kind questions.Kind) int {
	x.Helper()
	for _, q := range x.paper().Questions {
		if q.Kind == kind && (kind == questions.Recording || len(q.Accept) == 0) {
			x.js(`document.querySelector("#card [data-go='%d']").click() || true`, q.N)
			return q.N
		}
	}
	x.Fatalf("no %s", kind)
	return 0
}

func (x *tab) pressIn(n int, button string) {
	x.Helper()
	x.until(`document.querySelector("#q%d button%s")?.checkVisibility()`, n, button)
	x.js(`document.querySelector("#q%d button%s").click() || true`, n, button)
}

// named is the file that the saved answer to question n names, which must be the bytes of its hash.
func (x *tab) named(n int) questions.Attachment {
	x.Helper()
	x.until(`document.querySelector("#saved").textContent.includes("1/3") && document.querySelectorAll("#card a.unsaved").length === 0`)
	files := x.paper().Questions[n-1].Response.Files
	if len(files) != 1 {
		x.Fatalf("the answer names %v", files)
	}
	f, err := x.room.FileOf(context.Background(), x.person, x.attempt, files[0].SHA256)
	x.ok(err)
	defer f.Content.Close()
	content, err := io.ReadAll(f.Content)
	x.ok(err)
	sum := sha256.Sum256(content)
	again, err := x.room.Replay(context.Background(), x.attempt)
	x.ok(err)
	if named := again.Responses[n-1].Files[0]; named.SHA256 != hex.EncodeToString(sum[:]) || named.Size != int64(len(content)) {
		x.Errorf("the journal names %+v, and there are %d bytes of %x", named, len(content), sum)
	}
	return files[0]
}

func recorded(x *tab) {
	n := x.shown(questions.Recording)
	x.pressIn(n, `[data-record='film']`)
	x.until(`document.querySelector("#q%d [data-clock]").textContent.includes("0:01 / 3:00")`, n)
	x.pressIn(n, `[data-pause]`)
	x.until(`document.querySelector("#q%d [data-clock]").textContent.includes("已暫停")`, n)
	time.Sleep(1200 * time.Millisecond)
	if !x.js(`document.querySelector("#q%d [data-clock]").textContent.includes("0:01")`, n) {
		x.Error("a pause is recorded")
	}
	x.pressIn(n, `[data-pause]`)
	x.until(`document.querySelector("#q%d [data-clock]").textContent.includes("0:02")`, n)
	x.pressIn(n, `[data-stop]`)
	x.until(`document.querySelector("#q%d [data-playback]").checkVisibility() && document.querySelector("#q%d [data-playback]").currentTime === 0`, n, n)
	if x.paper().Answered != 0 {
		x.Error("it was handed in before anybody had looked at it")
	}
	x.js(`(document.querySelector("#q%d [data-playback]").muted = true, document.querySelector("#q%d [data-playback]").play(), true)`, n, n)
	x.until(`document.querySelector("#q%d [data-playback]").currentTime > 0.3`, n)
	x.pressIn(n, `[data-use]`)
	named := x.named(n)
	if named.Type != "video/webm" || named.Seconds < 1 || named.Seconds > 3 || named.Size < 10_000 || named.Name != "錄影.webm" {
		x.Errorf("%+v", named)
	}
	// It plays from the server, too.
	x.js(`(window.player = document.querySelector("#q%d .file-list video"), player.muted = true, player.play(), true)`, n)
	x.until(`player.currentTime > 0.3`)

	// Sound alone takes its place.
	x.pressIn(n, `[data-record='sound']`)
	x.until(`document.querySelector("#q%d [data-clock]").textContent.includes("0:01")`, n)
	x.pressIn(n, `[data-stop]`)
	x.pressIn(n, `[data-use]`)
	x.until(`document.querySelector("#q%d [data-files]").dataset.files.includes("audio/webm")`, n)
	if named := x.named(n); named.Type != "audio/webm" {
		x.Errorf("%+v", named)
	}
	x.pressIn(n, `[data-remove]`)
	x.until(`document.querySelector("#saved").textContent.includes("0/3")`)
}

func recordingSurvives(x *tab) {
	n := x.shown(questions.Recording)
	x.pressIn(n, `[data-record='film']`)
	x.until(`document.querySelector("#q%d [data-clock]").textContent.includes("0:03")`, n)
	x.open()
	x.until(`document.querySelector("#q%d [data-say]").textContent.includes("上次錄到一半")`, n)
	x.pressIn(n, `[data-use]`)
	if named := x.named(n); named.Seconds < 2 || named.Type != "video/webm" {
		x.Errorf("%+v", named)
	}
	x.open()
	x.js(`document.querySelector("#card [data-go='%d']").click() || true`, n)
	x.until(`document.querySelector("#q%d .file-list video").checkVisibility()`, n)
	if x.js(`document.querySelector("#q%d [data-take]").checkVisibility()`, n) {
		x.Error("it is offered again after it was handed in")
	}
}

// choose has the chooser of question n choose a film of that many bytes.
func (x *tab) chooseFilm(n, size int, name string) {
	x.Helper()
	x.js(`(() => {
		const head = new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x82, 0x84, 0x77, 0x65, 0x62, 0x6d, 0x56, 0x5f, 0x56, 0x50, 0x38]);
		const bytes = new Uint8Array(%d).map((_, i) => head[i] ?? i %% 251);
		const to = new DataTransfer();
		to.items.add(new File([bytes], %q));
		const chooser = document.querySelector("#u%d");
		chooser.files = to.files;
		chooser.dispatchEvent(new Event("change", { bubbles: true }));
		return true;
	})()`, size, name, n)
}

func uploadResumes(x *tab) {
	n := x.shown(questions.Upload)
	// The first part goes through, and the second never arrives.
	x.js(`(() => {
		const fetch = window.fetch;
		window.fetch = (path, how) => (/parts\/[1-9]/.test(path) ? new Promise(() => {}) : fetch(path, how));
		return true;
	})()`)
	x.chooseFilm(n, 1_800_000, "../../x.webm")
	x.until(`document.querySelector("#q%d progress")?.value === 0.25`, n)
	if x.paper().Answered != 0 {
		x.Error("a quarter of a file is an answer")
	}
	x.open()
	if named := x.named(n); named.Name != "x.webm" || named.Size != 1_800_000 {
		x.Errorf("%+v", named)
	}
	// What was there was not sent again.
	if !x.js(`performance.getEntriesByType("resource").filter((e) => /\/parts\/\d/.test(e.name)).length === 3`) {
		x.Error("the first part was sent twice")
	}
}

func fileWaits(x *tab) {
	n := x.shown(questions.Upload)
	x.offline(true)
	x.chooseFilm(n, 700_000, "a.webm")
	x.until(`document.querySelector("#q%d [data-say]").textContent.includes("連線恢復後")`, n)
	x.until(bandIsUp)
	x.offline(false)
	x.named(n)
	x.until(`!(` + bandIsUp + `)`)
}

// recordingAtTheEnd is still recording when the time is up.
func recordingAtTheEnd(x *tab) {
	n := x.shown(questions.Recording)
	x.pressIn(n, `[data-record='film']`)
	x.until(`document.querySelector("#q%d [data-clock]").textContent.includes("0:02")`, n)
	x.clock.Set(x.paper().Deadline.Add(-13 * time.Second)) // the page hears of it within eight
	x.until(`/^0+:/.test(document.querySelector("#clock").textContent.trim()) || location.pathname.endsWith("/result")`)
	x.until(`document.querySelector("#q%d [data-say]").textContent.includes("時間快到了") || location.pathname.endsWith("/result")`, n)
	x.until(`location.pathname.endsWith("/result")`)
	files := x.paper().Questions[n-1].Response.Files
	if len(files) != 1 || files[0].Type != "video/webm" {
		x.Errorf("the paper holds %v", files)
	}
}

func filesRefusedInWords(x *tab) {
	n := x.shown(questions.Upload)
	choose := func(bytes, name, kind string) {
		x.js(`(() => {
			const to = new DataTransfer();
			to.items.add(new File([%s], %q, { type: %q }));
			const chooser = document.querySelector("#u%d");
			chooser.files = to.files;
			chooser.dispatchEvent(new Event("change", { bubbles: true }));
			return true;
		})()`, bytes, name, kind, n)
	}
	said := func(words string) {
		x.Helper()
		x.until(`document.querySelector("#q%d [data-say]").textContent.includes(%q)`, n, words)
	}
	choose(`"PK\x03\x04" + "x".repeat(2000)`, "報價.pdf", "application/pdf")
	said("壓縮檔或 Office 文件")
	choose(`""`, "空.txt", "text/plain")
	said("這個檔案是空的")
	choose(`new Uint8Array(101 << 20)`, "長.webm", "video/webm")
	said("上限是 100 MB")
	if x.js(`document.querySelectorAll("#q%d .file-list li").length > 0`, n) || x.paper().Answered != 0 {
		x.Error("something was taken")
	}

	// No permission, no device, no camera: said in words, and the chooser is there.
	n = x.shown(questions.Recording)
	for name, words := range map[string]string{"NotAllowedError": "沒有得到使用麥克風或鏡頭的許可", "NotReadableError": "正被其他程式使用", "NotFoundError": "找不到可用的鏡頭"} {
		x.js(`(navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", %q)), true)`, name)
		x.pressIn(n, `[data-record='film']`)
		said(words)
		if !x.js(`document.querySelector("#q%d .drop label").checkVisibility() && document.querySelector("#q%d [data-record]").checkVisibility()`, n, n) {
			x.Errorf("%s: there is no way out", name)
		}
	}
	if text := strings.TrimSpace(x.logs.String()); text != "" {
		x.Errorf("the server complains: %s", text)
	}
}

// filesAccessible runs axe on every face of the control, in three languages, and uses it by keys alone.
func filesAccessible(x *tab) {
	engine, err := os.ReadFile("testdata/axe/axe.min.js")
	x.ok(err)
	for _, lang := range locale.Langs() {
		x.js(`(document.cookie = "lang=%s; path=/", true)`, lang)
		x.open()
		n := x.shown(questions.Recording)
		look := func(what string) {
			x.Helper()
			for _, width := range []int64{1280, 320} {
				x.ok(chromedp.Do(x.ctx, chromedp.EmulateViewport(width, 900)))
				if !x.js(`document.documentElement.scrollWidth <= innerWidth`) {
					x.Errorf("%s, %s: wider than %d pixels", lang, what, width)
				}
			}
			x.axe(string(engine), string(lang)+": "+what, fmt.Sprintf(`document.querySelector("#q%d")`, n), lang == locale.Hant)
		}
		look("nothing yet")
		if lang != locale.Hant {
			continue // the words differ, and the faces do not
		}
		x.js(`(document.querySelector("#q%d button[data-record='film']").focus(), true)`, n)
		x.press(" ")
		x.until(`document.activeElement.matches("#q%d [data-stop]")`, n)
		time.Sleep(700 * time.Millisecond)
		look("recording")
		x.press(" ")
		x.until(`document.activeElement.matches("#q%d [data-use]")`, n)
		look("recorded")
		x.press(" ")
		x.until(`document.querySelector("#q%d .file-list video") && document.querySelectorAll("#card a.unsaved").length === 0`, n)
		look("handed in")
		x.js(`(document.querySelector("#q%d button[data-remove]").focus(), true)`, n)
		x.press(" ")
		x.until(`document.querySelector("#q%d [data-files]").dataset.files === "[]" && document.activeElement.matches("#u%d")`, n, n)
	}
}
