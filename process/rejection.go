package process

import "fmt"

// Need is a condition of a step beside the status.
type Need int

// The needs of the life cycle.
const (
	NobodyHasIt Need = iota
	NobodyElseHasIt
	NoOffer
	AnOffer
	AnotherHolder
	NoTransfer
	ATransfer
	AnotherOwner
	AnotherStatus
	AReason
	ASolution
	NotYetAccepted
	NotYetVerified
	NotYetChecked
	AFixPlan
	NotYetReleased
	NothingOrdered
	AnOrder
	NotYetHandedOut
)

// Facts are what the needs look at.
type Facts struct {
	// Status is where the ticket stands.
	Status Status
	// Taken is true where a person has it; TakenByOther where that is not the caller.
	Taken, TakenByOther bool
	// HandOverOffered and TransferOffered are true while an offer is unanswered.
	HandOverOffered, TransferOffered bool
	// SolutionAccepted is true once reporter or affected user accepted (R105).
	SolutionAccepted bool
	// SameHolder and SameOwner are true where the step would give the ticket to who has it already.
	SameHolder, SameOwner bool
	// Reason and Solution are true where the caller gave one that is not blank.
	Reason, Solution bool
	// Verified and QualityChecked are true once the solution was (R101, R151).
	Verified, QualityChecked bool
	// FixPlanned is true once somebody said when and how it will be fixed, Released once the fix is (R82, R83).
	FixPlanned, Released bool
	// Ordered and HandedOut are true of a service request's goods (R30).
	Ordered, HandedOut bool
	// Asked is the status that the caller asked for.
	Asked Status
}

// requirement says how a need is met, under which reason it is refused, and what would satisfy it.
type requirement struct {
	met     func(Facts) bool
	reason  string
	satisfy string
}

// The reasons of a refused step, as the contract publishes them.
const (
	WrongStatus  = "WRONG_STATUS"
	AlreadyTaken = "ALREADY_TAKEN"
	OfferPending = "OFFER_PENDING"
	NoOfferMade  = "NO_OFFER"
	IsHolder     = "SAME_HOLDER"
	IsOwner      = "SAME_OWNER"
	TextMissing  = "TEXT_REQUIRED"

	AlreadyVerified  = "ALREADY_VERIFIED"
	AlreadyChecked   = "ALREADY_CHECKED"
	NoFixPlan        = "NO_FIX_PLAN"
	AlreadyReleased  = "ALREADY_RELEASED"
	AlreadyOrdered   = "ALREADY_ORDERED"
	NoOrder          = "NOTHING_ORDERED"
	AlreadyHandedOut = "ALREADY_HANDED_OUT"
)

var requirements = [...]requirement{
	NobodyHasIt: {
		func(f Facts) bool { return !f.Taken }, AlreadyTaken,
		"a person has the ticket; it must be assigned to someone else or returned to the queue first",
	},
	NobodyElseHasIt: {
		func(f Facts) bool { return !f.TakenByOther }, AlreadyTaken,
		"somebody else has the ticket; it must be assigned to you first",
	},
	NoOffer: {
		func(f Facts) bool { return !f.HandOverOffered }, OfferPending,
		"a hand-over is offered; it must be accepted, declined or withdrawn first",
	},
	AnOffer: {
		func(f Facts) bool { return f.HandOverOffered }, NoOfferMade,
		"no hand-over is offered; it may have been answered, withdrawn or have expired",
	},
	AnotherHolder: {
		func(f Facts) bool { return !f.SameHolder }, IsHolder,
		"the ticket is there already; name another party or group",
	},
	NoTransfer: {
		func(f Facts) bool { return !f.TransferOffered }, OfferPending,
		"the responsibility is offered already; it must be accepted or declined first",
	},
	ATransfer: {
		func(f Facts) bool { return f.TransferOffered }, NoOfferMade,
		"the responsibility is not offered",
	},
	AnotherOwner: {
		func(f Facts) bool { return !f.SameOwner }, IsOwner,
		"the party answers for the ticket already; name another",
	},
	AnotherStatus: {
		func(f Facts) bool { return f.Asked != f.Status && held.Has(f.Asked) }, WrongStatus,
		"name another status to wait in than the present one",
	},
	AReason: {
		func(f Facts) bool { return f.Reason }, TextMissing,
		"say why",
	},
	ASolution: {
		func(f Facts) bool { return f.Solution }, TextMissing,
		"describe what was done and what it means for the reporter (R99, R101)",
	},
	NotYetAccepted: {
		func(f Facts) bool { return !f.SolutionAccepted }, WrongStatus,
		"the solution is accepted already",
	},
	NotYetVerified: {
		func(f Facts) bool { return !f.Verified }, AlreadyVerified,
		"the solution is verified already",
	},
	NotYetChecked: {
		func(f Facts) bool { return !f.QualityChecked }, AlreadyChecked,
		"the description is checked already",
	},
	AFixPlan: {
		func(f Facts) bool { return f.FixPlanned }, NoFixPlan,
		"say when and how it will be fixed first (R82)",
	},
	NotYetReleased: {
		func(f Facts) bool { return !f.Released }, AlreadyReleased,
		"the fix is released already; plan another first",
	},
	NothingOrdered: {
		func(f Facts) bool { return !f.Ordered }, AlreadyOrdered,
		"goods are ordered already; split the ticket for others",
	},
	AnOrder: {
		func(f Facts) bool { return f.Ordered }, NoOrder,
		"order the goods first",
	},
	NotYetHandedOut: {
		func(f Facts) bool { return !f.HandedOut }, AlreadyHandedOut,
		"the goods are handed out already",
	},
}

// Rejection is why a step is not possible: which rule said no and what would satisfy it.
type Rejection struct {
	// Reason is UPPER_SNAKE: "WRONG_STATUS".
	Reason string
	// Step is the step that was refused.
	Step Step
	// Source is the requirement behind the rule: "R102".
	Source string
	// Satisfy says what would satisfy the rule, in English.
	Satisfy string
}

// Error makes the rejection an error.
func (r *Rejection) Error() string {
	return fmt.Sprintf("%s refused: %s: %s", r.Step, r.Reason, r.Satisfy)
}

// Rule names the rule: "life-cycle/resolve".
func (r *Rejection) Rule() string { return "life-cycle/" + string(r.Step) }

// Permit finds the rule by which a step is possible now. Otherwise it returns why not.
func Permit(step Step, f Facts) (Rule, *Rejection) {
	rule, ok := RuleFor(step, f.Status)
	if !ok {
		from := FromOf(step)
		return Rule{}, &Rejection{
			Reason: WrongStatus, Step: step, Source: sourceOf(step),
			Satisfy: fmt.Sprintf("the ticket is %s; %s is possible from %s", StatusName(f.Status), step, from),
		}
	}
	for _, need := range rule.Needs {
		if required := requirements[need]; !required.met(f) {
			return Rule{}, &Rejection{Reason: required.reason, Step: step, Source: rule.Source, Satisfy: required.satisfy}
		}
	}
	return rule, nil
}

func sourceOf(step Step) string {
	if rows := rules[step]; len(rows) > 0 {
		return rows[0].Source
	}
	return ""
}
