package cli

import (
	"context"

	"github.com/bavn/bavn/cmd/bavn/internal/figures"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
)

// Figures prints a desk's figures.
type Figures struct{}

// Run prints the table of the data README; -o json prints all that the service knows.
func (*Figures) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	answer, err := connected.Reporting.GetFigures(ctx, &reportingv1.GetFiguresRequest{Name: s.desk()})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(answer)
	}
	// Names are nicer than ids; who may read figures and not the directory gets the ids.
	names := map[string]string{}
	if groups, err := s.groups(ctx, "-"); err == nil {
		for _, g := range groups {
			names[resource.ID(g.GetName())] = g.GetDisplayName()
		}
	}
	table := s.Table("MEASURE", "VALUE")
	table.Width = 0 // a figure that is cut off is wrong
	for _, measure := range figures.Table(answer, names) {
		table.Row(measure.Name, measure.Value)
	}
	return table.Print(s.Out)
}
