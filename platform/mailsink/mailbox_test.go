package mailsink_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/mailsink"
)

func inFolder(folder string) func(*mailsink.Config) {
	return func(c *mailsink.Config) { c.Folder = folder }
}

func TestTheOldestMailsGoFirst(t *testing.T) {
	t.Parallel()
	for name, bound := range map[string]func(*mailsink.Config){
		"by count": func(c *mailsink.Config) { c.MaxMessages = 2 },
		"by size":  func(c *mailsink.Config) { c.MaxBytes = 250 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			sink := start(t, bound, inFolder(folder))
			for _, subject := range []string{"a", "b", "c", "d"} {
				mustSend(t, sink, subject, "a@example.dk")
			}
			if got := subjectsOf(sink.Messages(mailsink.Filter{})); got != "c d" {
				t.Errorf("the sink holds %q, want the two newest", got)
			}
			if files, err := filepath.Glob(filepath.Join(folder, "*")); err != nil || len(files) != 2 {
				t.Errorf("the folder holds %v, %v; want two files", files, err)
			}
			if _, found := sink.Message("1"); found {
				t.Error("the first message is still found")
			}
		})
	}
}

func TestAMailLargerThanAllowedIsRefused(t *testing.T) {
	t.Parallel()
	sink := start(t, func(c *mailsink.Config) { c.MaxMessageBytes = 200 })
	var reply *smtp.SMTPError
	if err := send(t, sink, strings.Repeat("long", 100), "a@example.dk"); !errors.As(err, &reply) || reply.Code != 552 {
		t.Errorf("the sender is told %v, want 552", err)
	}
	mustSend(t, sink, "short", "a@example.dk")
}

func TestMailsInAFolderOutliveARestart(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "mail")
	before := start(t, inFolder(folder))
	mustSend(t, before, "first", "a@example.dk", "b@example.dk")
	forged := "Delivered-To: forged@example.dk\r\nSubject: second\r\n\r\n.dot\r\n"
	if err := sendRaw(t, before, forged, "c@example.dk"); err != nil {
		t.Fatal(err)
	}
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}

	after := start(t, inFolder(folder))
	if diff := cmp.Diff(before.Messages(mailsink.Filter{}), after.Messages(mailsink.Filter{})); diff != "" {
		t.Errorf("after the restart (-before +after):\n%s", diff)
	}
	mustSend(t, after, "third", "a@example.dk")
	if m := after.Messages(mailsink.Filter{Subject: "third"}); len(m) != 1 || m[0].ID != "3" {
		t.Errorf("numbers do not go on: %+v", m)
	}
}

func TestAFolderWithOtherMailInItStopsTheStart(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{"letter.eml": "", "7.eml": "Subject: not ours\r\n\r\n", "8.eml": "cut"} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := mailsink.Start(t.Context(), mailsink.Config{Clock: clock.System(), Folder: folder})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("started with a foreign %s: %v", name, err)
		}
	}
}
