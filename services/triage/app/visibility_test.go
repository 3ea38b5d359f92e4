package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

// fill makes a valid request of any type about a ticket: the contract's own field names say what goes where. A field that it
// does not know fails the test, so that a new RPC cannot be left out.
func fill(t *testing.T, message protoreflect.MessageDescriptor, ticket string) proto.Message {
	t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(message.FullName())
	if err != nil {
		t.Fatal(err)
	}
	request := kind.New().Interface()
	text := &commonv1.LocalizedText{Text: "Hm", LanguageCode: "da"}
	values := map[protoreflect.Name]any{
		"name": ticket, "parent": desk, "request_id": uuid.NewString(), "etag": "", "party": fmk, "group": "",
		"reason": text, "note": text, "text": text, "solution": text, "assignee": "", "owner": "", "internal": false,
		"solution_kind": triagev1.SolutionKind_SOLUTION_KIND_PERMANENT, "status": process.AwaitingUser, "minutes": int32(1),
		"occurred_at": timestamppb.New(time.Now()), "source_row": "x#1", "sub_status": "", "holder_party": fmk, "holder_group": "",
		"impact": triagev1.Impact_IMPACT_LOW, "labels": nil, "page_size": int32(0), "page_token": "", "filter": "", "query": "secret",
		"ticket": &triagev1.Ticket{Name: ticket, Title: "Hm"}, "update_mask": mask("title"),
		"submission": desk + "/submissions/" + uuid.NewString(), "channel": commonv1.Channel_CHANNEL_WEB, "title": text,
		"description": text, "reporter": who("stranger"), "affected_user": who("stranger"), "submit_time": timestamppb.Now(),
		"assessment": &triagev1.Assessment{Kind: "incident"}, "answers": []proto.Message{&triagev1.GuideAnswer{Question: "x"}},
		"urgency": "high", "priority": "", "by_rules": false, "procedure": "major", "lead": "", "update": text, "review": text,
		"who": who("ida"), "external_ids": nil, "importing": false, "submitter": "", "traceparent": "",
		"until": timestamppb.New(time.Now().Add(inTheFuture)), "clock": "gdpr_33", "stage": "authority", "done_time": nil,
		"override_reason": text, "root_cause": text, "message": text, "plan": text, "release_time": timestamppb.Now(), "before": nil,
		"kind": triagev1.LinkKind_LINK_KIND_RELATED, "tool": "", "external_id": "", "into": desk + "/tickets/ASCP99999998",
		"external": &triagev1.ExternalNumber{System: "jira", Id: "1"}, "goods": "mouse", "quantity": int32(1), "set_up_help": false,
		"method": triagev1.VerificationMethod_VERIFICATION_METHOD_TEST, "configuration_item": desk + "/configurationItems/disk",
		"written": true, "approved": true, "number": int64(1),
	}
	if message.Name() == "CategoriseTicketRequest" {
		values["update_mask"] = mask("kind")
	}
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		value, known := values[field.Name()]
		if field.Name() == "ticket" && field.Kind() == protoreflect.StringKind { // the other one
			value = desk + "/tickets/ASCP99999998"
		}
		if message.Name() == "ListLinkedTicketsRequest" && field.Name() == "parent" {
			value = ticket
		}
		if !known {
			t.Fatalf("%s has a field %s that this test does not know", message.FullName(), field.Name())
		}
		set(request.ProtoReflect(), field, value)
	}
	return request
}

func set(m protoreflect.Message, field protoreflect.FieldDescriptor, value any) {
	switch v := value.(type) {
	case nil:
	case []proto.Message:
		for _, one := range v {
			m.Mutable(field).List().Append(protoreflect.ValueOfMessage(proto.Clone(one).ProtoReflect()))
		}
	case proto.Message:
		m.Set(field, protoreflect.ValueOfMessage(proto.Clone(v).ProtoReflect()))
	case protoreflect.Enum:
		m.Set(field, protoreflect.ValueOfEnum(v.Number()))
	default:
		m.Set(field, protoreflect.ValueOf(v))
	}
}

// ticketRPCs are all unary RPCs about tickets, found in the contract.
func ticketRPCs(t *testing.T) []protoreflect.MethodDescriptor {
	t.Helper()
	var list []protoreflect.MethodDescriptor
	for _, name := range []protoreflect.FullName{
		"TicketService", "AssessmentService", "ExplanationService", "LegalService", "LinkService", "ReleaseService", "OrderService",
		"ClosingService",
	} {
		service, err := protoregistry.GlobalFiles.FindDescriptorByName("bavn.triage.v1." + name)
		if err != nil {
			t.Fatal(err)
		}
		methods := service.(protoreflect.ServiceDescriptor).Methods()
		for i := range methods.Len() {
			list = append(list, methods.Get(i))
		}
	}
	for _, verb := range []string{"Link", "Unlink"} {
		method, err := protoregistry.GlobalFiles.FindDescriptorByName(
			protoreflect.FullName("bavn.triage.v1.ConfigurationItemService." + verb + "ConfigurationItem"))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, method.(protoreflect.MethodDescriptor))
	}
	return list
}

