package seb

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// writeXML is a configuration as an XML property list, keys in the order of their bytes.
func writeXML(root Dict) []byte {
	var b strings.Builder
	b.WriteString(xml.Header)
	b.WriteString(`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n<plist version=\"1.0\">\n")
	writeValue(&b, root)
	b.WriteString("</plist>\n")
	return []byte(b.String())
}

func writeValue(b *strings.Builder, v any) {
	switch v := v.(type) {
	case Dict:
		b.WriteString("<dict>\n")
		for _, key := range slices.Sorted(maps.Keys(v)) {
			element(b, "key", key)
			writeValue(b, v[key])
		}
		b.WriteString("</dict>\n")
	case []any:
		b.WriteString("<array>\n")
		for _, item := range v {
			writeValue(b, item)
		}
		b.WriteString("</array>\n")
	case bool:
		fmt.Fprintf(b, "<%t/>\n", v)
	case string:
		element(b, "string", v)
	case []byte:
		element(b, "data", base64.StdEncoding.EncodeToString(v))
	case time.Time:
		element(b, "date", v.UTC().Format(time.RFC3339))
	case float64:
		element(b, "real", shortest(v))
	case int, Integer:
		element(b, "integer", fmt.Sprint(v))
	}
}

func element(b *strings.Builder, name, text string) {
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(text)) // into memory: never fails
	b.WriteString("</" + name + ">\n")
}
