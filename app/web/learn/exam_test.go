package learn_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/locale"
	"bainian/app/questions"
	"bainian/app/store"
)

// TestBriefingSaysWhatTheWindowCuts asks for the briefing twenty minutes before the sitting closes on an exam of forty.
func TestBriefingSaysWhatTheWindowCuts(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	sitting := "/sittings/" + w.sitting.ID
	if early := w.candidate("A-1").get(sitting); strings.Contains(early.text, "只能作答到") {
		t.Error("a cut is announced a day before the end")
	}
	w.clock.Add(24*time.Hour - 20*time.Minute)
	ben := w.candidate("A-2")
	ben.want(ben.get(sitting), 200, "09:00 關閉", "只能作答到", "完整的時間會到", "09:20", "少了 20 分鐘")
}

// TestExamFromListToReceipt walks the pages as one person does, in every language.
func TestExamFromListToReceipt(t *testing.T) {
	for _, lang := range locale.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			w := openExam(t, closedBook, examBase)
			amy := w.candidate("A-1")
			amy.lang = string(lang)
			sitting := "/sittings/" + w.sitting.ID
			amy.want(amy.get("/exams"), 200, "高壓線考試", `href="`+sitting+`"`)
			briefing := amy.get(sitting)
			amy.want(briefing, 200, "<strong>考場</strong>", `name="pledge"`, "09:40")

			amy.want(amy.post(sitting+"/attempts", nil), 422, `role="alert"`, `name="pledge"`)
			id := amy.start()
			if again := amy.start(); again != id {
				t.Errorf("starting twice gives %s and %s", id, again)
			}
			amy.want(amy.get(sitting), 200, `href="/attempts/`+id+`"`)
			amy.want(amy.get("/exams"), 200, `href="/attempts/`+id+`"`)
			room := amy.get("/attempts/" + id)
			amy.want(room, 200, `data-n="6"`, `data-attempt="`+id+`"`, "js/room.js", "<noscript>")
			if strings.Contains(room.text, `class="rail"`) {
				t.Error("the room is not bare")
			}

			var hashes []string
			for n := 1; n <= 5; n++ {
				saved := amy.save(id, n, save{Device: "tab", Seq: int64(n), Response: amy.answering(id, n)})
				amy.want(saved, 200, fmt.Sprintf(`"answered":%d,"total":6,"late":false`, n), `"saved_clock":"09:00:00"`)
				var got struct{ Hash string }
				w.ok(json.Unmarshal([]byte(saved.text), &got))
				hashes = append(hashes, fmt.Sprintf("answer %d %d %s", n, n, got.Hash))
			}
			amy.want(amy.get("/attempts/"+id), 200, `data-answered="5"`)
			in := amy.post("/attempts/"+id+"/submission", nil)
			amy.want(in, 303)
			amy.want(amy.get(in.Header.Get("Location")), 200, `class="receipt"`)
			if again := amy.post("/attempts/"+id+"/submission", nil); again.StatusCode != 303 {
				t.Errorf("handing in twice: %d", again.StatusCode)
			}
			if r := amy.get("/attempts/" + id); r.StatusCode != 303 || r.Header.Get("Location") != "/attempts/"+id+"/result" {
				t.Errorf("a paper that is over: %d %s", r.StatusCode, r.Header.Get("Location"))
			}
			amy.want(amy.get("/exams"), 200, `/attempts/`+id+`/result"`)
			amy.want(amy.get("/attempts/"+id+"/receipt"), 200, "?file", "5/6")
			file := amy.get("/attempts/" + id + "/receipt?file")
			amy.want(file, 200, "bainian receipt", "answered 5 of 6", "— ")
			amy.want(file, 200, hashes...) // the very ones that each save was acknowledged with
			if d := file.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || !strings.Contains(d, id) {
				t.Error(d)
			}
			trainer := &browser{w, w.trainer, "", string(lang)}
			var err error
			trainer.token, err = w.dir.SignInAs(context.Background(), w.trainer.ID)
			w.ok(err)
			trainer.want(trainer.get("/attempts/"+id+"/result"), 200)
			trainer.want(trainer.get("/exams"), 200)
		})
	}
}

