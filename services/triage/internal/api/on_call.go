package api

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// OnCall is bavn.triage.v1.OnCallService.
type OnCall struct {
	triagev1.UnsafeOnCallServiceServer
	*command.OnCall
	Reads Reads
}

var _ triagev1.OnCallServiceServer = (*OnCall)(nil)

// WhoIsOnDuty says who is called about a ticket or a category at a time (R67).
func (o *OnCall) WhoIsOnDuty(ctx context.Context, r *triagev1.WhoIsOnDutyRequest) (*triagev1.WhoIsOnDutyResponse, error) {
	caller, err := o.Reads.reader(ctx, r.GetName(), "WhoIsOnDuty", "name")
	if err != nil {
		return nil, err
	}
	at := o.Reads.Clock.Now()
	if r.GetTime() != nil {
		at = r.GetTime().AsTime()
	}
	desk, language, err := o.follows(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	facts, err := o.about(ctx, caller, desk, r, at)
	if err != nil {
		return nil, err
	}
	shifts, err := store.ShiftsAt(ctx, o.Reads.Pool, strings.TrimPrefix(r.GetName(), "desks/"), at)
	if err != nil {
		return nil, err
	}
	duty, found, err := desk.OnDuty(facts, at, shifts, language)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fault.New(codes.FailedPrecondition, command.NobodyOnDuty).
			Violation("PROFILE", "on_call.plans", "no plan of the profile holds for this; name one that does")
	}
	answer := &triagev1.WhoIsOnDutyResponse{
		Links: duty.Links, Chain: duty.Chain, Rule: duty.Why.Rule, Source: duty.Why.Source, ProfileVersion: duty.Why.Version,
	}
	if !duty.Until.IsZero() {
		answer.Until = timestamppb.New(duty.Until)
	}
	return answer, nil
}

// follows is what the rules need to know of a desk that follows a profile, and its language.
func (o *OnCall) follows(ctx context.Context, name string) (domain.Desk, string, error) {
	row, err := store.New(o.Reads.Pool).ReadDesk(ctx, strings.TrimPrefix(name, "desks/"))
	if errors.Is(err, pgx.ErrNoRows) {
		return domain.Desk{}, "", fault.Missing("name")
	}
	if err != nil {
		return domain.Desk{}, "", err
	}
	p, err := o.Writer.Follows(row)
	return domain.Desk{
		Name: name, AuthorityParty: name + "/" + row.AuthorityParty, ContactParty: name + "/" + row.ContactParty, Process: p,
	}, row.LanguageCode, err
}

// about are the facts of what is asked about: of a ticket that the caller sees, of a category, or of nothing in particular.
func (o *OnCall) about(
	ctx context.Context, caller *access.Caller, desk domain.Desk, r *triagev1.WhoIsOnDutyRequest, at time.Time,
) (*profilev1.TicketFacts, error) {
	switch {
	case r.GetTicket() != "" && !strings.HasPrefix(r.GetTicket(), desk.Name+"/"):
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("ticket", "other_desk")
	case r.GetTicket() != "":
		_, number := splitTicket(r.GetTicket())
		t, _, err := store.Read(ctx, o.Reads.Pool, strings.TrimPrefix(desk.Name, "desks/"), number)
		if errors.Is(err, store.ErrNotFound) || err == nil && o.Reads.Access.See(ctx, caller, &t.Ticket, t.Audience) != nil {
			return nil, fault.Missing("ticket")
		}
		if err != nil {
			return nil, err
		}
		t.Desk = desk
		return t.ProcessFacts(at), nil
	case r.GetCategory() != "":
		lineage := desk.Process.Categories(r.GetCategory())
		if len(lineage) == 0 {
			return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("category", domain.UnknownToProfile)
		}
		return &profilev1.TicketFacts{Category: r.GetCategory(), Categories: lineage, Now: timestamppb.New(at)}, nil
	default:
		return &profilev1.TicketFacts{Now: timestamppb.New(at)}, nil
	}
}

