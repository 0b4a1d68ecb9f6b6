package post

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Networks are the private ones that webhooks may reach, by the operator's word: there http and any port will do. To
// everywhere else they go by https on port 443, and never to an address that only this machine or its neighbours reach.
type Networks []netip.Prefix

// ParseNetworks reads "10.1.0.0/16, fd00:1::/32".
func ParseNetworks(text string) (networks Networks, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil || prefix.Addr().Is4In6() {
			return nil, fmt.Errorf("post: %q is no network such as 10.1.0.0/16", part)
		}
		networks = append(networks, prefix.Masked())
	}
	return networks, nil
}

func (n Networks) has(a netip.Addr) bool {
	for _, prefix := range n {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// internal are the special-purpose networks of IANA that are not globally reachable, and those that only wrap an IPv4
// address, behind which a private one may hide: RFC 6890, 6598, 3068, 3056, 4380, 6052, 8215 and 9637.
func internal() []string {
	return []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"::/8", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7",
		"fe80::/10", "fec0::/10", "ff00::/8",
	}
}

// Reachable reports whether a webhook may be sent to an address: the question that is asked of each address at the
// moment of dialling it, whatever name led there.
func (n Networks) Reachable(to netip.AddrPort, secure bool) bool {
	a := to.Addr().Unmap()
	if a.Zone() != "" {
		return false
	}
	if n.has(a) {
		return true
	}
	for _, text := range internal() {
		if netip.MustParsePrefix(text).Contains(a) {
			return false
		}
	}
	return a.IsValid() && a.IsGlobalUnicast() && secure && to.Port() == 443
}

const longestURL = 2000

// checkURL is what can be said of a webhook's URL before anything is looked up: a message key with its arguments, or "".
func (n Networks) checkURL(text string) (key string, args []any) {
	if text == "" {
		return "push.url_missing", nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || utf8.RuneCountInString(text) > longestURL:
		return "push.url_shape", nil
	case u.User != nil || u.Fragment != "":
		return "push.url_password", nil
	case u.Scheme != "https" && u.Scheme != "http":
		return "push.url_scheme", []any{"scheme", u.Scheme}
	case u.Scheme == "http" && len(n) == 0:
		return "push.url_http", nil
	case u.Scheme == "https" && u.Port() != "" && u.Port() != "443" && len(n) == 0:
		return "push.url_port", []any{"port", u.Port()}
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		host = "127.0.0.1"
	}
	if a, err := netip.ParseAddr(host); err == nil && !n.Reachable(netip.AddrPortFrom(a, portOf(u)), u.Scheme == "https") {
		return "push.url_internal", []any{"host", u.Hostname()}
	}
	return "", nil
}

func portOf(u *url.URL) uint16 {
	if p, err := netip.ParseAddrPort("0.0.0.0:" + u.Port()); err == nil {
		return p.Port()
	}
	if u.Scheme == "http" {
		return 80
	}
	return 443
}
