package suite_test

import (
	"context"
	"errors"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/bavn/bavn/cmd/bavn/internal/client"
	"github.com/bavn/bavn/cmd/bavn/internal/demo"
	"github.com/bavn/bavn/cmd/bavn/suite"
	commonv1 "github.com/bavn/bavn/gen/go/bavn/common/v1"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	triagev1 "github.com/bavn/bavn/gen/go/bavn/triage/v1"
)

// limit bounds a test of the whole on a busy machine.
const limit = 5 * time.Minute

func connect(t *testing.T, s interface {
	Addresses() suite.Addresses
	Folder() suite.Folder
	Token(person string, life time.Duration) (string, error)
}, person string,
) *client.Client {
	t.Helper()
	roots, err := client.Roots(s.Folder().CA())
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Token(person, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	a := s.Addresses()
	c, err := client.Open(client.Config{
		Intake: a.Intake, Triage: a.Triage, Notify: a.Notify, Reporting: a.Reporting,
		Roots: roots, Tokens: client.Static(token), Patience: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func config(dir string) suite.Config {
	return suite.Config{Dir: dir, Persons: demo.Persons(), Administrators: []string{demo.Administrator}}
}

// report submits an incident as the local service desk does.
func report(ctx context.Context, c *client.Client) (*intakev1.Submission, error) {
	return c.Submissions.SubmitTicket(ctx, &intakev1.SubmitTicketRequest{
		Parent: "desks/" + demo.Desk, RequestId: uuid.NewString(), Channel: commonv1.Channel_CHANNEL_WEB,
		Title: &commonv1.LocalizedText{Text: "Nothing works"}, ExternalIds: map[string]string{"lokal": "RN-1"},
		Assessment: &triagev1.Assessment{ReporterGroup: "region"},
	})
}

func TestASuiteServesStopsAServiceAndGoesOnWithItsData(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	dir := filepath.Join(t.TempDir(), "suite")
	t.Cleanup(func() { _ = suite.Folder(dir).Remove() }) // as root its database is elsewhere

	first, err := suite.Start(ctx, config(dir))
	if err != nil {
		t.Fatal(err)
	}
	c := connect(t, first, demo.Administrator)
	if err := demo.Seed(ctx, c); err != nil {
		t.Fatal(err)
	}
	if _, err := suite.Start(ctx, config(dir)); !errors.Is(err, suite.ErrFolderInUse) {
		t.Errorf("a second suite in the same folder: %v", err)
	}
	if err := first.StopService(ctx, "triage"); err != nil {
		t.Fatal(err)
	}
	submission, err := report(ctx, c)
	if err != nil || submission.GetOutcome() != intakev1.Outcome_OUTCOME_UNSPECIFIED || submission.GetTicket() == "" {
		t.Fatalf("triage is down: a report must still get its number, and got %v, %v", submission, err)
	}
	if err := first.Stop(ctx); err != nil {
		t.Fatal(err)
	}

	second, err := suite.Start(ctx, config(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Stop(context.WithoutCancel(ctx)) })
	again := connect(t, second, demo.Administrator)
	opened(ctx, t, again, submission.GetTicket())
	response, err := get(ctx, second.Addresses().Gateway+"/openapi.yaml")
	if err != nil || response != http.StatusOK {
		t.Errorf("the gateway answers %d, %v", response, err)
	}
}

// opened waits for a ticket that intake opens as soon as triage is back.
func opened(ctx context.Context, t *testing.T, c *client.Client, ticket string) {
	t.Helper()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		_, err := c.Tickets.GetTicket(ctx, &triagev1.GetTicketRequest{Name: ticket})
		if err == nil {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("%s was never opened: %v", ticket, err)
		}
	}
}

func get(ctx context.Context, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// build makes the five binaries as they are now: those that `make build` left may be older than the settings they are given.
func build(ctx context.Context, t *testing.T) (bin string) {
	t.Helper()
	bin = t.TempDir()
	arguments := []string{"build", "-o", bin + "/"}
	for _, name := range suite.Names {
		module := "services/" + name
		if name == "gateway" {
			module = name
		}
		arguments = append(arguments, "github.com/bavn/bavn/"+module+"/cmd/"+name)
	}
	output, err := exec.CommandContext(ctx, "go", arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("build the five: %v\n%s", err, output)
	}
	return bin
}

func TestAKilledProcessComesBackAndNothingIsLost(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and runs five processes")
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	five, err := suite.StartProcesses(ctx, build(ctx, t), config(""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = five.Stop(context.WithoutCancel(ctx)) })
	c := connect(t, five, demo.Administrator)
	if err := demo.Seed(ctx, c); err != nil {
		t.Fatal(err)
	}
	for _, name := range suite.Names {
		before, running := five.PID(name)
		if !running {
			t.Fatalf("%s does not run", name)
		}
		if err := five.Kill(name); err != nil {
			t.Fatal(err)
		}
		if _, running := five.PID(name); running {
			t.Errorf("%s runs although it was killed", name)
		}
		if err := five.Start(ctx, name); err != nil {
			t.Fatal(err)
		}
		if after, _ := five.PID(name); after == before {
			t.Errorf("%s is the same process as before it was killed", name)
		}
	}
	submission, err := report(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	opened(ctx, t, c, submission.GetTicket())
}
