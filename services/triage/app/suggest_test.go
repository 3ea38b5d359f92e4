package app_test

import (
	"slices"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

// solvedTicket is a ticket that mette solved, in the words of a language.
func (w *world) solvedTicket(language, title, description, solution string) string {
	w.t.Helper()
	in := func(text string) *commonv1.LocalizedText {
		return &commonv1.LocalizedText{Text: text, LanguageCode: language}
	}
	opening := w.opening()
	opening.Title, opening.Description = in(title), in(description)
	name := must(w.intake.OpenTicket(w.t.Context(), opening))(w.t).GetName()
	must(w.tickets.StartWork(w.as("mette"), &triagev1.StartWorkRequest{Name: name, RequestId: requestID()}))(w.t)
	must(w.tickets.ResolveTicket(w.as("mette"), &triagev1.ResolveTicketRequest{
		Name: name, RequestId: requestID(), Solution: in(solution), SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	}))(w.t)
	return name
}

// suggested are the names of what is suggested to somebody, best first.
func (w *world) suggested(person, query string) []string {
	w.t.Helper()
	answer := must(w.known.SuggestSolutions(w.as(person), &triagev1.SuggestSolutionsRequest{Parent: desk, Query: query}))(w.t)
	names := []string{}
	for _, s := range answer.GetSuggestions() {
		names = append(names, s.GetKnownSolution()+s.GetTicket())
	}
	return names
}

// TestSuggestionsFindStemsInThreeLanguages is R70: what was learned is found in whatever form the words come.
func TestSuggestionsFindStemsInThreeLanguages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	da := w.solvedTicket("da", "Ændringer i medicinkortet gemmes ikke", "Efter opdateringen forsvinder ændringerne.", "Cachen ryddet")
	sv := w.solvedTicket("sv", "Störningar i inloggningen", "Tjänsten har störningar sedan i morse.", "Startades om")
	en := w.solvedTicket("en", "Printers are failing", "The printers lose their connections.", "Driver replaced")
	k := w.published().GetName()
	eventually(t, "everything is indexed", func() bool {
		return len(w.suggested("mette", "medicinkort")) == 1 && len(w.suggested("mette", "inloggning")) == 1 &&
			len(w.suggested("mette", "printer")) == 1 && len(w.suggested("mette", "certifikat")) == 1
	})
	for query, want := range map[string]string{
		"en ændring blev ikke gemt i medicinkort": da,
		"störning vid inloggning":                 sv,
		"the printer failed, connection lost":     en,
		"certifikatet er udløbet":                 k,
	} {
		if got := w.suggested("mette", query); len(got) == 0 || got[0] != want {
			t.Errorf("%q: suggested %v, want %s first", query, got, want)
		}
	}
	answer := must(w.known.SuggestSolutions(w.as("mette"), &triagev1.SuggestSolutionsRequest{
		Parent: desk, Query: "Min ændring af medicinkort er væk",
	}))(t)
	best := answer.GetSuggestions()[0]
	if got := best.GetMatchedWords(); !slices.Equal(got, []string{"ændring", "medicinkort"}) || best.GetScore() <= 0 || best.GetScore() > 1 ||
		best.GetSolution() != "Cachen ryddet" {
		t.Errorf("why: %v at %v, it was solved by %q", got, best.GetScore(), best.GetSolution())
	}
	open := w.opening()
	open.Title, open.Description = danish("Ændring i medicinkort mangler"), danish("Den blev ikke gemt.")
	ticket := must(w.intake.OpenTicket(t.Context(), open))(t).GetName()
	answer = must(w.known.SuggestSolutions(w.as("mette"), &triagev1.SuggestSolutionsRequest{Parent: desk, Ticket: ticket}))(t)
	if len(answer.GetSuggestions()) == 0 || answer.GetSuggestions()[0].GetTicket() != da {
		t.Errorf("for the ticket: %v, want %s", answer, da)
	}
}

