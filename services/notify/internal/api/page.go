package api

import (
	"cmp"
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/resourcename"
)

const defaultPageSize = 50

// Pages seals and opens the page tokens of the list. A token is good for the same caller and the same question.
type Pages struct{ Sealer *pagetoken.Sealer }

// listing is what a list is asked with.
type listing interface {
	proto.Message
	GetParent() string
	GetPageSize() int32
	GetPageToken() string
}

type page struct {
	size int32
	// after is where the last page ended; nil on the first.
	after []byte
	next  func(last []byte) string
}

// before is the id that the last page ended with; the greatest on the first.
func (p page) before() uuid.UUID {
	if p.after == nil {
		return uuid.Max
	}
	return uuid.UUID(p.after)
}

// open opens a page of a list. A token is good for the same question, whatever asks for the page.
func (p *Pages) open(ctx context.Context, method string, r listing) (page, error) {
	question := proto.Clone(r).ProtoReflect()
	for _, field := range []protoreflect.Name{"page_size", "page_token"} {
		question.Clear(question.Descriptor().Fields().ByName(field))
	}
	hash, err := pagetoken.Hash(question.Interface())
	if err != nil {
		return page{}, err
	}
	principal, _ := auth.FromContext(ctx)
	query := pagetoken.Query{
		Principal: principal.Entity().String(), Desk: resourcename.Desk(r.GetParent()), Method: method, Hash: hash,
	}
	cursor, err := p.Sealer.Open(query, r.GetPageToken())
	if err != nil {
		return page{}, err
	}
	return page{
		size: cmp.Or(r.GetPageSize(), defaultPageSize), after: cursor,
		next: func(last []byte) string { return p.Sealer.Seal(query, last) },
	}, nil
}
