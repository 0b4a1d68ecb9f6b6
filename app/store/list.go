package store

import "strings"

// List is a list of values for IN: its places, "(?, ?, ?)", and its arguments. An empty list matches nothing.
func List(values []string) (places string, args []any) {
	if len(values) == 0 {
		return "(NULL)", nil
	}
	args = make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	return "(?" + strings.Repeat(", ?", len(values)-1) + ")", args
}
