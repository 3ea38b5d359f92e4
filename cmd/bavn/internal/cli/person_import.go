package cli

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// PersonImport brings the desk's persons in line with a list (R35, R36).
type PersonImport struct {
	File        string            `arg:"" type:"existingfile" help:"CSV file, its first line the columns; UTF-8 or Latin-1."`
	Source      string            `required:"" placeholder:"NAME" help:"Where the list is from: staff, students, guests."`
	Map         map[string]string `placeholder:"COLUMN=FIELD" help:"Which column is which field, where its name does not say so."`
	DryRun      bool              `help:"Say what would happen, and change nothing."`
	CloseAbsent bool              `help:"The list is whole: close the persons of this source whom it lacks."`
	ManyLeft    bool              `help:"Yes, that many have left."`
	PhoneRegion string            `default:"DK" placeholder:"DK|SE" help:"Where phone numbers without a country code are from."`
	Request
}

// sentPersons is how many persons one message holds.
const sentPersons = 200

// Run sends the list, and prints what it changed and which lines were not taken.
func (c *PersonImport) Run(ctx context.Context, s *session) error {
	content, err := os.ReadFile(c.File)
	if err != nil {
		return failure.New(failure.Usage, "name a file that can be read", "%w", err)
	}
	persons, err := readPersons(content, c.Map)
	if err != nil {
		return failure.New(failure.Usage, "the first line names the columns, one of them person_id; say --map column=field otherwise",
			"%s: %w", c.File, err)
	}
	connected, err := s.connect()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := connected.Imports.ImportPersons(ctx)
	if err != nil {
		return err
	}
	message := &intakev1.ImportPersonsRequest{
		Parent: s.desk(), RequestId: c.id(), Source: c.Source, ValidateOnly: c.DryRun, CloseAbsent: c.CloseAbsent,
		ManyLeft: c.ManyLeft, PhoneRegion: c.PhoneRegion,
	}
	if err := stream.Send(message); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for some := range slices.Chunk(persons, sentPersons) {
		if err := stream.Send(&intakev1.ImportPersonsRequest{Persons: some}); errors.Is(err, io.EOF) {
			break // the service has said no: what it says is the answer
		} else if err != nil {
			return err
		}
	}
	report, err := stream.CloseAndRecv()
	if err != nil {
		return err
	}
	if s.JSON {
		return s.Message(report)
	}
	return c.print(s, report)
}

func (c *PersonImport) print(s *session, report *intakev1.ImportPersonsResponse) error {
	if c.DryRun {
		s.Printf("Nothing was changed. This would be:\n")
	}
	s.Printf("%d created, %d changed, %d unchanged, %d closed, %d refused\n", report.GetCreated(), report.GetChanged(),
		report.GetUnchanged(), report.GetClosed(), report.GetRefused())
	table := s.Table("LINE", "FIELD", "WHY IT WAS NOT TAKEN")
	for _, r := range report.GetRefusals() {
		why := r.GetMessage()
		if why == "" {
			why = r.GetRule()
		}
		table.Row(fmt.Sprint(r.GetLine()), r.GetField(), why)
	}
	return table.Print(s.Out)
}

// personColumns are the names under which fields are known, in small letters without spaces, hyphens and underscores.
var personColumns = map[string]string{
	"personid": "person_id", "id": "person_id", "login": "person_id", "uid": "person_id",
	"displayname": "display_name", "name": "display_name", "navn": "display_name", "namn": "display_name",
	"email": "email", "mail": "email", "epost": "email", "emailaddress": "email",
	"phone": "phone", "telefon": "phone", "tlf": "phone", "telephone": "phone", "mobil": "phone", "mobile": "phone",
	"languagecode": "language_code", "language": "language_code", "sprog": "language_code", "språk": "language_code",
	"office": "office", "kontor": "office", "lokale": "office", "rum": "office",
	"username": "username", "brugernavn": "username", "användarnamn": "username",
	"department": "department", "afdeling": "department", "institut": "department", "avdelning": "department",
	"organisationid": "organisation_id", "auid": "organisation_id", "organizationid": "organisation_id",
}

// setters put a cell where it belongs.
var setters = map[string]func(p *intakev1.ImportedPerson, cell string){
	"person_id":       func(p *intakev1.ImportedPerson, cell string) { p.PersonId = cell },
	"display_name":    func(p *intakev1.ImportedPerson, cell string) { p.DisplayName = cell },
	"email":           func(p *intakev1.ImportedPerson, cell string) { p.Email = cell },
	"phone":           func(p *intakev1.ImportedPerson, cell string) { p.Phone = cell },
	"language_code":   func(p *intakev1.ImportedPerson, cell string) { p.LanguageCode = cell },
	"office":          func(p *intakev1.ImportedPerson, cell string) { p.Office = cell },
	"username":        func(p *intakev1.ImportedPerson, cell string) { p.Username = cell },
	"department":      func(p *intakev1.ImportedPerson, cell string) { p.Department = cell },
	"organisation_id": func(p *intakev1.ImportedPerson, cell string) { p.OrganisationId = cell },
}

// readPersons reads a list. Its lines are numbered as an editor does it; columns that nobody knows are left out.
func readPersons(content []byte, given map[string]string) ([]*intakev1.ImportedPerson, error) {
	content = bytes.TrimPrefix(content, []byte("\uFEFF"))
	if !utf8.Valid(content) { // Latin-1, as spreadsheets write it
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(content)
		if err != nil {
			return nil, fmt.Errorf("read as Latin-1: %w", err)
		}
		content = decoded
	}
	rows := csv.NewReader(bytes.NewReader(content))
	first, _, _ := bytes.Cut(content, []byte("\n"))
	if bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
		rows.Comma = ';'
	}
	heads, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read the names of the columns: %w", err)
	}
	columns, fields, err := personFields(heads, given)
	if err != nil {
		return nil, err
	}
	var persons []*intakev1.ImportedPerson
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return persons, nil
		}
		if err != nil {
			return nil, err
		}
		line, _ := rows.FieldPos(0)
		person := &intakev1.ImportedPerson{Line: int32(line), Fields: fields} //nolint:gosec // of a file in memory
		for i, cell := range cells {
			if set := setters[columns[i]]; set != nil {
				set(person, strings.TrimSpace(cell))
			}
		}
		persons = append(persons, person)
	}
}

// personFields says which column is which field, and of which fields the list speaks.
func personFields(heads []string, given map[string]string) (columns, fields []string, err error) {
	for name, field := range given {
		if setters[field] == nil {
			return nil, nil, fmt.Errorf("a person has no %q", field)
		}
		if !slices.Contains(heads, name) {
			return nil, nil, fmt.Errorf("no column is called %q", name)
		}
	}
	columns = make([]string, len(heads))
	taken := map[string]string{}
	for i, head := range heads {
		plain := strings.NewReplacer(" ", "", "-", "", "_", "", ".", "").Replace(strings.ToLower(strings.TrimSpace(head)))
		field, mapped := given[head]
		if !mapped {
			field = personColumns[plain]
		}
		if field == "" {
			continue
		}
		if other, twice := taken[field]; twice {
			return nil, nil, fmt.Errorf("%q and %q are both the %s", other, head, field)
		}
		taken[field], columns[i] = head, field
		if field != "person_id" {
			fields = append(fields, field)
		}
	}
	if taken["person_id"] == "" {
		return nil, nil, errors.New("no column is the person_id")
	}
	slices.Sort(fields)
	return columns, fields, nil
}
