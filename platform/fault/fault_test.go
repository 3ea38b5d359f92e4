package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/platform/fault"
)

func catalog(t *testing.T, services ...fs.FS) *fault.Catalog {
	t.Helper()
	c, err := fault.NewCatalog(services...)
	if err != nil {
		t.Fatalf("the catalog of error texts is incomplete: %v", err)
	}
	return c
}

func asking(languages string) context.Context {
	return metadata.NewIncomingContext(context.Background(), metadata.Pairs("accept-language", languages))
}

func detail[T any](t *testing.T, st *status.Status) T {
	t.Helper()
	for _, d := range st.Details() {
		if found, ok := d.(T); ok {
			return found
		}
	}
	var none T
	t.Fatalf("status %v has no %T", st, none)
	return none
}

func TestAnErrorNamesItsReasonAndItsFacts(t *testing.T) {
	t.Parallel()
	err := fault.New(codes.Aborted, fault.StaleETag).Meta("etag", "7")
	st := fault.ToStatus(asking("da-DK, en;q=0.5"), fmt.Errorf("resolve: %w", err), catalog(t))

	if st.Code() != codes.Aborted {
		t.Errorf("code = %v, want Aborted", st.Code())
	}
	info := detail[*errdetails.ErrorInfo](t, st)
	if info.GetReason() != "STALE_ETAG" || info.GetDomain() != "bavn.dk" || info.GetMetadata()["etag"] != "7" {
		t.Errorf("ErrorInfo = %v", info)
	}
	if want := "It has been changed since you read it. The current etag is 7."; st.Message() != want {
		t.Errorf("developers read English: message = %q, want %q", st.Message(), want)
	}
	local := detail[*errdetails.LocalizedMessage](t, st)
	if local.GetLocale() != "da" || !strings.HasPrefix(local.GetMessage(), "Det er ændret") {
		t.Errorf("a Danish caller gets Danish, got %v", local)
	}
}

func TestTheCallersLanguageChoosesTheText(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"":                           "en",
		"sv-SE,sv;q=0.9":             "sv",
		"da":                         "da",
		"de-DE":                      "en",
		"de;q=1, sv;q=0.8":           "sv",
		"en-GB,da;q=0.2":             "en",
		"nonsense;;;q=what":          "en",
		strings.Repeat("-", 100_000): "en",
	} {
		if got := fault.Language(asking(header)); got != want {
			t.Errorf("accept-language %.30q gives %q, want %q", header, got, want)
		}
	}
	throughGateway := metadata.NewIncomingContext(context.Background(), metadata.Pairs("grpcgateway-accept-language", "sv"))
	if got := fault.Language(throughGateway); got != "sv" {
		t.Errorf("a browser behind the gateway asked for Swedish and gets %q", got)
	}
}

func TestNothingOfAForeignErrorLeavesTheService(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	const secret = "pq: password authentication failed for 10.0.0.3"
	for name, tc := range map[string]struct {
		err    error
		code   codes.Code
		reason string
	}{
		"plain error": {errors.New(secret), codes.Internal, fault.Internal},
		"cause of a refusal": {
			fault.New(codes.NotFound, fault.NotFound).Cause(errors.New(secret)), codes.NotFound, fault.NotFound,
		},
		"failed dial": {status.Error(codes.Unavailable, secret), codes.Unavailable, fault.Unavailable},
		"wrapped status": {
			fmt.Errorf("%s: %w", secret, status.Error(codes.NotFound, secret)), codes.NotFound, fault.NotFound,
		},
		"another's internal error": {status.Error(codes.Unknown, secret), codes.Internal, fault.Internal},
		"deadline": {
			fmt.Errorf("%s: %w", secret, context.DeadlineExceeded), codes.DeadlineExceeded, fault.DeadlineExceeded,
		},
		"client gone": {fmt.Errorf("%s: %w", secret, context.Canceled), codes.Canceled, fault.Canceled},
	} {
		st := fault.ToStatus(context.Background(), tc.err, c)
		if st.Code() != tc.code || fault.ReasonOf(st.Err()) != tc.reason {
			t.Errorf("%s: got %v %s, want %v %s", name, st.Code(), fault.ReasonOf(st.Err()), tc.code, tc.reason)
		}
		if text := st.Proto().String(); strings.Contains(text, "password") {
			t.Errorf("%s: the caller reads our secret: %s", name, text)
		}
	}
}

func TestARefusalOfAnotherServicePassesUnchanged(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	theirs := fault.ToStatus(asking("sv"), fault.New(codes.Aborted, fault.StaleETag).Meta("etag", "9"), c)
	ours := fault.ToStatus(asking("sv"), fmt.Errorf("ask triage: %w", theirs.Err()), c)
	if diff := cmp.Diff(theirs.Proto().String(), ours.Proto().String()); diff != "" {
		t.Errorf("the refusal changed on its way (-theirs +ours):\n%s", diff)
	}
	if !fault.Is(fmt.Errorf("ask triage: %w", theirs.Err()), fault.StaleETag) {
		t.Error("the caller cannot see that it was STALE_ETAG")
	}
}

