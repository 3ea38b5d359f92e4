package process

import "slices"

// Step is something that can be done to a ticket.
type Step string

// The steps of a ticket's life.
const (
	Open                  Step = "open"
	Take                  Step = "take"
	Assign                Step = "assign"
	StartWork             Step = "start_work"
	OfferHandOver         Step = "offer_hand_over"
	AcceptHandOver        Step = "accept_hand_over"
	DeclineHandOver       Step = "decline_hand_over"
	WithdrawHandOver      Step = "withdraw_hand_over"
	ExpireHandOver        Step = "expire_hand_over"
	OfferResponsibility   Step = "offer_responsibility"
	AcceptResponsibility  Step = "accept_responsibility"
	DeclineResponsibility Step = "decline_responsibility"
	Hold                  Step = "hold"
	Resume                Step = "resume"
	Resolve               Step = "resolve"
	AcceptSolution        Step = "accept_solution"
	RejectSolution        Step = "reject_solution"
	ReturnToTechnician    Step = "return_to_technician"
	Close                 Step = "close"
	Reopen                Step = "reopen"
	Cancel                Step = "cancel"
	Update                Step = "update"
	AddNote               Step = "add_note"
	AddInternalNote       Step = "add_internal_note"
	LogWork               Step = "log_work"
	Route                 Step = "route"
	Forward               Step = "forward"
	Escalate              Step = "escalate"
	Complain              Step = "complain"
	AnswerEscalation      Step = "answer_escalation"
	AttestCall            Step = "attest_call"
	ImportRow             Step = "import_row"
	FinishImport          Step = "finish_import"
	Categorise            Step = "categorise"
	AnswerGuide           Step = "answer_guide"
	Prioritise            Step = "prioritise"
	DoubtPriority         Step = "doubt_priority"
	DeclareProcedure      Step = "declare_procedure"
	InformProcedure       Step = "inform_procedure"
	StandDownProcedure    Step = "stand_down_procedure"
	ReviewProcedure       Step = "review_procedure"
	GrantSight            Step = "grant_sight"
	RevokeSight           Step = "revoke_sight"
	EnterQueue            Step = "enter_queue"
	EndHold               Step = "end_hold"
	AcceptBySilence       Step = "accept_by_silence"
	CloseBySilence        Step = "close_by_silence"
	CompleteLegalStage    Step = "complete_legal_stage"
	Link                  Step = "link"
	Unlink                Step = "unlink"
	LinkItem              Step = "link_item"
	UnlinkItem            Step = "unlink_item"
	SetExternalID         Step = "set_external_id"
	Split                 Step = "split"
	Merge                 Step = "merge"
	PlanFix               Step = "plan_fix"
	TellReporters         Step = "tell_reporters"
	Release               Step = "release"
	Order                 Step = "order"
	HandOut               Step = "hand_out"
	Verify                Step = "verify"
	PassQualityCheck      Step = "pass_quality_check"
)

// Part is the part that somebody has in a ticket. A person may have several.
type Part string

// The parts. "Agent" is an agent of the party named, or whoever the policies let stand in: its dispatcher for what only sends
// work on (R55), its coordinator or the authority's for what the owner answers for (R132).
const (
	HolderAgent  Part = "holder_agent"  // of the party that has the ticket
	OwnerAgent   Part = "owner_agent"   // of the party that answers for it
	OffereeAgent Part = "offeree_agent" // of the party that the work is offered to
	HeirAgent    Part = "heir_agent"    // of the party that the responsibility is offered to
	PastAgent    Part = "past_agent"    // of a party that has or had the ticket
	PartyMember  Part = "party_member"  // any member of a party that sees the ticket
	Manager      Part = "manager"       // whom somebody turned to, by role or name (R58)
	Finder       Part = "finder"        // an agent of the party that found it itself (R3, R66)
	Reporter     Part = "reporter"      // who told us (R27)
	AffectedUser Part = "affected_user" // who it happens to (R26)
	Intake       Part = "intake"        // the service that takes reports in
	Timer        Part = "timer"         // this service, when a time limit passes
	Importer     Part = "importer"      // who brings history over (R34)
)

// Rule is one row of the life cycle: from these statuses, these parts may take this step, given these needs, and this is
// where the ticket then stands.
type Rule struct {
	Step   Step
	From   StatusSet
	To     Target
	By     []Part
	Needs  []Need
	Source string
}

