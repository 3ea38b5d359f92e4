package acceptance_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/bavn/bavn/cmd/bavn/suite"
	intakev1 "github.com/bavn/bavn/gen/go/bavn/intake/v1"
	"github.com/bavn/bavn/test/house"
)

// installed skips the test where a program cannot be had. As root it is installed once, from Debian's packages.
var installing sync.Mutex

func installed(t *testing.T, program string, packages ...string) string {
	t.Helper()
	installing.Lock()
	defer installing.Unlock()
	find := func() (string, error) {
		if path, err := exec.LookPath(program); err == nil {
			return path, nil
		}
		return exec.LookPath("/usr/sbin/" + program)
	}
	path, err := find()
	if err == nil {
		return path
	}
	if os.Geteuid() != 0 {
		t.Skipf("%s is not installed, and only root can: apt-get install %s", program, strings.Join(packages, " "))
	}
	install := exec.CommandContext(t.Context(), "apt-get", append([]string{
		"install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120",
	}, packages...)...)
	install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if said, err := install.CombinedOutput(); err != nil {
		t.Skipf("%s cannot be had here: %v: %s", program, err, said)
	}
	if path, err = find(); err != nil {
		t.Skipf("%s is not to be found after it was installed: %v", program, err)
	}
	return path
}

// serving starts a program that stays, and ends it with the test.
func serving(t *testing.T, path string, args ...string) {
	t.Helper()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), path, args...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said strings.Builder
	command.Stdout, command.Stderr = &said, &said
	command.WaitDelay = 5 * time.Second // its own children may hold what it says open
	if err := command.Start(); err != nil {
		t.Skipf("%s does not start here: %v", path, err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-command.Process.Pid, syscall.SIGTERM)
		insist := time.AfterFunc(10*time.Second, func() { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) })
		_ = command.Wait() // it was told to end
		insist.Stop()
		if t.Failed() {
			t.Logf("%s said:\n%s", path, said.String())
		}
	})
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().(*net.TCPAddr).Port
}

