package cli

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// Message is what a desk says to people: what waits for a person to send it, how much it is, who hears of grave incidents, and
// how somebody wants to be told.
type Message struct {
	Proposed MessageProposed `cmd:"" help:"List what the profile wants a person to say."`
	Show     MessageShow     `cmd:"" help:"Show a proposal with its words."`
	Send     MessageSend     `cmd:"" help:"Send a proposal, in its words or in yours."`
	Dismiss  MessageDismiss  `cmd:"" help:"Let a proposal be."`

	Preview MessagePreview `cmd:"" help:"Show what a template says, of a sample or of a ticket."`
	Test    MessageTest    `cmd:"" help:"Mail a template to yourself."`

	Storm  MessageStorm  `cmd:"" help:"Say how much the desk has to say, and whether it is stopped."`
	Pause  MessagePause  `cmd:"" help:"Stop everything that has not gone out yet."`
	Resume MessageResume `cmd:"" help:"Let messages go out again."`

	Stakeholders Stakeholders `cmd:"" help:"Who hears of grave incidents, and letters to them."`
	Preferences  Preferences  `cmd:"" help:"How you want to be told."`
	Follow       Follow       `cmd:"" help:"Hear of a ticket when it moves."`
	Unfollow     Unfollow     `cmd:"" help:"Stop hearing of a ticket."`
}

// MessageProposed lists proposals.
type MessageProposed struct {
	Ticket string `arg:"" optional:"" help:"Those about this ticket, sent ones too."`
	Limit  int    `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table, newest first.
func (c *MessageProposed) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	ticket := s.ticketIfAny(c.Ticket)
	list, err := pages(c.Limit, func(size int32, token string) ([]*notifyv1.Proposal, string, error) {
		page, err := connected.Proposals.ListProposals(ctx, &notifyv1.ListProposalsRequest{
			Parent: s.desk(), Ticket: ticket, PageSize: size, PageToken: token,
		})
		return page.GetProposals(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&notifyv1.ListProposalsResponse{Proposals: list})
	}
	table := s.Table("PROPOSAL", "TICKET", "RULE", "TO", "STATE")
	for _, p := range list {
		to := ""
		for _, person := range p.GetRecipients() {
			to += resource.Short(person) + " "
		}
		table.Row(resource.ID(p.GetName()), resource.ID(p.GetTicket()), p.GetRule(), to, word(p.GetState().String(), "PROPOSAL_STATE_"))
	}
	return table.Print(s.Out)
}

// MessageShow shows one.
type MessageShow struct {
	Proposal string `arg:"" help:"Its id."`
}

// Run prints its words.
func (c *MessageShow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	p, err := connected.Proposals.GetProposal(ctx, &notifyv1.GetProposalRequest{Name: s.proposal(c.Proposal)})
	if err != nil || s.JSON {
		return s.said(p, err)
	}
	s.Printf("%s\n\n%s\n", p.GetSubject(), p.GetBody())
	return nil
}

// MessageSend sends one.
type MessageSend struct {
	Request
	Proposal string `arg:"" help:"Its id."`
	Subject  string `help:"Your own subject; with --body."`
	Body     string `help:"Your own words, without greeting and signature; with --subject."`
	Called   bool   `help:"You called them instead."`
}

// Run sends it.
func (c *MessageSend) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	request := &notifyv1.SendProposalRequest{
		Name: s.proposal(c.Proposal), RequestId: c.id(), Subject: c.Subject, Body: c.Body,
	}
	if c.Called {
		request.Media = []notifyv1.Medium{notifyv1.Medium_MEDIUM_CALL}
	}
	p, err := connected.Proposals.SendProposal(ctx, request)
	return s.said(p, err)
}

// MessageDismiss lets one be.
type MessageDismiss struct {
	Request
	Proposal string `arg:"" help:"Its id."`
}

// Run lets it be.
func (c *MessageDismiss) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	p, err := connected.Proposals.DismissProposal(ctx, &notifyv1.DismissProposalRequest{
		Name: s.proposal(c.Proposal), RequestId: c.id(),
	})
	return s.said(p, err)
}

func (s *session) proposal(id string) string { return s.desk() + "/proposals/" + id }

// said prints an answer as it is.
func (s *session) said(answer proto.Message, err error) error {
	if err != nil {
		return err
	}
	return s.Message(answer)
}
