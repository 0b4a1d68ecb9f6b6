package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"math"
	"reflect"
	"strconv"
)

// assign copies a column of SQLite into dest, the address of a variable. It converts no more than PostgreSQL's
// driver does: a word does not become a number, nor NULL a zero.
func assign(dest any, v driver.Value) error {
	switch d := dest.(type) { // the usual ones without reflection
	case *string:
		if s, ok := v.(string); ok {
			*d = s
			return nil
		}
	case *int64:
		if n, ok := v.(int64); ok {
			*d = n
			return nil
		}
	case *int:
		if n, ok := v.(int64); ok {
			*d = int(n)
			return nil
		}
	case *bool:
		if b, ok := v.(bool); ok {
			*d = b
			return nil
		}
	case *float64:
		if f, ok := v.(float64); ok {
			*d = f
			return nil
		}
	case **int64:
		if n, ok := v.(int64); ok {
			*d = &n
			return nil
		}
	case *any:
		*d = v
		return nil
	case sql.Scanner:
		return d.Scan(v)
	}
	place := reflect.ValueOf(dest)
	if place.Kind() != reflect.Pointer || place.IsNil() {
		return fmt.Errorf("%T is not the address of a variable", dest)
	}
	return assignKind(place.Elem(), v)
}

func assignKind(place reflect.Value, v driver.Value) error {
	switch kind := place.Kind(); {
	case kind == reflect.Pointer:
		if v == nil {
			place.SetZero()
			return nil
		}
		place.Set(reflect.New(place.Type().Elem()))
		return assignKind(place.Elem(), v)
	case kind == reflect.Slice && place.Type().Elem().Kind() == reflect.Uint8:
		switch v := v.(type) {
		case nil:
			place.SetBytes(nil)
			return nil
		case []byte:
			place.SetBytes(v)
			return nil
		case string:
			place.SetBytes([]byte(v))
			return nil
		}
	case kind == reflect.String:
		switch v := v.(type) {
		case string:
			place.SetString(v)
			return nil
		case []byte:
			place.SetString(string(v))
			return nil
		case int64:
			place.SetString(strconv.FormatInt(v, 10))
			return nil
		}
	case kind == reflect.Bool:
		switch v := v.(type) {
		case bool:
			place.SetBool(v)
			return nil
		case int64: // an expression; only a column is declared BOOLEAN
			if v == 0 || v == 1 {
				place.SetBool(v == 1)
				return nil
			}
		}
	case place.CanInt():
		if n, ok := whole(v); ok && !place.OverflowInt(n) {
			place.SetInt(n)
			return nil
		}
	case place.CanUint():
		if n, ok := whole(v); ok && n >= 0 && !place.OverflowUint(uint64(n)) {
			place.SetUint(uint64(n))
			return nil
		}
	case place.CanFloat():
		switch v := v.(type) {
		case float64:
			place.SetFloat(v)
			return nil
		case int64: // SQLite keeps a whole number without its point
			place.SetFloat(float64(v))
			return nil
		}
	}
	return fmt.Errorf("%T does not go into a %s", v, place.Type())
}

// whole is a number without a fraction.
func whole(v driver.Value) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	}
	return 0, false
}
