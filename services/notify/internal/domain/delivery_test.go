package domain_test

import (
	"bytes"
	"testing"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func TestWhatBecomesOfAMessageAfterAnAttempt(t *testing.T) {
	t.Parallel()
	patience := domain.Patience{First: 2 * time.Second, Longest: time.Minute, GiveUp: time.Hour}
	queued := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	const (
		sent, failed, again = notifyv1.Delivery_DELIVERY_SENT, notifyv1.Delivery_DELIVERY_FAILED, notifyv1.Delivery_DELIVERY_QUEUED
	)
	unreachable := domain.Attempt{Reason: domain.ReasonUnreachable}
	for what, c := range map[string]struct {
		attempt  domain.Attempt
		attempts int
		after    time.Duration // since it was queued
		want     notifyv1.Delivery
		reason   string
		pause    time.Duration
	}{
		"accepted":                  {domain.Accepted, 1, 0, sent, "", 0},
		"accepted after patience":   {domain.Accepted, 9, 2 * time.Hour, sent, "", 0},
		"refused for good":          {domain.Attempt{Reply: 550}, 1, 0, failed, "SMTP_550", 0},
		"an address that is none":   {domain.Attempt{Reason: domain.ReasonBadAddress, Final: true}, 1, 0, failed, "BAD_ADDRESS", 0},
		"asked to come back":        {domain.Attempt{Reply: 451}, 1, 0, again, "SMTP_451", 2 * time.Second},
		"for the third time":        {domain.Attempt{Reply: 451}, 3, time.Minute, again, "SMTP_451", 8 * time.Second},
		"for the thirtieth time":    {domain.Attempt{Reply: 451}, 30, time.Minute, again, "SMTP_451", time.Minute},
		"connection lost":           {unreachable, 1, 0, again, "SMTP_UNREACHABLE", 2 * time.Second},
		"nobody knows":              {domain.Attempt{Reason: domain.ReasonInDoubt}, 1, 0, again, "SMTP_IN_DOUBT", 2 * time.Second},
		"patience ends before then": {domain.Attempt{Reply: 451}, 30, time.Hour - time.Second, failed, "SMTP_451", 0},
	} {
		now := queued.Add(c.after)
		got := domain.Judge(c.attempt, c.attempts, queued, now, patience)
		if got.Delivery != c.want || got.Reason != c.reason {
			t.Errorf("%s: %s %q, want %s %q", what, got.Delivery, got.Reason, c.want, c.reason)
		}
		if c.want == again && got.DueAt.Sub(now) != c.pause {
			t.Errorf("%s: the next attempt comes after %v, want %v", what, got.DueAt.Sub(now), c.pause)
		}
	}
}

func TestANotificationHasTheSameIdHoweverOftenItsEventIsMet(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	id := domain.NotificationID("desks/nsp/tickets/A@2", mailed("work_started.reporter", "persons/mette"), at)
	if again := domain.NotificationID("desks/nsp/tickets/A@2", mailed("work_started.reporter", "persons/mette"), at); again != id {
		t.Errorf("the same message is %s and %s", id, again)
	}
	if id.Version() != 7 || id.Variant().String() != "RFC4122" {
		t.Errorf("%s is version %d, variant %s; want a UUID of version 7", id, id.Version(), id.Variant())
	}
	same := mailed("work_started.reporter", "persons/mette")
	later := domain.NotificationID("desks/nsp/tickets/A@2", same, at.Add(time.Millisecond))
	if bytes.Compare(later[:], id[:]) <= 0 {
		t.Errorf("%s of a later event does not follow %s", later, id)
	}
	others := map[string]bool{id.String(): true}
	for _, other := range [][3]string{
		{"desks/nsp/tickets/A@3", "work_started.reporter", "persons/mette"},
		{"desks/nsp/tickets/A@2", "work_started.affected_user", "persons/mette"},
		{"desks/nsp/tickets/A@2", "work_started.reporter", "persons/ole"},
		{"desks/au/tickets/A@2", "work_started.reporter", "persons/mette"},
	} {
		others[domain.NotificationID(other[0], mailed(other[1], other[2]), at).String()] = true
	}
	if len(others) != 5 {
		t.Errorf("of five messages only %d ids differ", len(others))
	}
}

func mailed(rule, recipient string) domain.Told {
	return domain.Told{Rule: rule, Recipient: recipient, Medium: notifyv1.Medium_MEDIUM_MAIL}
}
