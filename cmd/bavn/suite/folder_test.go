package suite

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestATakenPortIsNamedWithWhatItIsFor(t *testing.T) {
	t.Parallel()
	ports, err := FreePorts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", address(ports.Triage))
	if err != nil {
		t.Skipf("somebody took the port meanwhile: %v", err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	err = ports.Check(context.Background())
	if !errors.Is(err, ErrPortTaken) || !strings.Contains(err.Error(), "port "+port+" for triage is taken") {
		t.Errorf("error: %v", err)
	}
}

func TestPortsFromABaseAreAllDifferent(t *testing.T) {
	t.Parallel()
	ports, err := PortsFrom(20_000)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int]string{}
	for _, ports := range []Ports{ports, DefaultPorts()} {
		for _, u := range ports.uses() {
			if other := seen[*u.port]; other != "" || *u.port == 0 {
				t.Errorf("%s and %s share port %d", other, u.what, *u.port)
			}
			seen[*u.port] = u.what
		}
	}
	for _, base := range []int{0, 80, 65_530} {
		if _, err := PortsFrom(base); err == nil {
			t.Errorf("base %d is accepted", base)
		}
	}
}

func TestAFolderHasOneSuiteAtATime(t *testing.T) {
	t.Parallel()
	folder := Folder(t.TempDir())
	release, err := folder.lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := folder.lock(); !errors.Is(err, ErrFolderInUse) {
		t.Errorf("a second suite in the same folder: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := folder.lock()
	if err != nil {
		t.Fatalf("the folder of a suite that has ended stays locked: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

func TestFreshRemovesOnlyWhatASuiteMade(t *testing.T) {
	t.Parallel()
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.txt"), []byte("years of work"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Folder(foreign).Remove(); err == nil {
		t.Error("a folder that is no suite's was removed")
	}
	if _, err := os.Stat(filepath.Join(foreign, "thesis.txt")); err != nil {
		t.Error(err)
	}
	own := Folder(filepath.Join(t.TempDir(), "suite"))
	if err := os.Mkdir(string(own), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := own.keys(); err != nil {
		t.Fatal(err)
	}
	if err := own.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(string(own)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is still there: %v", err)
	}
	if err := own.Remove(); err != nil {
		t.Errorf("what is gone cannot be removed again: %v", err)
	}
}

func TestKeysOutliveARestart(t *testing.T) {
	t.Parallel()
	folder := Folder(t.TempDir())
	first, err := folder.keys()
	if err != nil {
		t.Fatal(err)
	}
	second, err := folder.keys()
	if err != nil || first != second || len(first.Tokens) != 64 {
		t.Errorf("page tokens from before a restart would be refused: %v", err)
	}
}
