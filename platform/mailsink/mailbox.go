package mailsink

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Filter selects messages; empty fields select all.
type Filter struct {
	To        string // a recipient of the envelope, without regard to case
	MessageID string // exactly, without angle brackets
	Subject   string // a part of the subject
}

// Matches reports whether the message is selected.
func (f Filter) Matches(m Message) bool {
	isRecipient := func(to string) bool { return strings.EqualFold(to, f.To) }
	return (f.To == "" || slices.ContainsFunc(m.To, isRecipient)) &&
		(f.MessageID == "" || f.MessageID == m.MessageID) &&
		strings.Contains(m.Subject, f.Subject)
}

// mailbox keeps the newest messages within its bounds.
type mailbox struct {
	config   Config
	mu       sync.Mutex
	messages []Message
	bytes    int64
	last     uint64 // number of the newest message
	attempts int
	changed  chan struct{} // closed and replaced at every change
}

func openMailbox(cfg Config) (*mailbox, error) {
	box := &mailbox{config: cfg, changed: make(chan struct{})}
	kept, err := readFolder(cfg.Folder)
	if err != nil {
		return nil, err
	}
	for _, k := range kept {
		box.add(k.number, k.message)
	}
	return box, box.dropOldest()
}

// Messages returns the selected messages in the order of arrival. They share their contents with the sink: read only.
func (b *mailbox) Messages(f Filter) []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	var found []Message
	for _, m := range b.messages {
		if f.Matches(m) {
			found = append(found, m)
		}
	}
	return found
}

// Message returns the message with the given ID, if the sink still has it.
func (b *mailbox) Message(id string) (Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.messages, func(m Message) bool { return m.ID == id })
	if i < 0 {
		return Message{}, false
	}
	return b.messages[i], true
}

// Attempts returns how many deliveries were begun (MAIL FROM), whatever became of them.
func (b *mailbox) Attempts() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.attempts
}

// Wait returns the first message that satisfies the predicate, one that is already there or one that arrives later. The error
// is the context's, with what the sink holds instead.
func (b *mailbox) Wait(ctx context.Context, satisfies func(Message) bool) (Message, error) {
	var found Message
	err := b.until(ctx, func() bool {
		i := slices.IndexFunc(b.messages, satisfies)
		if i >= 0 {
			found = b.messages[i]
		}
		return i >= 0
	})
	return found, err
}

// WaitFor returns the selected messages as soon as there are n of them.
func (b *mailbox) WaitFor(ctx context.Context, n int, f Filter) ([]Message, error) {
	err := b.until(ctx, func() bool {
		count := 0
		for _, m := range b.messages {
			if f.Matches(m) {
				count++
			}
		}
		return count >= n
	})
	return b.Messages(f), err
}

// WaitAttempts returns when n deliveries were begun, failed ones included.
func (b *mailbox) WaitAttempts(ctx context.Context, n int) error {
	return b.until(ctx, func() bool { return b.attempts >= n })
}

// until holds the lock while it asks, and sleeps between changes.
func (b *mailbox) until(ctx context.Context, condition func() bool) error {
	for {
		b.mu.Lock()
		met, changed := condition(), b.changed
		attempts, subjects := b.attempts, subjects(b.messages)
		b.mu.Unlock()
		if met {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for mail: %w; after %d attempts the sink holds %q", context.Cause(ctx), attempts, subjects)
		}
	}
}

func subjects(messages []Message) []string {
	const newest = 10
	var found []string
	for _, m := range messages[max(0, len(messages)-newest):] {
		found = append(found, m.Subject)
	}
	return found
}

// deliver keeps a message. Its file is complete before it returns, because then the sender is told so.
func (b *mailbox) deliver(from string, to []string, raw []byte) error {
	m := Message{ReceivedAt: b.config.Clock.Now(), From: from, To: slices.Clone(to), Raw: raw}
	m.read()
	b.mu.Lock()
	defer b.mu.Unlock()
	number := b.last + 1
	if err := writeFile(b.config.Folder, number, m); err != nil {
		return err
	}
	b.add(number, m)
	b.announce()
	return b.dropOldest()
}

func (b *mailbox) add(number uint64, m Message) {
	m.ID = strconv.FormatUint(number, 10)
	b.last = number
	b.messages = append(b.messages, m)
	b.bytes += int64(len(m.Raw))
}

// dropOldest keeps the bounds, but never drops the newest message.
func (b *mailbox) dropOldest() error {
	for len(b.messages) > 1 && (len(b.messages) > b.config.MaxMessages || b.bytes > b.config.MaxBytes) {
		oldest := b.messages[0]
		if err := removeFile(b.config.Folder, oldest); err != nil {
			return err
		}
		b.bytes -= int64(len(oldest.Raw))
		b.messages = slices.Delete(b.messages, 0, 1)
	}
	return nil
}

func (b *mailbox) countAttempt() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.attempts++
	b.announce()
}

func (b *mailbox) announce() {
	close(b.changed)
	b.changed = make(chan struct{})
}
