package acceptance_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/test/house"
)

// [4]: "De ugentlige udtræk af åbne sager og sager, der afventer release, kan følges her".
func TestNSPOPPublishesWhatIsOpenEveryMonday(t *testing.T) {
	t.Parallel()
	nspWalks(t, nspWalk{"extracts", whatIsOpenIsPublished}) // R90, R135, R149
}

// listed reads the newest edition of an extract, as a member of the desk.
func (v *nspVisit) listed(extract string) *reportingv1.ExtractEdition {
	v.t.Helper()
	e, err := v.lists().GetExtract(v.by("kim"), &reportingv1.GetExtractRequest{Name: v.Desk() + "/extracts/" + extract})
	if err != nil {
		v.t.Fatal(err)
	}
	return e.GetLatestEdition()
}

func (v *nspVisit) lists() reportingv1.ExtractServiceClient {
	return reportingv1.NewExtractServiceClient(v.Conn("bavn.reporting.v1"))
}

// published waits until the newest edition is today's.
func (v *nspVisit) published(extract string) (e *reportingv1.ExtractEdition) {
	v.t.Helper()
	today := v.clock.Now().In(v.zone).Format(time.DateOnly)
	v.eventually("the extract "+extract, func() error {
		if e = v.listed(extract); resourcename.ID(e.GetName()) != today {
			return fmt.Errorf("the newest edition is %q, want %s", e.GetName(), today)
		}
		return nil
	})
	return e
}

// in reports whether an edition has the case of a visit.
func (v *nspVisit) in(e *reportingv1.ExtractEdition) bool {
	return v.rowOf(e) != nil
}

func (v *nspVisit) rowOf(e *reportingv1.ExtractEdition) *reportingv1.ExtractRow {
	number := resourcename.ID(v.ticket.GetName())
	if i := slices.IndexFunc(e.GetRows(), func(r *reportingv1.ExtractRow) bool { return r.GetTicket() == number }); i >= 0 {
		return e.GetRows()[i]
	}
	return nil
}

// everybodyReads gets what needs no sign-in.
func (v *nspVisit) everybodyReads(path string) string {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.ctx, http.MethodGet, v.Addresses().Gateway+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode >= http.StatusInternalServerError && answer.StatusCode != http.StatusServiceUnavailable {
		v.t.Fatalf("%s: %d (%v)", path, answer.StatusCode, err)
	}
	return string(content)
}

