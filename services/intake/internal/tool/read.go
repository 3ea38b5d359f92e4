package tool

import (
	"fmt"
	"strings"
	"unicode/utf8"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// Bounds of what a tool says, as the contract has them for people.
const (
	longestTitle = 200
	longestText  = 20000
)

// Read is what a delivery says; nil where it is about nothing that anybody here could follow. Its texts are bounded and
// well-formed.
func Read(c *intakev1.Connection, d Delivery) (*domain.News, error) {
	n, err := read(c, d)
	if err != nil || n == nil {
		return nil, err
	}
	n.Title, n.Description = clean(strings.ReplaceAll(n.Title, "\n", " "), longestTitle), clean(n.Description, longestText)
	n.RootCause, n.Measures = clean(n.RootCause, longestText/4), clean(n.Measures, longestText/4)
	if n.Comment != nil {
		n.Comment.ID = clean(n.Comment.ID, longestIssue)
		n.Comment.Author = clean(n.Comment.Author, longestTitle)
		n.Comment.Text = clean(n.Comment.Text, longestText-longestTitle-longestIssue)
	}
	return n, nil
}

func read(c *intakev1.Connection, d Delivery) (*domain.News, error) {
	switch c.GetKind() {
	case intakev1.ToolKind_TOOL_KIND_JIRA:
		return readJira(d, c)
	case intakev1.ToolKind_TOOL_KIND_GENERIC:
		return readGeneric(d)
	case intakev1.ToolKind_TOOL_KIND_ALERTMANAGER:
		return readAlertmanager(d)
	case intakev1.ToolKind_TOOL_KIND_CLOUD_EVENTS:
		return readCloudEvent(d)
	default:
		return nil, fmt.Errorf("nothing reads what %v sends", c.GetKind())
	}
}

// clean is a text that a database and a page can take, and no longer than most characters.
func clean(text string, most int) string {
	text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, "�"), "\x00", ""))
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}
