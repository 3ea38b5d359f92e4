package acceptance_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/profiles"
)

// otherWords are settings of Datafordeler's profile, and what another version says in their place.
var otherWords = strings.NewReplacer(
	"en: Category B}, priority: P2", "en: Category B}, priority: P1",
	"solution: [{within: 8h, calendar: always", "solution: [{within: 6h, calendar: always",
	"media: [mail, portal], template: receipt", "media: [portal], template: receipt",
	"da: En procespraktiker hos datafordelermyndigheden skal kvalitetssikre løsningen",
	"da: Løsningen skal kvalitetssikres først",
	"{group: supportleverandoer/spoc}, source: \"[1] background, principle 9\"", "{group: supportleverandoer/drift}, derived: true",
)

// R131, R132, R133: whoever asks why a ticket is as it is, is told by the version of the process that decided, also after the
// process was adjusted; and an adjustment with a mistake in it changes nothing.
func TestATicketStaysExplainedWhileTheProcessIsAdjusted(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	shipped := shippedProfile(t, "datafordeler.yaml")
	shelve(t, folder, "itil-base.yaml", shippedProfile(t, "itil-base.yaml"))
	shelve(t, folder, "datafordeler.yaml", shipped)
	office := atWorkWith(t, "datafordeler", map[string]map[string]string{
		"triage": {"PROFILES_DIR": folder, "PROFILES_EVERY": "1s"},
	}, datafordelerCast...)
	office.atDatafordeler(t, func(d *datafordeler) {
		shelve(t, folder, "datafordeler.yaml", shipped) // the other door left another version
		first := d.inForce(office.Profile.Version())
		var before *triagev1.ExplainTicketResponse
		d.step("a ticket is prioritised, routed, timed, held up by gates, and people are told", func() {
			d.reported("anders", incidentIn(commonv1.Channel_CHANNEL_WEB, "Opslag fejler", "Hver anden gang",
				&triagev1.Assessment{ReporterGroup: "data_consumer", Category: "application", ContractCategory: "B"}))
			d.starts("sofie")
			d.answers("sofie", &triagev1.GuideAnswer{Question: "what_symptoms", Words: in("da", "Svarer 503")})
			d.solves("sofie", triagev1.SolutionKind_SOLUTION_KIND_PERMANENT, "Genstartet; prøv igen")
			before = d.explained()
			for subject, want := range map[string][2]string{
				"priority":          {"priority.contract_categories[B]", "P2"},
				"route":             {"categories[application].route", supplier + "/groups/spoc"},
				"deadline/solution": {"targets[p2].solution", ""},
				"deadline/silence":  {"silence[ten_days_unchecked]", ""},
			} {
				got := decided(before, subject)
				if got.GetRule() != want[0] || want[1] != "" && got.GetAnswer() != want[1] || got.GetProfileVersion() != first {
					d.t.Errorf("%s is explained by %v, want %v", subject, got, want)
				}
				if got.GetSource() == "" && !got.GetDerived() {
					d.t.Errorf("nothing says where %s is written", got.GetRule())
				}
			}
			if got := decided(before, "priority").GetInputs()["contract_category"]; got != "B" {
				d.t.Errorf("the priority looked at category %q", got)
			}
			due := d.due(triagev1.DeadlineKind_DEADLINE_KIND_SOLUTION).GetDueTime().AsTime()
			if got := due.Sub(d.ticket.GetSubmitTime().AsTime()); got != 8*time.Hour {
				d.t.Errorf("a P2 is due after %v, want 8h", got)
			}
			if told := toldBy(before, "receipt"); told.GetEvent() != "ticket.opened" ||
				!slices.Equal(told.GetRequest().GetRecipients(), []string{"persons/anders"}) ||
				!slices.Equal(told.GetRequest().GetMedia(), []string{"mail", "portal"}) {
				d.t.Errorf("the receipt is explained as %v", told)
			}
			gate := gateOf(before, "close", "quality_checked")
			if gate.GetOpen() || gate.GetInputs()["quality_checked"] != "false" ||
				!strings.Contains(gate.GetSatisfy().GetDa(), "procespraktiker") {
				d.t.Errorf("what holds closing up is explained as %v", gate)
			}
		})
		var second string
		d.step("the process is adjusted: what was decided stays explained as it was", func() { // R133
			shelve(t, folder, "datafordeler.yaml", otherWords.Replace(shipped))
			second = d.inForceAfter(first)
			after := d.explained()
			if after.GetProfileVersion() != second {
				d.t.Errorf("in force is %s, and the ticket is explained by %s", second, after.GetProfileVersion())
			}
			if diff := cmp.Diff(before.GetDecisions(), after.GetDecisions(), protocmp.Transform()); diff != "" {
				d.t.Errorf("the decisions changed (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(before.GetTold(), after.GetTold(), protocmp.Transform()); diff != "" {
				d.t.Errorf("who was told changed (-before +after):\n%s", diff)
			}
			if diff := cmp.Diff(before.GetDeadlines(), after.GetDeadlines(), protocmp.Transform()); diff != "" {
				d.t.Errorf("what is due changed (-before +after):\n%s", diff)
			}
			if gate := gateOf(after, "close", "quality_checked"); gate.GetSatisfy().GetDa() != "Løsningen skal kvalitetssikres først" {
				d.t.Errorf("what can be done now is answered by %v, not by what is in force now", gate.GetSatisfy())
			}
			was, err := d.profile.GetProfile(d.by("inge"), &triagev1.GetProfileRequest{Name: d.Desk() + "/profile/versions/" + first})
			if err != nil || was.GetInForce() || !strings.Contains(was.String(), "procespraktiker hos datafordelermyndigheden") {
				d.t.Errorf("the version that decided cannot be read: %v", err)
			}
		})
		d.step("what is decided from now on is decided by the new version", func() {
			d.reported("anders", incidentIn(commonv1.Channel_CHANNEL_WEB, "Opslag fejler igen", "Hver gang",
				&triagev1.Assessment{ReporterGroup: "data_consumer", Category: "application", ContractCategory: "B"}))
			now := d.explained()
			for subject, want := range map[string]string{"priority": "P1", "route": supplier + "/groups/drift"} {
				if got := decided(now, subject); got.GetAnswer() != want || got.GetProfileVersion() != second {
					d.t.Errorf("%s is decided as %v, want %s", subject, got, want)
				}
			}
			if media := toldBy(now, "receipt").GetRequest().GetMedia(); !slices.Equal(media, []string{"portal"}) {
				d.t.Errorf("the receipt goes by %v", media)
			}
		})
		d.step("a version with a mistake leaves the one before it in force, as a whole", func() {
			wrong := strings.Replace(shipped, "priority: P2", "priority: P9", 1) // and for the rest it is the first version
			shelve(t, folder, "datafordeler.yaml", wrong)
			d.readAgain(folder)
			if got := d.inForce(second); got != second {
				d.t.Errorf("in force is %s, want %s", got, second)
			}
			d.reported("anders", incidentIn(commonv1.Channel_CHANNEL_WEB, "Opslag fejler stadig", "Hver gang",
				&triagev1.Assessment{ReporterGroup: "data_consumer", Category: "application", ContractCategory: "B"}))
			if got := decided(d.explained(), "route"); got.GetAnswer() != supplier+"/groups/drift" || got.GetProfileVersion() != second {
				d.t.Errorf("a file that is wrong routes to %v", got)
			}
		})
	})
}

func shippedProfile(t *testing.T, name string) string {
	t.Helper()
	text, err := profiles.Shipped.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shelve puts a file into a folder of profiles at once, as a ConfigMap is swapped.
func shelve(t *testing.T, folder, name, text string) {
	t.Helper()
	beside := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(beside, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(beside, filepath.Join(folder, name)); err != nil {
		t.Fatal(err)
	}
}

// version is the one that the desk follows now.
func (d *datafordeler) version() string {
	d.t.Helper()
	read, err := d.profile.GetProfile(d.by("inge"), &triagev1.GetProfileRequest{Name: d.Desk() + "/profile"})
	if err != nil {
		d.t.Fatal(err)
	}
	return read.GetVersion()
}

// inForce waits until a version is.
func (d *datafordeler) inForce(version string) string {
	d.t.Helper()
	d.eventually("version "+version+" is in force", func() error {
		if now := d.version(); now != version {
			return fmt.Errorf("in force is %s", now)
		}
		return nil
	})
	return version
}

// inForceAfter waits until another version is, and says which.
func (d *datafordeler) inForceAfter(version string) (now string) {
	d.t.Helper()
	d.eventually("another version than "+version+" is in force", func() error {
		if now = d.version(); now == version {
			return fmt.Errorf("in force is still %s", now)
		}
		return nil
	})
	return now
}

// readAgain waits until the folder was read after now: another profile lies there, which is then kept.
func (d *datafordeler) readAgain(folder string) {
	d.t.Helper()
	id := "read-again-" + strings.ToLower(d.Name)
	text := strings.Replace(shippedProfile(d.t, "datafordeler.yaml"), "\nid: datafordeler\n", "\nid: "+id+"\n", 1)
	shelve(d.t, folder, id+".yaml", text)
	d.eventually("the folder is read again", func() error {
		var n int
		err := d.DB("triage").QueryRow(d.ctx, "SELECT count(*) FROM profile_versions WHERE profile = $1", id).Scan(&n)
		if err == nil && n == 0 {
			err = fmt.Errorf("no version of %s is kept", id)
		}
		return err
	})
}

// explained is the ticket of the walk, explained to the process manager.
func (d *datafordeler) explained() *triagev1.ExplainTicketResponse {
	d.t.Helper()
	explanations := triagev1.NewExplanationServiceClient(d.Conn(triagev1.TicketService_GetTicket_FullMethodName))
	explained, err := explanations.ExplainTicket(d.by("inge"), &triagev1.ExplainTicketRequest{Name: d.name()})
	if err != nil {
		d.t.Fatal(err)
	}
	return explained
}

func decided(e *triagev1.ExplainTicketResponse, subject string) *triagev1.Decision {
	for _, decision := range e.GetDecisions() {
		if decision.GetSubject() == subject {
			return decision
		}
	}
	return nil
}

func toldBy(e *triagev1.ExplainTicketResponse, rule string) *triagev1.Told {
	for _, told := range e.GetTold() {
		if told.GetRequest().GetRule() == rule {
			return told
		}
	}
	return nil
}

func gateOf(e *triagev1.ExplainTicketResponse, step, gate string) *triagev1.GateExplanation {
	for _, explained := range e.GetSteps() {
		for _, g := range explained.GetGates() {
			if explained.GetStep() == step && g.GetGate() == gate {
				return g
			}
		}
	}
	return nil
}
