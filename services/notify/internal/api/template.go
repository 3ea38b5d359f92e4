package api

import (
	"context"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/notify/internal/access"
	"github.com/bavn/bavn/services/notify/internal/command"
)

// Templates serves bavn.notify.v1.TemplateService.
type Templates struct {
	notifyv1.UnimplementedTemplateServiceServer
	Gate     *access.Gate
	Commands *command.Commands
}

// PreviewTemplate fills a template in.
func (s *Templates) PreviewTemplate(ctx context.Context, r *notifyv1.PreviewTemplateRequest) (*notifyv1.TemplatePreview, error) {
	asked, err := s.asked(ctx, "PreviewTemplate", r.GetName(), r.GetTicket(), r.GetLanguageCode())
	if err != nil {
		return nil, err
	}
	return s.Commands.PreviewTemplate(ctx, asked)
}

// SendTestMessage mails it to the caller.
func (s *Templates) SendTestMessage(ctx context.Context, r *notifyv1.SendTestMessageRequest) (*notifyv1.TemplatePreview, error) {
	asked, err := s.asked(ctx, "SendTestMessage", r.GetName(), r.GetTicket(), r.GetLanguageCode())
	if err != nil {
		return nil, err
	}
	return s.Commands.SendTestMessage(ctx, r, asked)
}

// asked is what members of the desk may ask for: of a ticket, as triage shows it to them.
func (s *Templates) asked(ctx context.Context, action, name, ticket, language string) (command.Preview, error) {
	desk := resourcename.Desk(name)
	set, err := s.Gate.Listing(ctx, action, desk)
	if err != nil {
		return command.Preview{}, err
	}
	if !set.Member() {
		return command.Preview{}, access.ErrNotFound
	}
	asked := command.Preview{Name: name, LanguageCode: language}
	if ticket != "" {
		asked.Ticket, err = ticketFor(ctx, s.Commands, desk, ticket)
	}
	return asked, err
}
