package cli

import (
	"slices"
	"strings"
	"testing"
)

// R35, R36: lists come as spreadsheets write them.
func TestR35AListIsReadAsSpreadsheetsWriteIt(t *testing.T) {
	t.Parallel()
	const utf8List = "\uFEFFid;Navn;E-mail;Tlf;AU ID;Kostsenter\n" +
		"au1;\"Åse Ærø; IT\";aase@au.example;87 15 00 00;au123;9\n" +
		"\n" +
		"gaest;Gæst;;;;\n"
	latin1 := strings.NewReplacer("Å", "\xc5", "Æ", "\xc6", "ø", "\xf8", "æ", "\xe6", "\uFEFF", "").Replace(utf8List)
	for name, content := range map[string]string{"UTF-8": utf8List, "Latin-1": latin1} {
		persons, err := readPersons([]byte(content), nil)
		if err != nil || len(persons) != 2 {
			t.Fatalf("%s: %d persons (%v)", name, len(persons), err)
		}
		first, guest := persons[0], persons[1]
		if first.GetDisplayName() != "Åse Ærø; IT" || first.GetPersonId() != "au1" || first.GetOrganisationId() != "au123" ||
			first.GetPhone() != "87 15 00 00" || first.GetLine() != 2 {
			t.Errorf("%s: the first line is %v", name, first)
		}
		if guest.GetDisplayName() != "Gæst" || guest.GetOrganisationId() != "" || guest.GetLine() != 4 {
			t.Errorf("%s: the guest is %v", name, guest)
		}
		if want := []string{"display_name", "email", "organisation_id", "phone"}; !slices.Equal(first.GetFields(), want) {
			t.Errorf("%s: it speaks of %v, want %v", name, first.GetFields(), want)
		}
	}
}

func TestColumnsAreMappedAndMistakesNamed(t *testing.T) {
	t.Parallel()
	persons, err := readPersons([]byte("konto,fuldt navn\nmette,Mette\n"),
		map[string]string{"konto": "person_id", "fuldt navn": "display_name"})
	if err != nil || len(persons) != 1 || persons[0].GetPersonId() != "mette" || persons[0].GetDisplayName() != "Mette" {
		t.Errorf("mapped: %v (%v)", persons, err)
	}
	for name, c := range map[string]struct {
		content string
		given   map[string]string
	}{
		"no id":                {"navn\nMette\n", nil},
		"two names":            {"id,navn,name\na,b,c\n", nil},
		"an unknown field":     {"id\na\n", map[string]string{"id": "shoe_size"}},
		"a column that is not": {"id\na\n", map[string]string{"konto": "person_id"}},
		"a ragged line":        {"id,navn\na\n", nil},
		"nothing":              {"", nil},
	} {
		if _, err := readPersons([]byte(c.content), c.given); err == nil {
			t.Errorf("%s is taken for a list", name)
		}
	}
}
