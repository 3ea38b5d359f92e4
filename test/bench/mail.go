package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/bavn/bavn/cmd/bavn/suite"
)

const (
	// senders write in turn: few enough to be known after the warm-up, and too many for one of them to be a flood.
	senders = 400
	// underWay is the most mails that are acknowledged and no tickets yet: a mail server in front holds the others.
	underWay = 200
	// allSettled is how long the last tickets may take.
	allSettled = 2 * time.Minute
)

// postbag is mail servers that bring mails to the bench desk, and a look at what became of them.
type postbag struct {
	address string
	intake  *pgx.Conn
	sent    atomic.Int64
}

func openPostbag(ctx context.Context, s *stage) (*postbag, error) {
	conn, err := pgx.Connect(ctx, s.Postgres().URL("intake"))
	if err != nil {
		return nil, fmt.Errorf("look at what comes in: %w", err)
	}
	return &postbag{address: s.Addresses().MailIn, intake: conn}, nil
}

// arrived is how a load of mails ended.
type arrived struct {
	mails int64
	took  time.Duration // from the first to the last ticket
}

func (a arrived) perSecond() float64 { return float64(a.mails) / a.took.Seconds() }

// settled is how many mails have an outcome, and how many of them are tickets.
func (p *postbag) settled(ctx context.Context) (outcomes, tickets int64, err error) {
	err = p.intake.QueryRow(ctx, `SELECT count(*) FILTER (WHERE outcome <> 0), count(*) FILTER (WHERE outcome = 1) FROM inbound_items
		WHERE source = 'mail'`).Scan(&outcomes, &tickets)
	if err != nil {
		err = fmt.Errorf("count what came in: %w", err)
	}
	return outcomes, tickets, err
}

// bring lets clients send for a while, never further ahead of intake than a mail server would be let, and waits for the last
// ticket.
func (p *postbag) bring(ctx context.Context, clients int, last time.Duration) (arrived, error) {
	began, before := time.Now(), p.sent.Load()
	sending, stop := context.WithTimeout(ctx, last)
	defer stop()
	var settled atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	var left atomic.Int64
	left.Store(int64(clients))
	for range clients {
		group.Go(func() error {
			defer left.Add(-1)
			return p.server(ctx, sending.Done(), &settled)
		})
	}
	group.Go(func() error {
		patience := time.Now().Add(last + allSettled)
		for {
			outcomes, _, err := p.settled(ctx)
			if err != nil {
				return err
			}
			settled.Store(outcomes)
			switch {
			case left.Load() == 0 && outcomes >= p.sent.Load():
				return nil
			case time.Now().After(patience):
				return fmt.Errorf("%d of %d mails have an outcome", outcomes, p.sent.Load())
			}
			if err := waitUntil(ctx, time.Now().Add(lookAgain)); err != nil {
				return err
			}
		}
	})
	if err := group.Wait(); err != nil {
		return arrived{}, err
	}
	done := arrived{mails: p.sent.Load() - before, took: time.Since(began)}
	outcomes, tickets, err := p.settled(ctx)
	if err = errors.Join(err, context.Cause(ctx)); errors.Is(err, context.Canceled) {
		err = nil // the group is over
	}
	if err == nil && outcomes != tickets {
		err = fmt.Errorf("%d of %d mails became no tickets", outcomes-tickets, outcomes)
	}
	return done, err
}

// server is one mail server with one connection.
func (p *postbag) server(ctx context.Context, stop <-chan struct{}, settled *atomic.Int64) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", p.address)
	if err != nil {
		return err
	}
	client, err := smtp.NewClient(conn, "127.0.0.1")
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	for {
		select {
		case <-stop:
			return client.Quit()
		default:
		}
		if p.sent.Load()-settled.Load() > underWay {
			if err := waitUntil(ctx, time.Now().Add(lookAgain)); err != nil {
				return errors.Join(err, client.Close())
			}
			continue
		}
		if err := p.send(client, p.sent.Add(1)); err != nil {
			return errors.Join(err, client.Close())
		}
	}
}

func (p *postbag) send(client *smtp.Client, n int64) error {
	from := fmt.Sprintf("p%d@hospital.example", n%senders)
	if err := errors.Join(client.Mail(from), client.Rcpt("bench@"+suite.MailDomain)); err != nil {
		return fmt.Errorf("hand mail %d over: %w", n, err)
	}
	body, err := client.Data()
	if err != nil {
		return fmt.Errorf("hand mail %d over: %w", n, err)
	}
	_, err = strings.NewReader(fmt.Sprintf("From: P %d <%s>\r\nTo: bench@%s\r\nSubject: Kortlæser %d virker ikke\r\n"+
		"Message-ID: <%d@hospital.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n%s\r\n",
		n, from, suite.MailDomain, n, n, description)).WriteTo(body)
	if err := errors.Join(err, body.Close()); err != nil {
		return fmt.Errorf("hand mail %d over: %w", n, err)
	}
	return nil
}

// latencies are how long tickets took that came in since a moment, from the acknowledgement, in milliseconds.
func (p *postbag) latencies(ctx context.Context, since time.Time) (p50, p99 float64, err error) {
	err = p.intake.QueryRow(ctx, `SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY took), 0),
		coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY took), 0)
		FROM (SELECT 1000 * extract(epoch FROM settled_at - received_at)::float8 AS took FROM inbound_items WHERE received_at >= $1) t`,
		since).Scan(&p50, &p99)
	return p50, p99, err
}
