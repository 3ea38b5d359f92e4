package fault

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
)

// ToStatus is the one translation from errors to what a caller sees. A *Error gets its texts in the caller's language; a
// status of another of our services passes as it is; any other status keeps its code but not its text; everything else
// is INTERNAL without its text (the caller of ToStatus logs err). A nil error gives a nil status.
func ToStatus(ctx context.Context, err error, catalog *Catalog) *status.Status {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.status(catalog, Language(ctx))
	}
	if foreign, ok := errors.AsType[statusError](err); ok {
		st := foreign.GRPCStatus() // not status.FromError, which puts the texts of our wrapping into the message
		if infoOf(st) != nil {
			return st
		}
		reason, known := reasonOfCode[st.Code()]
		if known {
			return New(st.Code(), reason).status(catalog, Language(ctx))
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return New(codes.Canceled, Canceled).status(catalog, Language(ctx))
	case errors.Is(err, context.DeadlineExceeded):
		return New(codes.DeadlineExceeded, DeadlineExceeded).status(catalog, Language(ctx))
	}
	return New(codes.Internal, Internal).status(catalog, Language(ctx))
}

// statusError is what gRPC returns from a call.
type statusError interface {
	error
	GRPCStatus() *status.Status
}

// infoOf returns the ErrorInfo of a status that one of our services made, or nil.
func infoOf(st *status.Status) *errdetails.ErrorInfo {
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == Domain {
			return info
		}
	}
	return nil
}

// status builds the status; without a catalog the message is the reason and there is no LocalizedMessage.
func (e *Error) status(catalog *Catalog, lang string) *status.Status {
	message := e.reason
	details := []protoadapt.MessageV1{&errdetails.ErrorInfo{Domain: Domain, Reason: e.reason, Metadata: e.meta}}
	if catalog != nil {
		message = catalog.text(e, developerLanguage)
		details = append(details, &errdetails.LocalizedMessage{Locale: lang, Message: catalog.text(e, lang)})
	}
	if len(e.fields) > 0 {
		details = append(details, e.badRequest(catalog, lang))
	}
	if len(e.violations) > 0 {
		details = append(details, e.preconditionFailure())
	}
	if e.retryAfter > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.retryAfter)})
	}
	st := status.New(e.code, message)
	full, err := st.WithDetails(details...)
	if err != nil { // only a code OK or a text that is not UTF-8: the code and the reason still get through
		return st
	}
	return full
}

func (e *Error) badRequest(catalog *Catalog, lang string) *errdetails.BadRequest {
	bad := &errdetails.BadRequest{FieldViolations: make([]*errdetails.BadRequest_FieldViolation, 0, len(e.fields))}
	for _, f := range e.fields {
		v := &errdetails.BadRequest_FieldViolation{
			Field:       f.Path,
			Reason:      upperSnake(f.Rule),
			Description: catalog.ruleText(f, developerLanguage),
		}
		if catalog != nil {
			v.LocalizedMessage = &errdetails.LocalizedMessage{Locale: lang, Message: catalog.ruleText(f, lang)}
		}
		bad.FieldViolations = append(bad.FieldViolations, v)
	}
	return bad
}

func (e *Error) preconditionFailure() *errdetails.PreconditionFailure {
	failure := &errdetails.PreconditionFailure{
		Violations: make([]*errdetails.PreconditionFailure_Violation, 0, len(e.violations)),
	}
	for _, v := range e.violations {
		failure.Violations = append(failure.Violations, &errdetails.PreconditionFailure_Violation{
			Type: v.Type, Subject: v.Subject, Description: v.Description,
		})
	}
	return failure
}
