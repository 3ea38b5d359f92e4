package api

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
)

// PersonImports serves bavn.intake.v1.PersonImportService.
type PersonImports struct {
	intakev1.UnsafePersonImportServiceServer
	Gate     *access.Gate
	Commands *command.Commands
	// Texts are those of the rules, for the report.
	Texts *fault.Catalog
}

var _ intakev1.PersonImportServiceServer = (*PersonImports)(nil)

var errNotFirst = fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("parent", "import.first")

// ImportPersons brings persons in line with a list.
func (s *PersonImports) ImportPersons(
	stream grpc.ClientStreamingServer[intakev1.ImportPersonsRequest, intakev1.ImportPersonsResponse],
) error {
	first, err := stream.Recv()
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if first.GetParent() == "" || first.GetRequestId() == "" || first.GetSource() == "" {
		return errNotFirst
	}
	ctx := stream.Context()
	if err := s.Gate.Desk(ctx, "ImportPersons", strings.TrimPrefix(first.GetParent(), "desks/"), nil); err != nil {
		return err
	}
	report, err := s.Commands.ImportPersons(ctx, first, lines(first, stream.Recv))
	if err != nil {
		return err
	}
	for _, refusal := range report.GetRefusals() {
		refusal.Message = s.words(ctx, refusal)
	}
	return stream.SendAndClose(report)
}

// lines are the persons of all messages.
func lines(
	message *intakev1.ImportPersonsRequest, next func() (*intakev1.ImportPersonsRequest, error),
) iter.Seq2[*intakev1.ImportedPerson, error] {
	return func(yield func(*intakev1.ImportedPerson, error) bool) {
		for {
			for _, person := range message.GetPersons() {
				if !yield(person, nil) {
					return
				}
			}
			var err error
			if message, err = next(); errors.Is(err, io.EOF) {
				return
			}
			if err == nil && (message.GetParent() != "" || message.GetRequestId() != "" || message.GetSource() != "") {
				err = errNotFirst
			}
			if err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// words are what a broken rule says in the caller's language, as every refusal does.
func (s *PersonImports) words(ctx context.Context, r *intakev1.RefusedPerson) string {
	refused := fault.New(codes.InvalidArgument, fault.InvalidArgument).Field(r.GetField(), r.GetRule())
	for _, detail := range fault.ToStatus(ctx, refused, s.Texts).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok && len(bad.GetFieldViolations()) > 0 {
			return bad.GetFieldViolations()[0].GetLocalizedMessage().GetMessage()
		}
	}
	return ""
}
