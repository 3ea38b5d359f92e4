package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// SubmitTicket registers a report (R4, R23, R28): the submission, its number and the job that will open the ticket commit
// together; then the ticket is opened at once if triage can. The answer has the number either way, unless the desk's process
// refuses the report for good: then whoever submits is told so (R44).
func (c *Commands) SubmitTicket(ctx context.Context, r *intakev1.SubmitTicketRequest) (*intakev1.Submission, error) {
	return c.submit(ctx, r, nil)
}

// submit registers a report, with answers in words to questions that no form asked.
func (c *Commands) submit(
	ctx context.Context, r *intakev1.SubmitTicketRequest, answers map[string]string,
) (*intakev1.Submission, error) {
	desk := resourcename.Desk(r.GetParent())
	call, err := c.call(ctx, desk, "SubmitTicket", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	var (
		submission store.Submission
		b          basis
		refusal    error
	)
	attempt := func() error {
		var err error
		if b, err = loadForSubmission(ctx, c.Pool, call, r); err != nil {
			return pg.Translate(err)
		}
		b.answers = answers
		if b.repeated {
			submission, err = c.submittedBefore(ctx, &b, r)
			return err
		}
		submission, refusal, err = c.register(ctx, call, &b, r)
		return err
	}
	if err = attempt(); request.Taken(err) || pg.IsUniqueViolation(err, "persons_pkey") || fault.Is(err, reasonPersonExists) {
		// The same call won meanwhile, perhaps between two statements of ours: answer what it did. Or another one registered the
		// same new person.
		err = attempt()
	}
	if err != nil {
		return nil, err
	}
	if !b.repeated {
		c.Wake.Committed()
		if refusal != nil {
			return nil, refusal
		}
		if submission, err = c.openInline(ctx, submission, b.job, b.words); err != nil {
			return nil, err
		}
	}
	if b.repeated && submission.Outcome == int16(intakev1.Outcome_OUTCOME_OPENED) {
		if err := c.solve(ctx, submission, b.words); err != nil {
			return nil, err
		}
	}
	answer := submission.Proto(b.words)
	answer.CallsDue = b.due
	return answer, nil
}

// submittedBefore is what the same call made before. Its words are those of the call, but where form or template gave them.
func (c *Commands) submittedBefore(ctx context.Context, b *basis, r *intakev1.SubmitTicketRequest) (store.Submission, error) {
	s, err := store.New(c.Pool).GetSubmission(ctx, store.GetSubmissionParams{
		Desk: b.desk.Desk, Submission: uuid.MustParse(resourcename.ID(b.effect.Resource)),
	})
	if err != nil {
		return s, pg.Translate(err)
	}
	if b.desk.Profile == "" {
		b.words = store.Words{
			Title:       inLanguage(r.GetTitle(), b.desk.LanguageCode),
			Description: inLanguage(r.GetDescription(), b.desk.LanguageCode),
			Solution:    inLanguage(r.GetSolution(), b.desk.LanguageCode), SolutionKind: r.GetSolutionKind(),
		}
		return s, nil
	}
	words, err := store.WordsOf(ctx, c.Pool, s.Desk, s)
	if err != nil {
		return s, err
	}
	b.words = words[s.Name()]
	door, err := c.Reception.Of(ctx, b.desk)
	if err != nil {
		return s, err
	}
	if completed, _, refused := c.complete(ctx, door, &basis{desk: b.desk, answers: b.answers}, r); refused == nil &&
		s.Outcome != int16(intakev1.Outcome_OUTCOME_REFUSED) { // else the profile has changed since, or nobody is to be phoned
		b.due, err = callsDue(door, completed, fault.Language(ctx))
	}
	return s, err
}

// basis is what a submission is decided from.
type basis struct {
	repeated      bool
	effect        request.Effect
	desk          store.Desk
	scheme        domain.NumberScheme
	words         store.Words            // of the report, each with its language
	due           []*intakev1.CallDue    // whom to phone as well
	answers       map[string]string      // in words, to questions that no form asked
	files         map[string][]uuid.UUID // sent before, by the field of the form that names them
	number        *int64
	job           int64    // the id of the backstop
	strangers     []string // named persons that intake does not know
	affectedTaken bool
}

// loadForSubmission is one round trip. It locks nothing: what changes before the write is refused by a constraint.
func loadForSubmission(
	ctx context.Context, pool *pgxpool.Pool, call request.Request, r *intakev1.SubmitTicketRequest,
) (basis, error) {
	var (
		b     = basis{desk: store.Desk{Desk: call.Desk}}
		d     = &b.desk
		batch pgx.Batch
		found error
	)
	call.QueueLookup(&batch).QueryRow(func(row pgx.Row) error {
		b.effect, b.repeated, found = call.Found(row)
		return nil
	})
	batch.Queue(`SELECT number_prefix, number_digits, language_code, profile, profile_version,
		nextval(to_regclass(quote_ident('ticket_number_' || desk))), `+jobs.NextID+`,
		array(SELECT unnest($2::text[]) EXCEPT SELECT person FROM persons WHERE desk = $1 AND person = ANY ($2)),
		EXISTS (SELECT FROM persons WHERE desk = $1 AND person = $3)
		FROM desks WHERE desk = $1`,
		call.Desk, namedPersons(ctx, r), newAffected(r)).QueryRow(func(row pgx.Row) error {
		return row.Scan(&d.NumberPrefix, &d.NumberDigits, &d.LanguageCode, &d.Profile, &d.ProfileVersion,
			&b.number, &b.job, &b.strangers, &b.affectedTaken)
	})
	if err := pool.SendBatch(ctx, &batch).Close(); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return basis{}, errUnknownDesk
		}
		return basis{}, err
	}
	b.scheme = domain.NumberScheme{Prefix: d.NumberPrefix, Digits: int(d.NumberDigits)}
	return b, found
}

