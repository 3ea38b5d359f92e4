package command_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/services/notify/internal/domain"
)

// Link scanners: to open a link changes nothing, however often; an answer counts once, and another by the same link is refused.
func TestALinkScannerThatOpensEveryLinkChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	link := o.solution(t, o.clock.Now())
	for range 50 {
		got, err := o.paging.Links.GetLink(t.Context(), &notifyv1.GetLinkRequest{Name: link})
		if err != nil || got.GetState() != notifyv1.LinkState_LINK_STATE_OPEN || got.GetTicket() != desk+"/tickets/ASCP00000042" {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if len(o.duty.accepted) != 0 {
		t.Fatal("a link acts when it is opened")
	}
	accept := &notifyv1.FollowLinkRequest{Name: link, RequestId: uuid.NewString(), Choice: notifyv1.LinkChoice_LINK_CHOICE_ACCEPT}
	for range 2 {
		got, err := o.paging.Links.FollowLink(t.Context(), accept)
		if err != nil || got.GetState() != notifyv1.LinkState_LINK_STATE_USED {
			t.Fatalf("%v, %v", got, err)
		}
	}
	if len(o.duty.accepted) != 1 || o.duty.accepted[0].GetPerson() != who("mette") {
		t.Errorf("accepted: %v", o.duty.accepted)
	}
	reject := &notifyv1.FollowLinkRequest{Name: link, RequestId: uuid.NewString(), Choice: notifyv1.LinkChoice_LINK_CHOICE_REJECT}
	if _, err := o.paging.Links.FollowLink(t.Context(), reject); !fault.Is(err, "LINK_USED") {
		t.Errorf("another answer: %v", err)
	}
}

// solution is the name of a link to answer a solution that was given at a time.
func (o *onDuty) solution(t *testing.T, resolved time.Time) string {
	t.Helper()
	url := o.paging.Links.To("nsp", domain.Link{
		Purpose: notifyv1.LinkPurpose_LINK_PURPOSE_SOLUTION, Resource: "ASCP00000042", Ticket: "ASCP00000042",
		Moment: resolved.UnixMicro(), Who: "persons/mette", LanguageCode: "da", Expires: o.clock.Now().Add(time.Hour),
	})
	return "desks/nsp/links/" + linkIn.FindStringSubmatch(url)[1]
}

func TestALinkThatIsOldOrOutdatedOrOfAnotherDeskAnswersNothing(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	link := o.solution(t, o.clock.Now())
	follow := func(name string) error {
		_, err := o.paging.Links.FollowLink(t.Context(), &notifyv1.FollowLinkRequest{
			Name: name, RequestId: uuid.NewString(), Choice: notifyv1.LinkChoice_LINK_CHOICE_ACCEPT,
		})
		return err
	}
	if err := follow(strings.Replace(link, "desks/nsp", "desks/au", 1)); !fault.Is(err, fault.NotFound) {
		t.Errorf("of another desk: %v", err)
	}
	if err := follow(link[:len(link)-8] + "AAAAAAAA"); !fault.Is(err, fault.NotFound) && len(o.duty.accepted) != 0 {
		t.Errorf("changed: %v", err)
	}
	o.duty.refuse = fault.New(codes.FailedPrecondition, "SOLUTION_OUTDATED")
	if err := follow(link); !fault.Is(err, "LINK_OUTDATED") {
		t.Errorf("of an earlier solution: %v", err)
	}
	o.duty.refuse = nil
	o.clock.Advance(2 * time.Hour)
	if err := follow(link); !fault.Is(err, "LINK_EXPIRED") {
		t.Errorf("too old: %v", err)
	}
}

// R98: whoever is told of a solution can say by two links whether the fault is gone; whoever works on it is given none.
func TestTheMailOfASolutionHasItsLinksAndNoOtherMailHasThem(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	o.commands.Links = o.paging.Links
	one := o.ticket("ASCP00000042")
	one.ResolveTime = timestamppb.New(o.clock.Now())
	o.hear(o.happens(one, "ticket.resolved", "jonas"))
	o.work(o.commands)
	for to, want := range map[string]int{"mette@example.org": 2, "ole@example.org": 2, "sofie@example.org": 0} {
		mails := o.sink.Messages(mailsink.Filter{To: to})
		if len(mails) != 1 {
			t.Fatalf("%s got %d mails", to, len(mails))
		}
		if got := len(linkIn.FindAllString(mails[0].Text, -1)); got != want {
			t.Errorf("%s is given %d links, want %d:\n%s", to, got, want, mails[0].Text)
		}
	}
}

// A text message in doubt after a crash is not sent again, and is not lost without a word either.
func TestATextMessageInDoubtIsNotSentAgain(t *testing.T) {
	t.Parallel()
	o := newOnDuty(t)
	o.intake.persons[who("mette")].Phone = "+4533333333"
	o.hear(o.happens(o.ticket("ASCP00000001"), "ticket.work_started", "jonas"))
	_, err := o.pool.Exec(t.Context(), "UPDATE notifications SET medium = 2 WHERE recipient = 'mette'")
	if err != nil {
		t.Fatal(err)
	}
	_, err = o.pool.Exec(t.Context(), "UPDATE notifications SET attempts = 1, claimed_at = $1", o.clock.Now()) // the process died
	if err != nil {
		t.Fatal(err)
	}
	o.work(o.commands)
	if got := o.phone.Messages("+4533333333"); len(got) != 0 {
		t.Errorf("it was sent again: %+v", got)
	}
	if n := o.count("SELECT count(*) FROM notifications WHERE medium = 2 AND delivery = 3 AND reason = 'IN_DOUBT'"); n != 1 {
		t.Errorf("%d messages are failed for doubt, want 1", n)
	}
	if n := len(o.sink.Messages(mailsink.Filter{To: "ole@example.org"})); n != 1 {
		t.Errorf("%d mails in doubt went out again, want 1", n)
	}
}
