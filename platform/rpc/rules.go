package rpc

import (
	"context"
	"errors"
	"fmt"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"github.com/bavn/bavn/platform/fault"
)

// rules checks the protovalidate rules of the contract, so that every transport refuses the same input with the same words.
type rules struct{ validator protovalidate.Validator }

func (r rules) check(_ context.Context, method string, message proto.Message) error {
	err := r.validator.Validate(message)
	if err == nil {
		return nil
	}
	broken, ok := errors.AsType[*protovalidate.ValidationError](err)
	if !ok {
		return fmt.Errorf("check the rules of %s: %w", method, err)
	}
	violations := make([]fault.FieldViolation, 0, len(broken.Violations))
	for _, v := range broken.Violations {
		violation := fault.FieldViolation{
			Path: protovalidate.FieldPathString(v.Proto.GetField()),
			Rule: v.Proto.GetRuleId(),
			Text: v.Proto.GetMessage(),
		}
		if v.RuleValue.IsValid() {
			violation.Limit = v.RuleValue.String()
		}
		violations = append(violations, violation)
	}
	return fault.New(codes.InvalidArgument, fault.InvalidArgument).Fields(violations...)
}
