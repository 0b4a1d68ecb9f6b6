package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"bainian/app/leads"
	"bainian/app/people"
	"bainian/app/store"
)

// Few leads and low limits, so that people are in each other's way.
const (
	raceSellers, raceLeads          = 6, 14
	raceDraws, racePerDay, raceCap  = 14, 20, 5
	raceOrders                      = 30 // of each seller
	racePolicy                      = "title: race\nlevels:\n  - level: full\n    require: {all: [employed, no_red_line]}\nlimits: {draws_per_day: 14, per_day: 20, cap: 5, newcomer_days: 0, newcomer_per_day: 20, newcomer_cap: 5}\n"
	racePools                       = "pools:\n  - {pool: default, title: Pool, newcomer_share: 0}\n"
	took, gaveBack, worked, unknown = "took", "gave back", "worked", "unknown"
)

// TestHistoriesOfTwoProcessesAreLinearizable lets sellers and their manager order leads through the API of two processes
// on one PostgreSQL, of one on SQLite, while a process is killed and started again, and checks what all were told
// against the pool as one thing after another: by lead, who holds it and who waits for a cool-down; by person, how many
// they hold and have taken.
func TestHistoriesOfTwoProcessesAreLinearizable(t *testing.T) {
	eachEngine(t, func(t *testing.T, db string) {
		r := newRace(t, db)
		first := r.run()
		second := first
		if db != "" {
			second = r.run()
		}
		urls := &addresses{all: []string{first.url, second.url}}
		var sellers sync.WaitGroup
		for i := range r.sellers {
			sellers.Go(func() { r.sell(i, urls) })
		}
		for r.answered() < raceSellers*raceOrders/3 { // in the midst of it
			time.Sleep(time.Millisecond)
		}
		r.ok(first.Process.Kill())
		<-first.done
		if n := r.answered(); n == 0 || n == raceSellers*raceOrders {
			t.Errorf("the process was killed after %d orders, not among them", n)
		}
		again := r.run()
		if db == "" {
			urls.set(again.url, again.url)
		} else {
			urls.set(again.url, second.url)
		}
		sellers.Wait()
		r.stop(again)
		if db != "" {
			r.stop(second)
		}
		if len(r.history) < raceSellers*raceOrders {
			t.Fatalf("only %d orders were answered", len(r.history))
		}
		r.linearizable("lead", leadModel(), func(o order) []string { return []string{o.lead} })
		r.linearizable("person", personModel(), func(o order) []string { return []string{o.person} })
		r.nothingDoubled()
	})
}

// race is an installation with a pool, its sellers and everything that was ordered.
type race struct {
	*badDay
	token   string
	manager string
	sellers []string // employee numbers
	leads   []string
	mu      sync.Mutex
	history []order
}

// order is something that somebody asked of the pool and what they were told. lead is "" when a draw got none.
type order struct {
	client       int
	verb         string // took, gave back, worked
	person, lead string
	said         string // what was told: the verb, unknown, or the key of a refusal
	call, answer int64
}

// addresses are those of the processes that run now.
type addresses struct {
	mu  sync.Mutex
	all []string
}

func (a *addresses) any() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[rand.IntN(len(a.all))]
}

func (a *addresses) set(all ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.all = all
}

func newRace(t *testing.T, db string) *race {
	t.Helper()
	root := badDayFiles(t)
	write(t, filepath.Join(root, "content/policy.yaml"), racePolicy)
	write(t, filepath.Join(root, leads.RulesPath), racePools)
	c := Config{Addr: "127.0.0.1:0", Data: t.TempDir(), DB: db, Root: root, Zone: "Asia/Taipei"}
	if err := c.complete(); err != nil {
		t.Fatal(err)
	}
	r := &race{badDay: &badDay{T: t, config: c}}
	ctx, h := context.Background(), r.open()
	_, problems, err := h.Load(ctx)
	r.ok(err)
	r.ok(problems.Err())
	hire := func(number, manager string, roles ...people.Role) people.Person {
		p, err := h.Directory.Create(ctx, people.System(), people.NewPerson{Number: number, Name: number, Email: number + "@x.example", Roles: roles, ManagerID: manager})
		r.ok(err)
		return p
	}
	r.manager = "BOSS"
	boss := hire(r.manager, "", people.Manager)
	for i := range raceSellers {
		r.sellers = append(r.sellers, hire(fmt.Sprintf("S%d", i), boss.ID).Number)
	}
	var csv strings.Builder
	csv.WriteString("company,phone\n")
	for i := range raceLeads {
		fmt.Fprintf(&csv, "企業 %d,02-%08d\n", i, i)
	}
	report, err := h.Pool.Import(ctx, boss, strings.NewReader(csv.String()), true)
	r.ok(err)
	r.ok(report.Problems.Err())
	r.ok(h.DB.Read(ctx, func(rx *store.Rx) error {
		r.leads, err = store.All(rx, func(row store.Row) (id string, err error) { return id, row.Scan(&id) }, `SELECT id FROM lead ORDER BY id`)
		return err
	}))
	r.token, err = h.Directory.NewTokenFor(ctx, people.System(), "race", people.LeadPool)
	r.ok(err)
	r.ok(h.Close())
	return r
}

