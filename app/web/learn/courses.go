package learn

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"bainian/app/courses"
	"bainian/app/web/page"
)

type coursesView struct {
	page.Base
	Tracks []trackCard
}

// trackCard is a track with what all its courses add up to.
type trackCard struct {
	courses.TrackView
	Read, Lessons, Minutes int
	Next                   *courses.LessonLink // where the person goes on, if that is in this track
}

func (w *Wing) courses(c *page.Ctx) error {
	tracks, err := w.library.Tracks(c.Context(), c.Person, c.Lang)
	if err != nil {
		return err
	}
	v := &coursesView{Base: page.Base{Title: c.T("learn.courses")}}
	next, ok := courses.Next(tracks)
	for _, t := range tracks {
		card := newTrackCard(t)
		if ok && trackOf(next.Ref) == t.Name {
			card.Next = &next
		}
		v.Tracks = append(v.Tracks, card)
	}
	return c.Page(w.pages, "courses", v)
}

func newTrackCard(t courses.TrackView) trackCard {
	card := trackCard{TrackView: t}
	for _, course := range t.Courses {
		card.Read += course.Read
		card.Lessons += len(course.Lessons)
		card.Minutes += course.Minutes
	}
	return card
}

func trackOf(ref string) string {
	track, _, _ := strings.Cut(ref, "/")
	return track
}

type courseView struct {
	page.Base
	Course   courses.CourseView
	Next     *courses.LessonLink // the lesson to read next, nil when none is open
	Fallback bool
}

func (w *Wing) course(c *page.Ctx) error {
	course, err := w.library.Course(c.Context(), c.Person, c.Params("track")+"/"+c.Params("course"), c.Lang)
	if err != nil {
		return err
	}
	v := &courseView{Base: page.Base{Title: course.Title, Here: "/courses"}, Course: course, Fallback: course.Lang != c.Lang}
	if next, ok := courses.Next([]courses.TrackView{{Courses: []courses.CourseView{course}}}); ok {
		v.Next = &next
	}
	return c.Page(w.pages, "course", v)
}

// file serves an image that lies beside the lessons of a course. Its address holds a mark of its content.
func (w *Wing) file(c *page.Ctx) error {
	name := c.Params("name")
	content, err := w.library.File(c.Params("track")+"/"+c.Params("course"), name)
	if err != nil {
		return err
	}
	if c.Query("v") != "" {
		c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	}
	c.Type(name[strings.LastIndex(name, ".")+1:])
	return c.Send(content)
}

type searchView struct {
	page.Base
	Query string
	Found []found
}

// found is a lesson with the searched words marked in its excerpt.
type found struct {
	courses.Found
	Track  string
	Pieces []piece
}

// piece is a stretch of text that is a searched word or is not.
type piece struct {
	Text string
	Hit  bool
}

func (w *Wing) search(c *page.Ctx) error {
	q := strings.TrimSpace(c.Query("q"))
	hits, err := w.library.Search(c.Context(), c.Person, q, c.Lang)
	if err != nil {
		return err
	}
	v := &searchView{Base: page.Base{Title: c.T("learn.search"), Here: "/courses"}, Query: q}
	for _, hit := range hits {
		v.Found = append(v.Found, found{hit, trackOf(hit.Ref), mark(hit.Excerpt, strings.Fields(q))})
	}
	return c.Page(w.pages, "search", v)
}

// mark cuts a text where one of the words begins and ends, in whatever case it is written.
func mark(text string, words []string) []piece {
	var pieces []piece
	rest := []rune(text)
	plain := 0
	for at := 0; at < len(rest); {
		n := hit(rest[at:], words)
		if n == 0 {
			at++
			continue
		}
		if at > plain {
			pieces = append(pieces, piece{Text: string(rest[plain:at])})
		}
		pieces = append(pieces, piece{string(rest[at : at+n]), true})
		at += n
		plain = at
	}
	if plain < len(rest) {
		pieces = append(pieces, piece{Text: string(rest[plain:])})
	}
	return pieces
}

// hit is the length in runes of the longest word that the text begins with.
func hit(text []rune, words []string) int {
	longest := 0
	for _, w := range words {
		if n := len([]rune(w)); n > longest && n <= len(text) && strings.EqualFold(string(text[:n]), w) {
			longest = n
		}
	}
	return longest
}
