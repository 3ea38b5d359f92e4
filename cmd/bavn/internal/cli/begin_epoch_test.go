package cli

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
)

var database = pgtest.NewTemplate(func(ctx context.Context, url string) error {
	return pg.Migrate(ctx, url, nil, feed.Migrations())
})

func TestAnEpochBeginsOnlyInADatabaseThatNobodyUses(t *testing.T) {
	t.Parallel()
	url := database.URL(t)
	service, err := pgx.Connect(t.Context(), url)
	if err == nil {
		err = feed.CheckEpoch(t.Context(), service)
	}
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := run(t, "begin-epoch", "--db", url)
	if code != failure.Refused || stdout != "" || !strings.Contains(stderr, "stop every service") {
		t.Errorf("while a service is connected: exit code %d, %q, %q", code, stdout, stderr)
	}
	if err := service.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); { // until the server has noticed
		if code, stdout, stderr = run(t, "begin-epoch", "--db", url); code != failure.Refused {
			break
		}
	}
	if code != failure.OK || !strings.HasPrefix(stdout, "epoch 2 begins") {
		t.Errorf("exit code %d, %q, %q", code, stdout, stderr)
	}
}

func TestADatabaseOfSomethingElseHasNoEpochs(t *testing.T) {
	t.Parallel()
	code, _, stderr := run(t, "begin-epoch", "--db", pgtest.Server(t).URL("postgres"))
	if code != failure.Failed || !strings.Contains(stderr, "feed_epochs") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
