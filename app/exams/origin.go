package exams

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"

	"bainian/app/ledger"
	"bainian/app/store"
)

// Origin is where a call comes from: the address of the network and the browser's name for itself. It is never kept;
// what is kept are codes under the person's key, which tell that it changed and nothing else.
type Origin struct{ Address, Browser string }

// originPayload is a change of the network or the browser that an attempt is sat from, or the first of them.
type originPayload struct {
	Origin  string   `json:"origin"`            // as in the attempt's row
	Changed []string `json:"changed,omitempty"` // WatchAddress, WatchBrowser; none for the first
}

// codes are those of what the policy watches, as an attempt's row keeps them: "address.browser", each in hex or empty.
func (o Origin) codes(key []byte, policy Integrity) string {
	code := func(watch, name, value string) string {
		if value == "" || !policy.Watches(watch) {
			return ""
		}
		m := hmac.New(sha256.New, key)
		m.Write([]byte("origin " + name + "\x00" + value))
		return hex.EncodeToString(m.Sum(nil)[:8])
	}
	return code(WatchAddress, "address", network(o.Address)) + "." + code(WatchBrowser, "browser", o.Browser)
}

// network is the part of an address that is somebody's network rather than their machine: 24 bits of IPv4, 48 of IPv6.
// Phones and offices change what follows without anybody moving.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	bits := 48
	if a = a.Unmap().WithZone(""); a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return address
	}
	return p.String()
}

// changed is what differs between two rows' codes; what either does not have differs from nothing.
func changed(before, now string) (what []string) {
	addressBefore, browserBefore, _ := strings.Cut(before, ".")
	address, browser, _ := strings.Cut(now, ".")
	if addressBefore != "" && address != "" && addressBefore != address {
		what = append(what, WatchAddress)
	}
	if browserBefore != "" && browser != "" && browserBefore != browser {
		what = append(what, WatchBrowser)
	}
	return what
}

// originIn journals where the first call came from, and each one that comes from elsewhere.
func originIn(tx *store.Tx, a *Attempt, policy Integrity, from Origin) error {
	if from == (Origin{}) || !policy.Watches(WatchAddress) && !policy.Watches(WatchBrowser) {
		return nil
	}
	key, err := ledger.SubjectKeyIn(tx, a.PersonID)
	if err != nil {
		return err
	}
	return originByIn(tx, a, key, policy, from)
}

// originByIn is originIn for whoever has the person's key at hand.
func originByIn(tx *store.Tx, a *Attempt, key []byte, policy Integrity, from Origin) error {
	now := from.codes(key, policy)
	if from == (Origin{}) || now == "." || now == a.origin {
		return nil
	}
	if err := appendIn(tx, a, entryOrigin, originPayload{Origin: now, Changed: changed(a.origin, now)}); err != nil {
		return err
	}
	var moved []Event
	for _, what := range changed(a.origin, now) {
		moved = append(moved, Event{Kind: what}) // nobody's claim: the server saw it
	}
	if err := claimedIn(tx, a.ID, moved); err != nil {
		return err
	}
	a.origin = now
	_, err := tx.Exec(`UPDATE attempt SET origin = ? WHERE id = ?`, now, a.ID)
	return err
}
