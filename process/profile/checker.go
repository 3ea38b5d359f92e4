package profile

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/runtime/protoimpl"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile/internal/document"
)

// checker looks at a profile as it stands after merging.
type checker struct {
	*loader
	tree     *document.Node
	settings *profilev1.Profile
	at       map[string]Position
	// collections are the ids that references may name, by collection.
	collections map[string][]string
	// made are the calendars and rotas, as the checks make them.
	made made
}

// wrong refuses the setting at a path; where it is not there, at the nearest thing that is.
func (c *checker) wrong(path, rule, format string, args ...any) {
	_, nearest := c.tree.Look(path)
	c.refuse(c.at[nearest], path, rule, format, args...)
}

// option reads what a field says about itself.
func option[T any](field protoreflect.FieldDescriptor, extension *protoimpl.ExtensionInfo) T {
	value, _ := proto.GetExtension(field.Options(), extension).(T)
	return value
}

// isDesk is true for what must be a whole process, not only a part of one.
func (c *checker) isDesk() bool {
	return c.settings.GetKind() == profilev1.ProfileKind_PROFILE_KIND_DESK ||
		c.settings.GetKind() == profilev1.ProfileKind_PROFILE_KIND_OVERLAY
}

// whole runs the checks that look at more than one setting.
func (c *checker) whole() {
	for _, check := range []func(){
		c.sections, c.statuses, c.transitions, c.ways, c.classesOfBase, c.matrix, c.levels, c.priorities, c.workingTime, c.targets,
		c.categories, c.waysOn, c.centre, c.duties, c.registrationMail, c.messages, c.linkedReporters,
	} {
		check()
	}
}

// demanded is what every desk has to say, and why.
var demanded = []protoreflect.Name{
	"desk", "numbers", "parties", "roles", "reporter_groups", "channels", "kinds", "categories", "category_duty", "priority",
	"calendars", "statuses", "transitions", "hand_overs", "registration_mail", "message_templates", "closing",
}

func (c *checker) sections() {
	if !c.isDesk() {
		return
	}
	for _, name := range demanded {
		if c.tree.Fields[name] == nil {
			c.wrong("", "missing-section", "%s is not said, expected it of every desk", name)
		}
	}
}

// formats runs the rules that stand in the schema. What could not be read at all has been refused already.
func (c *checker) formats() {
	validator, err := schemaRules()
	if err != nil {
		c.wrong("", "schema", "%v", err)
		return
	}
	defer idle.Put(validator)
	err = validator.Validate(c.settings)
	var invalid *protovalidate.ValidationError
	if !errors.As(err, &invalid) {
		if err != nil {
			c.wrong("", "schema", "%v", err)
		}
		return
	}
	refused := c.refused()
	for _, violation := range invalid.Violations {
		path := c.pathOf(violation.Proto.GetField().GetElements())
		if refused[path] || refused[strings.TrimSuffix(path, ".id")] && strings.HasSuffix(path, ".id") {
			continue
		}
		message := strings.TrimPrefix(violation.Proto.GetMessage(), "value ")
		if form, ok := forms[violation.RuleValue.String()]; ok && violation.Proto.GetRuleId() == "string.pattern" {
			message = fmt.Sprintf("is %q, expected %s", violation.FieldValue.String(), form)
		}
		if _, at := c.tree.Look(path); at != path {
			message = "is missing: " + message
		}
		c.wrong(path, violation.Proto.GetRuleId(), "%s", message)
	}
}

// idle are validators of profiles that nobody uses at the moment. The rules of a profile take some megabytes; a service loads
// profiles once and then for years not again, so they are the collector's when nobody does.
var idle sync.Pool

func schemaRules() (protovalidate.Validator, error) {
	if validator, found := idle.Get().(protovalidate.Validator); found {
		return validator, nil
	}
	return protovalidate.New()
}

// forms says in words what the schema's patterns ask for.
var forms = map[string]string{
	"^[1-9][0-9]{0,3}(m|h|d|wd|mo)$":     "a span of time such as 30m, 2h, 10d, 4wd or 1mo",
	"^([01][0-9]|2[0-4]):[0-5][0-9]$":    "a time of day such as \"08:00\"",
	"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$":  "a day such as \"2026-12-24\"",
	"^\\+[1-9][0-9]{6,14}$":              "a telephone number such as \"+4533143900\"",
	"^[A-Z][A-Z0-9-]{0,9}$":              "up to ten capital letters and digits, such as ASCP",
	"^[a-z][a-z0-9_-]{0,62}$":            "a name of small letters, digits, - and _, beginning with a letter",
	"^[a-z0-9][a-z0-9_-]{0,62}$":         "a name of small letters, digits, - and _",
	"^[a-z0-9][a-z0-9-]{0,62}$":          "a name of small letters, digits and -",
	"^[a-z0-9][a-z0-9._-]{0,62}\\.yaml$": "a file of the same folder, such as itil-base.yaml",
	"^[0-9]{2}(\\.[0-9]{2}){1,3}$":       "a FORM code such as \"06.38.10.20\"",
}

// refused are the paths that have a problem already.
func (c *checker) refused() map[string]bool {
	paths := map[string]bool{}
	for _, problem := range c.problems {
		paths[problem.Path] = true
	}
	return paths
}

// pathOf turns the validator's path, which counts list values, into ours, which names them.
func (c *checker) pathOf(elements []*validate.FieldPathElement) string {
	path, node := "", c.tree
	for _, element := range elements {
		name := protoreflect.Name(element.GetFieldName())
		path = document.FieldPath(path, name)
		if node != nil {
			node = node.Fields[name]
		}
		if _, isItem := element.GetSubscript().(*validate.FieldPathElement_Index); !isItem || node == nil {
			continue
		}
		if i := int(element.GetIndex()); i < len(node.Items) {
			item := node.Items[i]
			path, node = document.ItemPath(path, item, i), item
		}
	}
	return path
}

// classesOfBase keeps every class of status that the base has (R134).
func (c *checker) classesOfBase() {
	has := func(tree *document.Node) (classes []string, at map[string]Position) {
		at = map[string]Position{}
		if statuses := tree.Fields["statuses"]; statuses != nil {
			for _, status := range statuses.Items {
				if class := status.Fields["class"]; class != nil {
					name := nameOf(profilev1.StatusClass(class.Scalar.Enum()))
					classes, at[name] = append(classes, name), class.At
				}
			}
		}
		return classes, at
	}
	mine, _ := has(c.tree)
	for _, base := range c.bases {
		classes, at := has(base)
		slices.Sort(classes)
		for _, class := range slices.Compact(classes) {
			if !slices.Contains(mine, class) {
				path := "statuses"
				if c.tree.Fields["drop"] != nil {
					path = "drop"
				}
				c.wrong(path, "R134", "no status of class %s is left, expected at least one; the base has it at %s", class, at[class])
			}
		}
	}
}

// nameOf is an enum's value as profiles write it: "waiting".
func nameOf(value protoreflect.Enum) string {
	return document.EnumName(value.Descriptor(), value.Number())
}

// textOf is a text that a node says, empty where it says none.
func textOf(n *document.Node, name protoreflect.Name) string {
	if n.Fields[name] == nil {
		return ""
	}
	return n.Fields[name].Scalar.String()
}

// textsOf is a list of texts that a node says.
func textsOf(n *document.Node, name protoreflect.Name) []string {
	if n.Fields[name] == nil {
		return nil
	}
	all := make([]string, len(n.Fields[name].Items))
	for i, item := range n.Fields[name].Items {
		all[i] = item.Scalar.String()
	}
	return all
}
