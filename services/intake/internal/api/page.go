package api

import (
	"cmp"
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/pagetoken"
)

const defaultPageSize = 50

// Pages seals and opens the page tokens of intake's lists. A token is good for the same caller and the same question.
type Pages struct{ Sealer *pagetoken.Sealer }

type page struct {
	size  int32
	after string
	next  func(last string) string
}

// listing is what a list is asked with.
type listing interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
}

func (p *Pages) open(ctx context.Context, desk, method string, r listing) (page, error) {
	hash, err := pagetoken.Hash(r)
	if err != nil {
		return page{}, err
	}
	principal, _ := auth.FromContext(ctx)
	query := pagetoken.Query{Principal: principal.Entity().String(), Desk: desk, Method: method, Hash: hash}
	after, err := p.Sealer.Open(query, r.GetPageToken())
	if err != nil {
		return page{}, err
	}
	return page{
		size: cmp.Or(r.GetPageSize(), defaultPageSize), after: string(after),
		next: func(last string) string { return p.Sealer.Seal(query, []byte(last)) },
	}, nil
}
