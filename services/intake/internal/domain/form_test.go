package domain_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/services/intake/internal/domain"
)

// asked is a form with a field of every type.
func asked() []profile.Asked {
	option := func(id string) *profilev1.Choice { return &profilev1.Choice{Id: id} }
	return []profile.Asked{
		{ID: "title", Type: profilev1.FieldType_FIELD_TYPE_LINE, Required: true, Fills: profilev1.Fills_FILLS_TITLE},
		{ID: "number", Type: profilev1.FieldType_FIELD_TYPE_LINE, Fills: profilev1.Fills_FILLS_EXTERNAL_ID},
		{ID: "jira", Type: profilev1.FieldType_FIELD_TYPE_LINE, Fills: profilev1.Fills_FILLS_EXTERNAL_ID, Tool: "jira"},
		{ID: "what", Type: profilev1.FieldType_FIELD_TYPE_TEXT},
		{ID: "urgent", Type: profilev1.FieldType_FIELD_TYPE_YES_NO, Fills: profilev1.Fills_FILLS_URGENT},
		{ID: "size", Type: profilev1.FieldType_FIELD_TYPE_CHOICE, Options: []*profilev1.Choice{option("one"), option("many")}},
		{
			ID: "who", Type: profilev1.FieldType_FIELD_TYPE_CHOICE, Personal: true,
			Options: []*profilev1.Choice{option("me"), option("you")},
		},
		{ID: "where", Type: profilev1.FieldType_FIELD_TYPE_CHOICES, Options: []*profilev1.Choice{option("a"), option("b")}},
		{ID: "since", Type: profilev1.FieldType_FIELD_TYPE_TIME},
		{ID: "phone", Type: profilev1.FieldType_FIELD_TYPE_PHONE, Personal: true},
		{ID: "mail", Type: profilev1.FieldType_FIELD_TYPE_EMAIL, Personal: true},
		{ID: "files", Type: profilev1.FieldType_FIELD_TYPE_FILES, Required: true},
	}
}

const file = "desks/nsp/attachments/0198a1b2-0000-7000-8000-000000000001"

// R31, R148: what is filled in goes where it belongs, and what is personal or in words can be erased, whatever its type.
func TestAFormPutsEveryAnswerWhereItBelongs(t *testing.T) {
	t.Parallel()
	got, unfit := domain.FillIn(asked(), map[string]string{
		"title": " Printeren er død ", "number": "LSD-1", "jira": "NSP-2", "what": "Intet\nlys", "urgent": "yes", "size": "many",
		"who": "me", "where": "a,b", "since": "2026-11-22T08:15:00+01:00", "phone": "24 25 26 27", "mail": "karen@au.example",
		"files": file,
	}, "DK")
	if len(unfit) > 0 {
		t.Fatalf("refused are %v", unfit)
	}
	if got.Title != "Printeren er død" || !maps.Equal(got.Numbers, map[string]string{"own": "LSD-1", "jira": "NSP-2"}) {
		t.Errorf("the title is %q, the numbers are %v", got.Title, got.Numbers)
	}
	if want := map[string]string{
		"urgent": "yes", "size": "many", "where": "a,b", "since": "2026-11-22T08:15:00+01:00",
	}; !maps.Equal(got.Values, want) {
		t.Errorf("facts are %v, want %v", got.Values, want)
	}
	if len(got.Files["files"]) != 1 || got.Files["files"][0].String() != path.Base(file) {
		t.Errorf("files are %v", got.Files)
	}
	if want := map[string]string{
		"what": "Intet\nlys", "who": "me", "phone": "+4524252627", "mail": "karen@au.example",
	}; !maps.Equal(got.Words, want) {
		t.Errorf("erasable are %v, want %v", got.Words, want)
	}
}

// R31: every answer that will not do is named, with the rule that it breaks.
func TestAFormNamesEveryAnswerThatWillNotDo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer map[string]string
		rule   string
	}{
		"title":  {map[string]string{"title": " "}, "form.required"},
		"number": {map[string]string{"number": "a\nb"}, "form.line"},
		"jira":   {map[string]string{"jira": strings.Repeat("1", 121)}, "form.line"},
		"urgent": {map[string]string{"urgent": "perhaps"}, "form.yes_no"},
		"size":   {map[string]string{"size": "three"}, "form.option"},
		"where":  {map[string]string{"where": "a,c"}, "form.option"},
		"since":  {map[string]string{"since": "yesterday"}, "form.time"},
		"phone":  {map[string]string{"phone": "12"}, "form.phone"},
		"mail":   {map[string]string{"mail": "Karen <karen@au.example>"}, "form.email"},
		"files":  {map[string]string{"files": file + "," + file}, "form.files"},
		"colour": {map[string]string{"colour": "red"}, "form.not_asked"},
	} {
		answers := map[string]string{"title": "Printeren", "files": file}
		maps.Copy(answers, tt.answer)
		_, unfit := domain.FillIn(asked(), answers, "DK")
		if !slices.Equal(unfit, []domain.Unfit{{Question: name, Rule: tt.rule}}) {
			t.Errorf("%v is refused for %v, want %s: %s", tt.answer, unfit, name, tt.rule)
		}
	}
	_, unfit := domain.FillIn(asked(), map[string]string{"title": strings.Repeat("x", 201), "files": file}, "DK")
	if !slices.Equal(unfit, []domain.Unfit{{Question: "title", Rule: "title.length"}}) {
		t.Errorf("a long title is refused for %v", unfit)
	}
}

// R5: a title is of use in the pile when one of its words tells this ticket from others.
func TestATitleTellsSomething(t *testing.T) {
	t.Parallel()
	for title, telling := range map[string]bool{
		"Hjælp": false, "Det virker ikke": false, "Opkald fra bruger 2": false, "Problem med sag": false, "???": false, "": false,
		"Printeren i 1461 skriver ikke ud": true, "VPN": true, "Ringer om eduroam": true, "Inloggning fungerar inte": true,
	} {
		if got := domain.Telling(title); got != telling {
			t.Errorf("%q tells something: %t, want %t", title, got, telling)
		}
	}
}

// R5: people say numbers in many ways, and persons have one.
func TestAPhoneNumberIsTheSameHoweverItIsSaid(t *testing.T) {
	t.Parallel()
	for said, region := range map[string]string{
		"24 25 26 27": "DK", "+45 24252627": "SE", "0045 24 25 26 27": "DK", "2425-2627": "DK",
	} {
		if got := domain.PhoneNumber(said, region); got != "+4524252627" {
			t.Errorf("%q in %s is %q", said, region, got)
		}
	}
	if got := domain.PhoneNumber("070-174 06 05", "SE"); got != "+46701740605" {
		t.Errorf("a Swedish number is %q", got)
	}
	for _, said := range []string{"karen", "au123456", "12", ""} {
		if got := domain.PhoneNumber(said, "DK"); got != "" {
			t.Errorf("%q is the number %q", said, got)
		}
	}
}