// On Monday what is open is on one list, what awaits its release on the other, and what is restricted on none.
func whatIsOpenIsPublished(v *nspVisit) {
	v.inAnOrdinaryWeek("Thu 10:00")
	waiting, secret := v.another(), v.another()
	v.step("one case is open, one awaits its release, one is a breach that only some may see", func() {
		v.registers("lone", "Søgningen svarer ikke")
		v.triages("mette", "nsp")
		v.judges("mette", "P3")
		waiting.awaitsItsRelease()
		secret.registers("lone", "En konto er overtaget")
		secret.starts("mette")
		secret.taken(v.assess.CategoriseTicket(v.by("mette"), &triagev1.CategoriseTicketRequest{
			Name: secret.ticket.GetName(), RequestId: house.ID(),
			Assessment: &triagev1.Assessment{Kind: "incident", Category: "nsp", ItSecurityBreach: true},
		}))
		if !secret.ticket.GetRestricted() {
			v.t.Fatal("the breach is seen by everybody")
		}
	})
	var first *reportingv1.ExtractEdition
	v.step("Monday begins: both lists are taken", func() {
		v.at("Mon 00:00")
		first = v.published("open")
		pending := v.published("pending_release")
		if !v.in(first) || waiting.in(first) || !waiting.in(pending) || v.in(pending) {
			v.t.Errorf("open are %v, pending release %v", first.GetRows(), pending.GetRows())
		}
		if secret.in(first) || secret.in(pending) {
			v.t.Error("the breach is on a list")
		}
		if row := v.rowOf(first); row.GetPriority() != "P3" || row.GetCategory() != "nsp" || row.GetAgeDays() != 3 ||
			row.GetHolderParty() != "sds" || row.GetStatus() != inProgress {
			v.t.Errorf("the open case is shown as %v", row)
		}
		if row := waiting.rowOf(pending); row.GetReleaseTime() == nil {
			v.t.Errorf("nothing says when the release is: %v", row)
		}
	})
	v.step("everybody reads them without signing in: page, CSV and JSON, and the board leads there", func() {
		v.eventually("the public lists", func() error {
			page, sheet := v.everybodyReads("/extracts/nsp?language=da"), v.everybodyReads("/extracts/nsp/open.csv?language=da")
			object, board := v.everybodyReads("/extracts/nsp/extracts.json"), v.everybodyReads("/board/nsp?language=da")
			for _, said := range []string{page, sheet, object} {
				if strings.Contains(said, resourcename.ID(secret.ticket.GetName())) {
					v.t.Fatal("the breach is published")
				}
			}
			number := resourcename.ID(v.ticket.GetName())
			rows, err := csv.NewReader(strings.NewReader(sheet)).ReadAll()
			if err != nil || !slices.ContainsFunc(rows, func(r []string) bool { return r[0] == number && r[1] == "I gang" }) {
				return fmt.Errorf("the sheet is %v (%w)", rows, err)
			}
			if !strings.Contains(page, number) || !strings.Contains(page, "Åbne sager") || !strings.Contains(object, number) {
				return fmt.Errorf("%s is not on the page or not in the object", number)
			}
			if !strings.Contains(board, `href="/extracts/nsp`) {
				return fmt.Errorf("the board does not lead to the lists")
			}
			return nil
		})
	})
	v.step("what is solved in the week is in no new edition, and stays in the old one", func() {
		v.at("Tue 10:00")
		v.solves("mette", "Søgningen svarer igen.")
		v.at("Mon 00:00")
		if next := v.published("open"); v.in(next) {
			v.t.Error("what is solved is still listed as open")
		}
		list, err := v.lists().ListExtractEditions(v.by("kim"), &reportingv1.ListExtractEditionsRequest{
			Parent: v.Desk() + "/extracts/open",
		})
		if err != nil || len(list.GetExtractEditions()) < 2 || list.GetExtractEditions()[1].GetName() != first.GetName() {
			v.t.Errorf("the editions are %v, want %s second (%v)", list.GetExtractEditions(), first.GetName(), err)
		}
		if old := v.edition(first.GetName()); !v.in(old) {
			v.t.Error("the old edition has lost a case")
		}
	})
	v.step("a rebuild of what reporting derives loses no edition and doubles none", func() {
		before := v.edition(first.GetName())
		rebuild(v.ctx, v.t, v.House)
		v.eventually("reporting has heard all again", func() error { return v.Settled(v.ctx) })
		if after := v.edition(first.GetName()); after.GetCount() != before.GetCount() {
			v.t.Errorf("the edition had %d cases and has %d", before.GetCount(), after.GetCount())
		}
		v.at("Mon 00:00")
		if pending := v.published("pending_release"); !waiting.in(pending) {
			v.t.Error("after a rebuild the next edition has not what awaits its release")
		}
	})
	v.step("what turns out to be a breach later is taken out of what was published", func() {
		waiting.taken(v.assess.CategoriseTicket(v.by("lars"), &triagev1.CategoriseTicketRequest{
			Name: waiting.ticket.GetName(), RequestId: house.ID(), Assessment: &triagev1.Assessment{ItSecurityBreach: true},
		}))
		v.eventually("it is gone", func() error {
			if waiting.in(v.listed("pending_release")) {
				return fmt.Errorf("it is still listed")
			}
			return nil
		})
	})
}

func (v *nspVisit) edition(name string) *reportingv1.ExtractEdition {
	v.t.Helper()
	e, err := v.lists().GetExtractEdition(v.by("kim"), &reportingv1.GetExtractEditionRequest{Name: name})
	if err != nil {
		v.t.Fatal(err)
	}
	return e
}

// awaitsItsRelease carries a case to where it waits for one that is planned.
func (v *nspVisit) awaitsItsRelease() {
	v.t.Helper()
	v.registers("lone", "Kvitteringer kommer dobbelt")
	v.triages("mette", "nsp")
	v.judges("mette", "P3")
	v.routes("mette", "netic", "drift")
	v.receives("lars", "netic", "drift")
	v.starts("lars")
	v.taken(v.links.LinkTicket(v.by("lars"), &triagev1.LinkTicketRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(),
		Kind: triagev1.LinkKind_LINK_KIND_CHANGE, Tool: "sds_jira", ExternalId: "SDS-77",
	}))
	if err := v.holds("lars", triagev1.TicketStatus_TICKET_STATUS_PENDING_RELEASE, "Rettes i næste version"); err != nil {
		v.t.Fatal(err)
	}
	v.taken(v.releases.PlanFix(v.by("lars"), &triagev1.PlanFixRequest{
		Name: v.ticket.GetName(), RequestId: house.ID(), ReleaseTime: timestamppb.New(v.clock.Now().AddDate(0, 0, 30)),
		Plan: in("da", "Version 5.1"),
	}))
}
