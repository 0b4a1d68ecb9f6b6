package blobs

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"
)

// samples are small files of every form, as their writers make them.
func samples(t testing.TB) map[string][]byte {
	picture := image.NewPaletted(image.Rect(0, 0, 7, 5), color.Palette{color.Black, color.White})
	made := func(encode func(io.Writer) error) []byte {
		var b bytes.Buffer
		if err := encode(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	ebml := func(doc, codecs string) []byte {
		return []byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84" + doc + "\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x16\x54\xae\x6b" + codecs + strings.Repeat("\x00\x01", 400))
	}
	movie := func(brand, handler string, last bool) []byte {
		ftyp := box("ftyp", brand+"\x00\x00\x02\x00isommp42")
		moov := box("moov", string(box("mvhd", strings.Repeat("\x00", 100)))+string(box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00"+handler+strings.Repeat("\x00", 13))))
		mdat := box("mdat", strings.Repeat("\x07", 5000))
		if last {
			return append(append(ftyp, mdat...), moov...)
		}
		return append(append(ftyp, moov...), mdat...)
	}
	return map[string][]byte{
		"png":    made(func(w io.Writer) error { return png.Encode(w, picture) }),
		"jpeg":   made(func(w io.Writer) error { return jpeg.Encode(w, picture, nil) }),
		"gif":    made(func(w io.Writer) error { return gif.Encode(w, picture, nil) }),
		"webp":   []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x06\x00\x01\x00\x07\x50\x92\xa7\xff\xe8\x03\x00"),
		"pdf":    []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
		"mp3":    []byte("ID3\x04\x00\x00\x00\x00\x00\x23TSSE"),
		"mp3raw": append([]byte("\xff\xfb\x90\x64"), make([]byte, 413)...),
		"aac":    append([]byte("\xff\xf1\x50\x80"), make([]byte, 300)...),
		"wav":    []byte("RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00"),
		"ogg":    []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00OpusHead"),
		"ogv":    []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x80theora"),
		"flac":   []byte("fLaC\x00\x00\x00\x22"),
		"webm":   ebml("webm", "V_VP8 A_OPUS"),
		"weba":   ebml("webm", "A_OPUS"),
		"mkv":    ebml("matroska", "V_MPEG4"),
		"mp4":    movie("isom", "vide", false),
		"mp4end": movie("mp42", "vide", true),
		"mov":    movie("qt  ", "vide", true),
		"m4a":    movie("M4A ", "soun", false),
		"sound":  movie("isom", "soun", true),
		"text":   []byte("今天聯絡了 40 家客戶。\r\n\tAmy\n" + strings.Repeat("話術。", 40_000)),
		"html":   []byte("<!doctype html><script>alert(1)</script>"),
		"svg":    []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"zip": made(func(w io.Writer) error {
			z := zip.NewWriter(w)
			f, _ := z.Create("a")
			f.Write([]byte("x"))
			return z.Close()
		}),
		"nozip": made(func(w io.Writer) error { return zip.NewWriter(w).Close() }),
		"gzip":  []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00"),
		"7z":    []byte("7z\xbc\xaf\x27\x1c\x00\x04"),
		"rar":   []byte("Rar!\x1a\x07\x01\x00"),
		"doc":   []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"),
		"tar":   append(append(make([]byte, 257), "ustar\x0000"...), make([]byte, 247)...),
		"heic":  movie("heic", "pict", false),
		"exe":   []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"),
		"elf":   []byte("\x7fELF\x02\x01\x01\x00"),
		"big5":  []byte("\xa4\xe9\xb3\xf8\xa1G40"),
		"utf16": []byte("\xff\xfe\x05\x4e\x0d\x00"),
		"nul":   []byte("half a text\x00and more"),
		"empty": {},
	}
}

func box(name, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	return append(append(b, name...), body...)
}

func TestSniffByBytesAlone(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"png": "image/png", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "pdf": "application/pdf",
		"mp3": "audio/mpeg", "mp3raw": "audio/mpeg", "aac": "audio/aac", "wav": "audio/wav", "ogg": "audio/ogg", "flac": "audio/flac",
		"weba": "audio/webm", "m4a": "audio/mp4", "sound": "audio/mp4",
		"webm": "video/webm", "mkv": "video/x-matroska", "mp4": "video/mp4", "mp4end": "video/mp4", "mov": "video/quicktime", "ogv": "video/ogg",
		"text": "text/plain; charset=utf-8", "html": "text/plain; charset=utf-8", "svg": "text/plain; charset=utf-8",
		"zip": "archive", "nozip": "archive", "gzip": "archive", "7z": "archive", "rar": "archive", "doc": "archive", "tar": "archive",
		"heic": "heic", "exe": "unknown", "elf": "unknown", "big5": "unknown", "utf16": "unknown", "nul": "unknown", "empty": "unknown",
	}
	for name, content := range samples(t) {
		form, err := Sniff(bytes.NewReader(content), int64(len(content)))
		if got := or(form.Type, form.Kind); err != nil || got != want[name] {
			t.Errorf("%s: %q, want %q; %v", name, got, want[name], err)
		}
		if form.Type != "" {
			kind, _, _ := strings.Cut(form.Type, "/")
			if kind == "application" {
				kind = "pdf"
			}
			if form.Kind != kind || form.Ext == "" {
				t.Errorf("%s: kind %s, extension %q", name, form.Kind, form.Ext)
			}
		}
		if form.Kind == Image && (form.Width != 7 || form.Height != 5) {
			t.Errorf("%s: %d × %d", name, form.Width, form.Height)
		}
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// TestSniffReadsNoMore bounds what is read of a file, whatever it says of itself.
func TestSniffReadsNoMore(t *testing.T) {
	t.Parallel()
	whole := samples(t)
	for _, name := range []string{"webm", "zip", "mp3", "mp4end"} {
		r := &counting{r: bytes.NewReader(append(whole[name], make([]byte, 4<<20)...))}
		if _, err := Sniff(r, r.r.Size()); err != nil {
			t.Error(name, err)
		}
		if r.n > 3*lookedAt {
			t.Errorf("%s: %d bytes read", name, r.n)
		}
	}
	// A box of no length at every step, and one longer than the file.
	loop := bytes.Repeat(box("free", ""), 100_000)
	r := &counting{r: bytes.NewReader(append(box("ftyp", "isom\x00\x00\x00\x00"), loop...))}
	if form, err := Sniff(r, r.r.Size()); err != nil || form.Kind != Unknown || r.n > 2*lookedAt {
		t.Errorf("%v %v %d", form, err, r.n)
	}
	long := append(box("ftyp", "isom\x00\x00\x00\x00"), "\x00\x00\x00\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff"...)
	if form, err := Sniff(bytes.NewReader(long), int64(len(long))); err != nil || form.Kind != Unknown {
		t.Errorf("%v %v", form, err)
	}
}

type counting struct {
	r *bytes.Reader
	n int
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.n += n
	return n, err
}

// FuzzSniff holds that no file makes the sniffer fail, that what it finds is what the house knows how to serve, and
// that the guess by the first bytes never turns away what the whole file would be taken for.
func FuzzSniff(f *testing.F) {
	for _, content := range samples(f) {
		f.Add(content[:min(len(content), 8<<10)])
	}
	known := map[string]bool{"": true, "image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "application/pdf": true,
		"audio/mpeg": true, "audio/wav": true, "audio/ogg": true, "audio/flac": true, "audio/aac": true, "audio/webm": true, "audio/mp4": true,
		"video/webm": true, "video/x-matroska": true, "video/mp4": true, "video/quicktime": true, "video/ogg": true, "text/plain; charset=utf-8": true}
	f.Fuzz(func(t *testing.T, content []byte) {
		form, err := Sniff(bytes.NewReader(content), int64(len(content)))
		if err != nil || !known[form.Type] || (form.Type == "") != (form.Kind == Archive || form.Kind == Heic || form.Kind == Unknown) {
			t.Fatalf("%+v %v", form, err)
		}
		guess := Guess(content[:min(len(content), SniffLength)])
		media := guess.Kind == Video || guess.Kind == Audio
		if form.Type != "" && guess.Kind != form.Kind && !(media && (form.Kind == Video || form.Kind == Audio)) {
			t.Fatalf("guessed %+v, is %+v", guess, form)
		}
		if form.Kind == Text && bytes.IndexByte(content, 0) >= 0 {
			t.Fatal("a text with NUL")
		}
	})
}
