package command_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/intake/internal/command"
)

// links plays triage's LinkService.
type links struct {
	asked   []*triagev1.LinkTicketRequest
	by      []auth.Principal
	refusal error
}

func (l *links) LinkTicket(ctx context.Context, r *triagev1.LinkTicketRequest, _ ...grpc.CallOption) (*triagev1.Ticket, error) {
	principal, _ := auth.FromContext(ctx)
	l.asked, l.by = append(l.asked, r), append(l.by, principal)
	return &triagev1.Ticket{}, l.refusal
}

func inquiry(about string) *intakev1.SubmitTicketRequest {
	r := report()
	r.InquiryAbout = about
	return r
}

// byNotify is a person's call that notify passes along.
func byNotify(ctx context.Context, person string) context.Context {
	return auth.NewContext(ctx, auth.Principal{Person: person, Service: "notify"})
}

func (f *fixture) link(t *testing.T) error {
	t.Helper()
	var args command.LinkInquiryArgs
	if err := f.pool.QueryRow(t.Context(), "SELECT args FROM river_job WHERE kind = 'link_inquiry'").Scan(&args); err != nil {
		t.Fatal(err)
	}
	worker := &command.LinkInquiryWorker{Commands: f.commands}
	return worker.Work(t.Context(), &river.Job[command.LinkInquiryArgs]{Args: args})
}

// R19: who says that an announcement affects them too has an inquiry about its ticket, once, whatever is away meanwhile.
func TestAnInquiryIsLinkedAsSoonAsItsTicketIsOpened(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	to := new(links)
	f.commands.Links = to
	f.triage.set(true)
	got, err := f.commands.SubmitTicket(byNotify(t.Context(), "mette"), inquiry("desks/nsp/tickets/ASCP00000042"))
	if err != nil {
		t.Fatal(err)
	}
	if _, waits := errors.AsType[*rivertype.JobSnoozeError](f.link(t)); !waits || len(to.asked) != 0 {
		t.Fatalf("the ticket is not open yet, and linked are %v", to.asked)
	}
	f.triage.set(false)
	to.refusal = status.Error(codes.Unavailable, "away")
	if _, waits := errors.AsType[*rivertype.JobSnoozeError](f.link(t)); !waits {
		t.Error("triage is away, and the link is given up")
	}
	to.refusal = nil
	if err := f.link(t); err != nil {
		t.Fatal(err)
	}
	first, second := to.asked[0], to.asked[1]
	if first.GetName() != got.GetTicket() || first.GetTicket() != "desks/nsp/tickets/ASCP00000042" ||
		first.GetKind() != triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT || to.by[0].Service != "intake" || to.by[0].Person != "" {
		t.Errorf("asked is %v by %v", first, to.by[0])
	}
	if first.GetRequestId() != second.GetRequestId() {
		t.Error("two attempts are two requests: one could link twice")
	}
	to.refusal = status.Error(codes.FailedPrecondition, "it is an inquiry itself")
	if err := f.link(t); err != nil {
		t.Errorf("what is refused for good is tried again: %v", err)
	}
}

// R19: nobody finds out by guessing which tickets there are.
func TestOnlyNotifySaysWhatAReportIsAbout(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	for _, c := range []struct {
		by    auth.Principal
		about string
	}{
		{auth.Principal{Person: "mette"}, "desks/nsp/tickets/ASCP00000042"},
		{auth.Principal{Person: "mette", Service: "gateway"}, "desks/nsp/tickets/ASCP00000042"},
		{auth.Principal{Person: "mette", Service: "notify"}, "desks/au/tickets/AU00000042"},
	} {
		_, err := f.commands.SubmitTicket(auth.NewContext(t.Context(), c.by), inquiry(c.about))
		if !fault.Is(err, fault.InvalidArgument) {
			t.Errorf("%v reports about %s: %v", c.by, c.about, err)
		}
	}
	r := report()
	r.RequestId = uuid.NewString()
	if _, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r); err != nil {
		t.Fatal(err)
	}
	if n := f.count(t, "SELECT count(*) FROM river_job WHERE kind = 'link_inquiry'"); n != 0 {
		t.Errorf("an ordinary report has %d links waiting", n)
	}
}
