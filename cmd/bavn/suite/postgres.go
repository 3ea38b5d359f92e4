package suite

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"

	"github.com/bavn/bavn/platform/localpg"
)

// services that own a database, named after them.
var withDatabase = []string{"intake", "triage", "notify", "reporting"}

// postgresFolder is where the database lives. Started by root, PostgreSQL runs as another user, who must be able to reach it:
// if the suite's folder is in a place that is closed to others (/root), the database goes to /var/tmp.
func (f Folder) postgresFolder() (string, error) {
	path, err := filepath.Abs(f.Path("postgres"))
	if err != nil {
		return "", fmt.Errorf("find a place for PostgreSQL: %w", err)
	}
	if os.Geteuid() != 0 {
		return path, nil
	}
	for parent := filepath.Dir(path); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err != nil {
			return "", fmt.Errorf("find a place for PostgreSQL: %w", err)
		}
		if info.Mode().Perm()&0o001 == 0 {
			sum := sha256.Sum256([]byte(path))
			return filepath.Join("/var/tmp", "bavn-"+hex.EncodeToString(sum[:8])), nil
		}
		if parent == filepath.Dir(parent) {
			return path, nil
		}
	}
}

func startPostgres(ctx context.Context, cfg Config, folder Folder, port int) (*localpg.Server, error) {
	options := localpg.Options{
		Durable: cfg.Durable, Port: port,
		// Four pools, River's and the feeds' listeners, and room for somebody who looks.
		Settings: map[string]string{"max_connections": "120"},
	}
	if cfg.Dir == "" {
		options.Memory = !cfg.Durable
	} else {
		place, err := folder.postgresFolder()
		if err != nil {
			return nil, err
		}
		options.Dir = place
	}
	server, err := localpg.Start(ctx, options)
	if err != nil {
		return nil, err
	}
	for _, name := range withDatabase {
		if err := server.CreateDatabase(ctx, name); err != nil {
			return server, err
		}
	}
	return server, nil
}
