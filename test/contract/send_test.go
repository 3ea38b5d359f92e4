package contract_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	grpcproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// answer is what came back, over either transport.
type answer struct {
	http   int // 0 over gRPC
	status *status.Status
	said   string // everything that a caller can read, as JSON
	header http.Header
}

func (a answer) code() string { return codeNames[a.status.Code()] }

func (a answer) reason() string { return fault.ReasonOf(a.status.Err()) }

func (a answer) field() string {
	for _, detail := range a.status.Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok && len(bad.GetFieldViolations()) > 0 {
			return bad.GetFieldViolations()[0].GetField()
		}
	}
	return ""
}

// untranslated finds a field whose text for people is the English one for developers.
func (a answer) untranslated() (field string, found bool) {
	for _, detail := range a.status.Details() {
		bad, _ := detail.(*errdetails.BadRequest)
		for _, violation := range bad.GetFieldViolations() {
			if violation.GetLocalizedMessage().GetMessage() == violation.GetDescription() {
				return violation.GetField(), true
			}
		}
	}
	return "", false
}

// rule is the rule of the life cycle that said no.
func (a answer) rule() string {
	for _, detail := range a.status.Details() {
		if unmet, ok := detail.(*errdetails.PreconditionFailure); ok && len(unmet.GetViolations()) > 0 {
			return unmet.GetViolations()[0].GetSubject()
		}
	}
	return ""
}

// localized is the language of the text for people.
func (a answer) localized() string {
	for _, detail := range a.status.Details() {
		if text, ok := detail.(*errdetails.LocalizedMessage); ok && text.GetMessage() != "" {
			return text.GetLocale()
		}
	}
	return ""
}

// codeNames are the names of the codes as google.rpc.Code has them.
var codeNames = map[codes.Code]string{
	codes.OK: "OK", codes.Canceled: "CANCELLED", codes.Unknown: "UNKNOWN", codes.InvalidArgument: "INVALID_ARGUMENT",
	codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.NotFound: "NOT_FOUND", codes.AlreadyExists: "ALREADY_EXISTS",
	codes.PermissionDenied: "PERMISSION_DENIED", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	codes.FailedPrecondition: "FAILED_PRECONDITION", codes.Aborted: "ABORTED", codes.OutOfRange: "OUT_OF_RANGE",
	codes.Unimplemented: "UNIMPLEMENTED", codes.Internal: "INTERNAL", codes.Unavailable: "UNAVAILABLE",
	codes.DataLoss: "DATA_LOSS", codes.Unauthenticated: "UNAUTHENTICATED",
}

// brokenUTF8 stands in a case for bytes that are no UTF-8: U+FFFD, which is as long.
var (
	brokenUTF8  = []byte("\uFFFD")
	invalidUTF8 = []byte{0xff, 0xfe, 0xff}
)

// rawBytes sends bytes that no generated client would.
type rawBytes struct{ encoding.CodecV2 }

func (rawBytes) Marshal(v any) (mem.BufferSlice, error) {
	raw, ok := v.([]byte)
	if !ok {
		return nil, fmt.Errorf("%T is not bytes", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(raw)}, nil
}

// sendGRPC encodes a request that is valid JSON and sends it, with what only the wire can carry.
func sendGRPC(ctx context.Context, door *house.Door, c badCase, object map[string]any) (answer, error) {
	method, err := house.Method(c.Call)
	if err != nil {
		return answer{}, err
	}
	raw, err := encode(method, object)
	if err != nil {
		return answer{}, err
	}
	if c.Unknown != 0 {
		raw = protowire.AppendTag(raw, protowire.Number(c.Unknown), protowire.BytesType)
		raw = protowire.AppendString(raw, "unknown")
	}
	reply, err := newMessage(method.Output())
	if err != nil {
		return answer{}, err
	}
	codec := grpc.ForceCodecV2(rawBytes{encoding.GetCodecV2(grpcproto.Name)})
	full := "/" + c.Call
	if !method.IsStreamingServer() {
		return readGRPC(door.Conn(full).Invoke(ctx, full, raw, reply, codec), reply)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := door.Conn(full).NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, full, codec)
	if err != nil {
		return answer{}, err
	}
	if err := errors.Join(stream.SendMsg(raw), stream.CloseSend()); err != nil {
		return answer{}, err
	}
	return readGRPC(stream.RecvMsg(reply), reply)
}

func encode(method protoreflect.MethodDescriptor, object map[string]any) ([]byte, error) {
	text, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	message, err := newMessage(method.Input())
	if err != nil {
		return nil, err
	}
	if err := protojson.Unmarshal(text, message); err != nil {
		return nil, fmt.Errorf("not to be said over gRPC: %w", err)
	}
	raw, err := proto.Marshal(message)
	return bytes.ReplaceAll(raw, brokenUTF8, invalidUTF8), err
}

func newMessage(d protoreflect.MessageDescriptor) (proto.Message, error) {
	kind, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		return nil, err
	}
	return kind.New().Interface(), nil
}

func readGRPC(err error, reply proto.Message) (answer, error) {
	said := reply
	st := status.Convert(err)
	if err != nil {
		said = st.Proto()
	}
	text, err := protojson.Marshal(said)
	return answer{status: st, said: compact(text)}, err
}

// sendREST sends a request that need not be valid JSON of anything.
func sendREST(
	ctx context.Context, running house.Running, c badCase, object map[string]any, prepared map[string]string,
) (answer, error) {
	plan, err := house.Transcode(c.Call, object)
	if err != nil {
		return answer{}, err
	}
	if c.Body != "" {
		body, err := fillText(c.Body, prepared, 0)
		if err != nil {
			return answer{}, err
		}
		plan.Body = []byte(body)
	}
	plan.Body = bytes.ReplaceAll(plan.Body, brokenUTF8, invalidUTF8)
	plan.Path = strings.ReplaceAll(plan.Path, "%EF%BF%BD", "%FF%FE%FF")
	header := map[string]string{}
	for name, value := range c.Header {
		if header[name], err = fillText(value, prepared, 0); err != nil {
			return answer{}, err
		}
	}
	conn := &house.RESTConn{Base: running.Addresses().Gateway, HTTP: &http.Client{}}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	response, err := conn.Send(ctx, plan, header)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return readREST(response)
	}
	refusal, err := house.ReadRefusal(response)
	if err != nil {
		return answer{}, err
	}
	return answer{
		http: refusal.HTTP, header: refusal.Header, status: refusal.GRPCStatus(), said: compact(refusal.Body),
	}, nil
}

// readREST reads an answer that is no refusal; of a stream its first line.
func readREST(response *http.Response) (answer, error) {
	first, err := bufio.NewReader(response.Body).ReadBytes('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return answer{http: response.StatusCode, header: response.Header, status: status.New(codes.OK, ""), said: compact(first)}, err
}

func compact(text []byte) string {
	var short bytes.Buffer
	if json.Compact(&short, text) != nil {
		return string(text)
	}
	return short.String()
}

// inside is what no caller may ever read: SQL, types of ours, addresses of machines, stack traces.
var inside = regexp.MustCompile(`SQLSTATE|pgx|pgconn|goroutine |\.go:\d|127\.0\.0\.1|panic|relation "|SELECT |\*errors\.`)
