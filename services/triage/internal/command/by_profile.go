package command

import (
	"slices"
	"strconv"

	"google.golang.org/grpc/codes"

	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/triage/internal/domain"
)

// Assessments does what the desk's profile makes of tickets: what they are, how grave, and who may see them.
type Assessments struct {
	Tickets *Tickets
}

// byProfile refuses, on a desk without a profile, what only a profile gives a meaning.
func (s scene) byProfile() error { return follows(s.Desk) }

func follows(desk domain.Desk) error {
	if desk.Process == nil {
		return ErrNoProfile
	}
	return nil
}

// notFor refuses what the profile gives to others: the rule says whose it is.
func (s scene) notFor(rule, satisfy string) error {
	return fault.New(codes.FailedPrecondition, profile.NotYours).Meta("profile_version", s.Desk.Process.Version()).
		Violation("PROFILE", rule, satisfy)
}

// holds reports whether the caller has one of the roles.
func (s scene) holds(roles ...[]string) bool {
	had := s.caller.Roles()
	return slices.ContainsFunc(slices.Concat(roles...), func(role string) bool { return slices.Contains(had, role) })
}

// unfit refuses, field by field, what the desk's profile does not know. path is where the fields are in the request.
func unfit(path string, fields []domain.Unfit) error {
	if len(fields) == 0 {
		return nil
	}
	f := fault.New(codes.InvalidArgument, fault.InvalidArgument)
	for _, field := range fields {
		f = f.Field(path+field.Field, field.Rule)
	}
	return f
}

// unfitAt refuses the same of things in a list: "answers[2].value".
func unfitAt(path string, fields []domain.UnfitAt) error {
	named := make([]domain.Unfit, len(fields))
	for i, field := range fields {
		named[i] = domain.Unfit{Field: path + "[" + strconv.Itoa(field.Index) + "]." + field.Field, Rule: field.Rule}
	}
	return unfit("", named)
}
