package rest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// contract is every file that has services with HTTP rules. What is registered last is tried first: the plain ticket, whose rule
// takes a custom method for a part of the number, comes before the services of its custom methods.
var contract = []protoreflect.FileDescriptor{
	eventv1.File_bavn_event_v1_event_proto,
	intakev1.File_bavn_intake_v1_intake_proto,
	intakev1.File_bavn_intake_v1_connection_service_proto,
	intakev1.File_bavn_intake_v1_inbound_service_proto,
	intakev1.File_bavn_intake_v1_attachment_service_proto,
	intakev1.File_bavn_intake_v1_form_service_proto,
	intakev1.File_bavn_intake_v1_call_service_proto,
	intakev1.File_bavn_intake_v1_quick_ticket_service_proto,
	notifyv1.File_bavn_notify_v1_notify_proto,
	notifyv1.File_bavn_notify_v1_proposal_proto,
	notifyv1.File_bavn_notify_v1_stakeholder_proto,
	notifyv1.File_bavn_notify_v1_outbox_proto,
	notifyv1.File_bavn_notify_v1_preference_proto,
	notifyv1.File_bavn_notify_v1_template_service_proto,
	notifyv1.File_bavn_notify_v1_webhook_service_proto,
	notifyv1.File_bavn_notify_v1_paging_service_proto,
	notifyv1.File_bavn_notify_v1_announcement_service_proto,
	reportingv1.File_bavn_reporting_v1_reporting_proto,
	reportingv1.File_bavn_reporting_v1_extract_service_proto,
	triagev1.File_bavn_triage_v1_directory_proto,
	triagev1.File_bavn_triage_v1_ticket_service_proto,
	triagev1.File_bavn_triage_v1_assessment_service_proto,
	triagev1.File_bavn_triage_v1_explanation_proto,
	triagev1.File_bavn_triage_v1_legal_proto,
	triagev1.File_bavn_triage_v1_profile_service_proto,
	triagev1.File_bavn_triage_v1_known_solution_proto,
	triagev1.File_bavn_triage_v1_escalation_service_proto,
	triagev1.File_bavn_triage_v1_attestation_service_proto,
	triagev1.File_bavn_triage_v1_on_call_service_proto,
	triagev1.File_bavn_triage_v1_link_service_proto,
	triagev1.File_bavn_triage_v1_release_service_proto,
	triagev1.File_bavn_triage_v1_order_service_proto,
	triagev1.File_bavn_triage_v1_closing_service_proto,
	triagev1.File_bavn_triage_v1_configuration_item_proto,
}

// route is what the contract says about one HTTP rule.
type route struct {
	verb     string // of HTTP: POST
	template string // /v1/{parent=desks/*}/tickets:submit
	custom   string // the custom method at its end: submit
	method   protoreflect.MethodDescriptor
	// body is the message that the request's body fills; nil for a request without one.
	body protoreflect.MessageDescriptor
	// bodyField is the field of the input that the body is; empty when it is the whole input.
	bodyField protoreflect.Name
	// pathFields are bound by the path, so that the query may not name them.
	pathFields []string
	requestID  fieldPath
	etag       fieldPath
}

func (r *route) input() protoreflect.MessageDescriptor { return r.method.Input() }

func (r *route) streams() bool { return r.method.IsStreamingServer() }

// takesQuery reports whether what the body does not fill comes from the query.
func (r *route) takesQuery() bool { return r.body == nil || r.bodyField != "" }

// routes finds the rule of a request.
type routes struct {
	byRule map[string]*route // "POST /v1/…"
	verbs  []string
	probe  *runtime.ServeMux // matches like the real one and does nothing
}

func newRoutes() (*routes, error) {
	table := &routes{byRule: map[string]*route{}, probe: runtime.NewServeMux(runtime.WithDisablePathLengthFallback())}
	for _, file := range contract {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				if err := table.add(methods.Get(j)); err != nil {
					return nil, fmt.Errorf("HTTP rule of %s: %w", methods.Get(j).FullName(), err)
				}
			}
		}
	}
	return table, nil
}

