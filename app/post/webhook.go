package post

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Webhook is a subscription: where events of these kinds are posted to.
type Webhook struct {
	ID string
	Terms
	Enabled bool
	Gone    bool // the other side answered 410 and was disabled for it
	By      string
	At      time.Time
	Waiting int // deliveries that are on their way
	Failed  int // that were given up
}

// Host is the host of the URL, which may hold a token in the rest.
func (w Webhook) Host() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return ""
	}
	return u.Host
}

// Terms are what an admin enters of a webhook.
type Terms struct {
	URL         string
	Description string
	Kinds       []string
}

const longestDescription = 200

// Kinds are what can be subscribed to.
func (o *Office) Kinds() []Kind { return o.push.Kinds }

// check is everything that is wrong with what was entered, by field; it looks the host up, which must not lead inside.
// What a name leads to is asked again at every delivery.
func (o *Office) check(ctx context.Context, t Terms) (Terms, error) {
	t.URL, t.Description = strings.TrimSpace(t.URL), strings.TrimSpace(t.Description)
	var problems fault.Problems
	key, args := o.push.Networks.checkURL(t.URL)
	if key == "" && !o.leadsOutside(ctx, t.URL) {
		key, args = "push.url_internal", []any{"host", Webhook{Terms: t}.Host()}
	}
	if key != "" {
		problems.Add("", 0, "url", key, args...)
	}
	if !people.Legible(t.Description) || utf8.RuneCountInString(t.Description) > longestDescription {
		problems.Add("", 0, "description", "push.description_shape", "max", longestDescription)
	}
	if t.Kinds, key, args = checkKinds(o.push.Kinds, t.Kinds); key != "" {
		problems.Add("", 0, "kinds", key, args...)
	}
	return t, problems.Err()
}

const lookupPatience = 3 * time.Second

// leadsOutside reports whether no address of the URL's host is refused; a name that nobody knows yet leads nowhere.
func (o *Office) leadsOutside(ctx context.Context, address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	resolver := o.push.Resolver
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	ctx, cancel := context.WithTimeout(ctx, lookupPatience)
	defer cancel()
	found, err := resolver.LookupNetIP(ctx, "ip", u.Hostname())
	for _, a := range found {
		if err == nil && !o.push.Networks.Reachable(netip.AddrPortFrom(a, portOf(u)), u.Scheme == "https") {
			return false
		}
	}
	return true
}

func mayPush(actor people.Person) error {
	if actor.Has(people.Admin) {
		return nil
	}
	return fault.New(fault.Forbidden, "push.admin_only")
}

// Subscribe makes a webhook with its first key. Wrong terms are fault.Problems; more than 20 webhooks are a Conflict.
func (o *Office) Subscribe(ctx context.Context, actor people.Person, t Terms, scheme Scheme) (id string, key Key, err error) {
	if err := mayPush(actor); err != nil {
		return "", key, err
	}
	if t, err = o.check(ctx, t); err != nil {
		return "", key, err
	}
	err = o.db.Write(ctx, func(tx *store.Tx) error {
		var all int
		if err := tx.Row(`SELECT count(*) FROM webhook`).Scan(&all); err != nil {
			return err
		}
		if all >= mostWebhooks {
			return fault.New(fault.Conflict, "push.too_many", "max", mostWebhooks)
		}
		id = tx.NewID()
		if _, err := tx.Exec(`INSERT INTO webhook (id, url, description, kinds, enabled, by_id, at_ms) VALUES (?, ?, ?, ?, TRUE, ?, ?)`,
			id, t.URL, t.Description, joinKinds(t.Kinds), actor.ID, store.Ms(tx.Now)); err != nil {
			return err
		}
		if err := changedIn(tx, actor.ID, id, "created", t); err != nil {
			return err
		}
		key, err = keyIn(tx, actor.ID, id, scheme)
		return err
	})
	return id, key, err
}

// Revise gives a webhook other terms; what waits goes to the new URL.
func (o *Office) Revise(ctx context.Context, actor people.Person, id string, t Terms) error {
	if err := mayPush(actor); err != nil {
		return err
	}
	t, err := o.check(ctx, t)
	if err != nil {
		return err
	}
	return o.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := webhookIn(tx.Rx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(`UPDATE webhook SET url = ?, description = ?, kinds = ? WHERE id = ?`, t.URL, t.Description, joinKinds(t.Kinds), id); err != nil {
			return err
		}
		return changedIn(tx, actor.ID, id, "changed", t)
	})
}

