package acceptance_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/test/house"
)

// words that stand for what must be gone, one for each place where something can be written, and the contact data. None of them
// is changed by a stemmer.
var words = []string{
	"wombatx", "okapix", "tapirx", "lemurx", "ocelotx", "pangolinx", "axolotlx", "quokkax", "narwalx",
	"rosalindex", "quetzalx", "4599887766", "kvistgaardx", "rq4711x", "radiologix", "au554433x",
}

// kept is of somebody else's ticket.
const kept = "capybarax"

const erasedID = "u4711"

// TestAnErasedPersonIsGoneEverywhereAndEveryProofHolds registers a person with recognisable words, reports for them and about
// them, works on it until it is resolved, and erases them: then no answer, no search and no row of any database holds one of the
// words, the chains verify, and a rebuild comes to the same (R147).
func TestAnErasedPersonIsGoneEverywhereAndEveryProofHolds(t *testing.T) {
	t.Parallel()
	_, h := furnished(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*walkLimit)
	defer cancel()
	p := &past{House: h, ctx: ctx, t: t}
	p.lives()
	p.wordsAreThere()
	p.goes()
	p.wordsAreGone()
	p.answersAreWithoutThem()
	p.proofsHold()
	p.rebuildIsTheSame()
	p.nobodyReportsForThemAnyMore()
}

// past is a person and the tickets that they were part of.
type past struct {
	*house.House
	ctx     context.Context //nolint:containedctx // of the test
	t       *testing.T
	tickets []string // reported by the person, and about the person
	others  string   // a ticket that has nothing to do with it
}

// lives makes everything that will have to go.
func (p *past) lives() {
	p.t.Helper()
	mette := p.As(p.ctx, house.Mette)
	_, err := p.REST.Persons.CreatePerson(mette, &intakev1.CreatePersonRequest{
		Parent: house.Desk, PersonId: erasedID, RequestId: house.ID(),
		Person: &intakev1.Person{
			DisplayName: "Rosalindex Quetzalx", Email: "rosalindex@quetzalx.example", Phone: "+4599887766", Office: "Kvistgaardx 7",
			Username: "rq4711x", Department: "Radiologix", OrganisationId: "AU554433x", LanguageCode: "da",
		},
	})
	p.must("register", err)
	by := house.Report(house.Desk, "Wombatx virker ikke")
	by.Description, by.Reporter = house.Text("Okapix siden i går"), house.Person(erasedID)
	about := house.Report(house.Desk, "Tapirx for Rosalindex")
	about.AffectedUser = house.Person(erasedID)
	other := house.Report(house.Desk, "Capybarax er væk")
	for _, report := range []*intakev1.SubmitTicketRequest{by, about} {
		ticket, err := p.Reported(p.ctx, p.REST, house.Mette, report)
		p.must("report", err)
		p.tickets = append(p.tickets, ticket.GetName())
	}
	ticket, err := p.Reported(p.ctx, p.REST, house.Ole, other)
	p.must("report", err)
	p.others = ticket.GetName()
	p.isWorkedOn(p.tickets[0])
	p.must("settle", house.Until(p.ctx, p.Settled))
}

// isWorkedOn writes something in every way there is, up to the end.
func (p *past) isWorkedOn(name string) {
	p.t.Helper()
	mette, tickets := p.As(p.ctx, house.Mette), p.REST.Tickets
	steps := []func() error{
		func() error {
			_, err := tickets.TakeTicket(mette, &triagev1.TakeTicketRequest{Name: name, RequestId: house.ID()})
			return err
		},
		func() error {
			_, err := tickets.StartWork(mette, &triagev1.StartWorkRequest{Name: name, RequestId: house.ID()})
			return err
		},
		func() error {
			note := house.Text("Set hos Lemurx")
			_, err := tickets.AddNote(mette, &triagev1.AddNoteRequest{Name: name, RequestId: house.ID(), Note: note})
			return err
		},
		func() error {
			text := house.Text("Ocelotx genstartet")
			_, err := tickets.LogWork(mette, &triagev1.LogWorkRequest{Name: name, RequestId: house.ID(), Text: text, Minutes: 5})
			return err
		},
		func() error {
			_, err := tickets.HandOverTicket(mette, &triagev1.HandOverTicketRequest{
				Name: name, RequestId: house.ID(), Party: house.Party("netic"), Group: house.Group("netic", "drift"),
				Reason: house.Text("Pangolinx svarer ikke"),
			})
			return err
		},
		func() error {
			_, err := tickets.DeclineHandOver(p.As(p.ctx, house.Lars), &triagev1.DeclineHandOverRequest{
				Name: name, RequestId: house.ID(), Reason: house.Text("Axolotlx er ikke vores"),
			})
			return err
		},
		func() error {
			_, err := tickets.HoldTicket(mette, &triagev1.HoldTicketRequest{
				Name: name, RequestId: house.ID(), Status: awaitingUser, Reason: house.Text("Hvornår så du Quokkax?"),
			})
			return err
		},
		func() error {
			_, err := tickets.ResolveTicket(mette, &triagev1.ResolveTicketRequest{
				Name: name, RequestId: house.ID(), Solution: house.Text("Narwalx er skiftet"),
				SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
			})
			return err
		},
	}
	for i, step := range steps {
		if err := step(); err != nil {
			p.t.Fatalf("step %d: %v", i+1, err)
		}
	}
}

