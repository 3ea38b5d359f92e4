package store

import (
	"errors"
	"strconv"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
)

// BadFilter says why a filter cannot be used. The texts of its rules are this service's, in every language; the library's own
// words are English and only for the log.
type BadFilter struct {
	// Rule is the rule of the filter language that is broken: "filter.field".
	Rule string
	// Word is what breaks it, as the caller wrote it; for filter.syntax the column at which reading ended.
	Word string

	cause error
}

// The rules that a filter can break.
const (
	brokenSyntax     = "filter.syntax"    // it cannot be read
	unknownName      = "filter.field"     // a word is no field of this list
	brokenComparison = "filter.compares"  // something else than a field with a value
	brokenOperation  = "filter.operation" // the language has the operation, this list does not
	brokenEquality   = "filter.equality"  // the field has no order
	brokenQuotes     = "filter.quotes"    // the value is not quoted
	brokenValue      = "filter.value"     // the field never has this value
	brokenTime       = "filter.time"      // not a time
)

func (e *BadFilter) Error() string { return e.Rule + " " + e.Word }

// Unwrap returns what the library says.
func (e *BadFilter) Unwrap() error { return e.cause }

func unreadable(err error) error {
	bad := &BadFilter{Rule: brokenSyntax, Word: "1", cause: err}
	if at, ok := errors.AsType[interface {
		error
		Position() filtering.Position
	}](err); ok {
		bad.Word = strconv.Itoa(max(1, int(at.Position().Column)))
	}
	return bad
}

// unknownField finds the first word of a filter that is no field of the list.
func unknownField(e *expr.Expr) error {
	var bad error
	filtering.Walk(func(e, _ *expr.Expr) bool {
		name := e.GetIdentExpr().GetName()
		if _, known := ticketFields[name]; name != "" && !known && bad == nil {
			bad = &BadFilter{Rule: unknownName, Word: name}
		}
		return bad == nil
	}, e)
	return bad
}