// Disable ends the deliveries to a webhook, those that wait too. Twice is once.
func (o *Office) Disable(ctx context.Context, actor people.Person, id string) error {
	if err := mayPush(actor); err != nil {
		return err
	}
	return o.db.Write(ctx, func(tx *store.Tx) error { return disableIn(tx, actor.ID, id, false) })
}

func disableIn(tx *store.Tx, by, id string, gone bool) error {
	w, err := webhookIn(tx.Rx, id)
	if err != nil || !w.Enabled {
		return err
	}
	if _, err := tx.Exec(`UPDATE webhook SET enabled = FALSE, gone = ? WHERE id = ?`, gone, id); err != nil {
		return err
	}
	if _, err := tx.Exec(`UPDATE delivery SET state = 'cancelled', next_ms = NULL, end_ms = ? WHERE webhook_id = ? AND state = 'waiting'`,
		store.Ms(tx.Now), id); err != nil {
		return err
	}
	kind := "disabled"
	if gone {
		kind = "gone"
	}
	return changedIn(tx, by, id, kind, nil)
}

// Enable takes the deliveries up again. What happened meanwhile is for Replay.
func (o *Office) Enable(ctx context.Context, actor people.Person, id string) error {
	if err := mayPush(actor); err != nil {
		return err
	}
	return o.db.Write(ctx, func(tx *store.Tx) error {
		w, err := webhookIn(tx.Rx, id)
		if err != nil || w.Enabled {
			return err
		}
		if _, err := tx.Exec(`UPDATE webhook SET enabled = TRUE, gone = FALSE WHERE id = ?`, id); err != nil {
			return err
		}
		return changedIn(tx, actor.ID, id, "enabled", nil)
	})
}

// longestOverlap is how long a replaced key may go on signing.
const longestOverlap = 7 * 24 * time.Hour

// Rotate gives a webhook a new key; those before it sign beside it for that long.
func (o *Office) Rotate(ctx context.Context, actor people.Person, id string, scheme Scheme, overlap time.Duration) (key Key, err error) {
	if err := mayPush(actor); err != nil {
		return key, err
	}
	if overlap < 0 || overlap > longestOverlap {
		return key, fault.New(fault.Invalid, "push.overlap_range", "max", int(longestOverlap.Hours())).In("hours")
	}
	err = o.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := webhookIn(tx.Rx, id); err != nil {
			return err
		}
		until := store.Ms(tx.Now.Add(overlap))
		if _, err := tx.Exec(`UPDATE webhook_key SET until_ms = ? WHERE webhook_id = ? AND (until_ms IS NULL OR until_ms > ?)`, until, id, until); err != nil {
			return err
		}
		if key, err = keyIn(tx, actor.ID, id, scheme); err != nil {
			return err
		}
		return changedIn(tx, actor.ID, id, "rotated", struct {
			Scheme Scheme `json:"scheme"`
			Hours  int    `json:"hours"`
		}{scheme, int(overlap.Hours())})
	})
	return key, err
}

// keyIn makes a webhook's next key.
func keyIn(tx *store.Tx, by, webhookID string, scheme Scheme) (Key, error) {
	if scheme != V1 && scheme != V1a {
		return Key{}, fault.New(fault.Invalid, "push.scheme_unknown").In("scheme")
	}
	k := Key{ID: tx.NewID(), Scheme: scheme, By: by, At: tx.Now, secret: tx.Secret(secretBytes)}
	_, err := tx.Exec(`INSERT INTO webhook_key (id, webhook_id, scheme, secret, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		k.ID, webhookID, string(scheme), base64.StdEncoding.EncodeToString(k.secret), by, store.Ms(tx.Now))
	return k, err
}

// keysIn are the keys that sign now, the newest first.
func keysIn(rx *store.Rx, webhookID string) ([]Key, error) {
	return store.All(rx, func(r store.Row) (k Key, err error) {
		var secret string
		var at int64
		var until *int64
		if err := r.Scan(&k.ID, &k.Scheme, &secret, &k.By, &at, &until); err != nil {
			return k, err
		}
		k.At = store.Time(at)
		if until != nil {
			k.Until = store.Time(*until)
		}
		k.secret, err = base64.StdEncoding.DecodeString(secret)
		return k, err
	}, `SELECT id, scheme, secret, by_id, at_ms, until_ms FROM webhook_key WHERE webhook_id = ? AND (until_ms IS NULL OR until_ms > ?) ORDER BY id DESC`,
		webhookID, store.Ms(rx.Now))
}

// changedIn puts on record who did what to a webhook; a secret is never part of it.
func changedIn(tx *store.Tx, by, id, kind string, detail any) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO webhook_change (id, webhook_id, kind, detail, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
		tx.NewID(), id, kind, string(text), by, store.Ms(tx.Now))
	return err
}
