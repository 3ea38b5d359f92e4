package resilience_test

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// entry is one call that was acknowledged.
type entry struct {
	Method, ID, By, Ticket string
	// Resource and ETag are what the answer named.
	Resource, ETag string
	Attempts       int // that failed before

	repeat func(context.Context) (proto.Message, error)
}

func (e *entry) acknowledge(answer proto.Message, do func(context.Context) (proto.Message, error)) {
	e.Resource, e.ETag = named(answer)
	e.repeat = do
}

// named is what an answer to an equal call must name as well.
func named(answer proto.Message) (resource, etag string) {
	switch answer := answer.(type) {
	case *intakev1.Submission:
		return answer.GetName() + " " + answer.GetTicket(), ""
	case *triagev1.Ticket:
		return answer.GetName(), answer.GetEtag()
	default:
		return fmt.Sprintf("%T", answer), ""
	}
}

// book is what the clients were promised, beside which the databases are laid in the end.
type book struct {
	mu          sync.Mutex
	calls       []entry
	submissions map[string]string // ticket by submission
	repeated    int
	unlike      []string           // answers to an equal call that differ
	refusals    map[codes.Code]int // of attempts
}

func newBook() *book { return &book{submissions: map[string]string{}, refusals: map[codes.Code]int{}} }

func (b *book) acknowledged(e entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls = append(b.calls, e)
}

func (b *book) submitted(s *intakev1.Submission) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.submissions[s.GetName()] = s.GetTicket()
}

func (b *book) refused(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refusals[status.Code(err)]++
}

// compare holds the answer to a repeated call against the first.
func (b *book) compare(e entry, answer proto.Message) {
	resource, etag := named(answer)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.repeated++
	if resource != e.Resource || etag != e.ETag {
		b.unlike = append(b.unlike, fmt.Sprintf("%s %s by %s: %s %s, then %s %s", e.Method, e.ID, e.By, e.Resource, e.ETag, resource, etag))
	}
}
