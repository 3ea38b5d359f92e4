package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// noticed makes one ticket of a reporter with an address, and two reasons to write to them: work starts, and it waits for them.
func noticed(clients []worker) call {
	return func(ctx context.Context, client int) error {
		w := clients[client]
		submission, err := w.agent.submissions.SubmitTicket(ctx, &intakev1.SubmitTicketRequest{
			RequestId: uuid.NewString(), Parent: deskName, Channel: commonv1.Channel_CHANNEL_PHONE,
			Reporter: deskName + "/persons/" + reporter(0), Title: text("Kortlæseren i reception 4 virker ikke"),
			Description: text(description),
		})
		if err != nil {
			return fmt.Errorf("submit: %w", err)
		}
		for _, step := range []command{life[1], life[3]} {
			if _, err := step.do(ctx, w, submission.GetTicket()); err != nil {
				return fmt.Errorf("%s of %s: %w", step.name, submission.GetTicket(), err)
			}
		}
		return nil
	}
}

// mailsOf is how many mails noticed leads to.
const mailsOf = 2

// notices lets notify, which was away while reasons to write came together, write all of it to the sink, and says how
// many mails a second it was: from the first row of the ledger to the last mail that the sink took.
func (s *stage) notices(ctx context.Context, tickets int) (perSecond float64, err error) {
	if err := s.StopOne(ctx, "notify"); err != nil {
		return 0, err
	}
	var made atomic.Int64
	one := noticed(s.workers)
	if _, err := gather(ctx, s.clients, time.Now(), func(ctx context.Context, client int, _ func(time.Time)) error {
		for made.Add(1) <= int64(tickets) {
			if err := one(ctx, client); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return 0, err
	}
	notify, err := pgx.Connect(ctx, s.Postgres().URL("notify"))
	if err != nil {
		return 0, fmt.Errorf("look at what is sent: %w", err)
	}
	defer func() { _ = notify.Close(context.WithoutCancel(ctx)) }() // it was only read from
	var since time.Time
	if err := notify.QueryRow(ctx, "SELECT coalesce(max(created_at), 'epoch') FROM notifications").Scan(&since); err != nil {
		return 0, err
	}
	if err := s.Start(ctx, "notify"); err != nil {
		return 0, err
	}
	want, patience := int64(mailsOf*tickets), time.Now().Add(allSettled)
	for {
		var sent, failed int64
		var took float64
		err := notify.QueryRow(ctx, `SELECT count(*) FILTER (WHERE delivery = 2), count(*) FILTER (WHERE delivery > 2),
			coalesce(extract(epoch FROM max(settled_at) - min(created_at))::float8, 0)
			FROM notifications WHERE created_at > $1 AND medium = 1`, since).Scan(&sent, &failed, &took)
		switch {
		case err != nil:
			return 0, fmt.Errorf("count what is sent: %w", err)
		case failed > 0:
			return 0, fmt.Errorf("%d messages were not sent", failed)
		case sent >= want:
			return float64(sent) / took, nil
		case time.Now().After(patience):
			return 0, fmt.Errorf("%d of %d messages are sent", sent, want)
		}
		if err := waitUntil(ctx, time.Now().Add(lookAgain)); err != nil {
			return 0, err
		}
	}
}
