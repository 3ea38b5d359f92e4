package command_test

import (
	"github.com/riverqueue/river/rivertype"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/platform/clock"
)

func packAny(m proto.Message) (*anypb.Any, error) { return anypb.New(m) }

func now(c *clock.Manual) *timestamppb.Timestamp { return timestamppb.New(c.Now()) }

func jobRow(attempt int) *rivertype.JobRow {
	return &rivertype.JobRow{Attempt: attempt, MaxAttempts: 25}
}
