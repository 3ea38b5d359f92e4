package feed_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/bavn/bavn/platform/feed"
)

// ofWanted hears only the desks in the subscriber's own table.
func ofWanted(c *feed.SubscriberConfig) {
	c.Desks = func(ctx context.Context, db feed.DBTX) ([]string, error) {
		rows, err := db.Query(ctx, "SELECT desk FROM wanted")
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, pgx.RowTo[string])
	}
}

func ofDesk(desk string) feed.Draft {
	d := draft(fmt.Sprintf("desks/%s/tickets/A1", desk))
	d.Desk = desk
	return d
}

// Desks are named one after the other while something happens at all of them. What happens at a desk after it was named arrives,
// once, although the subscriber has moved on past what it did not want.
func TestWhatHappensAtADeskAfterItIsNamedArrivesAndNothingOfTheOthers(t *testing.T) {
	t.Parallel()
	const desks = 12
	s, into := serve(t, newPool(t)), newPool(t)
	if _, err := into.Exec(t.Context(), "CREATE TABLE wanted (desk text PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	happens := func(desk string) {
		d := ofDesk(desk)
		mustWrite(t, s.pool, d.Resource, d)
		s.wake.Committed()
	}
	subscriber := s.subscriber(t, into, effect, ofWanted)
	background(t, subscriber.Run)
	happens("d0") // before anybody wants to know
	reached(t, s, subscriber)
	if n := countEffects(t.Context(), t, into, ""); n != 0 {
		t.Fatalf("%d events arrived, and no desk is wanted", n)
	}
	for i := range desks {
		if _, err := into.Exec(t.Context(), "INSERT INTO wanted VALUES ($1)", fmt.Sprintf("d%d", i)); err != nil {
			t.Fatal(err)
		}
		for j := range desks {
			happens(fmt.Sprintf("d%d", j))
		}
		if i%3 == 2 { // now and then the subscriber is up to date, and mostly it is not
			reached(t, s, subscriber)
		}
	}
	reached(t, s, subscriber)
	for i := range desks {
		resource := fmt.Sprintf("desks/d%d/tickets/A1", i)
		least, most := desks-i, desks
		if n := countEffects(t.Context(), t, into, resource); n < least || n > most {
			t.Errorf("of desk %d %d events arrived; %d happened after it was named", i, n, least)
		}
	}
	var twice int
	const again = "SELECT count(*) - count(DISTINCT (resource, revision)) FROM effects"
	if err := into.QueryRow(t.Context(), again).Scan(&twice); err != nil {
		t.Fatal(err)
	}
	if twice > 0 {
		t.Errorf("%d events had their effect twice", twice)
	}
}
