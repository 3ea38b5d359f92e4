package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
)

// Processes is a running suite whose five are processes of their own, so that each can be measured, killed and started again.
// Database, issuer, mailbox and collector are in this process. It is safe for concurrent use.
type Processes struct {
	*ground

	bin string
	mu  sync.Mutex
	run map[string]*process
}

type process struct {
	command *exec.Cmd
	ended   chan struct{}
	err     error // read it after ended
}

// StartProcesses starts the binaries of the folder bin (intake, triage, notify, reporting, gateway), and returns when all of
// them serve.
func StartProcesses(ctx context.Context, bin string, cfg Config) (*Processes, error) {
	cfg, err := cfg.complete()
	if err != nil {
		return nil, fmt.Errorf("start the suite: %w", err)
	}
	g, err := layGround(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("start the suite: %w", err)
	}
	cfg.Progress("PostgreSQL, sign-in, mailbox and trace collector")
	p := &Processes{ground: g, bin: bin, run: map[string]*process{}}
	if err := inOrder(ctx, cfg.Progress, p.Start); err != nil {
		return nil, errors.Join(fmt.Errorf("start the suite: %w", err), p.Stop(context.WithoutCancel(ctx)))
	}
	return p, nil
}

// Start starts one of the five and returns when it serves.
func (p *Processes) Start(ctx context.Context, name string) error {
	started, err := p.launch(name)
	if err != nil {
		return fmt.Errorf("start %s: %w", name, err)
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-started.ended: // nobody will ever answer
			cancel()
		case <-waiting.Done():
		}
	}()
	if err := p.serving(waiting, name); err != nil {
		select {
		case <-started.ended:
			err = errors.Join(started.err, err)
		default:
		}
		return fmt.Errorf("start %s: %w; its log ends: %s", name, err, p.lastWords(name))
	}
	return nil
}

func (p *Processes) launch(name string) (*process, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run[name] != nil {
		return nil, errors.New("it runs already")
	}
	env, err := p.settings(name)
	if err != nil {
		return nil, err
	}
	log, err := p.openLog(name)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own handle
	// Not of the caller's context: a process ends when it is told to, and in its own order.
	command := exec.Command(filepath.Join(p.bin, name)) //nolint:noctx // see above
	command.Env = append(os.Environ(), env...)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C in the terminal is for us: we decide the order
	if err := command.Start(); err != nil {
		return nil, err
	}
	started := &process{command: command, ended: make(chan struct{})}
	p.run[name] = started
	go func() {
		err := command.Wait()
		p.mu.Lock()
		if p.run[name] == started {
			delete(p.run, name)
		}
		p.mu.Unlock()
		started.err = err
		close(started.ended)
	}()
	return started, nil
}

// Kill ends one of the five as a crash would (SIGKILL) and returns when it is gone. Start brings it back.
func (p *Processes) Kill(name string) error {
	running := p.take(name)
	if running == nil {
		return fmt.Errorf("kill %s: it does not run", name)
	}
	if err := running.command.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", name, err)
	}
	<-running.ended
	return nil
}

// StopOne ends one of the five as Kubernetes would (SIGTERM, and SIGKILL when ctx ends). Stopping what does not run is no error.
func (p *Processes) StopOne(ctx context.Context, name string) error {
	running := p.take(name)
	if running == nil {
		return nil
	}
	if err := running.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stop %s: %w", name, err)
	}
	select {
	case <-running.ended:
	case <-ctx.Done():
		err := running.command.Process.Kill()
		<-running.ended
		return errors.Join(fmt.Errorf("stop %s: %w; killed", name, ctx.Err()), err)
	}
	if running.err != nil {
		return fmt.Errorf("stop %s: %w", name, running.err)
	}
	return nil
}

func (p *Processes) take(name string) *process {
	p.mu.Lock()
	defer p.mu.Unlock()
	running := p.run[name]
	delete(p.run, name)
	return running
}

// PID is the process id of one of the five, and false if it does not run.
func (p *Processes) PID(name string) (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	running := p.run[name]
	if running == nil {
		return 0, false
	}
	return running.command.Process.Pid, true
}

// Stop ends everything: the gateway first, then what it calls, then what they stand on.
func (p *Processes) Stop(ctx context.Context) error {
	var errs []error
	for i := len(Names) - 1; i >= 0; i-- {
		errs = append(errs, p.StopOne(ctx, Names[i]))
	}
	return errors.Join(append(errs, p.leave(ctx))...)
}
