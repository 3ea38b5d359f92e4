package command_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/blobstore"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// withFiles gives intake a folder for blobs.
func withFiles(t *testing.T) *fixture {
	t.Helper()
	f := setUp(t)
	f.commands.Blobs = blobstore.New(blobstore.Config{URL: "file://" + t.TempDir()})
	if err := f.commands.Blobs.Open(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.commands.UploadTimeout = time.Minute
	return f
}

func upload(parent, name string) *intakev1.UploadAttachmentRequest {
	return &intakev1.UploadAttachmentRequest{Parent: parent, RequestId: uuid.NewString(), FileName: name}
}

const ofTicket = "desks/nsp/tickets/ASCP00000001"

func (f *fixture) send(t *testing.T, r *intakev1.UploadAttachmentRequest, content string) *intakev1.Attachment {
	t.Helper()
	a, err := f.commands.UploadAttachment(as(t.Context(), "mette"), r, strings.NewReader(content))
	if err != nil {
		t.Fatalf("send %s: %v", r.GetFileName(), err)
	}
	return a
}

func (f *fixture) blob(t *testing.T, name string) (string, bool) {
	t.Helper()
	reader, err := f.commands.Blobs.Get(t.Context(), blobstore.Key{
		Desk: resourcename.Desk(name), Kind: "attachments", ID: resourcename.ID(name),
	})
	if errors.Is(err, blobstore.ErrNotFound) {
		return "", false
	}
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err = errors.Join(err, reader.Close()); err != nil {
		t.Fatal(err)
	}
	return string(content), true
}

// jobsOf are the ids of attachments for which a kind of job waits.
func (f *fixture) jobsOf(t *testing.T, kind string) []uuid.UUID {
	t.Helper()
	rows, err := f.pool.Query(t.Context(), "SELECT (args->>'attachment')::uuid FROM river_job WHERE kind = $1 ORDER BY id", kind)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// collect runs every job that clears up.
func (f *fixture) collect(t *testing.T) {
	t.Helper()
	worker := &command.DiscardAttachmentWorker{Commands: f.commands}
	for _, id := range f.jobsOf(t, "discard_attachment") {
		if err := worker.Work(t.Context(), &river.Job[command.DiscardAttachmentArgs]{
			Args: command.DiscardAttachmentArgs{Desk: "nsp", Attachment: id},
		}); err != nil {
			t.Errorf("clear up %s: %v", id, err)
		}
	}
}

// R31: what a file is, is told by its content. A name says nothing.
func TestScriptsAFileIsWhatItsContentSaysNotItsName(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	heic := "\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"
	for _, c := range []struct{ name, content, want string }{
		{"foto.jpg", "<!DOCTYPE html><script>alert(1)</script>", "text/html; charset=utf-8"},
		{"foto.png", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "image/svg+xml"},
		{"IMG_0001.HEIC", heic, "image/heic"},
		{"ingen-endelse", "\xff\xd8\xff\xe0\x00\x10JFIF\x00", "image/jpeg"},
		{"polyglot.gif", "GIF89a/*<script>*/=alert(1)//", "image/gif"},
		{"skadeligt.pdf", "MZ\x90\x00\x03", "application/vnd.microsoft.portable-executable"},
	} {
		a := f.send(t, upload(ofTicket, "../../"+c.name), c.content)
		if a.GetMediaType() != c.want || a.GetFileName() != c.name || a.GetSizeBytes() != int64(len(c.content)) {
			t.Errorf("%s is %s of %d bytes, called %q; want %s", c.name, a.GetMediaType(), a.GetSizeBytes(), a.GetFileName(), c.want)
		}
		if got, _ := f.blob(t, a.GetName()); got != c.content {
			t.Errorf("%s is kept as %q", c.name, got)
		}
	}
	// Names are free text: beside the events, never in them.
	if n := f.count(t, `SELECT count(*) FROM events WHERE encode(stored, 'escape') LIKE '%foto%'`); n != 0 {
		t.Errorf("%d events hold a file's name", n)
	}
}

func TestTheSameUploadTwiceIsOneFileAndAnotherContentIsRefused(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	r := upload(ofTicket, "log.txt")
	first := f.send(t, r, "linje 1")
	if again := f.send(t, r, "linje 1"); again.GetName() != first.GetName() || again.GetSha256() != first.GetSha256() {
		t.Errorf("the same again is %v, want %v", again, first)
	}
	_, err := f.commands.UploadAttachment(as(t.Context(), "mette"), r, strings.NewReader("linje 2"))
	if !fault.Is(err, fault.RequestIDReused) {
		t.Errorf("another content under the same id: %v", err)
	}
	f.collect(t)
	if n := f.count(t, "SELECT count(*) FROM attachments"); n != 1 {
		t.Errorf("%d rows, want that of the one file", n)
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'attachment.received'"); n != 1 {
		t.Errorf("received %d times", n)
	}
}

func TestEqualUploadsAtTheSameTimeAreOneFile(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	r := upload(ofTicket, "log.txt")
	var (
		group sync.WaitGroup
		names [6]string
	)
	for i := range names {
		group.Go(func() {
			a, err := f.commands.UploadAttachment(as(t.Context(), "mette"), r, strings.NewReader("linje 1"))
			if err != nil {
				t.Error(err)
			}
			names[i] = a.GetName()
		})
	}
	group.Wait()
	for _, name := range names {
		if name != names[0] || name == "" {
			t.Fatalf("equal calls made %v", names)
		}
	}
	f.collect(t)
	if n := f.count(t, "SELECT count(*) FROM attachments"); n != 1 {
		t.Errorf("%d rows are left", n)
	}
}

// zeros is a sender that goes on.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestLimitsOfAFileAndOfATicketAreKept(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	ctx := as(t.Context(), "mette")
	if _, err := f.commands.UploadAttachment(ctx, upload(ofTicket, "x.bin"),
		io.LimitReader(zeros{}, domain.MaxAttachmentBytes)); err != nil {
		t.Errorf("exactly 25 MiB: %v", err)
	}
	_, err := f.commands.UploadAttachment(ctx, upload(ofTicket, "x.bin"), io.LimitReader(zeros{}, domain.MaxAttachmentBytes+1))
	if !fault.Is(err, "ATTACHMENT_TOO_LARGE") {
		t.Errorf("one byte more: %v", err)
	}
	_, err = f.commands.UploadAttachment(ctx, upload(ofTicket, "x.txt"), strings.NewReader(""))
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("an empty file: %v", err)
	}
	_, err = f.commands.UploadAttachment(ctx, upload(ofTicket, "../"), strings.NewReader("x"))
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("a file without a name: %v", err)
	}
	for i := range domain.MaxAttachments - 1 {
		f.send(t, upload(ofTicket, fmt.Sprintf("%d.txt", i)), "x")
	}
	_, err = f.commands.UploadAttachment(ctx, upload(ofTicket, "x.txt"), strings.NewReader("x"))
	if !fault.Is(err, "TOO_MANY_ATTACHMENTS") {
		t.Errorf("the 101st file: %v", err)
	}
	f.send(t, upload("desks/nsp/tickets/ASCP00000002", "x.txt"), "another ticket has room")
}

