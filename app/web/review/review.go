// Package review is the wing of HR, reviewers and administrators: cases with their evidence, people, cohorts,
// imports, the policy and the machines' tokens.
package review

import (
	"embed"

	"github.com/gofiber/fiber/v2"

	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/gate"
	"bainian/app/gate/crm"
	"bainian/app/integrity"
	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/post"
	"bainian/app/web/dossier"
	"bainian/app/web/page"
)

//go:embed templates/*.html
var files embed.FS

// Wing is what the pages of this wing work with.
type Wing struct {
	kit       *page.Kit
	pages     *page.Templates
	directory *people.Directory
	roster    *cohorts.Roster
	library   *courses.Library
	shelf     *documents.Shelf
	room      *exams.Room
	desk      *integrity.Desk
	keeper    *gate.Keeper
	pool      *leads.Pool
	office    *post.Office
	crm       *crm.Reconciler // nil unless one is configured
}

// Mount adds the wing's routes. Those below /leads must be mounted before any /leads/:id.
func Mount(app *fiber.App, kit *page.Kit, directory *people.Directory, roster *cohorts.Roster, library *courses.Library, shelf *documents.Shelf,
	room *exams.Room, desk *integrity.Desk, keeper *gate.Keeper, pool *leads.Pool, office *post.Office, other *crm.Reconciler) error {
	pages, err := kit.Templates(files, dossier.Files)
	if err != nil {
		return err
	}
	w := &Wing{kit, pages, directory, roster, library, shelf, room, desk, keeper, pool, office, other}
	reviewer := page.Only(people.Reviewer)
	keeps := page.Only(people.HR, people.Admin)
	hr := page.Only(people.HR)
	admin := page.Only(people.Admin)
	schedules := page.Only(people.Trainer, people.HR, people.Admin)
	graduates := page.Only(people.Trainer, people.HR)
	readsPolicy := page.Only(people.HR, people.Reviewer, people.Manager, people.Trainer, people.Admin)
	importsLeads := page.Only(people.Manager, people.HR, people.Admin)
	kit.Mount(app, []page.Route{
		{Method: "GET", Path: "/cases", Who: page.Only(people.Reviewer, people.HR), Do: w.cases},
		{Method: "GET", Path: "/cases/rates", Who: page.Only(people.Reviewer, people.HR), Do: w.rates},
		{Method: "GET", Path: "/cases/:number", Who: page.Only(people.Reviewer, people.HR), Do: w.caseFile},
		{Method: "POST", Path: "/cases/:number/opening", Who: reviewer, Do: w.openCase},
		{Method: "POST", Path: "/cases/:number/dismissal", Who: reviewer, Do: w.dismissCase},
		{Method: "POST", Path: "/cases/:number/notice", Who: reviewer, Do: w.notify},
		{Method: "POST", Path: "/cases/:number/inquiries", Who: reviewer, Do: w.inquire},
		{Method: "POST", Path: "/cases/:number/inquiries/answer", Who: reviewer, Do: w.answerInquiry},
		{Method: "POST", Path: "/cases/:number/renewal", Who: reviewer, Do: w.renewCase},
		{Method: "POST", Path: "/cases/:number/facts", Who: reviewer, Do: w.addFact},
		{Method: "POST", Path: "/cases/:number/facts/:id/retraction", Who: reviewer, Do: w.retractFact},
		{Method: "POST", Path: "/cases/:number/ties", Who: reviewer, Do: w.declareTie},
		{Method: "POST", Path: "/cases/:number/verdict", Who: reviewer, Do: w.vote},
		{Method: "POST", Path: "/cases/:number/appeal", Who: reviewer, Do: w.recordAppeal},
		{Method: "POST", Path: "/cases/:number/appeal/decision", Who: reviewer, Do: w.decideAppeal},
		{Method: "POST", Path: "/cases/:number/unsealing", Who: hr, Do: w.askUnsealing},
		{Method: "POST", Path: "/cases/:number/unsealing/consent", Who: reviewer, Do: w.unseal},
		{Method: "GET", Path: "/cases/:number/pack", Who: reviewer, Do: w.pack},
		{Method: "GET", Path: "/cases/:number/snapshots", Who: page.SignedIn, Do: w.snapshots},
		{Method: "POST", Path: "/cases/:number/snapshots/:id/views", Who: page.SignedIn, Do: w.viewSnapshot},

		{Method: "GET", Path: "/sittings/:id/similarity", Who: reviewer, Do: w.similarityMap},

		{Method: "GET", Path: "/people", Who: keeps, Do: w.people},
		{Method: "GET", Path: "/people/new", Who: keeps, Do: w.newPerson},
		{Method: "POST", Path: "/people", Who: keeps, Do: w.createPerson},
		{Method: "GET", Path: "/people/import", Who: keeps, Do: w.importPeople},
		{Method: "POST", Path: "/people/import", Who: keeps, Do: w.importPeople},
		{Method: "GET", Path: "/people/template.csv", Who: keeps, Do: w.peopleTemplate},
		{Method: "GET", Path: "/people/:id", Who: keeps, Do: w.person},
		{Method: "POST", Path: "/people/:id/details", Who: keeps, Do: w.changePerson},
		{Method: "POST", Path: "/people/:id/invitation", Who: keeps, Do: w.invite},
		{Method: "POST", Path: "/people/:id/password", Who: keeps, Do: w.setPassword},
		{Method: "POST", Path: "/people/:id/sessions/end", Who: keeps, Do: w.endSessions},
		{Method: "POST", Path: "/people/:id/deactivation", Who: keeps, Do: w.deactivate},
		{Method: "POST", Path: "/people/:id/reactivation", Who: keeps, Do: w.reactivate},
		{Method: "POST", Path: "/people/:id/accommodations", Who: hr, Do: w.accommodate},
		{Method: "POST", Path: "/people/:id/attempts", Who: hr, Do: w.grantAttempt},
		{Method: "GET", Path: "/people/:id/gate", Who: hr, Do: w.personGate},
		{Method: "POST", Path: "/people/:id/waivers", Who: hr, Do: w.waive},
		{Method: "POST", Path: "/people/:id/waivers/:waiver/withdrawal", Who: hr, Do: w.withdraw},
		{Method: "GET", Path: "/people/:id/decisions", Who: hr, Do: w.decisions},

		{Method: "GET", Path: "/break-glass", Who: keeps, Do: w.glass},
		{Method: "POST", Path: "/break-glass/holders", Who: keeps, Do: w.enrolHolder},
		{Method: "POST", Path: "/break-glass/holders/:person/ending", Who: keeps, Do: w.endHolder},
		{Method: "GET", Path: "/break-glass/:id", Who: keeps, Do: w.episode},
		{Method: "POST", Path: "/break-glass/:id/reading", Who: keeps, Do: w.acknowledge},

		{Method: "GET", Path: "/invitations/:token", Who: page.Anyone, Do: w.invitation},
		{Method: "POST", Path: "/invitations/:token", Who: page.Anyone, Do: w.accept},

		{Method: "GET", Path: "/cohorts", Who: schedules, Do: w.cohorts},
		{Method: "POST", Path: "/cohorts", Who: keeps, Do: w.createCohort},
		{Method: "GET", Path: "/cohorts/:id", Who: schedules, Do: w.cohort},
		{Method: "POST", Path: "/cohorts/:id/members", Who: keeps, Do: w.enrol},
		{Method: "POST", Path: "/cohorts/:id/members/:person/leaving", Who: keeps, Do: w.leaveCohort},
		{Method: "POST", Path: "/cohorts/:id/graduations", Who: graduates, Do: w.graduate},
		{Method: "POST", Path: "/cohorts/:id/graduations/:graduation/undoing", Who: graduates, Do: w.undoGraduation},
		{Method: "POST", Path: "/cohorts/:id/programme", Who: schedules, Do: w.schedule},
		{Method: "POST", Path: "/cohorts/:id/sessions", Who: schedules, Do: w.addSession},
		{Method: "POST", Path: "/cohorts/:id/sessions/:session/cancellation", Who: schedules, Do: w.cancelSession},

		{Method: "GET", Path: "/policy", Who: readsPolicy, Do: w.policy},
		{Method: "GET", Path: "/policy/draft", Who: hr, Do: w.policyDraft},
		{Method: "POST", Path: "/policy/draft", Who: hr, Do: w.saveDraft},
		{Method: "GET", Path: "/policy/draft/text", Who: hr, Do: w.policyDraftText},
		{Method: "POST", Path: "/policy/draft/text", Who: hr, Do: w.saveDraftText},
		{Method: "POST", Path: "/policy/draft/rebase", Who: hr, Do: w.rebaseDraft},
		{Method: "POST", Path: "/policy/draft/discard", Who: hr, Do: w.discardDraft},
		{Method: "GET", Path: "/policy/preview", Who: hr, Do: w.policyPreview},
		{Method: "POST", Path: "/policy/publication", Who: hr, Do: w.publishPolicy},

		{Method: "GET", Path: "/tokens", Who: admin, Do: w.tokens},
		{Method: "POST", Path: "/tokens", Who: admin, Do: w.createToken},
		{Method: "POST", Path: "/tokens/:id/revocation", Who: admin, Do: w.revokeToken},

		{Method: "GET", Path: "/webhooks", Who: admin, Do: w.webhooks},
		{Method: "POST", Path: "/webhooks", Who: admin, Do: w.createWebhook},
		{Method: "GET", Path: "/webhooks/:id", Who: admin, Do: w.webhook},
		{Method: "POST", Path: "/webhooks/:id/terms", Who: admin, Do: w.reviseWebhook},
		{Method: "POST", Path: "/webhooks/:id/enabling", Who: admin, Do: w.enableWebhook},
		{Method: "POST", Path: "/webhooks/:id/disabling", Who: admin, Do: w.disableWebhook},
		{Method: "POST", Path: "/webhooks/:id/keys", Who: admin, Do: w.rotateKey},
		{Method: "POST", Path: "/webhooks/:id/tests", Who: admin, Do: w.testWebhook},
		{Method: "POST", Path: "/webhooks/:id/replays", Who: admin, Do: w.replayWebhook},
		{Method: "POST", Path: "/webhooks/:id/deliveries/:delivery/replays", Who: admin, Do: w.resendDelivery},
		{Method: "GET", Path: "/crm", Who: admin, Do: w.crmPage},

		{Method: "GET", Path: "/leads/import", Who: importsLeads, Do: w.importLeads},
		{Method: "POST", Path: "/leads/import", Who: importsLeads, Do: w.uploadLeads},
		{Method: "GET", Path: "/leads/import/template.csv", Who: importsLeads, Do: w.leadsTemplate},
		{Method: "GET", Path: "/leads/manage", Who: importsLeads, Do: w.leads},
		{Method: "GET", Path: "/leads/duplicates", Who: importsLeads, Do: w.duplicates},
		{Method: "POST", Path: "/leads/merges", Who: importsLeads, Do: w.mergeLeads},
		{Method: "GET", Path: "/leads/:id/erasure", Who: keeps, Do: w.erasure},
		{Method: "POST", Path: "/leads/:id/erasure", Who: keeps, Do: w.eraseLead},
		{Method: "POST", Path: "/leads/bulk", Who: importsLeads, Do: w.carryLeads},
		{Method: "GET", Path: "/leads/bulk/:id", Who: importsLeads, Do: w.carriedLeads},
		{Method: "POST", Path: "/leads/exports", Who: importsLeads, Do: w.exportLeads},
		{Method: "GET", Path: "/leads/imports/:id", Who: importsLeads, Do: w.importedLeads},
		{Method: "POST", Path: "/leads/imports/:id/application", Who: importsLeads, Do: w.applyLeads},
		{Method: "GET", Path: "/leads/imports/:id/findings.csv", Who: importsLeads, Do: w.findingsOfLeads},
	})
	return nil
}

// names are the words for whoever is mentioned, by id; what the program did by itself has its own word.
func (w *Wing) names(c *page.Ctx, ids ...string) (map[string]string, error) {
	names := map[string]string{"": "", people.SystemID: c.T("review.system")}
	for _, id := range ids {
		if _, known := names[id]; known {
			continue
		}
		p, err := w.directory.Person(c.Context(), id)
		if err != nil {
			return nil, err
		}
		names[id] = p.Name
	}
	return names, nil
}
