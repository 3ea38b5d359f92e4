package rpc_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/rpc"
)

const (
	unaryCall = grpc_testing.TestService_UnaryCall_FullMethodName
	watchCall = eventv1.Feed_Watch_FullMethodName
)

// rawBytes sends bytes that no generated client would.
type rawBytes struct{ encoding.CodecV2 }

func (rawBytes) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}
func (rawBytes) Name() string { return "proto" }

func raw() grpc.CallOption {
	return grpc.ForceCodecV2(rawBytes{encoding.GetCodecV2("proto")})
}

// send makes a unary call, or a stream of which the first answer counts.
func send(ctx context.Context, conn *grpc.ClientConn, method string, body []byte) error {
	if method != watchCall {
		return conn.Invoke(ctx, method, body, &grpc_testing.SimpleResponse{}, raw())
	}
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method, raw())
	if err != nil {
		return err
	}
	if err := errors.Join(stream.SendMsg(body), stream.CloseSend()); err != nil {
		return err
	}
	return stream.RecvMsg(&eventv1.WatchResponse{})
}

func field(number protowire.Number, content string) []byte {
	return protowire.AppendString(protowire.AppendTag(nil, number, protowire.BytesType), content)
}

func firstField(t *testing.T, err error) (path, rule string) {
	t.Helper()
	for _, d := range status.Convert(err).Details() {
		if bad, ok := d.(*errdetails.BadRequest); ok && len(bad.GetFieldViolations()) > 0 {
			return bad.GetFieldViolations()[0].GetField(), bad.GetFieldViolations()[0].GetReason()
		}
	}
	return "", ""
}

func TestBadInputIsRefusedWithCodeReasonAndField(t *testing.T) {
	t.Parallel()
	touched := false
	b := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			touched = true
			return nil, errors.New("reached")
		},
		watch: func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
			touched = true
			return errors.New("reached")
		},
	}, options{cfg: func(c *rpc.ServerConfig) { c.MaxMessageBytes = 64 << 10 }})
	conn := b.dial("intake")

	// SimpleRequest.response_status is field 7, its message field 2; WatchRequest: parent 1, resume_token 2, filter 4.
	deepUnknown := field(7, string(field(3, "what is this")))
	for name, tc := range map[string]struct {
		method, path, rule, reason string
		body                       []byte
		code                       codes.Code
	}{
		"unknown field": {unaryCall, "99", "UNKNOWN_FIELD", fault.UnknownField, field(99, "x"), codes.InvalidArgument},
		"unknown field, deep": {
			unaryCall, "response_status.3", "UNKNOWN_FIELD", fault.UnknownField, deepUnknown, codes.InvalidArgument,
		},
		"NUL": {
			unaryCall, "response_status.message", "NUL_BYTE", fault.NULByte, field(7, string(field(2, "a\x00b"))), codes.InvalidArgument,
		},
		"not UTF-8": {
			unaryCall, "response_status.message", "INVALID_UTF8", fault.InvalidUTF8,
			field(7, string(field(2, "a\xffb"))), codes.InvalidArgument,
		},
		"not protobuf": {unaryCall, "", "", fault.MalformedMessage, []byte{0xff, 0xff, 0xff}, codes.InvalidArgument},
		"too large": {
			unaryCall, "", "", fault.MessageTooLarge, field(3, strings.Repeat("x", 70<<10)), codes.ResourceExhausted,
		},
		"the codec's own mark, forged": {
			unaryCall, "", "", fault.MalformedMessage, field(protowire.MaxValidNumber, "x"), codes.InvalidArgument,
		},

		"stream: unknown field": {watchCall, "99", "UNKNOWN_FIELD", fault.UnknownField, field(99, "x"), codes.InvalidArgument},
		"stream: NUL in a list": {
			watchCall, "filter.types[1]", "NUL_BYTE", fault.NULByte,
			field(4, string(field(1, "a"))+string(field(1, "b\x00"))), codes.InvalidArgument,
		},
		"stream: not UTF-8, list": {
			watchCall, "filter.types[1]", "INVALID_UTF8", fault.InvalidUTF8,
			field(4, string(field(1, "a"))+string(field(1, "b\xff"))), codes.InvalidArgument,
		},
		"stream: too large": {
			watchCall, "", "", fault.MessageTooLarge, field(2, strings.Repeat("x", 70<<10)), codes.ResourceExhausted,
		},
		"stream: breaks a rule": {
			watchCall, "parent", "STRING_PATTERN", fault.InvalidArgument, field(1, "desk/nsp"), codes.InvalidArgument,
		},
		"stream: rule on an item": {
			watchCall, "filter.types[0]", "STRING_PATTERN", fault.InvalidArgument,
			field(4, string(field(1, "X"))), codes.InvalidArgument,
		},
		"stream: text too long": {
			watchCall, "resume_token", "STRING_MAX_LEN", fault.InvalidArgument,
			field(2, strings.Repeat("x", 1025)), codes.InvalidArgument,
		},
	} {
		err := send(t.Context(), conn, tc.method, tc.body)
		path, rule := firstField(t, err)
		if status.Code(err) != tc.code || fault.ReasonOf(err) != tc.reason || path != tc.path || rule != tc.rule {
			t.Errorf("%s: got %v %s at %q (%s), want %v %s at %q (%s)", name,
				status.Code(err), fault.ReasonOf(err), path, rule, tc.code, tc.reason, tc.path, tc.rule)
		}
	}
	if touched {
		t.Error("bad input reached a handler")
	}
	if lines := strings.Count(b.log.String(), `"msg":"call"`); lines != 14 {
		t.Errorf("14 refused calls leave %d lines in the log", lines)
	}
}

