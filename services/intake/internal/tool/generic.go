package tool

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/bavn/bavn/services/intake/internal/domain"
)

// genericHook is what a tool sends that follows nobody's form but standardwebhooks.com's: docs/contract.md has it.
type genericHook struct {
	Type      string    `json:"type"` // "ticket.created", "ticket.updated"
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		ID          string   `json:"id"`
		Ticket      string   `json:"ticket"`
		Status      string   `json:"status"`
		Title       string   `json:"title"`
		Description string   `json:"description"`
		RootCause   string   `json:"root_cause"`
		Measures    string   `json:"measures"`
		Linked      []string `json:"linked"`
		Note        *struct {
			ID       string `json:"id"`
			Author   string `json:"author"`
			Text     string `json:"text"`
			Internal bool   `json:"internal"`
		} `json:"note"`
	} `json:"data"`
}

const longestIssue = 120

func readGeneric(d Delivery) (*domain.News, error) {
	var hook genericHook
	if err := json.Unmarshal(d.Body, &hook); err != nil {
		return nil, fmt.Errorf("read webhook: %w", err)
	}
	data := hook.Data
	if data.ID == "" || len(data.ID) > longestIssue || hook.Timestamp.IsZero() {
		return nil, fmt.Errorf("read webhook: data.id and timestamp are required")
	}
	news := domain.News{
		Issue: data.ID, Said: hook.Timestamp.UTC(), Status: data.Status, Title: data.Title, Description: data.Description,
		RootCause: data.RootCause, Measures: data.Measures, Linked: data.Linked,
		Created: hook.Type == "ticket.created",
	}
	if ticketNumber.MatchString(data.Ticket) {
		news.Ticket = data.Ticket
	}
	if note := data.Note; note != nil && note.Text != "" {
		news.Comment = &domain.Comment{ID: note.ID, Author: note.Author, Text: note.Text, Restricted: note.Internal}
	}
	return &news, nil
}
