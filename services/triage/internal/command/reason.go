package command

import (
	"embed"
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// Reasons of this service's own refusals, beside those of the life cycle. Their texts are in errors.yaml.
const (
	NothingToTake     = "NOTHING_TO_TAKE"
	NotAMember        = "NOT_A_MEMBER"
	TooManyNotes      = "TOO_MANY_NOTES"
	NotImporting      = "NOT_IMPORTING"
	OutOfOrder        = "OUT_OF_ORDER"
	TicketNumberTaken = "TICKET_NUMBER_TAKEN"
	DeskExists        = "DESK_EXISTS"
	PartyExists       = "PARTY_EXISTS"
	GroupExists       = "GROUP_EXISTS"
	LastAdministrator = "LAST_ADMINISTRATOR"
	// ProfileNotInstalled: the desk follows a profile that this replica does not have.
	ProfileNotInstalled = "PROFILE_NOT_INSTALLED"
	// OtherDesksProfile: the profile's authority or contact party is not the desk's.
	OtherDesksProfile = "OTHER_DESKS_PROFILE"
	// ReopenTooLate: the profile asks for a new, linked ticket by now.
	ReopenTooLate = "REOPEN_TOO_LATE"
	// FactsMissing: the process wants to know more before this step.
	FactsMissing = "FACTS_MISSING"

	TicketNotSolved         = "TICKET_NOT_SOLVED"
	WrongKnownSolutionState = "WRONG_KNOWN_SOLUTION_STATE"
	KnownSolutionNotApplied = "KNOWN_SOLUTION_NOT_APPLIED"
	// FollowsNoProfile: only a profile can say it, and the desk follows none.
	FollowsNoProfile = "FOLLOWS_NO_PROFILE"
	// NobodyInRole: the role that shall receive it is nobody's there.
	NobodyInRole = "NOBODY_IN_ROLE"
	// NoSuchEscalation: the process has no such way on from here.
	NoSuchEscalation   = "NO_SUCH_ESCALATION"
	NoOpenEscalation   = "NO_OPEN_ESCALATION"
	TooManyEscalations = "TOO_MANY_ESCALATIONS"
	// CallMissing: somebody had to be phoned before it was registered.
	CallMissing  = "CALL_MISSING"
	TooManyCalls = "TOO_MANY_CALLS"
	NobodyOnDuty = "NOBODY_ON_DUTY"
	PageAnswered = "PAGE_ANSWERED"
	// SolutionOutdated: the ticket has another solution than the one that is answered.
	SolutionOutdated = "SOLUTION_OUTDATED"
	PageMovedOn      = "PAGE_MOVED_ON"
	PageEnded        = "PAGE_ENDED"
	// What a ticket's procedures and restriction refuse.
	ProcedureRunning    = "PROCEDURE_RUNNING"
	ProcedureNotRunning = "PROCEDURE_NOT_RUNNING"
	NothingToReview     = "NOTHING_TO_REVIEW"
	AlreadyDoubted      = "ALREADY_DOUBTED"
	NotRestricted       = "NOT_RESTRICTED"
	TooManyLetIn        = "TOO_MANY_LET_IN"
	// VerifiedOtherwise: the process has solutions like this one verified in another way (R151).
	VerifiedOtherwise = "VERIFIED_OTHERWISE"
	// NoReportDue: the process asks for no incident report of the ticket.
	NoReportDue = "NO_REPORT_DUE"
	// NotAServiceRequest: goods are ordered by service requests alone (R29).
	NotAServiceRequest = "NOT_A_SERVICE_REQUEST"
)

// linkSatisfied says what would satisfy the rules of links.
var linkSatisfied = map[string]string{
	domain.LinkCycle:           "the other already leads back to this ticket; link it the other way round, or as related",
	domain.InquiryAboutInquiry: "an inquiry is about an incident; link it to the ticket that the other is about",
	domain.TooManyLinks:        "take a link back first; a ticket has 64 at most",
	domain.RestrictedLink:      "restrict both or neither: who sees the open one would learn of the other (R149)",
	domain.NotLinked:           "it is not linked like this",
	domain.AlreadyMerged:       "one of the two has been merged; take the ticket that it became",
	domain.HasInquiries:        "link its inquiries to the other ticket first",
	domain.DuplicateOutranks:   "give the other ticket at least this priority first",
	domain.TooManyExternalIDs:  "forget one of its numbers first; a ticket has 8 at most",
	domain.TooManyItems:        "take a configuration item away first; a ticket has 32 at most",
}

//go:embed errors.yaml
var errorTexts embed.FS

// ErrorTexts are the texts of this service's refusals, for the fault.Catalog.
func ErrorTexts() fs.FS { return errorTexts }

var notFound = fault.New(codes.NotFound, fault.NotFound)

// refusals are the domain's refusals that need nothing but their name.
var refusals = []struct {
	of  error
	say *fault.Error
}{
	{domain.NotAServiceRequest{}, fault.New(codes.FailedPrecondition, NotAServiceRequest).
		Violation("PROFILE", "goods", "change its kind to one of the profile's service requests first (R29)")},
	{domain.UnknownGoods{}, fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("goods", domain.UnknownToProfile)},
	{domain.TooManyNotes{}, fault.New(codes.ResourceExhausted, TooManyNotes).Meta("limit", strconv.Itoa(domain.MaxNotes))},
	{domain.TooManyCalls{}, fault.New(codes.ResourceExhausted, TooManyCalls).Meta("limit", strconv.Itoa(domain.MaxCalls))},
	{domain.TooManyEscalations{}, fault.New(codes.ResourceExhausted, TooManyEscalations).
		Meta("limit", strconv.Itoa(domain.MaxEscalations))},
	{domain.NoOpenEscalation{}, fault.New(codes.FailedPrecondition, NoOpenEscalation).
		Violation("LIFE_CYCLE", "life-cycle/answer_escalation", "name an escalation or complaint that is still open")},
	{domain.AlreadyRunning{}, fault.New(codes.FailedPrecondition, ProcedureRunning).
		Violation("PROCEDURE", "procedure/declare", "stand the one that runs down first")},
	{domain.NotRunning{}, fault.New(codes.FailedPrecondition, ProcedureNotRunning).
		Violation("PROCEDURE", "procedure/run", "declare it first")},
	{domain.NothingToReview{}, fault.New(codes.FailedPrecondition, NothingToReview).
		Violation("PROCEDURE", "procedure/review", "stand the procedure down first")},
	{domain.AlreadyDoubted{}, fault.New(codes.FailedPrecondition, AlreadyDoubted).
		Violation("PRIORITY", "priority/doubt", "wait for the answer of those who were asked")},
	{domain.NotRestricted{}, fault.New(codes.FailedPrecondition, NotRestricted).
		Violation("RESTRICTION", "restriction/sight", "only a restricted ticket has somebody let in")},
	{domain.NotLetIn{}, fault.Missing("who")},
	{domain.TooManyLetIn{}, fault.New(codes.ResourceExhausted, TooManyLetIn).Meta("limit", strconv.Itoa(domain.MaxLetIn))},
	{domain.NotImporting{}, fault.New(codes.FailedPrecondition, NotImporting).
		Violation("IMPORT", "import/open", "only a ticket that was opened for import, and not finished, takes history")},
}

// refusal makes what the domain refused, or the store did not find, a fault. Everything else passes.
func refusal(err error) error {
	if rejection, ok := errors.AsType[*process.Rejection](err); ok {
		return rejected(rejection)
	}
	if late, ok := errors.AsType[domain.OutOfOrder](err); ok {
		return fault.New(codes.FailedPrecondition, OutOfOrder).Meta("last_event_time", late.Last.Format(time.RFC3339Nano)).
			Violation("IMPORT", "import/order", "send the rows of a ticket in the order of their times").Cause(err)
	}
	if wrong, ok := errors.AsType[domain.WrongKnownSolutionState](err); ok {
		return wrongKnownSolutionState(wrong)
	}
	if late, ok := errors.AsType[domain.ReopenTooLate](err); ok {
		return fault.New(codes.FailedPrecondition, ReopenTooLate).Meta("until", late.Until.Format(time.RFC3339)).
			Violation("PROFILE", "closing.reopen_within", "open a new ticket and link it to this one").Cause(err)
	}
	if nobody, ok := errors.AsType[domain.NobodyInRole](err); ok {
		return fault.New(codes.FailedPrecondition, NobodyInRole).Meta("role", nobody.Role).
			Violation("MEMBERSHIP", "roles/"+nobody.Role, "give somebody who works there the role, or send it by hand").Cause(err)
	}
	if bad, ok := errors.AsType[domain.BadWait](err); ok {
		return invalid(bad.Field, bad.Rule)
	}
	if bad, ok := errors.AsType[domain.BadStage](err); ok {
		return invalid(bad.Field, bad.Rule)
	}
	if bad, ok := errors.AsType[domain.BadLink](err); ok {
		return fault.New(codes.FailedPrecondition, bad.Reason).
			Violation("LINK", "links/"+strings.ToLower(bad.Reason), linkSatisfied[bad.Reason])
	}
	if otherwise, ok := errors.AsType[domain.VerifiedOtherwise](err); ok {
		return fault.New(codes.FailedPrecondition, VerifiedOtherwise).Meta("method", otherwise.Method).
			Violation("PROFILE", otherwise.Rule, "verified by "+otherwise.Method+", by those whose word that is (R151)")
	}
	for _, known := range refusals {
		if errors.Is(err, known.of) {
			return known.say.Cause(err)
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		return notFound.Cause(err)
	}
	return err
}

// rejected says which rule said no and what would satisfy it. A text that says nothing is a field of the request.
func rejected(r *process.Rejection) error {
	if r.Reason == process.TextMissing {
		field := "reason"
		switch r.Step {
		case process.Resolve:
			field = "solution"
		case process.AnswerEscalation:
			field = "note"
		case process.InformProcedure:
			field = "update"
		case process.ReviewProcedure:
			field = "review"
		default: // most steps want a reason
		}
		return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field(field+".text", "required").Cause(r)
	}
	return fault.New(codes.FailedPrecondition, r.Reason).Violation("LIFE_CYCLE", r.Rule(), r.Satisfy).Cause(r)
}

// wrongKnownSolutionState says from which states the step is possible.
func wrongKnownSolutionState(wrong domain.WrongKnownSolutionState) error {
	from := make([]string, len(wrong.From))
	for i, state := range wrong.From {
		from[i] = strings.TrimPrefix(state.String(), "KNOWN_SOLUTION_STATE_")
	}
	return fault.New(codes.FailedPrecondition, WrongKnownSolutionState).
		Violation("KNOWN_SOLUTION", "known-solution/"+string(wrong.Step), "possible in "+strings.Join(from, ", ")).Cause(wrong)
}

func invalid(field, rule string) error {
	return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field(field, rule)
}
