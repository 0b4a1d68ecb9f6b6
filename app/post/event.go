package post

import (
	"encoding/json"
	"fmt"
	"time"

	"bainian/app/jobs"
	"bainian/app/store"
)

// Hook is one event for whoever subscribes to its kind. One with a topic tells the whole state of somebody, so that a
// later one makes those before it needless; its sequence grows by one with each.
type Hook struct {
	Kind     string // the event's type
	Topic    string // whose state it tells; "" for none
	Subject  string // what others call the topic: an employee number
	Sequence int64  // within the topic
	Urgent   bool   // it goes before what can wait
	Data     any    // as JSON
}

// cloudEvent is the body of every webhook: CloudEvents 1.0 in JSON, structured mode.
type cloudEvent struct {
	Version     string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject,omitempty"`
	Time        string          `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
}

// event is a hook on record.
type event struct {
	id, kind, subject, data string
	at                      time.Time
}

func (e event) body(source string) (string, error) {
	body, err := json.Marshal(cloudEvent{"1.0", e.id, source, e.kind, e.subject, e.at.Format(time.RFC3339Nano), "application/json", json.RawMessage(e.data)})
	return string(body), err
}

// HookIn puts an event on record in the transaction of its cause, and queues it for every subscription to its kind. What
// waits there about the same topic is superseded: nobody is told "opened" after "revoked".
func (o *Office) HookIn(tx *store.Tx, h Hook) error {
	e, err := eventIn(tx, h)
	if err != nil {
		return err
	}
	if h.Topic == "" {
		if err := o.dispatchIn(tx, e); err != nil {
			return err
		}
	}
	type subscription struct{ id, kinds string }
	subscribed, err := store.All(tx.Rx, func(r store.Row) (s subscription, err error) { return s, r.Scan(&s.id, &s.kinds) },
		`SELECT id, kinds FROM webhook WHERE enabled`)
	if err != nil {
		return err
	}
	for _, s := range subscribed {
		if err := supersedeIn(tx, s.id, e.id, h.Topic); err != nil {
			return err
		}
		if wants(s.kinds, h.Kind) {
			if err := deliverIn(tx, s.id, e.id, h.Kind, h.Topic, h.Urgent); err != nil {
				return err
			}
		}
	}
	return nil
}

func eventIn(tx *store.Tx, h Hook) (event, error) {
	data, err := json.Marshal(h.Data)
	if err != nil {
		return event{}, fmt.Errorf("post: data of %s: %w", h.Kind, err)
	}
	e := event{tx.NewID(), h.Kind, h.Subject, string(data), tx.Now}
	_, err = tx.Exec(`INSERT INTO event (id, kind, topic, subject, sequence, urgent, data, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		e.id, h.Kind, h.Topic, h.Subject, h.Sequence, h.Urgent, e.data, store.Ms(tx.Now))
	return e, err
}

// dispatchIn queues an event for the endpoint that the operator has configured.
func (o *Office) dispatchIn(tx *store.Tx, e event) error {
	body, err := e.body(o.push.Source)
	if err != nil {
		return err
	}
	d := dispatch{id: e.id, channel: byHook, kind: e.kind, body: body, state: unconfigured}
	if o.hook != nil {
		d.address, d.state = o.hook.url.Host, waiting
	}
	return queueIn(tx, d)
}

// supersedeIn takes out of a subscription's line what an event makes needless: what was there about its topic, and
// itself.
func supersedeIn(tx *store.Tx, webhookID, eventID, topic string) error {
	where, arg := `event_id = ?`, eventID
	if topic != "" {
		where, arg = `topic = ?`, topic
	}
	_, err := tx.Exec(`UPDATE delivery SET state = 'superseded', next_ms = NULL, end_ms = ? WHERE webhook_id = ? AND `+where+` AND state IN ('waiting', 'failed')`,
		store.Ms(tx.Now), webhookID, arg)
	return err
}

// deliverIn puts an event into a subscription's line.
func deliverIn(tx *store.Tx, webhookID, eventID, kind, topic string, urgent bool) error {
	if _, err := tx.Exec(`INSERT INTO delivery (id, webhook_id, event_id, kind, topic, urgent, state, next_ms, at_ms) VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?)`,
		tx.NewID(), webhookID, eventID, kind, topic, urgent, store.Ms(tx.Now), store.Ms(tx.Now)); err != nil {
		return err
	}
	return jobs.Wake(tx, deliverJob, webhookID, tx.Now)
}
