package profile

import (
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/businesstime"
	"github.com/bavn/bavn/process/profile/internal/document"
)

// Profile is a checked process, ready to answer. It never changes after Load and may be asked from many goroutines.
type Profile struct {
	settings   *profilev1.Profile
	version    string
	tree       *document.Node
	at         map[string]Position
	conditions map[string]*Condition

	categories map[string]*profilev1.Category
	statuses   map[string]*profilev1.Status
	ranks      map[string]int
	rules      rules
	made       made
	sending    sending
	// file is where it was read.
	file string
	// overlays refine it for the tickets of a support centre; only the shelf sets them.
	overlays []*Profile
	zone     *time.Location
}

// ID is what the profile is called: "nsp".
func (p *Profile) ID() string { return p.settings.GetId() }

// Version is the hash of everything that the profile says, its bases included: 64 hexadecimal digits. Comments and the order of
// keys do not change it.
func (p *Profile) Version() string { return p.version }

// Settings are what the profile says, its bases included; nothing for no profile. The caller must not change them.
func (p *Profile) Settings() *profilev1.Profile {
	if p == nil {
		return nil
	}
	return p.settings
}

// At says where a setting stands: "priority.matrix[3]". False for one that is not said.
func (p *Profile) At(path string) (Position, bool) {
	at, ok := p.at[path]
	return at, ok
}

// Conditions are the compiled conditions by path.
func (p *Profile) Conditions() map[string]*Condition { return p.conditions }

// made are the calendars and rotas that a profile defines, by id.
type made struct {
	calendars map[string]*businesstime.Calendar
	rotas     map[string]*businesstime.Rota
}

// rules are the settings that hold under a condition, each with its own.
type rules struct {
	routing       []rule[*profilev1.RoutingRule]
	floors        []rule[*profilev1.Floor]
	changes       []rule[*profilev1.PriorityChange]
	notifications map[string][]rule[*profilev1.Notification]
	gates         map[string][]gate
	transitions   map[string][]rule[*profilev1.Transition]
	attestations  []rule[*profilev1.Attestation]
	escalations   []rule[*profilev1.Escalation]
	procedures    []rule[*profilev1.Procedure]
	handOvers     []rule[*profilev1.HandOverRule]
	updates       []rule[*profilev1.UpdateDuty]
	announcements []rule[*profilev1.AnnouncementRule]
	fixPlans      []rule[*profilev1.FixPlan]
	silence       []rule[*profilev1.SilenceRule]
	verifications []rule[*profilev1.Verification]
	ageing        []rule[*profilev1.AgeingRule]
	reports       []rule[*profilev1.ReportDuty]
	extracts      []rule[*profilev1.Extract]
	restrictions  []rule[*profilev1.Restriction]
	legalClocks   []rule[*profilev1.LegalClock]
	onCall        []rule[*profilev1.OnCallPlan]
}

// index prepares what every command asks for.
func (p *Profile) index() {
	s := p.settings
	p.zone, _ = time.LoadLocation(s.GetDesk().GetTimeZone()) // UTC for a base, which has none; the checker has refused the others
	p.categories, p.statuses, p.ranks = map[string]*profilev1.Category{}, map[string]*profilev1.Status{}, map[string]int{}
	for _, category := range s.GetCategories() {
		p.categories[category.GetId()] = category
	}
	for _, status := range s.GetStatuses() {
		p.statuses[status.GetId()] = status
	}
	for i, level := range s.GetPriority().GetLevels() {
		p.ranks[level.GetId()] = i
	}
	p.sending = sendings(s)
	p.rules = rules{
		routing:       ruled(p, "routing", s.GetRouting()),
		floors:        ruled(p, "priority.floors", s.GetPriority().GetFloors()),
		changes:       ruled(p, "priority.changes", s.GetPriority().GetChanges()),
		notifications: map[string][]rule[*profilev1.Notification]{},
		gates:         map[string][]gate{},
		transitions:   map[string][]rule[*profilev1.Transition]{},
		attestations:  ruled(p, "attestations", s.GetAttestations()),
		escalations:   ruled(p, "escalations", s.GetEscalations()),
		procedures:    ruled(p, "procedures", s.GetProcedures()),
		handOvers:     ruled(p, "hand_overs", s.GetHandOvers()),
		updates:       ruled(p, "updates", s.GetUpdates()),
		announcements: ruled(p, "announcements.rules", s.GetAnnouncements().GetRules()),
		fixPlans:      ruled(p, "fix_plans", s.GetFixPlans()),
		silence:       ruled(p, "silence", s.GetSilence()),
		verifications: ruled(p, "verifications", s.GetVerifications()),
		ageing:        ruled(p, "ageing", s.GetAgeing()),
		reports:       ruled(p, "reports", s.GetReports()),
		extracts:      ruled(p, "extracts", s.GetExtracts()),
		restrictions:  ruled(p, "restrictions", s.GetRestrictions()),
		legalClocks:   ruled(p, "legal_clocks", s.GetLegalClocks()),
		onCall:        ruled(p, "on_call.plans", s.GetOnCall().GetPlans()),
	}
	for _, n := range ruled(p, "notifications", s.GetNotifications()) {
		p.rules.notifications[n.setting.GetEvent()] = append(p.rules.notifications[n.setting.GetEvent()], n)
	}
	for _, t := range ruled(p, "transitions", s.GetTransitions()) {
		p.rules.transitions[t.setting.GetStep()] = append(p.rules.transitions[t.setting.GetStep()], t)
	}
	for _, g := range ruled(p, "gates", s.GetGates()) {
		guard := gate{g, p.conditions[g.path+".satisfied_when"]}
		p.rules.gates[g.setting.GetStep()] = append(p.rules.gates[g.setting.GetStep()], guard)
	}
}
