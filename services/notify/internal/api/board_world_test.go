package api_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	noopmetric "go.opentelemetry.io/otel/metric/noop"
	nooptrace "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/followed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/api"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/project"
)

// monday is nine in the morning at the desk.
var monday = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// boardWorld is notify with two desks that follow the profile of NSP, and everybody around it played by itself.
type boardWorld struct {
	t        *testing.T
	pool     *pgxpool.Pool
	clock    *clock.Manual
	profile  *profile.Profile
	board    *command.Board
	gate     *access.Gate
	announce *api.Announcements
	boards   *api.Boards
	around   *around
}

// around are triage, intake and the mail server.
type around struct {
	triagev1.TicketServiceClient
	intakev1.PersonServiceClient
	mu        sync.Mutex
	away      bool // triage
	served    *triagev1.ProcessProfile
	tickets   map[string]*triagev1.Ticket
	revisions map[string]int64
	submitted []*intakev1.SubmitTicketRequest
	sent      []domain.Dispatch
}

func (a *around) GetTicket(ctx context.Context, r *triagev1.GetTicketRequest, _ ...grpc.CallOption) (*triagev1.Ticket, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	principal, _ := auth.FromContext(ctx)
	t := a.tickets[r.GetName()]
	if t == nil || principal.Person == "karen" { // Karen's party has no part in any of them
		return nil, status.Error(codes.NotFound, "unknown")
	}
	return proto.CloneOf(t), nil
}

func (a *around) GetProfile(
	_ context.Context, r *triagev1.GetProfileRequest, _ ...grpc.CallOption,
) (*triagev1.ProcessProfile, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.away:
		return nil, status.Error(codes.Unavailable, "away")
	case strings.HasPrefix(r.GetName(), "desks/plain/"):
		return nil, status.Error(codes.NotFound, "follows none")
	}
	return proto.CloneOf(a.served), nil
}

func (a *around) BatchGetPersons(
	_ context.Context, r *intakev1.BatchGetPersonsRequest, _ ...grpc.CallOption,
) (*intakev1.BatchGetPersonsResponse, error) {
	answer := new(intakev1.BatchGetPersonsResponse)
	for _, name := range r.GetNames() {
		answer.Persons = append(answer.Persons, &intakev1.Person{Name: name, DisplayName: "N. N.", Email: id(name) + "@example.org"})
	}
	return answer, nil
}

func (a *around) SubmitTicket(
	_ context.Context, r *intakev1.SubmitTicketRequest, _ ...grpc.CallOption,
) (*intakev1.Submission, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.submitted = append(a.submitted, r)
	return &intakev1.Submission{Ticket: r.GetParent() + "/tickets/ASCP00009999"}, nil
}

func (a *around) Address(p *intakev1.Person) string { return p.GetEmail() }

func (a *around) Send(_ context.Context, messages []domain.Dispatch) []domain.Attempt {
	a.mu.Lock()
	defer a.mu.Unlock()
	attempts := make([]domain.Attempt, len(messages))
	for i, m := range messages {
		a.sent, attempts[i] = append(a.sent, m), domain.Accepted
	}
	return attempts
}

