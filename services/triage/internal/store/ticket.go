package store

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// ErrNotFound is returned for what the database does not have.
var ErrNotFound = errors.New("not found")

// Ticket is a ticket as it is kept: the aggregate, and where its chain of events stands.
type Ticket struct {
	domain.Ticket
	Head feed.Head
	// Audience is who may see it, as lists and searches filter by it.
	Audience []string
	// JourneyRoot is the root span of the ticket's own trace, 8 bytes.
	JourneyRoot []byte
	// LanguageCode is the desk's default language.
	LanguageCode string
	// Profile is the id of the process that the desk follows; empty for the common life cycle alone.
	Profile string
	// Timer is the one that is armed for the ticket.
	Timer Timer
}

// Timer is a job that rings at the first of a ticket's deadlines. One of another generation than the ticket's does nothing.
type Timer struct {
	// At is when it rings; nil where none is armed.
	At         *time.Time
	Generation int64
}

// Number is the ticket's number: the last part of its name.
func (t *Ticket) Number() string { return resourcename.ID(t.Facts.GetName()) }

// ticketRow is the row that every statement about one ticket returns.
type ticketRow = ReadTicketRow

func (r *ticketRow) ticket(desk string) (Ticket, error) {
	facts := new(triagev1.Ticket)
	if err := proto.Unmarshal(r.Facts, facts); err != nil {
		return Ticket{}, fmt.Errorf("decode ticket %s of desk %s: %w", r.Number, desk, err)
	}
	clocks, err := decodeClocks(r.Clocks, facts)
	if err != nil {
		return Ticket{}, fmt.Errorf("decode ticket %s of desk %s: %w", r.Number, desk, err)
	}
	decisions := new(triagev1.Decisions)
	if err := proto.Unmarshal(r.Decisions, decisions); err != nil {
		return Ticket{}, fmt.Errorf("decode ticket %s of desk %s: %w", r.Number, desk, err)
	}
	name := "desks/" + desk
	return Ticket{
		Ticket: domain.Ticket{
			Facts:  facts,
			Desk:   domain.Desk{Name: name, AuthorityParty: name + "/" + r.AuthorityParty, ContactParty: name + "/" + r.ContactParty},
			Clocks: clocks, TargetClock: r.TargetClock, Decisions: decisions.GetDecisions(),
			Notes: r.Notes, Imported: r.Imported, Revision: r.Revision,
		},
		Profile: r.Profile, Timer: Timer{At: r.TimerAt, Generation: r.TimerGeneration},
		Head:     feed.Head{Revision: r.Revision, Hash: r.ChainHash, Time: r.LastEventAt},
		Audience: r.Audience, JourneyRoot: r.JourneyRoot, LanguageCode: r.LanguageCode,
	}, nil
}

// insertion is the row of a new ticket.
func (t *Ticket) insertion() (InsertTicketParams, error) {
	u, err := t.update()
	if err != nil {
		return InsertTicketParams{}, err
	}
	submission, err := uuid.Parse(resourcename.ID(t.Facts.GetSubmission()))
	if err != nil {
		return InsertTicketParams{}, fmt.Errorf("submission of ticket %s: %w", u.Number, err)
	}
	return InsertTicketParams{
		Desk: u.Desk, Number: u.Number, Submission: submission, Status: u.Status, StatusClass: u.StatusClass,
		OwnerParty: u.OwnerParty, Owner: u.Owner, HolderParty: u.HolderParty, HolderGroup: u.HolderGroup, Assignee: u.Assignee,
		Reporter: t.Desk.Key(t.Facts.GetReporter()), AffectedUser: t.Desk.Key(t.Facts.GetAffectedUser()),
		Impact: u.Impact, Priority: u.Priority, Pile: u.Pile, Audience: u.Audience, Importing: u.Importing, Imported: t.Imported,
		Notes: u.Notes, CreateTime: t.Facts.GetCreateTime().AsTime(), UpdateTime: u.UpdateTime, ResolveTime: u.ResolveTime,
		CloseTime: u.CloseTime, TitleVersion: u.TitleVersion, DescriptionVersion: u.DescriptionVersion,
		SolutionVersion: u.SolutionVersion, Facts: u.Facts, Clocks: u.Clocks, JourneyRoot: t.JourneyRoot,
		Revision: u.Revision, ChainHash: u.ChainHash, LastEventAt: u.LastEventAt,
		Decisions: u.Decisions, TargetClock: u.TargetClock,
		TimerAt: u.TimerAt, TimerGeneration: u.TimerGeneration, Deferred: u.Deferred,
		CallsDue: u.CallsDue, EscalationOpen: u.EscalationOpen,
	}, nil
}

