package app_test

import (
	"slices"
	"testing"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
)

func ci(id string) string { return desk + "/configurationItems/" + id }

func (w *linked) bring(items ...*triagev1.ConfigurationItem) (*triagev1.ImportConfigurationItemsResponse, error) {
	return w.items.ImportConfigurationItems(w.as("adm"), &triagev1.ImportConfigurationItemsRequest{
		Parent: desk, RequestId: requestID(), ConfigurationItems: items,
	})
}

// R126: a ticket is linked to what it is about, and an item shows what is open on it and on everything it depends on, however
// far and even where that is a ring; each caller sees their own.
func TestAnItemShowsWhatIsOpenOnItAndOnWhatItDependsOn(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	must(w.bring(
		&triagev1.ConfigurationItem{Name: ci("portal"), DisplayName: "Portal", Kind: "application", DependsOn: []string{ci("nsp")}},
		&triagev1.ConfigurationItem{Name: ci("nsp"), DisplayName: "NSP", Kind: "platform", DependsOn: []string{ci("disk")}},
		&triagev1.ConfigurationItem{Name: ci("disk"), DisplayName: "Disk", DependsOn: []string{ci("portal")}},
		&triagev1.ConfigurationItem{Name: ci("alone"), DisplayName: "Alone"},
	))(t)
	ticket, other := w.opened().GetName(), w.opened().GetName()
	link := func(name, item string) error {
		_, err := w.items.LinkConfigurationItem(w.as("mette"), &triagev1.LinkConfigurationItemRequest{
			Name: name, RequestId: requestID(), ConfigurationItem: item,
		})
		return err
	}
	if err := link(ticket, ci("nothing")); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("an item that does not exist: %v", err)
	}
	for name, item := range map[string]string{ticket: ci("disk"), other: ci("alone")} {
		if err := link(name, item); err != nil {
			t.Fatal(err)
		}
		if err := link(name, item); err != nil {
			t.Errorf("linked twice: %v", err)
		}
	}
	if got := w.read(ticket).GetConfigurationItems(); !slices.Equal(got, []string{ci("disk")}) {
		t.Errorf("it is about %v", got)
	}
	open := func(person, item string) (names []string) {
		answer := must(w.items.ListConfigurationItemTickets(w.as(person), &triagev1.ListConfigurationItemTicketsRequest{
			Parent: item,
		}))(t)
		for _, found := range answer.GetTickets() {
			names = append(names, found.GetName())
		}
		return names
	}
	if got := open("mette", ci("portal")); !slices.Equal(got, []string{ticket}) {
		t.Errorf("open on the portal and below it: %v", got)
	}
	if got := open("jonas", ci("portal")); len(got) != 0 {
		t.Errorf("operations sees %v, which it has no part in", got)
	}
	must(w.items.UnlinkConfigurationItem(w.as("mette"), &triagev1.UnlinkConfigurationItemRequest{
		Name: ticket, RequestId: requestID(), ConfigurationItem: ci("disk"),
	}))(t)
	must(w.tickets.CancelTicket(w.as("mette"), &triagev1.CancelTicketRequest{
		Name: other, RequestId: requestID(), Reason: danish("Fejl"),
	}))(t)
	if got := append(open("mette", ci("portal")), open("mette", ci("alone"))...); len(got) != 0 {
		t.Errorf("still open: %v", got)
	}
}

// R126: an import brings what is new or changed, leaves the rest, and has its effect once.
func TestAnImportOfItemsChangesWhatIsNew(t *testing.T) {
	t.Parallel()
	w := newLinked(t)
	items := []*triagev1.ConfigurationItem{
		{Name: ci("one"), DisplayName: "One"}, {Name: ci("two"), DisplayName: "Two", DependsOn: []string{ci("one")}},
	}
	must(w.bring(items...))(t)
	items[1].DisplayName = "Second"
	request := &triagev1.ImportConfigurationItemsRequest{Parent: desk, RequestId: requestID(), ConfigurationItems: items}
	for range 2 {
		answer := must(w.items.ImportConfigurationItems(w.as("adm"), request))(t)
		if len(answer.GetConfigurationItems()) != 2 {
			t.Errorf("the items are %v", answer.GetConfigurationItems())
		}
	}
	if one, two := len(w.events(ci("one"))), len(w.events(ci("two"))); one != 1 || two != 2 {
		t.Errorf("%d events of what stayed, %d of what changed", one, two)
	}
	list := must(w.items.ListConfigurationItems(w.as("mette"), &triagev1.ListConfigurationItemsRequest{Parent: desk}))(t)
	if got := list.GetConfigurationItems(); len(got) != 2 || got[1].GetDisplayName() != "Second" {
		t.Errorf("the registry is %v", got)
	}
	if _, err := w.bring(items[0], items[0]); !fault.Is(err, fault.InvalidArgument) {
		t.Errorf("an item twice: %v", err)
	}
	if _, err := w.items.ImportConfigurationItems(w.as("mette"), request); !fault.Is(err, fault.PermissionDenied) {
		t.Errorf("somebody who is no administrator brought items: %v", err)
	}
}
