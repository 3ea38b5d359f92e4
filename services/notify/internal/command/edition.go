package command

import (
	"context"
	"fmt"
	"slices"
	"sync"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process/message"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// Editions are the versions of profiles whose templates messages are written in. A version never changes, so each is asked for
// once and kept; nothing is asked for before a message is sent.
type Editions struct {
	Triage triagev1.ProfileServiceClient

	mu   sync.Mutex
	kept map[string]*edition
}

// editionsKept bounds memory: past it the cache starts anew.
const editionsKept = 64

// edition is what messages need of one version of a profile.
type edition struct {
	templates map[string]*message.Template
	settings  *profilev1.Profile
}

// of returns a version of the profile that a desk follows or followed.
func (e *Editions) of(ctx context.Context, desk, version string) (*edition, error) {
	e.mu.Lock()
	kept, ok := e.kept[version]
	e.mu.Unlock()
	if ok {
		return kept, nil
	}
	answer, err := e.Triage.GetProfile(asNotify(ctx), &triagev1.GetProfileRequest{
		Name: domain.DeskName(desk) + "/profile/versions/" + version,
	})
	if err != nil {
		return nil, fmt.Errorf("ask triage for a profile: %w", err)
	}
	made := newEdition(answer.GetSettings())
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kept == nil || len(e.kept) >= editionsKept {
		e.kept = map[string]*edition{}
	}
	e.kept[version] = made
	return made, nil
}

// newEdition parses the templates. One that an older release let through and that does not render is left out: its messages fail,
// and say so.
func newEdition(settings *profilev1.Profile) *edition {
	made := &edition{templates: map[string]*message.Template{}, settings: settings}
	for _, written := range settings.GetMessageTemplates() {
		if template, err := message.Parse(written); err == nil {
			made.templates[written.GetId()] = template
		}
	}
	return made
}

// template is nil where the profile has none of that name.
func (e *edition) template(id string) *message.Template {
	if e == nil {
		return nil
	}
	return e.templates[id]
}

// status is what the desk calls a status, in a language.
func (e *edition) status(id, language string) string {
	for _, status := range e.settings.GetStatuses() {
		if status.GetId() == id {
			return profile.In(language, status.GetLabel())
		}
	}
	return id
}

// service is what the desk calls a business service, in a language.
func (e *edition) service(id, language string) string {
	for _, service := range e.settings.GetBusinessServices() {
		if service.GetId() == id {
			return profile.In(language, service.GetLabel())
		}
	}
	return id
}

// toStakeholders reports whether a rule tells those who are on the list for grave tickets (R85).
func (e *edition) toStakeholders(rule string) bool {
	return e != nil && slices.ContainsFunc(e.settings.GetNotifications(), func(n *profilev1.Notification) bool {
		return n.GetId() == rule && slices.Contains(n.GetAudience(), profilev1.Audience_AUDIENCE_STAKEHOLDERS)
	})
}

// byPerson reports whether a rule's messages are sent by a person, who signs them (R78).
func (e *edition) byPerson(rule string) bool {
	return slices.ContainsFunc(e.settings.GetNotifications(), func(n *profilev1.Notification) bool {
		return n.GetId() == rule && n.GetByPerson()
	})
}
