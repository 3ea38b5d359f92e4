package rpc

import (
	"strings"
	"testing"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
)

// The two checks that every request pays for.
func BenchmarkCheckRequest(b *testing.B) {
	request := &eventv1.WatchRequest{
		Parent: "desks/nsp", ResumeToken: strings.Repeat("x", 200),
		Filter: &eventv1.Filter{Types: []string{"ticket.opened", "ticket.resolved"}, Resources: []string{"desks/nsp/tickets/A"}},
	}
	for name, check := range map[string]messageCheck{"wire": checkWire, "rules": rules{validator: validator}.check} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := check(b.Context(), "", request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
