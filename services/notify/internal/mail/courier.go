package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
	"go.opentelemetry.io/otel/trace"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// Courier keeps connections to the mail server. It is safe for concurrent use.
type Courier struct {
	cfg    Config
	client *gomail.Client
	clock  clock.Clock
	tracer trace.Tracer
	logger *slog.Logger
	signer *signer
	// References sign what an answer is about; nil leaves Reply-To as it is.
	References *mailref.Signer

	mu     sync.Mutex
	idle   []connection
	closed bool
}

type connection struct {
	*smtp.Client
	used time.Time
	kept bool // it has carried messages before: the server may have ended it meanwhile
}

// New makes a courier. It does not connect.
func New(cfg Config, now clock.Clock, traces trace.TracerProvider, logger *slog.Logger) (*Courier, error) {
	client, err := cfg.client()
	if err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	signs, err := newSigner(cfg.DKIM)
	if err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	tracer := traces.Tracer("github.com/bavn/bavn/services/notify/internal/mail")
	return &Courier{cfg: cfg, client: client, clock: now, tracer: tracer, logger: logger, signer: signs}, nil
}

// Address is where mail reaches a person; empty where it does not.
func (c *Courier) Address(person *intakev1.Person) string {
	if domain.Automated(person.GetEmail()) {
		return ""
	}
	return person.GetEmail()
}

// Send hands messages to the server, one after the other over one connection, and says what came of each. When the connection
// breaks, or ctx ends, those that are left are not tried. Nothing of an address or a text is logged.
func (c *Courier) Send(ctx context.Context, messages []domain.Dispatch) []domain.Attempt {
	attempts := make([]domain.Attempt, len(messages))
	conn, err := c.take(ctx)
	for i, m := range messages {
		if err != nil || ctx.Err() != nil {
			attempts[i] = domain.Attempt{Reason: domain.ReasonUnreachable}
			continue
		}
		var written *gomail.Msg
		if written, err = c.write(m); err != nil {
			attempts[i], err = domain.Attempt{Reason: domain.ReasonBadAddress, Final: true}, nil
			continue
		}
		attempts[i], err = c.traced(ctx, m, func() (domain.Attempt, error) { return c.hand(ctx, &conn, written) })
	}
	if err != nil {
		c.logger.WarnContext(ctx, "mail server: connection lost", slog.String("server", c.client.ServerAddr()), slog.Any("error", err))
		c.drop(conn)
	} else {
		c.keep(conn)
	}
	return attempts
}

// hand gives one message to the server. A connection that was idle may be dead without anybody knowing: when it fails before
// the server was given anything, a new one is tried at once. err says that the connection cannot be used any more.
func (c *Courier) hand(ctx context.Context, conn *connection, m *gomail.Msg) (domain.Attempt, error) {
	attempt, err := c.tell(conn.Client, m)
	if err != nil && conn.kept && attempt.Reason == domain.ReasonUnreachable {
		c.drop(*conn)
		if *conn, err = c.dial(ctx); err != nil {
			return attempt, err
		}
		attempt, err = c.tell(conn.Client, m)
	}
	return attempt, err
}

// tell runs one SMTP transaction.
func (c *Courier) tell(client *smtp.Client, m *gomail.Msg) (domain.Attempt, error) {
	err := c.client.SendWithSMTPClient(client, m)
	if err == nil {
		return domain.Accepted, nil
	}
	if m.IsDelivered() { // only the RSET after it failed
		return domain.Accepted, errLost
	}
	failure, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return domain.Attempt{Reason: domain.ReasonUnreachable}, errLost
	}
	switch reply := failure.ErrorCode(); {
	case reply == serviceClosing:
		return domain.Attempt{Reply: reply}, errLost
	case reply >= 400:
		return domain.Attempt{Reply: reply}, nil
	case failure.Reason == gomail.ErrGetRcpts || failure.Reason == gomail.ErrNoUnencoded:
		return domain.Attempt{Reason: domain.ReasonBadAddress, Final: true}, nil
	case failure.Reason == gomail.ErrSMTPDataClose:
		return domain.Attempt{Reason: domain.ReasonInDoubt}, errLost
	}
	return domain.Attempt{Reason: domain.ReasonUnreachable}, errLost
}

// serviceClosing is the reply after which the server ends the connection (RFC 5321, 3.8).
const serviceClosing = 421

var errLost = errors.New("the connection to the mail server broke")

// take returns a connection that was kept, or a new one.
func (c *Courier) take(ctx context.Context) (connection, error) {
	for {
		c.mu.Lock()
		if len(c.idle) == 0 {
			c.mu.Unlock()
			return c.dial(ctx)
		}
		conn := c.idle[len(c.idle)-1]
		c.idle = c.idle[:len(c.idle)-1]
		c.mu.Unlock()
		if c.clock.Now().Sub(conn.used) < c.cfg.IdleTimeout {
			return conn, nil
		}
		c.drop(conn)
	}
}

func (c *Courier) dial(ctx context.Context) (connection, error) {
	client, err := c.client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return connection{}, fmt.Errorf("connect to the mail server: %w", err)
	}
	return connection{Client: client}, nil
}

func (c *Courier) keep(conn connection) {
	conn.used, conn.kept = c.clock.Now(), true
	c.mu.Lock()
	full := c.closed || len(c.idle) >= c.cfg.Connections
	if !full {
		c.idle = append(c.idle, conn)
	}
	c.mu.Unlock()
	if full {
		c.drop(conn)
	}
}

// drop ends a connection that is of no more use, without a word.
func (c *Courier) drop(conn connection) {
	if conn.Client != nil {
		_ = conn.Close() // it may be broken already
	}
}

// Close says goodbye on the connections that are kept.
func (c *Courier) Close() {
	c.mu.Lock()
	idle := c.idle
	c.idle, c.closed = nil, true
	c.mu.Unlock()
	for _, conn := range idle {
		if err := c.client.CloseWithSMTPClient(conn.Client); err != nil {
			c.drop(conn)
		}
	}
}
