package acceptance_test

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
	"github.com/bavn/bavn/platform/fault"
	"github.com/bavn/bavn/process/profile"
	"github.com/bavn/bavn/test/house"
)

// violated are the fields that a refusal names.
func violated(err error) (fields []string) {
	for _, detail := range status.Convert(err).Details() {
		if bad, ok := detail.(*errdetails.BadRequest); ok {
			for _, violation := range bad.GetFieldViolations() {
				fields = append(fields, violation.GetField())
			}
		}
	}
	slices.Sort(fields)
	return fields
}

// submits sends a report and returns what it became.
func (v *visit) submits(by string, r *intakev1.SubmitTicketRequest) (*intakev1.Submission, error) {
	r.Parent = v.Desk()
	if r.GetRequestId() == "" {
		r.RequestId = house.ID()
	}
	return v.Submissions.SubmitTicket(v.by(by), r)
}

// [3] step 3, [4]: only local service desks report; whoever else does is told where to turn, and it is kept (R12, R13).
func TestNSPRefersEndUsersToTheirLocalDesk(t *testing.T) {
	t.Parallel()
	nspWalks(t, nspWalk{"the gate", func(v *nspVisit) {
		v.step("3 an end user is refused, and told where to turn", func() { // R12
			r := nspReport("Jeg kan ikke se min medicin")
			r.Assessment.ReporterGroup = "end_user"
			_, err := v.submits("rikke", r)
			if !fault.Is(err, profile.ReporterRefused) ||
				!strings.Contains(status.Convert(err).Message(), "Contact your local service desk") {
				v.t.Errorf("answered with %v", err)
			}
			again, err := v.submits("rikke", r)
			if err != nil || again.GetOutcome() != intakev1.Outcome_OUTCOME_REFUSED ||
				again.GetRefusalReason() != profile.ReporterRefused {
				v.t.Errorf("the same again became %v, %v", again, err)
			}
			list, err := v.Submissions.ListSubmissions(v.by("mette"), &intakev1.ListSubmissionsRequest{Parent: v.Desk(), PageSize: 10})
			if err != nil || !slices.ContainsFunc(list.GetSubmissions(), func(s *intakev1.Submission) bool {
				return s.GetName() == again.GetName() && s.GetTitle().GetText() == "Jeg kan ikke se min medicin"
			}) {
				v.t.Errorf("the national desk does not see what was refused: %v, %v", list, err)
			}
			_, err = v.Tickets.GetTicket(v.by("mette"), &triagev1.GetTicketRequest{Name: again.GetTicket()})
			if !fault.Is(err, fault.NotFound) {
				v.t.Errorf("a ticket was opened: %v", err)
			}
		})
		v.step("2 the number of the local desk's own ticket is asked for", func() { // R13
			r := nspReport("Journalen svarer ikke")
			r.ExternalIds = nil
			if _, err := v.submits("lone", r); !slices.Equal(violated(err), []string{"external_ids"}) {
				v.t.Errorf("answered with %v", err)
			}
		})
		v.step("3 by mail nothing comes in", func() { // R3, §17.5
			r := nspReport("Journalen svarer ikke")
			r.Channel = commonv1.Channel_CHANNEL_MAIL
			if _, err := v.submits("lone", r); !fault.Is(err, profile.ChannelClosed) {
				v.t.Errorf("answered with %v", err)
			}
		})
	}})
}

// nspForm is the form of NSP as a local desk fills it in.
func nspForm(urgent string) map[string]string {
	return map[string]string{
		"own_number": "LSD-4711", "title": "Recepter kan ikke fornyes", "description": "Siden klokken 9, hos alle",
		"contact_name": "Lone Dahl", "contact_phone": "24 25 26 27", "contact_email": "lone@region.example", "urgent": urgent,
		"about_fmk": "no", "users_affected": "some",
	}
}

