package contract_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bavn/bavn/cmd/bavn/suite"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// startLimit bounds starting a suite and filling it, on a busy machine.
const startLimit = 2 * time.Minute

// furnished is a suite of the test's own, with its desks.
func furnished(t *testing.T) *house.House {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	running, err := suite.Start(ctx, suite.Config{Persons: house.People(), Administrators: []string{house.Root}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop the suite: %v", err)
		}
	})
	h, err := house.Open(ctx, running)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	if err := h.Furnish(ctx, h.GRPC); err != nil {
		t.Fatal(err)
	}
	return h
}

// preparation makes what the cases refer to and remembers it by name.
type preparation struct {
	h    *house.House
	ctx  context.Context //nolint:containedctx // of the test
	made map[string]string
}

// prepare returns the words that a case may use: tickets in each state, tokens that do not belong, ids that were used.
func prepare(t *testing.T, h *house.House) map[string]string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	p := &preparation{h: h, ctx: ctx, made: map[string]string{
		"Nowhere":        house.Desk + "/tickets/ASCP99999999",
		"ForeignNowhere": house.Elsewhere + "/tickets/AU99999999",
		"NoSubmission":   house.Desk + "/submissions/00000000-0000-7000-8000-000000000000",
		"NoNotification": house.Desk + "/notifications/00000000-0000-7000-8000-000000000000",
	}}
	for _, step := range []struct {
		what string
		make func() error
	}{
		{"tickets", p.tickets},
		{"tickets elsewhere", p.elsewhere},
		{"page and resume tokens", p.pages},
		{"tokens", p.tokens},
		{"quiet", func() error { return house.Until(ctx, h.Settled) }},
	} {
		if err := step.make(); err != nil {
			t.Fatalf("prepare %s: %v", step.what, err)
		}
	}
	return p.made
}

// tickets makes one ticket for each state that a case needs, and remembers its name under the state.
func (p *preparation) tickets() error {
	mette, tickets := p.h.As(p.ctx, house.Mette), p.h.GRPC.Tickets
	start := func(name string) error {
		_, err := tickets.StartWork(mette, &triagev1.StartWorkRequest{Name: name, RequestId: house.ID()})
		return err
	}
	resolve := func(name string) error {
		_, err := tickets.ResolveTicket(mette, &triagev1.ResolveTicketRequest{
			Name: name, RequestId: house.ID(), Solution: house.Text("Restarted."),
			SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
		})
		return err
	}
	for _, ticket := range []struct {
		state string
		steps []func(name string) error
	}{
		{"Open", nil},
		{"InProgress", []func(string) error{start}},
		{"Offered", []func(string) error{start, func(name string) error {
			_, err := tickets.HandOverTicket(mette, &triagev1.HandOverTicketRequest{
				Name: name, RequestId: house.ID(), Party: house.Party("netic"), Reason: house.Text("Theirs."),
			})
			return err
		}}},
		{"Resolved", []func(string) error{start, resolve}},
		{"Closed", []func(string) error{start, resolve, func(name string) error {
			_, err := tickets.CloseTicket(mette, &triagev1.CloseTicketRequest{Name: name, RequestId: house.ID()})
			return err
		}}},
	} {
		opened, err := p.h.Reported(p.ctx, p.h.GRPC, house.Ole, house.Report(house.Desk, ticket.state))
		if err != nil {
			return err
		}
		for i, step := range ticket.steps {
			if err := step(opened.GetName()); err != nil {
				return fmt.Errorf("step %d to %s: %w", i+1, ticket.state, err)
			}
		}
		p.made[ticket.state], p.made["Submission"] = opened.GetName(), opened.GetSubmission()
	}
	return p.usedUp()
}

