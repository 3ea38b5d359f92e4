package service

import (
	"log/slog"
	"testing"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

func TestEveryMethodForOperatorsHasAPolicyAndEveryPolicyAMethod(t *testing.T) {
	t.Parallel()
	o, err := newOperators("triage", nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	var methods []string
	for _, m := range eventv1.SubscriptionService_ServiceDesc.Methods {
		methods = append(methods, m.MethodName)
	}
	if missing := o.policies.Uncovered(methods); len(missing) > 0 {
		t.Errorf("nobody can ever call %v: no policy permits it", missing)
	}
	if stale := o.policies.Stale(methods); len(stale) > 0 {
		t.Errorf("policies speak of %v, which is no method", stale)
	}
}
