package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"awesome.pizza/deploy/powercut"
)

// A disk that is full, read-only or broken: orders are refused or kept whole, the board is shown as long as the disk can be read, and once
// the disk is well (and a node that has ended was started again) everything goes on.
func TestADiskThatIsFullReadOnlyOrBroken(t *testing.T) {
	t.Parallel()
	data, disk := diskFor(t, "r1", powercut.Journalled(), powercut.Size(256<<20))
	c := start(t, options{data: data, cook: true, speed: 200})
	j := c.journal(1)
	closeShop := j.open(2, 200*time.Millisecond)
	for round, began := 0, time.Now(); round < 1 || time.Since(began) < *hurt; round++ {
		for _, f := range []powercut.Fault{powercut.Full, powercut.ReadOnly, powercut.BadWrite, powercut.BadSync, powercut.Gone} {
			c.eventually(30*time.Second, fmt.Sprintf("there is trade before the disk is %s", f), j.more(2))
			disk.Fail(f)
			c.eventually(time.Minute, fmt.Sprintf("an order is refused while the disk is %s", f), c.refuses)
			if f == powercut.Full || f == powercut.ReadOnly {
				if a := c.get(c.edge(1) + "/api/board"); a.err != nil || a.status != http.StatusOK {
					t.Errorf("the board is not shown while the disk is %s: %d %s %v", f, a.status, a.body, a.err)
				}
			}
			disk.Heal()
			c.revive("edge-r1")
		}
	}
	closeShop()
	c.settleAll([]*journal{j})
}

// refuses reports whether the till is told that its order is not taken, in words, or finds nobody there.
func (c *chain) refuses() bool {
	a := c.post(c.edge(1)+"/api/orders", counterBasket("carryout"), "Idempotency-Key", fmt.Sprint("refused-", time.Now().UnixNano()))
	if a.err != nil {
		return true
	}
	if a.status < 400 {
		c.stray++
	}
	return a.status >= 500
}

// revive starts a process that has ended, as a supervisor would, and waits until it serves.
func (c *chain) revive(process string) {
	c.t.Helper()
	c.eventually(time.Minute, process+" serves again", func() bool {
		if c.serves(process) {
			return true
		}
		if c.pids()[process] == 0 {
			c.restart(process)
		}
		return false
	})
}

// A small disk that somebody else fills up: a log file, a film. The restaurant goes on with what it has and says what is wrong; when there
// is room again it takes orders again, by itself.
func TestASmallDiskFillsUp(t *testing.T) {
	t.Parallel()
	data := dataDir(t)
	dir := filepath.Join(data, "r1")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("small", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Fatalf("mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	c := start(t, options{data: data, cook: true, speed: 200})
	j := c.journal(1)
	closeShop := j.open(1, 200*time.Millisecond)
	for round, began := 0, time.Now(); round < 2 || time.Since(began) < *hurt; round++ {
		c.eventually(30*time.Second, "there is trade before the disk is full", j.more(3))
		film := filepath.Join(dir, "film.mp4")
		fillUp(t, film)
		var refused answer
		c.eventually(time.Minute, "the till is told that the disk is full", func() bool {
			refused = c.post(c.edge(1)+"/api/orders", counterBasket("carryout"), "Idempotency-Key", fmt.Sprint("full-", round, time.Now().UnixNano()))
			if refused.status == http.StatusCreated {
				c.stray++
				fillUp(t, film)
			}
			return refused.status >= 500
		})
		if p := refused.complaint(t); !strings.Contains(strings.ToLower(p.Detail), "disk") {
			t.Errorf("it does not say what is wrong: %s", refused.body)
		}
		if a := c.get(c.edge(1) + "/api/board"); a.status != http.StatusOK || !json.Valid(a.body) {
			t.Errorf("the board is not shown: %d %s", a.status, a.body)
		}
		if err := os.Remove(film); err != nil {
			t.Fatal(err)
		}
		c.eventually(time.Minute, "orders are taken again", j.more(2))
	}
	closeShop()
	c.settleAll([]*journal{j})
}

// fillUp adds to a file until its disk has no room left.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, 1<<20); err == nil || len(block) > 1; {
		if _, err = f.Write(block); err != nil {
			block = block[:max(1, len(block)/16)]
		}
		if err != nil && !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, io.ErrShortWrite) {
			t.Fatal(err)
		}
	}
	_ = f.Close()
}
