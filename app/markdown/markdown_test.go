package markdown_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/markdown"
)

func renderer(t testing.TB) *markdown.Renderer {
	words, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	return markdown.New(words)
}

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>t</title><path d="M0 0"/></svg>`

func images(src string) ([]byte, string, bool) {
	switch src {
	case "map.svg":
		return []byte(drawing), "", true
	case "evil.svg":
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" aria-label="x onmouseover=alert(1) y="><path d="M0 0"/></svg>`), "", true
	case "desk.png":
		return nil, "/courses/x/desk.png", true
	}
	return nil, "", false
}

func keysOf(problems fault.Problems) []string {
	var keys []string
	for _, p := range problems {
		keys = append(keys, p.Key)
	}
	return keys
}

func TestWhatMarkdownBecomes(t *testing.T) {
	r := renderer(t)
	for _, c := range []struct{ name, src, want string }{
		{"soft break between Han", "今天\n天氣", "<p>今天天氣</p>"},
		{"soft break between words", "one\ntwo", "<p>one\ntwo</p>"},
		{"bold beside Han", "這是**重點**。", "<p>這是<strong>重點</strong>。</p>"},
		{"line break", "a<br>b", "<p>a<br>b</p>"},
		{"comment", "a <!-- note --> b\n\n<!--\nmore\n-->\n", "<p>a  b</p>"},
		{"strikethrough", "~~舊~~", "<p><del>舊</del></p>"},
		{"table", "| a |\n|:-:|\n| b |", `<th align="center">a</th>`},
		{"task list", "- [x] 做了", `<input checked="" disabled="" type="checkbox">`},
		{"definitions", "公海\n: 共用名單池", "<dl>\n<dt>公海</dt>\n<dd>共用名單池</dd>\n</dl>"},
		{"footnote", "甲[^1]\n\n[^1]: 出處", `<li id="fn:1">`},
		{"ordered from three", "3. a\n4. b", `<ol start="3">`},
		{"link outside", "[a](https://example.com/x?y=1&z)", `<a href="https://example.com/x?y=1&amp;z" rel="noopener">a</a>`},
		{"bare link", "見 https://example.com", `<a href="https://example.com" rel="noopener">`},
		{"link inside", "[a](/lessons/values/red-line#h-線)", `<a href="/lessons/values/red-line#h-%E7%B7%9A">a</a>`},
		{"mail", "<a@example.com>", `<a href="mailto:a@example.com">`},
		{"code", "```go\nvar x = 1\n```", `<pre class="chroma"><code><span class="line"><span class="cl"><span class="kd">var</span>`},
		{"code of no language", "```\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"},
		{"callout", "> [!WARNING]\n> 小心", "<div class=\"note note-warning\" role=\"note\"><p class=\"note-title\">警告</p>\n<p>小心</p>\n</div>"},
		{"callout with blocks", "> [!TIP]\n>\n> - a", "<p class=\"note-title\">小技巧</p>\n<ul>"},
		{"quote", "> 話", "<blockquote>\n<p>話</p>\n</blockquote>"},
		{"figure", "![桌上的合約](desk.png)", `<figure><img src="/courses/x/desk.png" alt="桌上的合約" loading="lazy"><figcaption>桌上的合約</figcaption></figure>`},
		{"figure with a title", `![合約](desk.png "圖一")`, `alt="合約" loading="lazy"><figcaption>圖一</figcaption>`},
		{"image in a line", "看 ![桌](desk.png) 這", `<p>看 <img src="/courses/x/desk.png" alt="桌" loading="lazy"> 這</p>`},
		{"drawing", "![地圖](map.svg)", `<figure><svg viewBox="0 0 9 9" role="img" aria-label="地圖"><title>t</title><path d="M0 0"></path></svg><figcaption>地圖</figcaption></figure>`},
		{"variable", "在{{company.name}}。", "<p>在遠帆。</p>"},
		{"variable in a link", "[寫信](mailto:{{ contact.hr }})", `href="mailto:hr@example.com"`},
		{"attributes of a heading", "## 線 {#line style=\"x\" onclick=\"y\" hx-get=\"/z\"}", `<h2 id="h-line">線</h2>`},
	} {
		d, problems := r.Render([]byte(c.src), markdown.Options{Vars: map[string]string{"company.name": "遠帆", "contact.hr": "hr@example.com"}, Figure: images})
		if !strings.Contains(string(d.HTML()), c.want) || len(problems) > 0 {
			t.Errorf("%s: got %s, want %s (%v)", c.name, d.HTML(), c.want, problems)
		}
	}
}

