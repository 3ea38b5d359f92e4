package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Extract is what is done with the lists that a desk's profile wants regularly.
type Extract struct {
	List     ExtractList     `cmd:"" help:"List the desk's extracts."`
	Show     ExtractShow     `cmd:"" help:"Show the cases of one, as its newest edition has them."`
	Editions ExtractEditions `cmd:"" help:"List the editions of one, newest first."`
}

// ExtractList lists them.
type ExtractList struct{}

// Run prints a table.
func (*ExtractList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(0, func(size int32, token string) ([]*reportingv1.Extract, string, error) {
		page, err := connected.Extracts.ListExtracts(ctx, &reportingv1.ListExtractsRequest{
			Parent: s.desk(), PageSize: min(size, 100), PageToken: token,
		})
		return page.GetExtracts(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&reportingv1.ListExtractsResponse{Extracts: list})
	}
	if len(list) == 0 {
		s.Printf("the desk's profile wants no extracts\n")
		return nil
	}
	table := s.Table("ID", "EVERY", "PUBLIC", "CASES", "TAKEN", "NAME")
	for _, e := range list {
		cases, taken, label := "", "", ""
		if edition := e.GetLatestEdition(); edition != nil {
			cases, taken = strconv.Itoa(int(edition.GetCount())), s.Time(edition.GetTakeTime().AsTime())
		}
		if len(e.GetLabels()) > 0 {
			label = e.GetLabels()[0].GetText()
		}
		table.Row(resource.ID(e.GetName()), e.GetEvery(), strconv.FormatBool(e.GetPublic()), cases, taken, label)
	}
	return table.Print(s.Out)
}

// ExtractID names an extract.
type ExtractID struct {
	Extract string `arg:"" help:"The extract, as the desk's profile calls it."`
}

func (e ExtractID) name(s *session) string { return resource.Extract(s.Desk, e.Extract) }

// ExtractShow shows one.
type ExtractShow struct {
	ExtractID
	Edition string `placeholder:"DAY" help:"Another edition than the newest, by its day: 2026-11-23."`
}

// Run prints its cases.
func (c *ExtractShow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	var edition *reportingv1.ExtractEdition
	if c.Edition != "" {
		edition, err = connected.Extracts.GetExtractEdition(ctx, &reportingv1.GetExtractEditionRequest{
			Name: c.name(s) + "/editions/" + c.Edition,
		})
	} else {
		var extract *reportingv1.Extract
		extract, err = connected.Extracts.GetExtract(ctx, &reportingv1.GetExtractRequest{Name: c.name(s)})
		edition = extract.GetLatestEdition()
	}
	switch {
	case err != nil:
		return err
	case edition == nil:
		s.Printf("it has not been taken yet\n")
		return nil
	case s.JSON:
		return s.Message(edition)
	}
	s.Printf("%s, taken %s: %d cases\n", resource.ID(edition.GetName()), s.Time(edition.GetTakeTime().AsTime()), edition.GetCount())
	if len(edition.GetRows()) == 0 {
		return nil
	}
	table := s.Table("TICKET", "STATUS", "PRIORITY", "CATEGORY", "HOLDER", "OWNER", "SERVICE", "SUBMITTED", "DAYS", "RELEASE")
	for _, row := range edition.GetRows() {
		release := ""
		if row.GetReleaseTime() != nil {
			release = s.Time(row.GetReleaseTime().AsTime())
		}
		table.Row(row.GetTicket(), caseStatus(row.GetStatus()), row.GetPriority(), row.GetCategory(), row.GetHolderParty(),
			row.GetOwnerParty(), row.GetBusinessService(), s.Time(row.GetSubmitTime().AsTime()),
			strconv.Itoa(int(row.GetAgeDays())), release)
	}
	return table.Print(s.Out)
}

func caseStatus(status triagev1.TicketStatus) string {
	return strings.ToLower(strings.TrimPrefix(status.String(), "TICKET_STATUS_"))
}

// ExtractEditions lists what was taken.
type ExtractEditions struct {
	ExtractID
	Limit int `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *ExtractEditions) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(c.Limit, func(size int32, token string) ([]*reportingv1.ExtractEdition, string, error) {
		page, err := connected.Extracts.ListExtractEditions(ctx, &reportingv1.ListExtractEditionsRequest{
			Parent: c.name(s), PageSize: min(size, 100), PageToken: token,
		})
		return page.GetExtractEditions(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&reportingv1.ListExtractEditionsResponse{ExtractEditions: list})
	}
	if len(list) == 0 {
		s.Printf("no editions\n")
		return nil
	}
	table := s.Table("EDITION", "CASES", "TAKEN")
	for _, e := range list {
		table.Row(resource.ID(e.GetName()), strconv.Itoa(int(e.GetCount())), s.Time(e.GetTakeTime().AsTime()))
	}
	return table.Print(s.Out)
}
