package app_test

import (
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
)

// candidate is what jonas at operations learned from a ticket that he solved.
func (w *world) candidate(ticket string) *triagev1.KnownSolution {
	w.t.Helper()
	return must(w.known.ProposeKnownSolution(w.as("jonas"), &triagev1.ProposeKnownSolutionRequest{
		Parent: desk, RequestId: requestID(), KnownSolution: &triagev1.KnownSolution{
			Title: "Login fejler efter udløbet certifikat", Symptoms: "Brugeren afvises ved login, og loggen nævner certifikatet.",
			Solution: "Forny certifikatet og genstart gatewayen.", SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
			Category: "login/certifikat", LanguageCode: "da", Ticket: ticket,
		},
	}))(w.t)
}

// published is a known solution that chr, coordinator of the authority, has published.
func (w *world) published() *triagev1.KnownSolution {
	w.t.Helper()
	name := w.candidate("").GetName()
	must(w.known.SubmitKnownSolutionForReview(w.as("jonas"), &triagev1.SubmitKnownSolutionForReviewRequest{
		Name: name, RequestId: requestID(),
	}))(w.t)
	return must(w.known.PublishKnownSolution(w.as("chr"), &triagev1.PublishKnownSolutionRequest{
		Name: name, RequestId: requestID(),
	}))(w.t)
}

// TestACandidateIsReviewedBeforeTheDeskUsesIt is R75 and R123: proposed by who solved, returned, mended, published by another.
func TestACandidateIsReviewedBeforeTheDeskUsesIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	solved := w.resolved().GetName()
	k := w.candidate(solved)
	name := k.GetName()
	if name != desk+"/knownSolutions/ks1" || k.GetState() != triagev1.KnownSolutionState_KNOWN_SOLUTION_STATE_CANDIDATE ||
		k.GetAuthorParty() != netic || k.GetTicket() != solved {
		t.Fatalf("the candidate is %v", k)
	}
	reads := func(person string) codes.Code {
		_, err := w.known.GetKnownSolution(w.as(person), &triagev1.GetKnownSolutionRequest{Name: name})
		return status.Code(err)
	}
	if reads("lars") != codes.OK || reads("chr") != codes.OK || reads("ida") != codes.NotFound || reads("karen") != codes.NotFound {
		t.Error("a candidate is between its author's party and the reviewers")
	}
	submit := &triagev1.SubmitKnownSolutionForReviewRequest{Name: name, RequestId: requestID()}
	first := must(w.known.SubmitKnownSolutionForReview(w.as("jonas"), submit))(t)
	again := must(w.known.SubmitKnownSolutionForReview(w.as("jonas"), submit))(t)
	if first.GetEtag() != again.GetEtag() || again.GetTitle() != k.GetTitle() {
		t.Errorf("the same request again: %v, want %v", again, first)
	}
	returned := must(w.known.ReturnKnownSolution(w.as("chr"), &triagev1.ReturnKnownSolutionRequest{
		Name: name, RequestId: requestID(), Reason: "Hvilket certifikat?",
	}))(t)
	if returned.GetState() != triagev1.KnownSolutionState_KNOWN_SOLUTION_STATE_CANDIDATE ||
		returned.GetReason() != "Hvilket certifikat?" {
		t.Errorf("returned: %v", returned)
	}
	mended := must(w.known.UpdateKnownSolution(w.as("lars"), &triagev1.UpdateKnownSolutionRequest{
		RequestId: requestID(), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"solution"}},
		KnownSolution: &triagev1.KnownSolution{Name: name, Etag: returned.GetEtag(), Solution: "Forny VOCES-certifikatet."},
	}))(t)
	if mended.GetSolution() != "Forny VOCES-certifikatet." || mended.GetTitle() != k.GetTitle() {
		t.Errorf("mended: %v", mended)
	}
	must(w.known.SubmitKnownSolutionForReview(w.as("jonas"), &triagev1.SubmitKnownSolutionForReviewRequest{
		Name: name, RequestId: requestID(),
	}))(t)
	public := must(w.known.PublishKnownSolution(w.as("chr"), &triagev1.PublishKnownSolutionRequest{
		Name: name, RequestId: requestID(),
	}))(t)
	if public.GetReviewer() != who("chr") || public.GetPublishTime() == nil || public.GetReason() != "" {
		t.Errorf("published: %v", public)
	}
	if reads("ida") != codes.OK || reads("karen") != codes.NotFound {
		t.Error("what is published is for every member of the desk, and for nobody else")
	}
	seen := must(w.known.GetKnownSolution(w.as("ida"), &triagev1.GetKnownSolutionRequest{Name: name}))(t)
	if seen.GetTicket() != "" {
		t.Errorf("ida reads of the ticket %s, which she may not see", seen.GetTicket())
	}
	for _, e := range w.events(name) {
		payload := new(triagev1.KnownSolutionEvent)
		if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
			t.Fatal(err)
		}
		if told := payload.GetTicket() != "" || payload.GetKnownSolution().GetTicket() != ""; told && slices.Contains(
			e.Record.GetAudience(), "parties/fmk") {
			t.Errorf("%s tells everybody of the ticket", e.Record.GetType())
		}
	}
	if _, err := feed.VerifyChain(feed.Head{}, w.events(name)); err != nil {
		t.Error(err)
	}
	want := []string{
		"known_solution.proposed", "known_solution.submitted_for_review", "known_solution.returned", "known_solution.updated",
		"known_solution.submitted_for_review", "known_solution.published",
	}
	if got := eventTypes(w.events(name)); !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	list := must(w.known.ListKnownSolutions(w.as("ida"), &triagev1.ListKnownSolutionsRequest{Parent: desk, Category: "login"}))(t)
	if len(list.GetKnownSolutions()) != 1 {
		t.Errorf("ida lists %v", list)
	}
	must(w.known.RetireKnownSolution(w.as("chr"), &triagev1.RetireKnownSolutionRequest{
		Name: name, RequestId: requestID(), Reason: "Gatewayen er skiftet ud",
	}))(t)
}

