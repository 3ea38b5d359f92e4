package phone_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/phonesink"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/phone"
)

func courier(t *testing.T, adjust func(*phone.Provider)) *phone.Courier {
	t.Helper()
	cfg := phone.DefaultConfig()
	cfg.Timeout = time.Second
	adjust(&cfg.SMS)
	if err := cfg.SMS.Validate(); err != nil {
		t.Fatal(err)
	}
	c, err := phone.New(cfg, cfg.SMS)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var message = domain.Dispatch{Address: "+4512345678", Body: `Tilkald "ASCP" {to} & mere`, MessageID: "m1"}

func send(c *phone.Courier) domain.Attempt {
	return c.Send(context.Background(), []domain.Dispatch{message})[0]
}

func TestTheLocalProviderShowsWhatWasSent(t *testing.T) {
	t.Parallel()
	sink := phonesink.New(clock.System())
	server := httptest.NewServer(sink.Handler())
	defer server.Close()
	c := courier(t, func(p *phone.Provider) { p.URL, p.EndURL = server.URL+"/call", server.URL+"/call/{ref}/end" })
	got := send(c)
	if got.Reply != domain.Accepted.Reply || got.Ref != "1" {
		t.Fatalf("it came to %+v", got)
	}
	shown := sink.Messages("+4512345678")
	if len(shown) != 1 || shown[0].Text != message.Body || shown[0].Kind != "call" {
		t.Errorf("it shows %+v", shown)
	}
	if err := c.End(t.Context(), got.Ref); err != nil || !sink.Messages("")[0].HungUp {
		t.Errorf("the call was not ended: %v", err)
	}
}

func TestAProviderThatWantsAFormGetsOneWithItsOwnFields(t *testing.T) {
	t.Parallel()
	var form url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form = r.PostForm
		if user, word, _ := r.BasicAuth(); user != "AC1" || word != "secret" {
			t.Errorf("signed in as %s with %s", user, word)
		}
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"sid":"SM9"}`)
	}))
	defer server.Close()
	c := courier(t, func(p *phone.Provider) {
		p.URL, p.Format, p.Fields, p.RefField = server.URL, "form", `{"To":"{to}","From":"{sender}","Body":"{text}"}`, "sid"
		p.Sender, p.Username, p.Password = "Bavn", "AC1", "secret"
	})
	if got := send(c); got.Reply != domain.Accepted.Reply || got.Ref != "SM9" {
		t.Errorf("it came to %+v", got)
	}
	if form.Get("To") != message.Address || form.Get("Body") != message.Body || form.Get("From") != "Bavn" {
		t.Errorf("the form is %v", form)
	}
}

// An SMS or a call of which nobody knows whether it was taken is not sent again (architecture §3).
func TestWhatIsInDoubtIsNotSentAgainAndWhatSurelyFailedIs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   domain.Attempt
	}{
		"busy":    {status(http.StatusTooManyRequests), domain.Attempt{Reason: "HTTP_429"}},
		"away":    {status(http.StatusServiceUnavailable), domain.Attempt{Reason: "HTTP_503"}},
		"refused": {status(http.StatusBadRequest), domain.Attempt{Reason: "HTTP_400", Final: true}},
		"broken":  {status(http.StatusBadGateway), domain.Attempt{Reason: domain.ReasonPhoneInDoubt, Final: true}},
		"cut off": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			domain.Attempt{Reason: domain.ReasonPhoneInDoubt, Final: true},
		},
		"moved": {
			func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			},
			domain.Attempt{Reason: "HTTP_307", Final: true},
		},
	} {
		server := httptest.NewServer(c.answer)
		if got := send(courier(t, func(p *phone.Provider) { p.URL = server.URL })); got != c.want {
			t.Errorf("%s came to %+v, want %+v", name, got, c.want)
		}
		server.Close()
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if got := send(courier(t, func(p *phone.Provider) { p.URL = gone.URL })); got.Final || got.Reason != domain.ReasonNoAnswer {
		t.Errorf("without a connection it came to %+v, want another attempt", got)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for key, adjust := range map[string]func(*phone.Provider){
		"url":    func(p *phone.Provider) { p.URL = "sms.example" },
		"format": func(p *phone.Provider) { p.URL, p.Format = "https://sms.example", "xml" },
		"fields": func(p *phone.Provider) { p.URL, p.Fields = "https://sms.example", "{to}" },
	} {
		p := phone.DefaultConfig().SMS
		adjust(&p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
