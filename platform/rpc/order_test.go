package rpc

import (
	"log/slog"
	"slices"
	"testing"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
)

// The order is written down twice on purpose: whoever changes it must mean it.
func TestEveryCallGoesThroughTheStepsInThisOrder(t *testing.T) {
	t.Parallel()
	chain := testChain(t)
	want := []string{"recovery", "log", "translate", "lifetime", "authenticate", "wire", "authorize", "validate"}
	got := make([]string, 0, len(chain))
	for _, step := range chain {
		got = append(got, step.name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the steps are %v, must be %v", got, want)
	}
	if err := checkOrder(chain); err != nil {
		t.Error(err)
	}
}

func TestAServerWithAnotherOrderIsNotBuilt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func([]interceptor) []interceptor{
		"two steps swapped": func(c []interceptor) []interceptor {
			c[1], c[6] = c[6], c[1]
			return c
		},
		"a step left out":      func(c []interceptor) []interceptor { return slices.Delete(c, 4, 5) },
		"a step twice":         func(c []interceptor) []interceptor { return append(c, c[0]) },
		"a step without unary": func(c []interceptor) []interceptor { c[5].unary = nil; return c },
		"a step without streams": func(c []interceptor) []interceptor {
			c[4].stream = nil
			return c
		},
	} {
		if err := checkOrder(change(testChain(t))); err == nil {
			t.Errorf("%s: the server is built", name)
		}
	}
}

func testChain(t *testing.T) []interceptor {
	t.Helper()
	deps := Deps{
		Authenticator: auth.NewAuthenticator(nil, auth.Policy{}, clock.System()),
		Logger:        slog.New(slog.DiscardHandler), Clock: clock.System(),
	}
	return interceptors(t.Context(), DefaultServerConfig(), deps, validator)
}
