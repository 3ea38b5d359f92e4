package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketShow shows one ticket.
type TicketShow struct{ Number }

// Run prints its facts and texts.
func (c *TicketShow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	t, err := connected.Tickets.GetTicket(ctx, &triagev1.GetTicketRequest{Name: c.name(s)})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(t)
	}
	s.Printf("%s  %s\n", s.Bold(resource.ID(t.GetName())), t.GetTitle())
	table := terminal.Table{Width: s.Width}
	for _, fact := range s.facts(t) {
		if fact[1] != "" {
			table.Row("  "+fact[0], fact[1])
		}
	}
	if err := table.Print(s.Out); err != nil {
		return err
	}
	solution := "Solution"
	if t.GetStatusClass() != triagev1.StatusClass_STATUS_CLASS_READY_TO_CLOSE &&
		t.GetStatusClass() != triagev1.StatusClass_STATUS_CLASS_CLOSED {
		solution = "Earlier solution" // it was rejected, or the ticket was reopened
	}
	for _, part := range [][2]string{
		{"Description", t.GetDescription()}, {solution, t.GetSolution()}, {"Root cause", t.GetRootCause()},
	} {
		if part[1] != "" {
			s.Printf("\n%s\n%s\n", s.Bold(part[0]), indent(part[1]))
		}
	}
	return nil
}

// facts are what there is to know about a ticket, in the order in which people ask.
func (s *session) facts(t *triagev1.Ticket) [][2]string {
	status := statusWord(t.GetStatus()) + " (" + word(t.GetStatusClass().String(), "STATUS_CLASS_") + ")"
	if t.GetSubStatus() != "" {
		status += ", " + t.GetSubStatus()
	}
	facts := [][2]string{
		{"status", status},
		{"in the pile", s.pileFrom(t)},
		{"kind", t.GetAssessment().GetKind()},
		{"category", t.GetAssessment().GetCategory()},
		{"priority", t.GetPriority()},
		{"impact", word(t.GetImpact().String(), "IMPACT_")},
		{"urgency", t.GetAssessment().GetUrgency()},
		{"procedures", underWay(t.GetProcedures())},
		{"held by", holder(t)},
		{"assignee", resource.Short(t.GetAssignee())},
		{"owned by", strings.TrimSuffix(resource.Short(t.GetOwnerParty())+" · "+resource.Short(t.GetOwner()), " · ")},
		{"offered to", shortHolder(t.GetHandOver().GetParty(), t.GetHandOver().GetGroup())},
		{"transfer to", resource.Short(t.GetTransfer().GetParty())},
		{"reporter", resource.Short(t.GetReporter())},
		{"affected user", resource.Short(t.GetAffectedUser())},
		{"reported", s.Time(t.GetSubmitTime().AsTime())},
		{"changed", s.Time(t.GetUpdateTime().AsTime())},
		{"resolved", s.Time(t.GetResolveTime().AsTime())},
		{"closed", s.Time(t.GetCloseTime().AsTime())},
		{"reopened", times(t.GetReopenCount())},
		{"solution is", word(t.GetSolutionKind().String(), "SOLUTION_KIND_")},
		{"labels", pairs(t.GetLabels())},
	}
	for _, id := range t.GetExternalIds() {
		facts = append(facts, [2]string{"in " + id.GetSystem(), id.GetId()})
	}
	facts = append(facts, s.belongings(t)...)
	if t.GetSolutionAccepted() {
		facts = append(facts, [2]string{"accepted", "by reporter or affected user"})
	}
	if t.GetImporting() {
		facts = append(facts, [2]string{"import", "under way"})
	}
	return append(facts, [2]string{"etag", t.GetEtag()}, [2]string{"journey", t.GetJourneyTraceId()})
}

// pileFrom says when take-next will find a ticket that came outside working hours (R10).
func (s *session) pileFrom(t *triagev1.Ticket) string {
	if t.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_REGISTERED || !t.GetQueueTime().AsTime().After(s.clock.Now()) {
		return ""
	}
	return "from " + s.Time(t.GetQueueTime().AsTime())
}

func underWay(runs []*triagev1.ProcedureRun) string {
	var ids []string
	for _, run := range runs {
		if run.GetEndTime() == nil {
			ids = append(ids, run.GetProcedure())
		}
	}
	return strings.Join(ids, ", ")
}

func times(n int32) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(int(n)) + "×"
}

func pairs(labels map[string]string) string {
	texts := make([]string, 0, len(labels))
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		texts = append(texts, key+"="+labels[key])
	}
	return strings.Join(texts, " ")
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  ")
}

