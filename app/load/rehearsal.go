package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// rehearsal is one on the server, as its API tells it.
type rehearsal struct {
	ID, Sitting, Password string
	Candidates            []struct{ Number, Session string }
	Erased                int64
}

const rehearsals = "/api/v1/rehearsals"

// askRehearsal has the server make people, sessions and a sitting.
func askRehearsal(ctx context.Context, p plan) (*rehearsal, error) {
	r := &rehearsal{}
	body := fmt.Sprintf(`{"candidates":%d,"minutes":%d,"passwords":%d}`, p.candidates, int(math.Ceil(p.minutes))+15, p.passwords)
	for tries := 0; ; tries++ {
		err := r.call(p, fasthttp.MethodPost, rehearsals, body, 201)
		if err == nil {
			break
		}
		if tries == 120 || ctx.Err() != nil || !strings.Contains(err.Error(), "exams.rehearsal_open") {
			return nil, fmt.Errorf("the server makes no rehearsal: %w", err)
		}
		time.Sleep(time.Second) // the one before is still being erased
	}
	if len(r.Candidates) != p.candidates {
		return nil, fmt.Errorf("asked for %d candidates, got %d", p.candidates, len(r.Candidates))
	}
	return r, nil
}

func (r *rehearsal) call(p plan, method, path, body string, want int) error {
	l, err := lineTo(p.url)
	if err != nil {
		return err
	}
	defer l.close()
	q := l.ask(method, path)
	q.Header.Set("Authorization", "Bearer "+p.token)
	q.Header.Set("Accept-Language", "en")
	if body != "" {
		q.Header.SetContentType(asJSON)
		q.SetBodyString(body)
	}
	if err := l.exchange(); err != nil {
		return err
	}
	if got := l.res.StatusCode(); got != want {
		return fmt.Errorf("%d %s", got, l.res.Body())
	}
	return json.Unmarshal(l.res.Body(), r)
}

// remove ends the rehearsal and, where it matters, waits until nothing of it is left.
func (s *simulation) remove(ctx context.Context, wait bool) error {
	r := s.rehearsal
	if err := r.call(s.plan, fasthttp.MethodDelete, rehearsals+"/"+r.ID, "", 202); err != nil {
		return fmt.Errorf("the rehearsal %s is not removed: %w", r.ID, err)
	}
	for tries := 0; wait && r.Erased == 0; tries++ {
		if tries == 600 {
			return fmt.Errorf("the rehearsal %s has ended and is still being erased", r.ID)
		}
		time.Sleep(time.Second)
		if err := r.call(s.plan, fasthttp.MethodGet, rehearsals+"/"+r.ID, "", 200); err != nil {
			return err
		}
	}
	return nil
}
