package api

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc/codes"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/followed"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/reporting/internal/access"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// someDesks is how many a page of public extracts has: each may have thousands of rows.
const someDesks = 20

// PublicExtracts serves bavn.reporting.v1.PublicExtractService to the gateway.
type PublicExtracts struct {
	reportingv1.UnimplementedPublicExtractServiceServer
	Pool     *pgxpool.Pool
	Gate     *access.Gate
	Profiles *followed.Profiles[*profile.Profile]
}

// ListPublicExtracts lists what everybody may read.
func (s *PublicExtracts) ListPublicExtracts(
	ctx context.Context, r *reportingv1.ListPublicExtractsRequest,
) (*reportingv1.ListPublicExtractsResponse, error) {
	if err := s.Gate.Installation(ctx, "ListPublicExtracts"); err != nil {
		return nil, err
	}
	size := cmp.Or(r.GetPageSize(), someDesks)
	desks, err := store.New(s.Pool).ListExtractDesks(ctx, store.ListExtractDesksParams{After: r.GetPageToken(), Size: size + 1})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(reportingv1.ListPublicExtractsResponse)
	if len(desks) > int(size) {
		desks = desks[:size]
		answer.NextPageToken = desks[size-1].Desk
	}
	for _, desk := range desks {
		p, err := s.Profiles.InForce(ctx, desk.Desk)
		if err != nil {
			return nil, fault.New(codes.Unavailable, fault.Unavailable).Cause(err)
		}
		shown, err := s.desk(ctx, desk, p)
		if err != nil {
			return nil, pg.Translate(err)
		}
		if len(shown.GetExtracts()) > 0 {
			answer.Desks = append(answer.Desks, shown)
		}
	}
	return answer, nil
}

// desk is what one desk publishes, with the words for what is in it and for nothing else.
func (s *PublicExtracts) desk(
	ctx context.Context, desk store.ExtractDesk, p *profile.Profile,
) (*reportingv1.DeskExtracts, error) {
	wanted := slices.DeleteFunc(slices.Clone(p.Settings().GetExtracts()), func(e *profilev1.Extract) bool { return !e.GetPublic() })
	extracts, err := latest(ctx, s.Pool, desk.Desk, wanted)
	if err != nil {
		return nil, err
	}
	shown := &reportingv1.DeskExtracts{
		Desk: "desks/" + desk.Desk, DisplayName: desk.DisplayName, LanguageCode: desk.LanguageCode,
		TimeZone: p.Settings().GetDesk().GetTimeZone(), Extracts: extracts,
	}
	categories, parties, services := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, extract := range extracts {
		if err := fill(ctx, s.Pool, extract.GetLatestEdition()); err != nil {
			return nil, err
		}
		for _, row := range extract.GetLatestEdition().GetRows() {
			categories[row.GetCategory()], services[row.GetBusinessService()] = true, true
			parties[row.GetHolderParty()], parties[row.GetOwnerParty()] = true, true
		}
	}
	shown.Categories = terms(p.Settings().GetCategories(), categories)
	shown.Parties = terms(p.Settings().GetParties(), parties)
	shown.BusinessServices = terms(p.Settings().GetBusinessServices(), services)
	return shown, nil
}

// labelled is what profiles give words to.
type labelled interface {
	GetId() string
	GetLabel() *profilev1.Text
}

func terms[T labelled](all []T, used map[string]bool) []*reportingv1.Term {
	var said []*reportingv1.Term
	for _, one := range all {
		if used[one.GetId()] {
			said = append(said, &reportingv1.Term{Id: one.GetId(), Labels: labels(one.GetLabel())})
		}
	}
	return said
}
