// Package powercut is a disk for tests whose power can be cut: a file system in memory, mounted through FUSE, that knows what was made
// durable by fsync, per file and per directory, and forgets everything else when its power goes. It can also be small, fill up, refuse to
// write and lie broken, on command. The file system lives in a process of its own (this test program, started again), so that a test may
// open files on it without waiting for itself.
//
// What it is harsher in than a real disk: nothing is written back by age, only by fsync, and a new file is lost until its directory was
// synced too (mount with Journalled for what ext4 and XFS do). What it is milder in: a sector is written whole, and what fsync reported is
// true; no file system helps against a card that lies.
//
// Not in here: links, attributes beyond the mode, and other users. It needs root and /dev/fuse.
package powercut

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// Fault is a way in which the disk misbehaves until Heal.
type Fault string

const (
	Full     Fault = "full"      // no more room than is used now: ENOSPC
	BadWrite Fault = "bad_write" // writing reports EIO
	BadSync  Fault = "bad_sync"  // fsync reports EIO, once for what it did not write, and what it did not write is lost with the power
	BadRead  Fault = "bad_read"  // reading what is not in the page cache reports EIO
	ReadOnly Fault = "read_only" // remounted, as ext4 does after an error: EROFS
	Gone     Fault = "gone"      // everything reports EIO
)

// Option is a way to mount.
type Option func(*setup)

// Size gives the disk so many bytes instead of 1 GiB.
func Size(bytes int64) Option { return func(s *setup) { s.Size = bytes } }

// Journalled makes fsync of a file keep its name too, as journalling file systems do, though POSIX promises it only for the directory's own.
func Journalled() Option { return func(s *setup) { s.Journalled = true } }

// setup is how the serving process is told what to mount.
type setup struct {
	Dir        string `json:"dir"`
	Size       int64  `json:"size"`
	Journalled bool   `json:"journalled"`
}

// FS is a mounted disk. Its methods fail the test when the disk does not obey; they may be called from any goroutine.
type FS struct {
	t   testing.TB
	dir string

	mu      sync.Mutex
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Scanner
}

// setupVariable carries the setup to the serving process.
const setupVariable = "AWESOME_PIZZA_POWERCUT"

// obeyWithin is how long the disk may take to carry out a command.
const obeyWithin = 30 * time.Second

// Mount mounts an empty disk on dir, which must exist, until the test ends. The test program's TestMain has to call Serve first.
func Mount(t testing.TB, dir string, options ...Option) *FS {
	t.Helper()
	s := setup{Dir: dir, Size: 1 << 30}
	for _, o := range options {
		o(&s)
	}
	if os.Getenv(setupVariable) != "" {
		t.Fatal("TestMain does not call powercut.Serve: the disk cannot be served")
	}
	f, err := start(t, s)
	if err != nil {
		t.Fatalf("mount a disk on %s: %v", dir, err)
	}
	t.Cleanup(f.unmount)
	return f
}

func start(t testing.TB, s setup) (*FS, error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f := &FS{t: t, dir: s.Dir, cmd: exec.CommandContext(context.WithoutCancel(t.Context()), program)}
	f.cmd.Env = append(os.Environ(), setupVariable+"="+string(raw))
	f.cmd.Stderr = os.Stderr
	if f.in, err = f.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := f.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := f.cmd.Start(); err != nil {
		return nil, err
	}
	f.answers = bufio.NewScanner(out)
	if _, err := f.answer(); err != nil {
		return nil, errors.Join(err, f.in.Close(), f.cmd.Wait())
	}
	return f, nil
}

// Dir is where the disk is mounted.
func (f *FS) Dir() string { return f.dir }

// Cut cuts the power and gives it back: what was not synced is gone, what programs had open answers EIO for ever, and when it returns, the
// disk is mounted anew on the same directory with what was durable at one instant. Faults are over too.
func (f *FS) Cut() { f.t.Helper(); f.tell(command{Do: "cut"}) }

// Tear is Cut on a disk that was in the middle of writing: of what was not synced, an arbitrary part made it, page by page and directory by
// directory, in no order; the same seed keeps the same part of the same state.
func (f *FS) Tear(seed uint64) { f.t.Helper(); f.tell(command{Do: "tear", N: seed}) }

// CutAfter lets so many more changes through (writes, syncs, new names) and then stops the disk as if the power had gone in that moment:
// everything reports EIO until Cut or Tear gives the power back.
func (f *FS) CutAfter(changes int) {
	f.t.Helper()
	f.tell(command{Do: "after", N: uint64(max(changes, 0))})
}

// Changes counts the changes that were made since the power came (again), for CutAfter.
func (f *FS) Changes() int { f.t.Helper(); return int(f.tell(command{Do: "changes"})) }

// Fail makes the disk misbehave until Heal or until the power is cut. Faults add up.
func (f *FS) Fail(kind Fault) { f.t.Helper(); f.tell(command{Do: "fail", Kind: kind}) }

// Heal ends all faults.
func (f *FS) Heal() { f.t.Helper(); f.tell(command{Do: "heal"}) }

// Resize gives the disk another size in bytes.
func (f *FS) Resize(bytes int64) { f.t.Helper(); f.tell(command{Do: "size", N: uint64(max(bytes, 0))}) }

func (f *FS) tell(c command) uint64 {
	f.t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	raw, err := json.Marshal(c)
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := f.in.Write(append(raw, '\n')); err != nil {
		f.t.Fatalf("the disk cannot be told to %s: %v", c.Do, err)
	}
	n, err := f.answer()
	if err != nil {
		f.t.Fatalf("the disk does not %s: %v", c.Do, err)
	}
	return n
}

// answer waits for the serving process. One that hangs is ended, which ends the waiting.
func (f *FS) answer() (uint64, error) {
	late := time.AfterFunc(obeyWithin, func() { _ = f.cmd.Process.Kill() })
	defer late.Stop()
	if !f.answers.Scan() {
		return 0, errors.Join(errors.New("its process ended"), f.answers.Err())
	}
	var r reply
	if err := json.Unmarshal(f.answers.Bytes(), &r); err != nil {
		return 0, fmt.Errorf("it said %q: %w", f.answers.Text(), err)
	}
	if r.Err != "" {
		return 0, errors.New(r.Err)
	}
	return r.N, nil
}

// unmount ends the serving process, which takes its mount along.
func (f *FS) unmount() {
	f.mu.Lock()
	defer f.mu.Unlock()
	late := time.AfterFunc(obeyWithin, func() { _ = f.cmd.Process.Kill() })
	defer late.Stop()
	if err := errors.Join(f.in.Close(), f.cmd.Wait()); err != nil {
		f.t.Errorf("unmount %s: %v", f.dir, err)
	}
}
