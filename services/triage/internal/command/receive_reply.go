package command

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// ReceiveReply adds what somebody wrote by mail. Intake makes the call; what the reply may move is decided by the sender's own
// part in the ticket, and by what the desk's process lets that part do.
func (c *Tickets) ReceiveReply(ctx context.Context, r *triagev1.ReceiveReplyRequest) (*triagev1.Ticket, error) {
	note := text(domain.TextNote, r.GetNote())
	if note.Blank() {
		return nil, invalid("note.text", "required")
	}
	if r.GetPerson() != "" && resourcename.Desk(r.GetPerson()) != resourcename.Desk(r.GetName()) {
		return nil, fault.New(codes.NotFound, fault.NotFound) // nothing crosses desks
	}
	sender := &access.Caller{} // nobody, of what no person wrote
	if r.GetPerson() != "" {
		var err error
		as := auth.NewContext(ctx, auth.Principal{Person: resourcename.ID(r.GetPerson())})
		if sender, err = c.Access.Caller(as, deskOf(r.GetName())); err != nil {
			return nil, err
		}
	}
	made := call{action: "ReceiveReply", ticket: r.GetName(), requestID: r.GetRequestId(), payload: r}
	return c.change(ctx, made, func(s scene) (domain.Outcome, error) {
		if !r.GetReferenced() && !takesPart(sender, s) {
			return domain.Outcome{}, fault.New(codes.NotFound, fault.NotFound)
		}
		if r.GetAutomatic() {
			return s.AutomaticReply(note, s.at)
		}
		if err := mayMove(sender, made, s); err != nil {
			return domain.Outcome{}, err
		}
		return s.Reply(sender.PersonName(), note, s.at)
	})
}

// takesPart reports whether somebody sees the ticket anyway: a number is just a word that anybody can write.
func takesPart(sender *access.Caller, s scene) bool {
	return slices.ContainsFunc(domain.Audience(s.Desk, s.Facts), func(key string) bool {
		return slices.Contains(sender.Keys(), key)
	})
}

// mayMove asks the desk's process whether the sender may take the step that their reply comes to.
func mayMove(sender *access.Caller, made call, s scene) error {
	step, moves := map[triagev1.TicketStatus]process.Step{
		process.AwaitingUser: process.Resume, process.Closed: process.Reopen,
	}[s.Facts.GetStatus()]
	parts := sender.Parts(&s.Ticket)
	if !moves || s.Desk.Process == nil || !slices.ContainsFunc(parts, isUser) {
		return nil
	}
	_, err := permitted(s.Ticket, domain.Attempt{
		Step: step, Parts: parts, Roles: sender.Roles(), Told: made.told,
	}, made.override, s.at)
	return err
}

func isUser(part process.Part) bool { return part == process.Reporter || part == process.AffectedUser }
