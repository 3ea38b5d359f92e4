package api

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/triage/internal/command"
	"github.com/bavn/bavn/services/triage/internal/store"
)

// GetProfile reads the process that a desk follows: as it is in force, or as it was in a version that decided something.
func (p *Profiles) GetProfile(ctx context.Context, r *triagev1.GetProfileRequest) (*triagev1.ProcessProfile, error) {
	desk, rest, _ := strings.Cut(r.GetName(), "/profile")
	version := strings.TrimPrefix(rest, "/versions/")
	if _, err := p.Reads.reader(ctx, desk, "GetProfile", "name"); err != nil {
		return nil, err
	}
	row, err := store.New(p.Reads.Pool).ReadDesk(ctx, strings.TrimPrefix(desk, "desks/"))
	if errors.Is(err, pgx.ErrNoRows) || err == nil && row.Profile == "" {
		return nil, fault.Missing("name")
	}
	if err != nil {
		return nil, fmt.Errorf("read desk: %w", err)
	}
	now, installed := p.Reads.Profiles.Of(row.Profile)
	for _, overlay := range now.Overlays() { // the process of a support centre's tickets, as ExplainTicket names it
		if version == overlay.Version() {
			return &triagev1.ProcessProfile{Name: r.GetName(), Version: version, InForce: true, Settings: overlay.Settings()}, nil
		}
	}
	switch {
	case installed && (version == "" || version == now.Version()):
		return &triagev1.ProcessProfile{Name: r.GetName(), Version: now.Version(), InForce: true, Settings: now.Settings()}, nil
	case version == "":
		return nil, fault.New(codes.FailedPrecondition, command.ProfileNotInstalled).Meta("profile", row.Profile)
	}
	return p.earlier(ctx, r.GetName(), version, row.Profile)
}

// earlier is a version that was in force once. One of another profile is not this desk's to read.
func (p *Profiles) earlier(ctx context.Context, name, version, id string) (*triagev1.ProcessProfile, error) {
	kept, err := store.New(p.Reads.Pool).ReadProfileVersion(ctx, version)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && kept.Profile != id {
		return nil, fault.Missing("name")
	}
	if err != nil {
		return nil, fmt.Errorf("read version of profile: %w", err)
	}
	settings := new(profilev1.Profile)
	if err := proto.Unmarshal(kept.Settings, settings); err != nil {
		return nil, fmt.Errorf("decode version of profile %s: %w", id, err)
	}
	return &triagev1.ProcessProfile{Name: name, Version: version, Settings: settings}, nil
}
