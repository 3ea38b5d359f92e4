package rest

import (
	"bytes"
	"errors"
	"net/http"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
)

// errDraining ends the streams of a gateway that is leaving: another replica takes the caller's resume token.
var errDraining = fault.New(codes.Unavailable, fault.Unavailable).RetryAfter(time.Second)

// streamWriter bounds each write instead of the whole answer: a stream may last for days, a reader may not stand still.
type streamWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
}

func newStreamWriter(w http.ResponseWriter, timeout time.Duration) *streamWriter {
	return &streamWriter{ResponseWriter: w, control: http.NewResponseController(w), timeout: timeout}
}

func (s *streamWriter) Write(chunk []byte) (int, error) {
	deadline := time.Now().Add(s.timeout) //nolint:forbidigo // a socket goes by the machine's clock, whatever ours says
	if err := s.control.SetWriteDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return 0, err
	}
	return s.ResponseWriter.Write(chunk)
}

// Unwrap lets http.ResponseController find Flush.
func (s *streamWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

const eventStreamType = "text/event-stream"

// eventStream is the stream for browsers' EventSource: each message is the data of an event. JSON has no raw line breaks,
// so one data line is enough.
type eventStream struct{ runtime.Marshaler }

func (e eventStream) StreamContentType(any) string { return eventStreamType }

func (e eventStream) Delimiter() []byte { return []byte("\n\n") }

func (e eventStream) Marshal(message any) ([]byte, error) {
	text, err := e.Marshaler.Marshal(message)
	if err != nil {
		return nil, err
	}
	return append([]byte("data: "), bytes.TrimSpace(text)...), nil
}
