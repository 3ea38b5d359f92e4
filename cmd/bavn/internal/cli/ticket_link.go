package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// linkKinds are how people say how tickets belong together.
var linkKinds = map[string]triagev1.LinkKind{
	"inquiry-about": triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT,
	"duplicate-of":  triagev1.LinkKind_LINK_KIND_DUPLICATE_OF,
	"child-of":      triagev1.LinkKind_LINK_KIND_CHILD_OF,
	"problem":       triagev1.LinkKind_LINK_KIND_PROBLEM,
	"change":        triagev1.LinkKind_LINK_KIND_CHANGE,
	"knowledge":     triagev1.LinkKind_LINK_KIND_KNOWLEDGE,
	"related":       triagev1.LinkKind_LINK_KIND_RELATED,
}

// LinkEnd is what a ticket is linked to.
type LinkEnd struct {
	Kind   string `arg:"" enum:"inquiry-about,duplicate-of,child-of,problem,change,knowledge,related" help:"How they belong together: inquiry-about, duplicate-of, child-of, problem, change, knowledge or related."` //nolint:lll // kong reads the tag
	Other  string `arg:"" help:"The other ticket's number; with --tool, the number there."`
	InTool string `name:"tool" placeholder:"TOOL" help:"The other is in this tool, an id of the profile such as sds_jira."`
}

func (e LinkEnd) ends(s *session) (ticket, external string) {
	if e.InTool != "" {
		return "", e.Other
	}
	return resource.Ticket(s.Desk, e.Other), ""
}

// TicketLink links a ticket.
type TicketLink struct {
	Change
	LinkEnd
}

// Run links it (R19, R97, R122-R128).
func (c *TicketLink) Run(ctx context.Context, s *session) error {
	ticket, external := c.ends(s)
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Links.LinkTicket(ctx, &triagev1.LinkTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
			Kind: linkKinds[c.Kind], Ticket: ticket, Tool: c.InTool, ExternalId: external,
		})
	})
}

// TicketUnlink takes a link back.
type TicketUnlink struct {
	Change
	LinkEnd
}

// Run takes it back.
func (c *TicketUnlink) Run(ctx context.Context, s *session) error {
	ticket, external := c.ends(s)
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Links.UnlinkTicket(ctx, &triagev1.UnlinkTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
			Kind: linkKinds[c.Kind], Ticket: ticket, Tool: c.InTool, ExternalId: external,
		})
	})
}

// TicketLinked lists what is linked to a ticket.
type TicketLinked struct {
	Number
	Limit int `short:"n" default:"0" placeholder:"N" help:"At most this many; 0 for all."`
}

// Run prints a table.
func (c *TicketLinked) Run(ctx context.Context, s *session) error {
	services, err := s.connect()
	if err != nil {
		return err
	}
	linked, err := pages(c.Limit, func(size int32, token string) ([]*triagev1.LinkedTicket, string, error) {
		page, err := services.Links.ListLinkedTickets(ctx, &triagev1.ListLinkedTicketsRequest{
			Parent: c.name(s), PageSize: size, PageToken: token,
		})
		return page.GetLinkedTickets(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListLinkedTicketsResponse{LinkedTickets: linked})
	}
	table := s.Table("KIND", "NUMBER", "STATUS", "TITLE")
	for _, l := range linked {
		table.Row(word(l.GetKind().String(), "LINK_KIND_"), resource.ID(l.GetTicket().GetName()),
			statusWord(l.GetTicket().GetStatus()), l.GetTicket().GetTitle())
	}
	return table.Print(s.Out)
}

// TicketSplit makes a ticket of a part of one.
type TicketSplit struct {
	Change
	Title        string `arg:"" help:"What the new ticket is called."`
	Description  string `placeholder:"TEXT" help:"What it is about: what, where, who, when."`
	TextLanguage string `placeholder:"da|sv|en" help:"Language of the texts; that of the desk if left out."`
}

// Run splits it, and says where the new ticket stands.
func (c *TicketSplit) Run(ctx context.Context, s *session) error {
	request := &triagev1.SplitTicketRequest{
		Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Title: text(c.Title, c.TextLanguage),
	}
	if c.Description != "" {
		request.Description = text(c.Description, c.TextLanguage)
	}
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Links.SplitTicket(ctx, request)
	})
}

// TicketMerge ends a ticket that is the same as another.
type TicketMerge struct {
	Change
	Into string `arg:"" help:"The ticket that lives on."`
	Text
}

// Run merges it; the text says why they are the same.
func (c *TicketMerge) Run(ctx context.Context, s *session) error {
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Links.MergeTicket(ctx, &triagev1.MergeTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Into: resource.Ticket(s.Desk, c.Into), Reason: c.localized(),
		})
	})
}

// TicketNumber keeps the number of another tool.
type TicketNumber struct {
	Change
	System string `arg:"" help:"The tool, such as jira or clearquest."`
	There  string `arg:"" optional:"" help:"The number there."`
	Forget bool   `help:"Forget it instead."`
	Own    bool   `help:"It is the reporting desk's own number, which every message quotes."`
}

// Run keeps or forgets it (R13, R34).
func (c *TicketNumber) Run(ctx context.Context, s *session) error {
	if c.Forget == (c.There != "") {
		return failure.New(failure.Usage, "give a number, or --forget", "what to do with the number is not said")
	}
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Links.SetExternalId(ctx, &triagev1.SetExternalIdRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
			External: &triagev1.ExternalNumber{System: c.System, Id: c.There, Own: c.Own},
		})
	})
}

// belongings are what a ticket belongs together with, and how far its fix, its goods and the proof of its solution are.
func (s *session) belongings(t *triagev1.Ticket) [][2]string {
	var facts [][2]string
	for _, link := range t.GetLinks() {
		other, kind := link.GetTool()+" "+link.GetExternalId(), word(link.GetKind().String(), "LINK_KIND_")
		if link.GetTicket() != "" {
			other = resource.ID(link.GetTicket())
		}
		if link.GetIncoming() {
			kind = "has as " + kind
		}
		facts = append(facts, [2]string{kind, other})
	}
	plan, order := t.GetFixPlan(), t.GetOrder()
	return append(facts, [][2]string{
		{"inquiries", times(t.GetLinkedInquiries())},
		{"about", shortNames(t.GetConfigurationItems())},
		{"release", s.Time(plan.GetReleaseTime().AsTime())},
		{"reporters told", s.Time(plan.GetToldTime().AsTime())},
		{"released", s.Time(plan.GetReleasedTime().AsTime())},
		{"ordered", order.GetGoods()},
		{"delivery", s.Time(order.GetDeliveryTime().AsTime())},
		{"handed out", s.Time(order.GetHandOutTime().AsTime())},
		{"verified by", word(t.GetVerification().GetMethod().String(), "VERIFICATION_METHOD_")},
	}...)
}
