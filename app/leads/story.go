package leads

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/people"
	"bainian/app/store"
)

const (
	maxTitle  = 80 // characters
	storyPage = 30
)

// Story is a sharing that is kept in the library, with nothing in it by which a customer can be found.
type Story struct {
	ID, SharingID string
	Title         string
	Three
	Industry, Stage, Objection string // what it is filed under, each may be ""
	Author, By                 people.Person
	At                         time.Time
	Lessons                    []Drawn // what trainers have made of it, the latest first
}

// Drawn is a lesson that was drawn from a story.
type Drawn struct {
	Path string // of its document
	By   people.Person
	At   time.Time
}

// Seek narrows the library; the zero Seek is all of it.
type Seek struct {
	Text                       string // words, all of which are in it
	Industry, Stage, Objection string
	After                      string
}

// Draft is a story before it is kept.
type Draft struct {
	Story
	Struck int // places at which a name or a number was taken out
}

func mayKeepStories(actor people.Person) error {
	if actor.Has(people.Manager, people.Mentor, people.Trainer) {
		return nil
	}
	return fault.New(fault.Forbidden, "day.keepers_only")
}

// PreviewStory is what a sharing would be in the library: without the names and numbers of the lead that it is about, of
// everything else that its author has held, and of whatever looks like an address.
func (d *Diary) PreviewStory(ctx context.Context, actor people.Person, sharingID string) (draft Draft, err error) {
	if err := mayKeepStories(actor); err != nil {
		return draft, err
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		s, err := sharingIn(rx, actor, sharingID)
		if err != nil {
			return err
		}
		known, err := knownToIn(rx, s)
		if err != nil {
			return err
		}
		draft = Draft{Story: Story{SharingID: s.ID, Industry: s.Industry, Stage: s.Stage, Author: s.Author}}
		draft.Three, draft.Struck = s.Three.scrubbed(known...)
		return nil
	})
	return draft, err
}

