package api_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river/rivertype"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

func row() *rivertype.JobRow { return &rivertype.JobRow{Attempt: 1, MaxAttempts: 25} }

// R88: from the standard catalogue, in every language, by the party that the ticket is assigned to.
func TestAnAnnouncementIsMadeOfTheStandardCatalogueByWhoHasTheTicket(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	a := w.draft("nsp", "fmk-nede")
	if a.GetParty() != "desks/nsp/parties/netic" || a.GetState() != notifyv1.AnnouncementState_ANNOUNCEMENT_STATE_DRAFT {
		t.Errorf("it is %s of %s", a.GetState(), a.GetParty())
	}
	if len(a.GetBodies()) != 3 || !strings.Contains(a.GetBodies()[0].GetText(), "Fælles Medicinkort") ||
		!strings.Contains(a.GetBodies()[2].GetText(), "Shared Medication Record") {
		t.Errorf("it says %v", a.GetBodies())
	}
	if !slices.Equal(a.GetServices(), []string{"fmk"}) {
		t.Errorf("it affects %v", a.GetServices())
	}
	for reason, spoil := range map[string]func(*notifyv1.CreateAnnouncementRequest){
		fault.InvalidArgument: func(r *notifyv1.CreateAnnouncementRequest) { r.Announcement.Standard = "nothing" },
		fault.NotFound:        func(r *notifyv1.CreateAnnouncementRequest) { r.Announcement.Ticket = "desks/nsp/tickets/ASCP00000009" },
		"ANNOUNCEMENT_EXISTS": func(r *notifyv1.CreateAnnouncementRequest) { r.AnnouncementId = "fmk-nede" },
	} {
		r := draftOf("nsp", "another", "ASCP00000001")
		spoil(r)
		if _, err := w.announce.CreateAnnouncement(as(t, "jonas"), r); !fault.Is(err, reason) {
			t.Errorf("%v, want %s", err, reason)
		}
	}
}

// R88, §18: of a component supplier's ticket, operations publishes.
func TestOperationsAnnouncesForAComponentSupplier(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised", func(t *triagev1.Ticket) { t.HolderParty = "desks/nsp/parties/komponent" })
	if a := w.draft("nsp", "nede"); a.GetParty() != "desks/nsp/parties/netic" {
		t.Errorf("it is announced by %s, want operations", a.GetParty())
	}
}

// R88, §18: an approver who is not reached within 15 minutes does not hold an announcement up, which is recorded and shown.
func TestAnAnnouncementWaitsFifteenMinutesForApprovalAndNoLonger(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	a := w.draft("nsp", "fmk-nede")
	publish := func() (*notifyv1.Announcement, error) {
		return w.announce.PublishAnnouncement(as(t, "jonas"), &notifyv1.PublishAnnouncementRequest{
			Name: a.GetName(), RequestId: uuid.NewString(),
		})
	}
	if _, err := publish(); !fault.Is(err, "NOT_APPROVED") {
		t.Errorf("it goes out without anybody having been asked: %v", err)
	}
	_, err := w.announce.RequestAnnouncementApproval(as(t, "jonas"), &notifyv1.RequestAnnouncementApprovalRequest{
		Name: a.GetName(), RequestId: uuid.NewString(),
	})
	must(t, err)
	asked := w.deliver()
	if len(asked) != 1 || asked[0].Address != "ingrid@example.org" || !strings.Contains(asked[0].Body, "Fælles Medicinkort") {
		t.Errorf("asked are %v", asked)
	}
	w.clock.Advance(15*time.Minute - time.Second)
	if _, err := publish(); !fault.Is(err, "NOT_APPROVED") {
		t.Errorf("a second before fifteen minutes: %v", err)
	}
	w.clock.Advance(time.Second)
	out, err := publish()
	if err != nil || !out.GetUnapproved() {
		t.Fatalf("after fifteen minutes: %v (%v)", out, err)
	}
	if shown := w.onBoard("nsp").GetAnnouncements(); len(shown) != 1 || !shown[0].GetUnapproved() {
		t.Errorf("the board shows %v, want it to say that nobody approved", shown)
	}
	var types []string
	rows, err := w.pool.Query(t.Context(), "SELECT type FROM events WHERE resource = $1 ORDER BY revision", a.GetName())
	must(t, err)
	for rows.Next() {
		var typ string
		must(t, rows.Scan(&typ))
		types = append(types, typ)
	}
	if want := "announcement.drafted announcement.approval_requested announcement.published"; strings.Join(types, " ") != want {
		t.Errorf("the feed tells of %v, want %s", types, want)
	}
	if n := w.count(`SELECT count(*) FROM events e WHERE resource = $1 AND revision > 1 AND previous_hash <>
		(SELECT hash FROM events b WHERE b.resource = e.resource AND b.revision = e.revision - 1)`, a.GetName()); n != 0 {
		t.Errorf("%d events do not follow the one before them", n)
	}
	if n := w.count("SELECT count(*) FROM events WHERE stored LIKE ('%' || 'Medicinkort' || '%')::bytea"); n != 0 {
		t.Errorf("%d events hold what is announced, which must be erasable", n)
	}
}

