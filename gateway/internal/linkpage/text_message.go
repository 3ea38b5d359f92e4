package linkpage

import (
	"crypto/sha256"
	"encoding/json"
	"log/slog"
	"mime"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// TextPath is where the provider of text messages brings those that come in. The token at its end is what it proves itself with.
const TextPath = "/sms/{desk}/{token}"

// Texts takes text messages from a provider: a form or JSON, with the sender and the text under the names that providers use.
type Texts struct {
	Paging notifyv1.PagingServiceClient
	Logger *slog.Logger
}

// NewTexts makes it.
func NewTexts(notify grpc.ClientConnInterface, logger *slog.Logger) *Texts {
	return &Texts{Paging: notifyv1.NewPagingServiceClient(notify), Logger: logger}
}

// ServeHTTP answers 204 for a message that answered something, and 404 for every other: who calls has to prove nothing else.
func (t *Texts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	sender, text := fields(r)
	if sender == "" || text == "" {
		http.Error(w, "sender and text are required", http.StatusBadRequest)
		return
	}
	digest := sha256.Sum256([]byte(strings.Join([]string{r.PathValue("desk"), sender, text, r.PostForm.Get("MessageSid")}, "\x00")))
	_, err := t.Paging.ReceiveText(r.Context(), &notifyv1.ReceiveTextRequest{
		Parent: "desks/" + r.PathValue("desk"), Token: r.PathValue("token"), Sender: sender, Text: text,
		RequestId: uuid.NewSHA1(uuid.NameSpaceOID, digest[:]).String(),
	})
	switch status.Code(err) {
	case codes.OK:
		w.WriteHeader(http.StatusNoContent)
	case codes.NotFound, codes.InvalidArgument, codes.FailedPrecondition:
		w.WriteHeader(http.StatusNotFound)
	default:
		t.Logger.WarnContext(r.Context(), "a text message was not taken", slog.String("code", status.Code(err).String()))
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// fields are who sent a text message and what it says, by the names that providers use.
func fields(r *http.Request) (sender, text string) {
	values := map[string]string{}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			return "", ""
		}
		for name, value := range body {
			if said, ok := value.(string); ok {
				values[strings.ToLower(name)] = said
			}
		}
	} else if err := r.ParseForm(); err == nil {
		for name := range r.PostForm {
			values[strings.ToLower(name)] = r.PostForm.Get(name)
		}
	}
	for _, name := range []string{"from", "sender", "msisdn", "originator"} {
		if values[name] != "" && sender == "" {
			sender = "+" + strings.TrimLeft(strings.ReplaceAll(values[name], " ", ""), "+0")
		}
	}
	for _, name := range []string{"body", "text", "message"} {
		if values[name] != "" && text == "" {
			text = values[name]
		}
	}
	return sender, text
}
