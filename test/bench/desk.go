package bench

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"github.com/bavn/bavn/cmd/bavn/suite"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/devissuer"
)

// The bench desk: a service desk and an operations supplier, with one agent of each per client, and the people who report.
const (
	deskName      = "desks/bench"
	serviceDesk   = deskName + "/parties/servicedesk"
	supplier      = deskName + "/parties/supplier"
	firstLine     = serviceDesk + "/groups/firstline"
	operations    = supplier + "/groups/operations"
	administrator = "anna"

	// reporters report in turn; the first of them has an address, so one ticket in twenty makes mails.
	reporters = 20
	// numberDigits leaves room for a run that goes on for weeks.
	numberDigits = 9
)

func agent(client int) string    { return fmt.Sprintf("agent-%d", client) }
func operator(client int) string { return fmt.Sprintf("operator-%d", client) }
func reporter(n int) string      { return fmt.Sprintf("reporter-%d", n%reporters) }

// people who may sign in at the suite's issuer.
func people(clients int) []devissuer.Person {
	persons := []devissuer.Person{{ID: administrator, Name: "Anna"}}
	for client := range clients {
		persons = append(persons, devissuer.Person{ID: agent(client), Name: "Agent"},
			devissuer.Person{ID: operator(client), Name: "Operator"})
	}
	return persons
}

// caller is one person's connections to the services that are called under load.
type caller struct {
	submissions intakev1.SubmissionServiceClient
	persons     intakev1.PersonServiceClient
	tickets     triagev1.TicketServiceClient
	directory   triagev1.DirectoryServiceClient
	known       triagev1.KnownSolutionServiceClient
}

// line is where calls go, over TLS: connections of their own for every client, and the token of whoever calls.
type line struct {
	processes *suite.Processes
	roots     *x509.CertPool
	conns     []*grpc.ClientConn
}

func openLine(processes *suite.Processes) (*line, error) {
	pem, err := os.ReadFile(processes.Folder().CA())
	if err != nil {
		return nil, fmt.Errorf("read the services' CA: %w", err)
	}
	l := &line{processes: processes, roots: x509.NewCertPool()}
	if !l.roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("the services' CA holds no certificate")
	}
	return l, nil
}

// tokenLife is longer than any run.
const tokenLife = 12 * time.Hour

// client is one program that calls: a connection to intake and one to triage, whoever sits at it.
type client struct {
	line           *line
	intake, triage *grpc.ClientConn
}

func (l *line) client() (client, error) {
	c := client{line: l}
	for target, conn := range map[string]**grpc.ClientConn{
		l.processes.Addresses().Intake: &c.intake, l.processes.Addresses().Triage: &c.triage,
	} {
		var err error
		if *conn, err = grpc.NewClient(target,
			grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: l.roots, MinVersion: tls.VersionTLS13}))); err != nil {
			return client{}, err
		}
		l.conns = append(l.conns, *conn)
	}
	return c, nil
}

// caller is a person at the client.
func (c client) caller(person string) (caller, error) {
	token, err := c.line.processes.Token(person, tokenLife)
	if err != nil {
		return caller{}, err
	}
	intake, triage := as{c.intake, bearer(token)}, as{c.triage, bearer(token)}
	return caller{
		submissions: intakev1.NewSubmissionServiceClient(intake), persons: intakev1.NewPersonServiceClient(intake),
		tickets: triagev1.NewTicketServiceClient(triage), directory: triagev1.NewDirectoryServiceClient(triage),
		known: triagev1.NewKnownSolutionServiceClient(triage),
	}, nil
}

// as makes calls in somebody's name.
type as struct {
	*grpc.ClientConn
	token bearer
}

// Invoke is a unary call.
func (a as) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	return a.ClientConn.Invoke(ctx, method, args, reply, append(opts, grpc.PerRPCCredentials(a.token))...)
}

func (l *line) close() error {
	var errs []error
	for _, conn := range l.conns {
		errs = append(errs, conn.Close())
	}
	return errors.Join(errs...)
}

type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

func (bearer) RequireTransportSecurity() bool { return true }

// furnish makes the desk, and returns when intake knows it too.
func furnish(ctx context.Context, l *line, clients int) error {
	desk, err := l.client()
	if err != nil {
		return err
	}
	anna, err := desk.caller(administrator)
	if err != nil {
		return err
	}
	_, err = anna.directory.CreateDesk(ctx, &triagev1.CreateDeskRequest{
		RequestId: uuid.NewString(), DeskId: "bench",
		Desk: &triagev1.Desk{
			DisplayName: "Bench", TimeZone: "Europe/Copenhagen", LanguageCode: "da",
			AuthorityParty: serviceDesk, ContactParty: serviceDesk,
			NumberScheme: &triagev1.NumberScheme{Prefix: "ASCP", Digits: numberDigits},
		},
	})
	if err != nil {
		return fmt.Errorf("create the desk: %w", err)
	}
	if _, err := anna.directory.CreateParty(ctx, &triagev1.CreatePartyRequest{
		RequestId: uuid.NewString(), Parent: deskName, PartyId: "supplier", Party: &triagev1.Party{DisplayName: "Supplier"},
	}); err != nil {
		return fmt.Errorf("create the supplier: %w", err)
	}
	for _, g := range []struct{ party, id string }{{serviceDesk, "firstline"}, {supplier, "operations"}} {
		if _, err := anna.directory.CreateGroup(ctx, &triagev1.CreateGroupRequest{
			RequestId: uuid.NewString(), Parent: g.party, GroupId: g.id, Group: &triagev1.Group{DisplayName: g.id, Level: 1},
		}); err != nil {
			return fmt.Errorf("create group %s: %w", g.id, err)
		}
	}
	for client := range clients {
		for person, of := range map[string][2]string{
			agent(client): {serviceDesk, firstLine}, operator(client): {supplier, operations},
		} {
			if _, err := anna.directory.GrantMembership(ctx, &triagev1.GrantMembershipRequest{
				RequestId: uuid.NewString(), Parent: deskName, Membership: &commonv1.Membership{
					Person: deskName + "/persons/" + person, Party: of[0], Group: of[1], Roles: []string{"agent"},
				},
			}); err != nil {
				return fmt.Errorf("make %s an agent: %w", person, err)
			}
		}
	}
	return register(ctx, desk)
}

// heardWithin bounds how long intake may take to hear of a new desk.
const heardWithin = 30 * time.Second

// register makes the persons who report. It tries again until intake has heard of the desk and of who is an agent there.
func register(ctx context.Context, desk client) error {
	first, err := desk.caller(agent(0))
	if err != nil {
		return err
	}
	until := time.Now().Add(heardWithin)
	for n := range reporters {
		person := &intakev1.Person{DisplayName: "Reporter", LanguageCode: "da"}
		if n == 0 {
			person.Email = "reporter@example.dk"
		}
		create := &intakev1.CreatePersonRequest{
			RequestId: uuid.NewString(), Parent: deskName, PersonId: reporter(n), Person: person,
		}
		for {
			_, err := first.persons.CreatePerson(ctx, create)
			if err == nil {
				break
			}
			unheard := status.Code(err) == codes.NotFound || status.Code(err) == codes.PermissionDenied
			if !unheard || time.Now().After(until) {
				return fmt.Errorf("register %s: %w", reporter(n), err)
			}
			if err := waitUntil(ctx, time.Now().Add(50*time.Millisecond)); err != nil {
				return err
			}
		}
	}
	return nil
}
