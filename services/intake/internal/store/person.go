package store

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// ErrUnknownPerson is the answer for a person whom nobody registered.
var ErrUnknownPerson = fault.New(codes.NotFound, fault.NotFound)

// ReadPerson reads a person by their full name.
func ReadPerson(ctx context.Context, db DBTX, name string) (*intakev1.Person, error) {
	row, err := New(db).GetPerson(ctx, GetPersonParams{Desk: resourcename.Desk(name), Person: resourcename.ID(name)})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, ErrUnknownPerson
	}
	if err != nil {
		return nil, pg.Translate(err)
	}
	return row.Proto(), nil
}

// Found is the person.
func (f FindPersonsRow) Found() Person {
	return Person{
		Desk: f.Desk, Person: f.Person, DisplayName: f.DisplayName, Email: f.Email, Phone: f.Phone, LanguageCode: f.LanguageCode,
		Office: f.Office, Username: f.Username, Department: f.Department, OrganisationID: f.OrganisationID, ChainHash: f.ChainHash,
		ErasedAt: f.ErasedAt,
	}
}

// Proto is the person in the contract's words.
func (p Person) Proto() *intakev1.Person {
	shown := &intakev1.Person{
		Name: domain.PersonName(p.Desk, p.Person), Etag: base64.RawURLEncoding.EncodeToString(p.ChainHash[:12]),
		DisplayName: p.DisplayName, Email: p.Email, Phone: p.Phone, LanguageCode: p.LanguageCode, Office: p.Office,
		Username: p.Username, Department: p.Department, OrganisationId: p.OrganisationID,
		ReporterGroup: p.ReporterGroup,
	}
	if p.ErasedAt != nil {
		shown.EraseTime = timestamppb.New(*p.ErasedAt)
	}
	if p.LeftAt != nil {
		shown.LeaveTime = timestamppb.New(*p.LeftAt)
	}
	return shown
}
