package feed

import (
	"cmp"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// Row is an event as it is stored.
type Row struct {
	Position Position
	// Desk is the desk's id ("nsp").
	Desk     string
	Resource string
	Revision int64
	Type     string
	Shard    int
	// Stored is under the hash chain: it is passed on as it is and never marshalled again.
	Stored       []byte
	Hash         []byte
	PreviousHash []byte
	// Texts with their salts, by name; an erased one has neither text nor salt.
	Texts []*eventv1.Text
}

// Event is an event as a handler gets it: decoded and brought to its current schema version.
type Event struct {
	Position Position
	Shard    int
	Record   *eventv1.Record
	// Texts by name; an erased one is empty and says so.
	Texts []*eventv1.Text
	// Stored is what the hash covers; Record may have been upcast since.
	Stored       []byte
	Hash         []byte
	PreviousHash []byte

	span   trace.Span // what the subscriber draws of it; nil where it draws nothing
	broken error      // why Record could not be brought up to date; a subscriber parks such an event
}

// Text returns the text of that name, and false when there is none or it was erased.
func (e *Event) Text(name string) (*eventv1.Text, bool) {
	for _, t := range e.Texts {
		if t.GetName() == name {
			return t, !t.GetErased()
		}
	}
	return nil, false
}

// Ref names the event in causes and logs: "desks/nsp/tickets/ASCP00000042@7".
func (e *Event) Ref() string {
	return fmt.Sprintf("%s@%d", e.Record.GetResource(), e.Record.GetRevision())
}

// Decode makes the event of a row.
func (r *Row) Decode(upcasters *Upcasters) (*Event, error) {
	return current(r.event, upcasters)
}

// Received makes the event of what a service or an auditor was sent.
func Received(e *eventv1.Event, upcasters *Upcasters) (*Event, error) {
	return current(func() (*Event, error) { return received(e) }, upcasters)
}

func current(decode func() (*Event, error), upcasters *Upcasters) (*Event, error) {
	event, err := decode()
	if err != nil {
		return nil, err
	}
	if err := upcasters.Apply(event.Record); err != nil {
		return nil, fmt.Errorf("decode event %s: %w", event.Ref(), err)
	}
	return event, nil
}

// event decodes the row without bringing it up to date.
func (r *Row) event() (*Event, error) {
	e := &Event{
		Position: r.Position, Shard: r.Shard, Record: new(eventv1.Record), Texts: r.Texts,
		Stored: r.Stored, Hash: r.Hash, PreviousHash: r.PreviousHash,
	}
	return e, e.decode()
}

func received(sent *eventv1.Event) (*Event, error) {
	e := &Event{
		Position: PositionOf(sent.GetPosition()), Shard: int(sent.GetShard()), Record: new(eventv1.Record),
		Texts: sent.GetTexts(), Stored: sent.GetStored(), Hash: sent.GetHash(), PreviousHash: sent.GetPreviousHash(),
	}
	return e, e.decode()
}

func (e *Event) decode() error {
	if err := proto.Unmarshal(e.Stored, e.Record); err != nil {
		return fmt.Errorf("decode event at %s: %w", e.Position, err)
	}
	return nil
}

// rowScan is where one row of a reading query is scanned to. Its fields stay nil where the edge stands alone.
type rowScan struct {
	epoch, seq, revision       *int64
	xid                        *uint64
	desk, resource, typ        *string
	shard                      *int16
	stored, hash, previousHash []byte
	names, languages           []string
	texts                      []*string
	salts                      [][]byte
}

func (s *rowScan) targets() []any {
	return []any{
		&s.epoch, &s.xid, &s.seq, &s.desk, &s.resource, &s.revision, &s.typ, &s.shard,
		&s.stored, &s.hash, &s.previousHash,
		&s.names, &s.languages, &s.texts, &s.salts,
	}
}

func (s *rowScan) row() Row {
	return Row{
		Position: Position{Epoch: *s.epoch, XID: *s.xid, Seq: *s.seq},
		Desk:     *s.desk, Resource: *s.resource, Revision: *s.revision, Type: *s.typ, Shard: int(*s.shard),
		Stored: s.stored, Hash: s.hash, PreviousHash: s.previousHash,
		Texts: s.eventTexts(),
	}
}

func (s *rowScan) eventTexts() []*eventv1.Text {
	if len(s.names) == 0 {
		return nil
	}
	texts := make([]*eventv1.Text, len(s.names))
	for i, name := range s.names {
		texts[i] = &eventv1.Text{Name: name, LanguageCode: s.languages[i], Salt: s.salts[i], Erased: s.texts[i] == nil}
		if s.texts[i] != nil {
			texts[i].Text = *s.texts[i]
		}
	}
	slices.SortFunc(texts, func(a, b *eventv1.Text) int { return cmp.Compare(a.GetName(), b.GetName()) })
	return texts
}
