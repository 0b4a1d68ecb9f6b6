package studio_test

import (
	"context"
	"crypto/rand"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/blobs"
	"bainian/app/calendar"
	"bainian/app/cohorts"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/exams"
	"bainian/app/integrity"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/locale"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/questions"
	"bainian/app/store"
	"bainian/app/store/storetest"
	"bainian/app/web/page"
	"bainian/app/web/page/pagetest"
	"bainian/app/web/studio"
)

const base = "http://learn.example.com"

// site is the studio over real services, with the content that ships.
type site struct {
	*testing.T
	app       *fiber.App
	db        *store.DB
	clock     *storetest.Clock
	directory *people.Directory
	shelf     *documents.Shelf
	library   *courses.Library
	room      *exams.Room
	roster    *cohorts.Roster
	tokens    map[string]string // session by employee number
	people    map[string]people.Person
	cohort    string
}

// shipped has the content that ships on its shelf, which takes a second to check.
var shipped storetest.Snapshot

func open(t *testing.T) *site {
	t.Helper()
	ctx, content := context.Background(), os.DirFS("../../..")
	words, err := locale.Load()
	must(t, err)
	log := slog.New(slog.DiscardHandler)
	s := &site{T: t, tokens: map[string]string{}, people: map[string]people.Person{}}
	var desk *integrity.Desk
	furnish := func(db *store.DB) {
		signer, err := ledger.LoadSigner(filepath.Join(t.TempDir(), "signing.key"), rand.Reader)
		must(t, err)
		files, err := blobs.Open(t.TempDir())
		must(t, err)
		md, queue := markdown.New(words), jobs.New(db, log)
		s.db, s.directory, s.shelf = db, people.New(db), documents.New(db)
		s.roster = cohorts.New(db, s.shelf)
		s.library = courses.New(db, s.shelf, content, md)
		s.room = exams.New(db, s.shelf, s.library, signer, md, files, queue)
		desk = integrity.New(db, s.room, ledger.NewLog(db, signer), queue, func(*store.Rx) (calendar.Calendar, error) { return calendar.Calendar{Zone: time.UTC}, nil })
	}
	db, clock := shipped.Open(t, func(db *store.DB) {
		furnish(db)
		_, problems, err := s.shelf.Load(ctx, content)
		must(t, err)
		must(t, problems.Err())
	}, jobs.Schema(), ledger.Schema(), people.Schema(), documents.Schema(), cohorts.Schema(), courses.Schema(), exams.Schema(), integrity.Schema())
	furnish(db)
	s.clock = clock

	static, err := fs.Sub(content, "static")
	must(t, err)
	zone, err := time.LoadLocation("Asia/Taipei")
	must(t, err)
	kit, err := page.New(page.Config{Catalog: words, Directory: s.directory, Static: static, BaseURL: base, Zone: zone, Clock: clock.Now, Log: log})
	must(t, err)
	s.app = kit.App()
	must(t, studio.Mount(s.app, kit, s.shelf, s.library, s.room, s.roster, s.directory, desk))

	s.hire("trainer", people.Trainer)
	s.hire("other", people.Trainer)
	s.hire("hr", people.HR)
	s.hire("watcher", people.Invigilator)
	s.hire("amy", people.NewHire)
	c, err := s.roster.Create(ctx, s.people["hr"], cohorts.Cohort{Number: 42, Name: "秋季班", StartsOn: "2026-11-01", EndsOn: "2027-01-31"})
	must(t, err)
	s.cohort = c.ID
	must(t, s.roster.Enrol(ctx, s.people["hr"], c.ID, s.people["amy"].ID))
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) hire(number string, roles ...people.Role) {
	s.Helper()
	p, err := s.directory.Create(context.Background(), people.System(), people.NewPerson{Number: number, Name: "員工" + number, Email: number + "@example.com", Roles: roles})
	must(s.T, err)
	s.people[number] = p
	s.tokens[number], err = s.directory.SignInAs(context.Background(), p.ID)
	must(s.T, err)
}

type answer struct {
	*http.Response
	text string
}

// send makes a request as somebody; headers are name, value pairs.
func (s *site) send(who, method, target string, form url.Values, headers ...string) answer {
	s.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, target, body)
	r.Host = "learn.example.com"
	r.Header.Set("Cookie", "session="+s.tokens[who])
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", base)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Cookie" {
			headers[i+1] = r.Header.Get("Cookie") + "; " + headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.app.Test(r, -1)
	must(s.T, err)
	text, err := io.ReadAll(response.Body)
	must(s.T, err)
	return answer{response, string(text)}
}

func (s *site) get(who, target string, headers ...string) answer {
	s.Helper()
	return s.send(who, http.MethodGet, target, nil, headers...)
}

func (s *site) post(who, target string, form url.Values, headers ...string) answer {
	s.Helper()
	return s.send(who, http.MethodPost, target, form, headers...)
}

