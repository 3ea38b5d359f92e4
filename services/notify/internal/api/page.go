package api

import (
	"cmp"
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/auth"
	"github.com/bavn/bavn/platform/pagetoken"
	"github.com/bavn/bavn/platform/resourcename"
)

const defaultPageSize = 50

// Pages seals and opens the page tokens of the list. A token is good for the same caller and the same question.
type Pages struct{ Sealer *pagetoken.Sealer }

type page struct {
	size   int32
	before uuid.UUID
	next   func(last uuid.UUID) string
}

func (p *Pages) open(ctx context.Context, r *notifyv1.ListNotificationsRequest) (page, error) {
	return p.byID(ctx, notifyv1.NotificationService_ListNotifications_FullMethodName, r)
}

// listing is a request for a page of a list.
type listing interface {
	proto.Message
	GetParent() string
	GetPageSize() int32
	GetPageToken() string
}

// byID opens a page of a list that is in the order of ids, the last first.
func (p *Pages) byID(ctx context.Context, method string, r listing) (page, error) {
	size, query, cursor, err := p.cursor(ctx, method, r)
	if err != nil {
		return page{}, err
	}
	before := uuid.Max
	if cursor != nil {
		before = uuid.UUID(cursor)
	}
	return page{
		size: size, before: before,
		next: func(last uuid.UUID) string { return p.Sealer.Seal(query, last[:]) },
	}, nil
}

// cursor opens the token of a request. The same token is good for any size of page.
func (p *Pages) cursor(ctx context.Context, method string, r listing) (int32, pagetoken.Query, []byte, error) {
	question := proto.Clone(r).ProtoReflect()
	for _, field := range []protoreflect.Name{"page_size", "page_token"} {
		question.Clear(question.Descriptor().Fields().ByName(field))
	}
	hash, err := pagetoken.Hash(question.Interface())
	if err != nil {
		return 0, pagetoken.Query{}, nil, err
	}
	principal, _ := auth.FromContext(ctx)
	query := pagetoken.Query{
		Principal: principal.Entity().String(), Desk: resourcename.Desk(r.GetParent()), Method: method, Hash: hash,
	}
	cursor, err := p.Sealer.Open(query, r.GetPageToken())
	return cmp.Or(r.GetPageSize(), defaultPageSize), query, cursor, err
}
