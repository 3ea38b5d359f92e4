package config

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// FieldError says what is wrong with one setting. Key is relative to the struct whose Validate returned it; Load completes it.
type FieldError struct {
	Key string
	Err error
}

func (e *FieldError) Error() string { return e.Key + ": " + e.Err.Error() }

func (e *FieldError) Unwrap() error { return e.Err }

// Invalid makes a FieldError: Invalid("max_conns", "must be at least %d, is %d", 1, n). Never put a secret's value into it.
func Invalid(key, format string, args ...any) error {
	return &FieldError{Key: key, Err: fmt.Errorf(format, args...)}
}

// Validator is what the process's configuration and any struct nested in it may implement. The errors of all of them are
// collected; join several with errors.Join. A package that does without this one begins its errors with "key: " instead.
type Validator interface{ Validate() error }

// validate asks every struct under v, the innermost first, and returns one error per line with the key completed.
func validate(v reflect.Value, path string, byKey map[string]field) []error {
	var problems []error
	for i := range v.NumField() {
		declared := v.Type().Field(i)
		if name := declared.Tag.Get("koanf"); name != "-" && v.Field(i).Kind() == reflect.Struct && !isText(v.Field(i)) {
			problems = append(problems, validate(v.Field(i), join(path, name), byKey)...)
		}
	}
	if validator, ok := v.Addr().Interface().(Validator); ok {
		for _, err := range flatten(validator.Validate()) {
			problems = append(problems, locate(err, path, byKey))
		}
	}
	// An embedded struct's Validate is its parent's too unless the parent has one, and was then asked twice.
	said := map[string]bool{}
	problems = slices.DeleteFunc(problems, func(err error) bool {
		again := said[err.Error()]
		said[err.Error()] = true
		return again
	})
	return problems
}

// locate names the setting that err is about in all three spellings.
func locate(err error, path string, byKey map[string]field) error {
	if invalid, ok := errors.AsType[*FieldError](err); ok {
		key := join(path, invalid.Key)
		if f, known := byKey[key]; known {
			return f.problem(invalid.Err)
		}
		return fmt.Errorf("%s: %w (no such setting)", key, invalid.Err)
	}
	if key, text, ok := strings.Cut(err.Error(), ": "); ok {
		if f, known := byKey[join(path, key)]; known {
			return f.problem(errors.New(text))
		}
	}
	if path == "" {
		return err
	}
	return fmt.Errorf("%s: %w", path, err)
}

// problem is the one form in which a wrong setting is reported.
func (f field) problem(err error) error {
	return fmt.Errorf("%w (%s)", &FieldError{Key: f.key, Err: err}, f.spellings())
}

func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var list []error
	for _, e := range joined.Unwrap() {
		list = append(list, flatten(e)...)
	}
	return list
}
