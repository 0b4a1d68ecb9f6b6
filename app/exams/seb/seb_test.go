package seb

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// list is a property list with this inside its root dictionary.
func list(body string) []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd"><plist version="1.0"><dict>` + body + `</dict></plist>`)
}

func read(t *testing.T, data []byte, password string) Dict {
	t.Helper()
	d, err := Read(data, password)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestJSON(t *testing.T) {
	for name, test := range map[string]struct{ body, want string }{
		"empty":                            {``, `{}`},
		"booleans":                         {`<key>b</key><false/><key>a</key><true />`, `{"a":true,"b":false}`},
		"whole numbers":                    {`<key>n</key><integer> 040 </integer><key>m</key><integer>-7</integer><key>p</key><integer>+3</integer><key>z</key><integer>-0</integer>`, `{"m":-7,"n":40,"p":3,"z":0}`},
		"a number beyond 64 bits":          {`<key>n</key><integer>340282366920938463463374607431768211457</integer>`, `{"n":340282366920938463463374607431768211457}`},
		"hexadecimal":                      {`<key>n</key><integer>0xFF</integer>`, `{"n":255}`},
		"reals":                            {`<key>a</key><real>0.1</real><key>b</key><real>1.0</real><key>c</key><real>1</real><key>d</key><real>0.10000000000000001</real><key>e</key><real>-2.50</real><key>f</key><real>-0.0</real>`, `{"a":0.1,"b":1,"c":1,"d":0.1,"e":-2.5,"f":0}`},
		"reals that are very large, small": {`<key>a</key><real>1e21</real><key>b</key><real>0.0000001</real><key>c</key><real>100000000000000000000</real><key>d</key><real>1.5e-7</real>`, `{"a":1e+21,"b":1e-7,"c":100000000000000000000,"d":1.5e-7}`},
		"data":                             {"<key>d</key><data>\n\tYmxh\n\tYmxh+/8=\n</data><key>e</key><data></data>", `{"d":"YmxhYmxh+/8=","e":""}`},
		"dates":                            {`<key>d</key><date>1940-10-09T22:13:56Z</date>`, `{"d":"1940-10-09T22:13:56+00:00"}`},
		"texts stay as they are":           {"<key>s</key><string> hello w\u00f6rld/\\ &amp; &lt;3&gt; \u85cd\n2 </string>", "{\"s\":\" hello w\u00f6rld/\\ & <3> \u85cd\n2 \"}"},
		"quotation marks are not escaped":  {`<key>s</key><string>a "b"</string>`, `{"s":"a "b""}`},
		"empty texts":                      {`<key>a</key><string/><key>b</key><string></string>`, `{"a":"","b":""}`},
		"CDATA and comments":               {`<!-- a --><key>a</key><!-- b --><string><![CDATA[<x> & y]]></string>`, `{"a":"<x> & y"}`},
		"keys without regard to case":      {`<key>zoomMode</key><integer>0</integer><key>URLFilterRules</key><array/><key>urlFilterRegex</key><true/><key>allowedDisplays</key><integer>1</integer><key>allowDownUploads</key><false/><key>enableF10</key><true/><key>enableF2</key><true/>`, `{"allowDownUploads":false,"allowedDisplays":1,"enableF10":true,"enableF2":true,"urlFilterRegex":true,"URLFilterRules":[],"zoomMode":0}`},
		"lower case first":                 {`<key>allowWLAN</key><integer>1</integer><key>allowWlan</key><integer>2</integer><key>ALLOWWLAN</key><integer>3</integer>`, `{"allowWlan":2,"allowWLAN":1,"ALLOWWLAN":3}`},
		"keys of any language":             {`<key>z</key><true/><key>ä</key><true/><key>場次</key><true/><key>B</key><true/><key>a_b</key><true/><key>ab</key><true/>`, `{"ä":true,"a_b":true,"ab":true,"B":true,"z":true,"場次":true}`},
		"of a key that stands twice":       {`<key>a</key><integer>1</integer><key>a</key><integer>2</integer>`, `{"a":2}`},
		"originatorVersion at every depth": {`<key>originatorVersion</key><string>SEB_OSX_3</string><key>d</key><dict><key>originatorVersion</key><string>x</string><key>b</key><true/></dict>`, `{"d":{"b":true}}`},
		"empty dictionaries, in a row":     {`<key>a</key><dict/><key>b</key><dict><key>c</key><dict/><key>originatorVersion</key><string/></dict><key>d</key><true/><key>z</key><dict></dict>`, `{"d":true}`},
		"empty arrays stay":                {`<key>a</key><array/><key>b</key><array></array>`, `{"a":[],"b":[]}`},
		"arrays of dictionaries":           {`<key>r</key><array><dict><key>regex</key><false/><key>action</key><integer>1</integer></dict><dict/><array><dict><key>B</key><true/><key>a</key><array/></dict></array></array>`, `{"r":[{"action":1,"regex":false},{},[{"a":[],"B":true}]]}`},
		"unknown keys count":               {`<key>somethingNew</key><string>x</string>`, `{"somethingNew":"x"}`},
	} {
		if got := JSON(read(t, list(test.body), "")); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

// The hashes are of texts written by hand, taken with another program.
func TestConfigKey(t *testing.T) {
	if got := ConfigKey(Dict{}); got != "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a" {
		t.Error("of the empty configuration:", got)
	}
	d := read(t, list(`<key>startURL</key><string>https://exam.example.com/start?a=1&amp;b=2</string><key>originatorVersion</key><string>SEB_Win_3</string><key>batteryChargeThresholdLow</key><real>0.2</real><key>examKeySalt</key><data>QJAqvg89YMP6JagAshUm6QqpqpsrVS9ZWUYjdZhfEao=</data><key>browserMessagingSocket</key><string>ws:\localhost:8706</string><key>URLFilterRules</key><array/><key>proxies</key><dict><key>HTTPSPort</key><integer>443</integer><key>HTTPPort</key><integer>80</integer></dict>`), "")
	if got := ConfigKey(d); got != "37ab4c3065b9e1b54271f368cb16f0de93984e552fd213a9772a91e6e879b52c" {
		t.Error("of a configuration:", got, JSON(d))
	}
}

func TestHash(t *testing.T) {
	const key = "4fa9af8ec8759eb7c680752ef4ee5eaf1a860628608fccae2715d519849f9292"
	for _, url := range []string{"https://exam.example.com/attempt/123?page=4", "https://exam.example.com/attempt/123?page=4#q7"} {
		if got := Hash(url, key); got != "e8b9a7644ba8dd0bea010ab731cb555070a51bb7f462823bbc0f32b5f11239c4" {
			t.Error(url, got)
		}
	}
	if !ValidKey(key) || ValidKey(strings.ToUpper(key)) || ValidKey(key[1:]) || ValidKey(key[1:]+"g") {
		t.Error("which keys are valid")
	}
}

func TestJudge(t *testing.T) {
	const url = "https://exam.example.com/attempts/1?a=b"
	a, b, build := strings.Repeat("a", 64), strings.Repeat("b", 64), strings.Repeat("c", 64)
	both := Keys{Config: []string{b, a}, Exam: []string{build}}
	for name, test := range map[string]struct {
		keys Keys
		show Claim
		want Verdict
	}{
		"nothing shown":                {Keys{Config: []string{a}}, Claim{URL: url}, Missing},
		"the key":                      {Keys{Config: []string{b, a}}, Claim{URL: url, Config: Hash(url, a)}, Matched},
		"in capitals":                  {Keys{Config: []string{a}}, Claim{URL: url, Config: strings.ToUpper(Hash(url, a))}, Matched},
		"another key":                  {Keys{Config: []string{a}}, Claim{URL: url, Config: Hash(url, b)}, Wrong},
		"of another page":              {Keys{Config: []string{a}}, Claim{URL: url, Config: Hash(url+"c", a)}, Wrong},
		"the key itself":               {Keys{Config: []string{a}}, Claim{URL: url, Config: a}, Wrong},
		"rubbish":                      {Keys{Config: []string{a}}, Claim{URL: url, Config: "no"}, Wrong},
		"only the build, of a config":  {Keys{Config: []string{a}}, Claim{URL: url, Exam: Hash(url, a)}, Wrong},
		"build and config":             {both, Claim{URL: url, Config: Hash(url, a), Exam: Hash(url, build)}, Matched},
		"config without the build":     {both, Claim{URL: url, Config: Hash(url, a)}, Wrong},
		"the build without the config": {both, Claim{URL: url, Exam: Hash(url, build)}, Wrong},
		"the build alone is asked for": {Keys{Exam: []string{build}}, Claim{URL: url, Config: "any", Exam: Hash(url, build)}, Matched},
		"no key may be used":           {Keys{}, Claim{URL: url, Config: Hash(url, a)}, Wrong},
		"no key, nothing shown":        {Keys{}, Claim{URL: url}, Missing},
	} {
		if got := test.keys.Judge(test.show); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

func exam() Exam {
	return Exam{Site: "https://exam.example.com:8443", Start: "/seb/abcDEF-_123", Quit: "/seb/quit", Paths: []string{"/seb/", "/attempts/"},
		Salt: bytes.Repeat([]byte{7}, 32)}
}

// What is written is read back with the key that the server keeps, whichever way it is packed.
func TestWrittenIsReadBack(t *testing.T) {
	config := exam().Config()
	key := ConfigKey(config)
	for name, file := range map[string][]byte{"plain": Plain(config), "sealed": Sealed(config, "kq3m-77tz", [SealRandom]byte{1, 2, 3})} {
		if !bytes.HasPrefix(file, []byte{0x1f, 0x8b}) {
			t.Error(name, "is not packed")
		}
		got := read(t, file, "kq3m-77tz")
		if ConfigKey(got) != key {
			t.Errorf("%s: another key\n%s\n%s", name, JSON(got), JSON(config))
		}
	}
	other := exam()
	other.Start += "4"
	if ConfigKey(other.Config()) == key {
		t.Error("another start has the same key")
	}
}

func TestConfigAvoidsWhatClientsDisagreeOn(t *testing.T) {
	config := exam().Config()
	text := JSON(config)
	if strings.Contains(text, `\`) || strings.ContainsAny(text, "\n\r") || !strings.HasSuffix(text, `"URLFilterRules":[{"action":1,"active":true,"expression":"exam.example.com:8443/seb/*","regex":false},{"action":1,"active":true,"expression":"exam.example.com:8443/attempts/*","regex":false}]}`) {
		t.Error(text)
	}
	var look func(v any)
	look = func(v any) {
		switch v := v.(type) {
		case Dict:
			if len(v) == 0 {
				t.Error("an empty dictionary")
			}
			for key, inner := range v {
				if key == originator || strings.Contains(key, `"`) {
					t.Error("the key", key)
				}
				look(inner)
			}
		case []any:
			for _, inner := range v {
				look(inner)
			}
		case string:
			if v == "" || strings.ContainsAny(v, "\"\\\r\n") {
				t.Errorf("the text %q", v)
			}
		case float64, time.Time:
			t.Errorf("a value %v", v)
		}
	}
	look(config)
}

func TestReadRefuses(t *testing.T) {
	sealed := Sealed(exam().Config(), "secret", [SealRandom]byte{})
	raw := func(packed []byte) []byte {
		plain, err := unpacked(packed)
		if err != nil {
			t.Fatal(err)
		}
		return plain
	}
	broken := raw(sealed)
	broken[len(broken)/2] ^= 1
	old := raw(sealed)
	old[4] = 1
	bomb := func() []byte {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write(bytes.Repeat([]byte(" "), maxPlain+1))
		_ = w.Close()
		return b.Bytes()
	}
	for name, test := range map[string]struct {
		data     []byte
		password string
		is       error
		says     string
	}{
		"nothing":                   {[]byte{}, "", nil, "neither"},
		"rubbish":                   {[]byte("hello"), "", nil, "neither"},
		"no password":               {sealed, "", ErrPassword, ""},
		"wrong password":            {sealed, "Secret", ErrWrongPassword, ""},
		"one bit flipped":           {broken, "secret", ErrWrongPassword, ""},
		"an encryption of long ago": {old, "secret", nil, "kind"},
		"cut off":                   {raw(sealed)[:60], "secret", nil, "cut off"},
		"client settings":           {append([]byte("pwcc"), seal(packed(list("")), keyOf("x"), [SealRandom]byte{})...), "", ErrPassword, ""},
		"for a certificate":         {packed([]byte("pkhs" + strings.Repeat("x", 40))), "", ErrCertificate, ""},
		"for a certificate, newer":  {[]byte("phsk" + strings.Repeat("x", 40)), "x", ErrCertificate, ""},
		"a bomb":                    {bomb(), "", ErrTooLarge, ""},
		"a bomb inside":             {packed(append([]byte("plnd"), bomb()...)), "", ErrTooLarge, ""},
		"too large a file":          {bytes.Repeat([]byte("x"), MaxFile+1), "", ErrTooLarge, ""},
		"broken gzip":               {[]byte{0x1f, 0x8b, 8, 0, 1}, "", nil, "gzip"},
		"a root that is no dict":    {[]byte(`<plist><array/></plist>`), "", nil, "no dictionary"},
		"no plist":                  {[]byte(`<html></html>`), "", nil, "no <plist>"},
		"empty plist":               {[]byte(`<plist></plist>`), "", nil, "empty"},
		"two roots":                 {[]byte(`<plist><dict/><dict/></plist>`), "", nil, "after the end"},
		"not closed":                {[]byte("<plist><dict>\n<key>a</key>"), "", nil, "line 2"},
		"a key without a value":     {list(`<key>a</key>`), "", nil, `"a" has no value`},
		"two keys":                  {list(`<key>a</key><key>b</key>`), "", nil, `"a" has no value`},
		"a value without a key":     {list(`<string>x</string>`), "", nil, "where a <key> belongs"},
		"text between":              {list(`x<key>a</key><true/>`), "", nil, `"x" stands between`},
		"an unknown element":        {list(`<key>a</key><null/>`), "", nil, "no <null>"},
		"an element in a text":      {list(`<key>a</key><string>x<b>y</b></string>`), "", nil, "stands in <string>"},
		"no number":                 {list(`<key>a</key><integer>1.5</integer>`), "", nil, `"1.5" is no whole number`},
		"no real":                   {list(`<key>a</key><real>nan</real>`), "", nil, "no number"},
		"no base64":                 {list(`<key>a</key><data>%%</data>`), "", nil, "base64"},
		"no date":                   {list(`<key>a</key><date>tomorrow</date>`), "", nil, "no date"},
		"an entity of its own":      {[]byte(`<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><plist><dict><key>x</key><string>&b;</string></dict></plist>`), "", nil, "entity"},
		"an entity from a file":     {[]byte(`<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a SYSTEM "file:///etc/passwd">]><plist><dict><key>x</key><string>&a;</string></dict></plist>`), "", nil, "entity"},
		"another encoding":          {[]byte(`<?xml version="1.0" encoding="UTF-16"?><plist><dict/></plist>`), "", nil, "encoding"},
		"very deep":                 {list(`<key>a</key>` + strings.Repeat("<array>", 100000)), "", errDeep, ""},
		"invalid UTF-8":             {list("<key>a</key><string>\xff</string>"), "", nil, "UTF-8"},
	} {
		_, err := Read(test.data, test.password)
		if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, data := range map[string][]byte{"behind the list": []byte("<plist><dict/></plist>\n\x00<x"), "behind the file": append(Plain(Dict{}), 0, 1, 2)} {
		if _, err := Read(data, ""); err != nil {
			t.Errorf("what stands %s: %v", name, err)
		}
	}
	if d, err := Read(append([]byte("pwcc"), seal(packed(list("<key>a</key><true/>")), keyOf("x"), [SealRandom]byte{})...), "x"); err != nil || d["a"] != true {
		t.Error("client settings with their password:", d, err)
	}
	if d, err := Read(append([]byte("pwcc"), seal(list("<key>a</key><true/>"), "", [SealRandom]byte{})...), ""); err != nil || d["a"] != true {
		t.Error("client settings without a password:", d, err)
	}
}

// The vectors are those that RNCryptor publishes for its format 3 with a password; they hold against another
// implementation what this one writes.
func TestRNCryptor(t *testing.T) {
	for _, test := range []struct{ password, random, plain, sealed string }{
		{"a", strings.Repeat("00", SealRandom), "",
			"0301" + strings.Repeat("00", SealRandom) + "b3039be31cd7ece5e754f5c8da17003666313ae8a89ddcf8e3cb41fdc130b2329dbe07d6f4d32c34e050c8bd7e933b12"},
		{"thepassword", "0001020304050607010203040506070802030405060708090a0b0c0d0e0f0001", "01",
			"03010001020304050607010203040506070802030405060708090a0b0c0d0e0f0001a1f8730e0bf480eb7b70f690abf21e029514164ad3c474a51b30c7eaa1ca545b7de3de5b010acbad0a9a13857df696a8"},
	} {
		var random [SealRandom]byte
		b, _ := hex.DecodeString(test.random)
		copy(random[:], b)
		plain, _ := hex.DecodeString(test.plain)
		if got := hex.EncodeToString(seal(plain, test.password, random)); got != test.sealed {
			t.Errorf("%s:\n got %s\nwant %s", test.password, got, test.sealed)
		}
	}
}

// The binary property list was written by another program.
const binaryList = "YnBsaXN0MDDZAQIDBAUGBwgJChAREhMUFRYXVWFycmF5U2JpZ1RkYXRhVGRhdGVVZW1wdHlTbmVnVHJlYWxUdGV4dFN5ZXOjCwwNEAFhTozRDg9RYggUAAAAAAAAAAD//////////0MAAQIzQchdVjQAAACgE//////////7Iz/QAAAAAAAAVWhlbGxvCQgbISUqLzU5PkNHS01QU1VWZ2t0dX6HjQAAAAAAAAEBAAAAAAAAABgAAAAAAAAAAAAAAAAAAACO"

func TestBinaryPlist(t *testing.T) {
	src, err := base64.StdEncoding.DecodeString(binaryList)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"array":[1,"二",{"b":false}],"big":18446744073709551615,"data":"AAEC","date":"2026-11-28T06:30:00+00:00","empty":[],"neg":-5,"real":0.25,"text":"hello","yes":true}`
	if got := JSON(read(t, src, "")); got != want {
		t.Errorf("got %s", got)
	}
	if got := JSON(read(t, packed(append([]byte("plnd"), packed(src)...)), "")); got != want {
		t.Errorf("inside a file: %s", got)
	}
	for n := range src { // cut anywhere, or with any byte changed, it is read or refused
		_, _ = Read(src[:n], "")
		flipped := bytes.Clone(src)
		flipped[n] ^= 0xff
		_, _ = Read(flipped, "")
	}
	// An array that holds itself, and one that unfolds to 2^64 elements.
	loop := append([]byte(binaryMagic), 0xA1, 0)
	loop = append(loop, 8)
	loop = append(loop, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10)
	if _, err := Read(loop, ""); !errors.Is(err, errDeep) {
		t.Error("an array in itself:", err)
	}
	fan := []byte(binaryMagic)
	var table []byte
	for n := range 60 {
		table = append(table, byte(len(fan)))
		fan = append(fan, 0xA2, byte(n+1), byte(n+1))
	}
	table = append(table, byte(len(fan)))
	fan = append(fan, 0x09)
	at := byte(len(fan))
	fan = append(append(fan, table...), 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 61, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, at)
	if _, err := Read(fan, ""); !errors.Is(err, errBulky) {
		t.Error("an array that unfolds without end:", err)
	}
}

// Any settings come back as they were written.
func TestRoundTrip(t *testing.T) {
	texts := rapid.StringMatching(`[ -~äÄ藍\n]{0,12}`)
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		kinds := []*rapid.Generator[any]{texts.AsAny(), rapid.Bool().AsAny(), rapid.SliceOfN(rapid.Byte(), 0, 9).AsAny(),
			rapid.Map(rapid.Float64Range(-1e9, 1e9), func(f float64) any { return f }),
			rapid.Map(rapid.StringMatching(`-?[1-9][0-9]{0,30}`), func(s string) any { return Integer(s) })}
		if depth > 0 {
			kinds = append(kinds, rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(all []any) any { return append([]any{}, all...) }),
				rapid.Map(rapid.MapOfN(texts, value(depth-1), 0, 3), func(m map[string]any) any { return Dict(m) }))
		}
		return rapid.OneOf(kinds...)
	}
	rapid.Check(t, func(rt *rapid.T) {
		d := Dict(rapid.MapOfN(texts, value(2), 0, 6).Draw(rt, "settings"))
		got, err := Read(Plain(d), "")
		if err != nil {
			rt.Fatal(err)
		}
		if !reflect.DeepEqual(got, d) {
			rt.Fatalf("got %#v\nwant %#v", got, d)
		}
	})
}

func FuzzRead(f *testing.F) {
	binary, _ := base64.StdEncoding.DecodeString(binaryList)
	for _, seed := range [][]byte{nil, []byte("plnd"), list(`<key>a</key><array><real>0.1</real><date>2026-11-28T06:30:00Z</date></array>`), binary,
		Plain(Dict{"a": 1, "originatorVersion": "x"}), []byte("pswd\x03\x01"), []byte("<plist><dict><key>a</key><dict/></dict></plist>"),
		[]byte(`<!DOCTYPE plist [<!ENTITY a "b">]><plist><dict><key>&a;</key><true/></dict></plist>`)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Read(data, "")
		if err != nil {
			return
		}
		again, err := Read(Plain(d), "")
		if err != nil && !strings.Contains(err.Error(), "illegal character") && !strings.Contains(err.Error(), "UTF-8") {
			t.Fatalf("what was read cannot be read back: %v", err)
		}
		if err == nil && len(again) != len(d) {
			t.Fatalf("%d settings of %d", len(again), len(d))
		}
	})
}