// TestAnswerReply: the words of the hot path, as the room and other clients read them.
func TestAnswerReply(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	first := amy.save(id, 1, save{Device: "tab", Seq: 1, Response: amy.answering(id, 1)})
	amy.want(first, 200)
	var got map[string]any
	w.ok(json.Unmarshal([]byte(first.text), &got))
	if hash, _ := got["hash"].(string); len(hash) != 64 || got["seq"] != 1.0 || got["saved_at"] != float64(w.clock.Now().UnixMilli()) || len(got) != 11 || got["news"] != 0.0 ||
		got["now"] != float64(w.clock.Now().UnixMilli()) || got["deadline"] != float64(w.clock.Now().Add(40*time.Minute).UnixMilli()) || got["paused"] != false {
		t.Errorf("%v", got)
	}
	if same := amy.save(id, 1, save{Device: "tab", Seq: 1, Response: amy.answering(id, 1)}); same.text != first.text {
		t.Errorf("the same save again: %s, first %s", same.text, first.text)
	}
	amy.want(amy.get("/attempts/"+id+"/state", "Accept", "application/json"), 200, `"last_seq":1`, `"answered":1`, `"state":"live"`, `"paused":false`,
		fmt.Sprintf(`"now":%d,"deadline":%d`, w.clock.Now().UnixMilli(), w.clock.Now().Add(40*time.Minute).UnixMilli()))

	w.ok(w.room.Extend(context.Background(), w.trainer, id, 10, "停電"))
	w.ok(w.room.Pause(context.Background(), w.trainer, id, "停電"))
	amy.want(amy.get("/attempts/"+id+"/state"), 200, `"paused":true`, fmt.Sprintf(`"deadline":%d`, w.clock.Now().Add(50*time.Minute).UnixMilli()))
	amy.want(amy.save(id, 2, save{Device: "tab", Seq: 2, Response: amy.answering(id, 2)}), 409, `"key":"exams.paused"`)
	amy.want(amy.get("/attempts/"+id), 200, `data-paused="yes"`)
}

