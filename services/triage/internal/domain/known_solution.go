package domain

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// The states of a known solution.
const (
	Candidate = triagev1.KnownSolutionState_KNOWN_SOLUTION_STATE_CANDIDATE
	InReview  = triagev1.KnownSolutionState_KNOWN_SOLUTION_STATE_IN_REVIEW
	Published = triagev1.KnownSolutionState_KNOWN_SOLUTION_STATE_PUBLISHED
	Retired   = triagev1.KnownSolutionState_KNOWN_SOLUTION_STATE_RETIRED
)

// KnownSolution is the aggregate of what was learned (R75, R123). A decision never changes it: it returns another.
type KnownSolution struct {
	// Facts are the contract's known solution without its texts, etag, counts and ticket, exactly as every event carries it.
	Facts *triagev1.KnownSolution
	Desk  Desk
	// Revision is that of its last event.
	Revision int64
}

// KnownSolutionOutcome is a decision: the known solution after it, and what happened.
type KnownSolutionOutcome struct {
	KnownSolution
	Type    string
	Payload *triagev1.KnownSolutionEvent
	Texts   []Text
}

// KnownSolutionStep is something that can be done to a known solution.
type KnownSolutionStep string

// The steps of its life.
const (
	UpdateKnown     KnownSolutionStep = "update"
	SubmitForReview KnownSolutionStep = "submit_for_review"
	PublishKnown    KnownSolutionStep = "publish"
	ReturnKnown     KnownSolutionStep = "return"
	RetireKnown     KnownSolutionStep = "retire"
	ApplyKnown      KnownSolutionStep = "apply"
)

// knownSolutionLife is from where each step is possible, and where it leads; a step without a destination leaves it where it is.
var knownSolutionLife = map[KnownSolutionStep]struct {
	from []triagev1.KnownSolutionState
	to   triagev1.KnownSolutionState
	told string
}{
	UpdateKnown:     {from: states(Candidate, InReview), told: "known_solution.updated"},
	SubmitForReview: {from: states(Candidate), to: InReview, told: "known_solution.submitted_for_review"},
	PublishKnown:    {from: states(InReview), to: Published, told: "known_solution.published"},
	ReturnKnown:     {from: states(InReview), to: Candidate, told: "known_solution.returned"},
	RetireKnown:     {from: states(Candidate, InReview, Published), to: Retired, told: "known_solution.retired"},
	ApplyKnown:      {from: states(Published)},
}

func states(list ...triagev1.KnownSolutionState) []triagev1.KnownSolutionState { return list }

// WrongKnownSolutionState refuses a step from a state that it is not possible from.
type WrongKnownSolutionState struct {
	Step  KnownSolutionStep
	State triagev1.KnownSolutionState
	From  []triagev1.KnownSolutionState
}

func (e WrongKnownSolutionState) Error() string {
	return string(e.Step) + " is not possible in the state " + e.State.String()
}

// Permits returns nil where a step is possible.
func (k KnownSolution) Permits(step KnownSolutionStep) error {
	rule := knownSolutionLife[step]
	if !slices.Contains(rule.from, k.Facts.GetState()) {
		return WrongKnownSolutionState{Step: step, State: k.Facts.GetState(), From: rule.from}
	}
	return nil
}

// Proposal is what a candidate is made of. Names are full resource names.
type Proposal struct {
	Name, Author, AuthorParty, Ticket string
	Category, LanguageCode            string
	Kind                              triagev1.SolutionKind
	Title, Symptoms, Solution         string
}

// Propose makes a candidate. The ticket that it was learned from goes with the first event alone, which only those hear who see
// every ticket of the author's party.
func Propose(desk Desk, p Proposal, at time.Time) KnownSolutionOutcome {
	k := KnownSolution{Desk: desk, Revision: 1, Facts: &triagev1.KnownSolution{
		Name: p.Name, State: Candidate, SolutionKind: p.Kind, Category: p.Category, LanguageCode: p.LanguageCode,
		Author: p.Author, AuthorParty: p.AuthorParty, CreateTime: timestamppb.New(at), UpdateTime: timestamppb.New(at),
		TextVersions: &triagev1.KnownSolutionTextVersions{Title: 1, Solution: 1},
	}}
	texts := []Text{k.text(TextTitle, p.Title), k.text(TextSymptoms, p.Symptoms), k.text(TextSolution, p.Solution)}
	if !texts[1].Blank() {
		k.Facts.TextVersions.Symptoms = 1
	}
	return KnownSolutionOutcome{
		KnownSolution: k, Type: "known_solution.proposed", Texts: written(texts),
		Payload: &triagev1.KnownSolutionEvent{KnownSolution: k.Facts, Ticket: p.Ticket},
	}
}

