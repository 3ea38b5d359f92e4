// Package house is the whole suite as a test of the whole sees it: a desk with parties and people, the contract over gRPC and
// over REST behind the same clients, the databases behind the services, and ways to wait for what happens by itself.
package house

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"

	"github.com/bavn/bavn/cmd/bavn/suite"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/localpg"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/platform/phonesink"
)

// Running is a suite that runs, in this process or in five of its own.
type Running interface {
	Addresses() suite.Addresses
	Folder() suite.Folder
	Token(person string, life time.Duration) (string, error)
	Mail() *mailsink.Sink
	Phone() *phonesink.Sink
	Postgres() *localpg.Server
}

// Door is the contract over one transport. Calls carry the token of a context from As or Bearing.
type Door struct {
	Name          string // "gRPC" or "REST"
	Submissions   intakev1.SubmissionServiceClient
	Persons       intakev1.PersonServiceClient
	Forms         intakev1.FormServiceClient
	Calls         intakev1.CallServiceClient
	QuickTickets  intakev1.QuickTicketServiceClient
	Tickets       triagev1.TicketServiceClient
	Directory     triagev1.DirectoryServiceClient
	Known         triagev1.KnownSolutionServiceClient
	Escalation    triagev1.EscalationServiceClient
	Attestation   triagev1.AttestationServiceClient
	OnCall        triagev1.OnCallServiceClient
	TicketFeed    eventv1.FeedClient
	Notifications notifyv1.NotificationServiceClient
	Reporting     reportingv1.ReportingServiceClient

	conns map[string]grpc.ClientConnInterface // by service
}

func newDoor(name string, conns map[string]grpc.ClientConnInterface) *Door {
	return &Door{
		Name: name, conns: conns,
		Submissions:   intakev1.NewSubmissionServiceClient(conns["intake"]),
		Persons:       intakev1.NewPersonServiceClient(conns["intake"]),
		Forms:         intakev1.NewFormServiceClient(conns["intake"]),
		Calls:         intakev1.NewCallServiceClient(conns["intake"]),
		QuickTickets:  intakev1.NewQuickTicketServiceClient(conns["intake"]),
		Tickets:       triagev1.NewTicketServiceClient(conns["triage"]),
		Directory:     triagev1.NewDirectoryServiceClient(conns["triage"]),
		Known:         triagev1.NewKnownSolutionServiceClient(conns["triage"]),
		Escalation:    triagev1.NewEscalationServiceClient(conns["triage"]),
		Attestation:   triagev1.NewAttestationServiceClient(conns["triage"]),
		OnCall:        triagev1.NewOnCallServiceClient(conns["triage"]),
		TicketFeed:    eventv1.NewFeedClient(conns["triage"]),
		Notifications: notifyv1.NewNotificationServiceClient(conns["notify"]),
		Reporting:     reportingv1.NewReportingServiceClient(conns["reporting"]),
	}
}

// Conn is the connection that serves a full method.
func (d *Door) Conn(method string) grpc.ClientConnInterface { return d.conns[serviceOf(method)] }

// GRPC opens the services' own doors: TLS without a client certificate, as a partner's program comes. Close ends it.
func GRPC(running Running) (door *Door, shut func() error, err error) {
	roots, err := trusted(running.Folder().CA())
	if err != nil {
		return nil, nil, err
	}
	at := running.Addresses()
	conns := map[string]grpc.ClientConnInterface{}
	var open []*grpc.ClientConn
	shut = func() error {
		var errs []error
		for _, conn := range open {
			errs = append(errs, conn.Close())
		}
		return errors.Join(errs...)
	}
	for service, target := range map[string]string{
		"intake": at.Intake, "triage": at.Triage, "notify": at.Notify, "reporting": at.Reporting,
	} {
		conn, err := grpc.NewClient(target,
			grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13})),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(16<<20)),
		)
		if err != nil {
			return nil, nil, errors.Join(fmt.Errorf("connect to %s: %w", service, err), shut())
		}
		open = append(open, conn)
		conns[service] = conn
	}
	return newDoor("gRPC", conns), shut, nil
}

// REST comes through the gateway, like a browser's script.
func REST(running Running) *Door {
	conn := &RESTConn{Base: running.Addresses().Gateway, HTTP: &http.Client{}}
	conns := map[string]grpc.ClientConnInterface{}
	for _, service := range []string{"intake", "triage", "notify", "reporting"} {
		conns[service] = conn
	}
	return newDoor("REST", conns)
}

func trusted(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the suite's CA: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", file)
	}
	return roots, nil
}

// Bearing makes calls with a token; none at all if it is empty.
func Bearing(ctx context.Context, token string) context.Context {
	if token == "" {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
}
