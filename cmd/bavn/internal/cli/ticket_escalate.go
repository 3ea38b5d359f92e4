package cli

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketRoute sends a ticket where the process says that it belongs.
type TicketRoute struct {
	Change
	Reason string `placeholder:"TEXT" help:"What the receiver should know; the reason of the process's rule if left out."`
}

// Run sends it and says why there.
func (c *TicketRoute) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	request := &triagev1.RouteTicketRequest{Name: c.name(s), RequestId: c.id(), Etag: c.ETag}
	if c.Reason != "" {
		request.Reason = text(c.Reason, "")
	}
	routed, err := connected.Escalation.RouteTicket(ctx, request)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(routed)
	}
	s.Printf("%s\nbelongs to %s by %s %s\n", s.standing(routed.GetTicket()), resource.Short(routed.GetDecision().GetAnswer()),
		routed.GetDecision().GetRule(), routed.GetDecision().GetSource())
	return nil
}

// TicketEscalate turns to those who know more, or to a manager.
type TicketEscalate struct {
	Change
	Rule         string `placeholder:"ID" help:"The escalation of the process; may be left out where there is one only."`
	To           string `placeholder:"PARTY[/GROUP]" help:"Where to, where it leads to several."`
	Hierarchical bool   `help:"To a manager, not to those who know more."`
	Text
}

// Run escalates; the text says why.
func (c *TicketEscalate) Run(ctx context.Context, s *session) error {
	to, err := holderName(s, c.To)
	if err != nil {
		return err
	}
	return s.escalate(ctx, func(ctx context.Context, service triagev1.EscalationServiceClient) (*triagev1.Ticket, error) {
		return service.EscalateTicket(ctx, &triagev1.EscalateTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Rule: c.Rule, Hierarchical: c.Hierarchical, To: to, Reason: c.localized(),
		})
	})
}

// holderName is the full name of a party or group; nothing for nothing.
func holderName(s *session, typed string) (string, error) {
	if typed == "" {
		return "", nil
	}
	party, group, err := resource.Holder(s.Desk, typed)
	if err != nil {
		return "", failure.New(failure.Usage, "", "--to: %w", err)
	}
	if group != "" {
		return group, nil
	}
	return party, nil
}

// escalate does something to a ticket and says where the ticket then stands.
func (s *session) escalate(
	ctx context.Context, do func(ctx context.Context, service triagev1.EscalationServiceClient) (*triagev1.Ticket, error),
) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	return s.change(ctx, func(ctx context.Context, _ triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return do(ctx, connected.Escalation)
	})
}

// TicketComplain complains about how a ticket is handled.
type TicketComplain struct {
	Change
	Text
}

// Run complains; a manager answers for it.
func (c *TicketComplain) Run(ctx context.Context, s *session) error {
	return s.escalate(ctx, func(ctx context.Context, service triagev1.EscalationServiceClient) (*triagev1.Ticket, error) {
		return service.Complain(ctx, &triagev1.ComplainRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
		})
	})
}

// TicketAnswer answers for an escalation or a complaint.
type TicketAnswer struct {
	Change
	Escalation int64 `placeholder:"NUMBER" help:"Which of the ticket's escalations; the oldest that is open if left out."`
	Text
}

// Run answers; the text says what was done.
func (c *TicketAnswer) Run(ctx context.Context, s *session) error {
	return s.escalate(ctx, func(ctx context.Context, service triagev1.EscalationServiceClient) (*triagev1.Ticket, error) {
		return service.AnswerEscalation(ctx, &triagev1.AnswerEscalationRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Number: c.Escalation, Note: c.localized(),
		})
	})
}

// TicketForward sends on what came to the wrong department.
type TicketForward struct {
	Change
	To string `required:"" placeholder:"PARTY[/GROUP]" help:"Where it belongs."`
	Text
}

// Run sends it on; the person is told that we have it.
func (c *TicketForward) Run(ctx context.Context, s *session) error {
	to, err := holderName(s, c.To)
	if err != nil {
		return err
	}
	return s.escalate(ctx, func(ctx context.Context, service triagev1.EscalationServiceClient) (*triagev1.Ticket, error) {
		return service.ForwardTicket(ctx, &triagev1.ForwardTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, To: to, Reason: c.localized(),
		})
	})
}

// TicketAttest attests that a contact was phoned.
type TicketAttest struct {
	Change
	Contact string    `arg:"" help:"The contact that was phoned, such as national_desk."`
	At      time.Time `format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"When; now if left out."`
	By      string    `placeholder:"PERSON" help:"Who phoned; the reporter if left out."`
}

// Run attests it.
func (c *TicketAttest) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	if c.At.IsZero() {
		c.At = s.clock.Now()
	}
	return s.change(ctx, func(ctx context.Context, _ triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return connected.Attestation.AttestCall(ctx, &triagev1.AttestCallRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Call: &triagev1.AttestedCall{
				Contact: c.Contact, CallTime: timestamppb.New(c.At), Caller: resource.Person(s.Desk, c.By),
			},
		})
	})
}

// TicketUnattested lists tickets of which somebody must still be phoned.
type TicketUnattested struct {
	Limit int `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *TicketUnattested) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	tickets, err := pages(c.Limit, func(size int32, token string) ([]*triagev1.Ticket, string, error) {
		page, err := connected.Attestation.ListUnattested(ctx, &triagev1.ListUnattestedRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		return page.GetTickets(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	return s.printTickets(tickets)
}

// TicketEscalations lists what somebody must still answer for.
type TicketEscalations struct{}

// Run prints a table.
func (*TicketEscalations) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	open, err := pages(0, func(size int32, token string) ([]*triagev1.OpenEscalation, string, error) {
		page, err := connected.Escalation.ListEscalations(ctx, &triagev1.ListEscalationsRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		return page.GetEscalations(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListEscalationsResponse{Escalations: open})
	}
	table := s.Table("NUMBER", "PRIO", "SINCE", "WHAT", "WHO ANSWERS", "ESCALATION")
	for _, e := range open {
		record, what := e.GetEscalation(), "escalation"
		if record.GetComplaint() {
			what = "complaint"
		}
		table.Row(resource.ID(e.GetTicket()), e.GetPriority(), s.Time(record.GetEscalateTime().AsTime()), what,
			answerer(record), record.GetRule())
	}
	return table.Print(s.Out)
}

// answerer is who must answer for an escalation.
func answerer(record *triagev1.EscalationRecord) string {
	if record.GetPerson() != "" {
		return resource.Short(record.GetPerson())
	}
	if len(record.GetRoles()) > 0 {
		return record.GetRoles()[0]
	}
	return "the authority"
}
