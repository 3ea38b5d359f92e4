package mail_test

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/identity"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/mail"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

type world struct {
	*mail.Courier
	sink  *mailsink.Sink
	clock *clock.Manual
}

func newWorld(t *testing.T, adjust func(*mailsink.Config, *mail.Config)) *world {
	t.Helper()
	return newTracedWorld(t, noop.NewTracerProvider(), adjust)
}

func newTracedWorld(t *testing.T, traces trace.TracerProvider, adjust func(*mailsink.Config, *mail.Config)) *world {
	t.Helper()
	now := clock.NewManual(noon)
	server, client := mailsink.Config{Clock: now}, mail.DefaultConfig()
	client.TLS, client.From = "none", "National Servicedesk <desk@bavn.example>"
	if adjust != nil {
		adjust(&server, &client)
	}
	sink, err := mailsink.Start(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sink.Close() })
	host, port, err := net.SplitHostPort(sink.Addr())
	if err != nil {
		t.Fatal(err)
	}
	client.Host = host
	if client.Port, err = strconv.Atoi(port); err != nil {
		t.Fatal(err)
	}
	if err := client.Validate(); err != nil {
		t.Fatal(err)
	}
	courier, err := mail.New(client, now, traces, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(courier.Close)
	return &world{Courier: courier, sink: sink, clock: now}
}

func message(id string) domain.Dispatch {
	return domain.Dispatch{
		Name: `Jørgen "JJ" Ærø`, Address: "jj@example.org",
		Subject: "[ASCP00000042] Løst: \"Æblegrød\"", Body: "Hej Jørgen\n\n" + strings.Repeat("æ", 1200) + "\n.\nSlut\n",
		LanguageCode: "da", MessageID: id + "@bavn.example", Thread: "ASCP00000042.nsp@bavn.example", Date: noon,
	}
}

func TestWhatIsSentArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if got := w.Send(t.Context(), []domain.Dispatch{message("1")}); got[0] != domain.Accepted {
		t.Fatalf("it came to %+v", got[0])
	}
	m := w.sink.Messages(mailsink.Filter{})[0]
	want := message("1")
	if m.Subject != want.Subject || strings.ReplaceAll(m.Text, "\r\n", "\n") != want.Body || m.MessageID != want.MessageID {
		t.Errorf("it arrived with the subject %q, the Message-ID %s and the text\n%s", m.Subject, m.MessageID, m.Text)
	}
	if to := m.Header.Get("To"); to != want.Name+" <"+want.Address+">" {
		t.Errorf("it is addressed to %q", to)
	}
	for _, line := range strings.Split(string(m.Raw), "\r\n") {
		if len(line) > 998 {
			t.Errorf("a line has %d bytes; RFC 5322 allows 998", len(line))
		}
	}
}

func TestNothingInNamesOrTitlesMakesAnotherHeader(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	m := message("1")
	m.Name, m.Subject = "Eve\r\nBcc: all@example.org", "x\r\nBcc: all@example.org\r\n\r\nbody"
	w.Send(t.Context(), []domain.Dispatch{m})
	for _, got := range w.sink.Messages(mailsink.Filter{}) {
		if len(got.To) != 1 || got.Header.Get("Bcc") != "" {
			t.Errorf("it goes to %v, Bcc %q", got.To, got.Header.Get("Bcc"))
		}
	}
}

func TestAConnectionThatDiedWhileIdleIsReplacedWithoutLosingAnAttempt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.Send(t.Context(), []domain.Dispatch{message("1")})
	if err := w.sink.FailNext(1, mailsink.Failure{At: mailsink.AtSender, Drop: true}); err != nil {
		t.Fatal(err)
	}
	if got := w.Send(t.Context(), []domain.Dispatch{message("2")}); got[0] != domain.Accepted {
		t.Errorf("on a connection that died it came to %+v, want a new connection", got[0])
	}
}

func TestOneRefusedMessageDoesNotKeepTheOthersOfItsConnectionBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.sink.FailNext(1, mailsink.Failure{At: mailsink.AtRecipient, Code: 550}); err != nil {
		t.Fatal(err)
	}
	got := w.Send(t.Context(), []domain.Dispatch{message("1"), message("2"), message("3")})
	if got[0].Reply != 550 || got[1] != domain.Accepted || got[2] != domain.Accepted {
		t.Errorf("three messages came to %+v, want the first refused and the others accepted", got)
	}
}

func TestAfterALostConnectionTheRestIsNotTried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.sink.FailNext(1, mailsink.Failure{Drop: true}); err != nil {
		t.Fatal(err)
	}
	got := w.Send(t.Context(), []domain.Dispatch{message("1"), message("2")})
	if got[0].Reason != domain.ReasonInDoubt || got[1].Reason != domain.ReasonUnreachable {
		t.Errorf("two messages came to %+v, want the first in doubt and the second not tried", got)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if got := w.Send(ended, []domain.Dispatch{message("3")}); got[0].Reason != domain.ReasonUnreachable || w.sink.Attempts() != 1 {
		t.Errorf("after its time a message came to %+v, %d were begun", got[0], w.sink.Attempts())
	}
}

func TestRequiredTLSIsUsedOrNothingIsSent(t *testing.T) {
	t.Parallel()
	plain := newWorld(t, func(_ *mailsink.Config, client *mail.Config) { client.TLS = "required" })
	if got := plain.Send(t.Context(), []domain.Dispatch{message("1")}); got[0].Reason != domain.ReasonUnreachable {
		t.Errorf("to a server without TLS it came to %+v, want nothing sent", got[0])
	}
	dir := t.TempDir()
	ca, err := identity.OpenDevCA(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	cert, key, err := ca.Issue("mail", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	offered := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	for trusted, want := range map[string]domain.Attempt{
		filepath.Join(dir, "ca.crt"): domain.Accepted, "": {Reason: domain.ReasonUnreachable},
	} {
		w := newWorld(t, func(server *mailsink.Config, client *mail.Config) {
			server.TLS, client.TLS, client.CA = offered, "required", trusted
		})
		if got := w.Send(t.Context(), []domain.Dispatch{message("1")}); got[0] != want {
			t.Errorf("with the CA %q it came to %+v, want %+v", trusted, got[0], want)
		}
	}
}
