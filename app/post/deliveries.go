package post

import (
	"context"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const webhookColumns = `w.id, w.url, w.description, w.kinds, w.enabled, w.gone, w.by_id, w.at_ms,
	(SELECT count(*) FROM delivery d WHERE d.webhook_id = w.id AND d.state = 'waiting'),
	(SELECT count(*) FROM delivery d WHERE d.webhook_id = w.id AND d.state = 'failed') FROM webhook w`

func scanWebhook(r store.Row) (w Webhook, err error) {
	var kinds string
	var at int64
	err = r.Scan(&w.ID, &w.URL, &w.Description, &kinds, &w.Enabled, &w.Gone, &w.By, &at, &w.Waiting, &w.Failed)
	w.Kinds, w.At = strings.Split(kinds, ","), store.Time(at)
	return w, err
}

func webhookIn(rx *store.Rx, id string) (Webhook, error) {
	w, ok, err := store.First(rx, scanWebhook, `SELECT `+webhookColumns+` WHERE w.id = ?`, id)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "push.no_webhook")
	}
	return w, err
}

// Webhooks are all subscriptions, the oldest first.
func (o *Office) Webhooks(ctx context.Context, actor people.Person) (all []Webhook, err error) {
	if err := mayPush(actor); err != nil {
		return nil, err
	}
	err = o.db.Read(ctx, func(rx *store.Rx) (err error) {
		all, err = store.All(rx, scanWebhook, `SELECT `+webhookColumns+` ORDER BY w.id`)
		return err
	})
	return all, err
}

// File is one subscription with what there is to know about it.
type File struct {
	Webhook
	Keys       []Key    // that sign now, the newest first
	Changes    []Change // the latest 50, the newest first
	Deliveries []Delivery
	More       string // after which delivery the next page begins; "" at the end
}

// Change is what somebody did to a webhook.
type Change struct {
	Kind string // created, changed, enabled, disabled, gone, rotated, tested, replayed
	By   string
	At   time.Time
}

// Delivery is one event on its way to one webhook.
type Delivery struct {
	ID, EventID   string
	Kind, Subject string
	Sequence      int64
	State         string // waiting, sent, superseded, failed, cancelled
	Tries         int
	Code          int   // of the last try's answer; 0 without one
	Cause         Cause // of the last try's failure
	At            time.Time
	Next, End     time.Time // when it is tried next; when it was over
}

const page = 50

// File is a subscription with a page of its deliveries, the newest first.
func (o *Office) File(ctx context.Context, actor people.Person, id, after string) (f File, err error) {
	if err := mayPush(actor); err != nil {
		return f, err
	}
	err = o.db.Read(ctx, func(rx *store.Rx) (err error) {
		if f.Webhook, err = webhookIn(rx, id); err != nil {
			return err
		}
		if f.Keys, err = keysIn(rx, id); err != nil {
			return err
		}
		if f.Changes, err = store.All(rx, func(r store.Row) (c Change, err error) {
			var at int64
			err = r.Scan(&c.Kind, &c.By, &at)
			c.At = store.Time(at)
			return c, err
		}, `SELECT kind, by_id, at_ms FROM webhook_change WHERE webhook_id = ? ORDER BY id DESC LIMIT ?`, id, page); err != nil {
			return err
		}
		if f.Deliveries, err = deliveriesIn(rx, id, after); err != nil {
			return err
		}
		if len(f.Deliveries) > page {
			f.Deliveries = f.Deliveries[:page]
			f.More = f.Deliveries[page-1].ID
		}
		return nil
	})
	return f, err
}

func deliveriesIn(rx *store.Rx, webhookID, after string) ([]Delivery, error) {
	where, args := ``, []any{webhookID}
	if after != "" {
		where, args = ` AND d.id < ?`, append(args, after)
	}
	return store.All(rx, func(r store.Row) (d Delivery, err error) {
		var at int64
		var next, end *int64
		err = r.Scan(&d.ID, &d.EventID, &d.Kind, &d.Subject, &d.Sequence, &d.State, &d.Tries, &d.Code, &d.Cause, &at, &next, &end)
		d.At = store.Time(at)
		if next != nil {
			d.Next = store.Time(*next)
		}
		if end != nil {
			d.End = store.Time(*end)
		}
		return d, err
	}, `SELECT d.id, d.event_id, d.kind, e.subject, e.sequence, d.state, d.tries, coalesce(t.code, 0), coalesce(t.cause, ''), d.at_ms, d.next_ms, d.end_ms
		FROM delivery d JOIN event e ON e.id = d.event_id LEFT JOIN delivery_try t ON t.delivery_id = d.id AND t.n = d.tries
		WHERE d.webhook_id = ?`+where+` ORDER BY d.id DESC LIMIT ?`, append(args, page+1)...)
}

// Backlog is what has not arrived yet.
type Backlog struct {
	Waiting int       // deliveries that are on their way
	Failed  int       // that were given up, and that nothing later has made needless
	Urgent  int       // of both, those that close a gate
	Oldest  time.Time // when the first of the urgent ones was queued; zero without one
}

// Unsent is what no webhook has taken yet, and how old the oldest revocation among it is.
func (o *Office) Unsent(ctx context.Context) (b Backlog, err error) {
	err = o.db.ReadOne(ctx, func(rx *store.Rx) error {
		var oldest *int64
		err := rx.Row(`SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE urgent),
			min(at_ms) FILTER (WHERE urgent) FROM delivery WHERE state IN ('waiting', 'failed')`).Scan(&b.Waiting, &b.Failed, &b.Urgent, &oldest)
		if oldest != nil {
			b.Oldest = store.Time(*oldest)
		}
		return err
	})
	return b, err
}
