package post

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Endpoint is where events are posted to.
type Endpoint struct {
	url    *url.URL
	secret []byte
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
	return &Endpoint{u, key, &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
	}}, nil
}

func (e *Endpoint) send(ctx context.Context, d dispatch, now time.Time) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url.String(), strings.NewReader(d.body))
	if err != nil {
		return errors.New("post: the request could not be made")
	}
	seconds := strconv.FormatInt(now.Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("webhook-id", d.id)
	request.Header.Set("webhook-timestamp", seconds)
	request.Header.Set("webhook-signature", e.sign(d.id, seconds, d.body))
	response, err := e.client.Do(request)
	if err != nil {
		if outer := (*url.Error)(nil); errors.As(err, &outer) {
			err = outer.Err // without the URL, which may hold a token
		}
		return fmt.Errorf("post: webhook: %w", err)
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, 64<<10) // what it says is not asked for
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("post: webhook: it answered %d", response.StatusCode)
	}
	return nil
}

// sign is the signature over id, time and body, version 1.
func (e *Endpoint) sign(id, seconds, body string) string {
	m := hmac.New(sha256.New, e.secret)
	m.Write([]byte(id + "." + seconds + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(m.Sum(nil))
}
