package acceptance_test

import (
	"context"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/test/house"
)

// TestAPartOfATicketGetsANumberOfItsOwn: one ticket, one fault. The part is a submission like every other, so it has a number, a
// reporter who hears of it, and a journey; the same request never makes two (R13, R43, R124).
func TestAPartOfATicketGetsANumberOfItsOwn(t *testing.T) {
	t.Parallel()
	_, h := furnished(t)
	for _, door := range []*house.Door{h.GRPC, h.REST} {
		ctx, cancel := context.WithTimeout(t.Context(), walkLimit)
		defer cancel()
		first, err := h.Reported(ctx, door, house.Ole, house.Report(house.Desk, "Two faults in one"))
		if err != nil {
			t.Fatal(err)
		}
		mette := h.As(ctx, house.Mette)
		links := triagev1.NewLinkServiceClient(door.Conn("/bavn.triage.v1.LinkService/SplitTicket"))
		request := &triagev1.SplitTicketRequest{
			Name: first.GetName(), RequestId: house.ID(), Etag: first.GetEtag(), Title: house.Text("The other fault"),
		}
		part, err := links.SplitTicket(mette, request)
		if err != nil {
			t.Fatalf("%s: %v", door.Name, err)
		}
		if part.GetName() == first.GetName() || part.GetReporter() != first.GetReporter() ||
			part.GetSubmission() == first.GetSubmission() ||
			part.GetTitle() != "The other fault" {
			t.Errorf("%s: the part is %v", door.Name, part)
		}
		if got := part.GetLinks(); len(got) != 1 || got[0].GetKind() != triagev1.LinkKind_LINK_KIND_SPLIT_FROM ||
			got[0].GetTicket() != first.GetName() {
			t.Errorf("%s: the part is linked to %v", door.Name, got)
		}
		again, err := links.SplitTicket(mette, request)
		if err != nil || again.GetName() != part.GetName() {
			t.Errorf("%s: the same request made %s (%v), want %s again", door.Name, again.GetName(), err, part.GetName())
		}
		after, err := door.Tickets.GetTicket(mette, &triagev1.GetTicketRequest{Name: first.GetName()})
		if err != nil || len(after.GetLinks()) != 1 || !after.GetLinks()[0].GetIncoming() {
			t.Errorf("%s: the first shows %v (%v)", door.Name, after.GetLinks(), err)
		}
		request.RequestId = house.ID() // with the etag from before the split
		if _, err := links.SplitTicket(mette, request); !fault.Is(err, fault.StaleETag) {
			t.Errorf("%s: split by who had not seen that it was split: %v", door.Name, err)
		}
	}
}
