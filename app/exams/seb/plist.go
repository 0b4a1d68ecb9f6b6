package seb

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// Dict is a dictionary of a property list. Its values are string, bool, Integer, float64, []byte, time.Time, []any and
// Dict; in a Dict that is written, int as well.
type Dict map[string]any

// Integer is a whole number in decimal digits, however large, without leading zeros or "+".
type Integer string

// maxDepth is how deep arrays and dictionaries may lie in each other; settings of Safe Exam Browser have four levels.
const maxDepth = 64

var errDeep = errors.New("arrays and dictionaries lie too deep in each other")

// parsePlist reads a property list, XML or binary, whose root is a dictionary.
func parsePlist(src []byte) (Dict, error) {
	var root any
	var err error
	if bytes.HasPrefix(src, []byte(binaryMagic)) {
		root, err = parseBinary(src)
	} else {
		root, err = parseXML(src)
	}
	if err != nil {
		return nil, err
	}
	d, ok := root.(Dict)
	if !ok {
		return nil, errors.New("the property list is no dictionary of settings")
	}
	return d, nil
}

// looksLikeXML reports whether the text begins as an XML file may.
func looksLikeXML(src []byte) bool {
	src = bytes.TrimLeft(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(src, []byte("<"))
}

// xmlReader walks the tokens of an XML property list. Document types are passed over: entities that one declares are
// unknown, which is an error where they are used, and nothing is ever fetched.
type xmlReader struct{ *xml.Decoder }

func parseXML(src []byte) (any, error) {
	src = bytes.TrimPrefix(src, []byte("\xef\xbb\xbf"))
	r := xmlReader{xml.NewDecoder(bytes.NewReader(src))}
	root, err := r.document()
	if err != nil {
		line, _ := r.InputPos()
		if syntax := (*xml.SyntaxError)(nil); errors.As(err, &syntax) {
			return nil, fmt.Errorf("property list, line %d: %s", syntax.Line, syntax.Msg)
		}
		return nil, fmt.Errorf("property list, line %d: %w", line, err)
	}
	return root, nil
}

func (r xmlReader) document() (any, error) {
	start, err := r.next()
	if err != nil {
		return nil, err
	}
	if start == nil || start.Name.Local != "plist" {
		return nil, errors.New("there is no <plist>")
	}
	start, err = r.next()
	if err != nil {
		return nil, err
	}
	if start == nil {
		return nil, errors.New("<plist> is empty")
	}
	root, err := r.value(*start, 0)
	if err != nil {
		return nil, err
	}
	if more, err := r.next(); err != nil {
		return nil, err
	} else if more != nil {
		return nil, fmt.Errorf("<%s> after the end of the settings", more.Name.Local)
	}
	return root, nil // what follows </plist> no client looks at
}

// next is the next element that begins, or nil where the one around it ends.
func (r xmlReader) next() (*xml.StartElement, error) {
	for {
		token, err := r.Token()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			return &token, nil
		case xml.EndElement:
			return nil, nil
		case xml.CharData:
			if err := blank(token); err != nil {
				return nil, err
			}
		}
	}
}

func blank(text xml.CharData) error {
	if stray := bytes.TrimSpace(text); len(stray) > 0 {
		return fmt.Errorf("%q stands between the elements", shortened(string(stray)))
	}
	return nil
}

// text is what an element holds, exactly, up to its end.
func (r xmlReader) text(name string) (string, error) {
	var b strings.Builder
	for {
		token, err := r.Token()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
		switch token := token.(type) {
		case xml.CharData:
			b.Write(token)
		case xml.StartElement:
			return "", fmt.Errorf("<%s> stands in <%s>", token.Name.Local, name)
		case xml.EndElement:
			return b.String(), nil
		}
	}
}

func (r xmlReader) value(start xml.StartElement, depth int) (any, error) {
	switch start.Name.Local {
	case "dict":
		return r.dict(depth)
	case "array":
		return r.array(depth)
	}
	text, err := r.text(start.Name.Local)
	if err != nil {
		return nil, err
	}
	return scalar(start.Name.Local, text)
}

func (r xmlReader) array(depth int) (any, error) {
	if depth >= maxDepth {
		return nil, errDeep
	}
	all := []any{}
	for {
		start, err := r.next()
		if err != nil || start == nil {
			return all, err
		}
		v, err := r.value(*start, depth+1)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
}

// dict reads pairs of key and value. Of a key that stands twice the last counts, as it does in the clients.
func (r xmlReader) dict(depth int) (any, error) {
	if depth >= maxDepth {
		return nil, errDeep
	}
	d := Dict{}
	for {
		start, err := r.next()
		if err != nil || start == nil {
			return d, err
		}
		if start.Name.Local != "key" {
			return nil, fmt.Errorf("<%s> stands where a <key> belongs", start.Name.Local)
		}
		key, err := r.text("key")
		if err != nil {
			return nil, err
		}
		if start, err = r.next(); err != nil {
			return nil, err
		}
		if start == nil || start.Name.Local == "key" {
			return nil, fmt.Errorf("the key %q has no value", shortened(key))
		}
		if d[key], err = r.value(*start, depth+1); err != nil {
			return nil, err
		}
	}
}

// scalar is the value of an element that holds text alone.
func scalar(name, text string) (any, error) {
	switch name {
	case "string":
		return text, nil
	case "true", "false":
		if strings.TrimSpace(text) != "" {
			return nil, fmt.Errorf("%q stands in <%s/>", shortened(text), name)
		}
		return name == "true", nil
	case "integer":
		return integer(strings.TrimSpace(text))
	case "real":
		f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("%q is no number", shortened(text))
		}
		return f, nil
	case "data":
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if err != nil {
			return nil, fmt.Errorf("<data> is no base64: %w", err)
		}
		return b, nil
	case "date":
		t, err := time.Parse(time.RFC3339, strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("%q is no date", shortened(text))
		}
		return t.UTC(), nil
	}
	return nil, fmt.Errorf("a property list has no <%s>", name)
}

// integer reads decimal digits, or hexadecimal ones behind 0x.
func integer(text string) (any, error) {
	digits, base := strings.TrimPrefix(text, "+"), 10
	if hex, ok := strings.CutPrefix(strings.ToLower(digits), "0x"); ok {
		digits, base = hex, 16
	}
	n, ok := new(big.Int), len(digits) <= 100 && !strings.Contains(digits, "_")
	if ok {
		_, ok = n.SetString(digits, base)
	}
	if !ok {
		return nil, fmt.Errorf("%q is no whole number", shortened(text))
	}
	return Integer(n.String()), nil
}

// shortened is a text for an error message.
func shortened(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
