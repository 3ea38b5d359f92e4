package bench

import (
	"bytes"
	"context"
	"embed"
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
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("make pgbench's tables: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // what was done is committed
	if _, err := conn.Exec(ctx, string(tables)); err != nil {
		return nil, fmt.Errorf("make pgbench's tables: %w", err)
	}
	return y, nil
}

var tps = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

// run returns the transactions per second of a while.
func (y *yardstick) run(ctx context.Context, last time.Duration) (float64, error) {
	clients := strconv.Itoa(y.clients)
	command := exec.CommandContext(ctx, y.program, //nolint:gosec // found in PATH or beside the server's programs
		"--no-vacuum", "--protocol=prepared", "--client="+clients, "--jobs=2",
		"--time="+strconv.Itoa(max(int(last.Seconds()), 1)), "--file="+y.script, y.url)
	var said, complained bytes.Buffer
	command.Stdout, command.Stderr = &said, &complained
	if err := command.Run(); err != nil {
		return 0, fmt.Errorf("run pgbench: %w: %s", err, complained.String())
	}
	found := tps.FindSubmatch(said.Bytes())
	if found == nil {
		return 0, fmt.Errorf("run pgbench: no rate in what it says: %s", said.String())
	}
	return strconv.ParseFloat(string(found[1]), 64)
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
