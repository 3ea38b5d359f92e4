// Package client calls the services directly over gRPC and TLS, as a program of a partner would: with a token, a request id for
// every change, and the same id again when a service does not answer.
package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Config says where the services are and how to talk to them.
type Config struct {
	Intake, Triage, Notify, Reporting string // host:port

	Roots    *x509.CertPool
	Tokens   TokenSource
	Language string        // of refusals: da, sv or en
	Patience time.Duration // how long a call that a service did not answer is tried again; 0 tries once
	// Untraced asks the services to keep no request traces of these calls: there are many, and all are alike. Journeys are kept.
	Untraced bool
	// Retried is told of every attempt that failed and is made again; may be nil.
	Retried func(method string, err error)
}

// Client is connected to the four services. It connects when the first call needs it.
type Client struct {
	Submissions   intakev1.SubmissionServiceClient
	Persons       intakev1.PersonServiceClient
	Inbound       intakev1.InboundServiceClient
	Attachments   intakev1.AttachmentServiceClient
	Imports       intakev1.PersonImportServiceClient
	Forms         intakev1.FormServiceClient
	Calls         intakev1.CallServiceClient
	QuickTickets  intakev1.QuickTicketServiceClient
	Connections   intakev1.ConnectionServiceClient
	Tickets       triagev1.TicketServiceClient
	Assessments   triagev1.AssessmentServiceClient
	Directory     triagev1.DirectoryServiceClient
	Known         triagev1.KnownSolutionServiceClient
	Explanations  triagev1.ExplanationServiceClient
	Legal         triagev1.LegalServiceClient
	Profiles      triagev1.ProfileServiceClient
	Escalation    triagev1.EscalationServiceClient
	Attestation   triagev1.AttestationServiceClient
	OnCall        triagev1.OnCallServiceClient
	Links         triagev1.LinkServiceClient
	Releases      triagev1.ReleaseServiceClient
	Orders        triagev1.OrderServiceClient
	Closing       triagev1.ClosingServiceClient
	Items         triagev1.ConfigurationItemServiceClient
	TicketFeed    eventv1.FeedClient
	Notifications notifyv1.NotificationServiceClient
	Proposals     notifyv1.ProposalServiceClient
	Stakeholders  notifyv1.StakeholderServiceClient
	Outboxes      notifyv1.OutboxServiceClient
	Preferences   notifyv1.PreferenceServiceClient
	Templates     notifyv1.TemplateServiceClient
	Webhooks      notifyv1.WebhookServiceClient
	Paging        notifyv1.PagingServiceClient
	Announcements notifyv1.AnnouncementServiceClient
	Reporting     reportingv1.ReportingServiceClient
	Extracts      reportingv1.ExtractServiceClient
	// Subscriptions of every service.
	Subscriptions []Subscriptions

	conns []*grpc.ClientConn
}

// Subscriptions is what one service hears from feeds.
type Subscriptions struct {
	Service string
	eventv1.SubscriptionServiceClient
}

// maxAnswerBytes lets a journey with all its events through.
const maxAnswerBytes = 32 << 20