// [3] step 3: the form is checked field by field by one set of rules (R31), an urgent one says whom to phone (R7), and what is
// phoned exists by the form as well (R6).
func TestNSPTakesAFormAndACall(t *testing.T) {
	t.Parallel()
	nspWalks(t, nspWalk{"the form", func(v *nspVisit) {
		name := v.Desk() + "/forms/report"
		v.step("3 the page reads the form", func() { // R31
			form, err := v.Forms.GetForm(v.by("lone"), &intakev1.GetFormRequest{Name: name})
			if err != nil || !slices.Equal(form.GetChannels(), []string{"web", "phone"}) ||
				form.GetQuestions()[0].GetText() != "Your ticket number" {
				v.t.Errorf("the form reads %v, %v", form, err)
			}
		})
		v.step("3 every answer that will not do is named, and whom to phone when it is urgent", func() { // R7, R31
			check, err := v.Forms.ValidateForm(v.by("lone"), &intakev1.ValidateFormRequest{Name: name, FormAnswers: map[string]string{
				"title": "x", "urgent": "yes", "contact_phone": "ring", "contact_email": "lone", "users_affected": "three", "colour": "red",
			}})
			if err != nil {
				v.t.Fatal(err)
			}
			wrong := map[string]string{}
			for _, violation := range check.GetViolations() {
				wrong[violation.GetField()] = violation.GetRule()
			}
			for question, rule := range map[string]string{
				"own_number": "form.required", "description": "form.required", "contact_name": "form.required",
				"contact_phone": "form.phone", "contact_email": "form.email", "users_affected": "form.option", "colour": "form.not_asked",
			} {
				if got := wrong[`form_answers["`+question+`"]`]; got != rule {
					v.t.Errorf("%s breaks %q, want %q", question, got, rule)
				}
			}
			if due := check.GetCallsDue(); len(due) != 1 || due[0].GetPhone() != "+4533143900" {
				v.t.Errorf("urgent, and to be phoned are %v", due)
			}
			_, err = v.submits("lone", &intakev1.SubmitTicketRequest{
				Channel: commonv1.Channel_CHANNEL_WEB, Form: "report", FormAnswers: map[string]string{"own_number": "LSD-1", "title": "x"},
				Assessment: &triagev1.Assessment{ReporterGroup: "region"},
			})
			if fields := violated(err); !slices.Contains(fields, `form_answers["description"]`) ||
				!slices.Contains(fields, `form_answers["urgent"]`) {
				v.t.Errorf("submitted it is refused for %v: %v", fields, err)
			}
		})
		v.step("3 filled in, it is a case; urgent, it must be phoned as well", func() { // R7, R13, R31
			r := &intakev1.SubmitTicketRequest{
				Channel: commonv1.Channel_CHANNEL_WEB, Form: "report", FormAnswers: nspForm("yes"),
				Assessment: &triagev1.Assessment{ReporterGroup: "region"},
			}
			submission, err := v.submits("lone", r)
			if err != nil || len(submission.GetCallsDue()) != 1 || submission.GetCallsDue()[0].GetPhone() != "+4533143900" {
				v.t.Fatalf("it became %v, %v; want to be told to phone +4533143900", submission, err)
			}
			again, err := v.submits("lone", r)
			if err != nil || again.GetTicket() != submission.GetTicket() || len(again.GetCallsDue()) != 1 ||
				again.GetTitle().GetText() != "Recepter kan ikke fornyes" {
				v.t.Errorf("the same again is answered with %v, %v", again, err)
			}
			v.reported("lone", r)
			said := v.ticket.GetAssessment()
			if !said.GetUrgent() || said.GetAnswers()["about_fmk"] != "no" || !slices.Contains(said.GetAnswered(), "contact_name") ||
				v.ticket.GetTitle() != "Recepter kan ikke fornyes" {
				v.t.Errorf("the case says %v", said)
			}
			if _, plain := said.GetAnswers()["contact_name"]; plain {
				v.t.Error("R148: a name stands among the facts")
			}
			if len(v.ticket.GetCallsDue()) != 1 {
				v.t.Errorf("R7: to be phoned are %v", v.ticket.GetCallsDue())
			}
		})
		v.step("3 on a call the national desk fills in the same form", func() { // R6
			r := nspReport("Recepter kan ikke fornyes")
			r.Channel, r.Reporter = commonv1.Channel_CHANNEL_PHONE, v.Person("lone")
			if _, err := v.submits("mette", r); !slices.Equal(violated(err), []string{"form"}) {
				v.t.Errorf("a call without the form: %v", err)
			}
			r.RequestId, r.Form, r.FormAnswers = "", "report", nspForm("no")
			v.reported("mette", r)
			if got := v.ticket.GetAssessment().GetChannel(); got != "phone" {
				v.t.Errorf("it came by %q", got)
			}
		})
	}})
}

