package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/bavn/bavn/cmd/bavn/internal/demo"
	"github.com/bavn/bavn/cmd/bavn/internal/resource"
	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/platform/mailsink"
)

// Widths of the story's columns.
const (
	personWidth = 15
	stepWidth   = 42
	statusWidth = 14
)

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

// tell prints one step of the demo incident.
func (s *session) tell(step demo.Step) {
	s.Printf("  %s %s %s %s %s\n", s.Good("✓"), pad(step.Person, personWidth), pad(step.Did, stepWidth),
		s.Bold(pad(statusWord(step.Ticket.GetStatus()), statusWidth)), holder(step.Ticket))
}

// Mails follow their events within moments; the last one tells of the closing.
const (
	mailPatience  = 5 * time.Second
	mailsExpected = 4 // by the process of the demo desk, for these steps
)

// printMails shows what notify sent about the demo incident.
func (s *session) printMails(ctx context.Context, running *suite.Suite) {
	waiting, cancel := context.WithTimeout(ctx, mailPatience)
	defer cancel()
	mails, err := running.Mail().WaitFor(waiting, mailsExpected, mailsink.Filter{})
	if err != nil {
		mails = running.Mail().Messages(mailsink.Filter{})
	}
	// As they were written: this incident takes less than a second, in which mails overtake each other. Their ids begin with a time.
	slices.SortFunc(mails, func(a, b mailsink.Message) int { return strings.Compare(a.MessageID, b.MessageID) })
	s.Printf("\n%s Who was told by mail:\n\n", s.Bold("mail"))
	for _, mail := range mails {
		s.Printf("  %s %s\n", pad(strings.Join(mail.To, ", "), 32), mail.Subject)
	}
	if err != nil {
		s.Printf("  (more may follow: see the mailbox)\n")
	}
}

// printPlaces says where everything is.
func (s *session) printPlaces(a suite.Addresses) {
	s.Printf("\n%s\n\n", s.Bold("Where everything is"))
	table := s.Table()
	table.Width = 0
	for _, place := range [][2]string{
		{"web page, REST", a.Gateway},
		{"OpenAPI", a.Gateway + "/openapi.yaml"},
		{"sign-in", a.Issuer},
		{"mailbox", a.Mailbox},
		{"traces", a.Traces},
		{"gRPC (TLS)", fmt.Sprintf("intake %s  triage %s  notify %s  reporting %s", a.Intake, a.Triage, a.Notify, a.Reporting)},
		{"metrics", strings.Join(a.Metrics, "  ")},
		{"OTLP, SMTP", a.OTLP + "  " + a.SMTP},
		{"mail to a desk", "SMTP at " + a.MailIn + ", to its id at " + suite.MailDomain + ", as in nsp@" + suite.MailDomain},
		{"folder", s.Dir + " (database, CA, logs, mail, traces)"},
	} {
		table.Row("  "+place[0], place[1])
	}
	if err := table.Print(s.Out); err != nil {
		return
	}
	s.Printf("\n%s\n\n", s.Bold("Who may sign in"))
	people := s.Table()
	for _, p := range a.Persons {
		people.Row("  "+p.ID, p.Name, p.Role)
	}
	_ = people.Print(s.Out) // nobody reads it any more
}

// printNext says what to try, as commands that work when they are copied.
func (s *session) printNext(ticket string, a suite.Addresses) {
	bavn := calledAs(os.Args[0])
	if s.Dir != defaultDir {
		bavn += " --dir " + s.Dir
	}
	s.Printf("\n%s\n\n", s.Bold("What to try next"))
	if ticket == "" {
		s.Printf("  %s desk create DESK --help\n  %s replay --mapping vinst LOG.csv.gz\n", bavn, bavn)
		return
	}
	number := resource.ID(ticket)
	for _, line := range []string{
		bavn + " trace " + number,
		bavn + " ticket show " + number,
		bavn + " journey " + number,
		bavn + " --as lars ticket submit 'Opslag svarer langsomt' --group region --external-id lokal=RN-20418",
		bavn + " --as mette ticket take-next sds",
		bavn + " watch",
		bavn + " figures",
		bavn + " verify",
		"curl -s -H \"Authorization: Bearer $(" + bavn + " token mette)\" " + a.Gateway + "/v1/" + ticket,
		bavn + " replay --mapping vinst LOG.csv.gz && " + bavn + " figures --desk vinst",
	} {
		s.Printf("  %s\n", line)
	}
}

// calledAs is how whoever reads it starts this program again from the same folder.
func calledAs(arg string) string {
	here, err := os.Getwd()
	if err != nil || !filepath.IsAbs(arg) {
		return arg
	}
	if near, err := filepath.Rel(here, arg); err == nil && filepath.IsLocal(near) {
		return near
	}
	return arg
}