// lifeCycle is the life of a ticket, R94-R97 and the rules around them, in one table. A step with several rows leads to
// different places, or is open to different people, depending on where the ticket stands; no status is in two rows of
// the same step.
var lifeCycle = []Rule{
	{Open, unopened, To(Registered), by(Intake), nil, "R94"},

	{Take, queued, To(Assigned), by(HolderAgent), needs(NobodyHasIt), "R33"},
	{Take, beingWorkedOn, Stay, by(HolderAgent), needs(NobodyHasIt), "R33: a pause stays a pause"},
	{Assign, queued | of(InProgress), ToQueue, by(HolderAgent), nil, "R54"},
	{Assign, held, Stay, by(HolderAgent), nil, "R54"},
	{StartWork, queued, To(InProgress), by(HolderAgent), needs(NobodyElseHasIt), "R94"},

	{OfferHandOver, alive, Stay, by(HolderAgent), needs(NoOffer, AnotherHolder, AReason), "R57, R61, R64"},
	{AcceptHandOver, open, ToQueue, by(OffereeAgent), needs(AnOffer), "R62, R65"},
	{AcceptHandOver, waiting, Stay, by(OffereeAgent), needs(AnOffer), "R62: a pause stays a pause"},
	{DeclineHandOver, alive, Stay, by(OffereeAgent), needs(AnOffer, AReason), "derived"},
	{WithdrawHandOver, alive, Stay, by(HolderAgent), needs(AnOffer), "derived"},
	{ExpireHandOver, alive, Stay, by(Timer), needs(AnOffer), "derived"},

	{OfferResponsibility, alive | ready, Stay, by(OwnerAgent), needs(NoTransfer, AnotherOwner, AReason), "R60, R63"},
	{AcceptResponsibility, alive | ready, Stay, by(HeirAgent), needs(ATransfer), "R60, R63"},
	{DeclineResponsibility, alive | ready, Stay, by(HeirAgent), needs(ATransfer, AReason), "derived"},

	{Hold, alive, ToAsked, by(HolderAgent), needs(AnotherStatus, AReason), "R94-R97"},
	{Resume, of(AwaitingUser), ToWork, by(HolderAgent, Reporter, AffectedUser), nil, "R94"},
	{Resume, held &^ of(AwaitingUser), ToWork, by(HolderAgent), nil, "R94, R95"},

	{Resolve, alive, To(Resolved), by(HolderAgent), needs(NoOffer, ASolution), "R94, R99, R100"},
	{AcceptSolution, ready, Stay, by(Reporter, AffectedUser), needs(NotYetAccepted), "R105"},
	{RejectSolution, ready, ToWork, by(Reporter, AffectedUser), needs(AReason), "R107"},
	{ReturnToTechnician, ready, ToWork, by(OwnerAgent), needs(AReason), "R102"},
	{Close, ready, To(Closed), by(OwnerAgent, Reporter), nil, "R101, R109; R110: the reporter where the profile says so"},
	{Reopen, solved, ToQueue, by(OwnerAgent, Reporter, AffectedUser), needs(AReason), "R107"},
	{Cancel, queued, To(Cancelled), by(OwnerAgent, Reporter), needs(AReason), "derived: nobody has begun"},
	{Cancel, beingWorkedOn, To(Cancelled), by(OwnerAgent), needs(AReason), "derived"},

	{Verify, ready, Stay, by(Finder, OwnerAgent), needs(NotYetVerified), "R151"},
	{PassQualityCheck, ready, Stay, by(OwnerAgent), needs(NotYetChecked), "R101"},

	{Link, anyStatus, Stay, by(HolderAgent, OwnerAgent, Intake), nil, "R19, R97, R122-R128"},
	{Unlink, anyStatus, Stay, by(HolderAgent, OwnerAgent), nil, "R124"},
	{LinkItem, anyStatus, Stay, by(HolderAgent, OwnerAgent), nil, "R126"},
	{UnlinkItem, anyStatus, Stay, by(HolderAgent, OwnerAgent), nil, "R126"},
	{SetExternalID, anyStatus, Stay, by(HolderAgent, OwnerAgent, PastAgent, OffereeAgent), nil, "R13, R34"},
	{Split, alive, Stay, by(HolderAgent, OwnerAgent), nil, "R43: one ticket, one fault"},
	{Merge, alive, To(Cancelled), by(HolderAgent, OwnerAgent), needs(AReason), "derived: one fault, one ticket"},

	{PlanFix, alive, Stay, by(HolderAgent, OwnerAgent), nil, "R82"},
	{TellReporters, alive | ready, Stay, by(HolderAgent, OwnerAgent), needs(AFixPlan, NotYetReleased), "R83"},
	{Release, of(PendingRelease), ToWork, by(HolderAgent, OwnerAgent), needs(NotYetReleased), "R83, R97"},
	{Release, alive&^of(PendingRelease) | ready, Stay, by(HolderAgent, OwnerAgent), needs(NotYetReleased), "R83"},

	{Order, alive, Stay, by(HolderAgent, OwnerAgent), needs(NothingOrdered), "R29, R30"},
	{HandOut, alive | ready, Stay, by(HolderAgent, OwnerAgent), needs(AnOrder, NotYetHandedOut), "R30"},

	{Update, alive | ready, Stay, by(HolderAgent, OwnerAgent), nil, "R43"},
	{AddNote, anyStatus, Stay, by(PartyMember, Reporter, AffectedUser), nil, "R74"},
	{AddInternalNote, anyStatus, Stay, by(PartyMember), nil, "R74"},
	{LogWork, anyStatus, Stay, by(HolderAgent, PastAgent), nil, "R74, R76"},

	// Sending on takes Assign or OfferHandOver as well, and needs what they need.
	{Route, alive, Stay, by(HolderAgent), nil, "R41, R64"},
	{Forward, alive, Stay, by(HolderAgent), needs(AReason), "R20, R22"},
	{Escalate, alive | ready, Stay, by(HolderAgent, OwnerAgent), needs(AReason), "R56-R58"},
	{Complain, anyStatus, Stay, by(Reporter, AffectedUser, HolderAgent, OwnerAgent), needs(AReason), "R58"},
	{AnswerEscalation, anyStatus, Stay, by(Manager, OwnerAgent), needs(AReason), "R58"},
	{AttestCall, alive | ready, Stay, by(HolderAgent, OwnerAgent), nil, "R7, R16, R17"},

	{Categorise, alive | ready, Stay, by(HolderAgent, OwnerAgent), nil, "R29, R37"},
	{AnswerGuide, alive | ready, Stay, by(HolderAgent, OwnerAgent, Reporter, AffectedUser), nil, "R38"},
	{Prioritise, alive, Stay, by(HolderAgent, OwnerAgent), nil, "R46, R48, R49"},
	{DoubtPriority, alive, Stay, by(PartyMember), needs(AReason), "R51"},
	{DeclareProcedure, alive | ready, Stay, by(PartyMember), needs(AReason), "R113-R115: whose roles, the profile says"},
	{InformProcedure, anyStatus, Stay, by(PartyMember), needs(AReason), "R113"},
	{StandDownProcedure, anyStatus, Stay, by(PartyMember), needs(AReason), "R113"},
	{ReviewProcedure, anyStatus, Stay, by(PartyMember), needs(AReason), "R113"},
	{GrantSight, anyStatus, Stay, by(PartyMember), needs(AReason), "R149"},
	{RevokeSight, anyStatus, Stay, by(PartyMember), needs(AReason), "R149"},
	{ImportRow, anyStatus, Stay, by(Importer), nil, "R34: by the steps that lead there, whatever they are"},
	{FinishImport, anyStatus, Stay, by(Importer), nil, "R34"},

	{EnterQueue, alive, Stay, by(Timer), nil, "R10"},
	{EndHold, held, ToWork, by(Timer), nil, "R94"},
	{AcceptBySilence, ready, Stay, by(Timer), needs(NotYetAccepted), "R106"},
	{CloseBySilence, ready, To(Closed), by(Timer), nil, "R106"},
	{CompleteLegalStage, anyStatus, Stay, by(HolderAgent, OwnerAgent), nil, "derived: GDPR art. 33, NIS2 art. 23"},
}

