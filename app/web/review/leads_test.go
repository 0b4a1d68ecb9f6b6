package review_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"bainian/app/locale"
)

// leadIDs are the leads on a page of the list, by company.
func leadIDs(html string) map[string]string {
	ids := map[string]string{}
	for _, m := range regexp.MustCompile(`name="lead" value="([^"]+)"><span>([^<]+)</span>`).FindAllStringSubmatch(html, -1) {
		ids[m[2]] = m[1]
	}
	return ids
}

func (s *site) importLeads(csv string) {
	s.Helper()
	report, err := s.Pool.Import(s.Ctx, s.HR, strings.NewReader(csv), true)
	if err != nil || !report.Applied {
		s.Fatal(report, err)
	}
}

func TestLeadsAreFoundAndMovedTogether(t *testing.T) {
	s := open(t)
	amy := s.NewHire("Amy")
	manager, hr := s.as(s.Manager), s.as(s.HR)
	for _, lang := range locale.Langs() {
		has(t, manager.in(lang).get("/leads/manage", 200), `href="/leads/import"`)
	}
	s.importLeads("company,contact,phone,industry,territory\n遠帆五金,王先生,02-2345-6789,五金,台北\n長風食品,李小姐,02-2345-6780,食品,台中\n百年傢俱,,,傢俱,台北\n")
	for _, lang := range locale.Langs() {
		html := manager.in(lang).get("/leads/manage", 200)
		if len(leadIDs(html)) != 3 {
			t.Fatal(html)
		}
		lacks(t, html, "02-2345-6789") // masked
		hr.in(lang).get("/leads/manage?state=pool&territory=%E5%8F%B0%E5%8C%97", 200)
	}
	for query, want := range map[string]int{"q=%E9%81%A0%E5%B8%86": 1, "q=%2B886+2+2345+6780": 1, "territory=%E5%8F%B0%E5%8C%97": 2, "state=held": 0, "pool=default": 3, "holder=" + amy.Number: 0, "q=%25": 3} {
		if got := len(leadIDs(hr.get("/leads/manage?"+query, 200))); got != want {
			t.Errorf("%s finds %d, want %d", query, got, want)
		}
	}
	has(t, hr.get("/leads/manage?holder=nobody", 422), "找不到工號為 nobody 的人")
	s.as(amy).get("/leads/manage", 403)

	ids := leadIDs(manager.get("/leads/manage", 200))
	far, long := ids["遠帆五金"], ids["長風食品"]
	html, _ := manager.post("/leads/bulk", 422, "action", "close", "outcome", "lost", "request", "1", "lead", far)
	has(t, html, `aria-invalid="true"`)
	html, _ = manager.post("/leads/bulk", 422, "action", "move", "request", "1", "reason", "x", "lead", far)
	has(t, html, "請選擇移到哪個公海")
	html, _ = manager.post("/leads/bulk", 422, "action", "reclaim", "request", "1")
	has(t, html, "請至少勾選一筆線索")
	html, _ = hr.post("/leads/bulk", 422, "action", "assign", "request", "1", "lead", far)
	has(t, html, "請選擇要做什麼")
	_, report := manager.post("/leads/bulk", 303, "action", "assign", "person", amy.ID, "request", "2", "lead", far, "lead", long, "lead", "no-such-lead")
	for _, lang := range locale.Langs() {
		html = manager.in(lang).get(report, 200)
		if strings.Count(html, "tag wait")+strings.Count(html, "tag pass") != 3 || strings.Contains(html, "[") && strings.Contains(html, "[leads.") {
			t.Error(html)
		}
	}
	if _, again := manager.post("/leads/bulk", 303, "action", "assign", "person", amy.ID, "request", "2", "lead", far); again != report {
		t.Errorf("a second click made %s of %s", again, report)
	}
	hr.get(report, 404)
	// Closed alike, all on the page by one tick: each says for itself what stood in the way.
	_, report = manager.post("/leads/bulk", 303, "action", "close", "outcome", "lost", "reason", "搬走了", "request", "3", "all", "yes", "shown", far, "shown", long, "shown", ids["百年傢俱"])
	html = manager.get(report, 200)
	if strings.Count(html, "tag pass") != 3 {
		t.Error(html)
	}
	_, report = manager.post("/leads/bulk", 303, "action", "close", "outcome", "lost", "reason", "搬走了", "request", "4", "lead", far)
	if html = manager.get(report, 200); strings.Count(html, "tag wait") != 1 {
		t.Error(html)
	}
}

func TestLeadsPagesOfFifty(t *testing.T) {
	s := open(t)
	var file strings.Builder
	file.WriteString("company\n")
	for i := range 120 {
		fmt.Fprintf(&file, "企業%d\n", i)
	}
	s.importLeads(file.String())
	hr, seen := s.as(s.HR), map[string]bool{}
	path, pages := "/leads/manage?state=pool", 0
	for ; path != ""; pages++ {
		html := hr.get(path, 200)
		for company := range leadIDs(html) {
			seen[company] = true
		}
		path = ""
		if m := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(html); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) != 120 || pages != 3 {
		t.Errorf("%d leads on %d pages", len(seen), pages)
	}
}

