package api_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/gofiber/fiber/v2"

	"bainian"
	"bainian/app/apptest"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/web/api"
	"bainian/app/web/page"
)

const base = "http://localhost"

// machines is the wing over a world, with a token that works.
type machines struct {
	*apptest.World
	app   *fiber.App
	token string
}

func mount(w *apptest.World, change ...func(*api.Needs)) *machines {
	w.Helper()
	catalog, err := locale.Load()
	if err != nil {
		w.Fatal(err)
	}
	static, err := fs.Sub(bainian.Files, "static")
	if err != nil {
		w.Fatal(err)
	}
	kit, err := page.New(page.Config{Catalog: catalog, Directory: w.Directory, Static: static, BaseURL: base,
		Zone: w.Keeper.Zone(), Clock: w.Clock.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		w.Fatal(err)
	}
	m := &machines{World: w, app: kit.App()}
	needs := api.Needs{DB: w.DB, Keeper: w.Keeper, Grants: w.Grants, Rehearsals: w.Rehearsals}
	for _, f := range change {
		f(&needs)
	}
	if err := api.Mount(m.app, kit, needs); err != nil {
		w.Fatal(err)
	}
	api.MountPool(m.app, kit, w.Directory, w.Keeper, w.Pool)
	if m.token, err = w.Directory.NewToken(w.Ctx, people.System(), "CRM"); err != nil {
		w.Fatal(err)
	}
	return m
}

// reply is a response with its body read.
type reply struct {
	*http.Response
	body string
}

// send makes a request with the token and a JSON body, in English; headers are name, value pairs, and an empty
// value takes the header away.
func (m *machines) send(method, path, body string, headers ...string) reply {
	m.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	defaults := []string{"Authorization", "Bearer " + m.token, "Accept-Language", "en"}
	if method == http.MethodPost {
		defaults = append(defaults, "Content-Type", "application/json")
	}
	headers = append(defaults, headers...)
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	response, err := m.app.Test(r, -1)
	if err != nil {
		m.Fatal(err)
	}
	text, err := io.ReadAll(response.Body)
	if err != nil {
		m.Fatal(err)
	}
	return reply{response, string(text)}
}

// decision is an answer as a caller reads it.
type decision struct {
	Decision *bool
	Context  struct {
		Level         string
		Until         string
		PolicyVersion int               `json:"policy_version"`
		ReasonUser    map[string]string `json:"reason_user"`
		ReasonAdmin   map[string]string `json:"reason_admin"`
		Unmet         []struct {
			Requirement, Reason, Remedy, Until string
			AnyOf                              int `json:"any_of"`
		}
		Error *struct {
			Status  int
			Message string
		}
	}
	Evaluations []decision
}

// ask posts an evaluation or a batch and wants 200.
func (m *machines) ask(path, body string, headers ...string) (d decision) {
	m.Helper()
	r := m.send(http.MethodPost, "/access/v1/"+path, body, headers...)
	if r.StatusCode != http.StatusOK {
		m.Fatalf("%.200s: %d %s", body, r.StatusCode, r.body)
	}
	if err := json.Unmarshal([]byte(r.body), &d); err != nil {
		m.Fatal(err)
	}
	return d
}

// decides checks a single decision.
func (m *machines) decides(want bool, path, body string, headers ...string) decision {
	m.Helper()
	d := m.ask(path, body, headers...)
	if d.Decision == nil || *d.Decision != want || d.Evaluations != nil {
		m.Errorf("%.200s: %+v, want %v", body, d, want)
	}
	if !want && d.Context.ReasonUser["403"] == "" && d.Context.Error == nil {
		m.Errorf("%.200s: a denial without a reason: %+v", body, d)
	}
	return d
}

// refused checks an error answer: its status and the key of its words.
func (m *machines) refused(r reply, status int, key string) {
	m.Helper()
	var body struct {
		Error struct{ Key, Message, Field string }
	}
	if err := json.Unmarshal([]byte(r.body), &body); err != nil || r.StatusCode != status || body.Error.Key != key || body.Error.Message == "" {
		m.Errorf("%d %s, want %d %s", r.StatusCode, r.body, status, key)
	}
}

func subject(p people.Person) string { return `"subject":{"type":"user","id":"` + p.Number + `"}` }

const (
	draw = `"action":{"name":"draw"}`
	hold = `"action":{"name":"hold"}`
	pool = `"resource":{"type":"lead_pool","id":"public"}`
)

// object is a JSON object of those members.
func object(members ...string) string { return "{" + strings.Join(members, ",") + "}" }
