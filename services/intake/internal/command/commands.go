// Package command holds what people and programs do with submissions and persons, one file each: load, decide, write, emit.
package command

import (
	"context"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/reception"
)

// Commands change intake's data.
type Commands struct {
	Pool *pgxpool.Pool
	// Writes are the transactions of submissions, shared by those that come at the same moment.
	Writes *pg.Shared
	Clock  clock.Clock
	Wake   *feed.Wake
	Triage triagev1.TicketServiceClient
	Sights triagev1.SightServiceClient
	// Registrations finishes what was registered while triage was away.
	Registrations Registrations
	// Links makes inquiries about what is announced (R19).
	Links  Linker
	Jobs   *jobs.Client
	Logger *slog.Logger
	// Inbox settles what comes in without a caller.
	Inbox *Inbox
	// Blobs keeps what is too large for a row.
	Blobs *blobstore.Store
	// Scanner looks for malware in what is received; nil where none is configured.
	Scanner Scanner
	// UploadTimeout bounds how long a file may take to be received.
	UploadTimeout time.Duration
	// Reception is what the desks' processes say about coming in; Memberships are the parties of who reports.
	Reception   *reception.Desks
	Memberships *membership.Store

	// InlineTimeout bounds how long a reporter waits for triage; RetryAfter is when the backstop tries.
	InlineTimeout, RetryAfter time.Duration
}

// call is what every mutating call brings: who, and what makes its repetition recognisable.
func (c *Commands) call(ctx context.Context, desk, method string, id string, message proto.Message) (request.Request, error) {
	parsed, err := uuid.Parse(id)
	if err != nil {
		return request.Request{}, err // the contract's own rule has refused it before
	}
	principal, _ := auth.FromContext(ctx)
	return request.Request{
		Desk: desk, Principal: principal.Entity().String(), Method: method, ID: parsed, Payload: request.Fingerprint(message),
	}, nil
}

// actor is the caller as events name them.
func actor(ctx context.Context, desk string) *eventv1.Actor {
	principal, _ := auth.FromContext(ctx)
	a := &eventv1.Actor{Service: principal.Service}
	if principal.Person != "" {
		a.Person = domain.PersonName(desk, principal.Person)
	}
	return a
}
