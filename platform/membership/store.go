package membership

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
)

// Types of the events that carry a commonv1.Membership.
const (
	Granted = "membership.granted"
	Revoked = "membership.revoked"
)

const (
	// cacheFor bounds how long another replica's revocation may go unnoticed; on this one it shows at once.
	cacheFor = 2 * time.Second
	// cacheSize bounds memory: past it the cache starts anew.
	cacheSize = 10_000
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations holds the schema of the projection.
func Migrations() pg.Migrations {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return pg.Migrations{Name: "membership", Files: files}
}

// Store reads and keeps the memberships of one service's database.
type Store struct {
	pool  *pgxpool.Pool
	clock clock.Clock

	mu         sync.Mutex
	generation uint64 // moves with every change that this process commits
	cache      map[key]entry
}

type key struct{ desk, person string }

type entry struct {
	set  Set
	read time.Time
}

// NewStore makes the store of a process.
func NewStore(pool *pgxpool.Pool, now clock.Clock) *Store {
	return &Store{pool: pool, clock: now, cache: map[key]entry{}}
}

// Of returns what a person is in a desk, at most two seconds old.
func (s *Store) Of(ctx context.Context, desk, person string) (Set, error) {
	k := key{desk, person}
	now := s.clock.Now()
	s.mu.Lock()
	cached, ok := s.cache[k]
	generation := s.generation
	s.mu.Unlock()
	if ok && now.Sub(cached.read) < cacheFor {
		return cached.set, nil
	}
	set, err := s.read(ctx, desk, person)
	if err != nil {
		return Set{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.generation != generation {
		return set, nil // read before a change that has been committed since: good for this answer, not for the next
	}
	if len(s.cache) >= cacheSize {
		clear(s.cache)
	}
	s.cache[k] = entry{set: set, read: now}
	return set, nil
}

func (s *Store) read(ctx context.Context, desk, person string) (Set, error) {
	rows, err := s.pool.Query(ctx,
		"SELECT membership, party, grp, roles FROM memberships WHERE person = $1 AND desk = $2 ORDER BY membership", person, desk)
	if err != nil {
		return Set{}, fmt.Errorf("read memberships: %w", err)
	}
	set := Set{Person: person}
	m := Membership{Person: person}
	_, err = pgx.ForEachRow(rows, []any{&m.ID, &m.Party, &m.Group, &m.Roles}, func() error {
		set.Memberships = append(set.Memberships, m)
		m.Roles = nil // the next row gets a slice of its own
		return nil
	})
	if err != nil {
		return Set{}, fmt.Errorf("read memberships: %w", err)
	}
	return set, nil
}

// Desks returns the desks that a person has a part in.
func (s *Store) Desks(ctx context.Context, person string) ([]string, error) {
	rows, err := s.pool.Query(ctx, "SELECT DISTINCT desk FROM memberships WHERE person = $1 ORDER BY desk", person)
	if err != nil {
		return nil, fmt.Errorf("read desks of a person: %w", err)
	}
	desks, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read desks of a person: %w", err)
	}
	return desks, nil
}

// DB is the transaction in which a change is kept.
type DB interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// Grant keeps a membership, replacing one of the same name. Call Changed after the commit.
func Grant(ctx context.Context, db DB, desk string, m *commonv1.Membership) error {
	_, err := db.Exec(ctx, `INSERT INTO memberships (desk, membership, person, party, grp, roles) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (desk, membership) DO UPDATE
		SET person = EXCLUDED.person, party = EXCLUDED.party, grp = EXCLUDED.grp, roles = EXCLUDED.roles`,
		desk, resourcename.ID(m.GetName()), resourcename.ID(m.GetPerson()), resourcename.ID(m.GetParty()),
		resourcename.ID(m.GetGroup()), m.GetRoles())
	if err != nil {
		return fmt.Errorf("keep membership: %w", err)
	}
	return nil
}

// Revoke forgets a membership. Call Changed after the commit.
func Revoke(ctx context.Context, db DB, desk string, m *commonv1.Membership) error {
	_, err := db.Exec(ctx, "DELETE FROM memberships WHERE desk = $1 AND membership = $2", desk, resourcename.ID(m.GetName()))
	if err != nil {
		return fmt.Errorf("forget membership: %w", err)
	}
	return nil
}

// Changed makes this process read anew. Call it after a change was committed.
func (s *Store) Changed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation++
	clear(s.cache)
}
