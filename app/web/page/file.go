package page

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Allow lets the page ask the person for camera, microphone or screen, which all others may not.
func (c *Ctx) Allow(camera, microphone, screen bool) {
	c.Set(fiber.HeaderPermissionsPolicy, permissions(camera, microphone, screen))
}

// File is a file to send: what somebody handed in, never a page of ours.
type File struct {
	Name    string // to save it under
	Type    string // by its content; only what no browser runs
	Inline  bool   // may be shown in place
	ETag    string // without quotes; the same bytes have the same
	Size    int64
	Content interface {
		io.ReaderAt
		io.Closer
	}
}

// portion is how much of a file goes out when a player asks for the rest of it: what even a slow line takes within the
// time that an answer has. The player asks again for what follows.
const portion = 4 << 20

// SendFile sends the file or the range of it that was asked for, and closes it.
func (c *Ctx) SendFile(f File) error {
	etag := `"` + f.ETag + `"`
	c.Set(fiber.HeaderContentType, f.Type)
	c.Set(fiber.HeaderContentDisposition, disposition(f))
	c.Set(fiber.HeaderCacheControl, "private, no-cache") // whether the person may see it is asked each time
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	c.Set(fiber.HeaderETag, etag)
	if c.Get(fiber.HeaderIfNoneMatch) == etag {
		c.Status(fiber.StatusNotModified)
		return f.Content.Close()
	}
	from, to, asked := int64(0), f.Size, c.Get(fiber.HeaderRange)
	if held := c.Get(fiber.HeaderIfRange); asked != "" && (held == "" || held == etag) {
		var ok bool
		switch from, to, ok = rangeOf(asked, f.Size); {
		case !ok:
			from, to = 0, f.Size
		case from >= to:
			c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes */%d", f.Size))
			c.Status(fiber.StatusRequestedRangeNotSatisfiable)
			return f.Content.Close()
		default:
			c.Set(fiber.HeaderContentRange, fmt.Sprintf("bytes %d-%d/%d", from, to-1, f.Size))
			c.Status(fiber.StatusPartialContent)
		}
	}
	// Sent after the handler has returned; the server closes it then.
	c.Response().SetBodyStream(&section{io.NewSectionReader(f.Content, from, to-from), f.Content}, int(to-from))
	return nil
}

type section struct {
	io.Reader
	io.Closer
}

// rangeOf is the one range of bytes that a header asks for, up to but not including to: empty when the file has none of
// it, and false when the header is to be passed over, as several ranges are.
func rangeOf(header string, size int64) (from, to int64, ok bool) {
	first, last, found := strings.Cut(strings.TrimPrefix(header, "bytes="), "-")
	if !found || !strings.HasPrefix(header, "bytes=") {
		return 0, 0, false
	}
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || s[0] < '0' || s[0] > '9' {
			ok = false
		}
		return n
	}
	ok = true
	switch {
	case first == "" && last == "":
		return 0, 0, false
	case first == "": // the last bytes
		from, to = max(0, size-number(last)), size
	case last == "":
		from = number(first)
		to = min(size, from+portion)
	default:
		from, to = number(first), number(last)
		ok = ok && from <= to
		to = min(to, size-1) + 1
	}
	return from, to, ok
}

// disposition names the file for saving, in ASCII for old programs and in full for others (RFC 6266).
func disposition(f File) string {
	kind := "attachment"
	if f.Inline {
		kind = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, f.Name)
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, kind, plain, strings.ReplaceAll(url.PathEscape(f.Name), "'", "%27"))
}
