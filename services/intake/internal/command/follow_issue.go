package command

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// followIssue does with the ticket what the tool's people did with its issue (R64, R145). What adds to the ticket is added
// whenever it comes; where the ticket stands is moved by the newest word alone.
func (t *Tools) followIssue(ctx context.Context, f following) (Verdict, error) {
	opened, reason, err := t.ticketOf(ctx, &f)
	if err != nil || f.issue.Ticket == "" {
		return refusedFor(reason), err
	}
	ticket := f.issue.Ticket
	if f.news.Ours {
		return joined(ticket, domain.ToolEcho), nil
	}
	if reason, err = t.addComment(ctx, f); err != nil {
		return Verdict{}, err
	}
	linked, err := t.addLinks(ctx, f)
	if err != nil {
		return Verdict{}, err
	}
	if f.news.Said.Before(f.issue.HeardAt) {
		return joined(ticket, domain.ToolOvertaken), nil
	}
	moved, err := t.moveTicket(ctx, f)
	if err != nil {
		return Verdict{}, err
	}
	if err := t.heard(ctx, f, nil); err != nil {
		return Verdict{}, err
	}
	if opened {
		return ticketed(ticket), nil
	}
	return joined(ticket, cmp.Or(moved, reason, linked)), nil
}

// ticketOf finds the ticket that an issue is about: the one that it is tied to, the one that our label on it names, or a new
// one where the tool may open some (R66). reason says why there is none.
func (t *Tools) ticketOf(ctx context.Context, f *following) (opened bool, reason string, err error) {
	switch {
	case f.issue.Ticket != "":
		return false, "", nil
	case f.news.Ticket != "":
		reason, err := t.keepNumber(ctx, f, f.news.Ticket)
		return false, reason, err
	case f.news.Ours:
		return false, domain.ToolEcho, nil
	case !f.c.GetOpensTickets() || !f.news.Created:
		return false, domain.ToolNotATicket, nil
	}
	reason, err = t.openFor(ctx, f, &intakev1.SubmitTicketRequest{
		Channel: commonv1.Channel_CHANNEL_API, ExternalIds: map[string]string{f.c.GetSystem(): f.news.Issue},
		Assessment: &triagev1.Assessment{FoundBy: f.c.GetParty()}, // R66: the party found it itself
	})
	return reason == "", reason, err
}

// keepNumber gives a ticket its number in the tool, if the tool may see it, and ties the issue to it (R34).
func (t *Tools) keepNumber(ctx context.Context, f *following, ticket string) (reason string, err error) {
	_, err = t.Links.SetExternalId(asTool(ctx, f.c), &triagev1.SetExternalIdRequest{
		Name: domain.TicketName(f.item.Desk, ticket), External: &triagev1.ExternalNumber{System: f.c.GetSystem(), Id: f.news.Issue},
		RequestId: uuid.NewSHA1(issueSpace(f.c, f.news.Issue), []byte(ticket)).String(),
	})
	if reason, err = refusal(err); reason != "" || err != nil {
		return reason, err
	}
	return "", t.tie(ctx, f, ticket)
}

// issueSpace makes the request ids of what is done about an issue, whichever delivery tells of it.
func issueSpace(c *intakev1.Connection, issue string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(c.GetName()+"/"+issue))
}

// openFor submits a ticket as the tool.
func (t *Tools) openFor(ctx context.Context, f *following, r *intakev1.SubmitTicketRequest) (reason string, err error) {
	person := auth.Tool(resourcename.ID(f.c.GetName()))
	r.Parent, r.RequestId = "desks/"+f.item.Desk, requestOf(f.item.Inbound, "submit")
	r.Title = &commonv1.LocalizedText{Text: cmp.Or(f.news.Title, f.news.Issue)}
	r.Description = &commonv1.LocalizedText{Text: f.news.Description}
	submission, err := t.SubmitTicket(auth.NewContext(ctx, auth.Principal{Service: "intake", Person: person}), r)
	if reason, err = refusal(err); reason != "" || err != nil {
		return reason, err
	}
	return "", t.tie(ctx, f, resourcename.ID(submission.GetTicket()))
}

// addComment writes what somebody wrote there, once, whichever deliveries tell of it.
func (t *Tools) addComment(ctx context.Context, f following) (reason string, err error) {
	said := f.news.Comment
	if said == nil {
		return "", nil
	}
	id := requestOf(f.item.Inbound, "comment")
	if said.ID != "" {
		id = requestOf(issueSpace(f.c, f.news.Issue), "comment "+said.ID)
	}
	text := said.Text
	if said.Author != "" {
		text = said.Author + " (" + f.news.Issue + "): " + text
	}
	return t.addNote(ctx, f, id, text, said.Restricted)
}

func (t *Tools) addNote(ctx context.Context, f following, requestID, text string, internal bool) (reason string, err error) {
	_, err = t.Triage.AddNote(asTool(ctx, f.c), &triagev1.AddNoteRequest{
		Name: domain.TicketName(f.item.Desk, f.issue.Ticket), RequestId: requestID,
		Note: &commonv1.LocalizedText{Text: text}, Internal: internal,
	})
	return refusal(err)
}

// addLinks links the ticket with the problems and changes that the issue was linked with (R97).
func (t *Tools) addLinks(ctx context.Context, f following) (reason string, err error) {
	for _, issue := range f.news.Linked {
		for _, project := range f.c.GetJira().GetLinkedProjects() {
			if !strings.HasPrefix(issue, project.GetProject()+"-") {
				continue
			}
			_, err := t.Links.LinkTicket(asTool(ctx, f.c), &triagev1.LinkTicketRequest{
				Name: domain.TicketName(f.item.Desk, f.issue.Ticket), Kind: project.GetKind(), Tool: project.GetTool(), ExternalId: issue,
				RequestId: requestOf(issueSpace(f.c, f.news.Issue), "link "+issue),
			})
			refused, err := refusal(err)
			if err != nil {
				return "", err
			}
			reason = cmp.Or(reason, refused)
		}
	}
	return reason, nil
}

// moveTicket leads the ticket to where the tool says that it stands, and tells the parties where that is not possible: the two
// would silently disagree.
func (t *Tools) moveTicket(ctx context.Context, f following) (reason string, err error) {
	if f.news.Status == "" {
		return "", nil
	}
	target, known := domain.StatusOf(f.c.GetStatuses(), f.news.Status)
	if !known {
		return domain.ToolUnmapped, nil
	}
	reason, err = t.lead(ctx, f, target, domain.Solution(f.desk.LanguageCode, f.news))
	if err != nil || reason == "" || reason == domain.ToolNotTheirs {
		return reason, err
	}
	text := fmt.Sprintf("%s: %s → %s", f.news.Issue, f.news.Status, reason)
	_, err = t.addNote(ctx, f, requestOf(f.item.Inbound, "refused"), text, true)
	return reason, err
}
