package command

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// AdoptProfile makes a desk follow a process from now on, and creates the parties and groups that the process names.
func (d *Directory) AdoptProfile(ctx context.Context, r *triagev1.AdoptProfileRequest) (*triagev1.Desk, error) {
	caller, err := d.allowed(ctx, r.GetName(), "AdoptProfile", "name")
	if err != nil {
		return nil, err
	}
	adopted, found := d.Writer.Profiles.Of(r.GetProfile())
	if !found {
		return nil, invalid("profile", "profile.installed")
	}
	answer := new(triagev1.DeskEvent)
	call := directoryCall{action: "AdoptProfile", requestID: r.GetRequestId(), payload: r, answer: answer}
	err = d.change(ctx, caller, call, func(ctx context.Context, s deskScene) ([]entry, error) {
		if !fits(s.desk, adopted) {
			return nil, fault.New(codes.FailedPrecondition, OtherDesksProfile).Violation("PROFILE", "desk",
				"the profile's authority and contact parties must be the desk's")
		}
		s.desk.Profile = adopted.ID()
		entries := []entry{adoptionEntry(s.desk, adopted)}
		taking, err := s.takingPart(ctx, adopted)
		return append(entries, taking...), err
	})
	if err != nil {
		return nil, err
	}
	d.Known.ForgetDesk(resourcename.ID(r.GetName()))
	return answer.GetDesk(), nil
}

// fits reports whether a profile is written for a desk with these two parties.
func fits(desk store.Desk, p *profile.Profile) bool {
	defaults := p.Settings().GetDesk()
	return desk.AuthorityParty == "parties/"+defaults.GetAuthority() && desk.ContactParty == "parties/"+defaults.GetContact()
}

// takingPart creates the profile's parties and groups that the desk does not have.
func (s *deskScene) takingPart(ctx context.Context, p *profile.Profile) ([]entry, error) {
	var entries []entry
	for _, party := range p.Settings().GetParties() {
		name := "parties/" + party.GetId()
		_, err := s.ReadParty(ctx, store.ReadPartyParams{Desk: s.desk.Desk, Party: name})
		if errors.Is(err, pgx.ErrNoRows) {
			entries, err = append(entries, partyEntry(s.desk, store.Party{
				Desk: s.desk.Desk, Party: name, DisplayName: s.label(party.GetLabel()), CreateTime: s.now,
			})), nil
		}
		if err != nil {
			return nil, err
		}
		for _, group := range party.GetGroups() {
			named := name + "/groups/" + group.GetId()[strings.IndexByte(group.GetId(), '/')+1:]
			_, err := s.ReadGroup(ctx, store.ReadGroupParams{Desk: s.desk.Desk, Group: named})
			if errors.Is(err, pgx.ErrNoRows) {
				entries, err = append(entries, groupEntry(s.desk, store.Group{
					Desk: s.desk.Desk, Group: named, Party: name, DisplayName: s.label(group.GetLabel()),
					Level: int16(max(1, group.GetLevel())), CreateTime: s.now,
				})), nil
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return entries, nil
}

// label is a label in the desk's language.
func (s *deskScene) label(text *profilev1.Text) string { return profile.In(s.desk.LanguageCode, text) }

func adoptionEntry(row store.Desk, adopted *profile.Profile) entry {
	desk := row.Proto()
	desk.ProfileVersion = adopted.Version()
	return entry{
		resource: desk.GetName(), eventType: "desk.profile_adopted", payload: &triagev1.DeskEvent{Desk: desk},
		head: feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt}, audience: hearers(row),
		keep: func(ctx context.Context, db *pg.Pipeline, head feed.Head) error {
			return store.New(db).AdoptProfile(ctx, store.AdoptProfileParams{
				Desk: row.Desk, Profile: row.Profile, Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
			})
		},
	}
}
