package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
	"github.com/bavn/bavn/services/intake/internal/tool"
)

// Sources are those whose deliveries Tools follow.
func (t *Tools) Sources() []string {
	all := make([]string, 0, len(sources))
	for _, source := range sources {
		all = append(all, source)
	}
	return all
}

// following is one delivery that is followed.
type following struct {
	c     *intakev1.Connection
	item  store.InboundItem
	news  *domain.News
	issue store.ToolIssue
	desk  store.Desk
}

// Handle follows one delivery that was kept. It acts as the tool, with the rights of the tool's party, and comes to the same end
// however often it is asked.
func (t *Tools) Handle(ctx context.Context, item store.InboundItem) (Verdict, error) {
	c, err := store.ReadConnection(ctx, t.Pool, domain.ConnectionName(item.Desk, item.Route))
	if err != nil {
		return Verdict{}, err
	}
	original, err := t.Original(ctx, item)
	if err != nil {
		return Verdict{}, err
	}
	d, err := tool.ReadOriginal(original)
	if err != nil {
		return Verdict{}, err
	}
	news, err := tool.Read(c, d)
	switch {
	case err != nil:
		return Quarantined(domain.ToolUnreadable), nil //nolint:nilerr // a person looks at what no program can read
	case news == nil:
		return refusedFor(domain.ToolNotATicket), nil
	case tooLate(c, item, news):
		return Quarantined(domain.ToolLate), nil
	}
	verdict, err := t.followOne(ctx, following{c: c, item: item, news: news})
	verdict.Sender, verdict.Subject = c.GetDisplayName(), news.Title
	return verdict, err
}

// tooLate holds back what was signed long before it came, where the tool signs the time with it and not anew for each attempt:
// Jira. An issue's next webhook tells where it stands, whatever was held back.
func tooLate(c *intakev1.Connection, item store.InboundItem, news *domain.News) bool {
	return c.GetKind() == intakev1.ToolKind_TOOL_KIND_JIRA && !item.Released &&
		item.ReceivedAt.Sub(news.Said).Abs() > tool.Tolerance
}

func refusedFor(reason string) Verdict {
	return Verdict{Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_REFUSED, Reason: reason}
}

func joined(ticket, reason string) Verdict {
	return Verdict{Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_JOINED, Ticket: ticket, Reason: reason}
}

func ticketed(ticket string) Verdict {
	return Verdict{Outcome: intakev1.InboundOutcome_INBOUND_OUTCOME_TICKETED, Ticket: ticket}
}

const (
	// busyFor is longer than anybody follows one delivery; after a crash the next waits for it.
	busyFor = 30 * time.Second
	// busyAgain is how often somebody who waits looks.
	busyAgain = 50 * time.Millisecond
)

var errBusy = status.Error(codes.Unavailable, "another delivery about the same issue is being followed")

// followOne has the issue to itself.
func (t *Tools) followOne(ctx context.Context, f following) (Verdict, error) {
	var err error
	if f.desk, err = store.New(t.Pool).GetDesk(ctx, f.item.Desk); err != nil {
		return Verdict{}, fmt.Errorf("read desk: %w", pg.Translate(err))
	}
	if f.issue, err = t.claimIssue(ctx, f.item, f.news.Issue); err != nil {
		return Verdict{}, err
	}
	defer t.freeIssue(context.WithoutCancel(ctx), f.issue)
	if f.news.Alarm != nil {
		return t.followAlarm(ctx, f)
	}
	return t.followIssue(ctx, f)
}

func (t *Tools) claimIssue(ctx context.Context, item store.InboundItem, issue string) (store.ToolIssue, error) {
	patience := time.NewTimer(t.InlineTimeout)
	defer patience.Stop()
	again := time.NewTicker(busyAgain)
	defer again.Stop()
	for {
		now := t.Clock.Now()
		claimed, err := store.New(t.Pool).ClaimToolIssue(ctx, store.ClaimToolIssueParams{
			Desk: item.Desk, Connection: item.Route, ExternalID: issue, Now: now, Until: now.Add(busyFor),
		})
		if !errors.Is(err, pgx.ErrNoRows) {
			return claimed, pg.Translate(err)
		}
		select {
		case <-ctx.Done():
			return store.ToolIssue{}, ctx.Err()
		case <-patience.C:
			return store.ToolIssue{}, errBusy
		case <-again.C:
		}
	}
}

// freeIssue lets the next one in. If it fails, the claim ends by itself.
func (t *Tools) freeIssue(ctx context.Context, i store.ToolIssue) {
	q := store.New(t.Pool)
	err := q.DropToolIssue(ctx, store.DropToolIssueParams{Desk: i.Desk, Connection: i.Connection, ExternalID: i.ExternalID})
	if err == nil {
		err = q.FreeToolIssue(ctx, store.FreeToolIssueParams{Desk: i.Desk, Connection: i.Connection, ExternalID: i.ExternalID})
	}
	if err != nil {
		t.Logger.WarnContext(ctx, "an issue stays claimed for a while", "connection", domain.ConnectionName(i.Desk, i.Connection))
	}
}

// tie notes which ticket an issue is about.
func (t *Tools) tie(ctx context.Context, f *following, ticket string) error {
	f.issue.Ticket = ticket
	return pg.Translate(store.New(t.Pool).TieToolIssue(ctx, store.TieToolIssueParams{
		Desk: f.issue.Desk, Connection: f.issue.Connection, ExternalID: f.issue.ExternalID, Ticket: ticket,
	}))
}

// heard notes how far the issue has been followed.
func (t *Tools) heard(ctx context.Context, f following, quiet *time.Time) error {
	return pg.Translate(store.New(t.Pool).HeardToolIssue(ctx, store.HeardToolIssueParams{
		Desk: f.issue.Desk, Connection: f.issue.Connection, ExternalID: f.issue.ExternalID, Said: f.news.Said, QuietAt: quiet,
	}))
}

// refusal is why triage would not, in one word, where asking again would be answered alike; else the error is to be waited for.
func refusal(err error) (reason string, waits error) {
	if err == nil {
		return "", nil
	}
	switch status.Code(err) {
	case codes.FailedPrecondition, codes.PermissionDenied, codes.NotFound, codes.InvalidArgument, codes.AlreadyExists,
		codes.OutOfRange:
		return cmp.Or(fault.ReasonOf(err), status.Code(err).String()) + fieldOf(err), nil
	default:
		return "", err
	}
}

// fieldOf names the first field that was wrong, for whoever set the connection up.
func fieldOf(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok && len(bad.GetFieldViolations()) > 0 {
			return " " + bad.GetFieldViolations()[0].GetField()
		}
	}
	return ""
}
