package api

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/followed"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/reporting/internal/access"
	"github.com/bavn/bavn/services/reporting/internal/domain"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

const (
	mostExtracts = 100
	someEditions = 50
)

// Extracts serves bavn.reporting.v1.ExtractService.
type Extracts struct {
	reportingv1.UnimplementedExtractServiceServer
	Pool     *pgxpool.Pool
	Gate     *access.Gate
	Pages    *pagetoken.Sealer
	Profiles *followed.Profiles[*profile.Profile]
}

// ListExtracts lists what the profile wants, with the newest editions.
func (s *Extracts) ListExtracts(
	ctx context.Context, r *reportingv1.ListExtractsRequest,
) (*reportingv1.ListExtractsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "ListExtracts", desk, "parent"); err != nil {
		return nil, err
	}
	query, after, err := s.opened(desk, "ListExtracts", r.GetPageToken(), r)
	if err != nil {
		return nil, err
	}
	wanted, err := extractsOf(ctx, s.Profiles, desk)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(wanted, func(a, b *profilev1.Extract) int { return cmp.Compare(a.GetId(), b.GetId()) })
	wanted = slices.DeleteFunc(wanted, func(e *profilev1.Extract) bool { return e.GetId() <= after })
	answer := new(reportingv1.ListExtractsResponse)
	if size := int(cmp.Or(r.GetPageSize(), mostExtracts)); len(wanted) > size {
		wanted = wanted[:size]
		answer.NextPageToken = s.Pages.Seal(query, []byte(wanted[size-1].GetId()))
	}
	answer.Extracts, err = latest(ctx, s.Pool, desk, wanted)
	return answer, pg.Translate(err)
}

// GetExtract reads one with its newest edition.
func (s *Extracts) GetExtract(ctx context.Context, r *reportingv1.GetExtractRequest) (*reportingv1.Extract, error) {
	desk, id := resourcename.Desk(r.GetName()), resourcename.ID(r.GetName())
	if err := s.Gate.Desk(ctx, "GetExtract", desk, "name"); err != nil {
		return nil, err
	}
	wanted, err := extractsOf(ctx, s.Profiles, desk)
	if err != nil {
		return nil, err
	}
	wanted = slices.DeleteFunc(wanted, func(e *profilev1.Extract) bool { return e.GetId() != id })
	if len(wanted) == 0 {
		return nil, access.ErrNotFound
	}
	found, err := latest(ctx, s.Pool, desk, wanted)
	if err != nil {
		return nil, pg.Translate(err)
	}
	return found[0], pg.Translate(fill(ctx, s.Pool, found[0].GetLatestEdition()))
}

