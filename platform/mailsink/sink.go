// Package mailsink is a mail server that keeps what it is sent and delivers nothing: the mailbox of `bavn dev`, and what
// tests send to. It can be told to fail deliveries the ways real servers do, so that retries are tested against SMTP itself.
package mailsink

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/bavn/bavn/platform/clock"
)

const (
	defaultMaxMessages     = 1000
	defaultMaxBytes        = 64 << 20
	defaultMaxMessageBytes = 25 << 20
	maxRecipients          = 100
	idleTimeout            = 5 * time.Minute // RFC 5321 §4.5.3.2
)

// Config says where to listen and how much to keep. Zero values take the defaults named beside them.
type Config struct {
	Addr            string // loopback address and port; default "127.0.0.1:0", any free port
	Clock           clock.Clock
	Folder          string       // keeps each message as an .eml file that the next start reads again; default memory only
	MaxMessages     int          // default 1000; the oldest go first
	MaxBytes        int64        // of all messages together; default 64 MiB
	MaxMessageBytes int64        // of one message, refused with 552 beyond; default 25 MiB
	TLS             *tls.Config  // offers STARTTLS; default none
	Logger          *slog.Logger // default silent
}

// Sink is a running mail server. It is safe for concurrent use.
type Sink struct {
	*mailbox
	failures *failures
	listener net.Listener
	server   *smtp.Server
	served   chan error
	config   Config
}

// Start binds the address, which must be on loopback, and serves SMTP until Close; ctx is for the binding only.
func Start(ctx context.Context, cfg Config) (*Sink, error) {
	cfg.Addr = orDefault(cfg.Addr, "127.0.0.1:0")
	cfg.MaxMessages = orDefault(cfg.MaxMessages, defaultMaxMessages)
	cfg.MaxBytes = orDefault(cfg.MaxBytes, defaultMaxBytes)
	cfg.MaxMessageBytes = orDefault(cfg.MaxMessageBytes, defaultMaxMessageBytes)
	cfg.Logger = orDefault(cfg.Logger, slog.New(slog.DiscardHandler))
	if cfg.Clock == nil {
		return nil, errors.New("mail sink: a clock is required")
	}
	box, err := openMailbox(cfg)
	if err != nil {
		return nil, fmt.Errorf("mail sink: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("mail sink: %w", err)
	}
	if address, ok := listener.Addr().(*net.TCPAddr); !ok || !address.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("mail sink: %s is not on loopback, where it must stay", listener.Addr()), listener.Close())
	}
	s := &Sink{mailbox: box, failures: &failures{}, listener: listener, served: make(chan error, 1), config: cfg}
	s.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{sink: s, conn: c}, nil }))
	s.server.Domain = "mailsink.localhost"
	s.server.MaxRecipients = maxRecipients
	s.server.MaxMessageBytes = cfg.MaxMessageBytes
	s.server.ReadTimeout, s.server.WriteTimeout = idleTimeout, idleTimeout
	s.server.TLSConfig = cfg.TLS
	s.server.EnableSMTPUTF8 = true // addresses and headers with æ, ø and å
	s.server.ErrorLog = slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelWarn)
	go func() { s.served <- s.server.Serve(listener) }()
	return s, nil
}

// Addr is where it listens, as host:port.
func (s *Sink) Addr() string { return s.listener.Addr().String() }

// Close ends every connection. Messages stay readable. Closing twice is harmless.
func (s *Sink) Close() error {
	if err := s.server.Close(); errors.Is(err, smtp.ErrServerClosed) {
		return nil
	}
	// The server closes only listeners that it already serves, and right after Start it may not have come so far.
	_ = s.listener.Close()
	if err := <-s.served; err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("mail sink had stopped listening: %w", err)
	}
	return nil
}

// session is one SMTP connection; from and to belong to the delivery under way.
type session struct {
	sink *Sink
	conn *smtp.Conn
	from string
	to   []string
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.sink.countAttempt()
	s.from = from
	return s.failAt(AtSender)
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if err := s.failAt(AtRecipient); err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err // too large, or the sender hung up in the middle
	}
	failure, failing := s.sink.failures.take(AtData)
	if !failing || failure.Keep {
		if err := s.sink.deliver(s.from, s.to, raw); err != nil {
			s.sink.config.Logger.Error("mail not kept", "error", err)
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "The message could not be kept"}
		}
	}
	if !failing {
		return nil
	}
	return s.fail(failure)
}

func (s *session) Reset() { s.from, s.to = "", nil }

func (s *session) Logout() error { return nil }

func (s *session) failAt(stage Stage) error {
	failure, failing := s.sink.failures.take(stage)
	if !failing {
		return nil
	}
	return s.fail(failure)
}

func (s *session) fail(f Failure) error {
	if f.Drop {
		_ = s.conn.Conn().Close() // the sender sees the connection end without an answer
	}
	return &smtp.SMTPError{Code: f.Code, EnhancedCode: smtp.EnhancedCode{f.Code / 100, 0, 0}, Message: f.Text}
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
