package domain

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
)

// changeable are the fields of a person that UpdatePerson may change (R26).
var changeable = map[string]func(to, from *intakev1.Person){
	"display_name":    func(to, from *intakev1.Person) { to.DisplayName = from.GetDisplayName() },
	"email":           func(to, from *intakev1.Person) { to.Email = from.GetEmail() },
	"phone":           func(to, from *intakev1.Person) { to.Phone = from.GetPhone() },
	"language_code":   func(to, from *intakev1.Person) { to.LanguageCode = from.GetLanguageCode() },
	"office":          func(to, from *intakev1.Person) { to.Office = from.GetOffice() },
	"username":        func(to, from *intakev1.Person) { to.Username = from.GetUsername() },
	"department":      func(to, from *intakev1.Person) { to.Department = from.GetDepartment() },
	"organisation_id": func(to, from *intakev1.Person) { to.OrganisationId = from.GetOrganisationId() },
}

// Change puts the fields that the mask names from one person into another.
func Change(to, from *intakev1.Person, mask *fieldmaskpb.FieldMask) error {
	if len(mask.GetPaths()) == 0 {
		return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field("update_mask", "mask.empty")
	}
	for _, path := range mask.GetPaths() {
		change, ok := changeable[path]
		if !ok {
			return fault.New(codes.InvalidArgument, fault.InvalidArgument).Fields(fault.FieldViolation{
				Path: "update_mask", Rule: "mask.unknown_path", Text: fmt.Sprintf("%q is not a field that can be changed.", path),
			})
		}
		change(to, from)
	}
	return Named(to, "person")
}

// Named refuses a person without a name; field is where the request holds the person.
func Named(person *intakev1.Person, field string) error {
	if strings.TrimSpace(person.GetDisplayName()) == "" {
		return fault.New(codes.InvalidArgument, fault.InvalidArgument).Field(field+".display_name", "required")
	}
	return nil
}

// Changeable are the paths that a mask may name.
func Changeable() []string {
	paths := make([]string, 0, len(changeable))
	for path := range changeable {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}
