package api_test

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"bainian/app/apptest"
	"bainian/app/people"
	"bainian/app/store"
)

// snippet is what the page for connecting a CRM has an administrator copy, with the blanks of it filled in.
func (m *machines) snippet(label, crm string, fill ...string) string {
	m.Helper()
	admin := m.session(m.Hire("管理", people.Admin))
	r := m.send("GET", "/connect?crm="+crm, "", "Authorization", "", "Cookie", "session="+admin)
	found := regexp.MustCompile(`(?s)<pre class="snippet"[^>]*aria-label="` + label + `">(.*?)</pre>`).FindStringSubmatch(r.body)
	if r.StatusCode != 200 || found == nil {
		m.Fatalf("no snippet %s: %d %s", label, r.StatusCode, r.body)
	}
	text := strings.NewReplacer(fill...).Replace(html.UnescapeString(found[1]))
	return text
}

func TestConnectPage(t *testing.T) {
	m := mount(apptest.New(t, store.SQLite))
	admin := m.session(m.Hire("管理", people.Admin))
	get := func(path, lang, session string) reply {
		t.Helper()
		return m.send("GET", path, "", "Authorization", "", "Accept-Language", lang, "Cookie", "session="+session)
	}
	for lang, title := range map[string]string{"en": "Connect a CRM", "zh-TW": "接上 CRM", "zh-CN": "接入 CRM"} {
		r := get("/connect", lang, admin)
		if r.StatusCode != 200 || !strings.Contains(r.body, "<h1>"+title+"</h1>") || strings.Contains(r.body, "[ways.") || strings.Count(r.body, base+"/gate/forward-auth?") != 3 {
			t.Errorf("%s: %d %s", lang, r.StatusCode, r.body)
		}
	}
	if r := get("/connect", "en", m.session(m.HR)); r.StatusCode != 403 {
		t.Errorf("HR: %d", r.StatusCode)
	}
	if r := get("/connect?crm=https://crm.test:9", "en", admin); strings.Count(r.body, "proxy_pass https://crm.test:9;") != 3 || r.StatusCode != 200 {
		t.Errorf("%d %s", r.StatusCode, r.body)
	}
	for _, odd := range []string{"crm", "ftp://crm", "http://crm/path", "http://", "http://crm%3Breturn", "http://u:p@crm", "http://crm?x=1"} {
		if r := get("/connect?crm="+odd, "en", admin); r.StatusCode != 422 || !strings.Contains(r.body, `aria-invalid="true"`) {
			t.Errorf("%s: %d", odd, r.StatusCode)
		}
	}

	// What has been asked is there for whoever looks whether it arrives.
	ben := m.NewHire("Ben")
	if r := get("/connect", "en", admin); !strings.Contains(r.body, "Nothing has been asked yet") {
		t.Error(r.body)
	}
	m.decides(true, "evaluation", object(subject(ben), hold, pool))
	m.front(403, "pledge", byHeader, "X-Gate-Secret", m.secret("nginx <1>"), "X-Gate-Subject", ben.Number)
	r := get("/connect", "en", admin)
	for _, want := range []string{`<th scope="row">CRM</th><td data-label="Way">AuthZEN</td>`, `<th scope="row">nginx &lt;1&gt;</th><td data-label="Way">Proxy</td>`, `<span class="tag pass">Allowed</span>`,
		`<span class="tag wait">Denied</span> <code>pledge, course:values/culture`} {
		if !strings.Contains(r.body, want) {
			t.Errorf("%s is not in %s", want, r.body)
		}
	}
}
