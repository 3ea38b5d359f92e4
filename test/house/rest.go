package house

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	_ "google.golang.org/genproto/googleapis/rpc/errdetails" // what refusals are made of
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
)

// RESTConn lets generated gRPC clients speak to the gateway: it turns each call into the HTTP request of the contract's rule.
type RESTConn struct {
	Base string // http://host:port
	HTTP *http.Client
}

// Refusal is an answer of the gateway that says no. status.FromError finds the status in it.
type Refusal struct {
	HTTP   int // status code
	Header http.Header
	Body   []byte
	status *status.Status
}

// Error is the refusal in one line.
func (r *Refusal) Error() string { return fmt.Sprintf("HTTP %d: %s", r.HTTP, r.Body) }

// GRPCStatus is what the body says.
func (r *Refusal) GRPCStatus() *status.Status { return r.status }

// Invoke makes a unary call.
func (c *RESTConn) Invoke(ctx context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	response, err := c.call(ctx, method, args)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read answer of %s: %w", method, err)
	}
	if response.StatusCode != http.StatusOK {
		return refusal(response, body)
	}
	message, ok := reply.(proto.Message)
	if !ok {
		return fmt.Errorf("answer of %s goes into a %T", method, reply)
	}
	return protojson.Unmarshal(body, message)
}

// NewStream opens a stream that only the server sends on.
func (c *RESTConn) NewStream(
	ctx context.Context, _ *grpc.StreamDesc, method string, _ ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return &restStream{ctx: ctx, conn: c, method: method}, nil
}

func (c *RESTConn) call(ctx context.Context, method string, args any) (*http.Response, error) {
	message, ok := args.(proto.Message)
	if !ok {
		return nil, fmt.Errorf("%s is called with a %T", method, args)
	}
	object, err := asObject(message)
	if err != nil {
		return nil, err
	}
	plan, err := Transcode(method, object)
	if err != nil {
		return nil, err
	}
	return c.Send(ctx, plan, nil)
}

// Send makes a request with the token of ctx and further headers.
func (c *RESTConn) Send(ctx context.Context, plan HTTPCall, header map[string]string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, plan.Verb, c.Base+plan.Path, bytes.NewReader(plan.Body))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", plan.Verb, plan.Path, err)
	}
	if len(plan.Body) > 0 {
		request.Header.Set("Content-Type", "application/json")
	}
	sent, _ := metadata.FromOutgoingContext(ctx)
	for _, name := range []string{"authorization", "accept-language"} {
		for _, value := range sent.Get(name) {
			request.Header.Add(name, value)
		}
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	return c.HTTP.Do(request)
}

func asObject(message proto.Message) (map[string]any, error) {
	text, err := protojson.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("write as JSON: %w", err)
	}
	object := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return object, decoder.Decode(&object)
}

// ReadRefusal reads an answer that is not 200.
func ReadRefusal(response *http.Response) (*Refusal, error) {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("read refusal: %w", err)
	}
	return refusal(response, body), nil
}

func refusal(response *http.Response, body []byte) *Refusal {
	said := new(rpcstatus.Status)
	_ = protojson.Unmarshal(body, said) // a body that is no status has no code: the refusal then is OK, which no test expects
	return &Refusal{HTTP: response.StatusCode, Header: response.Header, Body: body, status: status.FromProto(said)}
}

// restStream reads a line of JSON for each message.
type restStream struct {
	ctx      context.Context //nolint:containedctx // of the stream, as grpc.ClientStream has it
	conn     *RESTConn
	method   string
	response *http.Response
	lines    *bufio.Reader
}

func (s *restStream) Context() context.Context     { return s.ctx }
func (s *restStream) Header() (metadata.MD, error) { return metadata.MD{}, nil }
func (s *restStream) Trailer() metadata.MD         { return nil }
func (s *restStream) CloseSend() error             { return nil }

// SendMsg makes the request: there is only one.
func (s *restStream) SendMsg(message any) error {
	response, err := s.conn.call(s.ctx, s.method, message) //nolint:bodyclose // closed by RecvMsg at the end, or by the context
	if err != nil {
		return err
	}
	s.response, s.lines = response, bufio.NewReaderSize(response.Body, 1<<20)
	return nil
}

// RecvMsg reads one message, or the status that the stream ended with.
func (s *restStream) RecvMsg(into any) error {
	if s.response.StatusCode != http.StatusOK {
		defer s.response.Body.Close()
		said, err := ReadRefusal(s.response)
		return errors.Join(err, said)
	}
	line, err := s.lines.ReadBytes('\n')
	if err != nil {
		return errors.Join(err, s.response.Body.Close())
	}
	var part struct{ Result, Error json.RawMessage }
	if err := json.Unmarshal(line, &part); err != nil {
		return fmt.Errorf("read line of stream: %w", err)
	}
	if part.Error != nil {
		return errors.Join(refusal(s.response, part.Error), s.response.Body.Close())
	}
	message, ok := into.(proto.Message)
	if !ok {
		return fmt.Errorf("message of %s goes into a %T", s.method, into)
	}
	return protojson.Unmarshal(part.Result, message)
}
