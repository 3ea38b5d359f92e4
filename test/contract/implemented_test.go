package contract_test

import (
	"context"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// TestEveryMethodIsImplementedAndReachable calls every method of the contract with an empty request over gRPC, and with one that
// has an address over REST. Only what is implemented is in the contract, and nobody can make a service stumble with nothing.
func TestEveryMethodIsImplementedAndReachable(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	for _, m := range methods() {
		c := badCase{Call: strings.TrimPrefix(m.path(), "/")}
		ctx, cancel := context.WithTimeout(h.As(t.Context(), house.Root), caseLimit)
		got, err := sendGRPC(ctx, h.GRPC, c, map[string]any{})
		stumbled(t, m, "gRPC", got, err)
		if !m.internal() {
			got, err = sendREST(ctx, h, c, addressed(m), nil)
			stumbled(t, m, "REST", got, err)
		}
		cancel()
	}
}

func stumbled(t *testing.T, m method, transport string, got answer, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("%s over %s: %v", m.FullName(), transport, err)
		return
	}
	switch got.status.Code() {
	case codes.Unimplemented, codes.Internal, codes.Unknown, codes.Unavailable, codes.DataLoss, codes.DeadlineExceeded:
		t.Errorf("%s over %s answers %s", m.FullName(), transport, got.said)
	default:
	}
	if reason := fault.ReasonOf(got.status.Err()); reason == "NO_SUCH_ROUTE" {
		t.Errorf("%s has no route", m.FullName())
	}
}

// addressed is a request with nothing but what its address needs.
func addressed(m method) map[string]any {
	samples := strings.NewReplacer(
		"desks/*", "desks/nsp", "tickets/*", "tickets/ASCP99999999", "parties/*", "parties/netic", "*", "x",
	)
	object := map[string]any{}
	_, template, _ := m.http()
	for part := range strings.SplitSeq(template, "{") {
		variable, _, found := strings.Cut(part, "}")
		field, pattern, isVariable := strings.Cut(variable, "=")
		if !found || !isVariable {
			continue
		}
		if resource, name, nested := strings.Cut(field, "."); nested {
			object[resource] = map[string]any{name: samples.Replace(pattern)}
		} else {
			object[field] = samples.Replace(pattern)
		}
	}
	return object
}
