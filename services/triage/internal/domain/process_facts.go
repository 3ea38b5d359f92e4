package domain

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

// targets are the deadlines that service targets set (R130).
var targets = []triagev1.DeadlineKind{
	triagev1.DeadlineKind_DEADLINE_KIND_REACTION, triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION,
}

// ProcessFacts are what the conditions of the desk's profile can look at, as the ticket stands at a time.
func (t Ticket) ProcessFacts(at time.Time) *profilev1.TicketFacts {
	f, a := t.Facts, t.Facts.GetAssessment()
	p := t.Desk.Process
	facts := &profilev1.TicketFacts{
		Kind: a.GetKind(), Category: a.GetCategory(), Urgency: a.GetUrgency(), Impact: impactID(f.GetImpact()),
		Priority: f.GetPriority(), PreviousPriority: f.GetPriority(), ContractCategory: a.GetContractCategory(),
		Status: statusID(f.GetStatus()), SubStatus: f.GetSubStatus(), StatusClass: classID(f.GetStatusClass()),
		Channel: a.GetChannel(), ReporterGroup: a.GetReporterGroup(), CustomerGroup: a.GetCustomerGroup(),
		FoundBy: t.party(a.GetFoundBy()), HolderParty: t.party(f.GetHolderParty()), HolderGroup: t.group(f.GetHolderGroup()),
		OwnerParty: t.party(f.GetOwnerParty()), ReceiverParty: t.party(f.GetHandOver().GetParty()),
		BusinessService: a.GetBusinessService(), Urgent: a.GetUrgent(),
		Phoned:       len(f.GetAttestedCalls()) > 0 && len(f.GetCallsDue()) == 0, // every call that was due (R16)
		AffectsUsers: a.GetAffectsUsers(), LargeBusinessImpact: a.GetLargeBusinessImpact(),
		ItSecurityBreach: a.GetItSecurityBreach(), DataSecurityBreach: a.GetDataSecurityBreach(),
		SecuritySuspected: a.GetSecuritySuspected(), PersonalDataBreach: a.GetPersonalDataBreach(),
		SignificantIncident: a.GetSignificantIncident(), Restricted: f.GetRestricted(), Taken: f.GetAssignee() != "",
		HasSolution: f.GetTextVersions().GetSolution() > 0, SolutionAccepted: f.GetSolutionAccepted(),
		SolutionVerified: f.GetVerification() != nil, QualityChecked: f.GetQualityChecked(),
		SolutionKind: solutionKindID(f.GetSolutionKind()), ReportWritten: f.GetReportWritten(), ReportApproved: f.GetReportApproved(),
		FixPlanned: f.GetFixPlan().GetReleaseTime() != nil, ReportersTold: f.GetFixPlan().GetToldTime() != nil,
		LinkedInquiries: f.GetLinkedInquiries(), TimesReopened: f.GetReopenCount(),
		Goods: f.GetOrder().GetGoods(), HasRootCause: f.GetTextVersions().GetRootCause() > 0, WorkLogged: f.GetWorkLogEntries() > 0,
		RegisterTime: f.GetSubmitTime(), Now: timestamppb.New(at), Answers: map[string]string{},
	}
	facts.Major = slices.ContainsFunc(f.GetProcedures(), func(run *triagev1.ProcedureRun) bool {
		return run.GetProcedure() == "major" && run.GetEndTime() == nil
	})
	facts.Complained = slices.ContainsFunc(f.GetEscalations(), (*triagev1.EscalationRecord).GetComplaint)
	for _, link := range f.GetLinks() {
		if link.GetIncoming() {
			continue
		}
		if link.GetKind() == triagev1.LinkKind_LINK_KIND_CHANGE || link.GetKind() == triagev1.LinkKind_LINK_KIND_PROBLEM {
			facts.RfcLinked = true
		}
	}
	for _, d := range f.GetDeadlines() {
		target := slices.Contains(targets, d.GetKind())
		missed := d.GetState() == triagev1.DeadlineState_DEADLINE_STATE_MISSED
		running := d.GetState() == triagev1.DeadlineState_DEADLINE_STATE_RUNNING
		facts.TargetMissed = facts.TargetMissed || target && missed
		facts.TargetAtRisk = facts.TargetAtRisk || target && running && d.GetWarnTime() != nil && !d.GetWarnTime().AsTime().After(at)
	}
	for _, question := range a.GetAnswered() {
		facts.Answers[question] = answered
	}
	for question, answer := range a.GetAnswers() {
		facts.Answers[question] = answer
	}
	if p == nil {
		return facts
	}
	facts.Categories = p.Categories(facts.GetCategory())
	facts.Nature = natureOf(p.Settings(), facts.GetKind())
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
	return facts
}

// party is a party's id in the profile: "netic" of "desks/nsp/parties/netic".
func (t Ticket) party(name string) string { return strings.TrimPrefix(t.Desk.Key(name), "parties/") }

// group is a group's id in the profile: "netic/drift" of "desks/nsp/parties/netic/groups/drift".
func (t Ticket) group(name string) string {
	return strings.Replace(t.party(name), "/groups/", "/", 1)
}

func statusID(s process.Status) string { return strings.ToLower(process.StatusName(s)) }

func classID(c process.Class) string {
	return strings.ToLower(strings.TrimPrefix(c.String(), "STATUS_CLASS_"))
}

// impactID is the profile's grade; nothing while nobody has assessed it.
func impactID(i triagev1.Impact) string {
	if i == triagev1.Impact_IMPACT_UNSPECIFIED {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(i.String(), "IMPACT_"))
}

func solutionKindID(k triagev1.SolutionKind) string {
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

func natureOf(settings *profilev1.Profile, kind string) string {
	for _, k := range settings.GetKinds() {
		if k.GetId() == kind {
			return strings.ToLower(strings.TrimPrefix(k.GetNature().String(), "NATURE_"))
		}
	}
	return ""
}
