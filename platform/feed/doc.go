// Package feed is how services hear of each other: what happened is written to the service's own events table in the
// transaction that does it, and served in one order by bavn.event.v1.Feed. The same rows are the outbox, the audit trail,
// the timeline and the way to rebuild a read model from nothing.
//
// Writing. A command takes its one resource with Lock, then the row that carries the Head (SELECT … FOR UPDATE), decides, and
// calls Prepare, which is pure, and Append. After the commit it calls Wake.Committed. The locks come before everything that
// writes, because the order of the feed is the order of transaction ids, and an id that is taken before the lock can
// overtake the one that held it. An event that would be read before the one it follows cannot be stored.
//
// Order. Rows are ordered by (epoch, xid, position). Within the present epoch only rows below
// pg_snapshot_xmin(pg_current_snapshot()) are read: below it every transaction has ended, so nothing can appear behind a
// reader's back. Only the primary is read and written. The epoch moves when (system identifier, timeline) changes; it is
// checked on every new connection (CheckEpoch), and a connection that was not checked cannot insert.
//
// Proof. hash = SHA-256(previous hash ‖ stored bytes) per resource, over the bytes exactly as they are stored. Texts
// (names, addresses, free text) live beside the events with a salt each; the stored bytes hold only
// SHA-256(salt ‖ text). Erase takes text and salt away, and every proof still holds (VerifyChain).
//
// Reading. A Server streams events to services (raw positions, stored bytes) and to outsiders (sealed tokens, only what
// they may see). A Subscriber applies them effectively once: its position moves in the transaction of the effect.
package feed
