package leads

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"

	"bainian/app/documents"
	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
	"bainian/app/store"
)

// DrawLesson begins a lesson from a story: a draft of the actor's behind the lessons that a course has, with a text that they
// go on writing in the studio. course is the folder of one, as "sales/craft". The story remembers it. Faults: NotFound for
// a story or a course that there is none of, Forbidden for whoever writes no lessons.
func (d *Diary) DrawLesson(ctx context.Context, actor people.Person, storyID, course, text string) (lesson string, err error) {
	if err := d.db.Read(ctx, func(rx *store.Rx) error {
		if _, err := storyIn(rx, storyID); err != nil {
			return err
		}
		heads, err := d.shelf.HeadsIn(rx, documents.Course, documents.Lesson)
		if err != nil {
			return err
		}
		lesson, err = nextLesson(heads, course, storyID)
		return err
	}); err != nil {
		return "", err
	}
	if err := d.shelf.SaveDraft(ctx, actor, lesson, locale.Hant, text, 0); err != nil {
		return "", err
	}
	return lesson, d.db.Write(ctx, func(tx *store.Tx) error {
		if _, again, err := store.First(tx.Rx, scanText, `SELECT id FROM story_lesson WHERE story_id = ? AND path = ? AND by_id = ?`, storyID, lesson, actor.ID); err != nil || again {
			return err
		}
		_, err := tx.Exec(`INSERT INTO story_lesson (id, story_id, path, by_id, at_ms) VALUES (?, ?, ?, ?, ?)`, tx.NewID(), storyID, lesson, actor.ID, store.Ms(tx.Now))
		return err
	})
}

// nextLesson is the path of a lesson behind all that a course has. The same story leads to the same name, so that a second
// press begins no second lesson.
func nextLesson(heads []documents.Head, course, storyID string) (string, error) {
	folder := "content/" + course
	known, last := false, 0
	for _, h := range heads {
		if path.Dir(h.Path) != folder || h.Retired {
			continue
		}
		known = known || h.Kind == documents.Course
		number, _, _ := strings.Cut(path.Base(h.Path), "-")
		if n, err := strconv.Atoi(number); err == nil {
			last = max(last, n)
		}
	}
	if !known {
		return "", fault.New(fault.NotFound, "day.no_course", "course", course).In("course")
	}
	return fmt.Sprintf("%s/%02d-story-%s.md", folder, last+1, storyID[max(0, len(storyID)-6):]), nil
}
