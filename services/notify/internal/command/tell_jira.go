package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/jira"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Why a tool was not told, besides what it answers itself.
const (
	toolAtRest       permanent = "CONNECTION_AT_REST"
	toolNoTransition permanent = "NO_TRANSITION"
	toolForbidden    permanent = "ADDRESS_FORBIDDEN"
	toolTicketGone   permanent = domain.ReasonTicketGone
)

// errNoCredential waits for somebody who puts the file there.
var errNoCredential = errors.New("the connection's credential is not in the folder of secrets")

// telling is one delivery to one Jira.
type telling struct {
	row    store.ToolDelivery
	c      *intakev1.Connection
	jira   *jira.Client
	ticket *triagev1.Ticket
	key    string
}

func (t telling) party() string { return domain.Key(t.c.GetParty()) }

// tellOne tells Jira of one event. What Jira knows already is not told twice, so that an attempt in doubt is simply made again.
func (t *Tools) tellOne(ctx context.Context, row store.ToolDelivery) error {
	c, err := t.connection(ctx, row)
	if err != nil {
		return err
	}
	client, err := t.client(row.Desk, c)
	if err != nil {
		return err
	}
	ticket, err := t.Triage.GetTicket(asNotify(ctx), &triagev1.GetTicketRequest{Name: domain.TicketName(row.Desk, row.Ticket)})
	if status.Code(err) == codes.NotFound {
		return toolTicketGone
	} else if err != nil {
		return fmt.Errorf("ask triage for a ticket: %w", err)
	}
	now := telling{row: row, c: c, jira: client, ticket: ticket}
	if ticket.GetRestricted() && !domain.Involved(ticket, now.party()) {
		return nil // R149: closed to the party since
	}
	made, err := t.issueFor(ctx, &now)
	if err != nil || now.key == "" {
		return err
	}
	if made {
		return t.stand(ctx, now) // its words and priority are those of now
	}
	return t.say(ctx, now)
}

func (t *Tools) connection(ctx context.Context, row store.ToolDelivery) (*intakev1.Connection, error) {
	kept, err := store.New(t.Pool).GetConnection(ctx, store.GetConnectionParams{Desk: row.Desk, Connection: row.Connection})
	if err != nil {
		return nil, fmt.Errorf("read connection: %w", err)
	}
	if !kept.Told {
		return nil, toolAtRest
	}
	c := new(intakev1.Connection)
	if err := proto.Unmarshal(kept.Facts, c); err != nil {
		return nil, fmt.Errorf("read connection: %w", err)
	}
	return c, nil
}

func (t *Tools) client(desk string, c *intakev1.Connection) (*jira.Client, error) {
	settings := c.GetJira()
	if err := t.Guard.CheckURL(settings.GetBaseUrl()); err != nil {
		return nil, toolForbidden
	}
	// A desk's secrets begin with its name: no connection reaches those of another.
	secret, err := os.ReadFile(filepath.Join(t.Secrets, desk+"."+settings.GetCredential()))
	if err != nil || t.Secrets == "" {
		return nil, errNoCredential
	}
	return &jira.Client{
		HTTP: t.HTTP, Base: settings.GetBaseUrl(), Credential: strings.TrimSpace(string(secret)), Cloud: settings.GetCloud(),
	}, nil
}

// label marks the issue that stands for a ticket; intake reads it.
func label(desk, ticket string) string { return "bavn-" + desk + "-" + ticket }

// issueFor finds the ticket's issue or makes it: what was made before a crash is found by its label. Both sides then know both
// numbers (R34). made is true where it is new; there is no issue where the ticket has gone elsewhere before there was one.
func (t *Tools) issueFor(ctx context.Context, now *telling) (made bool, err error) {
	row, q := now.row, store.New(t.Pool)
	known, err := q.GetToolIssue(ctx, store.GetToolIssueParams{Desk: row.Desk, Connection: row.Connection, Ticket: row.Ticket})
	switch {
	case err == nil:
		now.key = known.ExternalID
	case !errors.Is(err, pgx.ErrNoRows):
		return false, fmt.Errorf("read the ticket's issue: %w", err)
	default:
		if now.key = numberIn(now.ticket, now.c.GetSystem(), now.c.GetJira().GetProject()); now.key == "" {
			if !domain.Involved(now.ticket, now.party()) {
				return false, nil
			}
			if now.key, made, err = t.findOrMake(ctx, *now); err != nil {
				return false, err
			}
		}
		if err := q.PutToolIssue(ctx, store.PutToolIssueParams{
			Desk: row.Desk, Connection: row.Connection, Ticket: row.Ticket, ExternalID: now.key,
		}); err != nil {
			return false, fmt.Errorf("keep the ticket's issue: %w", err)
		}
		if err := t.endAttempt(ctx, *now); err != nil {
			return false, err
		}
	}
	if known.Recorded {
		return made, nil
	}
	return made, t.recordIssue(ctx, *now)
}

