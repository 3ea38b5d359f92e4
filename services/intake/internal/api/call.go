package api

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Calls serves bavn.intake.v1.CallService.
type Calls struct {
	intakev1.UnimplementedCallServiceServer
	Gate   *access.Gate
	Triage triagev1.TicketServiceClient
	Logger *slog.Logger
}

const (
	// maxCallers and maxTickets are what somebody on the phone can look through.
	maxCallers = 10
	maxTickets = 20
)

// FindCallers finds who is calling (R5), with what they and others called about before. Tickets are triage's: it is asked as the
// agent, who so sees what they may see. An agent with somebody on the phone needs the person even while triage is away.
func (s *Calls) FindCallers(ctx context.Context, r *intakev1.FindCallersRequest) (*intakev1.FindCallersResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "FindCallers", desk, nil); err != nil {
		return nil, err
	}
	row, err := store.New(s.Gate.Pool).GetDesk(ctx, desk)
	if err != nil {
		return nil, pg.Translate(err)
	}
	found, err := store.New(s.Gate.Pool).FindPersons(ctx, looksFor(row, r.GetQuery()))
	if err != nil {
		return nil, pg.Translate(err)
	}
	response := &intakev1.FindCallersResponse{More: len(found) > maxCallers}
	for _, person := range found[:min(len(found), maxCallers)] {
		response.Callers = append(response.Callers, &intakev1.Caller{Person: person.Found().Proto()})
	}
	err = s.addTickets(ctx, r.GetParent(), response)
	if code := status.Code(err); code == codes.Unavailable || code == codes.DeadlineExceeded {
		s.Logger.WarnContext(ctx, "a caller is shown without tickets", slog.Any("error", err))
		response.TicketsMissing = true
		return response, nil
	}
	return response, err
}

// looksFor is what a query means: a phone number as people say it, something that only one person has, or words of a name.
func looksFor(desk store.Desk, query string) store.FindPersonsParams {
	term := strings.ToLower(strings.TrimSpace(query))
	p := store.FindPersonsParams{
		Desk: desk.Desk, Term: term, Phone: domain.PhoneNumber(query, domain.RegionOf(desk.LanguageCode)), Size: maxCallers + 1,
	}
	for word := range strings.FieldsSeq(term) {
		p.Words = append(p.Words, "% "+likeable.Replace(word)+"%")
	}
	return p
}

// likeable takes its meaning from what LIKE would read as a pattern.
var likeable = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// addTickets asks triage for the open tickets of those who were found, and for what many call about.
func (s *Calls) addTickets(ctx context.Context, desk string, response *intakev1.FindCallersResponse) error {
	const open = `(status_class = "STATUS_CLASS_OPEN" OR status_class = "STATUS_CLASS_WAITING" OR ` +
		`status_class = "STATUS_CLASS_READY_TO_CLOSE")`
	list := func(of string) ([]*triagev1.Ticket, error) {
		listed, err := s.Triage.ListTickets(ctx, &triagev1.ListTicketsRequest{
			Parent: desk, PageSize: maxTickets, Filter: open + " AND " + of,
		})
		return listed.GetTickets(), err
	}
	var errs []error
	for _, caller := range response.GetCallers() {
		name := caller.GetPerson().GetName()
		tickets, err := list(`(reporter = "` + name + `" OR affected_user = "` + name + `")`)
		caller.OpenTickets = tickets
		errs = append(errs, err)
	}
	outages, err := list(`has_inquiries = "true"`)
	response.Outages = outages
	return errors.Join(append(errs, err)...)
}
