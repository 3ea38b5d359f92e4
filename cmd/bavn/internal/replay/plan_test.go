package replay_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/replay"
	"github.com/bavn/bavn/cmd/bavn/mappings"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

const header = "case,changed_at,status,sub_status,function_division,organisation_line,support_team,impact,product,country," +
	"owner_country,owner\n"

// A made-up log: one case that is handed over, waits and is closed, and one that begins completed.
const log = header +
	"9-1,2030-01-02T09:00:00+01:00,Accepted,In Progress,X1,Org line Q,Q7,Medium,P1,dk,Denmark,owner-a\n" +
	"9-2,2030-01-02T09:30:00+01:00,Completed,In Call,,Org line R,R1 2nd,Low,P2,se,,system\n" +
	"9-1,2030-01-02T11:00:00+01:00,Accepted,Wait - User,X1,Org line R,Q7 2nd 3rd,High,P1,dk,Denmark,owner-a\n" +
	"9-1,2030-01-02T10:00:00+01:00,Queued,Awaiting Assignment,X1,Org line R,Q7 2nd 3rd,High,P1,dk,,owner-b\n"

func vinst(t *testing.T) *replay.Mapping {
	t.Helper()
	document, err := mappings.Files.ReadFile("vinst.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m, err := replay.ParseMapping(document)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func read(t *testing.T, m *replay.Mapping, content string) []replay.Case {
	t.Helper()
	cases, err := m.Read(strings.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return cases
}

func TestARowBecomesOneStepInTheSourcesOwnWords(t *testing.T) {
	t.Parallel()
	m := vinst(t)
	cases := read(t, m, log)
	if len(cases) != 2 || len(cases[0].Rows) != 3 || replay.Rows(cases) != 4 {
		t.Fatalf("cases: %v", cases)
	}
	got, err := m.Step("desks/vinst", "desks/vinst/tickets/VINS000001", cases[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	want := &triagev1.ImportTicketStepRequest{
		Name: "desks/vinst/tickets/VINS000001", RequestId: got.GetRequestId(),
		OccurredAt: timestamppb.New(time.Date(2030, 1, 2, 9, 0, 0, 0, time.UTC)), SourceRow: "vinst:9-1#2",
		Status: triagev1.TicketStatus_TICKET_STATUS_ASSIGNED, SubStatus: "Awaiting Assignment",
		HolderParty: "desks/vinst/parties/org-line-r", HolderGroup: "desks/vinst/parties/org-line-r/groups/q7-2nd-3rd",
		Assignee: "desks/vinst/persons/owner-b", Impact: triagev1.Impact_IMPACT_HIGH,
		Labels: map[string]string{"product": "P1", "country": "dk", "function_division": "X1"},
	}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestACaseBeginsWhenItsFirstRowDoes(t *testing.T) {
	t.Parallel()
	m := vinst(t)
	c := read(t, m, log)[0]
	submission := m.Submission("desks/vinst", c)
	if got := submission.GetImport().GetOccurredAt().AsTime(); !got.Equal(c.Rows[0].Time) {
		t.Errorf("submitted at %v, first row at %v", got, c.Rows[0].Time)
	}
	if submission.GetTitle().GetText() != "VINST 9-1" || submission.GetExternalIds()["vinst"] != "9-1" {
		t.Errorf("the case cannot be found again by its own id: %v", submission)
	}
}

func TestRequestIDsFollowFromDeskCaseAndRow(t *testing.T) {
	t.Parallel()
	m := vinst(t)
	cases := read(t, m, log)
	seen := map[string]string{}
	note := func(id, what string) {
		if other, twice := seen[id]; twice {
			t.Errorf("%s and %s have the same request id", what, other)
		}
		seen[id] = what
	}
	for _, desk := range []string{"desks/vinst", "desks/other"} {
		for _, c := range cases {
			note(m.Submission(desk, c).GetRequestId(), desk+c.ID+" submission")
			note(m.Finish(desk, "t", c).GetRequestId(), desk+c.ID+" finish")
			for i := range c.Rows {
				step, err := m.Step(desk, "t", c, i)
				if err != nil {
					t.Fatal(err)
				}
				again, _ := m.Step(desk, "t", read(t, m, log+"9-3,2031-01-02T10:00:00+01:00,Accepted,Wait,,L,G,Low,,,,x\n")[0], 0)
				if desk+c.ID == "desks/vinst9-1" && i == 0 && again.GetRequestId() != step.GetRequestId() {
					t.Error("a longer export of the same log would import the same row twice")
				}
				note(step.GetRequestId(), desk+step.GetSourceRow())
			}
		}
	}
}

func TestTheDirectoryHasEachTeamUnderEveryLineThatItWorksFor(t *testing.T) {
	t.Parallel()
	m := vinst(t)
	got, err := m.Directory(read(t, m, log))
	if err != nil {
		t.Fatal(err)
	}
	want := replay.Directory{
		Parties: []replay.Named{{ID: "org-line-q", DisplayName: "Org line Q"}, {ID: "org-line-r", DisplayName: "Org line R"}},
		Groups: []replay.Group{
			{Named: replay.Named{ID: "q7", DisplayName: "Q7"}, Party: "org-line-q", Level: 1},
			{Named: replay.Named{ID: "q7-2nd-3rd", DisplayName: "Q7 2nd 3rd"}, Party: "org-line-r", Level: 2},
			{Named: replay.Named{ID: "r1-2nd", DisplayName: "R1 2nd"}, Party: "org-line-r", Level: 2},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTwoNamesThatWouldBecomeOneAreAnError(t *testing.T) {
	t.Parallel()
	m := vinst(t)
	_, err := m.Directory(read(t, m, header+
		"1,2030-01-02T09:00:00Z,Accepted,Wait,,Line-A,T,Low,,,,x\n2,2030-01-02T09:00:00Z,Accepted,Wait,,line a,T,Low,,,,x\n"))
	if err == nil {
		t.Error("hand-overs between Line-A and line a would be lost without a word")
	}
}

func TestAWordThatTheMappingDoesNotKnowIsToldWithIt(t *testing.T) {
	t.Parallel()
	m := vinst(t)
	for row, want := range map[string]string{
		"1,2030-01-02T09:00:00Z,Parked,Somewhere,,L,T,Low,,,,x\n": "Parked / Somewhere",
		"1,2030-01-02T09:00:00Z,Accepted,Wait,,L,T,Grave,,,,x\n":  "Grave",
		"1,2030-01-02T09:00:00Z,Accepted,Wait,,,T,Low,,,,x\n":     "organisation_line",
	} {
		_, err := m.Step("desks/vinst", "t", read(t, m, header+row)[0], 0)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", row, err)
		}
	}
}

func TestAWrongMappingIsToldWhole(t *testing.T) {
	t.Parallel()
	_, err := replay.ParseMapping([]byte(
		"source: V!\nstatus: {columns: [s], becomes: {a: DONE}}\ngroup: {column: g, otherwise: 9}\n"))
	for _, field := range []string{"source", "title", "case.column", "status.becomes.a", "group.otherwise", "desk.contact_party"} {
		if err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not mentioned in: %v", field, err)
		}
	}
	if _, err := replay.ParseMapping([]byte("sauce: x\n")); err == nil || !strings.Contains(err.Error(), "sauce") {
		t.Errorf("a misspelt key is without effect: %v", err)
	}
}

func TestALogWithoutAColumnIsRefusedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	_, err := vinst(t).Read(strings.NewReader("case,changed_at\n"))
	if err == nil || !strings.Contains(err.Error(), "labels.product") || !strings.Contains(err.Error(), `"organisation_line"`) {
		t.Errorf("error: %v", err)
	}
}

const vinstLog = "/work/shared/data/vinst-incidents.csv.gz"

func TestEveryRowOfTheVINSTLogHasItsStep(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(vinstLog); err != nil {
		t.Skipf("the VINST log is not on this machine (its licence keeps it out of the repository): %v", err)
	}
	m := vinst(t)
	cases, err := m.ReadFile(vinstLog)
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) != 7554 || replay.Rows(cases) != 65533 {
		t.Errorf("%d cases, %d rows", len(cases), replay.Rows(cases))
	}
	directory, err := m.Directory(cases)
	if err != nil {
		t.Fatal(err)
	}
	if len(directory.Parties) != 25 {
		t.Errorf("%d organisation lines, want 25", len(directory.Parties))
	}
	teams := map[string]int{}
	for _, g := range directory.Groups {
		teams[g.ID]++
	}
	shared := 0
	for _, lines := range teams {
		if lines > 1 {
			shared++
		}
	}
	if len(teams) != 649 || shared != 44 {
		t.Errorf("%d teams, %d of them in several lines; want 649 and 44", len(teams), shared)
	}
	for _, c := range cases {
		for i := range c.Rows {
			if _, err := m.Step("desks/vinst", "desks/vinst/tickets/VINS000001", c, i); err != nil {
				t.Fatalf("case %s, line %d: %v", c.ID, c.Rows[i].Line, err)
			}
		}
	}
}