// numberIn is the number that a ticket has in a tool already: its people found it there themselves (R66).
func numberIn(ticket *triagev1.Ticket, system, project string) string {
	for _, id := range ticket.GetExternalIds() {
		if id.GetSystem() == system && strings.HasPrefix(id.GetId(), project+"-") {
			return id.GetId()
		}
	}
	return ""
}

// issue is a ticket as Jira shows it: what is wrong and how grave it is, and nothing about who said so (R148).
func (t *Tools) issue(now telling) jira.Issue {
	description := now.ticket.GetDescription()
	if address := t.ticketURL(now.row); address != "" {
		description += "\n\n" + address
	}
	summary := strings.TrimSpace("[" + now.row.Ticket + "] " + strings.ReplaceAll(now.ticket.GetTitle(), "\n", " "))
	return jira.Issue{
		Summary: cut(summary, longestSummary), Description: strings.TrimSpace(description),
		Priority: now.c.GetPriorities()[now.ticket.GetPriority()],
	}
}

// longestSummary is Jira's.
const longestSummary = 255

func cut(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

func (t *Tools) ticketURL(row store.ToolDelivery) string {
	return strings.NewReplacer("{desk}", row.Desk, "{ticket}", row.Ticket).Replace(t.TicketURL)
}

// recordIssue tells intake, which keeps the number here and at triage in the tool's name. What triage refuses for good does not
// hold the rest back: the number stands in Jira and in the ledger.
func (t *Tools) recordIssue(ctx context.Context, now telling) error {
	if address := t.ticketURL(now.row); address != "" {
		if err := now.jira.Refer(ctx, now.key, "bavn="+now.row.Desk+"/"+now.row.Ticket, address, "Bavn "+now.row.Ticket); err != nil {
			return err
		}
	}
	_, err := t.Issues.RecordIssue(asNotify(ctx), &intakev1.RecordIssueRequest{
		Name: now.c.GetName(), Ticket: now.ticket.GetName(), ExternalId: now.key, RequestId: uuid.NewString(),
	})
	switch status.Code(err) {
	case codes.OK:
	case codes.FailedPrecondition, codes.PermissionDenied, codes.InvalidArgument, codes.NotFound:
		t.Logger.ErrorContext(ctx, "the number that a tool gave a ticket is not kept on the ticket",
			"ticket", now.ticket.GetName(), "code", status.Code(err).String())
	default:
		return fmt.Errorf("record the ticket's issue: %w", err)
	}
	if err := store.New(t.Pool).ToolIssueRecorded(ctx, store.ToolIssueRecordedParams{
		Desk: now.row.Desk, Connection: now.row.Connection, Ticket: now.row.Ticket,
	}); err != nil {
		return fmt.Errorf("keep that the issue is recorded: %w", err)
	}
	return nil
}

// say tells what the event was about.
func (t *Tools) say(ctx context.Context, now telling) error {
	switch now.row.EventType {
	case "ticket.note_added":
		return t.comment(ctx, now, "note")
	case "ticket.linked":
		return t.refer(ctx, now)
	case "ticket.updated", "ticket.prioritised", "ticket.texts_erased":
		if err := now.jira.Update(ctx, now.key, t.issue(now)); err != nil {
			return err
		}
	case "ticket.handed_over":
		if !domain.Involved(now.ticket, now.party()) {
			return t.commentText(ctx, now, "→ "+t.unit(ctx, now.row.Desk, domain.Key(now.ticket.GetHolderParty())))
		}
	case "ticket.resolved":
		if err := t.commentText(ctx, now, cmp.Or(now.ticket.GetSolution(), "–")); err != nil {
			return err
		}
	case "ticket.returned", "ticket.solution_rejected", "ticket.reopened", "ticket.hand_over_offered", "ticket.held":
		if err := t.comment(ctx, now, "reason"); err != nil {
			return err
		}
	}
	return t.stand(ctx, now)
}

// stand takes the issue to where the event took the ticket, if the ticket still stands there: what the tool has said since
// counts. An issue that stands where it means the same stays.
func (t *Tools) stand(ctx context.Context, now telling) error {
	status := triagev1.TicketStatus(now.row.TicketStatus)
	if status == 0 || status != now.ticket.GetStatus() {
		return nil
	}
	wanted := ""
	for _, m := range now.c.GetStatuses() {
		if m.GetStatus() == status && !m.GetIncomingOnly() {
			wanted = m.GetToolStatus()
		}
	}
	if wanted == "" {
		return nil
	}
	there, err := now.jira.Status(ctx, now.key)
	if err != nil {
		return err
	}
	for _, m := range now.c.GetStatuses() {
		if m.GetToolStatus() == there && m.GetStatus() == status {
			return nil
		}
	}
	err = now.jira.Move(ctx, now.key, wanted, now.c.GetJira().GetResolution())
	if errors.Is(err, jira.ErrNoTransition) {
		return toolNoTransition
	}
	return err
}

// comment writes a text of the event, as long as it is not erased (R147).
func (t *Tools) comment(ctx context.Context, now telling, name string) error {
	text, err := t.text(ctx, now.row, name)
	if err != nil || text == "" {
		return err
	}
	return t.commentText(ctx, now, text)
}

// commentText writes for whom it is said, and under it which event says it: intake knows by it what is ours.
func (t *Tools) commentText(ctx context.Context, now telling, text string) error {
	if now.row.Unit != "" {
		text = t.unit(ctx, now.row.Desk, now.row.Unit) + ": " + text
	}
	mark := fmt.Sprintf("— Bavn %s#%d", now.row.Ticket, now.row.EventRevision)
	return now.jira.Comment(ctx, now.key, text, mark, now.row.Attempts == 1)
}

// unit is what people call a party or group.
func (t *Tools) unit(ctx context.Context, desk, unit string) string {
	units, err := store.New(t.Pool).GetUnits(ctx, store.GetUnitsParams{Desk: desk, Units: []string{unit}})
	if err != nil || len(units) == 0 {
		return resourcename.ID(unit)
	}
	return units[0].DisplayName
}

// refer shows on the issue what the ticket is linked to in other tools: problems and changes (R97).
func (t *Tools) refer(ctx context.Context, now telling) error {
	for _, link := range now.ticket.GetLinks() {
		if link.GetTool() == "" || link.GetTool() == now.c.GetSystem() && link.GetExternalId() == now.key {
			continue
		}
		inside := slices.ContainsFunc(now.c.GetJira().GetLinkedProjects(), func(p *intakev1.LinkedProject) bool {
			return p.GetTool() == link.GetTool() && strings.HasPrefix(link.GetExternalId(), p.GetProject()+"-")
		})
		var err error
		if inside {
			err = now.jira.LinkIssues(ctx, now.key, link.GetExternalId(), "Relates")
		} else {
			title := link.GetTool() + " " + link.GetExternalId()
			err = now.jira.Refer(ctx, now.key, "bavn-link="+title, t.ticketURL(now.row), title)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// text reads again what an event says. An erased text is not there any more (R147).
func (t *Tools) text(ctx context.Context, row store.ToolDelivery, name string) (string, error) {
	ctx, cancel := context.WithTimeout(asNotify(ctx), textsTimeout)
	defer cancel()
	var found string
	err := t.Events.Follow(ctx, feed.Position{}, feed.Filter{
		Resources: []string{domain.TicketName(row.Desk, row.Ticket)}, Types: []string{row.EventType},
	}, nil, func(a feed.Arrival) error {
		if a.Event == nil || a.Event.Record.GetRevision() != row.EventRevision {
			return nil
		}
		if said, there := a.Event.Text(name); there {
			found = said.GetText()
		}
		return errAllRead
	})
	if errors.Is(err, errAllRead) {
		return found, nil
	}
	return "", fmt.Errorf("read a text: %w", err)
}
