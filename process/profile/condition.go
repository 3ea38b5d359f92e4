package profile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile/internal/document"
)

// maxCost bounds what evaluating one condition with a loop may cost, in CEL's units; an ordinary one costs about ten.
const maxCost = 10_000

// Condition is a compiled condition over a ticket's facts.
type Condition struct {
	// Text is the condition as written.
	Text string
	// At is where it stands.
	At Position
	// Reads are the facts that it looks at, in alphabetical order.
	Reads []string

	path    string
	program cel.Program
}

// language is what conditions are written in: standard CEL, optional values, and `ticket`.
func language() (*cel.Env, error) {
	facts := &profilev1.TicketFacts{}
	return cel.NewEnv(
		cel.Types(facts),
		cel.Variable("ticket", cel.ObjectType(string(facts.ProtoReflect().Descriptor().FullName()))),
		cel.OptionalTypes(),
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(2000),
		cel.ParserRecursionLimit(40),
	)
}

// compile compiles every condition, and refuses those that are none.
func (c *checker) compile(into map[string]*Condition) {
	env, err := language()
	if err != nil {
		c.wrong("", "cel", "%v", err)
		return
	}
	c.tree.Visit(func(path string, field protoreflect.FieldDescriptor, n *document.Node) {
		if field == nil || !option[bool](field, profilev1.E_Condition) {
			return
		}
		into[path] = c.condition(env, path, n)
	})
}

func (c *checker) condition(env *cel.Env, path string, n *document.Node) *Condition {
	condition := &Condition{Text: n.Scalar.String(), At: n.At, path: path}
	checked, issues := env.Compile(condition.Text)
	for _, issue := range issues.Errors() {
		c.refuse(within(n, issue.Location.Line(), issue.Location.Column()), path, "cel", "%s, expected a condition over ticket",
			strings.TrimSpace(issue.Message))
	}
	if issues.Err() != nil {
		return condition
	}
	if checked.OutputType() != cel.BoolType {
		c.refuse(n.At, path, "cel", "gives %s, expected true or false", checked.OutputType())
		return condition
	}
	program, err := programOf(env, checked)
	if err != nil {
		c.refuse(n.At, path, "cel", "%v", err)
		return condition
	}
	condition.program = program
	condition.Reads = reads(checked.NativeRep())
	c.literals(condition, n, checked.NativeRep())
	return condition
}

func programOf(env *cel.Env, checked *cel.Ast) (cel.Program, error) {
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if loops(checked.NativeRep()) {
		options = append(options, cel.CostLimit(maxCost))
	}
	return env.Program(checked, options...)
}

// loops reports whether a condition walks through a list. Only then can it cost more than its own length, which is bounded; and
// counting what it costs doubles it.
func loops(checked *ast.AST) bool {
	return len(ast.MatchDescendants(ast.NavigateAST(checked), ast.KindMatcher(ast.ComprehensionKind))) > 0
}

// within finds the place of a line and column of a text, as far as YAML lets us: the lines of a block begin below its key.
func within(n *document.Node, line, column int) Position {
	at := n.At
	switch {
	case n.Block:
		at.Line += line
		at.Column = column + 1
	case line == 1:
		at.Column += column
		if n.Quoted {
			at.Column++
		}
	}
	return at
}

// factOf returns the field of `ticket` that an expression reads.
func factOf(e ast.Expr) protoreflect.FieldDescriptor {
	if e.Kind() != ast.SelectKind || e.AsSelect().Operand().Kind() != ast.IdentKind || e.AsSelect().Operand().AsIdent() != "ticket" {
		return nil
	}
	return facts.ByName(protoreflect.Name(e.AsSelect().FieldName()))
}

var facts = (&profilev1.TicketFacts{}).ProtoReflect().Descriptor().Fields()

