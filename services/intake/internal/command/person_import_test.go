package command_test

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/uuid"

	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/services/intake/internal/command"
	"github.com/bavn/bavn/services/intake/internal/store"
)

func person(id, name, email string) *intakev1.ImportedPerson {
	return &intakev1.ImportedPerson{PersonId: id, DisplayName: name, Email: email}
}

// bring imports a list of the source "staff".
func (f *fixture) bring(
	t *testing.T, adjust func(*intakev1.ImportPersonsRequest), list ...*intakev1.ImportedPerson,
) (*intakev1.ImportPersonsResponse, error) {
	t.Helper()
	r := &intakev1.ImportPersonsRequest{
		Parent: "desks/nsp", RequestId: uuid.NewString(), Source: "staff", PhoneRegion: "DK", CloseAbsent: true,
	}
	if adjust != nil {
		adjust(r)
	}
	for i, p := range list {
		p.Line = int32(i + 2)
	}
	var lines iter.Seq2[*intakev1.ImportedPerson, error] = func(yield func(*intakev1.ImportedPerson, error) bool) {
		for _, p := range list {
			if !yield(p, nil) {
				return
			}
		}
	}
	return f.commands.ImportPersons(as(t.Context(), "anders"), r, lines)
}

func (f *fixture) brought(t *testing.T, want string, list ...*intakev1.ImportedPerson) *intakev1.ImportPersonsResponse {
	t.Helper()
	report, err := f.bring(t, nil, list...)
	if err != nil {
		t.Fatal(err)
	}
	if got := counts(report); got != want {
		t.Errorf("the import says %s, want %s (%v)", got, want, report.GetRefusals())
	}
	return report
}

func counts(r *intakev1.ImportPersonsResponse) string {
	return fmt.Sprintf("%d created, %d changed, %d unchanged, %d closed, %d refused",
		r.GetCreated(), r.GetChanged(), r.GetUnchanged(), r.GetClosed(), r.GetRefused())
}

func refusal(line int32, field, rule string) string {
	return fmt.Sprintf("%d %s %s", line, field, rule)
}

func refusals(r *intakev1.ImportPersonsResponse) (all []string) {
	for _, one := range r.GetRefusals() {
		all = append(all, refusal(one.GetLine(), one.GetField(), one.GetRule()))
	}
	return all
}

// R35, R36: staff, students and guests come from a list; the same list again changes nothing.
func TestR35TheSameListAgainChangesNothing(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	staff := person("AU1", " Åse ", "aase@au.example")
	staff.OrganisationId, staff.Phone, staff.LanguageCode = "au123", "87 15 00 00", "en-GB"
	guest := person("gaest", "Gæst", "")
	f.brought(t, "2 created, 0 changed, 0 unchanged, 0 closed, 0 refused", staff, guest)
	f.brought(t, "0 created, 0 changed, 2 unchanged, 0 closed, 0 refused", staff, guest)
	got, err := store.ReadPerson(t.Context(), f.pool, "desks/nsp/persons/au1")
	if err != nil || got.GetPhone() != "+4587150000" || got.GetDisplayName() != "Åse" || got.GetLanguageCode() != "en" {
		t.Errorf("she is registered as %v (%v)", got, err)
	}
	staff.Office = "5335-091"
	f.brought(t, "0 created, 1 changed, 1 unchanged, 0 closed, 0 refused", staff, guest)
	// A list that does not speak of a field leaves it.
	short := &intakev1.ImportedPerson{PersonId: "au1", DisplayName: "Åse Ærø", Fields: []string{"display_name"}}
	f.brought(t, "0 created, 1 changed, 1 unchanged, 0 closed, 0 refused", short, guest)
	got, err = store.ReadPerson(t.Context(), f.pool, "desks/nsp/persons/au1")
	if err != nil || got.GetOffice() != "5335-091" || got.GetEmail() == "" {
		t.Errorf("what the list did not speak of is %v", got)
	}
	f.chainsHold(t)
}