// goes erases, as somebody who may and, before that, as somebody who may not.
func (p *past) goes() {
	p.t.Helper()
	request := &intakev1.ErasePersonRequest{Name: house.Person(erasedID), RequestId: house.ID()}
	if _, err := p.REST.Persons.ErasePerson(p.As(p.ctx, house.Mette), request); status.Code(err) != codes.NotFound {
		p.t.Errorf("an agent erases a person: %v", err)
	}
	root := p.As(p.ctx, house.Root)
	first, err := p.REST.Persons.ErasePerson(root, request)
	p.must("erase", err)
	if first.GetEraseTime() == nil || first.GetDisplayName() != "" {
		p.t.Errorf("the answer is %v", first)
	}
	again, err := p.REST.Persons.ErasePerson(root, request)
	p.must("erase again", err)
	anew, err := p.REST.Persons.ErasePerson(root, &intakev1.ErasePersonRequest{Name: request.GetName(), RequestId: house.ID()})
	p.must("erase anew", err)
	if !proto.Equal(first, again) || !proto.Equal(first, anew) {
		p.t.Errorf("erased again it is %v, anew %v, the first time %v", again, anew, first)
	}
	p.must("settle", house.Until(p.ctx, p.Settled))
}

func (p *past) wordsAreThere() {
	p.t.Helper()
	all := strings.Join(p.dumps(), "\n")
	for _, word := range append(slices.Clone(words), kept) {
		if !strings.Contains(all, word) {
			p.t.Errorf("no database has %q before the erasure, so that its absence would prove nothing", word)
		}
	}
}

func (p *past) wordsAreGone() {
	p.t.Helper()
	for i, dump := range p.dumps() {
		for _, word := range words {
			if at := strings.Index(dump, word); at >= 0 {
				p.t.Errorf("%s still has %q: %s", house.Services[i], word, dump[max(0, at-120):min(len(dump), at+60)])
			}
		}
	}
	if dump := p.dumps()[0]; !strings.Contains(dump, kept) {
		p.t.Errorf("the ticket of somebody else has lost %q", kept)
	}
}

// dumps are all rows of all tables of each service, in lower case, with binary columns as the text that they would be.
func (p *past) dumps() []string {
	p.t.Helper()
	dumps := make([]string, len(house.Services))
	for i, service := range house.Services {
		tables := p.rows(service, `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`)
		var dump strings.Builder
		for _, table := range tables {
			for _, row := range p.rows(service, "SELECT t::text FROM "+pgx.Identifier{table}.Sanitize()+" t") {
				fmt.Fprintf(&dump, "%s: %s\n", table, strings.ToLower(readable(row)))
			}
		}
		dumps[i] = dump.String()
	}
	return dumps
}

