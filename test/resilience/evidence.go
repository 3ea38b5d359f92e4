package resilience

import (
	"bytes"
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

// event is a row of a service's feed.
type event struct {
	resource     string
	revision     int64
	stored       []byte
	hash         []byte
	previousHash []byte
	*eventv1.Record
}

func (e *event) ref() string { return fmt.Sprintf("%s@%d (%s)", e.resource, e.revision, e.GetType()) }

func (e *event) same(as *event) bool {
	return bytes.Equal(e.stored, as.stored) && bytes.Equal(e.hash, as.hash) && bytes.Equal(e.previousHash, as.previousHash)
}

// evidence is what the clients know, what the databases hold, and what the mailbox was sent, when all is quiet.
type evidence struct {
	*house.House
	answered []acknowledged
	doubled  int // requests that were sent twice at the same time, and answered both times
	unlike   []string
	events   map[string][]*event // by service, in the order of its feed
	mails    []mailsink.Message
}

// sources are the services that tell.
var sources = []string{"triage", "intake", "notify"}

// gather reads every feed whole.
func gather(ctx context.Context, s *stage, log *journal) (*evidence, error) {
	e := &evidence{
		House: s.House, answered: log.all(), doubled: log.doubled, unlike: log.unlike, events: map[string][]*event{},
		mails: s.mailbox.Messages(mailsink.Filter{}),
	}
	for _, source := range sources {
		rows, err := s.DB(source).Query(ctx, `SELECT resource, revision, stored, hash, previous_hash FROM events
			ORDER BY epoch, xid, position`)
		if err != nil {
			return nil, fmt.Errorf("read the feed of %s: %w", source, err)
		}
		if e.events[source], err = pgx.CollectRows(rows, scanEvent); err != nil {
			return nil, fmt.Errorf("read the feed of %s: %w", source, err)
		}
	}
	return e, nil
}

func scanEvent(row pgx.CollectableRow) (*event, error) {
	e := &event{Record: new(eventv1.Record)}
	if err := row.Scan(&e.resource, &e.revision, &e.stored, &e.hash, &e.previousHash); err != nil {
		return nil, err
	}
	return e, proto.Unmarshal(e.stored, e.Record)
}

// finding is what a check looked at, and what it found wrong.
type finding struct {
	examined int
	wrong    []string
}

// mind notes what is wrong.
func (f *finding) mind(format string, args ...any) {
	f.wrong = append(f.wrong, fmt.Sprintf(format, args...))
}

// check is one promise, and a look at whether it was kept.
type check struct {
	promise string
	look    func(ctx context.Context, e *evidence) (finding, error)
}

// promises are what must hold whatever was killed.
var promises = []check{
	{"every acknowledged submission is exactly one ticket", submissionsAreTickets},
	{"every acknowledged command took effect exactly once", commandsTookEffectOnce},
	{"every note is there exactly once", notesAreThereOnce},
	{"a request that was sent twice at the same time was answered alike", answeredAlike},
	{"every event of every feed follows the one before it", feedsAreWhole},
	{"every event is in reporting once, in order, byte by byte", historyIsWhole},
	{"every text is in reporting with its event", textsAreWhole},
	{"no event was put aside", nothingIsParked},
	{"every message that a rule asks for is in the ledger once, and nothing else", ledgerIsComplete},
	{"every message is settled, and told in notify's feed once", messagesAreSettled},
	{"every mail belongs to a message, and every message that was sent is a mail", mailsAreMessages},
	{"every ticket can be searched for", ticketsCanBeFound},
	{"every ticket's chain and clocks verify over the API", ticketsVerify},
}