// [0] reception by telephone and at the counter: the user is found (R5), what can be solved at once is (R21), help in person
// leaves no name (R24, R148), and a template saves words (R25).
func TestAUReceivesInPerson(t *testing.T) {
	t.Parallel()
	atWork(t, "au", auCast...).byHand(t, func(h hands) {
		h.ordinary("Mon 10:00", "working_hours")
		h.step("Modtagelse: who phones is found, with what they called about and what many call about", func() { // R5
			h.findsWhoCalls()
		})
		h.step("Modtagelse: nobody says of themselves what they report as", func() { // R12
			_, err := h.Persons.UpdatePerson(h.by("jonas"), &intakev1.UpdatePersonRequest{
				Person: &intakev1.Person{Name: h.Person("jonas"), ReporterGroup: "staff"}, RequestId: house.ID(),
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"reporter_group"}},
			})
			if !fault.Is(err, fault.PermissionDenied) {
				h.t.Errorf("a student said it: %v", err)
			}
		})
		h.step("Modtagelse: a title that tells nothing is refused", func() { // R5
			r := h.report("", "Hjælp, det virker ikke", nil)
			r.Channel, r.Reporter = commonv1.Channel_CHANNEL_PHONE, h.Person("karen")
			if _, err := h.submits("ditte", r); !slices.Equal(violated(err), []string{"title.text"}) {
				h.t.Errorf("answered with %v", err)
			}
		})
		h.step("Modtagelse: solved at once, it is registered and resolved in one step, and the caller has a receipt", func() {
			r := &intakev1.SubmitTicketRequest{ // R21, R23, R79
				Channel: commonv1.Channel_CHANNEL_PHONE, Reporter: h.Person("karen"), Form: "inquiry", FormAnswers: map[string]string{
					"title": "Printer i 1461 var slukket", "description": "Intet lys", "user_name": "Karen", "user_mail": "karen@au.example",
					"symptoms": "Sort display",
				},
				Assessment: &triagev1.Assessment{Kind: "incident", Category: "workplace-setup", ReporterGroup: "staff"},
				Solution:   h.says("Tændt igen"), SolutionKind: triagev1.SolutionKind_SOLUTION_KIND_PERMANENT,
			}
			h.reported("ditte", r)
			h.tells(h.happened(), map[string]string{
				"receipt": "persons/karen by mail", "resolved": "audience/linked_reporters persons/karen by portal mail call",
				"back_to_owner": "parties/support by portal", "closing.survey_invitation": "persons/karen by mail", // R112
			})
			h.stands("support", "", resolved)
			if got := h.now("ditte"); got.GetSolution() != "Tændt igen" || got.GetAssessment().GetChannel() != "phone" {
				h.t.Errorf("it was solved by %q and came by %s", got.GetSolution(), got.GetAssessment().GetChannel())
			}
			if again, err := h.submits("ditte", r); err != nil || again.GetTicket() != h.ticket.GetName() {
				h.t.Errorf("the same call again: %v, %v", again, err)
			}
		})
		h.step("Kviksag: help with Eduroam, and nobody is asked for a name", func() { // R24, R148
			quick := &intakev1.RegisterQuickTicketRequest{Name: h.Desk() + "/quickTickets/eduroam", RequestId: house.ID()}
			submission, err := h.QuickTickets.RegisterQuickTicket(h.by("ditte"), quick)
			if err != nil {
				h.t.Fatal(err)
			}
			ticket, err := h.Tickets.GetTicket(h.by("ditte"), &triagev1.GetTicketRequest{Name: submission.GetTicket()})
			if err != nil || ticket.GetStatus() != resolved || ticket.GetAssessment().GetCategory() != "workplace-eduroam" ||
				ticket.GetReporter() != h.Person("ditte") || ticket.GetAffectedUser() != h.Person("ditte") {
				h.t.Errorf("it became %v, %v", ticket, err)
			}
			quick.RequestId, quick.AffectedUser = house.ID(), h.Person("jonas")
			_, err = h.QuickTickets.RegisterQuickTicket(h.by("ditte"), quick)
			if !slices.Equal(violated(err), []string{"affected_user"}) {
				h.t.Errorf("somebody was named: %v", err)
			}
			if _, err := h.QuickTickets.RegisterQuickTicket(h.by("jonas"), &intakev1.RegisterQuickTicketRequest{
				Name: h.Desk() + "/quickTickets/counter_help", RequestId: house.ID(),
			}); err == nil {
				h.t.Error("a student registered a quick ticket")
			}
		})
		h.step("Sagsskabelon: a template presets kind, category, impact and urgency", func() { // R25
			r := h.report("", "2. sal", nil)
			r.Channel, r.Reporter, r.Template = commonv1.Channel_CHANNEL_VISIT, h.Person("karen"), "printer"
			h.reported("ditte", r)
			said := h.ticket.GetAssessment()
			if said.GetCategory() != "workplace-printer" || said.GetKind() != "incident" || said.GetUrgency() != "normal" ||
				h.ticket.GetImpact() != mediumImpact || h.ticket.GetTitle() != "Printer virker ikke: 2. sal" || said.GetChannel() != "visit" {
				h.t.Errorf("it became %q, %v, %v", h.ticket.GetTitle(), h.ticket.GetImpact(), said)
			}
			list, err := h.QuickTickets.ListTicketTemplates(h.by("ditte"), &intakev1.ListTicketTemplatesRequest{
				Parent: h.Desk(), PageSize: 2,
			})
			if err != nil || len(list.GetTicketTemplates()) != 2 || list.GetNextPageToken() == "" {
				h.t.Errorf("the first page of templates is %v, %v", list, err)
			}
		})
	})
}

