package mail_test

import (
	"testing"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// Mail loop: nothing is mailed to a null or automated sender, so that two programs never write to each other.
func TestMailLoopNothingIsMailedToANullOrAutomatedSender(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for address, mailed := range map[string]bool{
		"": false, "<>": false, "@example.org": false, "MAILER-DAEMON@example.org": false, "postmaster@example.org": false,
		"noreply@example.org": false, "No-Reply+tickets@example.org": false, "bounces-17@lists.example.org": false,
		"bounce.4711@example.org": false, "karin.dahl@hospital.example": true, "reply@example.org": true,
		"servicedesk@example.org": true,
		"bouncer@club.example":    true, "Postmasters@example.org": true,
	} {
		if got := w.Address(&intakev1.Person{Email: address}); (got != "") != mailed {
			t.Errorf("%q is mailed at %q, want mailed: %v", address, got, mailed)
		}
	}
}
