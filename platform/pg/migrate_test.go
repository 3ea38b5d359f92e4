package pg_test

import (
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/pgtest"
)

var empty = pgtest.NewTemplate()

// migrations makes a set out of file names and the SQL that goes up.
func migrations(name string, up map[string]string) pg.Migrations {
	files := fstest.MapFS{}
	for file, sql := range up {
		files[file] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql + "\n")}
	}
	return pg.Migrations{Name: name, Files: files}
}

// with is the next release of a set.
func with(set pg.Migrations, file, sql string) pg.Migrations {
	files := maps.Clone(set.Files.(fstest.MapFS))
	files[file] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql + "\n")}
	return pg.Migrations{Name: set.Name, Files: files}
}

var (
	feed   = migrations("feed", map[string]string{"00001_events.sql": "CREATE TABLE event (position bigint);"})
	triage = migrations("triage", map[string]string{
		"00001_ticket.sql": "CREATE TABLE ticket (name text);",
		"00002_holder.sql": "ALTER TABLE ticket ADD holder text;",
	})
)

func TestSetsOfMigrationsLiveInOneDatabase(t *testing.T) {
	t.Parallel()
	url := empty.URL(t)
	pool := openPool(t, pg.Config{URL: url})
	if err := pg.SchemaCurrent(t.Context(), pool, feed, triage); err == nil {
		t.Error("an empty database passes for current")
	}
	for range 2 { // the second time there is nothing to do
		if err := pg.Migrate(t.Context(), url, nil, feed, triage); err != nil {
			t.Fatal(err)
		}
	}
	if err := pg.SchemaCurrent(t.Context(), pool, feed, triage); err != nil {
		t.Error(err)
	}
	count(t, pool, "SELECT count(holder) + (SELECT count(*) FROM event) FROM ticket")
	if n := count(t, pool, "SELECT count(*) FROM feed_migrations, triage_migrations"); n != 2*3 { // each has goose's own row 0
		t.Errorf("%d pairs of versions, want 6", n)
	}
}

// Expand and contract: while a release rolls out, the old one runs on the new schema, and may even be the one that migrates.
func TestOldReleaseLivesWithTheNextSchema(t *testing.T) {
	t.Parallel()
	url := empty.URL(t)
	pool := openPool(t, pg.Config{URL: url})
	next := with(triage, "00003_group.sql", "ALTER TABLE ticket ADD crew text;")
	if err := pg.Migrate(t.Context(), url, nil, triage); err != nil {
		t.Fatal(err)
	}
	err := pg.SchemaCurrent(t.Context(), pool, next)
	if err == nil || !strings.Contains(err.Error(), "triage is at version 2, this release needs 3") {
		t.Errorf("the next release on the old schema: %v", err)
	}
	if err := pg.Migrate(t.Context(), url, nil, next); err != nil {
		t.Fatal(err)
	}
	if err := pg.Migrate(t.Context(), url, nil, triage); err != nil {
		t.Errorf("the old release does not start on the next schema: %v", err)
	}
	if err := pg.SchemaCurrent(t.Context(), pool, triage); err != nil {
		t.Errorf("the old release is not healthy on the next schema: %v", err)
	}
}

// Without the lock, several of these would run the same migration and all but one fail.
func TestReplicasThatStartTogetherMigrateOnce(t *testing.T) {
	t.Parallel()
	url := empty.URL(t)
	slow := with(feed, "00002_slow.sql", "SELECT pg_sleep(0.2); CREATE TABLE once (n int); INSERT INTO once VALUES (1);")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := pg.Migrate(t.Context(), url, nil, slow); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := count(t, openPool(t, pg.Config{URL: url}), "SELECT count(*) FROM once"); n != 1 {
		t.Errorf("ran %d times", n)
	}
}

func TestFailedMigrationLeavesTheLastVersion(t *testing.T) {
	t.Parallel()
	url := empty.URL(t)
	pool := openPool(t, pg.Config{URL: url})
	broken := with(triage, "00003_broken.sql", "CREATE TABLE half (n int); SELECT no_such_function();")
	if err := pg.Migrate(t.Context(), url, nil, broken); err == nil || !strings.Contains(err.Error(), "version:3") {
		t.Errorf("the failed version is not named: %v", err)
	}
	if err := pg.SchemaCurrent(t.Context(), pool, triage); err != nil {
		t.Errorf("version 2 is not in place: %v", err)
	}
	if n := count(t, pool, "SELECT count(*) FROM pg_class WHERE relname = 'half'"); n != 0 {
		t.Error("half a migration was committed")
	}
}

func TestMigrationsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	url := empty.URL(t)
	pool := openPool(t, pg.Config{URL: url})
	for name, set := range map[string]pg.Migrations{
		"no files":      {Name: "feed", Files: fstest.MapFS{}},
		"name is SQL":   {Name: "feed; DROP", Files: feed.Files},
		"name is upper": {Name: "Feed", Files: feed.Files},
		"no number":     {Name: "feed", Files: fstest.MapFS{"first.sql": feed.Files.(fstest.MapFS)["00001_events.sql"]}},
	} {
		if err := pg.Migrate(t.Context(), url, nil, set); err == nil {
			t.Errorf("%s: migrated", name)
		}
		if err := pg.SchemaCurrent(t.Context(), pool, set); err == nil {
			t.Errorf("%s: current", name)
		}
	}
	err := pg.Migrate(t.Context(), "postgres://bavn:hunter2@local host/", nil, feed)
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a bad URL: %v", err)
	}
}