func (t *routes) add(method protoreflect.MethodDescriptor) error {
	rule, ok := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
	if !ok || rule == nil {
		return nil // not over HTTP: OpenTicket is between services
	}
	for _, binding := range append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...) {
		r := &route{method: method}
		switch pattern := binding.GetPattern().(type) {
		case *annotations.HttpRule_Get:
			r.verb, r.template = http.MethodGet, pattern.Get
		case *annotations.HttpRule_Post:
			r.verb, r.template = http.MethodPost, pattern.Post
		case *annotations.HttpRule_Patch:
			r.verb, r.template = http.MethodPatch, pattern.Patch
		default:
			return fmt.Errorf("pattern %T is not one that the contract uses", pattern)
		}
		if err := r.bind(binding.GetBody()); err != nil {
			return err
		}
		r.custom = customMethod(r.template)
		if err := t.probe.HandlePath(r.verb, r.template, r.found); err != nil {
			return err
		}
		t.byRule[r.verb+" "+r.template] = r
		if !slices.Contains(t.verbs, r.verb) {
			t.verbs = append(t.verbs, r.verb)
		}
	}
	slices.Sort(t.verbs)
	return nil
}

func (r *route) bind(body string) error {
	switch body {
	case "":
	case "*":
		r.body = r.input()
	default:
		field := r.input().Fields().ByName(protoreflect.Name(body))
		if field == nil || field.Message() == nil {
			return fmt.Errorf("body %q is no message of %s", body, r.input().FullName())
		}
		r.body, r.bodyField = field.Message(), field.Name()
	}
	for variable := range strings.SplitSeq(r.template, "{") {
		if name, _, ok := strings.Cut(variable, "="); ok {
			r.pathFields = append(r.pathFields, name)
		}
	}
	r.requestID = stringField(r.input(), "request_id")
	if r.etag = stringField(r.input(), "etag"); r.etag == nil && r.bodyField != "" {
		r.etag = stringField(r.input(), string(r.bodyField), "etag") // an update's etag is the resource's own
	}
	return nil
}

// of returns the route that grpc-gateway has matched.
func (t *routes) of(r *http.Request) (*route, bool) {
	pattern, ok := runtime.HTTPPattern(r.Context())
	if !ok {
		return nil, false
	}
	found, ok := t.byRule[r.Method+" "+pattern.String()]
	return found, ok
}

const foundStatus = http.StatusNoContent

func (r *route) found(w http.ResponseWriter, asked *http.Request, _ map[string]string) {
	if r.custom == customMethod(asked.URL.Path) {
		w.WriteHeader(foundStatus)
	}
}

// customMethod returns what stands behind the colon in the last part of a path or template (AIP-136). No resource's id holds a
// colon, but grpc-gateway takes one for a part of the id where a shorter rule fits.
func customMethod(path string) string {
	_, method, _ := strings.Cut(path[strings.LastIndexAny(path, "/}")+1:], ":")
	return method
}

// allowed returns the verbs that r's path does take, for the Allow header of a 405 (RFC 9110 §15.5.6).
func (t *routes) allowed(r *http.Request) []string {
	var verbs []string
	for _, verb := range t.verbs {
		asked := r.Clone(r.Context())
		asked.Method = verb
		answer := statusOnly{header: http.Header{}}
		t.probe.ServeHTTP(&answer, asked)
		if answer.status == foundStatus {
			verbs = append(verbs, verb)
		}
	}
	return verbs
}

// statusOnly is a http.ResponseWriter that keeps nothing but the status.
type statusOnly struct {
	header http.Header
	status int
}

func (s *statusOnly) Header() http.Header            { return s.header }
func (s *statusOnly) WriteHeader(status int)         { s.status = status }
func (s *statusOnly) Write(body []byte) (int, error) { return len(body), nil }
