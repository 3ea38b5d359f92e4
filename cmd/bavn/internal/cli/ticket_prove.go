package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketVerify says that a solution was verified.
type TicketVerify struct {
	Change
	By string `required:"" enum:"test,reporter" help:"How: by test, or by the reporter's word."`
}

// Run says so (R151).
func (c *TicketVerify) Run(ctx context.Context, s *session) error {
	method := triagev1.VerificationMethod_VERIFICATION_METHOD_TEST
	if c.By == "reporter" {
		method = triagev1.VerificationMethod_VERIFICATION_METHOD_REPORTER
	}
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Closing.VerifySolution(ctx, &triagev1.VerifySolutionRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Method: method,
		})
	})
}

// TicketQualityCheck passes the check of a description.
type TicketQualityCheck struct{ Change }

// Run passes it (R101).
func (c *TicketQualityCheck) Run(ctx context.Context, s *session) error {
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Closing.PassQualityCheck(ctx, &triagev1.PassQualityCheckRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag,
		})
	})
}

// TicketReport says how far an incident report is that is made outside Bavn.
type TicketReport struct {
	Change
	Text
	State string `name:"is" required:"" enum:"written,approved,withdrawn" help:"How far it is: written, approved, or withdrawn."`
}

// Run says so; the text says where the report is (R108).
func (c *TicketReport) Run(ctx context.Context, s *session) error {
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Closing.RecordReport(ctx, &triagev1.RecordReportRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
			Written: c.State != "withdrawn", Approved: c.State == "approved",
		})
	})
}

// TicketOrder orders goods.
type TicketOrder struct {
	Change
	Goods     string `arg:"" help:"The goods, an id of the catalogue."`
	Quantity  int32  `short:"q" default:"1" placeholder:"N" help:"How many (${default})."`
	SetUpHelp bool   `help:"Help with setting up is wanted."`
}

// Run orders them (R29, R30).
func (c *TicketOrder) Run(ctx context.Context, s *session) error {
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Orders.OrderGoods(ctx, &triagev1.OrderGoodsRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Goods: c.Goods, Quantity: c.Quantity, SetUpHelp: c.SetUpHelp,
		})
	})
}

// TicketHandOut hands goods out.
type TicketHandOut struct {
	Change
	SetUpHelp *bool `negatable:"" help:"Whether help with setting up is wanted; what was ordered stands where nothing is said."`
}

// Run says that they were handed out (R30).
func (c *TicketHandOut) Run(ctx context.Context, s *session) error {
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		return services.Orders.HandOutGoods(ctx, &triagev1.HandOutGoodsRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, SetUpHelp: c.SetUpHelp,
		})
	})
}

// TicketAbout links a ticket to a configuration item.
type TicketAbout struct {
	Change
	Item string `arg:"" help:"The configuration item."`
	Not  bool   `help:"It is not about it after all."`
}

// Run links or unlinks it (R126).
func (c *TicketAbout) Run(ctx context.Context, s *session) error {
	item := resource.Item(s.Desk, c.Item)
	return s.changed(ctx, func(ctx context.Context, services *client.Client) (*triagev1.Ticket, error) {
		if c.Not {
			return services.Items.UnlinkConfigurationItem(ctx, &triagev1.UnlinkConfigurationItemRequest{
				Name: c.name(s), RequestId: c.id(), Etag: c.ETag, ConfigurationItem: item,
			})
		}
		return services.Items.LinkConfigurationItem(ctx, &triagev1.LinkConfigurationItemRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, ConfigurationItem: item,
		})
	})
}
