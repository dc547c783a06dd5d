package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	mostResident = 128 << 20 // bytes of a node: what it may take of the smallest box
	goalResident = 50 << 20
)

// footprint is what a node takes of its box while nothing happens.
type footprint struct {
	resident   int64 // bytes
	goroutines int
	heap       int64 // bytes, of the last collection
}

func (f footprint) String() string {
	return fmt.Sprintf("%d MB resident, %d goroutines, %d kB heap", f.resident>>20, f.goroutines, f.heap>>10)
}

// grew says what is wrong with a footprint, given the one before as much trade as lies between the two; empty when nothing is.
func (f footprint) grew(before footprint, orders int) string {
	switch more := f.goroutines - before.goroutines; {
	case f.resident >= mostResident:
		return fmt.Sprintf("%d MB resident, and it may take %d", f.resident>>20, mostResident>>20)
	case more > 5 || more > max(2, orders/10):
		return fmt.Sprintf("%d more goroutines after %d more orders", more, orders)
	}
	return ""
}

func TestAFootprintThatGrowsIsNoticed(t *testing.T) {
	t.Parallel()
	before := footprint{resident: 60 << 20, goroutines: 80}
	for name, x := range map[string]struct {
		after  footprint
		orders int
		sound  bool
	}{
		"the same":                    {before, 100, true},
		"one that is about to end":    {footprint{61 << 20, 82, 0}, 100, true},
		"less":                        {footprint{30 << 20, 60, 0}, 100, true},
		"one goroutine for each tap":  {footprint{60 << 20, 180, 0}, 100, false},
		"one for each tenth order":    {footprint{60 << 20, 91, 0}, 100, false},
		"some for each of few orders": {footprint{60 << 20, 84, 0}, 20, false},
		"too large for the box":       {footprint{128 << 20, 80, 0}, 100, false},
	} {
		if complaint := x.after.grew(before, x.orders); (complaint == "") != x.sound {
			t.Errorf("%s: %q", name, complaint)
		}
	}
}

// Two equal shifts of trade with screens that come and go and a line that is cut and mended: after the second the node takes what it took
// after the first, and that is little.
func TestANodeAtWorkStaysSmall(t *testing.T) {
	t.Parallel()
	c := start(t, options{cook: true, speed: 200})
	c.shift(0) // the first of everything
	first := c.quiet(footprint{})
	t.Logf("after a shift: %s", first)
	orders := c.shift(1)
	second := c.quiet(first)
	t.Logf("after another one of %d orders: %s", orders, second)
	if complaint := second.grew(first, orders); complaint != "" {
		t.Error(complaint)
	}
	if second.resident > goalResident {
		t.Logf("the goal of %d MB is missed", goalResident>>20)
	}
}

// shift is trade at both doors of the first restaurant until every order is in its guest's hands. It returns how many there were.
func (c *chain) shift(day int) (orders int) {
	c.t.Helper()
	j := c.journal(1)
	j.day = day
	closeShop := j.open(2, 150*time.Millisecond)
	ctx, off := context.WithCancel(context.Background())
	defer off()
	var screens sync.WaitGroup
	for range 10 {
		screens.Go(func() { c.screen(ctx) })
	}
	c.eventually(30*time.Second, "there is trade", j.more(5))
	c.internet(1, false)
	pass(2 * time.Second)
	c.internet(1, true)
	pass(hurting(4 * time.Second))
	closeShop()
	j.wait()
	c.eventually(time.Minute, "nothing is left to send", func() bool { return c.caughtUp(1) })
	off()
	screens.Wait()
	return len(j.ids())
}

// screen shows the first restaurant's board until ctx ends.
func (c *chain) screen(ctx context.Context) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.edge(1)+"/api/board/stream", nil)
	if err != nil {
		c.t.Error(err)
		return
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		if ctx.Err() == nil {
			c.t.Error(err)
		}
		return
	}
	defer func() { _ = res.Body.Close() }()
	for lines := bufio.NewReader(res.Body); err == nil; {
		_, err = lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			err = nil
		}
	}
}

// quiet is the first restaurant's footprint once what is about to end has ended: when it is no larger than before, or after a while.
func (c *chain) quiet(before footprint) (f footprint) {
	c.t.Helper()
	steady := 0
	until(15*time.Second, func() bool {
		last := f
		f = c.footprint()
		if f.goroutines == last.goroutines {
			steady++
		} else {
			steady = 0
		}
		return steady >= 20 && (before == footprint{} || f.goroutines <= before.goroutines)
	})
	return f
}

// footprint reads what the first restaurant's node says of itself, and the system of it.
func (c *chain) footprint() (f footprint) {
	c.t.Helper()
	a := c.get(fmt.Sprintf("http://127.0.0.1:%d/metrics", c.base-5000+9191))
	if a.err != nil || a.status != http.StatusOK {
		c.t.Fatalf("metrics: %d %v", a.status, a.err)
	}
	for line := range bytes.Lines(a.body) {
		name, value, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		n, err := strconv.ParseFloat(value, 64)
		switch {
		case err != nil:
		case name == "go_goroutines":
			f.goroutines = int(n)
		case name == "go_memstats_heap_alloc_bytes":
			f.heap = int64(n)
		}
	}
	statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", c.pids()["edge-r1"]))
	if err != nil {
		c.t.Fatal(err)
	}
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[1], 10, 64)
	if err != nil || f.goroutines == 0 {
		c.t.Fatalf("what the node takes cannot be read: %v, %v", f, err)
	}
	f.resident = pages * int64(os.Getpagesize())
	return f
}
