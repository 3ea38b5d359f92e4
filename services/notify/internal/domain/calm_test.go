package domain_test

import (
	"testing"
	"time"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

func TestNobodyGetsMoreThanTheCapInAnyHour(t *testing.T) { // R78, R89
	t.Parallel()
	calm := domain.Calm{PerHour: 3, DigestEvery: time.Hour}
	mail := notifyv1.Medium_MEDIUM_MAIL
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var letOut, sent []time.Time
	for i := range 100 { // one every five minutes
		now := at.Add(time.Duration(i) * 5 * time.Minute)
		waiting := []domain.Waiting{{Medium: mail, Ticket: now.String(), Template: "x"}}
		var decisions []domain.Decision
		if decisions, letOut = calm.Decide(waiting, letOut, domain.Wishes{}, now, time.UTC); !decisions[0].HoldBack {
			sent = append(sent, now)
		}
	}
	for i := 2; i < len(sent); i++ {
		if sent[i].Sub(sent[i-2]) < time.Hour {
			t.Errorf("three messages within %v, want room for the digest in every hour", sent[i].Sub(sent[i-2]))
		}
	}
	if len(sent) < 10 {
		t.Errorf("%d messages are let out in eight hours", len(sent))
	}
}

func TestQuietHoursAreTheDesksThroughTheNightAndTheChangeOfTime(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Copenhagen")
	if err != nil {
		t.Fatal(err)
	}
	night := domain.Wishes{QuietFrom: 22 * 60, QuietUntil: 7 * 60}
	for now, want := range map[string]string{
		"2026-11-21T21:59:00+01:00": "", "2026-11-21T22:00:00+01:00": "2026-11-22T07:00:00+01:00",
		"2026-11-22T06:59:00+01:00": "2026-11-22T07:00:00+01:00", "2026-11-22T07:00:00+01:00": "",
		"2026-10-24T23:00:00+02:00": "2026-10-25T07:00:00+01:00", // the clocks go back in between
	} {
		at, _ := time.Parse(time.RFC3339, now)
		until, _ := time.Parse(time.RFC3339, want)
		if got := night.Quiet(at, zone); !got.Equal(until) && (want != "" || !got.IsZero()) {
			t.Errorf("at %s it is quiet until %v, want %q", now, got, want)
		}
	}
}
