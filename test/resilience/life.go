package resilience

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// reporter stands for whoever reported the ticket.
const reporter = "the reporter"

// step is a command on a ticket, who gives it, and what event it makes.
type step struct {
	by      string
	method  string
	emits   string
	note    bool // it writes a text of its own
	request func(ticket, id, note string) proto.Message
}

// life is what happens to a ticket: the steps of a stage are taken at the same time, the stages one after the other.
type life [][]step

// The steps that lives are made of.
var (
	take = step{
		by: house.Mette, method: triagev1.TicketService_TakeTicket_FullMethodName, emits: "ticket.taken",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.TakeTicketRequest{Name: ticket, RequestId: id}
		},
	}
	start = step{
		by: house.Mette, method: triagev1.TicketService_StartWork_FullMethodName, emits: "ticket.work_started",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.StartWorkRequest{Name: ticket, RequestId: id}
		},
	}
	note = step{
		by: reporter, method: triagev1.TicketService_AddNote_FullMethodName, emits: "ticket.note_added", note: true,
		request: func(ticket, id, note string) proto.Message {
			return &triagev1.AddNoteRequest{Name: ticket, RequestId: id, Note: house.Text(note)}
		},
	}
	internalNote = step{
		by: house.Mette, method: triagev1.TicketService_AddNote_FullMethodName, emits: "ticket.internal_note_added", note: true,
		request: func(ticket, id, note string) proto.Message {
			return &triagev1.AddNoteRequest{Name: ticket, RequestId: id, Note: house.Text(note), Internal: true}
		},
	}
	logWork = step{
		by: house.Mette, method: triagev1.TicketService_LogWork_FullMethodName, emits: "ticket.work_logged", note: true,
		request: func(ticket, id, note string) proto.Message {
			return &triagev1.LogWorkRequest{Name: ticket, RequestId: id, Text: house.Text(note), Minutes: 5}
		},
	}
	askUser     = hold(triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER)
	askSupplier = hold(triagev1.TicketStatus_TICKET_STATUS_AWAITING_SUPPLIER)
	resume      = step{
		by: house.Mette, method: triagev1.TicketService_ResumeTicket_FullMethodName, emits: "ticket.resumed", note: true,
		request: func(ticket, id, note string) proto.Message {
			return &triagev1.ResumeTicketRequest{Name: ticket, RequestId: id, Note: house.Text(note)}
		},
	}
	handOver = step{
		by: house.Mette, method: triagev1.TicketService_HandOverTicket_FullMethodName, emits: "ticket.hand_over_offered",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.HandOverTicketRequest{
				Name: ticket, RequestId: id, Party: house.Party("netic"), Group: house.Group("netic", "drift"),
				Reason: house.Text("The server needs a hand."),
			}
		},
	}
	accept = step{
		by: house.Lars, method: triagev1.TicketService_AcceptHandOver_FullMethodName, emits: "ticket.handed_over",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.AcceptHandOverRequest{Name: ticket, RequestId: id}
		},
	}
	decline = step{
		by: house.Lars, method: triagev1.TicketService_DeclineHandOver_FullMethodName, emits: "ticket.hand_over_declined",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.DeclineHandOverRequest{Name: ticket, RequestId: id, Reason: house.Text("It is not our server.")}
		},
	}
	resolve = step{
		by: house.Lars, method: triagev1.TicketService_ResolveTicket_FullMethodName, emits: "ticket.resolved",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.ResolveTicketRequest{
				Name: ticket, RequestId: id, Solution: house.Text("The server was started again."),
				SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
			}
		},
	}
	reject = step{
		by: reporter, method: triagev1.TicketService_RejectSolution_FullMethodName, emits: "ticket.solution_rejected",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.RejectSolutionRequest{Name: ticket, RequestId: id, Reason: house.Text("It is down again.")}
		},
	}
	acceptSolution = step{
		by: reporter, method: triagev1.TicketService_AcceptSolution_FullMethodName, emits: "ticket.solution_accepted",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.AcceptSolutionRequest{Name: ticket, RequestId: id}
		},
	}
	closing = step{
		by: house.Mette, method: triagev1.TicketService_CloseTicket_FullMethodName, emits: "ticket.closed",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.CloseTicketRequest{Name: ticket, RequestId: id}
		},
	}
	cancel = step{
		by: house.Mette, method: triagev1.TicketService_CancelTicket_FullMethodName, emits: "ticket.cancelled",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.CancelTicketRequest{Name: ticket, RequestId: id, Reason: house.Text("It was none of ours.")}
		},
	}
)

