package store

import (
	"encoding/hex"

	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// Name is the item's full name.
func (i InboundItem) Name() string { return domain.InboundName(i.Desk, i.Inbound.String()) }

// Facts are the item in the contract's words, without what is personal: what an event may say.
func (i InboundItem) Facts() *intakev1.InboundItem {
	a := &intakev1.InboundItem{
		Name: i.Name(), Channel: commonv1.Channel(i.Channel), Source: i.Source, Outcome: intakev1.InboundOutcome(i.Outcome),
		Reason: i.Reason, ReceiveTime: timestamppb.New(i.ReceivedAt), MediaType: i.MediaType, OriginalSize: i.OriginalSize,
		OriginalSha256: hex.EncodeToString(i.OriginalSha256),
	}
	if i.Ticket != "" {
		a.Ticket = domain.TicketName(i.Desk, i.Ticket)
	}
	if i.DuplicateOf != nil {
		a.DuplicateOf = domain.InboundName(i.Desk, i.DuplicateOf.String())
	}
	if i.SettledAt != nil {
		a.SettleTime = timestamppb.New(*i.SettledAt)
	}
	if i.ErasedAt != nil {
		a.EraseTime = timestamppb.New(*i.ErasedAt)
	}
	return a
}

// Proto is the item as those see it who handle it: with sender and subject.
func (i InboundItem) Proto() *intakev1.InboundItem {
	a := i.Facts()
	a.Sender, a.Subject = i.Sender, i.Subject
	return a
}