func id(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// newBoardWorld has the desks nsp and other, both with Jonas (agent of Netic), Ingrid (incident manager) and Karen (agent of
// a party that has nothing), and the desk plain, which follows no profile.
func newBoardWorld(t *testing.T) *boardWorld {
	t.Helper()
	pool, err := pg.Open(t.Context(), pg.Config{URL: database.URL(t)}, pg.Deps{OnConnect: feed.CheckEpoch})
	must(t, err)
	t.Cleanup(pool.Close)
	nsp, err := profile.Load(os.DirFS("../../../../profiles"), "nsp.yaml")
	must(t, err)
	quiet, at := slog.New(slog.DiscardHandler), clock.NewManual(monday)
	authorizer, err := auth.NewAuthorizer(access.Policies, access.PolicySchema, quiet)
	must(t, err)
	sealer, err := pagetoken.New([]byte(strings.Repeat("k", pagetoken.KeyBytes)))
	must(t, err)
	outside := &around{
		served:  &triagev1.ProcessProfile{Version: nsp.Version(), InForce: true, Settings: nsp.Settings()},
		tickets: map[string]*triagev1.Ticket{}, revisions: map[string]int64{},
	}
	metrics, err := command.NewMetrics(noopmetric.NewMeterProvider())
	must(t, err)
	references, err := mailref.New(mailref.Config{Keys: []string{strings.Repeat("ab", 32)}})
	must(t, err)
	c := &command.Commands{
		References: references,
		Pool:       pool, Clock: at, Wake: feed.NewWake(pool, quiet), Intake: outside, Triage: outside, Metrics: metrics,
		Couriers: map[notifyv1.Medium]command.Courier{notifyv1.Medium_MEDIUM_MAIL: outside}, MailDomain: "bavn.example",
		TicketURL: "https://bavn.example/desks/{desk}/tickets/{ticket}", SendTimeout: time.Second, JobTimeout: time.Minute,
		RetryAfter: time.Second, Patience: domain.Patience{First: time.Second, Longest: time.Minute, GiveUp: time.Hour},
	}
	c.Board = &command.Board{
		Commands: c, Submissions: outside, Secrets: sealer, URL: "https://bavn.example/board/{desk}",
		Profiles: command.FollowedProfiles(pool, at, outside),
	}
	c.Jobs, err = jobs.New(jobs.DefaultConfig(), jobs.Deps{
		Pool: pool, Clock: at, Workers: river.NewWorkers(), TracerProvider: nooptrace.NewTracerProvider(),
		MeterProvider: noopmetric.NewMeterProvider(), Logger: quiet,
	})
	must(t, err)
	gate := &access.Gate{Pool: pool, Memberships: membership.NewStore(pool, at), Authorizer: authorizer}
	w := &boardWorld{
		t: t, pool: pool, clock: at, profile: nsp, board: c.Board, gate: gate, around: outside,
		announce: &api.Announcements{Gate: gate, Board: c.Board, Pages: &api.Pages{Sealer: sealer}},
		boards:   &api.Boards{Gate: gate, Board: c.Board},
	}
	for _, desk := range []string{"nsp", "other", "plain"} {
		w.furnish(desk)
	}
	return w
}

func newProfiles(w *boardWorld) *followed.Profiles[*profile.Profile] {
	return command.FollowedProfiles(w.pool, w.clock, w.around)
}

func (w *boardWorld) furnish(desk string) {
	w.t.Helper()
	name := "desks/" + desk
	said := &triagev1.Desk{Name: name, DisplayName: "Desk " + desk, LanguageCode: "da", AuthorityParty: name + "/parties/digst"}
	if desk != "plain" {
		said.Profile, said.ProfileVersion = "nsp", w.profile.Version()
	}
	w.hear(name, name, "desk.created", &triagev1.DeskEvent{Desk: said})
	for _, party := range []string{"netic", "trifork", "komponent", "digst"} {
		w.hear(name, name+"/parties/"+party, "party.created", &triagev1.PartyEvent{
			Party: &triagev1.Party{Name: name + "/parties/" + party, DisplayName: strings.ToUpper(party)},
		})
	}
	for person, at := range map[string][2]string{
		"jonas": {"netic", "agent"}, "dorte": {"netic", "dispatcher"}, "ingrid": {"digst", "nsp_incident_manager"},
		"karen": {"trifork", "agent"}, "aud": {"netic", "auditor"},
	} {
		w.hear(name, name+"/memberships/"+person, membership.Granted, &commonv1.Membership{
			Name: name + "/memberships/" + person, Person: name + "/persons/" + person, Party: name + "/parties/" + at[0],
			Roles: []string{at[1]},
		})
	}
}

// hear lets notify hear one event of triage, as its subscriber does.
func (w *boardWorld) hear(desk, resource, typ string, payload proto.Message) {
	w.t.Helper()
	packed, err := anypb.New(payload)
	must(w.t, err)
	w.around.revisions[resource]++
	e := &feed.Event{Record: &eventv1.Record{
		Desk: desk, Resource: resource, Revision: w.around.revisions[resource], Type: typ, Payload: packed,
		RecordedAt: timestamppb.New(w.clock.Now()), OccurredAt: timestamppb.New(w.clock.Now()), ProfileVersion: w.profile.Version(),
		Audience: []string{"parties/netic", "parties/digst"},
	}}
	projection := &project.Projection{
		Memberships: membership.NewStore(w.pool, w.clock), Teller: w.board.Commands, Board: w.board, Told: func() {},
	}
	must(w.t, pgx.BeginFunc(w.t.Context(), w.pool, func(tx pgx.Tx) error {
		return projection.Handle(w.t.Context(), tx, []*feed.Event{e})
	}))
}

// ticket is a P1 that Netic has, of which triage tells in an event.
func (w *boardWorld) ticket(desk, number, event string, change ...func(*triagev1.Ticket)) {
	w.t.Helper()
	name := "desks/" + desk + "/tickets/" + number
	t := w.around.tickets[name]
	if t == nil {
		t = &triagev1.Ticket{
			Name: name, Status: triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS, Priority: "P1",
			HolderParty: "desks/" + desk + "/parties/netic", Assessment: &triagev1.Assessment{BusinessService: "fmk", Kind: "incident"},
		}
		w.around.tickets[name] = t
	}
	for _, f := range change {
		f(t)
	}
	w.hear("desks/"+desk, name, event, &triagev1.TicketEvent{Ticket: t})
}

// draft is an outage about the first ticket, drafted by Jonas.
func (w *boardWorld) draft(desk, name string) *notifyv1.Announcement {
	w.t.Helper()
	a, err := w.announce.CreateAnnouncement(as(w.t, "jonas"), draftOf(desk, name, "ASCP00000001"))
	must(w.t, err)
	return a
}

func draftOf(desk, name, ticket string) *notifyv1.CreateAnnouncementRequest {
	return &notifyv1.CreateAnnouncementRequest{
		Parent: "desks/" + desk, AnnouncementId: name, RequestId: uuid.NewString(),
		Announcement: &notifyv1.Announcement{Standard: "outage", Ticket: "desks/" + desk + "/tickets/" + ticket},
	}
}

// published is a draft about the first ticket that Ingrid has approved.
func (w *boardWorld) published(name string) *notifyv1.Announcement {
	w.t.Helper()
	a := w.draft("nsp", name)
	_, err := w.announce.ApproveAnnouncement(as(w.t, "ingrid"), &notifyv1.ApproveAnnouncementRequest{
		Name: a.GetName(), RequestId: uuid.NewString(),
	})
	must(w.t, err)
	return w.publish(a.GetName())
}

func (w *boardWorld) publish(name string) *notifyv1.Announcement {
	w.t.Helper()
	a, err := w.announce.PublishAnnouncement(as(w.t, "jonas"), &notifyv1.PublishAnnouncementRequest{
		Name: name, RequestId: uuid.NewString(),
	})
	must(w.t, err)
	return a
}

// onBoard is a desk's board as the gateway is told of it; nil for none.
func (w *boardWorld) onBoard(desk string) *notifyv1.Board {
	w.t.Helper()
	answer, err := w.boards.ListBoards(asGateway(w.t), &notifyv1.ListBoardsRequest{})
	must(w.t, err)
	for _, board := range answer.GetBoards() {
		if board.GetDesk() == "desks/"+desk {
			return board
		}
	}
	return nil
}

func asGateway(t *testing.T) context.Context {
	t.Helper()
	return auth.NewContext(t.Context(), auth.Principal{Service: "gateway"})
}

// jobsOf are the jobs of a kind that wait, with when they are due.
func jobsOf[T any](w *boardWorld, kind string) (args []T, due []time.Time) {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), "SELECT args, scheduled_at FROM river_job WHERE kind = $1 ORDER BY id", kind)
	must(w.t, err)
	var (
		a T
		d time.Time
	)
	_, err = pgx.ForEachRow(rows, []any{&a, &d}, func() error { args, due = append(args, a), append(due, d.UTC()); return nil })
	must(w.t, err)
	return args, due
}

