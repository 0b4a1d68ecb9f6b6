package blobs

import (
	"bytes"
	"encoding/binary"
	"image"
	_ "image/gif" // their DecodeConfig; nothing is ever decoded
	_ "image/jpeg"
	_ "image/png"
	"io"
	"unicode/utf8"
)

// The kinds of file, as items name what they accept.
const (
	Audio = "audio"
	Video = "video"
	Image = "image"
	PDF   = "pdf"
	Text  = "text"
)

// What a file is taken for that is of no kind, so that whoever hands it in can be told what to do about it.
const (
	Archive = "archive" // zip, 7z, rar, tar …, and what is a zip inside: docx, xlsx, pptx, epub; never opened
	Heic    = "heic"    // a photo as some phones keep it, which browsers do not show
	Unknown = "unknown"
)

// Form is what the bytes of a file say that it is. Its name and what its sender says about it are not asked.
type Form struct {
	Kind string // one of the kinds, or Archive, Heic or Unknown
	Type string // the media type to serve it as, "" when it is of no kind
	Ext  string // the extension that goes with it, ".webm"
	// Width and Height of an image, as its header says. Whoever shows it must bound them: a small file can
	// unfold into a huge picture.
	Width, Height int
}

// SniffLength is how many bytes of the beginning Guess wants.
const SniffLength = 512

// lookedAt is how much of a file is read to find what its container holds. Recorders write that first.
const lookedAt = 256 << 10

// forms are what the house takes and serves, by media type.
var forms = map[string]Form{
	"image/png":                 {Kind: Image, Ext: ".png"},
	"image/jpeg":                {Kind: Image, Ext: ".jpg"},
	"image/gif":                 {Kind: Image, Ext: ".gif"},
	"image/webp":                {Kind: Image, Ext: ".webp"},
	"application/pdf":           {Kind: PDF, Ext: ".pdf"},
	"audio/mpeg":                {Kind: Audio, Ext: ".mp3"},
	"audio/wav":                 {Kind: Audio, Ext: ".wav"},
	"audio/ogg":                 {Kind: Audio, Ext: ".ogg"},
	"audio/flac":                {Kind: Audio, Ext: ".flac"},
	"audio/aac":                 {Kind: Audio, Ext: ".aac"},
	"audio/webm":                {Kind: Audio, Ext: ".weba"},
	"audio/mp4":                 {Kind: Audio, Ext: ".m4a"},
	"video/webm":                {Kind: Video, Ext: ".webm"},
	"video/x-matroska":          {Kind: Video, Ext: ".mkv"},
	"video/mp4":                 {Kind: Video, Ext: ".mp4"},
	"video/quicktime":           {Kind: Video, Ext: ".mov"},
	"video/ogg":                 {Kind: Video, Ext: ".ogv"},
	"text/plain; charset=utf-8": {Kind: Text, Ext: ".txt"},
}

// FormOf is the form of a media type that Sniff has found before; of any other, one of no kind.
func FormOf(mediaType string) Form {
	form, ok := forms[mediaType]
	if !ok {
		return Form{Kind: Unknown}
	}
	form.Type = mediaType
	return form
}

// mark is how a format begins: bytes at an offset. Its form is a media type, or Archive.
type mark struct {
	at          int
	bytes, form string
}

// marks are tried in order.
var marks = []mark{
	{0, "\x89PNG\r\n\x1a\n", "image/png"},
	{0, "\xff\xd8\xff", "image/jpeg"},
	{0, "GIF87a", "image/gif"},
	{0, "GIF89a", "image/gif"},
	{0, "%PDF-", "application/pdf"},
	{0, "ID3", "audio/mpeg"},
	{0, "fLaC", "audio/flac"},
	{0, "OggS", "audio/ogg"},
	{0, "PK\x03\x04", Archive},
	{0, "PK\x05\x06", Archive},
	{0, "PK\x07\x08", Archive},
	{0, "\x1f\x8b", Archive},
	{0, "BZh", Archive},
	{0, "\xfd7zXZ\x00", Archive},
	{0, "7z\xbc\xaf\x27\x1c", Archive},
	{0, "Rar!\x1a\x07", Archive},
	{0, "\x28\xb5\x2f\xfd", Archive},
	{0, "MSCF", Archive},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Archive}, // doc, xls, ppt, msi
	{257, "ustar", Archive},
}