func reads(checked *ast.AST) []string {
	var names []string
	for _, e := range ast.MatchDescendants(ast.NavigateAST(checked), ast.KindMatcher(ast.SelectKind)) {
		if fact := factOf(e); fact != nil {
			names = append(names, string(fact.Name()))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// literals refuses ids that a condition compares with and that the profile does not define: `ticket.priority == "P9"`.
func (c *checker) literals(condition *Condition, n *document.Node, checked *ast.AST) {
	for _, call := range ast.MatchDescendants(ast.NavigateAST(checked), ast.KindMatcher(ast.CallKind)) {
		switch call.AsCall().FunctionName() {
		case "_==_", "_!=_", "@in", "_[_]", "_[?_]":
		default:
			continue
		}
		args := call.AsCall().Args()
		if len(args) != 2 {
			continue
		}
		for i, arg := range args {
			fact := factOf(arg)
			if fact == nil {
				continue
			}
			collection := option[string](fact, profilev1.E_RefersTo)
			if fact.IsMap() {
				collection = answers
			}
			for _, literal := range stringsIn(args[1-i]) {
				c.literal(condition, n, checked, collection, literal)
			}
		}
	}
}

// answers names the ids under which answers to questions and form fields are stored.
const answers = "answers"

func (c *checker) literal(condition *Condition, n *document.Node, checked *ast.AST, collection string, literal ast.Expr) {
	ids := c.collections[collection]
	if collection == answers {
		for _, id := range slices.Concat(c.collections["questions"], c.collections["form_fields"]) {
			ids = append(ids, id[strings.LastIndexByte(id, '/')+1:])
		}
	}
	text, _ := literal.AsLiteral().Value().(string)
	if collection == "" || text == "" || slices.Contains(ids, text) {
		return
	}
	start := checked.SourceInfo().GetStartLocation(literal.ID())
	c.refuse(within(n, start.Line(), start.Column()), condition.path, "unknown-reference", "%s is none of the %s%s",
		text, collection, document.Suggest(text, ids))
}

// stringsIn returns an expression's texts: itself, or those of a list.
func stringsIn(e ast.Expr) []ast.Expr {
	switch e.Kind() {
	case ast.ListKind:
		var all []ast.Expr
		for _, element := range e.AsList().Elements() {
			all = append(all, stringsIn(element)...)
		}
		return all
	case ast.LiteralKind:
		if _, ok := e.AsLiteral().Value().(string); ok {
			return []ast.Expr{e}
		}
	default:
	}
	return nil
}

// subject is a ticket's facts in the form that conditions read, made once per question.
type subject struct {
	facts *profilev1.TicketFacts
	value map[string]any
}

func subjectOf(ticket *profilev1.TicketFacts) subject {
	return subject{ticket, map[string]any{"ticket": ticket}}
}

// holds evaluates a condition. One that is not written always holds.
func (c *Condition) holds(s subject) (bool, error) {
	if c == nil {
		return true, nil
	}
	out, _, err := c.program.Eval(s.value)
	if err != nil {
		return false, fmt.Errorf("%s: %s: evaluate %q: %w", c.At, c.path, c.Text, err)
	}
	return out == ref.Val(types.True), nil
}

// inputs are the facts that a condition looked at, as text.
func (c *Condition) inputs(s subject) map[string]string {
	if c == nil || len(c.Reads) == 0 {
		return nil
	}
	message := s.facts.ProtoReflect()
	values := make(map[string]string, len(c.Reads))
	for _, name := range c.Reads {
		field := facts.ByName(protoreflect.Name(name))
		switch value := message.Get(field); {
		case field.IsList():
			list := value.List()
			items := make([]string, list.Len())
			for i := range items {
				items[i] = list.Get(i).String()
			}
			values[name] = strings.Join(items, ", ")
		case field.IsMap():
			var pairs []string
			value.Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
				pairs = append(pairs, key.String()+"="+value.String())
				return true
			})
			slices.Sort(pairs)
			values[name] = strings.Join(pairs, ", ")
		case field.Message() != nil:
			if at, ok := value.Message().Interface().(*timestamppb.Timestamp); ok && at.IsValid() {
				values[name] = at.AsTime().Format(time.RFC3339)
			}
		default:
			values[name] = value.String()
		}
	}
	return values
}
