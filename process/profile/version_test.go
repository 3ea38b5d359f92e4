package profile_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// shuffle changes the order of keys, the style of values and the comments of a document, and nothing that it says.
func shuffle(t *rapid.T, n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		pairs := make([][2]*yaml.Node, 0, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			pairs = append(pairs, [2]*yaml.Node{n.Content[i], n.Content[i+1]})
		}
		n.Content = n.Content[:0]
		for _, pair := range rapid.Permutation(pairs).Draw(t, "keys") {
			n.Content = append(n.Content, pair[0], pair[1])
		}
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" && rapid.Bool().Draw(t, "quoted") {
		n.Style = yaml.DoubleQuotedStyle
	}
	if n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode {
		n.Style = rapid.SampledFrom([]yaml.Style{0, yaml.FlowStyle}).Draw(t, "style")
		n.HeadComment = rapid.SampledFrom([]string{"", "# why"}).Draw(t, "comment")
	}
	for _, child := range n.Content {
		shuffle(t, child)
	}
}

func TestCommentsOrderOfKeysAndStyleDoNotChangeTheVersion(t *testing.T) {
	t.Parallel()
	want := load(t, files(t), "desk.yaml").Version()
	source, err := os.ReadFile("testdata/desk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(r *rapid.T) {
		var document yaml.Node
		if err := yaml.Unmarshal(source, &document); err != nil {
			r.Fatal(err)
		}
		shuffle(r, document.Content[0])
		written, err := yaml.Marshal(document.Content[0])
		if err != nil {
			r.Fatal(err)
		}
		all := files(t)
		all["desk.yaml"] = &fstest.MapFile{Data: written}
		if got := load(t, all, "desk.yaml").Version(); got != want {
			r.Fatalf("the version changed from %s to %s with:\n%s", want, got, written)
		}
	})
}

func TestWhatAProfileSaysChangesTheVersion(t *testing.T) {
	t.Parallel()
	seen := map[string]string{load(t, files(t), "desk.yaml").Version(): "nothing"}
	for _, edit := range [][2]string{
		{"within: 15m", "within: 16m"},
		{"closing: {closed_by: [agent]}", "closing: {closed_by: [agent], reporter_may_close: true}"},
		{"closing: {closed_by: [agent]}", "closing: {closed_by: [agent], reporter_may_withdraw: true}"},
		{"registration_mail: forbidden", "registration_mail: allowed"},
		{"closes: true, source", "closes: false, source"},
		{"source: \"[2] step 8\"", "source: \"[2] step 9\""},
		{"week: [\"mon-fri 08:00-18:00\"]", "week: [\"mon-thu 08:00-18:00\", \"fri 08:00-18:00\"]"},
	} {
		all := files(t)
		all["desk.yaml"].Data = []byte(strings.Replace(string(all["desk.yaml"].Data), edit[0], edit[1], 1))
		version := load(t, all, "desk.yaml").Version()
		if other, twice := seen[version]; twice {
			t.Errorf("changing %q to %q has the same version as changing to %s", edit[0], edit[1], other)
		}
		seen[version] = edit[1]
	}
	all := files(t)
	all["common.yaml"].Data = []byte(strings.Replace(string(all["common.yaml"].Data), "within: 72h", "within: 71h", 1))
	if _, twice := seen[load(t, all, "desk.yaml").Version()]; twice {
		t.Error("a change of the base does not change the version of the desk")
	}
}

// TestTheSchemaHasOnlyWhatTheLoaderReads: text, switches, whole numbers, enums and messages, without maps, numbered below
// 100; and every setting can say where it is written.
func TestTheSchemaHasOnlyWhatTheLoaderReads(t *testing.T) {
	t.Parallel()
	// Parts of a setting, which is where the source stands.
	parts := map[protoreflect.Name]bool{"Text": true, "Choice": true, "Route": true, "ChainLink": true}
	seen := map[protoreflect.FullName]bool{}
	var walk func(message protoreflect.MessageDescriptor)
	walk = func(message protoreflect.MessageDescriptor) {
		if seen[message.FullName()] {
			return
		}
		seen[message.FullName()] = true
		if (message.Fields().ByName("source") == nil || message.Fields().ByName("derived") == nil) && !parts[message.Name()] {
			t.Errorf("%s cannot say where it is written", message.Name())
		}
		for i := range message.Fields().Len() {
			field := message.Fields().Get(i)
			switch field.Kind() {
			case protoreflect.StringKind, protoreflect.BoolKind, protoreflect.Int32Kind, protoreflect.EnumKind:
			case protoreflect.MessageKind:
				walk(field.Message())
			default:
				t.Errorf("%s is a %s, which the loader does not read", field.FullName(), field.Kind())
			}
			if field.IsMap() || field.Number() > 99 || field.ContainingOneof() != nil {
				t.Errorf("%s is a map, a choice or numbered above 99", field.FullName())
			}
		}
	}
	walk((&profilev1.Profile{}).ProtoReflect().Descriptor())
}
