package learn_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/exams/seb"
	"bainian/app/locale"
)

// requireSEB publishes the exam with this policy and opens a sitting of it.
func (w *examWorld) requireSEB(policy string) {
	w.Helper()
	ctx := context.Background()
	doc, err := w.shelf.Doc(ctx, "quizzes/red.exam.md")
	w.ok(err)
	text := regexp.MustCompile(`seb: \w+`).ReplaceAllString(doc.Sources[doc.Lang], "seb: "+policy)
	w.ok(w.shelf.SaveDraft(ctx, w.trainer, doc.Path, doc.Lang, text, doc.Version))
	_, err = w.shelf.Publish(ctx, w.trainer, doc.Path, "考場規定", doc.Version)
	w.ok(err)
	w.sitting, err = w.room.OpenSitting(ctx, w.trainer, exams.NewSitting{Exam: "red", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(24 * time.Hour)})
	w.ok(err)
}

var (
	passwordOnPage = regexp.MustCompile(`<strong class="num keep">([a-z2-7]{4}-[a-z2-7]{4})</strong>`)
	onwardsOnPage  = regexp.MustCompile(`id="onwards" href="([^"]+)"`)
)

// sebClient is a Safe Exam Browser that opened the file: it has the configuration's key and no session. With headers it
// shows the key in each request, as those for Windows do; without, only its scripts can, as in the modern engine of
// macOS and iOS.
type sebClient struct {
	*browser
	key     string
	headers bool
	start   string
}

// opened is a client with a configuration that was downloaded and opened with the password on the page.
func (b *browser) opened(headers bool) *sebClient {
	b.Helper()
	page := b.get("/sittings/" + b.sitting.ID)
	b.want(page, 200, "Safe Exam Browser", "/sittings/"+b.sitting.ID+"/seb")
	password := passwordOnPage.FindStringSubmatch(page.text)
	if password == nil {
		b.Fatalf("no password: %s", page.text)
	}
	file := b.post("/sittings/"+b.sitting.ID+"/seb", url.Values{})
	b.want(file, 200)
	if file.Header.Get("Content-Type") != "application/seb" || !strings.Contains(file.Header.Get("Content-Disposition"), `filename="exam.seb"`) {
		b.Fatalf("%v", file.Header)
	}
	config, err := seb.Read([]byte(file.text), password[1])
	b.ok(err)
	start, ok := strings.CutPrefix(config["startURL"].(string), examBase)
	if !ok {
		b.Fatal(config["startURL"])
	}
	inside := *b
	inside.token = ""
	return &sebClient{&inside, seb.ConfigKey(config), headers, start}
}

// shows are the headers of a request of that path; of a call, what a script of the page at from adds.
func (c *sebClient) shows(path, from string) []string {
	headers := []string{"Accept", "text/html"}
	if from != "" {
		headers = []string{"Accept", "application/json", "Sec-Fetch-Dest", "empty", "X-Bainian-Seb-Config", seb.Hash(examBase+from, c.key)}
	}
	if c.headers {
		headers = append(headers, seb.ConfigHeader, seb.Hash(examBase+path, c.key))
	}
	return headers
}

func (c *sebClient) opens(path string) reply {
	c.Helper()
	return c.get(path, c.shows(path, "")...)
}

// sends posts a form of the page at from; scripts add the keys to it.
func (c *sebClient) sends(path, from string, form url.Values) reply {
	c.Helper()
	if !c.headers {
		form.Set("seb_config", seb.Hash(examBase+from, c.key))
	}
	return c.send("POST", path, fiber.MIMEApplicationForm, form.Encode(), c.shows(path, "")...)
}

