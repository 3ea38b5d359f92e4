package command

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/pg"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// AnswerPage answers a page by a reply to its mail. Whoever was called from that address has answered; nobody else can.
func (p *Paging) AnswerPage(ctx context.Context, r *notifyv1.AnswerPageRequest) (*notifyv1.AnswerPageResponse, error) {
	id, err := uuidOf(r.GetName())
	if err != nil {
		return nil, err
	}
	desk := resourcename.Desk(r.GetName())
	page, err := store.New(p.Pool).GetPage(ctx, store.GetPageParams{Desk: desk, Page: id})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errUnknown
	} else if err != nil {
		return nil, pg.Translate(err)
	}
	who, err := p.calledAt(ctx, page, func(person *intakev1.Person) bool {
		return strings.EqualFold(person.GetEmail(),
			r.GetAddress())
	})
	if err != nil {
		return nil, err
	}
	if err := acknowledge(asNotify(ctx), p.Triage, desk, page.Page.String(), who, r.GetRequestId()); err != nil {
		return nil, outdated(err)
	}
	return &notifyv1.AnswerPageResponse{Page: r.GetName(), Ticket: domain.TicketName(desk, page.Ticket)}, nil
}

// ReceiveText answers a page by a text message from a number that was called. Where that number was called about several, the
// code says which.
func (p *Paging) ReceiveText(ctx context.Context, r *notifyv1.ReceiveTextRequest) (*notifyv1.ReceiveTextResponse, error) {
	shown := subtle.ConstantTimeCompare([]byte(p.InboundToken), []byte(r.GetToken())) == 1
	code, yes := domain.SaysYes(r.GetText())
	if p.InboundToken == "" || !shown || !yes {
		return nil, errUnknown
	}
	desk := resourcename.Desk(r.GetParent())
	pages, err := store.New(p.Pool).ListCallingPages(ctx, desk)
	if err != nil {
		return nil, pg.Translate(err)
	}
	type match struct{ page, who string }
	var matches []match
	for _, page := range pages {
		if code != "" && code != domain.PageCode(page.Page.String()) {
			continue
		}
		who, err := p.calledAt(ctx, page, func(person *intakev1.Person) bool { return person.GetPhone() == r.GetSender() })
		switch {
		case err == nil:
			matches = append(matches, match{page.Page.String(), who})
		case !errors.Is(err, errUnknown):
			return nil, err
		}
	}
	if len(matches) != 1 {
		return nil, errUnknown
	}
	if err := acknowledge(asNotify(ctx), p.Triage, desk, matches[0].page, matches[0].who, r.GetRequestId()); err != nil {
		return nil, outdated(err)
	}
	return &notifyv1.ReceiveTextResponse{Page: domain.PageName(desk, matches[0].page)}, nil
}

// calledAt is who was called about a page, in this turn or an earlier one, at the number or address that is asked for.
func (p *Paging) calledAt(ctx context.Context, row store.Page, there func(*intakev1.Person) bool) (string, error) {
	page, err := p.Triage.GetPage(asNotify(ctx), &triagev1.GetPageRequest{Name: domain.PageName(row.Desk, row.Page.String())})
	if err != nil {
		return "", err
	}
	for turn := page.GetTurn(); turn >= 1 && turn > page.GetTurn()-int32(len(page.GetLinks())); turn-- {
		calls, err := store.New(p.Pool).ListPageCallsOfTurn(ctx, store.ListPageCallsOfTurnParams{
			Desk: row.Desk, Page: row.Page,
			Turn: turn,
		})
		if err != nil {
			return "", pg.Translate(err)
		}
		m, err := p.material(ctx, page, calls)
		if err != nil {
			return "", err
		}
		i := slices.IndexFunc(calls, func(c store.PageCall) bool { return there(m.reached(page, c)) })
		if i >= 0 {
			return calls[i].Called, nil
		}
	}
	return "", errUnknown
}
