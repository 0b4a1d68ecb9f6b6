package leads

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	mostBeat = 50  // territories or industries of one beat
	maxPlace = 100 // characters of one
)

// PersonBeat is one of a team with their beat.
type PersonBeat struct {
	Person people.Person
	Beat   Beat
}

// Beats are the beats of the actor's team, direct and indirect, by employee number.
func (p *Pool) Beats(ctx context.Context, actor people.Person) (all []PersonBeat, err error) {
	if !actor.Has(people.Manager) {
		return nil, fault.New(fault.Forbidden, "leads.managers_only")
	}
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		all = nil
		team, err := people.ReportsIn(rx, actor.ID)
		if err != nil {
			return err
		}
		beats, err := beatsIn(rx, idsOf(team))
		for _, person := range team {
			all = append(all, PersonBeat{person, beats[person.ID]})
		}
		return err
	})
	return all, err
}

// SetBeat says where one of the actor's team sells. Drafts that were made before stay as they are.
func (p *Pool) SetBeat(ctx context.Context, actor people.Person, personID string, b Beat) error {
	territories, problem := beatOf("territories", b.Territories)
	industries, other := beatOf("industries", b.Industries)
	if problems := append(problem, other...); problems != nil {
		return problems
	}
	return p.db.Write(ctx, func(tx *store.Tx) error {
		if manages, err := managesIn(tx.Rx, actor, personID); err != nil || !manages {
			if err == nil {
				err = fault.New(fault.Forbidden, "leads.not_your_report")
			}
			return err
		}
		if _, err := tx.Exec(`UPDATE lead_beat SET replaced_ms = ? WHERE person_id = ? AND replaced_ms IS NULL`, store.Ms(tx.Now), personID); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO lead_beat (id, person_id, territories, industries, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), personID, encode(territories), encode(industries), actor.ID, store.Ms(tx.Now))
		return err
	})
}

// beatOf are names as a beat keeps them: none empty, each once.
func beatOf(field string, names []string) (kept []string, problems fault.Problems) {
	kept = []string{}
	for _, name := range names {
		if name = strings.TrimSpace(name); name == "" || slices.Contains(kept, name) {
			continue
		}
		if utf8.RuneCountInString(name) > maxPlace {
			problems.Add("", 0, field, "allocation.beat_long", "max", maxPlace)
		}
		kept = append(kept, name)
	}
	if len(kept) > mostBeat {
		problems.Add("", 0, field, "allocation.beat_many", "max", mostBeat)
	}
	return kept, problems
}

// beatsIn are the beats of people who have one.
func beatsIn(rx *store.Rx, ids []string) (map[string]Beat, error) {
	beats := map[string]Beat{}
	for some := range slices.Chunk(ids, seatBatch) {
		err := rx.Each(`SELECT person_id, territories, industries FROM lead_beat WHERE replaced_ms IS NULL AND person_id IN (`+places(len(some))+`)`, anys(some), func(row store.Row) error {
			var id, territories, industries string
			if err := row.Scan(&id, &territories, &industries); err != nil {
				return err
			}
			b := Beat{}
			if err := decode(territories, &b.Territories); err != nil {
				return err
			}
			err := decode(industries, &b.Industries)
			beats[id] = b
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return beats, nil
}

// Places are territories and industries of leads that wait, to choose a beat from: those of the first few thousand.
func (p *Pool) Places(ctx context.Context) (territories, industries []string, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		territories, industries = nil, nil
		return rx.Each(`SELECT DISTINCT territory, industry FROM (SELECT territory, industry FROM lead WHERE state = 'pool' LIMIT 5000) few`, nil, func(row store.Row) error {
			var territory, industry string
			err := row.Scan(&territory, &industry)
			territories, industries = append(territories, territory), append(industries, industry)
			return err
		})
	})
	names := func(all []string) []string {
		slices.Sort(all)
		return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
	}
	return names(territories), names(industries), err
}

func idsOf(some []people.Person) []string {
	ids := make([]string, len(some))
	for i, p := range some {
		ids[i] = p.ID
	}
	return ids
}

// encode and decode are lists and documents in a text column.
func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // texts and numbers cannot fail
	}
	return string(text)
}

func decode(text string, into any) error { return json.Unmarshal([]byte(text), into) }
