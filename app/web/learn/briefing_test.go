package learn_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"bainian/app/exams"
	"bainian/app/fault"
	"bainian/app/locale"
)

// opened is a sitting of the exam from now on for two hours, with what else its trainer decided.
func (w *examWorld) opened(change func(*exams.NewSitting)) exams.Sitting {
	w.Helper()
	n := exams.NewSitting{Exam: "red", OpensAt: w.clock.Now(), ClosesAt: w.clock.Now().Add(2 * time.Hour)}
	change(&n)
	s, err := w.room.OpenSitting(context.Background(), w.trainer, n)
	w.ok(err)
	return s
}

// TestBriefingSaysEverythingThatWillHappen: own time with its ground, the last start, what the window's end does, the
// passcode and what is shown afterwards, in every language.
func TestBriefingSaysEverythingThatWillHappen(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	ctx := context.Background()
	amy := w.candidate("A-1")
	w.ok(w.room.Accommodate(ctx, w.trainer, amy.person.ID, exams.Accommodation{Label: "閱讀障礙", Multiplier: 1500, Reason: "醫師證明"}))
	soft := w.opened(func(n *exams.NewSitting) { n.LateMinutes = 15; n.Feedback.Score = exams.WhenClosed })
	hard := w.opened(func(n *exams.NewSitting) {
		n.ClosesAt, n.HardEnd, n.Passcode = n.OpensAt.Add(50*time.Minute), true, "Zulu-47"
	})
	for _, lang := range locale.Langs() {
		amy.lang = string(lang)
		for _, s := range []exams.Sitting{soft, hard} {
			page := amy.get("/sittings/" + s.ID)
			amy.want(page, 200, "閱讀障礙")
			if strings.Contains(strings.ToLower(page.text), "zulu-47") {
				t.Fatal("the passcode is on the page")
			}
		}
	}
	amy.lang = "zh-Hant"
	amy.want(amy.get("/sittings/"+soft.ID), 200, "一般的作答時間是 40 分鐘", "你有 1 小時", "09:15 以前開始", "為個人調整的時間，以及監考員延長或暫停的時間，不受這個限制",
		"只有監考員能暫停時間", "分數：場次結束後看得到", "解答：不公布", "離開、關機、斷線，時間都照走")
	amy.want(amy.get("/sittings/"+hard.ID), 200, "你有 50 分鐘", "為個人調整的時間也一樣", "只能作答到", "完整的時間會到", "少了 10 分鐘", `name="passcode"`, "分數：評完立刻看得到")
	plain := w.candidate("B-2")
	plain.want(plain.get("/sittings/"+hard.ID), 200, "你的作答時間是 40 分鐘")

	w.clock.Add(16 * time.Minute)
	late := plain.get("/sittings/" + soft.ID)
	plain.want(late, 200, "09:15 為止", "由監考員放行後就能開始")
	if strings.Contains(late.text, `name="pledge"`) {
		t.Error("the button is still there")
	}
	plain.want(plain.post("/sittings/"+soft.ID+"/attempts", plain.confirming(soft.ID)), 409, "由監考員放行後就能開始")
	w.ok(w.room.Admit(ctx, w.trainer, soft.ID, plain.person.ID, "電車誤點"))
	plain.want(plain.get("/sittings/"+soft.ID), 200, "監考員已經放行", `name="pledge"`)
	plain.want(plain.post("/sittings/"+soft.ID+"/attempts", plain.confirming(soft.ID)), 303)
}

// TestPasscodeIsTypedOnTheBriefing: without it nobody starts, wrong ones are told at the field and throttled.
func TestPasscodeIsTypedOnTheBriefing(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	s := w.opened(func(n *exams.NewSitting) { n.Passcode = "Zulu-47" })
	at := "/sittings/" + s.ID + "/attempts"
	amy := w.candidate("A-1")
	unlocking := func(passcode string) url.Values {
		form := w.confirming(s.ID)
		form.Set("passcode", passcode)
		return form
	}
	amy.want(amy.post(at, amy.confirming(s.ID)), 422, "請先輸入監考員宣布的通行碼", `aria-invalid="true"`)
	amy.want(amy.post(at, unlocking("zulu")), 422, "通行碼不對", `aria-describedby="h-passcode e-passcode"`)
	in := amy.post(at, unlocking("ＺＵＬＵ-47 "))
	amy.want(in, 303)
	if again := amy.post(at, unlocking("Zulu-47")); again.Header.Get("Location") != in.Header.Get("Location") {
		t.Errorf("a double click leads to %s, the first to %s", again.Header.Get("Location"), in.Header.Get("Location"))
	}
	ben := w.candidate("B-2")
	for range 5 {
		ben.want(ben.post(at, unlocking("guess")), 422)
	}
	ben.want(ben.post(at, unlocking("Zulu-47")), 429, "請等 10 分鐘再試")
	if _, err := w.room.Start(context.Background(), ben.person, s.ID, agreed(w, w.room, s.ID)); !fault.HasKey(err, "exams.passcode_needed") {
		t.Errorf("somebody who guessed is in: %v", err)
	}
	// Right, and the pledge forgotten: the passcode need not be typed again.
	carl := w.candidate("C-3")
	carl.want(carl.post(at, url.Values{"passcode": {"zulu-47"}}), 422, "誠信承諾")
	page := carl.get("/sittings/" + s.ID)
	carl.want(page, 200, `name="pledge"`)
	if strings.Contains(page.text, `name="passcode"`) {
		t.Error("asked twice")
	}
}
