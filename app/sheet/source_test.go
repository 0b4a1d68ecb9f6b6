package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"bainian/app/fault"
)

const (
	hant = "name,phone,note\n遠帆國際股份有限公司,02-2345-6789,台北市信義區，經常採購辦公設備\n福爾摩沙,0912,在展覽上見過一次\n"
	hans = "name,phone,note\n远帆国际股份有限公司,010-12345678,北京市朝阳区，经常采购办公设备\n长城,0912,在展览上见过一次\n"
)

func encoded(t *testing.T, text string, e Encoding) []byte {
	t.Helper()
	encoder := map[Encoding]interface{ String(string) (string, error) }{
		Big5: traditionalchinese.Big5.NewEncoder(), GB18030: simplifiedchinese.GB18030.NewEncoder(),
		UTF16: unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(),
	}[e]
	if encoder == nil {
		return []byte(text)
	}
	out, err := encoder.String(text)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

func opened(data []byte, as Reading) (*Source, error) {
	return Open(bytes.NewReader(data), int64(len(data)), as)
}

// wide has no limits but those of a file.
func wide() Form {
	return Form{MaxRows: 4, Empty: "empty", Missing: "missing", Columns: []Column{
		{Name: "name", Aliases: []string{"公司名稱"}, Required: true}, {Name: "phone"}, {Name: "note"}, {Name: "state", Passed: true}}}
}

func TestOpenTellsTheEncoding(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want Encoding
		key  string
	}{
		"utf-8":            {encoded(t, hant, UTF8), UTF8, ""},
		"utf-8 and mark":   {encoded(t, "\uFEFF"+hant, UTF8), UTF8, ""},
		"ascii":            {[]byte("name\nAmy\n"), UTF8, ""},
		"utf-16":           {encoded(t, hant, UTF16), UTF16, ""},
		"utf-16 turned":    {[]byte("\xFE\xFF\x00n"), UTF16, ""},
		"big5":             {encoded(t, hant, Big5), Big5, ""},
		"gbk":              {encoded(t, hans, GB18030), GB18030, ""},
		"hant in gbk":      {encoded(t, strings.Repeat(hant, 20), GB18030), "", "sheet.encoding_undecided"}, // rare there: a person says
		"one name":         {encoded(t, "name\n陳\n", Big5), "", "sheet.encoding_undecided"},                 // 朝 in the other
		"latin":            {[]byte("name\nM\xFCller\n"), "", "sheet.encoding_undecided"},
		"bytes":            {[]byte("name\n\xFF\xFF\xFF\n"), "", "sheet.encoding_unknown"},
		"old workbook":     {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1and so on"), "", "sheet.old_book"},
		"half a character": {append(encoded(t, hant, Big5), 0xA4), "", "sheet.encoding_unknown"},
		"empty":            {nil, UTF8, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := opened(c.data, Reading{})
			if c.key != "" {
				if !fault.Is(err, fault.Invalid) || !fault.HasKey(err, c.key) {
					t.Fatalf("%+v, %v", s, err)
				}
				return
			}
			if err != nil || s.Encoding != c.want {
				t.Fatalf("%+v, %v", s, err)
			}
		})
	}
}

// lines are the cells of a file, a line each, and its problems as "line key".
func lines(t *testing.T, f Form, s *Source) string {
	t.Helper()
	var out []string
	err := f.Each(s, func(p fault.Problem) { out = append(out, fmt.Sprint(p.Line, " ", p.Key)) }, func(r Row) bool {
		out = append(out, fmt.Sprint(r.Line, " ", r.Cell("name"), "|", r.Cell("phone"), "|", r.Cell("note")))
		return true
	})
	if err != nil {
		out = append(out, err.Error())
	}
	return strings.Join(out, "\n")
}

func TestEveryEncodingReadsAlike(t *testing.T) {
	for text, encodings := range map[string][]Encoding{hant: {UTF8, UTF16, Big5, GB18030}, hans: {UTF8, UTF16, GB18030}} {
		want := lines(t, wide(), Text([]byte(text)))
		for _, e := range encodings {
			for _, comma := range Commas() {
				data := strings.ReplaceAll(text, ",", string(comma))
				s, err := opened(encoded(t, data, e), Reading{Encoding: e})
				if err != nil || s.Comma != comma {
					t.Fatal(e, s, err)
				}
				if got := lines(t, wide(), s); got != want {
					t.Errorf("%s %q\n%s", e, comma, got)
				}
			}
		}
	}
}

func TestTheWrongEncodingIsNamedByLine(t *testing.T) {
	s, err := opened(append([]byte("name\nAmy\n"), "\xB3\xFF\nBob\n"...), Reading{Encoding: Big5})
	if err != nil {
		t.Fatal(err)
	}
	if got := lines(t, wide(), s); got != "2 Amy||\n3 sheet.not_encoding\n4 Bob||" {
		t.Error(got)
	}
	if got := lines(t, wide(), Text([]byte("name\n遠\uFFFD\nBob\n"))); got != "2 sheet.damaged\n3 Bob||" {
		t.Error(got)
	}
}