// Guess is what a file is by its first bytes, as far as they tell: for the early refusal of what can never be
// right. A container that may hold sound or pictures is said to be video, and a text only looks like one.
func Guess(head []byte) Form {
	for _, m := range marks {
		if len(head) >= m.at+len(m.bytes) && string(head[m.at:m.at+len(m.bytes)]) == m.bytes {
			if m.form == Archive {
				return Form{Kind: Archive}
			}
			return FormOf(m.form)
		}
	}
	switch {
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return FormOf("image/webp")
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WAVE":
		return FormOf("audio/wav")
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return ofBrand(string(head[8:12]))
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")):
		return ofEBML(head)
	case len(head) >= 4 && head[0] == 0xff && head[1]&0xf6 == 0xf0: // ADTS
		return FormOf("audio/aac")
	case len(head) >= 4 && isMPEGAudio(head):
		return FormOf("audio/mpeg")
	case looksLikeText(head):
		return FormOf("text/plain; charset=utf-8")
	}
	return Form{Kind: Unknown}
}

// ofBrand is what an ISO base media file is by its major brand.
func ofBrand(brand string) Form {
	switch brand {
	case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1", "avif", "avis":
		return Form{Kind: Heic}
	case "M4A ", "M4B ":
		return FormOf("audio/mp4")
	case "qt  ":
		return FormOf("video/quicktime")
	}
	return FormOf("video/mp4")
}

// ofEBML is WebM or Matroska, by the document type that the header names.
func ofEBML(head []byte) Form {
	head = head[:min(len(head), 64)]
	switch {
	case bytes.Contains(head, []byte("webm")):
		return FormOf("video/webm")
	case bytes.Contains(head, []byte("matroska")):
		return FormOf("video/x-matroska")
	}
	return Form{Kind: Unknown}
}

// isMPEGAudio reports whether the bytes are a frame header of MPEG layer I to III whose fields all have a meaning.
func isMPEGAudio(h []byte) bool {
	return h[0] == 0xff && h[1]&0xe0 == 0xe0 && h[1]&0x18 != 0x08 && h[1]&0x06 != 0 && h[2]&0xf0 != 0xf0 && h[2]&0xf0 != 0 && h[2]&0x0c != 0x0c
}

// looksLikeText reports whether the beginning of a file is UTF-8 of printable characters; one may be cut at its end.
func looksLikeText(head []byte) bool {
	for len(head) > 0 {
		r, n := utf8.DecodeRune(head)
		if r == utf8.RuneError && n <= 1 {
			return !utf8.FullRune(head)
		}
		if !printable(r) {
			return false
		}
		head = head[n:]
	}
	return true
}

func printable(r rune) bool {
	return r >= ' ' && r != 0x7f || r == '\n' || r == '\r' || r == '\t' || r == '\f'
}

// Sniff is what a whole file is.
func Sniff(r io.ReaderAt, size int64) (Form, error) {
	head, err := beginning(r, size, lookedAt)
	if err != nil {
		return Form{}, err
	}
	if len(head) == 0 {
		return Form{Kind: Unknown}, nil
	}
	form := Guess(head[:min(len(head), SniffLength)])
	switch form.Kind {
	case Image:
		return pictured(form, head, r, size), nil
	case Text:
		if ok, err := isText(io.NewSectionReader(r, 0, size)); err != nil || !ok {
			return Form{Kind: Unknown}, err
		}
	}
	switch form.Type {
	case "video/webm":
		if !bytes.Contains(head, []byte("V_")) { // no codec of pictures among its tracks
			if !bytes.Contains(head, []byte("A_")) {
				return Form{Kind: Unknown}, nil
			}
			return FormOf("audio/webm"), nil
		}
	case "video/mp4", "video/quicktime":
		return ofMovie(form, r, size)
	case "audio/ogg":
		if bytes.Contains(head, []byte("\x80theora")) {
			return FormOf("video/ogg"), nil
		}
	}
	return form, nil
}

