package server

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
)

// demoLinks are the sign-in links of the demonstration: they work until the program stops.
type demoLinks struct {
	people     map[string]string // token → person id
	byRole     map[string]string // role → token
	persona    []persona
	token      string // an API token for decisions
	rehearsals string // and one for rehearsals
}

// persona is one more person worth signing in as.
type persona struct{ name, token string }

// rolesAnnounced are the roles in the order in which their links are printed.
var rolesAnnounced = []string{"new_hire", "trainer", "hr", "reviewer", "manager", "admin"}

func (l *demoLinks) add(role string, p people.Person) {
	token := secret(16)
	l.people[token] = p.ID
	l.byRole[role] = token
}

func (l *demoLinks) addPersona(name string, p people.Person) {
	token := secret(16)
	l.people[token] = p.ID
	l.persona = append(l.persona, persona{name, token})
}

// signIn opens a session for the holder of a link.
func (l *demoLinks) signIn(ctx context.Context, directory *people.Directory, token string) (string, error) {
	id, ok := l.people[token]
	if !ok {
		return "", fault.New(fault.NotFound, "server.no_demo_link")
	}
	return directory.SignInAs(ctx, id)
}

// announcement is the line that scripts read.
type announcement struct {
	URL        string            `json:"url"`
	Token      string            `json:"token"`
	Rehearsals string            `json:"rehearsals"` // a token for them
	SignIn     map[string]string `json:"signin"`
	Personas   map[string]string `json:"personas"`
}

// announce prints the links: for people on the error output, for scripts as one line of JSON on the output.
func (l *demoLinks) announce(p program, c Config) error {
	link := func(token string) string { return c.URL + "/demo/" + token }
	fmt.Fprintln(p.err, "\n  Sign in by clicking a link (they work until this program stops):")
	for _, role := range rolesAnnounced {
		fmt.Fprintf(p.err, "    %-22s %s\n", role, link(l.byRole[role]))
	}
	for _, x := range l.persona {
		fmt.Fprintf(p.err, "    %-22s %s\n", x.name, link(x.token))
	}
	fmt.Fprintf(p.err, "  API token              %s\n", l.token)
	fmt.Fprintf(p.err, "  API token, rehearsals  %s\n\n", l.rehearsals)
	if !c.JSON {
		return nil
	}
	a := announcement{URL: c.URL, Token: l.token, Rehearsals: l.rehearsals, SignIn: map[string]string{}, Personas: map[string]string{}}
	for role, token := range l.byRole {
		a.SignIn[role] = link(token)
	}
	for _, x := range l.persona {
		a.Personas[x.name] = link(x.token)
	}
	return json.NewEncoder(p.out).Encode(a)
}

// furnish makes the demonstration company by doing, through the same verbs as everybody, what would have been
// done: it moves the clock back and lets three weeks pass. A database that is furnished already only gets links.
func furnish(ctx context.Context, h *House, c *clock) (*demoLinks, error) {
	f := &furnisher{House: h, ctx: ctx, clock: c, present: time.Now().In(h.Keeper.Zone())}
	links := &demoLinks{people: map[string]string{}, byRole: map[string]string{}}
	exists, err := h.Directory.HasAdmin(ctx)
	if err != nil {
		return nil, err
	}
	if exists {
		err = f.recall()
	} else {
		err = f.furnish()
	}
	c.setBehind(0)
	if err == nil {
		err = h.anchor(ctx)
	}
	if err != nil {
		return nil, err
	}
	if links.token, err = h.Directory.NewToken(ctx, people.System(), "demo "+secret(4)); err != nil {
		return nil, err
	}
	if links.rehearsals, err = h.Directory.NewTokenFor(ctx, people.System(), "demo "+secret(4), people.Rehearsals); err != nil {
		return nil, err
	}
	for role, number := range demoRoles {
		links.add(role, f.cast[number])
	}
	for _, x := range demoPersonas {
		links.addPersona(x.name, f.cast[x.number])
	}
	return links, nil
}

// furnisher is the demonstration while it is being made.
type furnisher struct {
	*House
	ctx     context.Context
	clock   *clock
	present time.Time
	cast    map[string]people.Person // by employee number
	dice    dice
}

// at moves the clock to a time of day so many days ago.
func (f *furnisher) at(daysAgo, hour, minute int) {
	y, m, d := f.present.AddDate(0, 0, -daysAgo).Date()
	f.to(time.Date(y, m, d, hour, minute, 0, 0, f.present.Location()))
}

// to moves the clock, never past the present.
func (f *furnisher) to(t time.Time) {
	if t.After(f.present) {
		t = f.present
	}
	f.clock.setBehind(time.Since(t))
}

// furnish tells the story of two cohorts.
func (f *furnisher) furnish() error {
	for _, chapter := range []func() error{f.staff, f.cohorts, f.valuesWeek, f.productAndSales, f.leadsArrive, f.sellingWeek, f.newCohort, f.pitches, f.review} {
		if err := chapter(); err != nil {
			return err
		}
	}
	return nil
}

// recall finds the cast of a demonstration that was furnished before.
func (f *furnisher) recall() error {
	f.cast = map[string]people.Person{}
	for _, m := range cast() {
		p, err := f.Directory.ByNumber(f.ctx, m.number)
		if err != nil {
			return fmt.Errorf("this database holds another company; start -demo on a fresh folder: %w", err)
		}
		f.cast[m.number] = p
	}
	return nil
}

// dice are the demonstration's chances: the same each time, so that the tour in README finds what it names.
type dice struct{ state uint64 }

// n is a number from 0 up to below most.
func (d *dice) n(most int) int {
	d.state = d.state*6364136223846793005 + 1442695040888963407
	return int((d.state >> 33) % uint64(most))
}

// yes is true so many times in a hundred.
func (d *dice) yes(percent int) bool { return d.n(100) < percent }
