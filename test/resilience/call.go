package resilience

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoregistry"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/test/house"
)

// call is a mutating call that is made until it is answered, always with the same request.
type call struct {
	method  string // full name
	by      string // person
	id      string // the request id, in the request too
	request proto.Message
	emits   string // the event that it makes of a ticket
	note    string // a text that no other call writes; empty where the call writes none
}

func (c call) String() string { return fmt.Sprintf("%s by %s, request id %s", c.method, c.by, c.id) }

// newAnswer is an empty message of the method's answer.
func (c call) newAnswer() (proto.Message, error) {
	method, err := house.Method(c.method)
	if err != nil {
		return nil, err
	}
	answer, err := protoregistry.GlobalTypes.FindMessageByName(method.Output().FullName())
	if err != nil {
		return nil, fmt.Errorf("answer of %s: %w", c.method, err)
	}
	return answer.New().Interface(), nil
}

// alike reports whether two answers to the same request say the same. A command answers with the ticket as the command left
// it, to the letter; a submission's outcome may have come in the meantime.
func alike(a, b proto.Message) bool { return proto.Equal(lasting(a), lasting(b)) }

func lasting(answer proto.Message) proto.Message {
	submission, is := answer.(*intakev1.Submission)
	if !is {
		return answer
	}
	lasting := proto.CloneOf(submission)
	lasting.Outcome, lasting.SettleTime = intakev1.Outcome_OUTCOME_UNSPECIFIED, nil
	return lasting
}

// acknowledged is a call that was answered.
type acknowledged struct {
	call
	answer   proto.Message
	attempts int
}