// KeepStory puts a sharing into the library in the words of whoever keeps it, who is a manager, a mentor or a trainer and may
// see it. The words are gone through again, whatever was typed. A sharing that is kept already gives its story.
func (d *Diary) KeepStory(ctx context.Context, actor people.Person, story Story) (id string, err error) {
	if err := mayKeepStories(actor); err != nil {
		return "", err
	}
	var problems fault.Problems
	three, bad := story.Three.tidy()
	if p, ok := bad.(fault.Problems); ok {
		problems = p
	}
	for _, x := range []struct {
		field string
		text  *string
	}{{"title", &story.Title}, {"industry", &story.Industry}, {"objection", &story.Objection}} {
		*x.text = strings.TrimSpace(*x.text)
		if utf8.RuneCountInString(*x.text) > maxTitle {
			problems.Add("", 0, x.field, "day.story_long", "max", maxTitle)
		}
	}
	if story.Title == "" {
		problems.Add("", 0, "title", "day.story_title")
	}
	if err := problems.Err(); err != nil {
		return "", err
	}
	err = d.db.Write(ctx, func(tx *store.Tx) error {
		s, err := sharingIn(tx.Rx, actor, story.SharingID)
		if err != nil || s.StoryID != "" {
			id = s.StoryID
			return err
		}
		known, err := knownToIn(tx.Rx, s)
		if err != nil {
			return err
		}
		clean, _ := three.scrubbed(known...)
		title, _ := scrub(story.Title, known...)
		industry, _ := scrub(story.Industry, known...)
		objection, _ := scrub(story.Objection, known...)
		if story.Stage != "" {
			rules, err := d.standingRulesIn(tx.Rx)
			if err != nil {
				return err
			}
			if _, _, ok := rules.Stage(story.Stage); !ok {
				return fault.New(fault.Invalid, "day.story_stage", "stage", story.Stage).In("stage")
			}
		}
		id = tx.NewID()
		_, err = tx.Exec(`INSERT INTO story (id, sharing_id, author_id, title, met, said, worked, industry, stage, objection, search, by_id, at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			id, s.ID, s.Author.ID, title, clean.Met, clean.Said, clean.Worked, industry, story.Stage, objection,
			folded(strings.Join([]string{title, clean.Met, clean.Said, clean.Worked, industry, objection}, "\n")), actor.ID, store.Ms(tx.Now))
		return err
	})
	return id, err
}

// knownToIn are the leads whose names a sharing might hold: the one that it is about, what its author holds, and what they
// gave up last.
func knownToIn(rx *store.Rx, s Sharing) ([]Lead, error) {
	return store.All(rx, scanLead, `SELECT `+leadColumns+` FROM lead l WHERE l.id IN (SELECT lead_id FROM tenure WHERE holder_id = ? AND ended_ms IS NULL)
		OR l.id IN (SELECT lead_id FROM tenure WHERE holder_id = ? AND ended_ms IS NOT NULL ORDER BY cool_ms DESC LIMIT 500)
		OR l.id = (SELECT lead_id FROM sharing WHERE id = ?)`, s.Author.ID, s.Author.ID, s.ID)
}

// Stories is a page of the library, the latest first, and the mark of the next page, "" after the last. Everybody who
// sells, teaches or leads may read it.
func (d *Diary) Stories(ctx context.Context, seek Seek) (page []Story, next string, err error) {
	where, args := `k.withdrawn_ms IS NULL`, []any{}
	for _, word := range strings.Fields(folded(seek.Text)) {
		where, args = where+` AND k.search LIKE ? ESCAPE '!'`, append(args, "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(word)+"%")
	}
	for _, x := range []struct{ column, value string }{{"industry", seek.Industry}, {"stage", seek.Stage}, {"objection", seek.Objection}} {
		if x.value != "" {
			where, args = where+` AND k.`+x.column+` = ?`, append(args, x.value)
		}
	}
	if seek.After != "" {
		where, args = where+` AND k.id < ?`, append(args, seek.After)
	}
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		page, err = storiesIn(rx, where+` ORDER BY k.id DESC LIMIT ?`, append(args, storyPage+1)...)
		return err
	})
	if err == nil && len(page) > storyPage {
		page = page[:storyPage]
		next = page[storyPage-1].ID
	}
	return page, next, err
}

// Filed are the industries and objections that the library has, in order.
func (d *Diary) Filed(ctx context.Context) (industries, objections []string, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		for column, into := range map[string]*[]string{"industry": &industries, "objection": &objections} {
			if *into, err = store.All(rx, scanText, `SELECT DISTINCT `+column+` FROM story WHERE withdrawn_ms IS NULL AND `+column+` <> '' ORDER BY `+column+` LIMIT 100`); err != nil {
				return err
			}
		}
		return nil
	})
	return industries, objections, err
}

// Story is one story of the library, or NotFound.
func (d *Diary) Story(ctx context.Context, id string) (s Story, err error) {
	err = d.db.Read(ctx, func(rx *store.Rx) error {
		s, err = storyIn(rx, id)
		if err != nil {
			return err
		}
		s.Lessons, err = store.All(rx, func(row store.Row) (l Drawn, err error) {
			var at int64
			err = row.Scan(&l.Path, &l.By.ID, &l.By.Name, &l.By.Number, &at)
			l.At = store.Time(at)
			return l, err
		}, `SELECT x.path, e.id, e.name, e.number, x.at_ms FROM story_lesson x JOIN employee e ON e.id = x.by_id WHERE x.story_id = ? ORDER BY x.id DESC`, id)
		return err
	})
	return s, err
}

func storyIn(rx *store.Rx, id string) (Story, error) {
	found, err := storiesIn(rx, `k.id = ? AND k.withdrawn_ms IS NULL`, id)
	if err == nil && len(found) == 0 {
		err = fault.New(fault.NotFound, "day.no_story")
	}
	if err != nil {
		return Story{}, err
	}
	return found[0], nil
}

func storiesIn(rx *store.Rx, where string, args ...any) ([]Story, error) {
	return store.All(rx, func(row store.Row) (s Story, err error) {
		var at int64
		err = row.Scan(&s.ID, &s.SharingID, &s.Title, &s.Met, &s.Said, &s.Worked, &s.Industry, &s.Stage, &s.Objection,
			&s.Author.ID, &s.Author.Name, &s.Author.Number, &s.By.ID, &s.By.Name, &s.By.Number, &at)
		s.At = store.Time(at)
		return s, err
	}, `SELECT k.id, k.sharing_id, k.title, k.met, k.said, k.worked, k.industry, k.stage, k.objection, a.id, a.name, a.number, b.id, b.name, b.number, k.at_ms
		FROM story k JOIN employee a ON a.id = k.author_id JOIN employee b ON b.id = k.by_id WHERE `+where, args...)
}

// WithdrawStory takes a story out of the library, as when somebody recognises a customer after all. The record stays.
func (d *Diary) WithdrawStory(ctx context.Context, actor people.Person, id string) error {
	if err := mayKeepStories(actor); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *store.Tx) error {
		if _, err := storyIn(tx.Rx, id); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE story SET withdrawn_ms = ?, withdrawn_by = ? WHERE id = ? AND withdrawn_ms IS NULL`, store.Ms(tx.Now), actor.ID, id)
		return err
	})
}
