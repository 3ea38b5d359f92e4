package command

import (
	"cmp"
	"strings"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/message"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// write puts a message into words: those that a person wrote, those of the desk's profile, or our own; in the recipient's
// language if there are any, otherwise the desk's.
func (c *Commands) write(row store.Notification, m material) (domain.Dispatch, error) {
	recipient := m.persons[row.Recipient]
	language := domain.Language(recipient.GetLanguageCode(), m.desk.LanguageCode)
	subject, body, err := c.say(row, language, m)
	if err != nil {
		return domain.Dispatch{}, err
	}
	thread, reference := c.thread(row)
	return domain.Dispatch{
		Name: recipient.GetDisplayName(), Address: c.Couriers[notifyv1.Medium(row.Medium)].Address(recipient),
		Subject: subject, Body: body, LanguageCode: language, Actions: c.solutionLinks(row, m.tickets[row.Ticket], language),
		MessageID: row.MessageID, Thread: thread, Reference: reference,
		Traceparent: domain.JourneyParent(row.JourneyTrace, row.JourneyRoot), Date: c.Clock.Now(),
		Notification: domain.NotificationName(row.Desk, row.Notification.String()), Cause: row.Traceparent,
		List: listOf(row, m.editions[row.ProfileVersion]),
	}, nil
}

// listOf is the list that a message is sent to the members of; empty for one that is a person's own.
func listOf(row store.Notification, e *edition) string {
	switch {
	case isDigest(row):
		return "digest." + row.Desk
	case row.EventType == WrittenToStakeholders || e.toStakeholders(row.Rule):
		return "stakeholders." + row.Desk
	default:
		return ""
	}
}

// thread is what mail programs show messages together by, and what an answer is about: the ticket, or the recipient's digests,
// which nobody answers.
func (c *Commands) thread(row store.Notification) (string, mailref.Reference) {
	if isDigest(row) {
		return "digest." + row.Recipient + "." + row.Desk + "@" + c.MailDomain, mailref.Reference{}
	}
	reference := mailref.Reference{Kind: mailref.Ticket, Desk: row.Desk, ID: cmp.Or(row.About, row.Ticket)}
	return c.References.MessageID(reference, c.MailDomain), reference
}

func isDigest(row store.Notification) bool {
	return row.Digest != nil && *row.Digest == row.Notification
}

// digest is what a message says that tells many others: the newest of each ticket that the recipient still sees.
func (m material) digest(row store.Notification, l domain.Letter) domain.Letter {
	d := m.digests[row.Notification]
	l.Number, l.Title, l.URL, l.ExternalIDs, l.Total = "", "", "", nil, int(d.tickets)
	for _, r := range d.newest {
		item := domain.Letter{Number: r.Ticket, Status: triagev1.TicketStatus(r.TicketStatus)}
		if domain.Sight(r.Sight) >= domain.SeesTicket && !r.Withdrawn {
			item.Title = m.tickets[r.Ticket].GetTitle()
		}
		l.Items = append(l.Items, item)
	}
	return l
}

// say is a message's subject and whole text.
func (c *Commands) say(row store.Notification, language string, m material) (subject, body string, err error) {
	l := c.letter(row, m)
	if isDigest(row) {
		return c.Templates.Render("digest", language, m.digest(row, l))
	}
	if row.Letter != nil {
		written, there := m.letters[*row.Letter]
		if !there {
			return "", "", errErased
		}
		l.Signed = m.persons[row.Person].GetDisplayName()
		body, err = c.Templates.Frame(language, l, written.Body)
		return written.Subject, body, err
	}
	template := m.editions[row.ProfileVersion].template(row.Template)
	if template == nil {
		return c.Templates.Render(row.Template, language, l)
	}
	if m.editions[row.ProfileVersion].byPerson(row.Rule) {
		l.Signed = l.Person
	}
	words := c.ticketWords(row, l, language, m)
	if subject, body, err = template.Render(language, m.zone, words); err != nil {
		return "", "", err
	}
	body, err = c.Templates.Frame(language, l, cmp.Or(body, subject+"."))
	return subject, body, err
}

// letter is what our own templates, and the frame of all, may say. Of a ticket that the recipient does not see it is the number.
func (c *Commands) letter(row store.Notification, m material) domain.Letter {
	recipient, number := m.persons[row.Recipient], cmp.Or(row.About, row.Ticket)
	l := domain.Letter{
		Name: recipient.GetDisplayName(), Number: number, Desk: m.desk.DisplayName, Status: triagev1.TicketStatus(row.TicketStatus),
		Person: m.persons[row.Person].GetDisplayName(), Unit: cmp.Or(m.units[row.Unit], resourcename.ID(row.Unit)),
	}
	ticket := m.tickets[number]
	if domain.Sight(row.Sight) >= domain.SeesTicket {
		l.Title, l.Solution, l.ExternalIDs = ticket.GetTitle(), ticket.GetSolution(), ticket.GetExternalIds()
		l.Workaround = ticket.GetSolutionKind() == triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND
		l.URL = strings.NewReplacer("{desk}", row.Desk, "{ticket}", number).Replace(c.TicketURL)
	}
	if domain.Sight(row.Sight) == domain.SeesEvent {
		l.Reason = m.texts[domain.EventRef(row.Desk, row.Ticket, row.EventRevision)]["reason"]
	}
	return l
}

// ticketWords are what the profile's templates may say, within what the recipient may read.
func (c *Commands) ticketWords(row store.Notification, l domain.Letter, language string, m material) message.Words {
	ticket, edition := m.tickets[l.Number], m.editions[row.ProfileVersion]
	unit := func(name string) string { return cmp.Or(m.units[domain.Key(name)], resourcename.ID(name)) }
	words := message.Words{
		Ticket: message.Ticket{
			Number: l.Number, Title: l.Title, Status: edition.status(statusOf(row, ticket), language), Priority: ticket.GetPriority(),
			Owner: unit(ticket.GetOwnerParty()), Holder: unit(ticket.GetHolderParty()), FoundBy: unit(ticket.GetAssessment().GetFoundBy()),
			Service: edition.service(ticket.GetAssessment().GetBusinessService(), language), OwnNumber: row.OwnNumber,
			Solution: l.Solution, Workaround: l.Workaround, WaitsFor: l.WaitsFor(), URL: l.URL, Reason: l.Reason,
		},
		Person: message.Person{Name: l.Person, Unit: l.Unit}, Recipient: message.Person{Name: l.Name}, Desk: l.Desk,
	}
	if domain.Sight(row.Sight) == domain.SeesEvent {
		texts := m.texts[domain.EventRef(row.Desk, row.Ticket, row.EventRevision)]
		words.Ticket.Note, words.Ticket.Plan, words.Ticket.Message = texts["note"], texts["plan"], texts["message"]
	}
	words.Ticket.Survey = edition.survey(row.Desk, l.Number)
	words.Ticket.Due, words.Ticket.Closes = due(ticket, targets), due(ticket, silence)
	if release := ticket.GetFixPlan().GetReleaseTime(); release != nil {
		words.Ticket.Release = release.AsTime()
	}
	return words
}

// statusOf is the ticket's status after the event, or the desk's finer word for it where it still stands there.
func statusOf(row store.Notification, ticket *triagev1.Ticket) string {
	then := cmp.Or(triagev1.TicketStatus(row.TicketStatus), ticket.GetStatus()) // a page has none of its own
	if ticket.GetStatus() == then && ticket.GetSubStatus() != "" {
		return ticket.GetSubStatus()
	}
	return strings.ToLower(strings.TrimPrefix(then.String(), "TICKET_STATUS_"))
}

var (
	targets = map[triagev1.DeadlineKind]bool{
		triagev1.DeadlineKind_DEADLINE_KIND_REACTION: true, triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION: true,
	}
	silence = map[triagev1.DeadlineKind]bool{triagev1.DeadlineKind_DEADLINE_KIND_SILENCE: true}
)

// due is when the nearest of a ticket's deadlines is that still runs; zero where none does.
func due(ticket *triagev1.Ticket, kinds map[triagev1.DeadlineKind]bool) time.Time {
	var nearest time.Time
	for _, d := range ticket.GetDeadlines() {
		if !kinds[d.GetKind()] || d.GetState() != triagev1.DeadlineState_DEADLINE_STATE_RUNNING || d.GetDueTime() == nil {
			continue
		}
		if at := d.GetDueTime().AsTime(); nearest.IsZero() || at.Before(nearest) {
			nearest = at
		}
	}
	return nearest
}
