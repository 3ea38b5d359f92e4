package tool

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

var morning = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

func jiraConnection() *intakev1.Connection {
	return &intakev1.Connection{
		Name: "desks/nsp/connections/jira", Kind: intakev1.ToolKind_TOOL_KIND_JIRA,
		Jira: &intakev1.JiraSettings{Account: "bavn", RootCauseField: "customfield_10042"},
	}
}

// jiraUpdated is a webhook as Atlassian documents it, of somebody who solved an issue.
const jiraUpdated = `{"timestamp":1793606400000,"webhookEvent":"jira:issue_updated","issue_event_type_name":"issue_generic",
"user":{"self":"https://jira.example/rest/api/2/user?username=jens","name":"jens","displayName":"Jens"},
"issue":{"id":"99291","self":"https://jira.example/rest/api/2/issue/99291","key":"NSP-7","fields":{
"summary":"Prescriptions are slow","description":"Since nine","labels":["bavn-nsp-ASCP00000042","ui"],
"priority":{"id":"3","name":"Minor"},
"status":{"name":"Done"},"resolution":{"name":"Fixed"},"customfield_10042":"Full disk"}},
"changelog":{"id":"10124","items":[
{"field":"status","fieldtype":"jira","from":"3","fromString":"In Progress","to":"5","toString":"Done"},
{"field":"Link","fieldtype":"jira","from":null,"fromString":null,"to":"SDS-77","toString":"This issue is caused by SDS-77"}]}}`

