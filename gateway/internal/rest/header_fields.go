package rest

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/gateway/internal/refusal"
	"github.com/bavn/bavn/platform/fault"
)

// What HTTP says in headers and the contract in fields. X-Request-Id is not among them: proxies write it on their own, anew
// at every attempt, which is the opposite of what a request id is for (AIP-155).
const (
	idempotencyKey = "Idempotency-Key"
	ifMatch        = "If-Match"
)

// headerFields are the fields that headers fill.
type headerFields struct{ requestID, etag string }

// headersOf reads them, and refuses what could not have its effect: a precondition that is not checked is worse than none.
func headersOf(r *http.Request, rt *route) (headerFields, error) {
	var fields headerFields
	if key, given, err := one(r, idempotencyKey); err != nil {
		return fields, err
	} else if given && rt.requestID != nil {
		fields.requestID = key
	}
	etag, given, err := one(r, ifMatch)
	switch {
	case err != nil:
		return fields, err
	case !given || r.Method == http.MethodGet:
	case rt.etag == nil:
		return fields, fault.New(codes.InvalidArgument, refusal.HeaderNotSupported).Meta("header", ifMatch)
	case etag != "*": // "whatever is there" is what no etag means
		fields.etag = etag
	}
	return fields, nil
}

// one returns the value of a header that may be given once, bare or as a quoted string. A weak etag or a list of them cannot
// be compared as If-Match wants it.
func one(r *http.Request, name string) (value string, given bool, err error) {
	values := r.Header.Values(name)
	if len(values) == 0 {
		return "", false, nil
	}
	value = strings.TrimSpace(values[0])
	if strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`) && len(value) > 1 {
		value = value[1 : len(value)-1]
	}
	if len(values) > 1 || value == "" || strings.ContainsAny(value, "\", \t") {
		return "", true, fault.New(codes.InvalidArgument, refusal.HeaderInvalid).Meta("header", name)
	}
	return value, true, nil
}

// fill sets the fields in the request of the call. Saying the same thing twice is fine, two different things are not.
func (f headerFields) fill(rt *route, request proto.Message) error {
	for _, part := range []struct {
		header, value string
		path          fieldPath
	}{
		{idempotencyKey, f.requestID, rt.requestID},
		{ifMatch, f.etag, rt.etag},
	} {
		if part.value == "" {
			continue
		}
		message := request.ProtoReflect()
		if said := part.path.get(message); said != "" && said != part.value {
			return fault.New(codes.InvalidArgument, refusal.HeaderConflict).
				Meta("header", part.header).Meta("field", part.path.String()).
				Field(part.path.String(), "header.conflict")
		}
		part.path.set(message, part.value)
	}
	return nil
}

// answerETag puts the etag of a resource where HTTP caches and clients look for it.
func answerETag(_ context.Context, w http.ResponseWriter, answer proto.Message) error {
	if answer == nil {
		return nil
	}
	if path := stringField(answer.ProtoReflect().Descriptor(), "etag"); path != nil {
		if etag := path.get(answer.ProtoReflect()); etag != "" {
			w.Header().Set("ETag", strconv.Quote(etag))
		}
	}
	return nil
}