// usedUp leaves an etag that is stale and a request id that was used, both of the open ticket.
func (p *preparation) usedUp() error {
	mette := p.h.As(p.ctx, house.Mette)
	before, err := p.h.GRPC.Tickets.GetTicket(mette, &triagev1.GetTicketRequest{Name: p.made["Open"]})
	if err != nil {
		return err
	}
	p.made["StaleETag"], p.made["UsedID"] = before.GetEtag(), house.ID()
	after, err := p.h.GRPC.Tickets.AddNote(mette, &triagev1.AddNoteRequest{
		Name: p.made["Open"], RequestId: p.made["UsedID"], Note: house.Text("The first note."),
	})
	if err != nil {
		return err
	}
	p.made["ETag"], p.made["UsedSubmitID"] = after.GetEtag(), house.ID()
	report := house.Report(house.Desk, "Used up")
	report.RequestId = p.made["UsedSubmitID"]
	_, err = p.h.Reported(p.ctx, p.h.GRPC, house.Ole, report)
	return err
}

// elsewhere makes tickets in the other desk, of which one has told somebody something.
func (p *preparation) elsewhere() error {
	eva := p.h.As(p.ctx, house.Eva)
	for _, state := range []string{"ForeignOther", "Foreign"} {
		opened, err := p.h.Reported(p.ctx, p.h.GRPC, house.Eva, house.Report(house.Elsewhere, "Elsewhere"))
		if err != nil {
			return err
		}
		p.made[state], p.made["ForeignSubmission"], p.made["ForeignETag"] = opened.GetName(), opened.GetSubmission(), opened.GetEtag()
	}
	start := &triagev1.StartWorkRequest{Name: p.made["Foreign"], RequestId: house.ID()}
	if _, err := p.h.GRPC.Tickets.StartWork(eva, start); err != nil {
		return err
	}
	return house.Until(p.ctx, func(ctx context.Context) error {
		list, err := p.h.GRPC.Notifications.ListNotifications(eva, &notifyv1.ListNotificationsRequest{Parent: house.Elsewhere})
		if err != nil {
			return err
		}
		if len(list.GetNotifications()) == 0 {
			return fmt.Errorf("nobody was told of %s", p.made["Foreign"])
		}
		p.made["ForeignNotification"] = list.GetNotifications()[0].GetName()
		return nil
	})
}

// pages takes tokens of lists and streams, to be used where they do not belong.
func (p *preparation) pages() error {
	mette, eva := p.h.As(p.ctx, house.Mette), p.h.As(p.ctx, house.Eva)
	tickets, err := p.h.GRPC.Tickets.ListTickets(mette, &triagev1.ListTicketsRequest{Parent: house.Desk, PageSize: 1})
	if err != nil {
		return err
	}
	parties, err := p.h.GRPC.Directory.ListParties(mette, &triagev1.ListPartiesRequest{Parent: house.Desk, PageSize: 1})
	if err != nil {
		return err
	}
	foreign, err := p.h.GRPC.Tickets.ListTickets(eva, &triagev1.ListTicketsRequest{Parent: house.Elsewhere, PageSize: 1})
	if err != nil {
		return err
	}
	persons, err := p.h.GRPC.Persons.ListPersons(mette, &intakev1.ListPersonsRequest{Parent: house.Desk, PageSize: 1})
	if err != nil {
		return err
	}
	p.made["PageToken"], p.made["PartyPageToken"] = tickets.GetNextPageToken(), parties.GetNextPageToken()
	p.made["ForeignPageToken"], p.made["PersonPageToken"] = foreign.GetNextPageToken(), persons.GetNextPageToken()
	p.made["AlteredPageToken"] = altered(tickets.GetNextPageToken())
	if p.made["ForeignResumeToken"], err = firstResumeToken(eva, p.h, house.Elsewhere); err != nil {
		return err
	}
	p.made["AlteredResumeToken"] = altered(p.made["ForeignResumeToken"])
	return nil
}

func firstResumeToken(ctx context.Context, h *house.House, desk string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := h.GRPC.TicketFeed.Watch(ctx, &eventv1.WatchRequest{Parent: desk})
	if err != nil {
		return "", err
	}
	first, err := stream.Recv()
	if err != nil {
		return "", err
	}
	return first.GetEvent().GetResumeToken() + first.GetBookmark().GetResumeToken(), nil
}

// altered changes one character in the middle of a token.
func altered(token string) string {
	if token == "" {
		return "none"
	}
	middle, other := len(token)/2, byte('A')
	if token[middle] == other {
		other = 'B'
	}
	return token[:middle] + string(other) + token[middle+1:]
}
