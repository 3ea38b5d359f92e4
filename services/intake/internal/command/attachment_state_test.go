package command_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// scanner finds EICAR, and can be away.
type scanner struct{ away bool }

func (s *scanner) Scan(_ context.Context, content io.Reader) (string, error) {
	if s.away {
		return "", errors.New("away")
	}
	all, err := io.ReadAll(content)
	if bytes.Contains(all, []byte("EICAR")) {
		return "Eicar-Signature", err
	}
	return "", err
}

func TestScriptsMalwareIsQuarantinedAndNothingIsAvailableBeforeItWasScanned(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	s := &scanner{away: true}
	f.commands.Scanner = s
	bad, good := f.send(t, upload(ofTicket, "faktura.pdf"), "%PDF-1.7 EICAR"), f.send(t, upload(ofTicket, "ok.txt"), "ok")
	state := func(name string) intakev1.AttachmentState {
		a, err := store.ReadAttachment(t.Context(), f.pool, name)
		if err != nil {
			t.Fatal(err)
		}
		return intakev1.AttachmentState(a.State)
	}
	scan := func() (failed int) {
		worker := &command.ScanAttachmentWorker{Commands: f.commands}
		for _, id := range f.jobsOf(t, "scan_attachment") {
			if err := worker.Work(t.Context(), &river.Job[command.ScanAttachmentArgs]{
				Args: command.ScanAttachmentArgs{Desk: "nsp", Attachment: id},
			}); err != nil {
				failed++
			}
		}
		return failed
	}
	if failed := scan(); failed != 2 || state(good.GetName()) != intakev1.AttachmentState_ATTACHMENT_STATE_UNSCANNED {
		t.Errorf("with the scanner away, %d of 2 wait and a file is %v", failed, state(good.GetName()))
	}
	s.away = false
	for range 2 { // a job may run twice
		if failed := scan(); failed != 0 {
			t.Errorf("%d scans failed", failed)
		}
	}
	if got := state(bad.GetName()); got != intakev1.AttachmentState_ATTACHMENT_STATE_QUARANTINED {
		t.Errorf("malware is %v", got)
	}
	if got := state(good.GetName()); got != intakev1.AttachmentState_ATTACHMENT_STATE_AVAILABLE {
		t.Errorf("a clean file is %v", got)
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type IN ('attachment.quarantined', 'attachment.cleared')"); n != 2 {
		t.Errorf("%d events tell of it, want one each", n)
	}
}

// R147: the files of what a person reported go with its texts, and what is being received for it at that moment is not kept.
func TestErasingAPersonTakesTheFilesOfTheirTicketsAway(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	f.register(t, "mette")
	submission, err := f.commands.SubmitTicket(as(t.Context(), "mette"), report())
	if err != nil {
		t.Fatal(err)
	}
	byTicket := f.send(t, upload(submission.GetTicket(), "skærm.png"), "\x89PNG\r\n\x1a\n")
	bySubmission := f.send(t, upload(submission.GetName(), "log.txt"), "log")
	other := f.send(t, upload("desks/nsp/tickets/ASCP00009999", "andet.txt"), "en andens")
	if bySubmission.GetTicket() != submission.GetTicket() || bySubmission.GetSubmission() != submission.GetName() {
		t.Errorf("a file of the submission is of %v", bySubmission)
	}
	_, err = f.commands.UploadAttachment(as(t.Context(), "mette"), upload(submission.GetTicket(), "x.txt"),
		readerFunc(func(p []byte) (int, error) {
			if _, err := f.commands.ErasePerson(as(t.Context(), "anders"), &intakev1.ErasePersonRequest{
				Name: "desks/nsp/persons/mette", RequestId: uuid.NewString(),
			}); err != nil {
				t.Errorf("erase: %v", err)
			}
			return copy(p, "meanwhile"), io.EOF
		}))
	if !fault.Is(err, "UPLOAD_LAPSED") {
		t.Errorf("what was being received is kept: %v", err)
	}
	f.collect(t)
	for _, gone := range []*intakev1.Attachment{byTicket, bySubmission} {
		if _, there := f.blob(t, gone.GetName()); there {
			t.Errorf("%s is still there", gone.GetFileName())
		}
		if _, err := store.ReadAttachment(t.Context(), f.pool, gone.GetName()); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is still shown: %v", gone.GetFileName(), err)
		}
	}
	if got, _ := f.blob(t, other.GetName()); got != "en andens" {
		t.Errorf("somebody else's file is %q", got)
	}
	if n := f.count(t, "SELECT count(*) FROM event_texts WHERE text LIKE '%skærm%'"); n != 0 {
		t.Error("the name of an erased file is still there")
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'attachment.erased'"); n != 2 {
		t.Errorf("%d events tell of it, want 2", n)
	}
}

// Every key begins with the desk: the same id in another desk is another file, or none.
func TestAFileOfAnotherDeskIsNotThere(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	a := f.send(t, upload(ofTicket, "x.txt"), "x")
	elsewhere := strings.Replace(a.GetName(), "desks/nsp/", "desks/au/", 1)
	if _, err := store.ReadAttachment(t.Context(), f.pool, elsewhere); !fault.Is(err, fault.NotFound) {
		t.Errorf("another desk reads it: %v", err)
	}
	if _, there := f.blob(t, elsewhere); there {
		t.Error("another desk has its blob")
	}
}