// invoke calls an RPC by its descriptor.
func (w *world) invoke(ctx context.Context, conn *grpc.ClientConn, rpc protoreflect.MethodDescriptor, request proto.Message) (
	proto.Message, error,
) {
	w.t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(rpc.Output().FullName())
	if err != nil {
		w.t.Fatal(err)
	}
	answer := kind.New().Interface()
	err = conn.Invoke(ctx, "/"+string(rpc.Parent().FullName())+"/"+string(rpc.Name()), request, answer)
	return answer, err
}

// blind are people who have nothing to do with the tickets of fmk, in every role there is.
var blind = map[string]string{
	"agent": "jonas", "dispatcher": "dispatcher", "coordinator": "coordinator", "auditor": "auditor", "importer": "importer",
	"administrator": "administrator", "reporter of another ticket": "karen", "stranger": "stranger",
}

// TestAnUnseenTicketCannotBeToldFromOneThatDoesNotExist asks for every RPC and every role. Whatever is answered about a ticket
// that somebody may not see must be, to the last byte, what is answered about one that was never opened.
func TestAnUnseenTicketCannotBeToldFromOneThatDoesNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	// Netic has one person per role, and is no party to the secret ticket.
	for _, role := range []string{"dispatcher", "coordinator", "auditor", "importer", "administrator"} {
		w.grant(role, netic, "", role)
	}
	opening := w.opening()
	opening.Reporter, opening.AffectedUser, opening.Title = who("ida"), who("ida"), danish("secret")
	secret := must(w.intake.OpenTicket(t.Context(), opening))(t).GetName()
	missing := desk + "/tickets/ASCP99999999"
	elsewhere := "desks/au/tickets/AU00000001"
	for role, person := range blind {
		for _, rpc := range ticketRPCs(t) {
			if rpc.Name() == "OpenTicket" {
				continue // intake's alone; its own tests say so
			}
			seen := map[string]string{}
			for what, name := range map[string]string{"secret": secret, "missing": missing, "of another desk": elsewhere} {
				if name == elsewhere && rpc.Input().Fields().ByName("name") == nil {
					continue
				}
				request := fill(t, rpc.Input(), name)
				if name == elsewhere {
					moveToDesk(request.ProtoReflect(), "desks/nsp", "desks/au")
				}
				answer, err := w.invoke(w.as(person), w.gateway, rpc, request)
				seen[what] = said(t, answer, err)
			}
			for what, answer := range seen {
				if answer != seen["missing"] {
					t.Errorf("%s as %s about the ticket %s:\n%s\nabout a missing one:\n%s", rpc.Name(), role, what, answer, seen["missing"])
				}
			}
			if strings.Contains(seen["secret"], "ASCP0000") {
				t.Errorf("%s as %s names an unseen ticket: %s", rpc.Name(), role, seen["secret"])
			}
			if rpc.Input().Fields().ByName("name") != nil && !strings.HasPrefix(seen["secret"], "NotFound") {
				t.Errorf("%s as %s about an unseen ticket: %s", rpc.Name(), role, seen["secret"])
			}
		}
	}
	if got := len(w.events(secret)); got != 1 {
		t.Errorf("the unseen ticket has %d events, want the first alone", got)
	}
	w.nothingIsWatched(secret)
}

// nothingIsWatched opens a stream per role and reads it until it has caught up.
func (w *world) nothingIsWatched(secret string) {
	w.t.Helper()
	for role, person := range blind {
		ctx, cancel := context.WithTimeout(w.as(person), patience)
		for _, filter := range []*eventv1.Filter{nil, {Resources: []string{secret}}} {
			stream := must(w.feed.Watch(ctx, &eventv1.WatchRequest{Parent: desk, Filter: filter}))(w.t)
			for {
				message := must(stream.Recv())(w.t)
				if message.GetBookmark() != nil {
					break
				}
				if message.GetEvent().GetRecord().GetResource() == secret {
					w.t.Errorf("%s watches an unseen ticket: %v", role, message.GetEvent().GetRecord())
				}
			}
		}
		cancel()
	}
}

// said is an answer or an error to the last byte, less what differs from call to call.
func said(t *testing.T, answer proto.Message, err error) string {
	t.Helper()
	if err != nil {
		st := status.Convert(err)
		return st.Code().String() + " " + st.Proto().String()
	}
	raw, marshalErr := proto.MarshalOptions{Deterministic: true}.Marshal(answer)
	if marshalErr != nil {
		t.Fatal(marshalErr)
	}
	return fmt.Sprintf("OK %T %q", answer, raw)
}

func moveToDesk(m protoreflect.Message, from, to string) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.Kind() == protoreflect.StringKind && !field.IsList() && !field.IsMap():
			m.Set(field, protoreflect.ValueOfString(strings.Replace(value.String(), from, to, 1)))
		case field.Kind() == protoreflect.MessageKind && !field.IsList() && !field.IsMap():
			moveToDesk(value.Message(), from, to)
		}
		return true
	})
}