// enters follows the start URL, and returns where it leads.
func (c *sebClient) enters() string {
	c.Helper()
	c.want(c.opens(c.start), 200, `action="`+c.start+`/entry"`)
	in := c.sends(c.start+"/entry", c.start, url.Values{})
	c.want(in, 200)
	for _, cookie := range in.Cookies() {
		if cookie.Name == "session" {
			c.token = cookie.Value
		}
	}
	to := onwardsOnPage.FindStringSubmatch(in.text)
	if c.token == "" || to == nil {
		c.Fatalf("not signed in: %s", in.text)
	}
	return to[1]
}

// begins starts the exam from its briefing and returns the path of the paper.
func (c *sebClient) begins(briefing string) string {
	c.Helper()
	c.want(c.opens(briefing), 200, `name="pledge"`)
	begun := c.sends(briefing+"/attempts", briefing, c.confirming(c.sitting.ID))
	c.want(begun, 200)
	to := onwardsOnPage.FindStringSubmatch(begun.text)
	if to == nil {
		c.Fatal(begun.text)
	}
	return to[1]
}

// TestExamInSEB goes from the briefing outside to the result inside, with headers and without.
func TestExamInSEB(t *testing.T) {
	for _, headers := range []bool{true, false} {
		t.Run(fmt.Sprintf("headers=%t", headers), func(t *testing.T) {
			w := openExam(t, closedBook, examBase)
			w.requireSEB("required")
			amy := w.candidate("A-1")
			briefing := "/sittings/" + w.sitting.ID
			for _, lang := range locale.Langs() {
				amy.lang = string(lang)
				page := amy.get(briefing)
				amy.want(page, 200, "Safe Exam Browser")
				if strings.Contains(page.text, `name="pledge"`) {
					t.Error("the exam can be started outside")
				}
				amy.want(amy.post(briefing+"/attempts", w.confirming(w.sitting.ID)), 403, "Safe Exam Browser")
			}
			amy.lang = "zh-Hant"

			inside := amy.opened(headers)
			if to := inside.enters(); to != briefing {
				t.Fatalf("the start leads to %s", to)
			}
			paper := inside.begins(briefing)
			inside.want(inside.opens(paper), 200, `data-seb="yes"`)
			call := func(method, what, body string) reply {
				t.Helper()
				return inside.send(method, paper+"/"+what, fiber.MIMEApplicationJSON, body, inside.shows(paper+"/"+what, paper)...)
			}
			inside.want(call("PUT", "lease", `{"device":"mac","take":false}`), 204)
			inside.want(call("PUT", "answers/1", `{"device":"mac","seq":1,"response":{}}`), 200, `"answered":0`)
			inside.want(call("GET", "state", ""), 200, `"state":"live"`)
			inside.want(call("POST", "signals", `{"device":"mac","events":[{"kind":"heartbeat"}]}`), 204)
			inside.want(inside.opens(paper), 200) // a reload goes on

			// The same session elsewhere, or without its keys, gets nowhere; nor does anything else open to it.
			for _, request := range [][2]string{{"PUT", "lease"}, {"PUT", "answers/1"}, {"GET", "state"}, {"GET", "answers"}, {"POST", "signals"}, {"POST", "submission"}, {"POST", "files"},
				{"GET", "news"}, {"POST", "messages/1/reading"}, {"POST", "calls"}, {"POST", "calls/withdrawal"}} {
				r := inside.send(request[0], paper+"/"+request[1], fiber.MIMEApplicationJSON, `{"device":"mac","seq":2,"response":{}}`, "Accept", "application/json", "Sec-Fetch-Dest", "empty")
				inside.want(r, 403, "exams.seb_missing")
			}
			for _, page := range []string{"/exams", "/courses", "/account", "/gate"} {
				inside.want(inside.opens(page), 403, "只能開考試的頁面")
			}
			whole := inside.token
			inside.token = strings.TrimSuffix(whole, "!exam") // a session cannot be made a wider one by hand
			if r := inside.opens("/exams"); r.StatusCode == 200 {
				t.Error("without its mark the session opens everything")
			}
			inside.token = whole
			if r := inside.opens("/pledge"); r.StatusCode == 403 {
				t.Error("the pledge that the briefing asks for cannot be read inside")
			}
			amy.want(amy.get(paper), 403, "這場考試要在 Safe Exam Browser 裡作答", "已經存好的答案都在")

			inside.want(inside.send("POST", paper+"/submission", fiber.MIMEApplicationForm, "", inside.shows(paper+"/submission", paper)...), 303)
			inside.want(inside.opens(paper+"/result"), 200, "離開 Safe Exam Browser", `href="/seb/quit"`)
			inside.want(inside.opens("/seb/quit"), 200)
			amy.want(amy.get(paper+"/result"), 200)
		})
	}
}