// readable adds the bytes behind each \x to a row.
func readable(row string) string {
	pieces := strings.Split(row, `\x`)
	for _, piece := range pieces[1:] {
		end := strings.IndexFunc(piece, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
		if end < 0 {
			end = len(piece)
		}
		if bytes, err := hex.DecodeString(piece[:end]); err == nil {
			row += " " + string(bytes)
		}
	}
	return row
}

func (p *past) rows(service, sql string) []string {
	p.t.Helper()
	rows, err := p.DB(service).Query(p.ctx, sql)
	p.must("query "+service, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	p.must("query "+service, err)
	return all
}

// answersAreWithoutThem asks every read there is, as those who see most.
func (p *past) answersAreWithoutThem() {
	p.t.Helper()
	mette, door := p.As(p.ctx, house.Mette), p.REST
	var answers []proto.Message
	answer := func(m proto.Message, err error) {
		p.t.Helper()
		p.must("read", err)
		answers = append(answers, m)
	}
	for _, name := range p.tickets {
		ticket, err := door.Tickets.GetTicket(mette, &triagev1.GetTicketRequest{Name: name})
		answer(ticket, err)
		journey, err := door.Reporting.GetJourney(mette, &reportingv1.GetJourneyRequest{Name: name})
		answer(journey, err)
		p.textsSayThatTheyAreErased(journey)
	}
	list, err := door.Tickets.ListTickets(mette, &triagev1.ListTicketsRequest{Parent: house.Desk})
	answer(list, err)
	submissions, err := door.Submissions.ListSubmissions(mette, &intakev1.ListSubmissionsRequest{Parent: house.Desk})
	answer(submissions, err)
	persons, err := door.Persons.ListPersons(mette, &intakev1.ListPersonsRequest{Parent: house.Desk})
	answer(persons, err)
	messages, err := door.Notifications.ListNotifications(mette, &notifyv1.ListNotificationsRequest{Parent: house.Desk})
	answer(messages, err)
	w := &walk{House: p.House, door: door}
	for _, event := range w.watches(mette, p.t) { // from position zero
		answers = append(answers, event)
	}
	for _, word := range words {
		found, err := door.Tickets.SearchTickets(mette, &triagev1.SearchTicketsRequest{Parent: house.Desk, Query: word})
		p.must("search", err)
		if len(found.GetTickets()) > 0 {
			p.t.Errorf("%q still finds %v", word, found.GetTickets())
		}
	}
	for _, m := range answers {
		said := strings.ToLower(protojson.Format(m))
		for _, word := range words {
			if strings.Contains(said, word) {
				p.t.Errorf("%q is in %s", word, said)
			}
		}
	}
	found, err := door.Tickets.SearchTickets(mette, &triagev1.SearchTicketsRequest{Parent: house.Desk, Query: kept})
	if err != nil || len(found.GetTickets()) != 1 || found.GetTickets()[0].GetName() != p.others {
		p.t.Errorf("the ticket of somebody else is not found any more: %v %v", found, err)
	}
}

func (p *past) textsSayThatTheyAreErased(journey *reportingv1.Journey) {
	p.t.Helper()
	texts := 0
	for _, event := range journey.GetEvents() {
		for _, text := range event.GetTexts() {
			texts++
			if !text.GetErased() {
				p.t.Errorf("%s of %s does not say that it is erased", text.GetName(), event.GetRecord().GetType())
			}
		}
	}
	if last := journey.GetEvents()[len(journey.GetEvents())-1].GetRecord().GetType(); texts == 0 || last != "ticket.texts_erased" {
		p.t.Errorf("%s has %d texts and ends with %s", journey.GetName(), texts, last)
	}
}

// proofsHold verifies the chains of every resource of every feed, with the texts that are left, and reporting's own proof.
func (p *past) proofsHold() {
	p.t.Helper()
	erased := 0
	for _, service := range []string{"intake", "triage", "notify"} {
		for _, resource := range p.rows(service, "SELECT DISTINCT resource FROM events") {
			desk, _, _ := strings.Cut(strings.TrimPrefix(resource, "desks/"), "/")
			rows, err := feed.NewReader(p.DB(service)).History(p.ctx, desk, resource, 0, 1000)
			p.must("read "+resource, err)
			events := make([]*feed.Event, len(rows))
			for i := range rows {
				events[i], err = rows[i].Decode(nil)
				p.must("decode "+resource, err)
				for _, text := range events[i].Texts {
					if text.GetErased() {
						erased++
					}
				}
			}
			if _, err := feed.VerifyChain(feed.Head{}, events); err != nil {
				p.t.Errorf("the proof of %s: %v", resource, err)
			}
		}
	}
	if erased == 0 {
		p.t.Error("no feed has an erased text, so that the proofs prove nothing")
	}
	proofs, err := p.REST.Reporting.VerifyTickets(p.As(p.ctx, house.Saul), &reportingv1.VerifyTicketsRequest{Parent: house.Desk})
	p.must("verify", err)
	if proofs.GetVerified() != 3 || len(proofs.GetFaults()) > 0 {
		p.t.Errorf("of three tickets the proofs tell %v", proofs)
	}
}

// rebuildIsTheSame makes reporting again from the erased feeds.
func (p *past) rebuildIsTheSame() {
	p.t.Helper()
	model := func() (rows []string) {
		for _, table := range []string{"history", "history_texts", "tickets", "steps"} {
			rows = append(rows, p.rows("reporting", "SELECT t::text FROM "+table+" t ORDER BY 1")...)
		}
		return rows
	}
	before := model()
	rebuild(p.ctx, p.t, p.House)
	p.must("settle", house.Until(p.ctx, p.Settled))
	if diff := cmp.Diff(before, model()); diff != "" {
		p.t.Errorf("reporting is another after a rebuild (-before +after):\n%s", diff)
	}
}

// nobodyReportsForThemAnyMore tries every way in which a submission names a person.
func (p *past) nobodyReportsForThemAnyMore() {
	p.t.Helper()
	by, about, anew := house.Report(house.Desk, "x"), house.Report(house.Desk, "x"), house.Report(house.Desk, "x")
	by.Reporter, about.AffectedUser = house.Person(erasedID), house.Person(erasedID)
	anew.NewAffectedUser = &intakev1.Person{Name: house.Person(erasedID), DisplayName: "x"}
	for _, tt := range []struct {
		report *intakev1.SubmitTicketRequest
		want   string
	}{{by, "PERSON_ERASED"}, {about, "PERSON_ERASED"}, {anew, "PERSON_EXISTS"}} {
		_, err := p.REST.Submissions.SubmitTicket(p.As(p.ctx, house.Mette), tt.report)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			p.t.Errorf("a report of an erased person is answered %v, want %s", err, tt.want)
		}
	}
	_, err := p.REST.Persons.CreatePerson(p.As(p.ctx, house.Mette), &intakev1.CreatePersonRequest{
		Parent: house.Desk, PersonId: erasedID, RequestId: house.ID(), Person: &intakev1.Person{DisplayName: "x"},
	})
	if status.Code(err) != codes.AlreadyExists {
		p.t.Errorf("an erased person is registered again: %v", err)
	}
}

func (p *past) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}
