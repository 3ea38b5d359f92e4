package command_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	notifyv1 "github.com/bavn/bavn/gen/go/bavn/notify/v1"
	profilev1 "github.com/bavn/bavn/gen/go/bavn/profile/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/feed"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/platform/resourcename"
	"github.com/bavn/bavn/process/profile"
)

// follows lets the desk follow one of the shipped profiles, and returns its version.
func (w *world) follows(file string) *profile.Profile {
	w.t.Helper()
	p, err := profile.Load(os.DirFS("../../../../profiles"), file)
	if err != nil {
		w.t.Fatal(err)
	}
	w.triage.mu.Lock()
	defer w.triage.mu.Unlock()
	w.triage.profiles, w.triage.inForce = map[string]*profilev1.Profile{p.Version(): p.Settings()}, p.Version()
	return p
}

func (t *triage) GetProfile(
	_ context.Context, r *triagev1.GetProfileRequest, _ ...grpc.CallOption,
) (*triagev1.ProcessProfile, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	version := resourcename.ID(r.GetName())
	if version == "profile" {
		version = t.inForce
	}
	if settings := t.profiles[version]; settings != nil {
		return &triagev1.ProcessProfile{Name: r.GetName(), Version: version, Settings: settings}, nil
	}
	return nil, status.Error(codes.NotFound, "unknown")
}

// asks is an event of a ticket whose desk follows a profile that wants something said.
func (w *world) asks(
	p *profile.Profile, t *triagev1.Ticket, typ, person string, texts []*eventv1.Text, requests ...*triagev1.NotificationRequest,
) *feed.Event {
	w.t.Helper()
	e := w.happens(t, typ, person, texts...)
	payload := new(triagev1.TicketEvent)
	if err := e.Record.GetPayload().UnmarshalTo(payload); err != nil {
		w.t.Fatal(err)
	}
	payload.Notifications = requests
	packed, err := anypb.New(payload)
	if err != nil {
		w.t.Fatal(err)
	}
	e.Record.Payload, e.Record.ProfileVersion = packed, p.Version()
	return e
}

func request(rule, template, media string, recipients ...string) *triagev1.NotificationRequest {
	return &triagev1.NotificationRequest{Rule: rule, Template: template, Media: strings.Fields(media), Recipients: recipients}
}

// told says what the ledger has, as "rule recipient medium".
func (w *world) told() []string {
	w.t.Helper()
	rows, err := w.pool.Query(w.t.Context(), "SELECT rule || ' ' || recipient || ' ' || medium FROM notifications ORDER BY 1")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

func (w *world) mailTo(person string) mailsink.Message {
	w.t.Helper()
	all := w.sink.Messages(mailsink.Filter{To: person + "@example.org"})
	if len(all) != 1 {
		w.t.Fatalf("%s has %d mails, want 1", person, len(all))
	}
	return all[0]
}

// R89: parties, roles and groups are told through those who receive for them; nobody twice, and not who did it.
func TestWhatTheProfileAsksIsToldToThePersonsItMeans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.follows("nsp.yaml")
	ticket := w.ticket("ASCP00000042")
	w.hear(w.grants("mads", netic, drift, "agent"), w.grants("eva", netic, "", "agent"), w.grants("rie", sds, "", "auditor"),
		w.grants("bo", sds, "", "nsp_incident_manager"))
	w.hear(w.asks(p, ticket, "ticket.breached", "jonas", nil,
		request("breached", "breached", "mail portal", "parties/netic", "parties/sds", "persons/jonas"),
		request("told", "breached", "mail", "parties/sds", "roles/nsp_incident_manager"),
	))
	want := []string{
		"breached mads 1", "breached mads 4", // of the group that has it, and not Jonas, who did it, nor Eva, who is not of it
		"breached sofie 1", "breached sofie 4", // the agent of SDS, not its auditor
		"told bo 1", // the role; Sofie was told the same words already
	}
	if got := w.told(); !slices.Equal(got, want) {
		t.Errorf("told are %q, want %q", got, want)
	}
	if n := w.count("SELECT count(*) FROM notifications WHERE medium = 4 AND delivery = 2"); n != 2 {
		t.Errorf("%d messages are in inboxes at once, want 2", n)
	}
}

func TestADeskWithAProfileIsToldByItAndNotByOurRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.follows("nsp.yaml")
	w.hear(w.asks(p, w.ticket("ASCP00000042"), "ticket.work_started", "jonas", nil))
	if got := w.told(); len(got) != 0 {
		t.Errorf("the profile asks nothing, and told are %q", got)
	}
}

