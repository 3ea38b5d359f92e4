package domain

import (
	"cmp"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/ticketevent"
)

// Opening is what a ticket is opened with. Names are full resource names.
type Opening struct {
	Name, Submission                  string
	Channel                           commonv1.Channel
	Title, Description                Text
	Reporter, AffectedUser, Submitter string
	SubmitTime                        time.Time
	ExternalIDs                       []*triagev1.ExternalId
	// Importing is true when the ticket's history will be brought over: its clocks then begin with the source's time.
	Importing bool
	// Assessment is what reporter or agent said about it; nil where they said nothing.
	Assessment *triagev1.Assessment
	Impact     triagev1.Impact
	// Answers are those in words to what the form asked (R31).
	Answers []Answer
	// Calls are those that were made before it was registered (R16).
	Calls []*triagev1.AttestedCall
	// JourneyTraceID is the trace that the ticket keeps for its life, 32 hex digits.
	JourneyTraceID string
}

// Open makes the ticket of a submission. It begins in the common queue of the desk's contact party (R15).
func Open(desk Desk, o Opening, at time.Time) Outcome {
	if o.Importing {
		at = o.SubmitTime
	}
	c := &change{at: at, event: &triagev1.TicketEvent{}, after: Ticket{
		Desk: desk, Imported: o.Importing,
		Clocks: process.StartClocks(desk.ContactParty, process.Registered, at),
		Facts: &triagev1.Ticket{
			Name: o.Name, Submission: o.Submission, Channel: o.Channel,
			Reporter: o.Reporter, AffectedUser: o.AffectedUser, Submitter: o.Submitter, OwnerParty: desk.ContactParty,
			ExternalIds: o.ExternalIDs, Importing: o.Importing, JourneyTraceId: o.JourneyTraceID,
			SubmitTime: timestamppb.New(o.SubmitTime), CreateTime: timestamppb.New(at),
			TextVersions: &triagev1.TextVersions{Title: 1},
			Assessment:   o.Assessment, Impact: o.Impact,
		},
	}}
	teller := cmp.Or(o.Submitter, o.Reporter) // who told of the calls attests them
	for _, call := range o.Calls {
		c.facts().AttestedCalls = append(c.facts().AttestedCalls, attested(call, o.Reporter, teller, o.SubmitTime))
	}
	if !o.Description.Blank() {
		c.facts().TextVersions.Description = 1
	}
	c.give(desk.ContactParty, "", "")
	c.stand(process.Registered)
	texts := []Text{o.Title, o.Description}
	for _, answer := range o.Answers {
		answer.Words.Name = AnswerPrefix + answer.Question
		texts = append(texts, answer.Words)
	}
	return c.done(ticketevent.Opened, texts...)
}
