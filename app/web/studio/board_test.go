package studio_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
	"bainian/app/web/page/pagetest"
)

// seated has that many people sit in a sitting of the practice exam that a watcher watches, written as rows; the first
// one's paper is a real one.
func (s *site) seated(n int) (at string, sitting exams.Sitting, ids []string) {
	s.Helper()
	sitting = s.sit()
	s.hire("first", people.NewHire)
	ids = append(ids, s.start(sitting, "first"))
	must(s.T, s.room.Lease(context.Background(), s.people["first"], ids[0], "laptop", false))
	must(s.T, s.db.Write(context.Background(), func(tx *store.Tx) error {
		for i := 1; i < n; i++ {
			person, attempt, number := tx.NewID(), tx.NewID(), fmt.Sprintf("S-%03d", i)
			if _, err := tx.Exec(`INSERT INTO employee (id, number, number_key, name, email, email_key, search, roles, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, 'new_hire', 0)`,
				person, number, number, "考生"+number, number, number, number); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO attempt (id, sitting_id, exam, person_id, state, started_ms, deadline_ms, due_ms, card, device, head_seq, head_hash, contact_ms)
				SELECT ?, sitting_id, exam, ?, state, started_ms, deadline_ms, due_ms, card, 'd', 0, ?, contact_ms FROM attempt WHERE id = ?`, attempt, person, strings.Repeat("0", 64), ids[0]); err != nil {
				return err
			}
			ids = append(ids, attempt)
		}
		return nil
	}))
	return "/studio/sittings/" + sitting.ID + "/board", sitting, ids
}

// boardState is what the board's script is told.
type boardState struct {
	Now  int64 `json:"now"`
	Live bool  `json:"live"`
	Rows []struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Pulse string `json:"pulse"`
	} `json:"rows"`
}

// TestBoardOfFiveHundred: what changes of one is in the next answer, and an answer that would say the same says nothing.
func TestBoardOfFiveHundred(t *testing.T) {
	s := open(t)
	at, _, ids := s.seated(500)
	ask := func(tag string, status int) (state boardState, next string) {
		t.Helper()
		a := s.want(s.get("watcher", at+"/state", "If-None-Match", tag), status)
		if status == 200 {
			must(t, json.Unmarshal([]byte(a.text), &state))
		} else if a.text != "" {
			t.Errorf("an answer that says nothing new has %d bytes", len(a.text))
		}
		return state, a.Header.Get("ETag")
	}
	before, tag := ask("", 200)
	if len(before.Rows) != 500 || !before.Live || tag == "" || before.Now != store.Ms(s.clock.Now()) {
		t.Fatalf("%d rows, live %v, tag %q", len(before.Rows), before.Live, tag)
	}
	s.clock.Add(time.Second)
	if _, same := ask(tag, 304); same != tag {
		t.Errorf("tag %q after %q", same, tag)
	}
	must(t, s.room.Call(context.Background(), s.people["first"], ids[0], "laptop", "看不清楚"))
	after, next := ask(tag, 200)
	if next == tag || after.Rows[0].ID != ids[0] || after.Rows[0].Pulse != "calling" || after.Rows[1].Pulse != "answering" {
		t.Errorf("after a call: %+v", after.Rows[0])
	}
	if a := s.want(s.get("watcher", at), 200); strings.Count(a.text, `class="seat"`) != 501 { // one in the template
		t.Errorf("%d lines in the page", strings.Count(a.text, `class="seat"`))
	}
	s.want(s.get("watcher", at+"?show=calling"), 200, "員工first", "看不清楚")
	if a := s.get("watcher", at+"?show=calling&find=S-001"); strings.Contains(a.text, "考生S-001") {
		t.Error("a search shows who is not to be shown")
	}
	s.want(s.get("watcher", at+"?find=s-007"), 200, "考生S-007")
	s.clock.Add(31 * time.Second)
	if state, _ := ask(next, 200); state.Rows[1].Pulse != "off-line" {
		t.Errorf("silent for half a minute: %s", state.Rows[1].Pulse)
	}
}

// TestBoardAsPlainPages does without a script everything that the board does.
func TestBoardAsPlainPages(t *testing.T) {
	s := open(t)
	at, sitting, ids := s.seated(2)
	ctx := context.Background()
	first := ids[0]
	for _, who := range []string{"amy", "first"} {
		s.want(s.get(who, at), 403)
		s.want(s.get(who, at+"/state"), 403)
		s.want(s.post(who, at+"/messages", url.Values{"all": {"大家好"}}), 403)
	}
	other, err := s.room.OpenSitting(ctx, s.people["trainer"], exams.NewSitting{Exam: "practice", OpensAt: s.clock.Now(), ClosesAt: s.clock.Now().Add(time.Hour)})
	must(t, err)
	s.want(s.get("watcher", "/studio/sittings/"+other.ID+"/board"), 404)
	s.want(s.get("watcher", "/studio/sittings/"+other.ID+"/board/state"), 404)
	s.want(s.get("watcher", at+"?of=nobody"), 404)
	s.want(s.get("watcher", "/studio/sittings/"+sitting.ID), 200, at)

	must(t, s.room.Call(ctx, s.people["first"], first, "laptop", "圖打不開"))
	must(t, s.room.Observe(ctx, s.people["first"], first, "laptop", []exams.Event{{Kind: "second_tab", AtMs: 1}}))
	page := s.want(s.get("watcher", at), 200, "圖打不開", "我來處理")
	_, rest, _ := strings.Cut(page.text, `name="call" value="`)
	call, _, _ := strings.Cut(rest, `"`)
	to := url.Values{"of": {first}}
	s.want(s.post("watcher", at+"/answers", url.Values{"call": {call}, "reply": {"馬上過去"}}), 303)
	s.want(s.post("watcher", at+"/answers", url.Values{"call": {call}}), 409, "已經有人回應")
	s.want(s.post("watcher", at+"/answers", url.Values{"call": {call}}, "Accept", "application/json"), 409, `"message":"這次呼叫已經有人回應`)
	s.want(s.post("watcher", at+"/messages", with(to, "text", "請檢查答案卡")), 303)
	s.want(s.post("watcher", at+"/messages", with(to, "text", "")), 422, "請寫幾句話")
	s.want(s.post("watcher", at+"/messages", url.Values{"of": {first}, "text": {strings.Repeat("長", 501)}}), 413, "最多 500 個字", strings.Repeat("長", 501))
	s.want(s.post("watcher", at+"/messages", url.Values{"all": {"還有十分鐘"}}, "Accept", "application/json"), 200, `{"said":"已傳給 2 人。"}`)
	s.want(s.post("watcher", at+"/notes", with(to, "preset", "離開座位")), 303)
	s.want(s.post("watcher", at+"/notes", with(to, "note", "")), 422, "請寫幾句話")
	s.want(s.post("watcher", at+"/looks", to), 303)
	s.want(s.post("watcher", at+"/extensions", with(to, "minutes", "x", "extension", "停電")), 422, "不是整數", `value="停電"`)
	s.want(s.post("watcher", at+"/extensions", with(to, "minutes", "10", "extension", "停電")), 303)
	s.want(s.post("watcher", at+"/pauses", with(to, "pause", "火警演習")), 303)
	s.want(s.get("watcher", at+"?of="+first), 200, "暫停")
	s.want(s.post("watcher", at+"/resumptions", to), 303)
	s.want(s.post("watcher", at+"/decisions", url.Values{"takeover": {"none"}, "decision": {"approve"}}), 404)
	for _, lang := range locale.Langs() {
		a := s.want(s.get("watcher", at+"?of="+first, "Cookie", "lang="+string(lang)), 200, "馬上過去", "請檢查答案卡", "還有十分鐘", "離開座位", "員工watcher", `<html lang="`+string(lang)+`"`)
		if strings.Contains(a.text, "[live.") || strings.Contains(a.text, "ZgotmplZ") {
			t.Errorf("a message is missing in %s", lang)
		}
		pagetest.Check(t, a.text)
	}
	part := s.want(s.get("watcher", at+"?of="+first, "HX-Request", "true"), 200, "馬上過去")
	if strings.Contains(part.text, "<html") {
		t.Error("a part is a whole page")
	}
}
