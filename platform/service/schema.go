package service

import (
	"context"
	"log/slog"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/membership"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
)

// Schemas are all migrations of a service's database, in the order in which they are applied.
func Schemas(spec Spec) []pg.Migrations {
	return []pg.Migrations{
		feed.Migrations(), request.Migrations(), membership.Migrations(),
		{Name: spec.Name, Files: spec.Migrations},
	}
}

// Migrate brings a service's database up to date: its own tables and those of its jobs.
func Migrate(ctx context.Context, url string, log *slog.Logger, schemas []pg.Migrations) error {
	if err := pg.Migrate(ctx, url, log, schemas...); err != nil {
		return err
	}
	return jobs.Migrate(ctx, url)
}
