package feed

import (
	"encoding/binary"
	"errors"

	"google.golang.org/grpc/codes"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/pagetoken"
)

// resumeTokens are positions as outsiders get them: sealed, because a raw position is a count, and bound to the feed of
// one service and one desk.
type resumeTokens struct {
	source string
	sealer *pagetoken.Sealer
}

func (r resumeTokens) query(desk string) pagetoken.Query {
	return pagetoken.Query{Desk: desk, Method: r.source + eventv1.Feed_Watch_FullMethodName}
}

func (r resumeTokens) seal(desk string, p Position) string {
	cursor := binary.AppendVarint(nil, p.Epoch)
	cursor = binary.AppendUvarint(cursor, p.XID)
	cursor = binary.AppendVarint(cursor, p.Seq)
	return r.sealer.Seal(r.query(desk), cursor)
}

// open returns the position of a token; the empty token is the start of the feed. Refuses with INVALID_RESUME_TOKEN.
func (r resumeTokens) open(desk, token string) (Position, error) {
	cursor, err := r.sealer.Open(r.query(desk), token)
	if err != nil || cursor == nil {
		return Position{}, err
	}
	var p Position
	var sizes [3]int
	p.Epoch, sizes[0] = binary.Varint(cursor)
	p.XID, sizes[1] = binary.Uvarint(cursor[max(sizes[0], 0):])
	p.Seq, sizes[2] = binary.Varint(cursor[max(sizes[0], 0)+max(sizes[1], 0):])
	if min(sizes[0], sizes[1], sizes[2]) <= 0 {
		return Position{}, fault.New(codes.InvalidArgument, fault.InvalidResumeToken).
			Field("resume_token", "token.foreign").Cause(errors.New("sealed, but no position"))
	}
	return p, nil
}