// TicketList lists tickets.
type TicketList struct {
	Status   string `placeholder:"STATUS" help:"Only in this status: in_progress, awaiting_user …"`
	Class    string `placeholder:"CLASS" help:"Only of this class: open, waiting, ready_to_close, closed."`
	Holder   string `placeholder:"PARTY[/GROUP]" help:"Only those held by this party or group."`
	Owner    string `placeholder:"PARTY" help:"Only those that this party answers for."`
	Assignee string `placeholder:"PERSON" help:"Only those that this person works on."`
	Mine     bool   `help:"Only those that you work on."`
	Filter   string `placeholder:"AIP-160" help:"Any other condition, such as: priority = \"P1\"."`
	Limit    int    `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *TicketList) Run(ctx context.Context, s *session) error {
	filter, err := c.filter(ctx, s)
	if err != nil {
		return err
	}
	connected, err := s.connect()
	if err != nil {
		return err
	}
	tickets, err := pages(c.Limit, func(size int32, token string) ([]*triagev1.Ticket, string, error) {
		page, err := connected.Tickets.ListTickets(ctx, &triagev1.ListTicketsRequest{
			Parent: s.desk(), Filter: filter, PageSize: size, PageToken: token,
		})
		return page.GetTickets(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	return s.printTickets(tickets)
}

func (s *session) printTickets(tickets []*triagev1.Ticket) error {
	if s.JSON {
		return s.Message(&triagev1.ListTicketsResponse{Tickets: tickets})
	}
	if len(tickets) == 0 {
		s.Printf("no tickets\n")
		return nil
	}
	return s.ticketTable(tickets).Print(s.Out)
}

// filter writes the flags as the AIP-160 filter that ListTickets understands.
func (c *TicketList) filter(ctx context.Context, s *session) (string, error) {
	assignee := c.Assignee
	if c.Mine {
		me, err := s.me(ctx)
		if err != nil {
			return "", err
		}
		assignee = me
	}
	var conditions []string
	add := func(field, value string) {
		if value != "" {
			conditions = append(conditions, fmt.Sprintf("%s = %q", field, value))
		}
	}
	if c.Status != "" {
		add("status", "TICKET_STATUS_"+enumName(c.Status))
	}
	if c.Class != "" {
		add("status_class", "STATUS_CLASS_"+enumName(c.Class))
	}
	if c.Holder != "" {
		party, group, err := resource.Holder(s.Desk, c.Holder)
		if err != nil {
			return "", failure.New(failure.Usage, "", "--holder: %w", err)
		}
		add("holder_party", party)
		add("holder_group", group)
	}
	add("owner_party", resource.Party(s.Desk, c.Owner))
	add("assignee", resource.Person(s.Desk, assignee))
	if c.Filter != "" {
		conditions = append(conditions, "("+c.Filter+")")
	}
	return strings.Join(conditions, " AND "), nil
}

// enumName is how the contract writes what people type: "in progress", "in-progress" and "IN_PROGRESS" are one.
func enumName(typed string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "_", "-", "_").Replace(typed))
}

// TicketSearch finds tickets by words.
type TicketSearch struct {
	Words []string `arg:"" help:"As in a web search: quotes for phrases, a minus to leave out."`
	Limit int32    `short:"n" default:"20" help:"At most this many, up to 100 (${default})."`
}

// Run prints what was found, best first.
func (c *TicketSearch) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	found, err := connected.Tickets.SearchTickets(ctx, &triagev1.SearchTicketsRequest{
		Parent: s.desk(), Query: strings.Join(c.Words, " "), PageSize: c.Limit,
	})
	if err != nil {
		return err
	}
	return s.printTickets(found.GetTickets())
}

// TicketClocks shows the party clocks.
type TicketClocks struct{ Number }

// Run prints one line per party and status, and the sum.
func (c *TicketClocks) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	clocks, err := connected.Tickets.GetTicketClocks(ctx, &triagev1.GetTicketClocksRequest{Name: c.name(s)})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(clocks)
	}
	table := s.Table("PARTY", "STATUS", "TIME")
	table.Right[2] = true
	for _, clock := range clocks.GetClocks() {
		table.Row(resource.Short(clock.GetParty()), statusWord(clock.GetStatus()), terminal.Duration(clock.GetElapsed().AsDuration()))
	}
	table.Row("together", "", terminal.Duration(clocks.GetTotal().AsDuration()))
	return table.Print(s.Out)
}
