// Package fault is the error model of the contract: every refusal carries a canonical gRPC code, an ErrorInfo with an
// UPPER_SNAKE reason, and texts in Danish, Swedish and English from one table (a Catalog).
//
// A rule that refuses something returns an *Error. The transport turns it into a status with ToStatus; nothing else about
// an error (SQL, stack, address) leaves a service.
package fault

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Domain is the ErrorInfo domain of every error that this product makes.
const Domain = "bavn.dk"

// Error is a refusal with a machine-readable reason. It is immutable: each chain method returns a copy, so a package may
// keep one as a template and add what is known at the call.
type Error struct {
	code       codes.Code
	reason     string
	meta       map[string]string
	fields     []FieldViolation
	violations []Violation
	retryAfter time.Duration
	cause      error
}

// FieldViolation names one field of the request that breaks a rule.
type FieldViolation struct {
	// Path is the proto path of the field, as in "ticket.title" or "notes[2].text".
	Path string
	// Rule is the id of the broken rule: a protovalidate id ("string.max_len") or one of the catalog's own.
	Rule string
	// Limit is the rule's bound, or the word that breaks it, for the text's {limit}; empty for a rule without one.
	Limit string
	// Text is the English description for a rule that the catalog does not know.
	Text string
}

// Violation names one process rule that said no: PreconditionFailure in the contract.
type Violation struct {
	// Type is the kind of rule, UPPER_SNAKE ("TRANSITION", "CLOSING_GATE").
	Type string
	// Subject is the rule and the profile version it comes from, as in "profiles/nsp@3f9c/transitions/resolve".
	Subject string
	// Description says what would satisfy the rule.
	Description string
}

// New makes a refusal. reason is UPPER_SNAKE and has its texts in a catalog.
func New(code codes.Code, reason string) *Error {
	return &Error{code: code, reason: reason}
}

// Missing refuses a request whose field names something that does not exist, or that the caller may not see: the two are told
// alike. path is the proto path of the field.
func Missing(path string) *Error {
	return New(codes.NotFound, NotFound).Field(path, "not_found")
}

// Meta adds one fact: metadata of the ErrorInfo and a placeholder {key} of the texts. Values leave the service, so they
// never hold personal data or anything the caller may not see.
func (e *Error) Meta(key, value string) *Error {
	c := *e
	c.meta = make(map[string]string, len(e.meta)+1)
	maps.Copy(c.meta, e.meta)
	c.meta[key] = value
	return &c
}

// Field adds a BadRequest violation: the rule that the field at path breaks.
func (e *Error) Field(path, rule string) *Error {
	return e.Fields(FieldViolation{Path: path, Rule: rule})
}

// Fields adds BadRequest violations with their limits or texts.
func (e *Error) Fields(violations ...FieldViolation) *Error {
	c := *e
	c.fields = append(slices.Clip(e.fields), violations...)
	return &c
}

// Violation adds a PreconditionFailure violation: which rule of which profile version said no, and what would satisfy it.
func (e *Error) Violation(typ, subject, description string) *Error {
	c := *e
	c.violations = append(slices.Clip(e.violations), Violation{Type: typ, Subject: subject, Description: description})
	return &c
}

// RetryAfter tells the caller how long to wait before the same call may succeed (RetryInfo).
func (e *Error) RetryAfter(wait time.Duration) *Error {
	c := *e
	c.retryAfter = wait
	return &c
}

// Cause keeps the error that led here, for logs and errors.Is. It never leaves the service.
func (e *Error) Cause(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Code is the canonical gRPC code.
func (e *Error) Code() codes.Code { return e.code }

// Reason is the UPPER_SNAKE reason.
func (e *Error) Reason() string { return e.reason }

// Value is the metadata value of key, empty if there is none.
func (e *Error) Value(key string) string { return e.meta[key] }

// FieldViolations returns a copy of the field violations.
func (e *Error) FieldViolations() []FieldViolation { return slices.Clone(e.fields) }

// Violations returns a copy of the precondition violations.
func (e *Error) Violations() []Violation { return slices.Clone(e.violations) }

// Error is the text for logs: code, reason, metadata, fields and cause. Callers of the service never see it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.code.String())
	b.WriteByte(' ')
	b.WriteString(e.reason)
	for _, key := range slices.Sorted(maps.Keys(e.meta)) {
		b.WriteString(" " + key + "=" + e.meta[key])
	}
	for _, f := range e.fields {
		b.WriteString(" " + f.Path + ":" + f.Rule)
	}
	for _, v := range e.violations {
		b.WriteString(" " + v.Type + ":" + v.Subject)
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is a fault with the same reason, so that errors.Is works with templates.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.reason == e.reason
}

// GRPCStatus makes the status without localised texts, for code that meets the error outside an interceptor.
func (e *Error) GRPCStatus() *status.Status { return e.status(nil, "") }

// Is reports whether err is, or wraps, a refusal with this reason: a *Error of this process or the status of a call to
// another service.
func Is(err error, reason string) bool { return reason != "" && ReasonOf(err) == reason }

// ReasonOf returns the reason of err, or the empty string if err is no refusal of this product.
func ReasonOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.reason
	}
	if st, ok := status.FromError(err); ok {
		return infoOf(st).GetReason()
	}
	return ""
}