// TestASuggestionNeverShowsWhatTheCallerMayNotSee: neither a ticket, nor a candidate, nor that there is anything.
func TestASuggestionNeverShowsWhatTheCallerMayNotSee(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.solvedTicket("da", "Serveren kvidrer", "Ugleblæser i rack fire.", "Blæseren skiftet")
	const query = "kvidrer ugleblæser"
	eventually(t, "it is indexed", func() bool { return len(w.suggested("mette", query)) == 1 })
	for person, sees := range map[string]bool{"mette": true, "chr": true, "karen": true, "jonas": false, "ida": false} {
		if got := slices.Contains(w.suggested(person, query), ticket); got != sees {
			t.Errorf("%s is shown the ticket: %v, want %v", person, got, sees)
		}
	}
	suggest := func(person string, r *triagev1.SuggestSolutionsRequest) error {
		return second(w.known.SuggestSolutions(w.as(person), r))
	}
	for name, tc := range map[string]struct {
		err   error
		field string
	}{
		"a stranger":                  {suggest("stranger", &triagev1.SuggestSolutionsRequest{Parent: desk, Query: query}), "parent"},
		"no such desk":                {suggest("mette", &triagev1.SuggestSolutionsRequest{Parent: "desks/none", Query: query}), "parent"},
		"for a ticket that is unseen": {suggest("ida", &triagev1.SuggestSolutionsRequest{Parent: desk, Ticket: ticket}), "ticket"},
		"for no ticket":               {suggest("ida", &triagev1.SuggestSolutionsRequest{Parent: desk, Ticket: numbered(99999)}), "ticket"},
	} {
		if !fault.Is(tc.err, fault.NotFound) || !slices.Equal(fields(tc.err), []string{tc.field}) {
			t.Errorf("%s: %v, want NOT_FOUND at %s", name, tc.err, tc.field)
		}
	}
	if err := suggest("mette", &triagev1.SuggestSolutionsRequest{Parent: desk, Query: " "}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("nothing to look for: %v", err)
	}
	w.candidate("") // not published
	if got := w.suggested("jonas", "login certifikat"); len(got) != 0 {
		t.Errorf("a candidate is suggested: %v", got)
	}
}

// TestWhoSeesLittleIsShownTheirOwn: among many tickets with the same words that they may not see, a reporter still finds their own.
func TestWhoSeesLittleIsShownTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := w.opening()
	own.Reporter, own.AffectedUser = who("stranger"), who("stranger")
	own.Title, own.Description = danish("Fejl i netværk, sted 7"), danish("Netværk nede")
	name := must(w.intake.OpenTicket(t.Context(), own))(t).GetName()
	must(w.tickets.ResolveTicket(w.as("mette"), &triagev1.ResolveTicketRequest{
		Name: name, RequestId: requestID(), Solution: danish("Kablet sat i"), SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
	}))(t)
	w.volume(3000)
	eventually(t, "the seeded tickets are indexed", func() bool { return w.count("ticket_terms") == 3001 })
	if got := w.suggested("stranger", "fejl i netværk"); !slices.Equal(got, []string{name}) {
		t.Errorf("the stranger is shown %v, want %s alone", got, name)
	}
}

// TestErasedTextsLeaveTheIndex is R147 for words: neither found nor counted any more.
func TestErasedTextsLeaveTheIndex(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.solvedTicket("da", "Kvidrende server", "Ugleblæser", "Skiftet")
	eventually(t, "it is indexed", func() bool { return len(w.suggested("mette", "ugleblæser")) == 1 })
	if _, err := w.pool.Exec(t.Context(), `UPDATE event_texts SET text = NULL, salt = NULL, erased_at = now()`); err != nil {
		t.Fatal(err)
	}
	w.index(numbered(1))
	if got := w.suggested("mette", "ugleblæser"); len(got) != 0 {
		t.Errorf("an erased text is found: %v", got)
	}
	if n := w.count("search_words"); n != 0 {
		t.Errorf("%d words of an erased text are still counted", n)
	}
	if n := w.count("ticket_terms WHERE terms <> '{}' OR recent <> '{}'"); n != 0 {
		t.Errorf("%d tickets keep terms of erased texts", n)
	}
}
