package api

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// Paging serves bavn.notify.v1.PagingService.
type Paging struct {
	notifyv1.UnsafePagingServiceServer
	Gate     *access.Gate
	Commands *command.Paging
	Pages    *Pages
}

var _ notifyv1.PagingServiceServer = (*Paging)(nil)

// ListPageCalls lists how a page's contacts were called, the last first.
func (s *Paging) ListPageCalls(ctx context.Context, r *notifyv1.ListPageCallsRequest) (*notifyv1.ListPageCallsResponse, error) {
	id, err := uuid.Parse(resourcename.ID(r.GetParent()))
	if err != nil {
		return nil, access.ErrNotFound
	}
	row, err := store.New(s.Gate.Pool).GetPage(ctx, store.GetPageParams{Desk: resourcename.Desk(r.GetParent()), Page: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, access.ErrNotFound
	} else if err != nil {
		return nil, pg.Translate(err)
	}
	if err := s.Gate.Page(ctx, "ListPageCalls", row); err != nil {
		return nil, err
	}
	page, err := s.Pages.open(ctx, notifyv1.PagingService_ListPageCalls_FullMethodName, r)
	if err != nil {
		return nil, err
	}
	calls, err := store.New(s.Gate.Pool).ListPageCalls(ctx, store.ListPageCallsParams{
		Desk: row.Desk, Page: id, Before: page.before(), Size: page.size + 1,
	})
	if err != nil {
		return nil, pg.Translate(err)
	}
	answer := new(notifyv1.ListPageCallsResponse)
	for i, call := range calls {
		if int32(i) == page.size {
			answer.NextPageToken = page.next(calls[i-1].Call[:])
			break
		}
		answer.Calls = append(answer.Calls, pageCall(call))
	}
	return answer, nil
}

// pageCall is a call as the contract shows it: whom, and never at what number.
func pageCall(c store.PageCall) *notifyv1.PageCall {
	shown := &notifyv1.PageCall{
		Name: domain.PageName(c.Desk, c.Page.String()) + "/calls/" + c.Call.String(), Turn: c.Turn,
		Called: domain.DeskName(c.Desk) + "/" + c.Called, Medium: notifyv1.Medium(c.Medium), Delivery: notifyv1.Delivery(c.Delivery),
		Attempts: c.Attempts, Reason: c.Reason, CreateTime: timestamppb.New(c.CreatedAt),
	}
	if c.SettledAt != nil {
		shown.SettleTime = timestamppb.New(*c.SettledAt)
	}
	return shown
}

// AnswerPage answers a page by a reply to its mail.
func (s *Paging) AnswerPage(ctx context.Context, r *notifyv1.AnswerPageRequest) (*notifyv1.AnswerPageResponse, error) {
	if err := s.Gate.Service(ctx, "AnswerPage", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	return s.Commands.AnswerPage(ctx, r)
}

// ReceiveText answers a page by a text message.
func (s *Paging) ReceiveText(ctx context.Context, r *notifyv1.ReceiveTextRequest) (*notifyv1.ReceiveTextResponse, error) {
	if err := s.Gate.Service(ctx, "ReceiveText", resourcename.Desk(r.GetParent())); err != nil {
		return nil, err
	}
	return s.Commands.ReceiveText(ctx, r)
}

// Links serves bavn.notify.v1.LinkService.
type Links struct {
	notifyv1.UnsafeLinkServiceServer
	Gate     *access.Gate
	Commands *command.Links
}

var _ notifyv1.LinkServiceServer = (*Links)(nil)

// GetLink says what a link is for.
func (s *Links) GetLink(ctx context.Context, r *notifyv1.GetLinkRequest) (*notifyv1.Link, error) {
	if err := s.Gate.Service(ctx, "GetLink", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	return s.Commands.GetLink(ctx, r)
}

// FollowLink answers a link.
func (s *Links) FollowLink(ctx context.Context, r *notifyv1.FollowLinkRequest) (*notifyv1.Link, error) {
	if err := s.Gate.Service(ctx, "FollowLink", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	return s.Commands.FollowLink(ctx, r)
}