// register decides and writes. What the desk does not let in is written too: it is refused, and kept as that.
func (c *Commands) register(
	ctx context.Context, call request.Request, b *basis, r *intakev1.SubmitTicketRequest,
) (s store.Submission, refusal, err error) {
	if err := b.check(ctx, r); err != nil {
		return s, nil, err
	}
	door, err := c.Reception.Of(ctx, b.desk)
	if err != nil {
		return s, nil, err
	}
	r, admitted, err := c.complete(ctx, door, b, r)
	if err != nil {
		return s, nil, err
	}
	now := c.Clock.Now()
	if s, err = newSubmission(ctx, call, *b, r, now); err != nil {
		return s, nil, err
	}
	if admitted.Ground != "" {
		s, err = c.turnAway(ctx, call, *b, s, r, admitted.Ground, now)
		return s, NotAdmitted(admitted, fault.Language(ctx)), err
	}
	unfit, err := UnfitFiles(ctx, c.Pool, call.Desk, b.files)
	if err = cmp.Or(err, refuseAnswers(unfit)); err != nil {
		return s, nil, err
	}
	if b.due, err = callsDue(door, r, fault.Language(ctx)); err != nil {
		return s, nil, err
	}
	s, err = c.takeIn(ctx, call, *b, s, r, now)
	return s, nil, err
}

var errUnknownDesk = fault.New(codes.NotFound, fault.NotFound).Field("parent", "desk.unknown")

// check refuses what the contract's own rules cannot see.
func (b basis) check(ctx context.Context, r *intakev1.SubmitTicketRequest) error {
	invalid := fault.New(codes.InvalidArgument, fault.InvalidArgument)
	principal, _ := auth.FromContext(ctx)
	switch {
	case b.number == nil:
		return errUnknownDesk // known by name, its numbers not yet made
	case (r.GetImport() != nil) != (r.GetChannel() == commonv1.Channel_CHANNEL_IMPORT):
		return invalid.Field("channel", "channel.import")
	case r.GetAffectedUser() != "" && r.GetNewAffectedUser() != nil:
		return invalid.Field("new_affected_user", "affected_user.twice")
	case r.GetNewAffectedUser() != nil && newAffected(r) == "":
		return invalid.Field("new_affected_user.name", "person.other_desk")
	case b.affectedTaken:
		return fault.New(codes.AlreadyExists, reasonPersonExists).Field("new_affected_user.name", "person.exists")
	case principal.Person == "" && r.GetReporter() == "":
		return invalid.Field("reporter", "required")
	case (r.GetSolution().GetText() != "") != (r.GetSolutionKind() != triagev1.SolutionKind_SOLUTION_KIND_UNSPECIFIED):
		return invalid.Field("solution_kind", "solution.kind")
	}
	if err := aboutFits(ctx, r); err != nil {
		return err
	}
	if r.GetNewAffectedUser() != nil {
		if err := named(r.GetNewAffectedUser(), "new_affected_user"); err != nil {
			return err
		}
	}
	for _, named := range []struct{ field, person string }{
		{"reporter", r.GetReporter()}, {"affected_user", r.GetAffectedUser()},
	} {
		switch {
		case named.person == "":
		case resourcename.Desk(named.person) != resourcename.Desk(r.GetParent()):
			return invalid.Field(named.field, "person.other_desk")
		case slices.Contains(b.strangers, resourcename.ID(named.person)):
			return invalid.Field(named.field, "person.unknown")
		}
	}
	return nil
}

