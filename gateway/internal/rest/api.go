// Package rest is the contract over HTTP and JSON: grpc-gateway's routes over real connections, and around them what a public
// door needs. It knows no process and decides nothing: what is right and allowed is for the services to say.
package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/bavn/bavn/gateway/internal/refusal"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// Services are the connections to those who answer.
type Services struct{ Intake, Triage, Notify, Reporting grpc.ClientConnInterface }

// Limits bound one request.
type Limits struct {
	BodyBytes          int64
	RequestTimeout     time.Duration // until the answer of a call that is no stream
	StreamWriteTimeout time.Duration // until the reader of a stream has taken one message
	UploadBytes        int64         // of one file
	UploadTimeout      time.Duration // until one file has been sent
}

type api struct {
	routes   *routes
	limits   Limits
	refusals *refusal.Writer
	draining context.Context //nolint:containedctx // of the gateway: ends the streams
}

// New serves everything under /v1/. Streams end when draining does.
func New(draining context.Context, services Services, limits Limits, refusals *refusal.Writer) (http.Handler, error) {
	table, err := newRoutes()
	if err != nil {
		return nil, fmt.Errorf("read the contract's HTTP rules: %w", err)
	}
	a := &api{routes: table, limits: limits, refusals: refusals, draining: draining}
	marshaler := &runtime.JSONPb{MarshalOptions: protojson.MarshalOptions{EmitDefaultValues: true}}
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler),
		runtime.WithMarshalerOption(eventStreamType, eventStream{marshaler}),
		runtime.WithMiddlewares(a.admit),
		runtime.WithIncomingHeaderMatcher(forwarded),
		runtime.WithOutgoingHeaderMatcher(nothing),
		runtime.WithOutgoingTrailerMatcher(nothing),
		runtime.WithForwardResponseOption(answerETag),
		runtime.WithErrorHandler(a.callFailed),
		runtime.WithStreamErrorHandler(a.streamFailed),
		runtime.WithRoutingErrorHandler(a.notRouted),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithDisableChunkedEncoding(), // net/http chunks where the protocol wants it
	)
	if err := register(draining, mux, services); err != nil {
		return nil, fmt.Errorf("register the services: %w", err)
	}
	files := &uploads{api: a, intake: intakev1.NewAttachmentServiceClient(services.Intake)}
	all := http.NewServeMux()
	all.HandleFunc("POST /v1/desks/{desk}/attachments", files.upload)
	all.HandleFunc("POST /v1/desks/{desk}/tickets/{ticket}/attachments", files.upload)
	all.HandleFunc("POST /v1/desks/{desk}/submissions/{submission}/attachments", files.upload)
	inbound := &originals{api: a, intake: intakev1.NewInboundServiceClient(services.Intake)}
	all.HandleFunc("GET /v1/desks/{desk}/inboundItems/{item}/original", inbound.download)
	all.Handle("/", mux)
	return all, nil
}

