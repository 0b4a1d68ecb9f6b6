package sheet

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"bainian/app/fault"
)

// Encoding is how the text of a file was turned into bytes.
type Encoding string

const (
	UTF8    Encoding = "utf-8" // with a byte order mark or without
	UTF16   Encoding = "utf-16"
	Big5    Encoding = "big5"
	GB18030 Encoding = "gb18030" // and what it contains: GBK, GB 2312
)

// Encodings are all that can be read, in the order in which they are offered.
func Encodings() []Encoding { return []Encoding{UTF8, Big5, GB18030, UTF16} }

// decoder turns bytes into UTF-8, with U+FFFD for what is none of that encoding; nil for UTF-8, which is looked at as
// it is.
func (e Encoding) decoder() *encoding.Decoder {
	switch e {
	case UTF16:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case Big5:
		return traditionalchinese.Big5.NewDecoder()
	case GB18030:
		return simplifiedchinese.GB18030.NewDecoder()
	}
	return nil
}

// Of the two encodings of Chinese that carry no mark, nearly all bytes of one are characters of the other as well, but
// seldom such as people write. A text is taken for the one in which at least this share of its characters are common,
// and at least so many more than in the other.
const (
	commonShare  = 0.7
	commonMargin = 0.25
)

// detect finds the encoding of a text. It is Invalid when it is none that can be read, and when it may be one or the
// other: nobody's customers are to be kept under names made up of the wrong characters.
func detect(file io.ReaderAt, size int64) (Encoding, error) {
	section := func() io.Reader { return bufio.NewReaderSize(io.NewSectionReader(file, 0, size), 64<<10) }
	head := make([]byte, 3)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return "", fault.Wrap(err, fault.Malformed, "sheet.unreadable")
	}
	switch head := string(head[:n]); {
	case head == "\xEF\xBB\xBF":
		return UTF8, nil
	case strings.HasPrefix(head, "\xFF\xFE"), strings.HasPrefix(head, "\xFE\xFF"):
		return UTF16, nil
	}
	if isUTF8(section()) {
		return UTF8, nil
	}
	big5, gb := score(section(), Big5), score(section(), GB18030)
	switch {
	case big5 < 0 && gb < 0:
		return "", fault.New(fault.Invalid, "sheet.encoding_unknown").In("encoding")
	case big5 >= commonShare && big5-gb >= commonMargin:
		return Big5, nil
	case gb >= commonShare && gb-big5 >= commonMargin:
		return GB18030, nil
	}
	return "", fault.New(fault.Invalid, "sheet.encoding_undecided").In("encoding")
}

func isUTF8(r io.Reader) bool {
	in := bufio.NewReader(r)
	for {
		c, size, err := in.ReadRune()
		if err != nil {
			return err == io.EOF
		}
		if c == utf8.RuneError && size == 1 {
			return false
		}
	}
}

// score is the share of a text's characters beyond ASCII that are common ones in an encoding, -1 when it is no text in
// it at all. Common are its own first level, sorted by use, and its punctuation.
func score(r io.Reader, e Encoding) float64 {
	in := bufio.NewReader(e.decoder().Reader(r))
	encode := traditionalchinese.Big5.NewEncoder()
	if e == GB18030 {
		encode = simplifiedchinese.GB18030.NewEncoder()
	}
	common, all := 0, 0
	var text [utf8.UTFMax]byte
	var bytes [8]byte
	for {
		c, _, err := in.ReadRune()
		if err == io.EOF {
			break
		}
		if err != nil || damaged(c) {
			return -1
		}
		if c < utf8.RuneSelf {
			continue
		}
		all++
		n := utf8.EncodeRune(text[:], c)
		encode.Reset()
		if to, _, err := encode.Transform(bytes[:], text[:n], true); err == nil && to == 2 && first(e, bytes[0], bytes[1]) {
			common++
		}
	}
	if all == 0 {
		return -1
	}
	return float64(common) / float64(all)
}

// first reports whether two bytes are a character of an encoding's first level.
func first(e Encoding, lead, trail byte) bool {
	if e == Big5 {
		return lead >= 0xA1 && lead <= 0xC6
	}
	return trail >= 0xA1 && (lead == 0xA1 || lead == 0xA3 || lead >= 0xB0 && lead <= 0xD7)
}

// damaged reports whether a character stands for one that was lost: what a decoder writes for bytes that it does not
// know, and what no font shows.
func damaged(c rune) bool { return c == utf8.RuneError || c >= 0xE000 && c <= 0xF8FF }
