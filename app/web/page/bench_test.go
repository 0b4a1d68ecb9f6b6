package page_test

import (
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/store/storetest"
	"bainian/app/web/page"
)

type lessonView struct {
	page.Base
	HTML string
}

// BenchmarkPage is a 20 KB lesson page through the whole way of a request, without the network: session from the
// database, layout, rail. BenchmarkPageAnonymous leaves out the session.
func BenchmarkPage(b *testing.B)          { benchmarkPage(b, true) }
func BenchmarkPageAnonymous(b *testing.B) { benchmarkPage(b, false) }

func benchmarkPage(b *testing.B, signedIn bool) {
	db, clock := storetest.Unwatched(b, store.SQLite, people.Schema())
	dir := people.New(db)
	p, err := dir.Create(b.Context(), people.System(), people.NewPerson{Number: "E-1", Name: "Amy", Email: "amy@example.com"})
	if err != nil {
		b.Fatal(err)
	}
	token, err := dir.SignInAs(b.Context(), p.ID)
	if err != nil {
		b.Fatal(err)
	}
	kit, err := page.New(config(b, dir, clock.Now, slog.New(slog.NewTextHandler(io.Discard, nil))))
	if err != nil {
		b.Fatal(err)
	}
	wing, err := kit.Templates(gallery)
	if err != nil {
		b.Fatal(err)
	}
	html := strings.Repeat("<p>高壓線不是罰則的清單，而是一家公司對客戶的保證。</p>\n", 250)
	app := kit.App()
	kit.Mount(app, []page.Route{{fiber.MethodGet, "/lessons/:track/:slug", page.Anyone, func(c *page.Ctx) error {
		return c.Page(wing, "lesson", &lessonView{Base: page.Base{Title: "高壓線", Here: "/courses"}, HTML: html})
	}}})
	handler := app.Handler()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		var r fasthttp.RequestCtx
		r.Request.SetRequestURI("/lessons/values/red-line")
		r.Request.Header.Set("Accept-Language", "zh-TW,zh;q=0.9,en;q=0.8")
		if signedIn {
			r.Request.Header.SetCookie("session", token)
		}
		for pb.Next() {
			r.Response.Reset()
			handler(&r)
			if r.Response.StatusCode() != fiber.StatusOK {
				b.Fatalf("status %d", r.Response.StatusCode())
			}
		}
	})
}
