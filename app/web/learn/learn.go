// Package learn is the wing of the new hire: the path, the courses, the exam room, the gate and the leads.
package learn

import (
	"embed"
	"html/template"

	"github.com/gofiber/fiber/v2"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/integrity"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/web/dossier"
	"bainian/app/web/page"
)

//go:embed templates/*.html
var files embed.FS

// Wing is what the pages of this wing work with.
type Wing struct {
	kit     *page.Kit
	pages   *page.Templates
	roster  *cohorts.Roster
	library *courses.Library
	room    *exams.Room
	desk    *integrity.Desk
	keeper  *gate.Keeper
	pool    *leads.Pool
	kept    page.Kept[pieceKey, template.HTML]
}

// Mount adds the wing's routes.
func Mount(app *fiber.App, kit *page.Kit, roster *cohorts.Roster, library *courses.Library, room *exams.Room, desk *integrity.Desk, keeper *gate.Keeper, pool *leads.Pool) error {
	pages, err := kit.Templates(files, dossier.Files)
	if err != nil {
		return err
	}
	w := &Wing{kit: kit, pages: pages, roster: roster, library: library, room: room, desk: desk, keeper: keeper, pool: pool}
	seller := page.Only(people.NewHire, people.Manager, people.Mentor)
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/", Who: page.SignedIn, Do: w.home},
		{Method: "GET", Path: "/pledge", Who: page.Candidate, Do: w.pledge},
		{Method: "POST", Path: "/pledge/signatures", Who: page.SignedIn, Do: w.signPledge},
		{Method: "GET", Path: "/privacy", Who: page.Candidate, Do: w.privacy},
		{Method: "GET", Path: "/privacy/consent", Who: page.SignedIn, Do: w.consentForm},
		{Method: "GET", Path: "/privacy/assessment", Who: page.Only(people.HR, people.Trainer), Do: w.assessment},
		{Method: "GET", Path: "/timetable", Who: page.SignedIn, Do: w.timetable},
		{Method: "GET", Path: "/gate", Who: page.SignedIn, Do: w.gate},

		{Method: "GET", Path: "/cases/mine/:number", Who: page.SignedIn, Do: w.myCase},
		{Method: "GET", Path: "/cases/mine/:number/pack", Who: page.SignedIn, Do: w.myPack},
		{Method: "POST", Path: "/cases/mine/:number/statement", Who: page.SignedIn, Do: w.handInStatement},
		{Method: "POST", Path: "/cases/mine/:number/statement/draft", Who: page.SignedIn, Do: w.saveStatement},
		{Method: "POST", Path: "/cases/mine/:number/facts/:id/retraction", Who: page.SignedIn, Do: w.takeBack},
		{Method: "POST", Path: "/cases/mine/:number/appeal", Who: page.SignedIn, Do: w.handInAppeal},
		{Method: "POST", Path: "/cases/mine/:number/appeal/draft", Who: page.SignedIn, Do: w.saveAppeal},

		{Method: "GET", Path: "/courses", Who: page.SignedIn, Do: w.courses},
		{Method: "GET", Path: "/courses/:track/:course", Who: page.SignedIn, Do: w.course},
		{Method: "GET", Path: "/courses/:track/:course/files/:name", Who: page.SignedIn, Do: w.file},
		{Method: "GET", Path: "/lessons/:track/:lesson", Who: page.SignedIn, Do: w.lesson},
		{Method: "POST", Path: "/lessons/:track/:lesson/checks/:check", Who: page.SignedIn, Do: w.check},
		{Method: "POST", Path: "/lessons/:track/:lesson/reading", Who: page.SignedIn, Do: w.reading},
		{Method: "POST", Path: "/lessons/:track/:lesson/completion", Who: page.SignedIn, Do: w.complete},
		{Method: "GET", Path: "/sources", Who: page.SignedIn, Do: w.sources},
		{Method: "GET", Path: "/search", Who: page.SignedIn, Do: w.search},

		{Method: "GET", Path: "/exams", Who: page.SignedIn, Do: w.exams},
		{Method: "GET", Path: "/sittings/:id", Who: page.Candidate, Do: w.briefing},
		{Method: "POST", Path: "/sittings/:id/attempts", Who: page.Candidate, Do: w.startInSEB},
		{Method: "POST", Path: "/sittings/:id/seb", Who: page.SignedIn, Do: w.sebConfig},
		{Method: "GET", Path: exams.SebQuit, Who: page.Anyone, Do: w.sebQuit},
		{Method: "GET", Path: exams.SebStart + ":token", Who: page.Anyone, Do: w.sebStart},
		{Method: "POST", Path: exams.SebStart + ":token/entry", Who: page.Anyone, Do: w.sebEnter},
		{Method: "POST", Path: "/attempts/:id/seb", Who: page.Candidate, Do: w.sebProve},
		{Method: "GET", Path: "/attempts/:id", Who: page.Candidate, Do: w.inSEB(w.paper)},
		{Method: "GET", Path: "/attempts/:id/state", Who: page.Candidate, Do: w.inSEB(w.state)},
		{Method: "PUT", Path: "/attempts/:id/lease", Who: page.Candidate, Do: w.inSEB(w.leaseInSEB)},
		{Method: "GET", Path: "/attempts/:id/answers", Who: page.Candidate, Do: w.inSEB(w.answers)},
		{Method: "PUT", Path: "/attempts/:id/answers/:n", Who: page.Candidate, Do: w.inSEB(w.answer)},
		{Method: "POST", Path: "/attempts/:id/files", Who: page.Candidate, Do: w.inSEB(w.beginFile)},
		{Method: "GET", Path: "/attempts/:id/files/:file/parts", Who: page.Candidate, Do: w.inSEB(w.fileParts)},
		{Method: "PUT", Path: "/attempts/:id/files/:file/parts/:k", Who: page.Candidate, Do: w.inSEB(w.putPart)},
		{Method: "POST", Path: "/attempts/:id/files/:file/completion", Who: page.Candidate, Do: w.inSEB(w.completeFile)},
		{Method: "GET", Path: "/attempts/:id/files/:file", Who: page.Candidate, Do: w.inSEB(w.attachment)},
		{Method: "POST", Path: "/attempts/:id/signals", Who: page.Candidate, Do: w.inSEB(w.signals)},
		{Method: "GET", Path: "/attempts/:id/news", Who: page.Candidate, Do: w.inSEB(w.news)},
		{Method: "POST", Path: "/attempts/:id/messages/:message/reading", Who: page.Candidate, Do: w.inSEB(w.seeMessage)},
		{Method: "POST", Path: "/attempts/:id/calls", Who: page.Candidate, Do: w.inSEB(w.callInvigilator)},
		{Method: "POST", Path: "/attempts/:id/calls/withdrawal", Who: page.Candidate, Do: w.inSEB(w.withdrawCall)},
		{Method: "POST", Path: "/attempts/:id/takeovers", Who: page.Candidate, Do: w.inSEB(w.askTakeOver)},
		{Method: "POST", Path: "/attempts/:id/snapshots", Who: page.Candidate, Do: w.inSEB(w.snapshot)},
		{Method: "POST", Path: "/attempts/:id/submission", Who: page.Candidate, Do: w.inSEB(w.submit)},
		{Method: "GET", Path: "/attempts/:id/result", Who: page.Candidate, Do: w.result},
		{Method: "POST", Path: "/attempts/:id/appeals", Who: page.SignedIn, Do: w.appeal},
		{Method: "GET", Path: "/attempts/:id/receipt", Who: page.Candidate, Do: w.receipt},
		{Method: "GET", Path: KeyPath, Who: page.Always, Do: w.publicKey},

		{Method: "GET", Path: "/leads", Who: seller, Do: w.leads},
		{Method: "POST", Path: "/leads/draws", Who: seller, Do: w.draw},
		{Method: "GET", Path: "/leads/:id", Who: seller, Do: w.lead},
		{Method: "POST", Path: "/leads/:id/follow-ups", Who: seller, Do: w.followUp},
		{Method: "POST", Path: "/leads/:id/return", Who: seller, Do: w.giveBack},
	})
	return nil
}
