package learn_test

import (
	"strings"
	"testing"

	"bainian/app/exams"
	"bainian/app/ledger"
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

	// The proof comes with the next checkpoint of the ledger.
	amy.want(amy.get("/attempts/"+id+"/receipt"), 200, "證明會隨紀錄簿的下一個檢查點一起產生")
	if early := amy.get("/attempts/" + id + "/receipt?file=proof").text; early != file {
		t.Error("a proof before there is one")
	}
	w.ok(w.log.Integrate(t.Context()))
	amy.want(amy.get("/attempts/"+id+"/receipt"), 200, `href="?file=proof"`)
	signed, text, ok := ledger.CutProof(amy.get("/attempts/" + id + "/receipt?file=proof").text)
	proof, err := ledger.ParseProof(text)
	w.ok(err)
	w.ok(proof.Check(public))
	if _, kind, data := proof.Leaf(); !ok || signed != file || !r.Ends(kind, data) {
		t.Errorf("%q proves %s %s", signed, kind, data)
	}
}
