package seb

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// JSON is the configuration as SEB-JSON, the text whose hash is the Config Key:
//
//   - originatorVersion is left out, and so is every key whose dictionary is empty or becomes empty by this; empty
//     arrays stay, and an empty dictionary stays as {} where it is an element of an array
//   - keys are sorted in every dictionary by the root collation of Unicode: without regard to case or language, and of
//     two that differ by case alone the one in lower case first (allowWlan, allowWLAN)
//   - nothing is escaped, and nothing stands between the parts
//   - data are base64 texts, dates texts in ISO 8601 (2026-11-28T06:30:00+00:00), whole numbers and booleans bare, and a
//     real is the shortest decimal number that stands for it: 0.1, and 1 for 1.0 (as RFC 8785 has it)
//
// The result is JSON only as long as no text holds a quotation mark or a line end. Clients differ there, and in dates:
// the one for Windows writes \" since 2025 and a date without quotation marks, so no configuration of ours has either.
func JSON(root Dict) string {
	w := jsonWriter{order: collate.New(language.Und)}
	w.dict(root)
	return w.String()
}

// ConfigKey is the Config Key of a configuration, in hex.
func ConfigKey(root Dict) string { return keyOf(JSON(root)) }

func keyOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

type jsonWriter struct {
	strings.Builder
	order *collate.Collator
}

func (w *jsonWriter) dict(d Dict) {
	keys := slices.SortedFunc(maps.Keys(d), func(a, b string) int {
		if c := w.order.CompareString(a, b); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	w.WriteByte('{')
	first := true
	for _, key := range keys {
		if key == originator || hollow(d[key]) {
			continue
		}
		if !first {
			w.WriteByte(',')
		}
		first = false
		w.text(key)
		w.WriteByte(':')
		w.value(d[key])
	}
	w.WriteByte('}')
}

// originator names the program that wrote a configuration, which is no part of it.
const originator = "originatorVersion"

// hollow reports whether a value is a dictionary that holds nothing but such dictionaries.
func hollow(v any) bool {
	d, ok := v.(Dict)
	if !ok {
		return false
	}
	for key, inner := range d {
		if key != originator && !hollow(inner) {
			return false
		}
	}
	return true
}

func (w *jsonWriter) text(s string) {
	w.WriteByte('"')
	w.WriteString(s)
	w.WriteByte('"')
}

func (w *jsonWriter) value(v any) {
	switch v := v.(type) {
	case Dict:
		w.dict(v)
	case []any:
		w.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				w.WriteByte(',')
			}
			w.value(item)
		}
		w.WriteByte(']')
	case string:
		w.text(v)
	case []byte:
		w.text(base64.StdEncoding.EncodeToString(v))
	case time.Time:
		w.text(v.UTC().Format("2006-01-02T15:04:05") + "+00:00")
	case bool:
		w.WriteString(strconv.FormatBool(v))
	case Integer:
		w.WriteString(string(v))
	case int:
		w.WriteString(strconv.Itoa(v))
	case float64:
		w.WriteString(shortest(v))
	}
}

// shortest is a number as ECMAScript writes it (RFC 8785 §3.2.2.3).
func shortest(f float64) string {
	if f == 0 {
		return "0" // of a negative zero as well
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	return digits + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
}