// TestExamRefusals: every wrong request is told what is wrong, and nothing of it is kept.
func TestExamRefusals(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy, ben := w.candidate("A-1"), w.candidate("B-2")
	id := amy.start()
	amy.want(amy.put("/attempts/"+id+"/lease", map[string]any{"device": "tab"}), 204)
	good := save{Device: "tab", Seq: 5, Response: amy.answering(id, 1)}
	amy.want(amy.save(id, 1, good), 200)
	answers := "/attempts/" + id + "/answers/1"
	unknown := "/attempts/019aaaaa-0000-7000-8000-000000000000"

	for name, c := range map[string]struct {
		reply  reply
		status int
		word   string
	}{
		"another's attempt, save":    {ben.save(id, 1, good), 404, `"not_found"`},
		"another's attempt, page":    {ben.get("/attempts/" + id), 404, ""},
		"another's attempt, state":   {ben.get("/attempts/"+id+"/state", "Accept", "application/json"), 404, `"error"`},
		"another's attempt, lease":   {ben.put("/attempts/"+id+"/lease", map[string]any{"device": "x", "take": true}), 404, ""},
		"another's attempt, signals": {ben.send("POST", "/attempts/"+id+"/signals", "application/json", `{"device":"tab","events":[{"kind":"heartbeat"}]}`), 404, ""},
		"another's attempt, submit":  {ben.post("/attempts/"+id+"/submission", nil), 404, ""},
		"another's result":           {ben.get("/attempts/" + id + "/result"), 404, ""},
		"another's receipt":          {ben.get("/attempts/" + id + "/receipt"), 404, ""},
		"unknown attempt":            {amy.get(unknown), 404, ""},
		"unknown attempt, save":      {amy.put(unknown+"/answers/1", good), 404, ""},
		"unknown sitting":            {amy.get("/sittings/none"), 404, ""},
		"result of a live paper":     {amy.get("/attempts/" + id + "/result"), 409, ""},
		"receipt of a live paper":    {amy.get("/attempts/" + id + "/receipt"), 404, ""},
		"not on the form":            {amy.save(id, 7, save{Device: "tab", Seq: 6}), 422, "exams.not_on_form"},
		"not a number":               {amy.put("/attempts/"+id+"/answers/one", good), 404, ""},
		"stale":                      {amy.save(id, 2, save{Device: "tab", Seq: 4, Response: amy.answering(id, 2)}), 409, "exams.stale"},
		"same number, other words":   {amy.save(id, 2, save{Device: "tab", Seq: 5, Response: amy.answering(id, 2)}), 409, "exams.stale"},
		"no number":                  {amy.save(id, 1, save{Device: "tab"}), 422, "exams.sequence"},
		"no device":                  {amy.save(id, 1, save{Seq: 6}), 422, "exams.device"},
		"other device":               {amy.save(id, 1, save{Device: "phone", Seq: 6}), 409, "exams.other_device"},
		"wrong shape":                {amy.save(id, amy.numberOf(id, questions.Single), save{Device: "tab", Seq: 6, Response: questions.Response{Text: "x"}}), 422, "response_shape"},
		"choice out of range":        {amy.save(id, amy.numberOf(id, questions.Single), save{Device: "tab", Seq: 6, Response: questions.Response{Choices: []int{9}}}), 422, ""},
		"text too long":              {amy.save(id, amy.numberOf(id, questions.Short), save{Device: "tab", Seq: 6, Response: questions.Response{Text: strings.Repeat("長", 501)}}), 413, ""},
		"not JSON":                   {amy.send("PUT", answers, "application/json", `{"seq":`), 400, "page.bad_json"},
		"wrong type":                 {amy.send("PUT", answers, "application/json", `{"seq":"five"}`), 400, "page.bad_member"},
		"NUL":                        {amy.send("PUT", answers, "application/json", `{"device":"tab","seq":6,"response":{"text":"a\u0000"}}`), 400, ""},
		"body over the limit":        {amy.send("PUT", answers, "application/json", `{"device":"`+strings.Repeat("x", 1<<20)+`"}`), 413, ""},
		"forged origin":              {amy.put(answers, good, "Origin", "https://evil.example"), 403, "page.foreign_origin"},
		"forged cross-site start":    {amy.send("POST", "/sittings/"+w.sitting.ID+"/attempts", "application/x-www-form-urlencoded", "pledge=yes", "Sec-Fetch-Site", "cross-site"), 403, ""},
		"unknown event":              {amy.send("POST", "/attempts/"+id+"/signals", "application/json", `{"device":"tab","events":[{"kind":"blink"}]}`), 422, "exams.event_unknown"},
		"no events":                  {amy.send("POST", "/attempts/"+id+"/signals", "application/json", `{"device":"tab","events":[]}`), 413, ""},
		"signed out":                 {(&browser{w, amy.person, "gone", "en"}).save(id, 1, good), 401, `"unauthenticated"`},
	} {
		t.Run(name, func(t *testing.T) {
			if c.reply.StatusCode != c.status || !strings.Contains(c.reply.text, c.word) {
				t.Errorf("%d %s\nwant %d %s", c.reply.StatusCode, c.reply.text, c.status, c.word)
			}
		})
	}
	paper, err := w.room.Paper(context.Background(), amy.person, id, locale.Hant)
	w.ok(err)
	if paper.Answered != 1 || paper.LastSeq != 5 {
		t.Errorf("something was kept: %d answers, last %d", paper.Answered, paper.LastSeq)
	}
}

