package store

import (
	"context"
	"fmt"
	"time"
)

// readIn runs f over one snapshot on a connection of its own.
func readIn(ctx context.Context, conn conn, d *dialect, begin string, now time.Time, f func(*Rx) error) error {
	detached := context.WithoutCancel(ctx)
	if _, err := conn.exec(detached, begin); err != nil {
		return fmt.Errorf("store: %s: %w", begin, err)
	}
	// Also after a panic, or the connection would go back to its pool inside the transaction.
	defer conn.exec(detached, "ROLLBACK")
	rx := &Rx{Now: now, ctx: ctx, conn: conn, dialect: d}
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
	ended := false
	defer func() {
		if !ended {
			conn.exec(ctx, "ROLLBACK")
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
	ended = true
	return tx.after, nil, nil
}
