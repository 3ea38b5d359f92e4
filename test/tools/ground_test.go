// Package tools_test runs the whole suite against the parties' own tools: Jira and monitoring, played from their documented
// shapes, and a real Alertmanager where one can be had.
package tools_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"

	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/platform/devissuer"
	"github.com/bavn/bavn/test/house"
)

const (
	startLimit = 3 * time.Minute
	stepLimit  = time.Minute
)

// desk is a suite with its desks, and the ways to its connections.
type desk struct {
	*house.House
	t           *testing.T
	connections intakev1.ConnectionServiceClient
	inbound     intakev1.InboundServiceClient
	links       triagev1.LinkServiceClient
}

func furnished(t *testing.T) *desk {
	t.Helper()
	h := open(t, suite.Config{Persons: house.People(), Administrators: []string{house.Root}})
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	if err := h.Furnish(ctx, h.GRPC); err != nil {
		t.Fatal(err)
	}
	return deskOf(t, h)
}

func deskOf(t *testing.T, h *house.House) *desk {
	t.Helper()
	intake := h.GRPC.Conn("bavn.intake.v1")
	return &desk{
		House: h, t: t, connections: intakev1.NewConnectionServiceClient(intake), inbound: intakev1.NewInboundServiceClient(intake),
		links: triagev1.NewLinkServiceClient(h.GRPC.Conn("bavn.triage.v1")),
	}
}

func open(t *testing.T, cfg suite.Config) *house.House {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	running, err := suite.Start(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return enter(t, running, cfg.Persons)
}

type stoppable interface {
	house.Running
	Stop(ctx context.Context) error
}

// enter opens the doors of a suite, and stops it when the test has ended.
func enter(t *testing.T, running stoppable, people []devissuer.Person) *house.House {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			logs, _ := filepath.Glob(running.Folder().Path("log", "*"))
			for _, log := range logs {
				content, _ := os.ReadFile(log)
				for line := range strings.Lines(string(content)) {
					if strings.Contains(line, `"WARN"`) || strings.Contains(line, `"ERROR"`) {
						t.Log(filepath.Base(log), line)
					}
				}
			}
		}
		if err := running.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop the suite: %v", err)
		}
	})
	h, err := house.OpenTo(t.Context(), running, people, 12*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// until waits for something that happens by itself.
func (d *desk) until(what string, look func(ctx context.Context) error) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), stepLimit)
	defer cancel()
	if err := house.Until(ctx, look); err != nil {
		d.t.Fatalf("%s: %v", what, err)
	}
}

