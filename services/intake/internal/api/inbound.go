package api

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// downloadPart is how much of an original one message carries.
const downloadPart = 256 << 10

// Inbound serves bavn.intake.v1.InboundService.
type Inbound struct {
	intakev1.UnimplementedInboundServiceServer
	Gate     *access.Gate
	Commands *command.Commands
	Pages    *Pages
}

// ListInboundItems lists what came in, newest first.
func (s *Inbound) ListInboundItems(
	ctx context.Context, r *intakev1.ListInboundItemsRequest,
) (*intakev1.ListInboundItemsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "ListInboundItems", desk, nil); err != nil {
		return nil, err
	}
	method := "ListInboundItems"
	if r.Outcome != nil {
		method += "/" + r.GetOutcome().String() // a page's token is good for the same outcome
	}
	page, err := s.Pages.open(ctx, desk, method, r.GetPageSize(), r.GetPageToken())
	if err != nil {
		return nil, err
	}
	before := uuid.Max
	if page.after != "" {
		before = uuid.UUID([]byte(page.after))
	}
	q := store.New(s.Gate.Pool)
	var rows []store.InboundItem
	if r.Outcome == nil {
		rows, err = q.ListInboundItems(ctx, store.ListInboundItemsParams{Desk: desk, Before: before, Size: page.size + 1})
	} else {
		rows, err = q.ListInboundItemsByOutcome(ctx, store.ListInboundItemsByOutcomeParams{
			Desk: desk, Outcome: int16(r.GetOutcome()), Before: before, Size: page.size + 1,
		})
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	response := new(intakev1.ListInboundItemsResponse)
	if int32(len(rows)) > page.size {
		rows = rows[:page.size]
		response.NextPageToken = page.next(string(rows[page.size-1].Inbound[:]))
	}
	for _, row := range rows {
		response.InboundItems = append(response.InboundItems, row.Proto())
	}
	return response, nil
}

// GetInboundItem reads one.
func (s *Inbound) GetInboundItem(ctx context.Context, r *intakev1.GetInboundItemRequest) (*intakev1.InboundItem, error) {
	item, err := s.item(ctx, "GetInboundItem", r.GetName())
	if err != nil {
		return nil, err
	}
	return item.Proto(), nil
}

// DownloadInboundOriginal sends the original in parts, so that neither side holds the whole.
func (s *Inbound) DownloadInboundOriginal(
	r *intakev1.DownloadInboundOriginalRequest, stream grpc.ServerStreamingServer[intakev1.DownloadInboundOriginalResponse],
) error {
	ctx := stream.Context()
	item, err := s.item(ctx, "DownloadInboundOriginal", r.GetName())
	if err != nil {
		return err
	}
	original, err := s.Commands.OpenOriginal(ctx, item)
	if err != nil {
		return err
	}
	defer func() { _ = original.Close() }() // it was only read
	part := make([]byte, downloadPart)
	for {
		n, err := io.ReadFull(original, part)
		if n > 0 {
			if err := stream.Send(&intakev1.DownloadInboundOriginalResponse{Content: part[:n]}); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// ReleaseInboundItem has a quarantined item handled again.
func (s *Inbound) ReleaseInboundItem(ctx context.Context, r *intakev1.ReleaseInboundItemRequest) (*intakev1.InboundItem, error) {
	if err := s.Gate.Inbound(ctx, "ReleaseInboundItem", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	return s.Commands.ReleaseInboundItem(ctx, r)
}

// DismissInboundItem ends a quarantined item.
func (s *Inbound) DismissInboundItem(ctx context.Context, r *intakev1.DismissInboundItemRequest) (*intakev1.InboundItem, error) {
	if err := s.Gate.Inbound(ctx, "DismissInboundItem", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	return s.Commands.DismissInboundItem(ctx, r)
}

// GetInboundLedger counts.
func (s *Inbound) GetInboundLedger(ctx context.Context, r *intakev1.GetInboundLedgerRequest) (*intakev1.InboundLedger, error) {
	desk := resourcename.Desk(r.GetName())
	if err := s.Gate.Desk(ctx, "GetInboundLedger", desk, nil); err != nil {
		return nil, err
	}
	rows, err := store.New(s.Gate.Pool).CountInbound(ctx, desk)
	if err != nil {
		return nil, pg.Translate(err)
	}
	missing, err := s.Commands.MissingOriginals(ctx, desk)
	if err != nil {
		return nil, err
	}
	ledger := &intakev1.InboundLedger{Name: r.GetName()}
	for _, row := range rows {
		count := &intakev1.InboundCount{
			Source: row.Source, Accepted: row.Accepted, Ticketed: row.Ticketed, Joined: row.Joined, Refused: row.Refused,
			Quarantined: row.Quarantined, Duplicate: row.Duplicate, Pending: row.Pending, Originals: row.Originals - missing[row.Source],
			Erased: row.Erased, Missing: row.Missing + missing[row.Source],
		}
		if row.OldestPending.After(time.Unix(0, 0)) {
			count.OldestPendingTime = timestamppb.New(row.OldestPending)
		}
		ledger.Counts = append(ledger.Counts, count)
	}
	return ledger, nil
}

func (s *Inbound) item(ctx context.Context, action, name string) (store.InboundItem, error) {
	if err := s.Gate.Inbound(ctx, action, resourcename.Desk(name)); err != nil {
		return store.InboundItem{}, err
	}
	id, err := uuid.Parse(resourcename.ID(name))
	if err != nil {
		return store.InboundItem{}, access.ErrNotFound
	}
	item, err := store.New(s.Gate.Pool).GetInboundItem(ctx, store.GetInboundItemParams{Desk: resourcename.Desk(name), Inbound: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return item, access.ErrNotFound
	}
	return item, pg.Translate(err)
}
