package exams

import (
	"embed"
	"sync"
	"time"

	"bainian/app/blobs"
	"bainian/app/courses"
	"bainian/app/documents"
	"bainian/app/jobs"
	"bainian/app/ledger"
	"bainian/app/markdown"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this domain.
func Schema() store.Schema { return store.Schema{Domain: "exams", Files: schema} }

// jobExpire grades one attempt that is due; its payload is the attempt's id.
const jobExpire = "exams.expire"

// Room is where exams are sat.
type Room struct {
	db      *store.DB
	shelf   *documents.Shelf
	library *courses.Library
	signer  *ledger.Signer
	md      *markdown.Renderer
	files   *blobs.Store

	// What is parsed from a published version, and what was dealt, never changes.
	blueprints cache[Pin, *Blueprint]
	papers     cache[string, *paper] // by the pins in words
	banks      cache[Pin, *bank]
	seats      cache[string, *seat] // by attempt

	flood flood

	onOpened []func(*store.Tx, Sitting) error
	onClosed []func(*store.Tx, Sitting) error
	onGraded []func(*store.Tx, Graded) error
}

// New makes the room, has the shelf lint banks and blueprints, and the queue grade what is due.
func New(db *store.DB, shelf *documents.Shelf, library *courses.Library, signer *ledger.Signer, md *markdown.Renderer, files *blobs.Store, queue *jobs.Queue) *Room {
	r := &Room{db: db, shelf: shelf, library: library, signer: signer, md: md, files: files,
		blueprints: cache[Pin, *Blueprint]{size: 256}, papers: cache[string, *paper]{size: 256}, banks: cache[Pin, *bank]{size: 64}, seats: cache[string, *seat]{size: 8192}}
	shelf.Register(documents.Bank, r.lintBank)
	shelf.Register(documents.Exam, r.lintExam)
	queue.Handle(jobExpire, r.expireOne)
	queue.Handle(jobAdjust, r.finishAdjustments)
	queue.Handle(jobMessage, r.finishMessages)
	queue.Every("exams.expire_due", time.Second, r.ExpireDue)
	queue.Every("exams.sweep_files", time.Hour, r.SweepFiles)
	return r
}

// OnOpened has f run in the transaction that opens a sitting; an error undoes the opening.
func (r *Room) OnOpened(f func(*store.Tx, Sitting) error) { r.onOpened = append(r.onOpened, f) }

// OnClosed has f run in the transaction that finds every attempt of a closed sitting ended and graded.
func (r *Room) OnClosed(f func(*store.Tx, Sitting) error) { r.onClosed = append(r.onClosed, f) }

// OnGraded has f run in the transaction that grades or regrades an attempt.
func (r *Room) OnGraded(f func(*store.Tx, Graded) error) { r.onGraded = append(r.onGraded, f) }

// cache keeps what was made from something that never changes: what was asked for last, at least size of them and at
// most twice as many. When it is full, the older half goes, so that with a few too many not everything is made again.
type cache[K comparable, V any] struct {
	size      int
	mu        sync.Mutex
	made, old map[K]V
}

// get is the value for the key, made by make on first use; two callers may both make it, and both are right.
func (c *cache[K, V]) get(key K, make func() (V, error)) (V, error) {
	if v, ok := c.kept(key); ok {
		return v, nil
	}
	v, err := make()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(key, v)
	return v, nil
}

func (c *cache[K, V]) kept(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.made[key]
	if ok {
		return v, true
	}
	if v, ok = c.old[key]; ok {
		c.keep(key, v)
	}
	return v, ok
}

func (c *cache[K, V]) keep(key K, v V) {
	if c.made == nil || len(c.made) >= c.size {
		c.made, c.old = map[K]V{}, c.made
	}
	c.made[key] = v
}
