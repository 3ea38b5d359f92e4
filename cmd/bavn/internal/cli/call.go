package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Call is what those do who answer the phone or stand at the counter (R5). What was said is registered with `ticket submit --by`.
type Call struct {
	Find CallFind `cmd:"" help:"Find who is calling, with their open tickets and the known outages."`
}

// CallFind finds who is calling.
type CallFind struct {
	Query string `arg:"" help:"Phone number, e-mail, user name, the organisation's id, or words of the name."`
}

// Run looks for the caller (R5).
func (c *CallFind) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	found, err := connected.Calls.FindCallers(ctx, &intakev1.FindCallersRequest{Parent: s.desk(), Query: c.Query})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(found)
	}
	for _, caller := range found.GetCallers() {
		p := caller.GetPerson()
		s.Printf("%s  %s  %s  %s\n", s.Bold(resource.ID(p.GetName())), p.GetDisplayName(), p.GetPhone(), p.GetEmail())
		for _, ticket := range caller.GetOpenTickets() {
			status := word(ticket.GetStatus().String(), "TICKET_STATUS_")
			s.Printf("  %s  %s  %s\n", resource.ID(ticket.GetName()), status, ticket.GetTitle())
		}
	}
	if len(found.GetCallers()) == 0 {
		s.Printf("nobody is known by that\n")
	}
	if found.GetMore() {
		s.Printf("there are more: say more\n")
	}
	for _, ticket := range found.GetOutages() {
		number := s.Bold(resource.ID(ticket.GetName()))
		s.Printf("known outage  %s  %s  %d inquiries\n", number, ticket.GetTitle(), ticket.GetLinkedInquiries())
	}
	if found.GetTicketsMissing() {
		s.Printf("triage could not be asked: tickets are not shown\n")
	}
	return nil
}

// Form is everything about the forms of a desk (R31). One that is filled in is sent with `ticket submit --form`.
type Form struct {
	List  FormList  `cmd:"" help:"List the forms of the desk."`
	Show  FormShow  `cmd:"" help:"Show what a form asks."`
	Check FormCheck `cmd:"" help:"Say what is asked given some answers, what is wrong with them, and whom to phone."`
}

// FormList lists forms.
type FormList struct{}

// Run lists.
func (c *FormList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := connected.Forms.ListForms(ctx, &intakev1.ListFormsRequest{Parent: s.desk(), PageSize: 500})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(list)
	}
	table := s.Table("FORM", "NAME")
	for _, form := range list.GetForms() {
		table.Row(resource.ID(form.GetName()), form.GetDisplayName())
	}
	return table.Print(s.Out)
}

// FormShow shows a form.
type FormShow struct {
	Form string `arg:"" help:"Id of the form."`
}

// Run shows.
func (c *FormShow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	form, err := connected.Forms.GetForm(ctx, &intakev1.GetFormRequest{Name: s.desk() + "/forms/" + c.Form})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(form)
	}
	s.Printf("%s\n", s.Bold(form.GetDisplayName()))
	for _, q := range form.GetQuestions() {
		mark := " "
		if q.GetRequired() {
			mark = "*"
		}
		s.Printf("%s %-22s %s", mark, q.GetId(), q.GetText())
		if q.GetType() == profilev1.FieldType_FIELD_TYPE_YES_NO {
			s.Printf(" (yes or no)")
		}
		if q.GetConditional() {
			s.Printf(" (sometimes)")
		}
		s.Printf("\n")
		for _, option := range q.GetOptions() {
			s.Printf("  %-22s   %s: %s\n", "", option.GetId(), option.GetText())
		}
	}
	return nil
}

// FormCheck checks answers.
type FormCheck struct {
	Form  string            `arg:"" help:"Id of the form."`
	Field map[string]string `placeholder:"FIELD=ANSWER" help:"An answer."`
}

// Run checks, and changes nothing.
func (c *FormCheck) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	check, err := connected.Forms.ValidateForm(ctx, &intakev1.ValidateFormRequest{
		Name: s.desk() + "/forms/" + c.Form, FormAnswers: c.Field,
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(check)
	}
	for _, violation := range check.GetViolations() {
		s.Printf("%s: %s\n", violation.GetField(), violation.GetDescription())
	}
	if len(check.GetViolations()) == 0 {
		s.Printf("it will do\n")
	}
	s.phone(check.GetCallsDue())
	return nil
}

// phone says whom to phone as well (R7, R16).
func (s *session) phone(due []*intakev1.CallDue) {
	for _, call := range due {
		when := "as well"
		if call.GetBeforeRegistration() {
			when = "first"
		}
		s.Printf("phone %s %s: %s\n", when, s.Bold(call.GetDisplayName()), call.GetPhone())
	}
}

// Quick is everything about tickets that need few words (R24, R25).
type Quick struct {
	List      QuickList      `cmd:"" help:"List the quick tickets of the desk."`
	Register  QuickRegister  `cmd:"" help:"Register help that was given in person."`
	Templates QuickTemplates `cmd:"" help:"List the templates of the desk, for ticket submit --template."`
}

// QuickList lists quick tickets.
type QuickList struct{}

// Run lists.
func (c *QuickList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := connected.QuickTickets.ListQuickTickets(ctx, &intakev1.ListQuickTicketsRequest{Parent: s.desk(), PageSize: 500})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(list)
	}
	table := s.Table("QUICK TICKET", "NAME", "CATEGORY", "SOLVED BY")
	for _, quick := range list.GetQuickTickets() {
		table.Row(resource.ID(quick.GetName()), quick.GetDisplayName(), quick.GetCategory(), quick.GetSolution())
	}
	return table.Print(s.Out)
}

// QuickRegister registers a quick ticket.
type QuickRegister struct {
	Quick        string `arg:"" name:"quick-ticket" help:"Id of the quick ticket."`
	AffectedUser string `placeholder:"PERSON" help:"Who was helped, where that is asked."`
	Request
}

// Run registers it (R24).
func (c *QuickRegister) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	submission, err := connected.QuickTickets.RegisterQuickTicket(ctx, &intakev1.RegisterQuickTicketRequest{
		Name: s.desk() + "/quickTickets/" + c.Quick, RequestId: c.id(), AffectedUser: resource.Person(s.Desk, c.AffectedUser),
	})
	return s.submitted(submission, err)
}

// QuickTemplates lists templates.
type QuickTemplates struct{}

// Run lists.
func (c *QuickTemplates) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := connected.QuickTickets.ListTicketTemplates(ctx,
		&intakev1.ListTicketTemplatesRequest{Parent: s.desk(), PageSize: 500})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(list)
	}
	table := s.Table("TEMPLATE", "NAME", "CATEGORY", "KIND", "TITLE")
	for _, t := range list.GetTicketTemplates() {
		table.Row(resource.ID(t.GetName()), t.GetDisplayName(), t.GetCategory(), t.GetKind(), t.GetTitle())
	}
	return table.Print(s.Out)
}
