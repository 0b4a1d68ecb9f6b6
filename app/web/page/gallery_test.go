package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/page"
	"bainian/app/web/page/pagetest"
)

// gallery is a wing that shows every part of the kit.
var gallery = os.DirFS("testdata")

type plainView struct{ page.Base }

type galleryView struct {
	page.Base
	Way    []page.Stop
	Open   []page.Stop
	Err    error
	Wrong  error
	Fields []page.Field
	Bar    page.Bar
	Empty  page.Empty
	Pager  page.Pager
	At     time.Time
}

func furnished() *galleryView {
	var problems fault.Problems
	problems.Add("people.csv", 3, "E-1007", "page.not_a_number", "value", "十二")
	problems.Add("people.csv", 9, "", "page.bad_text", "place", "name")
	problems.Add("", 0, "email", "page.no_file")
	way := []page.Stop{
		{State: page.Done, Label: "誠信承諾", Detail: "第 3 版 · 11 月 14 日簽署，每場考試前再確認"},
		{State: page.Done, Label: "公司價值觀", Detail: "6 課讀完 · 考試 92 分，11 月 18 日通過", Tag: "已通過"},
		{State: page.At, Label: "產品知識", Detail: "第 2 課〈會員服務是什麼〉· 約 12 分鐘", Tag: "進行中", Link: "/lessons/product/membership", Action: "繼續上次讀到的地方", Done: 1, Total: 5},
		{State: page.Todo, Label: "銷售技能", Detail: "7 課 · 產品知識考試通過後開放"},
		{State: page.Door, Label: "領取線索的資格", Detail: "還差 4 項條件。", Link: "/gate"},
	}
	open := []page.Stop{way[0], way[1], {State: page.Done, Label: "產品知識"}, {State: page.Done, Label: "銷售技能"}, {State: page.Open, Label: "領取線索的資格", Link: "/gate"}}
	return &galleryView{
		Base: page.Base{Title: "早安，予安。今天學產品知識第 2 課。"},
		Way:  way, Open: open, Err: problems, Wrong: fault.New(fault.Conflict, "page.too_slow"),
		Fields: []page.Field{
			{Name: "name", Label: "公司名稱", Value: "遠帆 <示範>", Required: true},
			{Name: "phone", Label: "電話", Type: "tel", Hint: "含區碼，例如 02-1234-5678", Error: "電話少了一碼。", Required: true},
			{Name: "kind", Label: "方式", Type: "select", Options: []page.Option{{"call", "電話", false}, {"visit", "拜訪", true}}},
			{Name: "text", Label: "紀錄", Type: "textarea", Rows: 3, Hint: "客戶說了什麼，下一步是什麼。"},
		},
		Bar: page.Bar{Value: 7, Max: 18, Label: "18 課中讀完 7 課"}, Empty: page.Empty{Title: "還沒有線索", Text: "門開了以後，你領取的線索會在這裡。先把產品知識讀完。", Link: "/courses", Action: "去讀產品知識"},
		Pager: page.Pager{First: "/people", Next: "/people?after=x"}, At: time.Date(2026, 11, 23, 6, 3, 7, 0, time.UTC),
	}
}

// galleryApp shows the gallery to a signed-in person at /gallery.
func galleryApp(t *testing.T) (*site, []string) {
	s := open(t)
	wing, err := s.kit.Templates(gallery)
	if err != nil {
		t.Fatal(err)
	}
	s.kit.Mount(s.app, []page.Route{
		{"GET", "/gallery", page.SignedIn, func(c *page.Ctx) error { return c.Page(wing, "gallery", furnished()) }},
		{"GET", "/gallery/room", page.SignedIn, func(c *page.Ctx) error {
			v := furnished()
			v.Bare = true
			return c.Page(wing, "room", v)
		}},
		{"GET", "/gallery/case", page.SignedIn, func(c *page.Ctx) error { return c.Page(wing, "case", furnished()) }},
	})
	_, token := s.hire("E-1042", "林予安", people.NewHire, people.Trainer, people.HR)
	return s, cookie("session", token)
}

func TestGallery(t *testing.T) {
	s, session := galleryApp(t)
	for _, lang := range locale.Langs() {
		for _, target := range []string{"/gallery", "/gallery/room", "/gallery/case", "/nowhere"} {
			a := s.get(target, session[0], session[1]+"; lang="+string(lang))
			s.want(a, map[bool]int{true: 404, false: 200}[target == "/nowhere"], `<html lang="`+string(lang)+`">`)
		}
		s.want(s.get("/gallery", session[0], session[1]+"; lang="+string(lang)), 200, "遠帆 &lt;示範&gt;", "E-1007", "14:03:07", `value="visit" selected`, `aria-describedby="h-phone e-phone"`)
		s.want(s.get("/sign-in", "Accept-Language", string(lang)), 200)
	}
}

func TestPagetestSeesWhatIsWrong(t *testing.T) {
	for _, text := range []string{
		`<p><b></p>`, `<div>`, `<p id="a"></p><p id="a"></p>`, `<label for="none">x</label>`, `<p style="color:red">x</p>`,
		`<a onclick="x()">x</a>`, `<script>alert(1)</script>`, `<style>p{}</style>`, `<p>[page.nothing]</p>`, `</p>`,
	} {
		if len(pagetest.Problems(text)) == 0 {
			t.Errorf("nothing found in %s", text)
		}
	}
	if p := pagetest.Problems(`<p id="a">x<br><img src="x"><svg><path d="M0 0"/></svg></p><script src="x"></script>`); len(p) > 0 {
		t.Error(p)
	}
}

