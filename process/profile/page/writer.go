package page

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"google.golang.org/protobuf/reflect/protoreflect"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
)

// writer is what the layout calls: it turns what a profile says into what people read.
type writer struct {
	p        *profile.Profile
	file     string
	language string
	// labels are what people call the profile's entries, by collection and id.
	labels map[string]map[string]string
}

func newWriter(p *profile.Profile, file string) (*writer, error) {
	if p.Settings().GetKind() != profilev1.ProfileKind_PROFILE_KIND_DESK {
		return nil, errors.New(p.ID() + " is no desk, and only a desk has a process of its own")
	}
	w := &writer{p: p, file: file, language: p.Settings().GetDesk().GetLanguage(), labels: map[string]map[string]string{}}
	w.gather(p.Settings().ProtoReflect(), "", "")
	return w, nil
}

// gather notes the label of every entry of every collection, as profiles refer to them: an entry within one is "outer/inner".
func (w *writer) gather(m protoreflect.Message, outerID, outerLabel string) {
	m.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		collection := profile.Collection(field)
		each := func(entry protoreflect.Message) {
			id, label := outerID, outerLabel
			if collection != "" {
				label = w.labelOf(entry)
				if outerLabel != "" && label != "" {
					label = outerLabel + ": " + label
				}
				id += entry.Get(entry.Descriptor().Fields().ByName("id")).String()
				if w.labels[collection] == nil {
					w.labels[collection] = map[string]string{}
				}
				w.labels[collection][id] = label
				id += "/"
			}
			w.gather(entry, id, label)
		}
		switch {
		case field.Message() == nil || field.IsMap():
		case field.IsList():
			for i := range value.List().Len() {
				each(value.List().Get(i).Message())
			}
		default:
			each(value.Message())
		}
		return true
	})
}

func (w *writer) labelOf(entry protoreflect.Message) string {
	if labelled, ok := entry.Interface().(interface{ GetLabel() *profilev1.Text }); ok {
		return w.text(labelled.GetLabel())
	}
	return ""
}

func (w *writer) funcs() template.FuncMap {
	return template.FuncMap{
		"word": w.word, "words": w.words, "text": w.text, "texts": w.texts, "cell": cell, "code": code, "cond": cond,
		"named": w.named, "enum": w.enum, "enums": w.enums, "span": w.span, "list": list, "join": join, "yes": w.yes,
		"origin": w.origin, "link": w.link, "generated": w.generated,
		"number": profile.StepNumber, "steps": w.steps, "rasci": w.rasci,
		"process":   func() string { return w.p.ProcessDiagram(w.language).Mermaid() },
		"lifeCycle": func() string { return w.p.LifeCycleOverview(w.language).Mermaid() },
		"routing":   func() string { return w.p.RoutingDiagram(w.language).Mermaid() },
		"matrix":    w.matrix, "limits": w.limits, "extraDays": w.extraDays, "message": w.message, "announced": w.announced,
		"links": w.links, "route": w.route, "routes": w.routes, "choices": w.choices, "lineage": w.lineage,
	}
}

func (w *writer) word(key string) (string, error) { return Word(w.language, key) }

// words are several of the page's own words of one kind: steps of the life cycle, parts.
func (w *writer) words(kind string, keys []string) (string, error) {
	all := make([]string, len(keys))
	for i, key := range keys {
		word, err := w.word(kind + "." + key)
		if err != nil {
			return "", err
		}
		all[i] = word
	}
	return strings.Join(all, ", "), nil
}

func (w *writer) text(text *profilev1.Text) string { return cell(profile.In(w.language, text)) }

func (w *writer) texts(all []*profilev1.Text) string {
	var texts []string
	for _, text := range all {
		texts = append(texts, w.text(text))
	}
	return strings.Join(texts, ", ")
}

