package markdown

import (
	"regexp"
	"strings"
)

var (
	plainDropped = regexp.MustCompile("(?s)<!--.*?-->|(?m)^[ \t]*(?:```|~~~).*$|^[ \t]*[-|: ]+[-|: ]*$|\\{#[^}]*\\}|\\[\\^[^\\]]+\\]:?")
	plainLink    = regexp.MustCompile(`!?\[([^\]]*)\]\([^)]*\)`)
	plainMarks   = regexp.MustCompile("(?m)^[ \t]*(?:#{1,6}|>|[-*+]|[0-9]+\\.)[ \t]+(?:\\[[ xX]\\][ \t]+)?|[*`|]+")
)

// Plain is roughly what a person reads in a source: its words without the marks, on one line, for searching.
func Plain(src string) string {
	src = plainDropped.ReplaceAllString(src, " ")
	src = plainLink.ReplaceAllString(src, "$1")
	src = plainMarks.ReplaceAllString(src, " ")
	return strings.Join(strings.Fields(src), " ")
}
