package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process"
)

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func infoOf(t *testing.T, err error) *errdetails.ErrorInfo {
	t.Helper()
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info
		}
	}
	t.Fatalf("%v has no ErrorInfo", err)
	return nil
}

// fields are the paths of the fields that a refusal names.
func fields(err error) []string {
	var paths []string
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				paths = append(paths, v.GetField())
			}
		}
	}
	return paths
}

func TestEveryRefusalHasItsCodeReasonAndField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open, solved := w.open().GetName(), w.resolved().GetName()
	offered := w.inProgress().GetName()
	must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: offered, RequestId: requestID(), Party: netic, Reason: danish("Jeres"),
	}))(t)
	const elsewhere = "desks/au/parties/spoc"
	solution := triagev1.SolutionKind_SOLUTION_KIND_PERMANENT
	for name, tc := range map[string]struct {
		person string
		call   func(ctx context.Context) (*triagev1.Ticket, error)
		code   codes.Code
		reason string
		field  string
	}{
		"close what is not solved": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.CloseTicket(ctx, &triagev1.CloseTicketRequest{Name: open, RequestId: requestID()})
		}, codes.FailedPrecondition, "WRONG_STATUS", ""},
		"solve with nothing said": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
				Name: open, RequestId: requestID(), Solution: danish("  "), SolutionKind: solution,
			})
		}, codes.InvalidArgument, fault.InvalidArgument, "solution.text"},
		"solve while offered": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
				Name: offered, RequestId: requestID(), Solution: danish("Ok"), SolutionKind: solution,
			})
		}, codes.FailedPrecondition, "OFFER_PENDING", ""},
		"accept what is not offered": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.WithdrawHandOver(ctx, &triagev1.WithdrawHandOverRequest{Name: open, RequestId: requestID()})
		}, codes.FailedPrecondition, "NO_OFFER", ""},
		"hand over to where it is": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.HandOverTicket(ctx, &triagev1.HandOverTicketRequest{
				Name: open, RequestId: requestID(), Party: spoc, Reason: danish("Hm"),
			})
		}, codes.FailedPrecondition, "SAME_HOLDER", ""},
		"hand over to nobody we know": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.HandOverTicket(ctx, &triagev1.HandOverTicketRequest{
				Name: open, RequestId: requestID(), Party: desk + "/parties/nobody", Reason: danish("Hm"),
			})
		}, codes.NotFound, fault.NotFound, "party"},
		"hand over to another desk": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.HandOverTicket(ctx, &triagev1.HandOverTicketRequest{
				Name: open, RequestId: requestID(), Party: elsewhere, Reason: danish("Hm"),
			})
		}, codes.InvalidArgument, fault.InvalidArgument, "party"},
		"hand over to a group of another party": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.HandOverTicket(ctx, &triagev1.HandOverTicketRequest{
				Name: open, RequestId: requestID(), Party: fmk, Group: drift, Reason: danish("Hm"),
			})
		}, codes.InvalidArgument, fault.InvalidArgument, "group"},
		"assign to a stranger": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.AssignTicket(ctx, &triagev1.AssignTicketRequest{Name: open, RequestId: requestID(), Assignee: who("jonas")})
		}, codes.FailedPrecondition, "NOT_A_MEMBER", ""},
		"assign to a foreign group": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.AssignTicket(ctx, &triagev1.AssignTicketRequest{Name: open, RequestId: requestID(), Group: drift})
		}, codes.NotFound, fault.NotFound, "group"},
		"accept for somebody who does not work there": {"jonas", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.AcceptHandOver(ctx, &triagev1.AcceptHandOverRequest{
				Name: offered, RequestId: requestID(), Assignee: who("ida"),
			})
		}, codes.FailedPrecondition, "NOT_A_MEMBER", ""},
		"transfer to the owner": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.TransferResponsibility(ctx, &triagev1.TransferResponsibilityRequest{
				Name: open, RequestId: requestID(), Party: spoc, Reason: danish("Hm"),
			})
		}, codes.FailedPrecondition, "SAME_OWNER", ""},
		"verify as an agent": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.AcceptSolution(ctx, &triagev1.AcceptSolutionRequest{Name: solved, RequestId: requestID()})
		}, codes.PermissionDenied, fault.PermissionDenied, ""},
		"close as the solver": {"jonas", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.CloseTicket(ctx, &triagev1.CloseTicketRequest{Name: solved, RequestId: requestID()})
		}, codes.PermissionDenied, fault.PermissionDenied, ""},
		"internal note by the reporter": {"karen", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.AddNote(ctx, &triagev1.AddNoteRequest{
				Name: open, RequestId: requestID(), Note: danish("Hm"), Internal: true,
			})
		}, codes.PermissionDenied, fault.PermissionDenied, ""},
		"open by a person": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.OpenTicket(ctx, w.opening())
		}, codes.PermissionDenied, fault.PermissionDenied, ""},
		"update everything": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.UpdateTicket(ctx, &triagev1.UpdateTicketRequest{
				RequestId: requestID(), UpdateMask: mask("status"), Ticket: &triagev1.Ticket{Name: open},
			})
		}, codes.InvalidArgument, fault.InvalidArgument, "update_mask"},
		"update the title away": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.UpdateTicket(ctx, &triagev1.UpdateTicketRequest{
				RequestId: requestID(), UpdateMask: mask("title"), Ticket: &triagev1.Ticket{Name: open},
			})
		}, codes.InvalidArgument, fault.InvalidArgument, "ticket.title"},
		"update a thing without a name": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.UpdateTicket(ctx, &triagev1.UpdateTicketRequest{
				RequestId: requestID(), UpdateMask: mask("title"), Ticket: &triagev1.Ticket{Title: "Hm"},
			})
		}, codes.InvalidArgument, fault.InvalidArgument, "ticket.name"},
		"hold in an open status": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.HoldTicket(ctx, &triagev1.HoldTicketRequest{
				Name: open, RequestId: requestID(), Status: process.Closed, Reason: danish("Hm"),
			})
		}, codes.InvalidArgument, fault.InvalidArgument, "status"},
		"import into what lives": {"imp", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.FinishImport(ctx, &triagev1.FinishImportRequest{Name: open, RequestId: requestID()})
		}, codes.FailedPrecondition, "NOT_IMPORTING", ""},
		"import by an agent": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.ImportTicketStep(ctx, &triagev1.ImportTicketStepRequest{
				Name: open, RequestId: requestID(), OccurredAt: timestamppb.Now(), SourceRow: "x#1", HolderParty: spoc,
			})
		}, codes.PermissionDenied, fault.PermissionDenied, ""},
		"take from a foreign pile": {"mette", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.TakeNextTicket(ctx, &triagev1.TakeNextTicketRequest{Parent: desk, Party: netic, RequestId: requestID()})
		}, codes.PermissionDenied, fault.PermissionDenied, ""},
		"take from an empty pile": {"ida", func(ctx context.Context) (*triagev1.Ticket, error) {
			return w.tickets.TakeNextTicket(ctx, &triagev1.TakeNextTicketRequest{Parent: desk, Party: fmk, RequestId: requestID()})
		}, codes.NotFound, "NOTHING_TO_TAKE", ""},
	} {
		_, err := tc.call(w.as(tc.person))
		if status.Code(err) != tc.code || fault.ReasonOf(err) != tc.reason {
			t.Errorf("%s: %v %s, want %v %s", name, status.Code(err), fault.ReasonOf(err), tc.code, tc.reason)
			continue
		}
		if got := fields(err); tc.field != "" && (len(got) != 1 || got[0] != tc.field) {
			t.Errorf("%s: names the fields %v, want %s", name, got, tc.field)
		}
	}
	for _, name := range []string{open, solved, offered} {
		before := len(w.events(name))
		if before > 7 {
			t.Errorf("%s has %d events: a refused call wrote something", name, before)
		}
	}
}

