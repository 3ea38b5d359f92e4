package command

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/followed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/reporting/internal/domain"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// Extracts takes the lists that the desks' profiles want regularly (R90), and keeps them.
type Extracts struct {
	Pool     *pgxpool.Pool
	Clock    clock.Clock
	Jobs     *jobs.Client
	Profiles *followed.Profiles[*profile.Profile]
	Logger   *slog.Logger
	// Heard reports whether everything that has happened in triage is known here.
	Heard func() bool
}

// TakeExtracts is one look at what is due at a desk.
type TakeExtracts struct {
	Desk string `json:"desk"`
	// Day is the day of the look, for those that come by themselves; empty for one that the desk's profile asked for.
	Day string `json:"day,omitempty"`
}

// Kind is the job's name in River.
func (TakeExtracts) Kind() string { return "take_extracts" }

// TakeExtractsWorker works TakeExtracts.
type TakeExtractsWorker struct {
	river.WorkerDefaults[TakeExtracts]
	Extracts *Extracts
}

// listenAgain is how long a look waits for what has happened to be told. It is not the clock's time, which may stand still.
const listenAgain = time.Second

var errHalfTold = errors.New("what has happened is not all known yet")

// Work takes what is due, once the day after is arranged: whatever becomes of this look, there will be another.
func (w *TakeExtractsWorker) Work(ctx context.Context, job *river.Job[TakeExtracts]) error {
	x, desk := w.Extracts, job.Args.Desk
	x.Profiles.Forget(desk) // a day is long, and the desk may have said a moment ago that it follows another
	p, err := x.Profiles.InForce(ctx, desk)
	if err != nil {
		x.Logger.WarnContext(ctx, "the profile of a desk could not be read: its extracts wait", slog.Any("error", err))
		return x.listen(ctx)
	}
	if p == nil { // the desk will say when it follows one
		return nil
	}
	zone, err := time.LoadLocation(p.Settings().GetDesk().GetTimeZone())
	if err != nil {
		return fmt.Errorf("take the extracts of %s: %w", desk, err)
	}
	if err := x.lookAgain(ctx, desk, zone); err != nil {
		return err
	}
	if err = x.Take(ctx, desk, p, zone); errors.Is(err, errHalfTold) {
		return x.listen(ctx)
	}
	return err
}

// listen tries again without losing an attempt.
func (x *Extracts) listen(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-time.After(listenAgain):
	}
	return river.JobSnooze(0)
}

// lookAgain arranges the look of the next day, once.
func (x *Extracts) lookAgain(ctx context.Context, desk string, zone *time.Location) error {
	next := domain.DayAfter(zone, x.Clock.Now())
	_, err := x.Jobs.Insert(ctx, TakeExtracts{Desk: desk, Day: next.Format(domain.TurnDay)}, &river.InsertOpts{
		ScheduledAt: next, UniqueOpts: river.UniqueOpts{ByArgs: true},
	})
	if err != nil {
		return fmt.Errorf("arrange the next look for the extracts of %s: %w", desk, err)
	}
	return nil
}

// Follow notes a desk, and looks at once what its profile wants. It is called in the transaction that hears of the desk.
func (x *Extracts) Follow(ctx context.Context, tx pgx.Tx, d *triagev1.Desk) error {
	desk := resourcename.Desk(d.GetName())
	if err := store.New(tx).PutExtractDesk(ctx, store.PutExtractDeskParams{
		Desk: desk, DisplayName: d.GetDisplayName(), LanguageCode: d.GetLanguageCode(),
	}); err != nil {
		return fmt.Errorf("note the desk %s: %w", desk, err)
	}
	return x.Jobs.Keep(ctx, tx, TakeExtracts{Desk: desk}, time.Time{})
}

// Take takes an edition of each extract whose turn has come and of which there is none yet. A turn that was missed is taken late,
// as the cases stand then, and says so by its time.
func (x *Extracts) Take(ctx context.Context, desk string, p *profile.Profile, zone *time.Location) error {
	now := x.Clock.Now()
	err := pg.InPipeline(ctx, x.Pool, func(ctx context.Context, tx *pg.Pipeline) error {
		q := store.New(tx)
		awaited, err := q.LockExtractDesk(ctx, desk)
		if err != nil {
			return err
		}
		due, err := x.due(ctx, q, desk, p, domain.DayIn(zone, now))
		if err != nil || len(due) == 0 {
			return err
		}
		if known, err := q.CountDeskEvents(ctx, desk); err != nil {
			return err
		} else if known < awaited || !x.Heard() {
			return errHalfTold
		}
		listed, err := list(ctx, tx, desk, p, due, now)
		if err != nil {
			return err
		}
		for extract, turn := range due {
			if err := keepEdition(ctx, q, store.AddEditionParams{
				Desk: desk, Extract: extract, Turn: turn, TakenAt: now, ProfileVersion: p.Version(),
			}, listed[extract]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take the extracts of %s: %w", desk, err)
	}
	return nil
}

// due are the turns that have come, by extract.
func (x *Extracts) due(
	ctx context.Context, q *store.Queries, desk string, p *profile.Profile, day time.Time,
) (map[string]time.Time, error) {
	due := map[string]time.Time{}
	for _, extract := range p.Settings().GetExtracts() {
		turn, ok := domain.Turn(extract.GetEvery(), day)
		if !ok {
			return nil, fmt.Errorf("the extract %s has the rhythm %q", extract.GetId(), extract.GetEvery())
		}
		taken, err := q.EditionTaken(ctx, store.EditionTakenParams{Desk: desk, Extract: extract.GetId(), Turn: turn})
		if err != nil {
			return nil, err
		}
		if !taken {
			due[extract.GetId()] = turn
		}
	}
	return due, nil
}

// list looks at every ticket of the desk.
func list(
	ctx context.Context, db store.DBTX, desk string, p *profile.Profile, due map[string]time.Time, now time.Time,
) (map[string][]domain.Case, error) {
	listed := map[string][]domain.Case{}
	err := store.EachCase(ctx, db, desk, func(t *triagev1.Ticket, revision int64) error {
		facts := p.Facts("desks/"+desk, t, now)
		in, err := domain.Listed(p, t, facts, due)
		if err != nil {
			return fmt.Errorf("%s: %w", t.GetName(), err)
		}
		for _, extract := range in {
			listed[extract] = append(listed[extract], domain.NewCase(t, facts, revision, now))
		}
		return nil
	})
	return listed, err
}

func keepEdition(ctx context.Context, q *store.Queries, edition store.AddEditionParams, cases []domain.Case) error {
	if err := q.AddEdition(ctx, edition); err != nil {
		return err
	}
	for _, c := range cases {
		if err := q.AddExtractRow(ctx, store.AddExtractRowParams{
			Desk: edition.Desk, Extract: edition.Extract, Turn: edition.Turn, Ticket: c.Ticket, Revision: c.Revision,
			Status: int16(c.Status), Priority: c.Priority, Category: c.Category, HolderParty: c.HolderParty, OwnerParty: c.OwnerParty,
			BusinessService: c.About, SubmittedAt: c.Submitted, AgeDays: c.AgeDays, ReleaseAt: c.Release,
		}); err != nil {
			return err
		}
	}
	return nil
}
