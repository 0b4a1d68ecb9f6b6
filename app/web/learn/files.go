package learn

import (
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/exams"
	"bainian/app/questions"
	"bainian/app/web/page"
)

// fileState is how far a file has come, as the room reads it.
type fileState struct {
	ID     string                `json:"id"`
	Name   string                `json:"name"`
	Part   int64                 `json:"part"` // bytes of a part
	Total  int                   `json:"total"`
	Have   []int                 `json:"have"`
	Stored *questions.Attachment `json:"stored"` // how an answer names it; null until all of it is there
}

func stateOf(f exams.File) fileState {
	s := fileState{ID: f.ID, Name: f.Name, Part: exams.PartSize, Total: f.Total, Have: append([]int{}, f.Have...)}
	if !f.StoredAt.IsZero() {
		named := f.Attachment()
		s.Stored = &named
	}
	return s
}

// beginFile announces a file for a question.
func (w *Wing) beginFile(c *page.Ctx) error {
	var in struct {
		Device    string   `json:"device"`
		N         int      `json:"n"`
		Name      string   `json:"name"`
		Type      string   `json:"type"`
		Size      int64    `json:"size"`
		Seconds   int      `json:"seconds"`
		Parts     []string `json:"parts"`
		ElapsedMs int64    `json:"elapsed_ms"`
	}
	if err := c.Decode(&in); err != nil {
		return err
	}
	f, err := w.room.BeginFile(c.Context(), c.Person, c.Params("id"), exams.NewFile(in))
	if err != nil {
		return err
	}
	return c.JSON(stateOf(f))
}

// fileParts is how far a file has come, to go on after a reload.
func (w *Wing) fileParts(c *page.Ctx) error {
	f, err := w.room.FileState(c.Context(), c.Person, c.Params("id"), c.Params("file"))
	if err != nil {
		return err
	}
	return c.JSON(stateOf(f))
}

// putPart takes one part of a file; it replies once the part is durable.
func (w *Wing) putPart(c *page.Ctx) error {
	k, err := c.ParamInt("k")
	if err != nil {
		return err
	}
	content, err := c.Bytes()
	if err != nil {
		return err
	}
	if err := w.room.PutPart(c.Context(), c.Person, c.Params("id"), c.Params("file"), c.Query("device"), k, content); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// completeFile puts the parts together and replies with how an answer names the file.
func (w *Wing) completeFile(c *page.Ctx) error {
	var in struct {
		Device string `json:"device"`
	}
	if err := c.Decode(&in); err != nil {
		return err
	}
	named, err := w.room.CompleteFile(c.Context(), c.Person, c.Params("id"), c.Params("file"), in.Device)
	if err != nil {
		return err
	}
	return c.JSON(named)
}

// attachment is a file of a paper, for whoever may see the paper.
func (w *Wing) attachment(c *page.Ctx) error {
	f, err := w.room.FileOf(c.Context(), c.Person, c.Params("id"), c.Params("file"))
	if err != nil {
		return err
	}
	return c.SendFile(page.File{Name: f.SaveAs, Type: f.Type, Inline: f.Inline, ETag: f.SHA256, Size: f.Size, Content: f.Content})
}

// fileControl is what the room needs to know to take files for a question.
type fileControl struct {
	Kinds   []string
	MB      int64
	Most    int  // files
	Longest int  // seconds, 0 for no limit
	Sound   bool // may be recorded here
	Film    bool
	Accept  string // what the chooser of files offers first
}

// Clock is the longest length in minutes and seconds.
func (f fileControl) Clock() string { return fmt.Sprintf("%d:%02d", f.Longest/60, f.Longest%60) }

// Grace is how long a file that was begun in time may go on arriving.
func (fileControl) Grace() time.Duration { return exams.FileGrace }

// FileControl is nil unless the question is answered with files.
func (v questionView) FileControl() *fileControl {
	kinds := exams.FileKinds(v.Kind, v.Question.Accept)
	if kinds == nil {
		return nil
	}
	f := &fileControl{Kinds: kinds, MB: exams.FileLimit(kinds) >> 20, Most: questions.MaxFiles, Longest: v.Longest}
	if v.Kind == questions.Recording {
		f.Most = 1
	}
	for _, kind := range kinds {
		switch kind {
		case "audio":
			f.Sound, f.Accept = true, f.Accept+",audio/*"
		case "video":
			f.Film, f.Accept = true, f.Accept+",video/*"
		case "image":
			f.Accept += ",image/png,image/jpeg,image/gif,image/webp"
		case "pdf":
			f.Accept += ",application/pdf,.pdf"
		case "text":
			f.Accept += ",text/plain,.txt,.md,.csv"
		}
	}
	f.Accept = f.Accept[1:]
	return f
}
