package door

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"

	"github.com/bavn/bavn/platform/run"
)

// Parts listen where the settings say so.
func (d *Door) Parts() ([]run.Part, error) {
	encrypted, err := d.cfg.certificate()
	if err != nil {
		return nil, err
	}
	var parts []run.Part
	for _, l := range []struct {
		name, address string
		lmtp          bool
	}{{"SMTP", d.cfg.SMTPListen, false}, {"LMTP", d.cfg.LMTPListen, true}} {
		if l.address == "" {
			continue
		}
		server := smtp.NewServer(smtp.BackendFunc(d.session))
		server.LMTP, server.Domain, server.TLSConfig = l.lmtp, d.cfg.Hello, encrypted
		server.MaxMessageBytes, server.MaxRecipients = d.cfg.MaxBytes, d.cfg.MaxRecipients
		server.MaxLineLength = longestLine
		server.ReadTimeout, server.WriteTimeout = d.cfg.Timeout, d.cfg.Timeout
		server.EnableSMTPUTF8 = true
		server.ErrorLog = slog.NewLogLogger(d.logger.Handler(), slog.LevelWarn)
		parts = append(parts, d.listen(l.name, l.address, server))
	}
	if d.cfg.IMAP.Host != "" {
		parts = append(parts, run.Part{Name: "IMAP", Stage: run.Servers, Serve: d.readMailbox})
	}
	return parts, nil
}

// longestLine is far beyond what the standard allows: some programs send HTML in one.
const longestLine = 1 << 20

func (d *Door) listen(name, address string, server *smtp.Server) run.Part {
	var listener net.Listener
	return run.Part{
		Name: name, Stage: run.Servers,
		Start: func(ctx context.Context) (err error) {
			listener, err = new(net.ListenConfig).Listen(ctx, "tcp", address)
			if err != nil {
				return fmt.Errorf("listen for %s: %w", name, err)
			}
			d.logger.InfoContext(ctx, "mails are received", slog.String("protocol", name),
				slog.String("address", listener.Addr().String()), slog.Int("recipients", len(d.routes)))
			return nil
		},
		Serve: func(context.Context) error {
			err := server.Serve(netutil.LimitListener(listener, d.cfg.Connections))
			if errors.Is(err, smtp.ErrServerClosed) {
				return nil
			}
			return err
		},
		Stop: func(ctx context.Context) error {
			if err := server.Shutdown(ctx); err != nil {
				return server.Close() // who is in the middle of a mail will send it again
			}
			return nil
		},
	}
}

// session is one connection of a mail server.
type session struct {
	door *Door
	conn *smtp.Conn
	from string
	to   []recipient
}

type recipient struct {
	address string
	route   Route
}

func (d *Door) session(conn *smtp.Conn) (smtp.Session, error) {
	return &session{door: d, conn: conn}, nil
}

// Reset forgets the mail.
func (s *session) Reset() { s.from, s.to = "", nil }

// Logout ends the connection.
func (s *session) Logout() error { return nil }

// Mail begins a mail.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

var errNoSuchAddress = &smtp.SMTPError{
	Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "There is no such address here",
}

// Rcpt takes addresses of ours alone: we pass nothing on.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.door.cfg.Timeout)
	defer cancel()
	route, known, err := s.door.route(ctx, to)
	if err != nil {
		return s.refusal(ctx, err)
	}
	if !known {
		return errNoSuchAddress
	}
	s.to = append(s.to, recipient{to, route})
	return nil
}

var errNotNow = &smtp.SMTPError{
	Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "It could not be kept now: try again later",
}

// Data keeps the mail, once for each desk that it is to, and returns when it is kept by all of them. Where one of them does not,
// the other server sends it again, and the others have it twice.
func (s *session) Data(r io.Reader) error {
	ctx, cancel := context.WithTimeout(context.Background(), s.door.cfg.Timeout)
	defer cancel()
	desks := s.desks()
	if len(desks) == 1 {
		return s.refusal(ctx, s.door.receive(ctx, desks[0], s.trace(desks[0]), r))
	}
	return s.refusal(ctx, s.spooled(r, func(again io.ReadSeeker) error {
		for _, route := range desks {
			if _, err := again.Seek(0, io.SeekStart); err != nil {
				return err
			}
			if err := s.door.receive(ctx, route, s.trace(route), again); err != nil {
				return err
			}
		}
		return nil
	}))
}

// spooled lets a mail be read more than once.
func (s *session) spooled(r io.Reader, use func(io.ReadSeeker) error) error {
	spool, err := os.CreateTemp("", "bavn-mail-")
	if err != nil {
		return err
	}
	defer func() { _ = errors.Join(spool.Close(), os.Remove(spool.Name())) }() // nobody needs it any more
	if _, err := io.Copy(spool, r); err != nil {
		return err
	}
	return use(spool)
}

// refusal is what the other server is told.
func (s *session) refusal(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if refused, ok := errors.AsType[*smtp.SMTPError](err); ok { // too large, or broken off by the other side
		return refused
	}
	s.door.logger.ErrorContext(ctx, "a mail was not accepted: it could not be kept", slog.Any("error", err))
	return errNotNow
}

// desks are the desks of the recipients, each once.
func (s *session) desks() []Route {
	var routes []Route
	for _, r := range s.to {
		if !slices.ContainsFunc(routes, func(known Route) bool { return known.Desk == r.route.Desk }) {
			routes = append(routes, r.route)
		}
	}
	return routes
}

// trace are the lines of the last server on a mail's way (RFC 5321, 4.4).
func (s *session) trace(route Route) string {
	var lines strings.Builder
	fmt.Fprintf(&lines, "Return-Path: <%s>\r\n", oneLine(s.from))
	for _, to := range s.to {
		if to.route.Desk == route.Desk {
			fmt.Fprintf(&lines, "Delivered-To: %s\r\n", oneLine(to.address))
		}
	}
	fmt.Fprintf(&lines, "Received: from %s by %s; %s\r\n", oneLine(s.conn.Hostname()), s.door.cfg.Hello,
		s.door.clock.Now().Format(time.RFC1123Z))
	return lines.String()
}

func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, s)
}
