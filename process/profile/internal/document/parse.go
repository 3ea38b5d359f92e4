package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxBytes bounds a file, so that a wrong file does not fill the memory.
const maxBytes = 1 << 20

// Parse reads one file as a message. The node is nil where the file is no YAML at all.
func Parse(file string, data []byte, message protoreflect.MessageDescriptor) (*Node, Problems) {
	p := &parser{file: file}
	start := Position{File: file, Line: 1, Column: 1}
	if len(data) > maxBytes {
		return nil, Problems{{start, "", fmt.Sprintf("%d bytes, expected at most %d", len(data), maxBytes), "yaml"}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var first, second yaml.Node
	switch err := decoder.Decode(&first); {
	case errors.Is(err, io.EOF):
		return nil, Problems{{start, "", "the file is empty, expected a profile", "yaml"}}
	case err != nil:
		return nil, Problems{{lineOf(err, start), "", err.Error(), "yaml"}}
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, Problems{{p.at(&second), "", "a second document, expected one profile a file", "yaml"}}
	}
	node := p.message("", first.Content[0], message)
	return node, p.problems
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// lineOf takes the line out of the library's message.
func lineOf(err error, start Position) Position {
	if match := yamlLine.FindStringSubmatch(err.Error()); match != nil {
		start.Line, _ = strconv.Atoi(match[1]) // digits, as the expression says
	}
	return start
}

type parser struct {
	file     string
	problems Problems
}

func (p *parser) at(n *yaml.Node) Position { return Position{p.file, max(n.Line, 1), max(n.Column, 1)} }

func (p *parser) refuse(n *yaml.Node, path, rule, format string, args ...any) {
	p.problems = append(p.problems, Problem{p.at(n), path, fmt.Sprintf(format, args...), rule})
}

func (p *parser) message(path string, n *yaml.Node, message protoreflect.MessageDescriptor) *Node {
	node := &Node{At: p.at(n), Message: message, Fields: map[protoreflect.Name]*Node{}}
	if n.Kind != yaml.MappingNode {
		p.refuse(n, path, "type", "%s, expected keys of %s: %s", describe(n), message.Name(), strings.Join(names(message), ", "))
		return node
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		field := message.Fields().ByName(protoreflect.Name(key.Value))
		fieldPath := FieldPath(path, protoreflect.Name(key.Value))
		switch {
		case field == nil:
			p.refuse(key, fieldPath, "unknown-key", "unknown key%s", Suggest(key.Value, names(message)))
		case node.Fields[field.Name()] != nil:
			p.refuse(key, fieldPath, "duplicate-key", "said twice, expected once")
		default:
			if child := p.value(fieldPath, key, value, field); child != nil {
				node.Fields[field.Name()] = child
			}
		}
	}
	return node
}

func names(message protoreflect.MessageDescriptor) []string {
	fields := message.Fields()
	list := make([]string, fields.Len())
	for i := range fields.Len() {
		list[i] = string(fields.Get(i).Name())
	}
	return list
}

// value parses what a key holds.
func (p *parser) value(path string, key, n *yaml.Node, field protoreflect.FieldDescriptor) *Node {
	switch {
	case n.Kind == yaml.AliasNode:
		p.refuse(n, path, "alias", "an alias; write the value out, or use `extends`")
		return nil
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null":
		p.refuse(key, path, "empty", "no value, expected %s; leave the key out otherwise", expected(field))
		return nil
	case !field.IsList():
		return p.single(path, n, field)
	case n.Kind != yaml.SequenceNode:
		p.refuse(n, path, "type", "%s, expected a list", describe(n))
		return nil
	}
	list := &Node{At: p.at(key), List: true}
	for i, content := range n.Content {
		if content.Kind == yaml.AliasNode {
			p.refuse(content, path, "alias", "an alias; write the value out, or use `extends`")
			continue
		}
		item := p.single(p.itemPath(path, content, i), content, field)
		if item == nil {
			continue
		}
		list.Items = append(list.Items, item)
	}
	if entries(field) {
		p.ids(path, list)
	}
	return list
}

// itemPath names an item before it is parsed, so that its own problems are found by its id.
func (p *parser) itemPath(path string, n *yaml.Node, i int) string {
	if n.Kind == yaml.MappingNode {
		for k := 0; k+1 < len(n.Content); k += 2 {
			if n.Content[k].Value == "id" && n.Content[k+1].Kind == yaml.ScalarNode {
				return path + "[" + n.Content[k+1].Value + "]"
			}
		}
	}
	return fmt.Sprintf("%s[%d]", path, i)
}

// ids refuses entries without an id, and those whose id was there before.
func (p *parser) ids(path string, list *Node) {
	first := map[string]Position{}
	for i, item := range list.Items {
		id, ok := item.ID()
		before, twice := first[id]
		switch {
		case !ok:
			p.problems = append(p.problems, Problem{item.At, ItemPath(path, item, i), "no id, expected one", "missing-id"})
		case twice:
			p.problems = append(p.problems, Problem{item.At, ItemPath(path, item, i), "the id stands already at " + before.String() +
				", expected another", "duplicate-id"})
		default:
			first[id] = item.At
		}
	}
}

func (p *parser) single(path string, n *yaml.Node, field protoreflect.FieldDescriptor) *Node {
	if message := field.Message(); message != nil {
		return p.message(path, n, message)
	}
	value, ok := scalar(n, field)
	if !ok {
		p.refuse(n, path, "type", "%s, expected %s%s", describe(n), expected(field), hint(n, field))
		return nil
	}
	return &Node{
		At: p.at(n), Scalar: value,
		Block:  n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0,
		Quoted: n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0,
	}
}

func scalar(n *yaml.Node, field protoreflect.FieldDescriptor) (protoreflect.Value, bool) {
	if n.Kind != yaml.ScalarNode {
		return protoreflect.Value{}, false
	}
	switch tag := n.ShortTag(); field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(n.Value), tag != "!!bool"
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(n.Value == "true"), tag == "!!bool"
	case protoreflect.Int32Kind:
		number, err := strconv.ParseInt(n.Value, 10, 32)
		return protoreflect.ValueOfInt32(int32(number)), err == nil && tag == "!!int"
	case protoreflect.EnumKind:
		value := field.Enum().Values().ByName(protoreflect.Name(EnumPrefix(field.Enum()) + strings.ToUpper(n.Value)))
		if value == nil || value.Number() == 0 || n.Value != strings.ToLower(n.Value) {
			return protoreflect.Value{}, false
		}
		return protoreflect.ValueOfEnum(value.Number()), true
	default: // the schema has no other kinds, which a test holds
		return protoreflect.Value{}, false
	}
}

// EnumPrefix is what the names of an enum's values begin with in the contract: "STATUS_CLASS_".
func EnumPrefix(enum protoreflect.EnumDescriptor) string {
	return strings.TrimSuffix(string(enum.Values().Get(0).Name()), "UNSPECIFIED")
}

// EnumNames are the values of an enum as profiles write them: "waiting".
func EnumNames(enum protoreflect.EnumDescriptor) []string {
	list := make([]string, 0, enum.Values().Len())
	for i := 1; i < enum.Values().Len(); i++ {
		list = append(list, EnumName(enum, enum.Values().Get(i).Number()))
	}
	return list
}

// EnumName is one value as profiles write it, and empty for none.
func EnumName(enum protoreflect.EnumDescriptor, number protoreflect.EnumNumber) string {
	value := enum.Values().ByNumber(number)
	if value == nil || number == 0 {
		return ""
	}
	return strings.ToLower(strings.TrimPrefix(string(value.Name()), EnumPrefix(enum)))
}

// hint says which value of an enum was probably meant.
func hint(n *yaml.Node, field protoreflect.FieldDescriptor) string {
	if field.Enum() == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return Suggest(n.Value, EnumNames(field.Enum()))
}

// describe says what was written.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		return strconv.Quote(n.Value)
	default:
		return "an alias"
	}
}

// expected says what a field holds.
func expected(field protoreflect.FieldDescriptor) string {
	switch {
	case field.Message() != nil:
		return "keys of " + string(field.Message().Name())
	case field.Enum() != nil:
		return "a " + string(field.Enum().Name())
	}
	switch field.Kind() {
	case protoreflect.BoolKind:
		return "true or false"
	case protoreflect.Int32Kind:
		return "a whole number"
	default:
		return "text (in quotes where it looks like something else)"
	}
}
