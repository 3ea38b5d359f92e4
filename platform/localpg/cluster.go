package localpg

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// superuser is the role that owns a private server.
const superuser = "bavn"

// cluster is one folder with PostgreSQL's data, its password and its log.
type cluster struct {
	dir       string
	bin       string
	account   account
	temporary bool
	password  string
}

func (c cluster) data() string         { return filepath.Join(c.dir, "data") }
func (c cluster) passwordFile() string { return filepath.Join(c.dir, "password") }
func (c cluster) logFile() string      { return filepath.Join(c.dir, "postgres.log") }

// orphan is what disappears with our process.
func (c cluster) orphan() string {
	if c.temporary {
		return c.dir
	}
	return ""
}

// openCluster makes a folder ready to be started: a new cluster in an empty one, the old cluster where there is one.
func openCluster(ctx context.Context, bin string, options Options) (cluster, error) {
	owner, err := unprivilegedAccount()
	if err != nil {
		return cluster{}, err
	}
	c := cluster{bin: bin, account: owner}
	if options.Dir == "" {
		c.temporary = true
		c.dir, err = os.MkdirTemp(temporaryParent(options.Memory), "bavn-pg-")
	} else {
		c.dir, err = filepath.Abs(options.Dir)
		err = errors.Join(err, os.MkdirAll(c.dir, 0o700))
	}
	if err != nil {
		return cluster{}, fmt.Errorf("make folder for PostgreSQL: %w", err)
	}
	if err := c.prepare(ctx, options.Durable); err != nil {
		if c.temporary {
			err = errors.Join(err, os.RemoveAll(c.dir))
		}
		return cluster{}, err
	}
	return c, nil
}

const (
	disk   = "/var/tmp" // not TMPDIR: another account must reach it, too
	memory = "/dev/shm"
	// memoryNeeded is what must be free in memory before a server is put there; a container often has 64 MB.
	memoryNeeded = 1 << 30
	noExec       = 0x8 // ST_NOEXEC of statfs: programs cannot be run from there
)

// temporaryParent is where temporary folders are made.
func temporaryParent(wantMemory bool) string {
	var fs syscall.Statfs_t
	if !wantMemory || syscall.Statfs(memory, &fs) != nil {
		return disk
	}
	if fs.Bavail*uint64(fs.Bsize) < memoryNeeded || fs.Flags&noExec != 0 {
		return disk
	}
	return memory
}

func (c *cluster) prepare(ctx context.Context, durable bool) error {
	if err := c.loadPassword(); err != nil {
		return err
	}
	if err := os.WriteFile(c.logFile(), nil, 0o600); err != nil {
		return fmt.Errorf("make log: %w", err)
	}
	for _, path := range []string{c.dir, c.passwordFile(), c.logFile()} {
		if c.account.switched {
			if err := os.Chown(path, c.account.uid, c.account.gid); err != nil {
				return fmt.Errorf("give %s to %s: %w", path, c.account.name, err)
			}
		}
	}
	if err := c.reachBinaries(ctx); err != nil {
		return err
	}
	_, err := os.Stat(filepath.Join(c.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return c.initialise(ctx, durable)
	}
	return err
}

// loadPassword reads the password of an existing cluster or makes one for a new cluster.
func (c *cluster) loadPassword() error {
	kept, err := os.ReadFile(c.passwordFile())
	if errors.Is(err, fs.ErrNotExist) {
		c.password = rand.Text()
		err = os.WriteFile(c.passwordFile(), []byte(c.password), 0o600)
	} else {
		c.password = strings.TrimSpace(string(kept))
	}
	if err != nil {
		return fmt.Errorf("password of PostgreSQL: %w", err)
	}
	return nil
}

// reachBinaries makes sure that the account can run the programs. Those below root's home folder are copied beside the
// data.
func (c *cluster) reachBinaries(ctx context.Context) error {
	if c.run(ctx, "true") != nil {
		return fmt.Errorf("%s cannot reach %s: choose a folder below /var/tmp", c.account.name, c.dir)
	}
	first := c.run(ctx, filepath.Join(c.bin, "postgres"), "--version")
	if first == nil || !c.account.switched {
		return first
	}
	programs := filepath.Join(c.dir, "programs")
	if _, err := os.Stat(programs); errors.Is(err, fs.ErrNotExist) {
		if err := os.CopyFS(programs, os.DirFS(filepath.Dir(c.bin))); err != nil {
			return fmt.Errorf("copy PostgreSQL's programs to where %s can reach them: %w", c.account.name, err)
		}
		if err := c.account.own(programs); err != nil {
			return fmt.Errorf("give PostgreSQL's programs to %s: %w", c.account.name, err)
		}
	}
	c.bin = filepath.Join(programs, filepath.Base(c.bin))
	return c.run(ctx, filepath.Join(c.bin, "postgres"), "--version")
}

// initialise creates the cluster beside its final place, so that a folder called data is always complete.
func (c *cluster) initialise(ctx context.Context, durable bool) error {
	unfinished := c.data() + ".new"
	if err := os.RemoveAll(unfinished); err != nil {
		return fmt.Errorf("remove unfinished cluster: %w", err)
	}
	argv := []string{
		filepath.Join(c.bin, "initdb"), "--pgdata=" + unfinished, "--username=" + superuser,
		"--pwfile=" + c.passwordFile(), "--auth=scram-sha-256", "--encoding=UTF8",
		// Byte order keeps indexes small and fast; C.UTF-8 still knows that Æ is the capital of æ. Lists that people read
		// name their own collation.
		"--lc-collate=C", "--lc-ctype=C.UTF-8", "--no-instructions",
	}
	if !durable {
		argv = append(argv, "--no-sync")
	}
	if err := c.run(ctx, argv...); err != nil {
		return fmt.Errorf("create database cluster: %w", err)
	}
	if err := os.Rename(unfinished, c.data()); err != nil {
		return fmt.Errorf("put database cluster in place: %w", err)
	}
	return nil
}

// run runs a short program as the cluster's account and returns its output as the error when it fails.
func (c *cluster) run(ctx context.Context, argv ...string) error {
	var output bytes.Buffer
	p, err := supervise(command{
		account: c.account, workDir: c.dir, orphan: c.orphan(), output: &output, argv: argv,
	})
	if err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		p.hangUp()
		<-p.done
		return fmt.Errorf("%s: %w", filepath.Base(argv[0]), ctx.Err())
	}
	if p.err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(argv[0]), p.err, strings.TrimSpace(output.String()))
	}
	return nil
}
