package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// Loaded is what a command reads before it decides.
type Loaded struct {
	Ticket Ticket
	// Texts are those that the ticket shows.
	Texts domain.Texts
	// Earlier is what the same request did before; nil if this is the first time.
	Earlier *request.Effect
}

// Lock locks a ticket and reads what a command needs, in one round trip together with the transaction's BEGIN. The order of the
// statements matters: the feed's lock comes first (see feed.Lock), then the row's, and what the one that held it has written
// is seen by those after it. Returns ErrNotFound.
func Lock(ctx context.Context, p *pg.Pipeline, desk, number string, call request.Request) (Loaded, error) {
	var l Loaded
	resource := "desks/" + desk + "/tickets/" + number
	if err := feed.Lock(ctx, p, resource); err != nil {
		return Loaded{}, err
	}
	var batch pgx.Batch
	batch.Queue(lockTicket, desk, number, resource).QueryRow(func(row pgx.Row) (err error) {
		var texts TextsAtRow
		l.Ticket, err = scanTicket(desk, row, &texts.Title, &texts.Description, &texts.Solution, &texts.RootCause)
		l.Texts = texts.texts()
		return err
	})
	l.queueEarlier(&batch, call)
	if err := p.SendBatch(ctx, &batch).Close(); err != nil {
		return Loaded{}, notFound("lock ticket", err)
	}
	return l, nil
}

// LockBoth locks two tickets of a desk for a step that changes both, always in the same order; more names what else the step must
// have for itself. Returns ErrNotFound.
func LockBoth(
	ctx context.Context, p *pg.Pipeline, desk, number, other string, call request.Request, more ...string,
) (one Loaded, both Loaded, err error) {
	name := func(number string) string { return "desks/" + desk + "/tickets/" + number }
	if err := feed.LockAll(ctx, p, append(more, name(number), name(other))); err != nil {
		return Loaded{}, Loaded{}, err
	}
	var batch pgx.Batch
	loaded := map[string]*Loaded{number: &one, other: &both}
	for _, n := range slices.Sorted(maps.Keys(loaded)) {
		batch.Queue(lockTicket, desk, n, name(n)).QueryRow(func(row pgx.Row) (err error) {
			var texts TextsAtRow
			loaded[n].Ticket, err = scanTicket(desk, row, &texts.Title, &texts.Description, &texts.Solution, &texts.RootCause)
			loaded[n].Texts = texts.texts()
			return err
		})
	}
	one.queueEarlier(&batch, call)
	if err := p.SendBatch(ctx, &batch).Close(); err != nil {
		return Loaded{}, Loaded{}, notFound("lock tickets", err)
	}
	return one, both, nil
}

