package store

import (
	"fmt"
	"strings"
	"time"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/reflect/protoreflect"

	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// TicketFilter is a checked filter of ListTickets. The zero TicketFilter lets everything through.
type TicketFilter struct {
	parsed *expr.Expr
}

// filterField is a field that a ticket list can be filtered by: nothing else reaches the SQL.
type filterField struct {
	column string
	// value turns the constant of the filter into that of the column.
	value func(desk, written string) (any, error)
	// ordered fields can be compared by less and greater.
	ordered bool
	kind    *expr.Type
}

var ticketFields = map[string]filterField{
	"status":           {"t.status", enumValue(triagev1.TicketStatus(0).Descriptor()), false, filtering.TypeString},
	"status_class":     {"t.status_class", enumValue(triagev1.StatusClass(0).Descriptor()), false, filtering.TypeString},
	"impact":           {"t.impact", enumValue(triagev1.Impact(0).Descriptor()), false, filtering.TypeString},
	"holder_party":     {"t.holder_party", relative, false, filtering.TypeString},
	"holder_group":     {"t.holder_group", relative, false, filtering.TypeString},
	"assignee":         {"t.assignee", relative, false, filtering.TypeString},
	"owner_party":      {"t.owner_party", relative, false, filtering.TypeString},
	"owner":            {"t.owner", relative, false, filtering.TypeString},
	"reporter":         {"t.reporter", relative, false, filtering.TypeString},
	"affected_user":    {"t.affected_user", relative, false, filtering.TypeString},
	"priority":         {"t.priority", asWritten, false, filtering.TypeString},
	"priority_doubted": {"t.priority_doubted", truth, false, filtering.TypeString},
	"has_inquiries":    {hasInquiries, truth, false, filtering.TypeString},
	"create_time":      {"t.create_time", timeValue, true, filtering.TypeTimestamp},
}

// hasInquiries is true for what many ask about (R19): 1 is an inquiry about another ticket.
const hasInquiries = "EXISTS (SELECT FROM ticket_links l WHERE l.desk = t.desk AND l.other = t.number AND l.kind = 1)"

var ticketDeclarations = func() *filtering.Declarations {
	options := []filtering.DeclarationOption{filtering.DeclareStandardFunctions()}
	for name, field := range ticketFields {
		options = append(options, filtering.DeclareIdent(name, field.kind))
	}
	declarations, err := filtering.NewDeclarations(options...)
	if err != nil {
		panic(err) // the table above is wrong, which the first test finds
	}
	return declarations
}()

// ParseTicketFilter checks a filter (AIP-160) against the fields of the contract. Its errors are *BadFilter.
func ParseTicketFilter(filter string) (TicketFilter, error) {
	if filter == "" {
		return TicketFilter{}, nil
	}
	var parser filtering.Parser
	parser.Init(filter)
	parsed, err := parser.Parse()
	if err != nil {
		return TicketFilter{}, unreadable(err)
	}
	if err := unknownField(parsed.GetExpr()); err != nil {
		return TicketFilter{}, err
	}
	var checker filtering.Checker
	checker.Init(parsed.GetExpr(), parsed.GetSourceInfo(), ticketDeclarations)
	checked, err := checker.Check()
	if err != nil {
		return TicketFilter{}, &BadFilter{Rule: brokenComparison, cause: err}
	}
	f := TicketFilter{parsed: checked.GetExpr()}
	_, err = f.where("desks/x", &arguments{})
	return f, err
}

// arguments collects the values of a statement.
type arguments struct{ values []any }

// add returns the placeholder of a value.
func (a *arguments) add(value any) string {
	a.values = append(a.values, value)
	return fmt.Sprintf("$%d", len(a.values))
}

// where is the condition of the filter in SQL: columns come from the table of fields, values are arguments.
func (f TicketFilter) where(desk string, args *arguments) (string, error) {
	if f.parsed == nil {
		return "true", nil
	}
	return condition(f.parsed, desk, args)
}

func condition(e *expr.Expr, desk string, args *arguments) (string, error) {
	call := e.GetCallExpr()
	switch call.GetFunction() {
	case filtering.FunctionAnd, filtering.FunctionOr, filtering.FunctionFuzzyAnd:
		operator := " AND "
		if call.GetFunction() == filtering.FunctionOr {
			operator = " OR "
		}
		parts := make([]string, len(call.GetArgs()))
		for i, arg := range call.GetArgs() {
			var err error
			if parts[i], err = condition(arg, desk, args); err != nil {
				return "", err
			}
		}
		return "(" + strings.Join(parts, operator) + ")", nil
	case filtering.FunctionNot:
		inner, err := condition(call.GetArgs()[0], desk, args)
		return "NOT " + inner, err
	case filtering.FunctionEquals, filtering.FunctionNotEquals, filtering.FunctionLessThan, filtering.FunctionLessEquals,
		filtering.FunctionGreaterThan, filtering.FunctionGreaterEquals:
		return comparison(call, desk, args)
	}
	return "", &BadFilter{Rule: brokenOperation, Word: call.GetFunction()}
}

// operators are those of the filter language in SQL.
var operators = map[string]string{
	filtering.FunctionEquals: "=", filtering.FunctionNotEquals: "<>",
	filtering.FunctionLessThan: "<", filtering.FunctionLessEquals: "<=",
	filtering.FunctionGreaterThan: ">", filtering.FunctionGreaterEquals: ">=",
}

func comparison(call *expr.Expr_Call, desk string, args *arguments) (string, error) {
	name := call.GetArgs()[0].GetIdentExpr().GetName()
	field, ok := ticketFields[name]
	if !ok {
		return "", &BadFilter{Rule: brokenComparison, Word: call.GetFunction()}
	}
	function := call.GetFunction()
	if !field.ordered && function != filtering.FunctionEquals && function != filtering.FunctionNotEquals {
		return "", &BadFilter{Rule: brokenEquality, Word: name}
	}
	right := call.GetArgs()[1]
	if inner := right.GetCallExpr(); inner.GetFunction() == filtering.FunctionTimestamp {
		right = inner.GetArgs()[0]
	}
	constant, ok := right.GetConstExpr().GetConstantKind().(*expr.Constant_StringValue)
	if !ok {
		return "", &BadFilter{Rule: brokenQuotes, Word: name}
	}
	value, err := field.value(desk, constant.StringValue)
	if err != nil {
		return "", err
	}
	return field.column + " " + operators[function] + " " + args.add(value), nil
}

// relative makes a name of the desk as the columns have it. One of another desk matches nothing.
func relative(desk, written string) (any, error) { return strings.TrimPrefix(written, desk+"/"), nil }

func asWritten(_, written string) (any, error) { return written, nil }

func truth(_, written string) (any, error) {
	if written != "true" && written != "false" {
		return nil, &BadFilter{Rule: brokenValue, Word: written}
	}
	return written == "true", nil
}

func timeValue(_, written string) (any, error) {
	at, err := time.Parse(time.RFC3339Nano, written)
	if err != nil {
		return nil, &BadFilter{Rule: brokenTime, Word: written, cause: err}
	}
	return at, nil
}

func enumValue(of protoreflect.EnumDescriptor) func(string, string) (any, error) {
	return func(_, written string) (any, error) {
		value := of.Values().ByName(protoreflect.Name(written))
		if value == nil {
			return nil, &BadFilter{Rule: brokenValue, Word: written}
		}
		return int16(value.Number()), nil
	}
}
