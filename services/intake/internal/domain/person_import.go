package domain

import (
	"errors"
	"strings"
	"time"

	"buf.build/go/protovalidate"
	"github.com/nyaruka/phonenumbers"
	"google.golang.org/protobuf/proto"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
)

// ImportFields are all that a list may say about a person.
var ImportFields = []string{
	"display_name", "email", "phone", "language_code", "office", "username", "department", "organisation_id",
}

// Refusal is why a line of a list is not taken: what of it, and which rule it breaks.
type Refusal struct{ Field, Rule string }

// PersonLine is a line of a list in the contract's words.
type PersonLine struct {
	ID     string
	Person *intakev1.Person
	Fields []string // that the line says something about
}

// ReadPersonLine puts a line into the contract's form: ids in small letters, phone numbers as E.164 (those without a country
// are of region), languages without their country. What it cannot, it refuses.
func ReadPersonLine(desk, region string, line *intakev1.ImportedPerson) (PersonLine, *Refusal) {
	id := strings.ToLower(strings.TrimSpace(line.GetPersonId()))
	language, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(line.GetLanguageCode())), "-")
	read := PersonLine{ID: id, Fields: line.GetFields(), Person: &intakev1.Person{
		Name: PersonName(desk, id), DisplayName: strings.TrimSpace(line.GetDisplayName()), Email: strings.TrimSpace(line.GetEmail()),
		LanguageCode: language, Office: strings.TrimSpace(line.GetOffice()),
		Username: strings.TrimSpace(line.GetUsername()), Department: strings.TrimSpace(line.GetDepartment()),
		OrganisationId: strings.TrimSpace(line.GetOrganisationId()),
	}}
	if len(read.Fields) == 0 {
		read.Fields = ImportFields
	}
	if written := strings.TrimSpace(line.GetPhone()); written != "" {
		number, err := phonenumbers.Parse(written, region)
		if err != nil || !phonenumbers.IsValidNumber(number) {
			return read, &Refusal{"phone", "import.phone"}
		}
		read.Person.Phone = phonenumbers.Format(number, phonenumbers.E164)
	}
	return read, brokenRule(read.Person)
}

// brokenRule is the first of the contract's rules for persons that a line breaks.
func brokenRule(person *intakev1.Person) *Refusal {
	err := protovalidate.Validate(person)
	if err == nil {
		return nil
	}
	if broken, ok := errors.AsType[*protovalidate.ValidationError](err); ok && len(broken.Violations) > 0 {
		v := broken.Violations[0].Proto
		field := protovalidate.FieldPathString(v.GetField())
		if field == "name" {
			return &Refusal{"person_id", "import.person_id"}
		}
		return &Refusal{field, v.GetRuleId()}
	}
	return &Refusal{"person_id", "import.person_id"}
}

// KnownPerson is what is known of whom a line is about.
type KnownPerson struct {
	Person *intakev1.Person
	Source string
	Left   *time.Time
	Closed bool // erased, or about to be
}

// Imported is what a line comes to.
type Imported int

// What a line comes to.
const (
	ImportUnchanged Imported = iota
	ImportCreated
	ImportChanged
	ImportReturned
)

// DecideImport says what a line comes to, and how the person is then. known is nil for somebody new. Nothing goes over from one
// person to another: old tickets stay with whom they were of (R35).
func DecideImport(line PersonLine, known *KnownPerson, source string) (Imported, *intakev1.Person, *Refusal) {
	if known == nil {
		if !Named(line.Person) {
			return 0, nil, &Refusal{"display_name", "required"}
		}
		return ImportCreated, line.Person, nil
	}
	was, is := known.Person.GetOrganisationId(), line.Person.GetOrganisationId()
	switch {
	case known.Closed:
		return 0, nil, &Refusal{"person_id", "import.erased"}
	case known.Source != "" && known.Source != source && known.Left == nil:
		return 0, nil, &Refusal{"person_id", "import.other_source"}
	case was != "" && is != "" && was != is:
		return 0, nil, &Refusal{"organisation_id", "import.other_person"}
	}
	person := proto.CloneOf(known.Person)
	Change(person, line.Person, line.Fields)
	switch {
	case !Named(person):
		return 0, nil, &Refusal{"display_name", "required"}
	case known.Left != nil:
		return ImportReturned, person, nil
	case known.Source != source || !proto.Equal(person, known.Person):
		return ImportChanged, person, nil
	}
	return ImportUnchanged, person, nil
}

// TooManyLeft reports whether so many persons lack on a list that it is rather the list that lacks something.
func TooManyLeft(absent, known int) bool { return absent > max(10, known/5) }
