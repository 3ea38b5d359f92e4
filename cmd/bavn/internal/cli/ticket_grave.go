package cli

import (
	"context"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// mark sets one of the marks of an assessment by its name.
func mark(a *triagev1.Assessment, name string, on bool) error {
	field := a.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name))
	if field == nil || field.Kind() != protoreflect.BoolKind {
		return failure.New(failure.Usage, "urgent, security_suspected, it_security_breach, data_security_breach ...",
			"%q is nothing that a ticket can be", name)
	}
	a.ProtoReflect().Set(field, protoreflect.ValueOfBool(on))
	return nil
}

// Procedure names a process of its own for grave tickets.
type Procedure struct {
	Procedure string `default:"major" placeholder:"ID" help:"Which, as the desk's profile calls it."`
}

// TicketDeclare declares a major incident, or another procedure.
type TicketDeclare struct {
	Change
	Text
	Procedure
	Lead string `placeholder:"PERSON" help:"Who leads it."`
}

// Run declares it; the text says why.
func (c *TicketDeclare) Run(ctx context.Context, s *session) error {
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.DeclareProcedure(ctx, &triagev1.DeclareProcedureRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Procedure: c.Procedure.Procedure,
			Lead: resource.Person(s.Desk, c.Lead), Reason: c.localized(),
		})
	})
}

// TicketInform tells those involved in a procedure how it stands.
type TicketInform struct {
	Change
	Text
	Procedure
	Lead string `placeholder:"PERSON" help:"Who leads it from now on."`
}

// Run tells them; the text says how it stands.
func (c *TicketInform) Run(ctx context.Context, s *session) error {
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.InformProcedure(ctx, &triagev1.InformProcedureRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Procedure: c.Procedure.Procedure,
			Lead: resource.Person(s.Desk, c.Lead), Update: c.localized(),
		})
	})
}

// TicketStandDown ends a procedure.
type TicketStandDown struct {
	Change
	Text
	Procedure
}

// Run ends it; the text says why.
func (c *TicketStandDown) Run(ctx context.Context, s *session) error {
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.StandDownProcedure(ctx, &triagev1.StandDownProcedureRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Procedure: c.Procedure.Procedure, Reason: c.localized(),
		})
	})
}

// TicketReview records what was learned.
type TicketReview struct {
	Change
	Text
	Procedure
}

// Run records it.
func (c *TicketReview) Run(ctx context.Context, s *session) error {
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.ReviewProcedure(ctx, &triagev1.ReviewProcedureRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Procedure: c.Procedure.Procedure, Review: c.localized(),
		})
	})
}

// TicketRestrict marks a ticket as a suspected breach, which closes it to those who need not know.
type TicketRestrict struct{ Change }

// Run says that a breach of security is suspected.
func (c *TicketRestrict) Run(ctx context.Context, s *session) error {
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.CategoriseTicket(ctx, &triagev1.CategoriseTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Assessment: &triagev1.Assessment{SecuritySuspected: true},
		})
	})
}

// Sight is whom a restricted ticket is shown to.
type Sight struct {
	Change
	Text
	Person string `xor:"who" required:"" placeholder:"PERSON" help:"A person."`
	Party  string `xor:"who" required:"" placeholder:"PARTY" help:"A whole party."`
}

func (c *Sight) who(s *session) string {
	if c.Party != "" {
		return party(s, c.Party)
	}
	return resource.Person(s.Desk, c.Person)
}

// TicketLetIn lets somebody see a restricted ticket.
type TicketLetIn struct{ Sight }

// Run lets them in; the text says why they need to know.
func (c *TicketLetIn) Run(ctx context.Context, s *session) error {
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.GrantSight(ctx, &triagev1.GrantSightRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Who: c.who(s), Reason: c.localized(),
		})
	})
}

// TicketLetOut takes that away again.
type TicketLetOut struct{ Sight }

// Run shows them out; the text says why.
func (c *TicketLetOut) Run(ctx context.Context, s *session) error {
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.RevokeSight(ctx, &triagev1.RevokeSightRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Who: c.who(s), Reason: c.localized(),
		})
	})
}
