package store

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/resourcename"
)

// Proto is the shift in the contract's words.
func (s Shift) Proto() *triagev1.Shift {
	desk := "desks/" + s.Desk
	shift := &triagev1.Shift{
		Name: desk + "/shifts/" + s.Shift.String(), Plan: s.Plan, InsteadOf: s.InsteadOf, Contact: s.Contact,
		StartTime: timestamppb.New(s.StartTime), EndTime: timestamppb.New(s.EndTime),
		CreateTime: timestamppb.New(s.CreateTime),
	}
	if s.Person != "" {
		shift.Person = desk + "/" + s.Person
	}
	if s.Creator != "" {
		shift.Creator = desk + "/" + s.Creator
	}
	if s.CancelTime != nil {
		shift.CancelTime = timestamppb.New(*s.CancelTime)
	}
	return shift
}

// ShiftsAt are the shifts of a desk that hold at a time or later and are not called off, in the order in which they were made.
func ShiftsAt(ctx context.Context, db DBTX, desk string, at time.Time) ([]*triagev1.Shift, error) {
	rows, err := New(db).ShiftsFrom(ctx, ShiftsFromParams{Desk: desk, EndTime: at})
	if err != nil {
		return nil, fmt.Errorf("read shifts: %w", err)
	}
	shifts := make([]*triagev1.Shift, len(rows))
	for i, row := range rows {
		shifts[i] = row.Proto()
	}
	return shifts, nil
}

// Proto is the page in the contract's words.
func (p *Page) Proto() (*triagev1.Page, error) {
	page := new(triagev1.Page)
	if err := proto.Unmarshal(p.Facts, page); err != nil {
		return nil, fmt.Errorf("decode page %s: %w", p.Page, err)
	}
	return page, nil
}

// Keep writes the page as it stands now.
func (p *Page) Keep(ctx context.Context, db DBTX, page *triagev1.Page, isNew bool) error {
	facts, err := proto.MarshalOptions{Deterministic: true}.Marshal(page)
	if err != nil {
		return fmt.Errorf("encode page: %w", err)
	}
	p.Facts, p.State, p.Turn, p.NextTime = facts, int16(page.GetState()), page.GetTurn(), timeOrNull(page.GetNextTime())
	p.Ticket = resourcename.ID(page.GetTicket())
	if isNew {
		err = New(db).InsertPage(ctx, InsertPageParams(*p))
	} else {
		err = New(db).UpdatePage(ctx, UpdatePageParams{
			Desk: p.Desk, Page: p.Page, State: p.State, Turn: p.Turn, NextTime: p.NextTime, Facts: p.Facts, Revision: p.Revision,
			ChainHash: p.ChainHash, LastEventAt: p.LastEventAt,
		})
	}
	if err != nil {
		return fmt.Errorf("keep page: %w", err)
	}
	return nil
}

// Unattested returns a page of tickets of which somebody must still be phoned, oldest number first, with their titles.
func Unattested(ctx context.Context, db DBTX, arg ListUnattestedParams) ([]*triagev1.Ticket, error) {
	rows, err := New(db).ListUnattested(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("list unattested tickets: %w", err)
	}
	tickets := make([]*triagev1.Ticket, len(rows))
	for i, r := range rows {
		if tickets[i], err = listed(r.Facts, r.ChainHash, r.Title); err != nil {
			return nil, err
		}
	}
	return tickets, nil
}

// Escalated returns a page of tickets with escalations that nobody has answered for, newest number first.
func Escalated(ctx context.Context, db DBTX, arg ListEscalatedParams) ([]*triagev1.Ticket, error) {
	rows, err := New(db).ListEscalated(ctx, arg)
	if err != nil {
		return nil, fmt.Errorf("list escalated tickets: %w", err)
	}
	tickets := make([]*triagev1.Ticket, len(rows))
	for i, facts := range rows {
		if tickets[i], err = listed(facts, nil, nil); err != nil {
			return nil, err
		}
	}
	return tickets, nil
}
