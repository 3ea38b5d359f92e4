package localpg_test

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/localpg"
)

func TestServerAnswersOnlyWithItsPasswordOnLoopback(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{})

	if got := query(t, s.URL("postgres"), "SHOW listen_addresses"); got != "127.0.0.1" {
		t.Errorf("listens on %q", got)
	}
	if got := query(t, s.URL("postgres"), "SHOW unix_socket_directories"); got != "" {
		t.Errorf("has a socket file in %q", got)
	}
	if got := query(t, s.URL("postgres"), "SELECT lower('ÆØÅ')"); got != "æøå" {
		t.Errorf("ÆØÅ becomes %q in lower case", got)
	}
	if got := query(t, s.URL("postgres"), "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolcanlogin"); got != "SCRAM-SHA-256" {
		t.Errorf("passwords are kept as %q", got)
	}
	u, err := url.Parse(s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []*url.Userinfo{url.User("bavn"), url.UserPassword("bavn", "guess"), url.User("postgres")} {
		u.User = user
		if conn, err := pgx.Connect(t.Context(), u.String()); err == nil {
			conn.Close(t.Context())
			t.Errorf("%s got in", user)
		}
	}
}

func TestServersStartSideBySide(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	servers := make([]*localpg.Server, 3)
	for i := range servers {
		wg.Go(func() { servers[i] = start(t, localpg.Options{}) })
	}
	wg.Wait()
	seen := map[string]bool{}
	for _, s := range servers {
		if s == nil {
			t.Fatal("a server did not start")
		}
		seen[query(t, s.URL("postgres"), "SELECT system_identifier FROM pg_control_system()")] = true
	}
	if len(seen) != len(servers) {
		t.Errorf("%d servers, but %d clusters", len(servers), len(seen))
	}
}

func TestStopEndsTheServerAndRemovesItsFolder(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{})
	dir := filepath.Dir(query(t, s.URL("postgres"), "SHOW data_directory"))
	if _, err := os.Stat(dir); err != nil {
		t.Fatal(err)
	}
	for range 2 { // stopping twice is harmless
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if listening(s) {
		t.Error("still listens after Stop")
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("temporary folder %s is still there", dir)
	}
}

func TestKeptFolderIsUsedAgainWithItsPassword(t *testing.T) {
	t.Parallel()
	dir := keptDir(t)
	first := start(t, localpg.Options{Dir: dir, Durable: true})
	if err := first.CreateDatabase(t.Context(), "bavn-triage"); err != nil {
		t.Fatal(err)
	}
	if err := first.CreateDatabase(t.Context(), "bavn-triage"); err != nil {
		t.Errorf("creating a database that exists: %v", err)
	}
	query(t, first.URL("bavn-triage"), "CREATE TABLE kept AS SELECT 'here' AS text")
	if got := query(t, first.URL("postgres"), "SHOW fsync"); got != "on" {
		t.Errorf("durable server has fsync %s", got)
	}
	if err := first.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	second := start(t, localpg.Options{Dir: dir, Settings: map[string]string{"max_connections": "33"}})
	if got := query(t, second.URL("bavn-triage"), "SELECT text FROM kept"); got != "here" {
		t.Errorf("read %q back", got)
	}
	if got := query(t, second.URL("postgres"), "SHOW max_connections"); got != "33" {
		t.Errorf("max_connections is %s, want the setting 33", got)
	}
	info, err := os.Stat(filepath.Join(dir, "password"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("password file has mode %v", info.Mode())
	}
}

func TestKilledServerComesBackOnItsPortWithWhatWasCommitted(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{})
	before := s.URL("postgres")
	query(t, before, "CREATE TABLE kept AS SELECT 'here' AS text")
	for range 3 {
		if err := s.Kill(); err != nil {
			t.Fatal(err)
		}
		if _, err := pgx.Connect(t.Context(), before); err == nil {
			t.Fatal("answers after Kill")
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.URL("postgres") != before {
			t.Fatalf("came back as %s", s.URL("postgres"))
		}
		if got := query(t, before, "SELECT text FROM kept"); got != "here" {
			t.Errorf("read %q back", got)
		}
	}
}

// The kernel may give a dead server's process id to the next process; if that is another PostgreSQL, a new server that reads it
// in its lock file refuses to start.
func TestKilledServersLockNamesNoProcessThatCanLive(t *testing.T) {
	t.Parallel()
	dir := keptDir(t)
	s := start(t, localpg.Options{Dir: dir})
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	lock, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(string(lock), "\n")
	const highest = 4_194_304 // PID_MAX_LIMIT
	if pid, err := strconv.Atoi(first); err != nil || pid <= highest {
		t.Errorf("the lock names process %q", first)
	}
	if !strings.Contains(rest, filepath.Join(dir, "data")) {
		t.Errorf("the rest of the lock, by which old backends are found, is gone: %q", rest)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Error(err)
	}
}

// The dying backends of a killed server write into its log; the next start reads in its own whether it must wait for them.
func TestEachStartHasALogOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := keptDir(t)
	s := start(t, localpg.Options{Dir: dir})
	path := filepath.Join(dir, "postgres.log")
	dying, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer dying.Close()
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := dying.WriteString("last words"); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(log); strings.Contains(text, "last words") || !strings.Contains(text, "ready to accept connections") {
		t.Errorf("the log of the second start is %q", text)
	}
}

