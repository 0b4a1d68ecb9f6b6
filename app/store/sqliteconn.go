package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/mattn/go-sqlite3"
)

// preparedLimit bounds the statements that a connection keeps; lists of varying length could pass it.
const preparedLimit = 512

// sqliteConn is a connection of the driver with its prepared statements, used by one goroutine at a time.
// database/sql does not stand between: its locks, goroutines and copies cost twice what a point read does.
type sqliteConn struct {
	raw      *sqlite3.SQLiteConn
	prepared map[string]*sqliteStmt
	args     []driver.NamedValue // of the statement at hand
	rows     sqliteRows          // of the query at hand; there is never a second one
}

// sqliteStmt is a prepared statement.
type sqliteStmt struct {
	*sqlite3.SQLiteStmt
	silent bool // it gives no rows, which its first exec shows
}

func dialSQLite(dsn, pragmas string) (*sqliteConn, error) {
	raw, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	c := &sqliteConn{raw: raw.(*sqlite3.SQLiteConn), prepared: map[string]*sqliteStmt{}}
	if _, err := c.raw.Exec(pragmas, nil); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func (c *sqliteConn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	stmt, err := c.prepare(query, args)
	if err != nil {
		return 0, err
	}
	if !stmt.silent {
		return c.execUnread(ctx, stmt)
	}
	result, err := stmt.ExecContext(ctx, c.args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// execUnread closes the rows of a statement that may give some, which the driver's own exec leaves open: the
// savepoint could not end. It learns whether the statement needs it.
func (c *sqliteConn) execUnread(ctx context.Context, stmt *sqliteStmt) (changed int64, err error) {
	found, err := stmt.QueryContext(ctx, c.args)
	if err != nil {
		return 0, err
	}
	stmt.silent = len(found.Columns()) == 0
	if err := found.Close(); err != nil {
		return 0, err
	}
	rows, err := c.query(ctx, "SELECT changes()")
	if err != nil {
		return 0, err
	}
	rows.Next()
	return changed, errors.Join(rows.Scan(&changed), rows.Close())
}

func (c *sqliteConn) query(ctx context.Context, query string, args ...any) (rows, error) {
	stmt, err := c.prepare(query, args)
	if err != nil {
		return nil, err
	}
	found, err := stmt.QueryContext(ctx, c.args)
	if err != nil {
		return nil, err
	}
	c.rows = sqliteRows{found: found, row: c.rows.row[:0]}
	return &c.rows, nil
}

// prepare finds or makes the statement and leaves its arguments in c.args.
func (c *sqliteConn) prepare(query string, args []any) (*sqliteStmt, error) {
	stmt := c.prepared[query]
	if stmt == nil {
		text, err := rebind(query, unpeeked)
		if err != nil {
			return nil, err
		}
		made, err := c.raw.Prepare(text)
		if err != nil {
			return nil, err
		}
		stmt = &sqliteStmt{SQLiteStmt: made.(*sqlite3.SQLiteStmt)}
		if err := c.makeRoom(); err != nil {
			return nil, errors.Join(err, stmt.Close())
		}
		c.prepared[query] = stmt
	}
	if stmt.NumInput() != len(args) { // the driver would bind NULL to what is missing
		return nil, fmt.Errorf("%d arguments for %d placeholders", len(args), stmt.NumInput())
	}
	c.args = c.args[:0]
	for i, arg := range args {
		value, err := plain(arg)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return stmt, nil
}

// makeRoom lets one statement go, any, when there are too many.
func (c *sqliteConn) makeRoom() error {
	if len(c.prepared) < preparedLimit {
		return nil
	}
	for query, stmt := range c.prepared {
		delete(c.prepared, query)
		return stmt.Close()
	}
	return nil
}

// plain is an argument as the driver takes it; those that are the most frequent are not asked for their kind.
func plain(arg any) (driver.Value, error) {
	switch v := arg.(type) {
	case nil, string, int64, bool, float64, []byte:
		return v, nil
	case int:
		return int64(v), nil
	}
	return driver.DefaultParameterConverter.ConvertValue(arg)
}

func (c *sqliteConn) close() error {
	var errs []error
	for _, stmt := range c.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}

// sqliteRows is what a query has found, a row at a time.
type sqliteRows struct {
	found driver.Rows
	row   []driver.Value
	err   error
}

func (r *sqliteRows) Next() bool {
	if n := len(r.found.Columns()); len(r.row) != n {
		r.row = append(r.row[:0], make([]driver.Value, n)...)
	}
	r.err = r.found.Next(r.row)
	return r.err == nil
}

func (r *sqliteRows) Scan(dest ...any) error {
	if len(dest) != len(r.row) {
		return fmt.Errorf("%d places for %d columns", len(dest), len(r.row))
	}
	for i, d := range dest {
		if err := assign(d, r.row[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func (r *sqliteRows) Err() error {
	if r.err == io.EOF {
		return nil
	}
	return r.err
}

// Close may be called again.
func (r *sqliteRows) Close() error { return r.found.Close() }
