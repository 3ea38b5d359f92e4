package cli

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
)

// TicketExplain says why a ticket is as it is.
type TicketExplain struct{ Number }

// Run prints each decision with its rule and inputs, then what can be done and what must come first, then who was told.
func (c *TicketExplain) Run(ctx context.Context, s *session) error {
	explained, err := c.explain(ctx, s)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(explained)
	}
	if explained.GetProfile() != "" {
		s.Printf("follows %s, version %.12s\n\n", explained.GetProfile(), explained.GetProfileVersion())
	}
	decisions := s.Table("DECIDED", "ANSWER", "RULE", "BECAUSE", "SOURCE")
	for _, d := range explained.GetDecisions() {
		decisions.Row(d.GetSubject(), d.GetAnswer(), d.GetRule(), inputs(d.GetInputs()), whereFrom(d.GetSource(), d.GetDerived()))
	}
	if err := decisions.Print(s.Out); err != nil {
		return err
	}
	s.Printf("\n")
	if err := s.printSteps(explained.GetSteps()); err != nil {
		return err
	}
	s.Printf("\n")
	told := s.Table("WHEN", "EVENT", "TOLD", "BY", "RULE")
	for _, t := range explained.GetTold() {
		whom := strings.Join(t.GetRequest().GetRecipients(), ", ") + t.GetRequest().GetChain()
		told.Row(s.Time(t.GetTellTime().AsTime()), t.GetEvent(), whom, strings.Join(t.GetRequest().GetMedia(), ", "),
			t.GetRequest().GetRule())
	}
	return told.Print(s.Out)
}

// printSteps prints what the process asks for before a step, and of all other steps only their names: there are sixty.
func (s *session) printSteps(steps []*triagev1.StepExplanation) error {
	asked := s.Table("STEP", "WHAT THE PROCESS ASKS FOR FIRST", "RULE")
	var possible, elsewhere, others []string
	for _, step := range steps {
		wants := askedFor(step)
		for _, o := range wants {
			asked.Row(step.GetStep(), wanted(s.language(), o), o.GetRule())
		}
		switch {
		case len(step.GetObstacles()) == 0:
			possible = append(possible, step.GetStep())
		case len(wants) > 0:
		case forOthers(step):
			others = append(others, step.GetStep())
		default:
			elsewhere = append(elsewhere, step.GetStep())
		}
	}
	for _, list := range []struct {
		title string
		steps []string
	}{{"You can now", possible}, {"Not as it stands", elsewhere}, {"Not yours to do", others}} {
		if len(list.steps) > 0 {
			s.Printf("%s: %s\n", s.Bold(list.title), strings.Join(list.steps, ", "))
		}
	}
	if asked.Len() == 0 {
		return nil
	}
	s.Printf("\n")
	return asked.Print(s.Out)
}

// askedFor are the obstacles that one can do something about: facts and gates, not status and permission.
func askedFor(step *triagev1.StepExplanation) []*triagev1.Obstacle {
	return slices.DeleteFunc(slices.Clone(step.GetObstacles()), func(o *triagev1.Obstacle) bool {
		rule, _, _ := strings.Cut(o.GetRule(), "/")
		return rule == "access" || rule == "life-cycle" || rule == "procedures" || strings.HasPrefix(rule, "transitions")
	})
}

func forOthers(step *triagev1.StepExplanation) bool {
	return slices.ContainsFunc(step.GetObstacles(), func(o *triagev1.Obstacle) bool {
		return o.GetReason() == fault.PermissionDenied
	})
}

func (n Number) explain(ctx context.Context, s *session) (*triagev1.ExplainTicketResponse, error) {
	connected, err := s.connect()
	if err != nil {
		return nil, err
	}
	return connected.Explanations.ExplainTicket(ctx, &triagev1.ExplainTicketRequest{Name: n.name(s)})
}

func wanted(language string, o *triagev1.Obstacle) string {
	if text := profile.In(language, o.GetSatisfy()); text != "" {
		return text
	}
	return o.GetReason()
}

func inputs(facts map[string]string) string {
	parts := make([]string, 0, len(facts))
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		if facts[name] != "" {
			parts = append(parts, name+"="+facts[name])
		}
	}
	return strings.Join(parts, " ")
}

func whereFrom(where string, derived bool) string {
	if derived {
		return strings.TrimSpace(where + " (derived)")
	}
	return where
}

// TicketDeadlines shows what is due.
type TicketDeadlines struct{ Number }

// Run prints one line per deadline, the next first.
func (c *TicketDeadlines) Run(ctx context.Context, s *session) error {
	explained, err := c.explain(ctx, s)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.Ticket{Name: explained.GetName(), Deadlines: explained.GetDeadlines()})
	}
	table := s.Table("WHAT", "STATE", "DUE", "WARNING", "RULE")
	for _, d := range explained.GetDeadlines() {
		table.Row(word(d.GetKind().String(), "DEADLINE_KIND_"), word(d.GetState().String(), "DEADLINE_STATE_"),
			s.when(d.GetDueTime()), s.when(d.GetWarnTime()), d.GetRule())
	}
	return table.Print(s.Out)
}

// when is a time that may be unset.
func (s *session) when(t *timestamppb.Timestamp) string {
	if t == nil {
		return ""
	}
	return s.Time(t.AsTime())
}

// TicketLegal records a stage of a law.
type TicketLegal struct {
	Change
	Clock string     `arg:"" help:"The law's clock in the profile: gdpr_33, nis2_23."`
	Stage string     `arg:"" help:"What was done: authority, early_warning, notification, final_report."`
	Done  *time.Time `placeholder:"TIME" help:"When; now if left out."`
	Note  string     `placeholder:"TEXT" help:"What was sent, and under which number it was received."`
}

// Run records it.
func (c *TicketLegal) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	request := &triagev1.CompleteLegalStageRequest{
		Name: c.name(s), RequestId: c.id(), Etag: c.ETag, Clock: c.Clock, Stage: c.Stage,
	}
	if c.Done != nil {
		request.DoneTime = timestamppb.New(*c.Done)
	}
	if c.Note != "" {
		request.Note = text(c.Note, "")
	}
	ticket, err := connected.Legal.CompleteLegalStage(ctx, request)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(ticket)
	}
	s.Printf("%s\n", s.standing(ticket))
	return nil
}
