package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/triage/app"
)

func numbers(tickets []*triagev1.Ticket) []string {
	list := make([]string, len(tickets))
	for i, t := range tickets {
		list[i] = t.GetName()[strings.LastIndexByte(t.GetName(), '/')+1:]
	}
	return list
}

func TestAListIsFilteredByWhatTheContractNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open, working, solved := w.open(), w.inProgress(), w.resolved()
	must(w.tickets.UpdateTicket(w.as("mette"), &triagev1.UpdateTicketRequest{
		RequestId: requestID(), UpdateMask: mask("impact", "priority"),
		Ticket: &triagev1.Ticket{Name: open.GetName(), Impact: triagev1.Impact_IMPACT_HIGH, Priority: "P1"},
	}))(t)
	all := []string{"ASCP00000003", "ASCP00000002", "ASCP00000001"}
	_, _ = working, solved
	for filter, want := range map[string][]string{
		"":                                  all,
		`status = "TICKET_STATUS_RESOLVED"`: {"ASCP00000003"},
		`status_class = "STATUS_CLASS_OPEN" AND owner = "` + who("mette") + `"`: {"ASCP00000002"},
		`status_class != "STATUS_CLASS_OPEN" OR impact = "IMPACT_HIGH"`:         {"ASCP00000003", "ASCP00000001"},
		`NOT assignee = ""`:                               {"ASCP00000003", "ASCP00000002"},
		`priority = "P1"`:                                 {"ASCP00000001"},
		`holder_party = "` + spoc + `"`:                   all,
		`holder_party = "desks/au/parties/spoc"`:          {},
		`reporter = "` + who("karen") + `"`:               all,
		`create_time > "2020-01-01T00:00:00Z"`:            all,
		`create_time < timestamp("2020-01-01T00:00:00Z")`: {},
	} {
		got, err := w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{Parent: desk, Filter: filter})
		if err != nil || !slices.Equal(numbers(got.GetTickets()), want) {
			t.Errorf("%s: %v (%v), want %v", filter, numbers(got.GetTickets()), err, want)
		}
	}
	for _, filter := range []string{
		`title = "x"`, `status = "OPEN"`, `status > "TICKET_STATUS_RESOLVED"`, `status = status`, `create_time = "yesterday"`,
		`status = "`, `(`, `assignee : "x"`, `1 = 1`, `priority = "P1'; DROP TABLE tickets; --`,
	} {
		_, err := w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{Parent: desk, Filter: filter})
		if !fault.Is(err, "INVALID_FILTER") || !slices.Equal(fields(err), []string{"filter"}) {
			t.Errorf("%s: %v, want INVALID_FILTER", filter, err)
		}
	}
	if got := must(w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{
		Parent: desk, Filter: `priority = "P1' OR 'a' = 'a"`,
	}))(t); len(got.GetTickets()) != 0 {
		t.Error("a quote in a value reaches the SQL")
	}
	first := must(w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{Parent: desk}))(t).GetTickets()[0]
	if first.GetTitle() == "" || first.GetEtag() == "" {
		t.Errorf("a list shows no title or etag: %v", first)
	}
}

func TestPagesFollowEachOtherAndTheirTokensBelongToOneQueryOfOneCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 7 {
		w.open()
	}
	var seen []string
	token := ""
	for {
		page := must(w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{Parent: desk, PageSize: 3, PageToken: token}))(t)
		seen = append(seen, numbers(page.GetTickets())...)
		if token = page.GetNextPageToken(); token == "" {
			break
		}
		w.open() // what is new meanwhile comes before, and moves nothing
	}
	if want := []string{"7", "6", "5", "4", "3", "2", "1"}; len(seen) != len(want) {
		t.Errorf("pages hold %v", seen)
	}
	token = must(w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{Parent: desk, PageSize: 3}))(t).GetNextPageToken()
	for what, call := range map[string]func() error{
		"another filter": func() error {
			_, err := w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{
				Parent: desk, PageToken: token, Filter: `assignee = ""`,
			})
			return err
		},
		"another person": func() error {
			_, err := w.tickets.ListTickets(w.as("chr"), &triagev1.ListTicketsRequest{Parent: desk, PageToken: token})
			return err
		},
		"another desk": func() error {
			_, err := w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{Parent: "desks/au", PageToken: token})
			return err
		},
		"another list": func() error {
			_, err := w.directory.ListParties(w.as("mette"), &triagev1.ListPartiesRequest{Parent: desk, PageToken: token})
			return err
		},
		"made up": func() error {
			_, err := w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{Parent: desk, PageToken: "AAAA"})
			return err
		},
	} {
		if err := call(); !fault.Is(err, fault.InvalidPageToken) {
			t.Errorf("a token for %s: %v, want INVALID_PAGE_TOKEN", what, err)
		}
	}
	page := must(w.tickets.ListTickets(w.as("mette"), &triagev1.ListTicketsRequest{
		Parent: desk, PageSize: 500, PageToken: token,
	}))(t)
	if len(page.GetTickets()) == 0 {
		t.Error("another page size is no other query")
	}
}

// volume is a desk with a few thousand seeded tickets.
func (w *world) volume(tickets int) {
	w.t.Helper()
	if err := app.Seed(w.t.Context(), w.pool, app.SeedOptions{
		Desk: "nsp", Tickets: tickets, First: 1_000_000, Groups: []string{drift, nett}, ClosedOf10: 4,
		Began: w.clock.Now().Add(-24 * time.Hour),
	}); err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.pool.Exec(w.t.Context(), "ANALYZE"); err != nil {
		w.t.Fatal(err)
	}
}

func TestSeededTicketsAreLikeAllOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.volume(50)
	list := must(w.tickets.ListTickets(w.as("chr"), &triagev1.ListTicketsRequest{Parent: desk, PageSize: 100}))(t)
	if len(list.GetTickets()) != 50 {
		t.Fatalf("%d tickets", len(list.GetTickets()))
	}
	for _, ticket := range list.GetTickets() {
		if _, err := feed.VerifyChain(feed.Head{}, w.events(ticket.GetName())); err != nil {
			t.Errorf("%s: %v", ticket.GetName(), err)
		}
	}
	next := must(w.tickets.TakeNextTicket(w.as("jonas"), &triagev1.TakeNextTicketRequest{
		Parent: desk, Party: netic, Group: drift, RequestId: requestID(),
	}))(t)
	must(w.tickets.ResolveTicket(w.as("jonas"), &triagev1.ResolveTicketRequest{
		Name: next.GetName(), RequestId: requestID(), Solution: danish("Ok"),
		SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	}))(t)
	if _, err := feed.VerifyChain(feed.Head{}, w.events(next.GetName())); err != nil {
		t.Errorf("a seeded ticket that lived on: %v", err)
	}
}

// TestHotQueriesUseTheirIndexes asks the planner: a page must cost the same whatever lies behind it.
func TestHotQueriesUseTheirIndexes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.volume(6000)
	statements := w.statements()
	for name, tc := range map[string]struct {
		args      []any
		want, not string
	}{
		"LockNextTicket": {[]any{"nsp", "parties/netic/groups/drift"}, "tickets_pile", "Sort"},
		"LockTicket":     {[]any{"nsp", "ASCP01000100", desk + "/tickets/ASCP01000100"}, "tickets_pkey", "Seq Scan on tickets"},
		"LockTicket, its texts": {
			[]any{"nsp", "ASCP01000100", desk + "/tickets/ASCP01000100"}, "event_texts_pkey", "Seq Scan on event_texts",
		},
		"ListTickets, who sees nearly all": {
			[]any{"nsp", []string{"persons/chr", "parties/sds"}, "ASCP01003000", 51}, "tickets_pkey", "Seq Scan on tickets",
		},
		"ListTickets, a reporter": {
			[]any{"nsp", []string{"persons/reporter-17"}, "ASCP01003000", 51}, "tickets_audience", "Seq Scan on tickets",
		},
	} {
		query, _, _ := strings.Cut(name, ",")
		plan := w.plan(statements[query], tc.args)
		if !strings.Contains(plan, tc.want) || strings.Contains(plan, tc.not) {
			t.Errorf("%s must use %s and no %s:\n%s", name, tc.want, tc.not, plan)
		}
	}
}

// statements are the hot statements as the service sends them.
func (w *world) statements() map[string]string {
	return map[string]string{
		"LockNextTicket": app.LockNextTicketSQL, "LockTicket": app.LockTicketSQL,
		"ListTickets": app.ListTicketsSQL("desks/nsp"),
	}
}

func (w *world) plan(sql string, args []any) string {
	w.t.Helper()
	rows := must(w.pool.Query(w.t.Context(), "EXPLAIN (ANALYZE, BUFFERS) "+sql, args...))(w.t)
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			w.t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return plan.String()
}

func TestWordsAreFoundByTheirLanguageAmongWhatTheCallerSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.opening()
	mine.Title, mine.Description = danish("Printerne i skranken svarer ikke"), danish("Papir er der nok af.")
	name := must(w.intake.OpenTicket(t.Context(), mine))(t).GetName()
	other := w.opening()
	other.Title.Text, other.Title.LanguageCode = "Skrivarna svarar inte", "sv"
	other.Reporter, other.AffectedUser = who("stranger"), who("stranger")
	must(w.intake.OpenTicket(t.Context(), other))(t)
	find := func(person, query string) []string {
		t.Helper()
		found := must(w.tickets.SearchTickets(w.as(person), &triagev1.SearchTicketsRequest{Parent: desk, Query: query}))(t)
		return numbers(found.GetTickets())
	}
	eventually(t, "the words are indexed", func() bool {
		return len(find("mette", "printer")) == 1 && len(find("mette", "skrivare")) == 1
	})
	for _, tc := range []struct {
		person, query string
		want          []string
	}{
		{"mette", "printer papir", []string{"ASCP00000001"}},
		{"mette", "printer -papir", []string{}},
		{"mette", `"svarer ikke"`, []string{"ASCP00000001"}},
		{"karen", "skranke", []string{"ASCP00000001"}},
		{"karen", "skrivare", []string{}},
		{"stranger", "skrivare", []string{"ASCP00000002"}},
		{"stranger", "printer", []string{}},
		{"mette", "findes ikke i nogen sag", []string{}},
		{"mette", "'); --", []string{}},
	} {
		if got := find(tc.person, tc.query); !slices.Equal(got, tc.want) {
			t.Errorf("%s searches %s: %v, want %v", tc.person, tc.query, got, tc.want)
		}
	}
	must(w.tickets.UpdateTicket(w.as("mette"), &triagev1.UpdateTicketRequest{
		RequestId: requestID(), UpdateMask: mask("title"), Ticket: &triagev1.Ticket{Name: name, Title: "Scanneren er nede"},
	}))(t)
	eventually(t, "the new title is found and the old is not", func() bool {
		return len(find("mette", "scanner")) == 1 && len(find("mette", "skranke")) == 0
	})
	_, err := w.tickets.SearchTickets(w.as("mette"), &triagev1.SearchTicketsRequest{Parent: desk, Query: "x"})
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("a search for one letter: %v", err)
	}
}
