package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"

	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// office is the desk of a shipped profile.
type office struct {
	*desk
	house.Organisation
}

func atWork(t *testing.T, id string, cast ...house.Player) *office {
	t.Helper()
	organisation, err := house.Shipped(id, cast...)
	if err != nil {
		t.Fatal(err)
	}
	h := open(t, suite.Config{Persons: organisation.People(), Administrators: []string{house.Root}})
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	if err := h.Found(ctx, h.GRPC, organisation); err != nil {
		t.Fatal(err)
	}
	return &office{deskOf(t, h), organisation}
}

// sv is an office that takes alarms in: its helpdesk watches over monitoring.
func sv(t *testing.T, kind intakev1.ToolKind) (o *office, address, secret string) {
	t.Helper()
	o = atWork(t, "itil-sv",
		house.Player{Person: "greta", Party: "helpdesk", Group: "mottagning", Roles: []string{"agent", "dispatcher"}},
		house.Player{Person: "petra", Party: "helpdesk", Roles: []string{"agent", "helpdesk_lead"}},
		house.Player{Person: "ingrid", Party: "ledning", Roles: []string{"coordinator", "incident_manager"}})
	address, secret = o.connect(o.Desk(), "monitoring", &intakev1.Connection{
		DisplayName: "Monitoring", Kind: kind, Party: o.Party("helpdesk"), System: "monitoring",
		Monitoring: &intakev1.MonitoringSettings{
			Assessment: &triagev1.Assessment{Kind: "incident", Category: "network-wireless", Urgency: "high"},
			Impacts:    []*intakev1.SeverityImpact{{Severity: "critical", Impact: triagev1.Impact_IMPACT_HIGH}},
		},
	})
	return o, address, secret
}

// alert is one of Alertmanager's.
func alert(status, name string, began, ended time.Time) object {
	return object{
		"status": status, "labels": object{"alertname": name, "severity": "critical"},
		"annotations": object{"summary": "No signal on floor 3"}, "startsAt": began.Format(time.RFC3339Nano),
		"endsAt": ended.Format(time.RFC3339Nano), "fingerprint": "d41d8cd98f00b204",
	}
}

