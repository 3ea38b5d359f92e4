package cli

import (
	"context"
	"strconv"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Known is everything that is done with known solutions.
type Known struct {
	Suggest KnownSuggest `cmd:"" help:"Look for what may solve a ticket, or what somebody tells."`
	List    KnownList    `cmd:"" help:"List known solutions, newest first."`
	Show    KnownShow    `cmd:"" help:"Show a known solution."`
	Apply   KnownApply   `cmd:"" help:"Use a known solution on a ticket, and solve it with --resolve."`
	Rate    KnownRate    `cmd:"" help:"Say whether a known solution helped a ticket."`
	Propose KnownPropose `cmd:"" help:"Propose what you learned as a known solution."`
	Submit  KnownSubmit  `cmd:"" help:"Ask for the review of a candidate."`
	Review  KnownReview  `cmd:"" help:"Show what waits for a review, or return one to its author with --return."`
	Publish KnownPublish `cmd:"" help:"Publish what was reviewed, for the whole desk."`
	Retire  KnownRetire  `cmd:"" help:"Retire a known solution."`
}

// KnownID is the known solution that a command is about.
type KnownID struct {
	Known string `arg:"" help:"Known solution, such as ks7, or full name."`
}

func (k KnownID) name(s *session) string { return resource.KnownSolution(s.Desk, k.Known) }

// KnownChange is what every command that changes a known solution may be told.
type KnownChange struct {
	KnownID
	ETag string `name:"etag" placeholder:"ETAG" help:"Refuse if somebody changed it since it had this etag."`
	Request
}

// known does something with known solutions and says where the one it was about then stands.
func (s *session) known(
	ctx context.Context,
	do func(ctx context.Context, known triagev1.KnownSolutionServiceClient) (*triagev1.KnownSolution, error),
) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	k, err := do(ctx, connected.Known)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(k)
	}
	s.Printf("%s · %s · %s\n", s.Bold(resource.ID(k.GetName())), knownState(k), k.GetTitle())
	return nil
}

func knownState(k *triagev1.KnownSolution) string {
	return word(k.GetState().String(), "KNOWN_SOLUTION_STATE_")
}

func solutionKind(typed string) triagev1.SolutionKind {
	return triagev1.SolutionKind(triagev1.SolutionKind_value["SOLUTION_KIND_"+enumName(typed)])
}

// KnownPropose proposes a candidate.
type KnownPropose struct {
	Title        string `arg:"" help:"A telling title."`
	Solution     string `required:"" placeholder:"TEXT" help:"What to do. Name no person."`
	Symptoms     string `placeholder:"TEXT" help:"How the fault shows."`
	Kind         string `default:"workaround" enum:"workaround,permanent" help:"workaround or permanent (${default})."`
	Category     string `placeholder:"PATH" help:"The category that it belongs to."`
	Ticket       string `placeholder:"NUMBER" help:"The solved ticket that it was learned from."`
	TextLanguage string `placeholder:"da|sv|en" help:"Language of the texts; that of the desk if left out."`
	Request
}

// Run proposes it (R123).
func (c *KnownPropose) Run(ctx context.Context, s *session) error {
	k := &triagev1.KnownSolution{
		Title: c.Title, Symptoms: c.Symptoms, Solution: c.Solution, SolutionKind: solutionKind(c.Kind), Category: c.Category,
		LanguageCode: c.TextLanguage,
	}
	k.Ticket = s.ticketIfAny(c.Ticket)
	return s.known(ctx, func(ctx context.Context, known triagev1.KnownSolutionServiceClient) (*triagev1.KnownSolution, error) {
		return known.ProposeKnownSolution(ctx, &triagev1.ProposeKnownSolutionRequest{
			Parent: s.desk(), RequestId: c.id(), KnownSolution: k,
		})
	})
}

