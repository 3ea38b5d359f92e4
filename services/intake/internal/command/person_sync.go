package command

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/auth"
)

// Directory is where an organisation keeps its persons.
type Directory interface {
	// Persons reads all of them. An error ends it, and says that it was not all of them.
	Persons(ctx context.Context) iter.Seq2[*intakev1.ImportedPerson, error]
}

// SyncPersonsArgs is the job that imports a directory. It carries nothing: what is imported is the process's configuration.
type SyncPersonsArgs struct{}

// Kind is the job's name in River.
func (SyncPersonsArgs) Kind() string { return "sync_persons" }

// InsertOpts lets the next time come in place of a second attempt.
func (SyncPersonsArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{MaxAttempts: 3} }

// SyncPersonsWorker runs it.
type SyncPersonsWorker struct {
	river.WorkerDefaults[SyncPersonsArgs]
	Commands  *Commands
	Directory Directory
	// Request is what is asked of the import, without persons.
	Request *intakev1.ImportPersonsRequest
}

const syncTimeout = 10 * time.Minute

// Timeout bounds one import.
func (*SyncPersonsWorker) Timeout(*river.Job[SyncPersonsArgs]) time.Duration { return syncTimeout }

// Work imports the directory as intake itself, and logs what that came to: lines and rules, never persons.
func (w *SyncPersonsWorker) Work(ctx context.Context, _ *river.Job[SyncPersonsArgs]) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	asked := &intakev1.ImportPersonsRequest{
		Parent: w.Request.GetParent(), RequestId: id.String(), Source: w.Request.GetSource(),
		CloseAbsent: w.Request.GetCloseAbsent(), PhoneRegion: w.Request.GetPhoneRegion(),
	}
	ctx = auth.NewContext(ctx, auth.Principal{Service: "intake"})
	report, err := w.Commands.ImportPersons(ctx, asked, w.Directory.Persons(ctx))
	if err != nil {
		return err
	}
	rules := map[string]int{}
	for _, refusal := range report.GetRefusals() {
		rules[refusal.GetField()+" "+refusal.GetRule()]++
	}
	w.Commands.Logger.InfoContext(ctx, "persons imported from the directory", slog.String("source", asked.GetSource()),
		slog.Int("created", int(report.GetCreated())), slog.Int("changed", int(report.GetChanged())),
		slog.Int("unchanged", int(report.GetUnchanged())), slog.Int("closed", int(report.GetClosed())),
		slog.Int("refused", int(report.GetRefused())), slog.Any("rules", rules))
	return nil
}
