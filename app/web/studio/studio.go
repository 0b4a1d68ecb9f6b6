// Package studio is the wing of the trainer: documents with their drafts and versions, banks and exams,
// sittings while they run and after, and how the items did.
package studio

import (
	"embed"

	"github.com/gofiber/fiber/v2"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/web/page"
)

//go:embed templates/*.html
var files embed.FS

// Wing is what the pages of this wing work with.
type Wing struct {
	pages     *page.Templates
	md        *markdown.Renderer // for the previews of banks and exams; lessons are the library's
	shelf     *documents.Shelf
	library   *courses.Library
	room      *exams.Room
	roster    *cohorts.Roster
	directory *people.Directory
	desk      *integrity.Desk
}

// Mount adds the wing's routes.
func Mount(app *fiber.App, kit *page.Kit, shelf *documents.Shelf, library *courses.Library, room *exams.Room, roster *cohorts.Roster, directory *people.Directory, desk *integrity.Desk) error {
	pages, err := kit.Templates(files)
	if err != nil {
		return err
	}
	w := &Wing{pages, markdown.New(kit.Catalog), shelf, library, room, roster, directory, desk}
	author := page.Only(people.Trainer, people.Admin, people.HR) // the shelf decides by kind: the policy is HR's, lessons are not
	trainer := page.Only(people.Trainer, people.Admin)
	opener := page.Only(people.Trainer, people.HR)
	watcher := page.Only(people.Trainer, people.HR, people.Invigilator) // the room decides by sitting
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/studio", Who: author, Do: w.documents},
		{Method: "GET", Path: "/studio/banks", Who: trainer, Do: w.banks},

		{Method: "POST", Path: "/studio/documents", Who: author, Do: w.begin},
		{Method: "GET", Path: "/studio/documents/*/history", Who: author, Do: w.history},
		{Method: "GET", Path: "/studio/documents/*/comparison", Who: author, Do: w.compare},
		{Method: "GET", Path: "/studio/documents/*/check", Who: trainer, Do: w.check},
		{Method: "GET", Path: "/studio/documents/*/form", Who: trainer, Do: w.form},
		{Method: "GET", Path: "/studio/documents/*/conflict", Who: author, Do: w.conflict},
		{Method: "POST", Path: "/studio/documents/*/resolution", Who: author, Do: w.resolve},
		{Method: "POST", Path: "/studio/documents/*/rollback", Who: author, Do: w.rollBack},
		{Method: "POST", Path: "/studio/documents/*/preview", Who: author, Do: w.preview},
		{Method: "POST", Path: "/studio/documents/*/draft", Who: author, Do: w.save},
		{Method: "POST", Path: "/studio/documents/*/rebase", Who: author, Do: w.rebase},
		{Method: "POST", Path: "/studio/documents/*/discard", Who: author, Do: w.discard},
		{Method: "POST", Path: "/studio/documents/*/publication", Who: author, Do: w.publish},
		{Method: "GET", Path: "/studio/documents/*", Who: author, Do: w.edit},

		{Method: "GET", Path: "/studio/sittings", Who: watcher, Do: w.sittings},
		{Method: "GET", Path: "/studio/sittings/new", Who: opener, Do: w.newSitting},
		{Method: "POST", Path: "/studio/sittings", Who: opener, Do: w.openSitting},
		{Method: "GET", Path: "/studio/sittings/:id", Who: watcher, Do: w.sitting},
		{Method: "GET", Path: "/studio/sittings/:id/form", Who: opener, Do: w.sittingPaper},
		{Method: "POST", Path: "/studio/sittings/:id/closing", Who: opener, Do: w.closeSitting},
		{Method: "GET", Path: "/studio/sittings/:id/items", Who: opener, Do: w.items},
		{Method: "GET", Path: "/studio/sittings/:id/items/items.csv", Who: opener, Do: w.itemTable(".csv")},
		{Method: "GET", Path: "/studio/sittings/:id/items/items.xlsx", Who: opener, Do: w.itemTable(".xlsx")},
		{Method: "GET", Path: "/studio/sittings/:id/items/choices.csv", Who: opener, Do: w.choiceTable},
		{Method: "GET", Path: "/studio/sittings/:id/items/:bank/:item", Who: opener, Do: w.itemStats},
		{Method: "GET", Path: "/studio/sittings/:id/results.csv", Who: opener, Do: w.results(".csv")},
		{Method: "GET", Path: "/studio/sittings/:id/results.xlsx", Who: opener, Do: w.results(".xlsx")},
		{Method: "POST", Path: "/studio/sittings/:id/extension", Who: watcher, Do: w.extendAll},
		{Method: "POST", Path: "/studio/sittings/:id/pause", Who: watcher, Do: w.pauseAll},
		{Method: "POST", Path: "/studio/sittings/:id/resumption", Who: watcher, Do: w.resumeAll},
		{Method: "POST", Path: "/studio/sittings/:id/admissions", Who: watcher, Do: w.admit},
		{Method: "POST", Path: "/studio/sittings/:id/seb-exemptions", Who: watcher, Do: w.sebExempt},
		{Method: "POST", Path: "/studio/sittings/:id/seating", Who: watcher, Do: w.seat},
		{Method: "GET", Path: "/studio/sittings/:id/board", Who: watcher, Do: w.board},
		{Method: "GET", Path: "/studio/sittings/:id/board/state", Who: watcher, Do: w.boardState},
		{Method: "POST", Path: "/studio/sittings/:id/board/messages", Who: watcher, Do: w.tell},
		{Method: "POST", Path: "/studio/sittings/:id/board/answers", Who: watcher, Do: w.answerCall},
		{Method: "POST", Path: "/studio/sittings/:id/board/decisions", Who: watcher, Do: w.decideTakeOver},
		{Method: "POST", Path: "/studio/sittings/:id/board/looks", Who: watcher, Do: w.look},
		{Method: "POST", Path: "/studio/sittings/:id/board/notes", Who: watcher, Do: w.noteHere},
		{Method: "POST", Path: "/studio/sittings/:id/board/extensions", Who: watcher, Do: w.extendHere},
		{Method: "POST", Path: "/studio/sittings/:id/board/pauses", Who: watcher, Do: w.pauseHere},
		{Method: "POST", Path: "/studio/sittings/:id/board/resumptions", Who: watcher, Do: w.resumeHere},
		{Method: "GET", Path: "/studio/sittings/:id/attempts/:attempt", Who: watcher, Do: w.attempt},
		{Method: "POST", Path: "/studio/sittings/:id/attempts/:attempt/notes", Who: watcher, Do: w.note},
		{Method: "POST", Path: "/studio/sittings/:id/attempts/:attempt/extension", Who: watcher, Do: w.extend},
		{Method: "POST", Path: "/studio/sittings/:id/attempts/:attempt/pause", Who: watcher, Do: w.pause},
		{Method: "POST", Path: "/studio/sittings/:id/attempts/:attempt/resumption", Who: watcher, Do: w.resume},
		{Method: "POST", Path: "/studio/sittings/:id/attempts/:attempt/report", Who: watcher, Do: w.report},

		{Method: "GET", Path: "/studio/accommodations", Who: opener, Do: w.accommodations},
		{Method: "POST", Path: "/studio/accommodations", Who: opener, Do: w.accommodate},
		{Method: "POST", Path: "/studio/accommodations/:id/end", Who: opener, Do: w.endAccommodation},

		{Method: "GET", Path: "/studio/marking", Who: opener, Do: w.marking}, // the room lets trainers mark, and HR decide
		{Method: "POST", Path: "/studio/marking/claims", Who: opener, Do: w.claim},
		{Method: "GET", Path: "/studio/marking/scripts/:script", Who: opener, Do: w.script},
		{Method: "GET", Path: "/studio/marking/scripts/:script/files/:file", Who: opener, Do: w.scriptFile},
		{Method: "POST", Path: "/studio/marking/scripts/:script/marks", Who: opener, Do: w.mark},
		{Method: "POST", Path: "/studio/marking/scripts/:script/draft", Who: opener, Do: w.draft},
		{Method: "POST", Path: "/studio/marking/scripts/:script/settlement", Who: opener, Do: w.settle},
		{Method: "POST", Path: "/studio/marking/scripts/:script/correction", Who: opener, Do: w.correct},
		{Method: "POST", Path: "/studio/marking/scripts/:script/unblinding", Who: page.Only(people.HR), Do: w.unblind},
		{Method: "POST", Path: "/studio/marking/scripts/:script/comments", Who: opener, Do: w.addComment},
		{Method: "POST", Path: "/studio/marking/scripts/:script/comments/:comment/retirement", Who: opener, Do: w.retireComment},
		{Method: "GET", Path: "/studio/marking/appeals/:appeal", Who: opener, Do: w.markAppeal},
		{Method: "POST", Path: "/studio/marking/appeals/:appeal/decision", Who: opener, Do: w.decideAppeal},

		{Method: "GET", Path: "/studio/items", Who: opener, Do: w.itemExams},
		{Method: "GET", Path: "/studio/items/:exam", Who: opener, Do: w.items},
		{Method: "GET", Path: "/studio/items/:exam/items.csv", Who: opener, Do: w.itemTable(".csv")},
		{Method: "GET", Path: "/studio/items/:exam/items.xlsx", Who: opener, Do: w.itemTable(".xlsx")},
		{Method: "GET", Path: "/studio/items/:exam/choices.csv", Who: opener, Do: w.choiceTable},
		{Method: "GET", Path: "/studio/items/:exam/regrade", Who: opener, Do: w.regrade},
		{Method: "POST", Path: "/studio/items/:exam/regrade", Who: opener, Do: w.applyRegrade},
		{Method: "GET", Path: "/studio/items/:exam/:bank/:item", Who: opener, Do: w.itemStats},
	})
	return nil
}
