// Package seed fills a desk with tickets by COPY, for measurements and query plans. What it writes is what the commands would
// have written: the decisions are the domain's, and every chain verifies.
package seed

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/services/triage/internal/domain"
	"github.com/bavn/bavn/services/triage/internal/store"
)

const (
	// batch is how many tickets one transaction holds: a long one would hold the feed back.
	batch = 2000
	// writers write batches at the same time.
	writers = 3
)

// Options say what to seed. The desk, and the groups, exist already.
type Options struct {
	// Desk is the desk's id.
	Desk string
	// Tickets is how many.
	Tickets int
	// First is the number of the first ticket, without its prefix.
	First int
	// Groups are the full names of the groups in whose piles the open ones lie, in turn; empty leaves them in the contact
	// party's common queue.
	Groups []string
	// ClosedOf10 of every ten tickets are solved and closed.
	ClosedOf10 int
	// Began is when the first was opened; each next one is opened a second later.
	Began time.Time
	// Texts gives the texts of each ticket, counted from 0; nil for a few words.
	Texts func(i int) Texts
}

// Texts are what a ticket says, in one language. Without a description or solution it has none, or a short one.
type Texts struct{ LanguageCode, Title, Description, Solution string }

// Run seeds. The pool's connections have passed feed.CheckEpoch.
func Run(ctx context.Context, pool *pgxpool.Pool, o Options) error {
	desk, err := store.New(pool).ReadDesk(ctx, o.Desk)
	if err != nil {
		return fmt.Errorf("seed desk %s: %w", o.Desk, err)
	}
	s := seeder{Options: o, desk: desk, name: "desks/" + desk.Desk}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(writers)
	for from := 0; from < o.Tickets; from += batch {
		group.Go(func() error {
			if err := s.batch(ctx, pool, from, min(from+batch, o.Tickets)); err != nil {
				return fmt.Errorf("seed tickets from %d: %w", from, err)
			}
			return nil
		})
	}
	return group.Wait()
}

type seeder struct {
	Options
	desk store.Desk
	name string
}

func (s *seeder) batch(ctx context.Context, pool *pgxpool.Pool, from, to int) error {
	var tickets, events, texts [][]any
	for i := from; i < to; i++ {
		ticket, prepared, err := s.ticket(i)
		if err != nil {
			return err
		}
		row, err := store.CopyRow(&ticket)
		if err != nil {
			return err
		}
		tickets = append(tickets, row)
		for _, p := range prepared {
			r := p.Record
			events = append(events, []any{
				s.desk.Desk, r.GetResource(), r.GetRevision(), r.GetType(), r.GetSchemaVersion(), p.Shard, int16(len(p.Texts)),
				r.GetAudience(), p.Stored, p.Hash, p.PreviousHash, r.GetOccurredAt().AsTime(), r.GetRecordedAt().AsTime(),
			})
			for _, t := range p.Texts {
				texts = append(texts, []any{s.desk.Desk, r.GetResource(), r.GetRevision(), t.Name, t.LanguageCode, t.Salt, t.Text})
			}
		}
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL synchronous_commit = off"); err != nil { // what a crash takes is seeded again
			return err
		}
		for _, c := range []struct {
			table   string
			columns []string
			rows    [][]any
		}{
			{"tickets", store.CopyColumns, tickets}, {"events", eventColumns, events}, {"event_texts", textColumns, texts},
		} {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{c.table}, c.columns, pgx.CopyFromRows(c.rows)); err != nil {
				return fmt.Errorf("copy into %s: %w", c.table, err)
			}
		}
		return nil
	})
}

// The columns of the feed's tables that have no default.
var (
	eventColumns = []string{
		"desk", "resource", "revision", "type", "schema_version", "shard", "text_count", "audience", "stored", "hash",
		"previous_hash", "occurred_at", "recorded_at",
	}
	textColumns = []string{"desk", "resource", "revision", "name", "language_code", "salt", "text"}
)

var (
	priorities = [...]string{"P3", "", "P2", "", "P4", "", "P1", ""} // half of them have been looked at
	words      = [...]string{"login", "printer", "netværk", "medicinkort", "adgang", "certifikat", "mail", "skærm", "journal"}
)