func (p *post) listening(port int) {
	p.t.Helper()
	err := house.Until(p.ctx, func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			err = conn.Close()
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// openly is a folder that a program with rights of its own can reach.
func openly(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("/var/tmp", "bavn-counterpart-") //nolint:usetesting // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil { //nolint:gosec // for the mail server's own users
		t.Fatal(err)
	}
	return folder
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil { //nolint:gosec // for the mail server's own users
		t.Fatal(err)
	}
}

// R4: a mail by swaks, with a file, straight to the listener.
func TestAMailBySwaksArrives(t *testing.T) {
	t.Parallel()
	swaks := installed(t, "swaks", "swaks")
	p := openPost(t)
	picture := filepath.Join(t.TempDir(), "foto.jpg")
	write(t, picture, "\xff\xd8\xff not really")
	p.swaks(swaks, p.running.Addresses().MailIn, "Skærmen er sort", "--attach", "@"+picture)
	item := p.settled(1)[0]
	p.is(item, ticketed, "")
	files, err := intakev1.NewAttachmentServiceClient(p.GRPC.Conn(intakev1.AttachmentService_ListAttachments_FullMethodName)).
		ListAttachments(p.As(p.ctx, house.Mette), &intakev1.ListAttachmentsRequest{Parent: item.GetTicket()})
	if err != nil || len(files.GetAttachments()) != 1 || files.GetAttachments()[0].GetFileName() != "foto.jpg" {
		t.Errorf("the ticket has the files %v (%v)", files.GetAttachments(), err)
	}
	p.balances()
}

func (p *post) swaks(path, server, subject string, more ...string) {
	p.t.Helper()
	args := append([]string{
		"--server", server, "--from", "gerda@hospital.example", "--to", toTheDesk, "--helo", "mx.example",
		"--header", "Subject: " + subject, "--body", "Sendt med swaks.",
	}, more...)
	if said, err := exec.CommandContext(p.ctx, path, args...).CombinedOutput(); err != nil {
		p.t.Fatalf("swaks: %v\n%s", err, said)
	}
}

// onlyOne are the services of postfix of which there is one process, with when it wakes up.
var onlyOne = map[string]string{"pickup": "60 1", "qmgr": "2 1", "anvil": "- 1", "scache": "- 1", "tlsmgr": "1000? 1"}

// R4, Lost mail: a real postfix passes mails on; while intake is away it keeps them, and brings them when it is back.
func TestMailsThroughPostfixArriveAlsoAfterIntakeWasAway(t *testing.T) {
	t.Parallel()
	postfix, swaks := installed(t, "postfix", "postfix"), installed(t, "swaks", "swaks")
	if os.Geteuid() != 0 {
		t.Skip("postfix starts as root alone")
	}
	p := openPost(t)
	folder, port := openly(t), freePort(t)
	_, mailIn, _ := net.SplitHostPort(p.running.Addresses().MailIn)
	write(t, filepath.Join(folder, "main.cf"), fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %[1]s/queue
data_directory = %[1]s/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example
mydestination =
alias_maps =
mynetworks = 127.0.0.0/8
relay_domains = %[2]s
transport_maps = inline:{ {%[2]s = smtp:[127.0.0.1]:%[3]s} }
smtpd_relay_restrictions = permit_mynetworks, reject
smtp_dns_support_level = disabled
maillog_file = %[1]s/log
maillog_file_prefixes = %[1]s
minimal_backoff_time = 2s
maximal_backoff_time = 2s
queue_run_delay = 2s
smtp_connect_timeout = 5s
`, folder, suite.MailDomain, mailIn))
	master := []string{fmt.Sprintf("127.0.0.1:%d inet n - n - - smtpd", port), "postlog unix-dgram n - n - 1 postlogd"}
	for _, service := range []string{
		"pickup:pickup:n", "cleanup:cleanup:n", "qmgr:qmgr:n", "rewrite:trivial-rewrite:-", "bounce:bounce:-", "defer:bounce:-",
		"trace:bounce:-", "smtp:smtp:-", "relay:smtp:-", "retry:error:-", "error:error:-", "anvil:anvil:-", "proxymap:proxymap:-",
		"scache:scache:-", "tlsmgr:tlsmgr:-",
	} {
		f := strings.Split(service, ":")
		limit := "- 0"
		if own, alone := onlyOne[f[0]]; alone {
			limit = own
		}
		master = append(master, fmt.Sprintf("%s unix %s - n %s %s", f[0], f[2], limit, f[1]))
	}
	write(t, filepath.Join(folder, "master.cf"), strings.Join(master, "\n")+"\n")
	for _, sub := range []string{"queue", "data"} {
		if err := os.Mkdir(filepath.Join(folder, sub), 0o755); err != nil { //nolint:gosec // postfix checks the rights itself
			t.Fatal(err)
		}
	}
	own := exec.CommandContext(t.Context(), "chown", "postfix", filepath.Join(folder, "data"))
	if said, err := own.CombinedOutput(); err != nil {
		t.Skipf("postfix has no user here: %s", said)
	}
	serving(t, postfix, "-c", folder, "start-fg")
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(folder, "log")); err == nil && t.Failed() {
			t.Logf("postfix wrote:\n%s", log)
		}
	})
	p.listening(port)
	p.swaks(swaks, fmt.Sprintf("127.0.0.1:%d", port), "Gennem postfix")
	p.is(p.settled(1)[0], ticketed, "")
	if err := p.running.StopService(p.ctx, "intake"); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		p.swaks(swaks, fmt.Sprintf("127.0.0.1:%d", port), fmt.Sprintf("Mens intake er væk %d", i))
	}
	if err := p.running.StartService(p.ctx, "intake"); err != nil {
		t.Fatal(err)
	}
	p.settled(6)
	if c := p.balances(); c.GetTicketed() != 6 {
		t.Errorf("six mails became %v", c)
	}
}

// R4: what lies in a Maildir that a real dovecot serves is there, and what is put there later comes by IDLE.
func TestMailsInAMailboxOfDovecotArrive(t *testing.T) {
	t.Parallel()
	dovecot := installed(t, "dovecot", "dovecot-imapd")
	if os.Geteuid() != 0 {
		t.Skip("dovecot starts as root alone")
	}
	folder, port := openly(t), freePort(t)
	const nobody = 65534
	for _, sub := range []string{"Maildir", "Maildir/new", "Maildir/cur", "Maildir/tmp"} {
		path := filepath.Join(folder, sub)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(folder, "dovecot.conf"), fmt.Sprintf(`base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:%[1]s/Maildir
first_valid_uid = 1
passdb {
  driver = static
  args = password=hemmelig
}
userdb {
  driver = static
  args = uid=%[3]d gid=%[3]d home=%[1]s
}
service imap-login {
  inet_listener imap {
    port = %[2]d
  }
  inet_listener imaps {
    port = 0
  }
}
`, folder, port, nobody))
	put := func(name, mail string) {
		t.Helper()
		path := filepath.Join(folder, "Maildir", "tmp", name)
		write(t, path, strings.ReplaceAll(mail, "\r\n", "\n"))
		if err := os.Chown(path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path, filepath.Join(folder, "Maildir", "new", name)); err != nil {
			t.Fatal(err)
		}
	}
	put("1.before", eml("gerda@hospital.example", "Lå der i forvejen", "Fra postkassen."))
	serving(t, dovecot, "-F", "-c", filepath.Join(folder, "dovecot.conf"))
	t.Cleanup(func() {
		if log, err := os.ReadFile(filepath.Join(folder, "log")); err == nil && t.Failed() {
			t.Logf("dovecot wrote:\n%s", log)
		}
	})
	p := openPostWith(t, map[string]string{
		"MAIL_ADDRESSES": "support@hospital.example=nsp", "MAIL_IMAP_ADDRESS": "support@hospital.example",
		"MAIL_IMAP_HOST": "127.0.0.1", "MAIL_IMAP_PORT": strconv.Itoa(port), "MAIL_IMAP_TLS": "none",
		"MAIL_IMAP_USERNAME": "support", "MAIL_IMAP_PASSWORD": "hemmelig", "MAIL_IMAP_POLL": "10m",
	})
	first := p.settled(1)[0]
	p.is(first, ticketed, "")
	number := lastPart(first.GetTicket())
	put("2.reply", eml("gerda@hospital.example", "SV: Lå der", "Nu virker det.", p.answers(number)))
	p.is(p.settled(2)[0], joined, "")
	if err := p.running.StopService(p.ctx, "intake"); err != nil {
		t.Fatal(err)
	}
	put("3.away", eml("gerda@hospital.example", "Mens intake var væk", "Og nu?"))
	if err := p.running.StartService(p.ctx, "intake"); err != nil {
		t.Fatal(err)
	}
	p.settled(3)
	if c := p.balances(); c.GetTicketed() != 2 || c.GetJoined() != 1 || c.GetDuplicate() != 0 {
		t.Errorf("three mails became %v: what is marked as kept is read again", c)
	}
}