// want fails the test unless the answer has that status and says all of these; a page must be well made too.
func (s *site) want(a answer, status int, words ...string) answer {
	s.Helper()
	if a.StatusCode != status {
		s.Fatalf("%s: status %d, want %d\n%s", a.Request.URL, a.StatusCode, status, a.text)
	}
	for _, w := range words {
		if !strings.Contains(a.text, w) {
			s.Errorf("%s does not say %q\n%s", a.Request.URL, w, a.text)
		}
	}
	if strings.HasPrefix(a.text, "<!doctype") || strings.HasPrefix(a.text, "\n<!doctype") {
		pagetest.Check(s.T, a.text)
	}
	if i := strings.Index(a.text, "[studio."); i >= 0 {
		s.Errorf("%s lacks the message %s", a.Request.URL, a.text[i:min(len(a.text), i+60)])
	}
	return a
}

const bankAt = "/studio/documents/quizzes/values.bank.md"

// source is the published text of a document.
func (s *site) source(p string, lang locale.Lang) (text string, version int) {
	s.Helper()
	d, err := s.shelf.Doc(context.Background(), p)
	must(s.T, err)
	return d.Sources[lang], d.Version
}

// changeFile loads the content again with one file changed, as a deployment does.
func (s *site) changeFile(name, text string) {
	s.Helper()
	s.changeFiles(map[string]string{name: text})
}

func (s *site) changeFiles(texts map[string]string) {
	s.Helper()
	files := fstest.MapFS{}
	for _, top := range []string{"content", "quizzes"} {
		must(s.T, fs.WalkDir(os.DirFS("../../.."), top, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			body, err := os.ReadFile("../../../" + p)
			files[p] = &fstest.MapFile{Data: body}
			return err
		}))
	}
	for name, text := range texts {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	_, problems, err := s.shelf.Load(context.Background(), files)
	must(s.T, err)
	must(s.T, problems.Err())
}

func (s *site) sittingOf(id string) exams.Sitting {
	s.Helper()
	d, err := s.room.Sitting(context.Background(), s.people["trainer"], id)
	must(s.T, err)
	return d.Sitting
}

// sit opens a sitting of the practice exam for everyone and has people sit it; each hands in.
func (s *site) sit(numbers ...string) exams.Sitting {
	s.Helper()
	ctx := context.Background()
	sitting, err := s.room.OpenSitting(ctx, s.people["trainer"], exams.NewSitting{Exam: "practice", CohortID: "", OpensAt: s.clock.Now(), ClosesAt: s.clock.Now().Add(time.Hour),
		Invigilators: []string{s.people["watcher"].ID}})
	must(s.T, err)
	for n, number := range numbers {
		s.hire(number, people.NewHire)
		id := s.start(sitting, number)
		paper, err := s.room.Paper(ctx, s.people[number], id, locale.Hant)
		must(s.T, err)
		for i, q := range paper.Questions {
			if len(q.Choices) == 0 || q.Kind != questions.Single && q.Kind != questions.TrueFalse {
				continue
			}
			_, err := s.room.Answer(ctx, s.people[number], id, q.N, exams.Save{Device: "d", Seq: int64(i + 1), Response: questions.Response{Choices: []int{(n + i) % len(q.Choices)}}})
			must(s.T, err)
		}
		_, err = s.room.Submit(ctx, s.people[number], id)
		must(s.T, err)
	}
	return sitting
}

func (s *site) start(sitting exams.Sitting, number string) string {
	s.Helper()
	pledge, err := s.library.Pledge(context.Background(), locale.Hant)
	must(s.T, err)
	must(s.T, s.library.SignPledge(context.Background(), s.people[number], pledge.Version, locale.Hant))
	notice, err := s.room.Notice(context.Background(), sitting.ID, locale.Hant)
	must(s.T, err)
	id, err := s.room.Start(context.Background(), s.people[number], sitting.ID, notice.Agree())
	must(s.T, err)
	return id
}