// R59: whoever has it, the party that answers for it sees it.
func TestSightFollowsTheTicketAndStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	sees := func(person string) bool {
		t.Helper()
		_, err := w.tickets.GetTicket(w.as(person), &triagev1.GetTicketRequest{Name: name})
		if err != nil && status.Code(err) != codes.NotFound {
			t.Fatal(err)
		}
		list, refused := w.tickets.ListTickets(w.as(person), &triagev1.ListTicketsRequest{Parent: desk})
		if known := person != "stranger"; known != (refused == nil) || !known && !slices.Equal(fields(refused), []string{"parent"}) {
			t.Errorf("%s lists the desk's tickets: %v; only to a stranger is there no such desk", person, refused)
		}
		listed := slices.ContainsFunc(list.GetTickets(), func(x *triagev1.Ticket) bool { return x.GetName() == name })
		if listed != (err == nil) {
			t.Errorf("%s reads it: %v, has it in a list: %v", person, err == nil, listed)
		}
		return err == nil
	}
	check := func(when string, want ...string) {
		t.Helper()
		for _, person := range []string{"mette", "chr", "karen", "bo", "jonas", "ida", "stranger"} {
			if got := sees(person); got != slices.Contains(want, person) {
				t.Errorf("%s: %s sees the ticket: %v", when, person, got)
			}
		}
	}
	check("at the contact party", "mette", "chr", "karen", "bo")
	must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: name, RequestId: requestID(), Party: netic, Group: drift, Reason: danish("Jeres"),
	}))(t)
	check("offered to operations", "mette", "chr", "karen", "bo", "jonas")
	must(w.tickets.WithdrawHandOver(w.as("mette"), &triagev1.WithdrawHandOverRequest{Name: name, RequestId: requestID()}))(t)
	check("withdrawn", "mette", "chr", "karen", "bo")
	must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: name, RequestId: requestID(), Party: netic, Group: drift, Reason: danish("Dog jeres"),
	}))(t)
	must(w.tickets.AcceptHandOver(w.as("jonas"), &triagev1.AcceptHandOverRequest{Name: name, RequestId: requestID()}))(t)
	must(w.tickets.HandOverTicket(w.as("jonas"), &triagev1.HandOverTicketRequest{
		Name: name, RequestId: requestID(), Party: fmk, Reason: danish("Komponenten"),
	}))(t)
	must(w.tickets.AcceptHandOver(w.as("ida"), &triagev1.AcceptHandOverRequest{Name: name, RequestId: requestID()}))(t)
	check("at the component supplier", "mette", "chr", "karen", "bo", "jonas", "ida")
}

func TestTheReporterWatchesTheTicketButNotItsInternalNotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.inProgress().GetName()
	must(w.tickets.AddNote(w.as("mette"), &triagev1.AddNoteRequest{
		Name: name, RequestId: requestID(), Note: danish("Ham igen"), Internal: true,
	}))(t)
	must(w.tickets.LogWork(w.as("mette"), &triagev1.LogWorkRequest{Name: name, RequestId: requestID(), Text: danish("Målt")}))(t)
	must(w.tickets.AddNote(w.as("mette"), &triagev1.AddNoteRequest{
		Name: name, RequestId: requestID(), Note: danish("Vi ser på det"),
	}))(t)
	for person, want := range map[string][]string{
		"karen": {"ticket.opened", "ticket.work_started", "ticket.note_added"},
		"mette": {"ticket.opened", "ticket.work_started", "ticket.internal_note_added", "ticket.work_logged", "ticket.note_added"},
	} {
		ctx, cancel := context.WithTimeout(w.as(person), patience)
		stream := must(w.feed.Watch(ctx, &eventv1.WatchRequest{Parent: desk, Filter: &eventv1.Filter{Resources: []string{name}}}))(t)
		var got []string
		for !slices.Contains(got, "ticket.note_added") { // the last
			message := must(stream.Recv())(t)
			if message.GetBookmark() != nil {
				continue
			}
			record := message.GetEvent().GetRecord()
			got = append(got, record.GetType())
			if record.GetRevision() != 0 || len(message.GetEvent().GetHash()) != 0 {
				t.Errorf("%s is told how much there is: revision %d", person, record.GetRevision())
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s watches %v, want %v", person, got, want)
		}
		cancel()
	}
}

func TestAnAuditorOfTheAuthorityReadsEverythingWithItsProof(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.resolved()
	ctx, cancel := context.WithTimeout(w.as("aud"), patience)
	defer cancel()
	stream := must(w.feed.Watch(ctx, &eventv1.WatchRequest{Parent: desk}))(t)
	for {
		message := must(stream.Recv())(t)
		if message.GetBookmark() != nil {
			return
		}
		if e := message.GetEvent(); len(e.GetHash()) != 32 || e.GetRecord().GetRevision() == 0 {
			t.Errorf("%s has no proof", e.GetRecord().GetType())
		}
	}
}
