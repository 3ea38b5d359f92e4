package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/mailref"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/domain"
	"github.com/bavn/bavn/services/notify/internal/store"
)

// CallPage calls the one whose turn it is.
type CallPage struct {
	Desk string    `json:"desk"`
	Page uuid.UUID `json:"page"`
	Turn int32     `json:"turn"`
}

// Kind is the job's name in River.
func (CallPage) Kind() string { return "call_page" }

// InsertOpts puts it into the queue of calls.
func (CallPage) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: PageQueue} }

// CallWorker works CallPage.
type CallWorker struct {
	river.WorkerDefaults[CallPage]
	Paging *Paging
}

// askAgain is the pause when triage or intake is away. The page's own timer goes on meanwhile.
const askAgain = time.Second

// Work makes one attempt at every call of the turn that is due. What is in doubt after a crash is never called again: the next on
// duty is called instead. So is the next where nobody of this turn can be reached at all.
func (w *CallWorker) Work(ctx context.Context, job *river.Job[CallPage]) error {
	wait, err := w.Paging.call(ctx, job.Args)
	switch {
	case away(err):
		return river.JobSnooze(askAgain)
	case err != nil:
		return fmt.Errorf("call who is on duty: %w", err)
	case wait > 0:
		return river.JobSnooze(wait)
	}
	return nil
}

func (p *Paging) call(ctx context.Context, job CallPage) (time.Duration, error) {
	page, err := p.Triage.GetPage(asNotify(ctx), &triagev1.GetPageRequest{Name: domain.PageName(job.Desk, job.Page.String())})
	if err != nil {
		return 0, fmt.Errorf("ask triage for a page: %w", err)
	}
	q := store.New(p.Pool)
	if page.GetState() != triagev1.PageState_PAGE_STATE_CALLING || page.GetTurn() != job.Turn {
		return 0, nil // its event says so to the calls
	}
	due, err := p.due(ctx, q, job)
	if err != nil {
		return 0, err
	}
	if len(due) > 0 {
		m, err := p.material(ctx, page, due)
		if err != nil {
			return 0, err
		}
		if err := p.callAll(ctx, page, due, m); err != nil {
			return 0, err
		}
	}
	return p.rest(ctx, q, job)
}

// due are the calls of the turn that can be made now.
func (p *Paging) due(ctx context.Context, q *store.Queries, job CallPage) ([]store.PageCall, error) {
	rows, err := q.ListPageCallsOfTurn(ctx, store.ListPageCallsOfTurnParams(job))
	if err != nil {
		return nil, fmt.Errorf("read calls: %w", err)
	}
	now := p.Clock.Now()
	return slices.DeleteFunc(rows, func(c store.PageCall) bool {
		return notifyv1.Delivery(c.Delivery) != notifyv1.Delivery_DELIVERY_QUEUED || c.DueAt.After(now)
	}), nil
}

// rest says when to come back for what is still queued, and has the next called where nobody of this turn was reached.
func (p *Paging) rest(ctx context.Context, q *store.Queries, job CallPage) (time.Duration, error) {
	rows, err := q.ListPageCallsOfTurn(ctx, store.ListPageCallsOfTurnParams(job))
	if err != nil {
		return 0, fmt.Errorf("read calls: %w", err)
	}
	var wait time.Duration
	reached, doubt := false, false
	for _, c := range rows {
		switch notifyv1.Delivery(c.Delivery) {
		case notifyv1.Delivery_DELIVERY_QUEUED:
			until := max(time.Second, c.DueAt.Sub(p.Clock.Now()))
			if wait == 0 || until < wait {
				wait = until
			}
		case notifyv1.Delivery_DELIVERY_SENT:
			reached = true
		default:
			doubt = doubt || c.Reason == domain.ReasonPhoneInDoubt
		}
	}
	if doubt || wait == 0 && !reached {
		return wait, p.pass(ctx, job)
	}
	return wait, nil
}

// pass has the next called at once.
func (p *Paging) pass(ctx context.Context, job CallPage) error {
	name := domain.PageName(job.Desk, job.Page.String())
	_, err := p.Triage.PassPage(asNotify(ctx), &triagev1.PassPageRequest{
		Name: name, RequestId: requestIDOf(fmt.Sprintf("%s#%d", name, job.Turn)), Turn: job.Turn,
	})
	if status.Code(err) == codes.NotFound {
		return nil
	}
	return err
}

// callMaterial is what the words of a turn's calls are made of.
type callMaterial struct {
	desk    store.Desk
	ticket  *triagev1.Ticket
	persons map[string]*intakev1.Person // by id
}

func (p *Paging) material(ctx context.Context, page *triagev1.Page, due []store.PageCall) (m callMaterial, err error) {
	id := resourcename.Desk(page.GetName())
	if m.desk, err = store.New(p.Pool).GetDesk(ctx, id); err != nil {
		return m, fmt.Errorf("read desk: %w", err)
	}
	if m.ticket, err = p.Tickets.GetTicket(asNotify(ctx), &triagev1.GetTicketRequest{Name: page.GetTicket()}); err != nil {
		return m, fmt.Errorf("ask triage for a ticket: %w", err)
	}
	var names []string
	for _, c := range due {
		if person, ok := strings.CutPrefix(c.Called, "persons/"); ok {
			names = append(names, domain.PersonName(id, person))
		}
	}
	m.persons = map[string]*intakev1.Person{}
	if len(names) == 0 {
		return m, nil
	}
	slices.Sort(names)
	answer, err := p.Intake.BatchGetPersons(asNotify(ctx), &intakev1.BatchGetPersonsRequest{
		Parent: domain.DeskName(id), Names: slices.Compact(names),
	})
	if err != nil {
		return m, fmt.Errorf("ask intake for numbers: %w", err)
	}
	for _, person := range answer.GetPersons() {
		m.persons[resourcename.ID(person.GetName())] = person
	}
	return m, nil
}

