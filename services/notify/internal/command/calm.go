package command

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// pausedFor is when a delivery looks again whether its desk's messages may go out.
const pausedFor = 30 * time.Second

// calm lets out what may be sent now (R78: nobody is buried in mail), and settles, postpones or holds back the rest. What was
// tried before, and what tells others in a digest, was let out then. What is about the board goes at once, because a digest tells
// of tickets. Where there is no cap, nobody's turn is taken but theirs who have wishes.
func (c *Commands) calm(
	ctx context.Context, desk string, due []store.Notification, wishing []string,
) ([]store.Notification, error) {
	byRecipient := map[string][]store.Notification{}
	var let []store.Notification
	for _, row := range due {
		free := c.Calm.PerHour == 0 && !slices.Contains(wishing, row.Recipient)
		if free || row.Urgent || row.Attempts > 0 || row.Digest != nil || row.Topic != "" {
			let = append(let, row)
			continue
		}
		byRecipient[row.Recipient] = append(byRecipient[row.Recipient], row)
	}
	if len(byRecipient) == 0 {
		return let, nil
	}
	known, err := store.New(c.Pool).GetDesk(ctx, desk)
	if err != nil {
		return nil, fmt.Errorf("read desk: %w", err)
	}
	zone, err := time.LoadLocation(known.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	var dropped []settlement
	err = pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		dropped = nil
		mayGo, drop, err := c.pace(ctx, p, desk, byRecipient, zone)
		if err == nil {
			let, dropped = append(let, mayGo...), drop
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep calm: %w", err)
	}
	for _, s := range dropped {
		c.Metrics.calmed(ctx, s.verdict.Reason)
	}
	slices.SortFunc(let, func(a, b store.Notification) int { return slices.Compare(a.Notification[:], b.Notification[:]) })
	return let, c.settle(ctx, desk, dropped)
}

// pace decides on the messages of each recipient, whose turn it takes: two replicas do not count to the cap twice.
func (c *Commands) pace(
	ctx context.Context, p *pg.Pipeline, desk string, byRecipient map[string][]store.Notification, zone *time.Location,
) (let []store.Notification, dropped []settlement, err error) {
	q, now := store.New(p), c.Clock.Now()
	taking := store.TakePacesParams{Desk: desk}
	for recipient := range byRecipient {
		taking.Recipients = append(taking.Recipients, recipient)
	}
	paces, err := q.TakePaces(ctx, taking)
	if err != nil {
		return nil, nil, err
	}
	held, postponed := store.HoldBackParams{Desk: desk}, map[time.Time][]uuid.UUID{}
	for _, pace := range paces {
		rows := byRecipient[pace.Recipient]
		decisions, letOut := c.Calm.Decide(waiting(rows), pace.LetOut, wishes(pace), now, zone)
		digestAt := pace.DigestAt
		for i, d := range decisions {
			switch {
			case d.Drop != "":
				verdict := domain.Settled(notifyv1.Delivery_DELIVERY_SUPPRESSED, d.Drop)
				dropped = append(dropped, settlement{row: rows[i], verdict: verdict})
			case d.HoldBack:
				held.Recipients = append(held.Recipients, pace.Recipient)
				held.Notifications = append(held.Notifications, rows[i].Notification)
				if digestAt == nil {
					at := now.Add(c.Calm.DigestEvery)
					digestAt = &at
					if err := c.Jobs.Keep(ctx, p, DigestArgs{Desk: desk, Recipient: pace.Recipient}, at); err != nil {
						return nil, nil, err
					}
				}
			case !d.Until.IsZero():
				postponed[d.Until] = append(postponed[d.Until], rows[i].Notification)
			default:
				let = append(let, rows[i])
			}
		}
		if err := q.KeepPace(ctx, store.KeepPaceParams{
			Desk: desk, Recipient: pace.Recipient, LetOut: letOut, DigestAt: digestAt,
		}); err != nil {
			return nil, nil, err
		}
	}
	for at, ids := range postponed {
		p := store.PostponeNotificationsParams{Desk: desk, Notifications: ids, DueAt: at}
		if err := q.PostponeNotifications(ctx, p); err != nil {
			return nil, nil, err
		}
	}
	if len(held.Notifications) == 0 {
		return let, dropped, nil
	}
	c.Metrics.heldBack(ctx, len(held.Notifications))
	return let, dropped, q.HoldBack(ctx, held)
}

// recipients are those of some messages, once each.
func recipients(rows []store.Notification) []string {
	all := make([]string, len(rows))
	for i, row := range rows {
		all[i] = row.Recipient
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func waiting(rows []store.Notification) []domain.Waiting {
	all := make([]domain.Waiting, len(rows))
	for i, r := range rows {
		all[i] = domain.Waiting{Medium: notifyv1.Medium(r.Medium), Ticket: r.Ticket, Template: r.Template, Urgent: r.Urgent}
	}
	return all
}

func wishes(pace store.TakePacesRow) domain.Wishes {
	w := domain.Wishes{QuietFrom: int(pace.QuietFrom), QuietUntil: int(pace.QuietUntil), Digest: pace.Digest}
	for _, medium := range pace.Muted {
		w.Muted = append(w.Muted, notifyv1.Medium(medium))
	}
	return w
}
