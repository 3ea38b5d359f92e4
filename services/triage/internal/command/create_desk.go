package command

import (
	"cmp"
	"context"
	"slices"
	"time"

	"google.golang.org/grpc/codes"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/access"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// CreateDesk creates a desk together with its authority and contact parties; the caller becomes administrator, for the
// authority party.
func (d *Directory) CreateDesk(ctx context.Context, r *triagev1.CreateDeskRequest) (*triagev1.Desk, error) {
	name := "desks/" + r.GetDeskId()
	given := r.GetDesk()
	if err := sameDesk(name, field{"desk.name", given.GetName()}, field{"desk.authority_party", given.GetAuthorityParty()},
		field{"desk.contact_party", given.GetContactParty()}); err != nil {
		return nil, err
	}
	if _, err := time.LoadLocation(given.GetTimeZone()); err != nil {
		return nil, invalid("desk.time_zone", "time_zone")
	}
	caller, err := d.Access.Caller(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := d.Access.Installation(ctx, caller, "CreateDesk"); err != nil {
		return nil, err
	}
	follows, err := d.followed(given)
	if err != nil {
		return nil, err
	}
	answer := new(triagev1.DeskEvent)
	call := directoryCall{
		action: "CreateDesk", requestID: r.GetRequestId(), payload: r, creates: true, answer: answer,
	}
	err = d.change(ctx, caller, call, func(ctx context.Context, s deskScene) ([]entry, error) {
		row := newDesk(name, given, s.now)
		s.desk = row
		entries := []entry{deskEntry(row, follows)}
		names := map[string]string{row.ContactParty: given.GetContactPartyDisplayName()}
		names[row.AuthorityParty] = cmp.Or(given.GetAuthorityPartyDisplayName(), names[row.AuthorityParty])
		for _, party := range hearers(row) {
			entries = append(entries, partyEntry(row, store.Party{
				Desk: row.Desk, Party: party, DisplayName: cmp.Or(names[party], resourcename.ID(party)), CreateTime: s.now,
			}))
		}
		first := &commonv1.Membership{
			Person: caller.PersonName(), Party: name + "/" + row.AuthorityParty, Roles: []string{access.RoleAdministrator},
		}
		first.Name = membershipName(first)
		entries = append(entries, grantEntry(row, first, feed.Head{}))
		if follows == nil {
			return entries, nil
		}
		taking, err := s.takingPart(ctx, follows)
		created := func(e entry) bool {
			return slices.ContainsFunc(entries, func(other entry) bool { return other.resource == e.resource })
		}
		return append(entries, slices.DeleteFunc(taking, created)...), err
	})
	if pg.IsUniqueViolation(err, "desks_pkey") {
		return nil, fault.New(codes.AlreadyExists, DeskExists)
	}
	return answer.GetDesk(), err
}

// followed is the profile that a new desk shall follow; nil for none.
func (d *Directory) followed(desk *triagev1.Desk) (*profile.Profile, error) {
	if desk.GetProfile() == "" {
		return nil, nil
	}
	p, found := d.Writer.Profiles.Of(desk.GetProfile())
	if !found {
		return nil, invalid("desk.profile", "profile.installed")
	}
	defaults := p.Settings().GetDesk()
	if resourcename.ID(desk.GetAuthorityParty()) != defaults.GetAuthority() {
		return nil, invalid("desk.authority_party", "profile.party")
	}
	if resourcename.ID(desk.GetContactParty()) != defaults.GetContact() {
		return nil, invalid("desk.contact_party", "profile.party")
	}
	return p, nil
}

func newDesk(name string, given *triagev1.Desk, now time.Time) store.Desk {
	inDesk := domain.Desk{Name: name}
	return store.Desk{
		Desk: resourcename.ID(name), DisplayName: given.GetDisplayName(), TimeZone: given.GetTimeZone(),
		LanguageCode: given.GetLanguageCode(),
		NumberPrefix: given.GetNumberScheme().GetPrefix(), NumberDigits: int16(given.GetNumberScheme().GetDigits()),
		AuthorityParty: inDesk.Key(given.GetAuthorityParty()), ContactParty: inDesk.Key(given.GetContactParty()), CreateTime: now,
		Profile: given.GetProfile(),
	}
}

func deskEntry(row store.Desk, follows *profile.Profile) entry {
	desk := row.Proto()
	if follows != nil {
		desk.ProfileVersion = follows.Version()
	}
	return entry{
		resource: "desks/" + row.Desk, eventType: "desk.created", payload: &triagev1.DeskEvent{Desk: desk},
		audience: hearers(row),
		keep: func(ctx context.Context, db *pg.Pipeline, head feed.Head) error {
			return store.New(db).InsertDesk(ctx, store.InsertDeskParams{
				Desk: row.Desk, DisplayName: row.DisplayName, TimeZone: row.TimeZone, LanguageCode: row.LanguageCode,
				NumberPrefix: row.NumberPrefix, NumberDigits: row.NumberDigits, AuthorityParty: row.AuthorityParty,
				ContactParty: row.ContactParty, CreateTime: row.CreateTime,
				Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time, Profile: row.Profile,
			})
		},
	}
}
