package demo

import (
	"context"
	"fmt"
	"net/http"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Step is one thing that a person did to the incident.
type Step struct {
	Person string // display name
	Did    string
	Ticket *triagev1.Ticket // after it
}

// act is one step of the incident: who, what they do, and the request that does it. The request's id is given by its place.
type act struct {
	person, does string
	verb         string // custom method of the ticket
	request      func(requestID string) proto.Message
}

func danish(text string) *commonv1.LocalizedText {
	return &commonv1.LocalizedText{Text: text, LanguageCode: "da"}
}

// incident is the way of one incident between four organisations, by the numbered steps of NSP's process.
func incident() []act {
	return []act{
		{"mette", "takes it from the pile (3)", "take", func(id string) proto.Message {
			return &triagev1.TakeTicketRequest{RequestId: id}
		}},
		{"mette", "starts to work on it", "startWork", func(id string) proto.Message {
			return &triagev1.StartWorkRequest{RequestId: id}
		}},
		{"mette", "categorises it", "categorise", func(id string) proto.Message {
			return &triagev1.CategoriseTicketRequest{
				RequestId: id, Assessment: &triagev1.Assessment{Kind: "incident", Category: "nsp"},
			}
		}},
		{"mette", "answers the question tree", "answerGuide", func(id string) proto.Message {
			return &triagev1.AnswerGuideRequest{RequestId: id, Answers: []*triagev1.GuideAnswer{
				{Question: "about_fmk", Value: "no"},
				{Question: "users_affected", Value: "some"},
				{Question: "what_symptoms", Words: danish("Opslag tager over 30 sekunder siden kl. 07.40, og nogle fejler.")},
			}}
		}},
		{"mette", "prioritises it", "prioritise", func(id string) proto.Message {
			return &triagev1.PrioritiseTicketRequest{RequestId: id, Impact: triagev1.Impact_IMPACT_MEDIUM, Urgency: "normal"}
		}},
		{"mette", "assigns it by the tree (4)", "route", func(id string) proto.Message {
			return &triagev1.RouteTicketRequest{
				RequestId: id, Reason: danish("Ligner databasen bag opslagene, ikke klienten."),
			}
		}},
		{"soren", "receives it (5b)", "acceptHandOver", func(id string) proto.Message {
			return &triagev1.AcceptHandOverRequest{RequestId: id, Assignee: resource.Person(Desk, "soren")}
		}},
		{"soren", "starts to work on it", "startWork", func(id string) proto.Message {
			return &triagev1.StartWorkRequest{RequestId: id}
		}},
		{"soren", "writes an internal note", "addNote", func(id string) proto.Message {
			return &triagev1.AddNoteRequest{
				RequestId: id, Internal: true,
				Note: danish("Indekset på opslagstabellen blev ikke genskabt efter nattens vedligehold."),
			}
		}},
		{"soren", "asks the reporter", "hold", func(id string) proto.Message {
			return &triagev1.HoldTicketRequest{
				RequestId: id, Status: triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER,
				Reason: danish("Vi har genskabt et indeks. Vil I prøve igen og skrive, om opslag svarer nu?"),
			}
		}},
		{"lars", "answers, and it goes on", "resume", func(id string) proto.Message {
			return &triagev1.ResumeTicketRequest{RequestId: id, Note: danish("Ja, nu svarer de med det samme. Tak.")}
		}},
		{"soren", "resolves it (10)", "resolve", func(id string) proto.Message {
			return &triagev1.ResolveTicketRequest{
				RequestId: id, SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
				Solution: danish("Et manglende indeks er genskabt, og vedligeholdet kontrollerer det fremover. " +
					"Opslag svarer igen med det samme; I skal ikke gøre noget."),
			}
		}},
		{"lars", "accepts the solution", "acceptSolution", func(id string) proto.Message {
			return &triagev1.AcceptSolutionRequest{RequestId: id}
		}},
		{"mette", "closes it (15)", "close", func(id string) proto.Message {
			return &triagev1.CloseTicketRequest{RequestId: id}
		}},
	}
}

// Play carries one incident end to end through the gateway and tells of every step. Played again it changes nothing: each step
// has its fixed request id.
func Play(ctx context.Context, rest REST, tell func(Step)) (*triagev1.Ticket, error) {
	submission, err := submit(ctx, rest)
	if err != nil {
		return nil, fmt.Errorf("carry the demo incident: submit: %w", err)
	}
	ticket, err := client.Settle(ctx, settle, func() (*triagev1.Ticket, error) {
		opened := &triagev1.Ticket{}
		err := rest.call(ctx, "lars", http.MethodGet, "/v1/"+submission.GetTicket(), nil, opened)
		return opened, err
	}, codes.NotFound) // triage may open it a moment later
	if err != nil {
		return nil, fmt.Errorf("carry the demo incident: %w", err)
	}
	tell(Step{Person: nameOf("lars"), Did: "reports for Karin Dahl (1, 2)", Ticket: ticket})
	for i, a := range incident() {
		after, err := a.post(ctx, rest, ticket.GetName(), requestID(fmt.Sprintf("incident %d %s", i, a.verb)))
		if err != nil {
			return nil, fmt.Errorf("carry the demo incident: %s %s: %w", nameOf(a.person), a.does, err)
		}
		ticket = after
		tell(Step{Person: nameOf(a.person), Did: a.does, Ticket: ticket})
	}
	return ticket, nil
}

// post does the step, and returns the ticket after it.
func (a act) post(ctx context.Context, rest REST, ticket, requestID string) (*triagev1.Ticket, error) {
	path, request := "/v1/"+ticket+":"+a.verb, a.request(requestID)
	if a.verb == "route" { // it also answers why
		routed := &triagev1.RouteTicketResponse{}
		err := rest.call(ctx, a.person, http.MethodPost, path, request, routed)
		return routed.GetTicket(), err
	}
	after := &triagev1.Ticket{}
	return after, rest.call(ctx, a.person, http.MethodPost, path, request, after)
}

func submit(ctx context.Context, rest REST) (*intakev1.Submission, error) {
	desk := resource.Desk(Desk)
	request := &intakev1.SubmitTicketRequest{
		RequestId: requestID("incident submit"), Channel: commonv1.Channel_CHANNEL_WEB,
		Title: danish("Opslag gennem NSP svarer ikke på akutmodtagelsen"),
		Description: danish("Siden kl. 07.40 tager opslag over 30 sekunder, og ofte kommer der en fejl. " +
			"Gælder hele akutmodtagelsen i Region Nord."),
		AffectedUser: resource.Person(desk, "karin"),
		ExternalIds:  map[string]string{"lokal": "RN-20417"}, // the ticket in the local desk's own tool (R13)
		Assessment:   &triagev1.Assessment{ReporterGroup: "region"},
	}
	return client.Settle(ctx, settle, func() (*intakev1.Submission, error) {
		submission := &intakev1.Submission{}
		err := rest.call(ctx, "lars", http.MethodPost, "/v1/"+desk+"/tickets:submit", request, submission)
		return submission, err
	}, codes.NotFound, codes.PermissionDenied)
}
