package command

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/services/intake/internal/domain"
	"github.com/bavn/bavn/services/intake/internal/store"
)

const (
	// importedAtOnce is how many persons one transaction changes: a long one holds every feed back.
	importedAtOnce = 200
	// toldAtMost bounds the report.
	toldAtMost = 1000
)

// personImport is one run over a list.
type personImport struct {
	*Commands
	call   request.Request
	asked  *intakev1.ImportPersonsRequest
	report *intakev1.ImportPersonsResponse
	seen   map[string]bool   // ids on the list, those of refused lines too
	emails map[string]string // who has an address by the list so far
}

// ImportPersons brings persons in line with a list (R35, R36). Each batch is a transaction of its own; what was taken before
// stays, and the same list again finds nothing to change.
func (c *Commands) ImportPersons(
	ctx context.Context, asked *intakev1.ImportPersonsRequest, list iter.Seq2[*intakev1.ImportedPerson, error],
) (*intakev1.ImportPersonsResponse, error) {
	desk := strings.TrimPrefix(asked.GetParent(), "desks/")
	call, err := c.call(ctx, desk, "ImportPersons", asked.GetRequestId(), asked)
	if err != nil {
		return nil, err
	}
	run := &personImport{
		Commands: c, call: call, asked: asked, report: new(intakev1.ImportPersonsResponse),
		seen: map[string]bool{}, emails: map[string]string{},
	}
	var batch []*intakev1.ImportedPerson
	for line, err := range list {
		if err != nil {
			return nil, err
		}
		if batch = append(batch, line); len(batch) == importedAtOnce {
			if err := run.take(ctx, batch); err != nil {
				return nil, err
			}
			batch = batch[:0]
		}
	}
	if err := run.take(ctx, batch); err != nil {
		return nil, err
	}
	if asked.GetCloseAbsent() {
		if err := run.closeAbsent(ctx); err != nil {
			return nil, err
		}
	}
	c.Wake.Committed()
	return run.report, nil
}

func (r *personImport) refuse(line *intakev1.ImportedPerson, why domain.Refusal) {
	r.report.Refused++
	if len(r.report.GetRefusals()) < toldAtMost {
		r.report.Refusals = append(r.report.Refusals, &intakev1.RefusedPerson{
			Line: line.GetLine(), Field: why.Field, Rule: why.Rule,
		})
	}
}

// readLine is a line that can be decided on.
type readLine struct {
	domain.PersonLine
	from *intakev1.ImportedPerson
}

// take takes some lines of the list.
func (r *personImport) take(ctx context.Context, lines []*intakev1.ImportedPerson) error {
	var read []readLine
	for _, line := range lines {
		person, refusal := domain.ReadPersonLine(r.call.Desk, r.asked.GetPhoneRegion(), line)
		switch twice := r.seen[person.ID]; {
		case twice:
			r.refuse(line, domain.Refusal{Field: "person_id", Rule: "import.twice"})
			continue
		case refusal != nil:
			r.refuse(line, *refusal)
		default:
			read = append(read, readLine{person, line})
		}
		r.seen[person.ID] = true
	}
	if len(read) == 0 {
		return nil
	}
	before := proto.CloneOf(r.report)
	attempt := func() error {
		return pg.InPipeline(ctx, r.Pool, func(ctx context.Context, p *pg.Pipeline) error { return r.write(ctx, p, read) })
	}
	err := attempt()
	if pg.IsUniqueViolation(err, "persons_pkey") { // somebody registered one of them meanwhile
		r.report = before
		err = attempt()
	}
	return err
}