func TestFieldsAndProcessRulesAreNamed(t *testing.T) {
	t.Parallel()
	err := fault.New(codes.FailedPrecondition, fault.FailedPrecondition).
		Fields(fault.FieldViolation{Path: "ticket.title", Rule: "string.max_len", Limit: "200"}).
		Field("ticket.caller", "own.rule").
		Violation("TRANSITION", "profiles/nsp@3f9c/resolve", "Write the solution first.").
		RetryAfter(2 * time.Second)
	st := fault.ToStatus(asking("sv"), err, catalog(t))

	fields := detail[*errdetails.BadRequest](t, st).GetFieldViolations()
	if len(fields) != 2 || fields[0].GetField() != "ticket.title" || fields[0].GetReason() != "STRING_MAX_LEN" ||
		fields[0].GetDescription() != "May have at most 200 characters." ||
		fields[0].GetLocalizedMessage().GetMessage() != "Får ha högst 200 tecken." {
		t.Errorf("field violations = %v", fields)
	}
	failure := detail[*errdetails.PreconditionFailure](t, st).GetViolations()
	if len(failure) != 1 || failure[0].GetSubject() != "profiles/nsp@3f9c/resolve" || failure[0].GetDescription() == "" {
		t.Errorf("precondition violations = %v", failure)
	}
	if wait := detail[*errdetails.RetryInfo](t, st).GetRetryDelay().AsDuration(); wait != 2*time.Second {
		t.Errorf("retry after %v, want 2s", wait)
	}
}

func TestATemplateIsNeverChangedByItsUse(t *testing.T) {
	t.Parallel()
	template := fault.New(codes.InvalidArgument, fault.InvalidArgument).Meta("a", "1").Field("x", "required")
	first := template.Meta("b", "2").Field("y", "required")
	second := template.Field("z", "required")
	if template.Value("b") != "" || len(template.FieldViolations()) != 1 {
		t.Errorf("the template has changed: %v", template)
	}
	if first.FieldViolations()[1].Path != "y" || second.FieldViolations()[1].Path != "z" {
		t.Errorf("two uses share their fields: %v, %v", first, second)
	}
}

func TestErrorsIsComparesReasons(t *testing.T) {
	t.Parallel()
	cause := errors.New("row is gone")
	err := fmt.Errorf("load: %w", fault.New(codes.NotFound, fault.NotFound).Meta("ticket", "7").Cause(cause))
	if !errors.Is(err, fault.New(codes.NotFound, fault.NotFound)) || !errors.Is(err, cause) || !fault.Is(err, fault.NotFound) {
		t.Errorf("%v is not recognised", err)
	}
	if errors.Is(err, fault.New(codes.NotFound, fault.AlreadyExists)) || fault.Is(err, "") || fault.Is(nil, fault.NotFound) {
		t.Error("different reasons are taken for the same")
	}
}

func TestACatalogWithAGapIsRefused(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ yaml, want string }{
		"missing language":    {"reasons: {X_Y: {en: a, da: b}}", `no text in "sv"`},
		"empty text":          {"reasons: {X_Y: {en: a, da: ' ', sv: c}}", `no text in "da"`},
		"missing placeholder": {"reasons: {X_Y: {en: 'a {n}', da: b, sv: 'c {n}'}}", `placeholders in "da"`},
		"unknown language":    {"reasons: {X_Y: {en: a, da: b, sv: c, de: d}}", `unknown language "de"`},
		"bad reason":          {"reasons: {xy: {en: a, da: b, sv: c}}", "UPPER_SNAKE"},
		"defined twice":       {"reasons: {INTERNAL: {en: a, da: b, sv: c}}", "defined twice"},
		"unknown section":     {"reason: {X_Y: {en: a, da: b, sv: c}}", "parse"},
		"rule with a gap":     {"rules: {r: {en: a, da: b}}", `no text in "sv"`},
	} {
		_, err := fault.NewCatalog(fstest.MapFS{"errors.yaml": {Data: []byte(tc.yaml)}})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error = %v, want one about %q", name, err, tc.want)
		}
	}
	if _, err := fault.NewCatalog(fstest.MapFS{}); err == nil {
		t.Error("a service that forgot its texts goes unnoticed")
	}
}

func TestAMissingReasonOrFactIsReported(t *testing.T) {
	t.Parallel()
	c := catalog(t)
	if err := c.Check(fault.New(codes.Aborted, fault.StaleETag).Meta("etag", "1")); err != nil {
		t.Errorf("a complete error is reported: %v", err)
	}
	if err := c.Check(fault.New(codes.Aborted, fault.StaleETag)); err == nil {
		t.Error("STALE_ETAG without its etag is not reported")
	}
	if err := c.Check(fault.New(codes.Aborted, "NEVER_WRITTEN")); err == nil {
		t.Error("a reason without texts is not reported")
	}
}
