package app

import (
	"context"

	"github.com/bavn/bavn/platform/service"
)

// Migrate makes the template of the tests' databases.
func Migrate(ctx context.Context, url string) error {
	return service.Migrate(ctx, url, nil, service.Schemas(spec()))
}
