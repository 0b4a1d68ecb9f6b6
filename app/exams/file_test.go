package exams

import (
	"strings"
	"testing"
	"unicode/utf8"

	"bainian/app/blobs"
	"bainian/app/questions"
)

func TestFileNameIsOnlyShown(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("錄", 200)
	for given, want := range map[string]string{
		"簡報.pdf":                         "簡報.pdf",
		"../../x":                        "x",
		`C:\Users\amy\錄音.m4a`:            "錄音.m4a",
		"/etc/passwd":                    "passwd",
		"":                               "file",
		"..":                             "file",
		"../":                            "file",
		"   ":                            "file",
		".htaccess":                      "htaccess",
		"a\x00b\x07c\r\nd.png":           "abcd.png",
		"photo\u202egnp.exe":             "photognp.exe",
		"zero\u200bwidth\ufeff.pdf":      "zerowidth.pdf",
		"bad\xffutf8.pdf":                "badutf8.pdf",
		"line\u2028break.txt":            "linebreak.txt",
		long + ".webm":                   strings.Repeat("錄", 83) + ".webm",
		"x." + strings.Repeat("e", 300):  "x." + strings.Repeat("e", 253),
		"two words (final) v2 50%?.docx": "two words (final) v2 50%?.docx",
	} {
		got := fileName(given)
		if got != want {
			t.Errorf("%q is shown as %q, want %q", given, got, want)
		}
		if len(got) > questions.MaxName || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\x00\n") {
			t.Errorf("%q", got)
		}
		if again := fileName(got); again != got {
			t.Errorf("%q becomes %q the second time", got, again)
		}
	}
}

func TestSavedUnderWhatItIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, kind, want string }{
		{"a.png", "image/png", "a.png"}, {"a.PNG", "image/png", "a.PNG"}, {"report.exe", "image/png", "report.exe.png"},
		{"index.html", "text/plain; charset=utf-8", "index.html.txt"}, {"notes.md", "text/plain; charset=utf-8", "notes.md"},
		{"pitch", "video/webm", "pitch.webm"}, {"a.jpeg", "image/jpeg", "a.jpeg"}, {"voice.webm", "audio/webm", "voice.webm"},
	} {
		if got := savedAs(c.name, blobs.FormOf(c.kind)); got != c.want {
			t.Errorf("%s of %s is saved as %s", c.name, c.kind, got)
		}
	}
}

func TestPartsOfAFile(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{1, PartSize - 1, PartSize, PartSize + 1, mostMedia} {
		sum := int64(0)
		for k := range partsOf(size) {
			part := partSize(size, k)
			if part < 1 || part > PartSize {
				t.Errorf("part %d of %d has %d bytes", k, size, part)
			}
			sum += part
		}
		if sum != size {
			t.Errorf("the parts of %d come to %d", size, sum)
		}
	}
}