// R87, R88: who may do what with an announcement, and who learns that there is one.
func TestOnlyTheResponsibleAnnounceAndNobodyElseLearnsOfADraft(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	a := w.draft("nsp", "fmk-nede")
	get := func(person string) error {
		_, err := w.announce.GetAnnouncement(as(t, person), &notifyv1.GetAnnouncementRequest{Name: a.GetName()})
		return err
	}
	listed := func(person string) (n int) {
		list, err := w.announce.ListAnnouncements(as(t, person), &notifyv1.ListAnnouncementsRequest{Parent: "desks/nsp"})
		if err != nil && !fault.Is(err, fault.NotFound) {
			t.Fatal(err)
		}
		return len(list.GetAnnouncements())
	}
	approve := func(person string) error {
		_, err := w.announce.ApproveAnnouncement(as(t, person), &notifyv1.ApproveAnnouncementRequest{
			Name: a.GetName(), RequestId: uuid.NewString(),
		})
		return err
	}
	for person, sees := range map[string]bool{"jonas": true, "aud": true, "ingrid": true, "karen": false, "stranger": false} {
		if err := get(person); sees != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads the draft: %v", person, err)
		}
		if n := listed(person); sees != (n == 1) {
			t.Errorf("%s lists %d drafts", person, n)
		}
	}
	if len(w.onBoard("nsp").GetAnnouncements()) != 0 {
		t.Error("the draft is public")
	}
	for person, reason := range map[string]string{
		"jonas": fault.PermissionDenied, "aud": fault.PermissionDenied, "karen": fault.NotFound, "stranger": fault.NotFound,
	} {
		if err := approve(person); !fault.Is(err, reason) {
			t.Errorf("%s approves: %v, want %s", person, err, reason)
		}
	}
	for person, reason := range map[string]string{
		"aud": fault.PermissionDenied, "karen": fault.NotFound, "stranger": fault.NotFound, // the ticket is nothing to Karen
	} {
		_, err := w.announce.CreateAnnouncement(as(t, person), draftOf("nsp", "mine-"+person, "ASCP00000001"))
		if !fault.Is(err, reason) {
			t.Errorf("%s drafts: %v, want %s", person, err, reason)
		}
	}
	_, unknown := w.announce.CreateAnnouncement(as(t, "stranger"), draftOf("nowhere", "x", "ASCP00000001"))
	_, known := w.announce.CreateAnnouncement(as(t, "stranger"), draftOf("nsp", "x", "ASCP00000001"))
	if unknown == nil || known == nil || unknown.Error() != known.Error() {
		t.Errorf("a stranger tells a desk that there is from one that there is not: %v, %v", known, unknown)
	}
	must(t, approve("ingrid"))
	w.publish(a.GetName())
	if err := get("karen"); err != nil {
		t.Errorf("what is published, Karen reads: %v", err)
	}
	if err := get("stranger"); err != nil {
		t.Errorf("the board is public, and a stranger reads: %v", err)
	}
}

// R87: two desks have an announcement of the same name about a ticket of the same number; nothing of one shows in the other.
func TestDesksAreApart(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	for _, desk := range []string{"nsp", "other"} {
		w.ticket(desk, "ASCP00000001", "ticket.prioritised")
	}
	w.published("nede")
	w.draft("other", "nede")
	if n := len(w.onBoard("nsp").GetAnnouncements()); n != 1 {
		t.Errorf("the desk shows %d announcements, want its own", n)
	}
	if n := len(w.onBoard("other").GetAnnouncements()); n != 0 {
		t.Errorf("the other desk shows %d announcements, want none", n)
	}
	if w.onBoard("plain") != nil {
		t.Error("a desk without a profile has a public board")
	}
	r := draftOf("nsp", "foreign", "ASCP00000001")
	r.Announcement.Ticket = "desks/other/tickets/ASCP00000001"
	if _, err := w.announce.CreateAnnouncement(as(t, "jonas"), r); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("another desk's ticket: %v", err)
	}
	if _, err := w.announce.CreateAnnouncement(as(t, "jonas"), draftOf("plain", "x", "ASCP00000001")); !fault.Is(err, "NO_BOARD") {
		t.Errorf("a desk without a board: %v", err)
	}
	for _, token := range []string{"", "x"} {
		_, err := w.boards.ListBoards(as(t, "jonas"), &notifyv1.ListBoardsRequest{PageToken: token})
		if !fault.Is(err, fault.PermissionDenied) {
			t.Errorf("a person asks for all boards: %v", err)
		}
	}
}

