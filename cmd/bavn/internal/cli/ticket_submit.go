package cli

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketSubmit reports an incident.
type TicketSubmit struct {
	Title        string            `arg:"" optional:"" help:"A telling title; form or template may give it."`
	By           string            `default:"api" enum:"api,web,mail,phone,walk-in,visit,event" help:"How it came: ${enum}."`
	Description  string            `short:"d" placeholder:"TEXT" help:"What is wrong: what, where, who, when."`
	Reporter     string            `placeholder:"PERSON" help:"Who tells us, if not you."`
	AffectedUser string            `placeholder:"PERSON" help:"Who it happens to, if not the reporter."`
	ExternalID   map[string]string `name:"external-id" placeholder:"TOOL=ID" help:"The same case in another tool: jira=NSP-118."`
	Kind         string            `placeholder:"ID" help:"Kind of ticket, as the desk's profile calls it: incident."`
	Category     string            `placeholder:"ID" help:"Category."`
	Service      string            `placeholder:"ID" help:"Service of the business that it is about."`
	Impact       string            `placeholder:"none|low|medium|high|major" help:"How much it hurts."`
	Urgency      string            `placeholder:"ID" help:"How urgent it is."`
	FoundBy      string            `placeholder:"PARTY" help:"The party that found it itself."`
	AffectsUsers *bool             `negatable:"" help:"Users feel it, or do not."`
	Mark         []string          `placeholder:"WHAT" help:"It is: urgent, security_suspected, large_business_impact ..."`
	Answer       map[string]string `placeholder:"QUESTION=VALUE" help:"An answer to a question of the guide: an option, yes or no."`
	Phoned       map[string]string `placeholder:"CONTACT=TIME" help:"A call made before: national_desk=2026-11-22T08:15:00+01:00."`
	Group        string            `placeholder:"ID" help:"The group of reporters that the reporter is of: region."`
	Form         string            `placeholder:"ID" help:"The form that is filled in."`
	Field        map[string]string `placeholder:"FIELD=ANSWER" help:"An answer of the form."`
	File         []string          `placeholder:"FIELD=PATH" help:"A file that answers a field of the form; several for several."`
	Template     string            `placeholder:"ID" help:"The template whose values hold where nothing else is said."`
	Solution     string            `placeholder:"TEXT" help:"How it was solved: registered and resolved in one step."`
	Workaround   bool              `help:"The solution is a workaround."`
	TextLanguage string            `placeholder:"da|sv|en" help:"Language of title and description; that of the desk if left out."`
	Request
}

// Run submits and says which number the ticket has.
func (c *TicketSubmit) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	request := &intakev1.SubmitTicketRequest{
		Parent: s.desk(), RequestId: c.id(), Channel: channelNamed(c.By), ExternalIds: c.ExternalID,
		Reporter: resource.Person(s.Desk, c.Reporter), AffectedUser: resource.Person(s.Desk, c.AffectedUser),
	}
	request.Form, request.Template = c.Form, c.Template
	if request.FormAnswers, err = c.answers(ctx, s, connected); err != nil {
		return err
	}
	if c.Title != "" {
		request.Title = text(c.Title, c.TextLanguage)
	}
	if c.Solution != "" {
		request.Solution, request.SolutionKind = text(c.Solution, c.TextLanguage), solutionKindOf(c.Workaround)
	}
	if c.Description != "" {
		request.Description = text(c.Description, c.TextLanguage)
	}
	if request.Impact, err = impactNamed(c.Impact); err != nil {
		return err
	}
	if request.Assessment, err = c.assessment(s); err != nil {
		return err
	}
	if request.AttestedCalls, err = c.calls(); err != nil {
		return err
	}
	submission, err := connected.Submissions.SubmitTicket(ctx, request)
	return s.submitted(submission, err)
}

// answers are those of the form; files are sent ahead and named in their fields.
func (c *TicketSubmit) answers(ctx context.Context, s *session, services *client.Client) (map[string]string, error) {
	if len(c.File) > 0 && c.RequestID != "" {
		return nil, failure.New(failure.Usage, "leave --request-id out", "files that are sent anew make another report")
	}
	names := map[string][]string{}
	for _, file := range c.File {
		field, path, named := strings.Cut(file, "=")
		if !named {
			return nil, failure.New(failure.Usage, "--file files=photo.jpg", "--file %q names no field", file)
		}
		sent, err := attach(ctx, services, &intakev1.UploadAttachmentRequest{
			Parent: s.desk(), RequestId: uuid.NewString(), FileName: filepath.Base(path),
		}, path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		names[field] = append(names[field], sent.GetName())
	}
	answers := maps.Clone(c.Field)
	for field, sent := range names {
		if answers == nil {
			answers = map[string]string{}
		}
		answers[field] = strings.Join(sent, ",")
	}
	return answers, nil
}

// submitted says which number a report has, and whom to phone about it.
func (s *session) submitted(submission *intakev1.Submission, err error) error {
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(submission)
	}
	s.Printf("%s", s.Bold(resource.ID(submission.GetTicket())))
	switch submission.GetOutcome() {
	case intakev1.Outcome_OUTCOME_UNSPECIFIED:
		s.Printf(" received; it is opened as soon as triage can")
	case intakev1.Outcome_OUTCOME_REFUSED:
		s.Printf(" refused: %s", submission.GetRefusalReason())
	default: // opened
	}
	s.Printf("\n")
	s.phone(submission.GetCallsDue())
	return nil
}

// channelNamed is a channel as people type it: walk-in.
func channelNamed(typed string) commonv1.Channel {
	return commonv1.Channel(commonv1.Channel_value["CHANNEL_"+enumName(typed)])
}

func solutionKindOf(workaround bool) triagev1.SolutionKind {
	if workaround {
		return triagev1.SolutionKind_SOLUTION_KIND_WORKAROUND
	}
	return triagev1.SolutionKind_SOLUTION_KIND_PERMANENT
}

// assessment is what was said in the ids of the desk's profile; nil where nothing was.
func (c *TicketSubmit) assessment(s *session) (*triagev1.Assessment, error) {
	a := &triagev1.Assessment{
		Kind: c.Kind, Category: c.Category, BusinessService: c.Service, Urgency: c.Urgency, FoundBy: party(s, c.FoundBy),
		AffectsUsers: c.AffectsUsers, Answers: c.Answer, ReporterGroup: c.Group,
	}
	for _, name := range c.Mark {
		if err := mark(a, name, true); err != nil {
			return nil, err
		}
	}
	if proto.Size(a) == 0 {
		return nil, nil
	}
	return a, nil
}

// calls are those that were made before.
func (c *TicketSubmit) calls() ([]*triagev1.AttestedCall, error) {
	var calls []*triagev1.AttestedCall
	for _, contact := range slices.Sorted(maps.Keys(c.Phoned)) {
		at, err := time.Parse(time.RFC3339, c.Phoned[contact])
		if err != nil {
			return nil, failure.New(failure.Usage, "a time such as 2026-11-22T08:15:00+01:00", "--phoned: %w", err)
		}
		calls = append(calls, &triagev1.AttestedCall{Contact: contact, CallTime: timestamppb.New(at)})
	}
	return calls, nil
}
