package domain_test

import (
	"testing"
	"time"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func duty(t *testing.T, every, party string) domain.Duty {
	t.Helper()
	return domain.Duty{
		Rule: &profilev1.AnnouncementRule{Id: every, Every: every, WhenSolved: true}, Rhythm: rhythm(t, every), Party: party,
	}
}

// R88, §18: what a ticket goes through, and when its party is reminded.
func TestTheDutyToAnnounceFollowsTheTicket(t *testing.T) {
	t.Parallel()
	ten := at(t, "2026-11-20 10:00")
	p1, p2 := duty(t, "30m", "parties/netic"), duty(t, "1h", "parties/netic")
	first, changed := domain.Duty{}.Heard(p1, process.Registered, ten)
	if !changed || !first.DueAt.Equal(ten) {
		t.Fatalf("a P1 is to be announced at %s, want at once", first.DueAt)
	}
	if _, again := first.Heard(p1, process.InProgress, ten.Add(time.Minute)); again {
		t.Error("the same event changes it again")
	}
	told := first.Announced(false, ten.Add(5*time.Minute))
	if want := ten.Add(35 * time.Minute); !told.DueAt.Equal(want) {
		t.Errorf("announced at 10:05, due again at %s, want 10:35", told.DueAt)
	}
	if lower, _ := told.Heard(p2, process.InProgress, ten.Add(10*time.Minute)); !lower.DueAt.Equal(ten.Add(65 * time.Minute)) {
		t.Errorf("as a P2 it is due at %s, want 11:05", lower.DueAt)
	}
	if none, _ := told.Heard(domain.Duty{}, process.InProgress, ten.Add(10*time.Minute)); !none.DueAt.IsZero() {
		t.Errorf("as a P4 it is due at %s, want never", none.DueAt)
	}
	moved, changed := first.Heard(duty(t, "30m", "parties/trifork"), process.Assigned, ten.Add(20*time.Minute))
	if !changed || moved.Party != "parties/trifork" || !moved.DueAt.Equal(ten.Add(20*time.Minute)) {
		t.Errorf("handed over and not announced yet, it is due at %s by %s", moved.DueAt, moved.Party)
	}
	reminded := first.Reminded(ten)
	if !reminded.DueAt.Equal(ten.Add(30 * time.Minute)) {
		t.Errorf("reminded and still not announced, it is due at %s, want 10:30", reminded.DueAt)
	}
	night := at(t, "2026-11-21 02:00")
	solved, _ := told.Heard(duty(t, "30m", "parties/sds"), process.Resolved, night) // it goes back to its owner (R100)
	if solved.Party != "parties/netic" {
		t.Errorf("its end is announced by %s, want who announced it", solved.Party)
	}
	if !solved.DueAt.Equal(night) || !solved.Solved {
		t.Errorf("solved in the night, it is due at %s, want at once", solved.DueAt)
	}
	if after := solved.Reminded(night); !after.DueAt.IsZero() {
		t.Errorf("of what is solved the party is reminded again at %s", after.DueAt)
	}
	if after := solved.Announced(true, night); !after.DueAt.IsZero() {
		t.Errorf("announced as solved, it is due again at %s", after.DueAt)
	}
	reopened, _ := solved.Heard(p1, process.InProgress, at(t, "2026-11-21 09:00"))
	if !reopened.DueAt.Equal(at(t, "2026-11-21 09:00")) || reopened.Solved {
		t.Errorf("opened again it is due at %s", reopened.DueAt)
	}
	if quiet, _ := first.Heard(p1, process.Resolved, ten.Add(time.Minute)); !quiet.DueAt.IsZero() {
		t.Error("what nobody was told of must be told to be solved")
	}
}

// R88, §18: the party that has the ticket announces it; of a component supplier's, operations does.
func TestTheResponsiblePartyIsTheHolderUnlessTheProfileNamesAnother(t *testing.T) {
	t.Parallel()
	ticket := &triagev1.Ticket{
		HolderParty: "desks/nsp/parties/komponent", HolderGroup: "desks/nsp/parties/komponent/groups/komponenter",
		Assignee: "desks/nsp/persons/kurt",
	}
	party, group, person := domain.Responsible(&profilev1.AnnouncementRule{}, ticket)
	if party != "parties/komponent" || group != "komponenter" || person != "kurt" {
		t.Errorf("it is announced by %s %s %s", party, group, person)
	}
	party, group, person = domain.Responsible(&profilev1.AnnouncementRule{Party: "netic"}, ticket)
	if party != "parties/netic" || group != "" || person != "" {
		t.Errorf("it is announced by %s %s %s, want operations", party, group, person)
	}
}
