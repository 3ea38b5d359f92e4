package fault

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"
	"google.golang.org/grpc/metadata"
)

//go:embed errors.yaml
var platformTexts embed.FS

// developerLanguage is the language of the status message, which developers and logs read.
const developerLanguage = "en"

// languages are those every text exists in; the first is what a caller gets who asks for none of them.
var (
	languages = []string{developerLanguage, "da", "sv"}
	matcher   = language.NewMatcher([]language.Tag{language.English, language.Danish, language.Swedish})
)

var (
	placeholder   = regexp.MustCompile(`\{([a-z][a-z0-9_]*)\}`)
	reasonPattern = regexp.MustCompile(`^[A-Z][A-Z0-9_]{1,61}[A-Z0-9]$`) // google.rpc.ErrorInfo's own rule
)

// texts maps a language to a text with {placeholders}.
type texts map[string]string

// Catalog holds the texts of reasons and of field rules in every language. It is read-only after NewCatalog.
type Catalog struct {
	reasons map[string]texts
	rules   map[string]texts
}

type catalogFile struct {
	Reasons map[string]texts `yaml:"reasons"`
	Rules   map[string]texts `yaml:"rules"`
}

// NewCatalog reads the platform's texts and the file errors.yaml of each given file system:
//
//	reasons:
//	  TICKET_CLOSED: {en: "Ticket {ticket} is closed.", da: …, sv: …}
//	rules:
//	  title.not_blank: {en: "Must not be blank.", da: …, sv: …}
//
// It returns every mistake at once: a language that is missing or unknown, a placeholder that is not in all languages, a
// reason that is not UPPER_SNAKE, a text defined twice.
func NewCatalog(services ...fs.FS) (*Catalog, error) {
	c := &Catalog{reasons: map[string]texts{}, rules: map[string]texts{}}
	var problems []error
	for i, fsys := range append([]fs.FS{platformTexts}, services...) {
		if err := c.add(fsys); err != nil {
			problems = append(problems, fmt.Errorf("error texts (file system %d of %d): %w", i, len(services), err))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Catalog) add(fsys fs.FS) error {
	if fsys == nil {
		return errors.New("no file system")
	}
	raw, err := fs.ReadFile(fsys, "errors.yaml")
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	var file catalogFile
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	var problems []error
	for _, reason := range slices.Sorted(maps.Keys(file.Reasons)) {
		if !reasonPattern.MatchString(reason) {
			problems = append(problems, fmt.Errorf("%s: a reason is UPPER_SNAKE", reason))
		}
		problems = append(problems, put(c.reasons, reason, file.Reasons[reason]))
	}
	for _, rule := range slices.Sorted(maps.Keys(file.Rules)) {
		problems = append(problems, put(c.rules, rule, file.Rules[rule]))
	}
	return errors.Join(problems...)
}

// put stores the texts of one key after checking that all languages say the same thing.
func put(table map[string]texts, key string, t texts) error {
	if _, twice := table[key]; twice {
		return fmt.Errorf("%s: defined twice", key)
	}
	var problems []error
	want := placeholders(t[developerLanguage])
	for _, lang := range languages {
		text, ok := t[lang]
		switch got := placeholders(text); {
		case !ok || strings.TrimSpace(text) == "":
			problems = append(problems, fmt.Errorf("%s: no text in %q", key, lang))
		case !slices.Equal(got, want):
			problems = append(problems, fmt.Errorf("%s: placeholders in %q are %v, in %q %v", key, lang, got, developerLanguage, want))
		}
	}
	for lang := range t {
		if !slices.Contains(languages, lang) {
			problems = append(problems, fmt.Errorf("%s: unknown language %q", key, lang))
		}
	}
	table[key] = t
	return errors.Join(problems...)
}

// Check reports what the catalog lacks to describe e: its reason, or metadata for a placeholder. Tests call it for every
// refusal they provoke; the server logs it.
func (c *Catalog) Check(e *Error) error {
	t, ok := c.reasons[e.reason]
	if !ok {
		return fmt.Errorf("reason %s has no texts", e.reason)
	}
	var problems []error
	for _, key := range placeholders(t[developerLanguage]) {
		if _, ok := e.meta[key]; !ok {
			problems = append(problems, fmt.Errorf("reason %s: no metadata for the placeholder {%s}", e.reason, key))
		}
	}
	return errors.Join(problems...)
}

// Has reports whether reason has texts.
func (c *Catalog) Has(reason string) bool {
	_, ok := c.reasons[reason]
	return ok
}

// HasRule reports whether a field rule has texts.
func (c *Catalog) HasRule(rule string) bool {
	_, ok := c.rules[rule]
	return ok
}

// Rule is what a field rule asks for, in one of the languages; the rule's id where it has no texts.
func (c *Catalog) Rule(rule, lang string) string {
	return c.ruleText(FieldViolation{Rule: rule}, lang)
}

// Text is what an error says, in one of the languages.
func (c *Catalog) Text(e *Error, lang string) string { return c.text(e, lang) }

// text renders the reason's text. A reason without texts is shown as it is: wrong, but never empty.
func (c *Catalog) text(e *Error, lang string) string {
	t, ok := c.reasons[e.reason]
	if !ok {
		return e.reason
	}
	return fill(t[lang], e.meta)
}

// ruleText renders the text of a field rule, or the violation's own if the catalog does not know the rule.
func (c *Catalog) ruleText(f FieldViolation, lang string) string {
	if c != nil {
		if t, ok := c.rules[f.Rule]; ok {
			return fill(t[lang], map[string]string{"limit": f.Limit})
		}
	}
	if f.Text != "" {
		return f.Text
	}
	return f.Rule
}

// Language picks the caller's language ("en", "da" or "sv") from the accept-language metadata, also as the gateway
// forwards it.
func Language(ctx context.Context) string {
	for _, key := range []string{"accept-language", "grpcgateway-accept-language"} {
		for _, header := range metadata.ValueFromIncomingContext(ctx, key) {
			wanted, _, err := language.ParseAcceptLanguage(header)
			if err != nil || len(wanted) == 0 {
				continue
			}
			if _, index, confidence := matcher.Match(wanted...); confidence > language.No {
				return languages[index]
			}
		}
	}
	return languages[0]
}

func fill(text string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string {
		if v, ok := values[p[1:len(p)-1]]; ok {
			return v
		}
		return p
	})
}

// placeholders returns the sorted, distinct placeholder names of a text.
func placeholders(text string) []string {
	var names []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// upperSnake turns a rule id into the form that google.rpc asks of a violation's reason: string.max_len → STRING_MAX_LEN.
func upperSnake(rule string) string {
	return strings.ToUpper(strings.NewReplacer(".", "_", "-", "_", "/", "_").Replace(rule))
}
