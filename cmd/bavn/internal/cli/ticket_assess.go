package cli

import (
	"context"
	"strings"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// assess does something that the desk's profile gives a meaning, and says where the ticket then stands.
func (s *session) assess(
	ctx context.Context, do func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error),
) error {
	c, err := s.connect()
	if err != nil {
		return err
	}
	ticket, err := do(ctx, c.Assessments)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(ticket)
	}
	line := s.standing(ticket)
	if ticket.GetPriority() != "" {
		line += " · " + ticket.GetPriority()
	}
	if ticket.GetRestricted() {
		line += " · restricted"
	}
	s.Printf("%s\n", line)
	return nil
}

// TicketCategorise says what a ticket is.
type TicketCategorise struct {
	Change
	Kind             string   `placeholder:"ID" help:"Kind of ticket: incident, service_request."`
	Category         string   `placeholder:"ID" help:"Category, as the desk's profile calls it."`
	ContractCategory string   `placeholder:"A" help:"Category by the contract."`
	Service          string   `placeholder:"ID" help:"Service of the business that it is about."`
	CustomerGroup    string   `placeholder:"ID" help:"Customers whose agreement holds."`
	FoundBy          string   `placeholder:"PARTY" help:"The party that found it itself."`
	AffectsUsers     *bool    `negatable:"" help:"Users feel it, or do not."`
	Mark             []string `placeholder:"WHAT" help:"It is urgent, security_suspected, it_security_breach …"`
	Unmark           []string `placeholder:"WHAT" help:"It is not, after all."`
}

// Run says what was given and nothing else.
func (c *TicketCategorise) Run(ctx context.Context, s *session) error {
	a := &triagev1.Assessment{
		Kind: c.Kind, Category: c.Category, ContractCategory: c.ContractCategory, BusinessService: c.Service,
		CustomerGroup: c.CustomerGroup, FoundBy: party(s, c.FoundBy), AffectsUsers: c.AffectsUsers,
	}
	mask := &fieldmaskpb.FieldMask{}
	fields := a.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if a.ProtoReflect().Has(fields.Get(i)) {
			mask.Paths = append(mask.Paths, string(fields.Get(i).Name()))
		}
	}
	for _, marks := range []struct {
		names []string
		on    bool
	}{{c.Mark, true}, {c.Unmark, false}} {
		for _, name := range marks.names {
			if err := mark(a, name, marks.on); err != nil {
				return err
			}
			mask.Paths = append(mask.Paths, name)
		}
	}
	if len(mask.GetPaths()) == 0 {
		return failure.New(failure.Usage, "give --kind, --category, --mark or another", "nothing to say")
	}
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.CategoriseTicket(ctx, &triagev1.CategoriseTicketRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Assessment: a, UpdateMask: mask,
		})
	})
}

func party(s *session, id string) string {
	if id == "" || strings.Contains(id, "/") {
		return id
	}
	return s.desk() + "/parties/" + id
}

// TicketGuide shows what is asked about a ticket.
type TicketGuide struct{ Number }

// Run shows the questions with their answers, and where knowledge is found.
func (c *TicketGuide) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	guide, err := connected.Assessments.GetGuide(ctx, &triagev1.GetGuideRequest{Name: c.name(s)})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(guide)
	}
	table := s.Table("QUESTION", "ABOUT", "ASKED", "ANSWER")
	for _, q := range guide.GetQuestions() {
		answer := q.GetValue() + q.GetWords().GetText()
		switch {
		case answer == "" && q.GetAnswered():
			answer = "(answered)"
		case answer == "" && q.GetRequired():
			answer = "(required)"
		}
		table.Row(q.GetQuestion(), word(q.GetAspect().String(), "ASPECT_"), s.inLanguage(q.GetText()), answer)
	}
	if err := table.Print(s.Out); err != nil {
		return err
	}
	for _, link := range guide.GetKnowledge() {
		s.Printf("%s  %s\n", s.inLanguage(link.GetLabel()), link.GetUrl())
	}
	return nil
}

// inLanguage is a profile's text in the language of the session.
func (s *session) inLanguage(text *profilev1.Text) string {
	switch s.language() {
	case "da":
		return text.GetDa()
	case "sv":
		return text.GetSv()
	default:
		return text.GetEn()
	}
}

// TicketAnswer answers questions.
type TicketAnswer struct {
	Change
	Value        map[string]string `placeholder:"QUESTION=VALUE" help:"An option, yes, no or a time; empty takes it back."`
	Words        map[string]string `placeholder:"QUESTION=TEXT" help:"An answer in words."`
	TextLanguage string            `placeholder:"da|sv|en" help:"Language of the words; that of the desk if left out."`
}

// Run answers.
func (c *TicketAnswer) Run(ctx context.Context, s *session) error {
	var answers []*triagev1.GuideAnswer
	for question, value := range c.Value {
		answers = append(answers, &triagev1.GuideAnswer{Question: question, Value: value})
	}
	for question, words := range c.Words {
		answers = append(answers, &triagev1.GuideAnswer{Question: question, Words: text(words, c.TextLanguage)})
	}
	if len(answers) == 0 {
		return failure.New(failure.Usage, "give --value or --words", "nothing to answer")
	}
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.AnswerGuide(ctx, &triagev1.AnswerGuideRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Answers: answers,
		})
	})
}

// TicketPrioritise sets impact, urgency or priority.
type TicketPrioritise struct {
	Change
	Impact       string `placeholder:"none|low|medium|high|major" help:"How much it hurts."`
	Urgency      string `placeholder:"ID" help:"How urgent it is, as the desk's profile calls it."`
	Priority     string `placeholder:"P1" help:"The priority by hand; needs --reason."`
	ByRules      bool   `help:"A priority by hand follows from impact and urgency again."`
	Reason       string `placeholder:"TEXT" help:"Why."`
	TextLanguage string `placeholder:"da|sv|en" help:"Language of the reason; that of the desk if left out."`
}

// Run prioritises.
func (c *TicketPrioritise) Run(ctx context.Context, s *session) error {
	impact, err := impactNamed(c.Impact)
	if err != nil {
		return err
	}
	request := &triagev1.PrioritiseTicketRequest{
		Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Impact: impact, Urgency: c.Urgency, Priority: c.Priority, ByRules: c.ByRules,
	}
	if c.Reason != "" {
		request.Reason = text(c.Reason, c.TextLanguage)
	}
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.PrioritiseTicket(ctx, request)
	})
}

// impactNamed reads an impact as people type it; nothing is none given.
func impactNamed(typed string) (triagev1.Impact, error) {
	if typed == "" {
		return triagev1.Impact_IMPACT_UNSPECIFIED, nil
	}
	impact, ok := triagev1.Impact_value["IMPACT_"+enumName(typed)]
	if !ok {
		return 0, failure.New(failure.Usage, "none, low, medium, high or major", "--impact: %q is no impact", typed)
	}
	return triagev1.Impact(impact), nil
}

// TicketDoubt doubts the priority.
type TicketDoubt struct {
	Change
	Text
}

// Run asks those who decide in doubt.
func (c *TicketDoubt) Run(ctx context.Context, s *session) error {
	return s.assess(ctx, func(ctx context.Context, assessments triagev1.AssessmentServiceClient) (*triagev1.Ticket, error) {
		return assessments.DoubtPriority(ctx, &triagev1.DoubtPriorityRequest{
			Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Reason: c.localized(),
		})
	})
}
