package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
	"github.com/bavn/bavn/platform/service"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/api"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/migrations"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(service.Spec{Name: "notify", Migrations: migrations.Files}))
})

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

type world struct {
	*api.Notifications
	t    *testing.T
	pool *pgxpool.Pool
	gate *access.Gate
}

// newWorld has a desk with two parties: Jonas is agent and Aud auditor of Netic, Karen is agent of another party.
func newWorld(t *testing.T) *world {
	t.Helper()
	pool, err := pg.Open(t.Context(), pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: feed.CheckEpoch})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	quiet, at := slog.New(slog.DiscardHandler), clock.NewManual(noon)
	authorizer, err := auth.NewAuthorizer(access.Policies, access.PolicySchema, quiet)
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := pagetoken.New([]byte(strings.Repeat("k", pagetoken.KeyBytes)))
	if err != nil {
		t.Fatal(err)
	}
	c := &command.Commands{Pool: pool, Clock: at, Wake: feed.NewWake(pool, quiet)}
	workers := river.NewWorkers()
	river.AddWorker(workers, &command.DeliverWorker{Commands: c})
	c.Jobs, err = jobs.New(jobs.DefaultConfig(), jobs.Deps{
		Pool: pool, Clock: at, Workers: workers, TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: noopmetric.NewMeterProvider(), Logger: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	for person, party := range map[string]string{"jonas:agent": "netic", "aud:auditor": "netic", "karen:agent": "other"} {
		person, role, _ := strings.Cut(person, ":")
		err := membership.Grant(t.Context(), pool, "nsp", &commonv1.Membership{
			Name: "desks/nsp/memberships/" + person, Person: "desks/nsp/persons/" + person,
			Party: "desks/nsp/parties/" + party, Roles: []string{role},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	gate := &access.Gate{Pool: pool, Memberships: membership.NewStore(pool, at), Authorizer: authorizer}
	return &world{
		Notifications: &api.Notifications{Gate: gate, Commands: c, Pages: &api.Pages{Sealer: sealer}},
		t:             t, pool: pool, gate: gate,
	}
}

// message puts a failed message to Mette into the ledger and returns its name. Netic sees its ticket.
func (w *world) message(desk, ticket string, n int) string {
	w.t.Helper()
	const recipient = "mette"
	at := noon.Add(time.Duration(n) * time.Second)
	id := domain.NotificationID(fmt.Sprintf("%s@%d", ticket, n+1), domain.Told{
		Rule: "held.reporter", Recipient: recipient, Medium: notifyv1.Medium_MEDIUM_MAIL,
	}, at)
	_, err := w.pool.Exec(w.t.Context(), `INSERT INTO notifications (desk, notification, ticket, event_revision, event_type, rule,
		recipient, template, person, unit, ticket_status, audience, message_id, traceparent, created_at, delivery, reason, queued_at,
		due_at, settled_at) VALUES ($1, $2, $3, $4, 'ticket.held', 'held.reporter', $5, 'held', '', '', 5, $6, $7, '', $8, 3,
		'SMTP_550', $8, $8, $8)`,
		desk, id, ticket, n+1, recipient, []string{"parties/netic", "persons/" + recipient}, id.String()+"@bavn", at)
	if err != nil {
		w.t.Fatal(err)
	}
	return domain.NotificationName(desk, id.String())
}

func as(t *testing.T, person string) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), auth.Principal{Person: person})
}

func TestAMessageIsSeenByItsRecipientAndByThePartiesOfItsTicketAndByNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.message("nsp", "ASCP00000001", 0)
	for person, c := range map[string]struct{ sees, event bool }{
		"mette": {true, false}, // an event's revision counts what she may not see
		"jonas": {true, true}, "aud": {true, true},
		"ole":   {false, false}, // the affected user has a message of his own
		"karen": {false, false}, "stranger": {false, false},
	} {
		n, err := w.GetNotification(as(t, person), &notifyv1.GetNotificationRequest{Name: name})
		if c.sees != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads the message: %v", person, err)
		}
		if c.event != (n.GetEvent() != "") {
			t.Errorf("%s is told of the event %q", person, n.GetEvent())
		}
		known := person == "karen" || c.sees // whom the desk knows gets a list, and be it empty
		list, err := w.ListNotifications(as(t, person), &notifyv1.ListNotificationsRequest{Parent: "desks/nsp"})
		if known != (err == nil) || c.sees != (len(list.GetNotifications()) == 1) {
			t.Errorf("%s lists %d messages (%v)", person, len(list.GetNotifications()), err)
		}
		list, err = w.ListNotifications(as(t, person), &notifyv1.ListNotificationsRequest{
			Parent: "desks/nsp", Ticket: "desks/nsp/tickets/ASCP00000001",
		})
		if known != (err == nil) || c.sees != (len(list.GetNotifications()) == 1) {
			t.Errorf("%s lists %d messages of the ticket (%v)", person, len(list.GetNotifications()), err)
		}
		keys, all, err := w.gate.Sees(as(t, person), "nsp")
		sees := slices.Contains(keys, "parties/netic") || slices.Contains(keys, "persons/mette")
		if err != nil || all || sees != c.sees {
			t.Errorf("%s hears of the message in the feed: %v, everything: %v (%v)", person, sees, all, err)
		}
	}
}

