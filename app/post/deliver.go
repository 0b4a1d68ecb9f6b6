package post

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"bainian/app/people"
	"bainian/app/store"
)

// deliverJob works off the line of one subscription.
const deliverJob = "post/deliver"

const (
	mostWebhooks = 20 // subscriptions; as many hosts may hang at once without holding up another
	abreast      = 8  // connections to one of them
	bundle       = 32 // deliveries between two looks at the line
)

// parcel is a delivery with what it takes to send it.
type parcel struct {
	id    string
	event event
	code  int
	cause Cause
}

// deliver sends what is due to one subscription, urgent events first, until nothing is. No two parcels of a bundle are
// about one topic, since the later would have superseded the earlier; so what is about one topic arrives in order.
func (o *Office) deliver(ctx context.Context, webhookID string) error {
	for ctx.Err() == nil {
		var to address
		var due []*parcel
		var now time.Time
		if err := o.db.Read(ctx, func(rx *store.Rx) (err error) {
			now = rx.Now
			if to, err = addressIn(rx, webhookID); err != nil {
				return err
			}
			due, err = dueIn(rx, webhookID)
			return err
		}); err != nil {
			return err
		}
		if len(due) == 0 {
			return nil
		}
		if err := o.carryAll(ctx, to, due, now); err != nil {
			return err
		}
		if ctx.Err() != nil { // the program ends: what it cut short was no try
			due = slices.DeleteFunc(due, func(p *parcel) bool { return p.code == 0 })
		}
		if err := o.db.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return o.arrivedIn(tx, webhookID, due) }); err != nil {
			return err
		}
	}
	return nil
}

func (o *Office) carryAll(ctx context.Context, to address, due []*parcel, now time.Time) error {
	var failures error
	slots := make(chan struct{}, abreast)
	var carrying sync.WaitGroup
	for _, p := range due {
		body, err := p.event.body(o.push.Source)
		if err != nil {
			failures = errors.Join(failures, err)
			continue
		}
		slots <- struct{}{}
		carrying.Go(func() {
			defer func() { <-slots }()
			p.code, p.cause = o.carrier.carry(ctx, to.url, p.event.id, to.keys, body, now)
		})
	}
	carrying.Wait()
	return failures
}

// address is where a subscription's deliveries go and what signs them.
type address struct {
	url  string
	keys []Key
}

func addressIn(rx *store.Rx, webhookID string) (a address, err error) {
	if err := rx.Row(`SELECT url FROM webhook WHERE id = ?`, webhookID).Scan(&a.url); err != nil {
		return a, err
	}
	a.keys, err = keysIn(rx, webhookID)
	return a, err
}

func dueIn(rx *store.Rx, webhookID string) ([]*parcel, error) {
	return store.All(rx, func(r store.Row) (*parcel, error) {
		p, at := &parcel{}, int64(0)
		err := r.Scan(&p.id, &p.event.id, &p.event.kind, &p.event.subject, &p.event.data, &at)
		p.event.at = store.Time(at)
		return p, err
	}, `SELECT d.id, e.id, e.kind, e.subject, e.data, e.at_ms FROM delivery d JOIN event e ON e.id = d.event_id
		WHERE d.webhook_id = ? AND d.state = 'waiting' AND d.next_ms <= ? ORDER BY d.urgent DESC, d.next_ms, d.id LIMIT ?`,
		webhookID, store.Ms(rx.Now), bundle)
}

// nextIn is when the first of a subscription's line is due.
func nextIn(rx *store.Rx, webhookID string) (time.Time, bool, error) {
	var ms *int64
	if err := rx.Row(`SELECT min(next_ms) FROM delivery WHERE webhook_id = ? AND state = 'waiting'`, webhookID).Scan(&ms); err != nil || ms == nil {
		return time.Time{}, false, err
	}
	return store.Time(*ms), true, nil
}

// arrivedIn puts the tries of a bundle on record, and what became of each delivery. Who answers 410 wants no more.
func (o *Office) arrivedIn(tx *store.Tx, webhookID string, carried []*parcel) error {
	gone := false
	for _, p := range carried {
		var tries int
		if err := tx.Row(`UPDATE delivery SET tries = tries + 1 WHERE id = ? RETURNING tries`, p.id).Scan(&tries); err != nil {
			return err
		}
		if _, err := tx.Exec(`INSERT INTO delivery_try (delivery_id, n, code, cause, at_ms) VALUES (?, ?, ?, ?, ?)`,
			p.id, tries, p.code, string(p.cause), store.Ms(tx.Now)); err != nil {
			return err
		}
		wait, more := waits(tries)
		state, next, end := "waiting", any(store.Ms(tx.Now.Add(jittered(wait, tx.Secret(1)[0])))), any(nil)
		switch {
		case p.cause == "":
			state, next, end = "sent", nil, store.Ms(tx.Now)
		case !more:
			state, next, end = "failed", nil, store.Ms(tx.Now)
		}
		if _, err := tx.Exec(`UPDATE delivery SET state = ?, next_ms = ?, end_ms = ? WHERE id = ? AND state = 'waiting'`, state, next, end, p.id); err != nil {
			return err
		}
		gone = gone || p.cause == Gone
	}
	if !gone {
		return nil
	}
	return disableIn(tx, people.SystemID, webhookID, true)
}