// write decides on lines and writes what they come to, in one transaction.
func (r *personImport) write(ctx context.Context, p *pg.Pipeline, lines []readLine) error {
	known, holders, err := r.load(ctx, p, lines)
	if err != nil {
		return err
	}
	now := r.Clock.Now()
	var all []feed.Prepared
	for _, line := range lines {
		if refusal := r.taken(line, holders); refusal != nil {
			r.refuse(line.from, *refusal)
			continue
		}
		row, there := known[line.ID]
		var is *domain.KnownPerson
		if there {
			is = &domain.KnownPerson{Person: row.Proto(), Source: row.Source, Left: row.LeftAt, Closed: row.Closed}
		}
		comesTo, person, refusal := domain.DecideImport(line.PersonLine, is, r.asked.GetSource())
		if refusal != nil {
			r.refuse(line.from, *refusal)
			continue
		}
		r.emails[strings.ToLower(person.GetEmail())] = line.ID
		r.count(comesTo)
		if comesTo == domain.ImportUnchanged || r.asked.GetValidateOnly() {
			continue
		}
		events, err := r.apply(ctx, p, comesTo, row, person, line.ID, now)
		if err != nil {
			return err
		}
		all = append(all, events...)
	}
	if len(all) == 0 {
		return nil
	}
	return feed.Append(ctx, p, all)
}

func (r *personImport) count(comesTo domain.Imported) {
	switch comesTo {
	case domain.ImportCreated:
		r.report.Created++
	case domain.ImportUnchanged:
		r.report.Unchanged++
	default:
		r.report.Changed++
	}
}

// load reads whom the lines are about, and who has what they name.
func (r *personImport) load(
	ctx context.Context, p *pg.Pipeline, lines []readLine,
) (map[string]store.Person, []store.HoldersOfRow, error) {
	var ids, names, emails, organisationIDs []string
	for _, line := range lines {
		ids, names = append(ids, line.ID), append(names, line.Person.GetName())
		if email := line.Person.GetEmail(); email != "" {
			emails = append(emails, strings.ToLower(email))
		}
		if id := line.Person.GetOrganisationId(); id != "" {
			organisationIDs = append(organisationIDs, id)
		}
	}
	q := store.New(p)
	read := func() ([]store.Person, error) {
		return q.GetPersons(ctx, store.GetPersonsParams{Desk: r.call.Desk, Persons: ids})
	}
	if !r.asked.GetValidateOnly() {
		slices.Sort(names)
		if err := feed.LockAll(ctx, p, names); err != nil {
			return nil, nil, err
		}
		read = func() ([]store.Person, error) {
			return q.LockPersons(ctx, store.LockPersonsParams{Desk: r.call.Desk, Persons: ids})
		}
	}
	rows, err := read()
	if err != nil {
		return nil, nil, err
	}
	known := make(map[string]store.Person, len(rows))
	for _, row := range rows {
		known[row.Person] = row
	}
	holders, err := q.HoldersOf(ctx, store.HoldersOfParams{Desk: r.call.Desk, Emails: emails, OrganisationIds: organisationIDs})
	return known, holders, err
}

// taken refuses a line that names what another person has: their tickets' mails would reach somebody else.
func (r *personImport) taken(line readLine, holders []store.HoldersOfRow) *domain.Refusal {
	email := strings.ToLower(line.Person.GetEmail())
	if holder, there := r.emails[email]; email != "" && there && holder != line.ID {
		return &domain.Refusal{Field: "email", Rule: "import.email_taken"}
	}
	for _, holder := range holders {
		switch {
		case holder.Person == line.ID:
		case email != "" && holder.Email == email:
			return &domain.Refusal{Field: "email", Rule: "import.email_taken"}
		case line.Person.GetOrganisationId() != "" && holder.OrganisationID == line.Person.GetOrganisationId():
			return &domain.Refusal{Field: "organisation_id", Rule: "import.organisation_id_taken"}
		}
	}
	return nil
}

