package acceptance_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/status"

	"google.golang.org/genproto/googleapis/rpc/errdetails"

	"github.com/bavn/bavn/cmd/bavn/suite"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/test/house"
)

// forTheWalk lets the clock move by more than a year, past every holiday, without anybody's token expiring.
const forTheWalk = 800 * 24 * time.Hour

// office is an organisation at work: a suite of the test's own whose clock the test moves, with the desk of a shipped profile.
type office struct {
	*house.House
	house.Organisation
	clock *clock.Manual
	zone  *time.Location
}

// atWork opens the office of a shipped profile.
func atWork(t *testing.T, id string, cast ...house.Player) *office {
	t.Helper()
	return atWorkWith(t, id, nil, cast...)
}

// atWorkWith opens it with settings of the services, by the service's name.
func atWorkWith(t *testing.T, id string, settings map[string]map[string]string, cast ...house.Player) *office {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	organisation, err := house.Shipped(id, cast...)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(organisation.Profile.Settings().GetDesk().GetTimeZone())
	if err != nil {
		t.Fatal(err)
	}
	// Certificates are made now, so the walk begins now and goes on from there.
	o := &office{Organisation: organisation, clock: clock.NewManual(time.Now()), zone: zone}
	running, err := suite.Start(ctx, suite.Config{
		Persons: organisation.People(), Administrators: []string{house.Root}, Clock: o.clock, Settings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop the suite: %v", err)
		}
	})
	if o.House, err = house.OpenTo(ctx, running, organisation.People(), forTheWalk); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Close() })
	if err := o.Found(ctx, o.GRPC, organisation); err != nil {
		t.Fatal(err)
	}
	return o
}

// overBothDoors walks once over gRPC and once more over REST. The clock goes on.
func (o *office) overBothDoors(t *testing.T, walk func(v *visit)) {
	t.Helper()
	for _, door := range []*house.Door{o.GRPC, o.REST} {
		t.Run(door.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*walkLimit)
			defer cancel()
			walk(&visit{office: o, Door: door, ctx: ctx, t: t})
		})
	}
}

// visit is one walk through one door, with the ticket that it is about.
type visit struct {
	*office
	*house.Door
	ctx    context.Context //nolint:containedctx // of the walk, which is one test
	t      *testing.T
	ticket *triagev1.Ticket
	seen   int64 // revision up to which it is known what happened
}

// by makes the next call as somebody of the cast.
func (v *visit) by(person string) context.Context { return v.As(v.ctx, person) }

// step is a step of the organisation's own process, under its own number.
func (v *visit) step(what string, do func()) {
	v.t.Helper()
	v.t.Logf("%s  %s", v.clock.Now().In(v.zone).Format("Mon 2 Jan 15:04"), what)
	do()
}

// at moves the clock on to the next time that the desk's clocks show this: "Fri 15:29".
func (v *visit) at(weekdayAndTime string) {
	v.t.Helper()
	day, hour, ok := strings.Cut(weekdayAndTime, " ")
	wanted, err := time.Parse("15:04", hour)
	if !ok || err != nil {
		v.t.Fatalf("no time: %q", weekdayAndTime)
	}
	now := v.clock.Now().In(v.zone)
	for n := range 8 {
		then := time.Date(now.Year(), now.Month(), now.Day()+n, wanted.Hour(), wanted.Minute(), 0, 0, v.zone)
		if then.Format("Mon") == day && then.After(now) {
			v.clock.Set(then)
			return
		}
	}
	v.t.Fatalf("there is no %q", weekdayAndTime)
}

// on moves the clock on to a moment.
func (v *visit) on(moment time.Time) {
	v.t.Helper()
	if moment.Before(v.clock.Now()) {
		v.t.Fatalf("%v has passed: it is %v", moment, v.clock.Now())
	}
	v.clock.Set(moment)
}

// passes lets time go by.
func (v *visit) passes(d time.Duration) { v.clock.Advance(d) }

