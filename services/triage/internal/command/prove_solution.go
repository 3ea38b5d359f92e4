package command

import (
	"context"
	"slices"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// VerifySolution says that a solution was verified (R151).
func (c *Tickets) VerifySolution(ctx context.Context, r *triagev1.VerifySolutionRequest) (*triagev1.Ticket, error) {
	caller, err := c.Access.Caller(ctx, deskOf(r.GetName()))
	if err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "VerifySolution", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		finder := slices.Contains(caller.Parts(&s.Ticket), process.Finder)
		return s.Verify(r.GetMethod(), s.by, finder, s.at)
	})
}

// PassQualityCheck says that a solution's description is good enough to close (R101).
func (c *Tickets) PassQualityCheck(ctx context.Context, r *triagev1.PassQualityCheckRequest) (*triagev1.Ticket, error) {
	return c.change(ctx, call{
		action: "PassQualityCheck", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.PassQualityCheck(s.at)
	})
}

// RecordReport keeps how far the incident report is: what reporting says, the gates of closing ask (R108).
func (c *Tickets) RecordReport(ctx context.Context, r *triagev1.RecordReportRequest) (*triagev1.Ticket, error) {
	if r.GetApproved() && !r.GetWritten() {
		return nil, invalid("approved", "report.unwritten")
	}
	return c.change(ctx, call{
		action: "RecordReport", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		return s.RecordReport(r.GetWritten(), r.GetApproved(), s.at), nil
	})
}
