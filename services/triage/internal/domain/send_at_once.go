package domain

import (
	"errors"
	"slices"
	"strings"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/process/ticketevent"
)

// Sending is how a new ticket goes on, where its desk's process sends it without anybody's doing (R41, R66).
type Sending struct {
	// To are those to whom it may go.
	To People
	// By is who registered it, by full name.
	By string
	// LanguageCode is that of the desk.
	LanguageCode string
	// Lapse is how long an offer waits where the process does not say.
	Lapse time.Duration
}

// untouched reports whether nobody has sent, taken or offered the ticket yet: it lies where it was registered.
func (t Ticket) untouched() bool {
	f := t.Facts
	return f.GetHolderParty() == t.Desk.ContactParty && f.GetHolderGroup() == "" && f.GetAssignee() == "" && f.GetHandOver() == nil
}

// Queued reports whether the step let in what came at night (R10).
func (o Outcome) Queued() bool {
	return slices.ContainsFunc(o.Events, func(e Event) bool { return e.Type == ticketevent.Queued })
}

// send lets a new ticket go where its route sends it at once (R41), or in the morning where it waited for that (R10); what a
// supplier found and solves itself needs nobody's acceptance (R66). It stays with the contact party where somebody must look at
// it first: it is restricted, lacks what it needs to be sent, or was touched at night. The questions of the guides are for those
// who triage by hand.
func (f *follower) send(Ticket) error {
	facts := f.Ticket.Facts
	if f.Sending == nil || facts.GetQueueTime() != nil || facts.GetRestricted() || !f.Ticket.untouched() {
		return nil
	}
	routing, err := f.process.Route(f.facts())
	if err != nil || !routing.Route.GetAtOnce() {
		return err
	}
	d, err := f.Sending.To.Destination(f.Ticket, routing.Route, f.at)
	if _, nobody := errors.AsType[NobodyInRole](err); nobody { // somebody sends it by hand
		return nil
	}
	if err != nil || f.Ticket.IsAt(d) {
		return err
	}
	if ready, err := f.mayGo(d); err != nil || !ready {
		return err
	}
	sent, err := f.sent(routing, d)
	var rejected *process.Rejection
	if errors.As(err, &rejected) {
		return nil
	}
	if err != nil {
		return err
	}
	f.Ticket, f.Events = sent.Ticket, append(f.Events, sent.Events...)
	f.forget()
	return nil
}

func (f *follower) sent(routing profile.Routing, d Destination) (Outcome, error) {
	reason := RouteReason(routing, f.Sending.LanguageCode)
	if d.Party != f.Ticket.Facts.GetAssessment().GetFoundBy() || f.Ticket.Stays(d) {
		return f.Ticket.SendBy(routing.Why, d, reason, f.Sending.By, f.at, f.Sending.Lapse)
	}
	outcome, err := f.Ticket.handOverAtOnce(d, reason, f.at)
	if err != nil {
		return Outcome{}, err
	}
	return outcome.picks(d, routing.Why, f.at), nil
}

// mayGo reports whether nothing that the step demands is missing, and no gate is shut. Whose step it is does not matter: nobody
// takes it.
func (f *follower) mayGo(d Destination) (bool, error) {
	attempt := Attempt{Step: process.OfferHandOver, Told: func(facts *profilev1.TicketFacts) {
		facts.ReceiverParty = f.Ticket.party(d.Party)
	}}
	if f.Ticket.Stays(d) {
		attempt = Attempt{Step: process.Assign}
	}
	verdict, err := f.Ticket.Judge(attempt, f.at)
	_, shut := verdict.Shut()
	unknown := slices.ContainsFunc(verdict.Missing, func(m profile.Demand) bool { return !strings.HasPrefix(m.Fact, "answers.") })
	return !shut && !unknown, err
}

// RouteReason is what the receiver reads where nobody said more: the words of the profile's rule, else where it is written.
func RouteReason(routing profile.Routing, language string) Text {
	reason := Text{Name: TextReason, LanguageCode: language, Text: profile.In(language, routing.Why.Reason)}
	if reason.Blank() {
		reason = Text{Name: TextReason, LanguageCode: "en", Text: routing.Why.Rule}
	}
	return reason
}
