// Package failure tells a person what went wrong, in the words of the service, and a script by the exit code.
package failure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

// The exit codes of every command.
const (
	OK           = 0
	Failed       = 1   // anything that has no code of its own; what was checked is not as it should be
	Usage        = 2   // the command line is wrong
	BadInput     = 3   // the service refused a value
	NotFound     = 4   // it does not exist, or the caller may not know that it does
	NotPermitted = 5   // not signed in, or not allowed
	Refused      = 6   // the process says no, somebody was faster, or it is there already
	Unavailable  = 7   // the service cannot be reached, or not now
	Interrupted  = 130 // Ctrl-C
)

// Codes is the documentation of the exit codes, for --help.
const Codes = `Exit codes: 0 done · 1 failed, or a check found something · 2 wrong command line · 3 a value was refused ·
4 not found · 5 not signed in or not allowed · 6 the process says no, or somebody was faster · 7 not reachable · 130 interrupted`

// Error is a failure of the command itself, with advice.
type Error struct {
	Exit    int
	Message string
	Hint    string
	Cause   error
}

// New makes a failure with advice; hint may be empty.
func New(exit int, hint, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Exit: exit, Message: err.Error(), Hint: hint, Cause: err}
}

// Error is the message without the advice.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

var exits = map[codes.Code]int{
	codes.InvalidArgument: BadInput, codes.OutOfRange: BadInput,
	codes.NotFound:        NotFound,
	codes.Unauthenticated: NotPermitted, codes.PermissionDenied: NotPermitted,
	codes.FailedPrecondition: Refused, codes.Aborted: Refused, codes.AlreadyExists: Refused,
	codes.Unavailable: Unavailable, codes.DeadlineExceeded: Unavailable, codes.ResourceExhausted: Unavailable,
	codes.Canceled: Interrupted,
}

// Exit is the exit code that belongs to an error.
func Exit(err error) int {
	var own *Error
	switch {
	case err == nil:
		return OK
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.As(err, &own):
		return own.Exit
	}
	if exit, ok := exits[status.Code(err)]; ok {
		return exit
	}
	return Failed
}

// Report is an error as it is shown.
type Report struct {
	Message string
	Reason  string            // UPPER_SNAKE
	Fields  map[string]string // path → what is wrong with it
	Rules   []string          // process rules that said no, and what would satisfy them
	Hint    string
}

// Explain reads what the service says about a refusal.
func Explain(err error) Report {
	var own *Error
	if errors.As(err, &own) {
		return Report{Message: own.Message, Hint: own.Hint}
	}
	if errors.Is(err, context.Canceled) {
		return Report{Message: "interrupted"}
	}
	refusal, ok := status.FromError(err)
	if !ok {
		return Report{Message: err.Error()}
	}
	report := Report{Message: refusal.Message(), Fields: map[string]string{}}
	language := "en"
	for _, detail := range refusal.Details() {
		switch d := detail.(type) {
		case *errdetails.LocalizedMessage:
			report.Message, language = d.GetMessage(), d.GetLocale()
		case *errdetails.ErrorInfo:
			report.Reason = d.GetReason()
		case *errdetails.BadRequest:
			for _, violation := range d.GetFieldViolations() {
				text := violation.GetLocalizedMessage().GetMessage()
				if text == "" {
					text = violation.GetDescription()
				}
				report.Fields[violation.GetField()] = text
			}
		case *errdetails.PreconditionFailure:
			for _, violation := range d.GetViolations() {
				report.Rules = append(report.Rules, strings.TrimSpace(violation.GetSubject()+": "+violation.GetDescription()))
			}
		}
	}
	report.Hint = hint(refusal.Code(), report.Reason, language, report.Fields)
	if report.Reason == "" {
		report.Reason = refusal.Code().String()
	}
	return report
}

// Print writes a failure: for a person, or as google.rpc.Status if asJSON.
func Print(w io.Writer, err error, asJSON bool) {
	if asJSON {
		refusal := status.Convert(err)
		if text, encodeErr := protojson.Marshal(refusal.Proto()); encodeErr == nil {
			fmt.Fprintf(w, "%s\n", text)
			return
		}
	}
	report := Explain(err)
	fmt.Fprintf(w, "bavn: %s\n", report.Message)
	if report.Reason != "" {
		fmt.Fprintf(w, "  reason  %s\n", report.Reason)
	}
	for _, field := range slices.Sorted(maps.Keys(report.Fields)) {
		fmt.Fprintf(w, "  field   %s: %s\n", field, report.Fields[field])
	}
	for _, rule := range report.Rules {
		fmt.Fprintf(w, "  rule    %s\n", rule)
	}
	if report.Hint != "" {
		fmt.Fprintf(w, "  hint    %s\n", report.Hint)
	}
}
