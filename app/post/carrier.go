package post

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The patience with the other side of a webhook.
const (
	connectPatience = 5 * time.Second
	headerPatience  = 10 * time.Second
	wholePatience   = 15 * time.Second
	mostRead        = 64 << 10 // of an answer; what it says is not asked for
)

// carrier posts events to URLs that admins have entered: it reaches only what Networks allows, by no proxy, and follows
// no redirection.
type carrier struct {
	secure, plain *http.Client
}

// errGuarded is the answer to a dial that the networks do not allow.
var errGuarded = errors.New("post: the address is not one that webhooks may reach")

// newCarrier makes one; resolver is nil for the machine's own.
func newCarrier(networks Networks, resolver *net.Resolver) *carrier {
	client := func(secure bool) *http.Client {
		dialer := &net.Dialer{Timeout: connectPatience, Resolver: resolver, Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !networks.Reachable(to, secure) {
				return errGuarded
			}
			return nil
		}}
		return &http.Client{
			Timeout:       wholePatience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: connectPatience, ResponseHeaderTimeout: headerPatience,
				MaxResponseHeaderBytes: mostRead, MaxConnsPerHost: abreast, MaxIdleConnsPerHost: abreast, MaxIdleConns: 4 * abreast, IdleConnTimeout: 30 * time.Second,
				ForceAttemptHTTP2: true},
		}
	}
	return &carrier{client(true), client(false)}
}

// carry posts a body. code is the answer's status, 0 without an answer; with no cause of failure the other side has it.
func (c *carrier) carry(ctx context.Context, address, id string, keys []Key, body string, now time.Time) (code int, failed Cause) {
	client := c.secure
	if strings.HasPrefix(strings.ToLower(address), "http:") {
		client = c.plain
	}
	seconds := strconv.FormatInt(now.Unix(), 10)
	code, err := postTo(ctx, client, address, id, seconds, signatures(keys, id, seconds, body), body)
	return code, causeOf(code, err)
}

// postTo is one POST as Standard Webhooks asks. Its error never holds the URL, in which a token may stand.
func postTo(ctx context.Context, client *http.Client, address, id, seconds, signature, body string) (code int, failure error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return 0, errors.New("post: the request could not be made")
	}
	request.Header.Set("Content-Type", "application/cloudevents+json; charset=utf-8")
	request.Header.Set("User-Agent", "Bainian-Webhooks/1")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", seconds)
	request.Header.Set("webhook-signature", signature)
	response, err := client.Do(request)
	if err != nil {
		if outer := (*url.Error)(nil); errors.As(err, &outer) {
			err = outer.Err
		}
		return 0, fmt.Errorf("post: webhook: %w", err)
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, mostRead)
	if response.StatusCode/100 != 2 {
		return response.StatusCode, fmt.Errorf("post: webhook: it answered %d", response.StatusCode)
	}
	return response.StatusCode, nil
}

// Cause is why a try failed, for the page: "push.cause_" and it is a message. It never tells what a name led to, which
// would map the inside of the house for whoever may enter a URL.
type Cause string

const (
	Guarded  Cause = "guarded"  // the address is not one that webhooks may reach
	Unknown  Cause = "unknown"  // the host's name was not found
	Silent   Cause = "silent"   // no answer in time
	Refused  Cause = "refused"  // nobody listens there
	Distrust Cause = "distrust" // its certificate is not good
	Redirect Cause = "redirect" // it answered with another place, which is not followed
	Gone     Cause = "gone"     // it answered that it wants no more: 410
	Answered Cause = "answered" // it answered with another failure
	Broken   Cause = "broken"   // the connection broke
)

func causeOf(code int, err error) Cause {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var waited net.Error
	switch {
	case err == nil:
		return ""
	case code == http.StatusGone:
		return Gone
	case code/100 == 3:
		return Redirect
	case code != 0:
		return Answered
	case errors.Is(err, errGuarded):
		return Guarded
	case errors.As(err, &dns):
		return Unknown
	case errors.As(err, &certificate):
		return Distrust
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.As(err, &waited) && waited.Timeout():
		return Silent
	}
	return Broken
}
