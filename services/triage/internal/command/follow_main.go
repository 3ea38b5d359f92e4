package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

const (
	linkInquiry = triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT
	linkChange  = triagev1.LinkKind_LINK_KIND_CHANGE

	// followersAtOnce is how many followers one run of the job brings up to date, each in its own transaction.
	followersAtOnce = 200
	// eventsAtOnce is how much of a ticket's history is read at a time.
	eventsAtOnce = 100
)

// Follows reports whether a link of this kind makes a ticket hear what happens to the other (R19, R97).
func Follows(kind triagev1.LinkKind) bool { return kind == linkInquiry || kind == linkChange }

// FollowMain is the job that carries over to a ticket's followers what happened to it: to the inquiries about it (R19), and to
// what waits for its release (R97). There may be thousands, so no transaction holds more than one of them, and each remembers
// how far it has come: the job may break off, run again, and run twice at once.
type FollowMain struct {
	Main string `json:"main"`
}

// Kind is the name of the job in the database; it never changes.
func (FollowMain) Kind() string { return "follow_main" }

// Followed hears the service's own feed, and sets off the job for tickets that others follow.
type Followed struct{ Timers *jobs.Client }

// Handle keeps a job for each ticket that something happened to which its followers hear of.
func (f *Followed) Handle(ctx context.Context, tx pgx.Tx, batch []*feed.Event) error {
	var mains []string
	for _, e := range batch {
		main := e.Record.GetResource()
		desk, number := resourcename.Desk(main), resourcename.ID(main)
		if slices.Contains(mains, main) {
			continue
		}
		followed, err := store.New(tx).IsFollowed(ctx, store.IsFollowedParams{Desk: desk, Other: number})
		if err != nil {
			return fmt.Errorf("look for followers of %s: %w", main, err)
		}
		if !followed {
			continue
		}
		mains = append(mains, main)
		if err := f.Timers.Keep(ctx, tx, FollowMain{Main: main}, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// MainFollower works FollowMain.
type MainFollower struct {
	river.WorkerDefaults[FollowMain]
	Writer *Writer
	// Reader reads what happened.
	Reader *feed.Reader
}

// Work brings followers up to date with what had happened when it began. One that fails keeps none of the others waiting: it
// hears it when the job is tried again.
func (m *MainFollower) Work(ctx context.Context, job *river.Job[FollowMain]) error {
	main := job.Args.Main
	desk, number := resourcename.Desk(main), resourcename.ID(main)
	t, _, err := store.Read(ctx, m.Writer.Pool, desk, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	behind, err := store.New(m.Writer.Pool).FollowersBehind(ctx, store.FollowersBehindParams{
		Desk: desk, Other: number, Limit: followersAtOnce, Head: t.Head.Revision,
	})
	if err != nil {
		return fmt.Errorf("find followers of %s: %w", main, err)
	}
	var failed []error
	for _, follower := range behind {
		if err := m.carry(ctx, main, follower, t.Head.Revision); err != nil {
			failed = append(failed, fmt.Errorf("carry over to %s: %w", follower, err))
			continue
		}
		m.Writer.Wake.Committed()
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	if len(behind) == followersAtOnce {
		return m.Writer.Timers.Keep(ctx, m.Writer.Pool, FollowMain{Main: main}, time.Time{})
	}
	return nil
}

// carry brings one follower up to a revision of the main ticket.
func (m *MainFollower) carry(ctx context.Context, main, number string, head int64) error {
	desk := resourcename.Desk(main)
	return pg.InPipeline(ctx, m.Writer.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		follower, err := store.LockAlone(ctx, p, desk, number)
		if err != nil {
			return err
		}
		if err := m.Writer.bind(&follower); err != nil {
			return err
		}
		q := store.New(p)
		links, err := q.CarriedOf(ctx, store.CarriedOfParams{Desk: desk, Other: resourcename.ID(main), Number: number})
		if err != nil {
			return err
		}
		for _, link := range links { // none where the link was taken back meanwhile
			if err := m.hear(ctx, p, &follower, main, triagev1.LinkKind(link.Kind), link.Carried, head); err != nil {
				return err
			}
		}
		return q.SetCarried(ctx, store.SetCarriedParams{
			Desk: desk, Other: resourcename.ID(main), Number: number, Head: head,
		})
	})
}

// hear lets a follower hear, one by one, what happened to the main ticket after a revision. Each is a step of its own, whose
// cause is the main ticket's event.
func (m *MainFollower) hear(
	ctx context.Context, p *pg.Pipeline, follower *store.Ticket, main string, kind triagev1.LinkKind, carried, head int64,
) error {
	for carried < head {
		rows, err := m.Reader.History(ctx, resourcename.Desk(main), main, carried, eventsAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		for i := range rows {
			event, err := rows[i].Decode(nil)
			if err != nil {
				return err
			}
			if carried = event.Record.GetRevision(); carried > head {
				return nil
			}
			if err := m.step(ctx, p, follower, kind, event); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *MainFollower) step(
	ctx context.Context, p *pg.Pipeline, follower *store.Ticket, kind triagev1.LinkKind, event *feed.Event,
) error {
	if !slices.Contains(profile.Carried(), event.Record.GetType()) {
		return nil
	}
	payload := new(triagev1.TicketEvent)
	if err := event.Record.GetPayload().UnmarshalTo(payload); err != nil {
		return fmt.Errorf("decode %s: %w", event.Ref(), err)
	}
	happened := domain.Happened{Type: event.Record.GetType(), Ticket: payload.GetTicket()}
	for _, name := range domain.CarriedTexts() {
		if words, found := event.Text(name); found {
			happened.Words = append(happened.Words, domain.Text{
				Name: name, LanguageCode: words.GetLanguageCode(), Text: words.GetText(),
			})
		}
	}
	decide := follower.FollowInquiry
	if kind == linkChange {
		decide = follower.FollowChange
	}
	outcome, err := decide(happened, m.Writer.timeOf(follower))
	if err != nil || len(outcome.Events) == 0 {
		return err
	}
	if outcome, err = outcome.Follow(follower.Ticket, m.Writer.Clock.Now()); err != nil {
		return err
	}
	done, err := m.Writer.chain(ctx, *follower, outcome, origin{
		actor: &eventv1.Actor{Service: "triage"}, cause: &eventv1.Cause{Event: event.Ref()},
	})
	if err != nil {
		return err
	}
	if err := m.Writer.write(ctx, p, &done); err != nil {
		return err
	}
	*follower = done.ticket
	return nil
}
