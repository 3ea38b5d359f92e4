package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/request"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// KnownSolution is a known solution as it is kept: the aggregate, and where its chain of events stands.
type KnownSolution struct {
	domain.KnownSolution
	Head feed.Head
	// Ticket is the number of the ticket that it was learned from, or empty.
	Ticket string
}

// KnownSolutionNumber is the number in a known solution's name, which the contract's rules have checked: 7 of desks/nsp/…/ks7.
func KnownSolutionNumber(name string) int32 {
	n, err := strconv.ParseInt(strings.TrimPrefix(resourcename.ID(name), "ks"), 10, 32)
	if err != nil {
		return 0 // there is none of that number
	}
	return int32(n)
}

// KnownSolutionName is the name of a desk's known solution with this number.
func KnownSolutionName(desk string, number int32) string {
	return fmt.Sprintf("desks/%s/knownSolutions/ks%d", desk, number)
}

// Bare is what the rules of known solutions need to know of a desk: who answers for it, whatever its process is.
func (d Desk) Bare() domain.Desk {
	name := "desks/" + d.Desk
	return domain.Desk{Name: name, AuthorityParty: name + "/" + d.AuthorityParty, ContactParty: name + "/" + d.ContactParty}
}

// LockedKnownSolution locks a known solution for a change; the feed's lock comes first. Returns ErrNotFound.
func LockedKnownSolution(ctx context.Context, db DBTX, desk domain.Desk, name string) (KnownSolution, error) {
	row, err := New(db).LockKnownSolution(ctx, LockKnownSolutionParams{
		Desk: resourcename.ID(desk.Name), Number: KnownSolutionNumber(name),
	})
	if err != nil {
		return KnownSolution{}, notFound("lock known solution", err)
	}
	facts, err := knownFacts(row.Facts)
	return KnownSolution{
		KnownSolution: domain.KnownSolution{Facts: facts, Desk: desk, Revision: row.Revision},
		Head:          feed.Head{Revision: row.Revision, Hash: row.ChainHash, Time: row.LastEventAt}, Ticket: row.Ticket,
	}, err
}

func knownFacts(raw []byte) (*triagev1.KnownSolution, error) {
	facts := new(triagev1.KnownSolution)
	if err := proto.Unmarshal(raw, facts); err != nil {
		return nil, fmt.Errorf("decode known solution: %w", err)
	}
	return facts, nil
}

// Insert keeps a new known solution.
func (k *KnownSolution) Insert(ctx context.Context, db DBTX) error {
	u, err := k.update()
	if err != nil {
		return err
	}
	return New(db).InsertKnownSolution(ctx, InsertKnownSolutionParams{
		Desk: u.Desk, Number: u.Number, State: u.State, Category: u.Category,
		AuthorParty: k.Desk.Key(k.Facts.GetAuthorParty()), Ticket: k.Ticket, Audience: k.Audience(), Facts: u.Facts,
		CreateTime: k.Facts.GetCreateTime().AsTime(), PublishTime: u.PublishTime, TitleVersion: u.TitleVersion,
		SymptomsVersion: u.SymptomsVersion, SolutionVersion: u.SolutionVersion, ReasonVersion: u.ReasonVersion,
		Revision: u.Revision, ChainHash: u.ChainHash, LastEventAt: u.LastEventAt,
	})
}

// Update keeps a known solution that the transaction has locked.
func (k *KnownSolution) Update(ctx context.Context, db DBTX) error {
	u, err := k.update()
	if err != nil {
		return err
	}
	return New(db).UpdateKnownSolution(ctx, u)
}

func (k *KnownSolution) update() (UpdateKnownSolutionParams, error) {
	facts, err := proto.MarshalOptions{Deterministic: true}.Marshal(k.Facts)
	if err != nil {
		return UpdateKnownSolutionParams{}, fmt.Errorf("encode known solution: %w", err)
	}
	v := k.Facts.GetTextVersions()
	return UpdateKnownSolutionParams{
		Desk: resourcename.ID(k.Desk.Name), Number: KnownSolutionNumber(k.Facts.GetName()), State: int16(k.Facts.GetState()),
		Category: k.Facts.GetCategory(), Facts: facts, PublishTime: timeOrNull(k.Facts.GetPublishTime()),
		TitleVersion: v.GetTitle(), SymptomsVersion: v.GetSymptoms(), SolutionVersion: v.GetSolution(), ReasonVersion: v.GetReason(),
		Revision: k.Head.Revision, ChainHash: k.Head.Hash, LastEventAt: k.Head.Time,
	}, nil
}

