package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/store"
	"github.com/bavn/bavn/services/intake/internal/tool"
)

// RotateConnectionSecret makes a new secret. The one before is good for a day, so that no delivery is lost while the tool is
// told.
func (t *Tools) RotateConnectionSecret(
	ctx context.Context, r *intakev1.RotateConnectionSecretRequest,
) (*intakev1.RotateConnectionSecretResponse, error) {
	name := r.GetName()
	call, err := t.call(ctx, resourcename.Desk(name), "RotateConnectionSecret", r.GetRequestId(), r)
	if err != nil {
		return nil, err
	}
	if t.Secrets == nil {
		return nil, fault.New(codes.FailedPrecondition, reasonNoSecrets)
	}
	id, now := resourcename.ID(name), t.Clock.Now()
	err = t.changeConnection(ctx, call, name, "connection.secret_rotated", func(
		c *intakev1.Connection,
	) (*intakev1.Connection, error) {
		c = proto.CloneOf(c)
		c.SecretTime = timestamppb.New(now)
		return c, nil
	}, func(ctx context.Context, p *pg.Pipeline) error {
		if err := store.New(p).RetireSecrets(ctx, store.RetireSecretsParams{
			Desk: call.Desk, Connection: id, Until: now.Add(previousGood), Now: now,
		}); err != nil {
			return err
		}
		return store.New(p).InsertSecret(ctx, store.InsertSecretParams{
			Desk: call.Desk, Connection: id, RequestID: call.ID, MadeAt: now,
			Sealed: t.Secrets.Seal(secretQuery(call.Desk, id), []byte(tool.NewSecret())),
		})
	})
	if err != nil {
		return nil, err
	}
	made, err := store.New(t.Pool).SecretOf(ctx, store.SecretOfParams{Desk: call.Desk, Connection: id, RequestID: call.ID})
	if errors.Is(err, pgx.ErrNoRows) { // made by the same call, and replaced since
		return nil, fault.New(codes.FailedPrecondition, reasonSecretReplaced)
	} else if err != nil {
		return nil, pg.Translate(err)
	}
	return t.shownSecret(ctx, made)
}

func (t *Tools) shownSecret(ctx context.Context, made store.ConnectionSecret) (*intakev1.RotateConnectionSecretResponse, error) {
	secret, err := t.Secrets.Open(secretQuery(made.Desk, made.Connection), made.Sealed)
	if err != nil {
		return nil, fmt.Errorf("open the secret of a connection: %w", err)
	}
	good, err := store.New(t.Pool).GoodSecrets(ctx, store.GoodSecretsParams{
		Desk: made.Desk, Connection: made.Connection, Now: t.Clock.Now(),
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := &intakev1.RotateConnectionSecretResponse{Secret: string(secret)}
	for _, s := range good {
		if s.ExpiresAt != nil {
			answer.PreviousExpireTime = timestamppb.New(*s.ExpiresAt)
		}
	}
	return answer, nil
}

// goodSecrets are those that a tool may sign with now.
func (t *Tools) goodSecrets(ctx context.Context, desk, connection string, now time.Time) ([]string, error) {
	if t.Secrets == nil {
		return nil, nil
	}
	rows, err := store.New(t.Pool).GoodSecrets(ctx, store.GoodSecretsParams{Desk: desk, Connection: connection, Now: now})
	if err != nil {
		return nil, pg.Translate(err)
	}
	secrets := make([]string, 0, len(rows))
	for _, row := range rows {
		secret, err := t.Secrets.Open(secretQuery(desk, connection), row.Sealed)
		if err != nil {
			return nil, fmt.Errorf("open the secret of a connection: %w", err)
		}
		secrets = append(secrets, string(secret))
	}
	return secrets, nil
}
