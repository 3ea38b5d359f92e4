package cli

import (
	"context"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
)

// MessageStorm reads the outbox.
type MessageStorm struct{}

// Run prints it.
func (c *MessageStorm) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	outbox, err := connected.Outboxes.GetOutbox(ctx, &notifyv1.GetOutboxRequest{Name: s.desk() + "/outbox"})
	if err != nil || s.JSON {
		return s.said(outbox, err)
	}
	s.Printf("written in the last hour  %d, most by %s\nwaiting                   %d\nheld back for a digest    %d\n",
		outbox.GetWrittenLastHour(), outbox.GetBusiestRule(), outbox.GetQueued(), outbox.GetHeldBack())
	if outbox.GetPauseTime() != nil {
		s.Printf("stopped by %s at %s\n", resource.Short(outbox.GetPauser()), s.Time(outbox.GetPauseTime().AsTime()))
	}
	return nil
}

// MessagePause stops the outbox.
type MessagePause struct{ Request }

// Run stops it.
func (c *MessagePause) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	outbox, err := connected.Outboxes.PauseOutbox(ctx, &notifyv1.PauseOutboxRequest{Name: s.desk() + "/outbox", RequestId: c.id()})
	return s.said(outbox, err)
}

// MessageResume lets the outbox go on.
type MessageResume struct{ Request }

// Run lets it go on.
func (c *MessageResume) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	outbox, err := connected.Outboxes.ResumeOutbox(ctx, &notifyv1.ResumeOutboxRequest{Name: s.desk() + "/outbox", RequestId: c.id()})
	return s.said(outbox, err)
}

// Stakeholders are who hears of grave incidents.
type Stakeholders struct {
	List   StakeholdersList   `cmd:"" help:"List them."`
	Add    StakeholdersAdd    `cmd:"" help:"Put a person on the list."`
	Remove StakeholdersRemove `cmd:"" help:"Take a person off the list."`
	Write  StakeholdersWrite  `cmd:"" help:"Write to those who hear of a ticket's priority."`
}

// StakeholdersList lists them.
type StakeholdersList struct{}

// Run prints a table.
func (c *StakeholdersList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(0, func(size int32, token string) ([]*notifyv1.Stakeholder, string, error) {
		page, err := connected.Stakeholders.ListStakeholders(ctx, &notifyv1.ListStakeholdersRequest{
			Parent: s.desk(), PageSize: size, PageToken: token,
		})
		return page.GetStakeholders(), page.GetNextPageToken(), err
	})
	if err != nil || s.JSON {
		return s.said(&notifyv1.ListStakeholdersResponse{Stakeholders: list}, err)
	}
	table := s.Table("PERSON", "PRIORITIES")
	for _, h := range list {
		table.Row(resource.Short(h.GetPerson()), strings.Join(h.GetPriorities(), " "))
	}
	return table.Print(s.Out)
}

// StakeholdersAdd puts a person on the list.
type StakeholdersAdd struct {
	Request
	Person     string   `arg:"" help:"The person."`
	Priorities []string `arg:"" help:"Of which priorities they hear: P1 P2."`
}

// Run puts them on it.
func (c *StakeholdersAdd) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	h, err := connected.Stakeholders.AddStakeholder(ctx, &notifyv1.AddStakeholderRequest{
		Parent: s.desk(), RequestId: c.id(), Person: resource.Person(s.Desk, c.Person), Priorities: c.Priorities,
	})
	return s.said(h, err)
}

// StakeholdersRemove takes a person off the list.
type StakeholdersRemove struct {
	Request
	Person string `arg:"" help:"The person."`
}

// Run takes them off it.
func (c *StakeholdersRemove) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	h, err := connected.Stakeholders.RemoveStakeholder(ctx, &notifyv1.RemoveStakeholderRequest{
		Name: s.desk() + "/stakeholders/" + c.Person, RequestId: c.id(),
	})
	return s.said(h, err)
}

// StakeholdersWrite writes to them.
type StakeholdersWrite struct {
	Request
	Ticket  string `arg:"" help:"The ticket."`
	Subject string `required:"" help:"The subject."`
	Body    string `required:"" help:"The words, without greeting and signature."`
}

// Run writes.
func (c *StakeholdersWrite) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	answer, err := connected.Stakeholders.WriteToStakeholders(ctx, &notifyv1.WriteToStakeholdersRequest{
		Parent: s.desk(), RequestId: c.id(), Ticket: resource.Ticket(s.Desk, c.Ticket), Subject: c.Subject, Body: c.Body,
	})
	return s.said(answer, err)
}

// Preferences are how somebody wants to be told.
type Preferences struct {
	Person string   `arg:"" help:"You."`
	Set    bool     `help:"Set them to what follows; without it they are shown."`
	Mute   []string `enum:"mail,sms,call,portal" help:"Media that you do not want."`
	Quiet  string   `placeholder:"22:00-07:00" help:"When you are left in peace."`
	Digest bool     `help:"One message an hour instead of each by itself."`
}

// Run shows or sets them.
func (c *Preferences) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	name := resource.Person(s.Desk, c.Person) + "/notificationPreferences"
	if !c.Set {
		p, err := connected.Preferences.GetPreferences(ctx, &notifyv1.GetPreferencesRequest{Name: name})
		return s.said(p, err)
	}
	request := &notifyv1.SetPreferencesRequest{Name: name, RequestId: requestID(""), Digest: c.Digest}
	request.QuietFrom, request.QuietUntil, _ = strings.Cut(c.Quiet, "-")
	for _, medium := range c.Mute {
		request.Muted = append(request.Muted, notifyv1.Medium(notifyv1.Medium_value["MEDIUM_"+strings.ToUpper(medium)]))
	}
	p, err := connected.Preferences.SetPreferences(ctx, request)
	return s.said(p, err)
}

// Follow follows a ticket.
type Follow struct {
	Request
	Ticket string `arg:"" help:"The ticket."`
}

// Run follows it.
func (c *Follow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	f, err := connected.Preferences.FollowTicket(ctx, &notifyv1.FollowTicketRequest{
		Parent: s.desk(), RequestId: c.id(), Ticket: resource.Ticket(s.Desk, c.Ticket),
	})
	return s.said(f, err)
}

// Unfollow ends that.
type Unfollow struct {
	Request
	Ticket string `arg:"" help:"The ticket."`
}

// Run ends it.
func (c *Unfollow) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	f, err := connected.Preferences.UnfollowTicket(ctx, &notifyv1.UnfollowTicketRequest{
		Parent: s.desk(), RequestId: c.id(), Ticket: resource.Ticket(s.Desk, c.Ticket),
	})
	return s.said(f, err)
}
