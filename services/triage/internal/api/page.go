package api

import (
	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/services/triage/internal/access"
)

// defaultPageSize is the page of a caller who names no size.
const defaultPageSize = 50

// page is one page of a list: after which item it begins, and how many it has.
type page struct {
	after string
	size  int
	query pagetoken.Query
	token *pagetoken.Sealer
}

// listRequest is what the requests of all lists have.
type listRequest interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
}

// openPage reads the page token, which belongs to this caller and to everything of the request but token and size.
func (r *Reads) openPage(caller *access.Caller, method string, request listRequest) (page, error) {
	hash, err := pagetoken.Hash(request)
	if err != nil {
		return page{}, err
	}
	p := page{
		size: int(request.GetPageSize()), token: r.PageTokens,
		query: pagetoken.Query{Principal: caller.ID(), Desk: caller.Desk, Method: method, Hash: hash},
	}
	if p.size == 0 {
		p.size = defaultPageSize
	}
	cursor, err := r.PageTokens.Open(p.query, request.GetPageToken())
	p.after = string(cursor)
	return p, err
}

// limit is how many items to read: one more than the page, which tells whether there is another.
func (p *page) limit() int32 { return int32(p.size) + 1 }

// closePage cuts the items to the page and returns the token of the next one, empty on the last.
func closePage[T any](p *page, items []T, cursor func(T) string) (shown []T, next string) {
	if len(items) <= p.size {
		return items, ""
	}
	shown = items[:p.size]
	return shown, p.token.Seal(p.query, []byte(cursor(shown[p.size-1])))
}