func TestARefusedStepNamesTheRuleAndWhatWouldSatisfyItInTheCallersLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.open().GetName()
	ctx := metadata.AppendToOutgoingContext(w.as("mette"), "accept-language", "da")
	_, err := w.tickets.CloseTicket(ctx, &triagev1.CloseTicketRequest{Name: name, RequestId: requestID()})
	var rule, satisfy, words string
	for _, detail := range status.Convert(err).Details() {
		switch d := detail.(type) {
		case *errdetails.PreconditionFailure:
			rule, satisfy = d.GetViolations()[0].GetSubject(), d.GetViolations()[0].GetDescription()
		case *errdetails.LocalizedMessage:
			words = d.GetMessage()
		}
	}
	if rule != "life-cycle/close" || !strings.Contains(satisfy, "RESOLVED") || !strings.HasPrefix(words, "Sagen har ikke") {
		t.Errorf("refused by %q, satisfied by %q, in the words %q", rule, satisfy, words)
	}
}

func TestATicketIsOpenedOncePerSubmissionAndNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	opening := w.opening()
	first := must(w.intake.OpenTicket(t.Context(), opening))(t)
	must(w.tickets.TakeTicket(w.as("mette"), &triagev1.TakeTicketRequest{Name: first.GetName(), RequestId: requestID()}))(t)
	again := must(w.intake.OpenTicket(t.Context(), opening))(t)
	if again.GetName() != first.GetName() || again.GetStatus() != process.Assigned {
		t.Errorf("opened again: %v", again)
	}
	other := w.opening()
	other.Name = opening.GetName()
	if _, err := w.intake.OpenTicket(t.Context(), other); !fault.Is(err, "TICKET_NUMBER_TAKEN") {
		t.Errorf("another submission with the same number: %v", err)
	}
	elsewhere := w.opening()
	elsewhere.Name = "desks/au/tickets/AU0001"
	for _, name := range []*string{&elsewhere.Submission, &elsewhere.Reporter, &elsewhere.AffectedUser} {
		*name = strings.Replace(*name, desk, "desks/au", 1)
	}
	if _, err := w.intake.OpenTicket(t.Context(), elsewhere); status.Code(err) != codes.NotFound {
		t.Errorf("opened in a desk that does not exist: %v", err)
	}
}

func TestAnExpiredTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.open().GetName()
	ctx := w.as("mette")
	w.clock.Advance(inTheFuture + time.Hour)
	if _, err := w.tickets.GetTicket(ctx, &triagev1.GetTicketRequest{Name: name}); !fault.Is(err, fault.TokenExpired) {
		t.Errorf("a hundred days later: %v, want TOKEN_EXPIRED", err)
	}
}