func TestADeskThatOneHasNoPartInAndOneThatDoesNotExistLookTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.message("nsp", "ASCP00000001", 0)
	for _, desk := range []string{"desks/nsp", "desks/nothing"} {
		list, err := w.ListNotifications(as(t, "stranger"), &notifyv1.ListNotificationsRequest{Parent: desk})
		if want := "NotFound NOT_FOUND parent:not_found"; err == nil || err.Error() != want {
			t.Errorf("a stranger lists %s: %v (%v), want %s", desk, list, err, want)
		}
	}
	_, err := w.ListNotifications(as(t, "jonas"), &notifyv1.ListNotificationsRequest{
		Parent: "desks/nsp", Ticket: "desks/au/tickets/ASCP00000001",
	})
	if !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("another desk's ticket in the question: %v, want INVALID_ARGUMENT", err)
	}
}

func TestAListIsReadPageByPageNewestFirstByTheSameCallerOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var want []string
	for i := range 7 {
		want = append(want, w.message("nsp", fmt.Sprintf("ASCP%08d", i%2), i))
	}
	slices.Reverse(want)
	w.message("au", "ASCP00000000", 0)
	for _, person := range []string{"mette", "jonas"} {
		var got []string
		r := &notifyv1.ListNotificationsRequest{Parent: "desks/nsp", PageSize: 3}
		for page := 0; page == 0 || r.GetPageToken() != ""; page++ {
			answer, err := w.ListNotifications(as(t, person), r)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range answer.GetNotifications() {
				got = append(got, n.GetName())
			}
			r.PageToken = answer.GetNextPageToken()
			if page == 0 {
				other := proto.CloneOf(r)
				other.Ticket = "desks/nsp/tickets/ASCP00000001"
				if _, err := w.ListNotifications(as(t, person), other); !fault.Is(err, fault.InvalidPageToken) {
					t.Errorf("the token of another question: %v, want INVALID_PAGE_TOKEN", err)
				}
				if _, err := w.ListNotifications(as(t, "aud"), r); !fault.Is(err, fault.InvalidPageToken) {
					t.Errorf("another caller's token: %v, want INVALID_PAGE_TOKEN", err)
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s lists\n%v, want\n%v", person, got, want)
		}
	}
}

func TestOnlyAnAgentOfAPartyThatSeesTheTicketSendsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.message("nsp", "ASCP00000001", 0)
	retry := func(person string) error {
		_, err := w.RetryNotification(as(t, person), &notifyv1.RetryNotificationRequest{Name: name, RequestId: uuid.NewString()})
		return err
	}
	for person, reason := range map[string]string{
		"mette": fault.PermissionDenied, "aud": fault.PermissionDenied, // they see it
		"karen": fault.NotFound, "stranger": fault.NotFound, "ole": fault.NotFound, // to them it does not exist
	} {
		if err := retry(person); !fault.Is(err, reason) {
			t.Errorf("%s: %v, want %s", person, err, reason)
		}
	}
	if err := retry("jonas"); err != nil {
		t.Errorf("an agent of the party: %v", err)
	}
}