func (r *race) answered() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.history)
}

// sell orders at random, as one seller and now and then as the manager for them.
func (r *race) sell(client int, urls *addresses) {
	number, dice := r.sellers[client], rand.New(rand.NewPCG(uint64(client), 7))
	var mine []string
	for n := range raceOrders {
		o := order{client: client, verb: took, person: number, lead: r.leads[dice.IntN(len(r.leads))]}
		path, body, key := o.lead+"/claim", fmt.Sprintf(`{"by":%q}`, number), fmt.Sprintf("%s-%d", number, n)
		switch chance := dice.IntN(10); {
		case chance < 3:
			path, o.lead = "draws", ""
		case chance < 5:
			path, body, key = o.lead+"/assignment", fmt.Sprintf(`{"by":%q,"to":%q}`, r.manager, number), ""
		case chance < 7 && len(mine) > 0:
			o.verb, o.lead, key = gaveBack, mine[dice.IntN(len(mine))], ""
			path, body = o.lead+"/return", fmt.Sprintf(`{"by":%q,"reason":"不是我的產業"}`, number)
		case chance < 8:
			o.verb, key = worked, ""
			path, body = o.lead+"/follow-ups", fmt.Sprintf(`{"by":%q,"kind":"call","outcome":"接通"}`, number)
		}
		r.ask(&o, urls, path, body, key)
		switch {
		case o.said == took:
			mine = append(mine, o.lead)
		case o.verb == gaveBack && o.said != unknown:
			mine = slices.DeleteFunc(mine, func(id string) bool { return id == o.lead })
		}
		r.mu.Lock()
		r.history = append(r.history, o)
		r.mu.Unlock()
	}
}

// ask sends an order until it is answered. One with a key may be sent again and is the same order; of any other nobody
// knows what became of it when its connection broke.
func (r *race) ask(o *order, urls *addresses, path, body, key string) {
	o.call = time.Now().UnixNano()
	defer func() { o.answer = time.Now().UnixNano() }()
	for {
		request, err := http.NewRequest(http.MethodPost, urls.any()+"/api/v1/leads/"+path, strings.NewReader(body))
		if err != nil {
			r.Error(err)
			return
		}
		request.Header.Set("Authorization", "Bearer "+r.token)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", key)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			if key == "" {
				o.said = unknown
				return
			}
			time.Sleep(20 * time.Millisecond)
			continue
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode == http.StatusServiceUnavailable {
			if key == "" && err != nil {
				o.said = unknown
				return
			}
			continue
		}
		var said struct {
			ID    string
			Error struct{ Key string }
		}
		if err := json.Unmarshal(text, &said); err != nil || response.StatusCode >= 500 {
			r.Errorf("%s: %d %s %v", path, response.StatusCode, text, err)
		}
		if o.said = said.Error.Key; response.StatusCode < 300 {
			if o.said = o.verb; o.verb == took {
				o.lead = said.ID
			}
		}
		return
	}
}

// leadState is one lead: who holds it, and who has to wait before they may take it again (as ",S1,S3").
type leadState struct{ holder, waits string }

func leadModel() porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{leadState{}} },
		Step: func(state, input, _ any) []any {
			s, o := state.(leadState), input.(order)
			waits := strings.Contains(s.waits, ","+o.person)
			free := s.holder == "" && !waits
			taken, given := leadState{o.person, s.waits}, leadState{"", s.waits + "," + o.person}
			holds := s.holder == o.person
			switch o.verb + " " + o.said {
			case took + " " + took:
				return when(free, taken)
			case took + " leads.taken":
				return when(s.holder != "", s)
			case took + " leads.cooling":
				return when(waits, s)
			case took + " " + unknown:
				return append(when(free, taken), s)
			case gaveBack + " " + gaveBack:
				return when(holds, given)
			case gaveBack + " " + unknown:
				return append(when(holds, given), s)
			case worked + " " + worked:
				return when(holds, s)
			case gaveBack + " leads.not_held", worked + " leads.not_held":
				return when(!holds, s)
			}
			return []any{s} // a limit of the person's
		},
	}
	return model.ToModel()
}

