package profile

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
)

// answered stands in the facts for an answer in words: conditions can ask whether there is one, and never read it.
const answered = "answered"

// IsTarget reports whether a deadline is one that service targets set (R130).
func IsTarget(kind triagev1.DeadlineKind) bool {
	return kind == triagev1.DeadlineKind_DEADLINE_KIND_REACTION || kind == triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION
}

// Facts are what the conditions of a profile can look at, as a ticket of a desk ("desks/nsp") stands at a time. Without a
// profile they are those that need none.
func (p *Profile) Facts(desk string, ticket *triagev1.Ticket, at time.Time) *profilev1.TicketFacts {
	said := ticket.GetAssessment()
	party := func(name string) string { return strings.TrimPrefix(strings.TrimPrefix(name, desk+"/"), "parties/") }
	facts := &profilev1.TicketFacts{
		Kind: said.GetKind(), Category: said.GetCategory(), Urgency: said.GetUrgency(), Impact: ImpactID(ticket.GetImpact()),
		Priority: ticket.GetPriority(), PreviousPriority: ticket.GetPriority(), ContractCategory: said.GetContractCategory(),
		Status: StatusID(ticket.GetStatus()), SubStatus: ticket.GetSubStatus(), StatusClass: classID(ticket.GetStatusClass()),
		Channel: said.GetChannel(), ReporterGroup: said.GetReporterGroup(), CustomerGroup: said.GetCustomerGroup(),
		FoundBy: party(said.GetFoundBy()), HolderParty: party(ticket.GetHolderParty()),
		HolderGroup: strings.Replace(party(ticket.GetHolderGroup()), "/groups/", "/", 1),
		OwnerParty:  party(ticket.GetOwnerParty()), ReceiverParty: party(ticket.GetHandOver().GetParty()),
		BusinessService: said.GetBusinessService(), Urgent: said.GetUrgent(),
		Phoned:       len(ticket.GetAttestedCalls()) > 0 && len(ticket.GetCallsDue()) == 0, // every call that was due (R16)
		AffectsUsers: said.GetAffectsUsers(), LargeBusinessImpact: said.GetLargeBusinessImpact(),
		ItSecurityBreach: said.GetItSecurityBreach(), DataSecurityBreach: said.GetDataSecurityBreach(),
		SecuritySuspected: said.GetSecuritySuspected(), PersonalDataBreach: said.GetPersonalDataBreach(),
		SignificantIncident: said.GetSignificantIncident(), Restricted: ticket.GetRestricted(), Taken: ticket.GetAssignee() != "",
		HasSolution: ticket.GetTextVersions().GetSolution() > 0, SolutionAccepted: ticket.GetSolutionAccepted(),
		SolutionVerified: ticket.GetVerification() != nil, QualityChecked: ticket.GetQualityChecked(),
		SolutionKind:  SolutionKindID(ticket.GetSolutionKind()),
		ReportWritten: ticket.GetReportWritten(), ReportApproved: ticket.GetReportApproved(),
		FixPlanned: ticket.GetFixPlan().GetReleaseTime() != nil, ReportersTold: ticket.GetFixPlan().GetToldTime() != nil,
		LinkedInquiries: ticket.GetLinkedInquiries(), TimesReopened: ticket.GetReopenCount(),
		Goods: ticket.GetOrder().GetGoods(), HasRootCause: ticket.GetTextVersions().GetRootCause() > 0,
		WorkLogged:   ticket.GetWorkLogEntries() > 0,
		RegisterTime: ticket.GetSubmitTime(), Now: timestamppb.New(at), Answers: map[string]string{},
	}
	tellHistory(facts, ticket, at)
	if p != nil {
		p.tell(facts, at)
	}
	return facts
}

