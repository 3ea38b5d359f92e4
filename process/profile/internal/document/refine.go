package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Refine compares a profile, merged, with its base and returns where it contradicts it (R134). What each field allows stands in
// the schema, as its `refinement`.
func Refine(base, merged *Node) Problems {
	r := &refiner{drops: map[string]Position{}}
	if drops := merged.Fields["drop"]; drops != nil {
		for _, drop := range drops.Items {
			if path := drop.Fields["path"]; path != nil {
				r.drops[path.Scalar.String()] = path.At
			}
		}
	}
	r.message("", base, merged)
	return r.problems
}

type refiner struct {
	drops    map[string]Position
	problems Problems
}

func (r *refiner) refuse(at Position, path string, base Position, format string, args ...any) {
	message := fmt.Sprintf(format, args...) + "; the base says so at " + base.String()
	r.problems = append(r.problems, Problem{at, path, message, "R134"})
}

func (r *refiner) message(path string, base, merged *Node) {
	if base == merged {
		return // the profile says nothing here
	}
	mandatory := base.Fields["mandatory"] != nil && base.True("mandatory")
	fields := base.Message.Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		before, after := base.Fields[field.Name()], merged.Fields[field.Name()]
		if before == after {
			continue
		}
		fieldPath := FieldPath(path, field.Name())
		if say := forbids(field, mandatory, before, after); say != "" {
			at, where := merged.At, base.At
			if after != nil {
				at = after.At
			}
			if before != nil {
				where = before.At
			}
			r.refuse(at, fieldPath, where, "%s", say)
		}
		switch {
		case before == nil || after == nil:
		case entries(field):
			r.entries(fieldPath, before, after)
		case before.Message != nil:
			r.message(fieldPath, before, after)
		}
	}
}

func (r *refiner) entries(path string, base, merged *Node) {
	for i, before := range base.Items {
		id, _ := before.ID()
		itemPath := ItemPath(path, before, i)
		after, _ := find(merged.Items, id)
		switch {
		case after != nil:
			r.message(itemPath, before, after)
		case before.True("mandatory"):
			at, dropped := r.drops[itemPath]
			if !dropped {
				at = merged.At
			}
			r.refuse(at, itemPath, before.At, "dropped, but it is mandatory: expected it to stay")
		}
	}
}

// RefinementOf returns what a profile may do with what its base said in a field.
func RefinementOf(field protoreflect.FieldDescriptor) profilev1.Refinement {
	of, _ := proto.GetExtension(field.Options(), profilev1.E_Refinement).(profilev1.Refinement)
	return of
}

// forbids says why a field may not become what it became, and nothing where it may.
func forbids(field protoreflect.FieldDescriptor, mandatory bool, before, after *Node) string {
	switch RefinementOf(field) {
	case profilev1.Refinement_REFINEMENT_FIXED:
		if before != nil && Written(field, before) != Written(field, after) {
			return fmt.Sprintf("is %s, expected %s: it cannot be changed", Written(field, after), Written(field, before))
		}
	case profilev1.Refinement_REFINEMENT_FIXED_IF_MANDATORY:
		if mandatory && Written(field, before) != Written(field, after) {
			return fmt.Sprintf("is %s, expected %s: the entry is mandatory", Written(field, after), Written(field, before))
		}
	case profilev1.Refinement_REFINEMENT_ON:
		if before != nil && before.Scalar.Bool() && (after == nil || !after.Scalar.Bool()) {
			return "is turned off, expected true: it can only be turned on"
		}
	case profilev1.Refinement_REFINEMENT_GROW:
		if lost := missing(field, before, after); lost != "" {
			return "loses " + lost + ": the list can only grow"
		}
	case profilev1.Refinement_REFINEMENT_SHRINK:
		if gained := missing(field, after, before); gained != "" {
			return "gains " + gained + ": the list can only shrink"
		}
	case profilev1.Refinement_REFINEMENT_NARROW:
		if before == nil || len(before.Items) == 0 {
			return ""
		}
		if gained := missing(field, after, before); gained != "" || after == nil || len(after.Items) == 0 {
			return "is wider than " + Written(field, before) + ": it can only become narrower"
		}
	case profilev1.Refinement_REFINEMENT_SOONER:
		if before != nil && !sooner(before.Scalar.String(), Written(field, after)) {
			return fmt.Sprintf("is %s, expected at most %s in the same unit", Written(field, after), before.Scalar.String())
		}
	default: // free
	}
	return ""
}

// missing lists what stands in one list and not in the other.
func missing(field protoreflect.FieldDescriptor, in, from *Node) string {
	if in == nil {
		return ""
	}
	var has []string
	if from != nil {
		has = texts(field, from)
	}
	return strings.Join(slices.DeleteFunc(texts(field, in), func(value string) bool { return slices.Contains(has, value) }), ", ")
}

func texts(field protoreflect.FieldDescriptor, list *Node) []string {
	all := make([]string, len(list.Items))
	for i, item := range list.Items {
		all[i] = text(field, item)
	}
	return all
}

func text(field protoreflect.FieldDescriptor, n *Node) string {
	if field.Enum() != nil {
		return EnumName(field.Enum(), n.Scalar.Enum())
	}
	return n.Scalar.String()
}

// Written is a value as profiles write it; what is not said reads as nothing.
func Written(field protoreflect.FieldDescriptor, n *Node) string {
	switch {
	case n == nil:
		return "nothing"
	case n.List:
		return "[" + strings.Join(texts(field, n), ", ") + "]"
	default:
		return text(field, n)
	}
}

// sooner compares spans of one unit: "48h" and "72h".
func sooner(base, now string) bool {
	unit := strings.TrimLeft(base, "0123456789")
	was, wasErr := strconv.Atoi(strings.TrimSuffix(base, unit))
	is, isErr := strconv.Atoi(strings.TrimSuffix(now, unit))
	return wasErr == nil && isErr == nil && is <= was
}
