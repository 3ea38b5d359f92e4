package profile

import (
	"cmp"
	"slices"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Refined is the process of one ticket of a desk: the desk's as the ticket's support centre refines it, which is the first
// overlay by id whose condition holds; the desk's own where none does (R70, R134). The facts are those by the desk's own process.
func (p *Profile) Refined(ticket *profilev1.TicketFacts) (*Profile, error) {
	if len(p.overlays) == 0 {
		return p, nil
	}
	s := subjectOf(ticket)
	for _, overlay := range p.overlays {
		holds, err := overlay.conditions["centre_when"].holds(s)
		if err != nil || holds {
			return overlay, err
		}
	}
	return p, nil
}

// Overlays are those that refine it, by id. Each is a whole process.
func (p *Profile) Overlays() []*Profile {
	if p == nil {
		return nil
	}
	return p.overlays
}

func (p *Profile) isOverlay() bool {
	return p.settings.GetKind() == profilev1.ProfileKind_PROFILE_KIND_OVERLAY
}

// refines puts an overlay among those of the file that it refines.
func (p *Profile) refines(overlays map[string][]*Profile) {
	file := p.settings.GetExtends()
	overlays[file] = append(overlays[file], p)
}

// under returns a profile as it stands with its overlays; they are its own again where they changed, so that who holds it sees no
// change.
func (p *Profile) under(overlays []*Profile) *Profile {
	slices.SortFunc(overlays, func(a, b *Profile) int { return cmp.Compare(a.ID(), b.ID()) })
	if slices.Equal(p.overlays, overlays) {
		return p
	}
	refined := *p
	refined.overlays = overlays
	return &refined
}

// centre refuses an overlay that no ticket comes under, and tickets that are to come under what is none (R134).
func (c *checker) centre() {
	overlay := c.settings.GetKind() == profilev1.ProfileKind_PROFILE_KIND_OVERLAY
	switch said := c.settings.GetCentreWhen() != ""; {
	case overlay && !said:
		c.wrong("centre_when", "missing-section", "is not said, expected of an overlay which tickets come under it")
	case !overlay && said:
		c.wrong("centre_when", "R134", "is said, expected of an overlay only")
	}
}
