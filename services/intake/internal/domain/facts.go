package domain

import (
	"strings"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/profile"
)

// answered stands in the facts for an answer in words, as it does in triage's: conditions ask whether there is one.
const answered = "answered"

// Facts are what the conditions of the desk's profile can look at before there is a ticket.
func Facts(
	a *triagev1.Assessment, impact triagev1.Impact, answers map[string]string, may []profile.Asked,
) *profilev1.TicketFacts {
	facts := &profilev1.TicketFacts{
		Kind: a.GetKind(), Category: a.GetCategory(), Urgency: a.GetUrgency(), ContractCategory: a.GetContractCategory(),
		Status: "registered", StatusClass: "open", Channel: a.GetChannel(), ReporterGroup: a.GetReporterGroup(),
		CustomerGroup: a.GetCustomerGroup(), BusinessService: a.GetBusinessService(), Urgent: a.GetUrgent(),
		AffectsUsers: a.GetAffectsUsers(), LargeBusinessImpact: a.GetLargeBusinessImpact(),
		ItSecurityBreach: a.GetItSecurityBreach(), DataSecurityBreach: a.GetDataSecurityBreach(),
		SecuritySuspected: a.GetSecuritySuspected(), PersonalDataBreach: a.GetPersonalDataBreach(),
		SignificantIncident: a.GetSignificantIncident(), Answers: map[string]string{},
	}
	if _, party, found := strings.Cut(a.GetFoundBy(), "/parties/"); found {
		facts.FoundBy = party
	}
	if impact != triagev1.Impact_IMPACT_UNSPECIFIED {
		facts.Impact = strings.ToLower(strings.TrimPrefix(impact.String(), "IMPACT_"))
	}
	for id, value := range a.GetAnswers() {
		facts.Answers[id] = value
	}
	for _, asked := range may {
		switch answer := strings.TrimSpace(answers[asked.ID]); {
		case answer == "":
		case asked.InWords():
			facts.Answers[asked.ID] = answered
		default:
			facts.Answers[asked.ID] = answer
		}
	}
	return facts
}