// TestEveryPageInThreeLanguages executes each page with real data.
func TestEveryPageInThreeLanguages(t *testing.T) {
	s := open(t)
	sitting := s.sit("p01", "p02", "p03", "p04", "p05", "p06", "p07", "p08", "p09", "p10", "p11", "p12")
	s.hire("late", people.NewHire)
	live := s.start(sitting, "late")
	must(t, s.room.Note(context.Background(), s.people["watcher"], sitting.ID, s.people["late"].ID, "兩次看向鄰座。"))
	text, version := s.source("quizzes/values.bank.md", locale.Hant)
	must(t, s.shelf.SaveDraft(context.Background(), s.people["trainer"], "quizzes/values.bank.md", locale.Hant, text+"\n<!-- 備註 -->\n", version))
	_, err := s.shelf.Publish(context.Background(), s.people["trainer"], "quizzes/values.bank.md", "加一行備註", version)
	must(t, err)
	must(t, s.shelf.SaveDraft(context.Background(), s.people["trainer"], "quizzes/values.exam.md", locale.Hant, "---\nexam: values\n---\n", 1))
	closed, err := s.room.OpenSitting(context.Background(), s.people["trainer"], exams.NewSitting{Exam: "practice", CohortID: s.cohort, OpensAt: s.clock.Now(), ClosesAt: s.clock.Now().Add(time.Hour)})
	must(t, err)
	s.start(closed, "amy")
	must(t, s.room.CloseSitting(context.Background(), s.people["trainer"], closed.ID))

	paths := []string{"/studio", "/studio/banks", bankAt, bankAt + "?lang=en", bankAt + "/history", bankAt + "/comparison", "/studio/documents/quizzes/values.exam.md",
		"/studio/documents/quizzes/practice.exam.md?lang=en", "/studio/documents/content/values/culture/01-red-line.md", "/studio/documents/content/values/culture/course.md",
		"/studio/documents/content/pledge.md", "/studio/documents/content/company.yaml", "/studio/documents/quizzes/fresh.bank.md", "/studio/documents/quizzes/product.bank.md",
		"/studio/documents/quizzes/sales.bank.md", "/studio/sittings", "/studio/sittings/new", "/studio/accommodations", "/studio/sittings/" + sitting.ID, "/studio/sittings/" + closed.ID,
		"/studio/sittings/" + sitting.ID + "/attempts/" + live, "/studio/items", "/studio/items/practice", "/studio/items/sales", "/studio/items/practice/regrade",
		"/studio/documents/quizzes/final.exam.md/check", "/studio/documents/quizzes/practice.exam.md/check", "/studio/documents/quizzes/values.exam.md/check",
		"/studio/documents/quizzes/final.exam.md/form", "/studio/documents/quizzes/drill.exam.md/form?seed=百年&keys=yes", "/studio/sittings/" + sitting.ID + "/form?keys=yes"}
	for _, lang := range locale.Langs() {
		for _, p := range paths {
			a := s.want(s.get("trainer", p, "Cookie", "lang="+string(lang)), 200, `<html lang="`+string(lang)+`"`)
			if strings.Contains(a.text, "ZgotmplZ") {
				t.Errorf("%s in %s", p, lang)
			}
		}
	}
	if at := s.want(s.get("hr", "/studio/documents/content/policy.yaml"), 303).Header.Get("Location"); at != "/policy/draft" { // where its effect is seen first
		t.Errorf("the policy leads to %q", at)
	}
	s.want(s.get("watcher", "/studio/sittings/"+sitting.ID), 200, "late")
}

func TestWhoMayWhat(t *testing.T) {
	s := open(t)
	sitting := s.sit()
	for _, p := range []string{"/studio", "/studio/banks", bankAt, "/studio/sittings", "/studio/sittings/" + sitting.ID, "/studio/items", "/studio/items/values/regrade"} {
		s.want(s.get("amy", p), 403)
	}
	s.want(s.post("amy", bankAt+"/publication", url.Values{"text": {"x"}, "version": {"1"}, "note": {"x"}}), 403)
	s.want(s.post("amy", bankAt+"/preview", url.Values{"text": {"x"}, "version": {"1"}}), 403)
	s.want(s.get("watcher", "/studio"), 403)
	s.want(s.get("watcher", "/studio/items/values"), 403)
	s.want(s.post("watcher", "/studio/sittings/"+sitting.ID+"/closing", url.Values{}), 403)
	s.want(s.get("hr", bankAt), 403)
	s.want(s.get("trainer", "/studio/documents/content/policy.yaml"), 403)
	s.want(s.get("trainer", "/studio/documents/etc/passwd"), 404)
	s.want(s.get("trainer", "/studio/documents/quizzes/../../etc/passwd"), 404)
	s.want(s.post("trainer", "/studio/documents", url.Values{"path": {"../x.md"}}), 422, "../x.md")
	other, err := s.room.OpenSitting(context.Background(), s.people["trainer"], exams.NewSitting{Exam: "practice", OpensAt: s.clock.Now(), ClosesAt: s.clock.Now().Add(time.Hour)})
	must(t, err)
	s.want(s.get("watcher", "/studio/sittings/"+other.ID), 404)
}

func TestForgedOriginChangesNothing(t *testing.T) {
	s := open(t)
	_, version := s.source("quizzes/values.bank.md", locale.Hant)
	form := url.Values{"text": {"# x"}, "version": {"1"}, "note": {"x"}, "lang": {"zh-Hant"}}
	for _, action := range []string{"draft", "publication", "rollback", "discard", "rebase", "resolution", "preview"} {
		s.want(s.post("trainer", bankAt+"/"+action, form, "Origin", "https://evil.example"), 403)
		s.want(s.post("trainer", bankAt+"/"+action, form, "Origin", base, "Sec-Fetch-Site", "cross-site"), 403)
	}
	if _, now := s.source("quizzes/values.bank.md", locale.Hant); now != version {
		t.Error("a forged form published")
	}
	if d, err := s.shelf.Draft(context.Background(), s.people["trainer"], "quizzes/values.bank.md"); err != nil || d.Draft {
		t.Error("a forged form saved a draft", err)
	}
}
