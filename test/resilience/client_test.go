package resilience_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// client follows one ticket after the other from report to closing. A call whose outcome it does not know it makes again, with
// the same request id, until it is told.
type client struct {
	*house.House
	door   *house.Door
	book   *book
	random *rand.Rand
}

const (
	// attemptLimit is how long one attempt may take before the client asks again.
	attemptLimit = 4 * time.Second
	// patience is how long a client insists on one call.
	patience = 90 * time.Second
	// thought is the longest that somebody thinks between two calls.
	thought = 120 * time.Millisecond
	// again is how often an acknowledged call is made once more, one in so many.
	again = 5
)

// work begins tickets until it is told to stop, and finishes the one it has.
func (c *client) work(ctx context.Context, stop <-chan struct{}) error {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return nil
		default:
		}
		if err := c.follow(ctx, n); err != nil {
			return err
		}
	}
}

func (c *client) follow(ctx context.Context, n int) error {
	report := house.Report(house.Desk, fmt.Sprintf("Report %d over %s", n, c.door.Name))
	if n%2 == 0 {
		report.AffectedUser = house.Person(house.Ida)
	}
	var submission *intakev1.Submission
	submit := func(ctx context.Context) (proto.Message, error) {
		var err error
		submission, err = c.door.Submissions.SubmitTicket(ctx, report)
		return submission, err
	}
	if _, err := c.insist(ctx, entry{Method: "SubmitTicket", ID: report.GetRequestId(), By: house.Ole}, submit); err != nil {
		return err
	}
	c.book.submitted(submission)
	ticket, err := c.opened(ctx, submission.GetTicket())
	if err != nil {
		return err
	}
	for _, s := range life {
		id, name, etag := house.ID(), ticket.GetName(), ticket.GetEtag()
		do := func(ctx context.Context) (proto.Message, error) { return s.do(ctx, c.door.Tickets, name, id, etag) }
		answer, err := c.insist(ctx, entry{Method: s.method, ID: id, By: s.by, Ticket: name}, do)
		if err != nil {
			return err
		}
		ticket = answer.(*triagev1.Ticket) //nolint:forcetypeassert // every step answers a ticket
	}
	return nil
}

// opened waits for the ticket of a submission, which triage may have to come back for.
func (c *client) opened(ctx context.Context, name string) (ticket *triagev1.Ticket, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = house.Until(ctx, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, attemptLimit)
		defer cancel()
		ticket, err = c.door.Tickets.GetTicket(c.As(ctx, house.Mette), &triagev1.GetTicketRequest{Name: name})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s was promised and is not opened: %w", name, err)
	}
	return ticket, nil
}

// insist makes a call until it is acknowledged, and some of them once more: the answer must be the same.
func (c *client) insist(ctx context.Context, e entry, do func(context.Context) (proto.Message, error)) (proto.Message, error) {
	if err := pause(ctx, time.Duration(c.random.Int64N(int64(thought)))); err != nil {
		return nil, err
	}
	answer, err := c.until(ctx, &e, do)
	if err != nil {
		return nil, fmt.Errorf("%s %s of %s over %s: %w", e.Method, e.ID, e.Ticket, c.door.Name, err)
	}
	e.acknowledge(answer, do)
	if c.random.IntN(again) == 0 {
		repeated, err := c.until(ctx, &e, do)
		if err != nil {
			return nil, fmt.Errorf("%s %s of %s, which was acknowledged, again: %w", e.Method, e.ID, e.Ticket, err)
		}
		c.book.compare(e, repeated)
	}
	c.book.acknowledged(e)
	return answer, nil
}

func (c *client) until(ctx context.Context, e *entry, do func(context.Context) (proto.Message, error)) (proto.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wait := 20 * time.Millisecond
	for {
		attempt, stop := context.WithTimeout(c.As(ctx, e.By), attemptLimit)
		answer, err := do(attempt)
		stop()
		if err == nil {
			return answer, nil
		}
		e.Attempts++
		c.book.refused(err)
		if !unknown(err) || ctx.Err() != nil {
			return nil, err
		}
		if err := pause(ctx, wait); err != nil {
			return nil, err
		}
		wait = min(2*wait, time.Second)
	}
}

// unknown reports whether the call may or may not have been done: nobody answered, or somebody on the way was away.
func unknown(err error) bool {
	var connection *net.OpError
	switch code := status.Code(err); {
	case code == codes.Unavailable, code == codes.DeadlineExceeded, code == codes.Canceled:
		return true
	case code == codes.Aborted:
		return !fault.Is(err, fault.StaleETag)
	case fault.ReasonOf(err) != "":
		return false
	default: // no status at all: the connection to the gateway broke
		return errors.As(err, &connection) || code == codes.Unknown
	}
}

// step is one call of a ticket's life.
type step struct {
	method, by string
	do         func(ctx context.Context, tickets triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error)
}

// life goes through both companies. Every step names the etag of the one before: done twice, it would be refused.
var life = []step{
	{"TakeTicket", house.Mette, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.TakeTicket(ctx, &triagev1.TakeTicketRequest{Name: name, RequestId: id, Etag: etag})
	}},
	{"StartWork", house.Mette, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.StartWork(ctx, &triagev1.StartWorkRequest{Name: name, RequestId: id, Etag: etag})
	}},
	{"AddNote", house.Mette, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.AddNote(ctx, &triagev1.AddNoteRequest{Name: name, RequestId: id, Etag: etag, Note: house.Text("Seen."), Internal: true})
	}},
	{"HandOverTicket", house.Mette, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.HandOverTicket(ctx, &triagev1.HandOverTicketRequest{
			Name: name, RequestId: id, Etag: etag, Party: house.Party("netic"), Group: house.Group("netic", "drift"), Reason: house.Text("Yours."),
		})
	}},
	{"AcceptHandOver", house.Lars, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.AcceptHandOver(ctx, &triagev1.AcceptHandOverRequest{Name: name, RequestId: id, Etag: etag, Assignee: house.Person(house.Lars)})
	}},
	{"StartWork", house.Lars, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.StartWork(ctx, &triagev1.StartWorkRequest{Name: name, RequestId: id, Etag: etag})
	}},
	{"HoldTicket", house.Lars, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.HoldTicket(ctx, &triagev1.HoldTicketRequest{
			Name: name, RequestId: id, Etag: etag, Status: triagev1.TicketStatus_TICKET_STATUS_AWAITING_USER, Reason: house.Text("Since when?"),
		})
	}},
	{"ResumeTicket", house.Ole, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.ResumeTicket(ctx, &triagev1.ResumeTicketRequest{Name: name, RequestId: id, Etag: etag, Note: house.Text("Today.")})
	}},
	{"ResolveTicket", house.Lars, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.ResolveTicket(ctx, &triagev1.ResolveTicketRequest{
			Name: name, RequestId: id, Etag: etag, Solution: house.Text("Restarted."), SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
		})
	}},
	{"AcceptSolution", house.Ole, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.AcceptSolution(ctx, &triagev1.AcceptSolutionRequest{Name: name, RequestId: id, Etag: etag})
	}},
	{"CloseTicket", house.Mette, func(ctx context.Context, t triagev1.TicketServiceClient, name, id, etag string) (*triagev1.Ticket, error) {
		return t.CloseTicket(ctx, &triagev1.CloseTicketRequest{Name: name, RequestId: id, Etag: etag})
	}},
}
