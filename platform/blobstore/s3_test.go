package blobstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/bavn/bavn/platform/blobstore"
)

// Real counterparts: a server that speaks S3 keeps a blob of several parts as it was written, loses it when it is deleted, and
// keeps nothing of what was too large or broken off.
func TestARealS3ServerKeepsBlobs(t *testing.T) { //nolint:paralleltest // credentials are the environment's
	store := inS3(t)
	key, content := blobstore.Key{Desk: "nsp", Kind: "attachments", ID: "a-1"}, bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	written, err := store.Put(t.Context(), key, bytes.NewReader(content), 25<<20)
	if err != nil || written.Size != int64(len(content)) {
		t.Fatalf("written %+v, %v", written, err)
	}
	if got, err := read(t, store, key); err != nil || !bytes.Equal(got, content) {
		t.Errorf("read %d bytes, %v, want what was written", len(got), err)
	}
	other := blobstore.Key{Desk: "nsp", Kind: "attachments", ID: "a-2"}
	if _, err := store.Put(t.Context(), other, bytes.NewReader(content), 1<<20); !errors.Is(err, blobstore.ErrTooLarge) {
		t.Errorf("what is too large: %v", err)
	}
	if _, err := read(t, store, other); !errors.Is(err, blobstore.ErrNotFound) {
		t.Errorf("what was too large left something: %v", err)
	}
	for range 2 {
		if err := store.Delete(t.Context(), key); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if _, err := read(t, store, key); !errors.Is(err, blobstore.ErrNotFound) {
		t.Errorf("after the deletion: %v", err)
	}
}

// inS3 is a store in a bucket of versitygw, an S3 server over a folder.
func inS3(t *testing.T) *blobstore.Store {
	t.Helper()
	server, err := exec.LookPath("versitygw")
	if own, _ := filepath.Abs("../../bin/versitygw"); err != nil {
		if server = own; exec.Command(own, "--version").Run() != nil {
			t.Skip("no S3 server: GOBIN=$PWD/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0")
		}
	}
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "bavn"), 0o700); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	t.Setenv("AWS_ACCESS_KEY_ID", "bavn")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "only-for-this-test")
	var said bytes.Buffer
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	process := exec.CommandContext(ctx, server, //nolint:gosec // found above
		"--access", "bavn", "--secret", "only-for-this-test", "--port", address, "posix", "--sidecar", t.TempDir(), folder)
	process.Stdout, process.Stderr = &said, &said
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = process.Wait(); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		if conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address); err == nil {
			_ = conn.Close()
			break
		}
		select {
		case <-ticker.C:
		case <-ended:
			t.Fatalf("the S3 server ends: %s", said.String())
		}
	}
	store := blobstore.New(blobstore.Config{
		URL: fmt.Sprintf("s3://bavn?region=us-east-1&endpoint=http://%s&use_path_style=true", address),
	})
	if err := store.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}
