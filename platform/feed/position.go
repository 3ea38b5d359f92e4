package feed

import (
	"cmp"
	"fmt"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// Position is a place in one service's feed. The zero Position is before the first event. A position that a reader is given
// is always that of a committed event, never of a mere transaction id: after a crash PostgreSQL hands out again the ids
// that never reached its log, and an event under such an id must not stand behind a position already passed.
type Position struct {
	// Epoch moves when the database was restored or moved.
	Epoch int64
	// XID is the writer's transaction id, 64 bits.
	XID uint64
	// Seq is the order of insertion within the transaction.
	Seq int64
}

// Compare returns -1, 0 or 1: whether p is before, at or after q.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Epoch, q.Epoch), cmp.Compare(p.XID, q.XID), cmp.Compare(p.Seq, q.Seq))
}

// After reports whether p comes after q.
func (p Position) After(q Position) bool { return p.Compare(q) > 0 }

// String is for logs.
func (p Position) String() string { return fmt.Sprintf("%d/%d/%d", p.Epoch, p.XID, p.Seq) }

// Proto is the position as it travels between services.
func (p Position) Proto() *eventv1.Position {
	return &eventv1.Position{Epoch: p.Epoch, Xid: p.XID, Position: p.Seq}
}

// PositionOf is the reverse of Proto; nil is the zero Position.
func PositionOf(p *eventv1.Position) Position {
	return Position{Epoch: p.GetEpoch(), XID: p.GetXid(), Seq: p.GetPosition()}
}
