package contract_test

import (
	"slices"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// files of the contract that have services.
var files = []protoreflect.FileDescriptor{
	eventv1.File_bavn_event_v1_event_proto,
	intakev1.File_bavn_intake_v1_intake_proto,
	intakev1.File_bavn_intake_v1_connection_service_proto,
	intakev1.File_bavn_intake_v1_inbound_service_proto,
	intakev1.File_bavn_intake_v1_answer_service_proto,
	intakev1.File_bavn_intake_v1_attachment_service_proto,
	intakev1.File_bavn_intake_v1_person_import_service_proto,
	intakev1.File_bavn_intake_v1_form_service_proto,
	intakev1.File_bavn_intake_v1_call_service_proto,
	intakev1.File_bavn_intake_v1_quick_ticket_service_proto,
	triagev1.File_bavn_triage_v1_assessment_service_proto,
	triagev1.File_bavn_triage_v1_directory_proto,
	triagev1.File_bavn_triage_v1_ticket_service_proto,
	triagev1.File_bavn_triage_v1_known_solution_proto,
	triagev1.File_bavn_triage_v1_explanation_proto,
	triagev1.File_bavn_triage_v1_legal_proto,
	triagev1.File_bavn_triage_v1_profile_service_proto,
	triagev1.File_bavn_triage_v1_sight_service_proto,
	triagev1.File_bavn_triage_v1_escalation_service_proto,
	triagev1.File_bavn_triage_v1_attestation_service_proto,
	triagev1.File_bavn_triage_v1_on_call_service_proto,
	triagev1.File_bavn_triage_v1_link_service_proto,
	triagev1.File_bavn_triage_v1_release_service_proto,
	triagev1.File_bavn_triage_v1_order_service_proto,
	triagev1.File_bavn_triage_v1_closing_service_proto,
	triagev1.File_bavn_triage_v1_configuration_item_proto,
	triagev1.File_bavn_triage_v1_reply_service_proto,
	notifyv1.File_bavn_notify_v1_notify_proto,
	notifyv1.File_bavn_notify_v1_proposal_proto,
	notifyv1.File_bavn_notify_v1_stakeholder_proto,
	notifyv1.File_bavn_notify_v1_outbox_proto,
	notifyv1.File_bavn_notify_v1_preference_proto,
	notifyv1.File_bavn_notify_v1_template_service_proto,
	notifyv1.File_bavn_notify_v1_webhook_service_proto,
	notifyv1.File_bavn_notify_v1_paging_service_proto,
	notifyv1.File_bavn_notify_v1_link_service_proto,
	triagev1.File_bavn_triage_v1_delegate_service_proto,
	notifyv1.File_bavn_notify_v1_announcement_service_proto,
	reportingv1.File_bavn_reporting_v1_reporting_proto,
	reportingv1.File_bavn_reporting_v1_extract_service_proto,
}

// method is one RPC with what its annotations say.
type method struct{ protoreflect.MethodDescriptor }

func methods() []method {
	var all []method
	for _, file := range files {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				all = append(all, method{service.Methods().Get(j)})
			}
		}
	}
	return all
}

func (m method) verb() string { return string(m.Name()) }

// path is the full method as gRPC names it.
func (m method) path() string { return "/" + string(m.Parent().FullName()) + "/" + string(m.Name()) }

func (m method) is(prefix string) bool { return strings.HasPrefix(m.verb(), prefix) }

// http is the HTTP verb, the template and the body; empty for an internal method.
func (m method) http() (verb, template, body string) {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	switch pattern := rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return "GET", pattern.Get, rule.GetBody()
	case *annotations.HttpRule_Post:
		return "POST", pattern.Post, rule.GetBody()
	case *annotations.HttpRule_Patch:
		return "PATCH", pattern.Patch, rule.GetBody()
	case *annotations.HttpRule_Delete:
		return "DELETE", pattern.Delete, rule.GetBody()
	default:
		return "", "", ""
	}
}

// internal methods are between services, or for operators, and have no address.
func (m method) internal() bool { verb, _, _ := m.http(); return verb == "" }

// asksInTheBody are reads whose question is personal data, which has no place in an address.
var asksInTheBody = []string{"FindCallers", "ValidateForm"}

func (m method) reads() bool {
	verb, _, _ := m.http()
	return verb == "GET" || m.internal() && (m.is("List") || m.is("Get") || m.is("Download")) ||
		slices.Contains(asksInTheBody, m.verb())
}

func (m method) field(name string) protoreflect.FieldDescriptor {
	return m.Input().Fields().ByName(protoreflect.Name(name))
}

// behaves reports whether a field has a behaviour (AIP-203).
func behaves(field protoreflect.FieldDescriptor, want annotations.FieldBehavior) bool {
	return slices.Contains(behaviours(field), want)
}

func behaviours(field protoreflect.FieldDescriptor) []annotations.FieldBehavior {
	list, _ := proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	return list
}

func rulesOf(field protoreflect.FieldDescriptor) *validate.FieldRules {
	rules, _ := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
	return rules
}

// eachField walks a message and the messages of ours below it, once each, without what only the server writes.
func eachField(message protoreflect.MessageDescriptor, visit func(protoreflect.FieldDescriptor)) {
	seen := map[protoreflect.FullName]bool{}
	var walk func(protoreflect.MessageDescriptor)
	walk = func(message protoreflect.MessageDescriptor) {
		if seen[message.FullName()] || !strings.HasPrefix(string(message.FullName()), "bavn.") {
			return
		}
		seen[message.FullName()] = true
		for i := range message.Fields().Len() {
			field := message.Fields().Get(i)
			if behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) {
				continue
			}
			visit(field)
			if field.Message() != nil && !field.IsMap() {
				walk(field.Message())
			}
		}
	}
	walk(message)
}