// group is Alertmanager's webhook, version 4.
func group(t *testing.T, name string, alerts ...object) []byte {
	t.Helper()
	body, err := json.Marshal(object{
		"version": "4", "groupKey": `{}:{alertname="` + name + `"}`, "status": alerts[0]["status"], "receiver": "bavn",
		"groupLabels": object{"alertname": name}, "commonLabels": object{"alertname": name, "severity": "critical"},
		"commonAnnotations": object{"summary": "No signal on floor 3"}, "alerts": alerts,
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func bearer(secret string) http.Header { return http.Header{"Authorization": {"Bearer " + secret}} }

// tickets of the office, oldest first.
func (o *office) tickets(ctx context.Context) ([]*triagev1.Ticket, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	page, err := o.GRPC.Tickets.ListTickets(o.As(ctx, "greta"), &triagev1.ListTicketsRequest{Parent: o.Desk()})
	slices.SortFunc(page.GetTickets(), func(a, b *triagev1.Ticket) int { return strings.Compare(a.GetName(), b.GetName()) })
	return page.GetTickets(), err
}

// comesTo waits for so many tickets, of which the last has a status.
func (o *office) comesTo(n int, status triagev1.TicketStatus) *triagev1.Ticket {
	o.t.Helper()
	var last *triagev1.Ticket
	defer func() {
		if o.t.Failed() {
			o.t.Log("the ledger has", o.reasons(context.WithoutCancel(o.t.Context())))
		}
	}()
	o.until(fmt.Sprintf("%d tickets, the last %v", n, status), func(ctx context.Context) error {
		all, err := o.tickets(ctx)
		if err != nil {
			return err
		}
		if len(all) != n {
			return fmt.Errorf("there are %d; the ledger has %v", len(all), o.reasons(ctx))
		}
		if last = all[n-1]; last.GetStatus() != status {
			return fmt.Errorf("it is %v; the ledger has %v", last.GetStatus(), o.reasons(ctx))
		}
		return nil
	})
	return last
}

// reasons are the outcomes of what came in, for a test that fails.
func (o *office) reasons(ctx context.Context) (all []string) {
	rows, err := o.DB("intake").Query(ctx, `SELECT outcome || ' ' || reason FROM inbound_items ORDER BY inbound`)
	if err != nil {
		return []string{err.Error()}
	}
	all, _ = pgx.CollectRows(rows, pgx.RowTo[string])
	return all
}

// answers the questions that the desk's process asks before anybody may begin: an alarm that is quiet again solves only what
// may be solved.
func (o *office) answers(ticket *triagev1.Ticket) {
	o.t.Helper()
	_, err := triagev1.NewAssessmentServiceClient(o.GRPC.Conn("bavn.triage.v1")).AnswerGuide(o.As(o.t.Context(), "greta"),
		&triagev1.AnswerGuideRequest{Name: ticket.GetName(), RequestId: house.ID(), Answers: []*triagev1.GuideAnswer{
			{Question: "what_happens", Words: house.Text("No signal")},
			{Question: "configuration_item", Words: house.Text("Access point 3")},
			{Question: "how_many", Value: "group"},
			{Question: "can_work", Value: "no"},
		}})
	if err != nil {
		o.t.Fatal(err)
	}
}

const (
	registered = triagev1.TicketStatus_TICKET_STATUS_REGISTERED
	resolved   = triagev1.TicketStatus_TICKET_STATUS_RESOLVED
)

// R1, R3: an event becomes a ticket where the desk's process takes events in; when the alarm is quiet the ticket is Resolved,
// and closing asks what it always asks (R151). An alarm that comes and goes stays one ticket.
func TestAnAlarmBecomesOneTicketAndItsGatesStayShut(t *testing.T) {
	t.Parallel()
	o, address, secret := sv(t, intakev1.ToolKind_TOOL_KIND_ALERTMANAGER)
	began := time.Now().Add(-time.Hour).UTC()
	send := func(body []byte, with string) int { return post(t, address, body, bearer(with)) }
	sounds := group(t, "WiFiDown", alert("firing", "WiFiDown", began, time.Time{}))
	if got := send(sounds, "not-the-secret"); got != http.StatusUnauthorized {
		t.Errorf("an alarm with another's secret is answered %d, want 401", got)
	}
	if got := send(sounds, secret); got != http.StatusNoContent {
		t.Fatalf("an alarm is answered %d, want 204", got)
	}
	opened := o.comesTo(1, registered)
	if a := opened.GetAssessment(); a.GetChannel() != "monitoring" || a.GetFoundBy() != o.Party("helpdesk") ||
		opened.GetImpact() != triagev1.Impact_IMPACT_HIGH || !strings.Contains(opened.GetTitle(), "No signal on floor 3") {
		t.Errorf("the ticket is %v", opened)
	}
	o.answers(opened)
	send(group(t, "WiFiDown", alert("firing", "WiFiDown", began, time.Time{}),
		alert("firing", "WiFiDown", began.Add(time.Second), time.Time{})), secret) // one more of the group
	send(group(t, "WiFiDown", alert("resolved", "WiFiDown", began, began.Add(time.Minute))), secret)
	quiet := o.comesTo(1, resolved)
	if _, err := o.GRPC.Tickets.CloseTicket(o.As(t.Context(), "greta"), &triagev1.CloseTicketRequest{
		Name: quiet.GetName(), RequestId: house.ID(),
	}); !fault.Is(err, "GATE_NOT_MET") {
		t.Errorf("closing what the alarm solved: %v, want the gate of verification", err)
	}
	send(sounds, secret) // replayed
	for i := 2; i < 12; i += 2 {
		from := began.Add(time.Duration(i) * time.Minute)
		send(group(t, "WiFiDown", alert("firing", "WiFiDown", from, time.Time{})), secret)
		o.until("it is open again", func(ctx context.Context) error {
			all, err := o.tickets(ctx)
			if err == nil && (len(all) != 1 || all[0].GetStatus() == resolved) {
				err = fmt.Errorf("%d tickets, %v", len(all), all[0].GetStatus())
			}
			return err
		})
		send(group(t, "WiFiDown", alert("resolved", "WiFiDown", from, from.Add(time.Minute))), secret)
		o.comesTo(1, resolved)
	}
	late := began.Add(time.Hour) // longer than the quiet period
	send(group(t, "WiFiDown", alert("firing", "WiFiDown", late, time.Time{})), secret)
	o.comesTo(2, registered)
}

// R3: at AU alarms are out of scope: the channel is closed, and nothing comes in by it.
func TestAtAUAlarmsAreOutOfScope(t *testing.T) {
	t.Parallel()
	o := atWork(t, "au", house.Player{Person: "greta", Party: "support", Group: "arts", Roles: []string{"agent", "dispatcher"}})
	authority := o.Profile.Settings().GetDesk().GetAuthority()
	address, secret := o.connect(o.Desk(), "monitoring", &intakev1.Connection{
		DisplayName: "Monitoring", Kind: intakev1.ToolKind_TOOL_KIND_ALERTMANAGER, Party: o.Party(authority), System: "monitoring",
	})
	down := group(t, "Down", alert("firing", "Down", time.Now(), time.Time{}))
	if got := post(t, address, down, bearer(secret)); got != http.StatusNoContent {
		t.Fatalf("it is answered %d", got)
	}
	o.until("the alarm is refused", func(ctx context.Context) error {
		var reason string
		err := o.DB("intake").QueryRow(ctx, `SELECT reason FROM inbound_items WHERE outcome = 3`).Scan(&reason)
		if err == nil && reason != "CHANNEL_CLOSED" {
			err = fmt.Errorf("because of %s", reason)
		}
		return err
	})
	if all, err := o.tickets(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("there are %d tickets (%v), want none", len(all), err)
	}
}

// R1, R3: CloudEvents are taken in like alerts, binary and structured.
func TestACloudEventOpensAndResolvesATicket(t *testing.T) {
	t.Parallel()
	o, address, secret := sv(t, intakev1.ToolKind_TOOL_KIND_CLOUD_EVENTS)
	began := time.Now().Add(-time.Minute).UTC()
	event := func(id, kind string, at time.Time) []byte {
		body, err := json.Marshal(object{
			"specversion": "1.0", "id": id, "source": "/monitoring/ap", "type": kind, "subject": "floor-3",
			"time": at.Format(time.RFC3339Nano), "datacontenttype": "application/json",
			"data": object{"title": "No signal", "severity": "critical"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	signed := func(body []byte, at time.Time) http.Header {
		hook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		id := uuid.NewString()
		signature, err := hook.Sign(id, at, body)
		if err != nil {
			t.Fatal(err)
		}
		return http.Header{
			"Webhook-Id": {id}, "Webhook-Timestamp": {fmt.Sprint(at.Unix())}, "Webhook-Signature": {signature},
			"Content-Type": {"application/cloudevents+json"},
		}
	}
	first := event("1", "ap.down", began)
	if got := postAs(t, address, first, signed(first, time.Now().Add(-10*time.Minute))); got != http.StatusUnauthorized {
		t.Errorf("a signature ten minutes old is answered %d, want 401", got)
	}
	if got := postAs(t, address, first, signed(first, time.Now())); got != http.StatusNoContent {
		t.Fatalf("it is answered %d", got)
	}
	o.answers(o.comesTo(1, registered))
	if got := postAs(t, address, []byte(`{"title": "Signal"}`), http.Header{
		"Ce-Specversion": {"1.0"}, "Ce-Id": {"2"}, "Ce-Source": {"/monitoring/ap"}, "Ce-Type": {"ap.down.resolved"},
		"Ce-Subject": {"floor-3"}, "Ce-Time": {began.Add(time.Second).Format(time.RFC3339Nano)},
		"Content-Type": {"application/json"}, "Authorization": {"Bearer " + secret},
	}); got != http.StatusNoContent {
		t.Fatalf("it is answered %d", got)
	}
	o.comesTo(1, resolved)
}

// A real Alertmanager opens and resolves an incident (R1, R3).
func TestARealAlertmanagerOpensAndResolvesAnIncident(t *testing.T) {
	t.Parallel()
	binary := alertmanager(t)
	o, address, secret := sv(t, intakev1.ToolKind_TOOL_KIND_ALERTMANAGER)
	at := runAlertmanager(t, binary, address, secret)
	began := time.Now().Add(-time.Second).UTC()
	tell := func(ended time.Time) {
		one := object{
			"labels": object{"alertname": "WiFiDown", "severity": "critical"}, "annotations": object{"summary": "No signal on floor 3"},
			"startsAt": began.Format(time.RFC3339Nano),
		}
		if !ended.IsZero() {
			one["endsAt"] = ended.Format(time.RFC3339Nano)
		}
		body, err := json.Marshal([]object{one})
		if err != nil {
			t.Fatal(err)
		}
		o.until("Alertmanager takes the alert", func(context.Context) error {
			if got := post(t, at+"/api/v2/alerts", body, nil); got != http.StatusOK {
				return fmt.Errorf("it answers %d", got)
			}
			return nil
		})
	}
	tell(time.Time{})
	o.answers(o.comesTo(1, registered))
	tell(time.Now().UTC())
	o.comesTo(1, resolved)
}

// alertmanager finds the program, or takes it from Debian's package: unpacked, so that no service of the machine's starts.
// Debian's build reads its templates from /usr/share, so those are put there.
func alertmanager(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"prometheus-alertmanager", "alertmanager"} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	script := `apt-get download -q prometheus-alertmanager && dpkg-deb -x prometheus-alertmanager_*.deb . &&
		mkdir -p /usr/share/prometheus && cp -rn usr/share/prometheus/alertmanager /usr/share/prometheus/`
	get := exec.CommandContext(ctx, "sh", "-c", script)
	get.Dir = dir
	if out, err := get.CombinedOutput(); err != nil {
		t.Skipf("no Alertmanager: install Debian's prometheus-alertmanager (%v: %.200s)", err, out)
	}
	return filepath.Join(dir, "usr/bin/prometheus-alertmanager")
}

func runAlertmanager(t *testing.T, binary, address, secret string) (url string) {
	t.Helper()
	dir := t.TempDir()
	config := `{"route": {"receiver": "bavn", "group_by": ["alertname"], "group_wait": "100ms", "group_interval": "500ms"},
		"receivers": [{"name": "bavn", "webhook_configs": [{"url": "` + address + `", "send_resolved": true,
		"http_config": {"authorization": {"type": "Bearer", "credentials_file": "` + dir + `/secret"}}}]}]}`
	err := errors.Join(os.WriteFile(dir+"/config.yml", []byte(config), 0o600), os.WriteFile(dir+"/secret", []byte(secret), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	listen := freeAddress(t)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	run := exec.CommandContext(ctx, binary, "--config.file="+dir+"/config.yml", "--storage.path="+dir,
		"--web.listen-address="+listen, "--cluster.listen-address=")
	if err := run.Start(); err != nil {
		cancel()
		t.Skipf("no Alertmanager: %v", err)
	}
	t.Cleanup(func() { cancel(); _ = run.Wait() })
	return "http://" + listen
}
