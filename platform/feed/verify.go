package feed

import (
	"bytes"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// VerifyChain proves that the events of one resource follow previous (the zero Head for a resource from its start) without a
// gap, that every hash covers the stored bytes and the hash before, and that every text that still exists is the one
// that was written. Erased texts change nothing. It returns the head after the last event, so that a long history can be
// verified in pages. The error names the first event that does not hold.
func VerifyChain(previous Head, events []*Event) (Head, error) {
	head := previous
	for _, e := range events {
		next, err := verifyLink(head, e)
		if err != nil {
			return head, fmt.Errorf("verify %s: %w", e.Ref(), err)
		}
		head = next
	}
	return head, nil
}

func verifyLink(head Head, e *Event) (Head, error) {
	// The record is decoded anew: the event's own may have been upcast, and the proof is about the bytes.
	record := new(eventv1.Record)
	if err := proto.Unmarshal(e.Stored, record); err != nil {
		return head, fmt.Errorf("unmarshal: %w", err)
	}
	switch {
	case record.GetResource() != e.Record.GetResource():
		return head, fmt.Errorf("the stored bytes are those of %s", record.GetResource())
	case record.GetRevision() != head.Revision+1:
		return head, fmt.Errorf("revision %d follows %d", record.GetRevision(), head.Revision)
	case !bytes.Equal(e.PreviousHash, head.Hash):
		return head, fmt.Errorf("the previous hash is not that of revision %d", head.Revision)
	case !bytes.Equal(e.Hash, chainHash(head.Hash, e.Stored)):
		return head, fmt.Errorf("the hash does not cover the stored bytes")
	}
	if err := verifyTexts(record.GetTexts(), e.Texts); err != nil {
		return head, err
	}
	return Head{Revision: record.GetRevision(), Hash: e.Hash, Time: record.GetOccurredAt().AsTime()}, nil
}

// verifyTexts holds texts against their digests, both ways: a text that nobody signed and one that vanished without having
// been erased are both faults.
func verifyTexts(digests []*eventv1.TextDigest, texts []*eventv1.Text) error {
	for _, digest := range digests {
		at := slices.IndexFunc(texts, func(t *eventv1.Text) bool { return t.GetName() == digest.GetName() })
		if at < 0 {
			return fmt.Errorf("text %q is neither there nor erased", digest.GetName())
		}
		t := texts[at]
		if !t.GetErased() && !bytes.Equal(digest.GetSha256(), textDigest(t.GetSalt(), t.GetText())) {
			return fmt.Errorf("text %q is not the one that was written", digest.GetName())
		}
	}
	if len(texts) > len(digests) {
		return fmt.Errorf("%d texts for %d digests", len(texts), len(digests))
	}
	return nil
}
