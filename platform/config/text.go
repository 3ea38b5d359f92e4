package config

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Every source is text at heart, so every value takes one way in (setText) and one way out (text), and a number that does not
// fit is refused instead of cut.

var durationType = reflect.TypeFor[time.Duration]()

func isText(v reflect.Value) bool {
	_, in := v.Addr().Interface().(encoding.TextUnmarshaler)
	_, out := v.Addr().Interface().(encoding.TextMarshaler)
	return in && out
}

func isList(v reflect.Value) bool {
	return v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String
}

// typeName is what messages and --help call the type; empty for a type that cannot be configured.
func typeName(v reflect.Value) string {
	switch {
	case isText(v):
		return strings.ToLower(v.Type().Name())
	case v.Type() == durationType:
		return "duration"
	case isList(v):
		return "list"
	case v.Kind() == reflect.String:
		return "string"
	case v.Kind() == reflect.Bool:
		return "bool"
	case v.CanInt():
		return "int"
	case v.CanUint():
		return "uint"
	case v.CanFloat():
		return "float"
	}
	return ""
}

func setText(v reflect.Value, text string) error {
	switch {
	case isText(v):
		return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	case v.Type() == durationType:
		d, err := time.ParseDuration(text)
		v.SetInt(int64(d))
		return err
	case isList(v):
		return setList(v, strings.FieldsFunc(text, func(r rune) bool { return r == ',' }))
	case v.Kind() == reflect.String:
		v.SetString(text)
		return nil
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err
	case v.CanInt():
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(n)
		return err
	case v.CanUint():
		n, err := strconv.ParseUint(text, 10, v.Type().Bits())
		v.SetUint(n)
		return err
	default:
		n, err := strconv.ParseFloat(text, v.Type().Bits())
		v.SetFloat(n)
		return err
	}
}

func setList(v reflect.Value, items []string) error {
	list := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		list.Index(i).SetString(strings.TrimSpace(item))
	}
	v.Set(list)
	return nil
}

// setValue takes what a source holds: text from the environment and the flags, typed scalars and lists from YAML. (A map never
// arrives: koanf has flattened it.)
func setValue(f field, raw any) error {
	switch raw := raw.(type) {
	case nil:
		return errors.New("has no value: leave the line out to keep the default")
	case []any:
		if !isList(f.value) {
			return fmt.Errorf("must be a %s, is a list", typeName(f.value))
		}
		items := make([]string, len(raw))
		for i := range raw {
			items[i] = fmt.Sprint(raw[i])
		}
		return setList(f.value, items)
	case string:
		return f.setText(raw)
	default:
		// YAML reads 1.10 as the number 1.1 and 2026-11-21 as a time: quotes keep what was written.
		if f.value.Kind() == reflect.String {
			return errors.New("is not text in YAML: put it in quotes")
		}
		return f.setText(fmt.Sprint(raw))
	}
}

func (f field) setText(text string) error {
	before := reflect.New(f.value.Type()).Elem()
	before.Set(f.value)
	if err := setText(f.value, text); err != nil {
		f.value.Set(before)
		if f.secret {
			return fmt.Errorf("is not of type %s", typeName(f.value)) // the value itself would end up in a log
		}
		return fmt.Errorf("%q is not of type %s: %w", text, typeName(f.value), cause(err))
	}
	return nil
}

// cause drops the function name and the repeated input from a strconv error.
func cause(err error) error {
	if number, ok := errors.AsType[*strconv.NumError](err); ok {
		return number.Err
	}
	return err
}

// text is the value as an environment variable or a flag would spell it.
func (f field) text() string {
	v := f.value
	switch {
	case isText(v):
		b, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return ""
		}
		return string(b)
	case isList(v):
		return strings.Join(f.items(), ",")
	}
	return fmt.Sprint(v.Interface())
}

func (f field) items() []string {
	items := make([]string, f.value.Len())
	for i := range items {
		items[i] = f.value.Index(i).String()
	}
	return items
}

// shown is text with a secret hidden; an empty secret shows as empty, because "is it set at all?" is the usual question.
func (f field) shown() string {
	if f.secret && !f.value.IsZero() {
		return hidden
	}
	return f.text()
}

const hidden = "[hidden]"
