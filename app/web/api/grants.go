package api

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/gate"
	"bainian/app/web/page"
)

const byGrant way = "grant"

// keysPath is where the public keys of grants are, as a JSON Web Key Set (RFC 7517).
const keysPath = "/.well-known/jwks.json"

// grantQuestion is an evaluation with the system that will check the grant; the resource may be left out.
type grantQuestion struct {
	question
	Audience string `json:"audience"`
}

// granted is the answer of an evaluation, and where it allows, the grant.
type granted struct {
	answer
	ID        string `json:"id,omitempty"`         // jti
	Grant     string `json:"grant,omitempty"`      // the JSON Web Token
	ExpiresIn int    `json:"expires_in,omitempty"` // seconds
}

// grant answers POST /gate/grants. A denial is 200 as in an evaluation, and has no grant.
func (w *Wing) grant(c *page.Ctx) error {
	var q grantQuestion
	if err := read(c, &q); err != nil {
		return err
	}
	anyPool := q.Resource.Type == "" && q.Resource.ID == ""
	if anyPool {
		q.Resource.Type, q.Resource.ID = resourceType, "*"
	}
	if err := q.complete(); err != nil {
		return err
	}
	audience, err := gate.ParseAddressee(q.Audience)
	if err != nil {
		return err
	}
	asked := q.asked(byGrant)
	if anyPool {
		asked.poolID = ""
	}
	var given gate.Grant
	r := w.decide(c, asked, func(ctx context.Context, number string) (d gate.Decision, err error) {
		given, d, err = w.grants.Issue(ctx, gate.GrantAsked{By: c.Machine, Number: number, Action: gate.Action(asked.action), Audience: audience, Issuer: w.kit.BaseURL})
		return d, err
	})
	out := granted{answer: w.worded(c, r)}
	if r.allowed {
		out.ID, out.Grant, out.ExpiresIn = given.ID, given.Text, int(given.Until.Sub(r.decision.At)/time.Second)
	}
	return c.JSON(out)
}

// keys are public: nothing follows from them but whether a grant is ours. Whoever checks grants may keep them for an hour.
func (w *Wing) keys(c *page.Ctx) error {
	keys, err := w.grants.Keys(c.Now())
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	return c.JSON(map[string][]gate.GrantKey{"keys": keys})
}
