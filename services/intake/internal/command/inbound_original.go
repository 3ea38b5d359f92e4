package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// OpenOriginal reads what came in, byte by byte as it came. The caller closes it. NOT_FOUND says that it was erased.
func (c *Commands) OpenOriginal(ctx context.Context, item store.InboundItem) (io.ReadCloser, error) {
	q := store.New(c.Pool)
	if item.DuplicateOf != nil { // the same bytes are kept once
		first, err := q.GetInboundItem(ctx, store.GetInboundItemParams{Desk: item.Desk, Inbound: *item.DuplicateOf})
		if err != nil {
			return nil, pg.Translate(err)
		}
		if bytes.Equal(first.OriginalSha256, item.OriginalSha256) {
			item = first
		}
	}
	if item.InBlob {
		content, err := c.Blobs.Get(ctx, originalKey(item))
		if errors.Is(err, blobstore.ErrNotFound) {
			return nil, fault.New(codes.NotFound, fault.NotFound)
		}
		return content, err
	}
	content, err := q.GetInboundOriginal(ctx, store.GetInboundOriginalParams{Desk: item.Desk, Inbound: item.Inbound})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.New(codes.NotFound, fault.NotFound)
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

// Original is the whole original, for who has to hold it to read it.
func (c *Commands) Original(ctx context.Context, item store.InboundItem) ([]byte, error) {
	original, err := c.OpenOriginal(ctx, item)
	if err != nil {
		return nil, fmt.Errorf("read the original: %w", err)
	}
	whole, err := io.ReadAll(original)
	return whole, errors.Join(err, original.Close())
}

// MissingOriginals counts by source the blobs that ought to be there and are not.
func (c *Commands) MissingOriginals(ctx context.Context, desk string) (map[string]int64, error) {
	rows, err := store.New(c.Pool).InboundBlobs(ctx, desk)
	if err != nil {
		return nil, pg.Translate(err)
	}
	missing := map[string]int64{}
	for _, row := range rows {
		content, err := c.Blobs.Get(ctx, originalKey(store.InboundItem{Desk: desk, Inbound: row.Inbound}))
		switch {
		case errors.Is(err, blobstore.ErrNotFound):
			missing[row.Source]++
		case err != nil:
			return nil, err
		default:
			_ = content.Close() // nothing was read
		}
	}
	return missing, nil
}
