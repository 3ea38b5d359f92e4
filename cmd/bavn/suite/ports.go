package suite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports says where everything listens, all on 127.0.0.1.
type Ports struct {
	Gateway, Issuer, Mailbox, Traces  int // HTTP
	Intake, Triage, Notify, Reporting int // gRPC
	OTLP, SMTP, MailIn                int
	GatewayAdmin                      int // /metrics and probes
	IntakeAdmin, TriageAdmin          int
	NotifyAdmin, ReportingAdmin       int
	Postgres                          int
}

// DefaultPorts are the well-known ones of `bavn dev`.
func DefaultPorts() Ports {
	return Ports{
		Gateway: 8080, Issuer: 8081, Mailbox: 8082, Traces: 8083,
		Intake: 7101, Triage: 7102, Notify: 7103, Reporting: 7104,
		OTLP: 4317, SMTP: 2525, MailIn: 2526,
		GatewayAdmin: 9100, IntakeAdmin: 9101, TriageAdmin: 9102, NotifyAdmin: 9103, ReportingAdmin: 9104,
		Postgres: 5454,
	}
}

// use is one port and what it is for, as in the messages about it.
type use struct {
	what string
	port *int
}

func (p *Ports) uses() []use {
	return []use{
		{"the gateway", &p.Gateway},
		{"the sign-in", &p.Issuer},
		{"the mailbox", &p.Mailbox},
		{"traces", &p.Traces},
		{"intake", &p.Intake},
		{"triage", &p.Triage},
		{"notify", &p.Notify},
		{"reporting", &p.Reporting},
		{"OTLP", &p.OTLP},
		{"SMTP", &p.SMTP},
		{"the gateway's metrics", &p.GatewayAdmin},
		{"intake's metrics", &p.IntakeAdmin},
		{"triage's metrics", &p.TriageAdmin},
		{"notify's metrics", &p.NotifyAdmin},
		{"reporting's metrics", &p.ReportingAdmin},
		{"PostgreSQL", &p.Postgres},
		{"mails to the desks", &p.MailIn},
	}
}

// PortsFrom puts everything on consecutive ports from base on.
func PortsFrom(base int) (Ports, error) {
	var p Ports
	uses := p.uses()
	if base < 1024 || base+len(uses) > 65_536 {
		return Ports{}, fmt.Errorf("a port base lies between 1024 and %d, not at %d", 65_536-len(uses), base)
	}
	for i, u := range uses {
		*u.port = base + i
	}
	return p, nil
}

// Free ports are looked for below the kernel's range for outgoing connections, so that they stay free while nobody listens.
const (
	lowestFree  = 15_000
	highestFree = 32_000
	freeTries   = 50
)

// FreePorts are consecutive ports that nobody listens on now.
func FreePorts(ctx context.Context) (Ports, error) {
	var err error
	for range freeTries {
		var p Ports
		if p, err = PortsFrom(lowestFree + rand.IntN(highestFree-lowestFree)); err != nil {
			return Ports{}, err
		}
		if err = p.Check(ctx); err == nil {
			return p, nil
		}
	}
	return Ports{}, fmt.Errorf("find free ports: %w", err)
}

// ErrPortTaken says that somebody else listens on a port that is needed.
var ErrPortTaken = errors.New("is taken")

// Check returns an error that names every port that cannot be had.
func (p *Ports) Check(ctx context.Context) error {
	var errs []error
	for _, u := range p.uses() {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address(*u.port))
		if err != nil {
			errs = append(errs, fmt.Errorf("port %d for %s %w", *u.port, u.what, ErrPortTaken))
			continue
		}
		errs = append(errs, listener.Close())
	}
	return errors.Join(errs...)
}

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