// ListShifts lists the shifts that somebody arranged, those that end last first.
func (o *OnCall) ListShifts(ctx context.Context, r *triagev1.ListShiftsRequest) (*triagev1.ListShiftsResponse, error) {
	caller, err := o.Reads.reader(ctx, r.GetParent(), "ListShifts", "parent")
	if err != nil {
		return nil, err
	}
	bare := proto.CloneOf(r)
	bare.PageSize, bare.PageToken = 0, ""
	page, err := o.Reads.openPage(caller, triagev1.OnCallService_ListShifts_FullMethodName, r, bare)
	if err != nil {
		return nil, err
	}
	ask := store.ListShiftsParams{
		Desk: strings.TrimPrefix(r.GetParent(), "desks/"), Limit: page.limit(), ShowPast: r.GetShowPast(), Now: o.Reads.Clock.Now(),
		FirstPage: page.after == "",
	}
	if end, id, found := strings.Cut(page.after, " "); found {
		if ask.BeforeEnd, err = time.Parse(time.RFC3339Nano, end); err == nil {
			ask.Before, err = uuid.Parse(id)
		}
		if err != nil {
			return nil, fault.New(codes.InvalidArgument, fault.InvalidPageToken).Cause(err)
		}
	}
	rows, err := store.New(o.Reads.Pool).ListShifts(ctx, ask)
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListShiftsResponse{}
	rows, answer.NextPageToken = closePage(&page, rows, func(row store.Shift) string {
		return row.EndTime.UTC().Format(time.RFC3339Nano) + " " + row.Shift.String()
	})
	for _, row := range rows {
		answer.Shifts = append(answer.Shifts, row.Proto())
	}
	return answer, nil
}

// ListContacts lists the profile's contacts with who last verified them (R67).
func (o *OnCall) ListContacts(ctx context.Context, r *triagev1.ListContactsRequest) (*triagev1.ListContactsResponse, error) {
	caller, err := o.Reads.reader(ctx, r.GetParent(), "ListContacts", "parent")
	if err != nil {
		return nil, err
	}
	bare := proto.CloneOf(r)
	bare.PageSize, bare.PageToken = 0, ""
	page, err := o.Reads.openPage(caller, triagev1.OnCallService_ListContacts_FullMethodName, r, bare)
	if err != nil {
		return nil, err
	}
	desk, language, err := o.follows(ctx, r.GetParent())
	if err != nil {
		return nil, err
	}
	verified, err := store.New(o.Reads.Pool).ContactVerifications(ctx, strings.TrimPrefix(r.GetParent(), "desks/"))
	if err != nil {
		return nil, err
	}
	var contacts []*triagev1.Contact
	for _, contact := range desk.Process.Settings().GetContacts() {
		var last store.ContactVerification
		if i := slices.IndexFunc(verified, func(v store.ContactVerification) bool { return v.Contact == contact.GetId() }); i >= 0 {
			last = verified[i]
		}
		shown := desk.ContactShown(contact, language, last.VerifiedBy, last.VerifyTime, o.Reads.Clock.Now())
		if (shown.GetStale() || !r.GetStale()) && shown.GetName() > page.after {
			contacts = append(contacts, shown)
		}
	}
	slices.SortFunc(contacts, func(a, b *triagev1.Contact) int { return strings.Compare(a.GetName(), b.GetName()) })
	answer := &triagev1.ListContactsResponse{}
	answer.Contacts, answer.NextPageToken = closePage(&page, contacts, (*triagev1.Contact).GetName)
	return answer, nil
}

// ListPages lists calls to those on duty, newest first, of those that the caller may see.
func (o *OnCall) ListPages(ctx context.Context, r *triagev1.ListPagesRequest) (*triagev1.ListPagesResponse, error) {
	if r.GetTicket() != "" && !strings.HasPrefix(r.GetTicket(), r.GetParent()+"/") {
		return nil, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("ticket", "other_desk")
	}
	caller, err := o.Reads.reader(ctx, r.GetParent(), "ListPages", "parent")
	if err != nil {
		return nil, err
	}
	bare := proto.CloneOf(r)
	bare.PageSize, bare.PageToken = 0, ""
	page, err := o.Reads.openPage(caller, triagev1.OnCallService_ListPages_FullMethodName, r, bare)
	if err != nil {
		return nil, err
	}
	_, number := splitTicket(r.GetTicket())
	ask := store.ListPagesParams{
		Desk: strings.TrimPrefix(r.GetParent(), "desks/"), Limit: page.limit(), Keys: caller.Keys(), Ticket: number,
		Unanswered: r.GetUnanswered(), FirstPage: page.after == "",
	}
	if page.after != "" {
		if ask.Before, err = uuid.Parse(page.after); err != nil {
			return nil, fault.New(codes.InvalidArgument, fault.InvalidPageToken).Cause(err)
		}
	}
	rows, err := store.New(o.Reads.Pool).ListPages(ctx, ask)
	if err != nil {
		return nil, err
	}
	answer := &triagev1.ListPagesResponse{}
	rows, answer.NextPageToken = closePage(&page, rows, func(row store.Page) string { return row.Page.String() })
	for _, row := range rows {
		shown, err := row.Proto()
		if err != nil {
			return nil, err
		}
		answer.Pages = append(answer.Pages, shown)
	}
	return answer, nil
}
