// Package blobstore keeps what is too large for a row: attachments, the raw originals of mails. Blobs lie in a folder, or in a
// bucket that speaks S3; what is known about them lies in the database of the service that keeps them.
//
// A blob and its row cannot be written together. Whoever keeps one commits a row with the blob's key first and settles it when
// Put has returned; a row that is never settled is taken away later together with its blob, so that no crash leaves an orphan.
package blobstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"
	_ "gocloud.dev/blob/s3blob" // s3://
	"gocloud.dev/gcerrors"

	"github.com/bavn/bavn/platform/run"
)

var (
	// ErrNotFound is the answer for a blob that is not there.
	ErrNotFound = errors.New("there is no such blob")
	// ErrTooLarge is the answer for a blob that has more bytes than its limit.
	ErrTooLarge = errors.New("the blob is larger than its limit")
)

const (
	// chunk is what one copy holds in memory: a blob is never held as a whole.
	chunk = 64 << 10
	// partBytes is what an upload to S3 holds in memory, and S3's own least.
	partBytes = 5 << 20
)

// Store is where blobs lie. Use it between Open and Close.
type Store struct {
	cfg    Config
	bucket *blob.Bucket
	folder string // where the blobs are files; empty elsewhere
}

// New returns a store that is not open yet.
func New(cfg Config) *Store { return &Store{cfg: cfg} }

// Part opens the store before anything works and closes it after everything has.
func (s *Store) Part() run.Part {
	return run.Part{Name: "blobs", Stage: run.Pool, Start: s.Open, Stop: func(context.Context) error { return s.Close() }}
}

// Open makes the store usable. A folder is made; a bucket must exist, and is asked for only when it is used.
func (s *Store) Open(ctx context.Context) error {
	where, err := s.cfg.parse()
	if err != nil {
		return fmt.Errorf("open blob store: %w", err)
	}
	switch where.Scheme {
	case "file":
		s.folder = filepath.FromSlash(where.Path)
		s.bucket, err = fileblob.OpenBucket(s.folder, &fileblob.Options{
			CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
		})
	case "mem":
		s.bucket = memblob.OpenBucket(nil)
	default:
		s.bucket, err = blob.OpenBucket(context.WithoutCancel(ctx), s.cfg.URL)
	}
	if err != nil {
		return fmt.Errorf("open blob store: %w", err)
	}
	return nil
}

// Close ends the use of the store.
func (s *Store) Close() error {
	if s.bucket == nil {
		return nil
	}
	if err := s.bucket.Close(); err != nil {
		return fmt.Errorf("close blob store: %w", err)
	}
	return nil
}

// Written is what was put.
type Written struct {
	Size   int64
	SHA256 []byte
}

// Put writes a blob from beginning to end, in pieces. When it returns without error, the blob is whole and outlives the machine's
// next breath: a folder is synced to its disk. With an error there is no blob, and one that was there under the key is as it was.
// ErrTooLarge refuses more than limit bytes.
func (s *Store) Put(ctx context.Context, key Key, from io.Reader, limit int64) (Written, error) {
	path, err := key.path()
	if err != nil {
		return Written{}, err
	}
	ctx, abandon := context.WithCancel(ctx) // a writer whose context has ended writes nothing when it is closed
	defer abandon()
	var file *os.File
	to, err := s.bucket.NewWriter(ctx, path, &blob.WriterOptions{
		// What it is, is for its row to say; the bucket must not say anything else to whoever gets hold of it.
		ContentType: "application/octet-stream", DisableContentTypeDetection: true,
		BufferSize: partBytes, MaxConcurrency: 1,
		BeforeWrite: func(as func(any) bool) error { as(&file); return nil },
	})
	if err != nil {
		return Written{}, fmt.Errorf("write blob: %w", err)
	}
	sum := sha256.New()
	size, err := io.CopyBuffer(io.MultiWriter(onlyWrite{to}, sum), io.LimitReader(from, limit+1), make([]byte, chunk))
	if err == nil && size > limit {
		err = ErrTooLarge
	}
	if err == nil && file != nil {
		err = file.Sync()
	}
	if err != nil {
		abandon()
		return Written{}, fmt.Errorf("write blob: %w", errors.Join(err, discard(to)))
	}
	if err := to.Close(); err != nil {
		return Written{}, fmt.Errorf("write blob: %w", err)
	}
	if s.folder != "" {
		if err := syncFolder(filepath.Dir(filepath.Join(s.folder, filepath.FromSlash(path)))); err != nil {
			return Written{}, fmt.Errorf("write blob: %w", err)
		}
	}
	return Written{Size: size, SHA256: sum.Sum(nil)}, nil
}

// discard closes a writer whose context has ended; that it says so is no mistake.
func discard(to io.Closer) error {
	if err := to.Close(); err != nil && !errors.Is(err, context.Canceled) && gcerrors.Code(err) != gcerrors.Canceled {
		return err
	}
	return nil
}

// onlyWrite hides what else a writer can do: its ReadFrom would take pieces of its own size.
type onlyWrite struct{ io.Writer }

// syncFolder makes a rename outlive a loss of power.
func syncFolder(path string) error {
	folder, err := os.Open(path) //nolint:gosec // of a legal key, below our own folder
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Get reads a blob. The caller closes it. ErrNotFound says that there is none.
func (s *Store) Get(ctx context.Context, key Key) (io.ReadCloser, error) {
	path, err := key.path()
	if err != nil {
		return nil, err
	}
	reader, err := s.bucket.NewReader(ctx, path, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read blob: %w", err)
	}
	return reader, nil
}

// Delete takes a blob away. One that is not there is no error, so it may be repeated.
func (s *Store) Delete(ctx context.Context, key Key) error {
	path, err := key.path()
	if err != nil {
		return err
	}
	if err := s.bucket.Delete(ctx, path); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("delete blob: %w", err)
	}
	return nil
}
