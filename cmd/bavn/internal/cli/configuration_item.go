package cli

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// CI is everything about configuration items (R126).
type CI struct {
	Import CIImport `cmd:"" help:"Bring items over from a CSV file: id, name, kind, service, depends_on."`
	Show   CIShow   `cmd:"" help:"Show an item, and what is open on it and on what it depends on."`
	List   CIList   `cmd:"" help:"List the items."`
}

// CIImport brings items over.
type CIImport struct {
	File string `arg:"" type:"existingfile" help:"CSV file whose first line names the columns; depends_on separates ids by spaces."`
	Request
}

// itemsAtOnce is how many items one call takes.
const itemsAtOnce = 500

// Run imports them, 500 at a time. What was brought before stays, so a run that broke off is simply made again.
func (c *CIImport) Run(ctx context.Context, s *session) error {
	file, err := os.Open(c.File)
	if err != nil {
		return failure.New(failure.Usage, "name a file that can be read", "%w", err)
	}
	defer file.Close()
	items, err := readItems(file, s.Desk)
	if err != nil {
		return failure.New(failure.Usage, "the first line names the columns: id,name,kind,service,depends_on", "%s: %w", c.File, err)
	}
	if c.RequestID != "" && len(items) > itemsAtOnce {
		return failure.New(failure.Usage, "leave --request-id out: items that are as they were stay so",
			"%d items go in several requests, which cannot have one id", len(items))
	}
	services, err := s.connect()
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(items, itemsAtOnce) {
		if _, err := services.Items.ImportConfigurationItems(ctx, &triagev1.ImportConfigurationItemsRequest{
			Parent: resource.Desk(s.Desk), RequestId: c.id(), ConfigurationItems: chunk,
		}); err != nil {
			return err
		}
	}
	if s.JSON {
		return s.Message(&triagev1.ImportConfigurationItemsResponse{ConfigurationItems: items})
	}
	s.Printf("%d configuration items\n", len(items))
	return nil
}

// readItems reads rows of items by the names in the first line; only id is needed, and name where it is another.
func readItems(from io.Reader, desk string) ([]*triagev1.ConfigurationItem, error) {
	rows := csv.NewReader(from)
	columns, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read the names of the columns: %w", err)
	}
	for _, column := range columns {
		if !slices.Contains([]string{"id", "name", "kind", "service", "depends_on"}, column) {
			return nil, fmt.Errorf("no column is called %q", column)
		}
	}
	var items []*triagev1.ConfigurationItem
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return items, nil
		}
		if err != nil {
			return nil, err
		}
		value := func(column string) string {
			if i := slices.Index(columns, column); i >= 0 {
				return row[i]
			}
			return ""
		}
		line, _ := rows.FieldPos(0)
		if value("id") == "" {
			return nil, fmt.Errorf("line %d has no id", line)
		}
		item := &triagev1.ConfigurationItem{
			Name: resource.Item(desk, value("id")), DisplayName: value("name"), Kind: value("kind"), BusinessService: value("service"),
		}
		if item.GetDisplayName() == "" {
			item.DisplayName = value("id")
		}
		for _, other := range strings.Fields(value("depends_on")) {
			item.DependsOn = append(item.DependsOn, resource.Item(desk, other))
		}
		items = append(items, item)
	}
}

// CIShow shows an item.
type CIShow struct {
	Item  string `arg:"" help:"The configuration item."`
	Limit int    `short:"n" default:"50" placeholder:"N" help:"At most this many tickets (${default}); 0 for all."`
}

// Run prints it, and what is open.
func (c *CIShow) Run(ctx context.Context, s *session) error {
	services, err := s.connect()
	if err != nil {
		return err
	}
	name := resource.Item(s.Desk, c.Item)
	item, err := services.Items.GetConfigurationItem(ctx, &triagev1.GetConfigurationItemRequest{Name: name})
	if err != nil || s.JSON {
		return errors.Join(err, s.Message(item))
	}
	tickets, err := pages(c.Limit, func(size int32, token string) ([]*triagev1.Ticket, string, error) {
		page, err := services.Items.ListConfigurationItemTickets(ctx, &triagev1.ListConfigurationItemTicketsRequest{
			Parent: name, PageSize: size, PageToken: token,
		})
		return page.GetTickets(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	s.Printf("%s\n", itemLine(s, item))
	if len(tickets) == 0 {
		s.Printf("nothing is open on it, or on what it depends on\n")
		return nil
	}
	return s.ticketTable(tickets).Print(s.Out)
}

func itemLine(s *session, item *triagev1.ConfigurationItem) string {
	parts := []string{s.Bold(resource.ID(item.GetName())), item.GetDisplayName()}
	if item.GetKind() != "" {
		parts = append(parts, item.GetKind())
	}
	if item.GetBusinessService() != "" {
		parts = append(parts, "part of "+item.GetBusinessService())
	}
	if below := shortNames(item.GetDependsOn()); below != "" {
		parts = append(parts, "depends on "+below)
	}
	return strings.Join(parts, " · ")
}

func shortNames(names []string) string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = resource.ID(name)
	}
	return strings.Join(short, ", ")
}

// CIList lists items.
type CIList struct {
	Limit int `short:"n" default:"0" placeholder:"N" help:"At most this many; 0 for all."`
}

// Run prints a table.
func (c *CIList) Run(ctx context.Context, s *session) error {
	services, err := s.connect()
	if err != nil {
		return err
	}
	items, err := pages(c.Limit, func(size int32, token string) ([]*triagev1.ConfigurationItem, string, error) {
		page, err := services.Items.ListConfigurationItems(ctx, &triagev1.ListConfigurationItemsRequest{
			Parent: resource.Desk(s.Desk), PageSize: size, PageToken: token,
		})
		return page.GetConfigurationItems(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListConfigurationItemsResponse{ConfigurationItems: items})
	}
	table := s.Table("ID", "NAME", "KIND", "SERVICE", "DEPENDS ON")
	for _, item := range items {
		table.Row(resource.ID(item.GetName()), item.GetDisplayName(), item.GetKind(), item.GetBusinessService(),
			shortNames(item.GetDependsOn()))
	}
	return table.Print(s.Out)
}
