package localpg_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/bavn/bavn/platform/localpg"
)

// asParent makes the test binary play a program that starts a server and never stops it.
const asParent = "BAVN_TEST_START_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asParent) != "" {
		s, err := localpg.Start(context.Background(), localpg.Options{Dir: os.Getenv(asParent + "_DIR")})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(s.URL("postgres"))
		select {} // until killed
	}
	os.Exit(m.Run())
}

func TestServerDiesWithTheProcessThatStartedIt(t *testing.T) {
	t.Parallel()
	for name, kept := range map[string]bool{"temporary folder": false, "kept folder": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := ""
			if kept {
				dir = keptDir(t)
			}
			parent := exec.Command(os.Args[0])
			parent.Env = append(os.Environ(), asParent+"=yes", asParent+"_DIR="+dir)
			output, err := parent.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := parent.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(output)
			if !lines.Scan() {
				t.Fatal("the parent said nothing")
			}
			address, err := url.Parse(lines.Text())
			if err != nil || address.Host == "" {
				t.Fatalf("the parent said %q", lines.Text())
			}
			data := query(t, lines.Text(), "SHOW data_directory")

			if err := parent.Process.Kill(); err != nil { // SIGKILL: nothing of the parent's own can clean up
				t.Fatal(err)
			}
			parent.Wait() //nolint:errcheck // it was killed, which is its error

			eventually(t, "PostgreSQL outlives its parent", func() bool {
				conn, err := net.DialTimeout("tcp", address.Host, time.Second)
				if err == nil {
					conn.Close()
				}
				return err != nil
			})
			if !kept {
				eventually(t, "the temporary folder stays behind", func() bool {
					_, err := os.Stat(filepath.Dir(data))
					return os.IsNotExist(err)
				})
				return
			}
			if s := start(t, localpg.Options{Dir: dir}); s != nil && query(t, s.URL("postgres"), "SELECT 'recovered'") != "recovered" {
				t.Error("the kept cluster does not come back")
			}
		})
	}
}

// eventually fails with complaint unless done becomes true within ten seconds.
func eventually(t *testing.T, complaint string, done func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ticker.C:
		case <-deadline:
			t.Fatal(complaint)
		}
	}
}