func by(parts ...Part) []Part { return parts }

func needs(list ...Need) []Need { return list }

// LifeCycle returns the table, for those who print or check it.
func LifeCycle() []Rule {
	return append([]Rule(nil), lifeCycle...)
}

// Steps are all steps, in the order of the table.
func Steps() []Step {
	var steps []Step
	for _, rule := range lifeCycle {
		if !slices.Contains(steps, rule.Step) {
			steps = append(steps, rule.Step)
		}
	}
	return steps
}

// rules finds the rows of a step. The table is small, but every command asks.
var rules = func() map[Step][]*Rule {
	index := make(map[Step][]*Rule, len(lifeCycle))
	for i := range lifeCycle {
		index[lifeCycle[i].Step] = append(index[lifeCycle[i].Step], &lifeCycle[i])
	}
	return index
}()

// RuleFor returns the row that governs a step from a status, and false where the life cycle has none.
func RuleFor(step Step, from Status) (Rule, bool) {
	for _, rule := range rules[step] {
		if rule.From.Has(from) {
			return *rule, true
		}
	}
	return Rule{}, false
}

// FromOf returns the statuses that a step is possible from.
func FromOf(step Step) StatusSet {
	var set StatusSet
	for _, rule := range rules[step] {
		set |= rule.From
	}
	return set
}

// Allows reports whether some step of the life cycle leads from one status to another. A ticket that stays where it is
// breaks nothing. An import records every other edge as a deviation (R34).
func Allows(from, to Status) bool {
	if from == to {
		return true
	}
	for i := range lifeCycle {
		if lifeCycle[i].From.Has(from) && lifeCycle[i].To.Reaches().Has(to) {
			return true
		}
	}
	return false
}

// Edge names a move between statuses: "REGISTERED -> CLOSED".
func Edge(from, to Status) string { return StatusName(from) + " -> " + StatusName(to) }