// KnownSolutions reads some known solutions as callers see them, newest first. The ticket that one was learned from is shown to
// those with one of the keys who may see it.
func KnownSolutions(ctx context.Context, db DBTX, desk string, keys []string, numbers ...int32) (
	[]*triagev1.KnownSolution, error,
) {
	q := New(db)
	rows, err := q.ReadKnownSolutions(ctx, ReadKnownSolutionsParams{Desk: desk, Numbers: numbers})
	if err != nil {
		return nil, fmt.Errorf("read known solutions: %w", err)
	}
	learned := make([]string, 0, len(rows))
	for _, r := range rows {
		if r.Ticket != "" {
			learned = append(learned, r.Ticket)
		}
	}
	seen := map[string]bool{}
	if len(learned) > 0 {
		visible, err := q.VisibleTickets(ctx, VisibleTicketsParams{Desk: desk, Numbers: learned, Keys: keys})
		if err != nil {
			return nil, fmt.Errorf("read known solutions: %w", err)
		}
		for _, v := range visible {
			seen[v.Number] = true
		}
	}
	list := make([]*triagev1.KnownSolution, len(rows))
	for i, r := range rows {
		facts, err := knownFacts(r.Facts)
		if err != nil {
			return nil, err
		}
		list[i] = domain.ShownKnownSolution(facts, r.ChainHash, domain.KnownSolutionTexts{
			Title: textOf(r.Title), Symptoms: textOf(r.Symptoms), Solution: textOf(r.Solution), Reason: textOf(r.Reason),
		})
		list[i].UseCount, list[i].HelpedCount = int32(r.Uses), int32(r.Helped)
		if seen[r.Ticket] {
			list[i].Ticket = "desks/" + desk + "/tickets/" + r.Ticket
		}
	}
	return list, nil
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// KnownSolutionAt reads the state that an event left, with those of its texts that still exist: the answer to a repeated request.
func KnownSolutionAt(ctx context.Context, db DBTX, desk string, effect request.Effect) (*triagev1.KnownSolution, error) {
	q := New(db)
	row, err := q.EventAt(ctx, EventAtParams{Desk: desk, Resource: effect.Resource, Revision: effect.Revision})
	if err != nil {
		return nil, notFound("read event", err)
	}
	record, payload := new(eventv1.Record), new(triagev1.KnownSolutionEvent)
	if err := proto.Unmarshal(row.Stored, record); err != nil {
		return nil, fmt.Errorf("decode %s@%d: %w", effect.Resource, effect.Revision, err)
	}
	if err := record.GetPayload().UnmarshalTo(payload); err != nil {
		return nil, fmt.Errorf("decode %s@%d: %w", effect.Resource, effect.Revision, err)
	}
	facts := payload.GetKnownSolution()
	v := facts.GetTextVersions()
	texts, err := q.KnownSolutionTextsAt(ctx, KnownSolutionTextsAtParams{
		Desk: desk, Resource: effect.Resource,
		Title: v.GetTitle(), Symptoms: v.GetSymptoms(), Solution: v.GetSolution(), Reason: v.GetReason(),
	})
	if err != nil {
		return nil, fmt.Errorf("read texts: %w", err)
	}
	shown := domain.ShownKnownSolution(facts, row.Hash, domain.KnownSolutionTexts{})
	for _, t := range texts {
		switch t.Name {
		case domain.TextTitle:
			shown.Title = textOf(t.Text)
		case domain.TextSymptoms:
			shown.Symptoms = textOf(t.Text)
		case domain.TextSolution:
			shown.Solution = textOf(t.Text)
		case domain.TextReason:
			shown.Reason = textOf(t.Text)
		}
	}
	return shown, nil
}

// CountUse counts a use of a known solution, once per ticket, in the transaction of the ticket's event.
func CountUse(ctx context.Context, db DBTX, desk, name, ticket string, at time.Time) error {
	return New(db).CountKnownSolutionUse(ctx, CountKnownSolutionUseParams{
		Desk: desk, Number: KnownSolutionNumber(name), Ticket: ticket, ApplyTime: at,
	})
}