// TestSEBLinkIsUsedOnce: in one configuration, once, by its own person.
func TestSEBLinkIsUsedOnce(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	w.requireSEB("required")
	amy, ben := w.candidate("A-1"), w.candidate("B-2")
	first, second, bens := amy.opened(true), amy.opened(false), ben.opened(true)
	stranger := w.candidate("C-3")
	stranger.want(stranger.post(first.start+"/entry", url.Values{}), 403, "這裡不能進入考試")
	bens.want(bens.sends(first.start+"/entry", first.start, url.Values{}), 403, "用的不是這場考試的設定檔")
	for range 3 {
		first.want(first.opens(first.start), 200) // looking uses nothing up
	}
	first.enters()
	w.clock.Add(2 * time.Minute)
	again := *first
	again.want(again.sends(first.start+"/entry", first.start, url.Values{}), 409, "已經登入過了")
	paper := first.begins("/sittings/" + w.sitting.ID)
	if to := second.enters(); to != paper {
		t.Errorf("a second configuration leads to %s, not to the paper %s", to, paper)
	}
	second.want(second.opens(paper), 200)
	second.want(second.get("/seb/nobody"), 200) // nothing is told of a link before it is used
	second.want(second.sends("/seb/nobody/entry", "/seb/nobody", url.Values{}), 404)
	bens.enters()
	bens.want(bens.opens(paper), 404)
}

// TestSEBIsAskedByTheKey: right, wrong and missing keys, for the URL that the public address makes and no other.
func TestSEBIsAskedByTheKey(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	w.requireSEB("required")
	amy := w.candidate("A-1")
	inside := amy.opened(true)
	inside.enters()
	paper := inside.begins("/sittings/" + w.sitting.ID)
	state := paper + "/state"
	hash := func(url string) []string { return []string{seb.ConfigHeader, seb.Hash(url, inside.key)} }
	json := []string{"Accept", "application/json", "Sec-Fetch-Dest", "empty"}
	for name, test := range map[string]struct {
		path    string
		headers []string
		status  int
		says    string
	}{
		"its own URL":                 {state, hash(examBase + state), 200, "live"},
		"with a query":                {state + "?a=1&b=%E5%A0%B4", hash(examBase + state + "?a=1&b=%E5%A0%B4"), 200, "live"},
		"the query left out":          {state + "?a=1", hash(examBase + state), 403, "seb_wrong"},
		"another page's":              {state, hash(examBase + paper), 403, "seb_wrong"},
		"nothing":                     {state, nil, 403, "seb_missing"},
		"rubbish":                     {state, []string{seb.ConfigHeader, "x"}, 403, "seb_wrong"},
		"the key itself":              {state, []string{seb.ConfigHeader, inside.key}, 403, "seb_wrong"},
		"a forwarded host":            {state, append(hash(examBase+state), "X-Forwarded-Host", "evil.example.com", "X-Forwarded-Proto", "http", "Forwarded", "host=evil.example.com"), 200, "live"},
		"made for a forwarded host":   {state, append(hash("https://evil.example.com"+state), "X-Forwarded-Host", "evil.example.com"), 403, "seb_wrong"},
		"made for the listening host": {state, append(hash("http://127.0.0.1:8080"+state), "Host", "127.0.0.1:8080"), 403, "seb_wrong"},
		"by a script":                 {state, []string{"X-Bainian-Seb-Config", seb.Hash(examBase+paper, inside.key)}, 200, "live"},
		"by a script of another page": {state, []string{"X-Bainian-Seb-Config", seb.Hash(examBase+"/sittings/"+w.sitting.ID, inside.key)}, 403, "seb_wrong"},
		"a build that is not asked":   {state, append(hash(examBase+state), seb.ExamHeader, "anything"), 200, "live"},
		"the build alone":             {state, []string{seb.ExamHeader, seb.Hash(examBase+state, inside.key)}, 403, "seb_wrong"},
	} {
		r := inside.get(test.path, append(append([]string{}, json...), test.headers...)...)
		if r.StatusCode != test.status || !strings.Contains(r.text, test.says) {
			t.Errorf("%s: %d %s", name, r.StatusCode, r.text)
		}
	}
	wrong := inside.get(paper, seb.ConfigHeader, "00", "Accept", "text/html")
	inside.want(wrong, 403, "Safe Exam Browser 用的不是這場考試的設定", "已經存好的答案都在")
	for _, secret := range []string{seb.Hash(examBase+paper, inside.key), inside.key} {
		if strings.Contains(wrong.text, secret) {
			t.Error("the page tells what would be right")
		}
	}
}

