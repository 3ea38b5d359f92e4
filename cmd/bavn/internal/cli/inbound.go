package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// Inbound is about what came in without a caller who waits.
type Inbound struct {
	List     InboundList     `cmd:"" help:"List it, newest first."`
	Original InboundOriginal `cmd:"" help:"Write an original as it came to standard output."`
	Release  InboundRelease  `cmd:"" help:"Take something out of quarantine: it is handled again."`
	Dismiss  InboundDismiss  `cmd:"" help:"Put something in quarantine away: nothing becomes of it."`
}

// InboundList lists what came in.
type InboundList struct {
	Outcome string `enum:"any,pending,ticketed,joined,refused,quarantined,duplicate" default:"any" help:"Only these (${enum})."`
	Limit   int    `short:"n" default:"50" help:"At most this many; 0 lists all (${default})."`
}

// Run prints a table.
func (c *InboundList) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	list, err := pages(c.Limit, func(size int32, token string) ([]*intakev1.InboundItem, string, error) {
		r := &intakev1.ListInboundItemsRequest{Parent: s.desk(), PageSize: size, PageToken: token}
		if c.Outcome != "any" {
			// "pending" is the zero value, which has no name of its own.
			outcome := intakev1.InboundOutcome(intakev1.InboundOutcome_value["INBOUND_OUTCOME_"+strings.ToUpper(c.Outcome)])
			r.Outcome = &outcome
		}
		page, err := connected.Inbound.ListInboundItems(ctx, r)
		return page.GetInboundItems(), page.GetNextPageToken(), err
	})
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(&intakev1.ListInboundItemsResponse{InboundItems: list})
	}
	if len(list) == 0 {
		s.Printf("nothing came in\n")
		return nil
	}
	table := s.Table("RECEIVED", "ITEM", "FROM", "SENDER", "SUBJECT", "OUTCOME", "TICKET", "WHY")
	for _, i := range list {
		outcome := word(i.GetOutcome().String(), "INBOUND_OUTCOME_")
		if i.GetOutcome() == 0 {
			outcome = "pending"
		}
		table.Row(s.Time(i.GetReceiveTime().AsTime()), resource.ID(i.GetName()), i.GetSource(), i.GetSender(), i.GetSubject(), outcome,
			resource.ID(i.GetTicket()), i.GetReason())
	}
	return table.Print(s.Out)
}

// InboundOriginal downloads an original.
type InboundOriginal struct {
	Item string `arg:"" help:"Its id, as 'bavn inbound list' shows it."`
}

// Run copies the parts as they come.
func (c *InboundOriginal) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	parts, err := connected.Inbound.DownloadInboundOriginal(ctx, &intakev1.DownloadInboundOriginalRequest{Name: s.inbound(c.Item)})
	if err != nil {
		return err
	}
	for {
		part, err := parts.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := s.Out.Write(part.GetContent()); err != nil {
			return err
		}
	}
}

// InboundRelease takes something out of quarantine.
type InboundRelease struct {
	Item string `arg:"" help:"Its id, as 'bavn inbound list' shows it."`
	Request
}

// Run prints the item.
func (c *InboundRelease) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	item, err := connected.Inbound.ReleaseInboundItem(ctx, &intakev1.ReleaseInboundItemRequest{
		Name: s.inbound(c.Item), RequestId: c.id(),
	})
	if err != nil {
		return err
	}
	return s.released(item, "is handled again")
}

// InboundDismiss puts something away.
type InboundDismiss struct {
	Item string `arg:"" help:"Its id, as 'bavn inbound list' shows it."`
	Request
}

// Run prints the item.
func (c *InboundDismiss) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	item, err := connected.Inbound.DismissInboundItem(ctx, &intakev1.DismissInboundItemRequest{
		Name: s.inbound(c.Item), RequestId: c.id(),
	})
	if err != nil {
		return err
	}
	return s.released(item, "is put away")
}

func (s *session) inbound(item string) string { return s.desk() + "/inboundItems/" + resource.ID(item) }

func (s *session) released(item *intakev1.InboundItem, what string) error {
	if s.JSON {
		return s.Message(item)
	}
	s.Printf("✓ %s %s\n", resource.ID(item.GetName()), what)
	return nil
}

// Ledger reconciles.
type Ledger struct{}

// Run prints the counts, and fails where they do not balance.
func (*Ledger) Run(ctx context.Context, s *session) error {
	connected, err := s.connect()
	if err != nil {
		return err
	}
	ledger, err := connected.Inbound.GetInboundLedger(ctx, &intakev1.GetInboundLedgerRequest{Name: s.desk() + "/inboundLedger"})
	if err != nil {
		return err
	}
	unbalanced := reconcile(ledger)
	if s.JSON {
		return errors.Join(s.Message(ledger), unbalanced)
	}
	if len(ledger.GetCounts()) == 0 {
		s.Printf("nothing came in\n")
		return nil
	}
	table := s.Table(
		"FROM", "ACCEPTED", "TICKETED", "JOINED", "REFUSED", "QUARANTINED", "DUPLICATE", "PENDING", "ORIGINALS", "ERASED")
	for i := range 9 {
		table.Right[i+1] = true
	}
	for _, c := range ledger.GetCounts() {
		row := []string{c.GetSource()}
		for _, n := range []int64{
			c.GetAccepted(), c.GetTicketed(), c.GetJoined(), c.GetRefused(), c.GetQuarantined(), c.GetDuplicate(), c.GetPending(),
			c.GetOriginals(), c.GetErased(),
		} {
			row = append(row, fmt.Sprint(n))
		}
		table.Row(row...)
	}
	if err := table.Print(s.Out); err != nil {
		return err
	}
	if unbalanced == nil {
		s.Printf("✓ everything that was accepted has one outcome or is pending, and its original\n")
	}
	return unbalanced
}

// reconcile returns what does not balance.
func reconcile(ledger *intakev1.InboundLedger) error {
	var errs []error
	for _, c := range ledger.GetCounts() {
		ended := c.GetTicketed() + c.GetJoined() + c.GetRefused() + c.GetQuarantined() + c.GetDuplicate() + c.GetPending()
		if ended != c.GetAccepted() {
			errs = append(errs, fmt.Errorf("%s: %d were accepted, %d are accounted for", c.GetSource(), c.GetAccepted(), ended))
		}
		if c.GetMissing() > 0 {
			errs = append(errs, fmt.Errorf("%s: the originals of %d are gone", c.GetSource(), c.GetMissing()))
		}
	}
	return errors.Join(errs...)
}
