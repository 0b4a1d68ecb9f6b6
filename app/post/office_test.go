package post_test

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/jobs"
	"bainian/app/post"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

// postbox is a mail server that speaks as much SMTP as a delivery takes. refusals is how many of the first it turns
// away after the words.
type postbox struct {
	net.Listener
	mu       sync.Mutex
	refusals int
	received []string // the messages, as they came
	to       []string
}

func openPostbox(t *testing.T, refusals int) *postbox {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &postbox{Listener: listener, refusals: refusals}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			done.Go(func() { b.serve(c) })
		}
	})
	t.Cleanup(func() { listener.Close(); done.Wait() })
	return b
}

func (b *postbox) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	say("220 postbox")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.Fields(line + " x")[0]); verb {
		case "EHLO", "HELO", "MAIL", "RSET", "NOOP":
			say("250 fine")
		case "RCPT":
			b.mu.Lock()
			b.to = append(b.to, strings.TrimSpace(line))
			b.mu.Unlock()
			say("250 fine")
		case "DATA":
			say("354 go on")
			var words strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				words.WriteString(strings.TrimPrefix(line, "."))
			}
			b.mu.Lock()
			refuse := b.refusals > 0
			b.refusals--
			if !refuse {
				b.received = append(b.received, words.String())
			}
			b.mu.Unlock()
			if refuse {
				say("451 not now")
			} else {
				say("250 taken")
			}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("502 what?")
		}
	}
}

type office struct {
	*testing.T
	db    *store.DB
	clock *storetest.Clock
	queue *jobs.Queue
	*post.Office
}

func open(t *testing.T, db *store.DB, clock *storetest.Clock, server *post.MailServer, hook *post.Endpoint) *office {
	queue := jobs.New(db, slog.New(slog.DiscardHandler))
	return &office{t, db, clock, queue, post.New(db, queue, server, hook, post.Push{Source: "https://training.example.com"})}
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) queueBoth() {
	o.Helper()
	o.ok(o.db.Write(context.Background(), func(tx *store.Tx) error {
		if err := o.MailIn(tx, post.Mail{Kind: "ledger.root", To: "audit@example.com", Subject: "根 2026-11-28", Text: "bainian\n12\nroot=\n\n— bainian sig\n"}); err != nil {
			return err
		}
		return o.HookIn(tx, post.Hook{Kind: "ledger.root", Data: map[string]int{"size": 12}})
	}))
}

// states are the dispatches by channel: state, number of tries, the last try's error, and what is kept of the body.
func (o *office) states() (all map[string]string) {
	o.Helper()
	all = map[string]string{}
	o.ok(o.db.Read(context.Background(), func(rx *store.Rx) error {
		return rx.Each(`SELECT d.channel, d.state, d.body, (SELECT count(*) FROM dispatch_try t WHERE t.dispatch_id = d.id),
			coalesce((SELECT t.error FROM dispatch_try t WHERE t.dispatch_id = d.id ORDER BY t.n DESC LIMIT 1), '') FROM dispatch d`, nil, func(r store.Row) error {
			var channel, state, body, said string
			var tries int
			err := r.Scan(&channel, &state, &body, &tries, &said)
			all[channel] = fmt.Sprintf("%s after %d, %q kept %t", state, tries, said, body != "")
			return err
		})
	}))
	return all
}

func schemas() []store.Schema { return []store.Schema{jobs.Schema(), post.Schema()} }

