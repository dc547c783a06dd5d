package pgdev

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// impossiblePid is above every system's limit (Linux: 4194304).
const impossiblePid = 1 << 30

// postmaster is what a running server says about itself in postmaster.pid.
type postmaster struct {
	pid    int
	port   int
	socket string
}

func (h *house) pidFile() string { return filepath.Join(h.data(), "postmaster.pid") }

// readPid reads postmaster.pid: pid, data folder, start time, port, socket folder, address, shared memory, status, a line each.
func (h *house) readPid() (postmaster, error) {
	text, err := os.ReadFile(h.pidFile())
	if err != nil {
		return postmaster{}, err
	}
	lines := strings.Split(string(text), "\n")
	p := postmaster{port: h.port(), socket: h.socket}
	if p.pid, err = strconv.Atoi(strings.TrimSpace(lines[0])); err != nil || p.pid <= 0 {
		return postmaster{}, fmt.Errorf("%s holds no process id", h.pidFile())
	}
	if len(lines) > 4 && lines[4] != "" {
		p.socket = lines[4]
		if p.port, err = strconv.Atoi(lines[3]); err != nil {
			return postmaster{}, fmt.Errorf("port in %s: %w", h.pidFile(), err)
		}
	}
	return p, nil
}

// running is the postmaster that serves this house now.
func (h *house) running() (postmaster, bool) {
	p, err := h.readPid()
	return p, err == nil && h.serves(p.pid)
}

// serves says whether the process is a postmaster on this house's data. A pid outlives its process in files and is given to
// strangers, so the command line decides; where none can be read the process's existence does.
func (h *house) serves(pid int) bool {
	if !exists(pid) {
		return false
	}
	if runtime.GOOS != "linux" {
		return true
	}
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ESRCH)
	}
	return slices.ContainsFunc(bytes.Split(line, []byte{0}), func(arg []byte) bool { return string(arg) == h.data() })
}

func exists(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// launch starts a postmaster that is nobody's child (a shell starts it and ends), so that it needs no one to wait for it and outlives
// its starter. It returns the process.
func (h *house) launch(ctx context.Context) (int, error) {
	major, err := h.major()
	if err != nil {
		return 0, err
	}
	programs, err := h.programs(ctx, major)
	if err != nil {
		return 0, err
	}
	const script = `log=$1; shift; umask 077; "$@" </dev/null >>"$log" 2>&1 & echo $!`
	cmd := h.command(ctx, "/bin/sh", "-c", script, "sh", h.logFile(), filepath.Join(programs.Dir, "postgres"), "-D", h.data())
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("launch postgres: %w", err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		return 0, fmt.Errorf("launch postgres: no process id in %q", out)
	}
	return pid, nil
}

// shutdown ends the running server, if there is one.
func (h *house) shutdown(ctx context.Context) error {
	if p, ok := h.running(); ok {
		return h.halt(ctx, p.pid)
	}
	return h.dropSocketFolder()
}

// halt ends a server fast, and at once when that takes more than half the time left. It returns when it has ended.
func (h *house) halt(ctx context.Context, pid int) error {
	half := stopLimit / 2
	if end, ok := ctx.Deadline(); ok {
		half = time.Until(end) / 2
	}
	fast, cancel := context.WithTimeout(ctx, half)
	defer cancel()
	err := h.end(fast, pid, syscall.SIGINT)
	if errors.Is(err, context.DeadlineExceeded) {
		err = h.end(ctx, pid, syscall.SIGQUIT)
	}
	if err != nil {
		return fmt.Errorf("end process %d: %w", pid, err)
	}
	return h.dropSocketFolder()
}

func (h *house) end(ctx context.Context, pid int, sig syscall.Signal) error {
	return poll(ctx, 10*time.Millisecond, func() (bool, error) {
		if !h.serves(pid) {
			return true, nil
		}
		// Sent every time: a process that has just been launched does not listen yet. Hearing it twice makes no difference.
		if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return false, err
		}
		return false, nil
	})
}

// logTail is the end of the server's log on one line, for an error.
func (h *house) logTail() string {
	text, err := os.ReadFile(h.logFile())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], " | ")
}
