package learn_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
)

// reported sends a report as the room does.
func (b *browser) reported(attempt, body string) reply {
	b.Helper()
	return b.send("POST", "/attempts/"+attempt+"/signals", "application/json", body)
}

// signals are the kinds of an attempt's signals with their marks.
func (w *examWorld) signals(attempt string) (all []string) {
	w.Helper()
	traces, err := w.room.Traces(context.Background(), attempt)
	w.ok(err)
	for _, s := range traces.Signals {
		all = append(all, strings.TrimSpace(s.Kind+" "+strings.Join(s.Marks, ",")))
	}
	return all
}

// TestReportsOverHTTP sends what broken and hostile clients send: each gets a clear word or is kept as a claim with
// what can be said against it, none is trusted, none costs an answer.
func TestReportsOverHTTP(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	w.ok(w.room.Lease(context.Background(), amy.person, id, "tab", false))
	w.clock.Add(5 * time.Minute)
	now := w.clock.Now().UnixMilli()
	report := func(seq int, more, events string) string {
		return fmt.Sprintf(`{"device":"tab","page":"p","seq":%d,"sent_ms":%d,"sent_mono_ms":100000,"rtt_ms":12%s,"events":[%s]}`, seq, now, more, events)
	}
	event := func(kind string, ago int64) string {
		return fmt.Sprintf(`{"kind":%q,"at_ms":%d,"mono_ms":%d,"n":7}`, kind, now-ago, 100000-ago)
	}
	for _, x := range []struct {
		what, body string
		status     int
		word       string
		leaves     string // the signal that is new
	}{
		{"an honest one", report(1, "", event("focus_lost", 2000)), 204, "", "focus_lost"},
		{"the same again", report(1, "", event("focus_lost", 2000)), 204, "", ""},
		{"another under its number", report(1, "", event("paste", 1000)), 204, "", "paste repeated"},
		{"the third before the second", report(3, "", event("copy", 1000)), 204, "", "reports_missing"},
		{"and the second", report(2, "", event("cut", 1000)), 204, "", "cut out_of_order"},
		{"future-dated", report(4, "", event("paste", -60_000)), 204, "", "paste clock"},
		{"past-dated", report(5, "", event("paste", 40*60_000)), 204, "", "paste clock"},
		{"of an older page", `{"device":"tab","events":[{"kind":"paste","at_ms":` + fmt.Sprint(now) + `}]}`, 204, "", "paste unnumbered"},
		{"not asked for", report(6, "", event("resize", 0)), 204, "", ""},
		{"an unknown kind", report(7, "", event("blink", 0)), 422, "exams.event_unknown", ""},
		{"an unknown kind beside a known one", report(8, "", event("blink", 0)+","+event("fullscreen_off", 0)), 422, "blink", "fullscreen_off"},
		{"51 events", report(9, "", strings.TrimSuffix(strings.Repeat(event("paste", 0)+",", 51), ",")), 413, "exams.events", ""},
		{"no events", report(9, "", ""), 413, "exams.events", ""},
		{"a name without end", strings.Replace(report(9, "", event("paste", 0)), `"p"`, `"`+strings.Repeat("p", 65)+`"`, 1), 422, "exams.report_page", ""},
		{"events that are none", report(9, "", `7,null,"paste"`), 400, "", ""},
		{"a number that is none", report(9, "", `{"kind":"paste","n":1e40}`), 400, "", ""},
		{"cut in the middle", report(9, "", event("paste", 0))[:80], 400, "", ""},
		{"nothing", "", 400, "", ""},
		{"another device", strings.Replace(report(9, "", event("paste", 0)), `"tab"`, `"phone"`, 1), 409, "exams.other_device", ""},
		{"no device", strings.Replace(report(9, "", event("paste", 0)), `"tab"`, `""`, 1), 422, "exams.device", ""},
		{"marks of one's own", report(9, "", `{"kind":"paste","marks":["innocent"],"at_ms":`+fmt.Sprint(now)+`,"mono_ms":100000,"n":-1}`), 204, "", "paste size"},
	} {
		before := w.signals(id)
		r := amy.reported(id, x.body)
		if r.StatusCode != x.status || !strings.Contains(r.text, x.word) {
			t.Errorf("%s: %d %s, want %d %s", x.what, r.StatusCode, r.text, x.status, x.word)
		}
		after := w.signals(id)
		if x.leaves == "" && len(after) != len(before) || x.leaves != "" && !slices.Contains(after[len(before):], x.leaves) {
			t.Errorf("%s leaves %q, want %q", x.what, after[len(before):], x.leaves)
		}
	}
	// Ten thousand events in a minute, answers among them.
	flood := strings.TrimSuffix(strings.Repeat(event("focus_lost", 0)+",", 50), ",")
	for n := range 200 {
		if r := amy.reported(id, report(100+n, "", flood)); r.StatusCode != 204 {
			t.Fatalf("report %d: %d %s", n, r.StatusCode, r.text)
		}
		if n%50 == 0 {
			amy.want(amy.save(id, 1+n/50, save{Device: "tab", Seq: int64(1 + n), Response: amy.answering(id, 1+n/50)}), 200, fmt.Sprintf(`"answered":%d`, 1+n/50))
		}
	}
	w.clock.Add(time.Minute)
	amy.want(amy.reported(id, report(400, "", event("heartbeat", 0))), 204)
	if said := w.signals(id); !slices.Contains(said, "reports_dropped") || len(said) > 400 {
		t.Errorf("%d signals after a flood, without a word that there were more", len(said))
	}
	amy.want(amy.post("/attempts/"+id+"/submission", nil), 303)
	if _, err := w.room.Replay(context.Background(), id); err != nil {
		t.Error(err)
	}
}

