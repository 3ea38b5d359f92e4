package api

import (
	"context"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/services/intake/internal/access"
	"github.com/bavn/bavn/services/intake/internal/command"
)

// Answers serves bavn.intake.v1.AnswerService.
type Answers struct {
	intakev1.UnsafeAnswerServiceServer
	Gate    *access.Gate
	Answers *command.Answers
}

var _ intakev1.AnswerServiceServer = (*Answers)(nil)

// GetInboundAnswer says whom to tell of an item, and what.
func (s *Answers) GetInboundAnswer(ctx context.Context, r *intakev1.GetInboundAnswerRequest) (*intakev1.InboundAnswer, error) {
	if err := s.Gate.Inbound(ctx, "GetInboundAnswer", resourcename.Desk(r.GetName())); err != nil {
		return nil, err
	}
	return s.Answers.Answer(ctx, r.GetName())
}
