package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/jobs"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// SubmitTicket registers a report (R4, R23, R28): the submission, its number and the job that will open the ticket commit
// together; then the ticket is opened at once if triage can. The answer has the number either way.
func (c *Commands) SubmitTicket(ctx context.Context, r *intakev1.SubmitTicketRequest) (*intakev1.Submission, error) {
	desk := domain.Desk(r.GetParent())
	call, err := c.call(ctx, desk, "SubmitTicket", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	var (
		submission store.Submission
		k          known
	)
	register := func() error {
		return pg.InPipeline(ctx, c.Pool, func(ctx context.Context, p *pg.Pipeline) error {
			var err error
			if k, err = loadForSubmission(ctx, p, call, r); err != nil {
				return err
			}
			if k.repeated {
				submission, err = store.New(p).GetSubmission(ctx, store.GetSubmissionParams{
					Desk: desk, Submission: uuid.MustParse(domain.ID(k.effect.Resource)),
				})
				return err
			}
			submission, err = c.register(ctx, p, call, k, r)
			return err
		})
	}
	if err = register(); request.Taken(err) || pg.IsUniqueViolation(err, "persons_pkey") {
		err = register() // the same call won meanwhile: answer what it did; or another one registered the same new person
	}
	if err != nil {
		return nil, err
	}
	if !k.repeated {
		c.Wake.Committed()
		submission = c.openInline(ctx, submission, k.job, r.GetTitle(), r.GetDescription())
	}
	return Answer(submission, r.GetTitle(), r.GetDescription()), nil
}

// known is what a submission is decided from.
type known struct {
	repeated      bool
	effect        request.Effect
	scheme        domain.NumberScheme
	language      string
	number        *int64
	job           int64    // the id of the backstop
	strangers     []string // named persons that intake does not know
	affectedTaken bool
}

// loadForSubmission is one round trip, with BEGIN.
func loadForSubmission(
	ctx context.Context, p *pg.Pipeline, call request.Request, r *intakev1.SubmitTicketRequest,
) (known, error) {
	var (
		k      known
		digits int16
		batch  pgx.Batch
		found  error
	)
	call.QueueLookup(&batch).QueryRow(func(row pgx.Row) error {
		k.effect, k.repeated, found = call.Found(row)
		return nil
	})
	batch.Queue(`SELECT number_prefix, number_digits, language_code,
		nextval(to_regclass(quote_ident('ticket_number_' || desk))), `+jobs.NextID+`
		FROM desks WHERE desk = $1`, call.Desk).QueryRow(func(row pgx.Row) error {
		return row.Scan(&k.scheme.Prefix, &digits, &k.language, &k.number, &k.job)
	})
	batch.Queue(`SELECT array(SELECT unnest($2::text[]) EXCEPT SELECT person FROM persons WHERE desk = $1 AND person = ANY ($2)),
		EXISTS (SELECT FROM persons WHERE desk = $1 AND person = $3)`,
		call.Desk, namedPersons(ctx, r), newAffected(r)).QueryRow(func(row pgx.Row) error {
		return row.Scan(&k.strangers, &k.affectedTaken)
	})
	if err := p.SendBatch(ctx, &batch).Close(); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return known{}, errUnknownDesk
		}
		return known{}, err
	}
	k.scheme.Digits = int(digits)
	return k, found
}

// register decides and writes.
func (c *Commands) register(
	ctx context.Context, p *pg.Pipeline, call request.Request, k known, r *intakev1.SubmitTicketRequest,
) (store.Submission, error) {
	if err := k.check(ctx, r); err != nil {
		return store.Submission{}, err
	}
	now := c.Clock.Now()
	s, err := newSubmission(ctx, call, k, r, now)
	if err != nil {
		return store.Submission{}, err
	}
	if person := r.GetNewAffectedUser(); person != nil {
		if err := insertPerson(ctx, p, call, person, now); err != nil {
			return store.Submission{}, err
		}
	}
	events, head, err := feed.Prepare(feed.Head{}, []feed.Draft{{
		Desk: call.Desk, Resource: domain.SubmissionName(call.Desk, s.Submission.String()), Type: "submission.received",
		Payload: &intakev1.SubmissionEvent{Submission: Answer(s, nil, nil)},
		Actor:   actor(ctx, call.Desk), Cause: cause(call, r.GetImport()), Traceparent: s.Traceparent,
		Audience: Audience(s), OccurredAt: s.ReceivedAt,
		Texts: []feed.Text{
			{Name: "title", LanguageCode: language(r.GetTitle(), k.language), Text: r.GetTitle().GetText()},
			{Name: "description", LanguageCode: language(r.GetDescription(), k.language), Text: r.GetDescription().GetText()},
		},
	}}, now)
	if err != nil {
		return store.Submission{}, err
	}
	s.Revision, s.ChainHash, s.LastEventAt = head.Revision, head.Hash, head.Time
	if err := insertSubmission(ctx, p, s); err != nil {
		return store.Submission{}, err
	}
	effect := request.Effect{Resource: events[0].Record.GetResource(), Revision: head.Revision}
	if err := call.Insert(ctx, p, effect, now); err != nil {
		return store.Submission{}, err
	}
	if err := feed.Append(ctx, p, events); err != nil {
		return store.Submission{}, err
	}
	backstop := OpenTicketArgs{Desk: call.Desk, Submission: s.Submission}
	return s, c.Jobs.KeepAs(ctx, p, k.job, backstop, now.Add(c.RetryAfter))
}

var errUnknownDesk = fault.New(codes.NotFound, fault.NotFound).Field("parent", "desk.unknown")