func TestALineWithoutEndIsNotReadToItsEnd(t *testing.T) {
	s := Text([]byte("name\nAmy\n\"Bob\n" + strings.Repeat("x,y\n", mostOfLine)))
	if got := lines(t, wide(), s); got != "2 Amy||\n3 sheet.long_line" {
		t.Error(got)
	}
}

func TestNamesOfColumns(t *testing.T) {
	for name, c := range map[string]struct {
		named map[string]string
		file  string
		want  string
	}{
		"alias":       {nil, " 公司_名稱 ,State\nAmy,held\n", "2 Amy||"},
		"said":        {map[string]string{"who": "name", "salary": ""}, "Who,Salary\nAmy,=1\n", "2 Amy||"},
		"said badly":  {map[string]string{"who": "surname"}, "Who\nAmy\n", "1 sheet.column_unknown\n1 missing"},
		"twice":       {map[string]string{"who": "name"}, "Who,name\nAmy,Bob\n", "1 sheet.column_twice\n2 Amy||"},
		"passed over": {nil, "state,name\n=1,Amy\n", "2 Amy||"},
		"twice so":    {nil, "state,name,state\na,Amy,b\n", "2 Amy||"},
	} {
		t.Run(name, func(t *testing.T) {
			f := wide()
			f.Named = c.named
			if got := lines(t, f, Text([]byte(c.file))); got != c.want {
				t.Error(got)
			}
		})
	}
}

// workbook is one with those rows.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range rows {
		if err := book.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWorkbook(t *testing.T) {
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"good":        {workbook(t, []any{"name", "phone", "note"}, []any{"甲", "0912", day}, nil, []any{"乙"}), "2 甲|0912|2026-03-04\n4 乙||"},
		"numbers":     {workbook(t, []any{"name", "phone"}, []any{"甲", 886912345678}, []any{"乙", 1.5}), "2 甲|886912345678|\n3 乙|1.5|"},
		"formula":     {workbook(t, []any{"name"}, []any{"=1+1"}), "2 sheet.formula\n2 =1+1||"},
		"wide":        {workbook(t, []any{"name"}, []any{"甲", "0912"}), "2 sheet.fields"},
		"too many":    {workbook(t, []any{"name"}, []any{"a"}, []any{"b"}, []any{"c"}, []any{"d"}, []any{"e"}), "2 a||\n3 b||\n4 c||\n5 d||\n6 sheet.rows"},
		"empty":       {workbook(t), "1 empty"},
		"no workbook": {[]byte("PK\x03\x04 and nothing more"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := opened(c.data, Reading{})
			if err != nil || !s.Book {
				t.Fatal(s, err)
			}
			got := lines(t, wide(), s)
			if c.want == "" && strings.HasPrefix(got, "invalid sheet.bad_book") {
				return
			}
			if got != c.want {
				t.Error(got)
			}
		})
	}
	many := make([]any, mostOfColumns+1)
	for i := range many {
		many[i] = "x"
	}
	if s, err := opened(workbook(t, many), Reading{}); err != nil || !strings.Contains(lines(t, wide(), s), "sheet.wide") {
		t.Error(err)
	}
	if err := wide().Each(&Source{Book: true, size: MaxBookBytes + 1}, nil, nil); !fault.Is(err, fault.TooLarge) {
		t.Error(err)
	}
}

func TestPreview(t *testing.T) {
	s, err := opened(encoded(t, hant, Big5), Reading{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Preview(2)
	if err != nil || len(got) != 2 || !slices.Equal(got[0], []string{"name", "phone", "note"}) || got[1][0] != "遠帆國際股份有限公司" {
		t.Error(got, err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, seed := range [][]byte{nil, []byte(hant), []byte("\uFEFF" + hans), []byte("\xFF\xFEn\x00"), []byte("PK\x03\x04"), workbook(f, []any{"name"}, []any{"甲"}), []byte("name\n\xB3\xAF\n"), []byte("a;b\n\"1")} {
		f.Add(seed, uint8(0))
		f.Add(seed, uint8(2))
	}
	f.Fuzz(func(t *testing.T, data []byte, e uint8) {
		as := Reading{}
		if e > 0 {
			as.Encoding = Encodings()[int(e)%len(Encodings())]
		}
		s, err := opened(data, as)
		if err != nil {
			if fault.KindOf(err) == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		err = wide().Each(s, func(fault.Problem) {}, func(r Row) bool {
			if text := r.Cell("name"); strings.ContainsRune(text, 0) || strings.ContainsRune(text, '\uFFFD') {
				t.Fatalf("%q was taken", text)
			}
			return true
		})
		if err != nil && fault.KindOf(err) == fault.Internal {
			t.Fatal(err)
		}
	})
}
