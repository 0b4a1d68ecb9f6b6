package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgPool is a fixed number of places for connections, each opened when it is first needed.
type pgPool struct {
	config *pgx.ConnConfig
	texts  *rebinder
	places chan *pgConn // nil: not open
}

// pgConn is a connection; pgx keeps its prepared statements.
type pgConn struct {
	*pgx.Conn
	texts *rebinder
	idle  time.Time // since when
}

func newPool(config *pgx.ConnConfig, texts *rebinder, size int) *pgPool {
	p := &pgPool{config, texts, make(chan *pgConn, size)}
	for range size {
		p.places <- nil
	}
	return p
}

// take waits for a place and gives its connection, a new one when the old may have gone stale.
func (p *pgPool) take(ctx context.Context) (*pgConn, error) {
	var c *pgConn
	select {
	case c = <-p.places:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if c != nil && (time.Since(c.idle) < time.Second || c.Ping(ctx) == nil) {
		return c, nil
	}
	conn, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		p.places <- nil
		return nil, err
	}
	return &pgConn{Conn: conn, texts: p.texts}, nil
}

// put gives a connection back, or its empty place when it is broken or was left inside a transaction.
func (p *pgPool) put(c *pgConn) {
	if c.IsClosed() || c.PgConn().TxStatus() != 'I' {
		c.Close(context.Background())
		p.places <- nil
		return
	}
	c.idle = time.Now()
	p.places <- c
}

// close waits for every connection to be given back.
func (p *pgPool) close() error {
	var errs []error
	for range cap(p.places) {
		if c := <-p.places; c != nil {
			errs = append(errs, c.Close(context.Background()))
		}
	}
	return errors.Join(errs...)
}

func (c *pgConn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	text, err := c.texts.rebind(query)
	if err != nil {
		return 0, err
	}
	tag, err := c.Exec(ctx, text, args...)
	return tag.RowsAffected(), err
}

func (c *pgConn) query(ctx context.Context, query string, args ...any) (rows, error) {
	text, err := c.texts.rebind(query)
	if err != nil {
		return nil, err
	}
	r, err := c.Query(ctx, text, args...)
	return pgRows{r}, err
}

type pgRows struct{ pgx.Rows }

func (r pgRows) Close() error {
	r.Rows.Close()
	return r.Err()
}