func TestProblemsHaveTheirLines(t *testing.T) {
	r := renderer(t)
	src := strings.Join([]string{
		"**請注意：**請先讀。", // 10
		"",
		"在{{company.nmae}}，", // 12
		"再在{{ product.x }}。", // 13
		"",
		"<div onclick=x>hi</div>", // 15
		"",
		"![外面](https://example.com/a.png) ![沒有](none.png) ![](desk.png)", // 17
		"",
		"[x](javascript:alert(1))", // 19
		"",
		"> [!DANGER]", // 21
		"> x",
		"",
		"- a", // 24
		"",
		"  ```check",
		"  ## q {#a}", // 27
		"  ```",
		"",
		"甲[^9] <b>x</b>", // 30
	}, "\n")
	_, problems := r.Render([]byte(src), markdown.Options{File: "x.md", Line: 10, Figure: images})
	var got []string
	for _, p := range problems {
		if p.File != "x.md" {
			t.Errorf("%+v", p)
		}
		got = append(got, fmt.Sprintf("%d %s", p.Line, strings.TrimPrefix(p.Key, "markdown.")))
	}
	want := []string{"10 emphasis_unseen", "12 variable_unknown", "13 variable_unknown", "15 raw_html", "17 image_outside", "17 image_missing",
		"17 image_silent", "19 link_unsafe", "21 callout_unknown", "27 check_nested", "30 footnote_unknown", "30 raw_html", "30 raw_html"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestEmphasisThatCommonMarkDoesNotSee(t *testing.T) {
	r := renderer(t)
	for src, seen := range map[string]bool{
		"**請注意：**請":           false,
		"他說**「好。」**就走":        false,
		"**請注意**：請":           true,
		"**請注意：** 請":          true,
		"`**x：**y`":           true,
		"\\*\\*不是\\*\\*":      true,
		"2 * 3 = 6":           true,
		"```\n**x：**y\n```\n": true,
	} {
		_, problems := r.Render([]byte(src), markdown.Options{})
		if got := !slices.Contains(keysOf(problems), "markdown.emphasis_unseen"); got != seen {
			t.Errorf("%q: %v", src, problems)
		}
	}
}

func TestEmphasisOfLatin(t *testing.T) {
	r := renderer(t)
	for src, want := range map[string]string{
		"據 *Alibaba’s World*":     `據 <em class="latin">Alibaba’s World</em>`,
		"是*碰線*，不是 *App 用錯*":       "是<em>碰線</em>，不是 <em>App 用錯</em>",
		"這是 **Gold Supplier** 會員": "這是 <strong>Gold Supplier</strong> 會員",
	} {
		if got := string(r.Inline(src, nil)); got != want {
			t.Errorf("%q: got %s, want %s", src, got, want)
		}
	}
}

func TestAnchorsStayWhenOtherHeadingsChange(t *testing.T) {
	r := renderer(t)
	ids := func(src string) (ids []string) {
		d, _ := r.Render([]byte(src), markdown.Options{})
		for _, h := range d.Headings {
			ids = append(ids, h.ID)
		}
		return ids
	}
	if got := ids("## 線在哪裡\n\n## 四個擋箭牌\n"); !slices.Equal(got, []string{"h-線在哪裡", "h-四個擋箭牌"}) {
		t.Error(got)
	}
	if got := ids("## 新的一節\n\n## 線在**哪裡**？\n\n## Main\n\n## main\n\n## ！\n"); !slices.Equal(got, []string{"h-新的一節", "h-線在-哪裡", "h-main", "h-main-2", "h-section"}) {
		t.Error(got)
	}
	d, _ := r.Render([]byte("intro\n\n### a `b` [c](/d)\n"), markdown.Options{Line: 5})
	if len(d.Headings) != 1 || d.Headings[0].Text != "a b c" || d.Headings[0].Level != 3 || d.Headings[0].Line != 7 {
		t.Errorf("%+v", d.Headings)
	}
}

func TestChecksStandBetweenTheParts(t *testing.T) {
	r := renderer(t)
	d, problems := r.Render([]byte("前\n\n```check\n## 在{{n}}？ {#a}\n- [x] 是\n```\n\n後\n"), markdown.Options{Line: 8, Vars: map[string]string{"n": "遠帆"}})
	if len(problems) > 0 || len(d.Parts) != 3 || d.Parts[1].Check == nil || d.Parts[2].HTML != "<p>後</p>\n" {
		t.Fatalf("%+v %v", d, problems)
	}
	if c := d.Parts[1].Check; c.Line != 11 || c.Source != "## 在遠帆？ {#a}\n- [x] 是\n" {
		t.Errorf("%+v", c)
	}
	if d.Chars != 2 {
		t.Error("characters:", d.Chars)
	}
}

func TestInlineTakesTheParagraphAway(t *testing.T) {
	r := renderer(t)
	for src, want := range map[string]markdown.HTML{
		"當場**婉拒**": "當場<strong>婉拒</strong>",
		"":         "",
		"{{a}} <b": "遠帆 &lt;b",
		"一\n\n二":   "<p>一</p>\n<p>二</p>",
		"- a":      "<ul>\n<li>a</li>\n</ul>",
	} {
		if got := r.Inline(src, map[string]string{"a": "遠帆"}); got != want {
			t.Errorf("%q: %q, want %q", src, got, want)
		}
	}
}

// attacks are sources whose authors mean harm.
var attacks = []string{
	"<script>alert(1)</script>",
	"<SCRIPT SRC=//x.example/x.js></SCRIPT>",
	"a <img src=x onerror=alert(1)> b",
	"<svg onload=alert(1)>",
	"<svg><script>alert(1)</script></svg>",
	"<div hx-get=\"/admin\" hx-trigger=load>x</div>",
	"<a href=\"javascript:alert(1)\">x</a>",
	"[x](javascript:alert(1))",
	"[x](JaVaScRiPt:alert(1))",
	"[x](javascript&colon;alert(1))",
	"[x](&#106;avascript:alert(1))",
	"[x](\tjavascript:alert(1))",
	"[x](data:text/html;base64,PHNjcmlwdD4=)",
	"[x](vbscript:x)",
	"[x](//evil.example)",
	"<javascript:alert(1)>",
	"![x](javascript:alert(1))",
	"![x](data:image/svg+xml,<svg onload=alert(1)>)",
	"![x\" onerror=\"alert(1)](desk.png)",
	"![x](desk.png \"a\\\" onerror=\\\"alert(1)\")",
	"[x](/a \"b\\\" onmouseover=\\\"alert(1)\")",
	"[x](/a\"onmouseover=alert(1))",
	"## x {onclick=alert(1) style=\"x:y\" hx-get=/x class=\"a\\\"><script>\"}",
	"## <script>alert(1)</script>",
	"```\"><script>alert(1)</script>\nx\n```",
	"```js {style=\"x\" onclick=\"y\"}\nx\n```",
	"> [!\"><script>]\n> x",
	"[^\"><script>alert(1)</script>]\n\n[^\"><script>alert(1)</script>]: x",
	"| <script> |\n|---|\n| <img src=x onerror=y> |",
	"{{evil}}",
	"\uE0000\uE001 \uE00099\uE001",
	"![x](evil.svg)\n\n[x](/y \"&#xE000;0&#xE001;\") &#57344;0&#57345;",
	"<!-- --><script>alert(1)</script>",
	"<iframe src=//x></iframe><object data=x></object><embed src=x><base href=//x><meta http-equiv=refresh content=0><form action=//x><style>*{}</style>",
	"<math><mtext></p><style><img src onerror=alert(1)></style>",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
}

// excesses are sources that would keep a parser busy for long, the problem that turns each away, and its line.
var excesses = []struct {
	name, src, key string
	line           int
}{
	{"headings", strings.Repeat("# x\n\n", 20000), "too_many_headings", 2001},
	{"headings without an empty line", strings.Repeat("# x\n", 1001), "too_many_headings", 1001},
	{"headings in quotes", strings.Repeat("> - # x\n\n", 1001), "too_many_headings", 2001},
	{"underlined headings", strings.Repeat("x\n---\n\n", 1001), "too_many_headings", 3002},
	{"brackets", "a\n\n" + strings.Repeat("[", 50000), "too_many_brackets", 3},
	{"links", strings.Repeat("[a](", 20000), "too_many_brackets", 1},
	{"brackets over lines", strings.Repeat("[\n", 501), "too_many_brackets", 501},
	{"quotes", "a\n\n" + strings.Repeat("> ", 20000) + "a", "too_nested", 3},
	{"quotes without spaces", strings.Repeat(">", 51), "too_nested", 1},
	{"lists", strings.Repeat("1. - ", 26) + "a", "too_nested", 1},
	{"mix", strings.Repeat("> ", 20000) + strings.Repeat("[", 50000) + strings.Repeat("*a **b ", 20000), "too_nested", 1},
	{"emphasis", strings.Repeat("*a **b ", 20000), "too_many_runs", 1},
	{"code", strings.Repeat("` `` ", 501), "too_many_runs", 1},
	{"wide table", strings.Repeat("|a", 200) + "|\n" + strings.Repeat("|-", 200) + "|\n" + strings.Repeat("|\n", 3000), "too_many_cells", 100},
	{"many tables", strings.Repeat(strings.Repeat("|a", 99)+"|\n"+strings.Repeat("|-", 99)+"|\n\n", 101), "too_many_cells", 302},
	{"languages", strings.Repeat("```x\ny\n```\n\n", 101), "too_many_fences", 401},
	{"footnotes", strings.Repeat("[^a]: x\n\n", 501), "too_many_notes", 1001},
	{"paragraph", "a\n\n" + strings.Repeat("abcdefg\n", 65<<7), "block_too_long", 3 + 65<<7 - 1},
	{"text", strings.Repeat("abcdefg\n\n", 50<<10), "too_long", 1},
}

func TestBoundsTurnAwayWhatNoAuthorWrites(t *testing.T) {
	r := renderer(t)
	for _, c := range excesses {
		d, problems := r.Render([]byte(c.src), markdown.Options{File: "x.md", Line: 10})
		if len(d.Parts) > 0 || len(problems) != 1 || problems[0].Key != "markdown."+c.key || problems[0].Line != 9+c.line || problems[0].File != "x.md" {
			t.Errorf("%s: want %s on line %d, got %.300s", c.name, c.key, 9+c.line, fmt.Sprint(problems))
		}
		if got := r.Inline(c.src, nil); got != "" {
			t.Errorf("%s: inline: %.100s", c.name, got)
		}
	}
	// What a variable stands for counts where it stands.
	if _, problems := r.Render([]byte("a\n{{x}}"), markdown.Options{Vars: map[string]string{"x": strings.Repeat("[", 501)}}); !slices.Contains(keysOf(problems), "markdown.too_many_brackets") {
		t.Error(problems)
	}
}

func TestBoundsLeaveWhatAuthorsWrite(t *testing.T) {
	for name, src := range map[string]string{
		"headings":      strings.Repeat("## 線\n\n字\n\n", 1000),
		"rules":         "字\n\n" + strings.Repeat("-", 200) + "\n\n***\n\n" + strings.Repeat("* ", 50) + "\n",
		"task list":     strings.Repeat("- [ ] [a](/b) 做**完**\n", 200),
		"table":         "| a | b | c | d |\n|---|:-:|--:|---|\n" + strings.Repeat("| 一 | `二` | **三** | [四](/x) |\n", 240),
		"escapes":       strings.Repeat(`\[`+`\*`, 5000),
		"quotes":        strings.Repeat("> ", 50) + "a",
		"empty lines":   strings.Repeat("[*\n>\n", 5000),
		"code":          "```\n" + strings.Repeat("if (a[0] > b) { c }\n", 400) + "```\n",
		"a whole bank":  strings.Repeat("## 題目 {#v-001}\n\n- [x] 對\n- [ ] 錯\n\n> 說明\n\n", 900),
		"a long lesson": strings.Repeat(strings.Repeat("字", 300)+"。\n\n", 400),
	} {
		if problems := markdown.Bounds([]byte(src), "x.md", 1); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestHeadingsAlikeAreCounted(t *testing.T) {
	d, _ := renderer(t).Render([]byte("# a\n\n# a 2\n\n# a\n\n# a\n\n# a 2\n\n# a\n"), markdown.Options{})
	var ids []string
	for _, h := range d.Headings {
		ids = append(ids, strings.TrimPrefix(h.ID, "h-"))
	}
	if want := []string{"a", "a-2", "a-3", "a-4", "a-2-2", "a-5"}; !slices.Equal(ids, want) {
		t.Errorf("got %v, want %v", ids, want)
	}
}

var (
	unsafeTag       = regexp.MustCompile(`(?i)<\s*/?\s*(script|iframe|object|embed|base|meta|link|form|style|foreignobject|animate|set|math|noscript)\b`)
	tags            = regexp.MustCompile(`<[^>]*>`)
	unsafeAttribute = regexp.MustCompile(`(?i)\s(on[a-z]+|style|hx-[a-z-]+|data-[a-z-]+|srcdoc|formaction|xlink:href)\s*=`)
	unsafeAddress   = regexp.MustCompile(`(?i)(href|src)\s*=\s*"?\s*(javascript:|vbscript:|data:|//)`)
	quoted          = regexp.MustCompile(`"[^"]*"`)
)

func harmless(t *testing.T, html string) {
	t.Helper()
	if at := unsafeTag.FindString(html); at != "" {
		t.Errorf("%s in %s", at, html)
	}
	for _, tag := range tags.FindAllString(html, -1) {
		if unsafeAttribute.MatchString(quoted.ReplaceAllString(tag, `""`)) || unsafeAddress.MatchString(tag) {
			t.Errorf("%s in %s", tag, html)
		}
	}
}

func TestNothingHarmfulComesThrough(t *testing.T) {
	r := renderer(t)
	vars := map[string]string{"evil": "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n## x"}
	for _, src := range attacks {
		d, _ := r.Render([]byte(src), markdown.Options{Vars: vars, Figure: images})
		harmless(t, string(d.HTML()))
		harmless(t, string(r.Inline(src, vars)))
	}
}

func TestSVGKeepsOnlyThePicture(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"script", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><path d="M0 0"/></svg>`, "<script>"},
		{"handler", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><g onclick="x"/></svg>`, "onload"},
		{"style", `<svg xmlns="http://www.w3.org/2000/svg"><style>*{fill:red}</style><g style="fill:red"/></svg>`, "<style>"},
		{"foreign", `<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>1</script></body></foreignObject></svg>`, "<foreignObject>"},
		{"link", `<svg xmlns="http://www.w3.org/2000/svg"><a href="javascript:alert(1)"><text>x</text></a></svg>`, "<a>"},
		{"use outside", `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="//x/y.svg#a"/></svg>`, "href=//x/y.svg#a"},
		{"image", `<svg xmlns="http://www.w3.org/2000/svg"><image href="//x/y.png"/></svg>`, "<image>"},
		{"animation", `<svg xmlns="http://www.w3.org/2000/svg"><set attributeName="href" to="javascript:x"/></svg>`, "<set>"},
		{"paint from outside", `<svg xmlns="http://www.w3.org/2000/svg"><g fill="url(https://x/y#a)"/></svg>`, "fill=url(https://x/y#a)"},
		{"another prefix", `<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>1</s:script></s:svg>`, "<script>"},
		{"text in disguise", `<svg xmlns="http://www.w3.org/2000/svg"><text>&lt;script>x&lt;/script></text><title>"&lt;/title>&lt;img onerror=x></title></svg>`, ""},
		{"metadata", `<svg xmlns="http://www.w3.org/2000/svg" xmlns:i="http://inkscape" i:x="1" version="1.1"><i:view/><metadata/></svg>`, "<metadata>"},
	} {
		svg, dropped, err := markdown.SVG([]byte(c.src), `a "name"`)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if (c.want == "") != (len(dropped) == 0) || c.want != "" && !slices.Contains(dropped, c.want) {
			t.Errorf("%s: dropped %q", c.name, dropped)
		}
		harmless(t, string(svg))
		if !strings.HasPrefix(string(svg), "<svg") || !strings.Contains(string(svg), `aria-label="a &#34;name&#34;"`) {
			t.Errorf("%s: %s", c.name, svg)
		}
	}
	for _, broken := range []string{"", "x", "<html/>", "<svg/>", `<svg xmlns="http://www.w3.org/2000/svg">`, `<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>`,
		`<svg xmlns="http://www.w3.org/2000/svg"/><svg xmlns="http://www.w3.org/2000/svg"/>`} {
		if svg, _, err := markdown.SVG([]byte(broken), ""); err == nil {
			t.Errorf("%q became %s", broken, svg)
		}
	}
}

func TestSVGKeepsItsOwnReferences(t *testing.T) {
	svg, dropped, err := markdown.SVG([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" aria-labelledby="t"><title id="t">圖</title>
		<defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient></defs><rect fill="url(#g)" width="1"/><use href="#g"/></svg>`), "alt")
	if err != nil || len(dropped) > 0 {
		t.Fatal(err, dropped)
	}
	id := regexp.MustCompile(`id="(f[0-9a-f]{8}-g)"`).FindSubmatch(svg)
	if id == nil {
		t.Fatalf("%s", svg)
	}
	for _, want := range []string{`fill="url(#` + string(id[1]) + `)"`, `href="#` + string(id[1]) + `"`, `viewBox="0 0 1 1"`, `<linearGradient`} {
		if !strings.Contains(string(svg), want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
	if strings.Contains(string(svg), "aria-label=") {
		t.Error("it has a name of its own")
	}
}

func TestFrontMatterNamesTheBrokenLine(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"---\ntitle: x\nminutes: 5\n---\nbody", ""},
		{"\uFEFF---\r\ntitle: x\r\n---\r\nbody", ""},
		{"---\ntitle: x\n---", ""},
		{"body", "1 front_missing"},
		{"---\ntitle: x\n", "1 front_unclosed"},
		{"---\ntitle: x\nminuts: 5\n---\n", "3 yaml_unknown"},
		{"---\ntitle: x\nminutes: soon\n---\n", "3 yaml_broken"},
		{"---\ntitle: x\ntitle: y\n---\n", "3 yaml_twice"},
		{"---\ntitle: x\nobjectives: [a\nminutes: 5\n---\n", "3 yaml_broken"},
		{"---\ntitle: x\nobjectives:\n  - a\n - b\n---\n", "5 yaml_broken"},
		{"---\ntitle: x\n- a\n---\n", "3 yaml_broken"},
		{"---\ntitle: x\n\tminutes: 5\n---\n", "3 yaml_broken"},
		{"---\ntitle: a: b\n---\n", "2 yaml_broken"},
		{"---\nfoo: 1\nbar: 2\n---\n", "2 yaml_unknown, 3 yaml_unknown"},
	} {
		var into struct {
			Title      string
			Minutes    int
			Objectives []string
		}
		_, _, problems := markdown.FrontMatter([]byte(c.src), &into, "x.md")
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d %s", p.Line, strings.TrimPrefix(p.Key, "markdown.")))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%q: got %v, want %s", c.src, problems, c.want)
		}
	}
	var into struct{ Title string }
	body, line, _ := markdown.FrontMatter([]byte("---\ntitle: x\n---\n\n# y\n"), &into, "")
	if string(body) != "\n# y\n" || line != 4 || into.Title != "x" {
		t.Errorf("%q %d %+v", body, line, into)
	}
}

func TestPlainIsWhatIsRead(t *testing.T) {
	src := "## 線 {#x}\n\n**粗**體與 [連結](/x) `碼`。<!-- 不 -->\n\n- [x] 做了\n> 話[^1]\n\n| 甲 | 乙 |\n|---|---|\n\n[^1]: 註"
	if got := markdown.Plain(src); got != "線 粗 體與 連結 碼 。 做了 話 甲 乙 註" {
		t.Errorf("%q", got)
	}
}

func FuzzRender(f *testing.F) {
	for _, src := range attacks {
		f.Add(src)
	}
	for _, c := range excesses {
		f.Add(c.src)
	}
	f.Add("# 標題\n\n> [!NOTE]\n> 話[^1]\n\n```check\n## x {#a}\n- [x] y\n```\n\n[^1]: 註\n\n![地圖](map.svg)\n")
	f.Add("甲\n: 乙\n\n| a | b |\n|---|---|\n| c | `d|e` |\n\n- [ ] f\n")
	r := renderer(f)
	f.Fuzz(func(t *testing.T, src string) {
		d, problems := r.Render([]byte(src), markdown.Options{Vars: map[string]string{"evil": "<script>"}, Figure: images, Line: 3})
		harmless(t, string(d.HTML()))
		last := 3 + strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src), "\n")
		for _, p := range problems {
			if p.Line < 3 || p.Line > last {
				t.Errorf("%s on line %d of %d: %q", p.Key, p.Line, last, src)
			}
		}
		var into map[string]any
		markdown.FrontMatter([]byte(src), &into, "x")
	})
}

func FuzzSVG(f *testing.F) {
	f.Add(drawing)
	f.Add(`<svg xmlns="http://www.w3.org/2000/svg"><g fill="url(#a)"><use href="#b"/><text>&lt;</text></g></svg>`)
	f.Fuzz(func(t *testing.T, src string) {
		if svg, _, err := markdown.SVG([]byte(src), "x"); err == nil {
			harmless(t, string(svg))
		}
	})
}

func BenchmarkRender(b *testing.B) {
	src := []byte(strings.Repeat("## 線在哪裡\n\n高壓線是不看金額、不看職級、不看業績的**界線**：明知而碰了它，公司就不再把客戶交給你。\n\n- 一\n- 二\n\n| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |\n\n", 50))
	r := renderer(b)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		r.Render(src, markdown.Options{})
	}
}

// A note that the text leaves to others gets its words from them, below everything else; its own words come first.
func TestNotes(t *testing.T) {
	r := renderer(t)
	const src = "甲。[^memoir] 乙。[^own] 又是甲。[^memoir]\n\n[^own]: 自己寫的。\n\n最後一行。[^nobody]"
	d, problems := r.Render([]byte(src), markdown.Options{File: "x.md", Line: 5, Vars: map[string]string{"who": "早期員工"},
		Notes: map[string]string{"memoir": "{{who}}的憶述。", "own": "不會用到。", "unused": "沒有人引用。"}})
	html := string(d.HTML())
	for text, n := range map[string]int{"早期員工的憶述。": 1, "自己寫的。": 1, "不會用到": 0, "沒有人引用": 0, "最後一行。[^nobody]": 1} {
		if got := strings.Count(html, text); got != n {
			t.Errorf("%q comes %d times, want %d: %s", text, got, n, html)
		}
	}
	if len(problems) != 1 || problems[0].Key != "markdown.footnote_unknown" || problems[0].Line != 9 {
		t.Errorf("%v", problems)
	}
	if got := markdown.UndefinedNotes([]byte(src)); !slices.Equal(got, []string{"memoir", "nobody"}) {
		t.Errorf("%q", got)
	}
}

// A leaf is one text for all languages or one for each; what it lacks is named.
func TestTexts(t *testing.T) {
	for src, want := range map[string]string{
		"甲":                               "甲甲甲 []",
		"{zh-Hant: 甲, zh-Hans: 乙, en: c}": "甲乙c []",
		"{zh-Hant: 甲, en: ''}":            "甲 [zh-Hans en]",
		"{zh-Hant: 甲, fr: d}":             " [zh-Hant zh-Hans en]",
		"[甲]":                             " [zh-Hant zh-Hans en]",
		"12":                              " [zh-Hant zh-Hans en]",
	} {
		var root yaml.Node
		if err := yaml.Unmarshal([]byte(src), &root); err != nil {
			t.Fatal(err)
		}
		texts, without := markdown.Texts(root.Content[0])
		if got := fmt.Sprint(texts[locale.Hant]+texts[locale.Hans]+texts[locale.En], " ", without); got != want {
			t.Errorf("%s: %s, want %s", src, got, want)
		}
	}
}
