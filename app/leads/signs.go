package leads

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

// Sign is something about a person's follow-ups that a manager may want to ask about. It proves nothing: a day of
// busy lines looks like it, too; so nothing follows from one but a talk.
type Sign struct {
	Kind SignKind
	Text string // of SameText: the text, as it was first written
	N    int    // follow-ups
	Of   int    // SameText: leads; Burst: minutes
	At   time.Time
}

// SignKind is what was noticed.
type SignKind string

const (
	SameText SignKind = "same_text" // the same words about several customers
	Burst    SignKind = "burst"     // many in a few minutes, shortly before their clocks ran out
	Thin     SignKind = "thin"      // most say next to nothing
)

// The bounds are ours, and low on purpose: what is shown is looked at by a person.
const (
	signDays    = 14 // calendar days that are looked at
	sameLeads   = 4  // leads with the same words
	sameRunes   = 6  // shorter words are said of many customers by everybody
	burstSize   = 5  // follow-ups …
	burstWithin = 10 * time.Minute
	burstBefore = 2 * time.Hour // … of which each had no more than that left
	thinRunes   = 4
	thinLeast   = 10 // follow-ups, before anybody speaks of most
)

// Effort is a follow-up as signs are read from it.
type Effort struct {
	LeadID, Outcome string
	At              time.Time
	Left            time.Duration // until its lead would have been reclaimed
}

// Signs are what stands out in somebody's follow-ups, which are in the order of their times.
func Signs(all []Effort) (signs []Sign) {
	return slices.Concat(sameTexts(all), bursts(all), thin(all))
}

// plain is a text without what does not make it another one: case, width, spaces, punctuation and numbers.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
}

func sameTexts(all []Effort) (signs []Sign) {
	type use struct {
		first Effort
		leads map[string]bool
		n     int
	}
	uses, order := map[string]*use{}, []string{}
	for _, w := range all {
		key := plain(w.Outcome)
		if utf8.RuneCountInString(key) < sameRunes {
			continue
		}
		if uses[key] == nil {
			uses[key] = &use{first: w, leads: map[string]bool{}}
			order = append(order, key)
		}
		uses[key].leads[w.LeadID] = true
		uses[key].n++
	}
	for _, key := range order {
		if u := uses[key]; len(u.leads) >= sameLeads {
			signs = append(signs, Sign{Kind: SameText, Text: u.first.Outcome, N: u.n, Of: len(u.leads), At: u.first.At})
		}
	}
	return signs
}

// bursts are runs of follow-ups a few minutes long, each of which came when little time was left.
func bursts(all []Effort) (signs []Sign) {
	hurried := slices.DeleteFunc(slices.Clone(all), func(w Effort) bool { return w.Left < 0 || w.Left > burstBefore })
	for i := 0; i < len(hurried); {
		n := 1
		for i+n < len(hurried) && hurried[i+n].At.Sub(hurried[i].At) <= burstWithin {
			n++
		}
		if n >= burstSize {
			took := hurried[i+n-1].At.Sub(hurried[i].At)
			signs = append(signs, Sign{Kind: Burst, N: n, Of: int(took.Minutes()) + 1, At: hurried[i].At})
		}
		i += n
	}
	return signs
}

func thin(all []Effort) []Sign {
	short := 0
	for _, w := range all {
		if utf8.RuneCountInString(plain(w.Outcome)) < thinRunes {
			short++
		}
	}
	if len(all) < thinLeast || short*2 <= len(all) {
		return nil
	}
	return []Sign{{Kind: Thin, N: short, Of: len(all), At: all[0].At}}
}

// Signs are what stands out in the follow-ups of one of the actor's team, of the last two weeks.
func (p *Pool) Signs(ctx context.Context, actor people.Person, personID string) (signs []Sign, err error) {
	err = p.db.Read(ctx, func(rx *store.Rx) error {
		may, err := managesIn(rx, actor, personID)
		if err != nil {
			return err
		}
		if !may {
			return fault.New(fault.Forbidden, "leads.not_your_report")
		}
		all, err := p.effortsIn(rx, personID, rx.Now.AddDate(0, 0, -signDays))
		signs = Signs(all)
		return err
	})
	return signs, err
}

// effortsIn are a person's follow-ups since a time. What time was left is read from where the one before had left the
// clock, or from when the first of a tenure was due.
func (p *Pool) effortsIn(rx *store.Rx, personID string, since time.Time) ([]Effort, error) {
	days, err := p.workdaysIn(rx)
	if err != nil {
		return nil, err
	}
	_, rules, err := p.termsIn(rx, "")
	if err != nil {
		return nil, err
	}
	return store.All(rx, func(row store.Row) (w Effort, err error) {
		var pool string
		var at, began int64
		var stood *int64
		err = row.Scan(&w.LeadID, &w.Outcome, &at, &began, &pool, &stood)
		due := store.NullTime(stood)
		if w.At = store.Time(at); stood == nil {
			due = days.firstDue(store.Time(began), rules.Pool(pool).FirstDue)
		}
		w.Left = due.Sub(w.At)
		return w, err
	}, `SELECT lead_id, outcome, at_ms, began_ms, pool, stood_ms FROM (SELECT t.lead_id, f.outcome, f.at_ms, f.kind, f.id, t.began_ms, t.pool,
			lag(f.due_ms) OVER (PARTITION BY f.tenure_id ORDER BY f.at_ms, f.id) AS stood_ms
			FROM follow_up f JOIN tenure t ON t.id = f.tenure_id WHERE t.holder_id = ? AND f.by_id = ?
			AND f.tenure_id IN (SELECT r.tenure_id FROM follow_up r WHERE r.by_id = ? AND r.at_ms >= ?)) x
		WHERE at_ms >= ? AND kind <> 'note' ORDER BY at_ms, id`, personID, personID, personID, store.Ms(since), store.Ms(since))
}
