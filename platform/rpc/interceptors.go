package rpc

import (
	"context"
	"fmt"
	"slices"

	"buf.build/go/protovalidate"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/recovery"
	"google.golang.org/grpc"
)

// interceptor is one step that every call goes through, with a name so that the order can be checked.
type interceptor struct {
	name   string
	unary  grpc.UnaryServerInterceptor
	stream grpc.StreamServerInterceptor
}

// order is the way of a call from the wire to the handler, outermost first. Telemetry (span, RED metrics) is a stats
// handler around all of them.
var order = []string{
	"recovery",     // a panic anywhere below is one failed call, not the process's end
	"log",          // outside of all that refuses: a refused call leaves a trace too
	"translate",    // whatever refuses below, the caller gets a code, a reason and a text
	"lifetime",     // nothing below runs for ever
	"authenticate", // who
	"wire",         // the message is what the contract knows, before anybody reads it
	"authorize",    // may they, before the answer could say anything about what exists
	"validate",     // the contract's rules
}

func interceptors(serving context.Context, cfg ServerConfig, deps Deps, validator protovalidate.Validator) []interceptor {
	recovered := recovery.WithRecoveryHandlerContext(reportPanic(deps))
	log := callLog{logger: deps.Logger, clock: deps.Clock}
	translate := translator{catalog: deps.Catalog, faults: deps.Faults, logger: deps.Logger}
	life := lifetime{limit: cfg.DefaultDeadline, serving: serving}
	rules := rules{validator: validator}
	return []interceptor{
		{"recovery", recovery.UnaryServerInterceptor(recovered), recovery.StreamServerInterceptor(recovered)},
		{"log", log.unary, log.stream},
		{"translate", translate.unary, translate.stream},
		{"lifetime", life.unary, life.stream},
		{"authenticate", deps.Authenticator.Unary, deps.Authenticator.Stream},
		perMessage("wire", checkWire),
		perMessage("authorize", deps.Authorize.orHandlers()),
		perMessage("validate", rules.check),
	}
}

// checkOrder refuses to build a server whose steps are not exactly those of order.
func checkOrder(chain []interceptor) error {
	names := make([]string, 0, len(chain))
	for _, step := range chain {
		names = append(names, step.name)
		if step.unary == nil || step.stream == nil {
			return fmt.Errorf("interceptor %q does not cover both unary calls and streams", step.name)
		}
	}
	if !slices.Equal(names, order) {
		return fmt.Errorf("interceptors are in the order %v, must be %v", names, order)
	}
	return nil
}

func unaries(chain []interceptor) []grpc.UnaryServerInterceptor {
	list := make([]grpc.UnaryServerInterceptor, 0, len(chain))
	for _, step := range chain {
		list = append(list, step.unary)
	}
	return list
}

func streams(chain []interceptor) []grpc.StreamServerInterceptor {
	list := make([]grpc.StreamServerInterceptor, 0, len(chain))
	for _, step := range chain {
		list = append(list, step.stream)
	}
	return list
}
