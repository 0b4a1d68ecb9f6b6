package page

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"bainian/app/fault"
)

// wellFormed refuses NUL and invalid UTF-8 wherever text can come in, and bodies over their limit: SQLite would
// store such text and PostgreSQL would not, and no person types it.
func wellFormed(f *fiber.Ctx) error {
	if !isText(f.Path()) {
		return fault.New(fault.Malformed, "page.bad_text", "place", "URL")
	}
	if f.Request().URI().QueryArgs().Len() > 0 {
		if err := textArgs(f.Request().URI().QueryArgs(), "?"); err != nil {
			return err
		}
	}
	body := f.Request().Body()
	if len(body) == 0 {
		return nil
	}
	switch kind := mediaType(f); kind {
	case fiber.MIMEApplicationForm:
		if len(body) > FormLimit {
			return tooLarge(FormLimit)
		}
		return textArgs(f.Request().PostArgs(), "")
	case fiber.MIMEMultipartForm:
		return textMultipart(f)
	case fiber.MIMEOctetStream: // bytes, which Ctx.Bytes alone reads
		if len(body) > BytesLimit {
			return tooLarge(BytesLimit)
		}
		return nil
	default:
		if len(body) > JSONLimit {
			return tooLarge(JSONLimit)
		}
		if !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 || escapesNUL(body) {
			return fault.New(fault.Malformed, "page.bad_text", "place", "body")
		}
		return nil
	}
}

func textArgs(args *fasthttp.Args, prefix string) (err error) {
	args.VisitAll(func(name, value []byte) {
		if err == nil && (!isText(string(name)) || !isText(string(value))) {
			err = badField(prefix, string(name))
		}
	})
	return err
}

// textMultipart looks at the values and the names of a form with files; a file's content is its reader's matter.
func textMultipart(f *fiber.Ctx) error {
	form, err := f.MultipartForm()
	if err != nil {
		return fault.Wrap(err, fault.Malformed, "page.bad_form")
	}
	for name, values := range form.Value {
		for _, v := range append(values, name) {
			if !isText(v) {
				return badField("", name)
			}
		}
	}
	for name, files := range form.File {
		for _, file := range files {
			if !isText(name) || !isText(file.Filename) {
				return badField("", name)
			}
		}
	}
	return nil
}

func badField(prefix, name string) error {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), "")
	return fault.New(fault.Malformed, "page.bad_text", "place", prefix+name).In(name)
}

func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// escapesNUL reports whether a JSON text holds the escape \u0000, which is NUL once decoded; an escaped
// backslash before a plain u0000 is not one.
func escapesNUL(body []byte) bool {
	for rest := body; ; {
		i := bytes.Index(rest, []byte(`\u0000`))
		if i < 0 {
			return false
		}
		slashes := 0
		for i-slashes-1 >= 0 && rest[i-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return true
		}
		rest = rest[i+len(`\u0000`):]
	}
}

// mediaType is the content type without its parameters.
func mediaType(f *fiber.Ctx) string {
	kind, _, _ := strings.Cut(string(f.Request().Header.ContentType()), ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

func (c *Ctx) isMultipart() bool { return mediaType(c.Ctx) == fiber.MIMEMultipartForm }

func tooLarge(limit int) error {
	return fault.New(fault.TooLarge, "page.too_large", "mb", limit>>20)
}
