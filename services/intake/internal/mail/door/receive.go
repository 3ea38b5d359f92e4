package door

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"go.opentelemetry.io/otel/trace"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/mail"
)

// Door is where mails come in.
type Door struct {
	cfg      Config
	commands *command.Commands
	clock    clock.Clock
	tracer   trace.Tracer
	logger   *slog.Logger
	routes   map[string]Route
}

// Deps is what a door needs; all fields are required.
type Deps struct {
	Commands *command.Commands
	Clock    clock.Clock
	Tracer   trace.TracerProvider
	Logger   *slog.Logger
}

// New makes a door.
func New(cfg Config, deps Deps) (*Door, error) {
	routes, err := cfg.routes()
	if err != nil {
		return nil, err
	}
	return &Door{
		cfg: cfg, commands: deps.Commands, clock: deps.Clock, tracer: deps.Tracer.Tracer("mail"), logger: deps.Logger, routes: routes,
	}, nil
}

// route is where mails to an address go; what stands behind a plus is for threading (RFC 5233). An address of a desk that there
// is not is none.
func (d *Door) route(ctx context.Context, address string) (route Route, known bool, err error) {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	local, _, _ = strings.Cut(local, "+")
	route, known = d.routes[local+"@"+domain]
	if !known && d.cfg.Domain != "" && strings.EqualFold(domain, d.cfg.Domain) {
		route, known = Route{Desk: local}, true
	}
	if !known {
		return route, false, nil
	}
	known, err = d.commands.HasDesk(ctx, route.Desk)
	return route, known, err
}

// held is how much of a mail is held in memory; it is as much as goes into a row.
const held = 256 << 10

// receive keeps one mail for one desk. lines are what the last server on its way puts before it: they are kept
// beside the original, which stays as it came.
func (d *Door) receive(ctx context.Context, route Route, lines string, from io.Reader) error {
	ctx, span := d.tracer.Start(ctx, "mail.receive", trace.WithSpanKind(trace.SpanKindConsumer))
	defer span.End()
	beginning := make([]byte, held)
	n, err := io.ReadFull(from, beginning)
	more := err == nil
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("read the mail: %w", err)
	}
	in := command.Inbound{
		Desk: route.Desk, Route: route.Group, Channel: commonv1.Channel_CHANNEL_MAIL, Source: command.MailSource,
		Key: mail.Key(beginning[:n]), MediaType: "message/rfc822",
		Envelope: lines, Original: beginning[:n],
	}
	if more {
		in.Rest = from
	}
	_, err = d.commands.Receive(ctx, in)
	return err
}
