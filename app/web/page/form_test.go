package page_test

import (
	"fmt"
	"net/url"
	"testing"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/web/page"
)

func TestFormValues(t *testing.T) {
	s := open(t)
	s.kit.Mount(s.app, []page.Route{
		{"POST", "/form", page.Anyone, func(c *page.Ctx) error {
			n, err := c.FormInt("n")
			if c.Refused(err) {
				return c.SendString(c.Words(err))
			}
			if err != nil {
				return err
			}
			return c.SendString(fmt.Sprintf("%q %q %q %d %q", c.Form("a"), c.FormText("a"), c.FormAll("box"), n, c.Form("q")))
		}},
		{"GET", "/cases/:number", page.Anyone, func(c *page.Ctx) error {
			n, err := c.ParamInt("number")
			if err != nil {
				return err
			}
			first, err := c.QueryInt("after", 7)
			if err != nil {
				return err
			}
			return c.SendString(fmt.Sprint(n, first))
		}},
		{"PUT", "/json", page.Anyone, func(c *page.Ctx) error {
			var body struct{ Seq int64 }
			if err := c.Decode(&body); err != nil {
				return err
			}
			return c.JSON(body)
		}},
		{"POST", "/done", page.Anyone, func(c *page.Ctx) error { return c.Back("/form", "page.not_a_number", "value", "十二") }},
	})
	form := url.Values{"a": {"  one\r\ntwo "}, "box": {"x", "y"}, "n": {" 12"}}
	// What the address says is not what the form says.
	s.want(s.post("/form?q=sneaked", form), 200, `"one\ntwo" "  one\ntwo " ["x" "y"] 12 ""`)
	form.Set("n", "dozen")
	s.want(s.post("/form", form, "Accept-Language", "en"), 422, "“dozen” is not a whole number.")
	s.want(s.get("/cases/31?after=2"), 200, "31 2")
	s.want(s.get("/cases/31"), 200, "31 7")
	s.want(s.get("/cases/x"), 404)
	s.want(s.get("/cases/31?after=x"), 422)
	json := []string{"Content-Type", "application/json"}
	s.want(s.send("PUT", "/json", reader(`{"seq":3,"more":1}`), json...), 200, `{"Seq":3}`)
	s.want(s.send("PUT", "/json", reader(`{"seq":`), json...), 400, `"key":"page.bad_json"`)
	s.want(s.send("PUT", "/json", reader(`{"seq":"x"}`), json...), 400, `"key":"page.bad_member"`, `"field":"Seq"`)
	part := s.post("/done", nil, "HX-Request", "true")
	if s.want(part, 200); part.Header.Get("HX-Redirect") != "/form" {
		t.Errorf("%v", part.Header)
	}
	for _, c := range part.Cookies() {
		if c.Name == "flash" {
			s.want(s.get("/sign-in", cookie("flash", c.Value)...), 200, "「十二」不是整數。")
		}
	}
}

// TestEveryKindHasAHeading: the error page finds its words for each kind by name.
func TestEveryKindHasAHeading(t *testing.T) {
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for kind := fault.Internal; kind <= fault.Busy; kind++ {
		for _, lang := range locale.Langs() {
			if key := "page.error." + kind.String(); !catalog.Has(lang, key) {
				t.Errorf("no %s in %s", key, lang)
			}
		}
	}
}

// TestCatalogs: the three languages have the same messages with the same places.
func TestCatalogs(t *testing.T) {
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range catalog.Keys(locale.Hant) {
		if !ours(key) {
			continue
		}
		for _, lang := range locale.Langs() {
			if a, b := places(catalog.Raw(locale.Hant, key)), places(catalog.Raw(lang, key)); !catalog.Has(lang, key) || a != b {
				t.Errorf("%s: places %s in zh-Hant, %s in %s", key, a, b, lang)
			}
		}
	}
}
