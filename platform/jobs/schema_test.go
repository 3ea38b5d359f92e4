package jobs_test

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pgtest"
)

func TestReplicasMigrateTogether(t *testing.T) {
	t.Parallel()
	empty := pgtest.NewTemplate()
	url := empty.URL(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	if err := jobs.SchemaCurrent(t.Context(), pool); err == nil {
		t.Error("an empty database has no job tables")
	}
	results := make(chan error, 4)
	for range cap(results) {
		go func() { results <- jobs.Migrate(t.Context(), url) }()
	}
	for range cap(results) {
		if err := receive(t, "migration", results); err != nil {
			t.Error(err)
		}
	}
	if err := jobs.SchemaCurrent(t.Context(), pool); err != nil {
		t.Error(err)
	}
	const forgetLast = "DELETE FROM river_migration WHERE version = (SELECT max(version) FROM river_migration)"
	if _, err := pool.Exec(t.Context(), forgetLast); err != nil {
		t.Fatal(err)
	}
	if err := jobs.SchemaCurrent(t.Context(), pool); err == nil {
		t.Error("a database restored from before the last migration is not current")
	}
}

func TestAJobIsWrittenToNoIndexThatNobodyReads(t *testing.T) {
	t.Parallel()
	migrated := pgtest.NewTemplate(jobs.Migrate)
	pool, err := pgxpool.New(t.Context(), migrated.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	var inverted int
	const count = "SELECT count(*) FROM pg_indexes WHERE tablename = 'river_job' AND indexdef LIKE '%USING gin%'"
	if err := pool.QueryRow(t.Context(), count).Scan(&inverted); err != nil {
		t.Fatal(err)
	}
	if inverted > 0 {
		t.Errorf("%d inverted indexes on river_job, which every job would be written to", inverted)
	}
}
