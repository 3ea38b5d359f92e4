package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/services/notify/internal/jira"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// issueHidden is how long an issue that may have been made is looked for before it is made again: what Jira Cloud has written is
// found "within seconds to minutes". https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile
const issueHidden = 10 * time.Minute

// errInDoubt waits for an issue to be found that was asked for before a crash or a lost answer.
var errInDoubt = errors.New("an issue was asked for, and is not found yet")

// findOrMake is the ticket's issue. What is asked for is written down before it is: without a number that came back, it is looked
// for until it would have been found, and only then asked for again. Jira's webhook tells of it as well, sooner than its search.
func (t *Tools) findOrMake(ctx context.Context, now telling) (key string, made bool, err error) {
	settings, mark, q := now.c.GetJira(), label(now.row.Desk, now.row.Ticket), store.New(t.Pool)
	begun, err := q.GetToolIssueAttempt(ctx, store.GetToolIssueAttemptParams{
		Desk: now.row.Desk, Connection: now.row.Connection, Ticket: now.row.Ticket,
	})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", false, fmt.Errorf("read whether an issue was asked for: %w", err)
	}
	if key, err = now.jira.Find(ctx, settings.GetProject(), mark); err != nil || key != "" {
		return key, false, err
	}
	if t.Clock.Now().Sub(begun) < issueHidden {
		return "", false, errInDoubt
	}
	if err := q.BeginToolIssue(ctx, store.BeginToolIssueParams{
		Desk: now.row.Desk, Connection: now.row.Connection, Ticket: now.row.Ticket, Now: t.Clock.Now(),
	}); err != nil {
		return "", false, fmt.Errorf("write that an issue is asked for: %w", err)
	}
	issue := t.issue(now)
	issue.Project, issue.Type, issue.Label = settings.GetProject(), settings.GetIssueType(), mark
	key, err = now.jira.Create(ctx, issue)
	if surelyNotMade(err) {
		return "", false, errors.Join(err, t.endAttempt(context.WithoutCancel(ctx), now))
	}
	return key, true, err
}

// endAttempt forgets that an issue was asked for: its number is known, or it was refused.
func (t *Tools) endAttempt(ctx context.Context, now telling) error {
	ctx, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	err := store.New(t.Pool).EndToolIssueAttempt(ctx, store.EndToolIssueAttemptParams{
		Desk: now.row.Desk, Connection: now.row.Connection, Ticket: now.row.Ticket,
	})
	if err != nil {
		return fmt.Errorf("forget that an issue was asked for: %w", err)
	}
	return nil
}

// surelyNotMade reports whether Jira refused, or was never reached. Everything else may have made the issue.
func surelyNotMade(err error) bool {
	refused, isJira := errors.AsType[*jira.Error](err)
	if isJira && refused.Status >= http.StatusBadRequest && refused.Status < http.StatusInternalServerError {
		return refused.Status != http.StatusRequestTimeout
	}
	onTheWay, isNet := errors.AsType[*net.OpError](err)
	return isNet && onTheWay.Op == "dial"
}