// TestNobodyStartsUntold: the briefing says what is recorded in the reader's language, and without a tick on exactly
// that nobody starts.
func TestNobodyStartsUntold(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	at := "/sittings/" + w.sitting.ID
	for _, lang := range locale.Langs() {
		amy.lang = string(lang)
		notice, err := w.room.Notice(context.Background(), w.sitting.ID, lang)
		w.ok(err)
		page := amy.get(at)
		amy.want(page, 200, `name="notice" value="`+notice.Digest()+`" required`, `name="pledge"`, `href="/privacy"`)
		for _, part := range notice.Parts {
			amy.want(page, 200, part.Title)
			amy.want(page, 200, part.Lines...)
		}
	}
	form := w.confirming(w.sitting.ID)
	for change, want := range map[string]string{"": "勾選你讀過了", strings.Repeat("0", 64): "請再讀一次"} {
		form.Set("notice", change)
		amy.lang = "zh-Hant"
		r := amy.post(at+"/attempts", form)
		if (r.StatusCode != http.StatusUnprocessableEntity && r.StatusCode != http.StatusConflict) || !strings.Contains(r.text, want) {
			t.Errorf("agreeing to %q: %d", change, r.StatusCode)
		}
	}
	none := amy.post(at+"/attempts", nil)
	amy.want(none, 422, "勾選你讀過了", "誠信承諾")
	en, err := w.room.Notice(context.Background(), w.sitting.ID, locale.En)
	w.ok(err)
	form.Set("notice", en.Digest()) // read in another language
	amy.want(amy.post(at+"/attempts", form), 303)
}

// FuzzReport: whatever is sent as a report, the answer is a word or nothing, the journal holds, and nothing is kept that
// the exam does not ask for.
func FuzzReport(f *testing.F) {
	w := openExam(f, closedBook, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	w.ok(w.room.Lease(context.Background(), amy.person, id, "tab", false))
	for _, seed := range []string{
		`{"device":"tab","events":[{"kind":"heartbeat","at_ms":1}]}`,
		`{"device":"tab","page":"p","seq":1,"sent_ms":1764291600000,"sent_mono_ms":5000,"rtt_ms":3,"lost":2,"events":[{"kind":"paste","at_ms":1764291599000,"mono_ms":4000,"n":12},{"kind":"resize","n":800}]}`,
		`{"device":"tab","page":"p","seq":-9223372036854775808,"sent_ms":9223372036854775807,"events":[{"kind":"copy","at_ms":-9223372036854775808,"mono_ms":9223372036854775807,"n":-1}]}`,
		`{"device":"tab","page":"p","seq":9223372036854775807,"lost":-3,"rtt_ms":-1,"events":[{"kind":"cut"},{"kind":"gaze"},{"kind":""}]}`,
		`{"device":"tab","DEVICE":"phone","events":[{"KIND":"print","kind":"hidden"}]}`, `{"device":"tab","events":null}`, `{"events":{}}`, `[]`, `nul`, ``, "\xff", "{\"device\":\"\x00\"}",
	} {
		f.Add(seed)
	}
	asked := []string{"focus_lost", "hidden", "fullscreen_off", "paste", "copy", "cut", "second_tab", "reports_dropped", "reports_lost", "reports_missing", "reports_unasked"}
	f.Fuzz(func(t *testing.T, body string) {
		w.TB, amy.TB = t, t
		switch r := amy.reported(id, body); r.StatusCode {
		case 204, 400, 409, 413, 422:
		default:
			t.Fatalf("%q: %d %s", body, r.StatusCode, r.text)
		}
		if _, err := w.room.Replay(context.Background(), id); err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		traces, err := w.room.Traces(context.Background(), id)
		w.ok(err)
		for _, s := range traces.Signals {
			if !slices.Contains(asked, s.Kind) || s.Amount < 0 || s.Length < 0 || s.Length > 24*time.Hour {
				t.Fatalf("%q leaves %+v", body, s)
			}
			if slices.ContainsFunc(s.Marks, func(m string) bool { return !slices.Contains(exams.ClaimMarks(), m) }) {
				t.Fatalf("%q marks itself %q", body, s.Marks)
			}
		}
	})
}

// TestPrivacyPages: what exams do with personal data can be read by everybody, the template of an assessment by those
// who decide what an exam watches.
func TestPrivacyPages(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	hr, token := w.person("H-1", people.HR)
	office := &browser{w, hr, token, "zh-Hant"}
	for _, lang := range locale.Langs() {
		amy.lang, office.lang = string(lang), string(lang)
		notice, err := w.room.NoticeOf(context.Background(), exams.PresetHighStakes.Policy(), lang)
		w.ok(err)
		amy.want(amy.get("/privacy"), 200, notice.Parts[0].Title, "/privacy/consent", "<table>")
		amy.want(amy.get("/privacy/consent"), 200, "☐")
		office.want(office.get("/privacy"), 200, "/privacy/assessment")
		office.want(office.get("/privacy/assessment"), 200, "GDPR", "<table")
	}
	amy.want(amy.get("/privacy/assessment"), 403)
	if page := amy.get("/privacy"); strings.Contains(page.text, "/privacy/assessment") {
		t.Error("a page is offered that the reader may not see")
	}
}
