package profile

import (
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
)

// Notifications are the messages that an event of a ticket asks for (R78-R89). An event is named as in the feed.
func (p *Profile) Notifications(event string, ticket *profilev1.TicketFacts) ([]Held[*profilev1.Notification], error) {
	return every(p, p.rules.notifications[event], subjectOf(ticket))
}

// Notifies reports whether some message may be asked for by an event.
func (p *Profile) Notifies(event string) bool { return len(p.rules.notifications[event]) > 0 }

// Attestations are the calls that must have been made (R7, R16, R17).
func (p *Profile) Attestations(ticket *profilev1.TicketFacts) ([]Held[*profilev1.Attestation], error) {
	return every(p, p.rules.attestations, subjectOf(ticket))
}

// Escalations are the ways on from who has the ticket (R56-R58, R68).
func (p *Profile) Escalations(ticket *profilev1.TicketFacts) ([]Held[*profilev1.Escalation], error) {
	all, err := every(p, p.rules.escalations, subjectOf(ticket))
	var from []Held[*profilev1.Escalation]
	for _, held := range all {
		group, party := held.Setting.GetFromGroup(), held.Setting.GetFromParty()
		if (group == "" || group == ticket.GetHolderGroup()) && (party == "" || party == ticket.GetHolderParty()) {
			from = append(from, held)
		}
	}
	return from, err
}

// Procedures are the processes of their own that a ticket starts (R113-R115).
func (p *Profile) Procedures(ticket *profilev1.TicketFacts) ([]Held[*profilev1.Procedure], error) {
	return every(p, p.rules.procedures, subjectOf(ticket))
}

// HandOver is how the ticket is handed to its receiver party (R57, R62). False where the profile has no rule.
func (p *Profile) HandOver(ticket *profilev1.TicketFacts) (Held[*profilev1.HandOverRule], bool, error) {
	var toward []rule[*profilev1.HandOverRule]
	for _, r := range p.rules.handOvers {
		if to := r.setting.GetToParty(); to == "" || to == ticket.GetReceiverParty() {
			toward = append(toward, r)
		}
	}
	return first(p, toward, subjectOf(ticket))
}

// Update is how often the reporter hears something (R80, R81). False where the profile has no rule.
func (p *Profile) Update(ticket *profilev1.TicketFacts) (Held[*profilev1.UpdateDuty], bool, error) {
	return first(p, p.rules.updates, subjectOf(ticket))
}

// Announcements are the rules by which the ticket is announced (R87, R88).
func (p *Profile) Announcements(ticket *profilev1.TicketFacts) ([]Held[*profilev1.AnnouncementRule], error) {
	return every(p, p.rules.announcements, subjectOf(ticket))
}

// FixPlans are the duties to plan a fix and to tell before its release (R82, R83).
func (p *Profile) FixPlans(ticket *profilev1.TicketFacts) ([]Held[*profilev1.FixPlan], error) {
	return every(p, p.rules.fixPlans, subjectOf(ticket))
}

// Silence is what it means that the reporter says nothing (R106). False where it means nothing.
func (p *Profile) Silence(ticket *profilev1.TicketFacts) (Held[*profilev1.SilenceRule], bool, error) {
	return first(p, p.rules.silence, subjectOf(ticket))
}

// Verification is how the solution is verified (R151). False where the profile has no rule.
func (p *Profile) Verification(ticket *profilev1.TicketFacts) (Held[*profilev1.Verification], bool, error) {
	return first(p, p.rules.verifications, subjectOf(ticket))
}

// Ageing are the follow-ups that hold for the ticket once it is old enough (R91, R92).
func (p *Profile) Ageing(ticket *profilev1.TicketFacts) ([]Held[*profilev1.AgeingRule], error) {
	return every(p, p.rules.ageing, subjectOf(ticket))
}

// Report is the duty to write an incident report (R118-R121). False where there is none.
func (p *Profile) Report(ticket *profilev1.TicketFacts) (Held[*profilev1.ReportDuty], bool, error) {
	return first(p, p.rules.reports, subjectOf(ticket))
}

// Extracts are the published lists that the ticket stands in (R90).
func (p *Profile) Extracts(ticket *profilev1.TicketFacts) ([]Held[*profilev1.Extract], error) {
	return every(p, p.rules.extracts, subjectOf(ticket))
}

// Restrictions say who alone may see the ticket (R149). It is open where there is none.
func (p *Profile) Restrictions(ticket *profilev1.TicketFacts) ([]Held[*profilev1.Restriction], error) {
	return every(p, p.rules.restrictions, subjectOf(ticket))
}

// LegalClocks are the laws whose deadlines run (GDPR art. 33, NIS2 art. 23).
func (p *Profile) LegalClocks(ticket *profilev1.TicketFacts) ([]Held[*profilev1.LegalClock], error) {
	return every(p, p.rules.legalClocks, subjectOf(ticket))
}

// HasLegalStage reports whether a law's clock has a stage.
func (p *Profile) HasLegalStage(clock, stage string) bool {
	for _, c := range p.Settings().GetLegalClocks() {
		for _, s := range c.GetStages() {
			if c.GetId() == clock && s.GetId() == stage {
				return true
			}
		}
	}
	return false
}

// Status is the life cycle's status behind one of the profile's: that of the parent for a sub-status.
func (p *Profile) Status(id string) (process.Status, bool) {
	if p.statuses[id] == nil {
		return process.Unopened, false
	}
	return statusOf(p.settings.GetStatuses(), id)
}
