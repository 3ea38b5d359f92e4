package command

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/followed"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/reporting/internal/store"
)

// ProfileSource serves profiles: triage.
type ProfileSource interface {
	GetProfile(ctx context.Context, r *triagev1.GetProfileRequest, opts ...grpc.CallOption) (*triagev1.ProcessProfile, error)
}

// FollowedProfiles are the profiles that desks follow, asked for as reporting itself.
func FollowedProfiles(pool *pgxpool.Pool, at clock.Clock, source ProfileSource) *followed.Profiles[*profile.Profile] {
	return &followed.Profiles[*profile.Profile]{
		Clock: at, Memory: store.Profiles{DB: pool}, Compile: profile.Unmarshal,
		Ask: func(ctx context.Context, name string) ([]byte, error) {
			ctx = auth.NewContext(ctx, auth.Principal{Service: "reporting"})
			served, err := source.GetProfile(ctx, &triagev1.GetProfileRequest{Name: name})
			if err != nil {
				return nil, err
			}
			return proto.Marshal(served.GetSettings())
		},
	}
}