func TestADryRunSaysWhatWouldBeAndChangesNothing(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	f.brought(t, "2 created, 0 changed, 0 unchanged, 0 closed, 0 refused", person("a", "A", ""), person("b", "B", ""))
	before := f.count(t, "SELECT count(*) FROM events")
	dry := func(r *intakev1.ImportPersonsRequest) { r.ValidateOnly = true }
	list := []*intakev1.ImportedPerson{person("a", "Anna", ""), person("c", "C", "c@x.example"), person("d", "D", "c@x.example")}
	said, err := f.bring(t, dry, list...)
	if err != nil || counts(said) != "1 created, 1 changed, 0 unchanged, 1 closed, 1 refused" {
		t.Errorf("the dry run says %s (%v)", counts(said), err)
	}
	if now := f.count(t, "SELECT count(*) FROM events"); now != before || f.count(t, "SELECT count(*) FROM persons") != 2 {
		t.Error("the dry run has changed something")
	}
	done, err := f.bring(t, nil, list...)
	if err != nil || counts(done) != counts(said) || !slices.Equal(refusals(done), refusals(said)) {
		t.Errorf("done it says %s (%v), the dry run said %s", counts(done), err, counts(said))
	}
}

// R35: an id, an address or an organisation id that goes over to somebody else would bring them another's old tickets.
func TestR35NoLineGivesOldTicketsToSomebodyElse(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	old := person("au1", "Åse", "aase@au.example")
	old.OrganisationId = "au123"
	f.brought(t, "1 created, 0 changed, 0 unchanged, 0 closed, 0 refused", old)
	namesake := person("au1", "Anders", "anders@au.example")
	namesake.OrganisationId = "au999"
	heir := person("au2", "Bo", "AASE@au.example")
	sameID := person("au3", "Carl", "carl@au.example")
	sameID.OrganisationId = "au123"
	report := f.brought(t, "0 created, 0 changed, 0 unchanged, 0 closed, 3 refused", namesake, heir, sameID)
	if want := []string{
		refusal(2, "organisation_id", "import.other_person"), refusal(3, "email", "import.email_taken"),
		refusal(4, "organisation_id", "import.organisation_id_taken"),
	}; !slices.Equal(refusals(report), want) {
		t.Errorf("refused: %q, want %q", refusals(report), want)
	}
	// Nor from whom has left: mails about the tickets still go there.
	f.brought(t, "1 created, 0 changed, 0 unchanged, 1 closed, 0 refused", person("au4", "Dorte", ""))
	f.brought(t, "0 created, 0 changed, 1 unchanged, 0 closed, 1 refused", person("au4", "Dorte", ""), heir)
}

func TestALineThatIsWrongIsNamedWithItsReasonAndRefusesNoOther(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	long, phone := person("e", string(make([]byte, 121)), ""), person("f", "F", "")
	long.DisplayName = fmt.Sprintf("%0121d", 1)
	phone.Phone = "ring til Åse"
	report := f.brought(t, "2 created, 0 changed, 0 unchanged, 0 closed, 6 refused",
		person("a", "A", ""), person("", "X", ""), person("Å!", "X", ""), person("b", "", ""), person("c", "C", "no address"),
		long, phone, person("g", "G", "g@x.example"))
	want := []string{
		refusal(3, "person_id", "import.person_id"), refusal(4, "person_id", "import.person_id"),
		refusal(6, "email", "string.email"), refusal(7, "display_name", "string.max_len"), refusal(8, "phone", "import.phone"),
		refusal(5, "display_name", "required"),
	}
	got := refusals(report)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("refused: %q, want %q", got, want)
	}
	report = f.brought(t, "0 created, 0 changed, 1 unchanged, 1 closed, 1 refused", person("a", "A", ""), person("A", "A", ""))
	if got := refusals(report); !slices.Equal(got, []string{refusal(3, "person_id", "import.twice")}) {
		t.Errorf("twice on the list: %q", got)
	}
}

