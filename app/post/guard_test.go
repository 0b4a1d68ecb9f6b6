package post_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"bainian/app/fault"
	"bainian/app/jobs"
	"bainian/app/post"
	"bainian/app/store/storetest"
)

func TestWebhooksReachTheOutsideAndNothingElse(t *testing.T) {
	t.Parallel()
	allowed, err := post.ParseNetworks("10.1.0.0/16,fd00:1::/32")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		to     string
		secure bool
		want   [2]bool // without and with the allowed networks
	}{
		{"93.184.216.34:443", true, [2]bool{true, true}},
		{"[2606:2800:220:1::1]:443", true, [2]bool{true, true}},
		{"93.184.216.34:443", false, [2]bool{}}, // in the clear
		{"93.184.216.34:80", false, [2]bool{}},
		{"93.184.216.34:8443", true, [2]bool{}},
		{"93.184.216.34:22", true, [2]bool{}},
		{"10.1.2.3:8080", false, [2]bool{false, true}},
		{"[::ffff:10.1.2.3]:443", true, [2]bool{false, true}},
		{"10.2.0.1:443", true, [2]bool{}},
		{"[fd00:1::5]:9000", false, [2]bool{false, true}},
		{"[fd00:2::5]:443", true, [2]bool{}},
		{"127.0.0.1:443", true, [2]bool{}},
		{"127.255.255.254:443", true, [2]bool{}},
		{"0.0.0.0:443", true, [2]bool{}},
		{"169.254.169.254:443", true, [2]bool{}}, // where clouds keep credentials
		{"192.168.1.1:443", true, [2]bool{}},
		{"172.31.0.1:443", true, [2]bool{}},
		{"100.64.0.1:443", true, [2]bool{}}, // behind a carrier's NAT
		{"192.0.0.192:443", true, [2]bool{}},
		{"198.18.0.1:443", true, [2]bool{}},
		{"224.0.0.1:443", true, [2]bool{}},
		{"255.255.255.255:443", true, [2]bool{}},
		{"[::1]:443", true, [2]bool{}},
		{"[::]:443", true, [2]bool{}},
		{"[::ffff:127.0.0.1]:443", true, [2]bool{}},
		{"[::7f00:1]:443", true, [2]bool{}},
		{"[64:ff9b::7f00:1]:443", true, [2]bool{}}, // NAT64 of 127.0.0.1
		{"[64:ff9b::a9fe:a9fe]:443", true, [2]bool{}},
		{"[64:ff9b:1::1]:443", true, [2]bool{}},
		{"[2002:7f00:1::]:443", true, [2]bool{}}, // 6to4 of 127.0.0.1
		{"[2001::1]:443", true, [2]bool{}},       // Teredo
		{"[fe80::1]:443", true, [2]bool{}},
		{"[fe80::1%eth0]:443", true, [2]bool{}},
		{"[ff02::1]:443", true, [2]bool{}},
		{"[fec0::1]:443", true, [2]bool{}},
		{"[fd00:ec2::254]:443", true, [2]bool{}},
	} {
		to := netip.MustParseAddrPort(c.to)
		if got := (post.Networks{}).Reachable(to, c.secure); got != c.want[0] {
			t.Errorf("%s by https %t: %t", c.to, c.secure, got)
		}
		if got := allowed.Reachable(to, c.secure); got != c.want[1] {
			t.Errorf("%s by https %t, with networks: %t", c.to, c.secure, got)
		}
	}
	for _, text := range []string{"10.1.0.0", "10.0.0.0/33", "crm.example.com", "::ffff:10.0.0.0/104"} {
		if _, err := post.ParseNetworks(text); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestURLsThatAreRefusedWhenEntered(t *testing.T) {
	t.Parallel()
	db, clock := storetest.SQLite(t, pushSchemas()...)
	queue := jobs.New(db, slog.New(slog.DiscardHandler))
	outside := &office{t, db, clock, queue, post.New(db, queue, nil, nil, post.Push{Source: "https://b.example", Kinds: kinds()})}
	for url, key := range map[string]string{
		"":                                       "push.url_missing",
		"crm.example.com/in":                     "push.url_shape",
		"https:///in":                            "push.url_shape",
		"https:crm.example.com":                  "push.url_shape",
		"https://[::1":                           "push.url_shape",
		"https://h/" + strings.Repeat("a", 2000): "push.url_shape",
		"https://u:p@crm.example.com/":           "push.url_password",
		"https://crm.example.com/#x":             "push.url_password",
		"file:///etc/passwd":                     "push.url_shape",
		"gopher://crm.example.com/":              "push.url_scheme",
		"http://crm.example.com/":                "push.url_http",
		"https://crm.example.com:8443/":          "push.url_port",
		"https://127.0.0.1/":                     "push.url_internal",
		"https://[::1]/":                         "push.url_internal",
		"https://[::ffff:169.254.169.254]/":      "push.url_internal",
		"https://localhost/":                     "push.url_internal",
		"https://LOCALHOST./":                    "push.url_internal",
		"https://a.localhost/":                   "push.url_internal",
		"https://169.254.169.254/latest/":        "push.url_internal",
		"https://192.168.0.1/":                   "push.url_internal",
	} {
		_, _, err := outside.Subscribe(context.Background(), admin, post.Terms{URL: url, Description: "CRM", Kinds: []string{"rain"}}, post.V1)
		problems, _ := err.(fault.Problems)
		if len(problems) != 1 || problems[0].Key != key || problems[0].Item != "url" {
			t.Errorf("%q: %v, want %s", url, err, key)
		}
	}
}

// fickle is a name server on a real port whose every answer is the next address.
func fickle(t *testing.T, answers ...string) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buffer[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Header.Response, m.Additionals = true, nil
			if q.Type == dnsmessage.TypeA {
				address := netip.MustParseAddr(answers[min(int(asked.Add(1))-1, len(answers)-1)])
				m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class}, Body: &dnsmessage.AResource{A: address.As4()}}}
			}
			if packed, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, &asked
}

// A name that led outside when it was entered and leads inside when it is dialled reaches nothing; one that leads inside
// at once is refused on the form.
func TestANameThatIsReboundReachesNothing(t *testing.T) {
	t.Parallel()
	db, clock := storetest.SQLite(t, pushSchemas()...)
	var reached atomic.Int32
	inside := newReceiver(t)
	inside.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	resolver, asked := fickle(t, "93.184.216.34", "127.0.0.1")
	queue := jobs.New(db, slog.New(slog.DiscardHandler))
	o := &office{t, db, clock, queue, post.New(db, queue, nil, nil, post.Push{Source: "https://b.example", Kinds: kinds(), Resolver: resolver})}
	id, _ := o.subscribe("https://crm.rebound.example/in", post.V1)
	if asked.Load() != 1 {
		t.Fatalf("the name was asked for %d times", asked.Load())
	}
	o.tell("front", 1, "door.shut")
	o.drain()
	if d := o.file(id).Deliveries[0]; asked.Load() < 2 || d.Cause != post.Guarded || d.Tries != 1 || d.State != "waiting" || reached.Load() != 0 {
		t.Errorf("asked %d times; %+v", asked.Load(), d)
	}
	_, _, err := o.Subscribe(context.Background(), admin, post.Terms{URL: "https://crm.rebound.example/in", Description: "CRM", Kinds: []string{"rain"}}, post.V1)
	if problems, _ := err.(fault.Problems); len(problems) != 1 || problems[0].Key != "push.url_internal" {
		t.Error(err)
	}
}
