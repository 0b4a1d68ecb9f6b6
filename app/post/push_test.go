package post_test

import (
	"context"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/people"
	"bainian/app/post"
	"bainian/app/store"
	"bainian/app/store/storetest"
)

var admin = people.Person{ID: "admin", Roles: []people.Role{people.Admin}}

// arrival is one POST as a receiver sees it.
type arrival struct {
	id, seconds, signature, body string
	event                        struct {
		Specversion, ID, Source, Type, Subject, Datacontenttype string
		Time                                                    time.Time
		Data                                                    struct{ N int }
	}
}

// receiver is the other side of a webhook, on a real port. It answers with the next of answers, then with 204.
type receiver struct {
	*httptest.Server
	mu       sync.Mutex
	answers  []int
	arrivals []arrival
	hang     chan struct{} // while open, nobody is answered
}

func newReceiver(t *testing.T, answers ...int) *receiver {
	r := &receiver{answers: answers}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		a := arrival{id: q.Header.Get("webhook-id"), seconds: q.Header.Get("webhook-timestamp"), signature: q.Header.Get("webhook-signature"), body: string(body)}
		if err := json.Unmarshal(body, &a.event); err != nil || q.Method != "POST" || !strings.HasPrefix(q.Header.Get("Content-Type"), "application/cloudevents+json") {
			t.Errorf("%s %s %v", q.Method, body, err)
		}
		r.mu.Lock()
		r.arrivals = append(r.arrivals, a)
		answer, hang := 204, r.hang
		if len(r.answers) > 0 {
			answer, r.answers = r.answers[0], r.answers[1:]
		}
		r.mu.Unlock()
		if hang != nil {
			select {
			case <-hang:
			case <-q.Context().Done():
			}
		}
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(answer)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) got() []arrival {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.arrivals)
}

// verified reports whether one of the signatures is that of the shown key, by the words of Standard Webhooks alone.
func (a arrival) verified(shown string) bool {
	signed := []byte(a.id + "." + a.seconds + "." + a.body)
	for part := range strings.SplitSeq(a.signature, " ") {
		version, text, _ := strings.Cut(part, ",")
		signature, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return false
		}
		switch kind, key, _ := strings.Cut(shown, "_"); {
		case version == "v1" && kind == "whsec":
			secret, _ := base64.StdEncoding.DecodeString(key)
			m := hmac.New(sha256.New, secret)
			m.Write(signed)
			if hmac.Equal(m.Sum(nil), signature) {
				return true
			}
		case version == "v1a" && kind == "whpk":
			public, _ := base64.StdEncoding.DecodeString(key)
			if ed25519.Verify(public, signed, signature) {
				return true
			}
		}
	}
	return false
}

// pusher is an office whose webhooks may reach this machine.
func pusher(t *testing.T, db *store.DB, clock *storetest.Clock) *office {
	networks, err := post.ParseNetworks("127.0.0.0/8, ::1/128")
	if err != nil {
		t.Fatal(err)
	}
	queue := jobs.New(db, slog.New(slog.DiscardHandler))
	return &office{t, db, clock, queue, post.New(db, queue, nil, nil, post.Push{Source: "https://training.example.com", Networks: networks, Kinds: kinds()})}
}

func kinds() []post.Kind {
	return []post.Kind{{Name: "door.opened", With: "door"}, {Name: "door.shut", With: "door"}, {Name: "rain"}}
}

func (o *office) subscribe(url string, scheme post.Scheme) (id string, key post.Key) {
	o.Helper()
	id, key, err := o.Subscribe(context.Background(), admin, post.Terms{URL: url, Description: "CRM", Kinds: []string{"door.opened", "door.shut"}}, scheme)
	o.ok(err)
	return id, key
}

// tell has something happen to a door.
func (o *office) tell(door string, n int64, kind string) {
	o.Helper()
	o.ok(o.db.Write(context.Background(), func(tx *store.Tx) error {
		return o.HookIn(tx, post.Hook{Kind: kind, Topic: "id of " + door, Subject: door, Sequence: n, Urgent: kind == "door.shut", Data: map[string]int64{"n": n}})
	}))
}

func (o *office) drain() { _ = o.queue.Drain(context.Background()) }

func (o *office) file(id string) post.File {
	o.Helper()
	f, err := o.File(context.Background(), admin, id, "")
	o.ok(err)
	return f
}

func pushSchemas() []store.Schema {
	return []store.Schema{jobs.Schema(), people.Schema(), post.Schema()}
}

