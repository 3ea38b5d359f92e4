package failure_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
)

func refusal(t *testing.T) error {
	t.Helper()
	s, err := status.New(codes.InvalidArgument, "invalid").WithDetails(
		&errdetails.ErrorInfo{Reason: "INVALID_ARGUMENT", Domain: "bavn.dk"},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
			{Field: "title.text", Description: "must be 1 to 200 characters"},
			{Field: "channel", Description: "is required"},
		}},
		&errdetails.LocalizedMessage{Locale: "da", Message: "Anmodningen er forkert."},
	)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Errorf("submit: %w", s.Err())
}

func TestARefusalIsToldInTheCallersLanguageWithReasonAndFields(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	failure.Print(&out, refusal(t), false)
	want := `bavn: Anmodningen er forkert.
  reason  INVALID_ARGUMENT
  field   channel: is required
  field   title.text: must be 1 to 200 characters
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestEveryKindOfFailureHasItsExitCode(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want int
	}{
		"nothing":     {nil, failure.OK},
		"own":         {failure.New(failure.Usage, "", "no such file"), failure.Usage},
		"wrapped own": {fmt.Errorf("x: %w", failure.New(failure.Refused, "", "no")), failure.Refused},
		"plain":       {errors.New("broken"), failure.Failed},
		"bad input":   {refusal(t), failure.BadInput},
		"not found":   {status.Error(codes.NotFound, ""), failure.NotFound},
		"no token":    {status.Error(codes.Unauthenticated, ""), failure.NotPermitted},
		"stale":       {status.Error(codes.Aborted, ""), failure.Refused},
		"down":        {status.Error(codes.Unavailable, ""), failure.Unavailable},
		"Ctrl-C":      {context.Canceled, failure.Interrupted},
		"Ctrl-C, far": {status.Error(codes.Canceled, ""), failure.Interrupted},
	} {
		if got := failure.Exit(tc.err); got != tc.want {
			t.Errorf("%s: exit code %d, want %d", name, got, tc.want)
		}
	}
}

// refused is a service's refusal in Danish, which names a field unless it is empty.
func refused(t *testing.T, code codes.Code, reason, field string) error {
	t.Helper()
	s, err := status.New(code, "").WithDetails(
		&errdetails.ErrorInfo{Reason: reason, Domain: "bavn.dk"}, &errdetails.LocalizedMessage{Locale: "da", Message: "Nej."},
	)
	if err == nil && field != "" {
		s, err = s.WithDetails(&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: field}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s.Err()
}

func TestAHintFitsTheRefusalAndSpeaksItsLanguage(t *testing.T) {
	t.Parallel()
	const (
		otherDesk  = "--desk siger, ved hvilken desk der skal kigges"
		outOfHours = "hvad der kom uden for åbningstid, kommer i bunken, når den begynder; `bavn ticket take NUMMER` tager det før"
		lookAgain  = "se på den igen, før du beslutter dig: `bavn ticket show`"
	)
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"a ticket that is not there":  {refused(t, codes.NotFound, "NOT_FOUND", ""), otherDesk},
		"a desk that is not there":    {refused(t, codes.NotFound, "NOT_FOUND", "parent"), otherDesk},
		"a misspelt party":            {refused(t, codes.NotFound, "NOT_FOUND", "party"), ""},
		"an empty pile":               {refused(t, codes.NotFound, "NOTHING_TO_TAKE", ""), outOfHours},
		"a service without another":   {refused(t, codes.Unavailable, "UNAVAILABLE", ""), ""},
		"too much at once":            {refused(t, codes.ResourceExhausted, "OVERLOADED", ""), ""},
		"somebody was faster":         {refused(t, codes.Aborted, "STALE_ETAG", ""), lookAgain},
		"a value of the wrong length": {refused(t, codes.InvalidArgument, "INVALID_ARGUMENT", "title"), ""},
	} {
		if got := failure.Explain(tc.err).Hint; got != tc.want {
			t.Errorf("%s: the hint is %q, want %q", name, got, tc.want)
		}
	}
}

func TestAServiceThatIsDownComesWithAdvice(t *testing.T) {
	t.Parallel()
	if failure.Explain(status.Error(codes.Unavailable, "connection refused")).Hint == "" {
		t.Error("nobody says what to do when nothing is running")
	}
}
