package tool

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// jiraHook is a webhook of Jira, as far as it is of interest:
// https://developer.atlassian.com/server/jira/platform/webhooks/ and …/cloud/jira/platform/webhooks/.
type jiraHook struct {
	Timestamp    int64     `json:"timestamp"` // milliseconds
	WebhookEvent string    `json:"webhookEvent"`
	EventType    string    `json:"issue_event_type_name"`
	User         *jiraUser `json:"user"`
	Issue        *struct {
		Key    string                     `json:"key"`
		Fields map[string]json.RawMessage `json:"fields"`
	} `json:"issue"`
	Comment *struct {
		ID           string          `json:"id"`
		Author       *jiraUser       `json:"author"`
		UpdateAuthor *jiraUser       `json:"updateAuthor"`
		Body         json.RawMessage `json:"body"`
		Visibility   json.RawMessage `json:"visibility"`
		JSDPublic    *bool           `json:"jsdPublic"`
	} `json:"comment"`
	Changelog *struct {
		Items []jiraChange `json:"items"`
	} `json:"changelog"`
}

type jiraUser struct {
	Name        string `json:"name"`
	AccountID   string `json:"accountId"`
	DisplayName string `json:"displayName"`
}

type jiraChange struct {
	Field string `json:"field"`
	To    string `json:"to"`
}

func (u *jiraUser) is(account string) bool {
	return u != nil && account != "" && (u.AccountID == account || u.AccountID == "" && u.Name == account)
}

// jiraKey is the form of an issue's number. It travels in addresses, so that nothing else is taken for one.
var jiraKey = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,31}-[1-9][0-9]{0,17}$`)

// Mark ends every comment that we write: what bears it was said here, whoever copies it.
const Mark = "— Bavn "

// readJira reads one webhook. It is nothing of interest where no issue is in it.
func readJira(d Delivery, c *intakev1.Connection) (*domain.News, error) {
	var hook jiraHook
	if err := json.Unmarshal(d.Body, &hook); err != nil {
		return nil, fmt.Errorf("read Jira's webhook: %w", err)
	}
	if hook.Issue == nil {
		return nil, nil
	}
	if !jiraKey.MatchString(hook.Issue.Key) {
		return nil, fmt.Errorf("read Jira's webhook: %.40q is no issue", hook.Issue.Key)
	}
	settings, fields := c.GetJira(), hook.Issue.Fields
	news := domain.News{
		Issue: hook.Issue.Key, Said: time.UnixMilli(hook.Timestamp).UTC(), Ours: hook.User.is(settings.GetAccount()),
		Title: jiraText(fields["summary"]), Description: jiraText(fields["description"]),
		RootCause: jiraText(fields[settings.GetRootCauseField()]), Measures: jiraText(fields[settings.GetMeasuresField()]),
		Created: hook.WebhookEvent == "jira:issue_created",
		Ticket:  labelled(fields["labels"], c.GetName()),
	}
	if news.Measures == "" {
		news.Measures = jiraText(fields["resolution"])
	}
	if hook.WebhookEvent == "jira:issue_created" || hook.WebhookEvent == "jira:issue_updated" {
		// The state, not the step: what comes late, or after something was lost, still tells where the issue stands.
		news.Status = jiraText(fields["status"])
	}
	news.Comment = hook.comment()
	if hook.WebhookEvent == "comment_created" {
		news.Ours = hook.Comment != nil && hook.Comment.Author.is(settings.GetAccount())
	}
	for _, change := range hook.changes() {
		if change.Field == "Link" && jiraKey.MatchString(change.To) {
			news.Linked = append(news.Linked, change.To)
		}
	}
	return &news, nil
}

// comment is what somebody wrote; of one that was changed or taken away, nothing is told: what was said here stays.
func (h *jiraHook) comment() *domain.Comment {
	if h.Comment == nil || h.WebhookEvent != "comment_created" && h.EventType != "issue_commented" {
		return nil
	}
	text := jiraText(h.Comment.Body)
	if text == "" || marked(text) {
		return nil
	}
	said := &domain.Comment{
		ID: h.Comment.ID, Text: text,
		Restricted: len(h.Comment.Visibility) > 0 && string(h.Comment.Visibility) != "null" ||
			h.Comment.JSDPublic != nil && !*h.Comment.JSDPublic,
	}
	if h.Comment.Author != nil {
		said.Author = h.Comment.Author.DisplayName
	}
	return said
}

func (h *jiraHook) changes() []jiraChange {
	if h.Changelog == nil {
		return nil
	}
	return h.Changelog.Items
}

// marked reports whether the last line of a comment is ours.
func marked(text string) bool {
	last := text[strings.LastIndexByte(strings.TrimRight(text, " \r\n"), '\n')+1:]
	return strings.HasPrefix(last, Mark)
}

// jiraText is a field as text: a string, a choice by its name or value, or a document of Jira Cloud's version 3.
func jiraText(raw json.RawMessage) string {
	var text string
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		return strings.TrimSpace(text)
	}
	var choice struct{ Name, Value string }
	if json.Unmarshal(raw, &choice) == nil && choice.Name+choice.Value != "" {
		return choice.Name + choice.Value
	}
	var document adf
	if json.Unmarshal(raw, &document) != nil {
		return ""
	}
	var b strings.Builder
	document.write(&b, 0)
	return strings.TrimSpace(b.String())
}

// adf is a node of the Atlassian Document Format.
type adf struct {
	Type    string `json:"type"`
	Text    string `json:"text"`
	Content []adf  `json:"content"`
}

const adfDepth = 32

func (n adf) write(b *strings.Builder, depth int) {
	if depth > adfDepth {
		return
	}
	b.WriteString(n.Text)
	if n.Type == "hardBreak" {
		b.WriteByte('\n')
	}
	for _, child := range n.Content {
		child.write(b, depth+1)
	}
	switch n.Type {
	case "paragraph", "heading", "listItem", "codeBlock", "blockquote":
		b.WriteByte('\n')
	}
}

// Label is how an issue is marked that stands for a ticket: no blanks, as Jira wants it, and found by a search.
func Label(desk, ticket string) string { return "bavn-" + desk + "-" + ticket }

// labelled is the number of the ticket that our label on an issue names.
func labelled(raw json.RawMessage, connection string) string {
	var labels []string
	if json.Unmarshal(raw, &labels) != nil {
		return ""
	}
	desk := strings.Split(connection, "/")[1]
	for _, label := range labels {
		if ticket, ours := strings.CutPrefix(label, Label(desk, "")); ours && ticketNumber.MatchString(ticket) {
			return ticket
		}
	}
	return ""
}

var ticketNumber = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{3,31}$`)
