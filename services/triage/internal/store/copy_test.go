package store

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// A ticket that is copied is the ticket that is inserted: a column that COPY leaves out has its default, whatever the ticket is.
func TestACopiedTicketHasTheColumnsOfAnInsertedOne(t *testing.T) {
	t.Parallel()
	_, list, _ := strings.Cut(insertTicket, "INSERT INTO tickets (")
	list, _, _ = strings.Cut(list, ")")
	inserted := strings.Split(strings.Join(strings.Fields(list), ""), ",")
	if !slices.Equal(CopyColumns, inserted) {
		t.Fatalf("copied are\n%v\nand inserted\n%v", CopyColumns, inserted)
	}
	ticket := &Ticket{Ticket: domain.Ticket{
		Desk: domain.Desk{Name: "desks/nsp"},
		Facts: &triagev1.Ticket{
			Name: "desks/nsp/tickets/ASCP00000001", Submission: "desks/nsp/submissions/0190b0d0-0000-7000-8000-000000000001",
			Restricted: true, CallsDue: []string{"spoc"}, CreateTime: timestamppb.New(time.Unix(1, 0)),
			UpdateTime: timestamppb.New(time.Unix(2, 0)),
		},
	}}
	row, err := CopyRow(ticket)
	if err != nil {
		t.Fatal(err)
	}
	params, err := ticket.insertion()
	if err != nil {
		t.Fatal(err)
	}
	values := reflect.ValueOf(params)
	for i, column := range inserted {
		if !reflect.DeepEqual(row[i], values.Field(i).Interface()) {
			t.Errorf("%s is copied as %v and inserted as %v", column, row[i], values.Field(i).Interface())
		}
	}
}
