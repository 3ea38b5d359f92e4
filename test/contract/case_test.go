package contract_test

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"text/template"

	"go.yaml.in/yaml/v3"

	"github.com/bavn/bavn/test/house"
)

//go:embed testdata/bad_input.yaml
var badInput []byte

// badCase is one request that must be refused, whichever way it comes.
type badCase struct {
	Name string
	// Call is the method: bavn.triage.v1.TicketService/GetTicket.
	Call string
	// As is who calls; Token is one of the kinds of forged(), instead.
	As, Token string
	// Request in the JSON form of the contract. Strings are templates over what the test has prepared.
	Request map[string]any
	// Unknown is the number of a field that no message has, added to the encoded request.
	Unknown int32
	// Body replaces the JSON that REST would send.
	Body string
	// Header is added over REST.
	Header map[string]string
	// Want is the refusal; REST what REST answers where that differs.
	Want refused
	REST refused `yaml:"rest"`
	// Only names the one transport that can say this.
	Only string
	// Because says why the transports differ. Required with Only and REST.
	Because string
	// Twin replaces fields of the request: the answers must be the same but for the names asked for.
	Twin map[string]any
	// Answered is true where an answer is no refusal: an empty list tells as little as NOT_FOUND.
	Answered bool
}

// refused is what a caller is told.
type refused struct {
	Code   string // of gRPC
	HTTP   int    // where it is not the one that grpc-gateway gives the code
	Reason string
	Field  string // of the first violation
	Rule   string // of the life cycle, where one said no
}

func (c *badCase) over(transport string) refused {
	if transport == "REST" && c.REST != (refused{}) {
		want := c.REST
		if want.Code == "" {
			want.Code = c.Want.Code
		}
		return want
	}
	return c.Want
}

// readCases reads the file and refuses one that is not complete.
func readCases(t *testing.T) []badCase {
	t.Helper()
	var file struct{ Cases []badCase }
	decoder := yaml.NewDecoder(bytes.NewReader(badInput))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		t.Fatalf("read testdata/bad_input.yaml: %v", err)
	}
	seen := map[string]bool{}
	for _, c := range file.Cases {
		var faults []string
		if c.Name == "" || seen[c.Name] {
			faults = append(faults, "has no name of its own")
		}
		if _, err := house.Method(c.Call); err != nil {
			faults = append(faults, err.Error())
		}
		if (c.Only != "" || c.REST != (refused{})) != (c.Because != "") {
			faults = append(faults, "must say why the transports differ, if they do")
		}
		if c.Only != "" && c.Only != "gRPC" && c.Only != "REST" {
			faults = append(faults, "knows only gRPC and REST")
		}
		if (c.As == "") == (c.Token == "") {
			faults = append(faults, "needs either somebody who calls or a token")
		}
		if (c.Want.Code == "" || c.Want.Reason == "") != c.Answered {
			faults = append(faults, "must expect code and reason")
		}
		if len(faults) > 0 {
			t.Errorf("case %q %s", c.Name, strings.Join(faults, "; "))
		}
		seen[c.Name] = true
	}
	if t.Failed() {
		t.FailNow()
	}
	return file.Cases
}

// functions of the templates in a case.
var functions = template.FuncMap{
	"repeat": strings.Repeat,
	"id":     house.ID,
	"number": func(i int) string { return fmt.Sprintf("%03d", i) },
}

// fill fills the templates of a request in. A map with "times" and "of" becomes a list of that many.
func fill(value any, prepared map[string]string) (any, error) {
	switch value := value.(type) {
	case string:
		return fillText(value, prepared, 0)
	case []any:
		filled := make([]any, len(value))
		for i := range value {
			var err error
			if filled[i], err = fill(value[i], prepared); err != nil {
				return nil, err
			}
		}
		return filled, nil
	case map[string]any:
		if of, ok := value["of"].(string); ok && len(value) == 2 {
			return fillTimes(value["times"], of, prepared)
		}
		filled := make(map[string]any, len(value))
		for name, below := range value {
			var err error
			if filled[name], err = fill(below, prepared); err != nil {
				return nil, err
			}
		}
		return filled, nil
	default:
		return value, nil
	}
}

func fillTimes(times any, of string, prepared map[string]string) (any, error) {
	count, ok := times.(int)
	if !ok {
		return nil, fmt.Errorf("times is %v", times)
	}
	list := make([]any, count)
	for i := range list {
		text, err := fillText(of, prepared, i)
		if err != nil {
			return nil, err
		}
		list[i] = text
	}
	return list, nil
}

func fillText(text string, prepared map[string]string, i int) (string, error) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	parsed, err := template.New("").Funcs(functions).Option("missingkey=error").Parse(text)
	if err != nil {
		return "", err
	}
	data := map[string]any{"I": i}
	for name, value := range prepared {
		data[name] = value
	}
	var filled strings.Builder
	if err := parsed.Execute(&filled, data); err != nil {
		return "", err
	}
	return filled.String(), nil
}
