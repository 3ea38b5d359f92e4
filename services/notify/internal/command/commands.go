// Package command holds what notify does: it hears events and writes down whom to tell, delivers what is written down, and
// tries again what failed.
package command

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// Courier carries the messages of one medium.
type Courier interface {
	// Address is where the medium reaches a person; empty where it does not.
	Address(person *intakev1.Person) string
	// Send hands messages over, and says what came of each.
	Send(ctx context.Context, messages []domain.Dispatch) []domain.Attempt
}

// Commands change the ledger.
type Commands struct {
	Pool  *pgxpool.Pool
	Clock clock.Clock
	Wake  *feed.Wake
	Jobs  *jobs.Client

	// Where a message's words come from when it is sent: contact data, the ticket's texts, an event's reason.
	Intake    intakev1.PersonServiceClient
	Triage    triagev1.TicketServiceClient
	Events    feed.Source
	Templates *domain.Templates
	Editions  *Editions

	// Couriers of the media there are. What another would carry is suppressed.
	Couriers map[notifyv1.Medium]Courier
	Metrics  *Metrics
	Patience domain.Patience
	Calm     domain.Calm

	// References sign Message-IDs, so that a reply finds its ticket, and Links what can be answered without signing in.
	References *mailref.Signer
	Links      *Links
	// Board has what is about no ticket's event.
	Board *Board
	// Answers has what is said to whoever wrote a mail.
	Answers *Answers

	// MailDomain is where Message-IDs are made.
	MailDomain string
	// TicketURL shows a ticket, with {desk} and {ticket} in it; empty where the desk has no page.
	TicketURL string
	// SendTimeout is the longest time that one message may take.
	SendTimeout time.Duration
	// JobTimeout is how long one delivery may take.
	JobTimeout time.Duration
	// RetryAfter is when a delivery goes on that could not be prepared, because intake or triage is away.
	RetryAfter time.Duration
}

// call is what every mutating call brings: who, and what makes its repetition recognisable.
func call(ctx context.Context, desk, method, id string, message proto.Message) (request.Request, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return request.Request{}, err // the contract's own rule has refused it before
	}
	principal, _ := auth.FromContext(ctx)
	return request.Request{
		Desk: desk, Principal: principal.Entity().String(), Method: method, ID: parsed, Payload: request.Fingerprint(message),
	}, nil
}

// actor is the caller as events name them; notify itself in the background.
func actor(ctx context.Context, desk string) *eventv1.Actor {
	principal, _ := auth.FromContext(ctx)
	if principal.Person == "" {
		return &eventv1.Actor{Service: serviceName}
	}
	return &eventv1.Actor{Service: principal.Service, Person: domain.PersonName(desk, principal.Person)}
}

const serviceName = "notify"

// asNotify asks other services in notify's own name: a recipient needs no right to read what is written to them.
func asNotify(ctx context.Context) context.Context {
	return auth.NewContext(ctx, auth.Principal{Service: serviceName})
}
