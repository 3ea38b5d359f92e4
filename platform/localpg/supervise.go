package localpg

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// supervisor runs a command and ends it when the pipe on descriptor 3 closes, which the kernel does when our process
// dies, however it dies. Pdeathsig would not do: it fires when the forking thread ends, and Go moves between threads.
//
// The watcher repeats SIGQUIT (PostgreSQL's immediate shutdown) until the command is gone, because a first one can come
// before the command listens; exit code 7 tells the shell that the parent died, so nobody else removes the folder $1.
const supervisor = `
dir=$1; shift
"$@" 3<&- &
child=$!
( read -r _ <&3; trap '' TERM; while kill -QUIT $child 2>/dev/null; do sleep 0.1; done; exit 7 ) &
watcher=$!
exec 3<&-
wait $child; code=$?
kill $watcher 2>/dev/null
wait $watcher
if [ $? -eq 7 ] && [ -n "$dir" ]; then rm -rf -- "$dir"; fi
exit $code`

// child is a supervised process.
type child struct {
	lifeline *os.File // the pipe's end that only this process holds
	hangUp   func()
	done     chan struct{} // closed when the process has ended
	err      error         // how it ended; read after done
}

// command says what to run and how.
type command struct {
	account account
	workDir string // where the process runs
	orphan  string // folder that is removed when our process dies; empty for none
	output  io.Writer
	argv    []string
}

// supervise starts the command. Its end, however it comes, closes done.
func supervise(c command) (*child, error) {
	listen, lifeline, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("open lifeline: %w", err)
	}
	defer listen.Close()

	argv := append([]string{"-c", supervisor, "bavn-supervisor", c.orphan}, c.argv...)
	cmd := exec.Command("/bin/sh", argv...) //nolint:noctx // a server outlives the context of its start
	cmd.Dir = c.workDir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"} // none of our PG* variables
	cmd.Stdout, cmd.Stderr = c.output, c.output
	cmd.ExtraFiles = []*os.File{listen}
	cmd.SysProcAttr = c.account.attributes()
	cmd.WaitDelay = time.Second // after a kill, PostgreSQL's backends hold the output open a little longer
	if err := cmd.Start(); err != nil {
		lifeline.Close()
		return nil, fmt.Errorf("start %s: %w", c.argv[0], err)
	}
	p := &child{lifeline: lifeline, done: make(chan struct{})}
	p.hangUp = sync.OnceFunc(func() { p.lifeline.Close() })
	go func() { // also keeps p, and with it the lifeline, from the garbage collector
		p.err = cmd.Wait()
		p.hangUp()
		close(p.done)
	}()
	return p, nil
}

// exited reports whether the process has ended.
func (p *child) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}
