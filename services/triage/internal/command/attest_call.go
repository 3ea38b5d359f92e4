package command

import (
	"context"
	"fmt"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// AttestCall writes down that a contact was phoned about the ticket (R7, R17).
func (c *Tickets) AttestCall(ctx context.Context, r *triagev1.AttestCallRequest) (*triagev1.Ticket, error) {
	if err := sameDesk(deskOf(r.GetName()), field{"call.caller", r.GetCall().GetCaller()}); err != nil {
		return nil, err
	}
	return c.change(ctx, call{
		action: "AttestCall", ticket: r.GetName(), etag: r.GetEtag(), requestID: r.GetRequestId(), payload: r,
	}, func(s scene) (domain.Outcome, error) {
		if err := s.byProfile(); err != nil {
			return domain.Outcome{}, err
		}
		if _, found := s.Desk.Contact(r.GetCall().GetContact()); !found {
			return domain.Outcome{}, invalid("call.contact", domain.UnknownToProfile)
		}
		if r.GetCall().GetCallTime().AsTime().After(s.at) {
			return domain.Outcome{}, invalid("call.call_time", "to_come")
		}
		return s.AttestCall(r.GetCall(), s.by, s.at)
	})
}

// mustHaveCalled refuses to register what had to be phoned in first (R16), and says whom to phone.
func mustHaveCalled(t domain.Ticket) error {
	if t.Desk.Process == nil || t.Facts.GetImporting() {
		return nil
	}
	for i, call := range t.Facts.GetAttestedCalls() {
		if _, found := t.Desk.Contact(call.GetContact()); !found {
			return invalid(fmt.Sprintf("attested_calls[%d].contact", i), domain.UnknownToProfile)
		}
	}
	missing, err := t.MissingCalls(t.Facts.GetCreateTime().AsTime())
	if err != nil || len(missing) == 0 {
		return err
	}
	f := fault.New(codes.FailedPrecondition, CallMissing).Meta("profile_version", t.Desk.Process.Version())
	for _, m := range missing {
		contact, _ := t.Desk.Contact(m.Contact)
		whom := profile.In("en", contact.GetLabel())
		if contact.GetPhone() != "" {
			whom += " on " + contact.GetPhone()
		}
		f = f.Violation("PROFILE", m.Rule, "phone "+whom+" first, and say when and by whom")
	}
	return f
}
