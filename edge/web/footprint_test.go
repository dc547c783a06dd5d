//go:build browser

package web_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// dirFor is where a story's node keeps what it has: for the story of a full disk a small one that nobody else writes to.
func dirFor(t *testing.T, story string) string {
	t.Helper()
	dir := t.TempDir()
	if filepath.Base(story) != "disk.test.mjs" {
		return dir
	}
	if err := syscall.Mount("small", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Fatalf("mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// film is what takes the room on the node's disk.
func (p *program) film() string { return filepath.Join(p.dir, "film.mp4") }

// fill leaves no room on the node's disk.
func (p *program) fill() error {
	f, err := os.OpenFile(p.film(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	for block := make([]byte, 1<<20); err == nil || len(block) > 1; {
		if _, err = f.Write(block); err != nil {
			block = block[:max(1, len(block)/16)]
		}
		if err != nil && !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, io.ErrShortWrite) {
			return errors.Join(err, f.Close())
		}
	}
	_ = f.Close() // it was told already that there is no room
	return nil
}

// footprint is what the node takes of its box now.
func (p *program) footprint() (map[string]int64, error) {
	p.mu.Lock()
	pid := p.cmd.Process.Pid
	p.mu.Unlock()
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return nil, err
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil {
		return nil, err
	}
	taken := map[string]int64{"resident": pages * int64(os.Getpagesize())}
	res, err := http.Get("http://" + p.figures + "/metrics")
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			taken["goroutines"], err = strconv.ParseInt(value, 10, 64)
		}
	}
	if taken["goroutines"] == 0 {
		err = errors.Join(err, errors.New("the metrics do not tell of goroutines"))
	}
	return taken, err
}