// check refuses what the contract's own rules cannot see.
func (k known) check(ctx context.Context, r *intakev1.SubmitTicketRequest) error {
	invalid := fault.New(codes.InvalidArgument, fault.InvalidArgument)
	principal, _ := auth.FromContext(ctx)
	switch {
	case k.number == nil:
		return errUnknownDesk // known by name, its numbers not yet made
	case (r.GetImport() != nil) != (r.GetChannel() == commonv1.Channel_CHANNEL_IMPORT):
		return invalid.Field("channel", "channel.import")
	case r.GetAffectedUser() != "" && r.GetNewAffectedUser() != nil:
		return invalid.Field("new_affected_user", "affected_user.twice")
	case r.GetNewAffectedUser() != nil && newAffected(r) == "":
		return invalid.Field("new_affected_user.name", "person.other_desk")
	case k.affectedTaken:
		return fault.New(codes.AlreadyExists, reasonPersonExists).Field("new_affected_user.name", "person.exists")
	case principal.Person == "" && r.GetReporter() == "":
		return invalid.Field("reporter", "required")
	}
	if r.GetNewAffectedUser() != nil {
		if err := named(r.GetNewAffectedUser(), "new_affected_user"); err != nil {
			return err
		}
	}
	for field, name := range map[string]string{"reporter": r.GetReporter(), "affected_user": r.GetAffectedUser()} {
		if name == "" {
			continue
		}
		if domain.Desk(name) != domain.Desk(r.GetParent()) {
			return invalid.Field(field, "person.other_desk")
		}
		for _, stranger := range k.strangers {
			if domain.ID(name) == stranger {
				return invalid.Field(field, "person.unknown")
			}
		}
	}
	return nil
}

// newSubmission is the row of a report: who, what number, when.
func newSubmission(
	ctx context.Context, call request.Request, k known, r *intakev1.SubmitTicketRequest, now time.Time,
) (store.Submission, error) {
	number, err := k.scheme.Number(*k.number)
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
		s.Reporter = domain.ID(r.GetReporter())
	}
	s.AffectedUser = s.Reporter // R26: the reporter, where nobody else is named
	switch {
	case r.GetAffectedUser() != "":
		s.AffectedUser = domain.ID(r.GetAffectedUser())
	case r.GetNewAffectedUser() != nil:
		s.AffectedUser = newAffected(r)
	}
	if r.GetImport() != nil {
		s.ReceivedAt = r.GetImport().GetOccurredAt().AsTime()
	}
	if s.ExternalIds, err = json.Marshal(orEmpty(r.GetExternalIds())); err != nil {
		return store.Submission{}, fmt.Errorf("keep external ids: %w", err)
	}
	return s, nil
}

func insertSubmission(ctx context.Context, p *pg.Pipeline, s store.Submission) error {
	return store.New(p).InsertSubmission(ctx, store.InsertSubmissionParams{
		Desk: s.Desk, Submission: s.Submission, Number: s.Number, Channel: s.Channel, Reporter: s.Reporter,
		AffectedUser: s.AffectedUser, Submitter: s.Submitter, ExternalIds: s.ExternalIds, Importing: s.Importing,
		ReceivedAt: s.ReceivedAt, RequestID: s.RequestID, Traceparent: s.Traceparent,
		Revision: s.Revision, ChainHash: s.ChainHash, LastEventAt: s.LastEventAt,
	})
}

// Answer is a submission as the contract shows it; texts are given where they are known.
func Answer(s store.Submission, title, description *commonv1.LocalizedText) *intakev1.Submission {
	a := &intakev1.Submission{
		Name: domain.SubmissionName(s.Desk, s.Submission.String()), Ticket: domain.TicketName(s.Desk, s.Number),
		Outcome: intakev1.Outcome(s.Outcome), Channel: commonv1.Channel(s.Channel), Title: title, Description: description,
		Reporter: domain.PersonName(s.Desk, s.Reporter), AffectedUser: domain.PersonName(s.Desk, s.AffectedUser),
		ReceiveTime: timestamppb.New(s.ReceivedAt),
	}
	if s.SettledAt != nil {
		a.SettleTime = timestamppb.New(*s.SettledAt)
	}
	return a
}

// Audience of a submission: those it is about. Parties see it through its ticket.
func Audience(s store.Submission) []string {
	keys := []string{"persons/" + s.Reporter}
	for _, person := range []string{s.AffectedUser, s.Submitter} {
		if key := "persons/" + person; person != "" && key != keys[0] && key != keys[len(keys)-1] {
			keys = append(keys, key)
		}
	}
	return keys
}

func cause(call request.Request, source *intakev1.Import) *eventv1.Cause {
	return &eventv1.Cause{RequestId: call.ID.String(), ImportRow: source.GetSourceRow()}
}

// namedPersons are the ids that must be known: those the request names, never the caller, who is known by their token.
func namedPersons(ctx context.Context, r *intakev1.SubmitTicketRequest) []string {
	principal, _ := auth.FromContext(ctx)
	named := []string{}
	for _, name := range []string{r.GetReporter(), r.GetAffectedUser()} {
		if id := domain.ID(name); name != "" && id != principal.Person {
			named = append(named, id)
		}
	}
	return named
}

// newAffected is the id of a person who is registered with the submission; empty without one of this desk.
func newAffected(r *intakev1.SubmitTicketRequest) string {
	name := r.GetNewAffectedUser().GetName()
	if name == "" || domain.Desk(name) != domain.Desk(r.GetParent()) {
		return ""
	}
	return domain.ID(name)
}

func language(t *commonv1.LocalizedText, desk string) string {
	if t.GetLanguageCode() != "" {
		return t.GetLanguageCode()
	}
	return desk
}

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
