package board

import (
	"net/http"
	"net/mail"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/gateway/internal/public"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// formBytes is far above what the forms send.
const formBytes = 16 << 10

// saying is a page that says one thing, and may ask for a press of its button.
type saying struct {
	view
	Said, Token string
}

// ask shows what a link from a mail is for, and does nothing: those who look through mails for harm open every link in them.
func (b *Boards) ask(w http.ResponseWriter, r *http.Request, d *desk, what, language string) {
	token := r.URL.Query().Get("token")
	if token == "" || len(token) > 512 {
		b.say(w, r, d, "gone", language, http.StatusNotFound)
		return
	}
	b.write(w, r, d, saying{Said: what, Token: token}, language, http.StatusOK)
}

// post does what a form asks for, or a mail program in one click (RFC 8058).
func (b *Boards) post(w http.ResponseWriter, r *http.Request, d *desk, rest string) {
	r.Body = http.MaxBytesReader(w, r.Body, formBytes)
	speaks := public.Spoken(r, d.board.GetLanguageCode())
	if err := r.ParseForm(); err != nil {
		b.say(w, r, d, "refused", speaks, http.StatusBadRequest)
		return
	}
	var (
		done string
		err  error
	)
	switch rest {
	case "subscribe":
		if asked := r.PostForm.Get("language"); public.Names[asked] != "" {
			speaks = asked
		}
		done, err = "asked", b.subscribe(r, d, speaks)
	case "confirm":
		done = "confirmed"
		_, err = b.Source.ConfirmSubscription(r.Context(), &notifyv1.ConfirmSubscriptionRequest{
			Parent: d.board.GetDesk(), RequestId: uuid.NewString(), Token: r.FormValue("token"),
		})
	case "unsubscribe":
		done = "unsubscribed"
		_, err = b.Source.Unsubscribe(r.Context(), &notifyv1.UnsubscribeRequest{
			Parent: d.board.GetDesk(), RequestId: uuid.NewString(), Token: r.FormValue("token"),
		})
	default:
		b.Missing.ServeHTTP(w, r)
		return
	}
	switch status.Code(err) {
	case codes.OK:
		b.say(w, r, d, done, speaks, http.StatusOK)
	case codes.NotFound:
		b.say(w, r, d, "gone", speaks, http.StatusNotFound)
	case codes.InvalidArgument:
		b.say(w, r, d, "refused", speaks, http.StatusBadRequest)
	default:
		b.say(w, r, d, "away", speaks, http.StatusServiceUnavailable)
	}
}

func (b *Boards) subscribe(r *http.Request, d *desk, language string) error {
	address, err := mail.ParseAddress(r.PostForm.Get("email"))
	if err != nil {
		return status.Error(codes.InvalidArgument, "no address")
	}
	_, err = b.Source.Subscribe(r.Context(), &notifyv1.SubscribeRequest{
		Parent: d.board.GetDesk(), RequestId: uuid.NewString(), Email: address.Address, Services: r.PostForm["service"],
		LanguageCode: language,
	})
	return err
}

func (b *Boards) say(w http.ResponseWriter, r *http.Request, d *desk, what, language string, code int) {
	b.write(w, r, d, saying{Said: what}, language, code)
}

// write answers with a page that nobody keeps: it is about one person.
func (b *Boards) write(w http.ResponseWriter, r *http.Request, d *desk, s saying, language string, code int) {
	s.view = viewOf(d.board, b.Clock.Now(), b.PublicURL).in(language)
	content, err := fill("said.html.tmpl", s.view, s)
	if err != nil {
		b.Logger.ErrorContext(r.Context(), "a page of an announcement board could not be written", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", html5)
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Language", language)
	header.Set("Referrer-Policy", "no-referrer") // the address has a secret in it
	w.WriteHeader(code)
	_, _ = w.Write(content) // a browser that has gone away needs no answer
}
