package door_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/protobuf/types/known/anypb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/run"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/mail/door"
	"github.com/bavn/bavn/services/intake/internal/project"
	"github.com/bavn/bavn/services/intake/migrations"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(service.Spec{Name: "intake", Migrations: migrations.Files}))
})

// entrance is a door in front of intake's commands, on a database of their own with two desks.
type entrance struct {
	t    *testing.T
	pool *pgxpool.Pool
}

func open(t *testing.T, change func(cfg *door.Config)) *entrance {
	t.Helper()
	pool, err := pg.Open(t.Context(), pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: feed.CheckEpoch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	quiet, now := slog.New(slog.DiscardHandler), clock.System()
	c := &command.Commands{
		Pool: pool, Writes: pg.NewShared(pool), Clock: now, Wake: feed.NewWake(pool, quiet), Logger: quiet, RetryAfter: time.Minute,
		Inbox: command.NewInbox(), Blobs: blobstore.New(blobstore.Config{URL: "mem://"}),
	}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.SettleInboundWorker{Commands: c})
	c.Jobs, err = jobs.New(jobs.DefaultConfig(), jobs.Deps{
		Pool: pool, Clock: now, Workers: workers, TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: noopmetric.NewMeterProvider(), Logger: quiet,
	})
	if err := errors.Join(err, c.Blobs.Open(t.Context())); err != nil {
		t.Fatal(err)
	}
	e := &entrance{t: t, pool: pool}
	e.desk("nsp")
	e.desk("au")
	cfg := door.DefaultConfig()
	cfg.Domain = "desk.example"
	change(&cfg)
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	d, err := door.New(cfg, door.Deps{Commands: c, Clock: now, Tracer: nooptrace.NewTracerProvider(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	parts, err := d.Parts()
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parts {
		e.serve(part)
	}
	return e
}

func (e *entrance) serve(part run.Part) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(e.t.Context()))
	if part.Start != nil {
		if err := part.Start(ctx); err != nil {
			e.t.Fatal(err)
		}
	}
	served := make(chan error, 1)
	go func() { served <- part.Serve(ctx) }()
	e.t.Cleanup(func() {
		cancel()
		if part.Stop != nil {
			if err := part.Stop(context.WithoutCancel(e.t.Context())); err != nil {
				e.t.Errorf("stop %s: %v", part.Name, err)
			}
		}
		if err := <-served; err != nil {
			e.t.Errorf("%s ends with %v", part.Name, err)
		}
	})
}

func (e *entrance) desk(id string) {
	e.t.Helper()
	packed, err := anypb.New(&triagev1.DeskEvent{Desk: &triagev1.Desk{
		NumberScheme: &triagev1.NumberScheme{Prefix: "ASCP", Digits: 8}, LanguageCode: "da",
		AuthorityParty: "desks/" + id + "/parties/sds", ContactParty: "desks/" + id + "/parties/sds",
	}})
	if err != nil {
		e.t.Fatal(err)
	}
	heard := &project.Projection{Memberships: membership.NewStore(e.pool, clock.System()), Adopted: func() {}}
	if err := pgx.BeginFunc(e.t.Context(), e.pool, func(tx pgx.Tx) error {
		return heard.Handle(e.t.Context(), tx, []*feed.Event{{
			Record: &eventv1.Record{Desk: "desks/" + id, Resource: "desks/" + id, Type: "desk.created", Payload: packed},
		}})
	}); err != nil {
		e.t.Fatal(err)
	}
}

// kept are the mails that were kept, by desk.
func (e *entrance) kept(desk string) (n int) {
	e.t.Helper()
	if err := e.pool.QueryRow(e.t.Context(), "SELECT count(*) FROM inbound_items WHERE desk = $1", desk).Scan(&n); err != nil {
		e.t.Fatal(err)
	}
	return n
}

func (e *entrance) eventually(what string, look func() bool) {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), time.Minute)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !look() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			e.t.Fatalf("%s: not within a minute", what)
		}
	}
}

