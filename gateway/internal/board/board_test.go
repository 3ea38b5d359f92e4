package board_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-ical"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/gateway/internal/board"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/platform/clock"
)

var nine = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) // at the desk

// notify plays the other side: it has boards, and can be away.
type notify struct {
	mu          sync.Mutex
	away        bool
	boards      []*notifyv1.Board
	asked       int
	subscribed  []*notifyv1.SubscribeRequest
	confirmed   []string
	ended       []string
	unknownLink bool
}

func (n *notify) ListBoards(
	context.Context, *notifyv1.ListBoardsRequest, ...grpc.CallOption,
) (*notifyv1.ListBoardsResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	if n.away {
		return nil, status.Error(codes.Unavailable, "away")
	}
	return proto.CloneOf(&notifyv1.ListBoardsResponse{Boards: n.boards}), nil
}

func (n *notify) Subscribe(
	_ context.Context, r *notifyv1.SubscribeRequest, _ ...grpc.CallOption,
) (*notifyv1.SubscribeResponse, error) {
	n.subscribed = append(n.subscribed, r)
	return nil, nil
}

func (n *notify) link(token string, to *[]string) error {
	if n.unknownLink {
		return status.Error(codes.NotFound, "unknown")
	}
	*to = append(*to, token)
	return nil
}

func (n *notify) ConfirmSubscription(
	_ context.Context, r *notifyv1.ConfirmSubscriptionRequest, _ ...grpc.CallOption,
) (*notifyv1.ConfirmSubscriptionResponse, error) {
	return nil, n.link(r.GetToken(), &n.confirmed)
}

func (n *notify) Unsubscribe(
	_ context.Context, r *notifyv1.UnsubscribeRequest, _ ...grpc.CallOption,
) (*notifyv1.UnsubscribeResponse, error) {
	return nil, n.link(r.GetToken(), &n.ended)
}

func in(da, en string) []*commonv1.LocalizedText {
	return []*commonv1.LocalizedText{{LanguageCode: "da", Text: da}, {LanguageCode: "en", Text: en}}
}

func nsp() *notifyv1.Board {
	return &notifyv1.Board{
		Desk: "desks/nsp", DisplayName: "National Servicedesk", LanguageCode: "da", TimeZone: "Europe/Copenhagen",
		Services: []*notifyv1.BusinessService{{Id: "fmk", Labels: in("Fælles Medicinkort", "Shared Medication Record")}},
		Announcements: []*notifyv1.PublicAnnouncement{
			{
				Name: "desks/nsp/announcements/fmk-nede", Kind: profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_ACUTE,
				Titles: in(`Recepter <b>kan ikke</b> åbnes`, "Prescriptions cannot be opened"),
				Bodies: in("Vi arbejder på sagen.\n\nNæste nyt kl. 9:30.", "We are working on it."), Party: "Netic",
				Services: []string{"fmk"}, Regions: []string{"Region Fyn"}, Tickets: []string{"ASCP00000001"}, Unapproved: true,
				PublishTime: timestamppb.New(nine), AnnounceTime: timestamppb.New(nine),
			},
			{
				Name: "desks/nsp/announcements/opdatering", Kind: profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_PLANNED,
				Titles: in("Opdatering", "Update"), Bodies: in("Kort nede.", "Down for a moment."), Party: "Netic",
				StartTime: timestamppb.New(nine.Add(24 * time.Hour)), EndTime: timestamppb.New(nine.Add(25 * time.Hour)),
				PublishTime: timestamppb.New(nine), AnnounceTime: timestamppb.New(nine),
			},
			{
				Name: "desks/nsp/announcements/gammel", Kind: profilev1.AnnouncementKind_ANNOUNCEMENT_KIND_COMPLETED,
				Titles: in("Det gamle", "The old one"), Bodies: in("Er løst.", "Is solved."), Party: "Netic",
				PublishTime: timestamppb.New(nine.Add(-time.Hour)), AnnounceTime: timestamppb.New(nine), CompleteTime: timestamppb.New(nine),
				ShowUntilTime: timestamppb.New(nine.Add(7 * 24 * time.Hour)),
			},
		},
	}
}

