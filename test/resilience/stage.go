package resilience

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/bavn/bavn/cmd/bavn/suite"
	"github.com/bavn/bavn/platform/clock"
	"github.com/bavn/bavn/platform/mailsink"
	"github.com/bavn/bavn/test/house"
)

// stage is the suite in five processes on a durable PostgreSQL, furnished, with a mailbox that forgets nothing.
type stage struct {
	*house.House
	processes *suite.Processes
	mailbox   *mailsink.Sink
}

// everything is more mail than a run can make: which mail was sent twice is asked at the end.
const everything = 1 << 20

func openStage(ctx context.Context, bin string) (s *stage, err error) {
	s = &stage{}
	s.mailbox, err = mailsink.Start(ctx, mailsink.Config{Clock: clock.System(), MaxMessages: everything, MaxBytes: everything << 12})
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(s.mailbox.Addr())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("address of the mailbox: %w", err), s.mailbox.Close())
	}
	s.processes, err = suite.StartProcesses(ctx, bin, suite.Config{
		Persons: house.People(), Administrators: []string{house.Root}, Durable: true, SampleRatio: -1,
		Settings: map[string]map[string]string{"notify": {"MAIL_PORT": port, "CALM_PER_HOUR": "0"}}, // every mail is counted
	})
	if err != nil {
		return nil, errors.Join(err, s.mailbox.Close())
	}
	if s.House, err = house.Open(ctx, s.processes); err == nil {
		err = s.Furnish(ctx, s.GRPC)
	}
	if err != nil {
		return nil, errors.Join(err, s.close(context.WithoutCancel(ctx)))
	}
	return s, nil
}

func (s *stage) close(ctx context.Context) error {
	var err error
	if s.House != nil {
		err = s.Close()
	}
	return errors.Join(err, s.processes.Stop(ctx), s.mailbox.Close())
}

// keepLogs copies what the processes wrote to a folder, which is emptied first.
func (s *stage) keepLogs(folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("keep logs: %w", err)
	}
	if err := os.CopyFS(folder, os.DirFS(s.processes.Folder().Path("log"))); err != nil {
		return fmt.Errorf("keep logs: %w", err)
	}
	return nil
}
