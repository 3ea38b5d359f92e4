package cli

import (
	"context"
	"strconv"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// PageCalls lists how those on duty were called.
type PageCalls struct {
	Page  string `arg:"" help:"Id or full name of the call."`
	Limit int    `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table, the last first.
func (c *PageCalls) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(c.Limit, func(size int32, token string) ([]*notifyv1.PageCall, string, error) {
		page, err := connected.Paging.ListPageCalls(ctx, &notifyv1.ListPageCallsRequest{
			Parent: s.desk() + "/pages/" + resource.ID(c.Page), PageSize: size, PageToken: token,
		})
		return page.GetCalls(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&notifyv1.ListPageCallsResponse{Calls: list})
	}
	table := s.Table("TURN", "CALLED", "BY", "DELIVERY", "ATTEMPTS", "WHY", "ASKED FOR")
	for _, call := range list {
		table.Row(strconv.Itoa(int(call.GetTurn())), resource.Short(call.GetCalled()), word(call.GetMedium().String(), "MEDIUM_"),
			word(call.GetDelivery().String(), "DELIVERY_"), strconv.Itoa(int(call.GetAttempts())), call.GetReason(),
			s.Time(call.GetCreateTime().AsTime()))
	}
	return table.Print(s.Out)
}
