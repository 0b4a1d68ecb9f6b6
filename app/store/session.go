package store

import (
	"context"
	"fmt"
	"time"
)

// readIn runs f over one snapshot on a connection of its own; a single statement needs no transaction to be one.
func readIn(ctx context.Context, conn conn, d *dialect, begin string, now time.Time, single bool, f func(*Rx) error) error {
	if !single {
		detached := context.WithoutCancel(ctx)
		if _, err := conn.exec(detached, begin); err != nil {
			return fmt.Errorf("store: %s: %w", begin, err)
		}
		defer rollback(detached, conn)
	}
	rx := &Rx{Now: now, ctx: ctx, conn: conn, dialect: d, single: single}
	err := f(rx)
	if err == nil {
		err = rx.poison
	}
	rx.poison = errEnded
	return err
}

// writeIn runs f as one transaction on a connection of its own. The last result is the failed statement, if
// it was one, so that a caller can see whether another try may do better.
func writeIn(ctx context.Context, conn conn, d *dialect, begin string, now time.Time, f func(*Tx) error) (after []func(), err, failed error) {
	if _, err := conn.exec(ctx, begin); err != nil {
		return nil, fmt.Errorf("store: %s: %w", begin, err), err
	}
	committed := false
	defer func() {
		if !committed {
			rollback(ctx, conn)
		}
	}()
	tx := newTx(ctx, conn, d, now)
	if err, failed = tx.run(f); err != nil {
		return nil, err, failed
	}
	if _, err := conn.exec(ctx, "COMMIT"); err != nil {
		if f := d.fault(err); f != nil {
			return nil, f, err
		}
		return nil, fmt.Errorf("store: COMMIT: %w", err), err
	}
	committed = true
	return tx.after, nil, nil
}

// rollback ends a transaction after a panic as well, or its connection would go back to the pool inside it. It
// may fail: a connection that is broken has no transaction left, and the pools look at what they get back.
func rollback(ctx context.Context, conn conn) { _, _ = conn.exec(ctx, "ROLLBACK") }