// callAll makes the calls side by side: a provider that does not answer keeps no other medium waiting.
func (p *Paging) callAll(ctx context.Context, page *triagev1.Page, due []store.PageCall, m callMaterial) error {
	errs := make([]error, len(due))
	var all sync.WaitGroup
	for i, c := range due {
		all.Go(func() { errs[i] = p.callOne(ctx, page, c, m) })
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// callOne claims a call, makes it, and settles it.
func (p *Paging) callOne(ctx context.Context, page *triagev1.Page, c store.PageCall, m callMaterial) error {
	person := m.reached(page, c)
	courier, there := p.Couriers[notifyv1.Medium(c.Medium)]
	switch {
	case !there:
		return p.settle(ctx, c, domain.Settled(notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonNoCourier), "")
	case courier.Address(person) == "":
		return p.settle(ctx, c, domain.Settled(notifyv1.Delivery_DELIVERY_SUPPRESSED, domain.ReasonNoAddress), "")
	case c.ClaimedAt != nil && notifyv1.Medium(c.Medium) != notifyv1.Medium_MEDIUM_MAIL:
		return p.settle(ctx, c, domain.Settled(notifyv1.Delivery_DELIVERY_FAILED, domain.ReasonPhoneInDoubt), "")
	}
	now := p.Clock.Now()
	claimed, err := store.New(p.Pool).ClaimPageCall(ctx, store.ClaimPageCallParams{
		Now: now, Until: now.Add(p.SendTimeout + settleTimeout), Desk: c.Desk, Page: c.Page, Call: c.Call,
	})
	if err != nil || claimed == 0 { // somebody has answered meanwhile
		return err
	}
	sending, cancel := context.WithTimeout(ctx, p.SendTimeout)
	attempt := courier.Send(sending, []domain.Dispatch{p.words(page, c, person, m, courier)})[0]
	cancel()
	return p.settle(ctx, c, domain.JudgeCall(attempt, int(c.Attempts)+1, p.Clock.Now()), attempt.Ref)
}

// reached is who is called, as intake would show them: the contact as the page has it.
func (m callMaterial) reached(page *triagev1.Page, c store.PageCall) *intakev1.Person {
	if person, ok := strings.CutPrefix(c.Called, "persons/"); ok {
		return m.persons[person]
	}
	link := domain.TurnOf(page, c.Turn)
	return &intakev1.Person{DisplayName: link.GetDisplayName(), Phone: link.GetPhone(), Email: link.GetEmail()}
}

func (p *Paging) words(
	page *triagev1.Page, c store.PageCall, person *intakev1.Person, m callMaterial, courier Courier,
) domain.Dispatch {
	language, medium := domain.Language(person.GetLanguageCode(), m.desk.LanguageCode), notifyv1.Medium(c.Medium)
	number := resourcename.ID(page.GetTicket())
	answer := p.Links.To(c.Desk, domain.Link{
		Purpose: notifyv1.LinkPurpose_LINK_PURPOSE_PAGE, Resource: c.Page.String(), Ticket: number, Who: c.Called,
		LanguageCode: language, Expires: p.Clock.Now().Add(domain.LinkLife),
	})
	subject, body := domain.PageLetter(language, medium, domain.PageWords{
		Name: person.GetDisplayName(), Desk: m.desk.DisplayName, Number: number, Title: m.ticket.GetTitle(),
		Priority: m.ticket.GetPriority(), Code: domain.PageCode(c.Page.String()), URL: answer, Turn: c.Turn,
	})
	reference := mailref.Reference{Kind: mailref.Page, Desk: c.Desk, ID: c.Page.String()}
	mail := domain.Dispatch{
		Name: person.GetDisplayName(), Address: courier.Address(person), Subject: subject, Body: body, LanguageCode: language,
		MessageID: p.References.MessageID(mailref.Reference{
			Kind: mailref.Page, Desk: c.Desk, ID: c.Page.String(), Serial: c.Call.String(),
		}, p.MailDomain),
		Thread: p.References.MessageID(reference, p.MailDomain), Reference: reference, Date: p.Clock.Now(),
		Notification: domain.PageName(c.Desk, c.Page.String()) + "/calls/" + c.Call.String(), Attempt: int(c.Attempts) + 1,
		Cause: c.Traceparent,
	}
	if answer != "" {
		mail.Actions = []domain.Action{{Label: domain.PageAnswer(language), URL: answer}}
	}
	return mail
}

// settle writes what became of a call.
func (p *Paging) settle(ctx context.Context, c store.PageCall, v domain.Verdict, ref string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	now := p.Clock.Now()
	s := store.SettlePageCallParams{
		Delivery: int16(v.Delivery), Reason: v.Reason, ProviderRef: ref, DueAt: cmp.Or(v.DueAt, now), Desk: c.Desk, Page: c.Page,
		Call: c.Call,
	}
	if v.Delivery != notifyv1.Delivery_DELIVERY_QUEUED {
		s.SettledAt = &now
	}
	if err := store.New(p.Pool).SettlePageCall(ctx, s); err != nil {
		return fmt.Errorf("settle a call: %w", err)
	}
	return nil
}
