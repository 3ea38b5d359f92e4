package deadline

import (
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

const (
	procedureUpdate = triagev1.DeadlineKind_DEADLINE_KIND_PROCEDURE_UPDATE
	review          = triagev1.DeadlineKind_DEADLINE_KIND_REVIEW
	legal           = triagev1.DeadlineKind_DEADLINE_KIND_LEGAL
	aged            = triagev1.DeadlineKind_DEADLINE_KIND_AGEING
)

// procedures: those involved in a grave case hear of it in its rhythm, and it is reviewed when it is over (R113).
func (w *worker) procedures() error {
	settings := w.Process.Settings().GetProcedures()
	for _, run := range w.Ticket.GetProcedures() {
		i := slices.IndexFunc(settings, func(p *profilev1.Procedure) bool { return p.GetId() == run.GetProcedure() })
		if i < 0 {
			continue
		}
		if run.GetEndTime() == nil {
			w.rhythm(settings[i], run)
		} else {
			w.review(settings[i], run)
		}
	}
	return nil
}

func (w *worker) rhythm(p *profilev1.Procedure, run *triagev1.ProcedureRun) {
	told := run.GetUpdateTime()
	if told == nil {
		told = run.GetStartTime()
	}
	every, said := counted(w.Process, p.GetUpdateEvery(), "")
	if !said || told == nil {
		return
	}
	why := w.Process.Because("procedures["+p.GetId()+"].update_every", p, map[string]string{
		"every": p.GetUpdateEvery(), "told": told.AsTime().Format(time.RFC3339),
	})
	w.afresh(procedureUpdate, why, wake{due: every.after(told.AsTime())})
}

func (w *worker) review(p *profilev1.Procedure, run *triagev1.ProcedureRun) {
	within, said := counted(w.Process, p.GetReviewWithin(), "")
	if !said {
		return
	}
	due := within.after(run.GetEndTime().AsTime())
	why := w.Process.Because("procedures["+p.GetId()+"].review_within", p, map[string]string{
		"within": p.GetReviewWithin(), "ended": run.GetEndTime().AsTime().Format(time.RFC3339),
	})
	w.demand(review, why, due, time.Time{}, run.GetReviewTime())
}

// demand is a deadline that nothing pauses, done at a time or not yet.
func (w *worker) demand(
	kind triagev1.DeadlineKind, why profile.Why, due, warn time.Time, done *timestamppb.Timestamp,
) {
	switch {
	case done == nil:
		w.run(kind, why, wake{due, warn})
	case done.AsTime().Before(due):
		w.stand(kind, why, met, due)
	default:
		w.stand(kind, why, missed, due)
	}
}

// laws: each stage counts from when it became known, whatever becomes of the ticket (GDPR art. 33, NIS2 art. 23).
func (w *worker) laws() error {
	clocks, err := w.Process.LegalClocks(w.Facts)
	if err != nil {
		return err
	}
	for _, clock := range clocks {
		duty := DutyOf(w.Ticket, clock.Setting.GetId())
		if duty == nil {
			continue
		}
		known := duty.GetKnownTime().AsTime()
		for _, stage := range clock.Setting.GetStages() {
			within, said := counted(w.Process, stage.GetWithin(), "")
			if !said {
				continue
			}
			due := within.after(known)
			why := because(clock.Why, clock.Why.Rule+".stages["+stage.GetId()+"]", stage, map[string]string{
				"within": stage.GetWithin(), "known": known.Format(time.RFC3339), "law": clock.Setting.GetLaw(),
			})
			w.demand(legal, why, due, w.warning(stage.GetWarnBefore(), "", due, known), doneTime(duty, stage.GetId()))
		}
	}
	return nil
}

// DutyOf is what a law demands of a ticket; nil where it does not.
func DutyOf(t *triagev1.Ticket, clock string) *triagev1.LegalDuty {
	for _, duty := range t.GetLegalDuties() {
		if duty.GetClock() == clock {
			return duty
		}
	}
	return nil
}

func doneTime(duty *triagev1.LegalDuty, stage string) *timestamppb.Timestamp {
	for _, done := range duty.GetDone() {
		if done.GetStage() == stage {
			return done.GetDoneTime()
		}
	}
	return nil
}

// ageing: what is old is followed up on the calendar's days, again and again (R91, R92). A ticket that for a while does not count
// as open keeps when it was last followed up.
func (w *worker) ageing() error {
	rules, err := w.Process.Ageing(w.Facts)
	if err != nil {
		return err
	}
	for _, rule := range rules {
		w.age(rule)
	}
	for _, before := range w.Ticket.GetDeadlines() {
		dormant := before.GetKind() == aged && before.GetWarnedTime() != nil && w.class != process.ClassClosed
		if dormant && !slices.ContainsFunc(w.Deadlines, func(d Due) bool { return d.GetRule() == before.GetRule() }) {
			w.stand(aged, profile.Why{Rule: before.GetRule()}, paused, time.Time{})
		}
	}
	return nil
}

func (w *worker) age(rule profile.Held[*profilev1.AgeingRule]) {
	since, span := w.Ticket.GetSubmitTime(), rule.Setting.GetOlderThan()
	if w.class == process.ClassReadyToClose && w.Ticket.GetResolveTime() != nil { // R103: as old as its solution
		since = w.Ticket.GetResolveTime()
	}
	last := w.earlier(aged, rule.Why.Rule).GetWarnedTime()
	if last != nil && last.AsTime().After(since.AsTime()) {
		since, span = last, rule.Setting.GetRepeatEvery()
	}
	every, said := counted(w.Process, span, rule.Setting.GetCalendar())
	if !said { // it was followed up once, and does not repeat
		w.stand(aged, rule.Why, missed, time.Time{})
		return
	}
	d := &triagev1.Deadline{Kind: aged, Rule: rule.Why.Rule, State: running, WarnedTime: last}
	why := because(rule.Why, rule.Why.Rule, nil, map[string]string{
		"older_than": rule.Setting.GetOlderThan(), "calendar": rule.Setting.GetCalendar(), "since": since.AsTime().Format(time.RFC3339),
	})
	due := w.onItsDays(every, since.AsTime(), rule.Setting)
	if !w.At.Before(due) {
		d.WarnedTime = timestamppb.New(w.At)
		w.ring(Due{d, why}, false)
		if every, said = counted(w.Process, rule.Setting.GetRepeatEvery(), rule.Setting.GetCalendar()); !said {
			d.State = missed
			w.Deadlines = append(w.Deadlines, Due{d, why})
			return
		}
		due = w.onItsDays(every, w.At, rule.Setting)
	}
	d.DueTime = timestamppb.New(due)
	w.Deadlines = append(w.Deadlines, Due{d, why})
}

// onItsDays waits until the calendar is open: it is looked for on working days.
func (w *worker) onItsDays(every counting, since time.Time, rule *profilev1.AgeingRule) time.Time {
	due := every.after(since)
	if calendar, known := w.Process.Calendar(rule.GetCalendar()); known {
		return calendar.NextOpen(due)
	}
	return due
}
