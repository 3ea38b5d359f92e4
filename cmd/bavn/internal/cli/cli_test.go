package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/bavn/bavn/cmd/bavn/internal/failure"
	"github.com/bavn/bavn/cmd/bavn/internal/terminal"
	eventv1 "github.com/bavn/bavn/gen/go/bavn/event/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(context.Background(), append([]string{"--dir", filepath.Join(t.TempDir(), "none")}, args...), &out, &errs)
	return code, out.String(), errs.String()
}

func TestAWrongCommandLineSaysWhatIsWrongAndWhereHelpIs(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"tickets"},
		{"ticket", "hold", "ASCP00000001", "why"},
		{"ticket", "hold", "ASCP00000001", "why", "--for", "weather"},
		{"ticket", "list", "-o", "xml"},
		{"replay", "--mapping", "nothing", "log.csv"},
	} {
		code, stdout, stderr := run(t, args...)
		if code != failure.Usage || stdout != "" || !strings.HasPrefix(stderr, "bavn: ") {
			t.Errorf("%v: exit code %d, %q, %q", args, code, stdout, stderr)
		}
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--help"},
		{"dev", "--help"},
		{"ticket", "--help"},
		{"ticket", "hand-over", "--help"},
		{"watch", "--help"},
		{"replay", "--help"},
		{"membership", "create", "--help"},
		{"ticket", "escalate", "--help"},
		{"duty", "override", "--help"},
		{"page", "ack", "--help"},
	} {
		code, stdout, stderr := run(t, args...)
		if code != failure.OK || !strings.HasPrefix(stdout, "Usage: bavn") || stderr != "" {
			t.Errorf("%v: exit code %d, %q, %q", args, code, stdout, stderr)
		}
	}
}

func TestACommandsHelpIsAboutTheCommandAndNamesTheFlagsOfAllInOnePlace(t *testing.T) {
	t.Parallel()
	_, help, _ := run(t, "ticket", "hand-over", "--help")
	own, global, split := strings.Cut(help, "Flags of every command")
	if !split || !strings.Contains(own, "--to") || !strings.Contains(global, "--desk") {
		t.Errorf("the command's own flags do not come first, or the others are not named:\n%s", help)
	}
	if strings.Contains(help, "BAVN_DESK") || strings.Count(global, "\n") > 5 {
		t.Errorf("flags of every command are explained at this one:\n%s", help)
	}
	if _, all, _ := run(t, "--help"); !strings.Contains(all, "BAVN_DESK") {
		t.Error("the flags of every command are explained nowhere")
	}
}

func TestWithoutASuiteACommandSaysHowToGetOne(t *testing.T) {
	t.Parallel()
	code, _, stderr := run(t, "ticket", "show", "ASCP00000001")
	if code != failure.Unavailable || !strings.Contains(stderr, "bavn dev") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func newTestSession(t *testing.T) (*session, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	screen := terminal.NewScreen(&out, false)
	screen.Zone = time.UTC
	return newSession(Globals{Dir: t.TempDir(), Desk: "nsp"}, screen, os.Stderr), &out
}

var offered = &triagev1.Ticket{
	Name: "desks/nsp/tickets/ASCP00000007", Status: triagev1.TicketStatus_TICKET_STATUS_IN_PROGRESS,
	HolderParty: "desks/nsp/parties/sds", Assignee: "desks/nsp/persons/mette",
	HandOver: &triagev1.HandOverOffer{
		Party: "desks/nsp/parties/netic", Group: "desks/nsp/parties/netic/groups/drift",
	},
}

func TestATicketInOneLineSaysWhoHasItAndWhoIsAskedToTakeIt(t *testing.T) {
	t.Parallel()
	s, _ := newTestSession(t)
	want := "ASCP00000007 · in progress · held by sds · mette works on it · offered to netic/drift"
	if diff := cmp.Diff(want, s.standing(offered)); diff != "" {
		t.Error(diff)
	}
}

func TestListFlagsBecomeOneFilter(t *testing.T) {
	t.Parallel()
	s, _ := newTestSession(t)
	list := TicketList{Status: "in progress", Class: "open", Holder: "netic/drift", Assignee: "mette", Filter: `priority = "P1"`}
	got, err := list.filter(context.Background(), s)
	want := `status = "TICKET_STATUS_IN_PROGRESS" AND status_class = "STATUS_CLASS_OPEN" AND ` +
		`holder_party = "desks/nsp/parties/netic" AND holder_group = "desks/nsp/parties/netic/groups/drift" AND ` +
		`assignee = "desks/nsp/persons/mette" AND (priority = "P1")`
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestAnEventIsOneLine(t *testing.T) {
	t.Parallel()
	payload, err := anypb.New(&triagev1.TicketEvent{Ticket: offered})
	if err != nil {
		t.Fatal(err)
	}
	s, out := newTestSession(t)
	err = s.printEvent(&eventv1.Event{
		Record: &eventv1.Record{
			Desk: "desks/nsp", Resource: offered.GetName(), Type: "ticket.hand_over_offered", Payload: payload,
			Actor:      &eventv1.Actor{Person: "desks/nsp/persons/mette", Party: "desks/nsp/parties/sds"},
			OccurredAt: timestamppb.New(time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)),
		},
		Texts: []*eventv1.Text{{Name: "reason", Text: "slow\ndatabase"}},
	})
	want := "2026-11-21 08:00:00 UTC  ASCP00000007    ticket.hand_over_offered      mette/sds         in progress, sds" +
		"  “slow database”\n"
	if diff := cmp.Diff(want, out.String()); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestPagesAreAskedForUntilThereAreEnough(t *testing.T) {
	t.Parallel()
	for limit, wantCalls := range map[int]int{0: 3, 700: 2, 3: 1} {
		calls := 0
		items, err := pages(limit, func(size int32, token string) ([]int, string, error) {
			calls++
			next := token + "x"
			if next == "xxx" {
				next = ""
			}
			return make([]int, size), next, nil
		})
		if err != nil || calls != wantCalls || limit > 0 && len(items) != limit {
			t.Errorf("limit %d: %d items in %d calls, %v", limit, len(items), calls, err)
		}
	}
}

func TestAWatchGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	w := Watch{Resume: filepath.Join(t.TempDir(), "place")}
	if token, err := w.readToken(); token != "" || err != nil {
		t.Errorf("the first time: %q, %v", token, err)
	}
	for _, token := range []string{"first", "second"} {
		if err := w.writeToken(token); err != nil {
			t.Fatal(err)
		}
	}
	if token, err := w.readToken(); token != "second" || err != nil {
		t.Errorf("again: %q, %v", token, err)
	}
}

func TestWhoSignedInIsKeptForThePersonAlone(t *testing.T) {
	t.Parallel()
	s, _ := newTestSession(t)
	if err := writeLogin(s.folder(), login{Person: "mette"}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(loginFile(s.folder()))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if l, err := readLogin(s.folder()); l.Person != "mette" || err != nil {
		t.Errorf("%+v, %v", l, err)
	}
}