func TestAKnownSolutionRefusesWhatIsNotDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.grant("chr", netic, "", "agent") // a reviewer who also solves
	open := w.inProgress().GetName()
	k := w.candidate("")
	own := must(w.known.ProposeKnownSolution(w.as("chr"), &triagev1.ProposeKnownSolutionRequest{
		Parent: desk, RequestId: requestID(), KnownSolution: &triagev1.KnownSolution{
			Title: "Min egen", Solution: "Genstart", SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
		},
	}))(t)
	must(w.known.SubmitKnownSolutionForReview(w.as("chr"), &triagev1.SubmitKnownSolutionForReviewRequest{
		Name: own.GetName(), RequestId: requestID(),
	}))(t)
	publish := func(person, name string) error {
		return second(w.known.PublishKnownSolution(w.as(person), &triagev1.PublishKnownSolutionRequest{
			Name: name, RequestId: requestID(),
		}))
	}
	apply := func(person, name, ticket string) error {
		return second(w.known.ApplyKnownSolution(w.as(person), &triagev1.ApplyKnownSolutionRequest{
			Name: name, RequestId: requestID(), Ticket: ticket,
		}))
	}
	propose := func(person string, edit func(*triagev1.KnownSolution)) error {
		r := &triagev1.ProposeKnownSolutionRequest{Parent: desk, RequestId: requestID(), KnownSolution: &triagev1.KnownSolution{
			Title: "T", Solution: "S", SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
		}}
		edit(r.GetKnownSolution())
		return second(w.known.ProposeKnownSolution(w.as(person), r))
	}
	nothing := func(*triagev1.KnownSolution) {}
	from := func(ticket string) func(*triagev1.KnownSolution) {
		return func(k *triagev1.KnownSolution) { k.Ticket = ticket }
	}
	untitled := func(k *triagev1.KnownSolution) { k.Title = "  " }
	unkind := func(k *triagev1.KnownSolution) { k.SolutionKind = 0 }
	rate := func(person string) error {
		return second(w.known.RateKnownSolution(w.as(person), &triagev1.RateKnownSolutionRequest{
			Name: k.GetName(), RequestId: requestID(), Ticket: open, Helped: true,
		}))
	}
	update := func(path, etag string) error {
		return second(w.known.UpdateKnownSolution(w.as("jonas"), &triagev1.UpdateKnownSolutionRequest{
			RequestId: requestID(), UpdateMask: mask(path),
			KnownSolution: &triagev1.KnownSolution{Name: k.GetName(), Title: "X", Etag: etag},
		}))
	}
	const invalid = codes.InvalidArgument
	for name, tc := range map[string]struct {
		err    error
		code   codes.Code
		reason string
	}{
		"published before its review":      {publish("chr", k.GetName()), codes.FailedPrecondition, "WRONG_KNOWN_SOLUTION_STATE"},
		"published by its author":          {publish("chr", own.GetName()), codes.PermissionDenied, fault.PermissionDenied},
		"published by an agent":            {publish("jonas", k.GetName()), codes.PermissionDenied, fault.PermissionDenied},
		"published unseen":                 {publish("ida", k.GetName()), codes.NotFound, fault.NotFound},
		"applied before its publication":   {apply("mette", k.GetName(), open), codes.FailedPrecondition, "WRONG_KNOWN_SOLUTION_STATE"},
		"applied to an unseen ticket":      {apply("jonas", k.GetName(), open), codes.NotFound, fault.NotFound},
		"applied by a reader":              {apply("karen", k.GetName(), open), codes.PermissionDenied, fault.PermissionDenied},
		"one that does not exist":          {apply("mette", desk+"/knownSolutions/ks99", open), codes.NotFound, fault.NotFound},
		"proposed by a reporter":           {propose("karen", nothing), codes.NotFound, fault.NotFound},
		"proposed by an auditor":           {propose("aud", nothing), codes.PermissionDenied, fault.PermissionDenied},
		"learned from an open ticket":      {propose("mette", from(open)), codes.FailedPrecondition, "TICKET_NOT_SOLVED"},
		"learned from an unseen ticket":    {propose("ida", from(open)), codes.NotFound, fault.NotFound},
		"learned from another desk":        {propose("ida", from("desks/au/tickets/AU0001")), invalid, fault.InvalidArgument},
		"without a title":                  {propose("ida", untitled), invalid, fault.InvalidArgument},
		"without a kind":                   {propose("ida", unkind), invalid, fault.InvalidArgument},
		"rated without having been used":   {rate("mette"), codes.FailedPrecondition, "KNOWN_SOLUTION_NOT_APPLIED"},
		"changed from a state that is old": {update("title", "old"), codes.Aborted, fault.StaleETag},
		"changed in what is not its own":   {update("state", ""), invalid, fault.InvalidArgument},
	} {
		if status.Code(tc.err) != tc.code || fault.ReasonOf(tc.err) != tc.reason {
			t.Errorf("%s: %v, want %v %s", name, tc.err, tc.code, tc.reason)
		}
	}
}