func hold(status triagev1.TicketStatus) step {
	return step{
		by: house.Mette, method: triagev1.TicketService_HoldTicket_FullMethodName, emits: "ticket.held",
		request: func(ticket, id, _ string) proto.Message {
			return &triagev1.HoldTicketRequest{Name: ticket, RequestId: id, Status: status, Reason: house.Text("Which server is it?")}
		},
	}
}

// of is the same step by somebody else.
func (s step) of(person string) step {
	s.by = person
	return s
}

// The lives that tickets take in turn.
var lives = []life{
	{ // solved by the supplier, at the second attempt
		{take},
		{start},
		{note, internalNote, logWork},
		{askUser},
		{resume.of(reporter)},
		{handOver},
		{accept, note},
		{start.of(house.Lars)},
		{internalNote.of(house.Lars), logWork.of(house.Lars), note},
		{askSupplier.of(house.Lars)},
		{resume.of(house.Lars)},
		{resolve},
		{reject},
		{resolve, note},
		{acceptSolution},
		{closing},
		{note},
	},
	{ // solved where it came in
		{start}, {note, logWork}, {resolve.of(house.Mette)}, {acceptSolution, internalNote}, {closing},
	},
	{ // nobody's
		{start}, {handOver}, {decline, note, internalNote}, {cancel},
	},
}

// reports are the ways in which tickets come in, in turn: for oneself, about somebody else, on somebody's behalf, and about
// somebody whom nobody knew before and who has no address.
var reports = []struct {
	by, reporter string
	fill         func(r *intakev1.SubmitTicketRequest)
}{
	{house.Ida, house.Ida, func(*intakev1.SubmitTicketRequest) {}},
	{house.Ole, house.Ole, func(r *intakev1.SubmitTicketRequest) { r.AffectedUser = house.Person(house.Ida) }},
	{house.Mette, house.Ole, func(r *intakev1.SubmitTicketRequest) { r.Reporter = house.Person(house.Ole) }},
	{house.Mette, house.Ida, func(r *intakev1.SubmitTicketRequest) {
		r.Reporter = house.Person(house.Ida)
		r.NewAffectedUser = &intakev1.Person{Name: house.Person("user-" + r.GetRequestId()), DisplayName: "New here"}
	}},
}

// submission is the nth report, and who its reporter is.
func submission(n int) (c call, reportedBy string) {
	way := reports[n%len(reports)]
	request := house.Report(house.Desk, "The server does not answer")
	way.fill(request)
	return call{
		method: intakev1.SubmissionService_SubmitTicket_FullMethodName, by: way.by, id: request.GetRequestId(), request: request,
	}, way.reporter
}

// on is the step as a call on a ticket; with an etag it is for that revision only.
func (s step) on(ticket, etag, reportedBy string) call {
	c := call{method: s.method, by: s.by, id: house.ID(), emits: s.emits}
	if s.by == reporter {
		c.by = reportedBy
	}
	if s.note {
		c.note = "Words of " + c.id
	}
	c.request = s.request(ticket, c.id, c.note)
	if field := c.request.ProtoReflect().Descriptor().Fields().ByName("etag"); etag != "" {
		c.request.ProtoReflect().Set(field, protoreflect.ValueOfString(etag))
	}
	return c
}
