package api

import (
	"context"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/store"
)

// Connections serves bavn.intake.v1.ConnectionService.
type Connections struct {
	intakev1.UnimplementedConnectionServiceServer
	Gate  *access.Gate
	Tools *command.Tools
	Pages *Pages
}

// CreateConnection connects a desk with a tool.
func (s *Connections) CreateConnection(
	ctx context.Context, r *intakev1.CreateConnectionRequest,
) (*intakev1.Connection, error) {
	if err := s.Gate.Desk(ctx, "CreateConnection", resourcename.Desk(r.GetParent()), nil); err != nil {
		return nil, err
	}
	return s.Tools.CreateConnection(ctx, r)
}

// GetConnection reads a connection.
func (s *Connections) GetConnection(ctx context.Context, r *intakev1.GetConnectionRequest) (*intakev1.Connection, error) {
	return s.seen(ctx, r.GetName())
}

// UpdateConnection changes a connection.
func (s *Connections) UpdateConnection(
	ctx context.Context, r *intakev1.UpdateConnectionRequest,
) (*intakev1.Connection, error) {
	if err := s.keeps(ctx, "UpdateConnection", r.GetConnection().GetName()); err != nil {
		return nil, err
	}
	return s.Tools.UpdateConnection(ctx, r)
}

// RotateConnectionSecret makes a new secret.
func (s *Connections) RotateConnectionSecret(
	ctx context.Context, r *intakev1.RotateConnectionSecretRequest,
) (*intakev1.RotateConnectionSecretResponse, error) {
	if err := s.keeps(ctx, "RotateConnectionSecret", r.GetName()); err != nil {
		return nil, err
	}
	return s.Tools.RotateConnectionSecret(ctx, r)
}

// seen reads a connection for somebody who may see it.
func (s *Connections) seen(ctx context.Context, name string) (*intakev1.Connection, error) {
	c, err := store.ReadConnection(ctx, s.Gate.Pool, name)
	if err != nil {
		return nil, err
	}
	return c, s.Gate.Connection(ctx, "GetConnection", c, true)
}

func (s *Connections) keeps(ctx context.Context, action, name string) error {
	c, err := s.seen(ctx, name)
	if err != nil {
		return err
	}
	return s.Gate.Connection(ctx, action, c, false)
}

// ListConnections lists connections by id.
func (s *Connections) ListConnections(
	ctx context.Context, r *intakev1.ListConnectionsRequest,
) (*intakev1.ListConnectionsResponse, error) {
	desk := resourcename.Desk(r.GetParent())
	if err := s.Gate.Desk(ctx, "ListConnections", desk, nil); err != nil {
		return nil, err
	}
	page, err := s.Pages.open(ctx, desk, "ListConnections", r.GetPageSize(), r.GetPageToken())
	if err != nil {
		return nil, err
	}
	rows, err := store.New(s.Gate.Pool).ListConnections(ctx, store.ListConnectionsParams{
		Desk: desk, After: page.after, Size: page.size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	response := new(intakev1.ListConnectionsResponse)
	for i, row := range rows {
		if int32(i) == page.size {
			response.NextPageToken = page.next(rows[i-1].Connection)
			break
		}
		c, err := row.Proto()
		if err != nil {
			return nil, err
		}
		response.Connections = append(response.Connections, c)
	}
	return response, nil
}

// ToolCalls serves bavn.intake.v1.ToolService.
type ToolCalls struct {
	intakev1.UnimplementedToolServiceServer
	Gate  *access.Gate
	Tools *command.Tools
}

// ReceiveDelivery takes in what a tool sends.
func (s *ToolCalls) ReceiveDelivery(
	ctx context.Context, r *intakev1.ReceiveDeliveryRequest,
) (*intakev1.ReceiveDeliveryResponse, error) {
	if err := s.Gate.Tool(ctx, "ReceiveDelivery", r.GetName()); err != nil {
		return nil, err
	}
	return s.Tools.ReceiveDelivery(ctx, r)
}

// RecordIssue keeps the number that a tool gave a ticket.
func (s *ToolCalls) RecordIssue(ctx context.Context, r *intakev1.RecordIssueRequest) (*intakev1.RecordIssueResponse, error) {
	if err := s.Gate.Tool(ctx, "RecordIssue", r.GetName()); err != nil {
		return nil, err
	}
	return s.Tools.RecordIssue(ctx, r)
}