func free(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func dialled(t *testing.T, address string) *textproto.Conn {
	t.Helper()
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	text := textproto.NewConn(conn)
	t.Cleanup(func() { _ = text.Close() })
	return text
}

const words = "From: gerda@hospital.example\r\nTo: nsp@desk.example\r\nSubject: %s\r\n" +
	"Message-ID: <%[1]s@hospital.example>\r\n\r\nHej\r\n"

// R4: a mail server that delivers by LMTP (RFC 2033) is answered for each recipient, and a mail to two desks is kept by both.
func TestAMailComesInByLMTPWithAnAnswerForEachRecipient(t *testing.T) {
	t.Parallel()
	address := free(t)
	e := open(t, func(cfg *door.Config) { cfg.LMTPListen = address })
	server := dialled(t, address)
	for _, step := range []struct {
		say  string
		want int
	}{
		{"", 220},
		{"EHLO mx.example", 500},
		{"LHLO mx.example", 250},
		{"MAIL FROM:<gerda@hospital.example>", 250},
		{"RCPT TO:<nsp@desk.example>", 250},
		{"RCPT TO:<nobody@desk.example>", 550},
		{"RCPT TO:<au@desk.example>", 250},
		{"DATA", 354},
	} {
		if step.say != "" {
			if err := server.PrintfLine("%s", step.say); err != nil {
				t.Fatal(err)
			}
		}
		if code, said, err := server.ReadResponse(0); err != nil || code/100 != step.want/100 {
			t.Fatalf("%q is answered %d %s (%v), want %d", step.say, code, said, err, step.want)
		}
	}
	if err := server.PrintfLine("%s\r\n.", fmt.Sprintf(words, "lmtp")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := server.ReadResponse(250); err != nil {
			t.Fatalf("a recipient has no answer of its own: %v", err)
		}
	}
	if e.kept("nsp") != 1 || e.kept("au") != 1 {
		t.Errorf("it is kept %d and %d times, want once by each desk", e.kept("nsp"), e.kept("au"))
	}
}

// certificate writes a certificate for localhost and its key to files.
func certificate(t *testing.T) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	written, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	cert, key = filepath.Join(folder, "tls.crt"), filepath.Join(folder, "tls.key")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: written})
	if err := errors.Join(os.WriteFile(cert, certPEM, 0o600), os.WriteFile(key, keyPEM, 0o600)); err != nil {
		t.Fatal(err)
	}
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(certPEM)
	return cert, key, roots
}

// R4: a mail server that can encrypt does (RFC 3207), by TLS 1.2 at least; what it said in the clear before does not count.
func TestAMailComesInEncryptedBySTARTTLS(t *testing.T) {
	t.Parallel()
	cert, key, roots := certificate(t)
	address := free(t)
	e := open(t, func(cfg *door.Config) { cfg.SMTPListen, cfg.TLSCert, cfg.TLSKey = address, cert, key })
	dial := func() *smtp.Client {
		client, err := smtp.Dial(address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		return client
	}
	old := dial()
	if err := old.StartTLS(&tls.Config{ //nolint:gosec // it is to be refused
		ServerName: "localhost", RootCAs: roots, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
	}); err == nil {
		t.Error("TLS 1.1 is taken")
	}
	client := dial()
	if err := client.Mail("said@before.example"); err != nil {
		t.Fatal(err)
	}
	if err := client.StartTLS(&tls.Config{ServerName: "localhost", RootCAs: roots, MinVersion: tls.VersionTLS12}); err != nil {
		t.Fatal(err)
	}
	if err := client.Rcpt("nsp@desk.example"); err == nil {
		t.Error("a sender who was named in the clear counts")
	}
	if err := errors.Join(client.Mail("gerda@hospital.example"), client.Rcpt("nsp@desk.example")); err != nil {
		t.Fatal(err)
	}
	body, err := client.Data()
	if err != nil {
		t.Fatal(err)
	}
	_, err = strings.NewReader(fmt.Sprintf(words, "tls")).WriteTo(body)
	if err := errors.Join(err, body.Close()); err != nil {
		t.Fatal(err)
	}
	if n := e.kept("nsp"); n != 1 {
		t.Errorf("it is kept %d times", n)
	}
}