func beginning(r io.ReaderAt, size, most int64) ([]byte, error) {
	head := make([]byte, min(size, most))
	n, err := r.ReadAt(head, 0)
	if err == io.EOF {
		err = nil
	}
	return head[:n], err
}

// pictured is an image with its dimensions; one whose header does not hold is none.
func pictured(form Form, head []byte, r io.ReaderAt, size int64) Form {
	if form.Type == "image/webp" {
		w, h, ok := webp(head)
		if !ok {
			return Form{Kind: Unknown}
		}
		form.Width, form.Height = w, h
		return form
	}
	c, _, err := image.DecodeConfig(io.NewSectionReader(r, 0, size))
	if err != nil {
		return Form{Kind: Unknown}
	}
	form.Width, form.Height = c.Width, c.Height
	return form
}

// webp are the dimensions in the first chunk of a WebP file, of each of its three layouts.
func webp(b []byte) (width, height int, ok bool) {
	if len(b) < 30 {
		return 0, 0, false
	}
	switch body := b[20:]; string(b[12:16]) {
	case "VP8 ":
		if body[3] != 0x9d || body[4] != 0x01 || body[5] != 0x2a {
			return 0, 0, false
		}
		return int(binary.LittleEndian.Uint16(body[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(body[8:]) & 0x3fff), true
	case "VP8L":
		if body[0] != 0x2f {
			return 0, 0, false
		}
		bits := binary.LittleEndian.Uint32(body[1:])
		return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, true
	case "VP8X":
		return int(uint32(body[4])|uint32(body[5])<<8|uint32(body[6])<<16) + 1, int(uint32(body[7])|uint32(body[8])<<8|uint32(body[9])<<16) + 1, true
	}
	return 0, 0, false
}

// mostBoxes is how many boxes of a movie are looked at. One that is written in fragments has a few for each second.
const mostBoxes = 4096

// ofMovie tells whether an ISO base media file holds pictures or only sound, by the handlers of its tracks. They
// stand in the box moov, which cameras write at the end.
func ofMovie(form Form, r io.ReaderAt, size int64) (Form, error) {
	at := int64(0)
	for range mostBoxes {
		var head [16]byte
		n, err := r.ReadAt(head[:], at)
		if n < 8 {
			if err == io.EOF {
				err = nil
			}
			return Form{Kind: Unknown}, err
		}
		length, header := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		switch {
		case length == 0:
			length = size - at
		case length == 1 && n == 16:
			length, header = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if length < header || length > size-at {
			return Form{Kind: Unknown}, nil
		}
		if string(head[4:8]) == "moov" {
			moov, err := beginning(io.NewSectionReader(r, at, length), length, lookedAt)
			switch {
			case bytes.Contains(moov, []byte("vide")):
				return form, err
			case bytes.Contains(moov, []byte("soun")):
				return FormOf("audio/mp4"), err
			}
			return Form{Kind: Unknown}, err
		}
		at += length
	}
	return Form{Kind: Unknown}, nil
}

// isText reports whether everything is UTF-8 of printable characters.
func isText(r io.Reader) (bool, error) {
	buf := make([]byte, 32<<10)
	kept := 0
	for {
		n, err := io.ReadFull(r, buf[kept:])
		chunk := buf[:kept+n]
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return false, err
		}
		for len(chunk) > 0 && (last || utf8.FullRune(chunk)) {
			c, width := utf8.DecodeRune(chunk)
			if c == utf8.RuneError && width <= 1 || !printable(c) {
				return false, nil
			}
			chunk = chunk[width:]
		}
		if last {
			return true, nil
		}
		kept = copy(buf, chunk)
	}
}
