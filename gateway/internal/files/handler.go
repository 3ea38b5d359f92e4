// Package files gives out what strangers have sent, so that it is fetched and never shown: whatever it is, a browser keeps it
// as a file, and if one should open it all the same, it runs nowhere.
package files

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"google.golang.org/grpc/metadata"

	"github.com/bavn/bavn/gateway/internal/refusal"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// Path is what the addresses of files begin with.
const Path = "/files/"

// Handler answers with the file that a link leads to. The link's token is all that it asks for: neither cookie nor bearer is
// looked at, so that the files may lie on an origin that never gets one.
type Handler struct {
	Intake   intakev1.AttachmentServiceClient
	Refusals *refusal.Writer
	// WriteTimeout is how long a reader may take for one piece.
	WriteTimeout time.Duration
}

// contentPolicy is for whoever opens a file in place of keeping it: a page of no origin that may load and run nothing.
const contentPolicy = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// ServeHTTP sends the file.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", contentPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Robots-Tag", "noindex")
	// Refusals speak the caller's language.
	ctx := metadata.AppendToOutgoingContext(r.Context(), "accept-language", printable(r.Header.Get("Accept-Language")))
	stream, err := h.Intake.DownloadAttachment(ctx, &intakev1.DownloadAttachmentRequest{Token: r.PathValue("token")})
	var message *intakev1.DownloadAttachmentResponse
	if err == nil {
		message, err = stream.Recv()
	}
	if err != nil {
		h.Refusals.Write(w, r, err)
		return
	}
	what := message.GetAttachment()
	header.Set("Content-Type", "application/octet-stream") // whatever it is
	header.Set("Content-Disposition", disposition(what.GetFileName()))
	header.Set("Content-Length", strconv.FormatInt(what.GetSizeBytes(), 10))
	control := http.NewResponseController(w)
	for err == nil {
		deadline := time.Now().Add(h.WriteTimeout) //nolint:forbidigo // a socket goes by the machine's clock, whatever ours says
		if err = control.SetWriteDeadline(deadline); errors.Is(err, http.ErrNotSupported) {
			err = nil
		}
		if err == nil {
			_, err = w.Write(message.GetContent())
		}
		if err == nil {
			message, err = stream.Recv()
		}
	}
	if !errors.Is(err, io.EOF) {
		panic(http.ErrAbortHandler) // the length is promised: the reader must not take half a file for a whole one
	}
}

// disposition keeps the file under its name (RFC 6266); a name that a header cannot hold is left out.
func disposition(name string) string {
	if value := mime.FormatMediaType("attachment", map[string]string{"filename": name}); name != "" && value != "" {
		return value
	}
	return "attachment"
}

// printable is text that gRPC can carry as metadata.
func printable(text string) string {
	for _, c := range text {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	return text
}