// TestApplyingAKnownSolutionCountsItOncePerTicket is R72 and R74: its text in the work log, the use counted, the ticket
// solved by it.
func TestApplyingAKnownSolutionCountsItOncePerTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	name := w.published().GetName()
	ticket := w.inProgress().GetName()
	apply := &triagev1.ApplyKnownSolutionRequest{Name: name, Ticket: ticket, RequestId: requestID()}
	must(w.known.ApplyKnownSolution(w.as("mette"), apply))(t)
	must(w.known.ApplyKnownSolution(w.as("mette"), apply))(t)
	resolved := must(w.known.ApplyKnownSolution(w.as("mette"), &triagev1.ApplyKnownSolutionRequest{
		Name: name, Ticket: ticket, RequestId: requestID(), Resolve: true,
	}))(t)
	if resolved.GetStatus() != triagev1.TicketStatus_TICKET_STATUS_RESOLVED ||
		resolved.GetSolution() != "Forny certifikatet og genstart gatewayen." ||
		resolved.GetSolutionKind() != triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND {
		t.Errorf("the ticket is %v", resolved)
	}
	events := w.events(ticket)
	want := []string{
		"ticket.opened", "ticket.work_started", "ticket.known_solution_applied", "ticket.known_solution_applied", "ticket.resolved",
	}
	if got := eventTypes(events); !slices.Equal(got, want) {
		t.Fatalf("events %v, want %v", got, want)
	}
	if slices.Contains(events[2].Record.GetAudience(), "persons/karen") {
		t.Error("the reporter hears of work that is between the parties")
	}
	payload := new(triagev1.TicketEvent)
	if err := events[2].Record.GetPayload().UnmarshalTo(payload); err != nil || payload.GetKnownSolution() != name {
		t.Errorf("the work log names %q: %v", payload.GetKnownSolution(), err)
	}
	other := w.inProgress().GetName()
	must(w.known.ApplyKnownSolution(w.as("mette"), &triagev1.ApplyKnownSolutionRequest{
		Name: name, Ticket: other, RequestId: requestID(),
	}))(t)
	for _, helped := range []bool{false, true} { // the last word counts
		must(w.known.RateKnownSolution(w.as("mette"), &triagev1.RateKnownSolutionRequest{
			Name: name, Ticket: ticket, RequestId: requestID(), Helped: helped,
		}))(t)
	}
	k := must(w.known.GetKnownSolution(w.as("ida"), &triagev1.GetKnownSolutionRequest{Name: name}))(t)
	if k.GetUseCount() != 2 || k.GetHelpedCount() != 1 {
		t.Errorf("used %d times and helped %d, want 2 and 1", k.GetUseCount(), k.GetHelpedCount())
	}
	err := second(w.known.ApplyKnownSolution(w.as("jonas"), &triagev1.ApplyKnownSolutionRequest{
		Name: name, Ticket: other, RequestId: requestID(), Resolve: true,
	}))
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("jonas solves a ticket that he does not see: %v", err)
	}
}

