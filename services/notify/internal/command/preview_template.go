package command

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/message"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Preview is what is asked to be filled in: a template, with a ticket as the caller sees it, or with a sample where it is nil.
type Preview struct {
	Name, LanguageCode string
	Ticket             *triagev1.Ticket
}

// testMark stands before the subject of a test message, in every language.
const testMark = "[Test] "

// PreviewTemplate fills a template in for the caller.
func (c *Commands) PreviewTemplate(ctx context.Context, asked Preview) (*notifyv1.TemplatePreview, error) {
	filled, _, err := c.fillIn(ctx, asked)
	return filled, err
}

// SendTestMessage mails it to the caller. It is no message of a ticket, so it has no row in the ledger: it goes out while the
// caller waits, under a Message-ID that its request makes, and is then remembered. Whoever asks again after a crash in between
// gets the same mail.
func (c *Commands) SendTestMessage(
	ctx context.Context, r *notifyv1.SendTestMessageRequest, asked Preview,
) (*notifyv1.TemplatePreview, error) {
	desk := resourcename.Desk(r.GetName())
	call, err := call(ctx, desk, "SendTestMessage", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	filled, caller, err := c.fillIn(ctx, asked)
	if err != nil {
		return nil, err
	}
	filled.Subject = testMark + filled.GetSubject()
	if _, repeated, err := call.Lookup(ctx, c.Pool); err != nil || repeated {
		return filled, pg.Translate(err)
	}
	courier := c.Couriers[notifyv1.Medium_MEDIUM_MAIL]
	address := courier.Address(caller)
	if address == "" {
		return nil, fault.New(codes.FailedPrecondition, domain.ReasonNoAddress)
	}
	sending, cancel := context.WithTimeout(ctx, c.SendTimeout)
	attempt := courier.Send(sending, []domain.Dispatch{{
		Name: caller.GetDisplayName(), Address: address, Subject: filled.GetSubject(), Body: filled.GetBody(),
		LanguageCode: filled.GetLanguageCode(), MessageID: "test." + call.ID.String() + "@" + c.MailDomain, Date: c.Clock.Now(),
		Reference: mailref.Reference{}, Notification: r.GetName(), Attempt: 1,
	}})[0]
	cancel()
	switch {
	case attempt.Reply == domain.Accepted.Reply:
	case attempt.Reason == domain.ReasonBadAddress:
		return nil, fault.New(codes.FailedPrecondition, domain.ReasonNoAddress)
	default:
		return nil, fault.New(codes.Unavailable, fault.Unavailable).RetryAfter(c.RetryAfter)
	}
	err = call.Insert(ctx, c.Pool, request.Effect{Resource: r.GetName(), Revision: 1}, c.Clock.Now())
	if request.Taken(err) { // asked for twice at the same time: the mail is the same
		err = nil
	}
	return filled, pg.Translate(err)
}

// fillIn renders a template as a message to the caller, whose contact data it returns.
func (c *Commands) fillIn(ctx context.Context, asked Preview) (*notifyv1.TemplatePreview, *intakev1.Person, error) {
	desk, template := resourcename.Desk(asked.Name), resourcename.ID(asked.Name)
	principal, _ := auth.FromContext(ctx)
	version, current, err := c.Editions.inForce(ctx, desk)
	if err != nil {
		return nil, nil, err
	}
	ofProfile := current.template(template)
	if ofProfile == nil && !c.Templates.Has(template) {
		return nil, nil, errUnknown
	}
	row := store.Notification{
		Desk: desk, Ticket: resourcename.ID(asked.Ticket.GetName()), Recipient: principal.Person, Person: principal.Person,
		Template: template, ProfileVersion: version, Sight: int16(domain.SeesTicket), TicketStatus: int16(asked.Ticket.GetStatus()),
		Unit: domain.Key(asked.Ticket.GetHolderParty()),
	}
	m, err := c.addresses(ctx, desk, []store.Notification{row})
	if err != nil {
		return nil, nil, err
	}
	if err := c.surroundings(ctx, desk, &m); err != nil {
		return nil, nil, err
	}
	caller := m.persons[principal.Person]
	filled := &notifyv1.TemplatePreview{
		Name: asked.Name, LanguageCode: asked.LanguageCode, Subject: "", Body: "", ProfileVersion: "",
	}
	if filled.LanguageCode == "" {
		filled.LanguageCode = domain.Language(caller.GetLanguageCode(), m.desk.LanguageCode)
	}
	if ofProfile != nil {
		filled.ProfileVersion = version
	}
	if asked.Ticket == nil {
		filled.Subject, filled.Body, err = c.sample(ofProfile, template, filled.GetLanguageCode(), m)
		return filled, caller, err
	}
	m.editions = map[string]*edition{version: current}
	m.tickets = map[string]*triagev1.Ticket{row.Ticket: asked.Ticket}
	if m.units, err = units(ctx, store.New(c.Pool), desk, []store.Notification{row}, m.tickets); err != nil {
		return nil, nil, err
	}
	filled.Subject, filled.Body, err = c.say(row, filled.GetLanguageCode(), m)
	return filled, caller, err
}

// sample fills a template in with a ticket that has everything.
func (c *Commands) sample(
	ofProfile *message.Template, template, language string, m material,
) (subject, body string, err error) {
	l := domain.Sample(m.desk.DisplayName)
	if ofProfile == nil {
		return c.Templates.Render(template, language, l)
	}
	words := message.Sample()
	words.Desk = m.desk.DisplayName
	if subject, body, err = ofProfile.Render(language, m.zone, words); err != nil {
		return "", "", err
	}
	if body == "" {
		body = subject + "."
	}
	body, err = c.Templates.Frame(language, l, body)
	return subject, body, err
}

// surroundings are the desk, and its time.
func (c *Commands) surroundings(ctx context.Context, desk string, m *material) (err error) {
	if m.desk, err = store.New(c.Pool).GetDesk(ctx, desk); err != nil {
		return fmt.Errorf("read desk: %w", err)
	}
	if m.zone, err = time.LoadLocation(m.desk.TimeZone); err != nil {
		m.zone = time.UTC
	}
	return nil
}

// inForce is the version of the profile that a desk follows now; an empty one for a desk without.
func (e *Editions) inForce(ctx context.Context, desk string) (string, *edition, error) {
	answer, err := e.Triage.GetProfile(asNotify(ctx), &triagev1.GetProfileRequest{Name: domain.DeskName(desk) + "/profile"})
	if status.Code(err) == codes.NotFound {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("ask triage for the profile: %w", err)
	}
	return answer.GetVersion(), newEdition(answer.GetSettings()), nil
}
