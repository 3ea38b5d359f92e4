package command

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// AddStakeholder puts a person on the list (R85).
func (c *Commands) AddStakeholder(ctx context.Context, r *notifyv1.AddStakeholderRequest) (*notifyv1.Stakeholder, error) {
	desk, person := resourcename.Desk(r.GetParent()), resourcename.ID(r.GetPerson())
	made := change{
		desk: desk, method: "AddStakeholder", resource: domain.StakeholderName(desk, person), requestID: r.GetRequestId(), payload: r,
	}
	return c.setStakeholder(ctx, made, "stakeholder.added", person, r.GetPriorities())
}

// RemoveStakeholder takes a person off the list.
func (c *Commands) RemoveStakeholder(ctx context.Context, r *notifyv1.RemoveStakeholderRequest) (*notifyv1.Stakeholder, error) {
	made := change{
		desk: resourcename.Desk(r.GetName()), method: "RemoveStakeholder", resource: r.GetName(),
		requestID: r.GetRequestId(), payload: r,
	}
	return c.setStakeholder(ctx, made, "stakeholder.removed", resourcename.ID(r.GetName()), []string{})
}

func (c *Commands) setStakeholder(
	ctx context.Context, made change, typ, person string, priorities []string,
) (*notifyv1.Stakeholder, error) {
	key := store.GetStakeholderParams{Desk: made.desk, Person: person}
	err := c.once(ctx, made, func(ctx context.Context, p *pg.Pipeline, call request.Request) ([]feed.Prepared, error) {
		q := store.New(p)
		before, err := q.GetStakeholder(ctx, key)
		if errors.Is(err, pgx.ErrNoRows) && len(priorities) == 0 {
			return nil, errUnknown
		} else if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, err
		}
		after := store.Stakeholder{Desk: made.desk, Person: person, Priorities: priorities, CreatedAt: c.Clock.Now()}
		events, head, err := feed.Prepare(headOf(before.Revision, before.ChainHash, before.LastEventAt), []feed.Draft{{
			Desk: made.desk, Resource: made.resource, Type: typ,
			Payload: &notifyv1.StakeholderEvent{Stakeholder: StakeholderAnswer(after)},
			Actor:   actor(ctx, made.desk), Cause: &eventv1.Cause{RequestId: call.ID.String()}, Traceparent: feed.Traceparent(ctx),
			Audience: []string{"persons/" + person, "roles/administrator", "roles/incident_manager"},
		}}, c.Clock.Now())
		if err != nil {
			return nil, err
		}
		return events, q.PutStakeholder(ctx, store.PutStakeholderParams{
			Desk: made.desk, Person: person, Priorities: priorities, CreatedAt: after.CreatedAt,
			Revision: head.Revision, ChainHash: head.Hash, LastEventAt: &head.Time,
		})
	})
	if err != nil {
		return nil, err
	}
	row, err := store.New(c.Pool).GetStakeholder(ctx, key)
	if err != nil {
		return nil, pg.Translate(err)
	}
	return StakeholderAnswer(row), nil
}

// StakeholderAnswer is a stakeholder as the contract shows them.
func StakeholderAnswer(row store.Stakeholder) *notifyv1.Stakeholder {
	return &notifyv1.Stakeholder{
		Name: domain.StakeholderName(row.Desk, row.Person), Person: domain.PersonName(row.Desk, row.Person),
		Priorities: row.Priorities, CreateTime: timestamppb.New(row.CreatedAt),
	}
}

// WriteToStakeholders sends the incident manager's letter to whoever hears of tickets of its priority (R86). ticket is what the
// caller saw. It is no event of the ticket: letters about one are counted, and told apart by that.
func (c *Commands) WriteToStakeholders(
	ctx context.Context, r *notifyv1.WriteToStakeholdersRequest, ticket *triagev1.Ticket,
) (*notifyv1.WriteToStakeholdersResponse, error) {
	desk, number := resourcename.Desk(r.GetParent()), resourcename.ID(r.GetTicket())
	principal, _ := auth.FromContext(ctx)
	id := uuid.NewSHA1(uuid.MustParse(r.GetRequestId()), []byte(r.GetTicket()))
	answer := new(notifyv1.WriteToStakeholdersResponse)
	made := change{
		desk: desk, method: "WriteToStakeholders", resource: r.GetParent() + "/letters/" + id.String(),
		requestID: r.GetRequestId(), payload: r,
	}
	persons, err := store.New(c.Pool).StakeholdersOf(ctx, store.StakeholdersOfParams{Desk: desk, Priority: ticket.GetPriority()})
	if err != nil {
		return nil, pg.Translate(err)
	}
	if len(persons) == 0 {
		return nil, fault.New(codes.FailedPrecondition, reasonNoStakeholders)
	}
	answer.Recipients = int32(len(persons)) //nolint:gosec // a list that people keep
	return answer, c.once(ctx, made, func(ctx context.Context, p *pg.Pipeline, _ request.Request) ([]feed.Prepared, error) {
		q, now := store.New(p), c.Clock.Now()
		if err := q.InsertLetter(ctx, store.InsertLetterParams{
			Desk: desk, Letter: id, Ticket: number, Author: principal.Person, Subject: r.GetSubject(), Body: r.GetBody(), CreatedAt: now,
		}); err != nil {
			return nil, err
		}
		rows := make([]store.Notification, len(persons))
		for i, person := range persons {
			told := domain.Told{Rule: "letter." + id.String(), Recipient: "persons/" + person, Medium: notifyv1.Medium_MEDIUM_MAIL}
			notification := domain.NotificationID(domain.LetterRef(desk, id), told, now)
			rows[i] = store.Notification{
				Desk: desk, Notification: notification, Ticket: number, EventRevision: 1, EventType: WrittenToStakeholders,
				Rule: told.Rule, Recipient: person, Template: "letter", Person: principal.Person,
				TicketStatus: int16(ticket.GetStatus()), Audience: letterAudience(ticket, principal.Person, told.Recipient),
				MessageID: c.messageID(desk, number, notification), Traceparent: feed.Traceparent(ctx), Letter: &id, Urgent: true,
				Delivery: int16(notifyv1.Delivery_DELIVERY_QUEUED), Medium: int16(told.Medium), Party: domain.Key(ticket.GetHolderParty()),
			}
		}
		if _, err := insert(ctx, p, rows, now); err != nil {
			return nil, err
		}
		return nil, c.keepDeliveries(ctx, p, rows)
	})
}

// letterAudience are who reads in the ledger that a letter was sent: whoever wrote it and whoever got it, and the owner's people
// where the ticket is not restricted (R149).
func letterAudience(ticket *triagev1.Ticket, author, recipient string) []string {
	keys := []string{recipient, "persons/" + author}
	if owner := ticket.GetOwnerParty(); owner != "" && !ticket.GetRestricted() {
		keys = append(keys, domain.Key(owner))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
