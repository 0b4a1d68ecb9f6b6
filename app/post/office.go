package post

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net"
	"time"

	"bainian/app/jobs"
	"bainian/app/store"
)

//go:embed schema
var schema embed.FS

// Schema is the office's tables.
func Schema() store.Schema { return store.Schema{Domain: "post", Files: schema} }

// Mail is one letter, in plain text.
type Mail struct {
	Kind    string // what it is about: ledger.root, case.notice, …
	To      string // one address
	Subject string
	Text    string
}

// The channels and the states of a dispatch.
const (
	byMail = "mail"
	byHook = "webhook"

	waiting      = "waiting"
	sent         = "sent"
	unconfigured = "unconfigured"
)

// Push is how webhooks that admins subscribe are served.
type Push struct {
	Source   string        // of all events, by CloudEvents: the public base URL
	Kinds    []Kind        // what can be subscribed to
	Networks Networks      // private networks that webhooks may reach
	Resolver *net.Resolver // nil for the machine's own
}

// Office takes what is to leave and sends it. Of mail and hook each may be missing.
type Office struct {
	db      *store.DB
	mail    *MailServer
	hook    *Endpoint
	push    Push
	carrier *carrier
}

// New makes an office and takes up the queue's dispatches and deliveries; mail and hook are nil where none is configured.
func New(db *store.DB, queue *jobs.Queue, mail *MailServer, hook *Endpoint, push Push) *Office {
	o := &Office{db, mail, hook, push, newCarrier(push.Networks, push.Resolver)}
	queue.Handle(sendJob, o.send)
	queue.Handle(replayJob, o.replayChunk)
	queue.Stand(deliverJob, mostWebhooks, o.deliver, nextIn)
	return o
}

const sendJob = "post/send"

// MailIn queues a letter in the transaction of its cause.
func (o *Office) MailIn(tx *store.Tx, m Mail) error {
	state := waiting
	if o.mail == nil {
		state = unconfigured
	}
	return queueIn(tx, dispatch{id: tx.NewID(), channel: byMail, kind: m.Kind, address: m.To, subject: m.Subject, body: m.Text, state: state})
}

// dispatch is one mail or webhook as stored.
type dispatch struct {
	id, channel, kind, address, subject, body, state string
	at                                               time.Time
}

func queueIn(tx *store.Tx, d dispatch) error {
	sum := sha256.Sum256([]byte(d.body))
	if d.state == unconfigured {
		d.body = "" // it goes nowhere
	}
	if _, err := tx.Exec(`INSERT INTO dispatch (id, channel, kind, address, subject, body, digest, state, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		d.id, d.channel, d.kind, d.address, d.subject, d.body, hex.EncodeToString(sum[:]), d.state, store.Ms(tx.Now)); err != nil {
		return err
	}
	if d.state == unconfigured {
		return nil
	}
	return jobs.Add(tx, sendJob, d.id, tx.Now)
}

func scanDispatch(row store.Row) (d dispatch, err error) {
	var at int64
	err = row.Scan(&d.id, &d.channel, &d.kind, &d.address, &d.subject, &d.body, &d.state, &at)
	d.at = store.Time(at)
	return d, err
}

var errNowhere = errors.New("post: it is not configured any more")

// send is one try at a dispatch, put on record however it ends.
func (o *Office) send(ctx context.Context, payload []byte) error {
	var id string
	if err := json.Unmarshal(payload, &id); err != nil {
		return err
	}
	var d dispatch
	var now time.Time
	if err := o.db.Read(ctx, func(rx *store.Rx) (err error) {
		now = rx.Now
		d, _, err = store.First(rx, scanDispatch, `SELECT id, channel, kind, address, subject, body, state, at_ms FROM dispatch WHERE id = ?`, id)
		return err
	}); err != nil || d.state != waiting {
		return err
	}
	failure := errNowhere
	switch {
	case d.channel == byMail && o.mail != nil:
		failure = o.mail.send(ctx, d)
	case d.channel == byHook && o.hook != nil:
		failure = o.hook.send(ctx, d, now)
	}
	return errors.Join(failure, o.db.Write(ctx, func(tx *store.Tx) error { return triedIn(tx, d.id, failure) }))
}

// triedIn puts a try on record; the words of what has left are not kept.
func triedIn(tx *store.Tx, id string, failure error) error {
	said := ""
	if failure != nil {
		said = failure.Error()
	}
	var before int
	if err := tx.Row(`SELECT count(*) FROM dispatch_try WHERE dispatch_id = ?`, id).Scan(&before); err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO dispatch_try (dispatch_id, n, error, at_ms) VALUES (?, ?, ?, ?)`, id, before+1, said, store.Ms(tx.Now)); err != nil || failure != nil {
		return err
	}
	_, err := tx.Exec(`UPDATE dispatch SET state = ?, sent_ms = ?, body = '' WHERE id = ?`, sent, store.Ms(tx.Now), id)
	return err
}
