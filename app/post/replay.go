package post

import (
	"context"
	"encoding/json"
	"time"

	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/people"
	"bainian/app/store"
)

// replayJob queues events of the past again, a chunk a time.
const replayJob = "post/replay"

// chunk is how many events one transaction of a replay looks at.
const chunk = 50

type replay struct {
	Webhook string `json:"webhook"`
	SinceMs int64  `json:"since"`
	After   string `json:"after"` // the last event that was looked at
}

// Replay sends a webhook again what happened since a time, of each topic the latest event alone: the zero time brings a
// new receiver the present state of everybody. The ids are those of the first sending.
func (o *Office) Replay(ctx context.Context, actor people.Person, id string, since time.Time) error {
	if err := mayPush(actor); err != nil {
		return err
	}
	return o.db.Write(ctx, func(tx *store.Tx) error {
		if err := enabledIn(tx.Rx, id); err != nil {
			return err
		}
		if since.After(tx.Now) {
			return fault.New(fault.Invalid, "push.since_future").In("since")
		}
		ms := int64(0)
		if !since.IsZero() {
			ms = store.Ms(since)
		}
		if err := changedIn(tx, actor.ID, id, "replayed", struct {
			Since int64 `json:"since"`
		}{ms}); err != nil {
			return err
		}
		return jobs.Add(tx, replayJob, replay{Webhook: id, SinceMs: ms}, tx.Now)
	})
}

func enabledIn(rx *store.Rx, id string) error {
	w, err := webhookIn(rx, id)
	if err == nil && !w.Enabled {
		err = fault.New(fault.Conflict, "push.is_disabled")
	}
	return err
}

type past struct {
	id, kind, topic string
	urgent          bool
}

func scanPast(r store.Row) (p past, err error) { return p, r.Scan(&p.id, &p.kind, &p.topic, &p.urgent) }

// latestOfTopic leaves out what a later event has made needless.
const latestOfTopic = ` AND (e.topic = '' OR NOT EXISTS (SELECT 1 FROM event l WHERE l.topic = e.topic AND l.topic <> '' AND l.sequence > e.sequence))`

func (o *Office) replayChunk(ctx context.Context, payload []byte) error {
	var r replay
	if err := json.Unmarshal(payload, &r); err != nil {
		return err
	}
	return o.db.Write(ctx, func(tx *store.Tx) error {
		w, err := webhookIn(tx.Rx, r.Webhook)
		if err != nil || !w.Enabled {
			return err
		}
		events, err := store.All(tx.Rx, scanPast, `SELECT e.id, e.kind, e.topic, e.urgent FROM event e WHERE e.id > ? AND e.at_ms >= ?`+latestOfTopic+
			` ORDER BY e.id LIMIT ?`, r.After, r.SinceMs, chunk)
		if err != nil {
			return err
		}
		for _, e := range events {
			if r.After = e.id; !wants(joinKinds(w.Kinds), e.kind) {
				continue
			}
			if err := againIn(tx, w.ID, e); err != nil {
				return err
			}
		}
		if len(events) < chunk {
			return nil
		}
		return jobs.Add(tx, replayJob, r, tx.Now)
	})
}

func againIn(tx *store.Tx, webhookID string, e past) error {
	if err := supersedeIn(tx, webhookID, e.id, e.topic); err != nil {
		return err
	}
	return deliverIn(tx, webhookID, e.id, e.kind, e.topic, e.urgent)
}

// Resend sends the event of one delivery again, at once. One that a later event has made needless is a Conflict: the
// receiver would be told what is true no more.
func (o *Office) Resend(ctx context.Context, actor people.Person, webhookID, deliveryID string) error {
	if err := mayPush(actor); err != nil {
		return err
	}
	return o.db.Write(ctx, func(tx *store.Tx) error {
		if err := enabledIn(tx.Rx, webhookID); err != nil {
			return err
		}
		from := ` FROM delivery d JOIN event e ON e.id = d.event_id WHERE d.webhook_id = ? AND d.id = ?`
		var exists bool
		if err := tx.Row(`SELECT EXISTS (SELECT 1`+from+`)`, webhookID, deliveryID).Scan(&exists); err != nil {
			return err
		}
		if !exists {
			return fault.New(fault.NotFound, "push.no_delivery")
		}
		e, latest, err := store.First(tx.Rx, scanPast, `SELECT e.id, e.kind, e.topic, e.urgent`+from+latestOfTopic, webhookID, deliveryID)
		if err != nil {
			return err
		}
		if !latest {
			return fault.New(fault.Conflict, "push.outdated")
		}
		return againIn(tx, webhookID, e)
	})
}

// Test sends a webhook an event that says nothing, so that its other side can be tried.
func (o *Office) Test(ctx context.Context, actor people.Person, id string) error {
	if err := mayPush(actor); err != nil {
		return err
	}
	return o.db.Write(ctx, func(tx *store.Tx) error {
		if err := enabledIn(tx.Rx, id); err != nil {
			return err
		}
		e, err := eventIn(tx, Hook{Kind: TestKind, Data: struct{}{}})
		if err != nil {
			return err
		}
		if err := changedIn(tx, actor.ID, id, "tested", nil); err != nil {
			return err
		}
		return deliverIn(tx, id, e.id, e.kind, "", true)
	})
}
