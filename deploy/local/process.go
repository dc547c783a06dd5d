package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// killedWithin is how long the kernel may take to end what was killed: at the end of a chain, and when somebody waits for it at the control
// page of a machine whose disk has much to do.
const (
	killedWithin = time.Second
	killPatience = 20 * time.Second
)

// State is what a process is doing.
type State string

// The states.
const (
	Running State = "running"
	Ended   State = "ended"
)

// Process is one program of the chain: started, killed and started again under one name.
type Process struct {
	Name string
	URL  string
	Args []string // the program and its arguments
	Out  io.Writer

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when cmd has ended
	told  bool          // it was told to end
	err   error         // why it ended, unless it was told to
}

// Start starts the process; one that runs already is an error.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		return fmt.Errorf("%s is running already, as process %d", p.Name, p.cmd.Process.Pid)
	}
	cmd := &exec.Cmd{Path: p.Args[0], Args: p.Args, Stdout: p.Out, Stderr: p.Out, WaitDelay: 500 * time.Millisecond}
	// A group of its own, so that the terminal's Ctrl-C reaches us alone and we end the children in order; and if we are killed, so are they.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started, ended := make(chan error), make(chan struct{})
	p.told = false
	go func() {
		defer close(ended)
		runtime.LockOSThread() // Pdeathsig follows the thread that started the child, so this one waits for it
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			err = cmd.Wait()
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.err = err; p.told {
			p.err = nil
		}
	}()
	if err := <-started; err != nil {
		p.err = err
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.cmd, p.ended = cmd, ended
	return nil
}

// Kill ends the process, and what it has started in its group, with SIGKILL, and returns when it is gone.
func (p *Process) Kill() error { return p.kill(killPatience) }

func (p *Process) kill(within time.Duration) error {
	ended, err := p.tell(syscall.SIGKILL)
	if err != nil {
		return err
	}
	select {
	case <-ended:
		return nil
	case <-time.After(within):
		return fmt.Errorf("%s has not ended %s after it was killed", p.Name, within)
	}
}

// Stop asks the process to end, and kills it if it has not when ctx ends.
func (p *Process) Stop(ctx context.Context) error {
	ended, err := p.tell(syscall.SIGTERM)
	if err != nil {
		return err
	}
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return p.kill(killedWithin)
	}
}

// tell sends a signal to the process, and SIGKILL to its group. ended is closed when it has ended.
func (p *Process) tell(s syscall.Signal) (ended <-chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.running() {
		gone := make(chan struct{})
		close(gone)
		return gone, nil
	}
	p.told = true
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return nil, fmt.Errorf("signal %s: %w", p.Name, err)
	}
	if s == syscall.SIGKILL {
		_ = syscall.Kill(-p.cmd.Process.Pid, s) // nobody may be left in it
	}
	return p.ended, nil
}

// running wants the lock.
func (p *Process) running() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// View is what GET /status says of a process.
type View struct {
	Name  string `json:"name"`
	PID   int    `json:"pid"`
	State State  `json:"state"`
	URL   string `json:"url,omitempty"`
	Error string `json:"error,omitempty"` // how it ended, as in "exit status 2", when nobody told it to
}

// View is the process as it is now.
func (p *Process) View() View {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := View{Name: p.Name, URL: p.URL, State: Ended}
	if p.running() {
		v.State, v.PID = Running, p.cmd.Process.Pid
	} else if p.err != nil {
		v.Error = p.err.Error()
	}
	return v
}