//nolint:paralleltest // it measures what everybody allocates
func TestMemoryStaysFlatWhile25MiBAreReceived(t *testing.T) {
	f := withFiles(t)
	f.send(t, upload(ofTicket, "warm.txt"), "x")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := f.commands.UploadAttachment(as(t.Context(), "mette"), upload(ofTicket, "x.bin"),
		io.LimitReader(zeros{}, domain.MaxAttachmentBytes)); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d bytes were allocated for a file of 25 MiB", used)
	}
}

// killed is a process that dies in the middle of an upload: whatever comes after never happens.
type killed struct {
	after  int
	cancel context.CancelFunc
}

func (k *killed) Read(p []byte) (int, error) {
	if k.after == 0 {
		k.cancel()
		return 0, context.Canceled
	}
	n := min(k.after, len(p))
	k.after -= n
	return n, nil
}

// A process that is killed between row and blob, or between blob and row, leaves nothing for good and loses nothing that was
// answered for.
func TestAKillBetweenBlobAndRowLeavesNoOrphan(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	kept := f.send(t, upload(ofTicket, "kept.txt"), "kept")
	// Between row and blob; the command's own clearing up does not happen in a process that is dead, so it is undone here.
	abandoned := uuid.Must(uuid.NewV7())
	insert := func(id uuid.UUID) {
		if err := store.New(f.pool).InsertAttachment(t.Context(), store.InsertAttachmentParams{
			Desk: "nsp", Attachment: id, Ticket: "ASCP00000001", ReceivedAt: f.clock.Now(),
		}); err != nil {
			t.Fatal(err)
		}
	}
	insert(abandoned)
	// Between blob and row.
	whole := uuid.Must(uuid.NewV7())
	insert(whole)
	key := blobstore.Key{Desk: "nsp", Kind: "attachments", ID: whole.String()}
	if _, err := f.commands.Blobs.Put(t.Context(), key, strings.NewReader("whole"), 100); err != nil {
		t.Fatal(err)
	}
	worker := &command.DiscardAttachmentWorker{Commands: f.commands}
	for _, id := range []uuid.UUID{abandoned, whole, whole, uuid.MustParse(resourcename.ID(kept.GetName()))} { // a job may run twice
		if err := worker.Work(t.Context(), &river.Job[command.DiscardAttachmentArgs]{
			Args: command.DiscardAttachmentArgs{Desk: "nsp", Attachment: id},
		}); err != nil {
			t.Fatal(err)
		}
	}
	if _, there := f.blob(t, domain.AttachmentName("nsp", whole.String())); there {
		t.Error("the blob of a file that was never kept is there for good")
	}
	if got, _ := f.blob(t, kept.GetName()); got != "kept" {
		t.Errorf("a file that was answered for is %q", got)
	}
	if n := f.count(t, "SELECT count(*) FROM attachments"); n != 1 {
		t.Errorf("%d rows, want that of the one file", n)
	}
	// Every upload has brought the job that would have found it.
	if ids := f.jobsOf(t, "discard_attachment"); len(ids) != 1 || domain.AttachmentName("nsp", ids[0].String()) != kept.GetName() {
		t.Errorf("jobs wait for %v", ids)
	}
}

func TestAnUploadThatIsBrokenOffIsClearedUpAtOnce(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	ctx, cancel := context.WithCancel(as(t.Context(), "mette"))
	if _, err := f.commands.UploadAttachment(ctx, upload(ofTicket, "x.bin"), &killed{after: 100_000, cancel: cancel}); err == nil {
		t.Fatal("half a file is a file")
	}
	if n := f.count(t, "SELECT count(*) FROM attachments"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

// An upload that the job has given up cannot be kept any more: its blob is gone.
func TestAnUploadThatTookTooLongIsNotKept(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	late := readerFunc(func(p []byte) (int, error) {
		f.collect(t)
		return copy(p, "late"), io.EOF
	})
	_, err := f.commands.UploadAttachment(as(t.Context(), "mette"), upload(ofTicket, "x.txt"), late)
	if !fault.Is(err, "UPLOAD_LAPSED") {
		t.Errorf("kept after it was given up: %v", err)
	}
	if n := f.count(t, "SELECT count(*) FROM attachments"); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}

type readerFunc func([]byte) (int, error)

func (r readerFunc) Read(p []byte) (int, error) { return r(p) }
