package blobstore_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/bavn/bavn/platform/blobstore"
)

// stores are all that can be had without a network; they answer alike.
func stores(t *testing.T) map[string]*blobstore.Store {
	t.Helper()
	opened := map[string]*blobstore.Store{}
	for name, url := range map[string]string{"folder": "file://" + filepath.Join(t.TempDir(), "blobs"), "memory": "mem://"} {
		store := blobstore.New(blobstore.Config{URL: url})
		if err := store.Open(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := store.Close(); err != nil {
				t.Error(err)
			}
		})
		opened[name] = store
	}
	return opened
}

func read(t *testing.T, store *blobstore.Store, key blobstore.Key) ([]byte, error) {
	t.Helper()
	reader, err := store.Get(t.Context(), key)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	return io.ReadAll(reader)
}

func TestABlobIsReadAsItWasWrittenAndGoneWhenItIsDeleted(t *testing.T) {
	t.Parallel()
	key, content := blobstore.Key{Desk: "nsp", Kind: "originals", ID: "a-1"}, []byte("From: mette\r\n\r\n")
	for name, store := range stores(t) {
		written, err := store.Put(t.Context(), key, bytes.NewReader(content), 100)
		sum := sha256.Sum256(content)
		if err != nil || written.Size != int64(len(content)) || !bytes.Equal(written.SHA256, sum[:]) {
			t.Errorf("%s: written %+v (%v)", name, written, err)
		}
		if got, err := read(t, store, key); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%s: read %q (%v)", name, got, err)
		}
		for range 2 { // a repetition deletes nothing and is no error
			if err := store.Delete(t.Context(), key); err != nil {
				t.Errorf("%s: delete: %v", name, err)
			}
		}
		if _, err := read(t, store, key); !errors.Is(err, blobstore.ErrNotFound) {
			t.Errorf("%s: after the deletion: %v", name, err)
		}
	}
}

func TestAKeyThatLeavesItsDeskIsRefused(t *testing.T) {
	t.Parallel()
	for name, store := range stores(t) {
		for _, key := range []blobstore.Key{
			{Kind: "originals", ID: "1"},
			{Desk: "nsp", ID: "1"},
			{Desk: "nsp", Kind: "originals"},
			{Desk: "nsp", Kind: "originals", ID: "../../au/originals/1"},
			{Desk: "..", Kind: "originals", ID: "1"},
			{Desk: "nsp/au", Kind: "originals", ID: "1"},
			{Desk: "nsp", Kind: "originals", ID: `..\1`},
			{Desk: "nsp", Kind: "originals", ID: "1\x00.txt"},
		} {
			if _, err := store.Put(t.Context(), key, bytes.NewReader(nil), 1); err == nil {
				t.Errorf("%s: %+v is written", name, key)
			}
			if _, err := store.Get(t.Context(), key); err == nil || errors.Is(err, blobstore.ErrNotFound) {
				t.Errorf("%s: %+v is looked for: %v", name, key, err)
			}
			if err := store.Delete(t.Context(), key); err == nil {
				t.Errorf("%s: %+v is deleted", name, key)
			}
		}
	}
}

// brokenOff is a sender that goes away in the middle.
type brokenOff struct{ left int }

func (b *brokenOff) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := min(b.left, len(p))
	b.left -= n
	return n, nil
}

func TestWhatIsBrokenOffOrTooLargeLeavesNoBlobAndTheOldOneAsItWas(t *testing.T) {
	t.Parallel()
	key := blobstore.Key{Desk: "nsp", Kind: "attachments", ID: "1"}
	for name, store := range stores(t) {
		if _, err := store.Put(t.Context(), key, &brokenOff{left: 200_000}, 1<<20); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: broken off: %v", name, err)
		}
		if _, err := read(t, store, key); !errors.Is(err, blobstore.ErrNotFound) {
			t.Errorf("%s: half a blob is there: %v", name, err)
		}
		if _, err := store.Put(t.Context(), key, bytes.NewReader([]byte("12345")), 5); err != nil {
			t.Errorf("%s: exactly the limit: %v", name, err)
		}
		if _, err := store.Put(t.Context(), key, bytes.NewReader([]byte("123456")), 5); !errors.Is(err, blobstore.ErrTooLarge) {
			t.Errorf("%s: one byte more than the limit: %v", name, err)
		}
		if got, err := read(t, store, key); err != nil || string(got) != "12345" {
			t.Errorf("%s: the old one is %q (%v)", name, got, err)
		}
	}
}

func TestAFolderKeepsNothingButBlobs(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	store := blobstore.New(blobstore.Config{URL: "file://" + folder})
	if err := store.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, from := range []io.Reader{&brokenOff{left: 100_000}, bytes.NewReader([]byte("whole"))} {
		_, _ = store.Put(t.Context(), blobstore.Key{Desk: "nsp", Kind: "attachments", ID: "1"}, from, 1<<20)
	}
	var files []string
	if err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(folder, "nsp", "attachments", "1"); len(files) != 1 || files[0] != want {
		t.Errorf("the folder has %v, want %s alone", files, want)
	}
}

// zeros is a sender without memory of its own.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

//nolint:paralleltest // it measures what everybody allocates
func TestMemoryStaysFlatWhileALargeBlobIsWritten(t *testing.T) {
	store := blobstore.New(blobstore.Config{URL: "file://" + t.TempDir()})
	if err := store.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	const size = 25 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := store.Put(t.Context(), blobstore.Key{Desk: "nsp", Kind: "attachments", ID: "1"},
		io.LimitReader(zeros{}, size), size); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("%d bytes were allocated for a blob of %d", used, size)
	}
}

func TestASettingThatCannotWorkIsRefused(t *testing.T) {
	t.Parallel()
	for url, legal := range map[string]bool{
		"file:///var/lib/bavn/blobs": true, "s3://bavn?region=eu-north-1": true, "mem://": true,
		"": false, "blobs": false, "file://blobs": false, "s3://": false, "ftp://host/x": false, "file:///a b%zz": false,
	} {
		if err := (blobstore.Config{URL: url}).Validate(); (err == nil) != legal {
			t.Errorf("%q: %v", url, err)
		}
	}
}