// R36: who left is closed, not erased: data and tickets stay, nobody reports for them, and they may come back.
func TestR36WhoeverLeftIsClosedAndMayComeBack(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	mette, ole := person("mette", "Mette", "mette@x.example"), person("ole", "Ole", "")
	f.brought(t, "2 created, 0 changed, 0 unchanged, 0 closed, 0 refused", mette, ole)
	f.register(t, "anders") // by hand: no list closes them
	f.brought(t, "0 created, 0 changed, 1 unchanged, 1 closed, 0 refused", ole)
	f.brought(t, "0 created, 0 changed, 1 unchanged, 0 closed, 0 refused", ole)
	left, err := store.ReadPerson(t.Context(), f.pool, "desks/nsp/persons/mette")
	if err != nil || left.GetLeaveTime() == nil || left.GetEmail() != "mette@x.example" {
		t.Errorf("she is %v (%v)", left, err)
	}
	_, err = f.reportFor(t, "desks/nsp/persons/mette", "desks/nsp/persons/ole")
	if err = command.RefuseErased(err); !fault.Is(err, "PERSON_LEFT") {
		t.Errorf("somebody reports for her: %v", err)
	}
	if _, err := f.reportFor(t, "desks/nsp/persons/anders", "desks/nsp/persons/ole"); err != nil {
		t.Errorf("others report: %v", err)
	}
	f.brought(t, "0 created, 1 changed, 1 unchanged, 0 closed, 0 refused", mette, ole)
	if _, err := f.reportFor(t, "desks/nsp/persons/mette", "desks/nsp/persons/ole"); err != nil {
		t.Errorf("she is back and reports: %v", err)
	}
	f.chainsHold(t)
}

// A list that broke off, or is empty, closes nobody.
func TestAListThatLacksTooManyClosesNobody(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	list := make([]*intakev1.ImportedPerson, 60)
	for i := range list {
		list[i] = person(fmt.Sprintf("p%d", i), "P", "")
	}
	f.brought(t, "60 created, 0 changed, 0 unchanged, 0 closed, 0 refused", list...)
	if _, err := f.bring(t, nil); !fault.Is(err, "TOO_MANY_LEFT") {
		t.Errorf("an empty list: %v", err)
	}
	if _, err := f.bring(t, nil, list[:47]...); !fault.Is(err, "TOO_MANY_LEFT") {
		t.Errorf("a list that lacks 13 of 60: %v", err)
	}
	if n := f.count(t, "SELECT count(*) FROM persons WHERE left_at IS NOT NULL"); n != 0 {
		t.Errorf("%d persons were closed", n)
	}
	report, err := f.bring(t, func(r *intakev1.ImportPersonsRequest) { r.ManyLeft = true }, list[:30]...)
	if err != nil || report.GetClosed() != 30 {
		t.Errorf("confirmed: %v (%v)", report, err)
	}
}

// A person of two lists belongs to the one that has them, so that two lists do not take turns.
func TestTwoSourcesDoNotTakeTurns(t *testing.T) {
	t.Parallel()
	f := setUp(t)
	students := func(r *intakev1.ImportPersonsRequest) { r.Source = "students" }
	f.brought(t, "1 created, 0 changed, 0 unchanged, 0 closed, 0 refused", person("au1", "Åse", ""))
	report, err := f.bring(t, students, person("au1", "Aase", ""))
	if err != nil || !slices.Equal(refusals(report), []string{refusal(2, "person_id", "import.other_source")}) {
		t.Errorf("the other list: %v (%v)", report, err)
	}
	f.brought(t, "0 created, 0 changed, 0 unchanged, 1 closed, 0 refused")
	report, err = f.bring(t, students, person("au1", "Aase", ""))
	if err != nil || counts(report) != "0 created, 1 changed, 0 unchanged, 0 closed, 0 refused" {
		t.Errorf("after they left the first: %v (%v)", report, err)
	}
}