// R87: what is completed stays for seven days, and goes to its own list.
func TestWhatIsCompletedIsShownForSevenDays(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	a := w.published("nede")
	done, err := w.announce.CompleteAnnouncement(as(t, "jonas"), &notifyv1.CompleteAnnouncementRequest{
		Name: a.GetName(), RequestId: uuid.NewString(), Standard: "solved",
	})
	must(t, err)
	if !strings.Contains(done.GetBodies()[0].GetText(), "er løst") {
		t.Errorf("its last words are %v", done.GetBodies())
	}
	w.clock.Advance(7*24*time.Hour - time.Second)
	shown := w.onBoard("nsp").GetAnnouncements()
	if len(shown) != 1 || shown[0].GetKind().String() != "ANNOUNCEMENT_KIND_COMPLETED" {
		t.Fatalf("a moment before the week is over the board shows %v", shown)
	}
	w.clock.Advance(time.Second)
	if shown := w.onBoard("nsp").GetAnnouncements(); len(shown) != 0 {
		t.Errorf("after a week the board shows %v", shown)
	}
}

// R19: "affects me too" is an inquiry of the caller's own, about the ticket that is announced.
func TestWhoIsAffectedTooMakesAnInquiryAboutTheTicket(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	draft := w.draft("nsp", "nede")
	affected := func(person string) (string, error) {
		s, err := w.announce.ReportAffected(as(t, person), &notifyv1.ReportAffectedRequest{
			Name: draft.GetName(), RequestId: uuid.NewString(),
			Description: &commonv1.LocalizedText{LanguageCode: "da", Text: "Også hos os, siden kl. 9."},
		})
		return s.GetTicket(), err
	}
	if _, err := affected("karen"); !fault.Is(err, fault.NotFound) {
		t.Errorf("of a draft: %v", err)
	}
	if _, err := affected("jonas"); !fault.Is(err, "WRONG_STATE") {
		t.Errorf("of a draft that one sees: %v", err)
	}
	_, err := w.announce.ApproveAnnouncement(as(t, "ingrid"), &notifyv1.ApproveAnnouncementRequest{
		Name: draft.GetName(), RequestId: uuid.NewString(),
	})
	must(t, err)
	w.publish(draft.GetName())
	ticket, err := affected("karen")
	if err != nil || ticket != "desks/nsp/tickets/ASCP00009999" {
		t.Fatalf("%s (%v)", ticket, err)
	}
	asked := w.around.submitted[0]
	if asked.GetInquiryAbout() != "desks/nsp/tickets/ASCP00000001" || asked.GetReporter() != "" ||
		!strings.HasPrefix(asked.GetTitle().GetText(), "Berører også mig: ") || asked.GetDescription().GetText() == "" {
		t.Errorf("intake is asked for %v", asked)
	}
}

// The same request again does what it did; another etag than the current one is refused.
func TestAStepIsTakenOnceAndOnlyUponWhatOneSaw(t *testing.T) {
	t.Parallel()
	w := newBoardWorld(t)
	w.ticket("nsp", "ASCP00000001", "ticket.prioritised")
	r := draftOf("nsp", "nede", "ASCP00000001")
	for range 3 {
		if _, err := w.announce.CreateAnnouncement(as(t, "jonas"), r); err != nil {
			t.Fatal(err)
		}
	}
	a := w.draft("nsp", "other")
	approve := &notifyv1.ApproveAnnouncementRequest{Name: a.GetName(), RequestId: uuid.NewString(), Etag: "stale"}
	if _, err := w.announce.ApproveAnnouncement(as(t, "ingrid"), approve); !fault.Is(err, fault.StaleETag) {
		t.Errorf("a stale etag: %v", err)
	}
	approve.Etag = a.GetEtag()
	for range 3 {
		got, err := w.announce.ApproveAnnouncement(as(t, "ingrid"), approve)
		if err != nil || got.GetApprover() != "desks/nsp/persons/ingrid" {
			t.Fatalf("%v (%v)", got, err)
		}
	}
	if n := w.count("SELECT count(*) FROM events WHERE type LIKE 'announcement.%'"); n != 3 {
		t.Errorf("there are %d events, want 3", n)
	}
}
