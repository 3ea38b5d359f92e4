package domain

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

func minute(n int) time.Time { return began.Add(time.Duration(n) * time.Minute) }

func opened(importing bool) Ticket {
	return Open(nsp, Opening{
		Name: "desks/nsp/tickets/ASCP00000001", Submission: "desks/nsp/submissions/1", Channel: commonv1.Channel_CHANNEL_WEB,
		Title: Text{TextTitle, "da", "Kan ikke logge ind"}, Description: Text{TextDescription, "da", "Siden i morges."},
		Reporter: karen, AffectedUser: bo, SubmitTime: began, Importing: importing,
	}, began).Ticket
}

func begin(t *testing.T) *walk {
	t.Helper()
	return &walk{t: t, ticket: opened(false)}
}

func (w *walk) step(do func(Ticket, time.Time) (Outcome, error)) *walk {
	w.t.Helper()
	w.minute++
	outcome, err := do(w.ticket, minute(w.minute))
	if err != nil {
		w.t.Fatalf("step %d: %v", w.minute, err)
	}
	w.ticket, w.last = outcome.Ticket, outcome.Events[0]
	checkInvariants(w.t, outcome)
	return w
}

func take(t Ticket, at time.Time) (Outcome, error) { return t.Take(mette, at) }

func start(by string) func(Ticket, time.Time) (Outcome, error) {
	return func(t Ticket, at time.Time) (Outcome, error) { return t.StartWork(by, at) }
}

func offer(group string) func(Ticket, time.Time) (Outcome, error) {
	return func(t Ticket, at time.Time) (Outcome, error) {
		return t.OfferHandOver(netic, group, why, mette, at, 4*time.Hour)
	}
}

func accept(assignee string) func(Ticket, time.Time) (Outcome, error) {
	return func(t Ticket, at time.Time) (Outcome, error) { return t.AcceptHandOver(assignee, at) }
}

func resolve(t Ticket, at time.Time) (Outcome, error) {
	return t.Resolve(Solution{
		Text: Text{TextSolution, "da", "Genstartet."}, Kind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
	}, jonas, at)
}

// atOperations is a ticket that the service desk took and operations accepted and is working on.
func atOperations(t *testing.T) *walk {
	t.Helper()
	return begin(t).step(take).step(offer(drift)).step(accept(jonas)).step(start(jonas))
}

// checkInvariants are the rules that the database repeats as CHECKs, and those between a ticket and its events.
func checkInvariants(t failer, o Outcome) {
	t.Helper()
	f, last := o.Ticket.Facts, o.Events[len(o.Events)-1]
	status := f.GetStatus()
	for what, broken := range map[string]bool{
		"class":                       f.GetStatusClass() != process.ClassOf(status),
		"assigned to nobody":          status == process.Assigned && f.GetAssignee() == "" && f.GetHolderGroup() == "",
		"solved without a time":       (status == process.Resolved || status == process.Closed) && f.GetResolveTime() == nil,
		"solved without a solution":   status == process.Resolved && !o.Ticket.Imported && f.GetTextVersions().GetSolution() == 0,
		"finished without a time":     (f.GetStatusClass() == process.ClassClosed) != (f.GetCloseTime() != nil),
		"open with a solve time":      process.ClassOf(status) <= process.ClassWaiting && f.GetResolveTime() != nil,
		"holder never had it":         !slices.Contains(f.GetPastHolders(), f.GetHolderParty()),
		"solved, not with its owner":  status == process.Resolved && !o.Ticket.Imported && f.GetHolderParty() != f.GetOwnerParty(),
		"finished with an offer":      f.GetStatusClass() == process.ClassClosed && (f.GetHandOver() != nil || f.GetTransfer() != nil),
		"event is not the ticket":     !proto.Equal(last.Payload.GetTicket(), f),
		"holder cannot see it":        !slices.Contains(last.Audience, nsp.Key(f.GetHolderParty())),
		"clock is not the holder's":   o.Ticket.Clocks.Running != process.PartyKey{Party: f.GetHolderParty(), Status: status},
		"text or etag among facts":    f.GetTitle()+f.GetDescription()+f.GetSolution()+f.GetEtag() != "",
		"event before the last":       last.At.After(f.GetUpdateTime().AsTime()),
		"revision does not count on":  o.Ticket.Revision < int64(len(o.Events)),
		"the past is without the now": f.GetUpdateTime().AsTime().Before(f.GetCreateTime().AsTime()),
	} {
		if broken {
			t.Errorf("after %s: %s: %v", last.Type, what, f)
		}
	}
}
