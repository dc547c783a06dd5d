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

// endWithin is how long a child may take to end after SIGTERM.
const endWithin = 4 * time.Second

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
	err   error
}

// Start starts the process; one that runs already is an error.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		return fmt.Errorf("%s is running already, as process %d", p.Name, p.cmd.Process.Pid)
	}
	cmd := &exec.Cmd{Path: p.Args[0], Args: p.Args, Stdout: p.Out, Stderr: p.Out, WaitDelay: time.Second}
	// A group of its own, so that the terminal's Ctrl-C reaches us alone and we end the children in order; and if we are killed, so are they.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started, ended := make(chan error), make(chan struct{})
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
		p.err = err
		p.mu.Unlock()
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start %s: %w", p.Name, err)
	}
	p.cmd, p.ended = cmd, ended
	return nil
}

// Kill ends the process with SIGKILL and returns when it is gone.
func (p *Process) Kill() error { return p.signal(syscall.SIGKILL, endWithin) }

// Stop asks the process to end, and kills it if it does not.
func (p *Process) Stop() error {
	if err := p.signal(syscall.SIGTERM, endWithin); !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return p.Kill()
}

func (p *Process) signal(s os.Signal, wait time.Duration) error {
	p.mu.Lock()
	running, cmd, ended := p.running(), p.cmd, p.ended
	p.mu.Unlock()
	if !running {
		return nil
	}
	if err := cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal %s: %w", p.Name, err)
	}
	select {
	case <-ended:
		return nil
	case <-time.After(wait):
		return fmt.Errorf("%s has not ended after %s: %w", p.Name, wait, context.DeadlineExceeded)
	}
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
}

// View is the process as it is now.
func (p *Process) View() View {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := View{Name: p.Name, URL: p.URL, State: Ended}
	if p.running() {
		v.State, v.PID = Running, p.cmd.Process.Pid
	}
	return v
}
