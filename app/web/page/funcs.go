package page

import (
	"errors"
	"fmt"
	"html/template"
	"reflect"
	"strings"
	"time"

	"bainian/app/fault"
	"bainian/app/locale"
)

// funcs are what templates may call, in one language:
//
//	t KEY name value…     a message                     tm ERR           the words of an error
//	words PROBLEM         the words of a fault.Problem  about ERR FIELD  the words if the error is about that field
//	problems ERR          its fault.Problems, if any    langname LANG    a language in its own name
//	date, datetime, iso TIME    clock TIME              duration D       2 hours 5 minutes (D: time.Duration or minutes)
//	day DAY               a date that is kept as 2026-11-23, as date writes it
//	percent, points INT   from thousandths              number INT       with separators
//	static PATH           the address of a static file  icon NAME        a drawing
//	safe HTML             sanitised HTML, from markdown or a drawing of our own; never from a person
//	add A B   join LIST SEP   list V…   dict NAME VALUE…
func (k *Kit) funcs(lang locale.Lang) template.FuncMap {
	c := k.Catalog
	return template.FuncMap{
		"t":  func(key string, args ...any) string { return c.T(lang, key, args...) },
		"tm": func(err error) string { return c.Message(lang, err) },
		"words": func(p fault.Problem) string {
			return c.T(lang, p.Key, p.Args...)
		},
		"about":    func(err error, field string) string { return k.about(lang, err, field) },
		"problems": problemsOf,
		"langname": func(l locale.Lang) string { return c.T(l, "locale.name") },
		"date":     func(t time.Time) string { return locale.Date(lang, t.In(k.Zone), k.Clock().In(k.Zone)) },
		"day": func(day string) string {
			t, err := time.ParseInLocation(time.DateOnly, day, k.Zone)
			if err != nil {
				return day
			}
			return locale.Date(lang, t, k.Clock().In(k.Zone))
		},
		"datetime": func(t time.Time) string { return locale.DateTime(lang, t.In(k.Zone), k.Clock().In(k.Zone)) },
		"iso":      func(t time.Time) string { return t.In(k.Zone).Format(time.RFC3339) },
		"clock":    func(t time.Time) string { return locale.Clock(t.In(k.Zone)) },
		"duration": func(d any) (string, error) {
			switch d := d.(type) {
			case time.Duration:
				return c.Duration(lang, d), nil
			case int:
				return c.Duration(lang, time.Duration(d)*time.Minute), nil
			}
			return "", fmt.Errorf("duration of %T", d)
		},
		"percent": locale.Percent,
		"points":  locale.Points,
		"number":  locale.Number,
		"static":  k.static.path,
		"icon":    icon,
		"safe":    safe,
		"add":     func(a, b int) int { return a + b },
		"join":    strings.Join,
		"list":    func(values ...any) []any { return values },
		"dict":    dict,
	}
}

// about is the words of what the error says about one field: a fault In it, or the problems whose item it is.
func (k *Kit) about(lang locale.Lang, err error, field string) string {
	if e := (*fault.Error)(nil); errors.As(err, &e) && e.Field == field {
		return k.Catalog.Message(lang, e)
	}
	var words []string
	for _, p := range problemsOf(err) {
		if p.Item == field {
			words = append(words, k.Catalog.T(lang, p.Key, p.Args...))
		}
	}
	return strings.Join(words, " ")
}

func problemsOf(err error) fault.Problems {
	var p fault.Problems
	errors.As(err, &p)
	return p
}

// safe lets HTML through as it is: a string or template.HTML that markdown sanitised or our own code drew.
func safe(html any) (template.HTML, error) {
	switch h := html.(type) {
	case template.HTML:
		return h, nil
	case []byte:
		return template.HTML(h), nil
	}
	if v := reflect.ValueOf(html); v.IsValid() && v.Kind() == reflect.String {
		return template.HTML(v.String()), nil
	}
	return "", fmt.Errorf("safe: %T is not HTML", html)
}

// dict makes one argument of several for a part.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict: a name without a value")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is not a name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
