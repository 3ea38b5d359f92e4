package cli

import (
	"context"
	"strconv"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Page is everything about calls to those on duty.
type Page struct {
	List    PageList    `cmd:"" help:"List calls to those on duty, newest first."`
	Ack     PageAck     `cmd:"" help:"Answer a call: nobody else is called."`
	Request PageRequest `cmd:"" help:"Call those on duty about a ticket."`
	Calls   PageCalls   `cmd:"" help:"Show how each of them was called, and what became of it."`
}

// PageList lists calls.
type PageList struct {
	Ticket     string `arg:"" optional:"" help:"Only those about this ticket."`
	Unanswered bool   `help:"Only those that nobody has answered."`
	Limit      int    `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *PageList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	ticket := ""
	if c.Ticket != "" {
		ticket = resource.Ticket(s.Desk, c.Ticket)
	}
	list, err := pages(c.Limit, func(size int32, token string) ([]*triagev1.Page, string, error) {
		page, err := connected.OnCall.ListPages(ctx, &triagev1.ListPagesRequest{
			Parent: s.desk(), PageSize: size, PageToken: token, Ticket: ticket, Unanswered: c.Unanswered,
		})
		return page.GetPages(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListPagesResponse{Pages: list})
	}
	table := s.Table("PAGE", "TICKET", "STATE", "TURN", "CALLED", "SINCE", "ANSWERED BY")
	for _, p := range list {
		link := p.GetLinks()[int(p.GetTurn()-1)%len(p.GetLinks())]
		table.Row(resource.ID(p.GetName()), resource.ID(p.GetTicket()), word(p.GetState().String(), "PAGE_STATE_"),
			strconv.Itoa(int(p.GetTurn())), link.GetContact()+resource.Short(link.GetPerson()), s.Time(p.GetCallTime().AsTime()),
			resource.Short(p.GetAcknowledgedBy()))
	}
	return table.Print(s.Out)
}

// PageAck answers a call.
type PageAck struct {
	Page string `arg:"" help:"Id or full name of the call."`
	Turn int32  `placeholder:"NUMBER" help:"Refuse if the call has gone on since this turn."`
	Request
}

// Run answers it.
func (c *PageAck) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	page, err := connected.OnCall.AcknowledgePage(ctx, &triagev1.AcknowledgePageRequest{
		Name: s.desk() + "/pages/" + resource.ID(c.Page), RequestId: c.id(), Turn: c.Turn,
	})
	return s.made(page, page.GetName(), err)
}

// PageRequest calls those on duty.
type PageRequest struct {
	Number
	Request
}

// Run calls them and prints the call's name.
func (c *PageRequest) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	page, err := connected.OnCall.RequestPage(ctx, &triagev1.RequestPageRequest{
		Parent: s.desk(), RequestId: c.id(), Ticket: c.name(s),
	})
	return s.made(page, page.GetName(), err)
}
