package command

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
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

// RecordReport keeps how far the incident report is: what reporting says, the gates of closing ask (R108). Of a report that is
// made outside Bavn, whoever approves such reports says it.
func (c *Tickets) RecordReport(ctx context.Context, r *triagev1.RecordReportRequest) (*triagev1.Ticket, error) {
	if r.GetApproved() && !r.GetWritten() {
		return nil, invalid("approved", "report.unwritten")
	}
	return c.change(ctx, call{
		action: "RecordReport", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if s.by == "" {
			return s.RecordReport(r.GetWritten(), r.GetApproved(), s.at), nil
		}
		duty, err := s.approves()
		if err != nil {
			return domain.Outcome{}, err
		}
		where := text(domain.TextReason, r.GetReason())
		if where.Blank() {
			return domain.Outcome{}, invalid("reason.text", "required")
		}
		return s.RecordOutsideReport(duty, r.GetWritten(), r.GetApproved(), where, s.at), nil
	})
}

// approves is the duty of the report that the caller may approve by one of their roles.
func (s scene) approves() (duty profile.Held[*profilev1.ReportDuty], err error) {
	if err := s.byProfile(); err != nil {
		return duty, err
	}
	duty, due, err := s.Desk.Process.Report(s.ProcessFacts(s.at))
	if err != nil {
		return duty, err
	}
	if !due {
		return duty, fault.New(codes.FailedPrecondition, NoReportDue).
			Violation("PROFILE", "reports", "the desk's process asks for no incident report of it")
	}
	if approvers := duty.Setting.GetApprovedBy(); !s.holds(approvers) {
		return duty, s.notFor(duty.Why.Rule+".approved_by", "one who is "+strings.Join(approvers, " or ")+" says so")
	}
	return duty, nil
}
