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
	diary   *leads.Diary
	kept    page.Kept[pieceKey, template.HTML]
}

// Mount adds the wing's routes.
func Mount(app *fiber.App, kit *page.Kit, roster *cohorts.Roster, library *courses.Library, room *exams.Room, desk *integrity.Desk, keeper *gate.Keeper, pool *leads.Pool, diary *leads.Diary) error {
	pages, err := kit.Templates(files, dossier.Files)
	if err != nil {
		return err
	}
	w := &Wing{kit: kit, pages: pages, roster: roster, library: library, room: room, desk: desk, keeper: keeper, pool: pool, diary: diary}
	seller := page.Only(people.NewHire, people.Manager, people.Mentor)
	overseer := page.Only(people.Manager, people.HR, people.Admin)
	looker := page.Only(people.NewHire, people.Manager, people.Mentor, people.HR, people.Admin)
	reader := page.Only(people.NewHire, people.Manager, people.Mentor, people.Trainer, people.HR, people.Admin)
	storyKeeper := page.Only(people.Manager, people.Mentor, people.Trainer)
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
		{Method: "POST", Path: "/leads/route", Who: seller, Do: w.moveStop},
		{Method: "POST", Path: "/leads/swaps", Who: seller, Do: w.swap},
		{Method: "GET", Path: "/leads/print", Who: seller, Do: w.sheet},
		{Method: "GET", Path: "/leads/:id", Who: looker, Do: w.lead},
		{Method: "POST", Path: "/leads/:id/follow-ups", Who: seller, Do: w.followUp},
		{Method: "GET", Path: "/leads/:id/files/:file", Who: looker, Do: w.leadFile},
		{Method: "POST", Path: "/leads/:id/disputes", Who: seller, Do: w.dispute},
		{Method: "POST", Path: "/leads/:id/reopening", Who: overseer, Do: w.reopen},
		{Method: "POST", Path: "/leads/:id/plans", Who: seller, Do: w.planLead},
		{Method: "POST", Path: "/leads/:id/plans/withdrawal", Who: seller, Do: w.dropPlans},
		{Method: "POST", Path: "/leads/:id/stage", Who: seller, Do: w.advance},
		{Method: "POST", Path: "/leads/:id/closing", Who: seller, Do: w.closeLead},
		{Method: "POST", Path: "/leads/:id/return", Who: seller, Do: w.giveBack},
		{Method: "GET", Path: "/pool", Who: seller, Do: w.browse},
		{Method: "POST", Path: "/leads/:id/views", Who: seller, Do: w.openLead},
		{Method: "POST", Path: "/leads/:id/claim", Who: seller, Do: w.claim},

		{Method: "GET", Path: "/day", Who: seller, Do: w.report},
		{Method: "POST", Path: "/day", Who: seller, Do: w.saveReport},
		{Method: "GET", Path: "/sharings", Who: reader, Do: w.sharings},
		{Method: "POST", Path: "/sharings", Who: seller, Do: w.share},
		{Method: "GET", Path: "/sharings/:id/story", Who: storyKeeper, Do: w.keepForm},
		{Method: "POST", Path: "/sharings/:id/story", Who: storyKeeper, Do: w.keep},
		{Method: "GET", Path: "/stories", Who: reader, Do: w.stories},
		{Method: "GET", Path: "/stories/:id", Who: reader, Do: w.story},
		{Method: "POST", Path: "/stories/:id/lessons", Who: page.Only(people.Trainer), Do: w.drawLesson},
		{Method: "POST", Path: "/stories/:id/withdrawal", Who: storyKeeper, Do: w.withdrawStory},
	})
	return nil
}
