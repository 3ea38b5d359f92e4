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
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
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

const (
	startLimit  = time.Minute            // a crash recovery may take a while, a new cluster half a second
	startPoll   = 10 * time.Millisecond  // how often a starting server is asked whether it answers
	relaunch    = 100 * time.Millisecond // pause before starting again over a server that is still dying
	portTries   = 20
	lowestPort  = 15_000 // the range lies below the kernel's outgoing ports (32768 and up)
	highestPort = 32_000
	logTail     = 2_000 // bytes of the log in an error
)

// Start starts a server and returns when it answers. ctx bounds the start only; without a deadline the limit is a minute.
func Start(ctx context.Context, options Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	workDir, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	bin, err := findBinaries(os.Getenv, workDir)
	if err != nil {
		return nil, err
	}
	c, err := openCluster(ctx, options.Dir, bin, options.Durable)
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
	return s.end(context.Background(), syscall.SIGKILL)
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

// startOnFreePort launches on the wanted port, or tries ports until one is free: between the look and PostgreSQL's own
// bind another process may take it.
func (s *Server) startOnFreePort(ctx context.Context) error {
	if s.port != 0 {
		return s.launch(ctx)
	}
	var err error
	for range portTries {
		s.port = lowestPort + rand.IntN(highestPort-lowestPort)
		if !portFree(s.port) {
			continue
		}
		if err = s.launch(ctx); !errors.Is(err, errPortTaken) {
			return err
		}
	}
	return fmt.Errorf("no free port between %d and %d: %w", lowestPort, highestPort, err)
}

func portFree(port int) bool {
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return listener.Close() == nil
}

// launch starts the postmaster and waits until it answers. After a kill the old server's backends need a moment to let
// go of the data.
func (s *Server) launch(ctx context.Context) error {
	for {
		err := s.tryLaunch(ctx)
		if !errors.Is(err, errStillDying) {
			return err
		}
		select {
		case <-time.After(relaunch):
		case <-ctx.Done():
			return err
		}
	}
}

var (
	errPortTaken  = errors.New("port is taken")
	errStillDying = errors.New("previous server is still dying")
)

// failures are the starts that are worth another try, by what PostgreSQL writes to its log (in English, by LC_ALL).
var failures = []struct {
	logged string
	err    error
}{
	{"could not bind", errPortTaken},
	{"pre-existing shared memory block", errStillDying},
}

func (s *Server) tryLaunch(ctx context.Context) error {
	file, err := os.OpenFile(s.cluster.logFile(), os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer file.Close()
	var output io.Writer = file
	if s.options.Log != nil {
		output = io.MultiWriter(file, s.options.Log)
	}
	process, err := supervise(command{
		account: s.cluster.account, workDir: s.cluster.dir, orphan: s.cluster.orphan(), output: output, argv: s.argv(),
	})
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := s.awaitAnswer(ctx, process); err != nil {
		process.hangUp()
		<-process.done
		logged, _ := os.ReadFile(s.cluster.logFile()) // only to explain err
		text := strings.TrimSpace(string(logged[max(0, len(logged)-logTail):]))
		for _, failure := range failures {
			if strings.Contains(text, failure.logged) {
				err = errors.Join(failure.err, err)
			}
		}
		return fmt.Errorf("start PostgreSQL: %w; it says: %s", err, text)
	}
	pid, err := s.readPID()
	if err != nil {
		process.hangUp()
		<-process.done
		return err
	}
	s.process, s.pid = process, pid
	return nil
}

// argv is the postmaster's command line.
func (s *Server) argv() []string {
	settings := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "",
		"port":                    strconv.Itoa(s.port),
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"lc_messages":             "C",
	}
	if !s.options.Durable {
		settings["fsync"] = "off"
		settings["full_page_writes"] = "off"
	}
	for name, value := range s.options.Settings {
		settings[name] = value
	}
	argv := []string{filepath.Join(s.cluster.bin, "postgres"), "-D", s.cluster.data()}
	for name, value := range settings {
		argv = append(argv, "--"+name+"="+value)
	}
	slices.Sort(argv[3:])
	return argv
}

// awaitAnswer returns when our server answers a query, or when it has ended.
func (s *Server) awaitAnswer(ctx context.Context, process *child) error {
	ticker := time.NewTicker(startPoll)
	defer ticker.Stop()
	for {
		if err := s.answers(ctx); err == nil {
			return nil
		}
		select {
		case <-ticker.C:
		case <-process.done:
			return fmt.Errorf("it ended: %w", process.err)
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", ctx.Err())
		}
	}
}

func (s *Server) answers(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// readPID reads the postmaster's process id, the first line of its lock file.
func (s *Server) readPID() (int, error) {
	lock, err := os.ReadFile(filepath.Join(s.cluster.data(), "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("process id of PostgreSQL: %w", err)
	}
	first, _, _ := strings.Cut(string(lock), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		return 0, fmt.Errorf("process id of PostgreSQL: %w", err)
	}
	return pid, nil
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