// update is the row after a step.
func (t *Ticket) update() (UpdateTicketParams, error) {
	facts, err := proto.MarshalOptions{Deterministic: true}.Marshal(t.Facts)
	if err != nil {
		return UpdateTicketParams{}, fmt.Errorf("encode ticket: %w", err)
	}
	clocks, err := encodeClocks(t.Clocks)
	if err != nil {
		return UpdateTicketParams{}, err
	}
	decisions, err := proto.MarshalOptions{Deterministic: true}.Marshal(&triagev1.Decisions{Decisions: t.Decisions})
	if err != nil {
		return UpdateTicketParams{}, fmt.Errorf("encode decisions: %w", err)
	}
	f, key := t.Facts, t.Desk.Key
	return UpdateTicketParams{
		Desk: strings.TrimPrefix(t.Desk.Name, "desks/"), Number: t.Number(),
		Status: int16(f.GetStatus()), StatusClass: int16(f.GetStatusClass()),
		OwnerParty: key(f.GetOwnerParty()), Owner: key(f.GetOwner()),
		HolderParty: key(f.GetHolderParty()), HolderGroup: key(f.GetHolderGroup()), Assignee: key(f.GetAssignee()),
		Impact: int16(f.GetImpact()), Priority: f.GetPriority(), Pile: pile(&t.Ticket), Audience: t.Audience,
		Importing: f.GetImporting(), Notes: t.Notes, UpdateTime: f.GetUpdateTime().AsTime(),
		ResolveTime: timeOrNull(f.GetResolveTime()), CloseTime: timeOrNull(f.GetCloseTime()),
		TitleVersion: f.GetTextVersions().GetTitle(), DescriptionVersion: f.GetTextVersions().GetDescription(),
		SolutionVersion: f.GetTextVersions().GetSolution(),
		Facts:           facts, Clocks: clocks, Revision: t.Head.Revision, ChainHash: t.Head.Hash, LastEventAt: t.Head.Time,
		Decisions: nonNil(decisions), TargetClock: nonNil(t.TargetClock), TimerAt: t.Timer.At, TimerGeneration: t.Timer.Generation,
		Deferred: f.GetQueueTime() != nil, CallsDue: len(f.GetCallsDue()) > 0, EscalationOpen: t.EscalationOpen(),
	}, nil
}

// pile is where a ticket that nobody has lies to be taken: its group's pile, or its party's. A ticket in import lies nowhere.
func pile(t *domain.Ticket) *string {
	f := t.Facts
	switch {
	case f.GetImporting(), f.GetAssignee() != "", f.GetQueueTime() != nil,
		f.GetStatus() != process.Registered && f.GetStatus() != process.Assigned:
		return nil
	case f.GetHolderGroup() != "":
		p := t.Desk.Key(f.GetHolderGroup())
		return &p
	default:
		p := t.Desk.Key(f.GetHolderParty())
		return &p
	}
}

func timeOrNull(t *timestamppb.Timestamp) *time.Time {
	if t == nil {
		return nil
	}
	at := t.AsTime()
	return &at
}

// nonNil makes nothing an empty list: the columns have no NULL.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
