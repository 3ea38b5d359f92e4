package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	startPoll   = 10 * time.Millisecond  // how often a starting server is asked whether it answers
	relaunch    = 100 * time.Millisecond // pause before starting again over a server that is still dying
	portTries   = 20
	lowestPort  = 15_000 // the range lies below the kernel's outgoing ports (32768 and up)
	highestPort = 32_000
	logTail     = 2_000 // bytes of the log in an error
)

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
	file, err := newLog(s.cluster.logFile())
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
			if strings.Contains(string(logged), failure.logged) {
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

// newLog makes a log of this start's own. The backends of a killed server go on writing into theirs while they die: in the same
// file their words would hide why the new server ended, and with it that another try is worth it.
func newLog(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
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
	if s.cluster.temporary {
		settings["dynamic_shared_memory_type"] = "mmap" // in the folder, so that it goes with it after a kill, too
	}
	maps.Copy(settings, s.options.Settings)
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

// nobody is a process id that the kernel never gives out (its highest is 4194304).
const nobody = "2147483647"

// disownLock takes the dead postmaster's process id out of its lock file. A busy machine gives the number to another process
// soon, and if that happens to be another PostgreSQL, ours would take it for its predecessor and refuse to start. The rest of the
// file stays: by it a new postmaster finds backends of the old one that still live.
func (s *Server) disownLock() error {
	path := filepath.Join(s.cluster.data(), "postmaster.pid")
	lock, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) { // it had ended by itself
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock of the killed PostgreSQL: %w", err)
	}
	_, rest, _ := strings.Cut(string(lock), "\n")
	if err := os.WriteFile(path, []byte(nobody+"\n"+rest), 0o600); err != nil {
		return fmt.Errorf("lock of the killed PostgreSQL: %w", err)
	}
	return nil
}