// last is the job of a kind that was inserted last.
func last[T any](w *boardWorld, kind string) (args T, due time.Time) {
	w.t.Helper()
	all, when := jobsOf[T](w, kind)
	if len(all) == 0 {
		w.t.Fatalf("there is no job %s", kind)
	}
	return all[len(all)-1], when[len(when)-1]
}

// remind lets time pass until the reminder that was set last, and runs it.
func (w *boardWorld) remind() (command.RemindToAnnounceArgs, time.Time) {
	w.t.Helper()
	args, due := last[command.RemindToAnnounceArgs](w, "remind_to_announce")
	w.clock.Set(due)
	w.run(args)
	return args, due
}

func (w *boardWorld) run(args command.RemindToAnnounceArgs) {
	w.t.Helper()
	worker := &command.RemindToAnnounceWorker{Board: w.board}
	must(w.t, worker.Work(w.t.Context(), &river.Job[command.RemindToAnnounceArgs]{Args: args}))
}

// deliver sends what waits, and returns it.
func (w *boardWorld) deliver() []domain.Dispatch {
	w.t.Helper()
	all, _ := jobsOf[command.DeliverArgs](w, "deliver")
	before := len(w.around.sent)
	for _, args := range all {
		worker := &command.DeliverWorker{Commands: w.board.Commands}
		must(w.t, worker.Work(w.t.Context(), &river.Job[command.DeliverArgs]{JobRow: row(), Args: args}))
	}
	return w.around.sent[before:]
}

func (w *boardWorld) count(sql string, args ...any) (n int) {
	w.t.Helper()
	must(w.t, w.pool.QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
