package command

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Tools connect desks with the parties' own tools, and follow what those say.
type Tools struct {
	*Commands
	Directory triagev1.DirectoryServiceClient
	Links     triagev1.LinkServiceClient
	Profiles  triagev1.ProfileServiceClient
	// Secrets seals what tools sign with; nil where no key is configured, and then no tool can be given a secret.
	Secrets *pagetoken.Sealer
}

// connectionEvent is an event of a connection: its facts, and whose business it is.
func connectionEvent(
	ctx context.Context, call request.Request, desk store.Desk, c *intakev1.Connection, eventType string,
) feed.Draft {
	audience := []string{"parties/" + desk.AuthorityParty}
	if party := "parties/" + resourcename.ID(c.GetParty()); party != audience[0] {
		audience = append(audience, party)
	}
	return feed.Draft{
		Desk: call.Desk, Resource: c.GetName(), Type: eventType, Payload: &intakev1.ConnectionEvent{Connection: c},
		Actor: actor(ctx, call.Desk), Cause: &eventv1.Cause{RequestId: call.ID.String()},
		Traceparent: feed.Traceparent(ctx), Audience: audience,
	}
}

func connectionFacts(c *intakev1.Connection) ([]byte, error) {
	c.Etag = ""
	facts, err := proto.MarshalOptions{Deterministic: true}.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("keep connection: %w", err)
	}
	return facts, nil
}

// mustWork refuses a connection that cannot.
func mustWork(c *intakev1.Connection) error {
	flaw, works := domain.CheckConnection(c)
	if works {
		return nil
	}
	return fault.New(codes.InvalidArgument, fault.InvalidArgument).Fields(fault.FieldViolation{
		Path: flaw.Field, Rule: flaw.Rule, Limit: flaw.Limit,
	})
}

// asTool is the context of a call that is made as a connection's tool: with the rights that it was given in the desk.
func asTool(ctx context.Context, c *intakev1.Connection) context.Context {
	return auth.AsTool(ctx, auth.Tool(resourcename.ID(c.GetName())))
}

// requestOf is the request id of a call that follows from something: the same however often it is followed.
func requestOf(from uuid.UUID, what string) string { return uuid.NewSHA1(from, []byte(what)).String() }

// secretQuery binds a sealed secret to its connection: that of another cannot be put in its place.
func secretQuery(desk, connection string) pagetoken.Query {
	return pagetoken.Query{Desk: desk, Principal: connection, Method: "connection secret"}
}

// previousGood is how long the secret before the newest is good.
const previousGood = 24 * time.Hour
