package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"bainian/app/fault"
)

// batchLimit bounds how many closures share a commit, and so how long the first of them waits for it.
const batchLimit = 512

// writer is the one goroutine that writes to SQLite. It commits in groups: every closure that is waiting when
// a batch starts gets a savepoint in it, and all are answered after the one commit that makes them durable.
type writer struct {
	conn    *sqliteConn
	dialect *dialect
	queue   chan *job // unbuffered: a closure is taken when its sender gets through
	done    chan struct{}
}

// job is a closure that was taken from the queue, and then its outcome.
type job struct {
	tx     *Tx
	f      func(*Tx) error
	err    error
	answer chan struct{}
}

var errGone = errors.New("store: a closure ended its goroutine")

func newWriter(conn *sqliteConn, d *dialect) *writer {
	w := &writer{conn: conn, dialect: d, queue: make(chan *job), done: make(chan struct{})}
	go w.run()
	return w
}

func (w *writer) write(ctx context.Context, now time.Time, f func(*Tx) error) ([]func(), error) {
	// The caller's cancellation stays out of the batch: a statement that it interrupted could take the
	// neighbours with it.
	j := &job{tx: newTx(context.WithoutCancel(ctx), w.conn, w.dialect, now), f: f, answer: make(chan struct{})}
	select {
	case w.queue <- j:
		<-j.answer
		return j.tx.after, j.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// close ends the writer, writes the log back into the database and closes the connection; nobody may be writing
// any more.
func (w *writer) close() error {
	close(w.queue)
	<-w.done
	_, err := w.conn.raw.Exec("PRAGMA wal_checkpoint(TRUNCATE)", nil)
	return errors.Join(err, w.conn.close())
}

func (w *writer) run() {
	var batch []*job
	defer func() {
		if len(batch) > 0 { // runtime.Goexit in a closure, such as a test's FailNow, must not end all writing
			w.lose(batch, errGone)
			answer(batch)
			go w.run()
		}
	}()
	for first := range w.queue {
		runtime.Gosched() // lets those who were answered ask again: a batch twice as large for the same commit
		batch = w.drain(append(batch, first))
		if err := w.commit(batch); err != nil {
			w.lose(batch, err)
		}
		answer(batch)
		clear(batch)
		batch = batch[:0]
	}
	close(w.done)
}

// drain takes what else is waiting.
func (w *writer) drain(batch []*job) []*job {
	for len(batch) < batchLimit {
		select {
		case j, open := <-w.queue:
			if !open {
				return batch
			}
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// commit runs the closures of a batch in one transaction. A closure that fails takes back its own savepoint
// and leaves its error in its job; an error here means that the whole batch is lost.
func (w *writer) commit(batch []*job) error {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, j := range batch {
		if err := w.exec("SAVEPOINT closure"); err != nil {
			return err
		}
		if j.err, _ = j.tx.run(j.f); j.err != nil {
			j.tx.after = nil
			if err := w.exec("ROLLBACK TO closure"); err != nil {
				return err
			}
		}
		if err := w.exec("RELEASE closure"); err != nil {
			return err
		}
	}
	return w.exec("COMMIT")
}

// lose takes back a whole batch. Closures that had failed by themselves keep their own reason.
func (w *writer) lose(batch []*job, cause error) {
	_ = w.exec("ROLLBACK") // it may be gone already
	reason := w.dialect.fault(cause)
	if !fault.Is(reason, fault.Busy) {
		reason = fault.Wrap(cause, fault.Busy, "store.busy")
	}
	for _, j := range batch {
		j.tx.after = nil
		if j.err == nil {
			j.err = reason
		}
	}
}

func answer(batch []*job) {
	for _, j := range batch {
		close(j.answer)
	}
}

func (w *writer) exec(query string) error {
	if _, err := w.conn.exec(context.Background(), query); err != nil {
		return fmt.Errorf("store: %s: %w", query, err)
	}
	return nil
}
