package bench

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed pgbench/*.sql
var scripts embed.FS

// yardstick is PostgreSQL's own benchmark on the server that the suite runs on, in a database of its own.
type yardstick struct {
	program string // pgbench
	url     string
	conn    *pgx.Conn
	script  string // file
	clients int
}

// openYardstick makes the tables. program is pgbench's path.
func openYardstick(ctx context.Context, program, url, folder string, clients int) (*yardstick, error) {
	tables, err := scripts.ReadFile("pgbench/create_tables.sql")
	if err != nil {
		return nil, err
	}
	transaction, err := scripts.ReadFile("pgbench/create_ticket.sql")
	if err != nil {
		return nil, err
	}
	y := &yardstick{program: program, url: url, script: filepath.Join(folder, "create_ticket.sql"), clients: clients}
	if err := os.WriteFile(y.script, transaction, 0o600); err != nil {
		return nil, fmt.Errorf("write pgbench's script: %w", err)
	}
	if y.conn, err = pgx.Connect(ctx, url); err != nil {
		return nil, fmt.Errorf("make pgbench's tables: %w", err)
	}
	if _, err := y.conn.Exec(ctx, string(tables)); err != nil {
		return nil, errors.Join(fmt.Errorf("make pgbench's tables: %w", err), y.conn.Close(ctx))
	}
	return y, nil
}

// endOfProcess is how long a server's process may take to end after its entry among the connections is gone.
const endOfProcess = 200 * time.Millisecond

// gone waits for the server's processes of a run to end, because what they used up is counted only then.
func (y *yardstick) gone(ctx context.Context) error {
	for {
		var left int
		err := y.conn.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&left)
		if err == nil && left == 0 {
			return waitUntil(ctx, time.Now().Add(endOfProcess))
		}
		if err == nil {
			err = waitUntil(ctx, time.Now().Add(lookAgain))
		}
		if err != nil {
			return fmt.Errorf("wait for pgbench's connections to end: %w", err)
		}
	}
}

var tps = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

var processed = regexp.MustCompile(`(?m)^number of transactions actually processed: ([0-9]+)`)

// reading is one run of pgbench.
type reading struct {
	tps           float64
	transactions  int
	processorTime time.Duration // of pgbench itself
}

// run lets pgbench work for a while.
func (y *yardstick) run(ctx context.Context, last time.Duration) (reading, error) {
	clients := strconv.Itoa(y.clients)
	command := exec.CommandContext(ctx, y.program, //nolint:gosec // found in PATH or beside the server's programs
		"--no-vacuum", "--protocol=prepared", "--client="+clients, "--jobs=2",
		"--time="+strconv.Itoa(max(int(last.Seconds()), 1)), "--file="+y.script, y.url)
	var said, complained bytes.Buffer
	command.Stdout, command.Stderr = &said, &complained
	if err := command.Run(); err != nil {
		return reading{}, fmt.Errorf("run pgbench: %w: %s", err, complained.String())
	}
	if err := y.gone(ctx); err != nil {
		return reading{}, err
	}
	rate, count := tps.FindSubmatch(said.Bytes()), processed.FindSubmatch(said.Bytes())
	if rate == nil || count == nil {
		return reading{}, fmt.Errorf("run pgbench: no rate in what it says: %s", said.String())
	}
	r := reading{processorTime: command.ProcessState.UserTime() + command.ProcessState.SystemTime()}
	var err error
	if r.tps, err = strconv.ParseFloat(string(rate[1]), 64); err == nil {
		r.transactions, err = strconv.Atoi(string(count[1]))
	}
	if err != nil {
		return reading{}, fmt.Errorf("run pgbench: read what it says: %w", err)
	}
	return r, nil
}

// findPGBench looks where the server's programs are, then in PATH.
func findPGBench() (string, error) {
	if beside := filepath.Join(os.Getenv("BAVN_PG_BIN"), "pgbench"); os.Getenv("BAVN_PG_BIN") != "" {
		if path, err := exec.LookPath(beside); err == nil {
			return path, nil
		}
	}
	return exec.LookPath("pgbench")
}