// R40: what is known of an area of the desk's process is found by its category, with what is known of those below it.
func TestKnownSolutionsAreFoundByTheProcesssCategories(t *testing.T) {
	t.Parallel()
	w := newNSP(t)
	of := map[string]string{}
	for _, category := range []string{"nsp", "nsp-component", "fmk"} {
		of[category] = must(w.known.ProposeKnownSolution(w.as("jonas"), &triagev1.ProposeKnownSolutionRequest{
			Parent: desk, RequestId: requestID(), KnownSolution: &triagev1.KnownSolution{
				Title: "Svarer ikke", Symptoms: "Intet svar.", Solution: "Genstart.", LanguageCode: "da", Category: category,
				SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND,
			},
		}))(t).GetName()
	}
	for category, want := range map[string][]string{
		"nsp": {of["nsp-component"], of["nsp"]}, "nsp-application": {of["nsp-component"]}, "fmk": {of["fmk"]}, "help": nil,
		"": {of["fmk"], of["nsp-component"], of["nsp"]},
	} {
		var got []string
		listed := must(w.known.ListKnownSolutions(w.as("jonas"), &triagev1.ListKnownSolutionsRequest{
			Parent: desk, Category: category,
		}))(t)
		for _, k := range listed.GetKnownSolutions() {
			got = append(got, k.GetName())
		}
		if !slices.Equal(got, want) {
			t.Errorf("of %q %v are known, want %v", category, got, want)
		}
	}
}
