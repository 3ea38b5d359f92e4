package resilience

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/test/house"
)

// rebuilt has reporting make everything again, in peace, and holds the result against what it made under fire.
func rebuilt(ctx context.Context, h *house.House) (finding, error) {
	before, err := readModel(ctx, h)
	if err != nil {
		return finding{}, err
	}
	_, err = h.GRPC.Reporting.RebuildReadModel(h.As(ctx, house.Root), &reportingv1.RebuildReadModelRequest{RequestId: house.ID()})
	if err != nil {
		return finding{}, fmt.Errorf("rebuild: %w", err)
	}
	if err := quiet(ctx, h); err != nil {
		return finding{}, err
	}
	after, err := readModel(ctx, h)
	if err != nil {
		return finding{}, err
	}
	f := finding{examined: len(before)}
	for table, made := range before {
		if after[table] != made {
			f.mind("%s was %s and is now %s (rows and digest)", table, made, after[table])
		}
	}
	return f, nil
}

// readModel is a digest of each of reporting's own tables.
func readModel(ctx context.Context, h *house.House) (map[string]string, error) {
	tables := map[string]string{}
	for _, table := range []string{"history", "history_texts", "tickets", "steps", "groups", "memberships"} {
		var digest string
		err := h.DB("reporting").QueryRow(ctx, `SELECT count(*) || ' ' || md5(coalesce(string_agg(row, '' ORDER BY row), ''))
			FROM (SELECT md5(t::text) AS row FROM `+pgx.Identifier{table}.Sanitize()+` t) rows`).Scan(&digest)
		if err != nil {
			return nil, fmt.Errorf("digest of %s: %w", table, err)
		}
		tables[table] = digest
	}
	return tables, nil
}
