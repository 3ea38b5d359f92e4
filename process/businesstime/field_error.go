package businesstime

import (
	"errors"
	"fmt"
)

// FieldError is one mistake in a definition.
type FieldError struct {
	// Field is where: "week[1]", "exceptions[0].date".
	Field string
	// Problem says what is wrong there and what was expected, in English.
	Problem string
}

// Error is the field and its problem.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// problems collects the mistakes of a definition, so that its author sees all of them at once.
type problems []error

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, &FieldError{Field: field, Problem: fmt.Sprintf(format, args...)})
}

// joined is nil where there is no mistake.
func (p *problems) joined() error { return errors.Join(*p...) }