// TestExamAfterTheEnd: when the clock has run out nothing new is taken, and the paper is graded by itself.
func TestExamAfterTheEnd(t *testing.T) {
	w := openExam(t, policy{score: "when-sitting-closes", answers: "never"}, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	for minute := range 80 { // the page is there all the time
		w.clock.Add(30 * time.Second)
		if minute == 0 {
			amy.want(amy.save(id, 1, save{Device: "tab", Seq: 1, Response: amy.answering(id, 1)}), 200)
		}
		amy.want(amy.send("POST", "/attempts/"+id+"/signals", "application/json", `{"device":"tab","events":[{"kind":"heartbeat","at_ms":1}]}`), 204)
	}
	w.clock.Add(time.Second)
	amy.want(amy.save(id, 2, save{Device: "tab", Seq: 2, Response: amy.answering(id, 2)}), 409, "exams.over")
	w.clock.Add(11 * time.Minute)
	w.ok(w.room.ExpireDue(context.Background()))
	amy.want(amy.get("/attempts/"+id+"/state"), 200, `"state":"expired"`)
	amy.want(amy.get("/attempts/"+id+"/result"), 200, "1/6", "場次結束後公布成績")
	amy.want(amy.get("/exams"), 200, "還不能考")
	amy.want(amy.get("/sittings/"+w.sitting.ID), 200, "上一份試卷的成績還沒公布")
	amy.want(amy.post("/sittings/"+w.sitting.ID+"/attempts", amy.confirming(w.sitting.ID)), 409, "成績還沒公布")
}

// TestE2_QueuedOffLine: what was given before the end and could not be sent is taken within the grace, marked late.
func TestE2_QueuedOffLine(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	amy.want(amy.put("/attempts/"+id+"/lease", map[string]any{"device": "tab"}), 204)
	w.clock.Add(45 * time.Minute) // off-line from the first second to five minutes after the end
	late := amy.save(id, 1, save{Device: "tab", Seq: 1, Response: amy.answering(id, 1), ElapsedMs: (39 * time.Minute).Milliseconds()})
	amy.want(late, 200, `"late":true`, `"saved_clock":"09:39:00"`)
	amy.want(amy.save(id, 2, save{Device: "tab", Seq: 2, Response: amy.answering(id, 2), ElapsedMs: (41 * time.Minute).Milliseconds()}), 409, "exams.over")
	amy.want(amy.post("/attempts/"+id+"/submission", nil), 303)
	amy.want(amy.get("/attempts/"+id+"/receipt"), 200, "補送")
}

// TestE5_OneDeviceAtATime at the page's level: the second device is told, and takes over only when it says so.
func TestE5_OneDeviceAtATime(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	lease := func(device string, take bool) reply {
		return amy.put("/attempts/"+id+"/lease", map[string]any{"device": device, "take": take})
	}
	amy.want(lease("laptop", false), 204)
	amy.want(lease("phone", false), 409, "exams.other_device")
	amy.want(lease("phone", true), 204)
	amy.want(lease("laptop", false), 409, "exams.other_device")
	amy.want(amy.save(id, 1, save{Device: "laptop", Seq: 1, Response: amy.answering(id, 1)}), 409, "exams.other_device")
	amy.want(amy.save(id, 1, save{Device: "phone", Seq: 1, Response: amy.answering(id, 1)}), 200)
}

// TestE3_RoomPageHoldsNoKeys: nothing of the bank but words and order is in the page, nor in the result while
// answers are not shown.
func TestE3_RoomPageHoldsNoKeys(t *testing.T) {
	secrets := []string{"秘語", "秘鑰", "回饋", "解析", "credit", "canary", "{#", "gift", "8437", "red-line", "explanation"}
	silent := func(r reply) {
		t.Helper()
		for _, secret := range secrets {
			if strings.Contains(r.text, secret) {
				t.Errorf("the page holds %q: %s", secret, r.text)
			}
		}
	}
	w := openExam(t, policy{score: "never", answers: "never"}, examBase)
	amy := w.candidate("A-1")
	silent(amy.get("/sittings/" + w.sitting.ID))
	id := amy.start()
	for _, lang := range locale.Langs() {
		amy.lang = string(lang)
		silent(amy.get("/attempts/" + id))
	}
	silent(amy.get("/attempts/" + id + "/state"))
	silent(amy.save(id, 1, save{Device: "tab", Seq: 1}))
	amy.want(amy.post("/attempts/"+id+"/submission", nil), 303)
	secrets = secrets[:9] // lessons to read again may be named now
	silent(amy.get("/attempts/" + id + "/result"))
	silent(amy.get("/exams"))
}

// TestResultShowsWhatThePolicyAllows down to the single question.
func TestResultShowsWhatThePolicyAllows(t *testing.T) {
	w := openExam(t, policy{score: "at-once", answers: "at-once"}, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	for n := 1; n <= 6; n++ {
		amy.want(amy.save(id, n, save{Device: "tab", Seq: int64(n), Response: amy.answering(id, n)}), 200)
	}
	amy.want(amy.post("/attempts/"+id+"/submission", nil), 303)
	result := amy.get("/attempts/" + id + "/result")
	amy.want(result, 200, "解析秘語甲", "回饋秘語甲", "回款秘鑰", "正確答案", "乙方 → 賣方", `class="plot scale"`, `href="/lessons/values/red-line"`, "底線在哪裡")

	// A correction is shown beside the first marking; here both are the first.
	if strings.Contains(result.text, "重新計分") {
		t.Error("one marking is no correction")
	}
}

// TestRoomKeepsWhatWasSaid: the page's controls hold the answers that the server has.
func TestRoomKeepsWhatWasSaid(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	for n, r := range map[questions.Kind]questions.Response{
		questions.Single:   {Choices: []int{2}},
		questions.Multiple: {Choices: []int{1, 3}},
		questions.Order:    {Order: []int{2, 0, 1}},
		questions.Match:    {Pairs: []int{1, 0}},
		questions.Numeric:  {Text: "12.5"},
		questions.Short:    {Text: `引號 " 與 <標籤>`},
	} {
		seq := time.Now().UnixNano()
		amy.want(amy.save(id, amy.numberOf(id, n), save{Device: "tab", Seq: seq, Response: r}), 200)
	}
	room := amy.get("/attempts/" + id)
	amy.want(room, 200, `value="12.5"`, `value="引號 &#34; 與 &lt;標籤&gt;"`, `data-answered="6"`)
	if n := strings.Count(room.text, " checked"); n != 3 {
		t.Errorf("%d choices are checked, want 3", n)
	}
	if n := strings.Count(room.text, " selected"); n != 5 {
		t.Errorf("%d options are selected, want 5: two pairs and the places of three rows", n)
	}
	order := strings.Index(room.text, `data-row="2"`)
	if first := strings.Index(room.text, `<li data-row="0"`); order < 0 || first < order {
		t.Error("the rows are not in the order that was said")
	}
	var paper exams.Paper
	paper, err := w.room.Paper(context.Background(), amy.person, id, locale.Hant)
	w.ok(err)
	if paper.Answered != 6 {
		t.Error(paper.Answered)
	}
}

// TestEveryKindFromRoomToResult: the page holds what was said to items of the other kinds, tells nothing of how they
// are marked, and the result shows all of it.
func TestEveryKindFromRoomToResult(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	s, err := w.room.OpenSitting(context.Background(), w.trainer, exams.NewSitting{Exam: "kinds-1", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(time.Hour)})
	w.ok(err)
	for _, lang := range locale.Langs() {
		amy := w.candidate("A-" + string(lang))
		amy.lang = string(lang)
		id, err := w.room.Start(context.Background(), amy.person, s.ID, agreed(w, w.room, s.ID))
		w.ok(err)
		seq := int64(0)
		for kind, r := range map[questions.Kind]questions.Response{
			questions.Scale: {Choices: []int{1}},
			questions.Cloze: {Gaps: []string{"說<一>聲", "1", "47", ""}},
			questions.Essay: {Text: "第一行 <b>\n第二行"},
		} {
			seq++
			amy.want(amy.save(id, amy.numberOf(id, kind), save{Device: "tab", Seq: seq, Response: r}), 200)
		}
		room := amy.get("/attempts/" + id)
		amy.want(room, 200, `value="說&lt;一&gt;聲"`, `<option value="1" selected>`, `value="47"`, "第一行 &lt;b&gt;\n第二行</textarea>", "立場", `data-max="10"`, `data-answered="3"`)
		for _, secret := range []string{"秘訣", "回款秘鑰", "8437"} {
			if strings.Contains(room.text, secret) {
				t.Errorf("the room tells %s", secret)
			}
		}
		amy.want(amy.post("/attempts/"+id+"/submission", nil), 303)
		amy.want(amy.get("/attempts/"+id+"/result"), 200, "說&lt;一&gt;聲", "回報", "永遠不", "下次", "47±1", "第一行 &lt;b&gt;\n第二行", "說清楚不收的秘訣")
		if amy.lang != string(locale.Hant) {
			continue
		}
		// What a verdict has set aside is marked by nobody, and says so instead of waiting for ever.
		amy.want(amy.get("/attempts/"+id+"/result"), 200, "等著由人評分")
		w.ok(w.db.Write(context.Background(), func(tx *store.Tx) error { return exams.SetAsideIn(tx, id, w.trainer.ID, "case") }))
		aside := amy.get("/attempts/" + id + "/result")
		amy.want(aside, 200, "這份試卷不採計。")
		if strings.Contains(aside.text, "等著由人評分") {
			t.Error("a paper that was set aside waits to be marked")
		}
	}
}

// TestResultShowsTheSpread: from the fifth paper on a result says where it lies among those of its sitting.
func TestResultShowsTheSpread(t *testing.T) {
	for _, lang := range locale.Langs() {
		w := openExam(t, closedBook, examBase)
		var amy *browser
		var id string
		for n := range 5 {
			amy = w.candidate(fmt.Sprintf("A-%d", n))
			amy.lang, id = string(lang), amy.start()
			if n == 4 {
				q := amy.numberOf(id, questions.Numeric)
				amy.want(amy.save(id, q, save{Device: "tab", Seq: 1, Response: questions.Response{Text: "8437"}}), 200)
			}
			amy.want(amy.post("/attempts/"+id+"/submission", nil), 303)
			result := amy.get("/attempts/" + id + "/result")
			amy.want(result, 200)
			if shown := strings.Contains(result.text, `class="plot tall"`); shown != (n == 4) {
				t.Errorf("%s: after %d papers the distribution is shown: %v", lang, n+1, shown)
			}
		}
		// One of seven points is the second tenth; the four blank papers are the first.
		// Before another go both pages say how many are left, from when on, and that the paper will be another one.
		for _, p := range []string{"/attempts/" + id + "/result", "/sittings/" + w.sitting.ID} {
			again := map[locale.Lang]string{locale.Hant: "新的試卷是另一份", locale.Hans: "新的试卷是另一份", locale.En: "Your new paper will be a different one"}[lang]
			kept := map[locale.Lang]string{locale.Hant: "都會保留", locale.Hans: "都会保留", locale.En: "are kept"}[lang]
			amy.want(amy.get(p), 200, again, kept, "09:00")
		}
		amy.want(amy.get("/attempts/"+id+"/result"), 200, `<title>0–10%: 4</title>`, `<rect class="mark-2 here" x="38"`, `<title>10–20%: 1</title>`)
	}
}

// TestExamsHintAtUnreadLessons: who has not read the track yet is told so, and may start all the same.
func TestExamsHintAtUnreadLessons(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	hint := map[string]string{"zh-Hant": "價值觀還有 1 課沒讀", "zh-Hans": "价值观还有 1 课没读", "en": "Values: 1 lesson is still unread"}
	for _, lang := range locale.Langs() {
		amy.lang = string(lang)
		amy.want(amy.get("/exams"), 200, hint[string(lang)], `class="btn go" href="/sittings/`+w.sitting.ID+`"`)
	}
	amy.want(amy.get("/lessons/values/red-line"), 200)
	amy.want(amy.post("/lessons/values/red-line/completion", nil), 303)
	if list := amy.get("/exams"); strings.Contains(list.text, hint[amy.lang]) {
		t.Errorf("the lesson is read: %s", list.text)
	}
}