// TestRedIsForTheRedLine: no rule but the four named for it uses the red.
func TestRedIsForTheRedLine(t *testing.T) {
	css := styles(t)
	for _, line := range strings.Split(css, "\n") {
		if strings.Contains(line, "var(--red") && !regexp.MustCompile(`^\s*(\.tag\.red|\.note\.red)\b`).MatchString(line) {
			t.Errorf("red is used by %s", line)
		}
	}
}

// TestStyleSheet: braces are balanced, every token that is used is defined, and light and dark define the same.
func TestStyleSheet(t *testing.T) {
	css := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(styles(t), "")
	if open, closed := strings.Count(css, "{"), strings.Count(css, "}"); open != closed {
		t.Errorf("%d { and %d }", open, closed)
	}
	for _, m := range regexp.MustCompile(`var\((--[\w-]+)`).FindAllStringSubmatch(css, -1) {
		if !strings.Contains(css, m[1]+":") {
			t.Errorf("%s is not defined", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`(--[\w-]+):\s*light-dark`).FindAllStringSubmatch(css, -1) {
		if n := strings.Count(css, m[1]+":"); n != 4 {
			t.Errorf("%s is defined %d times; once by light-dark, once light and twice dark for browsers without it", m[1], n)
		}
	}
}

// TestContrast: words reach 4.5 to 1 and edges of fields 3 to 1 on what they stand on, in both themes.
func TestContrast(t *testing.T) {
	tokens := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([\w-]+):\s*light-dark\((#\w{6}), (#\w{6})\)`).FindAllStringSubmatch(styles(t), -1) {
		tokens[m[1]] = [2]string{m[2], m[3]}
	}
	for ground, words := range map[string][]string{
		"paper":       {"ink", "ink-2", "ink-3", "accent", "pass", "wait", "red"},
		"sheet":       {"ink", "ink-2", "ink-3", "accent", "pass", "wait", "red"},
		"sunk":        {"ink", "ink-2", "ink-3", "accent"},
		"accent-wash": {"ink", "accent"},
		"pass-wash":   {"ink", "pass"},
		"wait-wash":   {"ink", "wait"},
		"red-wash":    {"ink", "red"},
		"accent":      {"accent-ink"},
		"accent-deep": {"accent-ink"},
		"pass":        {"sheet"},
		"wait":        {"paper"},
	} {
		for _, word := range words {
			for i, theme := range []string{"light", "dark"} {
				if ratio := contrast(t, tokens[ground][i], tokens[word][i]); ratio < 4.5 {
					t.Errorf("%s on %s has %.2f in the %s theme", word, ground, ratio, theme)
				}
			}
		}
	}
	for _, ground := range []string{"paper", "sheet"} {
		for i := range 2 {
			if ratio := contrast(t, tokens[ground][i], tokens["edge"][i]); ratio < 3 {
				t.Errorf("edge on %s has %.2f", ground, ratio)
			}
		}
	}
}

// contrast is WCAG's ratio of two colours written #rrggbb.
func contrast(t *testing.T, a, b string) float64 {
	light := func(colour string) float64 {
		var rgb [3]uint8
		if _, err := fmt.Sscanf(colour, "#%02x%02x%02x", &rgb[0], &rgb[1], &rgb[2]); err != nil {
			t.Fatalf("colour %q: %v", colour, err)
		}
		sum := 0.0
		for i, weight := range []float64{.2126, .7152, .0722} {
			c := float64(rgb[i]) / 255
			if c <= .04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := light(a), light(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func styles(t *testing.T) string {
	var b bytes.Buffer
	names, err := fs.Glob(os.DirFS("../../../static/css"), "*.css")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := os.ReadFile("../../../static/css/" + name)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	return b.String()
}

// TestVendored: what is in vendor/ is what the manifest says, with a licence; a folder may also say how it was made.
func TestVendored(t *testing.T) {
	root := os.DirFS("../../../static/vendor")
	text, err := fs.ReadFile(root, "manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var listed []struct {
		Name, Version, Licence, File, Source, SHA256 string
		LicenceFile                                  string `json:"licence_file"`
	}
	if err := json.Unmarshal(text, &listed); err != nil || len(listed) == 0 {
		t.Fatal(listed, err)
	}
	known := map[string]bool{"manifest.json": true}
	for _, v := range listed {
		known[v.File], known[v.LicenceFile] = true, true
		body, err := fs.ReadFile(root, v.File)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(body); hex.EncodeToString(sum[:]) != v.SHA256 || v.Version == "" || v.Licence == "" {
			t.Errorf("%s is not the file that the manifest describes", v.File)
		}
		if _, err := fs.Stat(root, v.LicenceFile); err != nil {
			t.Error(err)
		}
	}
	if err := fs.WalkDir(root, ".", func(name string, f fs.DirEntry, err error) error {
		if err == nil && !f.IsDir() && !known[name] && path.Base(name) != "README.md" {
			t.Errorf("vendor/%s is not in the manifest", name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
