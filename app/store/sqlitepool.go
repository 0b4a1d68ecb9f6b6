package store

import (
	"context"
	"errors"
	"sync"
)

// sqlitePool is a fixed number of connections, each opened when it is first needed. The one that was used last
// is taken first: its caches are warm.
type sqlitePool struct {
	dsn     string
	pragmas string        // of each connection
	places  chan struct{} // one for every connection that is in use

	mu   sync.Mutex
	idle []*sqliteConn
}

func newSQLitePool(dsn, pragmas string, size int) *sqlitePool {
	return &sqlitePool{dsn: dsn, pragmas: pragmas, places: make(chan struct{}, size)}
}

// take waits for a place and gives a connection.
func (p *sqlitePool) take(ctx context.Context) (*sqliteConn, error) {
	select {
	case p.places <- struct{}{}:
	default:
		select {
		case p.places <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	p.mu.Lock()
	if last := len(p.idle) - 1; last >= 0 {
		c := p.idle[last]
		p.idle = p.idle[:last]
		p.mu.Unlock()
		return c, nil
	}
	p.mu.Unlock()
	c, err := dialSQLite(p.dsn, p.pragmas)
	if err != nil {
		<-p.places
		return nil, err
	}
	return c, nil
}

// put gives a connection back, or only its place when a transaction was left open in it.
func (p *sqlitePool) put(c *sqliteConn) {
	if c.raw.AutoCommit() {
		p.mu.Lock()
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	} else {
		_ = c.close()
	}
	<-p.places
}

// close waits for every connection to be given back.
func (p *sqlitePool) close() error {
	var errs []error
	for range cap(p.places) {
		p.places <- struct{}{}
	}
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	return errors.Join(errs...)
}
