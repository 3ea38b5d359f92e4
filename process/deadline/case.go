package deadline

import (
	"cmp"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

// How deadlines stand.
const (
	running = triagev1.DeadlineState_DEADLINE_STATE_RUNNING
	paused  = triagev1.DeadlineState_DEADLINE_STATE_PAUSED
	met     = triagev1.DeadlineState_DEADLINE_STATE_MET
	missed  = triagev1.DeadlineState_DEADLINE_STATE_MISSED
)

// Case is what deadlines are worked out from.
type Case struct {
	// Process is the profile; nil for the common life cycle alone, in which only a hold ends by itself.
	Process *profile.Profile
	// Ticket is the ticket after the step, still with the deadlines of the step before.
	Ticket *triagev1.Ticket
	// Facts are what the profile's conditions look at.
	Facts *profilev1.TicketFacts
	// Clock is that of its targets.
	Clock Clock
	// At is the time of the step.
	At time.Time
	// Silently lets what has passed be: history that is brought over warns nobody.
	Silently bool
}

// Due is a deadline, and where it comes from.
type Due struct {
	*triagev1.Deadline
	Why profile.Why
}

// Ring is something that came about by the passing of time.
type Ring struct {
	Due
	// Warning is true before the time, and false when it has come.
	Warning bool
}

// Worked is what is due, next first, and what has just come about. Each comes about once.
type Worked struct {
	Deadlines []Due
	Rings     []Ring
}

// Work works everything out.
func Work(c Case) (Worked, error) {
	w := &worker{Case: c, class: c.Ticket.GetStatusClass()}
	w.hold()
	if c.Process != nil {
		for _, work := range []func() error{w.targets, w.update, w.silence, w.queue, w.procedures, w.laws, w.ageing} {
			if err := work(); err != nil {
				return Worked{}, err
			}
		}
	}
	slices.SortStableFunc(w.Deadlines, func(a, b Due) int {
		if over := cmp.Compare(rank(a), rank(b)); over != 0 {
			return over
		}
		return a.GetDueTime().AsTime().Compare(b.GetDueTime().AsTime())
	})
	return w.Worked, nil
}

// rank puts what runs before what stands still, and that before what is over.
func rank(d Due) int {
	switch d.GetState() {
	case running:
		return 0
	case paused:
		return 1
	default:
		return 2
	}
}

type worker struct {
	Case
	Worked
	class process.Class
}

// unsolved reports whether somebody still has to solve it.
func (w *worker) unsolved() bool {
	return w.class == process.ClassOpen || w.class == process.ClassWaiting
}

// earlier is the deadline as the step before left it; nil where there was none by this rule.
func (w *worker) earlier(kind triagev1.DeadlineKind, rule string) *triagev1.Deadline {
	for _, d := range w.Ticket.GetDeadlines() {
		if d.GetKind() == kind && d.GetRule() == rule {
			return d
		}
	}
	return nil
}

// wake says what happens to a deadline as time passes.
type wake struct {
	due time.Time
	// warn is when somebody is warned; zero for nobody.
	warn time.Time
}

// run adds a deadline that runs. It comes about once: what was warned or missed before stays so, also where its time moves.
func (w *worker) run(kind triagev1.DeadlineKind, why profile.Why, at wake) {
	w.goOn(w.earlier(kind, why.Rule), kind, why, at)
}

// afresh adds one that begins anew whenever its time moves: what was warned of before was another round.
func (w *worker) afresh(kind triagev1.DeadlineKind, why profile.Why, at wake) {
	before := w.earlier(kind, why.Rule)
	if !before.GetDueTime().AsTime().Equal(at.due) {
		before = nil
	}
	w.goOn(before, kind, why, at)
}

func (w *worker) goOn(before *triagev1.Deadline, kind triagev1.DeadlineKind, why profile.Why, at wake) {
	d := &triagev1.Deadline{Kind: kind, Rule: why.Rule, State: running, DueTime: timestamppb.New(at.due)}
	if !at.warn.IsZero() && at.warn.Before(at.due) {
		d.WarnTime = timestamppb.New(at.warn)
		d.WarnedTime = before.GetWarnedTime()
	}
	due := Due{d, why}
	switch {
	case !w.At.Before(at.due) && acts(kind): // a step is taken then, and until it is, it is due
	case !w.At.Before(at.due):
		d.State = missed
		if before.GetState() != missed {
			w.ring(due, false)
		}
	case d.GetWarnTime() != nil && d.GetWarnedTime() == nil && !w.At.Before(at.warn):
		d.WarnedTime = timestamppb.New(w.At)
		w.ring(due, true)
	}
	w.Deadlines = append(w.Deadlines, due)
}

// acts: what ends by a step of its own when its time has come.
func acts(kind triagev1.DeadlineKind) bool { return kind == silence || kind == held || kind == queued }

func (w *worker) ring(d Due, warning bool) {
	if !w.Silently {
		w.Rings = append(w.Rings, Ring{d, warning})
	}
}

// stand adds a deadline that does not run, as the step before left it but for its state.
func (w *worker) stand(kind triagev1.DeadlineKind, why profile.Why, state triagev1.DeadlineState, due time.Time) {
	d := &triagev1.Deadline{
		Kind: kind, Rule: why.Rule, State: state, WarnedTime: w.earlier(kind, why.Rule).GetWarnedTime(),
	}
	if !due.IsZero() {
		d.DueTime = timestamppb.New(due)
	}
	w.Deadlines = append(w.Deadlines, Due{d, why})
}

// warning is when to warn of what is due; zero where nobody is, or there would be no time before it.
func (w *worker) warning(span, calendar string, due, from time.Time) time.Time {
	c, said := counted(w.Process, span, calendar)
	if !said {
		return time.Time{}
	}
	at := c.before(due, from)
	if !at.After(from) {
		return time.Time{}
	}
	return at
}

// because is a reason with more of what went into it.
func because(why profile.Why, rule string, s interface {
	GetSource() string
	GetDerived() bool
}, more map[string]string,
) profile.Why {
	inputs := make(map[string]string, len(why.Inputs)+len(more))
	for name, value := range why.Inputs {
		inputs[name] = value
	}
	for name, value := range more {
		if value != "" {
			inputs[name] = value
		}
	}
	why.Rule, why.Inputs = rule, inputs
	if s != nil && s.GetSource() != "" {
		why.Source, why.Derived = s.GetSource(), s.GetDerived()
	}
	return why
}

// Next is when the first of some deadlines comes about or warns; false where nothing does.
func Next(deadlines []*triagev1.Deadline) (next time.Time, found bool) {
	for _, d := range deadlines {
		if d.GetState() != running {
			continue
		}
		at := d.GetDueTime().AsTime()
		if d.GetWarnTime() != nil && d.GetWarnedTime() == nil {
			at = d.GetWarnTime().AsTime()
		}
		if !found || at.Before(next) {
			next, found = at, true
		}
	}
	return next, found
}

// List is what a ticket keeps of them.
func List(all []Due) []*triagev1.Deadline {
	list := make([]*triagev1.Deadline, len(all))
	for i, d := range all {
		list[i] = proto.CloneOf(d.Deadline)
	}
	return list
}
