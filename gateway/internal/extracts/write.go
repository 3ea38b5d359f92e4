package extracts

import (
	"bytes"
	"embed"
	"encoding/csv"
	"html/template"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/gateway/internal/public"
	"github.com/bavn/bavn/gateway/internal/static"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	reportingv1 "github.com/bavn/bavn/gen/go/bavn/reporting/v1"
)

//go:embed page.html.tmpl
var templates embed.FS

// object is the name of all lists of a desk as JSON.
const object = "extracts.json"

// columns are those of every list, by their words.
var columns = []string{
	"ticket", "status", "priority", "category", "holder", "owner", "service", "submitted", "age", "release",
}

// view is what a desk publishes, as it is written in one language.
type view struct {
	Desk, Name, Language string
	Lists                []list
	zone                 *time.Location
}

// list is one extract.
type list struct {
	ID, Label string
	Taken     time.Time // zero before the first edition
	Rows      [][]string
}

// write makes the documents of a desk.
func (d *desk) write(desk *reportingv1.DeskExtracts) error {
	for _, language := range public.Languages {
		v := viewOf(desk, language)
		page, err := v.page()
		if err != nil {
			return err
		}
		if err := d.keep(language, page, "text/html; charset=utf-8"); err != nil {
			return err
		}
		for _, l := range v.Lists {
			content, err := l.csv(language)
			if err != nil {
				return err
			}
			if err := d.keep(language+"/"+l.ID+".csv", content, "text/csv; charset=utf-8; header=present"); err != nil {
				return err
			}
		}
	}
	content, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(desk)
	if err != nil {
		return err
	}
	return d.keep(object, append(content, '\n'), "application/json")
}

func (d *desk) keep(name string, content []byte, kind string) error {
	document, err := static.New(content, kind)
	d.documents[name] = document
	return err
}

func viewOf(desk *reportingv1.DeskExtracts, language string) view {
	v := view{Desk: strings.TrimPrefix(desk.GetDesk(), "desks/"), Name: desk.GetDisplayName(), Language: language}
	var err error
	if v.zone, err = time.LoadLocation(desk.GetTimeZone()); err != nil {
		v.zone = time.UTC
	}
	words := func(terms []*reportingv1.Term) func(string) string {
		called := map[string]string{}
		for _, term := range terms {
			called[term.GetId()] = pick(term.GetLabels(), language, desk.GetLanguageCode())
		}
		return func(id string) string {
			if called[id] == "" {
				return id
			}
			return called[id]
		}
	}
	category, party, service := words(desk.GetCategories()), words(desk.GetParties()), words(desk.GetBusinessServices())
	for _, extract := range desk.GetExtracts() {
		l := list{
			ID:    extract.GetName()[strings.LastIndexByte(extract.GetName(), '/')+1:],
			Label: pick(extract.GetLabels(), language, desk.GetLanguageCode()),
		}
		if edition := extract.GetLatestEdition(); edition != nil {
			l.Taken = edition.GetTakeTime().AsTime()
			for _, row := range edition.GetRows() {
				l.Rows = append(l.Rows, []string{
					row.GetTicket(), own.Say(language, row.GetStatus().String()), row.GetPriority(), category(row.GetCategory()),
					party(row.GetHolderParty()), party(row.GetOwnerParty()), service(row.GetBusinessService()),
					v.day(row.GetSubmitTime()), strconv.Itoa(int(row.GetAgeDays())), v.day(row.GetReleaseTime()),
				})
			}
		}
		v.Lists = append(v.Lists, l)
	}
	return v
}

// day is a day of the desk, as every language and every spreadsheet reads it; empty for none.
func (v view) day(at *timestamppb.Timestamp) string {
	if at == nil {
		return ""
	}
	return at.AsTime().In(v.zone).Format(time.DateOnly)
}

// csv is the list as RFC 4180 has it, which opens in a spreadsheet and runs nothing there.
func (l list) csv(language string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	header := make([]string, len(columns))
	for i, column := range columns {
		header[i] = own.Say(language, column)
	}
	if err := w.Write(header); err != nil {
		return nil, err
	}
	for _, row := range l.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = inert(cell)
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// inert keeps a spreadsheet from taking a cell for a formula: an apostrophe before what begins one (OWASP, CSV injection). The
// words of a profile are its author's, and the number of a ticket is whatever prefix a desk has chosen.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func pick(texts []*commonv1.LocalizedText, wanted ...string) string {
	for _, language := range wanted {
		for _, text := range texts {
			if text.GetLanguageCode() == language && text.GetText() != "" {
				return text.GetText()
			}
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return texts[0].GetText()
}

// written is the page, with functions that stand in for those of a language.
var written = template.Must(template.New("").Funcs(functions(view{zone: time.UTC})).ParseFS(templates, "page.html.tmpl"))

func functions(v view) template.FuncMap {
	return template.FuncMap{
		"say":     func(key string) string { return own.Say(v.Language, key) },
		"stamp":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"at":      func(t time.Time) string { return t.In(v.zone).Format("2006-01-02 15:04") },
		"columns": func() []string { return columns }, "languages": func() []string { return public.Languages },
		"named": func(language string) string { return public.Names[language] },
	}
}

// page is all lists of the desk as a page, which needs no script.
func (v view) page() ([]byte, error) {
	clone, err := written.Clone()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = clone.Funcs(functions(v)).ExecuteTemplate(&b, "page.html.tmpl", v)
	return b.Bytes(), err
}