// connect makes a connection and gives it a secret.
func (d *desk) connect(parent, id string, c *intakev1.Connection) (address, secret string) {
	d.t.Helper()
	ctx := d.As(d.t.Context(), house.Root)
	made, err := d.connections.CreateConnection(ctx, &intakev1.CreateConnectionRequest{
		Parent: parent, ConnectionId: id, Connection: c, RequestId: house.ID(),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.Addresses().Gateway + "/webhooks/" + parent[len("desks/"):] + "/" + id, d.rotate(house.Root, made.GetName())
}

func (d *desk) rotate(by, name string) string {
	d.t.Helper()
	made, err := d.connections.RotateConnectionSecret(d.As(d.t.Context(), by), &intakev1.RotateConnectionSecretRequest{
		Name: name, RequestId: house.ID(),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return made.GetSecret()
}

// statuses is a mapping that round-trips, with two words of Jira's for one status of ours.
func statuses() []*intakev1.StatusMapping {
	return []*intakev1.StatusMapping{
		{Status: triagev1.TicketStatus_TICKET_STATUS_ASSIGNED, ToolStatus: "To Do"},
		{Status: triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS, ToolStatus: "In Progress"},
		{Status: triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS, ToolStatus: "In Review", IncomingOnly: true},
		{Status: triagev1.TicketStatus_TICKET_STATUS_ON_HOLD, ToolStatus: "Waiting"},
		{Status: triagev1.TicketStatus_TICKET_STATUS_RESOLVED, ToolStatus: "Done"},
		{Status: triagev1.TicketStatus_TICKET_STATUS_CLOSED, ToolStatus: "Closed"},
	}
}

// withJira connects netic's Jira with the desk.
func (d *desk) withJira(j *jira) {
	d.t.Helper()
	secrets := d.Folder().Path("secrets")
	if err := errors.Join(
		os.MkdirAll(secrets, 0o700), os.WriteFile(secrets+"/nsp.netic", []byte(jiraToken+"\n"), 0o600),
	); err != nil {
		d.t.Fatal(err)
	}
	address, secret := d.connect(house.Desk, "netic-jira", &intakev1.Connection{
		DisplayName: "Netic Jira", Kind: intakev1.ToolKind_TOOL_KIND_JIRA, Party: house.Party("netic"), System: "jira",
		Statuses: statuses(), OpensTickets: true, Jira: &intakev1.JiraSettings{
			BaseUrl: j.url, Cloud: j.cloud, Project: "NSP", IssueType: "Incident", Account: bavnAccount, Credential: "netic",
			RootCauseField: "customfield_10042", Resolution: "Done",
			LinkedProjects: []*intakev1.LinkedProject{{Project: "SDS", Tool: "sds_jira", Kind: triagev1.LinkKind_LINK_KIND_PROBLEM}},
		},
	})
	j.does(func() { j.hook, j.key = address, secret })
	d.until("notify hears of the connection", func(ctx context.Context) error {
		return d.DB("notify").QueryRow(ctx, `SELECT connection FROM connections`).Scan(new(string))
	})
}

// reported is a ticket that the service desk works on.
func (d *desk) reported(title string) *triagev1.Ticket {
	d.t.Helper()
	ctx := d.t.Context()
	ticket, err := d.Reported(ctx, d.GRPC, house.Ole, &intakev1.SubmitTicketRequest{
		Parent: house.Desk, RequestId: house.ID(), Title: house.Text(title), Description: house.Text("Since nine o'clock"),
		Channel: commonv1.Channel_CHANNEL_WEB,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	ticket, err = d.GRPC.Tickets.StartWork(d.As(ctx, house.Mette), &triagev1.StartWorkRequest{
		Name: ticket.GetName(), RequestId: house.ID(),
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return ticket
}

func (d *desk) handsOver(ticket *triagev1.Ticket) {
	d.t.Helper()
	if _, err := d.GRPC.Tickets.HandOverTicket(d.As(d.t.Context(), house.Mette), &triagev1.HandOverTicketRequest{
		Name: ticket.GetName(), RequestId: house.ID(), Party: house.Party("netic"), Reason: house.Text("The platform is slow"),
	}); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) ticket(ctx context.Context, name string) (*triagev1.Ticket, error) {
	return d.GRPC.Tickets.GetTicket(d.As(ctx, house.Mette), &triagev1.GetTicketRequest{Name: name})
}

// stands waits until a ticket is in a status.
func (d *desk) stands(name string, status triagev1.TicketStatus) *triagev1.Ticket {
	d.t.Helper()
	var ticket *triagev1.Ticket
	d.until("the ticket comes to "+status.String(), func(ctx context.Context) (err error) {
		if ticket, err = d.ticket(ctx, name); err == nil && ticket.GetStatus() != status {
			err = fmt.Errorf("it is %v", ticket.GetStatus())
		}
		return err
	})
	return ticket
}

// quiet waits until nothing is left that happens by itself, at the tools neither.
func (d *desk) quiet() {
	d.t.Helper()
	d.until("everything is quiet", func(ctx context.Context) error {
		if err := d.Settled(ctx); err != nil {
			return err
		}
		for service, sql := range map[string]string{
			"notify": `SELECT count(*) FROM tool_deliveries WHERE delivery = 1`,
			"intake": `SELECT count(*) FROM inbound_items WHERE outcome = 0`,
		} {
			var open int
			if err := d.DB(service).QueryRow(ctx, sql).Scan(&open); err != nil {
				return err
			}
			if open > 0 {
				return fmt.Errorf("%s has %d left", service, open)
			}
		}
		return nil
	})
}

// outcomes are the ledger's, by outcome and reason.
func (d *desk) outcomes(by string) map[string]int {
	d.t.Helper()
	page, err := d.inbound.ListInboundItems(d.As(d.t.Context(), by), &intakev1.ListInboundItemsRequest{
		Parent: house.Desk, PageSize: 500,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	counts := map[string]int{}
	for _, item := range page.GetInboundItems() {
		counts[item.GetOutcome().String()[len("INBOUND_OUTCOME_"):]+" "+item.GetReason()]++
	}
	return counts
}

// facts of a ticket without what only its texts change.
func unchanged(before, after *triagev1.Ticket) bool { return proto.Equal(before, after) }

// inJira reports whether a ticket knows an issue of the Jira.
func inJira(ticket *triagev1.Ticket, id string) bool {
	return slices.ContainsFunc(ticket.GetExternalIds(), func(e *triagev1.ExternalId) bool {
		return e.GetSystem() == "jira" && e.GetId() == id
	})
}
