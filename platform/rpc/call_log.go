package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/identity"
)

// callLog writes one line for each call, with what the caller never sees: the error as it was before its translation.
type callLog struct {
	logger *slog.Logger
	clock  clock.Clock
}

// outcome takes the untranslated error from the translator, which is further in, to the log.
type outcome struct{ err error }

type outcomeKey struct{}

func (l callLog) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	started, result := l.clock.Now(), &outcome{}
	ctx = context.WithValue(ctx, outcomeKey{}, result)
	resp, err := handler(ctx, req)
	l.write(ctx, info.FullMethod, started, result.err, err)
	return resp, err
}

func (l callLog) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	started, result := l.clock.Now(), &outcome{}
	ctx := context.WithValue(ss.Context(), outcomeKey{}, result)
	err := handler(srv, &streamWithContext{ServerStream: ss, ctx: ctx})
	l.write(ctx, info.FullMethod, started, result.err, err)
	return err
}

// levels say who has to look: debug nobody, info whoever follows one call, error the operator.
var levels = map[codes.Code]slog.Level{
	codes.OK:       slog.LevelDebug,
	codes.Internal: slog.LevelError,
	codes.Unknown:  slog.LevelError,
	codes.DataLoss: slog.LevelError,
}

func (l callLog) write(ctx context.Context, method string, started time.Time, cause, err error) {
	code := status.Code(err)
	level, ok := levels[code]
	if !ok {
		level = slog.LevelInfo
	}
	if !l.logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("rpc.method", method), slog.String("code", code.String()),
		slog.Duration("duration", l.clock.Now().Sub(started)),
	}
	if service, ok := identity.PeerService(ctx); ok {
		attrs = append(attrs, slog.String("calling_service", service))
	}
	if err != nil {
		attrs = append(attrs, slog.String("reason", fault.ReasonOf(err)))
	}
	if cause != nil {
		attrs = append(attrs, slog.String("error", cause.Error()))
	}
	l.logger.LogAttrs(ctx, level, "call", attrs...)
}

// translator turns every error into the status that the caller may see.
type translator struct {
	catalog *fault.Catalog
	faults  func(error) error // may be nil
	logger  *slog.Logger
}

func (t translator) unary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	resp, err := handler(ctx, req)
	if err != nil {
		return nil, t.translate(ctx, err)
	}
	return resp, nil
}

func (t translator) stream(srv any, ss grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return t.translate(ss.Context(), handler(srv, ss))
}

func (t translator) translate(ctx context.Context, err error) error {
	if err != nil && t.faults != nil {
		err = t.faults(err)
	}
	if result, ok := ctx.Value(outcomeKey{}).(*outcome); ok {
		result.err = err
	}
	if refusal, ok := errors.AsType[*fault.Error](err); ok {
		if gap := t.catalog.Check(refusal); gap != nil {
			t.logger.ErrorContext(ctx, "an error text is incomplete", "error", gap)
		}
	}
	return fault.ToStatus(ctx, err, t.catalog).Err()
}

// reportPanic logs a panic with its stack and answers INTERNAL: recovery is outside of the log and of the translation.
func reportPanic(deps Deps) func(ctx context.Context, p any) error {
	return func(ctx context.Context, p any) error {
		deps.Logger.ErrorContext(ctx, "panic in a call", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		return fault.ToStatus(ctx, fmt.Errorf("panic: %v", p), deps.Catalog).Err()
	}
}

type streamWithContext struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *streamWithContext) Context() context.Context { return s.ctx }
