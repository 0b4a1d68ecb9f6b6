package leads

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/cohorts"
	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// maxSaid is how many characters an answer of a sharing has.
const maxSaid = 1500

// sharingPage is how many sharings a page has.
const sharingPage = 20

// Three are the answers to the evening's three questions: which customer, how they reacted, what was done about it.
type Three struct{ Met, Said, Worked string }

// Sharing is what a person tells their team and cohort in the evening.
type Sharing struct {
	ID     string
	Author people.Person
	LeadID string // what it is about; "" for all but its author
	Three
	Industry, Stage string // of the lead it is about
	At              time.Time
	StoryID         string // when it is kept for the library
}

// tidy are the answers without the blanks around them; the faults say all that is missing or too long.
func (t Three) tidy() (Three, error) {
	var problems fault.Problems
	for _, x := range []struct {
		field string
		text  *string
	}{{"met", &t.Met}, {"said", &t.Said}, {"worked", &t.Worked}} {
		*x.text = strings.TrimSpace(*x.text)
		switch n := utf8.RuneCountInString(*x.text); {
		case n == 0:
			problems.Add("", 0, x.field, "day.share_missing")
		case n > maxSaid:
			problems.Add("", 0, x.field, "day.share_long", "max", maxSaid)
		}
	}
	return t, problems.Err()
}

// Share tells the actor's team and cohort what a customer taught them; leadID is the lead that it is about, which the actor
// holds or has held, or "". The same request, if not "", with the same words is one sharing.
func (d *Diary) Share(ctx context.Context, actor people.Person, leadID string, three Three, request string) (id string, err error) {
	if three, err = three.tidy(); err != nil {
		return "", err
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		key := same(request, leadID, three.Met, three.Said, three.Worked)
		if request == "" {
			key = tx.NewID()
		}
		known, again, err := store.First(tx.Rx, scanText, `SELECT id FROM sharing WHERE person_id = ? AND request = ?`, actor.ID, key)
		if err != nil || again {
			id = known
			return err
		}
		lead, about := Lead{}, (*string)(nil)
		if leadID != "" {
			if lead, err = leadIn(tx.Rx, leadID); err != nil {
				return err
			}
			var theirs bool
			if err := tx.Row(`SELECT EXISTS (SELECT 1 FROM tenure WHERE lead_id = ? AND holder_id = ?)`, leadID, actor.ID).Scan(&theirs); err != nil {
				return err
			}
			if !theirs {
				return fault.New(fault.NotFound, "leads.not_held")
			}
			about = &leadID
		}
		id = tx.NewID()
		_, err = tx.Exec(`INSERT INTO sharing (id, person_id, lead_id, met, said, worked, industry, stage, request, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, actor.ID, about, three.Met, three.Said, three.Worked, lead.Industry, lead.Stage, key, store.Ms(tx.Now))
		return err
	})
	return id, err
}

// Sharings is a page of what is shared with the actor, the latest first, and the mark of the next page, "" after the last:
// one's own, the team's, the cohort's and the manager's; trainers, mentors and admins see all.
func (d *Diary) Sharings(ctx context.Context, actor people.Person, after string) (page []Sharing, next string, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		where, args := "TRUE", []any{}
		if !seesAllSharings(actor) {
			circle, err := circleIn(rx, actor)
			if err != nil {
				return err
			}
			where, args = `s.person_id IN (`+places(len(circle))+`)`, anys(circle)
		}
		if after != "" {
			where, args = where+` AND s.id < ?`, append(args, after)
		}
		page, err = sharingsIn(rx, actor, where+` ORDER BY s.id DESC LIMIT ?`, append(args, sharingPage+1)...)
		return err
	})
	if err == nil && len(page) > sharingPage {
		page = page[:sharingPage]
		next = page[sharingPage-1].ID
	}
	return page, next, err
}

func seesAllSharings(p people.Person) bool { return p.Has(people.Trainer, people.Mentor, people.Admin) }

// circleIn are those whose sharings a person sees.
func circleIn(rx *store.Rx, actor people.Person) ([]string, error) {
	ids := []string{actor.ID}
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if actor.ManagerID != "" {
		add(actor.ManagerID)
		fellows, err := people.ReportsIn(rx, actor.ManagerID)
		if err != nil {
			return nil, err
		}
		for _, p := range fellows {
			add(p.ID)
		}
	}
	below, err := people.ReportsIn(rx, actor.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range below {
		add(p.ID)
	}
	cohort, found, err := cohorts.OfIn(rx, actor.ID)
	if err != nil || !found {
		return ids, err
	}
	members, err := cohorts.MembersIn(rx, cohort.ID)
	for _, id := range members {
		add(id)
	}
	return ids, err
}

func sharingsIn(rx *store.Rx, actor people.Person, where string, args ...any) ([]Sharing, error) {
	return store.All(rx, func(row store.Row) (s Sharing, err error) {
		var at int64
		err = row.Scan(&s.ID, &s.Author.ID, &s.Author.Name, &s.Author.Number, &s.LeadID, &s.Met, &s.Said, &s.Worked, &s.Industry, &s.Stage, &at, &s.StoryID)
		s.At = store.Time(at)
		if s.Author.ID != actor.ID {
			s.LeadID = ""
		}
		return s, err
	}, `SELECT s.id, e.id, e.name, e.number, coalesce(s.lead_id, ''), s.met, s.said, s.worked, s.industry, s.stage, s.at_ms,
		coalesce((SELECT k.id FROM story k WHERE k.sharing_id = s.id AND k.withdrawn_ms IS NULL), '')
		FROM sharing s JOIN employee e ON e.id = s.person_id WHERE `+where, args...)
}

// sharingIn is one sharing that the actor may see, or NotFound.
func sharingIn(rx *store.Rx, actor people.Person, id string) (Sharing, error) {
	found, err := sharingsIn(rx, actor, `s.id = ?`, id)
	if err != nil {
		return Sharing{}, err
	}
	if len(found) > 0 && !seesAllSharings(actor) {
		circle, err := circleIn(rx, actor)
		if err != nil {
			return Sharing{}, err
		}
		if !slices.Contains(circle, found[0].Author.ID) {
			found = nil
		}
	}
	if len(found) == 0 {
		return Sharing{}, fault.New(fault.NotFound, "day.no_sharing")
	}
	return found[0], nil
}
