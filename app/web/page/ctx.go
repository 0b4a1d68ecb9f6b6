package page

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"bainian/app/fault"
	"bainian/app/locale"
	"bainian/app/people"
)

// Ctx is one request: Fiber's, with the person, the language and the deadline. It is never kept.
type Ctx struct {
	*fiber.Ctx
	Person   people.Person // zero when nobody is signed in
	Token    string        // of the session
	Machine  string        // the name of the API token on a Machine route
	Confined bool          // the session was opened for an exam alone (people.ForExam): other pages are closed to it
	Lang     locale.Lang

	kit *Kit
	ctx context.Context
	who Who
}

// Context carries the request's deadline; pass it to verbs. Fiber's own is c.Ctx.Context().
func (c *Ctx) Context() context.Context { return c.ctx }

// T is a message in the request's language.
func (c *Ctx) T(key string, args ...any) string { return c.kit.Catalog.T(c.Lang, key, args...) }

// Words are an error's words for this person.
func (c *Ctx) Words(err error) string { return c.kit.Catalog.Message(c.Lang, err) }

// Now is the kit's clock in the company's zone, for pages that show where the day stands.
func (c *Ctx) Now() time.Time { return c.kit.Clock().In(c.kit.Zone) }

// Zone is the company's zone, which defines the business day.
func (c *Ctx) Zone() *time.Location { return c.kit.Zone }

// PublicURL is the address of the request as the browser knows it: the public address of the site, whatever a proxy
// forwards, and path and query as they came.
func (c *Ctx) PublicURL() string { return c.kit.origin + c.OriginalURL() }

// Site is the public address: scheme://host[:port].
func (c *Ctx) Site() string { return c.kit.origin }

// HTMX reports whether htmx asks for a part of the page rather than the whole.
func (c *Ctx) HTMX() bool { return c.Get("HX-Request") == "true" }

// maxBrowser is how much of a browser's name for itself is looked at.
const maxBrowser = 512

// Browser is what the browser calls itself.
func (c *Ctx) Browser() string {
	name := c.Get(fiber.HeaderUserAgent)
	return name[:min(len(name), maxBrowser)]
}

// Address is the address that the request comes from. Of a request that a proxy on the same machine hands on, it is the
// one that the proxy names last; what anybody else says in that header is not believed. Behind a proxy on another
// machine all requests come from that one address.
func (c *Ctx) Address() string {
	peer := c.Ctx.Context().RemoteIP()
	if peer.IsLoopback() {
		hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
		if last, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err == nil {
			return last.String()
		}
	}
	return peer.String()
}

// Form is a value of the posted form, without the blanks around it; "" when it is not there.
func (c *Ctx) Form(name string) string { return strings.TrimSpace(c.FormText(name)) }

// FormText is a value exactly as posted but for line ends, which are \n: for markdown, notes and passwords.
func (c *Ctx) FormText(name string) string {
	values := c.FormAll(name)
	if len(values) == 0 {
		return ""
	}
	return strings.ReplaceAll(values[0], "\r\n", "\n")
}

// FormAll are all values of that name, as a row of check boxes sends them.
func (c *Ctx) FormAll(name string) []string {
	if c.isMultipart() {
		form, err := c.MultipartForm()
		if err != nil {
			return nil
		}
		return form.Value[name]
	}
	var values []string
	for _, v := range c.Request().PostArgs().PeekMulti(name) {
		values = append(values, string(v))
	}
	return values
}

// FormInt is a whole number from the form; an Invalid fault in that field when it is not one.
func (c *Ctx) FormInt(name string) (int, error) { return wholeNumber(name, c.Form(name)) }

// ParamInt is a whole number from the path; what is not a number does not exist there.
func (c *Ctx) ParamInt(name string) (int, error) {
	n, err := strconv.Atoi(c.Params(name))
	if err != nil {
		return 0, fault.New(fault.NotFound, "page.not_found")
	}
	return n, nil
}

// QueryInt is a whole number from the query, or the default when it is absent.
func (c *Ctx) QueryInt(name string, absent int) (int, error) {
	if c.Query(name) == "" {
		return absent, nil
	}
	return wholeNumber(name, c.Query(name))
}

func wholeNumber(field, text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fault.New(fault.Invalid, "page.not_a_number", "value", text).In(field)
	}
	return n, nil
}

// Upload is a posted file: its name and its bytes, at most UploadLimit of them; an Invalid fault in that field
// when none was chosen.
func (c *Ctx) Upload(name string) (fileName string, data []byte, err error) {
	header, err := c.FormFile(name)
	if err != nil || header.Size == 0 {
		return "", nil, fault.New(fault.Invalid, "page.no_file").In(name)
	}
	file, err := header.Open()
	if err != nil {
		return "", nil, err
	}
	defer file.Close()
	data, err = io.ReadAll(file)
	return header.Filename, data, err
}

// Decode reads the JSON body; unknown members are passed over. A Malformed fault says where it cannot be read. A
// compressed body is one: what it would unpack to is neither bounded nor looked at.
func (c *Ctx) Decode(into any) error {
	if mediaType(c.Ctx) == fiber.MIMEOctetStream { // whose text nobody has looked at
		return fault.New(fault.Malformed, "page.bad_json")
	}
	err := json.Unmarshal(c.Request().Body(), into)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) && wrong.Field != "" {
		return fault.Wrap(err, fault.Malformed, "page.bad_member", "member", wrong.Field).In(wrong.Field)
	}
	if err != nil {
		return fault.Wrap(err, fault.Malformed, "page.bad_json")
	}
	return nil
}

// Bytes is the body of a request that brings a part of a file, as application/octet-stream. It is good until the
// handler returns.
func (c *Ctx) Bytes() ([]byte, error) {
	if mediaType(c.Ctx) != fiber.MIMEOctetStream {
		return nil, fault.New(fault.Malformed, "page.bad_request")
	}
	return c.Request().Body(), nil
}

// Refused reports that err is one to show in the form it came from, and sets its status; the handler renders the
// form again with the error in its view. Any other error is for the caller to return.
func (c *Ctx) Refused(err error) bool {
	switch kind := fault.KindOf(err); kind {
	case fault.Invalid, fault.Conflict, fault.TooMany, fault.Forbidden, fault.TooLarge:
		c.Status(statusOf(kind))
		return true
	}
	return false
}
