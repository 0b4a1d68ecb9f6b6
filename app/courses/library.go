package courses

import (
	"embed"
	"io/fs"
	"sync"

	"bainian/app/documents"
	"bainian/app/markdown"
	"bainian/app/people"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this domain.
func Schema() store.Schema { return store.Schema{Domain: "courses", Files: schema} }

// Library is the courses and who has read what.
type Library struct {
	db          *store.DB
	shelf       *documents.Shelf
	files       fs.FS
	markdown    *markdown.Renderer
	guard       func(*store.Rx, people.Person, string) error
	onCompleted []func(*store.Tx, Completion) error
	onSigned    []func(*store.Tx, string) error

	mu       sync.Mutex
	latest   *outline            // of the newest edition that was asked for
	rendered map[string]*reading // by what they are made of
}

// New makes the library over a migrated database and registers its lint with the shelf. files holds content/
// and quizzes/, for the images beside their texts.
func New(db *store.DB, shelf *documents.Shelf, files fs.FS, md *markdown.Renderer) *Library {
	l := &Library{db: db, shelf: shelf, files: files, markdown: md, rendered: map[string]*reading{},
		guard: func(*store.Rx, people.Person, string) error { return nil }}
	shelf.Register(documents.Company, l.lintCompany)
	shelf.Register(documents.Sources, l.lintSources)
	shelf.Keep(documents.Sources, l.lintSources)
	shelf.Register(documents.Pledge, l.lintPledge)
	shelf.Register(documents.Course, l.lintCourse)
	shelf.Register(documents.Lesson, l.lintLesson)
	return l
}

// Guard sets the question that is asked before a lesson opens for somebody who goes in order, before the
// program starts to serve. Its error, a fault.Forbidden with the reason, keeps the lesson closed.
func (l *Library) Guard(f func(rx *store.Rx, p people.Person, lesson string) error) { l.guard = f }

// OnCompleted adds what must happen in the transaction of every completed lesson, before the program starts
// to serve. An error of f undoes the completion.
func (l *Library) OnCompleted(f func(tx *store.Tx, c Completion) error) {
	l.onCompleted = append(l.onCompleted, f)
}

// OnSigned is OnCompleted for the pledge: f gets the person who has signed it.
func (l *Library) OnSigned(f func(tx *store.Tx, personID string) error) {
	l.onSigned = append(l.onSigned, f)
}
