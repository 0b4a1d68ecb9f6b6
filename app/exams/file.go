package exams

import (
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bainian/app/blobs"
	"bainian/app/fault"
	"bainian/app/questions"
)

// PartSize is the size of every part of a file but its last. A request must arrive within half a minute, so that a line
// of 20 KB a second still carries one.
const PartSize = 512 << 10

// FileGrace is how long after the deadline a file that was sealed in time may go on arriving (upload.go).
const FileGrace = offlineGrace

const (
	// mostMedia bounds sound and video: three minutes of what browsers record, at their best, are some 60 MB.
	mostMedia = 100 << 20
	// mostPages bounds photos and PDF: ten pages from a scanner.
	mostPages = 20 << 20
	// mostText bounds plain text: a book.
	mostText = 1 << 20
	// mostOfAttempt bounds all files of an attempt, those that were replaced included.
	mostOfAttempt = 6 * mostMedia
	// mostUploads is how many files may be begun in an attempt.
	mostUploads = 100
	// mostSide and mostPixels bound a picture by what its header says, since a page that shows it must unfold it.
	mostSide   = 20_000
	mostPixels = 80_000_000
	// orphanAge is how long a file stays that no answer names: begun and not finished, or left behind when the
	// attempt ended.
	orphanAge = 24 * time.Hour
)

// FileKinds are the kinds of file that a question takes.
func FileKinds(kind questions.Kind, accept []string) []string {
	switch {
	case kind != questions.Upload && kind != questions.Recording:
		return nil
	case len(accept) > 0:
		return accept
	case kind == questions.Recording:
		return []string{blobs.Audio, blobs.Video}
	}
	return []string{blobs.Audio, blobs.Video, blobs.Image, blobs.PDF, blobs.Text}
}

// FileLimit is how many bytes a file of one of these kinds may have.
func FileLimit(kinds []string) int64 {
	most := int64(0)
	for _, kind := range kinds {
		switch kind {
		case blobs.Audio, blobs.Video:
			most = max(most, mostMedia)
		case blobs.Image, blobs.PDF:
			most = max(most, mostPages)
		case blobs.Text:
			most = max(most, mostText)
		}
	}
	return most
}

// NewFile is what is known of a file before its first part.
type NewFile struct {
	Device  string
	N       int    // the question it answers
	Name    string // as its owner calls it
	Type    string // as the browser calls its type
	Size    int64
	Seconds int // of a recording, 0 when it is not known
	// Parts are the SHA-256 of each part, in hex. They seal the file: what arrives later can be nothing else. A
	// browser that cannot hash, as on a page without TLS, gives none.
	Parts []string
	// ElapsedMs is as in Save: it matters only for a file that was made off-line.
	ElapsedMs int64
}

// check is what can be said of a file before anything of it has come.
func (f NewFile) check(item questions.Item) error {
	kinds := FileKinds(item.Kind, item.Accept)
	sealed := len(f.Parts) > 0
	switch {
	case kinds == nil:
		return fault.New(fault.Invalid, "exams.file_question", "number", f.N)
	case f.Size <= 0:
		return fault.New(fault.Invalid, "exams.file_empty").In("size")
	case f.Size > FileLimit(kinds):
		return errFileLarge(FileLimit(kinds))
	case f.Seconds < 0 || item.Longest > 0 && f.Seconds > item.Longest+1: // a recorder stops a moment late
		return fault.New(fault.Invalid, "exams.file_long", "max", item.Longest).In("seconds")
	case sealed && (len(f.Parts) != partsOf(f.Size) || slices.ContainsFunc(f.Parts, func(p string) bool { return !blobs.IsName(p) })):
		return fault.New(fault.Invalid, "exams.file_part").In("parts")
	}
	return nil
}

func errFileLarge(limit int64) error {
	return fault.New(fault.TooLarge, "exams.file_large", "mb", limit>>20).In("size")
}

// partsOf is how many parts a file of that size has.
func partsOf(size int64) int { return int((size + PartSize - 1) / PartSize) }

// partSize is how many bytes part k of such a file has.
func partSize(size int64, k int) int64 { return min(PartSize, size-int64(k)*PartSize) }

// fits is the reason why a file that turned out to be of that form does not answer the question, or nil.
func fits(form blobs.Form, size int64, kinds []string, name string) error {
	switch {
	case form.Kind == blobs.Archive:
		return fault.New(fault.Invalid, "exams.file_archive", "name", name)
	case form.Kind == blobs.Heic:
		return fault.New(fault.Invalid, "exams.file_heic", "name", name)
	case !slices.Contains(kinds, form.Kind):
		return fault.New(fault.Invalid, "exams.file_kind", "name", name)
	case size > FileLimit([]string{form.Kind}):
		return errFileLarge(FileLimit([]string{form.Kind}))
	case form.Width > mostSide || form.Height > mostSide || form.Width*form.Height > mostPixels:
		return fault.New(fault.Invalid, "exams.file_picture", "name", name, "width", form.Width, "height", form.Height, "max", mostPixels/1_000_000)
	}
	return nil
}

// mayFit is fits by the beginning alone: what can never be right is refused before the rest is sent.
func mayFit(head []byte, kinds []string, name string) error {
	form := blobs.Guess(head)
	if form.Kind == blobs.Audio || form.Kind == blobs.Video { // a container holds either
		if slices.Contains(kinds, blobs.Audio) || slices.Contains(kinds, blobs.Video) {
			return nil
		}
	}
	return fits(form, 0, kinds, name)
}

// fileName is a name fit to be shown: without the folders of whoever sends it, without what cannot be seen or turns
// the line around, and not longer than an answer takes. It is never used as a path.
func fileName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = path.Base("/" + strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.IsControl(r) || r == '/' || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .\u3000")
	if len(name) > questions.MaxName {
		ext := path.Ext(name)
		if len(ext) > 16 {
			ext = ""
		}
		cut := questions.MaxName - len(ext)
		for !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut] + ext
	}
	if name == "" {
		return "file"
	}
	return name
}

// savedAs is the name under which a file may be saved: with an ending that says what it is, so that a picture called
// report.exe is not run.
func savedAs(name string, form blobs.Form) string {
	ext := strings.ToLower(path.Ext(name))
	same := map[string][]string{
		".jpg": {".jpeg", ".jfif"}, ".weba": {".webm"}, ".webm": {".weba"}, ".m4a": {".mp4"}, ".mp4": {".m4v"}, ".ogg": {".oga", ".opus"},
		".txt": {".md", ".csv", ".log"},
	}
	if ext == form.Ext || slices.Contains(same[form.Ext], ext) {
		return name
	}
	return name + form.Ext
}