// Revised is what UpdateKnownSolution changes; nil fields stay as they are.
type Revised struct {
	Title, Symptoms, Solution, Category, LanguageCode *string
	Kind                                              *triagev1.SolutionKind
}

// Update changes what is not published yet.
func (k KnownSolution) Update(r Revised, at time.Time) (KnownSolutionOutcome, error) {
	return k.step(UpdateKnown, at, func(f *triagev1.KnownSolution, revision int64) []Text {
		if r.Category != nil {
			f.Category = *r.Category
		}
		if r.LanguageCode != nil {
			f.LanguageCode = *r.LanguageCode
		}
		if r.Kind != nil {
			f.SolutionKind = *r.Kind
		}
		var texts []Text
		for _, text := range []struct {
			name    string
			value   *string
			version *int64
		}{
			{TextTitle, r.Title, &f.TextVersions.Title},
			{TextSymptoms, r.Symptoms, &f.TextVersions.Symptoms},
			{TextSolution, r.Solution, &f.TextVersions.Solution},
		} {
			if text.value == nil {
				continue
			}
			*text.version = revision
			texts = append(texts, Text{Name: text.name, LanguageCode: f.GetLanguageCode(), Text: *text.value})
		}
		return texts
	})
}

// SubmitForReview asks for a reviewer.
func (k KnownSolution) SubmitForReview(at time.Time) (KnownSolutionOutcome, error) {
	return k.step(SubmitForReview, at, nothing)
}

// Publish approves it, in the name of a reviewer (R75).
func (k KnownSolution) Publish(reviewer string, at time.Time) (KnownSolutionOutcome, error) {
	return k.step(PublishKnown, at, func(f *triagev1.KnownSolution, _ int64) []Text {
		f.Reviewer, f.PublishTime, f.TextVersions.Reason = reviewer, timestamppb.New(at), 0
		return nil
	})
}

// Return gives it back to its author.
func (k KnownSolution) Return(reason string, at time.Time) (KnownSolutionOutcome, error) {
	return k.step(ReturnKnown, at, because(reason))
}

// Retire ends it.
func (k KnownSolution) Retire(reason string, at time.Time) (KnownSolutionOutcome, error) {
	return k.step(RetireKnown, at, because(reason))
}

// step takes a step of the table; edit changes the facts and says what is written with them.
func (k KnownSolution) step(
	step KnownSolutionStep, at time.Time, edit func(f *triagev1.KnownSolution, revision int64) []Text,
) (KnownSolutionOutcome, error) {
	if err := k.Permits(step); err != nil {
		return KnownSolutionOutcome{}, err
	}
	after := KnownSolution{Facts: proto.CloneOf(k.Facts), Desk: k.Desk, Revision: k.Revision + 1}
	texts := edit(after.Facts, after.Revision)
	rule := knownSolutionLife[step]
	if rule.to != 0 {
		after.Facts.State = rule.to
	}
	after.Facts.UpdateTime = timestamppb.New(at)
	return KnownSolutionOutcome{
		KnownSolution: after, Type: rule.told, Texts: written(texts),
		Payload: &triagev1.KnownSolutionEvent{KnownSolution: after.Facts, PreviousState: k.Facts.GetState()},
	}, nil
}

func nothing(*triagev1.KnownSolution, int64) []Text { return nil }

func because(reason string) func(*triagev1.KnownSolution, int64) []Text {
	return func(f *triagev1.KnownSolution, revision int64) []Text {
		f.TextVersions.Reason = revision
		return []Text{{Name: TextReason, LanguageCode: f.GetLanguageCode(), Text: reason}}
	}
}

func (k KnownSolution) text(name, value string) Text {
	return Text{Name: name, LanguageCode: k.Facts.GetLanguageCode(), Text: value}
}

// EverybodySees reports whether every member of the desk may read it: what was published once, is.
func (k KnownSolution) EverybodySees() bool { return k.Facts.GetPublishTime() != nil }

// Audience is who sees it before it is published, relative to the desk and sorted: its author's party and the two that review.
func (k KnownSolution) Audience() []string {
	keys := []string{
		k.Desk.Key(k.Desk.AuthorityParty), k.Desk.Key(k.Desk.ContactParty), k.Desk.Key(k.Facts.GetAuthorParty()),
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// KnownSolutionTexts are those that a known solution shows; empty where there is none, or it was erased.
type KnownSolutionTexts struct {
	Title, Symptoms, Solution, Reason string
}

// ShownKnownSolution is a known solution as callers see it.
func ShownKnownSolution(facts *triagev1.KnownSolution, chainHash []byte, texts KnownSolutionTexts) *triagev1.KnownSolution {
	k := proto.CloneOf(facts)
	k.Etag = Etag(chainHash)
	k.Title, k.Symptoms, k.Solution, k.Reason = texts.Title, texts.Symptoms, texts.Solution, texts.Reason
	return k
}
