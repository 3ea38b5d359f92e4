// Package refusal is the one form in which the gateway says no: a google.rpc.Status as JSON with the details that the
// contract promises, in the caller's language, under the HTTP status that fits.
package refusal

import (
	"embed"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/bavn/bavn/platform/fault"
)

//go:embed errors.yaml
var texts embed.FS

// httpStatus names the reasons for which HTTP has a better word than the one that grpc-gateway gives their code.
var httpStatus = map[string]int{
	BodyTooLarge:         http.StatusRequestEntityTooLarge,
	UnsupportedMediaType: http.StatusUnsupportedMediaType,
	MethodNotAllowed:     http.StatusMethodNotAllowed,
	// RFC 9110 §13.1.1 asks for it where the etag came as If-Match; one in the body is the same mistake.
	fault.StaleETag: http.StatusPreconditionFailed,
}

// challenge is what a 401 asks for (RFC 6750 §3): a call that came without a token is told no error code.
var challenge = map[string]string{
	fault.TokenMissing: `Bearer realm="bavn"`,
	fault.TokenExpired: `Bearer realm="bavn", error="invalid_token", error_description="expired"`,
	fault.TokenInvalid: `Bearer realm="bavn", error="invalid_token"`,
}

// Writer answers refused requests. It is safe for concurrent use.
type Writer struct {
	catalog *fault.Catalog
	log     *slog.Logger
}

// NewWriter reads the texts. It fails only when they are incomplete, which a test finds.
func NewWriter(log *slog.Logger) (*Writer, error) {
	catalog, err := fault.NewCatalog(texts)
	if err != nil {
		return nil, fmt.Errorf("read the gateway's error texts: %w", err)
	}
	return &Writer{catalog: catalog, log: log}, nil
}

// Status is err as the caller sees it, in the language that the request asks for.
func (w *Writer) Status(r *http.Request, err error) *status.Status {
	languages := metadata.MD{"accept-language": r.Header.Values("Accept-Language")}
	st := fault.ToStatus(metadata.NewIncomingContext(r.Context(), languages), err, w.catalog)
	if st.Code() == codes.Internal && fault.ReasonOf(st.Err()) == fault.Internal {
		w.log.ErrorContext(r.Context(), "request failed", slog.Any("error", err))
	}
	return st
}

// Write answers r with err.
func (w *Writer) Write(rw http.ResponseWriter, r *http.Request, err error) {
	st := w.Status(r, err)
	reason := fault.ReasonOf(st.Err())
	header := rw.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-store")
	header.Del("ETag")
	if st.Code() == codes.Unauthenticated {
		ask, known := challenge[reason]
		if !known {
			ask = challenge[fault.TokenInvalid]
		}
		header.Set("WWW-Authenticate", ask)
	}
	body, err := protojson.Marshal(st.Proto())
	if err != nil {
		// A detail of a service that this gateway does not know: the code and the text still get through.
		w.log.WarnContext(r.Context(), "error details withheld", slog.Any("error", err))
		body, _ = protojson.Marshal(status.New(st.Code(), st.Message()).Proto()) // code and text always marshal
	}
	rw.WriteHeader(statusOf(st.Code(), reason))
	_, _ = rw.Write(body) // a caller that has gone away needs no answer
}

func statusOf(code codes.Code, reason string) int {
	if s, ok := httpStatus[reason]; ok {
		return s
	}
	return runtime.HTTPStatusFromCode(code)
}
