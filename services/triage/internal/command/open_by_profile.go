package command

import (
	"context"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// reportOf is what was said of the ticket at registration, by whom and how it came. group is the one that the reporter reports
// as.
func reportOf(r *triagev1.OpenTicketRequest, group string) domain.Report {
	report := domain.Report{
		Said: r.GetAssessment(), ReporterGroup: group, Way: profile.WayOf(r.GetChannel()), Importing: r.GetImporting(),
	}
	for _, answer := range r.GetWordedAnswers() {
		report.Worded = append(report.Worded, answer.GetQuestion())
	}
	return report
}

// worded are the answers in words.
func worded(r *triagev1.OpenTicketRequest) []domain.Answer {
	var answers []domain.Answer
	for _, a := range r.GetWordedAnswers() {
		answers = append(answers, domain.Answer{Question: a.GetQuestion(), Words: text("", a.GetWords())})
	}
	return answers
}

// attested are the calls that were made before, attested by who submitted it (R7, R16).
func attested(r *triagev1.OpenTicketRequest, now time.Time) []*triagev1.AttestedCall {
	by := r.GetSubmitter()
	if by == "" {
		by = r.GetReporter()
	}
	calls := make([]*triagev1.AttestedCall, len(r.GetAttestedCalls()))
	for i, call := range r.GetAttestedCalls() {
		calls[i] = proto.CloneOf(call)
		calls[i].AttestedBy, calls[i].AttestTime = by, timestamppb.New(now)
	}
	return calls
}

// sendsAtOnce is how the ticket goes on by itself, where its desk's process sends some on (R41, R66). Persons are read only for a
// process whose routes lead to them.
func (w *Writer) sendsAtOnce(
	ctx context.Context, db store.DBTX, t domain.Ticket, by, language string, lapse time.Duration,
) (*domain.Sending, error) {
	if t.Desk.Process == nil || t.Facts.GetImporting() {
		return nil, nil
	}
	sends, named := t.Desk.Process.SendsAtOnce()
	if !sends {
		return nil, nil
	}
	sending := &domain.Sending{By: by, LanguageCode: language, Lapse: lapse}
	if !named {
		return sending, nil
	}
	var err error
	sending.To, err = store.PeopleOf(ctx, db, resourcename.ID(t.Desk.Name), wanted(t.Desk.Process, w.Clock.Now()))
	return sending, err
}

// opens asks the desk's process whether the ticket may be registered as it is: with ids that it knows (R37), answers that it
// asks for (R38), and past the gates of registration, such as that users feel it (R44, R66). History that is brought over is
// not judged.
func opens(t domain.Ticket, r *triagev1.OpenTicketRequest, at time.Time) error {
	if t.Desk.Process == nil || t.Facts.GetImporting() {
		return nil
	}
	if err := unfit("assessment.", t.Desk.Unfit(t.Facts.GetAssessment())); err != nil {
		return err
	}
	if t.Desk.UnfitImpact(r.GetImpact()) {
		return invalid("impact", domain.UnknownToProfile)
	}
	if err := unfitAt("attested_calls", t.Desk.UnfitCalls(r.GetAttestedCalls(), at)); err != nil {
		return err
	}
	answers, err := t.UnfitAnswers(worded(r), at)
	if err != nil {
		return err
	}
	var fields []domain.Unfit
	for _, question := range slices.Sorted(maps.Keys(answers)) {
		fields = append(fields, domain.Unfit{Field: "assessment.answers." + question, Rule: answers[question]})
	}
	if err := unfit("", fields); err != nil {
		return err
	}
	attempt := domain.Attempt{Step: process.Open, Parts: []process.Part{process.Intake}}
	_, err = permitted(t, attempt, domain.Text{}, at)
	return err
}
