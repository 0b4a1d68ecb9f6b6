package store

import (
	"context"
	"errors"
	"time"
)

var errReadOnly = errors.New("store: the database was opened to be read only")

// OpenToRead opens a database that is only looked at: every Write and Migrate fails, and nothing of it is changed.
func OpenToRead(ctx context.Context, url string, clock func() time.Time) (*DB, error) {
	db, err := open(ctx, url, clock, toRead)
	if err != nil {
		return nil, err
	}
	if err := db.Ping(ctx); err != nil { // a file that is not there shows only now
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// readOnly keeps an engine's reading half.
type readOnly struct{ engine }

func (readOnly) write(context.Context, time.Time, func(*Tx) error) ([]func(), error) {
	return nil, errReadOnly
}

func (readOnly) upgrade(context.Context, time.Time, func(*Tx, func(string) error) error) error {
	return errReadOnly
}