// TestAnExportIsAnImport takes leads out in each language and into another house, where nothing of them is different.
func TestAnExportIsAnImport(t *testing.T) {
	csv := "company,contact,phone,industry,territory,source,note\n遠帆五金,王先生,+886 2 2345 6789,五金,台北,展會,\"兩行\n備註\"\n長風食品,李小姐,02-2345-6780,食品,台中,,\n"
	from := open(t)
	from.importLeads(csv)
	for _, lang := range locale.Langs() {
		for _, format := range []string{"csv", "xlsx"} {
			to := open(t)
			file, _ := from.as(from.HR).in(lang).post("/leads/exports", 200, "format", format)
			if format == "csv" {
				has(t, file, "'+886 2 2345 6789") // no spreadsheet takes it for a sum
			}
			_, at := to.as(to.HR).upload("/leads/import", 303, "leads."+format, file)
			html := to.as(to.HR).get(at, 200)
			lacks(t, html, `class="problems"`)
			to.as(to.HR).post(at+"/application", 303)
			again, _ := to.as(to.HR).in(lang).post("/leads/exports", 200, "format", "csv")
			first, _ := from.as(from.HR).in(lang).post("/leads/exports", 200, "format", "csv")
			if sorted(again) != sorted(first) {
				t.Errorf("%s %s\n%s\nbecame\n%s", lang, format, first, again)
			}
		}
	}
}

// sorted is a file's lines in order; an import gives leads no order among themselves.
func sorted(file string) string {
	lines := strings.Split(file, "\r\n")
	for i := range lines {
		for j := range i {
			if lines[i] < lines[j] {
				lines[i], lines[j] = lines[j], lines[i]
			}
		}
	}
	return strings.Join(lines, "\n")
}

func TestExportsAreMaskedAndRecorded(t *testing.T) {
	s := open(t)
	s.importLeads("company,contact,phone\n遠帆五金,王先生,02-2345-6789\n長風食品,,\n")
	whole, _ := s.as(s.HR).post("/leads/exports", 200, "format", "csv", "q", "遠帆")
	has(t, whole, "02-2345-6789", "王先生")
	lacks(t, whole, "長風食品")
	none, _ := s.as(s.Manager).post("/leads/exports", 200, "format", "csv")
	lacks(t, none, "遠帆五金") // nobody of the team holds it
	amy := s.NewHire("Amy")
	s.as(amy).post("/leads/exports", 403, "format", "csv")
	s.as(s.HR).post("/leads/exports", 422, "holder", "nobody")
}

func TestDuplicates(t *testing.T) {
	s := open(t)
	s.importLeads("company,phone\n遠帆五金,02-2345-6789\n長風食品,02-2345-6780\n")
	for _, lang := range locale.Langs() {
		s.as(s.HR).in(lang).get("/leads/duplicates", 200)
		s.as(s.HR).in(lang).get("/leads/duplicates?by=company", 200)
	}
	s.as(s.HR).get("/leads/duplicates?by=smell", 404)
	ids := leadIDs(s.as(s.HR).get("/leads/manage", 200))
	far, long := ids["遠帆五金"], ids["長風食品"]
	html, _ := s.as(s.HR).post("/leads/merges", 422, "by", "phone", "request", "1", "keep", far, "lead", far, "reason", "同一家")
	has(t, html, "請選出要留下的一筆")
	_, report := s.as(s.HR).post("/leads/merges", 303, "by", "phone", "request", "1", "keep", far, "lead", far, "lead", long, "reason", "同一家")
	if html = s.as(s.HR).get(report, 200); strings.Count(html, "tag pass") != 1 {
		t.Error(html)
	}
}

func TestALeadIsErasedOnRequest(t *testing.T) {
	s := open(t)
	s.importLeads("company,contact,phone\n遠帆五金,王先生,02-2345-6789\n")
	id := leadIDs(s.as(s.HR).get("/leads/manage", 200))["遠帆五金"]
	path := "/leads/" + id + "/erasure"
	for _, lang := range locale.Langs() {
		s.as(s.HR).in(lang).get(path, 200)
	}
	s.as(s.Manager).get(path, 403)
	html, _ := s.as(s.HR).post(path, 422, "reason", "本人要求")
	has(t, html, `aria-invalid="true"`, "本人要求")
	s.as(s.HR).post(path, 422, "asked", "書面")
	s.as(s.HR).post(path, 303, "asked", "書面", "reason", "本人要求")
	s.as(s.HR).post(path, 409, "asked", "書面", "reason", "本人要求")
	whole, _ := s.as(s.HR).post("/leads/exports", 200, "format", "csv")
	lacks(t, whole, "王先生", "2345-6789")
}
