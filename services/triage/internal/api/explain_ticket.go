package api

import (
	"context"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// explainedEvents is how far back it is looked for who was told.
const explainedEvents = 500

// ExplainTicket says why a ticket is as it is, and what the caller may do with it now.
func (e *Explanations) ExplainTicket(
	ctx context.Context, r *triagev1.ExplainTicketRequest,
) (*triagev1.ExplainTicketResponse, error) {
	ticket, _, caller, err := e.Reads.seen(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := e.Reads.Access.Ticket(ctx, caller, "ExplainTicket", &ticket.Ticket, ticket.Audience, false); err != nil {
		return nil, err
	}
	if err := e.Reads.bind(ticket); err != nil {
		return nil, err
	}
	answer := &triagev1.ExplainTicketResponse{
		Name: r.GetName(), Profile: ticket.Profile, Decisions: ticket.Decisions, Deadlines: ticket.Facts.GetDeadlines(),
	}
	if p := ticket.Desk.Process; p != nil {
		answer.ProfileVersion = p.Version()
	}
	if answer.Steps, err = e.Reads.steps(ctx, caller, ticket); err != nil {
		return nil, err
	}
	answer.Told, err = e.Reads.told(ctx, caller, ticket)
	return answer, err
}

// bind gives a ticket the process that its desk follows now.
func (r *Reads) bind(t *store.Ticket) error { return command.Bind(r.Profiles, t, r.Clock.Now()) }

// steps are all that people take on a ticket, each with what stands in its way.
func (r *Reads) steps(ctx context.Context, caller *access.Caller, t *store.Ticket) ([]*triagev1.StepExplanation, error) {
	parts := caller.Parts(&t.Ticket)
	var all []*triagev1.StepExplanation
	for _, step := range process.Steps() {
		action, internal, people := access.ActionOf(step)
		if !people {
			continue
		}
		explained := &triagev1.StepExplanation{Step: string(step)}
		if refused := t.Obstacle(step); refused != nil {
			explained.Obstacles = append(explained.Obstacles, lifeCycleObstacle(refused))
		}
		if err := r.Access.Ticket(ctx, caller, action, &t.Ticket, t.Audience, internal); err != nil {
			if !fault.Is(err, fault.PermissionDenied) {
				return nil, err
			}
			explained.Obstacles = append(explained.Obstacles, &triagev1.Obstacle{
				Reason: fault.PermissionDenied, Rule: "access/" + action,
			})
		}
		verdict, err := t.Judge(domain.Attempt{
			Step: step, Parts: parts, Roles: caller.Roles(), Told: domain.AtBest(step),
		}, r.Clock.Now())
		if err != nil {
			return nil, err
		}
		explainVerdict(explained, verdict, action)
		explained.Possible = len(explained.Obstacles) == 0
		all = append(all, explained)
	}
	return all, nil
}

// explainVerdict adds what the desk's process says of a step: who takes it, what must be known, which gates guard it.
func explainVerdict(explained *triagev1.StepExplanation, verdict domain.Verdict, action string) {
	if verdict.NotGiven {
		explained.Obstacles = append(explained.Obstacles, &triagev1.Obstacle{Reason: fault.PermissionDenied, Rule: "access/" + action})
	}
	for _, refusal := range verdict.Refusals {
		satisfy := command.Satisfy(process.Step(explained.GetStep()), refusal)
		explained.Obstacles = append(explained.Obstacles, obstacle(refusal.Reason, refusal.Why, satisfy))
	}
	for _, demand := range verdict.Missing {
		explained.Obstacles = append(explained.Obstacles, obstacle(command.FactsMissing, demand.Why,
			&profilev1.Text{En: "Say " + demand.Fact, Da: "Angiv " + demand.Fact, Sv: "Ange " + demand.Fact}))
	}
	for _, gate := range verdict.Gates {
		shown := &triagev1.GateExplanation{
			Gate: gate.Gate.GetId(), Label: gate.Gate.GetLabel(), Open: gate.Open, Condition: gate.Why.Condition,
			Inputs: gate.Why.Inputs, OverrideRoles: gate.Gate.GetOverrideRoles(), Source: gate.Why.Source, Derived: gate.Why.Derived,
		}
		if !gate.Open {
			shown.Satisfy = gate.Gate.GetRefusal()
		}
		explained.Gates = append(explained.Gates, shown)
	}
}

func obstacle(reason string, why profile.Why, satisfy *profilev1.Text) *triagev1.Obstacle {
	return &triagev1.Obstacle{
		Reason: reason, Rule: why.Rule, Condition: why.Condition, Inputs: why.Inputs, Satisfy: satisfy,
		Source: why.Source, Derived: why.Derived,
	}
}

func lifeCycleObstacle(r *process.Rejection) *triagev1.Obstacle {
	return &triagev1.Obstacle{Reason: r.Reason, Rule: r.Rule(), Satisfy: &profilev1.Text{En: r.Satisfy}, Source: r.Source}
}

// told are the messages that were asked for, of the events that the caller may see.
func (r *Reads) told(ctx context.Context, caller *access.Caller, t *store.Ticket) ([]*triagev1.Told, error) {
	rows, err := store.New(r.Pool).EventsOfTicket(ctx, store.EventsOfTicketParams{
		Desk: strings.TrimPrefix(t.Desk.Name, "desks/"), Resource: t.Facts.GetName(), Keys: caller.Keys(), Limit: explainedEvents,
	})
	if err != nil {
		return nil, fmt.Errorf("read events of %s: %w", t.Facts.GetName(), err)
	}
	var all []*triagev1.Told
	for _, row := range rows {
		record, payload := new(eventv1.Record), new(triagev1.TicketEvent)
		if err := proto.Unmarshal(row.Stored, record); err != nil {
			return nil, fmt.Errorf("decode %s@%d: %w", t.Facts.GetName(), row.Revision, err)
		}
		if !record.GetPayload().MessageIs(payload) {
			continue // not of the ticket's life: that its texts were erased
		}
		if err := record.GetPayload().UnmarshalTo(payload); err != nil {
			return nil, fmt.Errorf("decode %s@%d: %w", t.Facts.GetName(), row.Revision, err)
		}
		for _, request := range payload.GetNotifications() {
			all = append(all, &triagev1.Told{
				Event: row.Type, Revision: row.Revision, TellTime: timestamppb.New(row.OccurredAt), Request: request,
			})
		}
	}
	return all, nil
}