// apply writes one person and prepares the event.
func (r *personImport) apply(
	ctx context.Context, p *pg.Pipeline, comesTo domain.Imported, row store.Person, person *intakev1.Person, id string,
	now time.Time,
) ([]feed.Prepared, error) {
	q := store.New(p)
	source := store.KeepSourceParams{Desk: r.call.Desk, Person: id, Source: r.asked.GetSource()}
	if comesTo == domain.ImportCreated {
		if err := insertPerson(ctx, p, r.call, person, now); err != nil {
			return nil, err
		}
		return nil, q.KeepSource(ctx, source)
	}
	typ := "person.updated"
	if comesTo == domain.ImportReturned {
		typ = "person.returned"
	}
	events, head, err := r.next(ctx, row, person.GetName(), typ, now)
	if err != nil {
		return nil, err
	}
	if err := q.UpdatePerson(ctx, store.UpdatePersonParams{
		Desk: r.call.Desk, Person: id, DisplayName: person.GetDisplayName(), Email: person.GetEmail(),
		Phone: person.GetPhone(), LanguageCode: person.GetLanguageCode(), Office: person.GetOffice(),
		Username: person.GetUsername(), Department: person.GetDepartment(), OrganisationID: person.GetOrganisationId(),
		Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
	}); err != nil {
		return nil, err
	}
	return events, q.KeepSource(ctx, source)
}

func (r *personImport) next(
	ctx context.Context, row store.Person, name, typ string, now time.Time,
) ([]feed.Prepared, feed.Head, error) {
	draft := personEvent(ctx, r.call, name, typ)
	if draft.Actor.GetPerson() == "" && draft.Actor.GetService() == "" {
		draft.Actor = &eventv1.Actor{Service: "intake"}
	}
	return feed.Prepare(feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt}, []feed.Draft{draft}, now)
}

// closeAbsent closes those of the source whom the list lacks: they stay, with their tickets, and nobody reports for them any
// more.
func (r *personImport) closeAbsent(ctx context.Context) error {
	known, err := store.New(r.Pool).PersonsOfSource(ctx, store.PersonsOfSourceParams{Desk: r.call.Desk, Source: r.asked.GetSource()})
	if err != nil {
		return pg.Translate(err)
	}
	absent := slices.DeleteFunc(slices.Clone(known), func(id string) bool { return r.seen[id] })
	if domain.TooManyLeft(len(absent), len(known)) && !r.asked.GetManyLeft() {
		return fault.New(codes.FailedPrecondition, reasonTooManyLeft).
			Meta("absent", strconv.Itoa(len(absent))).Meta("known", strconv.Itoa(len(known)))
	}
	for _, id := range absent[:min(len(absent), toldAtMost)] {
		r.report.ClosedPersons = append(r.report.ClosedPersons, domain.PersonName(r.call.Desk, id))
	}
	r.report.Closed = int32(len(absent)) //nolint:gosec // persons of one desk
	if r.asked.GetValidateOnly() {
		return nil
	}
	for some := range slices.Chunk(absent, importedAtOnce) {
		if err := r.leave(ctx, some); err != nil {
			return fmt.Errorf("close who left: %w", err)
		}
	}
	return nil
}

func (r *personImport) leave(ctx context.Context, ids []string) error {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = domain.PersonName(r.call.Desk, id)
	}
	return pg.InPipeline(ctx, r.Pool, func(ctx context.Context, p *pg.Pipeline) error {
		if err := feed.LockAll(ctx, p, names); err != nil {
			return err
		}
		q := store.New(p)
		rows, err := q.LockPersons(ctx, store.LockPersonsParams{Desk: r.call.Desk, Persons: ids})
		if err != nil {
			return err
		}
		now := r.Clock.Now()
		var all []feed.Prepared
		for _, row := range rows {
			if row.LeftAt != nil || row.Closed {
				continue
			}
			events, head, err := r.next(ctx, row, domain.PersonName(row.Desk, row.Person), "person.left", now)
			if err != nil {
				return err
			}
			if err := q.PersonLeaves(ctx, store.PersonLeavesParams{
				Desk: row.Desk, Person: row.Person, LeftAt: &now,
				Revision: head.Revision, ChainHash: head.Hash, LastEventAt: head.Time,
			}); err != nil {
				return err
			}
			all = append(all, events...)
		}
		if len(all) == 0 {
			return nil
		}
		return feed.Append(ctx, p, all)
	})
}
