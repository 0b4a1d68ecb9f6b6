package post

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Endpoint is where the operator has events posted to that tell nobody's state.
type Endpoint struct {
	url    *url.URL
	key    Key
	client *http.Client
}

// The bounds of a secret by Standard Webhooks, in bytes.
const (
	leastSecret = 24
	mostSecret  = 64
)

// ParseEndpoint reads the URL of a webhook and its secret, whsec_ and base64. What is answered with a redirection is a
// failure: nobody but the operator says where events go.
func ParseEndpoint(address, secret string) (*Endpoint, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return nil, errors.New("post: the webhook must be an https:// or http:// URL without a password")
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) < leastSecret || len(key) > mostSecret {
		return nil, fmt.Errorf("post: the webhook's secret must be whsec_ and the base64 of %d to %d bytes", leastSecret, mostSecret)
	}
	return &Endpoint{u, Key{Scheme: V1, secret: key}, &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
	}}, nil
}

func (e *Endpoint) send(ctx context.Context, d dispatch, now time.Time) error {
	seconds := strconv.FormatInt(now.Unix(), 10)
	_, err := postTo(ctx, e.client, e.url.String(), d.id, seconds, e.key.sign(d.id, seconds, d.body), d.body)
	return err
}
