package app_test

import (
	"maps"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
)

func TestADeskComesWithItsPartiesAndItsFirstAdministrator(t *testing.T) {
	t.Parallel()
	w := startWorld(t)
	request := &triagev1.CreateDeskRequest{DeskId: "nsp", RequestId: requestID(), Desk: nspDesk()}
	request.Desk.AuthorityPartyDisplayName = "Sundhedsdatastyrelsen"
	if _, err := w.directory.CreateDesk(w.as("mette"), request); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("created by somebody who is not administrator of the installation: %v", err)
	}
	made := must(w.directory.CreateDesk(w.as("root"), request))(t)
	if made.GetName() != desk || made.GetCreateTime() == nil || made.GetNumberScheme().GetDigits() != 8 {
		t.Errorf("made %v", made)
	}
	request.RequestId = requestID()
	if _, err := w.directory.CreateDesk(w.as("root"), request); !fault.Is(err, "DESK_EXISTS") {
		t.Errorf("made twice: %v", err)
	}
	parties := must(w.directory.ListParties(w.as("root"), &triagev1.ListPartiesRequest{Parent: desk}))(t)
	names := map[string]string{}
	for _, party := range parties.GetParties() {
		names[party.GetName()] = party.GetDisplayName()
	}
	if want := map[string]string{sds: "Sundhedsdatastyrelsen", spoc: "spoc"}; !maps.Equal(names, want) {
		t.Errorf("parties %v, want the authority by its name and the contact party by its id: %v", names, want)
	}
	listed := must(w.directory.ListMemberships(w.as("root"), &triagev1.ListMembershipsRequest{Parent: desk}))(t)
	memberships := listed.GetMemberships()
	if len(memberships) != 1 || memberships[0].GetPerson() != who("root") ||
		!slices.Equal(memberships[0].GetRoles(), []string{"administrator"}) {
		t.Errorf("memberships %v", memberships)
	}
	for _, resource := range []string{desk, sds, spoc, memberships[0].GetName()} {
		events := w.events(resource)
		if _, err := feed.VerifyChain(feed.Head{}, events); err != nil || len(events) != 1 || events[0].Record.GetRevision() != 1 {
			t.Errorf("%s has the events %v (%v)", resource, eventTypes(events), err)
		}
	}
	desks := must(w.directory.ListDesks(w.as("root"), &triagev1.ListDesksRequest{}))(t).GetDesks()
	if len(desks) != 1 || !proto.Equal(desks[0], made) {
		t.Errorf("desks of the administrator: %v", desks)
	}
	if desks := must(w.directory.ListDesks(w.as("mette"), &triagev1.ListDesksRequest{}))(t).GetDesks(); len(desks) != 0 {
		t.Errorf("desks of a stranger: %v", desks)
	}
}

func TestAMembershipIsReplacedRevokedAndGrantedAgainOnOneChain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.grant("lars", fmk, "", "agent")
	second := w.grant("lars", fmk, "", "dispatcher", "auditor")
	if first.GetName() != desk+"/memberships/lars.fmk" || second.GetName() != first.GetName() {
		t.Errorf("names %s and %s", first.GetName(), second.GetName())
	}
	revoke := &triagev1.RevokeMembershipRequest{Name: first.GetName(), RequestId: requestID()}
	gone := must(w.directory.RevokeMembership(w.as("adm"), revoke))(t)
	if !slices.Equal(gone.GetRoles(), []string{"dispatcher", "auditor"}) {
		t.Errorf("revoked %v", gone)
	}
	if again := must(w.directory.RevokeMembership(w.as("adm"), revoke))(t); !proto.Equal(gone, again) {
		t.Errorf("revoked again: %v", again)
	}
	revoke.RequestId = requestID()
	if _, err := w.directory.RevokeMembership(w.as("adm"), revoke); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoked what is gone: %v", err)
	}
	w.grant("lars", fmk, "", "agent")
	events := w.events(first.GetName())
	want := []string{"membership.granted", "membership.granted", "membership.revoked", "membership.granted"}
	if _, err := feed.VerifyChain(feed.Head{}, events); err != nil || !slices.Equal(eventTypes(events), want) {
		t.Errorf("events %v (%v), want %v", eventTypes(events), err, want)
	}
	payload := new(commonv1.Membership)
	if err := events[1].Record.GetPayload().UnmarshalTo(payload); err != nil || !proto.Equal(payload, second) {
		t.Errorf("the event says %v (%v), the answer %v", payload, err, second)
	}
}

func TestTheDeskKeepsAnAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(w.directory.RevokeMembership(w.as("adm"), &triagev1.RevokeMembershipRequest{
		Name: desk + "/memberships/root.sds", RequestId: requestID(),
	}))(t)
	_, err := w.directory.RevokeMembership(w.as("adm"), &triagev1.RevokeMembershipRequest{
		Name: desk + "/memberships/adm.sds", RequestId: requestID(),
	})
	if !fault.Is(err, "LAST_ADMINISTRATOR") {
		t.Errorf("the last one revoked: %v", err)
	}
	_, err = w.directory.GrantMembership(w.as("adm"), &triagev1.GrantMembershipRequest{
		Parent: desk, RequestId: requestID(),
		Membership: &commonv1.Membership{Person: who("adm"), Party: sds, Roles: []string{"agent"}},
	})
	if !fault.Is(err, "LAST_ADMINISTRATOR") {
		t.Errorf("the last one made an agent: %v", err)
	}
}

func TestTwoAdministratorsCannotRevokeEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	names := []string{desk + "/memberships/adm.sds", desk + "/memberships/root.sds"}
	callers := []string{"root", "adm"}
	_, errs := atOnce(2, func(i int) (*commonv1.Membership, error) {
		return w.directory.RevokeMembership(w.as(callers[i]), &triagev1.RevokeMembershipRequest{Name: names[i], RequestId: requestID()})
	})
	if left := w.count("memberships WHERE 'administrator' = ANY (roles)"); left != 1 {
		t.Errorf("%d administrators are left, answers %v", left, errs)
	}
}

func TestWhatTheDirectoryRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	adm := w.as("adm")
	grant := func(person, party, group, role string) error {
		return second(w.directory.GrantMembership(adm, &triagev1.GrantMembershipRequest{
			Parent: desk, RequestId: requestID(),
			Membership: &commonv1.Membership{Person: person, Party: party, Group: group, Roles: []string{role}},
		}))
	}
	party := func(person, id string) error {
		return second(w.directory.CreateParty(w.as(person), &triagev1.CreatePartyRequest{
			Parent: desk, PartyId: id, RequestId: requestID(), Party: &triagev1.Party{DisplayName: "x"},
		}))
	}
	group := func(party string) error {
		return second(w.directory.CreateGroup(adm, &triagev1.CreateGroupRequest{
			Parent: party, GroupId: "drift", RequestId: requestID(), Group: &triagev1.Group{DisplayName: "x", Level: 2},
		}))
	}
	get := func(person, name string) error {
		return second(w.directory.GetDesk(w.as(person), &triagev1.GetDeskRequest{Name: name}))
	}
	atlantis := nspDesk()
	atlantis.TimeZone = "Europe/Atlantis"
	zone := second(w.directory.CreateDesk(w.as("root"), &triagev1.CreateDeskRequest{
		DeskId: "nsp", RequestId: requestID(), Desk: atlantis,
	}))
	const bad, none = codes.InvalidArgument, codes.NotFound
	for name, tc := range map[string]struct {
		err    error
		code   codes.Code
		reason string
		field  string
	}{
		"unknown role":       {grant(who("ida"), fmk, "", "king"), bad, fault.InvalidArgument, "membership.roles"},
		"unknown party":      {grant(who("ida"), desk+"/parties/none", "", "agent"), none, fault.NotFound, "membership.party"},
		"unknown group":      {grant(who("ida"), fmk, fmk+"/groups/none", "agent"), none, fault.NotFound, "membership.group"},
		"group elsewhere":    {grant(who("ida"), fmk, drift, "agent"), bad, fault.InvalidArgument, "membership.group"},
		"person elsewhere":   {grant("desks/au/persons/ida", fmk, "", "agent"), bad, fault.InvalidArgument, "membership.person"},
		"party exists":       {party("adm", "fmk"), codes.AlreadyExists, "PARTY_EXISTS", ""},
		"group exists":       {group(netic), codes.AlreadyExists, "GROUP_EXISTS", ""},
		"group of nobody":    {group(desk + "/parties/none"), none, fault.NotFound, "parent"},
		"time zone":          {zone, bad, fault.InvalidArgument, "desk.time_zone"},
		"by an agent":        {party("mette", "x"), codes.PermissionDenied, fault.PermissionDenied, ""},
		"by a stranger":      {party("stranger", "x"), none, fault.NotFound, "parent"},
		"desk of a stranger": {get("stranger", desk), none, fault.NotFound, "name"},
		"no such desk":       {get("root", "desks/none"), none, fault.NotFound, "name"},
	} {
		if status.Code(tc.err) != tc.code || fault.ReasonOf(tc.err) != tc.reason {
			t.Errorf("%s: %v, want %v %s", name, tc.err, tc.code, tc.reason)
			continue
		}
		if got := fields(tc.err); tc.field != "" && !slices.Equal(got, []string{tc.field}) {
			t.Errorf("%s: names %v, want %s", name, got, tc.field)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// R15: whoever reported reads by name who has their case, and no more of the desk; whoever has no case there learns nothing.
func TestAReporterReadsWhoHasTheirCaseAndAStrangerNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	theirs := w.opening()
	theirs.Reporter, theirs.AffectedUser = who("karen"), who("karen")
	must(w.intake.OpenTicket(t.Context(), theirs))(t)
	if desks := must(w.directory.ListDesks(w.as("karen"), &triagev1.ListDesksRequest{}))(t).GetDesks(); len(desks) != 1 {
		t.Errorf("the reporter's desks: %v", desks)
	}
	for person, reads := range map[string]map[string]bool{
		"karen": {"desk": true, "parties": true, "groups": true}, "stranger": {},
	} {
		for what, err := range map[string]error{
			"desk":        second(w.directory.GetDesk(w.as(person), &triagev1.GetDeskRequest{Name: desk})),
			"parties":     second(w.directory.ListParties(w.as(person), &triagev1.ListPartiesRequest{Parent: desk})),
			"groups":      second(w.directory.ListGroups(w.as(person), &triagev1.ListGroupsRequest{Parent: netic})),
			"memberships": second(w.directory.ListMemberships(w.as(person), &triagev1.ListMembershipsRequest{Parent: desk})),
		} {
			if reads[what] && err != nil || !reads[what] && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s reads %s: %v", person, what, err)
			}
		}
	}
}

func TestTheDirectoryIsListedPageByPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var people []string
	token := ""
	for {
		page := must(w.directory.ListMemberships(w.as("mette"), &triagev1.ListMembershipsRequest{
			Parent: desk, PageSize: 4, PageToken: token,
		}))(t)
		for _, m := range page.GetMemberships() {
			people = append(people, m.GetPerson())
		}
		if token = page.GetNextPageToken(); token == "" {
			break
		}
	}
	if len(people) != 10 {
		t.Errorf("memberships of %v", people)
	}
	of := must(w.directory.ListMemberships(w.as("mette"), &triagev1.ListMembershipsRequest{
		Parent: desk, Person: who("jonas"), Party: netic,
	}))(t)
	if len(of.GetMemberships()) != 1 || of.GetMemberships()[0].GetGroup() != drift {
		t.Errorf("jonas is %v", of)
	}
	groups := must(w.directory.ListGroups(w.as("mette"), &triagev1.ListGroupsRequest{Parent: desk + "/parties/-"}))(t)
	none := must(w.directory.ListGroups(w.as("mette"), &triagev1.ListGroupsRequest{Parent: fmk}))(t)
	if len(groups.GetGroups()) != 2 || groups.GetGroups()[0].GetLevel() != 2 || len(none.GetGroups()) != 0 {
		t.Errorf("groups %v and %v", groups, none)
	}
}
