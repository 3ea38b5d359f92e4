package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/triage/app"
)

// linked is a world whose desk follows testdata/links.yaml: NSP's process with goods, plans of fixes, and reporters who close.
type linked struct {
	*world
	links    triagev1.LinkServiceClient
	releases triagev1.ReleaseServiceClient
	orders   triagev1.OrderServiceClient
	closing  triagev1.ClosingServiceClient
	items    triagev1.ConfigurationItemServiceClient
}

func newLinked(t testing.TB) *linked {
	t.Helper()
	dir := t.TempDir()
	shipped := must(filepath.Glob("../../../profiles/*.yaml"))(t)
	for _, file := range append(shipped, "testdata/links.yaml") {
		text := must(os.ReadFile(file))(t)
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := startWorld(t, func(cfg *app.Config) { cfg.Profiles.Dir = dir })
	given := nspDesk()
	given.Profile, given.AuthorityParty, given.ContactParty = "links", health, sds
	must(w.directory.CreateDesk(w.as("root"), &triagev1.CreateDeskRequest{DeskId: "nsp", RequestId: requestID(), Desk: given}))(t)
	w.grant("mette", sds, "", "agent", "dispatcher", "national_desk")
	w.grant("lars", sds, "", "agent")
	w.grant("jonas", netic, drift, "agent", "operations")
	w.grant("ida", desk+"/parties/trifork", "", "agent", "fmk_supplier")
	w.grant("chr", health, "", "coordinator", "nsp_incident_manager", "national_desk")
	w.grant("adm", health, "", "administrator")
	return &linked{
		world: w, links: triagev1.NewLinkServiceClient(w.gateway), releases: triagev1.NewReleaseServiceClient(w.gateway),
		orders: triagev1.NewOrderServiceClient(w.gateway), closing: triagev1.NewClosingServiceClient(w.gateway),
		items: triagev1.NewConfigurationItemServiceClient(w.gateway),
	}
}

// dataFault makes a ticket one whose fix is planned, and whose reporters are told before the release.
func dataFault(r *triagev1.OpenTicketRequest) { r.Assessment.AffectsUsers = proto.Bool(true) }

// opened is a ticket that karen reported and mette has begun.
func (w *linked) opened(change ...func(*triagev1.OpenTicketRequest)) *triagev1.Ticket {
	w.t.Helper()
	opening := w.opening()
	opening.Assessment = &triagev1.Assessment{
		Kind: "incident", Category: "help", Answers: map[string]string{"about_fmk": "no", "users_affected": "one"},
	}
	for _, c := range change {
		c(opening)
	}
	name := must(w.intake.OpenTicket(w.t.Context(), opening))(w.t).GetName()
	return must(w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{Name: name, RequestId: requestID()}))(w.t)
}

func (w *linked) resolve(name string) (*triagev1.Ticket, error) {
	if slices.Contains([]string{"P1", "P2"}, w.read(name).GetPriority()) {
		w.logs(name) // R76
	}
	return w.tickets.ResolveTicket(w.as("mette"), &triagev1.ResolveTicketRequest{
		Name: name, RequestId: requestID(), Solution: danish("Genstartet; log ind igen."),
		SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT, RootCause: danish("Hukommelsen slap op."),
	})
}

func (w *linked) plan(name string, in time.Duration) (*triagev1.Ticket, error) {
	return w.releases.PlanFix(w.as("mette"), &triagev1.PlanFixRequest{
		Name: name, RequestId: requestID(), ReleaseTime: timestamppb.New(w.clock.Now().Add(in)),
		Plan: danish("Rettes i næste release."),
	})
}

func (w *linked) link(name string, kind triagev1.LinkKind, other string) (*triagev1.Ticket, error) {
	return w.links.LinkTicket(w.as("mette"), &triagev1.LinkTicketRequest{
		Name: name, RequestId: requestID(), Kind: kind, Ticket: other,
	})
}

func (w *linked) read(name string) *triagev1.Ticket {
	w.t.Helper()
	return must(w.tickets.GetTicket(w.as("mette"), &triagev1.GetTicketRequest{Name: name}))(w.t)
}

// last is the newest event of a type of a ticket, and its payload.
func (w *linked) last(name, eventType string) (*feed.Event, *triagev1.TicketEvent) {
	w.t.Helper()
	events := w.events(name)
	for i := len(events) - 1; i >= 0; i-- {
		if events[i].Record.GetType() == eventType {
			payload := new(triagev1.TicketEvent)
			if err := events[i].Record.GetPayload().UnmarshalTo(payload); err != nil {
				w.t.Fatal(err)
			}
			return events[i], payload
		}
	}
	w.t.Fatalf("%s did not happen to %s: %v", eventType, name, eventTypes(events))
	return nil, nil
}
