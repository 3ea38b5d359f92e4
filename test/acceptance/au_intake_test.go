package acceptance_test

import (
	"maps"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/profiles"
	"github.com/bavn/bavn/test/house"
)

// [0] reception: whatever the channel, a case is registered (R2, R23) and weighs the same (R21); only who phoned or came gets a
// receipt (R78, R79). Alarms are out of scope (R3).
func TestAUReceivesByEveryChannelAlike(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Wed 11:00", "working_hours")
		receipt := map[string]string{"receipt": "persons/jonas by mail"} // R79
		for _, by := range []struct {
			channel, person string
			told            map[string]string
		}{
			{"mail", "jonas", nil},
			{"web", "jonas", nil},
			{"phone", "ditte", receipt},
			{"walk_in", "ditte", receipt},
			{"visit", "ditte", nil},
		} {
			h.registers(by.person, "jonas", by.channel, "Kan ikke komme på eduroam", &triagev1.Assessment{ // R2, R23
				ReporterGroup: "student", Urgency: "normal",
			})
			if got := h.ticket.GetAssessment().GetChannel(); got != by.channel {
				t.Errorf("by %s it came by %s", by.channel, got)
			}
			n := h.happened()
			h.tells(n, by.told) // R78: no automatic mail with a number
			h.inPerson(n, "receipt")
			// R21: by whatever way, the same priority and the same targets.
			if h.ticket.GetPriority() != "P3" {
				t.Errorf("by %s it is %s", by.channel, h.ticket.GetPriority())
			}
			h.due(map[string]string{
				"targets[normal].reaction": "running Thu 11:00", "targets[normal].solution": "running Wed 11:00",
				"updates[rest]": "running Wed 11:00",
			})
		}
		request := h.report("monitoring", "Disk på filserver er 90 % fuld", nil)
		request.Parent, request.RequestId = h.Desk(), house.ID()
		if _, err := h.Submissions.SubmitTicket(h.by("niels"), request); !fault.Is(err, profile.ChannelClosed) {
			t.Errorf("R3: an alarm of monitoring was registered: %v", err)
		}
	})
}

// [0] reception: who has turned to the wrong support department is received and passed on, unread; we still answer for it.
func TestAUReceivesTheMisdirectedAndPassesThemOn(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Tue 10:00", "working_hours")
		h.registers("ditte", "jonas", "phone", "Skærmen i Fuglesangs Allé er sort", nil)
		h.happened()
		h.step("Modtagelse: it is received, and sent to the right department before anybody has categorised it", func() {
			h.taken(h.escalation().ForwardTicket(h.by("ditte"), &triagev1.ForwardTicketRequest{ // R20
				Name: h.ticket.GetName(), RequestId: house.ID(), To: h.Group("support", "bss"), Reason: h.says("Hører til BSS"),
			}))
			h.stands("support/bss", "", assigned)
			h.tells(h.happened(), map[string]string{"forwarded": "persons/jonas by mail portal"}) // R22
			if h.ticket.GetOwnerParty() != h.Party("support") {
				t.Errorf("R22: it is owned by %s", h.ticket.GetOwnerParty())
			}
		})
		h.step("Tage fra bunken: of BSS, and of nobody else", func() {
			if _, err := h.take("ditte"); !fault.Is(err, fault.PermissionDenied) {
				t.Errorf("somebody of ARTS took from the pile of BSS: %v", err)
			}
			h.taken(h.take("bo"))
			h.stands("support/bss", "bo", assigned)
		})
	})
}

// [0] first diagnosis: a known solution is looked for in Nilex and in the reference works of the faculty.
func TestAULooksForAKnownSolution(t *testing.T) {
	t.Parallel()
	for centre, work := range map[string]string{ // R70
		"au-arts": "arfa", "au-st": "st_works", "au-he": "he_works", "au-bss": "bss_works",
	} {
		p, err := profile.Load(profiles.Shipped, centre+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, link := range p.Knowledge("workplace-printer") {
			known[link.GetId()] = true
		}
		if want := map[string]bool{work: true, "nilex": true}; !maps.Equal(known, want) {
			t.Errorf("%s looks in %v, want %v", centre, known, want)
		}
	}
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 10:00", "working_hours")
		var known *triagev1.KnownSolution
		h.step("Løsning: what was solved becomes known", func() {
			h.reported("karen", h.report("web", "Toner mangler i kopimaskinen", nil))
			h.taken(h.take("ditte"))
			h.described("workplace-printer", map[string]string{"symptoms": "Lyse striber", "printer_name": "Kopi 3"})
			h.taken(h.startWork("ditte"))
			h.solved("ditte", "Toneren er skiftet.")
			known = h.publishes("ditte", "hanne", &triagev1.KnownSolution{ // R123
				Title: "Lyse striber fra kopimaskinen: toner mangler", Symptoms: "Lyse striber på papiret",
				Solution: "Skift toneren; den ligger i skabet ved siden af kopimaskinen.", LanguageCode: "da",
				SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT, Ticket: h.ticket.GetName(),
			})
		})
		h.step("Første diagnose: the next time it is found, and used", func() {
			h.reported("jonas", h.report("web", "Kopimaskinen laver lyse striber", nil))
			h.taken(h.take("ditte"))
			h.described("workplace-printer", map[string]string{"symptoms": "Striber", "printer_name": "Kopi 3"})
			h.taken(h.startWork("ditte"))
			h.happened()
			h.suggests("ditte", known.GetName())
			h.taken(h.Known.ApplyKnownSolution(h.by("ditte"), &triagev1.ApplyKnownSolutionRequest{ // R72
				Name: known.GetName(), RequestId: house.ID(), Ticket: h.ticket.GetName(), Resolve: true,
			}))
			h.stands("support", "ditte", resolved)
			if got := h.now("ditte").GetSolution(); got != known.GetSolution() {
				t.Errorf("R99: the solution says %q", got)
			}
		})
	})
}

// publishes: proposed by who solved, published by another.
func (h hands) publishes(author, reviewer string, k *triagev1.KnownSolution) *triagev1.KnownSolution {
	h.t.Helper()
	k, err := h.Known.ProposeKnownSolution(h.by(author), &triagev1.ProposeKnownSolutionRequest{
		Parent: h.Desk(), RequestId: house.ID(), KnownSolution: k,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.Known.SubmitKnownSolutionForReview(h.by(author), &triagev1.SubmitKnownSolutionForReviewRequest{
		Name: k.GetName(), RequestId: house.ID(),
	}); err != nil {
		h.t.Fatal(err)
	}
	k, err = h.Known.PublishKnownSolution(h.by(reviewer), &triagev1.PublishKnownSolutionRequest{
		Name: k.GetName(), RequestId: house.ID(),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return k
}

// suggests waits until a known solution is suggested for the ticket, first of all.
func (h hands) suggests(to, known string) {
	h.t.Helper()
	h.eventually("a suggestion", func() error {
		found, err := h.Known.SuggestSolutions(h.by(to), &triagev1.SuggestSolutionsRequest{
			Parent: h.Desk(), Ticket: h.ticket.GetName(),
		})
		if err != nil {
			return err
		}
		for _, s := range found.GetSuggestions() {
			if s.GetKnownSolution() == known {
				return nil
			}
		}
		return errNotYet
	})
}
