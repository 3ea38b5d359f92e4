package collector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/otel/trace"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

const (
	protobufType  = "application/x-protobuf" // as in OTLP/HTTP
	jsonType      = "application/json"
	maxTraceBytes = 64 << 20
)

// ErrUnknownTrace says that no span of the trace was received, or that none is kept any more.
var ErrUnknownTrace = errors.New("trace is not known to the collector")

// Handler serves `GET /traces/{traceid}` (32 hex digits): the spans as OTLP, in JSON or, if asked for with Accept, in protobuf.
func (s *Store) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /traces/{traceid}", func(w http.ResponseWriter, r *http.Request) {
		id, err := trace.TraceIDFromHex(r.PathValue("traceid"))
		if err != nil {
			http.Error(w, "a trace id is 32 lower-case hex digits, not all zero", http.StatusBadRequest)
			return
		}
		data := s.Trace(id)
		if data == nil {
			http.Error(w, ErrUnknownTrace.Error(), http.StatusNotFound)
			return
		}
		contentType := jsonType
		encode := encodeJSON
		if r.Header.Get("Accept") == protobufType {
			contentType, encode = protobufType, func(data *tracepb.TracesData) ([]byte, error) { return proto.Marshal(data) }
		}
		body, err := encode(data)
		if err != nil {
			s.config.Logger.Error("trace not shown", "trace_id", id, "error", err)
			http.Error(w, "the trace could not be encoded", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body) // a client that has gone away needs no answer
	})
	return mux
}

// encodeJSON leaves OTLP's own JSON (hex ids, numeric enums), which protojson does not write, to OpenTelemetry's library.
func encodeJSON(data *tracepb.TracesData) ([]byte, error) {
	encoded, err := proto.Marshal(data)
	if err != nil {
		return nil, err
	}
	traces, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(encoded)
	if err != nil {
		return nil, err
	}
	return (&ptrace.JSONMarshaler{}).MarshalTraces(traces)
}

// Client asks a running collector.
type Client struct {
	BaseURL string // such as "http://127.0.0.1:4319"
	HTTP    *http.Client
}

// Trace returns the spans of a trace, or ErrUnknownTrace.
func (c Client) Trace(ctx context.Context, id trace.TraceID) (*tracepb.TracesData, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.BaseURL+"/traces/"+id.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask for trace %s: %w", id, err)
	}
	request.Header.Set("Accept", protobufType)
	response, err := c.HTTP.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask for trace %s: %w", id, err)
	}
	defer response.Body.Close() // it was only read
	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		return nil, fmt.Errorf("%w: %s", ErrUnknownTrace, id)
	default:
		return nil, fmt.Errorf("ask for trace %s: the collector answers %s", id, response.Status)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxTraceBytes))
	if err != nil {
		return nil, fmt.Errorf("read trace %s: %w", id, err)
	}
	data := &tracepb.TracesData{}
	if err := proto.Unmarshal(body, data); err != nil {
		return nil, fmt.Errorf("read trace %s: %w", id, err)
	}
	return data, nil
}