func TestPushIsSignedAsStandardWebhooksAsksAndRotates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o, site := pusher(t, db, clock), newReceiver(t)
		id, first := o.subscribe(site.URL+"/in", post.V1)
		o.tell("front", 1, "door.opened")
		o.drain()
		second, err := o.Rotate(context.Background(), admin, id, post.V1a, 24*time.Hour)
		o.ok(err)
		o.tell("front", 2, "door.shut")
		o.drain()
		clock.Add(25 * time.Hour)
		o.tell("front", 3, "door.opened")
		o.drain()
		got := site.got()
		if len(got) != 3 {
			t.Fatalf("%d arrived", len(got))
		}
		for i, want := range [][2]bool{{true, false}, {true, true}, {false, true}} {
			a := got[i]
			if a.verified(first.Shown()) != want[0] || a.verified(second.Shown()) != want[1] {
				t.Errorf("%d: signature %q", i, a.signature)
			}
			tampered := a
			tampered.body += " "
			if tampered.verified(first.Shown()) || tampered.verified(second.Shown()) {
				t.Errorf("%d: another body has the same signature", i)
			}
			e := a.event
			if e.Specversion != "1.0" || e.ID != a.id || e.Source != "https://training.example.com" || e.Subject != "front" || e.Time.IsZero() || e.Data.N != i+1 || e.Datacontenttype != "application/json" {
				t.Errorf("%d: %s", i, a.body)
			}
		}
		if !strings.HasPrefix(first.Shown(), "whsec_") || !strings.HasPrefix(second.Shown(), "whpk_") || first.Public() || !second.Public() {
			t.Error(first.Shown(), second.Shown())
		}
		if f := o.file(id); len(f.Keys) != 1 || len(f.Changes) != 2 || f.Changes[0].Kind != "rotated" || f.Changes[0].By != "admin" {
			t.Errorf("%+v", f)
		}
	}, pushSchemas()...)
}

// Ten tries over some three days, all with the same id; a redirection is a failure that is not followed.
func TestPushIsRetriedOnTheScheduleAndGivenUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o := pusher(t, db, clock)
		site := newReceiver(t, 500, 302, 404, 429, 503, 500, 500, 500, 500, 500)
		id, _ := o.subscribe(site.URL, post.V1)
		o.tell("front", 1, "door.shut")
		waits := []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
		for n, wait := range waits {
			clock.Add(wait - time.Second)
			if o.drain(); len(site.got()) != n && n > 0 {
				t.Fatalf("try %d came too early", n+1)
			}
			clock.Add(wait/5 + time.Second)
			if o.drain(); len(site.got()) != n+1 {
				t.Fatalf("try %d did not come: %+v", n+1, o.file(id).Deliveries)
			}
		}
		clock.Add(100 * time.Hour)
		o.drain()
		got, d := site.got(), o.file(id).Deliveries[0]
		if len(got) != 10 || d.State != "failed" || d.Tries != 10 || d.Code != 500 || d.Cause != post.Answered {
			t.Errorf("%d tries: %+v", len(got), d)
		}
		for _, a := range got {
			if a.id != got[0].id || a.body != got[0].body {
				t.Errorf("%+v", a)
			}
		}
		if b, err := o.Unsent(context.Background()); err != nil || b.Failed != 1 || b.Urgent != 1 || clock.Now().Sub(b.Oldest) < 175*time.Hour {
			t.Errorf("%+v %v", b, err)
		}
		o.ok(o.Resend(context.Background(), admin, id, d.ID))
		o.drain()
		if b, err := o.Unsent(context.Background()); err != nil || b != (post.Backlog{}) || site.got()[10].id != got[0].id {
			t.Errorf("%+v %v", b, err)
		}
	}, pushSchemas()...)
}

func TestWhoAnswers410IsDisabledAndSaysSo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		ctx := context.Background()
		o, site := pusher(t, db, clock), newReceiver(t, 410)
		id, _ := o.subscribe(site.URL, post.V1)
		o.tell("front", 1, "door.opened")
		o.drain()
		o.tell("front", 2, "door.shut")
		o.drain()
		f := o.file(id)
		if f.Enabled || !f.Gone || len(site.got()) != 1 || f.Changes[0].Kind != "gone" || f.Changes[0].By != people.SystemID || len(f.Deliveries) != 1 || f.Deliveries[0].State != "cancelled" {
			t.Errorf("%+v", f)
		}
		if err := o.Replay(ctx, admin, id, time.Time{}); !fault.HasKey(err, "push.is_disabled") {
			t.Error(err)
		}
		o.ok(o.Enable(ctx, admin, id))
		o.ok(o.Replay(ctx, admin, id, time.Time{}))
		o.drain()
		if got := site.got(); len(got) != 2 || got[1].event.Data.N != 2 {
			t.Errorf("%+v", got)
		}
		if f := o.file(id); !f.Enabled || f.Gone {
			t.Errorf("%+v", f)
		}
	}, pushSchemas()...)
}