// R13, R98: in the desk's words, with the number that the reporter knows it by.
func TestAMessageIsWrittenInTheProfilesWordsAndTheReadersLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.follows("nsp.yaml")
	w.intake.persons[who("ole")].LanguageCode = "sv-SE"
	ticket := w.ticket("ASCP00000042")
	receipt := request("receipt", "receipt", "mail", "persons/mette", "persons/sofie")
	receipt.OwnNumber = "INC-7"
	w.hear(w.asks(p, ticket, "ticket.opened", "mette", nil, receipt),
		w.asks(p, ticket, "ticket.resolved", "jonas", nil, request("resolved", "verify", "mail", "persons/ole")))
	w.work(w.commands)
	const subject = "Vi har modtaget ASCP00000042 (jeres INC-7)"
	if m := w.mailTo("mette"); m.Subject != subject || !strings.Contains(m.Text, "+45 33143900") {
		t.Errorf("the reporter is written %q\n%s", m.Subject, m.Text)
	}
	if m := w.mailTo("sofie"); strings.Contains(m.Subject, "INC-7") {
		t.Errorf("somebody else is told the reporter's own number: %q", m.Subject)
	}
	if m := w.mailTo("ole"); m.Subject != "ASCP00000042 är löst" || !strings.Contains(m.Text, "> Servicen er genstartet.") {
		t.Errorf("the Swede is written %q\n%s", m.Subject, m.Text)
	}
}

// R78: at AU nothing personal goes by itself; a person sends it.
func TestWhatAPersonShallSayIsProposedAndSentByNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.follows("au.yaml")
	ticket := w.ticket("ASCP00000042")
	first := request("work_started", "work_started", "call mail", "persons/mette", "persons/ole")
	first.ByPerson = true
	w.hear(w.asks(p, ticket, "ticket.work_started", "jonas", nil, first))
	w.hear(w.asks(p, ticket, "ticket.work_started", "jonas", nil, proto.CloneOf(first)))
	w.work(w.commands)
	if n := len(w.sink.Messages(mailsink.Filter{})); n != 0 || len(w.told()) != 0 {
		t.Errorf("%d mails went by themselves", n)
	}
	if n := w.count("SELECT count(*) FROM proposals WHERE state = 1"); n != 1 {
		t.Errorf("%d proposals are open, want the newest alone", n)
	}
	ticket.Importing = true
	w.hear(w.asks(p, ticket, "ticket.work_started", "jonas", nil, proto.CloneOf(first)))
	if n := w.count("SELECT count(*) FROM proposals"); n != 2 {
		t.Error("an import proposes something")
	}
}

// Internal note: nothing that was written for insiders is in any payload to an outsider, whatever template of whatever profile
// is used for whatever event.
func TestInternalNoteIsInNoPayloadToAnOutsider(t *testing.T) {
	t.Parallel()
	const secret = "XINTERNX"
	words := []*eventv1.Text{}
	for _, name := range []string{"reason", "note", "plan", "message", "update", "review", "override_reason"} {
		words = append(words, &eventv1.Text{Name: name, LanguageCode: "da", Text: secret})
	}
	for _, file := range []string{"au.yaml", "datafordeler.yaml", "nsp.yaml", "itil-sv.yaml"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.commands.Calm.PerHour = 0
			p := w.follows(file)
			for _, template := range p.Settings().GetMessageTemplates() {
				ticket := w.ticket("ASCP" + strings.ToUpper(strings.ReplaceAll(template.GetId(), "_", "")))
				e := w.asks(p, ticket, "ticket.internal_note_added", "jonas", words,
					request("all", template.GetId(), "mail", "persons/mette", "persons/ole"),
					request("inside", template.GetId(), "mail", "persons/sofie"))
				e.Record.Audience = []string{"parties/netic", "parties/sds"}
				other := w.asks(p, ticket, "ticket.update_due", "", words, request("due", template.GetId(), "mail", "persons/mette"))
				other.Record.Audience = e.Record.Audience
				w.hear(e, other)
			}
			w.work(w.commands)
			sent := w.sink.Messages(mailsink.Filter{})
			if want := 4 * len(p.Settings().GetMessageTemplates()); len(sent) < want {
				t.Fatalf("%d mails went out, want %d", len(sent), want)
			}
			for _, m := range sent {
				if strings.Contains(m.Subject+m.Text+string(m.Raw), secret) {
					t.Errorf("%s reads what was written for insiders: %q\n%s", m.To, m.Subject, m.Text)
				}
			}
		})
	}
}

// R149: who lost sight of a ticket before they were told is not told.
func TestWhatIsRestrictedBeforeItIsSentIsNotSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket, late := w.ticket("ASCP00000042"), w.ticket("ASCP00000043")
	w.hear(w.happens(ticket, "ticket.resolved", "jonas"))
	closed := w.happens(ticket, "ticket.restricted", "sofie")
	closed.Record.Audience = []string{"parties/netic", "persons/ole"}
	w.hear(closed)
	resolved, closed := w.happens(late, "ticket.resolved", "jonas"), w.happens(late, "ticket.restricted", "sofie")
	closed.Record.Audience = []string{"parties/netic", "persons/ole"}
	w.hear(resolved, closed) // who catches up hears both at once
	w.work(w.commands)
	for _, r := range w.ledger() {
		if told := r.Recipient == "ole"; told != (r.Delivery == sent) || !told && r.Reason != "RESTRICTED" {
			t.Errorf("%s, who may see it: %v, is told: %v (%s)", r.Recipient, told, notifyv1.Delivery(r.Delivery), r.Reason)
		}
	}
}
