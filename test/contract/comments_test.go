package contract_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// protos is where the contract is written.
const protos = "../../proto"

// TestEveryMethodSaysWhoCallsItAndWhatItDoes reads the sources, because the linked descriptors have no comments.
func TestEveryMethodSaysWhoCallsItAndWhatItDoes(t *testing.T) {
	t.Parallel()
	for _, m := range methods() {
		comment := commentsOf(t, m.ParentFile().Path())[m.FullName()]
		var missing []string
		for _, part := range expected(m) {
			if !strings.Contains(comment, part) {
				missing = append(missing, part)
			}
		}
		if len(missing) > 0 {
			t.Errorf("the comment of %s does not speak of %q:\n%s", m.FullName(), missing, comment)
		}
	}
}

// expected is what the comment of a method must speak of: who calls it, what it changes, whether it may be repeated.
func expected(m method) []string {
	switch {
	case m.verb() == "ListDesks":
		return []string{"caller", "Changes nothing"}
	case m.reads() && (m.verb() == "ListTickets" || m.verb() == "SearchTickets"):
		return []string{"caller may see", "Changes nothing"}
	case m.reads():
		return []string{"Callers: ", "hanges nothing"}
	case m.verb() == "RebuildReadModel":
		return []string{"Callers: ", "Drops", "Idempotent by"}
	default:
		return []string{"Callers: ", "Emits ", "Idempotent by", "Errors: "}
	}
}

func TestEveryFieldEnumAndMessageIsExplained(t *testing.T) {
	t.Parallel()
	for _, file := range files {
		comments := commentsOf(t, file.Path())
		eachDescriptor(file, func(d protoreflect.Descriptor) {
			if strings.TrimSpace(comments[d.FullName()]) == "" {
				t.Errorf("%s: nothing explains %s", file.Path(), d.FullName())
			}
		})
	}
}

func eachDescriptor(file protoreflect.FileDescriptor, visit func(protoreflect.Descriptor)) {
	for i := range file.Messages().Len() {
		message := file.Messages().Get(i)
		visit(message)
		for j := range message.Fields().Len() {
			visit(message.Fields().Get(j))
		}
	}
	for i := range file.Enums().Len() {
		enum := file.Enums().Get(i)
		visit(enum)
		for j := range enum.Values().Len() {
			visit(enum.Values().Get(j))
		}
	}
	for i := range file.Services().Len() {
		visit(file.Services().Get(i))
	}
}

// commentsOf compiles a source against the linked descriptors of what it imports.
func commentsOf(t *testing.T, path string) map[protoreflect.FullName]string {
	t.Helper()
	compiler := protocompile.Compiler{
		SourceInfoMode: protocompile.SourceInfoStandard,
		Resolver: protocompile.ResolverFunc(func(imported string) (protocompile.SearchResult, error) {
			if imported == path {
				return (&protocompile.SourceResolver{ImportPaths: []string{protos}}).FindFileByPath(imported)
			}
			linked, err := protoregistry.GlobalFiles.FindFileByPath(imported)
			return protocompile.SearchResult{Desc: linked}, err
		}),
	}
	compiled, err := compiler.Compile(context.WithoutCancel(t.Context()), path)
	if err != nil {
		t.Fatalf("compile %s: %v", path, err)
	}
	file := compiled[0]
	comments := map[protoreflect.FullName]string{}
	keep := func(d protoreflect.Descriptor) {
		words := strings.Fields(file.SourceLocations().ByDescriptor(d).LeadingComments)
		comments[d.FullName()] = strings.Join(words, " ")
	}
	eachDescriptor(file, keep)
	for i := range file.Services().Len() {
		for j := range file.Services().Get(i).Methods().Len() {
			keep(file.Services().Get(i).Methods().Get(j))
		}
	}
	return comments
}
