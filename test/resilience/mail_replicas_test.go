package resilience

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bavn/bavn/test/house"
)

// Duplicates: the same Message-ID a hundred times at two replicas of intake, one of which is killed and started again in
// between: each is accepted alike, and all of them are one ticket.
//
//nolint:paralleltest // it wants the machine for itself
func TestDuplicatesTheSameMailAHundredTimesOnTwoReplicasAcrossARestartIsOneTicket(t *testing.T) {
	s := openMailStage(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	doors := []string{s.Addresses().MailIn, secondIntake(ctx, t, s)}
	mail := fmt.Sprintf("From: %s\r\nSubject: Igen og igen\r\nMessage-ID: <same@storm.example>\r\n\r\nDen samme mail.\r\n", gerda)
	send := func(times int) {
		var all sync.WaitGroup
		for i := range times {
			all.Go(func() {
				if _, err := deliver(ctx, doors[i%len(doors)], gerda, mail); err != nil {
					t.Errorf("the mail is answered %v", err)
				}
			})
		}
		all.Wait()
	}
	send(40)
	if err := s.processes.Kill("intake"); err != nil {
		t.Fatal(err)
	}
	var meanwhile sync.WaitGroup
	meanwhile.Go(func() { send(20) }) // half of them to who is away, and tried again
	if err := s.processes.Start(ctx, "intake"); err != nil {
		t.Fatal(err)
	}
	meanwhile.Wait()
	send(40)
	c := settledMails(ctx, t, s)
	if c.GetTicketed() != 1 || c.GetDuplicate() < 99 || c.GetAccepted() != 1+c.GetDuplicate() || c.GetOriginals() != 1 {
		t.Errorf("a hundred times the same mail is %v", c)
	}
	if n := counted(ctx, t, s, "triage", "SELECT count(*) FROM tickets"); n != 1 {
		t.Errorf("it is %d tickets", n)
	}
}

// secondIntake starts one more intake on the same database, told what the first one is told, and says where it takes mails.
func secondIntake(ctx context.Context, t *testing.T, s *stage) string {
	t.Helper()
	pid, runs := s.processes.PID("intake")
	if !runs {
		t.Fatal("intake does not run")
	}
	told, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	if err != nil {
		t.Skipf("what intake was told cannot be read here: %v", err)
	}
	mailIn := free(ctx, t)
	program := filepath.Join(binaries(t), "intake")
	command := exec.CommandContext(context.WithoutCancel(ctx), program)
	for _, setting := range bytes.Split(told, []byte{0}) {
		if len(setting) > 0 {
			command.Env = append(command.Env, string(setting))
		}
	}
	command.Env = append(command.Env, "BAVN_INTAKE_RPC_LISTEN="+free(ctx, t), "BAVN_INTAKE_ADMIN_LISTEN="+free(ctx, t),
		"BAVN_INTAKE_MAIL_SMTP_LISTEN="+mailIn)
	var said strings.Builder
	command.Stdout, command.Stderr = &said, &said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // it was killed
		if t.Failed() {
			t.Logf("the second intake said:\n%s", said.String())
		}
	})
	err = house.Until(ctx, func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", mailIn)
		if err == nil {
			err = conn.Close()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return mailIn
}

func free(ctx context.Context, t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}
