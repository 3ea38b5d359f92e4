package extracts

import (
	"context"
	"encoding/csv"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/gateway/internal/public"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// reporting plays the other side: it has lists, page by page, and can be away.
type reporting struct {
	away  bool
	desks []*reportingv1.DeskExtracts
}

func (r *reporting) ListPublicExtracts(
	_ context.Context, asked *reportingv1.ListPublicExtractsRequest, _ ...grpc.CallOption,
) (*reportingv1.ListPublicExtractsResponse, error) {
	if r.away {
		return nil, status.Error(codes.Unavailable, "away")
	}
	for i, desk := range r.desks {
		if desk.GetDesk() > asked.GetPageToken() {
			page := &reportingv1.ListPublicExtractsResponse{Desks: r.desks[i : i+1]}
			if i+1 < len(r.desks) {
				page.NextPageToken = desk.GetDesk()
			}
			return page, nil
		}
	}
	return &reportingv1.ListPublicExtractsResponse{}, nil
}

var monday = timestamppb.New(time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC)) // midnight at the desk

func words(da, en string) []*commonv1.LocalizedText {
	return []*commonv1.LocalizedText{{LanguageCode: "da", Text: da}, {LanguageCode: "en", Text: en}}
}

func nsp() *reportingv1.DeskExtracts {
	return &reportingv1.DeskExtracts{
		Desk: "desks/nsp", DisplayName: "National Servicedesk", LanguageCode: "da", TimeZone: "Europe/Copenhagen",
		Categories: []*reportingv1.Term{{Id: "nsp", Labels: words(`=HYPERLINK("http://evil.example")`, "Platform")}},
		Parties:    []*reportingv1.Term{{Id: "sds", Labels: words("Sundhedsdata <b>styrelsen</b>", "SDS")}},
		Extracts: []*reportingv1.Extract{
			{
				Name: "desks/nsp/extracts/open", Labels: words("Åbne sager", "Open cases"), Public: true,
				LatestEdition: &reportingv1.ExtractEdition{
					Name: "desks/nsp/extracts/open/editions/2026-11-23", TakeTime: monday, Count: 1,
					Rows: []*reportingv1.ExtractRow{{
						Ticket: "ASCP00000001", Status: triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS, Priority: "P3", Category: "nsp",
						HolderParty: "sds", OwnerParty: "netic", SubmitTime: monday, AgeDays: 3,
					}},
				},
			},
			{Name: "desks/nsp/extracts/pending_release", Labels: words("Afventer release", "Pending release"), Public: true},
		},
	}
}

func shownBy(t *testing.T, source *reporting) *Extracts {
	t.Helper()
	e, err := New(DefaultConfig(), Deps{Source: source, Logger: slog.New(slog.DiscardHandler), Missing: http.NotFoundHandler()})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func get(e *Extracts, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, r)
	return w
}

// R90: a cell that a spreadsheet would take for a formula is words there.
func TestNothingInASheetRunsWhereItIsOpened(t *testing.T) {
	t.Parallel()
	e := shownBy(t, &reporting{desks: []*reportingv1.DeskExtracts{nsp()}})
	if err := e.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer := get(e, "/extracts/nsp/open.csv?language=da")
	rows, err := csv.NewReader(answer.Body).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("the sheet is %v (%v)", rows, err)
	}
	want := []string{
		"ASCP00000001", "I gang", "P3", `'=HYPERLINK("http://evil.example")`, "Sundhedsdata <b>styrelsen</b>", "netic", "",
		"2026-11-23", "3", "",
	}
	if !slices.Equal(rows[1], want) {
		t.Errorf("the sheet says %q, want %q", rows[1], want)
	}
	for _, begins := range []string{"=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"} {
		if inert(begins) != "'"+begins {
			t.Errorf("%q is still a formula", begins)
		}
	}
}

// R90: the page says every list in each language, and what comes from a profile is words there, never markup.
func TestThePageIsReadInEveryLanguage(t *testing.T) {
	t.Parallel()
	e := shownBy(t, &reporting{desks: []*reportingv1.DeskExtracts{nsp()}})
	if err := e.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	for language, says := range map[string]string{"da": "Åbne sager", "sv": "Listor över ärenden", "en": "Open cases"} {
		answer := get(e, "/extracts/nsp", "Accept-Language", language)
		page := answer.Body.String()
		if spoken := answer.Header().Get("Content-Language"); spoken != language || !strings.Contains(page, says) {
			t.Errorf("in %s the page speaks %s and says %s", language, spoken, page)
		}
		if strings.Contains(page, "<b>styrelsen") || !strings.Contains(page, "ASCP00000001") {
			t.Errorf("the words of a profile are markup: %s", page)
		}
	}
	for key, said := range own {
		if slices.Contains(said[:], "") || len(said) != len(public.Languages) {
			t.Errorf("%s is not said in every language: %q", key, said)
		}
	}
	for _, name := range triagev1.TicketStatus_name {
		own.Say("en", name)
	}
}

// R90: while reporting is away what was last known stays; before it was ever known nothing is made up; every page is read.
func TestWhatWasLastKnownStays(t *testing.T) {
	t.Parallel()
	au := nsp()
	au.Desk = "desks/au"
	source := &reporting{away: true, desks: []*reportingv1.DeskExtracts{au, nsp()}}
	e := shownBy(t, source)
	if err := e.Refresh(t.Context()); err == nil || get(e, "/extracts/nsp").Code != http.StatusServiceUnavailable || e.Of("nsp") {
		t.Error("a list is shown that nobody knows")
	}
	source.away = false
	if err := e.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	source.away = true
	if err := e.Refresh(t.Context()); err == nil {
		t.Error("nobody hears that reporting is away")
	}
	for path, code := range map[string]int{
		"/extracts/nsp": 200, "/extracts/au": 200, "/extracts/nsp/extracts.json": 200, "/extracts/style.css": 200,
		"/extracts/sundk": 404, "/extracts/nsp/nothing.csv": 404, "/extracts/": 404,
	} {
		if got := get(e, path).Code; got != code {
			t.Errorf("%s answers %d, want %d", path, got, code)
		}
	}
	if !e.Of("nsp") || e.Of("sundk") {
		t.Error("the boards lead to the wrong lists")
	}
}
