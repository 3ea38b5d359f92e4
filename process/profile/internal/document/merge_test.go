package document

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

var descriptor = (&profilev1.Profile{}).ProtoReflect().Descriptor()

// sections are what drawn profiles say: lists by id, lists within entries, single settings, plain lists.
var sections = []protoreflect.Name{
	"roles", "gates", "notifications", "legal_clocks", "transitions", "closing", "numbers", "priority",
}

// drawProfile makes a profile of any content that the loader could have read.
func drawProfile(t *rapid.T, name string) *Node {
	root := &Node{At: Position{File: name + ".yaml", Line: 1, Column: 1}, Message: descriptor, Fields: map[protoreflect.Name]*Node{}}
	for _, section := range sections {
		if rapid.Bool().Draw(t, "says "+string(section)) {
			root.Fields[section] = drawField(t, descriptor.Fields().ByName(section), root.At, 3)
		}
	}
	return root
}

func drawField(t *rapid.T, field protoreflect.FieldDescriptor, at Position, depth int) *Node {
	at.Line = rapid.IntRange(1, 999).Draw(t, "line")
	if !field.IsList() {
		return drawSingle(t, field, at, depth)
	}
	list := &Node{At: at, List: true}
	for range rapid.IntRange(0, 3).Draw(t, "items") {
		item := drawSingle(t, field, at, depth)
		if id, ok := item.ID(); ok {
			if before, _ := find(list.Items, id); before != nil {
				continue
			}
		}
		list.Items = append(list.Items, item)
	}
	return list
}

func drawSingle(t *rapid.T, field protoreflect.FieldDescriptor, at Position, depth int) *Node {
	if message := field.Message(); message != nil {
		node := &Node{At: at, Message: message, Fields: map[protoreflect.Name]*Node{}}
		for i := range message.Fields().Len() {
			inner := message.Fields().Get(i)
			if inner.Name() == "id" || depth > 0 && rapid.Bool().Draw(t, "says "+string(inner.Name())) {
				node.Fields[inner.Name()] = drawField(t, inner, at, depth-1)
			}
		}
		return node
	}
	node := &Node{At: at}
	switch field.Kind() {
	case protoreflect.BoolKind:
		node.Scalar = protoreflect.ValueOfBool(rapid.Bool().Draw(t, "switch"))
	case protoreflect.Int32Kind:
		node.Scalar = protoreflect.ValueOfInt32(rapid.Int32Range(1, 9).Draw(t, "number"))
	case protoreflect.EnumKind:
		last := field.Enum().Values().Len() - 1
		node.Scalar = protoreflect.ValueOfEnum(protoreflect.EnumNumber(rapid.IntRange(1, last).Draw(t, "value")))
	default:
		texts := []string{"a", "b", "c"}
		if RefinementOf(field) == profilev1.Refinement_REFINEMENT_SOONER {
			texts = []string{"24h", "48h", "72h", "3d"}
		}
		node.Scalar = protoreflect.ValueOfString(rapid.SampledFrom(texts).Draw(t, "text"))
	}
	return node
}

func built(n *Node) *profilev1.Profile {
	profile := &profilev1.Profile{}
	Build(n, profile.ProtoReflect())
	return profile
}

func same(t *rapid.T, what string, a, b *Node) {
	if !proto.Equal(built(a), built(b)) {
		t.Fatalf("%s:\n%v\n%v", what, built(a), built(b))
	}
}

func TestMergingFollowsItsLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawProfile(t, "a"), drawProfile(t, "b"), drawProfile(t, "c")
		before := built(a)
		nothing := &Node{Message: descriptor, Fields: map[protoreflect.Name]*Node{}}
		same(t, "a profile that says nothing changes its base", a, Merge(a, nothing))
		same(t, "a base that says nothing changes its profile", a, Merge(nothing, a))
		same(t, "a profile over itself differs from itself", a, Merge(a, a))
		same(t, "it matters where a chain of three is merged first", Merge(Merge(a, b), c), Merge(a, Merge(b, c)))
		if !proto.Equal(before, built(a)) {
			t.Fatal("merging changed the base")
		}
	})
}

func TestWhatAProfileSaysStandsAndWhatItDoesNotSayIsTheBases(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base, over := drawProfile(t, "base"), drawProfile(t, "over")
		merged := Merge(base, over)
		says := map[string]string{}
		for _, tree := range []*Node{base, over} { // the later wins
			tree.Visit(func(path string, field protoreflect.FieldDescriptor, n *Node) {
				if field != nil && !n.List && n.Message == nil && !field.IsList() {
					says[path] = text(field, n)
				}
			})
		}
		merged.Visit(func(path string, field protoreflect.FieldDescriptor, n *Node) {
			if field == nil || n.List || n.Message != nil || field.IsList() || strings.ContainsAny(path, "0123456789") {
				return // what has no id is replaced with its list
			}
			if text(field, n) != says[path] {
				t.Fatalf("%s is %s, expected %s", path, text(field, n), says[path])
			}
			delete(says, path)
		})
		for path := range says {
			if !strings.ContainsAny(path, "0123456789") {
				t.Fatalf("%s is lost", path)
			}
		}
	})
}