// reported is a ticket that somebody reports, once it is opened; it is what the walk is about from then on.
func (v *visit) reported(by string, request *intakev1.SubmitTicketRequest) {
	v.t.Helper()
	request.Parent = v.Desk()
	if request.GetRequestId() == "" {
		request.RequestId = house.ID()
	}
	ticket, err := v.Reported(v.ctx, v.Door, by, request)
	if err != nil {
		v.t.Fatalf("%s reports: %v", by, err)
	}
	v.ticket, v.seen = ticket, 0
}

// now reads the ticket as somebody sees it.
func (v *visit) now(as string) *triagev1.Ticket {
	v.t.Helper()
	t, err := v.Tickets.GetTicket(v.by(as), &triagev1.GetTicketRequest{Name: v.ticket.GetName()})
	if err != nil {
		v.t.Fatalf("%s reads %s: %v", as, v.ticket.GetName(), err)
	}
	v.ticket = t
	return t
}

// what happened to a ticket, and who was to be told.
type news struct {
	Types         []string
	Payloads      []*triagev1.TicketEvent
	Notifications map[string]*triagev1.NotificationRequest // by rule of the profile
}

// happened is what is new since it was asked last.
func (v *visit) happened() news {
	v.t.Helper()
	rows, err := feed.NewReader(v.DB("triage")).History(v.ctx, v.Profile.ID(), v.ticket.GetName(), v.seen, 1000)
	if err != nil {
		v.t.Fatal(err)
	}
	n := news{Notifications: map[string]*triagev1.NotificationRequest{}}
	for i := range rows {
		e, err := rows[i].Decode(nil)
		if err != nil {
			v.t.Fatal(err)
		}
		payload := new(triagev1.TicketEvent)
		if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
			v.t.Fatal(err)
		}
		v.seen = e.Record.GetRevision()
		n.Types, n.Payloads = append(n.Types, e.Record.GetType()), append(n.Payloads, payload)
		for _, request := range payload.GetNotifications() {
			n.Notifications[request.GetRule()] = request
		}
	}
	return n
}

// eventually waits for something that a timer or a subscriber does.
func (v *visit) eventually(what string, look func() error) {
	v.t.Helper()
	err := house.Until(v.ctx, func(context.Context) error { return look() })
	if err != nil {
		v.t.Fatalf("%s: %v", what, err)
	}
}

// tells fails unless exactly these rules of the profile ask for messages: "rule → recipients by media".
func (v *visit) tells(n news, want map[string]string) {
	v.t.Helper()
	got := map[string]string{}
	for rule, request := range n.Notifications {
		to := slices.Clone(request.GetRecipients())
		if request.GetChain() != "" {
			to = append(to, "chain/"+request.GetChain())
		}
		got[rule] = strings.Join(to, " ") + " by " + strings.Join(request.GetMedia(), " ")
	}
	for rule, told := range want {
		if got[rule] != told {
			v.t.Errorf("rule %s: told %q, want %q", rule, got[rule], told)
		}
	}
	for rule, told := range got {
		if _, wanted := want[rule]; !wanted {
			v.t.Errorf("rule %s told %q, which the organisation does not want", rule, told)
		}
	}
}

// taken is the ticket after a step; it fails the walk where the step is refused.
func (v *visit) taken(ticket *triagev1.Ticket, err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	v.ticket = ticket
}

// refusedBy fails unless the process refused a step by these rules of the profile.
func (v *visit) refusedBy(err error, rules ...string) {
	v.t.Helper()
	var got []string
	for _, detail := range status.Convert(err).Details() {
		if failure, ok := detail.(*errdetails.PreconditionFailure); ok {
			for _, violation := range failure.GetViolations() {
				got = append(got, violation.GetSubject())
			}
		}
	}
	if !slices.Equal(got, rules) {
		v.t.Errorf("refused by %v, want %v: %v", got, rules, err)
	}
}

// in says a text in a language, for calls.
func in(language, format string, args ...any) *commonv1.LocalizedText {
	return &commonv1.LocalizedText{LanguageCode: language, Text: fmt.Sprintf(format, args...)}
}
