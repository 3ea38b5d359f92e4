package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
)

// ErrUnknownConnection is the answer for a connection that nobody made.
var ErrUnknownConnection = fault.New(codes.NotFound, fault.NotFound)

// ReadConnection reads a connection by its full name.
func ReadConnection(ctx context.Context, db DBTX, name string) (*intakev1.Connection, error) {
	row, err := New(db).GetConnection(ctx, GetConnectionParams{Desk: resourcename.Desk(name), Connection: resourcename.ID(name)})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrUnknownConnection
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	return row.Proto()
}

// Proto is the connection in the contract's words.
func (c Connection) Proto() (*intakev1.Connection, error) {
	shown := new(intakev1.Connection)
	if err := proto.Unmarshal(c.Facts, shown); err != nil {
		return nil, fmt.Errorf("read connection: %w", err)
	}
	shown.Etag = base64.RawURLEncoding.EncodeToString(c.ChainHash[:12])
	return shown, nil
}
