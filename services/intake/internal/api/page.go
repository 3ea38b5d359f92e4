package api

import (
	"context"

	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/pagetoken"
)

const defaultPageSize = 50

// Pages seals and opens the page tokens of intake's lists. A token is good for the same caller, desk and list.
type Pages struct{ Sealer *pagetoken.Sealer }

type page struct {
	size  int32
	after string
	next  func(last string) string
}

func (p *Pages) open(ctx context.Context, desk, method string, size int32, token string) (page, error) {
	if size == 0 {
		size = defaultPageSize
	}
	principal, _ := auth.FromContext(ctx)
	query := pagetoken.Query{Principal: principal.Entity().String(), Desk: desk, Method: method}
	after, err := p.Sealer.Open(query, token)
	if err != nil {
		return page{}, err
	}
	return page{size: size, after: string(after), next: func(last string) string { return p.Sealer.Seal(query, []byte(last)) }}, nil
}