// personState is one person's day.
type personState struct{ held, taken, drawn int }

func personModel() porcupine.Model {
	model := porcupine.NondeterministicModel{
		Init: func() []any { return []any{personState{}} },
		Step: func(state, input, _ any) []any {
			s, o := state.(personState), input.(order)
			room := s.held < raceCap && s.taken < racePerDay
			draws := []any{}
			if s.drawn < raceDraws {
				draws = append(draws, personState{s.held + 1, s.taken + 1, s.drawn + 1})
			}
			allocated := personState{s.held + 1, s.taken + 1, s.drawn}
			switch o.verb + " " + o.said {
			case took + " " + took: // drawn or allocated: the order does not say
				if !room {
					return nil
				}
				return append(draws, allocated)
			case took + " " + unknown:
				if !room {
					return []any{s}
				}
				return append(draws, allocated, s)
			case took + " leads.cap":
				return when(s.held >= raceCap, s)
			case took + " leads.day_limit":
				return when(s.taken >= racePerDay, s)
			case took + " leads.draw_limit":
				return when(s.drawn >= raceDraws, s)
			case gaveBack + " " + gaveBack:
				return when(s.held > 0, personState{s.held - 1, s.taken, s.drawn})
			case gaveBack + " " + unknown:
				return append(when(s.held > 0, personState{s.held - 1, s.taken, s.drawn}), s)
			}
			return []any{s}
		},
	}
	return model.ToModel()
}

func when(holds bool, state any) []any {
	if holds {
		return []any{state}
	}
	return nil
}

// linearizable checks the history of each lead or person by itself. What nobody knows the outcome of stays open to the
// end: it may have happened at any time after it was sent.
func (r *race) linearizable(what string, model porcupine.Model, of func(order) []string) {
	r.Helper()
	parts, last := map[string][]porcupine.Operation{}, int64(0)
	for _, o := range r.history {
		last = max(last, o.answer)
	}
	for _, o := range r.history {
		for _, name := range of(o) {
			if name == "" {
				continue
			}
			op := porcupine.Operation{ClientId: o.client, Input: o, Call: o.call, Return: o.answer}
			if o.said == unknown {
				op.Return = last + 1
			}
			parts[name] = append(parts[name], op)
		}
	}
	for name, ops := range parts {
		if result := porcupine.CheckOperationsTimeout(model, ops, 30*time.Second); result != porcupine.Ok {
			slices.SortFunc(ops, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
			var told strings.Builder
			for _, op := range ops {
				fmt.Fprintf(&told, "\n%+v", op.Input)
			}
			r.Errorf("the history of %s %s is %s:%s", what, name, result, told.String())
		}
	}
}

// nothingDoubled holds the database to what the models cannot see.
func (r *race) nothingDoubled() {
	r.Helper()
	h := r.open()
	defer h.Close()
	for what, query := range map[string]string{
		"leads with two open tenures":             `SELECT count(*) FROM (SELECT lead_id FROM tenure WHERE ended_ms IS NULL GROUP BY lead_id HAVING count(*) > 1) x`,
		"leads whose state is not their tenure's": `SELECT count(*) FROM lead l WHERE (l.state = 'held') <> EXISTS (SELECT 1 FROM tenure t WHERE t.lead_id = l.id AND t.ended_ms IS NULL)`,
		"tenures that no day counts":              `SELECT (SELECT count(*) FROM tenure) - (SELECT coalesce(sum(drawn + allocated), 0) FROM lead_day)`,
		"people over the cap":                     fmt.Sprintf(`SELECT count(*) FROM (SELECT holder_id FROM tenure WHERE ended_ms IS NULL GROUP BY holder_id HAVING count(*) > %d) x`, raceCap),
	} {
		n := 0
		r.ok(h.DB.Read(context.Background(), func(rx *store.Rx) error { return rx.Row(query).Scan(&n) }))
		if n != 0 {
			r.Errorf("%d %s", n, what)
		}
	}
}