// ListExtractEditions lists what was taken, newest first.
func (s *Extracts) ListExtractEditions(
	ctx context.Context, r *reportingv1.ListExtractEditionsRequest,
) (*reportingv1.ListExtractEditionsResponse, error) {
	desk, id := resourcename.Desk(r.GetParent()), resourcename.ID(r.GetParent())
	if err := s.Gate.Desk(ctx, "ListExtractEditions", desk, "parent"); err != nil {
		return nil, err
	}
	query, last, err := s.opened(desk, "ListExtractEditions", r.GetPageToken(), r)
	if err != nil {
		return nil, err
	}
	before := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	if last != "" {
		if before, err = time.Parse(domain.TurnDay, last); err != nil {
			return nil, err
		}
	}
	size := cmp.Or(r.GetPageSize(), someEditions)
	rows, err := store.New(s.Pool).ListEditions(ctx, store.ListEditionsParams{
		Desk: desk, Extract: id, Before: before, Size: size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(reportingv1.ListExtractEditionsResponse)
	if len(rows) > int(size) {
		rows = rows[:size]
		answer.NextPageToken = s.Pages.Seal(query, []byte(rows[size-1].Turn.Format(domain.TurnDay)))
	}
	for _, row := range rows {
		answer.ExtractEditions = append(answer.ExtractEditions, edition(store.LatestEditionsRow(row)))
	}
	return answer, nil
}

// GetExtractEdition reads one with its rows.
func (s *Extracts) GetExtractEdition(
	ctx context.Context, r *reportingv1.GetExtractEditionRequest,
) (*reportingv1.ExtractEdition, error) {
	if err := s.Gate.Desk(ctx, "GetExtractEdition", resourcename.Desk(r.GetName()), "name"); err != nil {
		return nil, err
	}
	desk, extract, turn, err := editionKey(r.GetName())
	if err != nil {
		return nil, access.ErrNotFound // no such day
	}
	row, err := store.New(s.Pool).GetEdition(ctx, store.GetEditionParams{Desk: desk, Extract: extract, Turn: turn})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, access.ErrNotFound
	} else if err != nil {
		return nil, pg.Translate(err)
	}
	e := edition(store.LatestEditionsRow{
		Desk: row.Desk, Extract: row.Extract, Turn: row.Turn, TakenAt: row.TakenAt, ProfileVersion: row.ProfileVersion,
	})
	return e, pg.Translate(fill(ctx, s.Pool, e))
}

// opened is the list that a request asks for a page of, and where the page begins. It is the same for every member.
func (s *Extracts) opened(desk, method, token string, r proto.Message) (pagetoken.Query, string, error) {
	hash, err := pagetoken.Hash(r)
	if err != nil {
		return pagetoken.Query{}, "", err
	}
	query := pagetoken.Query{Desk: desk, Method: method, Hash: hash}
	after, err := s.Pages.Open(query, token)
	return query, string(after), err
}

// extractsOf are what the profile in force wants, in its order.
func extractsOf(
	ctx context.Context, profiles *followed.Profiles[*profile.Profile], desk string,
) ([]*profilev1.Extract, error) {
	p, err := profiles.InForce(ctx, desk)
	if err != nil {
		return nil, fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
	}
	return slices.Clone(p.Settings().GetExtracts()), nil
}

// latest are extracts with their newest editions, which have no rows yet.
func latest(ctx context.Context, db store.DBTX, desk string, wanted []*profilev1.Extract) ([]*reportingv1.Extract, error) {
	ids := make([]string, len(wanted))
	all := make([]*reportingv1.Extract, len(wanted))
	for i, e := range wanted {
		ids[i] = e.GetId()
		all[i] = &reportingv1.Extract{
			Name: "desks/" + desk + "/extracts/" + e.GetId(), Labels: labels(e.GetLabel()), Every: e.GetEvery(), Public: e.GetPublic(),
		}
	}
	rows, err := store.New(db).LatestEditions(ctx, store.LatestEditionsParams{Desk: desk, Extracts: ids})
	for _, row := range rows {
		all[slices.Index(ids, row.Extract)].LatestEdition = edition(row)
	}
	return all, err
}

func edition(row store.LatestEditionsRow) *reportingv1.ExtractEdition {
	return &reportingv1.ExtractEdition{
		Name:     "desks/" + row.Desk + "/extracts/" + row.Extract + "/editions/" + row.Turn.Format(domain.TurnDay),
		TakeTime: timestamppb.New(row.TakenAt), Count: int32(row.Cases), //nolint:gosec // no desk has so many cases
		ProfileVersion: row.ProfileVersion,
	}
}

// editionKey takes a name of an edition apart.
func editionKey(name string) (desk, extract string, turn time.Time, err error) {
	parts := strings.Split(name, "/")
	turn, err = time.Parse(domain.TurnDay, parts[5])
	return parts[1], parts[3], turn, err
}

// fill adds the rows to an edition; to none where there is none yet. The count is theirs, so that both tell the same.
func fill(ctx context.Context, db store.DBTX, e *reportingv1.ExtractEdition) error {
	if e == nil {
		return nil
	}
	desk, extract, turn, err := editionKey(e.GetName())
	if err != nil {
		return err
	}
	rows, err := store.New(db).ExtractRows(ctx, store.ExtractRowsParams{Desk: desk, Extract: extract, Turn: turn})
	if err != nil {
		return err
	}
	e.Count = int32(len(rows)) //nolint:gosec // no desk has so many cases
	for _, row := range rows {
		shown := &reportingv1.ExtractRow{
			Ticket: row.Ticket, Status: triagev1.TicketStatus(row.Status), Priority: row.Priority, Category: row.Category,
			HolderParty: row.HolderParty, OwnerParty: row.OwnerParty, BusinessService: row.BusinessService,
			SubmitTime: timestamppb.New(row.SubmittedAt), AgeDays: row.AgeDays,
		}
		if row.ReleaseAt != nil {
			shown.ReleaseTime = timestamppb.New(*row.ReleaseAt)
		}
		e.Rows = append(e.Rows, shown)
	}
	return nil
}

// languages are those of the suite's users.
var languages = []string{"da", "sv", "en"}

func labels(text *profilev1.Text) []*commonv1.LocalizedText {
	all := make([]*commonv1.LocalizedText, len(languages))
	for i, language := range languages {
		all[i] = &commonv1.LocalizedText{LanguageCode: language, Text: profile.In(language, text)}
	}
	return all
}
