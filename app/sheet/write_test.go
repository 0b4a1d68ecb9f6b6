package sheet_test

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bainian/app/sheet"
)

func TestWriteCSV(t *testing.T) {
	var b bytes.Buffer
	taipei := time.FixedZone("", 8*3600)
	rows := [][]any{
		{"=HYPERLINK(\"http://evil.example\",\"王\")", -3, -0.25, time.Date(2026, 11, 28, 1, 5, 0, 0, time.UTC).In(taipei), nil},
		{"王小明, \"阿明\"", 0, 1.5, nil, "兩\n行"},
	}
	if err := sheet.WriteCSV(&b, sheet.Table{Heads: []string{"姓名", "+分", "比", "時間", "備註"}, Rows: slices.Values(rows)}); err != nil {
		t.Fatal(err)
	}
	text, marked := strings.CutPrefix(b.String(), "\uFEFF")
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked {
		t.Fatal(err, marked)
	}
	want := [][]string{{"姓名", "'+分", "比", "時間", "備註"},
		{"'=HYPERLINK(\"http://evil.example\",\"王\")", "-3", "-0.25", "2026-11-28 09:05", ""},
		{"王小明, \"阿明\"", "0", "1.5", "", "兩\n行"}}
	if len(got) != 3 || !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) || !slices.Equal(got[2], want[2]) {
		t.Errorf("%q", got)
	}
	if err := sheet.WriteCSV(&b, sheet.Table{Rows: slices.Values([][]any{{struct{}{}}})}); err == nil {
		t.Error("a cell of nothing known was written")
	}
}

func TestHarmless(t *testing.T) {
	for _, text := range []string{"=1", "+1", "-1", "@SUM(1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\x00=1", "　＝1", "−1"} {
		if got := sheet.Harmless(text); got != "'"+text {
			t.Errorf("%q is written %q", text, got)
		}
	}
	for _, text := range []string{"", "王小明", "a=1", "E-1007", "1+1", " x", "（備註）"} {
		if got := sheet.Harmless(text); got != text {
			t.Errorf("%q is written %q", text, got)
		}
	}
	// What is written never begins with what runs, and nothing is lost of it.
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("=+-@＝＋－＠\t\r\n ' a王\u200b")), 0, 8, -1).Draw(t, "text")
		got := sheet.Harmless(text)
		if strings.TrimPrefix(got, "'") != text && got != text || got != "" && strings.ContainsRune("=+-@＝＋－＠\t\r\n", []rune(got)[0]) {
			t.Fatalf("%q is written %q", text, got)
		}
	})
}
