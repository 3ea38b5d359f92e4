package command_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

const ahead = "desks/nsp"

// asksForFiles has the form want a screenshot, and take other files.
func asksForFiles(t *testing.T) *fixture {
	t.Helper()
	f := withFiles(t)
	f.asks(t)
	files := profilev1.FieldType_FIELD_TYPE_FILES
	form := f.profiles.settings.GetForms()[0]
	form.Fields = append(form.Fields,
		&profilev1.FormField{Id: "screenshot", Label: said("Skærmbillede"), Type: files, Required: true},
		&profilev1.FormField{Id: "files", Label: said("Filer"), Type: files})
	return f
}

func withAnswers(screenshot, files string) *intakev1.SubmitTicketRequest {
	answers := map[string]string{"title": "Recepter mangler", "contact": "Ole", "urgent": "no"}
	for field, answer := range map[string]string{"screenshot": screenshot, "files": files} {
		if answer != "" {
			answers[field] = answer
		}
	}
	return filledIn(answers)
}

// R31: the files that a form asks for are those of its ticket as soon as it has a number, by the field that asked.
func TestR31FilesOfAFormAreThoseOfItsTicket(t *testing.T) {
	t.Parallel()
	f := asksForFiles(t)
	f.triage.set(true)
	shot := f.send(t, upload(ahead, "skærm.png"), "\x89PNG\r\n\x1a\n")
	log, photo := f.send(t, upload(ahead, "log.txt"), "log"), f.send(t, upload(ahead, "IMG_1.jpg"), "\xff\xd8\xff\xe0")
	if shot.GetTicket() != "" {
		t.Errorf("before its report a file is of %s", shot.GetTicket())
	}
	r := withAnswers(shot.GetName(), log.GetName()+", "+photo.GetName())
	submitted, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.commands.SubmitTicket(as(t.Context(), "mette"), r)
	if err != nil || again.GetName() != submitted.GetName() {
		t.Errorf("the same report again is %v, %v", again, err)
	}
	for name, field := range map[string]string{shot.GetName(): "screenshot", log.GetName(): "files", photo.GetName(): "files"} {
		a, err := store.ReadAttachment(t.Context(), f.pool, name)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Proto(store.Labels{}); got.GetTicket() != submitted.GetTicket() || got.GetSubmission() != submitted.GetName() ||
			got.GetFormField() != field {
			t.Errorf("the file is %v, want of %s in %s", got, submitted.GetTicket(), field)
		}
	}
	if n := f.count(t, "SELECT count(*) FROM events WHERE type = 'attachment.joined'"); n != 3 {
		t.Errorf("%d events tell of it, want one for each file", n)
	}
	f.lapse(t)
	if got, there := f.blob(t, log.GetName()); !there || got != "log" {
		t.Error("a file of a ticket lapsed as if it waited still")
	}
}

