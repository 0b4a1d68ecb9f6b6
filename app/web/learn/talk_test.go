package learn_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/people"
)

// TestTalkOverHTTP: what the room sends and reads of messages, calls and requests, and a clear word for what it may not.
func TestTalkOverHTTP(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	ctx := context.Background()
	eye, _ := w.person("W-1", people.Invigilator)
	alone := w.candidate("B-1")
	unwatched := alone.start()
	s, err := w.room.OpenSitting(ctx, w.trainer, exams.NewSitting{Exam: "red", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(24 * time.Hour), Invigilators: []string{eye.ID}})
	w.ok(err)
	w.sitting = s
	amy := w.candidate("A-1")
	id := amy.start()
	w.ok(w.room.Lease(ctx, amy.person, id, "tab", false))
	send := func(b *browser, what, body string, status int, words ...string) {
		t.Helper()
		b.want(b.send("POST", "/attempts/"+id+"/"+what, fiber.MIMEApplicationJSON, body), status, words...)
	}
	alone.want(alone.get("/attempts/"+id+"/news", "Accept", "application/json"), 404)
	send(alone, "calls", `{"device":"tab"}`, 404)
	send(amy, "calls", `{"device":`, 400)
	send(amy, "calls", `{"text":"沒有裝置"}`, 422, "exams.device")
	send(amy, "calls", `{"device":"tab","text":"`+strings.Repeat("字", 501)+`"}`, 413, "500")
	alone.want(alone.send("POST", "/attempts/"+unwatched+"/calls", fiber.MIMEApplicationJSON, `{"device":"tab"}`), 409, "exams.nobody_watches")
	send(amy, "calls", `{"device":"tab","text":"<b>看不清楚</b>"}`, 204)
	send(amy, "calls", `{"device":"tab"}`, 409, "exams.call_open")
	send(amy, "messages/none/reading", `{"device":"tab"}`, 404)
	send(amy, "takeovers", `{"device":"phone"}`, 204)
	amy.want(amy.put("/attempts/"+id+"/lease", map[string]any{"device": "phone", "take": true}), 409, "exams.takeover_waiting")
	if page := amy.get("/attempts/" + id); !strings.Contains(page.text, `id="call"`) {
		t.Error("nobody can be called where somebody watches")
	}
	if page := alone.get("/attempts/" + unwatched); strings.Contains(page.text, `id="call"`) {
		t.Error("somebody can be called where nobody watches")
	}
	_, err = w.room.Tell(ctx, eye, s.ID, "", "大家注意")
	w.ok(err)
	var in struct {
		News     int
		Messages []struct {
			ID, Text, By string
			All, Seen    bool
		}
		Call struct{ Open bool }
	}
	read := func() {
		t.Helper()
		r := amy.get("/attempts/" + id + "/news")
		amy.want(r, 200)
		w.ok(json.Unmarshal([]byte(r.text), &in))
	}
	if read(); in.News != 1 || len(in.Messages) != 1 || in.Messages[0].By != eye.Name || !in.Messages[0].All || in.Messages[0].Seen || !in.Call.Open {
		t.Errorf("%+v", in)
	}
	amy.want(amy.get("/attempts/"+id+"/state"), 200, `"news":1`)
	send(amy, "messages/"+in.Messages[0].ID+"/reading", `{"device":"tab"}`, 204)
	send(amy, "calls/withdrawal", `{}`, 204)
	if read(); !in.Messages[0].Seen || in.Call.Open {
		t.Errorf("%+v", in)
	}
}