// R76, R97: what Jira's people did is read from its documented webhook.
func TestAJiraWebhookSaysWhereTheIssueStandsAndWhatSolvedIt(t *testing.T) {
	t.Parallel()
	got, err := Read(jiraConnection(), Delivery{Body: []byte(jiraUpdated)})
	want := &domain.News{
		Issue: "NSP-7", Said: time.UnixMilli(1793606400000).UTC(), Ticket: "ASCP00000042", Status: "Done",
		Title: "Prescriptions are slow", Description: "Since nine",
		RootCause: "Full disk", Measures: "Fixed", Linked: []string{"SDS-77"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
	}
}

func TestWhatOurOwnAccountDidIsNoNewsAndNorIsWhatBearsOurMark(t *testing.T) {
	t.Parallel()
	ours, err := Read(jiraConnection(), Delivery{Body: []byte(strings.ReplaceAll(jiraUpdated, `"name":"jens"`, `"name":"bavn"`))})
	if err != nil || !ours.Ours {
		t.Errorf("what our account did: %+v, %v", ours, err)
	}
	said := `{"timestamp":1,"webhookEvent":"comment_created",` +
		`"comment":{"id":"1","author":{"name":"%s"},"body":"%s"},"issue":{"key":"NSP-7","fields":{}}}`
	for body, want := range map[string]bool{
		fmt.Sprintf(said, "jens", `We look at it`):                                 true,
		fmt.Sprintf(said, "robot", `Netic: slow\n\n— Bavn ASCP00000042#7`):         false,
		fmt.Sprintf(said, "jens", `Who wrote\n— Bavn ASCP00000042#7\nunder this?`): true,
	} {
		news, err := Read(jiraConnection(), Delivery{Body: []byte(body)})
		if err != nil || (news.Comment != nil) != want {
			t.Errorf("%s: a comment: %v, %v", body, news.Comment, err)
		}
	}
}

// Internal note: what is not for everybody there is not for the reporter here.
func TestARestrictedCommentIsInternal(t *testing.T) {
	t.Parallel()
	for more, want := range map[string]bool{
		"": false, `,"visibility":{"type":"role","value":"Developers"}`: true, `,"jsdPublic":false`: true,
	} {
		news, err := Read(jiraConnection(), Delivery{Body: []byte(
			`{"timestamp":1,"webhookEvent":"comment_created","comment":{"id":"1","body":"x"` + more +
				`},"issue":{"key":"NSP-7","fields":{}}}`)})
		if err != nil || news.Comment.Restricted != want {
			t.Errorf("%q: %+v, %v", more, news, err)
		}
	}
}

// Webhooks: a forged one is signed by no secret of the connection; a secret that was rotated away is good until it expires.
func TestOnlyWhatASecretOfTheConnectionSignedNowIsTakenIn(t *testing.T) {
	t.Parallel()
	old, fresh, body := NewSecret(), NewSecret(), []byte(jiraUpdated)
	hub := func(secret string) http.Header {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		return http.Header{"X-Hub-Signature": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}}
	}
	standard := func(secret string, at time.Time) http.Header {
		hook, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		signature, _ := hook.Sign("msg_1", at, body)
		return http.Header{"Webhook-Id": {"msg_1"}, "Webhook-Timestamp": {fmt.Sprint(at.Unix())}, "Webhook-Signature": {signature}}
	}
	const jira, generic = intakev1.ToolKind_TOOL_KIND_JIRA, intakev1.ToolKind_TOOL_KIND_GENERIC
	const alerts = intakev1.ToolKind_TOOL_KIND_ALERTMANAGER
	for name, tc := range map[string]struct {
		kind   intakev1.ToolKind
		header http.Header
		good   bool
	}{
		"Jira, newest secret": {jira, hub(fresh), true}, "Jira, the one before": {jira, hub(old), true},
		"Jira, another's": {jira, hub(NewSecret()), false}, "Jira, none": {jira, nil, false},
		"Jira, another method":    {jira, http.Header{"X-Hub-Signature": {"sha1=" + strings.Repeat("0", 40)}}, false},
		"standard":                {generic, standard(fresh, morning), true},
		"standard, by the other":  {generic, standard(old, morning.Add(time.Minute)), true},
		"standard, ten min late":  {generic, standard(fresh, morning.Add(-10*time.Minute)), false},
		"standard, of the future": {generic, standard(fresh, morning.Add(10*time.Minute)), false},
		"standard, another's":     {generic, standard(NewSecret(), morning), false},
		"bearer":                  {alerts, http.Header{"Authorization": {"Bearer " + fresh}}, true},
		"bearer, another's":       {alerts, http.Header{"Authorization": {"Bearer x"}}, false},
		"bearer for a signature":  {generic, http.Header{"Authorization": {"Bearer " + fresh}}, false},
	} {
		_, err := Verify(tc.kind, Delivery{Header: tc.header, Body: body}, []string{fresh, old}, morning)
		if (err == nil) != tc.good || err != nil && !errors.Is(err, ErrForged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Webhooks: the same again has the same key, whatever somebody puts around it.
func TestAReplayIsKnownByWhatIsSigned(t *testing.T) {
	t.Parallel()
	d := func(header ...string) Delivery {
		h := map[string]string{}
		for i := 0; i < len(header); i += 2 {
			h[header[i]] = header[i+1]
		}
		return NewDelivery(h, []byte(jiraUpdated))
	}
	secret := NewSecret()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(jiraUpdated))
	signature := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	one, err := Verify(intakev1.ToolKind_TOOL_KIND_JIRA, d("x-hub-signature", signature), []string{secret}, morning)
	two, err2 := Verify(intakev1.ToolKind_TOOL_KIND_JIRA,
		d("x-hub-signature", signature, "x-atlassian-webhook-identifier", "another"), []string{secret}, morning)
	if err != nil || err2 != nil || one != two {
		t.Errorf("%q and %q (%v, %v)", one, two, err, err2)
	}
}

// What is kept is the delivery as it came, without what proves who sent it.
func TestTheOriginalIsWhatCameWithoutItsSecret(t *testing.T) {
	t.Parallel()
	d := NewDelivery(map[string]string{
		"authorization": "Bearer whsec_secret", "x-hub-signature": "sha256=00", "ce-id": "1", "content-type": "application/json",
	}, []byte("{\r\n\"a\":\"\x00\"}"))
	kept := d.Original()
	if strings.Contains(string(kept), "whsec_secret") || strings.Contains(string(kept), "sha256=00") {
		t.Errorf("a secret is kept: %s", kept)
	}
	again, err := ReadOriginal(kept)
	if err != nil || string(again.Body) != string(d.Body) || again.Header.Get("Ce-Id") != "1" {
		t.Errorf("%v: %q %v", err, again.Body, again.Header)
	}
}

// FuzzDelivery: whatever a tool sends, reading it neither panics nor gives what a database or a ticket could not take.
func FuzzDelivery(f *testing.F) {
	for kind := range int32(5) {
		f.Add(kind, "application/json", []byte(jiraUpdated))
	}
	f.Add(int32(3), "application/json", []byte(`{"version":"4","groupKey":"{}:{}","status":"firing","alerts":[`+
		`{"status":"firing","labels":{"alertname":"x"},"startsAt":"2026-11-02T08:00:00Z"}]}`))
	f.Add(int32(4), "application/cloudevents+json", []byte(`{"specversion":"1.0","id":"1","source":"/a","type":"b.resolved",`+
		`"time":"2026-11-02T08:00:00Z","data":{"title":"x"}}`))
	f.Add(int32(2), "application/json", []byte(`{"type":"ticket.created","timestamp":"2026-11-02T08:00:00Z",`+
		`"data":{"id":"CQ-1","title":"x","note":{"text":"y"}}}`))
	f.Fuzz(func(t *testing.T, kind int32, contentType string, body []byte) {
		c := jiraConnection()
		c.Kind = intakev1.ToolKind(kind)
		d := NewDelivery(map[string]string{
			"content-type": contentType, "ce-specversion": "1.0", "ce-type": "t", "ce-source": "s", "ce-id": "1",
		}, body)
		kept, err := ReadOriginal(d.Original())
		if err != nil || string(kept.Body) != string(body) {
			t.Fatalf("the original of %q is %q (%v)", body, kept.Body, err)
		}
		news, err := Read(c, kept)
		if err != nil || news == nil {
			return
		}
		texts := []string{news.Title, news.Description, news.RootCause, news.Measures}
		if news.Comment != nil {
			texts = append(texts, news.Comment.Text, news.Comment.Author, news.Comment.ID)
		}
		for _, text := range texts {
			if !utf8.ValidString(text) || strings.Contains(text, "\x00") || utf8.RuneCountInString(text) > longestText {
				t.Fatalf("%q is no text", text)
			}
		}
		if news.Issue == "" || len(news.Issue) > longestIssue || utf8.RuneCountInString(news.Title) > longestTitle {
			t.Fatalf("issue %q, title %q", news.Issue, news.Title)
		}
		if _, err := json.Marshal(news); err != nil {
			t.Fatal(err)
		}
	})
}