// TestARefinementThatIsTakenKeepsWhatIsMandatory: whatever a profile says, if nothing is refused then every mandatory
// entry of the base is there and as strong as it was (R134).
func TestARefinementThatIsTakenKeepsWhatIsMandatory(t *testing.T) {
	t.Parallel()
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		base, over := drawProfile(t, "base"), drawProfile(t, "over")
		if rapid.Bool().Draw(t, "drops") {
			over.Fields["drop"] = drawDrops(t, base)
		}
		without, problems := Without(base, over.Fields["drop"])
		if len(problems) > 0 {
			t.Fatalf("an entry that is there cannot be dropped: %v", problems)
		}
		merged := Merge(without, over)
		if len(Refine(base, merged)) > 0 {
			return
		}
		taken++
		before, after := built(base), built(merged)
		keepsNotifications(t, before, after)
		for _, was := range before.GetGates() {
			is := byID(after.GetGates(), was.GetId())
			if !was.GetMandatory() {
				continue
			}
			if is == nil || is.GetStep() != was.GetStep() && was.GetStep() != "" ||
				is.GetWhen() != was.GetWhen() || is.GetSatisfiedWhen() != was.GetSatisfiedWhen() ||
				!subset(is.GetOverrideRoles(), was.GetOverrideRoles()) {
				t.Fatalf("the mandatory gate %v became %v", was, is)
			}
		}
		for _, was := range before.GetTransitions() {
			is := byID(after.GetTransitions(), was.GetId())
			if is != nil && (!subset(is.GetBy(), was.GetBy()) || !subset(is.GetFrom(), was.GetFrom())) {
				t.Fatalf("the transition %v was widened to %v", was, is)
			}
		}
	})
	if taken < 10 {
		t.Errorf("only %d of the drawn profiles were refinements: the test shows nothing", taken)
	}
}

func keepsNotifications(t *rapid.T, before, after *profilev1.Profile) {
	for _, was := range before.GetNotifications() {
		is := byID(after.GetNotifications(), was.GetId())
		if !was.GetMandatory() {
			continue
		}
		if is == nil || !is.GetMandatory() || is.GetEvent() != was.GetEvent() || is.GetWhen() != was.GetWhen() ||
			!subset(was.GetAudience(), is.GetAudience()) || !subset(was.GetMedia(), is.GetMedia()) ||
			!subset(was.GetRoles(), is.GetRoles()) {
			t.Fatalf("the mandatory notification %v became %v", was, is)
		}
	}
}

func byID[T interface {
	comparable
	GetId() string
}](entries []T, id string) (found T) {
	for _, entry := range entries {
		if entry.GetId() == id {
			return entry
		}
	}
	return found
}

func subset[T comparable](of, in []T) bool {
	return !slices.ContainsFunc(of, func(value T) bool { return !slices.Contains(in, value) })
}

// drawDrops drops some entries of a profile.
func drawDrops(t *rapid.T, base *Node) *Node {
	field := descriptor.Fields().ByName("drop")
	list := &Node{List: true}
	for _, section := range []protoreflect.Name{"gates", "notifications", "transitions"} {
		if base.Fields[section] == nil {
			continue
		}
		for i, item := range base.Fields[section].Items {
			if rapid.IntRange(0, 3).Draw(t, "drop") > 0 {
				continue
			}
			path := &Node{Scalar: protoreflect.ValueOfString(ItemPath(string(section), item, i))}
			list.Items = append(list.Items, &Node{Message: field.Message(), Fields: map[protoreflect.Name]*Node{"path": path}})
		}
	}
	return list
}

func TestAPathFindsWhatItNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := drawProfile(t, "any")
		tree.Visit(func(path string, _ protoreflect.FieldDescriptor, n *Node) {
			if found, at := tree.Look(path); found != n || at != path {
				t.Fatalf("%s leads to %s", path, at)
			}
		})
	})
}

func TestALabelIsSuggestedOnlyWhereItIsClose(t *testing.T) {
	t.Parallel()
	names := []string{"calendar", "category", "channel"}
	for written, want := range map[string]string{
		"calender": ", did you mean calendar?",
		"x":        ", expected one of calendar, category, channel",
	} {
		if got := Suggest(written, names); got != want {
			t.Errorf("%s: %q, want %q", written, got, want)
		}
	}
	if got := Suggest("x", nil); !strings.Contains(got, "none yet") {
		t.Error(got)
	}
	problem := Problem{Position{"a.yaml", 3, 4}, "x.y", "is wrong", "R1"}
	if problem.Error() != "a.yaml:3:4: x.y: is wrong (R1)" {
		t.Error(problem)
	}
}
