package rest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/gateway/internal/refusal"
	"github.com/bavn/bavn/platform/fault"
)

// reached answers every call with the method that it reached.
type reached struct{ grpc.ClientConnInterface }

func (reached) Invoke(_ context.Context, method string, _, _ any, _ ...grpc.CallOption) error {
	return fault.New(codes.DataLoss, "REACHED").Meta("method", method)
}

func (reached) NewStream(_ context.Context, _ *grpc.StreamDesc, method string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, fault.New(codes.DataLoss, "REACHED").Meta("method", method)
}

func TestEveryRuleOfTheContractIsServed(t *testing.T) {
	t.Parallel()
	refusals, err := refusal.NewWriter(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	all := reached{}
	api, err := New(t.Context(), Services{Intake: all, Triage: all, Notify: all, Reporting: all},
		Limits{BodyBytes: 1 << 10, RequestTimeout: time.Minute, StreamWriteTimeout: time.Minute}, refusals)
	if err != nil {
		t.Fatal(err)
	}
	table, err := newRoutes()
	if err != nil {
		t.Fatal(err)
	}
	if len(table.byRule) < 40 {
		t.Errorf("the contract has more than %d rules", len(table.byRule))
	}
	variable := regexp.MustCompile(`\{[^=]+=([^}]+)\}`)
	for rule, rt := range table.byRule {
		verb, template, _ := strings.Cut(rule, " ")
		path := strings.ReplaceAll(variable.ReplaceAllString(template, "$1"), "*", "x1")
		r := httptest.NewRequestWithContext(t.Context(), verb, path, nil)
		r.Header.Set("Authorization", "Bearer x")
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		full := "/" + string(rt.method.Parent().FullName()) + "/" + string(rt.method.Name())
		if !strings.Contains(answer.Body.String(), `"`+full+`"`) {
			t.Errorf("%s %s does not reach %s: %d %s", verb, path, full, answer.Code, answer.Body)
		}
		if rt.method.Input().Fields().ByName("request_id") != nil && rt.requestID == nil {
			t.Errorf("%s takes no Idempotency-Key", full)
		}
		if allowed := table.allowed(r); len(allowed) == 0 || verb == http.MethodPost && allowed[len(allowed)-1] != http.MethodPost {
			t.Errorf("Allow of %s is %v", path, allowed)
		}
	}
}