// A newer event of the same topic makes an unsent one needless, and what closes goes first.
func TestNobodyIsToldWhatIsTrueNoMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o, site := pusher(t, db, clock), newReceiver(t, 500)
		id, _ := o.subscribe(site.URL, post.V1)
		o.tell("front", 1, "door.opened")
		o.drain()
		o.tell("front", 2, "door.shut")
		o.tell("back", 1, "door.opened")
		o.drain()
		clock.Add(48 * time.Hour)
		o.drain()
		var told []string
		for _, a := range site.got()[1:] {
			told = append(told, fmt.Sprint(a.event.Subject, a.event.Data.N))
		}
		slices.Sort(told)
		if !slices.Equal(told, []string{"back1", "front2"}) {
			t.Error(told)
		}
		states := map[string]string{}
		for _, d := range o.file(id).Deliveries {
			states[fmt.Sprint(d.Subject, d.Sequence)] = d.State
		}
		if states["front1"] != "superseded" || states["front2"] != "sent" || states["back1"] != "sent" {
			t.Error(states)
		}
		for _, d := range o.file(id).Deliveries {
			if err := o.Resend(context.Background(), admin, id, d.ID); (d.Subject == "front" && d.Sequence == 1) != fault.HasKey(err, "push.outdated") {
				t.Error(d, err)
			}
		}
	}, pushSchemas()...)
}

// The job is a row of the transaction of its cause: who dies between commit and sending has lost nothing, and what was
// rolled back is never sent.
func TestPushSurvivesAKillBetweenCommitAndSending(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		o, site := pusher(t, db, clock), newReceiver(t)
		o.subscribe(site.URL, post.V1)
		o.tell("front", 1, "door.shut")
		_ = db.Write(context.Background(), func(tx *store.Tx) error {
			if err := o.HookIn(tx, post.Hook{Kind: "door.opened", Topic: "id of back", Subject: "back", Sequence: 1}); err != nil {
				t.Error(err)
			}
			return fault.New(fault.Conflict, "store.conflict")
		})
		if len(site.got()) != 0 {
			t.Fatal("it was sent before anybody sent it")
		}
		heir := pusher(t, db, clock) // another process, with nothing but the database
		heir.drain()
		if got := site.got(); len(got) != 1 || got[0].event.Subject != "front" {
			t.Errorf("%+v", got)
		}
	}, pushSchemas()...)
}

// A host that hangs holds up no other, however many of its own letters wait.
func TestAHostThatHangsHoldsUpNobody(t *testing.T) {
	db, clock := storetest.SQLite(t, pushSchemas()...)
	o, stuck, quick := pusher(t, db, clock), newReceiver(t), newReceiver(t)
	stuck.hang = make(chan struct{})
	defer close(stuck.hang)
	for range 6 { // more than a queue has workers
		o.subscribe(stuck.URL, post.V1)
	}
	o.subscribe(quick.URL, post.V1)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { o.ok(o.queue.Run(ctx)) })
	defer running.Wait()
	defer cancel()
	began := time.Now()
	for n := range 40 {
		o.tell(fmt.Sprint("door ", n), 1, "door.opened")
	}
	for len(quick.got()) < 40 {
		if time.Since(began) > 10*time.Second {
			t.Fatalf("%d of 40 arrived", len(quick.got()))
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Logf("40 events passed 6 hosts that hang in %v", time.Since(began))
	stuck.CloseClientConnections()
}

func TestOnlyAdminsPushAndAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	db, clock := storetest.SQLite(t, pushSchemas()...)
	o := pusher(t, db, clock)
	ctx := context.Background()
	for _, role := range people.Roles() {
		p := people.Person{ID: "p", Roles: []people.Role{role}}
		if _, err := o.Webhooks(ctx, p); (role == people.Admin) != (err == nil) {
			t.Error(role, err)
		}
		_, _, err := o.Subscribe(ctx, p, post.Terms{}, post.V1)
		if (role == people.Admin) == fault.Is(err, fault.Forbidden) {
			t.Error(role, err)
		}
	}
	_, _, err := o.Subscribe(ctx, admin, post.Terms{URL: "ftp://h", Kinds: []string{"door.opened"}}, post.V1)
	problems, ok := err.(fault.Problems)
	if !ok || len(problems) != 3 {
		t.Fatalf("%v", err)
	}
	for i, want := range []string{"push.url_scheme", "push.description_shape", "push.kinds_together"} {
		if problems[i].Key != want {
			t.Errorf("%d: %+v", i, problems[i])
		}
	}
	for range 20 {
		o.subscribe("https://crm.invalid/in", post.V1)
	}
	if _, _, err := o.Subscribe(ctx, admin, post.Terms{URL: "https://crm.invalid/in", Description: "x", Kinds: []string{"rain"}}, post.V1); !fault.HasKey(err, "push.too_many") {
		t.Error(err)
	}
}
