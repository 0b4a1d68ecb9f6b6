package documents

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bainian/app/fault"
	"bainian/app/locale"
)

// Origin is where a version came from.
type Origin string

const (
	FromFile Origin = "file"
	FromWeb  Origin = "web"
)

// Head is what is known of a version without its text.
type Head struct {
	Path        string // of the base file: content/values/culture/01-red-line.md
	Kind        Kind
	Lang        locale.Lang // of the base file
	Version     int         // counts from 1
	Hash        string      // SHA-256 of all its texts, hexadecimal
	Origin      Origin
	PublishedBy string // employee id or "system"
	PublishedAt time.Time
	Note        string // what changed, in the words of who published it; empty for files
	Retired     bool   // its file is gone
	Draft       bool   // Draft alone: the texts are an author's, on top of Version
	Conflict    bool   // its file changed too and waits for a decision
}

// Doc is a version with its texts by language.
type Doc struct {
	Head
	Sources map[locale.Lang]string
	Beside  []Doc // Load alone: the changed documents that are to be published with this one, itself included
}

// Text is the document in that language, or else in the language of its base file; shown says in which.
func (d Doc) Text(lang locale.Lang) (text string, shown locale.Lang) {
	if text, ok := d.Sources[lang]; ok {
		return text, lang
	}
	return d.Sources[d.Lang], d.Lang
}

// File is the name of the file that holds the document in that language, for problems.
func (d Doc) File(lang locale.Lang) string { return FileOf(d.Path, lang, d.Lang) }

// Langs are the languages the document exists in, the base language first.
func (d Doc) Langs() []locale.Lang {
	langs := []locale.Lang{d.Lang}
	for _, l := range locale.Langs() {
		if _, ok := d.Sources[l]; ok && l != d.Lang {
			langs = append(langs, l)
		}
	}
	return langs
}

// Digest is the hash of the texts as they are here, which is Hash unless somebody changed them in the database.
func (d Doc) Digest() string { return hash(d.Sources) }

// MaxBytes is the largest text of one language that is taken: 1 MB.
const MaxBytes = 1 << 20

// normal is a text as it is kept: UTF-8 without byte order mark, lines ended by LF. The fault says why a text
// cannot be kept, and line where, 0 for the whole of it.
func normal(text string) (kept string, line int, problem *fault.Error) {
	switch {
	case len(text) > MaxBytes:
		return "", 0, tooLarge(int64(len(text)))
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		line = badLine(text)
		return "", line, fault.New(fault.Malformed, "documents.not_utf8", "line", line)
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\uFEFF")), 0, nil
}

func tooLarge(size int64) *fault.Error {
	return fault.New(fault.TooLarge, "documents.too_large", "size", (size+1023)>>10, "max", MaxBytes>>10)
}

// badLine is the line of the first byte that is not part of a text.
func badLine(text string) int {
	line := 1
	for i, r := range text {
		if r == 0 || r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD") {
			break
		}
		if r == '\n' {
			line++
		}
	}
	return line
}

// hash is the same for the same texts in the same languages.
func hash(sources map[locale.Lang]string) string {
	h := sha256.New()
	for _, lang := range slices.Sorted(maps.Keys(sources)) {
		fmt.Fprintf(h, "%s %d\n%s", lang, len(sources[lang]), sources[lang])
	}
	return hex.EncodeToString(h.Sum(nil))
}
