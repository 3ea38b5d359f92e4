package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// receivers finds who may answer the offers that our own rules tell of.
func receivers(ctx context.Context, tx pgx.Tx, batch []*feed.Event, happenings []domain.Happening) error {
	var offers store.ReceiversParams
	for i, h := range happenings {
		if offer := h.Ticket.GetHandOver(); h.Type == "ticket.hand_over_offered" && h.Profile == "" {
			offers.Desks = append(offers.Desks, resourcename.Desk(batch[i].Record.GetDesk()))
			offers.Parties = append(offers.Parties, resourcename.ID(offer.GetParty()))
			offers.Groups = append(offers.Groups, resourcename.ID(offer.GetGroup()))
		}
	}
	if len(offers.Desks) == 0 {
		return nil
	}
	answering, err := store.New(tx).Receivers(ctx, offers)
	if err != nil {
		return fmt.Errorf("read who may answer: %w", err)
	}
	for i := range happenings {
		offer := happenings[i].Ticket.GetHandOver()
		for _, r := range answering {
			if resourcename.Desk(batch[i].Record.GetDesk()) == r.Desk && resourcename.ID(offer.GetParty()) == r.Party &&
				resourcename.ID(offer.GetGroup()) == r.Grp {
				happenings[i].Receivers = append(happenings[i].Receivers, "persons/"+r.Person)
			}
		}
	}
	return nil
}

// people finds those whom the batch's events may concern: desk by desk, because nothing crosses from one to another.
func people(ctx context.Context, tx pgx.Tx, batch []*feed.Event, happenings []domain.Happening) error {
	byDesk := map[string][]int{}
	for i := range happenings {
		desk := resourcename.Desk(batch[i].Record.GetDesk())
		byDesk[desk] = append(byDesk[desk], i)
	}
	for desk, some := range byDesk {
		concerned := make([]*domain.Happening, len(some))
		for j, i := range some {
			concerned[j] = &happenings[i]
		}
		for _, find := range []finder{members, stakeholders, watchers} {
			if err := find(ctx, store.New(tx), desk, concerned); err != nil {
				return err
			}
		}
	}
	return nil
}

// finder finds some of those whom a desk's events may concern.
type finder func(ctx context.Context, q *store.Queries, desk string, happenings []*domain.Happening) error

// members reads the memberships of everybody whom the requests name.
func members(ctx context.Context, q *store.Queries, desk string, happenings []*domain.Happening) error {
	p := store.MembersNamedParams{Desk: desk, Parties: []string{}, Roles: []string{}, Persons: []string{}}
	for _, h := range happenings {
		for _, request := range h.Asked {
			for _, recipient := range request.GetRecipients() {
				switch kind, id, _ := strings.Cut(recipient, "/"); kind {
				case "parties":
					p.Parties = append(p.Parties, id)
				case "roles":
					p.Roles = append(p.Roles, id)
				case "persons":
					p.Persons = append(p.Persons, id)
				}
			}
		}
	}
	if len(p.Parties)+len(p.Roles)+len(p.Persons) == 0 {
		return nil
	}
	p.Parties, p.Roles, p.Persons = distinct(p.Parties), distinct(p.Roles), distinct(p.Persons)
	rows, err := q.MembersNamed(ctx, p)
	if err != nil {
		return fmt.Errorf("read members: %w", err)
	}
	all := make([]domain.Member, len(rows))
	for i, r := range rows {
		all[i] = domain.Member{Person: r.Person, Party: r.Party, Group: r.Grp, Roles: r.Roles}
	}
	for _, h := range happenings {
		h.People.Members = all
	}
	return nil
}

// stakeholders reads who hears of tickets of the priority that each has now (R85).
func stakeholders(ctx context.Context, q *store.Queries, desk string, happenings []*domain.Happening) error {
	read := map[string][]string{}
	for _, h := range happenings {
		if !slices.ContainsFunc(h.Asked, domain.AsksStakeholders) {
			continue
		}
		priority := h.Ticket.GetPriority()
		if _, done := read[priority]; !done {
			persons, err := q.StakeholdersOf(ctx, store.StakeholdersOfParams{Desk: desk, Priority: priority})
			if err != nil {
				return fmt.Errorf("read stakeholders: %w", err)
			}
			read[priority] = make([]string, len(persons))
			for i, person := range persons {
				read[priority][i] = "persons/" + person
			}
		}
		h.People.Stakeholders = read[priority]
	}
	return nil
}

// watchers reads who follows the tickets that moved.
func watchers(ctx context.Context, q *store.Queries, desk string, happenings []*domain.Happening) error {
	var tickets []string
	for _, h := range happenings {
		if slices.Contains(domain.Watched, h.Type) {
			tickets = append(tickets, resourcename.ID(h.Ticket.GetName()))
		}
	}
	if len(tickets) == 0 {
		return nil
	}
	rows, err := q.WatchersOf(ctx, store.WatchersOfParams{Desk: desk, Tickets: distinct(tickets)})
	if err != nil {
		return fmt.Errorf("read watchers: %w", err)
	}
	for _, h := range happenings {
		for _, r := range rows {
			if r.Ticket == resourcename.ID(h.Ticket.GetName()) {
				h.People.Watchers = append(h.People.Watchers, domain.Member{Person: r.Person, Party: r.Party, Group: r.Grp, Roles: r.Roles})
			}
		}
	}
	return nil
}

func distinct(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}
