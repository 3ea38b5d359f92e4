package cli

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Duty is everything about who is on duty.
type Duty struct {
	Show     DutyShow     `cmd:"" help:"Say who is called about a ticket or category, now or at another time."`
	Override DutyOverride `cmd:"" help:"Let somebody stand in for a window of time."`
	Cancel   DutyCancel   `cmd:"" help:"Call a shift off."`
	Shifts   DutyShifts   `cmd:"" help:"List who stands in."`
	Contacts DutyContacts `cmd:"" help:"List the contacts, and who last verified them."`
	Verify   DutyVerify   `cmd:"" help:"Say that a contact is right: you tried it."`
}

// DutyShow says who is on duty.
type DutyShow struct {
	Ticket   string    `placeholder:"NUMBER" xor:"about" help:"About this ticket."`
	Category string    `placeholder:"ID" xor:"about" help:"About something of this category."`
	At       time.Time `format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"When; now if left out."`
}

// Run prints those who are called, in order, and why.
func (c *DutyShow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	request := &triagev1.WhoIsOnDutyRequest{Name: s.desk(), Category: c.Category}
	request.Ticket = s.ticketIfAny(c.Ticket)
	if !c.At.IsZero() {
		request.Time = timestamppb.New(c.At)
	}
	duty, err := connected.OnCall.WhoIsOnDuty(ctx, request)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(duty)
	}
	table := s.Table("CALLED", "NAME", "PHONE", "WAIT", "STANDS IN")
	for _, link := range duty.GetLinks() {
		table.Row(link.GetContact()+resource.Short(link.GetPerson()), link.GetDisplayName(), link.GetPhone(),
			link.GetWait().AsDuration().String(), resource.ID(link.GetShift()))
	}
	if err := table.Print(s.Out); err != nil {
		return err
	}
	s.Printf("by %s %s\n", duty.GetRule(), duty.GetSource())
	if duty.GetUntil() != nil {
		s.Printf("until %s\n", s.Time(duty.GetUntil().AsTime()))
	}
	return nil
}

// DutyOverride lets somebody stand in.
type DutyOverride struct {
	Person    string    `placeholder:"PERSON" xor:"who" required:"" help:"Who stands in: a person, …"`
	Contact   string    `placeholder:"ID" xor:"who" required:"" help:"… or another contact."`
	Plan      string    `placeholder:"ID" help:"For this plan of the process only."`
	InsteadOf string    `placeholder:"CONTACT" help:"In the place of this contact; of whoever is called first if left out."`
	From      time.Time `required:"" format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"From when."`
	Until     time.Time `required:"" format:"2006-01-02T15:04:05Z07:00" placeholder:"TIME" help:"Until when."`
	Request
}

// Run arranges it and prints the shift's name.
func (c *DutyOverride) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	shift, err := connected.OnCall.OverrideShift(ctx, &triagev1.OverrideShiftRequest{
		Parent: s.desk(), RequestId: c.id(), Shift: &triagev1.Shift{
			Plan: c.Plan, InsteadOf: c.InsteadOf, Person: resource.Person(s.Desk, c.Person), Contact: c.Contact,
			StartTime: timestamppb.New(c.From), EndTime: timestamppb.New(c.Until),
		},
	})
	return s.made(shift, shift.GetName(), err)
}

// DutyCancel calls a shift off.
type DutyCancel struct {
	Shift string `arg:"" help:"Id or full name of the shift."`
	Request
}

// Run calls it off.
func (c *DutyCancel) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	shift, err := connected.OnCall.CancelShift(ctx, &triagev1.CancelShiftRequest{
		Name: s.desk() + "/shifts/" + resource.ID(c.Shift), RequestId: c.id(),
	})
	return s.made(shift, shift.GetName(), err)
}

// DutyShifts lists who stands in.
type DutyShifts struct {
	Past bool `help:"Those too that are over or were called off."`
}

// Run prints a table.
func (c *DutyShifts) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	shifts, err := pages(0, func(size int32, token string) ([]*triagev1.Shift, string, error) {
		page, err := connected.OnCall.ListShifts(ctx, &triagev1.ListShiftsRequest{
			Parent: s.desk(), PageSize: size, PageToken: token, ShowPast: c.Past,
		})
		return page.GetShifts(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListShiftsResponse{Shifts: shifts})
	}
	table := s.Table("SHIFT", "FROM", "UNTIL", "WHO", "INSTEAD OF", "PLAN")
	for _, shift := range shifts {
		table.Row(resource.ID(shift.GetName()), s.Time(shift.GetStartTime().AsTime()), s.Time(shift.GetEndTime().AsTime()),
			resource.Short(shift.GetPerson())+shift.GetContact(), shift.GetInsteadOf(), shift.GetPlan())
	}
	return table.Print(s.Out)
}

// DutyContacts lists the contacts.
type DutyContacts struct {
	Stale bool `help:"Only those that nobody has verified for 90 days."`
}

// Run prints a table.
func (c *DutyContacts) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	contacts, err := pages(0, func(size int32, token string) ([]*triagev1.Contact, string, error) {
		page, err := connected.OnCall.ListContacts(ctx, &triagev1.ListContactsRequest{
			Parent: s.desk(), PageSize: size, PageToken: token, Stale: c.Stale,
		})
		return page.GetContacts(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListContactsResponse{Contacts: contacts})
	}
	table := s.Table("CONTACT", "NAME", "PARTY", "PHONE", "VERIFIED", "BY")
	for _, contact := range contacts {
		verified := "never"
		if contact.GetVerifyTime() != nil {
			verified = s.Time(contact.GetVerifyTime().AsTime())
		}
		table.Row(resource.ID(contact.GetName()), contact.GetDisplayName(), resource.Short(contact.GetParty()), contact.GetPhone(),
			verified, resource.Short(contact.GetVerifiedBy()))
	}
	return table.Print(s.Out)
}

// DutyVerify says that a contact is right.
type DutyVerify struct {
	Contact string `arg:"" help:"The contact, such as nsp_incident_manager."`
	Request
}

// Run says so.
func (c *DutyVerify) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	contact, err := connected.OnCall.VerifyContact(ctx, &triagev1.VerifyContactRequest{
		Name: s.desk() + "/contacts/" + resource.ID(c.Contact), RequestId: c.id(),
	})
	return s.made(contact, contact.GetName(), err)
}
