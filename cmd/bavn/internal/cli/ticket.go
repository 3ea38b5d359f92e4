package cli

import (
	"context"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Ticket is everything that is done with tickets.
type Ticket struct {
	Submit TicketSubmit `cmd:"" group:"use" help:"Report an incident."`
	Show   TicketShow   `cmd:"" group:"use" help:"Show a ticket."`
	List   TicketList   `cmd:"" group:"use" help:"List tickets, newest number first."`
	Search TicketSearch `cmd:"" group:"use" help:"Find tickets by words in title, description or solution."`
	Clocks TicketClocks `cmd:"" group:"use" help:"Show how long each party held a ticket in each status."`

	Explain   TicketExplain   `cmd:"" group:"use" help:"Say why a ticket is as it is, and what can be done with it now."`
	Deadlines TicketDeadlines `cmd:"" group:"use" help:"Show what is due, when, and by which rule."`

	Attach      TicketAttach      `cmd:"" group:"use" help:"Add files to a ticket."`
	Attachments TicketAttachments `cmd:"" group:"use" help:"List the files of a ticket."`
	Download    TicketDownload    `cmd:"" group:"use" help:"Fetch a file of a ticket."`

	Take     TicketTake     `cmd:"" group:"work" help:"Take a ticket from the pile."`
	TakeNext TicketTakeNext `cmd:"" group:"work" help:"Take the next ticket of a pile: the oldest of the highest priority."`
	Assign   TicketAssign   `cmd:"" group:"work" help:"Give a ticket to a group or person of the holding party."`
	Start    TicketStart    `cmd:"" group:"work" help:"Start to work."`
	Update   TicketUpdate   `cmd:"" group:"work" help:"Change title, impact, priority, owner or labels."`
	Note     TicketNote     `cmd:"" group:"work" help:"Write a note."`
	Log      TicketLog      `cmd:"" group:"work" help:"Record work done, for those who continue."`
	Hold     TicketHold     `cmd:"" group:"work" help:"Let a ticket wait: for the user, a supplier, a release or something else."`
	Resume   TicketResume   `cmd:"" group:"work" help:"Take a waiting ticket up again."`
	Resolve  TicketResolve  `cmd:"" group:"work" help:"Say that a ticket is solved, and how."`
	Legal    TicketLegal    `cmd:"" group:"work" help:"Record that a stage of a law was done, such as the notice to the authority."`

	Categorise TicketCategorise `cmd:"" group:"assess" help:"Say what a ticket is: kind, category, service, what is suspected."`
	Guide      TicketGuide      `cmd:"" group:"assess" help:"Show what is asked about a ticket, and where knowledge is found."`
	Answer     TicketAnswer     `cmd:"" group:"assess" help:"Answer questions of the guide."`
	Prioritise TicketPrioritise `cmd:"" group:"assess" help:"Say how much it hurts and how urgent it is, or set the priority."`
	Doubt      TicketDoubt      `cmd:"" group:"assess" help:"Doubt the priority and ask those who decide."`
	Declare    TicketDeclare    `cmd:"" group:"assess" help:"Declare a major incident, or another procedure."`
	Inform     TicketInform     `cmd:"" group:"assess" help:"Tell those involved in a procedure how it stands."`
	StandDown  TicketStandDown  `cmd:"" group:"assess" help:"End a procedure."`
	Review     TicketReview     `cmd:"" group:"assess" help:"Record the review of a procedure."`
	Restrict   TicketRestrict   `cmd:"" group:"assess" help:"Suspect a breach: only those who need to know see the ticket."`
	LetIn      TicketLetIn      `cmd:"" group:"assess" help:"Let somebody see a restricted ticket."`
	LetOut     TicketLetOut     `cmd:"" group:"assess" help:"Take that sight away again."`

	Link     TicketLink     `cmd:"" group:"work" help:"Link a ticket with another, or with something in another tool."`
	Unlink   TicketUnlink   `cmd:"" group:"work" help:"Take a link back."`
	Linked   TicketLinked   `cmd:"" group:"use" help:"List the tickets that are linked to a ticket."`
	Split    TicketSplit    `cmd:"" group:"work" help:"Make a ticket of its own of a part of a ticket."`
	Merge    TicketMerge    `cmd:"" group:"work" help:"End a ticket that is the same as another."`
	Number   TicketNumber   `cmd:"" group:"work" help:"Keep the number that the case has in another tool."`
	PlanFix  TicketPlanFix  `cmd:"" group:"work" help:"Say when and how it will be fixed."`
	Tell     TicketTell     `cmd:"" group:"work" help:"Tell those who wait of the coming release."`
	Released TicketReleased `cmd:"" group:"work" help:"Say that the fix is released."`
	Releases TicketReleases `cmd:"" group:"use" help:"List the fixes that are to be released, the next first."`
	Order    TicketOrder    `cmd:"" group:"work" help:"Order goods of the catalogue."`
	HandOut  TicketHandOut  `cmd:"" group:"work" help:"Say that the goods were handed out."`
	About    TicketAbout    `cmd:"" group:"work" help:"Say which configuration item a ticket is about."`

	HandOver        TicketHandOver        `cmd:"" group:"between" help:"Offer the work to another group or party."`
	Accept          TicketAccept          `cmd:"" group:"between" help:"Accept the work that is offered."`
	Decline         TicketDecline         `cmd:"" group:"between" help:"Decline the work that is offered."`
	Withdraw        TicketWithdraw        `cmd:"" group:"between" help:"Take an unanswered offer back."`
	Transfer        TicketTransfer        `cmd:"" group:"between" help:"Offer the responsibility to another party."`
	AcceptTransfer  TicketAcceptTransfer  `cmd:"" group:"between" help:"Accept the responsibility that is offered."`
	DeclineTransfer TicketDeclineTransfer `cmd:"" group:"between" help:"Decline the responsibility that is offered."`

	Route     TicketRoute     `cmd:"" group:"between" help:"Send a ticket where the process says that it belongs."`
	Escalate  TicketEscalate  `cmd:"" group:"between" help:"Turn to those who know more, or to a manager."`
	Forward   TicketForward   `cmd:"" group:"between" help:"Send on what came to the wrong department, and have the person told."`
	Complain  TicketComplain  `cmd:"" group:"between" help:"Complain about how a ticket is handled; a manager answers for it."`
	AnswerFor TicketAnswerFor `cmd:"" group:"between" help:"Answer for an escalation or a complaint."`
	Attest    TicketAttest    `cmd:"" group:"work" help:"Attest that a contact was phoned about a ticket."`

	Escalations TicketEscalations `cmd:"" group:"use" help:"List escalations and complaints that nobody has answered for."`
	Unattested  TicketUnattested  `cmd:"" group:"use" help:"List tickets of which somebody must still be phoned."`

	AcceptSolution TicketAcceptSolution `cmd:"" group:"end" help:"The fault is gone, says the reporter."`
	RejectSolution TicketRejectSolution `cmd:"" group:"end" help:"The fault is still there, says the reporter."`
	Return         TicketReturn         `cmd:"" group:"end" help:"Send a badly documented solution back to the technician."`
	Verify         TicketVerify         `cmd:"" group:"end" help:"Say that the solution was verified, and how."`
	QualityCheck   TicketQualityCheck   `cmd:"" group:"end" help:"Say that the description of the solution is good enough to close."`
	Report         TicketReport         `cmd:"" group:"end" help:"Say how far an incident report is that is made outside Bavn."`
	Close          TicketClose          `cmd:"" group:"end" help:"Close a solved ticket after the quality check."`
	Reopen         TicketReopen         `cmd:"" group:"end" help:"Open a solved or closed ticket again."`
	Cancel         TicketCancel         `cmd:"" group:"end" help:"Cancel a ticket that was withdrawn or registered by mistake."`
}

// Number is the ticket that a command is about.
type Number struct {
	Number string `arg:"" help:"Ticket number, such as ASCP00000001, or full name."`
}

func (n Number) name(s *session) string { return resource.Ticket(s.Desk, n.Number) }

// Change is what every command that changes a ticket may be told.
type Change struct {
	Number
	ETag string `name:"etag" placeholder:"ETAG" help:"Refuse if somebody changed the ticket since it had this etag."`
	Request
}

// Request names a change, so that it can be asked for again.
type Request struct {
	RequestID string `name:"request-id" placeholder:"UUID" help:"Id of an earlier attempt: its answer again, no second effect."`
}

func (r Request) id() string { return requestID(r.RequestID) }

// Text is what a person writes to a ticket.
type Text struct {
	Text         string `arg:"" help:"What to say."`
	TextLanguage string `placeholder:"da|sv|en" help:"Language of the text; that of the desk if left out."`
}

func (t Text) localized() *commonv1.LocalizedText { return text(t.Text, t.TextLanguage) }

// change does something to a ticket and says where the ticket then stands.
func (s *session) change(
	ctx context.Context, do func(ctx context.Context, tickets triagev1.TicketServiceClient) (*triagev1.Ticket, error),
) error {
	return s.changed(ctx, func(ctx context.Context, c *client.Client) (*triagev1.Ticket, error) { return do(ctx, c.Tickets) })
}

// changed is change for what the other services do with tickets.
func (s *session) changed(
	ctx context.Context, do func(ctx context.Context, c *client.Client) (*triagev1.Ticket, error),
) error {
	c, err := s.connect()
	if err != nil {
		return err
	}
	ticket, err := do(ctx, c)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(ticket)
	}
	s.Printf("%s\n", s.standing(ticket))
	return nil
}