func TestALimitIsNamedInTheCallersLanguage(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{})
	ctx := calling(t.Context(), "accept-language", "da")
	err := send(ctx, b.dial("intake"), watchCall, field(2, strings.Repeat("x", 1025)))
	var got []string
	for _, d := range status.Convert(err).Details() {
		switch d := d.(type) {
		case *errdetails.LocalizedMessage:
			got = append(got, d.GetLocale(), d.GetMessage())
		case *errdetails.BadRequest:
			v := d.GetFieldViolations()[0]
			got = append(got, v.GetDescription(), v.GetLocalizedMessage().GetMessage())
		}
	}
	want := []string{
		"da", "Anmodningen bryder en regel for sit format. Se de nævnte felter.",
		"May have at most 1024 characters.", "Må højst have 1024 tegn.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the refusal reads (-want +got):\n%s", diff)
	}
}

func TestWhoMayNotCallHearsNothingAboutRules(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{authorize: refuseAll})
	conn := b.dial("intake")
	for name, body := range map[string][]byte{"good": field(1, "desks/nsp"), "bad": field(1, "NO SUCH FORM")} {
		if err := send(t.Context(), conn, watchCall, body); !fault.Is(err, fault.PermissionDenied) {
			t.Errorf("%s request: %v, want PERMISSION_DENIED", name, err)
		}
	}
}

func TestAStrangerIsAskedForATokenFirst(t *testing.T) {
	t.Parallel()
	b := newHouse(t, handlers{}, options{})
	stranger := b.dialWithoutCertificate()
	for name, tc := range map[string]struct {
		ctx    context.Context
		method string
		reason string
	}{
		"no token":        {t.Context(), unaryCall, fault.TokenMissing},
		"no token, watch": {t.Context(), watchCall, fault.TokenMissing},
		"no such method":  {t.Context(), "/bavn.triage.v1.Triage/NoSuchMethod", fault.TokenMissing},
		"bad token":       {calling(t.Context(), "authorization", "Bearer x"), unaryCall, fault.TokenInvalid},
		"expired token":   {calling(t.Context(), "authorization", "Bearer "+b.token(-time.Minute)), unaryCall, fault.TokenExpired},
		"good token, but no such method": {
			calling(t.Context(), "authorization", "Bearer "+b.token(time.Hour)),
			"/bavn.triage.v1.Triage/NoSuchMethod", fault.Unimplemented,
		},
	} {
		if err := send(tc.ctx, stranger, tc.method, field(99, "bad as well")); fault.ReasonOf(err) != tc.reason {
			t.Errorf("%s: %v, want %s", name, err, tc.reason)
		}
	}
}

func TestWhatHandlersStandOnFailsAsAFaultThatTheyNeedNotName(t *testing.T) {
	t.Parallel()
	gone := errors.New("the database is gone")
	b := newHouse(t, handlers{
		unary: func(context.Context, *grpc_testing.SimpleRequest) (*grpc_testing.SimpleResponse, error) {
			return nil, fmt.Errorf("read memberships: %w", gone)
		},
		watch: func(*eventv1.WatchRequest, grpc.ServerStreamingServer[eventv1.WatchResponse]) error {
			return errors.New("a mistake of ours")
		},
	}, options{faults: func(err error) error {
		if errors.Is(err, gone) {
			return fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
		}
		return err
	}})
	conn := b.dial("intake")
	err := send(t.Context(), conn, unaryCall, nil)
	if status.Code(err) != codes.Unavailable || fault.ReasonOf(err) != fault.Unavailable {
		t.Errorf("a caller of a service whose database is gone is told %v, want UNAVAILABLE", err)
	}
	if err := send(t.Context(), conn, watchCall, nil); status.Code(err) != codes.Internal {
		t.Errorf("a caller is told %v of a mistake of ours, want INTERNAL", err)
	}
}
