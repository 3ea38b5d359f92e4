// Package localpg starts a private PostgreSQL for development, tests and benchmarks: it finds the programs, makes a
// cluster with a random password, listens on 127.0.0.1 only, and never outlives the process that started it.
//
// As root the server runs as the user postgres or nobody.
package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Options says what kind of server to start. The zero value is a temporary, fast, not durable one.
type Options struct {
	// Dir keeps the cluster (data, password, log) and is made if missing; a cluster in it is used again. Started by root,
	// it must be reachable for the user postgres or nobody (below /var/tmp, not /root). Empty means a temporary folder,
	// which is gone after Stop or when the process ends.
	Dir string
	// Memory puts a temporary folder into /dev/shm if a gigabyte is free there: files are made about ten times as fast, which
	// is what tests do.
	Memory bool
	// Durable makes a commit survive a power cut (fsync on). Without it only a crash of PostgreSQL itself is survived.
	Durable bool
	// Port to listen on; 0 picks a free one outside the kernel's range for outgoing connections, so that the port is still
	// free at a Restart.
	Port int
	// Settings are added to, or replace, the server's configuration ("max_connections": "300").
	Settings map[string]string
	// Log receives PostgreSQL's log, besides the file postgres.log in the folder. May be nil.
	Log io.Writer
}

// Server is a running private PostgreSQL. Its methods are safe for concurrent use.
type Server struct {
	cluster cluster
	options Options

	mu      sync.Mutex
	port    int
	process *child // nil when not running
	pid     int    // the postmaster's
}

// startLimit bounds a start: a crash recovery may take a while, a new cluster takes half a second.
const startLimit = time.Minute

// Start starts a server and returns when it answers. ctx bounds the start only; without a deadline the limit is a minute.
func Start(ctx context.Context, options Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	where, err := usualPlaces()
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	bin, err := where.find()
	if err != nil {
		return nil, err
	}
	c, err := openCluster(ctx, bin, options)
	if err != nil {
		return nil, err
	}
	s := &Server{cluster: c, options: options, port: options.Port}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.startOnFreePort(ctx); err != nil {
		return nil, errors.Join(err, s.removeTemporary())
	}
	return s, nil
}

// URL returns the connection URL of a database, with the password in it.
func (s *Server) URL(database string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url(database)
}

func (s *Server) url(database string) string {
	return (&url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, s.cluster.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}).String()
}

// CreateDatabase creates a database unless it exists.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	const duplicateDatabase = "42P04"
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == duplicateDatabase {
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// Stop ends the server and removes a temporary folder. When ctx ends first, open connections are cut. It may be called
// again.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	signal := syscall.SIGINT // "fast": roll back what is open, write a checkpoint
	if s.cluster.temporary {
		signal = syscall.SIGQUIT // nobody reads the data again
	}
	return errors.Join(s.end(ctx, signal), s.removeTemporary())
}

// Kill ends the server the hard way: SIGKILL to the postmaster, as a crash would. Restart brings it back.
func (s *Server) Kill() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	return errors.Join(s.end(context.Background(), syscall.SIGKILL), s.disownLock())
}

// Restart starts the server again on the same folder and port, after Kill, Stop (of a kept folder) or while it runs.
func (s *Server) Restart(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.end(ctx, syscall.SIGINT); err != nil {
		return err
	}
	return s.launch(ctx)
}

func (s *Server) removeTemporary() error {
	if !s.cluster.temporary {
		return nil
	}
	return os.RemoveAll(s.cluster.dir)
}

// end sends the signal and waits for the end; when ctx ends first, it cuts the lifeline, which ends it at once.
func (s *Server) end(ctx context.Context, signal syscall.Signal) error {
	if s.process == nil {
		return nil
	}
	defer func() { s.process = nil }()
	if !s.process.exited() {
		if err := syscall.Kill(s.pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("signal PostgreSQL: %w", err)
		}
	}
	select {
	case <-s.process.done:
	case <-ctx.Done():
		s.process.hangUp()
		<-s.process.done
	}
	return nil
}