// register uses ctx only where generated code dials itself, which none of these do.
func register(ctx context.Context, mux *runtime.ServeMux, services Services) error {
	intake, triage := connection{services.Intake}, connection{services.Triage}
	notify, reporting := connection{services.Notify}, connection{services.Reporting}
	return errors.Join(
		intakev1.RegisterSubmissionServiceHandlerClient(ctx, mux, intakev1.NewSubmissionServiceClient(intake)),
		intakev1.RegisterPersonServiceHandlerClient(ctx, mux, intakev1.NewPersonServiceClient(intake)),
		intakev1.RegisterConnectionServiceHandlerClient(ctx, mux, intakev1.NewConnectionServiceClient(intake)),
		intakev1.RegisterInboundServiceHandlerClient(ctx, mux, intakev1.NewInboundServiceClient(intake)),
		intakev1.RegisterAttachmentServiceHandlerClient(ctx, mux, intakev1.NewAttachmentServiceClient(intake)),
		intakev1.RegisterFormServiceHandlerClient(ctx, mux, intakev1.NewFormServiceClient(intake)),
		intakev1.RegisterCallServiceHandlerClient(ctx, mux, intakev1.NewCallServiceClient(intake)),
		intakev1.RegisterQuickTicketServiceHandlerClient(ctx, mux, intakev1.NewQuickTicketServiceClient(intake)),
		triagev1.RegisterTicketServiceHandlerClient(ctx, mux, triagev1.NewTicketServiceClient(triage)),
		triagev1.RegisterAssessmentServiceHandlerClient(ctx, mux, triagev1.NewAssessmentServiceClient(triage)),
		triagev1.RegisterDirectoryServiceHandlerClient(ctx, mux, triagev1.NewDirectoryServiceClient(triage)),
		triagev1.RegisterKnownSolutionServiceHandlerClient(ctx, mux, triagev1.NewKnownSolutionServiceClient(triage)),
		triagev1.RegisterExplanationServiceHandlerClient(ctx, mux, triagev1.NewExplanationServiceClient(triage)),
		triagev1.RegisterLegalServiceHandlerClient(ctx, mux, triagev1.NewLegalServiceClient(triage)),
		triagev1.RegisterProfileServiceHandlerClient(ctx, mux, triagev1.NewProfileServiceClient(triage)),
		triagev1.RegisterEscalationServiceHandlerClient(ctx, mux, triagev1.NewEscalationServiceClient(triage)),
		triagev1.RegisterAttestationServiceHandlerClient(ctx, mux, triagev1.NewAttestationServiceClient(triage)),
		triagev1.RegisterOnCallServiceHandlerClient(ctx, mux, triagev1.NewOnCallServiceClient(triage)),
		triagev1.RegisterLinkServiceHandlerClient(ctx, mux, triagev1.NewLinkServiceClient(triage)),
		triagev1.RegisterReleaseServiceHandlerClient(ctx, mux, triagev1.NewReleaseServiceClient(triage)),
		triagev1.RegisterOrderServiceHandlerClient(ctx, mux, triagev1.NewOrderServiceClient(triage)),
		triagev1.RegisterClosingServiceHandlerClient(ctx, mux, triagev1.NewClosingServiceClient(triage)),
		triagev1.RegisterConfigurationItemServiceHandlerClient(ctx, mux, triagev1.NewConfigurationItemServiceClient(triage)),
		eventv1.RegisterFeedHandlerClient(ctx, mux, eventv1.NewFeedClient(triage)),
		notifyv1.RegisterNotificationServiceHandlerClient(ctx, mux, notifyv1.NewNotificationServiceClient(notify)),
		notifyv1.RegisterProposalServiceHandlerClient(ctx, mux, notifyv1.NewProposalServiceClient(notify)),
		notifyv1.RegisterStakeholderServiceHandlerClient(ctx, mux, notifyv1.NewStakeholderServiceClient(notify)),
		notifyv1.RegisterOutboxServiceHandlerClient(ctx, mux, notifyv1.NewOutboxServiceClient(notify)),
		notifyv1.RegisterPreferenceServiceHandlerClient(ctx, mux, notifyv1.NewPreferenceServiceClient(notify)),
		notifyv1.RegisterTemplateServiceHandlerClient(ctx, mux, notifyv1.NewTemplateServiceClient(notify)),
		notifyv1.RegisterWebhookServiceHandlerClient(ctx, mux, notifyv1.NewWebhookServiceClient(notify)),
		notifyv1.RegisterPagingServiceHandlerClient(ctx, mux, notifyv1.NewPagingServiceClient(notify)),
		notifyv1.RegisterAnnouncementServiceHandlerClient(ctx, mux, notifyv1.NewAnnouncementServiceClient(notify)),
		reportingv1.RegisterReportingServiceHandlerClient(ctx, mux, reportingv1.NewReportingServiceClient(reporting)),
		reportingv1.RegisterExtractServiceHandlerClient(ctx, mux, reportingv1.NewExtractServiceClient(reporting)),
	)
}

// forwarded lets a service see the caller's language and nothing else: any other metadata (on whose behalf a service acts,
// for one) is between services. The token travels by grpc-gateway's own rule, the trace by otelgrpc.
func forwarded(header string) (string, bool) {
	return "accept-language", strings.EqualFold(header, "Accept-Language")
}

func nothing(string) (string, bool) { return "", false }

// callFailed answers what a service refused, and what grpc-gateway could not read.
func (a *api) callFailed(
	ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error,
) {
	if admitted := callOf(ctx); admitted != nil && isUnread(err) && len(admitted.body) > 0 {
		err = diagnose(admitted.route, admitted.body)
	}
	a.refuse(w, r.WithContext(ctx), err)
}

// isUnread recognises what the generated code returns for input that it cannot decode: a status without any reason.
func isUnread(err error) bool {
	return status.Code(err) == codes.InvalidArgument && fault.ReasonOf(err) == ""
}

func (a *api) streamFailed(ctx context.Context, err error) *status.Status {
	if cause := context.Cause(ctx); errors.Is(cause, errDraining) {
		err = cause
	}
	return a.refusals.Status(callOf(ctx).request, err)
}

func (a *api) notRouted(
	_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, httpStatus int,
) {
	if httpStatus != http.StatusMethodNotAllowed {
		a.refuse(w, r, fault.New(codes.NotFound, refusal.NoSuchRoute))
		return
	}
	a.notServed(w, r)
}

// notServed refuses a path that only other HTTP methods take, or none.
func (a *api) notServed(w http.ResponseWriter, r *http.Request) {
	allowed := a.routes.allowed(r)
	if len(allowed) == 0 {
		a.refuse(w, r, fault.New(codes.NotFound, refusal.NoSuchRoute))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	a.refuse(w, r, fault.New(codes.Unimplemented, refusal.MethodNotAllowed).Meta("method", r.Method))
}

func (a *api) refuse(w http.ResponseWriter, r *http.Request, err error) { a.refusals.Write(w, r, err) }