// TestSEBProvesItselfByScript: an engine without headers, in a session that signed in by itself.
func TestSEBProvesItselfByScript(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	key := strings.Repeat("ab", 32)
	w.requireSEB("{config_keys: [" + key + "]}")
	amy := w.candidate("A-1")
	inside := &sebClient{amy, key, false, ""}
	briefing := "/sittings/" + w.sitting.ID
	amy.want(amy.get(briefing), 200, "由監考員或訓練單位提供", `name="pledge"`)
	begun := inside.sends(briefing+"/attempts", briefing, w.confirming(w.sitting.ID))
	inside.want(begun, 303)
	paper := begun.Header.Get("Location")
	inside.want(inside.opens(paper), 403, `data-attempt="`+strings.TrimPrefix(paper, "/attempts/")+`"`)
	proof := func(hash string) reply {
		return inside.send("POST", paper+"/seb", "", "", "Accept", "application/json", "X-Bainian-Seb-Config", hash)
	}
	inside.want(proof(seb.Hash(examBase+paper, strings.Repeat("00", 32))), 403, "exams.seb_wrong")
	inside.want(proof(""), 403, "exams.seb_missing")
	inside.want(inside.opens(paper), 403)
	inside.want(proof(seb.Hash(examBase+paper, key)), 204)
	inside.want(inside.opens(paper), 200)
}

// TestSEBIsOffered: where it is optional the exam can be sat without.
func TestSEBIsOffered(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	amy.want(amy.get("/sittings/"+w.sitting.ID), 200, "可以用 Safe Exam Browser 作答", `name="pledge"`)
	attempt := amy.start()
	amy.want(amy.get("/attempts/"+attempt), 200, `data-seb="yes"`)
	amy.want(amy.put("/attempts/"+attempt+"/lease", map[string]any{"device": "d"}), 204)
	w.requireSEB("off")
	ben := w.candidate("B-2")
	page := ben.get("/sittings/" + w.sitting.ID)
	ben.want(page, 200)
	if strings.Contains(page.text, "Safe Exam Browser") {
		t.Error("it is offered where it is off")
	}
	ben.want(ben.post("/sittings/"+w.sitting.ID+"/seb", url.Values{}), 409, "設定檔不在這裡下載")
	w.requireSEB("optional")
	w.clock.Set(w.sitting.ClosesAt.Add(time.Minute))
	cleo := w.candidate("C-3")
	page = cleo.get("/sittings/" + w.sitting.ID)
	cleo.want(page, 200)
	if strings.Contains(page.text, "下載設定檔") {
		t.Error("it is offered for a sitting that is over")
	}
}
