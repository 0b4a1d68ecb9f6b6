package learn_test

import (
	"strings"
	"testing"

	"bainian/app/exams"
	"bainian/app/web/learn"
)

// TestReceiptVerifiesByThePublishedKey: what a candidate downloads holds under the key that stands at the well-known
// address, for which nobody signs in; with one digit changed it does not.
func TestReceiptVerifiesByThePublishedKey(t *testing.T) {
	w := openExam(t, closedBook, examBase)
	amy := w.candidate("A-1")
	id := amy.start()
	amy.want(amy.save(id, 1, save{Device: "tab", Seq: 1, Response: amy.answering(id, 1)}), 200)
	amy.want(amy.post("/attempts/"+id+"/submission", nil), 303)
	stranger := &browser{w, amy.person, "", "en"}
	key := stranger.get(learn.KeyPath)
	stranger.want(key, 200)
	public := strings.TrimSpace(key.text)
	amy.want(amy.get("/attempts/"+id+"/receipt"), 200, strings.ReplaceAll(public, "+", "&#43;"), `href="`+learn.KeyPath+`"`, "bainian verify")
	file := amy.get("/attempts/" + id + "/receipt?file").text
	r, err := exams.OpenReceipt(file, public)
	w.ok(err)
	if r.AttemptID != id || r.PersonID != amy.person.ID || r.Answered != 1 || r.Total != 6 || len(r.Answers) != 1 {
		t.Errorf("%+v", r)
	}
	if _, err := exams.OpenReceipt(strings.Replace(file, "answered 1 of", "answered 2 of", 1), public); err == nil {
		t.Error("a changed receipt holds")
	}
}
