package message

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cbroglie/mustache"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
)

// Languages are those that every template is written in.
var Languages = []string{"da", "sv", "en"}

// Template is a message in all languages, ready to be filled in.
type Template struct {
	byLanguage map[string]written
}

type written struct{ subject, body *mustache.Template }

// Fault is what is wrong with a template: in which field, "subject" or "body", and which language.
type Fault struct {
	Field, Language string
	Err             error
}

// Error names the place and what is wrong there.
func (f *Fault) Error() string { return f.Field + "." + f.Language + ": " + f.Err.Error() }

// Unwrap is what is wrong.
func (f *Fault) Unwrap() error { return f.Err }

// Parse makes a template of what a profile says, and refuses what would not render: a tag that is not closed, a word that does
// not exist, a subject that comes to nothing. The error is a *Fault.
func Parse(t *profilev1.MessageTemplate) (*Template, error) {
	made := &Template{byLanguage: map[string]written{}}
	for _, language := range Languages {
		subject, err := compile(in(t.GetSubject(), language))
		if err != nil {
			return nil, &Fault{"subject", language, err}
		}
		body, err := compile(in(t.GetBody(), language))
		if err != nil {
			return nil, &Fault{"body", language, err}
		}
		made.byLanguage[language] = written{subject, body}
	}
	for _, words := range []Words{Sample(), {Ticket: Ticket{Number: Sample().Ticket.Number}}} {
		for _, language := range Languages {
			subject, _, err := made.Render(language, time.UTC, words)
			if err == nil && subject == "" {
				err = fmt.Errorf("is empty for a ticket of which only the number is known, expected words that always stand")
			}
			if err != nil {
				return nil, &Fault{"subject", language, err}
			}
		}
	}
	return made, nil
}

// Render fills the template in. The subject is one line; the body is empty where the profile says none.
func (t *Template) Render(language string, zone *time.Location, words Words) (subject, body string, err error) {
	w, ok := t.byLanguage[language]
	if !ok {
		return "", "", fmt.Errorf("there are no words in %q", language)
	}
	values := words.values(language, zone)
	if subject, err = w.subject.Render(values); err != nil {
		return "", "", fmt.Errorf("fill in subject: %w", err)
	}
	if body, err = w.body.Render(values); err != nil {
		return "", "", fmt.Errorf("fill in body: %w", err)
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(subject, quoteMark, "")), " "), strings.TrimSpace(setOff(body)), nil
}

// Uses reports whether the template, in any language, says one of the words.
func (t *Template) Uses(words ...string) bool {
	for _, w := range t.byLanguage {
		if says(w.subject.Tags(), words) || says(w.body.Tags(), words) {
			return true
		}
	}
	return false
}

func says(tags []mustache.Tag, words []string) bool {
	return slices.ContainsFunc(tags, func(tag mustache.Tag) bool {
		return slices.Contains(words, tag.Name()) || tag.Type() != mustache.Variable && says(tag.Tags(), words)
	})
}

// compile parses one text, and looks up every word that it uses. No other file is drawn in.
func compile(text string) (*mustache.Template, error) {
	parsed, err := mustache.ParseStringPartialsRaw(text, &mustache.StaticProvider{}, true)
	if err != nil {
		return nil, err
	}
	return parsed, known(parsed.Tags())
}

var vocabulary = namesOf(Words{}.values("en", time.UTC))

// Vocabulary are the words that templates may use: "ticket.number".
func Vocabulary() []string { return slices.Clone(vocabulary) }

func namesOf(values map[string]any) []string {
	var names []string
	for outer, inner := range values {
		for name := range maps.Keys(inner.(map[string]any)) { //nolint:forcetypeassert // values makes nothing else
			names = append(names, outer+"."+name)
		}
	}
	slices.Sort(names)
	return names
}

func known(tags []mustache.Tag) error {
	for _, tag := range tags {
		switch tag.Type() {
		case mustache.Variable:
		case mustache.Section, mustache.InvertedSection:
			if err := known(tag.Tags()); err != nil {
				return err
			}
		default:
			return fmt.Errorf("{{>%s}} draws in another text, expected words only", tag.Name())
		}
		if !slices.Contains(vocabulary, tag.Name()) {
			return fmt.Errorf("{{%s}} is no word that a message knows, expected one of %s", tag.Name(), strings.Join(vocabulary, ", "))
		}
	}
	return nil
}

// in is the text in a language; English where it is none of ours.
func in(text *profilev1.Text, language string) string {
	switch language {
	case "da":
		return text.GetDa()
	case "sv":
		return text.GetSv()
	default:
		return text.GetEn()
	}
}
