package app_test

import (
	"fmt"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// makeDesk makes the national desk with its four parties.
func (w *world) makeDesk() {
	w.t.Helper()
	must(w.directory.CreateDesk(w.as("root"), &triagev1.CreateDeskRequest{
		DeskId: "nsp", RequestId: requestID(), Desk: nspDesk(),
	}))(w.t)
	root := w.as("root")
	for _, party := range []string{"netic", "fmk"} {
		must(w.directory.CreateParty(root, &triagev1.CreatePartyRequest{
			Parent: desk, PartyId: party, RequestId: requestID(), Party: &triagev1.Party{DisplayName: party},
		}))(w.t)
	}
	for _, group := range []string{"drift", "net"} {
		must(w.directory.CreateGroup(root, &triagev1.CreateGroupRequest{
			Parent: netic, GroupId: group, RequestId: requestID(), Group: &triagev1.Group{DisplayName: group, Level: 2},
		}))(w.t)
	}
	for _, m := range []struct{ person, party, group, role string }{
		{"mette", spoc, "", "agent"},
		{"sofie", spoc, "", "dispatcher"},
		{"imp", spoc, "", "importer"},
		{"jonas", netic, drift, "agent"},
		{"lars", netic, nett, "agent"},
		{"ida", fmk, "", "agent"},
		{"chr", sds, "", "coordinator"},
		{"aud", sds, "", "auditor"},
		{"adm", sds, "", "administrator"},
	} {
		w.grant(m.person, m.party, m.group, m.role)
	}
}

func nspDesk() *triagev1.Desk {
	return &triagev1.Desk{
		DisplayName: "NSP", TimeZone: "Europe/Copenhagen", LanguageCode: "da", AuthorityParty: sds, ContactParty: spoc,
		NumberScheme: &triagev1.NumberScheme{Prefix: "ASCP", Digits: 8},
	}
}

func (w *world) grant(person, party, group string, roles ...string) *commonv1.Membership {
	w.t.Helper()
	return must(w.directory.GrantMembership(w.as("root"), &triagev1.GrantMembershipRequest{
		Parent: desk, RequestId: requestID(),
		Membership: &commonv1.Membership{Person: who(person), Party: party, Group: group, Roles: roles},
	}))(w.t)
}

func danish(text string) *commonv1.LocalizedText {
	return &commonv1.LocalizedText{Text: text, LanguageCode: "da"}
}

// opening is the request for the next ticket: karen tells of what happens to bo.
func (w *world) opening() *triagev1.OpenTicketRequest {
	w.numbers++
	return &triagev1.OpenTicketRequest{
		Name: numbered(int64(w.numbers)), Submission: desk + "/submissions/" + uuid.NewString(),
		Channel: commonv1.Channel_CHANNEL_WEB, Title: danish("Kan ikke logge ind"), Description: danish("Siden i morges."),
		Reporter: who("karen"), AffectedUser: who("bo"), SubmitTime: timestamppb.New(w.clock.Now()), RequestId: requestID(),
	}
}

func numbered(n int64) string { return fmt.Sprintf("%s/tickets/ASCP%08d", desk, n) }

// open opens a ticket, as intake does.
func (w *world) open() *triagev1.Ticket {
	w.t.Helper()
	return must(w.intake.OpenTicket(w.t.Context(), w.opening()))(w.t)
}

// inProgress is a ticket that mette has begun.
func (w *world) inProgress() *triagev1.Ticket {
	w.t.Helper()
	t := w.open()
	return must(w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{Name: t.GetName(), RequestId: requestID()}))(w.t)
}

// resolved is a ticket that jonas at operations solved and that lies with mette again.
func (w *world) resolved() *triagev1.Ticket {
	w.t.Helper()
	t := w.inProgress()
	must(w.tickets.HandOverTicket(w.as("mette"), &triagev1.HandOverTicketRequest{
		Name: t.GetName(), RequestId: requestID(), Party: netic, Group: drift, Reason: danish("Serveren er jeres"),
	}))(w.t)
	must(w.tickets.AcceptHandOver(w.as("jonas"), &triagev1.AcceptHandOverRequest{
		Name: t.GetName(), RequestId: requestID(), Assignee: who("jonas"),
	}))(w.t)
	return must(w.tickets.ResolveTicket(w.as("jonas"), &triagev1.ResolveTicketRequest{
		Name: t.GetName(), RequestId: requestID(), Solution: danish("Genstartet"),
		SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
	}))(w.t)
}