// KnownList lists known solutions.
type KnownList struct {
	State    string `placeholder:"STATE" help:"Only in this state: candidate, in_review, published, retired."`
	Category string `placeholder:"PATH" help:"Only of this category and what is below it."`
	Limit    int    `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *KnownList) Run(ctx context.Context, s *session) error {
	state := triagev1.KnownSolutionState(triagev1.KnownSolutionState_value["KNOWN_SOLUTION_STATE_"+enumName(c.State)])
	if c.State != "" && state == 0 {
		return failure.New(failure.Usage, "", "--state: %q is not one of candidate, in_review, published and retired", c.State)
	}
	return s.listKnown(ctx, state, c.Category, c.Limit)
}

func (s *session) listKnown(ctx context.Context, state triagev1.KnownSolutionState, category string, limit int) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(limit, func(size int32, token string) ([]*triagev1.KnownSolution, string, error) {
		page, err := connected.Known.ListKnownSolutions(ctx, &triagev1.ListKnownSolutionsRequest{
			Parent: s.desk(), State: state, Category: category, PageSize: size, PageToken: token,
		})
		return page.GetKnownSolutions(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&triagev1.ListKnownSolutionsResponse{KnownSolutions: list})
	}
	table := s.Table("ID", "STATE", "CATEGORY", "USED", "HELPED", "CHANGED", "TITLE")
	table.Right[3], table.Right[4] = true, true
	for _, k := range list {
		table.Row(resource.ID(k.GetName()), knownState(k), k.GetCategory(), strconv.Itoa(int(k.GetUseCount())),
			strconv.Itoa(int(k.GetHelpedCount())), s.Time(k.GetUpdateTime().AsTime()), k.GetTitle())
	}
	return table.Print(s.Out)
}

// KnownShow shows one known solution.
type KnownShow struct{ KnownID }

// Run prints its facts and texts.
func (c *KnownShow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	k, err := connected.Known.GetKnownSolution(ctx, &triagev1.GetKnownSolutionRequest{Name: c.name(s)})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(k)
	}
	s.Printf("%s  %s\n", s.Bold(resource.ID(k.GetName())), k.GetTitle())
	table := terminal.Table{Width: s.Width}
	for _, fact := range [][2]string{
		{"state", knownState(k)},
		{"kind", word(k.GetSolutionKind().String(), "SOLUTION_KIND_")},
		{"category", k.GetCategory()},
		{"author", resource.Short(k.GetAuthor()) + ", " + resource.Short(k.GetAuthorParty())},
		{"reviewer", resource.Short(k.GetReviewer())},
		{"learned from", resource.Short(k.GetTicket())},
		{"used", times(k.GetUseCount())},
		{"helped", times(k.GetHelpedCount())},
		{"etag", k.GetEtag()},
	} {
		if fact[1] != "" {
			table.Row("  "+fact[0], fact[1])
		}
	}
	if err := table.Print(s.Out); err != nil {
		return err
	}
	for _, part := range [][2]string{{"Symptoms", k.GetSymptoms()}, {"Solution", k.GetSolution()}, {"Reason", k.GetReason()}} {
		if part[1] != "" {
			s.Printf("\n%s\n%s\n", s.Bold(part[0]), indent(part[1]))
		}
	}
	return nil
}

// KnownSuggest looks for what may help.
type KnownSuggest struct {
	Words  []string `arg:"" optional:"" help:"What somebody tells, in any words."`
	Ticket string   `placeholder:"NUMBER" help:"The ticket that shall be solved."`
	Limit  int32    `short:"n" default:"5" help:"At most this many, up to 50 (${default})."`
}

// Run prints what was found, best first, with why it was (R70).
func (c *KnownSuggest) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	request := &triagev1.SuggestSolutionsRequest{Parent: s.desk(), Query: strings.Join(c.Words, " "), PageSize: c.Limit}
	request.Ticket = s.ticketIfAny(c.Ticket)
	found, err := connected.Known.SuggestSolutions(ctx, request)
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(found)
	}
	if len(found.GetSuggestions()) == 0 {
		s.Printf("nothing like it was solved before\n")
		return nil
	}
	table := s.Table("SCORE", "SOURCE", "TITLE", "BECAUSE OF", "WHAT HELPED")
	for _, hit := range found.GetSuggestions() {
		table.Row(strconv.FormatFloat(hit.GetScore(), 'f', 2, 64), resource.ID(hit.GetKnownSolution()+hit.GetTicket()), hit.GetTitle(),
			strings.Join(hit.GetMatchedWords(), " "), strings.Join(strings.Fields(hit.GetSolution()), " "))
	}
	return table.Print(s.Out)
}