// named is what people call one entry or several.
func (w *writer) named(collection string, ids any) (string, error) {
	var all []string
	switch ids := ids.(type) {
	case string:
		all = []string{ids}
	case []string:
		all = ids
	default:
		return "", fmt.Errorf("named takes ids, not %T", ids)
	}
	var names []string
	for _, id := range all {
		if id == "" {
			continue
		}
		name, known := w.labels[collection][id]
		if !known {
			return "", fmt.Errorf("%s is none of the %s", id, collection)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", "), nil
}

// enum is the word for an enum's value; nothing for one that is not said.
func (w *writer) enum(kind string, value protoreflect.Enum) (string, error) {
	if value.Number() == 0 {
		return "", nil
	}
	return w.word(kind + "." + profile.EnumName(value))
}

// enums are the words for a list of values.
func (w *writer) enums(kind string, values any) (string, error) {
	var all []string
	add := func(value protoreflect.Enum) error {
		word, err := w.enum(kind, value)
		all = append(all, word)
		return err
	}
	var errs []error
	switch values := values.(type) {
	case []profilev1.Audience:
		for _, value := range values {
			errs = append(errs, add(value))
		}
	case []profilev1.Medium:
		for _, value := range values {
			errs = append(errs, add(value))
		}
	default:
		errs = append(errs, fmt.Errorf("enums takes audiences or media, not %T", values))
	}
	return strings.Join(all, ", "), errors.Join(errs...)
}

// span is a stretch of time in words: "4 working days".
func (w *writer) span(text string) (string, error) {
	span, ok := profile.ParseSpan(text)
	if !ok {
		return "", nil
	}
	unit := "units."
	if span.Amount == 1 {
		unit = "unit."
	}
	word, err := w.word(unit + string(span.Unit))
	return fmt.Sprintf("%d %s", span.Amount, word), err
}

func (w *writer) yes(is bool) (string, error) {
	if is {
		return w.word("yes")
	}
	return w.word("no")
}

type sourced interface {
	GetSource() string
	GetDerived() bool
}

// origin is where an entry is written, or that no source says it: its own, else that of the nearest around it.
func (w *writer) origin(entries ...sourced) (string, error) {
	derived, err := w.word("derived")
	for _, entry := range entries {
		switch {
		case entry.GetSource() != "" && entry.GetDerived():
			return cell(entry.GetSource()) + " (" + derived + ")", err
		case entry.GetSource() != "":
			return cell(entry.GetSource()), err
		case entry.GetDerived():
			return derived, err
		}
	}
	return "–", err
}

func (w *writer) link(label *profilev1.Text, url string) string {
	if url == "" {
		return w.text(label)
	}
	return "[" + w.text(label) + "](<" + url + ">)"
}

func (w *writer) generated() (string, error) {
	text, err := w.word("generated")
	return strings.NewReplacer("{file}", code(w.file), "{version}", code(w.p.Version()[:12])).Replace(text), err
}

// special are what Markdown would read as its own.
var special = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "\n", " ",
)

// cell makes any text safe within a line of Markdown.
func cell(text string) string { return special.Replace(strings.TrimSpace(text)) }

// code is a text as it is typed. Tables end a cell at every bar, also within code.
func code(text string) string {
	return "`" + strings.NewReplacer("|", `\|`, "`", "'", "\n", " ").Replace(strings.TrimSpace(text)) + "`"
}

// cond is a condition; nothing where there is none.
func cond(text string) string {
	if text == "" {
		return ""
	}
	return code(text)
}

// list joins what is said, leaving out what is not.
func list(parts ...any) string {
	var said []string
	for _, part := range parts {
		if text, ok := part.(string); ok && text != "" {
			said = append(said, text)
		}
	}
	return strings.Join(said, "; ")
}

func join(texts []string) string {
	escaped := slices.Clone(texts)
	for i := range escaped {
		escaped[i] = cell(escaped[i])
	}
	return strings.Join(escaped, "; ")
}
