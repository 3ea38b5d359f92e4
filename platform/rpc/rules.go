package rpc

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

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
		violations = append(violations, fault.FieldViolation{
			Path:  protovalidate.FieldPathString(v.Proto.GetField()),
			Rule:  v.Proto.GetRuleId(),
			Text:  v.Proto.GetMessage(),
			Limit: limit(v),
		})
	}
	return fault.New(codes.InvalidArgument, fault.InvalidArgument).Fields(violations...)
}

var (
	number = regexp.MustCompile(`-?\d+`)
	list   = regexp.MustCompile(`\[(.*)\]`)
)

// limit is the bound of a broken rule. Of a range and of a list the violation's value is only a part; its message has all of it.
func limit(v *protovalidate.Violation) string {
	switch id := v.Proto.GetRuleId(); {
	case strings.HasSuffix(id, ".gte_lte"):
		return strings.Join(number.FindAllString(v.Proto.GetMessage(), -1), "–")
	case strings.HasSuffix(id, ".in") && list.MatchString(v.Proto.GetMessage()):
		return list.FindStringSubmatch(v.Proto.GetMessage())[1]
	case v.RuleValue.IsValid():
		return v.RuleValue.String()
	}
	return ""
}
