package leads

import (
	"context"
	"maps"
	"slices"
	"time"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Outlook is what a manager sees coming in their team: what will be reclaimed, how old the held leads are and how far
// they have come, and how evenly new ones were shared out.
type Outlook struct {
	Forecast []DayCount  // leads due on each of the next business days, today first
	Soon     []DueLead   // of them the soonest
	Ages     []int       // held leads by age: each counts up to its bound in AgeBounds, the last everything older
	Stages   []StageLine // in the order of the rules
	Shares   []Received  // by employee number
	Won      int         // closed as won in the last thirty days
	Lost     int
}

// DueLead is a lead that will be reclaimed unless it is followed up.
type DueLead struct {
	Holding
	Holder people.Person
}

// StageLine is how many of the team's leads are at a stage.
type StageLine struct {
	Stage Stage
	N     int
}

// Received is what a person has received in the business days that Outlook looks back on.
type Received struct {
	Person           people.Person
	Drawn, Allocated int
	Held             int
	Newcomer         bool
}

// Total is everything that the person received.
func (s Received) Total() int { return s.Drawn + s.Allocated }

// ShareDays is how many business days Outlook.Shares looks back on, today with them.
const ShareDays = 5

const (
	forecastDays = 5  // business days, today with them
	soonest      = 50 // leads that are named
	closedDays   = 30 // calendar days
)

// AgeBounds are the ages, in calendar days, up to which Outlook counts leads together.
func AgeBounds() []int { return []int{2, 5, 10, 20} }

// Outlook is the outlook of the actor's team, direct and indirect.
func (p *Pool) Outlook(ctx context.Context, actor people.Person) (o Outlook, err error) {
	if !actor.Has(people.Manager) {
		return o, fault.New(fault.Forbidden, "leads.managers_only")
	}
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		o = Outlook{Ages: make([]int, len(AgeBounds())+1)}
		days, err := p.workdaysIn(rx)
		if err != nil {
			return err
		}
		_, rules, err := p.termsIn(rx, "")
		if err != nil {
			return err
		}
		team, err := people.ReportsIn(rx, actor.ID)
		if err != nil {
			return err
		}
		at := map[string]people.Person{}
		for _, person := range team {
			at[person.ID] = person
		}
		if err := o.heldIn(rx, at, rules, days); err != nil {
			return err
		}
		if err := o.sharesIn(rx, team, days, p); err != nil {
			return err
		}
		return o.closedIn(rx, team)
	})
	return o, err
}

// teamChunk is how many people one statement asks about.
const teamChunk = 500

// heldIn goes through the team's open tenures once.
func (o *Outlook) heldIn(rx *store.Rx, team map[string]people.Person, rules *Rules, days workdays) error {
	stages := map[string]int{}
	today := days.midnight(rx.Now, 0)
	for day := today; len(o.Forecast) < forecastDays; day = days.Next(day) {
		if len(o.Forecast) == 0 && !days.Business(day) {
			day = days.Next(day)
		}
		o.Forecast = append(o.Forecast, DayCount{Day: day.Format(time.DateOnly)})
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(team)), teamChunk) {
		all, err := store.All(rx, scanHolding, `SELECT `+leadColumns+`, `+tenureColumns+` FROM tenure t JOIN lead l ON l.id = t.lead_id
			WHERE t.ended_ms IS NULL AND t.holder_id IN (`+places(len(ids))+`)`, anys(ids)...)
		if err != nil {
			return err
		}
		for _, h := range all {
			stages[h.Lead.Stage]++
			o.Ages[ageOf(rx.Now.Sub(h.Tenure.Began))]++
			if !h.Tenure.Paused.IsZero() || h.Tenure.Exempt {
				continue
			}
			due := h.Tenure.Due.In(days.Zone).Format(time.DateOnly)
			for i, d := range o.Forecast {
				if due == d.Day || i == 0 && due < d.Day { // what ran out on a day off is taken before the next
					o.Forecast[i].N++
					o.Soon = append(o.Soon, DueLead{h, team[h.Tenure.HolderID]})
				}
			}
		}
	}
	slices.SortFunc(o.Soon, func(a, b DueLead) int { return a.Tenure.Due.Compare(b.Tenure.Due) })
	o.Soon = o.Soon[:min(len(o.Soon), soonest)]
	for _, s := range rules.Stages {
		o.Stages = append(o.Stages, StageLine{s, stages[s.Slug]})
	}
	return nil
}

// ageOf is the place in Outlook.Ages of a lead that has been held so long.
func ageOf(held time.Duration) int {
	bounds := AgeBounds()
	for i, bound := range bounds {
		if held <= time.Duration(bound)*24*time.Hour {
			return i
		}
	}
	return len(bounds)
}

func (o *Outlook) sharesIn(rx *store.Rx, team []people.Person, days workdays, p *Pool) error {
	from := days.day(rx.Now)
	for since, n := rx.Now.In(days.Zone), 1; n < ShareDays; n++ {
		since = days.Before(since)
		from = since.Format(time.DateOnly)
	}
	for some := range slices.Chunk(team, teamChunk) {
		at := map[string]*Received{}
		var ids []string
		for _, person := range some {
			d, err := p.keeper.DecideIn(rx, person.ID)
			if err != nil && !fault.HasKey(err, "gate.no_policy") {
				return err
			}
			if !d.Level.Takes() {
				continue // who may receive nothing is no measure of who received how much
			}
			at[person.ID] = &Received{Person: person, Newcomer: d.Newcomer}
			ids = append(ids, person.ID)
		}
		if len(ids) == 0 {
			continue
		}
		these := `IN (` + places(len(ids)) + `)`
		if err := rx.Each(`SELECT person_id, sum(drawn), sum(allocated) FROM lead_day WHERE day >= ? AND person_id `+these+` GROUP BY person_id`,
			append([]any{from}, anys(ids)...), func(row store.Row) error {
				var id string
				var drawn, allocated int
				err := row.Scan(&id, &drawn, &allocated)
				if err == nil {
					at[id].Drawn, at[id].Allocated = drawn, allocated
				}
				return err
			}); err != nil {
			return err
		}
		if err := rx.Each(`SELECT holder_id, count(*) FROM tenure WHERE ended_ms IS NULL AND holder_id `+these+` GROUP BY holder_id`,
			anys(ids), func(row store.Row) error {
				var id string
				held := 0
				err := row.Scan(&id, &held)
				if err == nil {
					at[id].Held = held
				}
				return err
			}); err != nil {
			return err
		}
		for _, id := range ids {
			o.Shares = append(o.Shares, *at[id])
		}
	}
	return nil
}

// closedIn counts how it ended with the leads of the team.
func (o *Outlook) closedIn(rx *store.Rx, team []people.Person) error {
	since := store.Ms(rx.Now.AddDate(0, 0, -closedDays))
	for some := range slices.Chunk(team, teamChunk) {
		args := []any{since}
		for _, person := range some {
			args = append(args, person.ID)
		}
		if err := rx.Each(`SELECT c.outcome, count(*) FROM lead_closing c JOIN tenure t ON t.id = c.tenure_id
			WHERE c.at_ms >= ? AND t.holder_id IN (`+places(len(some))+`) GROUP BY c.outcome`, args, func(row store.Row) error {
			var outcome string
			n := 0
			err := row.Scan(&outcome, &n)
			switch outcome {
			case "won":
				o.Won += n
			case "lost":
				o.Lost += n
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}