// findsWhoCalls: by number, name and id; with their open ticket, and the one that others are linked to.
func (h hands) findsWhoCalls() {
	h.t.Helper()
	id := "vibeke" + strings.ToLower(h.Name)
	_, err := h.Persons.CreatePerson(h.by("ditte"), &intakev1.CreatePersonRequest{
		Parent: h.Desk(), PersonId: id, RequestId: house.ID(), Person: &intakev1.Person{
			DisplayName: "Vibeke Lund Holm", Email: id + "@au.example", Phone: "+4524252627", Username: id, OrganisationId: "AU" + id,
		},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.reported("ditte", func() *intakev1.SubmitTicketRequest {
		r := h.report("phone", "VPN afviser mig", nil)
		r.Reporter = h.Person(id)
		return r
	}())
	own := h.ticket.GetName()
	h.reported("jonas", h.report("web", "VPN afviser alle", nil))
	main := h.ticket.GetName()
	if _, err := triagev1.NewLinkServiceClient(h.Conn("bavn.triage.v1")).LinkTicket(h.by("ditte"), &triagev1.LinkTicketRequest{
		Name: own, RequestId: house.ID(), Kind: triagev1.LinkKind_LINK_KIND_INQUIRY_ABOUT, Ticket: main,
	}); err != nil {
		h.t.Fatal(err)
	}
	for _, query := range []string{"24 25 26 27", "+45 24252627", "vib holm", strings.ToUpper(id), id + "@au.example", "au" + id} {
		found, err := h.Calls.FindCallers(h.by("ditte"), &intakev1.FindCallersRequest{Parent: h.Desk(), Query: query})
		if err != nil {
			h.t.Fatal(err)
		}
		at := slices.IndexFunc(found.GetCallers(), func(c *intakev1.Caller) bool { return c.GetPerson().GetName() == h.Person(id) })
		if at < 0 || len(found.GetCallers()[at].GetOpenTickets()) != 1 || found.GetCallers()[at].GetOpenTickets()[0].GetName() != own {
			h.t.Errorf("%q finds %v", query, found.GetCallers())
		}
		if len(found.GetOutages()) == 0 || found.GetOutages()[0].GetName() != main {
			h.t.Errorf("%q: the known outages are %v, want %s", query, found.GetOutages(), main)
		}
	}
	none, err := h.Calls.FindCallers(h.by("ditte"), &intakev1.FindCallersRequest{Parent: h.Desk(), Query: "%%"})
	if err != nil || len(none.GetCallers()) > 0 {
		h.t.Errorf("a pattern finds %v, %v", none.GetCallers(), err)
	}
	if _, err := h.Calls.FindCallers(h.by("jonas"), &intakev1.FindCallersRequest{Parent: h.Desk(), Query: "vibeke"}); err == nil {
		h.t.Error("a student looked somebody up")
	}
}