// newSubmission is the row of a report: who, what number, when.
func newSubmission(
	ctx context.Context, call request.Request, b basis, r *intakev1.SubmitTicketRequest, now time.Time,
) (store.Submission, error) {
	number, err := b.scheme.Number(*b.number)
	if err != nil {
		return store.Submission{}, fault.New(codes.ResourceExhausted, reasonNumbersUsedUp).Cause(err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return store.Submission{}, fmt.Errorf("make submission id: %w", err)
	}
	principal, _ := auth.FromContext(ctx)
	s := store.Submission{
		Desk: call.Desk, Submission: id, Number: number, Channel: int16(r.GetChannel()), Submitter: principal.Person,
		Reporter: principal.Person, RequestID: call.ID, Traceparent: feed.Traceparent(ctx), ReceivedAt: now,
		Importing: r.GetImport() != nil,
	}
	if r.GetReporter() != "" {
		s.Reporter = resourcename.ID(r.GetReporter())
	}
	s.AffectedUser = s.Reporter // R26: the reporter, where nobody else is named
	switch {
	case r.GetAffectedUser() != "":
		s.AffectedUser = resourcename.ID(r.GetAffectedUser())
	case r.GetNewAffectedUser() != nil:
		s.AffectedUser = newAffected(r)
	}
	if r.GetImport() != nil {
		s.ReceivedAt = r.GetImport().GetOccurredAt().AsTime()
	}
	if s.ExternalIds, err = json.Marshal(orEmpty(r.GetExternalIds())); err != nil {
		return store.Submission{}, fmt.Errorf("keep external ids: %w", err)
	}
	if s.Assessed, err = assessed(r); err != nil {
		return store.Submission{}, err
	}
	return s, nil
}

// assessed is what was said in the ids of the desk's profile, kept until triage has it; nothing where nothing was said.
func assessed(r *intakev1.SubmitTicketRequest) ([]byte, error) {
	said := &triagev1.OpenTicketRequest{
		Assessment: r.GetAssessment(), Impact: r.GetImpact(), AttestedCalls: r.GetAttestedCalls(),
	}
	kept, err := proto.MarshalOptions{Deterministic: true}.Marshal(said)
	if err != nil {
		return nil, fmt.Errorf("keep assessment: %w", err)
	}
	return append([]byte{}, kept...), nil
}

// namedPersons are the ids that must be known: those the request names, never the caller, who is known by their token.
func namedPersons(ctx context.Context, r *intakev1.SubmitTicketRequest) []string {
	principal, _ := auth.FromContext(ctx)
	named := []string{}
	for _, name := range []string{r.GetReporter(), r.GetAffectedUser()} {
		if id := resourcename.ID(name); name != "" && id != principal.Person {
			named = append(named, id)
		}
	}
	return named
}

// newAffected is the id of a person who is registered with the submission; empty without one of this desk.
func newAffected(r *intakev1.SubmitTicketRequest) string {
	name := r.GetNewAffectedUser().GetName()
	if name == "" || resourcename.Desk(name) != resourcename.Desk(r.GetParent()) {
		return ""
	}
	return resourcename.ID(name)
}

// inLanguage is a text with its language named: the desk's, where it brings none. One without words is no text.
func inLanguage(t *commonv1.LocalizedText, desk string) *commonv1.LocalizedText {
	if t.GetText() == "" {
		return nil
	}
	return &commonv1.LocalizedText{Text: t.GetText(), LanguageCode: cmp.Or(t.GetLanguageCode(), desk)}
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
