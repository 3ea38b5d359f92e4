package api

import (
	"cmp"
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

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
	size := r.GetPageSize()
	if size == 0 {
		size = defaultPageSize
	}
	question := proto.CloneOf(r)
	question.PageSize, question.PageToken = 0, ""
	hash, err := pagetoken.Hash(question)
	if err != nil {
		return page{}, err
	}
	principal, _ := auth.FromContext(ctx)
	query := pagetoken.Query{
		Principal: principal.Entity().String(), Desk: resourcename.Desk(r.GetParent()),
		Method: notifyv1.NotificationService_ListNotifications_FullMethodName, Hash: hash,
	}
	cursor, err := p.Sealer.Open(query, r.GetPageToken())
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

// namesPage is a page of what is listed by name.
type namesPage struct {
	size  int32
	after string
	next  func(last string) string
}

func (p *Pages) announcements(ctx context.Context, r *notifyv1.ListAnnouncementsRequest) (namesPage, error) {
	question := proto.CloneOf(r)
	question.PageSize, question.PageToken = 0, ""
	hash, err := pagetoken.Hash(question)
	if err != nil {
		return namesPage{}, err
	}
	principal, _ := auth.FromContext(ctx)
	query := pagetoken.Query{
		Principal: principal.Entity().String(), Desk: resourcename.Desk(r.GetParent()),
		Method: notifyv1.AnnouncementService_ListAnnouncements_FullMethodName, Hash: hash,
	}
	cursor, err := p.Sealer.Open(query, r.GetPageToken())
	if err != nil {
		return namesPage{}, err
	}
	return namesPage{
		size: cmp.Or(r.GetPageSize(), defaultPageSize), after: string(cursor),
		next: func(last string) string { return p.Sealer.Seal(query, []byte(last)) },
	}, nil
}
