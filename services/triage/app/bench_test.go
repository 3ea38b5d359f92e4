package app_test

import (
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// BenchmarkOpen and BenchmarkSteps measure over real mTLS, with client, service and PostgreSQL on one machine: go test -bench .
// -cpu 8 has eight clients at once.
func BenchmarkOpen(b *testing.B) {
	w := newWorld(b)
	var n atomic.Int64
	first := w.opening()
	b.ResetTimer()
	b.RunParallel(func(each *testing.PB) {
		for each.Next() {
			r := &triagev1.OpenTicketRequest{
				Name: numbered(n.Add(1)), Submission: desk + "/submissions/" + uuid.NewString(), Channel: first.GetChannel(),
				Title: first.GetTitle(), Description: first.GetDescription(), Reporter: first.GetReporter(),
				AffectedUser: first.GetAffectedUser(), SubmitTime: first.GetSubmitTime(), RequestId: requestID(),
			}
			if _, err := w.intake.OpenTicket(b.Context(), r); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkSteps notes on different tickets: each iteration is one command.
func BenchmarkSteps(b *testing.B) {
	w := newWorld(b)
	names := make([]string, 512)
	for i := range names {
		names[i] = w.open().GetName()
	}
	ctx := w.as("mette")
	var n atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(each *testing.PB) {
		for each.Next() {
			name := names[int(n.Add(1))%len(names)]
			r := &triagev1.HoldTicketRequest{Name: name, RequestId: requestID(), Status: 7, Reason: danish("Vent")}
			if _, err := w.tickets.HoldTicket(ctx, r); err == nil {
				continue
			}
			resume := &triagev1.ResumeTicketRequest{Name: name, RequestId: requestID()}
			if _, err := w.tickets.ResumeTicket(ctx, resume); err != nil {
				b.Log(err)
			}
		}
	})
}