// ticket decides the life of one ticket and prepares its events.
func (s *seeder) ticket(i int) (store.Ticket, []feed.Prepared, error) {
	at := s.Began.Add(time.Duration(i) * time.Second)
	rules := domain.Desk{
		Name: s.name, AuthorityParty: s.name + "/" + s.desk.AuthorityParty, ContactParty: s.name + "/" + s.desk.ContactParty,
	}
	journey := make([]byte, 24)
	_, _ = rand.Read(journey) // never fails
	texts := s.texts(i)
	first := domain.Open(rules, domain.Opening{
		Name:       fmt.Sprintf("%s/tickets/%s%0*d", s.name, s.desk.NumberPrefix, s.desk.NumberDigits, s.First+i),
		Submission: s.name + "/submissions/" + uuid.NewString(), Channel: commonv1.Channel_CHANNEL_API,
		Title:        domain.Text{Name: domain.TextTitle, LanguageCode: texts.LanguageCode, Text: texts.Title},
		Description:  domain.Text{Name: domain.TextDescription, LanguageCode: texts.LanguageCode, Text: texts.Description},
		Reporter:     fmt.Sprintf("%s/persons/reporter-%d", s.name, i%1000),
		AffectedUser: fmt.Sprintf("%s/persons/user-%d", s.name, i%5000),
		SubmitTime:   at, JourneyTraceID: hex.EncodeToString(journey[:16]),
	}, at)
	life := &life{outcome: first}
	if priority := priorities[i%len(priorities)]; priority != "" {
		life.then(func(t domain.Ticket) (domain.Outcome, error) { return t.Update(domain.Update{Priority: &priority}, at) })
	}
	switch {
	case i%10 < s.ClosedOf10:
		s.close(life, domain.Text{Name: domain.TextSolution, LanguageCode: texts.LanguageCode, Text: texts.Solution}, at)
	case len(s.Groups) > 0:
		s.queue(life, s.Groups[i%len(s.Groups)], at)
	}
	if life.err != nil {
		return store.Ticket{}, nil, life.err
	}
	return s.prepare(life, journey, at)
}

// texts are those of a ticket.
func (s *seeder) texts(i int) Texts {
	if s.Texts != nil {
		return s.Texts(i)
	}
	return Texts{
		LanguageCode: s.desk.LanguageCode, Solution: "Genstartet og kontrolleret.",
		Title: fmt.Sprintf("Fejl i %s og %s, sted %d", words[i%len(words)], words[i/len(words)%len(words)], i),
	}
}

// close solves and closes the ticket.
func (s *seeder) close(l *life, solution domain.Text, at time.Time) {
	agent := s.name + "/persons/agent"
	l.then(func(t domain.Ticket) (domain.Outcome, error) {
		return t.Resolve(domain.Solution{Text: solution, Kind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT}, agent, at.Add(time.Hour))
	})
	l.then(func(t domain.Ticket) (domain.Outcome, error) { return t.Close(at.Add(2 * time.Hour)) })
}

// queue hands the ticket over to a group, where it waits to be taken.
func (s *seeder) queue(l *life, group string, at time.Time) {
	party, _, _ := strings.Cut(group, "/groups/")
	reason := domain.Text{Name: domain.TextReason, LanguageCode: s.desk.LanguageCode, Text: "Jeres system."}
	if party == l.outcome.Ticket.Facts.GetHolderParty() {
		l.then(func(t domain.Ticket) (domain.Outcome, error) { return t.Assign(group, "", at) })
		return
	}
	l.then(func(t domain.Ticket) (domain.Outcome, error) {
		return t.OfferHandOver(party, group, reason, s.name+"/persons/agent", at, time.Hour)
	})
	l.then(func(t domain.Ticket) (domain.Outcome, error) { return t.AcceptHandOver("", at) })
}

func (s *seeder) prepare(l *life, journey []byte, at time.Time) (store.Ticket, []feed.Prepared, error) {
	t := l.outcome.Ticket
	drafts := make([]feed.Draft, len(l.outcome.Events))
	for i, e := range l.outcome.Events {
		texts := make([]feed.Text, len(e.Texts))
		for j, text := range e.Texts {
			texts[j] = feed.Text(text)
		}
		drafts[i] = feed.Draft{
			Desk: s.desk.Desk, Resource: t.Facts.GetName(), Type: e.Type, Payload: e.Payload, Audience: e.Audience,
			Actor: &eventv1.Actor{Service: "triage"}, Cause: &eventv1.Cause{Rule: "seed"}, Texts: texts, OccurredAt: e.At,
			Journey: &eventv1.Journey{TraceId: journey[:16], RootSpanId: journey[16:]},
		}
	}
	prepared, head, err := feed.Prepare(feed.Head{}, drafts, at)
	return store.Ticket{
		Ticket: t, Head: head, Audience: domain.Audience(t.Desk, t.Facts), JourneyRoot: journey[16:],
		LanguageCode: s.desk.LanguageCode,
	}, prepared, err
}

// life is a ticket and all that happened to it; after an error nothing more does.
type life struct {
	outcome domain.Outcome
	err     error
}

func (l *life) then(do func(domain.Ticket) (domain.Outcome, error)) {
	if l.err != nil {
		return
	}
	next, err := do(l.outcome.Ticket)
	l.outcome.Ticket, l.err = next.Ticket, err
	l.outcome.Events = append(l.outcome.Events, next.Events...)
}