// LockNext locks the next ticket of a pile that nobody else is taking. The ticket of Loaded has no facts where the pile is
// empty.
func LockNext(ctx context.Context, p *pg.Pipeline, desk, pile string, call request.Request) (Loaded, error) {
	var l Loaded
	var batch pgx.Batch
	l.queueEarlier(&batch, call)
	batch.Queue(lockNextTicket, desk, pile).QueryRow(func(row pgx.Row) (err error) {
		l.Ticket, err = scanTicket(desk, row)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err := p.SendBatch(ctx, &batch).Close(); err != nil {
		return Loaded{}, fmt.Errorf("lock next ticket: %w", err)
	}
	if l.Ticket.Facts == nil || l.Earlier != nil {
		return l, nil
	}
	var err error
	l.Texts, err = New(p).textsOf(ctx, desk, l.Ticket.Facts)
	return l, err
}

// LockAlone locks a ticket for a job or a subscriber, which has no request and answers nobody. Returns ErrNotFound.
func LockAlone(ctx context.Context, p *pg.Pipeline, desk, number string) (Ticket, error) {
	resource := "desks/" + desk + "/tickets/" + number
	if err := feed.Lock(ctx, p, resource); err != nil {
		return Ticket{}, err
	}
	var unread TextsAtRow
	t, err := scanTicket(desk, p.QueryRow(ctx, lockTicket, desk, number, resource),
		&unread.Title, &unread.Description, &unread.Solution, &unread.RootCause)
	if err != nil {
		return Ticket{}, notFound("lock ticket", err)
	}
	return t, nil
}

func (l *Loaded) queueEarlier(batch *pgx.Batch, call request.Request) {
	call.QueueLookup(batch).QueryRow(func(row pgx.Row) error {
		effect, found, err := call.Found(row)
		if found {
			l.Earlier = &effect
		}
		return err
	})
}

// scanTicket reads a ticket's row, and what the statement returns behind it.
func scanTicket(desk string, row pgx.Row, more ...any) (Ticket, error) {
	var r ticketRow
	if err := row.Scan(append([]any{
		&r.Number, &r.Facts, &r.Clocks, &r.Imported, &r.Notes, &r.Audience, &r.JourneyRoot, &r.Revision,
		&r.ChainHash, &r.LastEventAt, &r.Decisions, &r.TargetClock, &r.TimerAt, &r.TimerGeneration,
		&r.AuthorityParty, &r.ContactParty, &r.LanguageCode, &r.Profile,
	}, more...)...); err != nil {
		return Ticket{}, err
	}
	return r.ticket(desk)
}

// texts leaves out what does not exist, or was erased.
func (r TextsAtRow) texts() domain.Texts {
	var t domain.Texts
	for _, text := range []struct {
		from *string
		to   *string
	}{{r.Title, &t.Title}, {r.Description, &t.Description}, {r.Solution, &t.Solution}, {r.RootCause, &t.RootCause}} {
		if text.from != nil {
			*text.to = *text.from
		}
	}
	return t
}

// Read reads a ticket and the texts that it shows. Returns ErrNotFound.
func Read(ctx context.Context, db DBTX, desk, number string) (Ticket, domain.Texts, error) {
	q := New(db)
	row, err := q.ReadTicket(ctx, ReadTicketParams{Desk: desk, Number: number})
	if err != nil {
		return Ticket{}, domain.Texts{}, notFound("read ticket", err)
	}
	t, err := row.ticket(desk)
	if err != nil {
		return Ticket{}, domain.Texts{}, err
	}
	texts, err := q.textsOf(ctx, desk, t.Facts)
	return t, texts, err
}

// OfSubmission finds the ticket of a submission and the texts that it shows. Returns ErrNotFound.
func OfSubmission(ctx context.Context, db DBTX, arg TicketOfSubmissionParams) (Ticket, domain.Texts, error) {
	q := New(db)
	row, err := q.TicketOfSubmission(ctx, arg)
	if err != nil {
		return Ticket{}, domain.Texts{}, notFound("find ticket of submission", err)
	}
	t, err := (*ticketRow)(&row).ticket(arg.Desk)
	if err != nil {
		return Ticket{}, domain.Texts{}, err
	}
	texts, err := q.textsOf(ctx, arg.Desk, t.Facts)
	return t, texts, err
}

func (q *Queries) textsOf(ctx context.Context, desk string, facts *triagev1.Ticket) (domain.Texts, error) {
	v := facts.GetTextVersions()
	row, err := q.TextsAt(ctx, TextsAtParams{
		Desk: desk, Resource: facts.GetName(),
		TitleVersion: v.GetTitle(), DescriptionVersion: v.GetDescription(), SolutionVersion: v.GetSolution(),
	})
	if err != nil {
		return domain.Texts{}, fmt.Errorf("read texts: %w", err)
	}
	return row.texts(), nil
}

// State is a ticket as one of its events left it.
type State struct {
	Facts     *triagev1.Ticket
	ChainHash []byte
	Texts     domain.Texts
	// Audience is who may see the event.
	Audience []string
}

// At reads the state that an event left, with those of its texts that still exist: the answer to a request that is repeated.
func At(ctx context.Context, db DBTX, desk string, effect request.Effect) (State, error) {
	q := New(db)
	row, err := q.EventAt(ctx, EventAtParams{Desk: desk, Resource: effect.Resource, Revision: effect.Revision})
	if err != nil {
		return State{}, notFound("read event", err)
	}
	record, payload := new(eventv1.Record), new(triagev1.TicketEvent)
	if err := proto.Unmarshal(row.Stored, record); err != nil {
		return State{}, fmt.Errorf("decode %s@%d: %w", effect.Resource, effect.Revision, err)
	}
	if err := record.GetPayload().UnmarshalTo(payload); err != nil {
		return State{}, fmt.Errorf("decode %s@%d: %w", effect.Resource, effect.Revision, err)
	}
	texts, err := q.textsOf(ctx, desk, payload.GetTicket())
	return State{Facts: payload.GetTicket(), ChainHash: row.Hash, Texts: texts, Audience: row.Audience}, err
}

// AnswersInWords are the last answers in words to the questions about a ticket, by the names of their texts. One that was
// erased is left out.
func AnswersInWords(ctx context.Context, db DBTX, desk, resource string) (map[string]*commonv1.LocalizedText, error) {
	rows, err := New(db).AnswersInWords(ctx, AnswersInWordsParams{Desk: desk, Resource: resource})
	if err != nil {
		return nil, fmt.Errorf("read answers: %w", err)
	}
	answers := make(map[string]*commonv1.LocalizedText, len(rows))
	for _, row := range rows {
		if row.Text != "" {
			answers[row.Name] = &commonv1.LocalizedText{Text: row.Text, LanguageCode: row.LanguageCode}
		}
	}
	return answers, nil
}

func notFound(what string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Payload reads what an event said, for the answer to a request about the directory that is repeated.
func Payload(ctx context.Context, db DBTX, desk string, effect request.Effect, into proto.Message) error {
	row, err := New(db).EventAt(ctx, EventAtParams{Desk: desk, Resource: effect.Resource, Revision: effect.Revision})
	if err != nil {
		return notFound("read event", err)
	}
	record := new(eventv1.Record)
	if err := proto.Unmarshal(row.Stored, record); err != nil {
		return fmt.Errorf("decode %s@%d: %w", effect.Resource, effect.Revision, err)
	}
	if err := record.GetPayload().UnmarshalTo(into); err != nil {
		return fmt.Errorf("decode %s@%d: %w", effect.Resource, effect.Revision, err)
	}
	return nil
}