// R31: a file that will not do is told at its field, and nothing is registered.
func TestR31AFormTakesNoFileThatIsNotItsSendersToGive(t *testing.T) {
	t.Parallel()
	f := asksForFiles(t)
	neverSent := domain.AttachmentName("nsp", uuid.NewString())
	shot, used := f.send(t, upload(ahead, "skærm.png"), "png"), f.send(t, upload(ahead, "brugt.txt"), "x")
	ofAnother, err := f.commands.UploadAttachment(as(t.Context(), "ole"), upload(ahead, "andens.txt"), strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.commands.SubmitTicket(as(t.Context(), "mette"), withAnswers(used.GetName(), "")); err != nil {
		t.Fatal(err)
	}
	before := f.count(t, "SELECT count(*) FROM submissions")
	for what, tt := range map[string]struct{ screenshot, files, refused string }{
		"none where one is required": {"", shot.GetName(), `form_answers["screenshot"]:form.required`},
		"one that is used":           {shot.GetName(), used.GetName(), `form_answers["files"]:form.files`},
		"somebody else's":            {shot.GetName(), ofAnother.GetName(), `form_answers["files"]:form.files`},
		"one twice":                  {shot.GetName(), shot.GetName(), `form_answers["screenshot"]:form.files`},
		"one that was never sent":    {shot.GetName(), neverSent, `form_answers["files"]:form.files`},
		"a file of another desk":     {shot.GetName(), strings.Replace(shot.GetName(), "nsp", "au", 1), `form_answers["`},
		"words":                      {shot.GetName(), "a.txt", `form_answers["files"]:form.files`},
	} {
		_, err := f.commands.SubmitTicket(as(t.Context(), "mette"), withAnswers(tt.screenshot, tt.files))
		if err == nil || !strings.Contains(err.Error(), tt.refused) {
			t.Errorf("%s: %v, want %s", what, err, tt.refused)
		}
	}
	if after := f.count(t, "SELECT count(*) FROM submissions"); after != before {
		t.Errorf("%d reports were registered all the same", after-before)
	}
}

func TestOfTwoReportsThatNameTheSameFileOneHasIt(t *testing.T) {
	t.Parallel()
	f := asksForFiles(t)
	shot := f.send(t, upload(ahead, "skærm.png"), "png")
	var group sync.WaitGroup
	failed := make([]error, 4)
	for i := range failed {
		group.Go(func() {
			_, failed[i] = f.commands.SubmitTicket(as(t.Context(), "mette"), withAnswers(shot.GetName(), ""))
		})
	}
	group.Wait()
	var registered int
	for _, err := range failed {
		if err == nil {
			registered++
		}
	}
	if n := f.count(t, "SELECT count(*) FROM submissions"); registered != 1 || n != 1 {
		t.Errorf("%d reports have the file and %d are registered: %v", registered, n, failed)
	}
}

// lapse runs every job that ends a wait.
func (f *fixture) lapse(t *testing.T) {
	t.Helper()
	worker := &command.LapseAttachmentWorker{Commands: f.commands}
	for _, id := range f.jobsOf(t, "lapse_attachment") {
		if err := worker.Work(t.Context(), &river.Job[command.LapseAttachmentArgs]{
			Args: command.LapseAttachmentArgs{Desk: "nsp", Attachment: id},
		}); err != nil {
			t.Errorf("end the wait of %s: %v", id, err)
		}
	}
}

// R148: a file that no report names is gone a day later, with its name; until then there is room for so many and no more.
func TestR148AFileThatNoReportNamesIsErased(t *testing.T) {
	t.Parallel()
	f := withFiles(t)
	a := f.send(t, upload(ahead, "hemmelig.txt"), "hemmelig")
	for range domain.MaxWaiting - 1 {
		f.send(t, upload(ahead, "x.txt"), "x")
	}
	_, err := f.commands.UploadAttachment(as(t.Context(), "mette"), upload(ahead, "x.txt"), strings.NewReader("x"))
	if err == nil || !strings.Contains(err.Error(), "TOO_MANY_ATTACHMENTS") {
		t.Errorf("one more than may wait: %v", err)
	}
	if _, err = f.commands.UploadAttachment(as(t.Context(), "ole"), upload(ahead, "x.txt"), strings.NewReader("x")); err != nil {
		t.Errorf("somebody else's first: %v", err)
	}
	const due = "SELECT count(*) FROM river_job WHERE kind = 'lapse_attachment' AND scheduled_at = '2026-11-22T12:00:00Z'"
	if n := f.count(t, due); n != domain.MaxWaiting+1 {
		t.Errorf("%d jobs are due in a day", n)
	}
	f.lapse(t)
	f.lapse(t) // a job may run twice
	f.collect(t)
	if _, there := f.blob(t, a.GetName()); there {
		t.Error("the file is kept")
	}
	if n := f.count(t, "SELECT count(*) FROM event_texts WHERE text LIKE '%hemmelig%'"); n != 0 {
		t.Error("its name is kept")
	}
	f.send(t, upload(ahead, "x.txt"), "there is room again")
}
