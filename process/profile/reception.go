package profile

import (
	"fmt"

	"cel.dev/cel-go/cel"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Reception is what a process says about coming in: who may report and by which way, what is asked then, and what is preset. It
// is made of a checked profile's settings, knows no other rule, and may be asked from many goroutines.
type Reception struct{ process *Profile }

// ForReception is what a Reception needs of a profile's settings, and no more.
func ForReception(s *profilev1.Profile) *profilev1.Profile {
	kept := &profilev1.Profile{
		Id: s.GetId(), Desk: s.GetDesk(), Contacts: s.GetContacts(), ReporterGroups: s.GetReporterGroups(), Channels: s.GetChannels(),
		Forms: s.GetForms(), Guides: s.GetGuides(), QuickTickets: s.GetQuickTickets(), Templates: s.GetTemplates(),
		Attestations: s.GetAttestations(), Tools: s.GetTools(), Kinds: s.GetKinds(),
		Priority: &profilev1.Prioritisation{ContractCategories: s.GetPriority().GetContractCategories()},
	}
	for _, c := range s.GetCategories() {
		kept.Categories = append(kept.Categories, &profilev1.Category{
			Id: c.GetId(), Label: c.GetLabel(), Parent: c.GetParent(), Area: c.GetArea(), Guides: c.GetGuides(),
		})
	}
	return kept
}

// NewReception makes a Reception of settings that ForReception has kept, in the version that they are of.
func NewReception(settings *profilev1.Profile, version string) (*Reception, error) {
	env, err := language()
	if err != nil {
		return nil, err
	}
	p := &Profile{settings: settings, version: version, conditions: map[string]*Condition{}}
	compile := func(path, text string) error {
		if text == "" {
			return nil
		}
		p.conditions[path], err = conditionOf(env, path, text)
		return err
	}
	for _, form := range settings.GetForms() {
		for _, field := range form.GetFields() {
			if err := compile("forms["+form.GetId()+"].fields["+field.GetId()+"].shown_when", field.GetShownWhen()); err != nil {
				return nil, err
			}
		}
	}
	for _, guide := range settings.GetGuides() {
		for _, question := range guide.GetQuestions() {
			path := "guides[" + guide.GetId() + "].questions[" + question.GetId() + "].asked_when"
			if err := compile(path, question.GetAskedWhen()); err != nil {
				return nil, err
			}
		}
	}
	for _, attestation := range settings.GetAttestations() {
		if err := compile("attestations["+attestation.GetId()+"].when", attestation.GetWhen()); err != nil {
			return nil, err
		}
	}
	p.index()
	return &Reception{p}, nil
}

// conditionOf compiles a condition that the checker has let pass before.
func conditionOf(env *cel.Env, path, text string) (*Condition, error) {
	checked, issues := env.Compile(text)
	if issues.Err() != nil {
		return nil, fmt.Errorf("%s: %w", path, issues.Err())
	}
	program, err := programOf(env, checked)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &Condition{Text: text, Reads: reads(checked.NativeRep()), path: path, program: program}, nil
}

// Version is that of the profile.
func (r *Reception) Version() string { return r.process.version }

// Settings are what the profile says about coming in. The caller must not change them.
func (r *Reception) Settings() *profilev1.Profile { return r.process.settings }

// WayOf is how profiles call the way that a contact came by (R2).
func WayOf(channel commonv1.Channel) profilev1.Way {
	switch channel {
	case commonv1.Channel_CHANNEL_WEB:
		return profilev1.Way_WAY_WEB
	case commonv1.Channel_CHANNEL_API:
		return profilev1.Way_WAY_API
	case commonv1.Channel_CHANNEL_MAIL:
		return profilev1.Way_WAY_MAIL
	case commonv1.Channel_CHANNEL_PHONE:
		return profilev1.Way_WAY_PHONE
	case commonv1.Channel_CHANNEL_WALK_IN:
		return profilev1.Way_WAY_WALK_IN
	case commonv1.Channel_CHANNEL_VISIT:
		return profilev1.Way_WAY_VISIT
	case commonv1.Channel_CHANNEL_EVENT:
		return profilev1.Way_WAY_EVENT
	default:
		return profilev1.Way_WAY_UNSPECIFIED
	}
}
