package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/gateway/internal/refusal"
	"github.com/bavn/bavn/platform/fault"
)

// call is an admitted request on its way to a service.
type call struct {
	request *http.Request
	route   *route
	body    []byte
	headers headerFields
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	admitted, _ := ctx.Value(callKey{}).(*call)
	return admitted
}

// admit is the door of every route: it names the route, bounds time and size, and refuses what no service should see.
func (a *api) admit(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, path map[string]string) {
		rt, known := a.routes.of(r)
		if !known {
			a.refuse(w, r, errors.New("a route that the contract does not have"))
			return
		}
		if rt.custom != customMethod(r.URL.Path) { // "…/tickets/ASCP00000001:take" is no ticket
			a.notServed(w, r)
			return
		}
		nameRoute(r.Context(), rt)
		admitted := &call{request: r, route: rt}
		ctx := context.WithValue(r.Context(), callKey{}, admitted)
		if err := a.check(w, r, admitted); err != nil {
			a.refuse(w, r, err)
			return
		}
		ctx, done := a.bound(ctx, rt)
		defer done()
		if rt.streams() {
			w = newStreamWriter(w, a.limits.StreamWriteTimeout)
		}
		next(w, r.WithContext(ctx), path)
	}
}

// nameRoute tells otelhttp the route, which it could not know before the request was matched.
func nameRoute(ctx context.Context, rt *route) {
	trace.SpanFromContext(ctx).SetAttributes(semconv.HTTPRoute(rt.template))
	if labels, ok := otelhttp.LabelerFromContext(ctx); ok {
		labels.Add(semconv.HTTPRoute(rt.template)) // the span's name and the metrics' label are made from it
	}
}

// bound gives an answer its time; gRPC hands the deadline on. A stream lives until the gateway drains.
func (a *api) bound(ctx context.Context, rt *route) (context.Context, context.CancelFunc) {
	if !rt.streams() {
		return context.WithTimeout(ctx, a.limits.RequestTimeout)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(a.draining, func() { cancel(errDraining) })
	return ctx, func() { stop(); cancel(nil) }
}

// check refuses, in the order in which a caller would look for the mistake: who, how, what.
func (a *api) check(w http.ResponseWriter, r *http.Request, admitted *call) error {
	if err := checkBearer(r); err != nil {
		return err
	}
	var err error
	if admitted.headers, err = headersOf(r, admitted.route); err != nil {
		return err
	}
	if !utf8.ValidString(r.URL.Path) {
		return fault.New(codes.InvalidArgument, fault.InvalidUTF8).Field("path", "json.utf8")
	}
	if err := checkQuery(r, admitted.route); err != nil {
		return err
	}
	if admitted.body, err = a.readBody(w, r, admitted.route); err != nil {
		return err
	}
	switch body := admitted.body; {
	case len(body) == 0:
		return nil
	case !utf8.Valid(body):
		return notUTF8(admitted.route, body)
	case !json.Valid(body): // grpc-gateway would take the first of several values
		return diagnose(admitted.route, body)
	}
	return nil
}

// checkBearer insists on exactly one token. Without one, a service would see nobody but the gateway itself, which is a
// service that it knows; what the token is worth is for the service to say.
func checkBearer(r *http.Request) error {
	values := r.Header.Values("Authorization")
	if len(values) == 0 {
		return fault.New(codes.Unauthenticated, fault.TokenMissing)
	}
	scheme, token, ok := strings.Cut(values[0], " ")
	if len(values) > 1 || !ok || !strings.EqualFold(scheme, "Bearer") || !isPrintable(token) {
		return fault.New(codes.Unauthenticated, fault.TokenInvalid)
	}
	return nil
}

// isPrintable reports whether gRPC can carry text as metadata; grpc-gateway would drop it silently.
func isPrintable(text string) bool {
	return text != "" && strings.IndexFunc(text, func(c rune) bool { return c < ' ' || c > '~' }) < 0
}

// readBody reads the whole body within its limit and puts it back for grpc-gateway.
func (a *api) readBody(w http.ResponseWriter, r *http.Request, rt *route) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, a.limits.BodyBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, fault.New(codes.ResourceExhausted, refusal.BodyTooLarge).
			Meta("limit", strconv.FormatInt(a.limits.BodyBytes, 10))
	}
	if err != nil {
		return nil, fault.New(codes.Canceled, fault.Canceled).Cause(err)
	}
	switch {
	case len(body) == 0:
	case rt.body == nil:
		return nil, fault.New(codes.InvalidArgument, refusal.BodyNotAllowed)
	case !isJSON(r.Header):
		return nil, fault.New(codes.InvalidArgument, refusal.UnsupportedMediaType)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// isJSON insists on the type: a form that another site posts has another one.
func isJSON(header http.Header) bool {
	kind, parameters, err := mime.ParseMediaType(header.Get("Content-Type"))
	charset, given := parameters["charset"]
	encoding := header.Get("Content-Encoding")
	return err == nil && kind == "application/json" &&
		(!given || strings.EqualFold(charset, "utf-8")) &&
		(encoding == "" || strings.EqualFold(encoding, "identity"))
}
