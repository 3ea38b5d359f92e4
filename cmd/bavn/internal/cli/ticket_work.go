package cli

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketTake takes a ticket from the pile.
type TicketTake struct{ Change }

// Run makes the caller the assignee.
func (c *TicketTake) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.TakeTicket(ctx, &triagev1.TakeTicketRequest{Name: c.name(s), RequestId: c.id(), Etag: c.ETag})
	})
}

// TicketTakeNext takes the next ticket of a pile.
type TicketTakeNext struct {
	Pile string `arg:"" help:"Your party (netic) or group (netic/drift)."`
	Request
}

// Run takes it.
func (c *TicketTakeNext) Run(ctx context.Context, s *session) error {
	party, group, err := resource.Holder(s.Desk, c.Pile)
	if err != nil {
		return failure.New(failure.Usage, "", "%w", err)
	}
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.TakeNextTicket(ctx, &triagev1.TakeNextTicketRequest{
			Parent: s.desk(), Party: party, Group: group, RequestId: c.id(),
		})
	})
}

// TicketAssign gives a ticket to a group or person.
type TicketAssign struct {
	Change
	Group  string `placeholder:"PARTY/GROUP" help:"The group; the present one if left out."`
	Person string `placeholder:"PERSON" help:"The person; nobody leaves it in the group's queue."`
}

// Run assigns.
func (c *TicketAssign) Run(ctx context.Context, s *session) error {
	group := ""
	if c.Group != "" {
		var err error
		if _, group, err = resource.Holder(s.Desk, c.Group); err != nil || group == "" {
			return failure.New(failure.Usage, "", "--group: %q is no group (netic/drift)", c.Group)
		}
	}
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.AssignTicket(ctx, &triagev1.AssignTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Group: group, Assignee: resource.Person(s.Desk, c.Person),
		})
	})
}

// TicketStart starts the work.
type TicketStart struct{ Change }

// Run starts it.
func (c *TicketStart) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.StartWork(ctx, &triagev1.StartWorkRequest{Name: c.name(s), RequestId: c.id(), Etag: c.ETag})
	})
}

// TicketUpdate changes a ticket's own facts.
type TicketUpdate struct {
	Change
	Title    *string           `placeholder:"TEXT" help:"A better title."`
	Impact   *string           `placeholder:"low|medium|high|major" help:"How much it hurts."`
	Priority *string           `placeholder:"P1" help:"By the desk's scheme."`
	Owner    *string           `placeholder:"PERSON" help:"Who follows it for the party that answers for it."`
	Label    map[string]string `placeholder:"NAME=VALUE" help:"Replaces all labels."`
}

// Run changes what was given and nothing else.
func (c *TicketUpdate) Run(ctx context.Context, s *session) error {
	ticket := &triagev1.Ticket{Name: c.name(s), Etag: c.ETag}
	mask := &fieldmaskpb.FieldMask{}
	if c.Title != nil {
		ticket.Title, mask.Paths = *c.Title, append(mask.Paths, "title")
	}
	if c.Impact != nil {
		impact, ok := triagev1.Impact_value["IMPACT_"+enumName(*c.Impact)]
		if !ok {
			return failure.New(failure.Usage, "low, medium, high or major", "--impact: %q is no impact", *c.Impact)
		}
		ticket.Impact, mask.Paths = triagev1.Impact(impact), append(mask.Paths, "impact")
	}
	if c.Priority != nil {
		ticket.Priority, mask.Paths = *c.Priority, append(mask.Paths, "priority")
	}
	if c.Owner != nil {
		ticket.Owner, mask.Paths = resource.Person(s.Desk, *c.Owner), append(mask.Paths, "owner")
	}
	if c.Label != nil {
		ticket.Labels, mask.Paths = c.Label, append(mask.Paths, "labels")
	}
	if len(mask.GetPaths()) == 0 {
		return failure.New(failure.Usage, "give --title, --impact, --priority, --owner or --label", "nothing to change")
	}
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.UpdateTicket(ctx, &triagev1.UpdateTicketRequest{Ticket: ticket, UpdateMask: mask, RequestId: c.id()})
	})
}

// TicketNote writes a note.
type TicketNote struct {
	Change
	Text
	Internal bool `short:"i" help:"For the parties only; not for reporter and affected user."`
}

// Run writes it.
func (c *TicketNote) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.AddNote(ctx, &triagev1.AddNoteRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Note: c.localized(), Internal: c.Internal,
		})
	})
}

// TicketLog records work.
type TicketLog struct {
	Change
	Text
	Minutes int32 `short:"m" placeholder:"N" help:"How long it took."`
}

// Run records it.
func (c *TicketLog) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.LogWork(ctx, &triagev1.LogWorkRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Text: c.localized(), Minutes: c.Minutes,
		})
	})
}

// TicketHold lets a ticket wait.
type TicketHold struct {
	Change
	Text
	For   string     `required:"" enum:"user,supplier,release,other" help:"What it waits for: user, supplier, release or other."`
	Sub   string     `placeholder:"STATUS" help:"The desk's own finer word for it, a sub-status of its profile."`
	Until *time.Time `placeholder:"TIME" help:"When it is taken up again by itself, such as 2026-03-01T08:00:00+01:00."`
}

// waits are what a ticket can wait for, and the status that says so (R94-R97).
var waits = map[string]triagev1.TicketStatus{
	"user":     triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER,
	"supplier": triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER,
	"release":  triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE,
	"other":    triagev1.TicketStatus_TICKET_STATUS_ON_HOLD,
}

// Run holds it; the text says what is missing.
func (c *TicketHold) Run(ctx context.Context, s *session) error {
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		request := &triagev1.HoldTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Status: waits[c.For], Reason: c.localized(), SubStatus: c.Sub,
		}
		if c.Until != nil {
			request.Until = timestamppb.New(*c.Until)
		}
		return tickets.HoldTicket(ctx, request)
	})
}

// TicketResume takes a waiting ticket up again.
type TicketResume struct {
	Change
	Note         string `placeholder:"TEXT" help:"What came in the meantime."`
	TextLanguage string `placeholder:"da|sv|en" help:"Language of the note; that of the desk if left out."`
}

// Run resumes it.
func (c *TicketResume) Run(ctx context.Context, s *session) error {
	request := &triagev1.ResumeTicketRequest{Name: c.name(s), RequestId: c.id(), Etag: c.ETag}
	if c.Note != "" {
		request.Note = text(c.Note, c.TextLanguage)
	}
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.ResumeTicket(ctx, request)
	})
}

// TicketResolve says that a ticket is solved.
type TicketResolve struct {
	Change
	Text
	Override
	Workaround bool   `short:"w" help:"The user can go on, the cause remains."`
	Cause      string `placeholder:"TEXT" help:"Why it happened, where that is known."`
}

// Run resolves it; the text is the solution, and what it means for the reporter.
func (c *TicketResolve) Run(ctx context.Context, s *session) error {
	kind := triagev1.SolutionKind_SOLUTION_KIND_PERMANENT
	if c.Workaround {
		kind = triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND
	}
	var cause *commonv1.LocalizedText
	if c.Cause != "" {
		cause = text(c.Cause, c.TextLanguage)
	}
	return s.change(ctx, func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error) {
		return tickets.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Solution: c.localized(), SolutionKind: kind,
			OverrideReason: c.reason(), RootCause: cause,
		})
	})
}