type world struct {
	testing.TB
	notify *notify
	clock  *clock.Manual
	boards *board.Boards
	// extracts is whether the desk publishes lists of its cases.
	extracts bool
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{TB: tb, notify: &notify{boards: []*notifyv1.Board{nsp()}}, clock: clock.NewManual(nine)}
	var err error
	w.boards, err = board.New(board.DefaultConfig(), board.Deps{
		Source: w.notify, Clock: w.clock, Logger: slog.New(slog.DiscardHandler), PublicURL: "https://bavn.example",
		Stylesheets: []string{"/assets/index-1.css"}, Missing: http.NotFoundHandler(),
		Extracts: func(string) bool { return w.extracts },
	})
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

func (w *world) refresh() {
	w.Helper()
	if err := w.boards.Refresh(w.Context()); err != nil {
		w.Fatal(err)
	}
}

func (w *world) get(path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	w.boards.ServeHTTP(answer, r)
	return answer
}

func (w *world) post(path, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer := httptest.NewRecorder()
	w.boards.ServeHTTP(answer, r)
	return answer
}

// R87: planned changes, acute events, and what was completed in the last days, in the reader's language.
func TestTheFrontPageHasThreeLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refresh()
	for path, want := range map[string][]string{
		"/board/nsp": {
			`<html lang="da">`, "Akutte hændelser", "Recepter &lt;b&gt;kan ikke&lt;/b&gt; åbnes", "Planlagte ændringer", "Opdatering",
			"Afsluttet for nylig", "Det gamle", "23.11.2026 kl. 09.00", "ASCP00000001", "Region Fyn", "Fælles Medicinkort",
			"Sendt ud uden godkendelse", "<p>Næste nyt kl. 9:30.</p>",
		},
		"/board/nsp?language=en": {`<html lang="en">`, "Acute events", "Prescriptions cannot be opened", "23 Nov 2026, 09:00"},
		"/board/nsp?language=sv": {`<html lang="sv">`, "Akuta händelser", `<h3 id="fmk-nede-title" lang="da">`},
	} {
		answer := w.get(path)
		if answer.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, answer.Code)
		}
		for _, words := range want {
			if !strings.Contains(answer.Body.String(), words) {
				t.Errorf("%s does not say %q:\n%s", path, words, answer.Body)
			}
		}
		sound(t, path, answer.Body.String())
	}
	if got := w.get("/board/nsp", "Accept-Language", "sv-FI,en;q=0.5").Header().Get("Content-Language"); got != "sv" {
		t.Errorf("a Swedish browser is answered in %s", got)
	}
	if got := w.get("/board/nsp", "Accept-Language", "fr").Header().Get("Content-Language"); got != "da" {
		t.Errorf("a French browser is answered in %s, want the desk's language", got)
	}
	for _, path := range []string{"/board/other", "/board/", "/board/nsp/nothing", "/board/nsp/da", "/board/../nsp"} {
		if answer := w.get(path); answer.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Code)
		}
	}
}

var inline = regexp.MustCompile(`<script|<style|\sstyle=|\son[a-z]+=`)

// sound is what a browser without scripts, and a screen reader, need of any page.
func sound(t *testing.T, path, page string) {
	t.Helper()
	if n := strings.Count(page, "<h1"); n != 1 {
		t.Errorf("%s has %d first headings", path, n)
	}
	if refused := inline.FindString(page); refused != "" {
		t.Errorf("%s has %q, which the content security policy refuses", path, refused)
	}
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[id[1]] {
			t.Errorf("%s has the id %q twice", path, id[1])
		}
		ids[id[1]] = true
	}
	for _, reference := range regexp.MustCompile(` (?:for|aria-labelledby|aria-describedby|href)="#?([a-z0-9-]+)"`).
		FindAllStringSubmatch(page, -1) {
		if !ids[reference[1]] {
			t.Errorf("%s refers to %q, which is not there", path, reference[1])
		}
	}
	if err := xml.NewDecoder(strings.NewReader(page)).Decode(new(struct{})); errors.As(err, new(*xml.SyntaxError)) &&
		!strings.Contains(err.Error(), "meta") && !strings.Contains(err.Error(), "link") {
		t.Errorf("%s is not well formed: %v", path, err)
	}
}

// R87: what was last known is shown while notify is away, however many ask and however long it takes; after a while the page
// says so.
func TestTheBoardIsShownFromMemoryWhileNotifyIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.notify.away = true
	if err := w.boards.Refresh(t.Context()); err == nil {
		t.Fatal("notify is away, and nobody notices")
	}
	if answer := w.get("/board/nsp"); answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" {
		t.Errorf("before anything was read: %d", answer.Code)
	}
	w.notify.away = false
	w.refresh()
	w.notify.away = true
	before := w.notify.asked
	fresh := w.get("/board/nsp").Body.String()
	for range 1000 {
		if answer := w.get("/board/nsp"); answer.Code != http.StatusOK {
			t.Fatalf("with notify away: %d", answer.Code)
		}
	}
	if w.notify.asked != before {
		t.Errorf("1000 readers made %d questions to notify, want none", w.notify.asked-before)
	}
	w.clock.Advance(time.Minute)
	_ = w.boards.Refresh(t.Context())
	if w.get("/board/nsp").Body.String() != fresh {
		t.Error("a minute without news changes the page")
	}
	w.clock.Advance(2 * time.Minute)
	_ = w.boards.Refresh(t.Context())
	page := w.get("/board/nsp").Body.String()
	if !strings.Contains(page, "kan ikke hente nyt lige nu") || !strings.Contains(page, "Det gamle") {
		t.Error("three minutes without news, and the page does not say so")
	}
	w.clock.Set(nine.Add(7 * 24 * time.Hour))
	_ = w.boards.Refresh(t.Context())
	if strings.Contains(w.get("/board/nsp").Body.String(), "Det gamle") {
		t.Error("what was completed a week ago is shown for as long as notify is away")
	}
	w.notify.away = false
	w.refresh()
	if strings.Contains(w.get("/board/nsp").Body.String(), "kan ikke hente nyt") {
		t.Error("with notify back, the page is still stale")
	}
}

func TestWhatHasNotChangedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refresh()
	for _, path := range []string{"/board/nsp", "/board/nsp/feed.atom", "/board/nsp/calendar.ics", "/board/nsp/board.json"} {
		first := w.get(path)
		tag, cache := first.Header().Get("ETag"), first.Header().Get("Cache-Control")
		varies := strings.Join(first.Header()["Vary"], ",")
		if tag == "" || !strings.Contains(cache, "public, max-age=") || !strings.Contains(varies, "Accept-Language") {
			t.Errorf("%s: ETag %q, Cache-Control %q, Vary %v", path, tag, cache, first.Header()["Vary"])
		}
		w.clock.Advance(time.Second)
		w.refresh()
		if again := w.get(path, "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s: unchanged, and answered %d with %d bytes", path, again.Code, again.Body.Len())
		}
	}
	tag := w.get("/board/nsp").Header().Get("ETag")
	w.notify.boards[0].Announcements[0].Bodies = in("Næsten løst.", "Almost solved.")
	w.refresh()
	now := w.get("/board/nsp", "If-None-Match", tag)
	if now.Code != http.StatusOK || !strings.Contains(now.Body.String(), "Næsten løst.") {
		t.Errorf("changed, and answered %d", now.Code)
	}
	w.notify.boards = nil
	w.refresh()
	if gone := w.get("/board/nsp"); gone.Code != http.StatusNotFound {
		t.Errorf("a board that is public no more: %d", gone.Code)
	}
}

func TestTheFeedsAreWhatTheirReadersExpect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refresh()
	var feed struct {
		XMLName xml.Name
		ID      string `xml:"id"`
		Entries []struct {
			ID, Title, Updated string
		} `xml:"entry"`
	}
	answer := w.get("/board/nsp/feed.atom?language=en")
	if err := xml.Unmarshal(answer.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if feed.XMLName.Space != "http://www.w3.org/2005/Atom" || len(feed.Entries) != 3 || answer.Header().Get("Content-Type") !=
		"application/atom+xml; charset=utf-8" {
		t.Errorf("%s: %+v", answer.Header().Get("Content-Type"), feed)
	}
	cal, err := ical.NewDecoder(w.get("/board/nsp/calendar.ics").Body).Decode()
	if err != nil {
		t.Fatal(err)
	}
	if events := cal.Events(); len(events) != 3 {
		t.Errorf("the calendar has %d events", len(events))
	} else if start, err := events[1].DateTimeStart(time.UTC); err != nil || !start.Equal(nine.Add(24*time.Hour)) {
		t.Errorf("the planned change begins at %s (%v)", start, err)
	}
	var object struct {
		Desk          string
		Announcements []struct{ Name string }
	}
	if err := json.Unmarshal(w.get("/board/nsp/board.json").Body.Bytes(), &object); err != nil || len(object.Announcements) != 3 {
		t.Errorf("%+v (%v)", object, err)
	}
	w.notify.boards[0].Announcements = nil
	w.refresh()
	if _, err := ical.NewDecoder(w.get("/board/nsp/calendar.ics").Body).Decode(); err != nil {
		t.Errorf("the calendar of an empty board: %v", err)
	}
	sound(t, "an empty board", w.get("/board/nsp").Body.String())
}

// BenchmarkPage is a reader of the page, over HTTP, on one core: `go test -bench . -cpu 1 ./gateway/internal/board`.
func BenchmarkPage(b *testing.B) {
	w := newWorld(b)
	w.refresh()
	server := httptest.NewServer(w.boards)
	defer server.Close()
	for name, header := range map[string]string{"whole": "", "unchanged": w.get("/board/nsp").Header().Get("ETag")} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, server.URL+"/board/nsp", nil)
				if err != nil {
					b.Fatal(err)
				}
				r.Header.Set("Accept-Encoding", "identity")
				if header != "" {
					r.Header.Set("If-None-Match", header)
				}
				answer, err := server.Client().Do(r)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, answer.Body)
				_ = answer.Body.Close()
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
		})
	}
}

// R90: the board leads to the lists of cases as soon as the desk publishes some, and not before.
func TestTheBoardLeadsToTheListsOfItsDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	leads := func() bool {
		w.refresh()
		return strings.Contains(w.get("/board/nsp?language=da").Body.String(), `href="/extracts/nsp?language=da"`)
	}
	if leads() {
		t.Error("the board leads to lists that there are none of")
	}
	if w.extracts = true; !leads() {
		t.Error("the board does not lead to the lists")
	}
}
