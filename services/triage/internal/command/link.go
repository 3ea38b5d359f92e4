package command

import (
	"context"
	"regexp"
	"time"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// LinkTicket links a ticket with another of the desk (R19, R124), or with something in another tool (R97, R125).
func (c *Tickets) LinkTicket(ctx context.Context, r *triagev1.LinkTicketRequest) (*triagev1.Ticket, error) {
	made := call{action: "LinkTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r}
	if r.GetTicket() == "" {
		link, err := elsewhere(r)
		if err != nil {
			return nil, err
		}
		return c.change(ctx, made, func(s scene) (domain.Outcome, error) {
			if s.Has(link) {
				return domain.Outcome{Ticket: s.Ticket}, nil
			}
			if err := numberFits(s.Desk, "tool", "external_id", link.GetTool(), link.GetExternalId()); err != nil {
				return domain.Outcome{}, err
			}
			return s.Link(link, s.at)
		})
	}
	if err := otherTicket(r.GetName(), r.GetTicket(), "ticket"); err != nil {
		return nil, err
	}
	return c.changeBoth(ctx, pair{
		call: made, other: r.GetTicket(), alone: linksOf(r.GetName()),
		keep: func(ctx context.Context, p *pg.Pipeline, this, other *store.Ticket) error {
			return c.follow(ctx, p, this, other, r.GetKind())
		},
	}, func(ctx context.Context, p *pg.Pipeline, s scene, other domain.Ticket) (this, that domain.Outcome, err error) {
		if s.Has(&triagev1.Link{Kind: r.GetKind(), Ticket: r.GetTicket()}) {
			return domain.Outcome{Ticket: s.Ticket}, domain.Outcome{Ticket: other}, nil
		}
		upwards, err := upwards(ctx, p, r.GetTicket(), r.GetKind())
		if err != nil {
			return domain.Outcome{}, domain.Outcome{}, err
		}
		return s.LinkTo(other, r.GetKind(), upwards, s.at)
	})
}

// UnlinkTicket takes a link back, on both sides.
func (c *Tickets) UnlinkTicket(ctx context.Context, r *triagev1.UnlinkTicketRequest) (*triagev1.Ticket, error) {
	made := call{action: "UnlinkTicket", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r}
	if r.GetTicket() == "" {
		link, err := elsewhere(r)
		if err != nil {
			return nil, err
		}
		return c.change(ctx, made, func(s scene) (domain.Outcome, error) { return s.Unlink(link, s.at) })
	}
	if err := otherTicket(r.GetName(), r.GetTicket(), "ticket"); err != nil {
		return nil, err
	}
	return c.changeBoth(ctx, pair{
		call: made, other: r.GetTicket(), alone: linksOf(r.GetName()),
		keep: func(ctx context.Context, p *pg.Pipeline, this, other *store.Ticket) error {
			return store.New(p).UnlinkTickets(ctx, store.UnlinkTicketsParams{
				Desk: resourcename.ID(this.Desk.Name), Other: other.Number(), Kind: int16(r.GetKind()), Number: this.Number(),
			})
		},
	}, func(_ context.Context, _ *pg.Pipeline, s scene, other domain.Ticket) (this, that domain.Outcome, err error) {
		if this, err = s.Unlink(&triagev1.Link{Kind: r.GetKind(), Ticket: r.GetTicket()}, s.at); err != nil {
			return domain.Outcome{}, domain.Outcome{}, err
		}
		return this, other.UnlinkedFrom(s.Ticket, r.GetKind(), s.at), nil
	})
}

// follow keeps who is at the other end of a link, and how much of what happened to the other has been carried over: nothing of
// what was before, but the solution of one that is solved already.
func (c *Tickets) follow(ctx context.Context, p *pg.Pipeline, this, other *store.Ticket, kind triagev1.LinkKind) error {
	carried := other.Head.Revision
	solved := other.Facts.GetStatus() == process.Resolved || other.Facts.GetStatus() == process.Closed
	if version := other.Facts.GetTextVersions().GetSolution(); solved && version > 0 {
		carried = version - 1
	}
	if err := store.New(p).LinkTickets(ctx, store.LinkTicketsParams{
		Desk: resourcename.ID(this.Desk.Name), Other: other.Number(), Kind: int16(kind), Number: this.Number(), Carried: carried,
	}); err != nil {
		return err
	}
	if carried == other.Head.Revision || !Follows(kind) {
		return nil
	}
	return c.Writer.Timers.Keep(ctx, p, FollowMain{Main: other.Facts.GetName()}, time.Time{})
}

// linksOf is what every step has for itself that links tickets of a desk: of links that would close a ring together, one must
// see the other (R124). Links are rare beside everything else that is done with tickets.
func linksOf(ticket string) []string { return []string{deskOf(ticket) + "/links"} }

// upwards are the tickets that a ticket's links of a kind lead to, however far.
func upwards(ctx context.Context, p *pg.Pipeline, ticket string, kind triagev1.LinkKind) ([]string, error) {
	if !domain.Ordered(kind) {
		return nil, nil
	}
	numbers, err := store.New(p).LinkUpwards(ctx, store.LinkUpwardsParams{
		Desk: resourcename.Desk(ticket), Kind: int16(kind), Start: resourcename.ID(ticket),
	})
	for i, number := range numbers {
		numbers[i] = deskOf(ticket) + "/tickets/" + number
	}
	return numbers, err
}

// elsewhere is a link to something in another tool.
func elsewhere(r interface {
	GetKind() triagev1.LinkKind
	GetTool() string
	GetExternalId() string
},
) (*triagev1.Link, error) {
	switch {
	case r.GetTool() == "":
		return nil, invalid("ticket", "link.one_end")
	case r.GetExternalId() == "":
		return nil, invalid("external_id", "required")
	case r.GetKind() == triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT:
		return nil, invalid("ticket", "required")
	}
	return &triagev1.Link{Kind: r.GetKind(), Tool: r.GetTool(), ExternalId: r.GetExternalId()}, nil
}

// otherTicket refuses a ticket of another desk, and the ticket itself.
func otherTicket(name, other, in string) error {
	if err := sameDesk(deskOf(name), field{in, other}); err != nil {
		return err
	}
	if name == other {
		return invalid(in, "link.itself")
	}
	return nil
}

// numberFits refuses a tool that the desk's profile does not know, and numbers that the tool does not have (R34).
func numberFits(desk domain.Desk, toolField, idField, tool, id string) error {
	for _, known := range desk.Process.Settings().GetTools() {
		if known.GetId() != tool {
			continue
		}
		pattern, err := regexp.Compile("^(?:" + known.GetNumberPattern() + ")$")
		if err == nil && known.GetNumberPattern() != "" && !pattern.MatchString(id) {
			return invalid(idField, "tool.number")
		}
		return err
	}
	if desk.Process == nil || toolField == "" {
		return nil
	}
	return invalid(toolField, domain.UnknownToProfile)
}