func TestRefusedStartSaysWhyAndLeavesNothing(t *testing.T) {
	t.Parallel()
	other := start(t, localpg.Options{})
	taken, err := url.Parse(other.URL(""))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		options localpg.Options
		says    string
	}{
		"unknown setting": {localpg.Options{Settings: map[string]string{"no_such_setting": "1"}}, "no_such_setting"},
		"port in use":     {localpg.Options{Port: mustPort(t, taken)}, "could not bind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.options.Dir = keptDir(t)
			s, err := localpg.Start(t.Context(), c.options)
			if err == nil {
				t.Fatalf("started, and stopped with %v", s.Stop(t.Context()))
			}
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("error does not say %q: %v", c.says, err)
			}
			if _, err := os.Stat(filepath.Join(c.options.Dir, "data", "postmaster.pid")); !os.IsNotExist(err) {
				t.Errorf("a lock file is left: %v", err)
			}
		})
	}
}

func TestLogReachesTheCaller(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	s := start(t, localpg.Options{Log: &log})
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "ready to accept connections") {
		t.Errorf("log is %q", log.String())
	}
}

func TestCancelledStartCanBeRepeated(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dir := keptDir(t)
	if _, err := localpg.Start(ctx, localpg.Options{Dir: dir}); err == nil {
		t.Fatal("started under a cancelled context")
	}
	// What a start leaves that is killed in the middle of making a cluster.
	if err := os.MkdirAll(filepath.Join(dir, "data.new", "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	if s := start(t, localpg.Options{Dir: dir}); s != nil && query(t, s.URL("postgres"), "SELECT 'works'") != "works" {
		t.Error("the second start gave something else")
	}
}

// A backend in the middle of its work does not notice that the postmaster is gone, and holds on to the data.
func TestRestartWaitsForBackendsOfTheKilledServer(t *testing.T) {
	t.Parallel()
	s := start(t, localpg.Options{})
	busy, err := pgx.Connect(t.Context(), s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	work := make(chan struct{})
	go func() {
		defer close(work)
		_, _ = busy.Exec(t.Context(), "SELECT count(*) FROM generate_series(1, 10000000)") // may or may not get its answer
	}()
	eventually(t, "the backend does not start to work", func() bool {
		return query(t, s.URL("postgres"), "SELECT count(*)::text FROM pg_stat_activity WHERE query LIKE '%10000000)'") != "0"
	})
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := s.Restart(t.Context()); err != nil {
		t.Error(err)
	}
	<-work
}

func start(t *testing.T, options localpg.Options) *localpg.Server {
	t.Helper()
	s, err := localpg.Start(t.Context(), options)
	if err != nil {
		t.Error(err)
		return nil
	}
	t.Cleanup(func() {
		if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}

// keptDir is a folder that another account reaches; t.TempDir is not when TMPDIR is in root's home.
func keptDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "bavn-test-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), sql, pgx.QueryExecModeSimpleProtocol)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(texts, "\n")
}

func listening(s *localpg.Server) bool {
	u, err := url.Parse(s.URL(""))
	if err != nil {
		return true
	}
	conn, err := net.DialTimeout("tcp", u.Host, time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func mustPort(t *testing.T, u *url.URL) int {
	t.Helper()
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
