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

// incident is the way of one incident between four organisations (R94-R110).
func incident() []act {
	operations := resource.Party(Desk, "netic")
	return []act{
		{"mette", "takes it from the pile", "take", func(id string) proto.Message {
			return &triagev1.TakeTicketRequest{RequestId: id}
		}},
		{"mette", "starts to work on it", "startWork", func(id string) proto.Message {
			return &triagev1.StartWorkRequest{RequestId: id}
		}},
		{"mette", "hands it over to the operations supplier", "handOver", func(id string) proto.Message {
			return &triagev1.HandOverTicketRequest{
				RequestId: id, Party: operations, Group: operations + "/groups/drift",
				Reason: danish("Svartiden på FMK-opslag er over 30 sekunder siden kl. 07.40. Ligner databasen, ikke klienten."),
			}
		}},
		{"soren", "accepts the hand-over", "acceptHandOver", func(id string) proto.Message {
			return &triagev1.AcceptHandOverRequest{RequestId: id, Assignee: resource.Person(Desk, "soren")}
		}},
		{"soren", "starts to work on it", "startWork", func(id string) proto.Message {
			return &triagev1.StartWorkRequest{RequestId: id}
		}},
		{"soren", "writes an internal note", "addNote", func(id string) proto.Message {
			return &triagev1.AddNoteRequest{
				RequestId: id, Internal: true,
				Note: danish("Indekset på receptserverens opslagstabel blev ikke genskabt efter nattens vedligehold."),
			}
		}},
		{"soren", "puts it on hold: a question to the doctor", "hold", func(id string) proto.Message {
			return &triagev1.HoldTicketRequest{
				RequestId: id, Status: triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER,
				Reason: danish("Vi har genskabt et indeks. Vil du prøve igen og skrive, om recepter åbner nu?"),
			}
		}},
		{"karin", "answers, and it goes on", "resume", func(id string) proto.Message {
			return &triagev1.ResumeTicketRequest{RequestId: id, Note: danish("Ja, nu åbner de med det samme. Tak.")}
		}},
		{"soren", "resolves it", "resolve", func(id string) proto.Message {
			return &triagev1.ResolveTicketRequest{
				RequestId: id, SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
				Solution: danish("Et manglende indeks er genskabt, og vedligeholdet kontrollerer det fremover. " +
					"Recepter åbner igen med det samme; du skal ikke gøre noget."),
			}
		}},
		{"karin", "accepts the solution", "acceptSolution", func(id string) proto.Message {
			return &triagev1.AcceptSolutionRequest{RequestId: id}
		}},
		{"mette", "checks the description and closes it", "close", func(id string) proto.Message {
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
		err := rest.call(ctx, "karin", http.MethodGet, "/v1/"+submission.GetTicket(), nil, opened)
		return opened, err
	}, codes.NotFound) // triage may open it a moment later
	if err != nil {
		return nil, fmt.Errorf("carry the demo incident: %w", err)
	}
	tell(Step{Person: nameOf("lars"), Did: "reports an incident for Karin Dahl", Ticket: ticket})
	for i, a := range incident() {
		path := "/v1/" + ticket.GetName() + ":" + a.verb
		request := a.request(requestID(fmt.Sprintf("incident %d %s", i, a.verb)))
		after := &triagev1.Ticket{}
		if err := rest.call(ctx, a.person, http.MethodPost, path, request, after); err != nil {
			return nil, fmt.Errorf("carry the demo incident: %s %s: %w", nameOf(a.person), a.does, err)
		}
		ticket = after
		tell(Step{Person: nameOf(a.person), Did: a.does, Ticket: ticket})
	}
	return ticket, nil
}

func submit(ctx context.Context, rest REST) (*intakev1.Submission, error) {
	desk := resource.Desk(Desk)
	request := &intakev1.SubmitTicketRequest{
		RequestId: requestID("incident submit"), Channel: commonv1.Channel_CHANNEL_WEB,
		Title: danish("Recepter kan ikke åbnes i Fælles Medicinkort"),
		Description: danish("Siden kl. 07.40 tager det over 30 sekunder at åbne en recept, og ofte kommer der en fejl. " +
			"Gælder hele akutmodtagelsen i Region Nord."),
		Reporter: resource.Person(desk, "karin"), AffectedUser: resource.Person(desk, "karin"),
	}
	return client.Settle(ctx, settle, func() (*intakev1.Submission, error) {
		submission := &intakev1.Submission{}
		err := rest.call(ctx, "lars", http.MethodPost, "/v1/"+desk+"/tickets:submit", request, submission)
		return submission, err
	}, codes.NotFound, codes.PermissionDenied)
}