// tellHistory adds what has happened to the ticket by a time.
func tellHistory(facts *profilev1.TicketFacts, ticket *triagev1.Ticket, at time.Time) {
	facts.Major = slices.ContainsFunc(ticket.GetProcedures(), func(run *triagev1.ProcedureRun) bool {
		return run.GetProcedure() == "major" && run.GetEndTime() == nil
	})
	facts.Complained = slices.ContainsFunc(ticket.GetEscalations(), (*triagev1.EscalationRecord).GetComplaint)
	for _, link := range ticket.GetLinks() {
		if link.GetIncoming() {
			continue
		}
		if link.GetKind() == triagev1.LinkKind_LINK_KIND_CHANGE || link.GetKind() == triagev1.LinkKind_LINK_KIND_PROBLEM {
			facts.RfcLinked = true
		}
	}
	for _, d := range ticket.GetDeadlines() {
		target := IsTarget(d.GetKind())
		missed := d.GetState() == triagev1.DeadlineState_DEADLINE_STATE_MISSED
		running := d.GetState() == triagev1.DeadlineState_DEADLINE_STATE_RUNNING
		facts.TargetMissed = facts.TargetMissed || target && missed
		facts.TargetAtRisk = facts.TargetAtRisk || target && running && d.GetWarnTime() != nil && !d.GetWarnTime().AsTime().After(at)
	}
	for _, question := range ticket.GetAssessment().GetAnswered() {
		facts.Answers[question] = answered
	}
	for question, answer := range ticket.GetAssessment().GetAnswers() {
		facts.Answers[question] = answer
	}
}

// tell adds what the profile makes of the facts at a time: categories, nature, customer group, which calendars are open.
func (p *Profile) tell(facts *profilev1.TicketFacts, at time.Time) {
	facts.Categories = p.Categories(facts.GetCategory())
	facts.Nature = NatureOf(p.Settings(), facts.GetKind())
	if facts.GetCustomerGroup() == "" {
		facts.CustomerGroup = customerGroupOf(p.Settings(), facts.GetReporterGroup())
	}
	for _, category := range p.Settings().GetCategories() {
		if category.GetId() == facts.GetCategory() {
			facts.Area = category.GetArea()
			if facts.GetBusinessService() == "" {
				facts.BusinessService = category.GetBusinessService()
			}
		}
	}
	for _, calendar := range p.Settings().GetCalendars() {
		if c, ok := p.Calendar(calendar.GetId()); ok && c.Open(at) {
			facts.OpenCalendars = append(facts.OpenCalendars, calendar.GetId())
		}
	}
}

// StatusID is a status as profiles write it.
func StatusID(s process.Status) string { return strings.ToLower(process.StatusName(s)) }

func classID(c process.Class) string {
	return strings.ToLower(strings.TrimPrefix(c.String(), "STATUS_CLASS_"))
}

// ImpactID is the profile's grade; nothing while nobody has assessed it.
func ImpactID(i triagev1.Impact) string {
	if i == triagev1.Impact_IMPACT_UNSPECIFIED {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(i.String(), "IMPACT_"))
}

// SolutionKindID is how it was solved, as profiles write it; nothing while nobody has said.
func SolutionKindID(k triagev1.SolutionKind) string {
	if k == triagev1.SolutionKind_SOLUTION_KIND_UNSPECIFIED {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(k.String(), "SOLUTION_KIND_"))
}

// customerGroupOf is the group whose agreement holds for a group of reporters (R130).
func customerGroupOf(settings *profilev1.Profile, reporters string) string {
	for _, group := range settings.GetReporterGroups() {
		if group.GetId() == reporters {
			return group.GetCustomerGroup()
		}
	}
	return ""
}

// NatureOf is the nature of a kind of ticket; empty for one that the profile does not have.
func NatureOf(settings *profilev1.Profile, kind string) string {
	for _, k := range settings.GetKinds() {
		if k.GetId() == kind {
			return strings.ToLower(strings.TrimPrefix(k.GetNature().String(), "NATURE_"))
		}
	}
	return ""
}