// Open makes the connections.
func Open(cfg Config) (*Client, error) {
	c := &Client{}
	dialed := map[string]*grpc.ClientConn{}
	for _, service := range []struct{ name, target string }{
		{"intake", cfg.Intake}, {"triage", cfg.Triage}, {"notify", cfg.Notify}, {"reporting", cfg.Reporting},
	} {
		conn, err := dial(service.target, cfg)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connect to %s at %q: %w", service.name, service.target, err), c.Close())
		}
		c.conns = append(c.conns, conn)
		dialed[service.name] = conn
		c.Subscriptions = append(c.Subscriptions, Subscriptions{service.name, eventv1.NewSubscriptionServiceClient(conn)})
	}
	c.Submissions = intakev1.NewSubmissionServiceClient(dialed["intake"])
	c.Persons = intakev1.NewPersonServiceClient(dialed["intake"])
	c.Connections = intakev1.NewConnectionServiceClient(dialed["intake"])
	c.Inbound = intakev1.NewInboundServiceClient(dialed["intake"])
	c.Attachments = intakev1.NewAttachmentServiceClient(dialed["intake"])
	c.Imports = intakev1.NewPersonImportServiceClient(dialed["intake"])
	c.Forms = intakev1.NewFormServiceClient(dialed["intake"])
	c.Calls = intakev1.NewCallServiceClient(dialed["intake"])
	c.QuickTickets = intakev1.NewQuickTicketServiceClient(dialed["intake"])
	c.Tickets = triagev1.NewTicketServiceClient(dialed["triage"])
	c.Assessments = triagev1.NewAssessmentServiceClient(dialed["triage"])
	c.Directory = triagev1.NewDirectoryServiceClient(dialed["triage"])
	c.Known = triagev1.NewKnownSolutionServiceClient(dialed["triage"])
	c.Explanations = triagev1.NewExplanationServiceClient(dialed["triage"])
	c.Legal = triagev1.NewLegalServiceClient(dialed["triage"])
	c.Profiles = triagev1.NewProfileServiceClient(dialed["triage"])
	c.Escalation = triagev1.NewEscalationServiceClient(dialed["triage"])
	c.Attestation = triagev1.NewAttestationServiceClient(dialed["triage"])
	c.OnCall = triagev1.NewOnCallServiceClient(dialed["triage"])
	c.Links = triagev1.NewLinkServiceClient(dialed["triage"])
	c.Releases = triagev1.NewReleaseServiceClient(dialed["triage"])
	c.Orders = triagev1.NewOrderServiceClient(dialed["triage"])
	c.Closing = triagev1.NewClosingServiceClient(dialed["triage"])
	c.Items = triagev1.NewConfigurationItemServiceClient(dialed["triage"])
	c.TicketFeed = eventv1.NewFeedClient(dialed["triage"])
	c.Announcements = notifyv1.NewAnnouncementServiceClient(dialed["notify"])
	c.Notifications = notifyv1.NewNotificationServiceClient(dialed["notify"])
	c.Proposals = notifyv1.NewProposalServiceClient(dialed["notify"])
	c.Stakeholders = notifyv1.NewStakeholderServiceClient(dialed["notify"])
	c.Outboxes = notifyv1.NewOutboxServiceClient(dialed["notify"])
	c.Preferences = notifyv1.NewPreferenceServiceClient(dialed["notify"])
	c.Templates = notifyv1.NewTemplateServiceClient(dialed["notify"])
	c.Webhooks = notifyv1.NewWebhookServiceClient(dialed["notify"])
	c.Paging = notifyv1.NewPagingServiceClient(dialed["notify"])
	c.Extracts = reportingv1.NewExtractServiceClient(dialed["reporting"])
	c.Reporting = reportingv1.NewReportingServiceClient(dialed["reporting"])
	return c, nil
}

// Close ends the connections.
func (c *Client) Close() error {
	var errs []error
	for _, conn := range c.conns {
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}

func dial(target string, cfg Config) (*grpc.ClientConn, error) {
	if target == "" {
		return nil, errors.New("no address is given")
	}
	return grpc.NewClient(target,
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: cfg.Roots, MinVersion: tls.VersionTLS13})),
		grpc.WithPerRPCCredentials(bearer{cfg.Tokens}),
		grpc.WithChainUnaryInterceptor(inLanguage(cfg.Language), traced(!cfg.Untraced), tryAgain(cfg.Patience, cfg.Retried)),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswerBytes)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 20 * time.Second, Timeout: 5 * time.Second}),
	)
}

func inLanguage(language string) grpc.UnaryClientInterceptor {
	return func(
		ctx context.Context, method string, req, reply any, conn *grpc.ClientConn, invoke grpc.UnaryInvoker,
		opts ...grpc.CallOption,
	) error {
		if language != "" {
			ctx = metadata.AppendToOutgoingContext(ctx, "accept-language", language)
		}
		return invoke(ctx, method, req, reply, conn, opts...)
	}
}

// Roots reads the certificates that servers must be signed by.
func Roots(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the services' CA: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read the services' CA: %s holds no certificate", file)
	}
	return pool, nil
}
