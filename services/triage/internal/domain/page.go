package domain

import (
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// Page is a call to those on duty: one after the other until somebody answers, and after the last the first again. A decision
// never changes it: it returns another.
type Page struct {
	Facts *triagev1.Page
	Desk  Desk
	// Audience is who may see it, relative to the desk.
	Audience []string
}

// PageEvent is what happened to a page, before it has its place in the page's chain.
type PageEvent struct {
	Type    string
	Payload *triagev1.PageEvent
}

// PageRefused is why a page is not answered.
type PageRefused struct {
	// Page is how it stands instead.
	Page *triagev1.Page
}

// Error makes it an error.
func (p *PageRefused) Error() string {
	return fmt.Sprintf("%s is %s in turn %d", p.Page.GetName(), p.Page.GetState(), p.Page.GetTurn())
}

// PageAudience are those who may see a call: the parties that see the ticket, and those who are called.
func PageAudience(desk Desk, ticket *triagev1.Ticket, links []*triagev1.DutyLink) []string {
	keys := insidersOnly(Audience(desk, ticket), Ticket{Desk: desk, Facts: ticket})
	for _, link := range links {
		for _, name := range []string{link.GetPerson(), link.GetParty()} {
			if name != "" {
				keys = append(keys, desk.Key(name))
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// Call begins a page: the first of its links is called.
func (p Page) Call(at time.Time) (Page, []PageEvent) {
	p.Facts = proto.CloneOf(p.Facts)
	p.Facts.CreateTime = timestamppb.New(at)
	p.turn(1, at)
	return p, []PageEvent{p.event("page.requested", p.calling())}
}

// Next calls the next, because the one before did not answer in time. After the last comes the first again, and the authority is
// told that the whole chain was silent.
func (p Page) Next(at time.Time) (Page, []PageEvent) {
	p.Facts = proto.CloneOf(p.Facts)
	var events []PageEvent
	if turn := int(p.Facts.GetTurn()); turn%len(p.Facts.GetLinks()) == 0 {
		events = append(events, p.event("page.exhausted", &triagev1.NotificationRequest{
			Rule: p.Facts.GetRule(), Template: "page_exhausted", Media: []string{"mail", "portal"}, Chain: p.Facts.GetChain(),
			Recipients: []string{p.Desk.Key(p.Desk.AuthorityParty)},
		}))
	}
	p.turn(p.Facts.GetTurn()+1, at)
	return p, append(events, p.event("page.next", p.calling()))
}

// End stops calling: nothing is left to be done about the ticket.
func (p Page) End() (Page, []PageEvent) {
	p.Facts = proto.CloneOf(p.Facts)
	p.Facts.State, p.Facts.NextTime = triagev1.PageState_PAGE_STATE_ENDED, nil
	return p, []PageEvent{p.event("page.ended")}
}

// Acknowledge answers a page. Whoever names a turn answers that one: once the next is called, it is theirs. 0 is whichever it is.
func (p Page) Acknowledge(by string, turn int32, at time.Time) (Page, []PageEvent, error) {
	if p.Facts.GetState() != triagev1.PageState_PAGE_STATE_CALLING || turn != 0 && turn != p.Facts.GetTurn() {
		return Page{}, nil, &PageRefused{p.Facts}
	}
	p.Facts = proto.CloneOf(p.Facts)
	p.Facts.State, p.Facts.NextTime = triagev1.PageState_PAGE_STATE_ACKNOWLEDGED, nil
	p.Facts.AcknowledgedBy, p.Facts.AcknowledgeTime = by, timestamppb.New(at)
	return p, []PageEvent{p.event("page.acknowledged")}, nil
}

// AcknowledgeAt answers a page for a contact that was called, where it is not known which person answered.
func (p Page) AcknowledgeAt(contact string, at time.Time) (Page, []PageEvent, error) {
	if p.Facts.GetState() != triagev1.PageState_PAGE_STATE_CALLING {
		return Page{}, nil, &PageRefused{p.Facts}
	}
	p.Facts = proto.CloneOf(p.Facts)
	p.Facts.State, p.Facts.NextTime = triagev1.PageState_PAGE_STATE_ACKNOWLEDGED, nil
	p.Facts.AcknowledgedContact, p.Facts.AcknowledgeTime = contact, timestamppb.New(at)
	return p, []PageEvent{p.event("page.acknowledged")}, nil
}

// Called are those who have had their turn, the present one among them: each of them may still answer.
func (p Page) Called() []*triagev1.DutyLink {
	return p.Facts.GetLinks()[:min(int(p.Facts.GetTurn()), len(p.Facts.GetLinks()))]
}

// turn calls the link whose turn it is.
func (p Page) turn(turn int32, at time.Time) {
	p.Facts.State, p.Facts.Turn = triagev1.PageState_PAGE_STATE_CALLING, turn
	p.Facts.CallTime, p.Facts.NextTime = timestamppb.New(at), timestamppb.New(at.Add(p.link().GetWait().AsDuration()))
}

func (p Page) link() *triagev1.DutyLink {
	return p.Facts.GetLinks()[(int(p.Facts.GetTurn())-1)%len(p.Facts.GetLinks())]
}

// calling asks for the call itself.
func (p Page) calling() *triagev1.NotificationRequest {
	link := p.link()
	request := &triagev1.NotificationRequest{
		Rule: p.Facts.GetRule(), Template: p.Facts.GetTemplate(), Media: []string{mediumPage}, Chain: p.Facts.GetChain(),
		Contact: link.GetContact(),
	}
	switch {
	case link.GetPerson() != "":
		request.Recipients = []string{p.Desk.Key(link.GetPerson())}
	case link.GetRole() != "":
		request.Recipients = []string{"roles/" + link.GetRole()}
	case link.GetParty() != "":
		request.Recipients = []string{p.Desk.Key(link.GetParty())}
	}
	return request
}

func (p Page) event(eventType string, told ...*triagev1.NotificationRequest) PageEvent {
	return PageEvent{eventType, &triagev1.PageEvent{Page: proto.CloneOf(p.Facts), Notifications: told}}
}

// mediumPage is the medium of a message that must be answered.
const mediumPage = "page"

// WantsPage reports whether a request is for a call to those on duty.
func WantsPage(request *triagev1.NotificationRequest) bool {
	return slices.Contains(request.GetMedia(), mediumPage) && request.GetChain() != ""
}
