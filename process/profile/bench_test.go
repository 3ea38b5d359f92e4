package profile_test

import (
	"io/fs"
	"os"
	"testing"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process"
	"github.com/bavn/bavn/process/profile"
)

// widest is the shipped profile with the most rules.
func widest(t testing.TB) (fs.FS, string) {
	t.Helper()
	shipped := os.DirFS("../../profiles")
	if _, err := fs.Stat(shipped, "nsp.yaml"); err == nil {
		return shipped, "nsp.yaml"
	}
	return os.DirFS("testdata"), "desk.yaml"
}

func BenchmarkLoad(b *testing.B) {
	fsys, name := widest(b)
	for b.Loop() {
		if _, err := profile.Load(fsys, name); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCommand is what one command asks a profile: priority, route, the step itself, and who is told. The bar of the whole
// command is triage's BenchmarkCommand's.
func BenchmarkCommand(b *testing.B) {
	fsys, name := widest(b)
	p, err := profile.Load(fsys, name)
	if err != nil {
		b.Fatal(err)
	}
	ticket := &profilev1.TicketFacts{
		Kind: "incident", Nature: "incident", Status: "resolved", Priority: "P1", PreviousPriority: "P3",
		HasSolution: true, SolutionAccepted: true, ReportApproved: true, AffectsUsers: true,
	}
	parts := []process.Part{process.OwnerAgent}
	b.ReportAllocs()
	for b.Loop() {
		_, err1 := p.Priority(ticket)
		_, err2 := p.Route(ticket)
		_, err3 := p.Permit(profile.Attempt{Step: process.Close, Parts: parts, Ticket: ticket})
		_, err4 := p.Notifications("ticket.resolved", ticket)
		_, err5 := p.PriorityChanges(ticket)
		for _, err := range []error{err1, err2, err3, err4, err5} {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
