package tools_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/test/house"
)

// What a supplier finds itself and registers in its own tool becomes a ticket with both numbers, found by that party (R66,
// R34), and a problem that the issue is linked with there is linked here (R97).
func TestWhatASupplierFindsInItsJiraBecomesATicket(t *testing.T) {
	t.Parallel()
	d, j := furnished(t), playJira(t)
	d.withJira(j)
	j.does(func() {
		i := &issue{Key: "NSP-40", Status: "To Do", Summary: "Node 3 is slow", Description: "Seen in our own graphs"}
		j.issues = append(j.issues, i)
		j.tell("jira:issue_created", i, "jens", nil)
		j.tell("jira:issue_updated", i, "jens", object{
			"items": []object{{"field": "Link", "to": "SDS-77"}, {"field": "Link", "to": "ABC-1"}},
		})
	})
	var found *triagev1.Ticket
	d.until("there is a ticket of it", func(ctx context.Context) error {
		page, err := d.GRPC.Tickets.ListTickets(d.As(ctx, house.Mette), &triagev1.ListTicketsRequest{Parent: house.Desk})
		if err != nil || len(page.GetTickets()) == 0 {
			return errors.Join(err, errors.New("there is none"))
		}
		found = page.GetTickets()[0]
		return nil
	})
	if !inJira(found, "NSP-40") || found.GetAssessment().GetFoundBy() != house.Party("netic") ||
		found.GetReporter() != house.Person("tool-netic-jira") || found.GetTitle() != "Node 3 is slow" {
		t.Errorf("the ticket is %v", found)
	}
	d.quiet()
	if calls, _ := j.changed(); calls["POST issue"] != 0 {
		t.Errorf("an issue was made of what came from an issue: %v", calls)
	}

	// Once it is theirs, they link it there.
	if _, err := d.GRPC.Tickets.StartWork(d.As(t.Context(), house.Mette), &triagev1.StartWorkRequest{
		Name: found.GetName(), RequestId: house.ID(),
	}); err != nil {
		t.Fatal(err)
	}
	d.handsOver(found)
	d.quiet()
	j.does(func() { j.move(j.issues[0], "In Progress", "jens") })
	d.until("netic works on it", func(ctx context.Context) error {
		now, err := d.ticket(ctx, found.GetName())
		if err == nil && now.GetHolderParty() != house.Party("netic") {
			err = errors.New("not yet")
		}
		return err
	})
	j.does(func() {
		j.tell("jira:issue_updated", j.issues[0], "jens", object{
			"items": []object{{"field": "Link", "to": "SDS-78"}, {"field": "Link", "to": "ABC-1"}},
		})
	})
	d.until("the problem is linked", func(ctx context.Context) error {
		now, err := d.ticket(ctx, found.GetName())
		if err != nil {
			return err
		}
		linked := func(id string) bool {
			return slices.ContainsFunc(now.GetLinks(), func(l *triagev1.Link) bool {
				return l.GetKind() == triagev1.LinkKind_LINK_KIND_PROBLEM && l.GetTool() == "sds_jira" && l.GetExternalId() == id
			})
		}
		if !linked("SDS-78") || linked("ABC-1") {
			return fmt.Errorf("its links are %v", now.GetLinks())
		}
		return nil
	})
	d.quiet()
	if calls, _ := j.changed(); calls["POST issue"] != 0 || calls["POST issueLink"] != 0 {
		t.Errorf("what came from Jira went back to it: %v", calls)
	}
}

// A tool that follows no form of its own signs as standardwebhooks.com says. Two secrets are good while one is rotated out, and
// no more; a connection at rest hears nothing. R2: integration from system to system.
func TestAToolWithoutAFormOfItsOwnIsHeardWhileOneOfTwoSecretsIsGood(t *testing.T) {
	t.Parallel()
	d := furnished(t)
	address, first := d.connect(house.Desk, "clearquest", &intakev1.Connection{
		DisplayName: "ClearQuest", Kind: intakev1.ToolKind_TOOL_KIND_GENERIC, Party: house.Party("netic"), System: "clearquest",
		OpensTickets: true, Statuses: statuses(),
	})
	name := house.Desk + "/connections/clearquest"
	said := 0
	send := func(secret string) int {
		said++
		body, err := json.Marshal(object{
			"type": "ticket.created", "timestamp": time.Now().UTC().Format(time.RFC3339Nano),
			"data": object{"id": fmt.Sprintf("CQ-%d", said), "title": fmt.Sprintf("Case %d", said)},
		})
		if err != nil {
			t.Fatal(err)
		}
		hook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		id, now := uuid.NewString(), time.Now()
		signature, err := hook.Sign(id, now, body)
		if err != nil {
			t.Fatal(err)
		}
		return post(t, address, body, http.Header{
			"Webhook-Id": {id}, "Webhook-Timestamp": {fmt.Sprint(now.Unix())}, "Webhook-Signature": {signature},
		})
	}
	second := d.rotate(house.Root, name)
	if a, b := send(first), send(second); a != http.StatusNoContent || b != http.StatusNoContent {
		t.Errorf("with two good secrets it is answered %d and %d", a, b)
	}
	third := d.rotate(house.Root, name)
	a, b, c := send(first), send(second), send(third)
	if a != http.StatusUnauthorized || b != http.StatusNoContent || c != http.StatusNoContent {
		t.Errorf("after another rotation it is answered %d, %d and %d: two are good, and no more", a, b, c)
	}
	shown, err := d.connections.GetConnection(d.As(t.Context(), house.Root), &intakev1.GetConnectionRequest{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	if text := shown.String(); slices.ContainsFunc([]string{first, second, third}, func(s string) bool {
		return len(s) > 0 && strings.Contains(text, s)
	}) {
		t.Errorf("a secret is shown again: %s", text)
	}
	d.until("each became a ticket", func(ctx context.Context) error {
		page, err := d.GRPC.Tickets.ListTickets(d.As(ctx, house.Mette), &triagev1.ListTicketsRequest{Parent: house.Desk})
		if err == nil && len(page.GetTickets()) != 4 {
			err = fmt.Errorf("there are %d", len(page.GetTickets()))
		}
		return err
	})
	for _, nobody := range []string{house.Mette, house.Eva, house.Nobody} {
		if _, err := d.connections.RotateConnectionSecret(d.As(t.Context(), nobody), &intakev1.RotateConnectionSecretRequest{
			Name: name, RequestId: house.ID(),
		}); err == nil {
			t.Errorf("%s was given a secret", nobody)
		}
	}
}