func TestMailAndWebhookLeaveAndAreRetried(t *testing.T) {
	t.Parallel()
	const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		box := openPostbox(t, 1)
		var mu sync.Mutex
		var bodies []string
		answers := []int{500, 302, 204}
		var o *office
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			body, _ := io.ReadAll(r.Body)
			key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
			m := hmac.New(sha256.New, key)
			fmt.Fprintf(m, "%s.%s.%s", r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), body)
			if got := r.Header.Get("webhook-signature"); got != "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)) {
				t.Errorf("signature %q", got)
			}
			if r.URL.Path != "/in" {
				t.Errorf("a redirection was followed to %s", r.URL)
			}
			bodies = append(bodies, r.Header.Get("webhook-id")+" "+string(body))
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(answers[0])
			answers = answers[1:]
		}))
		t.Cleanup(site.Close)
		server, err := post.ParseMailServer("smtp://" + box.Addr().String() + "?from=ledger@example.com")
		if err != nil {
			t.Fatal(err)
		}
		hook, err := post.ParseEndpoint(site.URL+"/in?token=s3cret", secret)
		if err != nil {
			t.Fatal(err)
		}
		o = open(t, db, clock, server, hook)
		o.queueBoth()
		for round, want := range []map[string]string{
			{"mail": `waiting after 1, "451`, "webhook": `waiting after 1, "post: webhook: it answered 500" kept true`},
			{"mail": `sent after 2, "" kept false`, "webhook": `waiting after 2, "post: webhook: it answered 302" kept true`},
			{"mail": `sent after 2, "" kept false`, "webhook": `sent after 3, "" kept false`},
		} {
			_ = o.queue.Drain(context.Background()) // its failures are on record
			for channel, state := range o.states() {
				if want := strings.Replace(want[channel], `"451`, "", 1); !strings.HasPrefix(state, want) || strings.Contains(state, "s3cret") {
					t.Errorf("round %d: %s is %s, want %s", round, channel, state, want)
				}
			}
			clock.Add(time.Hour)
		}
		if len(box.received) != 1 || len(box.to) != 2 || !strings.Contains(box.to[0], "audit@example.com") {
			t.Fatalf("%d messages to %v", len(box.received), box.to)
		}
		m, err := mail.ReadMessage(strings.NewReader(box.received[0]))
		o.ok(err)
		subject, err := (&mime.WordDecoder{}).DecodeHeader(m.Header.Get("Subject"))
		o.ok(err)
		text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		o.ok(err)
		if subject != "根 2026-11-28" || !strings.Contains(strings.ReplaceAll(string(text), "\r\n", "\n"), "bainian\n12\nroot=\n\n— bainian sig\n") || m.Header.Get("Auto-Submitted") == "" {
			t.Errorf("%q %q %v", subject, text, m.Header)
		}
		id, body, _ := strings.Cut(bodies[0], " ")
		var event struct {
			Type string
			Time time.Time
			Data struct{ Size int }
		}
		o.ok(json.Unmarshal([]byte(body), &event))
		if event.Type != "ledger.root" || event.Data.Size != 12 || event.Time.IsZero() || !strings.HasPrefix(bodies[2], id) {
			t.Errorf("%v", bodies)
		}
	}, schemas()...)
}

func TestNothingConfiguredIsOnRecordAsThat(t *testing.T) {
	t.Parallel()
	db, clock := storetest.SQLite(t, schemas()...)
	o := open(t, db, clock, nil, nil)
	o.queueBoth()
	o.ok(o.queue.Drain(context.Background()))
	for channel, state := range o.states() {
		if state != `unconfigured after 0, "" kept false` {
			t.Errorf("%s: %s", channel, state)
		}
	}
}

func TestWhatCannotBeConfigured(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "mail.example.com", "http://mail.example.com?from=a@b.example", "smtp://?from=a@b.example", "smtp://h", "smtp://h?from=nobody", "smtp://u:p4ss@h:x?from=a@b.example", "smtp://h/path?from=a@b.example"} {
		if _, err := post.ParseMailServer(text); err == nil || strings.Contains(err.Error(), "p4ss") {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"smtp://h?from=a@b.example", "smtps://u:p@h:1465?from=a@b.example", "smtp://u:p@h?from=%E4%BA%BA%20%3Ca@b.example%3E"} {
		if _, err := post.ParseMailServer(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	good := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 24))
	for _, c := range [][2]string{{"", good}, {"ftp://h", good}, {"https://u:p@h", good}, {"https://h", ""}, {"https://h", "whsec_short"}, {"https://h", "whsec_" + strings.Repeat("A", 100)}} {
		if _, err := post.ParseEndpoint(c[0], c[1]); err == nil {
			t.Errorf("%q", c)
		}
	}
}