// standing is a ticket in one line.
func (s *session) standing(t *triagev1.Ticket) string {
	parts := []string{s.Bold(resource.ID(t.GetName())), statusWord(t.GetStatus()), "held by " + holder(t)}
	if t.GetAssignee() != "" {
		parts = append(parts, resource.Short(t.GetAssignee())+" works on it")
	}
	if offer := t.GetHandOver(); offer != nil {
		parts = append(parts, "offered to "+shortHolder(offer.GetParty(), offer.GetGroup()))
	}
	if offer := t.GetTransfer(); offer != nil {
		parts = append(parts, "responsibility offered to "+resource.Short(offer.GetParty()))
	}
	return strings.Join(parts, " · ")
}

func holder(t *triagev1.Ticket) string { return shortHolder(t.GetHolderParty(), t.GetHolderGroup()) }

func shortHolder(party, group string) string {
	if group != "" {
		return resource.Short(group)
	}
	return resource.Short(party)
}

// statusWord is a status as people say it: "in progress".
func statusWord(status triagev1.TicketStatus) string { return word(status.String(), "TICKET_STATUS_") }

func word(enum, prefix string) string {
	enum = strings.TrimPrefix(enum, prefix)
	if enum == "UNSPECIFIED" {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(enum, "_", " "))
}

// ticketTable lists tickets.
func (s *session) ticketTable(tickets []*triagev1.Ticket) *terminal.Table {
	table := s.Table("NUMBER", "STATUS", "PRIO", "HELD BY", "ASSIGNEE", "CHANGED", "TITLE")
	for _, t := range tickets {
		table.Row(resource.ID(t.GetName()), statusWord(t.GetStatus()), t.GetPriority(), holder(t),
			resource.Short(t.GetAssignee()), s.Time(t.GetUpdateTime().AsTime()), t.GetTitle())
	}
	return table
}

// pages asks for page after page until there are limit items or no more; 0 asks for all.
func pages[T any](limit int, page func(size int32, token string) (items []T, next string, err error)) ([]T, error) {
	var all []T
	token := ""
	for {
		size := maxPage
		if limit > 0 {
			size = min(size, limit-len(all))
		}
		items, next, err := page(int32(size), token)
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
		if next == "" || limit > 0 && len(all) >= limit {
			return all, nil
		}
		token = next
	}
}

// maxPage is the largest page of the contract.
const maxPage = 500
