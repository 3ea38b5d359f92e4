package command

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// OnCall arranges who is on duty, and calls them (R9, R67).
type OnCall struct {
	*Directory
}

// ErrNoProfile refuses what only a profile gives a meaning.
var ErrNoProfile = fault.New(codes.FailedPrecondition, FollowsNoProfile).
	Violation("PROFILE", "desk/profile", "let the desk adopt a profile first")

// Follows is the profile of a desk; refused where the desk has none.
func (w *Writer) Follows(desk store.Desk) (*profile.Profile, error) {
	p, err := w.process(desk.Profile)
	if err == nil && p == nil {
		err = ErrNoProfile
	}
	return p, err
}

// OverrideShift lets somebody stand in for a window of time.
func (o *OnCall) OverrideShift(ctx context.Context, r *triagev1.OverrideShiftRequest) (*triagev1.Shift, error) {
	desk, asked := r.GetParent(), r.GetShift()
	if err := sameDesk(desk, field{"shift.name", asked.GetName()}, field{"shift.person", asked.GetPerson()}); err != nil {
		return nil, err
	}
	caller, err := o.allowed(ctx, desk, "OverrideShift", "parent")
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	answer := new(triagev1.ShiftEvent)
	call := directoryCall{action: "OverrideShift", requestID: r.GetRequestId(), payload: r, answer: answer}
	err = o.change(ctx, caller, call, func(_ context.Context, s deskScene) ([]entry, error) {
		follows, err := o.Writer.Follows(s.desk)
		if err != nil {
			return nil, err
		}
		if err := standsInFor(follows, desk, asked); err != nil {
			return nil, err
		}
		if !asked.GetEndTime().AsTime().After(s.now) {
			return nil, invalid("shift.end_time", "past")
		}
		inDesk := domain.Desk{Name: desk}
		return []entry{shiftEntry(s.desk, store.Shift{
			Desk: s.desk.Desk, Shift: id, Plan: asked.GetPlan(), InsteadOf: asked.GetInsteadOf(), Person: inDesk.Key(asked.GetPerson()),
			Contact: asked.GetContact(), StartTime: asked.GetStartTime().AsTime().Truncate(time.Microsecond),
			EndTime: asked.GetEndTime().AsTime().Truncate(time.Microsecond), Creator: inDesk.Key(caller.PersonName()), CreateTime: s.now,
		}, "shift.overridden")}, nil
	})
	return answer.GetShift(), err
}

// standsInFor refuses plans and contacts that the profile has not.
func standsInFor(follows *profile.Profile, desk string, asked *triagev1.Shift) error {
	inDesk := domain.Desk{Name: desk, Process: follows}
	for _, f := range []field{{"shift.instead_of", asked.GetInsteadOf()}, {"shift.contact", asked.GetContact()}} {
		if _, found := inDesk.Contact(f.name); f.name != "" && !found {
			return invalid(f.path, domain.UnknownToProfile)
		}
	}
	if asked.GetPlan() == "" {
		return nil
	}
	for _, plan := range follows.Settings().GetOnCall().GetPlans() {
		if plan.GetId() == asked.GetPlan() {
			return nil
		}
	}
	return invalid("shift.plan", domain.UnknownToProfile)
}

// CancelShift calls a shift off. One that is called off stays so.
func (o *OnCall) CancelShift(ctx context.Context, r *triagev1.CancelShiftRequest) (*triagev1.Shift, error) {
	caller, err := o.allowed(ctx, deskOf(r.GetName()), "CancelShift", "name")
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(resourcename.ID(r.GetName()))
	if err != nil {
		return nil, fault.Missing("name")
	}
	answer := new(triagev1.ShiftEvent)
	call := directoryCall{action: "CancelShift", requestID: r.GetRequestId(), payload: r, answer: answer}
	err = o.change(ctx, caller, call, func(ctx context.Context, s deskScene) ([]entry, error) {
		row, err := s.ReadShift(ctx, store.ReadShiftParams{Desk: s.desk.Desk, Shift: id})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fault.Missing("name")
		}
		if err != nil {
			return nil, err
		}
		if row.CancelTime == nil {
			row.CancelTime = &s.now
		}
		return []entry{shiftEntry(s.desk, row, "shift.cancelled")}, nil
	})
	return answer.GetShift(), err
}

func shiftEntry(desk store.Desk, row store.Shift, eventType string) entry {
	shift := row.Proto()
	concerned := []string{}
	if row.Person != "" {
		concerned = append(concerned, row.Person)
	}
	return entry{
		resource: shift.GetName(), eventType: eventType, payload: &triagev1.ShiftEvent{Shift: shift},
		head: feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt}, audience: hearers(desk, concerned...),
		keep: func(ctx context.Context, db *pg.Pipeline, head feed.Head) error {
			if row.CancelTime != nil {
				return store.New(db).CancelShift(ctx, store.CancelShiftParams{
					Desk: row.Desk, Shift: row.Shift, CancelTime: row.CancelTime,
					Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
				})
			}
			row.Revision, row.ChainHash, row.LastEventAt = head.Revision, head.Hash, head.Time
			return store.New(db).InsertShift(ctx, store.InsertShiftParams{
				Desk: row.Desk, Shift: row.Shift, Plan: row.Plan, InsteadOf: row.InsteadOf, Person: row.Person, Contact: row.Contact,
				StartTime: row.StartTime, EndTime: row.EndTime, Creator: row.Creator, CreateTime: row.CreateTime,
				Revision: row.Revision, ChainHash: row.ChainHash, LastEventAt: row.LastEventAt,
			})
		},
	}
}

// VerifyContact says that a contact is right: the caller has tried it (R67: a maintained contact list).
func (o *OnCall) VerifyContact(ctx context.Context, r *triagev1.VerifyContactRequest) (*triagev1.Contact, error) {
	desk := deskOf(r.GetName())
	caller, err := o.allowed(ctx, desk, "VerifyContact", "name")
	if err != nil {
		return nil, err
	}
	answer := new(triagev1.ContactEvent)
	call := directoryCall{action: "VerifyContact", requestID: r.GetRequestId(), payload: r, answer: answer}
	err = o.change(ctx, caller, call, func(ctx context.Context, s deskScene) ([]entry, error) {
		follows, err := o.Writer.Follows(s.desk)
		if err != nil {
			return nil, err
		}
		inDesk := domain.Desk{Name: desk, Process: follows}
		contact, found := inDesk.Contact(resourcename.ID(r.GetName()))
		if !found {
			return nil, fault.Missing("name")
		}
		row, err := s.ReadContactVerification(ctx, store.ReadContactVerificationParams{Desk: s.desk.Desk, Contact: contact.GetId()})
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, err
		}
		row.Desk, row.Contact = s.desk.Desk, contact.GetId()
		row.VerifiedBy, row.VerifyTime = inDesk.Key(caller.PersonName()), s.now
		return []entry{{
			resource: r.GetName(), eventType: "contact.verified",
			payload: &triagev1.ContactEvent{
				Contact: inDesk.ContactShown(contact, s.desk.LanguageCode, row.VerifiedBy, row.VerifyTime, s.now),
			},
			head:     feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt},
			audience: hearers(s.desk, "parties/"+contact.GetParty()),
			keep: func(ctx context.Context, db *pg.Pipeline, head feed.Head) error {
				return store.New(db).PutContactVerification(ctx, store.PutContactVerificationParams{
					Desk: row.Desk, Contact: row.Contact, VerifiedBy: row.VerifiedBy, VerifyTime: row.VerifyTime,
					Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
				})
			},
		}}, nil
	})
	return answer.GetContact(), err
}
