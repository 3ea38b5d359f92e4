package feed

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

const (
	hashSize = sha256.Size
	saltSize = 16
)

// marshal is deterministic so that two builds of the same release store the same bytes for the same facts. The chain does
// not depend on it: it covers the bytes as they were stored.
var marshal = proto.MarshalOptions{Deterministic: true}

// Prepared is an event with its place in the chain, ready to be inserted.
type Prepared struct {
	Record       *eventv1.Record
	Stored       []byte
	Hash         []byte
	PreviousHash []byte
	Shard        int16
	// Texts carry their salts.
	Texts []SaltedText

	desk string
}

// SaltedText is a text with the salt of its digest.
type SaltedText struct {
	Name, LanguageCode, Text string
	Salt                     []byte
}

// Prepare gives each draft its revision, time, digests and hash, in order, and returns the head after the last. All drafts
// are of the one resource that head belongs to. now is the clock's time: recorded_at of every event, and occurred_at
// unless the draft brings its own; neither lets occurred_at run backwards within the resource. It touches nothing but
// its results and the system's random source.
func Prepare(head Head, drafts []Draft, now time.Time) ([]Prepared, Head, error) {
	if len(head.Hash) != 0 && len(head.Hash) != hashSize || (head.Revision == 0) != (len(head.Hash) == 0) {
		return nil, head, fmt.Errorf("prepare events: head at revision %d has a hash of %d bytes", head.Revision, len(head.Hash))
	}
	prepared := make([]Prepared, len(drafts))
	for i := range drafts {
		d := &drafts[i]
		if err := d.check(); err != nil {
			return nil, head, fmt.Errorf("prepare event %s: %w", d.Type, err)
		}
		if d.Resource != drafts[0].Resource {
			return nil, head, fmt.Errorf("prepare event %s: %s among the events of %s", d.Type, d.Resource, drafts[0].Resource)
		}
		next, err := link(&prepared[i], head, d, now)
		if err != nil {
			return nil, head, fmt.Errorf("prepare event %s of %s: %w", d.Type, d.Resource, err)
		}
		head = next
	}
	return prepared, head, nil
}

// link fills p with the draft as the event that follows head, and returns the head after it.
func link(p *Prepared, head Head, d *Draft, now time.Time) (Head, error) {
	occurred := now
	if !d.OccurredAt.IsZero() {
		occurred = d.OccurredAt.UTC().Truncate(time.Microsecond)
	}
	if head.Time.After(occurred) {
		occurred = head.Time
	}
	texts, digests, err := salt(d.Texts)
	if err != nil {
		return head, err
	}
	payload := new(anypb.Any)
	if err := anypb.MarshalFrom(payload, d.Payload, marshal); err != nil {
		return head, fmt.Errorf("marshal payload: %w", err)
	}
	record := &eventv1.Record{
		Desk:           "desks/" + d.Desk,
		Resource:       d.Resource,
		Revision:       head.Revision + 1,
		Type:           d.Type,
		SchemaVersion:  max(d.SchemaVersion, 1),
		Payload:        payload,
		Actor:          d.Actor,
		Cause:          d.Cause,
		ProfileVersion: d.ProfileVersion,
		Traceparent:    d.Traceparent,
		OccurredAt:     timestamppb.New(occurred),
		RecordedAt:     timestamppb.New(now),
		Texts:          digests,
		Audience:       d.Audience,
		Journey:        d.Journey,
	}
	stored, err := marshal.Marshal(record)
	if err != nil {
		return head, fmt.Errorf("marshal record: %w", err)
	}
	*p = Prepared{
		Record:       record,
		Stored:       stored,
		Hash:         chainHash(head.Hash, stored),
		PreviousHash: bytes.Clone(head.Hash),
		Shard:        int16(ShardOf(d.Resource)),
		Texts:        texts,
		desk:         d.Desk,
	}
	if p.PreviousHash == nil {
		p.PreviousHash = []byte{} // NULL is refused: the first event's previous hash is known, and it is empty
	}
	return Head{Revision: record.Revision, Hash: p.Hash, Time: occurred}, nil
}

// chainHash is SHA-256(previous hash ‖ stored bytes).
func chainHash(previous, stored []byte) []byte {
	h := sha256.New()
	h.Write(previous)
	h.Write(stored)
	return h.Sum(make([]byte, 0, hashSize))
}

// salt gives every text its own salt: equal texts must not show as equal digests, nor short ones be guessed from them.
func salt(texts []Text) ([]SaltedText, []*eventv1.TextDigest, error) {
	if len(texts) == 0 {
		return nil, nil, nil
	}
	salted := make([]SaltedText, 0, len(texts))
	digests := make([]*eventv1.TextDigest, 0, len(texts))
	salts := make([]byte, saltSize*len(texts))
	_, _ = rand.Read(salts) // never fails: it stops the process instead
	for i, t := range texts {
		if t.Text == "" {
			continue
		}
		if slices.ContainsFunc(salted, func(s SaltedText) bool { return s.Name == t.Name }) {
			return nil, nil, fmt.Errorf("text %q twice", t.Name)
		}
		own := salts[i*saltSize : (i+1)*saltSize : (i+1)*saltSize]
		salted = append(salted, SaltedText{t.Name, t.LanguageCode, t.Text, own})
		digests = append(digests, &eventv1.TextDigest{
			Name: t.Name, LanguageCode: t.LanguageCode, Sha256: textDigest(own, t.Text),
		})
	}
	return salted, digests, nil
}

// textDigest is SHA-256(salt ‖ text).
func textDigest(salt []byte, text string) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(text))
	return h.Sum(make([]byte, 0, hashSize))
}
