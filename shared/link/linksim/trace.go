package linksim

import (
	"fmt"
	"strings"
	"time"
)

// traceKept is how many of the last events a failure prints.
const traceKept = 60

// trace is what happened, as a hash of everything and the last events in words. Wall clocks and hashes of events are not part of it, so
// that two worlds that differ in nothing but a clock have the same trace.
type trace struct {
	hash  uint64
	count uint64
	last  [traceKept]happening
}

type happening struct {
	at        time.Duration
	who, what string
	a, b      uint64
	name      string
}

func newTrace() trace { return trace{hash: 14695981039346656037} }

func (t *trace) add(h happening) {
	t.last[t.count%traceKept] = h
	t.count++
	t.number(uint64(h.at))
	t.text(h.who)
	t.text(h.what)
	t.number(h.a)
	t.number(h.b)
	t.text(h.name)
}

func (t *trace) number(n uint64) {
	for range 8 {
		t.hash = (t.hash ^ n&0xff) * 1099511628211
		n >>= 8
	}
}

func (t *trace) text(s string) {
	for i := range len(s) {
		t.hash = (t.hash ^ uint64(s[i])) * 1099511628211
	}
	t.hash = (t.hash ^ 0xff) * 1099511628211
}

// String is the last events, a line each.
func (t *trace) String() string {
	var b strings.Builder
	n := min(t.count, traceKept)
	for i := t.count - n; i < t.count; i++ {
		h := t.last[i%traceKept]
		fmt.Fprintf(&b, "%12v  %-10s %-28s", h.at.Round(time.Millisecond), h.who, h.what)
		if h.a != 0 || h.b != 0 {
			fmt.Fprintf(&b, " %d %d", h.a, h.b)
		}
		if h.name != "" {
			b.WriteString(" " + h.name)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
